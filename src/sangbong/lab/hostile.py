"""Files that no office may import: one fault each, and the code of the error that must name it.

Every case is a file of a sound shape with one thing wrong, so that an import which lets it pass, or
which stops for another reason, is seen. The people in them are invented.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sangbong.lab.papers import APPLICATION_HEADINGS, REGISTER_HEADINGS

APPLICATIONS = "applications"
REGISTER = "register"

_HEADINGS = {APPLICATIONS: APPLICATION_HEADINGS, REGISTER: REGISTER_HEADINGS}
_SOUND: Mapping[str, Mapping[str, str]] = {
    APPLICATIONS: {
        "application_no": "KR-SEL-A-900001",
        "applicant_name": "한가람",
        "applicant_sex": "여",
        "applicant_birth": "1931-03-05",
        "applicant_calendar": "음",
        "applicant_birthplace": "황해도 연백군",
        "applicant_residence": "경기도 파주시",
        "applicant_father": "한도윤",
        "applicant_mother": "서은채",
        "lodged_on": "2000-08-14",
        "living_as_of": "2018-05-02",
        "consents": "search;name_to_other_side",
        "sought_no": "1",
        "relation": "오빠",
        "sought_name": "한마루",
        "sought_sex": "남",
        "sought_birth": "1928-11-02",
        "sought_calendar": "양",
        "address_at_separation": "황해도 연백군",
        "sought_father": "한도윤",
        "sought_mother": "서은채",
    },
    REGISTER: {
        "record_no": "KP-PYO-R-900001",
        "name": "한마루",
        "sex": "남",
        "birth": "1928-11-02",
        "calendar": "양",
        "birthplace": "황해남도 연안군",
        "residence": "황해남도 배천군",
        "father": "한도윤",
        "mother": "서은채",
        "household_no": "S0000001",
        "life_status": "생존",
    },
}
"""A sound row of each layout; fields left out are blank."""


@dataclass(frozen=True, slots=True)
class HostileCase:
    """A file that must be refused, and why."""

    name: str
    layout: str
    """`applications` or `register`."""
    build: Callable[[], bytes]
    """Makes the bytes: some are large."""
    expected_code: str
    """The error's code, which the report must hold."""

    @property
    def data(self) -> bytes:
        """The file."""
        return self.build()


def sound_file(layout: str, *rows: Mapping[str, str], english: bool = False) -> bytes:
    """A file without a fault; each mapping changes some fields of the sound row."""
    return _text(layout, *(rows or ({},)), english=english).encode()


def _text(layout: str, *rows: Mapping[str, str], english: bool = False) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([pair[1 if english else 0] for pair in _HEADINGS[layout]])
    for row in rows:
        fields = {**_SOUND[layout], **row}
        writer.writerow([fields.get(key, "") for _, key in _HEADINGS[layout]])
    return out.getvalue()


def _second(layout: str) -> dict[str, str]:
    number = "application_no" if layout == APPLICATIONS else "record_no"
    return {number: _SOUND[layout][number][:-1] + "2"}


# --- cells ----------------------------------------------------------------------------------------

