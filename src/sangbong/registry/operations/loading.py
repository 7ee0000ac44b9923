"""Rows of a checked table into the tables, block by block."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sangbong.kernel.ids import OfficeCode
from sangbong.names.dates import WrittenDate
from sangbong.names.kin import KinTier
from sangbong.registry.adapters.bulk import insert_rows, reserve_ids
from sangbong.registry.core.consent import Use, other_side
from sangbong.registry.core.faults import Fault, shown
from sangbong.registry.core.layouts import APPLICANT_COLUMNS, APPLICATION_COLUMNS
from sangbong.registry.core.people import (
    ApplicationDraft,
    Claim,
    LifeStatus,
    Part,
    PersonDraft,
    PlaceKind,
    SoughtDraft,
    side_word,
)
from sangbong.registry.core.reading import Row, Table
from sangbong.registry.core.reports import FaultBook
from sangbong.registry.core.rows import RowReader
from sangbong.registry.core.succession import in_a_ring
from sangbong.registry.models import (
    Application,
    Consent,
    ImportBatch,
    LifeBelief,
    Person,
    PersonDate,
    PersonName,
    PersonPlace,
    SoughtKin,
)

Progress = Callable[[int], None]

_FLUSH_ROWS = 2_000
_TIERS = tuple(tier.value for tier in KinTier)
"""Nearest first."""
_SUCCEEDS_AT = next(at for at, column in enumerate(APPLICATION_COLUMNS) if column.key == "succeeds")
_FORM = "form"

_PERSON = [
    "id",
    "part",
    "batch_id",
    "record_no",
    "name",
    "name_folded",
    "house_name",
    "former_name",
    "roman",
    "sex",
    "birth_first",
    "birth_last",
    "birth_year",
    "age_doubted",
    "birthplace_province",
    "birthplace_county",
    "residence_province",
    "residence_county",
    "father",
    "mother",
    "household",
    "life_status",
    "living_as_of",
    "dead_on",
    "shielded",
]
_NAME = ["person_id", "kind", "side", "script", "as_written", "text", "folded", "claim"]
_DATE = [
    "person_id",
    "kind",
    "as_written",
    "year",
    "month",
    "day",
    "leap",
    "calendar",
    "precision",
    "claim",
]
_PLACE = ["person_id", "kind", "as_written", "province", "county", "claim"]
_BELIEF = ["person_id", "status", "as_of_date", "said_by", "paper", "staff", "recorded_at"]
_APPLICATION = [
    "id",
    "application_no",
    "applicant_id",
    "batch_id",
    "lodged_on",
    "best_tier",
    "succeeds_id",
]
_SOUGHT = [
    "application_id",
    "sought_no",
    "person_id",
    "relation",
    "kin_term",
    "tier",
    "chon",
    "note",
]
_CONSENT = [
    "person_id",
    "use",
    "recipient",
    "given_at",
    "how_given",
    "until_at",
    "withdrawn_at",
    "how_withdrawn",
]


def paper_of(batch: ImportBatch) -> str:
    """The name of a file as the paper on which something was said."""
    return f"batch:{batch.pk}"


@dataclass(frozen=True, slots=True)
class LoadFacts:
    """What a loader is told: the report's row, the open file, where faults go, who and when."""

    batch: ImportBatch
    table: Table
    book: FaultBook
    office: OfficeCode
    zone: ZoneInfo
    now: datetime


