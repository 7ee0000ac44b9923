"""Gather the words of the pages into the Korean catalogue, and compile it.

    .venv/bin/python tools/messages.py         extract, merge into locale/ko, compile
    .venv/bin/python tools/messages.py check   fail if a word of a page has no Korean, or .mo is stale

Babel does what `makemessages` needs the gettext programs for. Templates pass through Django's own
`templatize`, so that what Django would translate is exactly what is gathered.
"""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "sangbong"
FOLDER = PACKAGE / "locale" / "ko" / "LC_MESSAGES"
PO, MO = FOLDER / "django.po", FOLDER / "django.mo"
# a time in the file would change it at every run
STILL = datetime(2026, 11, 1, tzinfo=UTC)
_CALL = re.compile(
    r"(?<![\w.])(_|gettext|ngettext)\(\s*((?:u?(?:'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\")\s*,?\s*){1,2})"
)


def _template_words(path: Path) -> Iterator[tuple[int, str | tuple[str, str]]]:
    from django.utils.translation.template import templatize

    code = templatize(path.read_text(encoding="utf-8"))
    for found in _CALL.finditer(code):
        texts = ast.literal_eval(f"({found.group(2).rstrip().rstrip(',')},)")
        line = code.count("\n", 0, found.start()) + 1
        yield line, tuple(texts[:2]) if found.group(1) == "ngettext" else texts[0]


def gather() -> Catalog:
    """Every word of the pages, with where it stands."""
    catalog = Catalog(project="sangbong", version="2026.11", charset="utf-8", creation_date=STILL)
    for path in sorted(PACKAGE.rglob("web/**/*.py")):
        place = path.relative_to(ROOT).as_posix()
        found = extract_from_file(
            "python",
            path,
            keywords={
                "_": None,
                "gettext": None,
                "gettext_lazy": None,
                "ngettext": (1, 2),
                "noop": None,
            },
        )
        for line, message, comments, _context in found:
            catalog.add(message, None, [(place, line)], auto_comments=comments)
    for path in sorted(PACKAGE.rglob("web/templates/**/*.html")):
        place = path.relative_to(ROOT).as_posix()
        for line, message in _template_words(path):
            catalog.add(message, None, [(place, line)])
    return catalog


def _known() -> Catalog:
    if not PO.exists():
        return Catalog(locale="ko", charset="utf-8")
    with PO.open("rb") as file:
        return read_po(file, locale="ko")


def _merged() -> Catalog:
    known = _known()
    merged = Catalog(
        locale="ko",
        project="sangbong",
        version="2026.11",
        charset="utf-8",
        creation_date=STILL,
        revision_date=STILL,
        last_translator="sangbong",
        language_team="ko",
        fuzzy=False,
    )
    for message in gather():
        if message.id:
            before = known.get(message.id if isinstance(message.id, str) else message.id[0])
            text = before.string if before else None
            merged.add(
                message.id,
                text,
                locations=[],
                auto_comments=sorted({place for place, _ in message.locations}),
            )
    return merged


def _bytes(catalog: Catalog, *, compiled: bool) -> bytes:
    buffer = BytesIO()
    if compiled:
        write_mo(buffer, catalog)
    else:
        write_po(buffer, catalog, sort_output=True, width=100, omit_header=False)
    return buffer.getvalue()


def _missing(catalog: Catalog) -> list[str]:
    return [
        str(message.id)
        for message in catalog
        if message.id
        and not (
            message.string if isinstance(message.string, str) else all(message.string or ("",))
        )
    ]


def main(argv: list[str]) -> int:
    """Write or check the catalogue; the exit status."""
    sys.path.insert(0, str(PACKAGE.parent))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sangbong.settings")
    import django

    django.setup()
    merged = _merged()
    missing = _missing(merged)
    if argv[1:] == ["check"]:
        stale = not MO.exists() or _bytes(merged, compiled=True) != MO.read_bytes()
        for word in missing:
            print(f"no Korean: {word}")
        if stale:
            print(f"{MO.relative_to(ROOT)} is stale: run tools/messages.py")
        return 1 if missing or stale else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    PO.write_bytes(_bytes(merged, compiled=False))
    MO.write_bytes(_bytes(merged, compiled=True))
    print(f"{len(merged)} words, {len(missing)} without Korean")
    for word in missing:
        print(word)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
