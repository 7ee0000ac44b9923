"""Recall and precision over the whole table of pairs that was written apart from the code."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest
from benchmarks import names_table

from sangbong.names.korean.keys import block_keys_of
from sangbong.names.likeness import compare
from sangbong.names.person import PersonName, script_of
from sangbong.names.tradition import tradition

TABLE = Path(__file__).parents[3] / "benchmarks" / "names_pairs.csv"
KOREAN = tradition("korean")


def rows() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def name(text: str) -> PersonName:
    return PersonName(text, script_of(text))


def test_the_table_is_large_and_mixed() -> None:
    kinds = Counter(row["kind"] for row in rows())
    assert sum(kinds.values()) >= 1_500
    assert len(kinds) >= 10
    assert kinds["collision"] >= 200


def test_the_table_is_what_its_script_writes_apart_from_the_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "import sangbong" not in Path(names_table.__file__).read_text("utf-8")
    assert "from sangbong" not in Path(names_table.__file__).read_text("utf-8")
    monkeypatch.setattr(names_table, "TABLE", tmp_path / "pairs.csv")
    names_table.main()
    assert (tmp_path / "pairs.csv").read_text("utf-8") == TABLE.read_text("utf-8")


def test_names_are_found_again_and_others_are_not() -> None:
    counts = Counter(
        (
            row["same"] == "1",
            compare(name(row["left"]), name(row["right"]), tradition=KOREAN).is_one_name,
        )
        for row in rows()
    )
    found = counts[True, True]
    recall = found / (found + counts[True, False])
    precision = found / (found + counts[False, True])
    assert (recall >= 0.98, precision >= 0.98) == (True, True), (recall, precision)


def test_every_name_written_by_hand_is_judged_rightly() -> None:
    wrong = [
        (row["left"], row["right"])
        for row in rows()
        if row["kind"] == "by-hand"
        and compare(name(row["left"]), name(row["right"]), tradition=KOREAN).is_one_name
        != (row["same"] == "1")
    ]
    assert wrong == []


def test_pairs_of_one_name_share_a_block() -> None:
    same = [row for row in rows() if row["same"] == "1"]
    left, right = (block_keys_of([row[side] for row in same]) for side in ("left", "right"))
    missed = sum(
        (set(one) - {0}).isdisjoint(set(other) - {0})
        for one, other in zip(left.tolist(), right.tolist(), strict=True)
    )
    assert missed <= len(same) // 100
