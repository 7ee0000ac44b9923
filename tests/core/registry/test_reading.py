from __future__ import annotations

import csv
import io
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangbong.kernel.errors import SangbongError
from sangbong.registry.core import reading
from sangbong.registry.core.faults import SHOWN_MAX, Fault, fault_of, shown
from sangbong.registry.core.layouts import APPLICATION_COLUMNS, COLUMNS, REGISTER_COLUMNS, Layout
from sangbong.registry.core.reading import Row, UnreadableFile, open_table

KOREAN = [column.korean for column in REGISTER_COLUMNS]
ENGLISH = [column.key for column in REGISTER_COLUMNS]
WIDTH = len(KOREAN)


def written(*rows: list[str], headings: list[str] | None = None) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([headings or KOREAN, *rows])
    return out.getvalue()


def faults_of(
    data: bytes, layout: Layout = Layout.REGISTER
) -> list[tuple[int | None, str, str, str]]:
    try:
        found = [row for row in open_table(data, layout).rows if isinstance(row, Fault)]
    except UnreadableFile as error:
        found = list(error.faults)
    for fault in found:
        assert fault.text("en")
        assert fault.text("ko")
    return [(fault.line, fault.column, fault.value_shown, fault.code) for fault in found]


cell = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=12
)
korean_cell = st.text(st.sampled_from('가힣한글Lee 12,"리률똠방각하'), max_size=12)


@given(rows=st.lists(st.lists(cell, min_size=WIDTH, max_size=WIDTH), max_size=5))
def test_what_a_spreadsheet_wrote_is_what_is_read(rows: list[list[str]]) -> None:
    table = open_table(written(*rows).encode(), Layout.REGISTER)
    assert [row.cells for row in table.rows if isinstance(row, Row)] == [
        row for row in rows if any(row)
    ]


@given(
    rows=st.lists(st.lists(korean_cell, min_size=WIDTH, max_size=WIDTH), max_size=4),
    order=st.permutations(range(WIDTH)),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp949"]),
)
def test_encoding_and_order_of_columns_do_not_matter(
    rows: list[list[str]], order: list[int], encoding: str
) -> None:
    text = written(
        *([row[at] for at in order] for row in rows), headings=[KOREAN[at] for at in order]
    )
    table = open_table(text.encode(encoding), Layout.REGISTER)
    assert table.headings == tuple(KOREAN)
    assert [row.cells for row in table.rows if isinstance(row, Row)] == [
        row for row in rows if any(row)
    ]


@settings(max_examples=300)
@given(data=st.binary(max_size=400), layout=st.sampled_from(Layout))
def test_any_bytes_are_read_or_refused_with_a_sentence(data: bytes, layout: Layout) -> None:
    faults_of(data, layout)
    faults_of(written().encode() + data, layout)


@pytest.mark.parametrize("layout", list(Layout))
def test_english_and_decomposed_headings_are_known(layout: Layout) -> None:
    for headings in (
        [column.key.upper() for column in COLUMNS[layout]],
        [unicodedata.normalize("NFD", column.korean) for column in COLUMNS[layout]],
    ):
        assert faults_of(written(headings=headings).encode(), layout) == []


def test_the_headings_are_those_of_the_agreed_layout() -> None:
    assert len(APPLICATION_COLUMNS) == 27
    assert len(REGISTER_COLUMNS) == 16


ROW = [f"v{at}" for at in range(WIDTH)]
GOOD = written(ROW)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", (None, "", "", "registry.file_empty")),
        (b" \r\n\r\n", (None, "", "", "registry.file_empty")),
        (b"PK\x03\x04xlsx", (None, "", "", "registry.file_is_workbook")),
        (b"\xd0\xcf\x11\xe0xls", (None, "", "", "registry.file_is_workbook")),
        (GOOD.encode("utf-16"), (None, "", "", "registry.file_is_utf16")),
        (GOOD.encode()[:-1], None),
        (GOOD.encode()[:-2], (2, "", "", "registry.last_line_unfinished")),
        (GOOD.replace(",", ";").encode(), "registry.delimiter"),
        (GOOD.replace(",", "\t").encode(), "registry.delimiter"),
        (b'"unclosed\r\n', (1, "", '"unclosed\\u{D}\\u{A}', "registry.quotes")),
        (b"x" * 130_000 + b"\n", (1, "", "x" * 39 + "…", "registry.line_too_long")),
        (b"only\r\n", (1, "only", "only", "registry.column_unknown")),
        (written(headings=KOREAN[1:]).encode(), (1, "등록번호", "", "registry.column_missing")),
        (
            written(headings=[*KOREAN, "성명"]).encode(),
            (1, "성명", "성명", "registry.column_twice"),
        ),
        (
            written(headings=[*KOREAN, "주민번호"]).encode(),
            (1, "주민번호", "주민번호", "registry.column_unknown"),
        ),
        (
            written(ROW, ROW[:-3]).encode(),
            (3, "", "v0,v1,v2,v3,v4,v5,v6,v7,v8,v9,v10,v11,v…", "registry.row_width"),
        ),
        ((GOOD + 'a,"b\r\n').encode(), (3, "성명", "b", "registry.quotes")),
        ((GOOD + 'a,"b"x,c\r\n').encode(), (3, "아명", "c", "registry.quotes")),
        ((GOOD + "," * 20 + '"x\r\n').encode(), (3, "", "x", "registry.quotes")),
        ((GOOD + "," * 30 + "\r\n\r\n").encode(), None),
    ],
)
def test_a_file_that_cannot_be_read_says_where_and_why(data: bytes, fault: object) -> None:
    found = faults_of(data)
    if fault is None:
        assert found == []
    elif isinstance(fault, str):
        assert found[0][3] == fault
    else:
        assert found[0] == fault


