"""Names in Latin letters as readings: which words are the family's, and what each may stand for.

1. (L3) A comma ends the family name; where some words are all capitals, they are the family name;
   otherwise the last word is most often the family's, sometimes the first, and of three words or
   more the last two (Iberian names). Words known as given or as family names shift these odds.
2. (L4) Particles (de, van der, von) belong to the family name that follows, even behind the comma
   of a list. A family name is folded with them and without them, for half the lists drop them.
3. (L5) A hyphenated family name stands for the whole and for each half; a birth name behind a word
   for it (née, geb., z domu) stands beside the married one.
4. (L6) Every given word is a part, each half of a hyphenated one too. An initial stands for the
   known names that it begins, by their shares, and as one letter for all others.
5. (L7) Titles and suffixes (Dr., Jr.) say nothing of who a person is and are left out.

Shares: US Census Bureau 1990 (public domain), a small neutral set for a tradition that serves as
a proof; a form outside it has a share that falls with its length.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from sangbong.names.latin.spelling import folded, folded_forms
from sangbong.names.latin.spelling import near as letters_near
from sangbong.names.latin.tables import rows
from sangbong.names.person import PersonName
from sangbong.names.tradition import UNKNOWN_PART, Part, Reading, part

LAST_WORD, LAST_TWO_WORDS, FIRST_WORD = 0.80, 0.12, 0.08
"""How often these words are the family name where nothing marks it. Our assumption (rule L3)."""
KNOWN_WORD_FACTOR = 4.0
"""How much likelier an order becomes by a word known in its place. Our assumption."""
WITH_PARTICLES = 0.7
WHOLE_OF_HYPHENATED = 0.6
MARRIED_BESIDE_BIRTH = 0.5
UNSEEN_SHARE, UNSEEN_FALL, UNSEEN_LENGTH, SHARE_MIN = 2e-5, 0.7, 6, 1e-7
"""A form outside the table: this share up to so many letters, falling by each one more."""

_WORD = re.compile(r"[^\s,()\[\]/]+")


@dataclass(frozen=True, slots=True)
class Order:
    """One way to part the words of a name, before folding."""

    family: tuple[str, ...]
    given: tuple[str, ...]
    birth: tuple[str, ...] = ()
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class LatinTradition:
    """Names in Latin letters: rules L1 to L7."""

    code: str = "latin"

    def readings(self, name: PersonName) -> tuple[Reading, ...]:
        """Every way to read the name; empty where it has no Latin letter."""
        return _readings(name.text)

    def family_share(self, form: str) -> float:
        """The share of people with this folded family name; of a letter, of the unseen."""
        return _share(_families(), form)

    def given_share(
        self,
        form: str,
        position: int,  # noqa: ARG002 -- the published lists know no position
        *,
        sex: str = "",
        decade: int | None = None,  # noqa: ARG002 -- nor a decade
    ) -> float:
        """The share of given names of this folded form, of both sexes where none is told."""
        return _share(_givens(sex if sex in {"M", "F"} else ""), form)

    def near(self, left: str, right: str) -> bool:
        """Whether the forms are one letter apart, or one is the initial of the other."""
        return letters_near(left, right)


TRADITION = LatinTradition()


@lru_cache(maxsize=50_000)
def orders(text: str) -> tuple[Order, ...]:
    """Every way to part the words of a name, the likeliest first: rules L3, L4, L5 and L7."""
    head, _, tail = text.replace(".", " ").partition(",")
    before, birth = _take_birth(_words(head), least=1)
    after, born = _take_birth(_words(tail), least=0)
    birth = birth or born
    if before and any(not _is_suffix(word) for word in after):
        return (_comma_order(before, after, birth),)
    words = before or after
    if not words:
        return ()
    loud = [word for word in words if len(folded(word)) > 1 and word.isupper()]
    if loud and len(loud) < len(words):
        return (_capitals_order(words, birth),)
    if len(words) == 1:
        return (Order((), tuple(words), birth, 0.5), Order(tuple(words), (), birth, 0.5))
    return _unmarked_orders(words, birth)


def _words(text: str) -> list[str]:
    found = [word for word in _WORD.findall(text) if folded(word)]
    telling = [w for w in found if _kinds().get(folded(w)) not in {"title", "suffix"}]
    return telling or found


def _take_birth(words: list[str], *, least: int) -> tuple[list[str], tuple[str, ...]]:
    for at, word in enumerate(words):
        if least <= at < len(words) - 1 and _kinds().get(folded(word)) == "birth":
            before = at - 1 if folded(words[at - 1]) == "z" and at > 1 else at  # Polish: z domu
            return words[:before], tuple(words[at + 1 :])
    return words, ()


def _comma_order(family: list[str], given: list[str], birth: tuple[str, ...]) -> Order:
    moved: list[str] = []
    while len(given) > 1 and _is_particle(given[-1]):
        moved.insert(0, given.pop())
    return Order((*moved, *family), tuple(given), birth)


def _capitals_order(words: list[str], birth: tuple[str, ...]) -> Order:
    loud = [at for at, word in enumerate(words) if word.isupper() and len(folded(word)) > 1]
    first, last = loud[0], loud[-1] + 1
    while first > 1 and _is_particle(words[first - 1]):
        first -= 1
    return Order(tuple(words[first:last]), (*words[:first], *words[last:]), birth)


def _unmarked_orders(words: list[str], birth: tuple[str, ...]) -> tuple[Order, ...]:
    last = _with_particles(words, len(words) - 1)
    found = [Order(tuple(words[last:]), tuple(words[:last]), birth, LAST_WORD)]
    if last > 1 and len(folded(words[last - 1])) > 1:
        two = _with_particles(words, last - 1)
        found.append(Order(tuple(words[two:]), tuple(words[:two]), birth, LAST_TWO_WORDS))
    first = 1
    while first < len(words) - 1 and _is_particle(words[first - 1]):
        first += 1
    found.append(Order(tuple(words[:first]), tuple(words[first:]), birth, FIRST_WORD))
    weighed = [(order.weight * _known(order), order) for order in found]
    total = sum(weight for weight, _ in weighed)
    ranked = sorted(weighed, key=lambda pair: -pair[0])
    return tuple(Order(o.family, o.given, o.birth, weight / total) for weight, o in ranked)


def _with_particles(words: list[str], at: int) -> int:
    while at > 1 and _is_particle(words[at - 1]):
        at -= 1
    return at


def _known(order: Order) -> float:
    factor = 1.0
    if folded(order.family[-1]) in _families():
        factor *= KNOWN_WORD_FACTOR
    if folded(order.given[0]) in _givens(""):
        factor *= KNOWN_WORD_FACTOR
    return factor


@lru_cache(maxsize=50_000)
def _readings(text: str) -> tuple[Reading, ...]:
    return tuple(
        Reading(
            _family_part(order),
            tuple(
                _given_part(piece)
                for word in order.given
                for piece in word.split("-")
                if folded(piece)
            ),
            order.weight,
        )
        for order in orders(text)
    )


def _given_part(piece: str) -> Part:
    return part(_initialled(_givens(""), dict(folded_forms(piece))))


def _initialled(table: dict[str, float], forms: dict[str, float]) -> dict[str, float]:
    """The forms with every single letter spread over the names that it begins: rule L6."""
    known = sum(table.values())
    spread: dict[str, float] = {}
    for form, weight in forms.items():
        begun = {name: share for name, share in table.items() if name[0] == form}
        rest = 1.0 - known if begun else 1.0
        spread[form] = spread.get(form, 0.0) + weight * rest
        for name, share in begun.items():
            spread[name] = spread.get(name, 0.0) + weight * known * share / sum(begun.values())
    return spread


def _family_part(order: Order) -> Part:
    if not order.family and not order.birth:
        return UNKNOWN_PART
    married = MARRIED_BESIDE_BIRTH if order.birth and order.family else float(bool(order.family))
    weights: dict[str, float] = {}
    for words, share in ((order.family, married), (order.birth, 1.0 - married)):
        for form, weight in _family_forms(words) if share else ():
            weights[form] = weights.get(form, 0.0) + share * weight
    return part(_initialled(_families(), weights))


def _family_forms(words: tuple[str, ...]) -> list[tuple[str, float]]:
    """Folded forms of a family name: with particles and without, whole and by halves (L4, L5)."""
    bare = tuple(word for word in words if not _is_particle(word)) or words
    writings = [(words, WITH_PARTICLES), (bare, 1.0 - WITH_PARTICLES)]
    forms: list[tuple[str, float]] = []
    for writing, share in writings if bare != words else [(words, 1.0)]:
        whole = "".join(writing)
        halves = [piece for piece in whole.split("-") if folded(piece)]
        if len(halves) > 1:
            forms += [(f, share * WHOLE_OF_HYPHENATED * p) for f, p in folded_forms(whole)]
            rest = share * (1.0 - WHOLE_OF_HYPHENATED) / len(halves)
            forms += [(f, rest * p) for half in halves for f, p in folded_forms(half)]
        else:
            forms += [(f, share * p) for f, p in folded_forms(whole)]
    return forms


def _is_suffix(word: str) -> bool:
    return _kinds().get(folded(word)) == "suffix"


def _is_particle(word: str) -> bool:
    return _kinds().get(folded(word)) == "particle"


@cache
def _kinds() -> dict[str, str]:
    return {folded(row["word"]): row["kind"] for row in rows("words")}


@cache
def _families() -> dict[str, float]:
    return {row["form"]: int(row["share_ppm"]) / 1e6 for row in rows("family_names")}


@cache
def _givens(sex: str) -> dict[str, float]:
    table: dict[str, float] = {}
    for row in rows("given_names"):
        if sex in {"", row["sex"]}:
            share = int(row["share_ppm"]) / 1e6
            table[row["form"]] = table.get(row["form"], 0.0) + (share if sex else share / 2)
    return table


def _share(table: dict[str, float], form: str) -> float:
    if len(form) == 1:
        begun = sum(share for known, share in table.items() if known[0] == form)
        seen = sum(table.values())
        return max(begun * (1.0 - seen) / seen, UNSEEN_SHARE)
    known = table.get(form)
    if known is not None:
        return known
    return max(UNSEEN_SHARE * UNSEEN_FALL ** max(len(form) - UNSEEN_LENGTH, 0), SHARE_MIN)
