from __future__ import annotations

import io
import sys
from datetime import datetime
from pathlib import Path

import pytest
from django.conf import settings

from sangbong.cli.main import main
from sangbong.liaison import queries as liaison
from sangbong.office.core.clock import FixedClock
from sangbong.office.queries import audit_entries
from sangbong.registry import queries as registry

REGISTER = """record_no,name,house_name,former_name,roman,sex,birth,calendar,birthplace,residence,\
father,mother,household_no,life_status,death_date,shielded
KP-1,리선호,,,,남,1931-04-02,양,평안북도 정주시,평양시 중구역,리한수,박순이,H-17,생존,,
KP-2,리선녀,,,,녀,1934-01-09,양,평안북도 정주시,평양시 중구역,리한수,박순이,H-17,생존,,
"""
APPLICATIONS = """application_no,applicant_name,applicant_hanja,applicant_roman,applicant_house_name,\
applicant_sex,applicant_birth,applicant_calendar,applicant_birthplace,applicant_residence,\
applicant_father,applicant_mother,lodged_on,living_as_of,consents,succeeds,sought_no,relation,\
sought_name,sought_house_name,sought_sex,sought_birth,sought_calendar,address_at_separation,\
sought_father,sought_mother,note
KR-SEL-A-000001,이선율,,,,남,1925-03-05,음,평안북도 정주군,서울특별시 종로구,이한수,박순이,\
2000-07-01,,search,,1,동생,이선호,,남,1931,모름,평안북도 정주군,이한수,박순이,
"""


class Office:
    """The command line of one office, in this process."""

    def __init__(self, home: Path, patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
        self.home, self.patch, self.capsys = home, patch, capsys

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Exit status, standard output and standard error of one command."""
        self.patch.setattr(sys, "argv", ["sangbong", "--home", str(self.home), *arguments])
        status: object = None
        try:
            main()
        except SystemExit as ended:
            status = ended.code
        assert isinstance(status, int)
        said = self.capsys.readouterr()
        return status, said.out, said.err

    def file(self, name: str, content: str) -> str:
        path = self.home / name
        path.write_text(content, "utf-8")
        return str(path)


@pytest.fixture
def seoul(
    office: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Office:
    # the test's database and folder are open already
    monkeypatch.setattr("sangbong.cli.boot.boot_founded", lambda home: None)
    return Office(tmp_path, monkeypatch, capsys)


def test_a_register_is_imported_and_the_same_file_again_adds_nothing(seoul: Office) -> None:
    file = seoul.file("register.csv", REGISTER)
    status, out, _ = seoul.run("import", file, "--layout", "register")
    [batch] = registry.import_batches()
    assert (status, out) == (
        0,
        f"{batch.batch_id}: 2행, 사람 2명, 신청 0건 / 2 rows, 2 people, 0 applications\n",
    )
    status, out, _ = seoul.run("import", file, "--layout", "register")
    assert (status, out) == (
        0,
        (
            f"{batch.batch_id}: 이미 들여온 파일이라 더한 것이 없습니다 / "
            "this very file was imported before; nothing was added\n"
        ),
    )
    assert len(list(registry.register_rows())) == 2
    assert [e.staff for e in audit_entries() if e.action == "registry.import"] == [
        "system:command-line"
    ]


def test_applications_are_imported_and_taken_back_as_a_whole(seoul: Office) -> None:
    file = seoul.file("applications.csv", APPLICATIONS)
    status, out, _ = seoul.run("import", file, "--layout", "applications")
    assert (status, out.split(" / ")[1]) == (0, "1 rows, 2 people, 1 applications\n")
    [batch] = registry.import_batches()
    status, out, _ = seoul.run("import", "--undo", str(batch.batch_id))
    assert (status, out) == (0, f"{batch.batch_id}: 되돌렸습니다 / taken back\n")
    assert registry.sought_by(["KR-SEL-A-000001"]) == []
    status, _, err = seoul.run("import", "--undo", str(batch.batch_id))
    assert status == 2
    assert len(err.splitlines()) == 2


def test_each_fault_is_told_with_its_place_and_reason_in_both_languages(seoul: Office) -> None:
    file = seoul.file("register.csv", REGISTER.replace("1934-01-09", "1934-13-09"))
    status, out, _ = seoul.run("import", file, "--layout", "register")
    korean, english, last = out.splitlines()
    assert status == 1
    assert korean.startswith("3행, “birth”: ")
    assert english.startswith("  line 3, “birth”: ")
    assert korean.endswith("[1934-13-09]")
    assert english.endswith("[1934-13-09]")
    assert last == "잘못 1건, 아무것도 들여오지 않았습니다 / 1 faults, nothing was imported"
    assert list(registry.register_rows()) == []


@pytest.mark.parametrize(
    "arguments",
    [(), ("x.csv",), ("--layout", "register"), ("x.csv", "--layout", "register", "--undo", "1")],
)
def test_a_command_that_does_not_say_what_to_do_does_nothing(
    seoul: Office, arguments: tuple[str, ...]
) -> None:
    status, _, err = seoul.run("import", *arguments)
    assert status == 2
    assert "--undo" in err


def test_a_file_that_cannot_be_read_is_named_and_why(seoul: Office) -> None:
    for name in ("nothing.csv", "."):
        status, out, err = seoul.run("import", str(seoul.home / name), "--layout", "register")
        assert (status, out) == (2, "")
        assert "파일을 읽을 수 없습니다" in err
        assert "cannot be read (" in err


def test_a_note_is_filed_in_the_outbox_and_listed(
    seoul: Office, counterpart: object, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    # a day on which the other office's keys serve
    monkeypatch.setattr(settings, "CLOCK", FixedClock(now))
    assert seoul.run("note", "list") == (0, "통지문이 없습니다 / no notes\n", "")
    wanted = ("note", "send", "--to", "KP-PYO", "--sender", "한도윤", "--rank", "연락관")
    status, out, _ = seoul.run(*wanted, "--number", "2018-17", "--text", "첫 줄\n둘째 줄")
    assert (status, out) == (0, "KR-SEL>KP-PYO/notes/1\n")
    monkeypatch.setattr(sys, "stdin", io.StringIO("From a file.\r\n"))
    status, out, _ = seoul.run(*wanted, "--number", "2018-18", "--answers", "2018-3", "--text", "-")
    assert (status, out) == (0, "KR-SEL>KP-PYO/notes/2\n")
    assert [len(liaison.notes()), len(liaison.waiting_for("KP-PYO"))] == [2, 2]  # type: ignore[arg-type]
    day = liaison.notes()[0].written_date
    assert seoul.run("note", "list", "--with", "KP-PYO")[1] == (
        f"{day} out KP-PYO 2018-18 ← 2018-3: 연락관 한도윤\n  From a file.\n"
        f"{day} out KP-PYO 2018-17: 연락관 한도윤\n  첫 줄\n  둘째 줄\n"
    )
    assert seoul.run("note", "list", "--with", "XX-XXX")[1] == "통지문이 없습니다 / no notes\n"
    assert [e.action for e in audit_entries()].count("liaison.show_notes") == 1


def test_a_note_without_a_text_is_refused_with_its_place(
    seoul: Office, counterpart: object
) -> None:
    status, _, err = seoul.run(
        "note", "send", "--to", "KP-PYO", "--number", "1", "--sender", "한도윤", "--rank", "연락관",
        "--text", " ",
    )  # fmt: skip
    assert status == 2
    assert "“text”" in err
    assert liaison.notes() == []