def test_a_damaged_utf8_file_is_not_read_as_nonsense_in_cp949() -> None:
    good = written(["1", "이선율", *ROW[2:]]).encode()
    at = good.index("선".encode())
    bad = good[:at] + b"\xff" + good[at + 1 :]
    assert faults_of(bad) == [(2, "성명", "이\\xFF", "registry.encoding_unknown")]
    english = written(["1", "Lee", *ROW[2:]], headings=ENGLISH).encode("utf-8-sig")
    at = english.index(b"Lee")
    assert faults_of(english[:at] + b"\xff" + english[at:])[0][:2] == (2, "name")


def test_a_file_that_is_neither_utf8_nor_cp949_is_refused_at_its_byte() -> None:
    data = written(["1", "이선율", *ROW[2:]]).encode("cp949")
    at = data.index("율".encode("cp949"))
    found = faults_of(data[:at] + b"\xff" + data[at + 2 :])
    assert found == [(2, "성명", "이선\\xFF", "registry.encoding_unknown")]


def test_a_bad_byte_in_the_headings_or_past_them_has_no_column() -> None:
    assert faults_of(b"\xff\xff,x\n")[0][:2] == (1, "")
    extra = written([*ROW, "x", "y", "z"], headings=ENGLISH).encode()[:-3] + b"\xff\r\n"
    assert faults_of(extra)[0][:2] == (2, "")


def test_a_letter_cut_at_the_border_of_two_chunks_is_found_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "_CHUNK_BYTES", 7)
    data = written(["1", "이선율" * 5, *ROW[2:]]).encode()
    assert faults_of(data) == []
    at = data.index("율".encode())
    (fault,) = faults_of(data[:at] + data[at + 1 :])
    assert (fault[:2], fault[3]) == ((2, "성명"), "registry.encoding_unknown")


def test_a_name_of_ten_million_letters_is_refused_at_its_cell_and_reading_goes_on() -> None:
    long = ["2", "김" * 10_000_000, *ROW[2:]]
    data = written(ROW, long, ROW[:3], ROW).encode()
    found = faults_of(data)
    assert found == [
        (3, "성명", "김" * 39 + "…", "registry.cell_too_long"),
        (4, "", "v0,v1,v2", "registry.row_width"),
    ]


def test_long_cells_are_told_from_long_lines() -> None:
    quoted = ["1", "a" * 20 + '","' + "b" * 9_000, *("c" * 5_000 for _ in range(2)), *ROW[4:]]
    assert faults_of(written(quoted).encode()) == []
    assert faults_of(written(["x" * 10_001, *ROW[1:]]).encode())[0][1] == "등록번호"
    past = [*ROW, *("y" for _ in range(3)), "z" * 10_001]
    assert faults_of(written(past).encode())[0][1:2] == ("",)
    many = ["w" * 9_999 for _ in range(WIDTH)]
    assert faults_of(written(many, ROW).encode()) == [
        (2, "", "w" * 39 + "…", "registry.line_too_long")
    ]


def test_too_large_files_and_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "ROWS_MAX", 3)
    assert faults_of(written(ROW, ROW).encode()) == []
    assert faults_of(written(ROW, ROW, ROW).encode()) == [(4, "", "", "registry.too_many_rows")]
    monkeypatch.setattr(reading, "FILE_BYTES_MAX", 10)
    assert faults_of(GOOD.encode()) == [(None, "", "", "registry.file_too_large")]


@given(value=st.text(max_size=100))
def test_a_shown_value_is_short_and_visible(value: str) -> None:
    out = shown(value)
    assert len(out) <= SHOWN_MAX
    assert all(
        unicodedata.category(character) not in {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
        for character in out
    )
    assert "\N{HANGUL FILLER}" not in out


def test_invisible_characters_are_named_in_a_report() -> None:
    assert shown("김\u202e철\u3164") == "김\\u{202E}철\\u{3164}"
    assert shown("a" * 40) == "a" * 40
    assert shown("a" * 41) == "a" * 39 + "…"
    assert shown("a" * 35 + "\u202e" + "b") == "a" * 35 + "…"


def test_a_faults_sentence_has_its_place_reason_and_value_in_both_languages() -> None:
    error = SangbongError("registry.age_too_high", age=140, limit=115)
    fault = fault_of(error, line=7, column="생년월일", value="1878")
    assert fault.text("en") == (
        "line 7, “생년월일”: By this date the person would be 140 years old; up to 115 can be entered."
        " Please check the year, or leave it blank when it is not remembered. [1878]"
    )
    assert fault.text("ko").startswith(
        "7행, “생년월일”: 이 생년월일대로라면 연세가 140세가 됩니다."
    )
    assert Fault(None, "", "", "registry.file_empty").text("en").startswith("The file is empty.")
