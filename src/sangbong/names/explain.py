"""The ledger of two names as a person reads it, and what a written name may be read as.

1. (E1) Every line says what was compared, both values, the weight in bits, and why, in the reader's
   language; the last line is the sum and what it allows to be said.
2. (E2) A weight is shown in tenths of a bit; the lines may differ from the sum by what that hides.
"""

from __future__ import annotations

from dataclasses import dataclass

from sangbong.kernel.errors import Language, message
from sangbong.names.likeness import Item, Likeness, LikenessItem
from sangbong.names.person import PersonName
from sangbong.names.tradition import Part, Tradition

_LABELS = {
    Item.NAME: "names.item_name",
    Item.FAMILY: "names.item_family",
    Item.GIVEN: "names.item_given",
    Item.SIGNS: "names.item_signs",
    Item.READINGS: "names.item_readings",
    Item.CHOICE: "names.item_choice",
}


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One line in one language: rule E1."""

    label: str
    left: str
    right: str
    bits: str
    why: str


def ledger(likeness: Likeness, language: Language) -> tuple[LedgerLine, ...]:
    """Every line of the ledger, in the order of the name."""
    return tuple(
        LedgerLine(
            label(item, language),
            item.left,
            item.right,
            shown_bits(item.millibits),
            item.why(language),
        )
        for item in likeness.items
    )


def label(item: LikenessItem, language: Language) -> str:
    """What was compared, such as “given name, part 2”."""
    return message(_LABELS[item.item], language).format(place=item.position + 1)


def shown_bits(millibits: int) -> str:
    """A weight with its sign, in tenths of a bit: rule E2."""
    return f"{round(millibits / 100) / 10:+.1f}".replace("-", "\N{MINUS SIGN}")


def verdict(likeness: Likeness, language: Language) -> str:
    """The sum, and whether the two may be called one name."""
    code = "names.like_one_name" if likeness.is_one_name else "names.like_not_one_name"
    return message(code, language).format(bits=shown_bits(likeness.millibits))


@dataclass(frozen=True, slots=True)
class ShownReading:
    """One reading of a name in writing: how likely it is, the family's part, the given ones."""

    chance: str
    family: str
    given: tuple[str, ...]


def readings_shown(name: PersonName, *, tradition: Tradition) -> tuple[ShownReading, ...]:
    """Every reading of a name, the likeliest first; empty where it cannot be read."""
    readings = sorted(tradition.readings(name), key=lambda reading: -reading.weight)
    return tuple(
        ShownReading(
            f"{reading.weight:.0%}",
            part_shown(reading.family),
            tuple(part_shown(part) for part in reading.given),
        )
        for reading in readings
    )


def part_shown(part: Part) -> str:
    """All forms of a part, with their chances where it has several; a dash for an unknown one."""
    if not part.is_known:
        return "–"
    if len(part.options) == 1:
        return part.options[0][0]
    return " / ".join(f"{form} {chance:.0%}" for form, chance in part.options)