_CELLS: tuple[tuple[str, str, str, Mapping[str, str]], ...] = (
    ("a formula in a name", APPLICATIONS, "names.formula", {"sought_name": "=1+1"}),
    (
        "a formula that calls out",
        APPLICATIONS,
        "names.formula",
        {"applicant_name": "+cmd|'/C x'!A0"},
    ),
    ("a formula with an at sign", REGISTER, "names.formula", {"name": "@SUM(A1)"}),
    ("a formula with a minus", REGISTER, "names.formula", {"house_name": "-2+3"}),
    ("a formula behind a tab", REGISTER, "names.formula", {"father": "\t=1"}),
    ("a bidi override", APPLICATIONS, "names.invisible_character", {"sought_name": "한\u202e마루"}),
    ("a bidi isolate", REGISTER, "names.invisible_character", {"mother": "서\u2066은채"}),
    (
        "a zero-width space",
        APPLICATIONS,
        "names.invisible_character",
        {"sought_name": "한\u200b마루"},
    ),
    ("a zero-width joiner", REGISTER, "names.invisible_character", {"name": "한\u200d마루"}),
    (
        "a Hangul filler",
        APPLICATIONS,
        "names.invisible_character",
        {"applicant_name": "한\u3164가람"},
    ),
    ("a halfwidth Hangul filler", REGISTER, "names.invisible_character", {"name": "한\uffa0마루"}),
    ("a byte-order mark inside", REGISTER, "names.invisible_character", {"name": "한\ufeff마루"}),
    ("a NUL byte", REGISTER, "names.invisible_character", {"name": "한\x00마루"}),
    ("a bell", APPLICATIONS, "names.invisible_character", {"note": "소리\x07"}),
    ("a tag character", APPLICATIONS, "names.invisible_character", {"note": "말\U000e0041"}),
    ("an unassigned code point", REGISTER, "names.unassigned_character", {"name": "한\u0378마루"}),
    ("a private-use character", REGISTER, "names.unassigned_character", {"name": "한\ue000마루"}),
    ("a replacement character", REGISTER, "names.unassigned_character", {"name": "한\ufffd루"}),
    ("a name of 101 characters", REGISTER, "names.too_long", {"name": "한" * 101}),
    ("no name at all", REGISTER, "registry.name_missing", {"name": ""}),
    (
        "a lunar day that the month did not have",
        APPLICATIONS,
        "names.lunar_date_impossible",
        {"sought_birth": "1931.4.30", "sought_calendar": "음"},
    ),
    (
        "a leap month that the year did not have",
        REGISTER,
        "names.lunar_date_impossible",
        {"birth": "1931.윤3.5", "calendar": "음"},
    ),
    (
        "a thirteenth lunar month",
        REGISTER,
        "names.lunar_date_impossible",
        {"birth": "1931-13-05", "calendar": "음"},
    ),
    (
        "the thirtieth of February",
        REGISTER,
        "names.date_impossible",
        {"birth": "1931-02-30", "calendar": "양"},
    ),
    ("a birthday in words", REGISTER, "names.date_unreadable", {"birth": "보릿고개 때"}),
    ("an unknown calendar", REGISTER, "names.calendar_unknown", {"calendar": "단기"}),
    (
        "two calendars that contradict",
        REGISTER,
        "names.calendar_contradicts",
        {"birth": "음 1928.11.2", "calendar": "양"},
    ),
    (
        "an age of 140",
        REGISTER,
        "registry.age_too_high",
        {"birth": "1878-05-01", "calendar": "양"},
    ),
    (
        "an applicant aged 140",
        APPLICATIONS,
        "registry.age_too_high",
        {"applicant_birth": "1878-05-01", "applicant_calendar": "양"},
    ),
    (
        "a birth in the future",
        REGISTER,
        "registry.born_later",
        {"birth": "2045-01-01", "calendar": "양"},
    ),
    (
        "a death before the birth",
        REGISTER,
        "registry.born_later",
        {"life_status": "사망", "death_date": "1920-01-01"},
    ),
    (
        "a death date of somebody alive",
        REGISTER,
        "registry.death_date_of_living",
        {"death_date": "1999-01-01"},
    ),
    (
        "a death in the future",
        REGISTER,
        "registry.day_in_future",
        {"life_status": "사망", "death_date": "2045-01-01"},
    ),
    (
        "an application from the future",
        APPLICATIONS,
        "registry.day_in_future",
        {"lodged_on": "2045-01-01"},
    ),
    ("only a year of application", APPLICATIONS, "registry.day_needed", {"lodged_on": "2000"}),
    ("no day of application", APPLICATIONS, "registry.cell_empty", {"lodged_on": ""}),
    ("an unknown relation", APPLICATIONS, "names.kin_unknown", {"relation": "옆집 사람"}),
    ("no relation", APPLICATIONS, "registry.cell_empty", {"relation": ""}),
    (
        "an unknown consent",
        APPLICATIONS,
        "registry.word_unknown",
        {"consents": "search;sell_to_press"},
    ),
    ("a sex that cannot be read", REGISTER, "registry.word_unknown", {"sex": "1"}),
    ("an unknown life status", REGISTER, "registry.word_unknown", {"life_status": "행불"}),
    ("an unknown word for shielded", REGISTER, "registry.word_unknown", {"shielded": "글쎄"}),
    ("a sought number in words", APPLICATIONS, "registry.sought_no", {"sought_no": "첫째"}),
    ("a sought number of zero", APPLICATIONS, "registry.sought_no", {"sought_no": "0"}),
    (
        "an application number that is a formula",
        APPLICATIONS,
        "registry.number_unreadable",
        {"application_no": "=HYPERLINK(1)"},
    ),
    (
        "an application that succeeds itself",
        APPLICATIONS,
        "registry.succeeds_itself",
        {"succeeds": "KR-SEL-A-900001"},
    ),
    (
        "an application that succeeds nobody",
        APPLICATIONS,
        "registry.succeeds_unknown",
        {"succeeds": "KR-SEL-A-800000"},
    ),
    ("a line break inside a cell", REGISTER, "registry.quotes", {"residence": "황해남도\n배천군"}),
)