class Loader(ABC):
    """Rows in, tables out, in blocks: memory stays flat however long the file is."""

    def __init__(self, facts: LoadFacts) -> None:
        """Begin with an empty block."""
        self.batch = facts.batch
        self.table = facts.table
        self.book = facts.book
        self.now = facts.now
        self.zone = facts.zone
        self.today = facts.now.astimezone(facts.zone).date()
        self.side = side_word(facts.office)
        self.other_side = other_side(facts.office)
        self.reader = RowReader(facts.table.headings, today=self.today)
        self.persons = 0
        self.applications = 0
        self._person_ids = reserve_ids(Person)
        self._people: list[tuple[object, ...]] = []
        self._names: list[tuple[object, ...]] = []
        self._dates: list[tuple[object, ...]] = []
        self._places: list[tuple[object, ...]] = []
        self._beliefs: list[tuple[object, ...]] = []

    def run(self, progress: Progress | None) -> int:
        """Read every row and give their number; after the first fault rows are only read."""
        count = 0
        for row in self.table.rows:
            count += 1
            if isinstance(row, Fault):
                self.book.note([row])
            else:
                self.read(row)
            if count % _FLUSH_ROWS == 0:
                self.flush()
                if progress is not None:
                    progress(count)
        self.finish()
        self.flush()
        if progress is not None:
            progress(count)
        return count

    @abstractmethod
    def read(self, row: Row) -> None:
        """Read one row into the block."""

    def finish(self) -> None:  # noqa: B027 -- most layouts have nothing to settle
        """Settle what only the whole file tells."""

    def flush(self) -> None:
        """Write the block, unless a fault was found."""
        if not self.book.count:
            insert_rows(Person, _PERSON, self._people)
            insert_rows(PersonName, _NAME, self._names)
            insert_rows(PersonDate, _DATE, self._dates)
            insert_rows(PersonPlace, _PLACE, self._places)
            insert_rows(LifeBelief, _BELIEF, self._beliefs)
        for block in (self._people, self._names, self._dates, self._places, self._beliefs):
            block.clear()

    def _taken(self, row: Row, at: int) -> Fault:
        number = row.cells[at].strip()
        params = {"number": shown(number)}
        heading = self.table.headings[at]
        return Fault(row.line, heading, shown(number), "registry.number_taken", params)

    def faulty(self) -> bool:
        """Whether the row just read has faults; they are moved into the book."""
        faults = self.reader.faults
        if not faults:
            return False
        self.book.note(faults)
        faults.clear()
        return True

    def add_person(
        self, draft: PersonDraft, part: Part, claim: Claim, *, living_as_of: date | None
    ) -> int:
        """Put a person into the block, under a new id."""
        person_id = next(self._person_ids)
        said_by = claim.value
        birthplace = residence = ("", "")
        for place in draft.places:
            where = (place.province, place.county)
            self._places.append((person_id, place.kind.value, place.as_written, *where, said_by))
            if place.kind is PlaceKind.BIRTHPLACE:
                birthplace = where
            else:
                residence = where
        for name in draft.names:
            self._names.append(
                (
                    person_id,
                    name.kind.value,
                    self.side,
                    name.script.value,
                    name.as_written,
                    name.text,
                    name.folded,
                    said_by,
                )
            )
        for day in draft.dates:
            self._dates.append((person_id, day.kind.value, *_written(day.written), said_by))
        life = LifeStatus.ALIVE if part is Part.APPLICANT else draft.life
        as_of = living_as_of or draft.dead_on or self.today
        if life is not LifeStatus.UNKNOWN:
            self._beliefs.append(
                (
                    person_id,
                    life.value,
                    as_of,
                    said_by,
                    paper_of(self.batch),
                    self.batch.staff,
                    self.now,
                )
            )
        self._people.append(
            (
                person_id,
                part.value,
                self.batch.pk,
                draft.record_no,
                draft.name,
                draft.name_folded,
                draft.house_name,
                draft.former_name,
                draft.roman,
                draft.sex,
                draft.birth_first,
                draft.birth_last,
                draft.birth_year,
                draft.age_doubted,
                *birthplace,
                *residence,
                draft.father,
                draft.mother,
                draft.household,
                life.value,
                as_of if life is LifeStatus.ALIVE else None,
                as_of if life is LifeStatus.DEAD else None,
                draft.shielded,
            )
        )
        self.persons += 1
        return person_id


class RegisterLoader(Loader):
    """An office's own register: one person a row."""

    def __init__(self, facts: LoadFacts) -> None:
        """Begin with no number seen."""
        super().__init__(facts)
        self._lines: dict[str, Row] = {}
        self._numbers: set[str] = set()
        self._others = Person.objects.filter(record_no__isnull=False).exists()

    def read(self, row: Row) -> None:
        """Read one person."""
        draft = self.reader.register_person(row.line, row.cells)
        number = draft.record_no or ""
        if number in self._numbers:
            self.reader.note_fault("record_no", "registry.number_twice", number=shown(number))
        if self.faulty():
            return
        self._numbers.add(number)
        if self._others:
            self._lines[number] = row
        if not self.book.count:
            living = self.today if draft.life is LifeStatus.ALIVE else None
            self.add_person(draft, Part.REGISTER, Claim.REGISTER, living_as_of=living)

    def flush(self) -> None:
        """Write the block, unless one of its numbers is taken."""
        taken = Person.objects.filter(record_no__in=list(self._lines)) if self._lines else ()
        for person in taken:
            row = self._lines[person.record_no or ""]
            self.book.note([self._taken(row, 0)])
        self._lines.clear()
        super().flush()


@dataclass(slots=True)
class _Lodged:
    """What is remembered of an application while its file is read."""

    pk: int
    cells: int
    """Hash of the applicant's cells, which every row of an application repeats."""
    rank: int
    sought: int = 0
    """The numbers of the persons sought so far, as bits."""


