"""What a written text may contain before it is stored.

- The text is kept as given except for Unicode form C and blanks at its ends; spelling is never
  "corrected" (리 stays 리, Ryu stays Ryu).
- Characters that cannot be seen are refused: two names that look the same must be the same.
- A *name* may not begin as a spreadsheet formula does; other texts may ("-5 만" is a note).
"""

from __future__ import annotations

import re
import unicodedata

from sangbong.kernel.errors import Place, SangbongError

_PLAIN = re.compile("[ -~가-힣一-鿿]*")
"""Visible characters that Unicode form C leaves alone: most fields, so most fields are quick."""

_DEFAULT_IGNORABLE: tuple[tuple[int, int], ...] = (
    (0x00AD, 0x00AD),
    (0x034F, 0x034F),
    (0x061C, 0x061C),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFF8),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
)
"""Source: Unicode 14, DerivedCoreProperties.txt, Default_Ignorable_Code_Point; it holds the bidi
controls and the three Hangul fillers, which `str.isprintable` lets through."""

_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Zl", "Zp"})
_UNASSIGNED_CATEGORIES = frozenset({"Cn", "Co", "Cs"})
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_FORMULA_STARTS = ("=", "+", "@", "-", "\t")


def clean_text(raw: str, *, column: str, max_length: int = 100) -> str:
    """This will give the text in Unicode form C without blanks at its ends.

    Args:
        raw: the field as it stood in the paper or file.
        column: heading of the field, shown with a fault.
        max_length: most characters allowed after cleaning.

    Raises:
        SangbongError: `names.too_long`, `names.invisible_character`,
            `names.unassigned_character`: the writer's fault.
    """
    # Form C shrinks a Hangul syllable from at most three letters, so this bound loses nothing.
    if len(raw) > 4 * max_length + 64:
        raise SangbongError("names.too_long", place=Place(column=column), limit=max_length)
    if _PLAIN.fullmatch(raw):
        text = raw.strip()
    else:
        text = unicodedata.normalize("NFC", raw).strip()
        for character in text:
            _refuse_hidden(character, column=column)
    if len(text) > max_length:
        raise SangbongError("names.too_long", place=Place(column=column), limit=max_length)
    return text


def clean_name(raw: str, *, column: str, max_length: int = 100) -> str:
    """This will clean a person's or place's name: `clean_text`, and no formula in disguise.

    Raises:
        SangbongError: as `clean_text`, or `names.formula`: the writer's fault. A clerk's
            spreadsheet would run such a name.
    """
    text = clean_text(raw, column=column, max_length=max_length)
    if raw.startswith("\t") or text.startswith(_FORMULA_STARTS):
        raise SangbongError("names.formula", place=Place(column=column), start=text[:1])
    return text


def _refuse_hidden(character: str, *, column: str) -> None:
    point = ord(character)
    shown = f"U+{point:04X}"
    category = unicodedata.category(character)
    if category in _HIDDEN_CATEGORIES or any(a <= point <= b for a, b in _DEFAULT_IGNORABLE):
        raise SangbongError("names.invisible_character", place=Place(column=column), point=shown)
    if category in _UNASSIGNED_CATEGORIES or character == _REPLACEMENT:
        raise SangbongError("names.unassigned_character", place=Place(column=column), point=shown)