def _cell_cases() -> Iterator[HostileCase]:
    for name, layout, code, change in _CELLS:

        def build(layout: str = layout, change: Mapping[str, str] = change) -> bytes:
            # a sound row before and after: nothing of the file may be imported
            third = {key: number[:-1] + "3" for key, number in _second(layout).items()}
            middle = {} if "application_no" in change else _second(layout)
            rows: list[Mapping[str, str]] = [third, {**middle, **change}]
            if change.get("succeeds") == _SOUND[APPLICATIONS]["application_no"]:
                rows = [change]
            return sound_file(layout, *rows)

        yield HostileCase(name, layout, build, code)


# --- rows -----------------------------------------------------------------------------------------


def _row_cases() -> Iterator[HostileCase]:
    yield HostileCase(
        "the same sought number twice",
        APPLICATIONS,
        lambda: sound_file(APPLICATIONS, {}, {"sought_name": "한누리"}),
        "registry.sought_twice",
    )
    yield HostileCase(
        "two applicants under one number",
        APPLICATIONS,
        lambda: sound_file(APPLICATIONS, {}, {"applicant_name": "남달리", "sought_no": "2"}),
        "registry.applicant_differs",
    )
    yield HostileCase(
        "two applications that succeed each other",
        APPLICATIONS,
        lambda: sound_file(
            APPLICATIONS,
            {"succeeds": "KR-SEL-A-900002"},
            {"application_no": "KR-SEL-A-900002", "succeeds": "KR-SEL-A-900001"},
        ),
        "registry.succeeds_ring",
    )
    yield HostileCase(
        "the same record number twice",
        REGISTER,
        lambda: sound_file(REGISTER, {}, {"name": "한누리"}),
        "registry.number_twice",
    )
    yield HostileCase(
        "a line with too few fields",
        REGISTER,
        lambda: sound_file(REGISTER) + "KP-PYO-R-900002,한누리,여\n".encode(),
        "registry.row_width",
    )
    yield HostileCase(
        "a line with too many fields",
        REGISTER,
        lambda: sound_file(REGISTER)[:-1] + ",덤\n".encode(),
        "registry.row_width",
    )
    yield HostileCase(
        "a quotation mark that is not closed",
        REGISTER,
        lambda: _text(REGISTER, {}, _second(REGISTER)).replace("한마루", '"한마루', 1).encode(),
        "registry.quotes",
    )
    yield HostileCase(
        "a name of ten million characters",
        REGISTER,
        lambda: sound_file(REGISTER, {"name": "한" * 10_000_000}),
        "registry.cell_too_long",
    )


