"""From a row of text to a person, an application, a person sought; every fault with its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from sangbong.kernel.errors import SangbongError
from sangbong.names.dates import Calendar, Precision, WrittenDate
from sangbong.names.kin import KinTerm, KinTier
from sangbong.names.text import clean_name, clean_text
from sangbong.programmes.naming import USAGE
from sangbong.registry.core.ages import LIVING_MAX, SOUGHT_MAX, check_age
from sangbong.registry.core.consent import Use
from sangbong.registry.core.faults import Fault, fault_of
from sangbong.registry.core.layouts import (
    APPLICATION_COLUMNS,
    REGISTER_COLUMNS,
    Column,
)
from sangbong.registry.core.people import (
    ApplicationDraft,
    DateDraft,
    DateKind,
    LifeStatus,
    NameDraft,
    NameKind,
    PersonDraft,
    PlaceDraft,
    PlaceKind,
    Script,
    SoughtDraft,
    script_of,
)

fold = USAGE.fold
read_date = USAGE.read_date
read_kin = USAGE.read_kin
read_place = USAGE.read_place

NOTE_MAX = 2000
SOUGHT_NO_MAX = 99
CSV_USES = (Use.SEARCH, Use.NAME_TO_OTHER_SIDE, Use.FILM, Use.LIST_EXCHANGE)
"""Uses that the application form asks for; others are given elsewhere."""

_NUMBER = re.compile("[0-9A-Za-z가-힣][0-9A-Za-z가-힣./-]{0,39}")
_SEXES = {
    "": "",
    "남": "M",
    "남자": "M",
    "m": "M",
    "여": "F",
    "여자": "F",
    "녀": "F",
    "녀자": "F",
    "f": "F",
}
_LIVES = {
    "": LifeStatus.UNKNOWN,
    "생존": LifeStatus.ALIVE,
    "alive": LifeStatus.ALIVE,
    "사망": LifeStatus.DEAD,
    "dead": LifeStatus.DEAD,
}
_YES_NO = {"": False, "아니오": False, "no": False, "예": True, "yes": True}


def _positions(columns: tuple[Column, ...]) -> Mapping[str, int]:
    return {column.key: position for position, column in enumerate(columns)}


_APPLICATION = _positions(APPLICATION_COLUMNS)
_REGISTER = _positions(REGISTER_COLUMNS)
_NOWHEN = read_date("", column="")
_NO_KIN = KinTerm("", "", None, KinTier.COMPANION)


class RowReader:
    """Reads one row after another; a fault is noted and reading goes on, so all are told at once.

    What a method returns after a fault is a stand-in: a row with faults is never stored.
    """

    def __init__(self, headings: tuple[str, ...], *, today: date) -> None:
        """Know the file's own headings, and the day that ages are counted to."""
        self._headings = headings
        self._today = today
        self._line = 0
        self._cells: list[str] = []
        self._at: Mapping[str, int] = {}
        self.faults: list[Fault] = []

    def register_person(self, line: int, cells: list[str]) -> PersonDraft:
        """Read a row of an office's own register."""
        self._begin(line, cells, _REGISTER)
        record_no = self._number("record_no")
        life = _LIVES[self._word("life_status", _LIVES)]
        died = self._date("death_date", "")
        names = self._names(
            (
                ("name", NameKind.REGISTRY),
                ("house_name", NameKind.HOUSE),
                ("former_name", NameKind.FORMER),
                ("roman", NameKind.ROMAN),
            )
        )
        dead_on = self._death(died, life)
        person = self._person(
            names,
            prefix="",
            counted_to=dead_on or self._today,
            limit=None if life is LifeStatus.DEAD and dead_on is None else LIVING_MAX,
            places=(("birthplace", PlaceKind.BIRTHPLACE), ("residence", PlaceKind.RESIDENCE)),
            needs_name="name",
        )
        return person._replace(
            record_no=record_no,
            household=self._text("household_no", 40),
            life=life,
            dead_on=dead_on,
            dates=person.dates
            if died.precision is Precision.UNKNOWN
            else (*person.dates, DateDraft(DateKind.DEATH, died)),
            shielded=_YES_NO[self._word("shielded", _YES_NO)],
        )

    def application(self, line: int, cells: list[str]) -> ApplicationDraft:
        """Read the columns about the applicant."""
        self._begin(line, cells, _APPLICATION)
        application_no = self._number("application_no")
        succeeds = self._number("succeeds", needed=False)
        if succeeds and succeeds == application_no:
            self._fault("succeeds", "registry.succeeds_itself")
        names = self._names(
            (
                ("applicant_name", NameKind.REGISTRY),
                ("applicant_house_name", NameKind.HOUSE),
                ("applicant_roman", NameKind.ROMAN),
                ("applicant_hanja", NameKind.HANJA),
            )
        )
        person = self._person(
            names,
            prefix="applicant_",
            counted_to=self._today,
            limit=LIVING_MAX,
            places=(
                ("applicant_birthplace", PlaceKind.BIRTHPLACE),
                ("applicant_residence", PlaceKind.RESIDENCE),
            ),
            needs_name="applicant_name",
        )
        lodged_on = self._day("lodged_on") or self._missing_day("lodged_on")
        return ApplicationDraft(
            application_no=application_no,
            applicant=person,
            lodged_on=lodged_on,
            living_as_of=self._day("living_as_of") or lodged_on,
            consents=self._consents(),
            succeeds=succeeds,
        )

    def sought(self, line: int, cells: list[str]) -> SoughtDraft:
        """Read the columns about one person sought."""
        self._begin(line, cells, _APPLICATION)
        raw_no = self._raw("sought_no").strip()
        if re.fullmatch("[0-9]{1,2}", raw_no, re.ASCII) and int(raw_no) > 0:
            sought_no = int(raw_no)
        else:
            sought_no = 0
            self._fault("sought_no", "registry.sought_no", limit=SOUGHT_NO_MAX)
        names = self._names(
            (("sought_name", NameKind.REGISTRY), ("sought_house_name", NameKind.HOUSE))
        )
        person = self._person(
            names,
            prefix="sought_",
            counted_to=self._today,
            limit=SOUGHT_MAX,
            places=(("address_at_separation", PlaceKind.AT_SEPARATION),),
            needs_name="sought_name",
        )
        return SoughtDraft(
            sought_no=sought_no,
            relation=self._raw("relation").strip()[:40],
            kin=self._kin(),
            person=person,
            note=self._text("note", NOTE_MAX),
        )

    def note_fault(self, column: str, code: str, **params: str | int) -> None:
        """Note a fault that only the caller can see, such as a number that is already taken."""
        self._fault(column, code, **params)

    def _begin(self, line: int, cells: list[str], at: Mapping[str, int]) -> None:
        self._line, self._cells, self._at = line, cells, at

    def _raw(self, key: str) -> str:
        return self._cells[self._at[key]]

    def _heading(self, key: str) -> str:
        return self._headings[self._at[key]]

    def _fault(self, key: str, code: str, **params: str | int) -> None:
        self._refuse(key, SangbongError(code, place=None, **params))

    def _refuse(self, key: str, error: SangbongError) -> None:
        self.faults.append(
            fault_of(error, line=self._line, column=self._heading(key), value=self._raw(key))
        )

    def _number(self, key: str, *, needed: bool = True) -> str:
        raw = self._raw(key).strip()
        if (raw or needed) and not _NUMBER.fullmatch(raw):
            self._fault(key, "registry.number_unreadable" if raw else "registry.cell_empty")
        return raw

    def _word(self, key: str, table: Mapping[str, object]) -> str:
        word = self._raw(key).strip().casefold()
        if word in table:
            return word
        words = ", ".join(known for known in table if known)
        self._fault(key, "registry.word_unknown", words=words)
        return ""

    def _text(self, key: str, max_length: int) -> str:
        raw = self._raw(key)
        try:
            return clean_text(raw, column="", max_length=max_length) if raw else ""
        except SangbongError as error:
            self._refuse(key, error)
            return ""

    def _name(self, key: str) -> str:
        raw = self._raw(key)
        try:
            return clean_name(raw, column="") if raw else ""
        except SangbongError as error:
            self._refuse(key, error)
            return ""

    def _date(self, key: str, calendar_key: str) -> WrittenDate:
        raw = self._raw(key)
        calendar = self._raw(calendar_key) if calendar_key else "solar"
        if not raw and not calendar:
            return _NOWHEN
        try:
            return _date_read(raw, calendar)
        except SangbongError as error:
            self._refuse(calendar_key if error.code == "names.calendar_unknown" else key, error)
            return _NOWHEN

    def _day(self, key: str) -> date | None:
        raw = self._raw(key)
        if not raw.strip():
            return None
        read = self._date(key, "")
        span = read.solar_span()
        if span is None or read.precision is not Precision.DAY or read.calendar != Calendar.SOLAR:
            if read is not _NOWHEN:
                self._fault(key, "registry.day_needed")
            return self._today
        if span[0] > self._today:
            self._fault(key, "registry.day_in_future", day=self._today.isoformat())
        return span[0]

    def _missing_day(self, key: str) -> date:
        self._fault(key, "registry.cell_empty")
        return self._today

    def _consents(self) -> tuple[str, ...]:
        words = [word.strip().casefold() for word in self._raw("consents").split(";")]
        given = {word for word in words if word}
        if not given <= set(CSV_USES):
            self._fault("consents", "registry.word_unknown", words=", ".join(CSV_USES))
        return tuple(use.value for use in CSV_USES if use in given)

    def _kin(self) -> KinTerm:
        raw = self._raw("relation")
        if not raw.strip():
            self._fault("relation", "registry.cell_empty")
            return _NO_KIN
        try:
            return _kin_read(raw)
        except SangbongError as error:
            self._refuse("relation", error)
            return _NO_KIN

    def _names(self, columns: tuple[tuple[str, NameKind], ...]) -> tuple[NameDraft, ...]:
        drafts = []
        for key, kind in columns:
            text = self._name(key)
            if text:
                script, folded = _name_read(text)
                drafts.append(NameDraft(kind, script, self._raw(key).strip(), text, folded))
        return tuple(drafts)

    def _death(self, died: WrittenDate, life: LifeStatus) -> date | None:
        span = died.solar_span()
        if span is None:
            return None
        if life is not LifeStatus.DEAD:
            self._fault("death_date", "registry.death_date_of_living")
        if span[0] > self._today:
            self._fault("death_date", "registry.day_in_future", day=self._today.isoformat())
        return min(span[1], self._today)

    def _person(
        self,
        names: tuple[NameDraft, ...],
        *,
        prefix: str,
        counted_to: date,
        limit: int | None,
        places: tuple[tuple[str, PlaceKind], ...],
        needs_name: str,
    ) -> PersonDraft:
        faults = len(self.faults)
        if not names and len(self.faults) == faults and not self._raw(needs_name).strip():
            self._fault(needs_name, "registry.name_missing")
        by_kind = {name.kind: name for name in names}
        registry = by_kind.get(NameKind.REGISTRY)
        birth_key = f"{prefix}birth"
        birth = self._date(birth_key, f"{prefix}calendar")
        doubted = False
        span = birth.solar_span()
        if span is not None and limit is not None:
            try:
                doubted = check_age(birth, on=counted_to, limit=limit)
            except SangbongError as error:
                self._refuse(birth_key, error)
        dates = () if birth.precision is Precision.UNKNOWN else (DateDraft(DateKind.BIRTH, birth),)
        return PersonDraft(
            names=names,
            dates=dates,
            places=self._places(places),
            name=registry.text if registry else "",
            name_folded=registry.folded if registry else "",
            house_name=_text_of(by_kind.get(NameKind.HOUSE)),
            former_name=_text_of(by_kind.get(NameKind.FORMER)),
            roman=_text_of(by_kind.get(NameKind.ROMAN)),
            sex=_SEXES[self._word(f"{prefix}sex", _SEXES)],
            birth_first=span[0].toordinal() if span else None,
            birth_last=span[1].toordinal() if span else None,
            birth_year=birth.year,
            age_doubted=doubted,
            father=self._name(f"{prefix}father"),
            mother=self._name(f"{prefix}mother"),
        )

    def _places(self, columns: tuple[tuple[str, PlaceKind], ...]) -> tuple[PlaceDraft, ...]:
        drafts = []
        for key, kind in columns:
            raw = self._raw(key)
            if not raw.strip():
                continue
            try:
                place = read_place(raw, column="")
            except SangbongError as error:
                self._refuse(key, error)
                continue
            drafts.append(PlaceDraft(kind, raw.strip(), place.province or "", place.county or ""))
        return tuple(drafts)


def _text_of(name: NameDraft | None) -> str:
    return name.text if name else ""


# Files repeat themselves: few names, few days, few words for kin stand in many rows.
@lru_cache(maxsize=50_000)
def _name_read(text: str) -> tuple[Script, str]:
    return script_of(text), fold(text)


@lru_cache(maxsize=50_000)
def _date_read(raw: str, calendar: str) -> WrittenDate:
    return read_date(raw, calendar, column="")


@lru_cache(maxsize=1_000)
def _kin_read(raw: str) -> KinTerm:
    return read_kin(raw, column="")
