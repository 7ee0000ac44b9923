"""Words for kin, and what each says: degree, tier, side, and of the speaker.

1. (K1) The tier is read from a dated rule by what kind of kin it is, never worked out from the degree:
   a grandparent is of the second degree and counted with direct kin; in-laws have no degree by
   custom, though the law counts one.
2. (K2) A word may tell the speaker's sex (형, 오빠). Where it does not, the reason is said, so that
   nobody takes silence for an oversight.
3. (K3) A word may have told it only from some year on (언니); without a year it is taken not to.
4. (K4) A word says which family name to expect beside the speaker's. In a tradition where women keep
   theirs, kin through a woman bear another; a child bears a man's name and not a woman's.
5. (K5) The reverse of a word is what the kin calls the speaker, who must be a man or a woman for it.
6. (K6) A translated word says less than the original: it is taken not to tell the speaker's sex,
   unless it says who speaks.

The words stand in `names.<tradition>.kin`; this module knows none. Vocabulary: degree (chon), tier,
side, generation (1 for the parents', -1 for the children's).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import import_module
from typing import Protocol

from sangbong.kernel.errors import Language, message


class KinTier(StrEnum):
    """How near kin are counted when places are given out."""

    DIRECT = "direct"
    SIBLING = "sibling"
    THIRD_DEGREE_PLUS = "third_degree_plus"
    COMPANION = "companion"


class KinClass(StrEnum):
    """What kind of kin a word means: what the rule of tiers asks (K1)."""

    SPOUSE = "spouse"
    PARENT = "parent"
    CHILD = "child"
    GRANDPARENT = "grandparent"
    GRANDCHILD = "grandchild"
    ANCESTOR = "ancestor"
    DESCENDANT = "descendant"
    SIBLING = "sibling"
    COLLATERAL = "collateral"
    IN_LAW = "in_law"
    UNKNOWN = "unknown"


class KinBond(StrEnum):
    """What makes them kin; only blood can be shown by a DNA test."""

    BLOOD = "blood"
    MARRIAGE = "marriage"
    ADOPTION = "adoption"
    STEP = "step"


class KinSide(StrEnum):
    """Through whom they are kin."""

    OWN = "own"
    FATHER = "father"
    MOTHER = "mother"
    SPOUSE = "spouse"
    UNKNOWN = "unknown"


class KinAge(StrEnum):
    """Older or younger than the speaker."""

    ELDER = "elder"
    YOUNGER = "younger"
    UNKNOWN = ""


class KinSurname(StrEnum):
    """Which family name to expect beside the speaker's: rule K4."""

    SAME = "same"
    OTHER = "other"
    SAME_FOR_MAN = "same_for_man"
    UNKNOWN = "unknown"


class KinUsage(StrEnum):
    """Whose word it is."""

    STANDARD = "standard"
    NORTHERN = "northern"
    DIALECT = "dialect"
    ENGLISH = "english"


class KinDoubt(StrEnum):
    """Why a word does not tell the speaker's sex: rule K2."""

    BOTH_SEXES_SAY = "both_sexes_say"
    OLD_USE = "old_use"
    DIALECT_VARIES = "dialect_varies"
    MANY_MEANINGS = "many_meanings"
    TRANSLATED = "translated"


@dataclass(frozen=True, slots=True)
class KinTerm:
    """One word for kin as an applicant used it."""

    term: str
    english: str
    chon: int | None
    """Degree of kinship; None for words of more than one meaning."""
    tier: KinTier
    kind: KinClass = KinClass.UNKNOWN
    bond: KinBond = KinBond.BLOOD
    side: KinSide = KinSide.UNKNOWN
    generation: int | None = None
    age: KinAge = KinAge.UNKNOWN
    sex: str = ""
    """`M` or `F` of the kin; empty where the word does not tell."""
    tells_speaker_sex: str | None = None
    """`M` or `F`; None where the word does not tell: then `doubt` says why (rule K2)."""
    doubt: KinDoubt | None = None
    surname: KinSurname = KinSurname.UNKNOWN
    usage: KinUsage = KinUsage.STANDARD
    region: str = ""
    source: str = ""
    confidence: str = ""


@dataclass(frozen=True, slots=True)
class KinFact:
    """One thing that a word says; `code` names its sentence."""

    code: str
    value: str

    def text(self, language: Language) -> str:
        """The sentence a person reads."""
        return message(f"names.kin_{self.code}", language).format(value=self.value)


class KinBook(Protocol):
    """The words for kin of a tradition."""

    def read(self, term: str, column: str, year: int | None) -> KinTerm:
        """The word; refused with `names.kin_unknown`."""
        ...

    def terms(self) -> tuple[KinTerm, ...]:
        """Every known word."""
        ...

    def reverse(self, term: KinTerm, sex: str) -> tuple[KinTerm, ...]:
        """What the kin may call the speaker: rule K5."""
        ...


@cache
def kin_book(tradition: str = "korean") -> KinBook:
    """The words for kin of a tradition, its table not read before it is asked.

    Raises:
        ModuleNotFoundError: the tradition has none; the configuration's fault.
    """
    found: KinBook = import_module(f"sangbong.names.{tradition}.kin").KIN
    return found


def read_kin(term: str, *, column: str, year: int | None = None) -> KinTerm:
    """This will look a word for kin up, in Korean or in English.

    Args:
        term: the word as written; blanks and hyphens do not matter.
        column: heading of the field, shown with a fault.
        year: when the speaker used the word, which dates its tier and its meaning (K1, K3).

    Raises:
        SangbongError: as `names.text.clean_text`, or `names.kin_unknown`: the writer's fault.
    """
    return kin_book().read(term, column, year)


def kin_terms() -> tuple[KinTerm, ...]:
    """Every known word in the order of the table."""
    return kin_book().terms()


def reverse(term: KinTerm, sex: str) -> tuple[KinTerm, ...]:
    """What the kin may call the speaker, a man (`M`) or a woman (`F`): rule K5.

    Empty where a speaker of this sex does not use the word, or its meaning is not sure.
    """
    return kin_book().reverse(term, sex)


def surname_expected(term: KinTerm, speaker_sex: str) -> KinSurname:
    """Whether the kin bears the speaker's family name, once the speaker's sex is known: rule K4."""
    if term.surname is not KinSurname.SAME_FOR_MAN:
        return term.surname
    return {"M": KinSurname.SAME, "F": KinSurname.OTHER}.get(speaker_sex, KinSurname.UNKNOWN)


def said_of(term: KinTerm) -> tuple[KinFact, ...]:
    """Everything that the word says and, where it is silent on the speaker, why: K2 and K4."""
    return tuple(_facts(term))


def _facts(term: KinTerm) -> Iterator[KinFact]:
    if term.tells_speaker_sex:
        yield KinFact(f"speaker_{term.tells_speaker_sex.lower()}", term.term)
    elif term.doubt:
        yield KinFact(f"speaker_untold_{term.doubt.value}", term.term)
    if term.sex:
        yield KinFact(f"sex_{term.sex.lower()}", term.term)
    if term.side in {KinSide.FATHER, KinSide.MOTHER, KinSide.SPOUSE}:
        yield KinFact(f"side_{term.side.value}", term.term)
    if term.bond is not KinBond.BLOOD:
        yield KinFact(f"bond_{term.bond.value}", term.term)
    if term.age is not KinAge.UNKNOWN:
        yield KinFact(f"age_{term.age.value}", term.term)
    yield KinFact(f"surname_{term.surname.value}", term.term)
