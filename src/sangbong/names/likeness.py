"""How much two written names speak for one bearer, in bits, item by item.

1. (L1) Names are compared part by part in folded forms (T2), so it does not matter who wrote in which
   script. A part weighs log2 of: how probable the two writings are of one part of one name, over how
   probable they are of two people taken at random. The first counts the same form, one slip of the
   pen or ear, and anything else.
2. (L2) The same form weighs the more the rarer it is (T3), never more than `ITEM_BITS_MAX`. A reading
   that is possible but says less than chance would is named so.
3. (L3) Every reading of either name counts with its probability; the ledger shows the best pair of
   readings, and as an item of its own what the others add or take.
4. (L4) Of two people with several names each, every pair of names counts, names of one kind more; the
   ledger shows the best pair, and the price of having chosen it.
5. (L5) Signs that say more than their sound (Hanja) add a little where both have the same, and take
   nothing where they differ: they confirm and never exclude.
6. (L6) A part that one side leaves out says nothing; a syllable or word that only one side has
   speaks against.
7. (L7) Likeness is symmetric, the sum of its items, and within `BOUND_MILLIBITS` of zero.
8. (L8) Two names are called one where the sum reaches `THRESHOLD_MILLIBITS` and no part is missing or
   speaks against it: people of one rare family are relatives, and a slip is a question for a person.

Source: I. P. Fellegi and A. B. Sunter, "A theory for record linkage", J. Am. Stat. Assoc. 64 (1969);
the shares of error are general knowledge (NOT measured on any register).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from itertools import product
from math import fsum, log2, sqrt
from typing import Protocol, runtime_checkable

from sangbong.kernel.errors import Language, message
from sangbong.names.person import NameSet, PersonName
from sangbong.names.tradition import Part, Reading, Tradition

ITEM_BITS_MAX = 17.0
"""Most bits of one part (rule L2): a form rarer than one in 130,000 counts as that."""

SIGN_BITS = 0.75
"""Bits of one sign that both writings have (rule L5)."""

GIVEN_PARTS_MAX = 4
"""Parts of a given name that are weighed, from its beginning."""

SHARE_EXTRA = 0.03
"""How often a bearer's two names differ by a whole part (rule L6)."""

NEAR_SHARE_MIN = 0.15
"""How common the forms one letter off a form are at least, so that a slip alone never speaks for."""

RATIO_MIN = 1.0
"""Where the same form explains two writings less well than chance would, they hardly agree (L2)."""

BOUND_MILLIBITS = 90_000
"""No likeness is further from zero: family, given parts and signs together (rule L7)."""

THRESHOLD_MILLIBITS = 6_000
"""From here on two names may be called one (64 to 1): a bit below the weakest pair of one name on the
even rows of benchmarks/names_pairs.csv, a one-syllable name of a common family. Other names are told
apart by their parts (rule L8); the threshold keeps out names too common to tell anything."""

_PAIR_SHARE_MIN = 1e-3
_NEAR_OPTION_MIN = 0.02
_OPTIONS_SHOWN = 3


class Item(StrEnum):
    """What was compared."""

    NAME = "name"
    FAMILY = "family"
    GIVEN = "given"
    SIGNS = "signs"
    READINGS = "readings"
    CHOICE = "choice"


class Level(StrEnum):
    """How far two values agree; a price is no agreement but what a choice costs."""

    EXACT = "exact"
    SAME_SOUND = "same_sound"
    HARDLY = "hardly"
    ONE_LETTER = "one_letter"
    DIFFERENT = "different"
    EXTRA = "extra"
    MISSING = "missing"
    PRICE = "price"


_AGREED = frozenset({Level.EXACT, Level.SAME_SOUND, Level.PRICE})


@dataclass(frozen=True, slots=True)
class LikenessItem:
    """One line of the ledger: what was compared, how far it agrees, and what that weighs.

    `form` is the folded form agreed on, or empty; `per_million` how many people bear it.
    """

    item: Item
    position: int
    left: str
    right: str
    level: Level
    millibits: int
    form: str = ""
    per_million: int = 0

    def why(self, language: Language) -> str:
        """The reason as a sentence."""
        return message(_WHY[self.item, self.level], language).format(
            left=self.left or "–",
            right=self.right or "–",
            form=self.form,
            share=_percent(self.per_million),
        )

    def to_json(self) -> dict[str, str | int]:
        """The form kept in papers."""
        return {
            "item": self.item.value,
            "position": self.position,
            "left": self.left,
            "right": self.right,
            "level": self.level.value,
            "millibits": self.millibits,
            "form": self.form,
            "per_million": self.per_million,
        }

    def mirrored(self) -> LikenessItem:
        """The same line with the sides exchanged."""
        return replace(self, left=self.right, right=self.left)