# --- files ----------------------------------------------------------------------------------------


def _workbook() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        for part in ("[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"):
            book.writestr(zipfile.ZipInfo(part), "<x/>")
    return out.getvalue()


def _with_headings(layout: str, change: Callable[[list[str]], list[str]]) -> bytes:
    first, rest = _text(layout, {}).split("\n", 1)
    return (",".join(change(first.split(","))) + "\n" + rest).encode()


def _file_cases() -> Iterator[HostileCase]:
    builders: tuple[tuple[str, str, str, Callable[[], bytes]], ...] = (
        ("an empty file", REGISTER, "registry.file_empty", lambda: b""),
        ("a file of blank lines", REGISTER, "registry.file_empty", lambda: b"\n \r\n"),
        (
            "a UTF-16 file",
            REGISTER,
            "registry.file_is_utf16",
            lambda: _text(REGISTER, {}).encode("utf-16"),
        ),
        (
            "an EUC-TW-like byte soup",
            REGISTER,
            "registry.encoding_unknown",
            lambda: b"\x8e\xa2\xff\xfe\x80" * 9 + b"\n",
        ),
        (
            "one damaged byte in UTF-8",
            APPLICATIONS,
            "registry.encoding_unknown",
            lambda: sound_file(APPLICATIONS).replace("한마루".encode(), "한마루".encode()[:-1]),
        ),
        (
            "an encoded half of a surrogate pair",
            REGISTER,
            "registry.encoding_unknown",
            lambda: sound_file(REGISTER).replace("한마루".encode(), b"\xed\xa0\x80"),
        ),
        (
            "two files in two encodings glued together",
            REGISTER,
            "registry.encoding_unknown",
            lambda: sound_file(REGISTER) + _text(REGISTER, _second(REGISTER)).encode("cp949"),
        ),
        ("a workbook renamed to csv", REGISTER, "registry.file_is_workbook", _workbook),
        (
            "an old workbook renamed to csv",
            APPLICATIONS,
            "registry.file_is_workbook",
            lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504),
        ),
        (
            "semicolons between the fields",
            REGISTER,
            "registry.delimiter",
            lambda: _text(REGISTER, {}).replace(",", ";").encode(),
        ),
        (
            "a missing column",
            REGISTER,
            "registry.column_missing",
            lambda: _with_headings(REGISTER, lambda names: names[:-1]),
        ),
        (
            "a column twice",
            REGISTER,
            "registry.column_twice",
            lambda: _with_headings(REGISTER, lambda names: [*names, "성명"]),
        ),
        (
            "an unknown column, twice",
            APPLICATIONS,
            "registry.column_unknown",
            lambda: _with_headings(APPLICATIONS, lambda names: [*names, "성분", "성분"]),
        ),
        (
            "two hundred columns",
            REGISTER,
            "registry.column_unknown",
            lambda: _with_headings(
                REGISTER, lambda names: [*names, *(f"열 {number}" for number in range(184))]
            ),
        ),
        (
            "the other layout's file",
            REGISTER,
            "registry.column_unknown",
            lambda: sound_file(APPLICATIONS),
        ),
        (
            "a file cut off inside a quoted field",
            REGISTER,
            "registry.last_line_unfinished",
            lambda: sound_file(REGISTER, {}, _second(REGISTER))[:-90] + '"황해남도 배'.encode(),
        ),
        (
            "a file cut off between two fields",
            APPLICATIONS,
            "registry.last_line_unfinished",
            lambda: sound_file(APPLICATIONS)[:-1],
        ),
        (
            "a web page saved as csv",
            REGISTER,
            "registry.column_unknown",
            "<!doctype html>\n<title>로그인</title>\n".encode,
        ),
    )
    for name, layout, code, build in builders:
        yield HostileCase(name, layout, build, code)


def cases() -> tuple[HostileCase, ...]:
    """Every hostile file, each under a name of its own."""
    return (*_file_cases(), *_row_cases(), *_cell_cases())
