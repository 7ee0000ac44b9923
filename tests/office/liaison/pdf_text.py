"""The text of a PDF as a search in it finds it: for PDFs as typst writes them, and no others."""

from __future__ import annotations

import re
import zlib

_OBJECT = re.compile(rb"(\d+) 0 obj(.*?)endobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_NESTED = rb"(?:\\.|[^\\()]|\((?:\\.|[^\\()])*\))*"
_SHOWN = re.compile(
    rb"/(f\d+) [\d.]+ Tf|\((" + _NESTED + rb")\)|<([0-9A-Fa-f]+)>|(\bBT\b)", re.DOTALL
)
_ESCAPED = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_NAMED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def text_of(pdf: bytes) -> str:
    """Every run of text on a line of its own, letters by the fonts' own tables."""
    objects = {int(number): body for number, body in _OBJECT.findall(pdf)}
    fonts = {
        name: _letters(objects[_pointed(objects[int(font)], b"ToUnicode")])
        for name, font in re.findall(rb"/(f\d+) (\d+) 0 R", pdf)
    }
    return "".join(
        _runs(content, fonts) for body in objects.values() if b"BT" in (content := _content(body))
    )


def _pointed(body: bytes, name: bytes) -> int:
    found = re.search(rb"/" + name + rb" (\d+) 0 R", body)
    assert found is not None
    return int(found[1])


def _content(body: bytes) -> bytes:
    found = _STREAM.search(body)
    if found is None:
        return b""
    try:
        return zlib.decompress(found[1])
    except zlib.error:
        return found[1]


def _letters(body: bytes) -> dict[int, str]:
    table = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", _content(body), re.DOTALL):
        for code, unicode in re.findall(rb"<(\w+)>\s*<(\w+)>", block):
            table[int(code, 16)] = bytes.fromhex(unicode.decode()).decode("utf-16-be")
    return table


def _runs(content: bytes, fonts: dict[bytes, dict[int, str]]) -> str:
    said, letters = [], {}
    for font, shown, hexed, begins in _SHOWN.findall(content):
        if begins:
            said.append("\n")
        elif font:
            letters = fonts[font]
        else:
            codes = bytes.fromhex(hexed.decode()) if hexed else _ESCAPED.sub(_plain, shown)
            said += [
                letters.get(int.from_bytes(codes[at : at + 2], "big"), "")
                for at in range(0, len(codes), 2)
            ]
    return "".join(said)


def _plain(escaped: re.Match[bytes]) -> bytes:
    what = escaped[1]
    return bytes([int(what, 8)]) if what.isdigit() else _NAMED.get(what, what)