@dataclass(frozen=True, slots=True)
class Likeness:
    """How much two names speak for one bearer, in thousandths of a bit, with the pair compared."""

    millibits: int
    items: tuple[LikenessItem, ...]
    left: PersonName
    right: PersonName

    @property
    def is_one_name(self) -> bool:
        """Whether the two may be called one name: rule L8. Whether one person, a person decides."""
        return self.millibits >= THRESHOLD_MILLIBITS and all(
            item.level in _AGREED for item in self.items if item.item is not Item.SIGNS
        )

    def mirrored(self) -> Likeness:
        """The same likeness with the sides exchanged."""
        items = tuple(item.mirrored() for item in self.items)
        return Likeness(self.millibits, items, self.right, self.left)


@runtime_checkable
class Signed(Protocol):
    """A tradition with signs that say more than their sound: rule L5."""

    def signs(self, name: PersonName) -> tuple[str, ...]:
        """The signs of a name; empty where it has none."""
        ...

    def same_sign(self, left: str, right: str) -> bool:
        """Whether two signs are one, variants counted as one."""
        ...


@dataclass(frozen=True, slots=True)
class _Errors:
    """How often one person's two writings agree, slip by a letter, or have nothing in common."""

    same: float
    slip: float
    other: float


_ERRORS = {Item.FAMILY: _Errors(0.985, 0.005, 0.005), Item.GIVEN: _Errors(0.955, 0.035, 0.004)}


@dataclass(frozen=True, slots=True)
class _Weighed:
    ratio: float
    level: Level
    form: str = ""
    share: float = 0.0


_MISSING = _Weighed(1.0, Level.MISSING)
_EXTRA = _Weighed(SHARE_EXTRA, Level.EXTRA)


@dataclass(frozen=True, slots=True)
class _Context:
    """What is known besides the names."""

    tradition: Tradition
    sex: str
    decade: int | None


def compare(
    left: NameSet | PersonName,
    right: NameSet | PersonName,
    *,
    tradition: Tradition,
    sex: str = "",
    decade: int | None = None,
) -> Likeness:
    """Weigh two people's names against each other: rules L1 to L7.

    Args:
        left: a name, or all names of a person.
        right: the other's.
        tradition: by which both are read.
        sex: `M`, `F`, or empty where it is not known; common names differ by it.
        decade: first year of the decade of birth, such as 1930, or None.

    Returns:
        The sum in thousandths of a bit, at most `BOUND_MILLIBITS` from zero, and its items. Exchanged
        sides give the same sum and the mirrored items.
    """
    ours, theirs = _names(left), _names(right)
    if not ours or not theirs:
        raise ValueError("a person without a name was compared")
    context = _Context(tradition, sex, decade)
    # one order inside, so that exchanged sides cannot differ by a rounding
    if [_order(name) for name in ours] <= [_order(name) for name in theirs]:
        return _of_sets(ours, theirs, context)
    return _of_sets(theirs, ours, context).mirrored()


def part_millibits(
    left: Part,
    right: Part,
    *,
    tradition: Tradition,
    item: Item,
    position: int = 0,
    sex: str = "",
    decade: int | None = None,
) -> int:
    """What one part of a name weighs beside another: rules L1 and L2, for tables of many names."""
    context = _Context(tradition, sex, decade)
    return _millibits(log2(_weigh_part(context, item, position, left, right).ratio))


def _names(side: NameSet | PersonName) -> tuple[PersonName, ...]:
    return side.names if isinstance(side, NameSet) else (side,)


def _order(name: PersonName) -> tuple[str, ...]:
    return (name.text, name.script, name.kind, name.side)


def _of_sets(
    ours: Sequence[PersonName], theirs: Sequence[PersonName], context: _Context
) -> Likeness:
    pairs = [
        (_of_names(left, right, context), left, right) for left, right in product(ours, theirs)
    ]
    best = max(pairs, key=lambda pair: pair[0].millibits)[0]
    if len(pairs) == 1:
        return best
    chances = [2.0 if left.kind is right.kind else 1.0 for _, left, right in pairs]
    total = log2(
        fsum(
            chance / fsum(chances) * 2 ** (pair[0].millibits / 1000)
            for chance, pair in zip(chances, pairs, strict=True)
        )
    )
    price = _millibits(total) - best.millibits
    choice = LikenessItem(Item.CHOICE, 0, str(len(ours)), str(len(theirs)), Level.PRICE, price)
    return replace(best, millibits=best.millibits + price, items=(*best.items, choice))


