"""Sets a paper as a PDF: typst lays out what comes in as JSON, segno draws the QR code.

The template is ours and fixed; texts reach it as data, so nothing in a text can be a command. The PDF is
PDF/A-2u: it carries its fonts, and its text can be searched in forty years.
"""

from __future__ import annotations

import io
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

import segno
import typst

from sangbong.kernel.canonical import canonical_bytes
from sangbong.kernel.errors import SangbongError
from sangbong.liaison.core.paper.paper import Sheet, layout

FONTS = (
    "Noto Serif CJK KR",
    "Noto Serif KR",
    "Noto Sans CJK KR",
    "Noto Sans KR",
    "NanumMyeongjo",
    "NanumGothic",
    "UnBatang",
    "Baekmuk Batang",
)
"""Korean fonts that papers are set in, the first one that is installed."""

_TEMPLATE = Path(__file__).with_name("paper.typ")
_PDF_STANDARD: Final = "a-2u"


@cache
def _fonts() -> typst.Fonts:
    """All fonts of this machine, looked for once."""
    return typst.Fonts()


def korean_font() -> str:
    """The font that papers are set in.

    Raises:
        SangbongError: `liaison.paper_font`; none is installed.
    """
    installed = frozenset(_fonts().families())
    for family in FONTS:
        if family in installed:
            return family
    raise SangbongError("liaison.paper_font")


def qr_svg(text: str) -> str:
    """A QR code of which a quarter may be stained, as SVG."""
    out = io.BytesIO()
    segno.make(text, error="q", micro=False).save(out, kind="svg", border=2, xmldecl=False)
    return out.getvalue().decode("utf-8")


def set_pdf(sheet: Sheet, *, now: datetime) -> bytes:
    """A paper and its reply form as PDF; the same paper at the same time gives the same bytes.

    Raises:
        SangbongError: `liaison.paper_font`, or `liaison.paper_not_set` with the fault of typst.
    """
    inputs = {
        "sheet": canonical_bytes(layout(sheet)).decode("utf-8"),
        "qr": qr_svg(sheet.qr_text),
        "font": korean_font(),
    }
    try:
        pdf = typst.compile(
            _TEMPLATE,
            root=_TEMPLATE.parent,
            font_paths=_fonts(),
            sys_inputs=inputs,
            format="pdf",
            pdf_standards=_PDF_STANDARD,
            timestamp=now,
        )
    except typst.TypstError as error:
        raise SangbongError("liaison.paper_not_set", reason=error.message[:200]) from error
    assert isinstance(pdf, bytes), "one document"  # noqa: S101 -- pages come only as PNG or SVG
    return pdf
