"""What a clerk's pages show of people; the one door to a person is `get_person`.

"Not there" and "not yours to see" look the same. The caller writes the showing into the audit trail,
once per request, with the ids given here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet

from sangbong.kernel.errors import SangbongError
from sangbong.office.core.roles import Role
from sangbong.programmes.naming import USAGE
from sangbong.registry.core.ages import age_from_ordinal
from sangbong.registry.core.consent import ConsentRecord
from sangbong.registry.core.filters import ApplicationFilter, born_by
from sangbong.registry.core.news import NewsToDeliver
from sangbong.registry.core.people import LifeStatus
from sangbong.registry.models import (
    Application,
    Consent,
    ContactMade,
    LifeBelief,
    Person,
    PersonDate,
    PersonName,
    PersonPlace,
    Release,
    SoughtKin,
)
from sangbong.registry.permissions import may_see_people, may_see_shielded
from sangbong.registry.queries.news import news_of

_ROWS_MAX = 100


@dataclass(frozen=True, slots=True)
class ApplicationLine:
    """One application in a list; the age is in full years, None where the birth is not known."""

    application_no: str
    person_id: int
    name: str
    sex: str
    age: int | None
    age_doubted: bool
    tier: str
    sought: int
    lodged_on: date
    life_status: LifeStatus
    living_as_of: date | None


@dataclass(frozen=True, slots=True)
class ApplicationsPage:
    """One page of a list: `page` counts from 1."""

    lines: tuple[ApplicationLine, ...]
    total: int
    page: int
    pages: int

    @property
    def subjects(self) -> tuple[str, ...]:
        """Who is shown, for the audit trail."""
        return tuple(f"person:{line.person_id}" for line in self.lines)


@dataclass(frozen=True, slots=True)
class NameForm:
    """One name as written and as it compares, on which side, and who says so."""

    kind: str
    side: str
    script: str
    as_written: str
    text: str
    folded: str
    claim: str


@dataclass(frozen=True, slots=True)
class DateForm:
    """One day as written, its calendar and precision, and who says so."""

    kind: str
    as_written: str
    calendar: str
    precision: str
    claim: str


@dataclass(frozen=True, slots=True)
class PlaceForm:
    """One place as written, its county of 1945, and who says so."""

    kind: str
    as_written: str
    province: str
    county: str
    claim: str


@dataclass(frozen=True, slots=True)
class Belief:
    """What somebody said of the person's life, and when."""

    status: LifeStatus
    as_of_date: date
    said_by: str
    paper: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Contact:
    """An attempt to reach the family."""

    made_at: datetime
    way: str
    outcome: str
    note: str
    staff: str


@dataclass(frozen=True, slots=True)
class Released:
    """What was cleared to be told of the person, to whom and why."""

    recipient: str
    purpose: str
    basis: str
    fields: tuple[str, ...]
    cleared_at: datetime


@dataclass(frozen=True, slots=True)
class PersonPage:
    """Everything held of one person."""

    person_id: int
    part: str
    record_no: str
    name: str
    sex: str
    age: int | None
    age_doubted: bool
    father: str
    mother: str
    household: str
    life_status: LifeStatus
    living_as_of: date | None
    dead_on: date | None
    shielded: bool
    names: tuple[NameForm, ...]
    days: tuple[DateForm, ...]
    places: tuple[PlaceForm, ...]
    beliefs: tuple[Belief, ...]
    consents: tuple[ConsentRecord, ...]
    contacts: tuple[Contact, ...]
    releases: tuple[Released, ...]


@dataclass(frozen=True, slots=True)
class SoughtLine:
    """One person sought, as a list inside an application shows them."""

    sought_no: int
    person_id: int
    relation: str
    tier: str
    chon: int | None
    name: str
    house_name: str
    sex: str
    birth_year: int | None
    note: str


@dataclass(frozen=True, slots=True)
class ApplicationPage:
    """One application: the applicant, the kin sought, the news owed, who goes on for whom."""

    application_no: str
    lodged_on: date
    applicant: PersonPage
    sought: tuple[SoughtLine, ...]
    news: tuple[NewsToDeliver, ...]
    succeeds: str
    succeeded_by: tuple[str, ...]

    @property
    def subjects(self) -> tuple[str, ...]:
        """Who is shown, for the audit trail."""
        return (
            f"application:{self.application_no}",
            f"person:{self.applicant.person_id}",
            *(f"person:{line.person_id}" for line in self.sought),
        )