def _of_names(left: PersonName, right: PersonName, context: _Context) -> Likeness:
    ours, theirs = context.tradition.readings(left), context.tradition.readings(right)
    if not ours or not theirs:
        unread = LikenessItem(Item.NAME, 0, left.text, right.text, Level.MISSING, 0)
        return Likeness(0, (unread,), left, right)
    items, bits = _of_readings(ours, theirs, context)
    signs = _signs(left, right, context.tradition)
    items = (*items, *signs)
    total = sum(item.millibits for item in items)
    price = 0
    if len(ours) * len(theirs) > 1:
        price = _millibits(bits) + sum(item.millibits for item in signs) - total
        count = LikenessItem(Item.READINGS, 0, str(len(ours)), str(len(theirs)), Level.PRICE, price)
        items = (*items, count)
    return Likeness(total + price, items, left, right)


def _of_readings(
    ours: Sequence[Reading], theirs: Sequence[Reading], context: _Context
) -> tuple[tuple[LikenessItem, ...], float]:
    """The items of the best pair of readings, and the bits of all pairs together: rule L3."""
    weighed = [
        (left.weight * right.weight, *_best_alignment(left, right, context))
        for left, right in product(ours, theirs)
        if left.weight * right.weight >= _PAIR_SHARE_MIN
    ]
    if not weighed:  # many readings on both sides, none of them likely
        weighed = [
            (ours[0].weight * theirs[0].weight, *_best_alignment(ours[0], theirs[0], context))
        ]
    best = max(weighed, key=lambda pair: pair[0] * pair[1])
    total = fsum(chance for chance, _, _ in weighed)
    bits = log2(fsum(chance * ratio for chance, ratio, _ in weighed) / total)
    return tuple(_ledger(best[2])), bits


_Line = tuple[Item, int, Part, Part, _Weighed]


def _best_alignment(left: Reading, right: Reading, context: _Context) -> tuple[float, list[_Line]]:
    """The ratio of two readings, given names laid side by side from the start or from the end."""
    family = _weigh_part(context, Item.FAMILY, 0, left.family, right.family)
    best: tuple[float, list[_Line]] = (-1.0, [])
    for pairs in _alignments(left.given[:GIVEN_PARTS_MAX], right.given[:GIVEN_PARTS_MAX]):
        lines: list[_Line] = [(Item.FAMILY, 0, left.family, right.family, family)]
        ratio = family.ratio
        for position, (ours, theirs) in enumerate(pairs):
            weighed = _weigh_given(context, position, ours, theirs)
            ratio *= weighed.ratio
            lines.append((Item.GIVEN, position, ours or _NOTHING, theirs or _NOTHING, weighed))
        if ratio > best[0]:
            best = (ratio, lines)
    return best


_NOTHING = Part()
_Pairs = Sequence[tuple[Part | None, Part | None]]


def _alignments(left: tuple[Part, ...], right: tuple[Part, ...]) -> Iterator[_Pairs]:
    """Given parts side by side; None where a side has no part."""
    short = abs(len(left) - len(right))
    if not left or not right:
        # without any given name on one side there is nothing to compare: rule L6
        yield [(left[0] if left else _NOTHING, right[0] if right else _NOTHING)] if short else []
        return
    gap: tuple[None, ...] = (None,) * short
    ours, theirs = (left, (*right, *gap)) if len(left) > len(right) else ((*left, *gap), right)
    yield list(zip(ours, theirs, strict=True))
    if short:
        ours, theirs = (left, (*gap, *right)) if len(left) > len(right) else ((*gap, *left), right)
        yield list(zip(ours, theirs, strict=True))


def _weigh_given(
    context: _Context, position: int, left: Part | None, right: Part | None
) -> _Weighed:
    if left is None or right is None:
        return _EXTRA
    return _weigh_part(context, Item.GIVEN, position, left, right)