class ApplicationLoader(Loader):
    """Applications: one person sought a row, the applicant's columns repeated."""

    def __init__(self, facts: LoadFacts) -> None:
        """Begin with no number seen."""
        super().__init__(facts)
        self._ids = reserve_ids(Application)
        self._lodged: dict[str, _Lodged] = {}
        self._lines: dict[str, Row] = {}
        self._successors: list[tuple[int, str, Row]] = []
        self._others = Application.objects.exists()
        self._cells: list[str] = []
        self._current: _Lodged | None = None
        self._drafts: list[tuple[_Lodged, ApplicationDraft, int]] = []
        self._kin: list[tuple[object, ...]] = []
        self._consents: list[tuple[object, ...]] = []
        self._flushed = 0
        self._nearer: dict[int, int] = {}

    def read(self, row: Row) -> None:
        """Read one person sought, and the applicant where the row begins another application."""
        cells = row.cells[:APPLICANT_COLUMNS]
        if cells != self._cells:
            self._current = self._application(row, cells)
            self._cells = cells
        sought = self.reader.sought(row.line, row.cells)
        lodged = self._current
        if lodged is not None and lodged.sought >> sought.sought_no & 1:
            self.reader.note_fault("sought_no", "registry.sought_twice", number=sought.sought_no)
        if self.faulty() or lodged is None:
            return
        lodged.sought |= 1 << sought.sought_no
        if not self.book.count:
            self._sought(lodged, sought)

    def finish(self) -> None:
        """Link the applications that go on from another."""
        links: dict[int, int] = {}
        for pk, number, row in self._successors:
            lodged = self._lodged.get(number)
            before = (
                lodged.pk
                if lodged
                else Application.objects.filter(application_no=number)
                .values_list("pk", flat=True)
                .first()
            )
            if before is not None:
                links[pk] = before
            if before is None or in_a_ring(links, pk):
                code = "registry.succeeds_unknown" if before is None else "registry.succeeds_ring"
                heading = self.table.headings[_SUCCEEDS_AT]
                self.book.note(
                    [Fault(row.line, heading, shown(number), code, {"number": shown(number)})]
                )
        self.flush()
        if not self.book.count:
            for pk, before in links.items():
                Application.objects.filter(pk=pk).update(succeeds_id=before)

    def flush(self) -> None:
        """Write the block, unless one of its numbers is taken."""
        if self._lines:
            taken = Application.objects.filter(application_no__in=list(self._lines))
            for number in taken.values_list("application_no", flat=True):
                self.book.note([self._taken(self._lines[number], 0)])
            self._lines.clear()
        super().flush()
        if not self.book.count:
            rows = [
                (
                    lodged.pk,
                    draft.application_no,
                    applicant,
                    self.batch.pk,
                    draft.lodged_on,
                    _TIERS[lodged.rank],
                    None,
                )
                for lodged, draft, applicant in self._drafts
            ]
            insert_rows(Application, _APPLICATION, rows)
            insert_rows(SoughtKin, _SOUGHT, self._kin)
            insert_rows(Consent, _CONSENT, self._consents)
            for pk, rank in self._nearer.items():
                Application.objects.filter(pk=pk).update(best_tier=_TIERS[rank])
            self._flushed = self._drafts[-1][0].pk if self._drafts else self._flushed
        for block in (self._drafts, self._kin, self._consents):
            block.clear()
        self._nearer.clear()

    def _application(self, row: Row, cells: list[str]) -> _Lodged | None:
        draft = self.reader.application(row.line, row.cells)
        lodged = self._lodged.get(draft.application_no)
        mark = hash(tuple(cells))
        if lodged is not None:
            if lodged.cells != mark:
                self.reader.note_fault(
                    "application_no", "registry.applicant_differs", number=draft.application_no
                )
            return None if self.faulty() else lodged
        if self.faulty():
            return None
        lodged = _Lodged(pk=next(self._ids), cells=mark, rank=len(_TIERS))
        self._lodged[draft.application_no] = lodged
        if self._others:
            self._lines[draft.application_no] = row
        if draft.succeeds:
            self._successors.append((lodged.pk, draft.succeeds, row))
        if not self.book.count:
            self._applicant(lodged, draft)
        return lodged

    def _applicant(self, lodged: _Lodged, draft: ApplicationDraft) -> None:
        person_id = self.add_person(
            draft.applicant, Part.APPLICANT, Claim.SELF, living_as_of=draft.living_as_of
        )
        self.applications += 1
        self._drafts.append((lodged, draft, person_id))
        given_at = datetime.combine(draft.lodged_on, time(0), self.zone)
        for use in draft.consents:
            recipient = "" if use == Use.SEARCH else self.other_side
            self._consents.append((person_id, use, recipient, given_at, _FORM, None, None, ""))

    def _sought(self, lodged: _Lodged, draft: SoughtDraft) -> None:
        person_id = self.add_person(draft.person, Part.SOUGHT, Claim.APPLICANT, living_as_of=None)
        rank = _TIERS.index(draft.kin.tier.value)
        if rank < lodged.rank:
            lodged.rank = rank
            if lodged.pk <= self._flushed:
                self._nearer[lodged.pk] = rank
        self._kin.append(
            (
                lodged.pk,
                draft.sought_no,
                person_id,
                draft.relation,
                draft.kin.term,
                draft.kin.tier.value,
                draft.kin.chon,
                draft.note,
            )
        )


def _written(written: WrittenDate) -> tuple[object, ...]:
    return (
        written.as_written,
        written.year,
        written.month,
        written.day,
        written.leap,
        written.calendar.value,
        written.precision.value,
    )
