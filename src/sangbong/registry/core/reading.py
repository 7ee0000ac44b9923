"""From the bytes of a spreadsheet saved as CSV to its rows, refusing rather than guessing.

1. The text is UTF-8 (with or without its mark) or CP949, decided by strict decoding of the whole.
2. The first line holds the headings of the layout, each once, in any order.
3. A row is one line; a line break inside a cell is refused, because one lost quotation mark would
   swallow every row after it without a sound.
4. Lines and cells are bounded before they are read, so a hostile file costs no memory.
5. A file whose last line is not ended is refused: it may be the first part of a longer one.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from sangbong.registry.core.faults import Fault, shown
from sangbong.registry.core.layouts import COLUMNS, Layout

FILE_BYTES_MAX = 512 * 1024 * 1024
CELL_CHARACTERS_MAX = 10_000
LINE_CHARACTERS_MAX = 120_000
"""Below the csv module's own bound of 131,072, which can then never be met."""
ROWS_MAX = 3_000_000

_CHUNK_BYTES = 1 << 20
_HANGUL = re.compile("[가-힣]")
_UTF8_MARK = codecs.BOM_UTF8
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_ZIP_MARK = b"PK\x03\x04"
_OLE_MARK = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class Row:
    """A readable line: its number from 1, and its cells in the layout's order."""

    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Table:
    """A readable file: the headings as it spells them, in the layout's order, and its rows."""

    headings: tuple[str, ...]
    rows: Iterator[Row | Fault]


class UnreadableFile(Exception):
    """The file as a whole cannot be read; the faults say why."""

    def __init__(self, *faults: Fault) -> None:
        """Keep the faults, at least one."""
        super().__init__(faults[0].code)
        self.faults = faults


def open_table(data: bytes, layout: Layout) -> Table:
    """This will read the headings and make the rows ready to be read one by one.

    Raises:
        UnreadableFile: the file is not a CSV of this layout: the writer's fault.
    """
    encoding = _encoding(data)
    if not data.endswith((b"\n", b"\r")):
        last = data.count(b"\n") + 1
        raise UnreadableFile(Fault(last, "", "", "registry.last_line_unfinished"))
    stream = io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline="")
    first = stream.readline(LINE_CHARACTERS_MAX + 1)
    if len(first) > LINE_CHARACTERS_MAX:
        raise UnreadableFile(
            Fault(1, "", shown(first), "registry.line_too_long", {"limit": LINE_CHARACTERS_MAX})
        )
    headings, order = _headings(first, layout)
    return Table(
        headings=tuple(headings[position] for position in order),
        rows=_rows(stream, headings, order),
    )


def _encoding(data: bytes) -> str:
    if len(data) > FILE_BYTES_MAX:
        limit = FILE_BYTES_MAX // (1 << 20)
        raise UnreadableFile(Fault(None, "", "", "registry.file_too_large", {"limit": limit}))
    if not data.strip():
        raise UnreadableFile(Fault(None, "", "", "registry.file_empty"))
    if data.startswith((_ZIP_MARK, _OLE_MARK)):
        raise UnreadableFile(Fault(None, "", "", "registry.file_is_workbook"))
    if data.startswith(_UTF16_MARKS):
        raise UnreadableFile(Fault(None, "", "", "registry.file_is_utf16"))
    bad_at = _undecodable(data, "utf-8")
    if bad_at is None:
        return "utf-8-sig"
    # Damaged UTF-8 may by chance decode as CP949, into nonsense that looks like Korean.
    if data.startswith(_UTF8_MARK) or any(map(_HANGUL.search, _decoded(data[:bad_at], "utf-8"))):
        raise UnreadableFile(_undecodable_fault(data, bad_at, "utf-8", "UTF-8"))
    bad_at = _undecodable(data, "cp949")
    if bad_at is not None:
        raise UnreadableFile(_undecodable_fault(data, bad_at, "cp949", "UTF-8, CP949"))
    return "cp949"


def _decoded(data: bytes, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)("ignore")
    for start in range(0, len(data), _CHUNK_BYTES):
        yield decoder.decode(data[start : start + _CHUNK_BYTES])


