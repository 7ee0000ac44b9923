"""What a written text may contain before it is stored.

1. (X1) The text is kept as given except for Unicode form C and blanks at its ends; spelling is never
   "corrected" (리 stays 리, Ryu stays Ryu).
2. (X2) The duplicate ideographs (U+F900 on) are kept although form C would replace them: KS X 1001
   has 金 twice, and which of the two was typed says how it is read.
3. (X3) Characters that cannot be seen, and those that mean nothing, are refused with their place and
   never taken away: two names that look the same must be the same.
4. (X4) A *name* may not begin as a spreadsheet formula does; other texts may ("-5 만" is a note).
5. (X5) A *name* holds no letter (jamo) that stands alone: 김ㅇㅇ says nobody. A syllable that nobody
   knows is written ○.

Source: Unicode 15 (UAX 15 for form C, UTS 39 and DerivedCoreProperties.txt for what cannot be seen);
Python's `unicodedata` says what is assigned.
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
"""Source: Unicode 15, DerivedCoreProperties.txt, Default_Ignorable_Code_Point; it holds the bidi
controls and the three Hangul fillers, which `str.isprintable` lets through."""

_DUPLICATES = re.compile("([\uf900-\ufaff\U0002f800-\U0002fa1f]+)")
"""The CJK compatibility ideographs: rule X2."""

_LONE_JAMO = re.compile("[\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\ud7b0-\ud7ff\uffa1-\uffdc]")
"""Letters of no syllable once form C has composed what can be: rule X5."""

_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Zl", "Zp"})
_UNASSIGNED_CATEGORIES = frozenset({"Cn", "Co", "Cs"})
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_FORMULA_STARTS = ("=", "+", "@", "-", "\t")


def clean_text(raw: str, *, column: str, max_length: int = 100) -> str:
    """This will give the text in Unicode form C without blanks at its ends: rules X1 to X3.

    Args:
        raw: the field as it stood in the paper or file.
        column: heading of the field, shown with a fault.
        max_length: most characters allowed after cleaning.

    Raises:
        SangbongError: `names.too_long`, `names.invisible_character`,
            `names.unassigned_character`, each with the place and which letter it is: the
            writer's fault.
    """
    # Form C shrinks a Hangul syllable from at most three letters, so this bound loses nothing.
    if len(raw) > 4 * max_length + 64:
        raise SangbongError("names.too_long", place=Place(column=column), limit=max_length)
    if _PLAIN.fullmatch(raw):
        text = raw.strip()
    else:
        text = composed(raw).strip()
        for position, character in enumerate(text, start=1):
            _refuse_hidden(character, position, column=column)
    if len(text) > max_length:
        raise SangbongError("names.too_long", place=Place(column=column), limit=max_length)
    return text


def clean_name(raw: str, *, column: str, max_length: int = 100) -> str:
    """This will clean a person's or place's name: `clean_text`, and rules X4 and X5.

    Raises:
        SangbongError: as `clean_text`, or `names.formula` (a clerk's spreadsheet would run such a
            name), or `names.lone_letter`: the writer's fault.
    """
    text = clean_text(raw, column=column, max_length=max_length)
    if raw.startswith("\t") or text.startswith(_FORMULA_STARTS):
        raise SangbongError("names.formula", place=Place(column=column), start=text[:1])
    lone = _LONE_JAMO.search(text)
    if lone:
        raise SangbongError("names.lone_letter", place=Place(column=column), letter=lone[0])
    return text


def composed(raw: str) -> str:
    """The text in Unicode form C, the duplicate ideographs kept: rule X2. Twice changes nothing."""
    if not _DUPLICATES.search(raw):
        return unicodedata.normalize("NFC", raw)
    # No ideograph composes with what stands beside it, so the pieces may be composed apart.
    return "".join(
        piece if index % 2 else unicodedata.normalize("NFC", piece)
        for index, piece in enumerate(_DUPLICATES.split(raw))
    )


def _refuse_hidden(character: str, position: int, *, column: str) -> None:
    point = ord(character)
    shown = f"U+{point:04X}"
    place = Place(column=column)
    category = unicodedata.category(character)
    if category in _HIDDEN_CATEGORIES or any(a <= point <= b for a, b in _DEFAULT_IGNORABLE):
        raise SangbongError(
            "names.invisible_character", place=place, point=shown, position=position
        )
    if category in _UNASSIGNED_CATEGORIES or character == _REPLACEMENT:
        raise SangbongError(
            "names.unassigned_character", place=place, point=shown, position=position
        )
