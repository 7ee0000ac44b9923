"""What is known of a person: forms as written beside the forms that compare."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from sangbong.names.dates import WrittenDate
from sangbong.names.kin import KinTerm


class Part(StrEnum):
    """How a person came into the register; one person never changes part, links join them."""

    APPLICANT = "applicant"
    SOUGHT = "sought"
    REGISTER = "register"


class NameKind(StrEnum):
    """Which of a person's names it is."""

    REGISTRY = "registry"
    HOUSE = "house"
    FORMER = "former"
    ROMAN = "roman"
    HANJA = "hanja"


class Script(StrEnum):
    """The letters a name is written in."""

    HANGUL = "hangul"
    HANJA = "hanja"
    LATIN = "latin"
    MIXED = "mixed"


class DateKind(StrEnum):
    """What happened on the day."""

    BIRTH = "birth"
    DEATH = "death"


class PlaceKind(StrEnum):
    """What the place is to the person."""

    BIRTHPLACE = "birthplace"
    RESIDENCE = "residence"
    AT_SEPARATION = "at_separation"


class Claim(StrEnum):
    """Who says so."""

    SELF = "self"
    APPLICANT = "applicant"
    REGISTER = "register"
    COUNTERPART = "counterpart"
    KIN = "kin"
    OFFICER = "officer"


class LifeStatus(StrEnum):
    """What is believed; *unknown* is that nobody said, *unconfirmed* that somebody looked."""

    ALIVE = "alive"
    DEAD = "dead"
    UNCONFIRMED = "unconfirmed"
    UNKNOWN = "unknown"


class NameDraft(NamedTuple):
    """One name: as written, in Unicode form C, and as it compares."""

    kind: NameKind
    script: Script
    as_written: str
    text: str
    folded: str


class DateDraft(NamedTuple):
    """One date as written and read."""

    kind: DateKind
    written: WrittenDate


class PlaceDraft(NamedTuple):
    """One place as written, and its province and county of 1945 (blank where unknown)."""

    kind: PlaceKind
    as_written: str
    province: str
    county: str


class PersonDraft(NamedTuple):
    """A person as read from a row; days as ordinals of the solar calendar."""

    names: tuple[NameDraft, ...]
    dates: tuple[DateDraft, ...]
    places: tuple[PlaceDraft, ...]
    name: str
    name_folded: str
    house_name: str
    former_name: str
    roman: str
    sex: str
    birth_first: int | None
    birth_last: int | None
    birth_year: int | None
    age_doubted: bool
    father: str
    mother: str
    record_no: str | None = None
    household: str = ""
    life: LifeStatus = LifeStatus.UNKNOWN
    dead_on: date | None = None
    shielded: bool = False


class ApplicationDraft(NamedTuple):
    """The part of an application that every row of it repeats."""

    application_no: str
    applicant: PersonDraft
    lodged_on: date
    living_as_of: date
    consents: tuple[str, ...]
    succeeds: str


class SoughtDraft(NamedTuple):
    """One person sought, and the word for the kinship as the applicant used it."""

    sought_no: int
    relation: str
    kin: KinTerm
    person: PersonDraft
    note: str


class PersonForms(NamedTuple):
    """A person as a paper or page shows them: as written beside as normalised.

    `birth_first` and `birth_last` are solar ordinals; a blank text means not known.
    """

    person_id: int
    name: str
    hanja: str
    roman: str
    house_name: str
    former_name: str
    sex: str
    birth_as_written: str
    birth_calendar: str
    birth_precision: str
    birth_year: int | None
    birth_first: int | None
    birth_last: int | None
    birthplace: str
    birthplace_province: str
    birthplace_county: str
    residence: str
    residence_province: str
    residence_county: str
    at_separation: str
    at_separation_province: str
    at_separation_county: str
    father: str
    mother: str

    @property
    def called(self) -> str:
        """The name to show: the registry name, else one of the others; never blank."""
        return self.name or self.roman or self.house_name or self.former_name or self.hanja


class SoughtPerson(NamedTuple):
    """One person sought of one application, with all that an inquiry says of the two."""

    application_no: str
    sought_no: int
    relation: str
    tier: str
    chon: int | None
    note: str
    applicant: PersonForms
    sought: PersonForms
    living_as_of: date | None


class Life(NamedTuple):
    """The latest belief about a person's life: a status, its day, who said so, on which paper."""

    status: LifeStatus
    as_of: date | None
    said_by: str
    paper: str
    recorded_at: datetime | None


_HANJA_RANGES = ((0x2E80, 0x2FDF), (0x3400, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))


def script_of(text: str) -> Script:
    """Which letters a name is written in, blanks and hyphens apart."""
    letters = text.replace(" ", "").replace("-", "")
    if letters and all("가" <= c <= "힣" for c in letters):
        return Script.HANGUL
    if letters.isascii():
        return Script.LATIN
    if all(any(first <= ord(c) <= last for first, last in _HANJA_RANGES) for c in letters):
        return Script.HANJA
    return Script.MIXED


def side_word(office_code: str) -> str:
    """On which side a form of a name is used: an office's own people are written its way."""
    return {"KR": "south", "KP": "north"}.get(office_code[:2], "abroad")