@lru_cache(maxsize=50_000)
def _weigh_part(context: _Context, item: Item, position: int, left: Part, right: Part) -> _Weighed:
    """The ratio of two parts and the level it comes from: rules L1 and L2."""
    if not left.is_known or not right.is_known:
        return _MISSING
    errors = _ERRORS[item]
    theirs = dict(right.options)
    same: dict[str, float] = {}
    for form, chance in left.options:
        if form in theirs:
            same[form] = chance * theirs[form] / _share(context, item, position, form)
    slip = fsum(
        ours * other / _near_share(context, item, position, (form, near))
        for form, ours in left.options
        for near, other in right.options
        if ours * other >= _NEAR_OPTION_MIN and context.tradition.near(form, near)
    )
    terms = (
        (errors.same * fsum(same.values()), Level.EXACT),
        (errors.slip * slip, Level.ONE_LETTER),
        (errors.other, Level.DIFFERENT),
    )
    ratio = min(fsum(term for term, _ in terms), 2**ITEM_BITS_MAX)
    level = max(terms, key=lambda pair: pair[0])[1]
    if level is not Level.EXACT:
        return _Weighed(ratio, level)
    form = max(same, key=lambda each: (same[each], each))
    if errors.same * fsum(same.values()) < RATIO_MIN:
        return _Weighed(ratio, Level.HARDLY, form)
    sure = len(left.options) == len(right.options) == 1
    share = _share(context, item, position, form)
    return _Weighed(ratio, Level.EXACT if sure else Level.SAME_SOUND, form, share)


def _share(context: _Context, item: Item, position: int, form: str) -> float:
    if item is Item.FAMILY:
        return context.tradition.family_share(form)
    return context.tradition.given_share(form, position, sex=context.sex, decade=context.decade)


def _near_share(context: _Context, item: Item, position: int, forms: tuple[str, str]) -> float:
    left, right = (_share(context, item, position, form) for form in forms)
    return max(sqrt(left * right), NEAR_SHARE_MIN)


def _ledger(lines: Sequence[_Line]) -> Iterator[LikenessItem]:
    for item, position, left, right, weighed in lines:
        yield LikenessItem(
            item,
            position,
            _shown(left),
            _shown(right),
            weighed.level,
            _millibits(log2(weighed.ratio)),
            weighed.form,
            round(weighed.share * 1_000_000),
        )


def _signs(left: PersonName, right: PersonName, tradition: Tradition) -> tuple[LikenessItem, ...]:
    """The signs that both writings have: rule L5."""
    if not isinstance(tradition, Signed):
        return ()
    ours, theirs = tradition.signs(left), tradition.signs(right)
    if not ours or len(ours) != len(theirs):
        return ()
    agreed = sum(tradition.same_sign(a, b) for a, b in zip(ours, theirs, strict=True))
    bits = SIGN_BITS * min(agreed, GIVEN_PARTS_MAX)
    level = Level.EXACT if agreed else Level.DIFFERENT
    shown = "".join(ours), "".join(theirs)
    return (LikenessItem(Item.SIGNS, 0, *shown, level, _millibits(bits)),)


def _shown(part: Part) -> str:
    """A part as a person reads it: its likeliest forms, with their chances where not sure."""
    if len(part.options) == 1:
        return part.options[0][0]
    return " / ".join(f"{form} {chance:.0%}" for form, chance in part.options[:_OPTIONS_SHOWN])


def _millibits(bits: float) -> int:
    return round(bits * 1000)


def _percent(per_million: int) -> str:
    share = per_million / 10_000
    return f"{share:.2g}%" if share < 99.5 else f"{share:.0f}%"


_WHY = {
    (Item.NAME, Level.MISSING): "names.like_name_unread",
    (Item.FAMILY, Level.EXACT): "names.like_family_exact",
    (Item.FAMILY, Level.SAME_SOUND): "names.like_family_same_sound",
    (Item.FAMILY, Level.HARDLY): "names.like_hardly",
    (Item.GIVEN, Level.HARDLY): "names.like_hardly",
    (Item.FAMILY, Level.ONE_LETTER): "names.like_one_letter",
    (Item.FAMILY, Level.DIFFERENT): "names.like_family_different",
    (Item.FAMILY, Level.MISSING): "names.like_missing",
    (Item.GIVEN, Level.EXACT): "names.like_given_exact",
    (Item.GIVEN, Level.SAME_SOUND): "names.like_given_same_sound",
    (Item.GIVEN, Level.ONE_LETTER): "names.like_one_letter",
    (Item.GIVEN, Level.DIFFERENT): "names.like_given_different",
    (Item.GIVEN, Level.EXTRA): "names.like_extra",
    (Item.GIVEN, Level.MISSING): "names.like_missing",
    (Item.SIGNS, Level.EXACT): "names.like_signs_same",
    (Item.SIGNS, Level.DIFFERENT): "names.like_signs_differ",
    (Item.READINGS, Level.PRICE): "names.like_readings",
    (Item.CHOICE, Level.PRICE): "names.like_choice",
}
"""The sentence of every kind of line."""