def applications_page(
    *,
    role: Role,
    today: date,
    filters: ApplicationFilter | None = None,
    page: int = 1,
    per_page: int = 30,
) -> ApplicationsPage:
    """One page of applications by number; a page past the end is the last one.

    Raises:
        SangbongError: `registry.person_not_found`; the role sees no people.
    """
    if not may_see_people(role):
        raise SangbongError("registry.person_not_found")
    rows = _narrowed(filters or ApplicationFilter(), today)
    if not may_see_shielded(role):
        rows = rows.filter(applicant__shielded=False)
    size = min(max(per_page, 1), _ROWS_MAX)
    total = rows.count()
    pages = max(1, -(-total // size))
    at = min(max(page, 1), pages)
    shown = (
        rows.select_related("applicant")
        .annotate(sought_count=Count("kin_sought"))
        .order_by("application_no")[(at - 1) * size : at * size]
    )
    return ApplicationsPage(
        lines=tuple(_line(row, row.applicant, row.sought_count, today) for row in shown),
        total=total,
        page=at,
        pages=pages,
    )


def get_person(*, role: Role, person_id: int, today: date) -> PersonPage:
    """Everything held of one person.

    Raises:
        SangbongError: `registry.person_not_found`; not there, or not for this role to see.
    """
    person = Person.objects.filter(pk=person_id).first()
    if person is None or not _may_see(role, person):
        raise SangbongError("registry.person_not_found")
    return _person_page(person, today)


def get_application(*, role: Role, application_no: str, today: date) -> ApplicationPage:
    """One application with all that belongs to it.

    Raises:
        SangbongError: `registry.person_not_found`; not there, or not for this role to see.
    """
    row = (
        Application.objects.select_related("applicant", "succeeds")
        .filter(application_no=application_no)
        .first()
    )
    if row is None or not _may_see(role, row.applicant):
        raise SangbongError("registry.person_not_found")
    kin = SoughtKin.objects.filter(application=row).select_related("person").order_by("sought_no")
    after = Application.objects.filter(succeeds=row).order_by("application_no")
    return ApplicationPage(
        application_no=row.application_no,
        lodged_on=row.lodged_on,
        applicant=_person_page(row.applicant, today),
        sought=tuple(
            SoughtLine(
                sought_no=one.sought_no,
                person_id=one.person_id,
                relation=one.relation,
                tier=one.tier,
                chon=one.chon,
                name=one.person.name,
                house_name=one.person.house_name,
                sex=one.person.sex,
                birth_year=one.person.birth_year,
                note=one.note,
            )
            for one in kin
        ),
        news=tuple(news_of(application_no)),
        succeeds=row.succeeds.application_no if row.succeeds else "",
        succeeded_by=tuple(after.values_list("application_no", flat=True)),
    )


def _may_see(role: Role, person: Person) -> bool:
    return may_see_shielded(role) if person.shielded else may_see_people(role)


def _narrowed(filters: ApplicationFilter, today: date) -> QuerySet[Application]:
    narrow = Q()
    if filters.name:
        # a name in another form still finds the person, so the forms are asked and not the column
        holders = PersonName.objects.filter(folded=USAGE.fold(filters.name)).values("person_id")
        narrow &= Q(applicant__in=holders)
    if filters.age_from is not None:
        narrow &= Q(applicant__birth_last__lte=born_by(filters.age_from, today))
    if filters.tier is not None:
        narrow &= Q(best_tier=filters.tier.value)
    if filters.province:
        narrow &= Q(applicant__birthplace_province=filters.province)
    if filters.alive_as_of is not None:
        narrow &= Q(applicant__living_as_of__gte=filters.alive_as_of)
    if filters.only_living:
        narrow &= ~Q(applicant__life_status=LifeStatus.DEAD.value)
    if filters.only_doubted:
        narrow &= Q(applicant__age_doubted=True)
    return Application.objects.filter(narrow)


def _line(row: Application, person: Person, sought: int, today: date) -> ApplicationLine:
    return ApplicationLine(
        application_no=row.application_no,
        person_id=person.pk,
        name=person.name or person.roman or person.house_name,
        sex=person.sex,
        age=_age(person, today),
        age_doubted=person.age_doubted,
        tier=row.best_tier,
        sought=sought,
        lodged_on=row.lodged_on,
        life_status=LifeStatus(person.life_status),
        living_as_of=person.living_as_of,
    )


def _age(person: Person, today: date) -> int | None:
    return None if person.birth_last is None else age_from_ordinal(person.birth_last, today)


def _person_page(person: Person, today: date) -> PersonPage:
    consents = Consent.objects.filter(person=person).order_by("given_at", "pk")
    releases = Release.objects.filter(subjects__person=person).order_by("cleared_at", "pk")
    return PersonPage(
        person_id=person.pk,
        part=person.part,
        record_no=person.record_no or "",
        name=person.name or person.roman or person.house_name,
        sex=person.sex,
        age=_age(person, person.dead_on or today),
        age_doubted=person.age_doubted,
        father=person.father,
        mother=person.mother,
        household=person.household,
        life_status=LifeStatus(person.life_status),
        living_as_of=person.living_as_of,
        dead_on=person.dead_on,
        shielded=person.shielded,
        names=tuple(
            NameForm(
                name.kind,
                name.side,
                name.script,
                name.as_written,
                name.text,
                name.folded,
                name.claim,
            )
            for name in PersonName.objects.filter(person=person).order_by("pk")
        ),
        days=tuple(
            DateForm(day.kind, day.as_written, day.calendar, day.precision, day.claim)
            for day in PersonDate.objects.filter(person=person).order_by("pk")
        ),
        places=tuple(
            PlaceForm(place.kind, place.as_written, place.province, place.county, place.claim)
            for place in PersonPlace.objects.filter(person=person).order_by("pk")
        ),
        beliefs=tuple(
            Belief(
                LifeStatus(said.status), said.as_of_date, said.said_by, said.paper, said.recorded_at
            )
            for said in LifeBelief.objects.filter(person=person).order_by("recorded_at", "pk")
        ),
        consents=tuple(
            ConsentRecord(
                given.pk,
                given.person_id,
                given.use,
                given.recipient,
                given.given_at,
                given.withdrawn_at,
                given.until_at,
            )
            for given in consents
        ),
        contacts=tuple(
            Contact(made.made_at, made.way, made.outcome, made.note, made.staff)
            for made in ContactMade.objects.filter(person=person).order_by("made_at", "pk")
        ),
        releases=tuple(
            Released(told.recipient, told.purpose, told.basis, tuple(told.fields), told.cleared_at)
            for told in releases
        ),
    )