def _undecodable(data: bytes, encoding: str) -> int | None:
    """Position of the first byte that is not this encoding; None when there is none."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    for start in range(0, len(data), _CHUNK_BYTES):
        held = len(decoder.getstate()[0])
        end = start + _CHUNK_BYTES
        try:
            decoder.decode(data[start:end], final=end >= len(data))
        except UnicodeDecodeError as fault:
            return start - held + fault.start
    return None


def _undecodable_fault(data: bytes, bad_at: int, encoding: str, tried: str) -> Fault:
    line_start = data.rfind(b"\n", 0, bad_at) + 1
    line = data.count(b"\n", 0, bad_at) + 1
    before = data[max(line_start, bad_at - LINE_CHARACTERS_MAX) : bad_at].decode(
        encoding, "replace"
    )
    position, cell = _cell_at_end(before)
    first_line = data[: max(0, data.find(b"\n"))][:LINE_CHARACTERS_MAX]
    headings = first_line.decode(encoding, "replace").strip("\ufeff\r\n").split(",")
    column = headings[position].strip('" ') if line > 1 and position < len(headings) else ""
    return Fault(
        line,
        shown(column),
        shown(cell + f"\\x{data[bad_at]:02X}"),
        "registry.encoding_unknown",
        {"tried": tried},
    )


def _headings(first: str, layout: Layout) -> tuple[list[str], list[int]]:
    columns = COLUMNS[layout]
    try:
        raw = next(csv.reader([first], strict=True))
    except csv.Error:
        raise UnreadableFile(Fault(1, "", shown(first), "registry.quotes")) from None
    found = [unicodedata.normalize("NFC", heading).strip() for heading in raw]
    if len(found) == 1 and re.search("[;\t|]", first):
        raise UnreadableFile(Fault(1, "", shown(first.strip()), "registry.delimiter"))
    keys = {column.key: column.key for column in columns}
    keys |= {column.korean: column.key for column in columns}
    positions: dict[str, int] = {}
    faults: list[Fault] = []
    for position, heading in enumerate(found):
        key = keys.get(heading) or keys.get(heading.lower())
        if key is None:
            faults.append(Fault(1, shown(heading), shown(heading), "registry.column_unknown"))
        elif key in positions:
            faults.append(Fault(1, shown(heading), shown(heading), "registry.column_twice"))
        else:
            positions[key] = position
    faults += [
        Fault(
            1, column.korean, "", "registry.column_missing", {"ko": column.korean, "en": column.key}
        )
        for column in columns
        if column.key not in positions
    ]
    if faults:
        raise UnreadableFile(*faults)
    return found, [positions[column.key] for column in columns]


def _rows(stream: io.TextIOWrapper, headings: list[str], order: list[int]) -> Iterator[Row | Fault]:
    width = len(headings)
    number = 1
    as_written = order == list(range(width))
    while line := stream.readline(LINE_CHARACTERS_MAX + 1):
        number += 1
        if number > ROWS_MAX:
            yield Fault(number, "", "", "registry.too_many_rows", {"limit": ROWS_MAX})
            return
        if len(line) > CELL_CHARACTERS_MAX:
            fault = _long_cell(line, number, headings)
            if fault is not None:
                yield fault
                while len(line) > LINE_CHARACTERS_MAX and not line.endswith(("\n", "\r")):
                    line = stream.readline(LINE_CHARACTERS_MAX + 1)
                continue
        try:
            cells = next(csv.reader([line], strict=True), [])
        except csv.Error:
            position, cell = _cell_at_end(line)
            column = headings[position] if position < width else ""
            yield Fault(number, column, shown(cell.strip("\r\n")), "registry.quotes")
            continue
        if len(cells) != width:
            if any(cells):
                counts = {"expected": width, "found": len(cells)}
                yield Fault(number, "", shown(line.strip("\r\n")), "registry.row_width", counts)
            continue
        if not any(cells):
            continue  # spreadsheets leave empty rows at the end
        yield Row(number, cells if as_written else [cells[position] for position in order])


def _long_cell(line: str, number: int, headings: list[str]) -> Fault | None:
    """The first cell that is longer than a cell may be, found without reading the line as CSV."""
    position = start = 0
    quoted = False
    for index, character in enumerate(line):
        if character == '"':
            quoted = not quoted
        elif character == "," and not quoted:
            position, start = position + 1, index + 1
        if index - start >= CELL_CHARACTERS_MAX:
            column = headings[position] if position < len(headings) else ""
            limit = {"limit": CELL_CHARACTERS_MAX}
            value = line[start : start + CELL_CHARACTERS_MAX].lstrip('"')
            return Fault(number, column, shown(value), "registry.cell_too_long", limit)
    if len(line) > LINE_CHARACTERS_MAX:
        limit = {"limit": LINE_CHARACTERS_MAX}
        return Fault(number, "", shown(line), "registry.line_too_long", limit)
    return None


def _cell_at_end(text: str) -> tuple[int, str]:
    """Position and beginning of the cell in which a piece of a line ends."""
    position = start = 0
    quoted = False
    for index, character in enumerate(text):
        if character == '"':
            quoted = not quoted
        elif character == "," and not quoted:
            position, start = position + 1, index + 1
    return position, text[start:].lstrip('"')
