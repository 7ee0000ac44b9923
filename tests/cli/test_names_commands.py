"""`sangbong names` says what a name may be read as, and what two names have in common."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from sangbong.cli.main import cli
from sangbong.kernel.errors import SangbongError


def told(*arguments: str) -> str:
    result = CliRunner().invoke(cli, ["names", *arguments], catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_the_ledger_of_two_writings_is_told_in_both_languages() -> None:
    output = told("explain", "이영희", "Rhee Young-hi")
    lines = output.splitlines()
    assert lines[0] == "이영희 · Rhee Young-hi"
    assert "  +2.7  성, family name: 이 · 이" in lines
    assert "        두 이름의 성이 모두 ‘이’입니다. 인구의 15%가 쓰는 성입니다." in lines
    assert "        Both have the family name 이, borne by 15% of the people." in lines
    assert "이름 2번째 글자, given name, part 2: 희 · 희" in output
    assert lines[-2].endswith("한 이름으로 볼 수 있습니다. 같은 사람인지는 담당자가 판정합니다.")
    assert "may be called one name" in lines[-1]


def test_what_is_known_of_sex_and_decade_counts() -> None:
    known = told("explain", "김영자", "金英子", "--sex", "F", "--decade", "1940")
    assert known != told("explain", "김영자", "金英子")


def test_another_name_is_not_called_one() -> None:
    assert "this is not enough" in told("explain", "이영희", "Lee Chun-ja")


def test_latin_names_are_compared_by_their_own_tradition() -> None:
    output = told("explain", "Anna Maria Lopez", "Lopez, Anna", "--tradition", "latin")
    assert "lopez · lopez" in output


def test_the_readings_of_every_name_in_a_field_are_told() -> None:
    output = told("read", "전용수(全用洙) / Chun Yong-su / Ж")
    lines = output.splitlines()
    assert lines[:2] == ["전용수 (hangul, registry)", "  100%  전 · 용 · 수"]
    assert any(line.startswith("  100%  전 85% / 천 15% · ") for line in lines)
    assert lines[-1] == "     –"


def test_a_blank_name_is_refused_with_its_place() -> None:
    with pytest.raises(SangbongError) as fault:
        told("explain", "이영희", " ")
    assert (fault.value.code, fault.value.place and fault.value.place.column) == (
        "names.empty",
        "RIGHT",
    )


def test_it_needs_no_office(tmp_path: Path) -> None:
    runner = CliRunner()
    done = runner.invoke(cli, ["--home", str(tmp_path / "none"), "names", "read", "李英姬"])
    assert (done.exit_code, done.output) == (0, "李英姬 (hanja, registry)\n  100%  이 · 영 · 희\n")
    assert not (tmp_path / "none").exists()
