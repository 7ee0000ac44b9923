"""The register in bulk, for rolls and tracing: streamed, in plain columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q

from sangbong.kernel.errors import SangbongError
from sangbong.names.kin import KinTier
from sangbong.office.queries import own_office
from sangbong.registry.core.ages import age_from_ordinal
from sangbong.registry.core.blocks import blocks
from sangbong.registry.core.people import (
    DateKind,
    Life,
    LifeStatus,
    NameKind,
    Part,
    PersonForms,
    PlaceKind,
    SoughtPerson,
)
from sangbong.registry.core.register import RegisterRow
from sangbong.registry.core.roll import BIRTH_UNKNOWN, SUCCEEDED, RollEntry
from sangbong.registry.models import (
    Application,
    Consent,
    LifeBelief,
    Person,
    PersonDate,
    PersonName,
    PersonPlace,
    SoughtKin,
)

_AT_ONCE = 5_000
_APPLICATIONS_AT_ONCE = (
    300  # with at most 99 sought each, below every database's bound of a question
)
_ALIVE = {LifeStatus.ALIVE.value: True, LifeStatus.DEAD.value: False}


def register_rows() -> Iterator[RegisterRow]:
    """Every person of our own register in the order of their ids, streamed."""
    rows = (
        Person.objects.filter(part=Part.REGISTER.value)
        .order_by("pk")
        .values_list(
            "pk",
            "name",
            "house_name",
            "former_name",
            "roman",
            "sex",
            "birth_first",
            "birth_last",
            "birth_year",
            "birthplace_province",
            "birthplace_county",
            "residence_province",
            "residence_county",
            "father",
            "mother",
            "household",
            "life_status",
            "shielded",
        )
    )
    for row in rows.iterator(chunk_size=_AT_ONCE):
        names = tuple(name for name in row[1:4] if name)
        yield RegisterRow(row[0], names, *row[4:16], _ALIVE.get(row[16]), row[17])


def roll_entries(*, as_of: date) -> Iterator[RollEntry]:
    """One entry for each application lodged by then whose applicant is believed alive on the day.

    Streamed in the order of lodging; what the committee excludes by its criteria is its own matter.
    """
    zone = ZoneInfo(own_office().time_zone)
    end = datetime.combine(as_of + timedelta(days=1), time(0), zone)
    living = ~Q(applicant__life_status=LifeStatus.DEAD.value) | Q(applicant__dead_on__gt=as_of)
    rows = (
        Application.objects.filter(living, lodged_on__lte=as_of)
        .annotate(
            succeeded=Exists(
                Application.objects.filter(succeeds=OuterRef("pk"), lodged_on__lte=as_of)
            )
        )
        .order_by("applicant_id")
        .values_list(
            "applicant_id",
            "application_no",
            "applicant__birth_last",
            "best_tier",
            "applicant__living_as_of",
            "lodged_on",
            "succeeded",
        )
    )
    consents = _consents_at(end)
    holder, uses = next(consents, (0, frozenset()))
    for person, number, birth_last, tier, known_on, lodged_on, succeeded in rows.iterator(
        chunk_size=_AT_ONCE
    ):
        while holder and holder < person:
            holder, uses = next(consents, (0, frozenset()))
        reason = SUCCEEDED if succeeded else BIRTH_UNKNOWN if birth_last is None else ""
        yield RollEntry(
            application_no=number,
            age=0 if birth_last is None else age_from_ordinal(birth_last, as_of),
            tier=KinTier(tier),
            # who was known alive later was alive on the day
            living_as_of=min(known_on or lodged_on, as_of),
            consents=uses if holder == person else frozenset(),
            excluded=reason,
        )


def _consents_at(instant: datetime) -> Iterator[tuple[int, frozenset[str]]]:
    """Who had agreed to what just before an instant, in the order of their ids."""
    rows = (
        Consent.objects.filter(
            Q(withdrawn_at=None) | Q(withdrawn_at__gte=instant),
            Q(until_at=None) | Q(until_at__gte=instant),
            given_at__lt=instant,
        )
        .order_by("person_id")
        .values_list("person_id", "use")
    )
    holder, uses = 0, set[str]()
    for person, use in rows.iterator(chunk_size=_AT_ONCE):
        if person != holder:
            if holder:
                yield holder, frozenset(uses)
            holder, uses = person, set()
        uses.add(use)
    if holder:
        yield holder, frozenset(uses)


def sought_by(application_nos: Iterable[str]) -> list[SoughtPerson]:
    """Everyone sought in these applications, with all that an inquiry says, by number.

    Numbers that no application has are passed over.
    """
    found: list[SoughtPerson] = []
    for some in blocks(dict.fromkeys(application_nos), _APPLICATIONS_AT_ONCE):
        rows = list(
            SoughtKin.objects.filter(application__application_no__in=some).values_list(
                "application__application_no",
                "sought_no",
                "relation",
                "tier",
                "chon",
                "note",
                "application__applicant_id",
                "person_id",
                "application__applicant__living_as_of",
            )
        )
        forms = forms_of([row[6] for row in rows] + [row[7] for row in rows])
        found += [SoughtPerson(*row[:6], forms[row[6]], forms[row[7]], row[8]) for row in rows]
    return sorted(found, key=lambda kin: (kin.application_no, kin.sought_no))


def forms_of(person_ids: Sequence[int]) -> dict[int, PersonForms]:
    """People by id with every form as written; asked in as many questions as for one person."""
    ids = list(dict.fromkeys(person_ids))
    names: dict[tuple[int, str], str] = {}
    births: dict[int, tuple[str, str, str]] = {}
    places: dict[tuple[int, str], tuple[str, str, str]] = {}
    people: dict[int, PersonForms] = {}
    # of several claims the first stands for the person; a page shows them all
    for person, kind, text in (
        PersonName.objects.filter(person_id__in=ids)
        .order_by("-pk")
        .values_list("person_id", "kind", "text")
    ):
        names[person, kind] = text
    for person, *birth in (
        PersonDate.objects.filter(person_id__in=ids, kind=DateKind.BIRTH.value)
        .order_by("-pk")
        .values_list("person_id", "as_written", "calendar", "precision")
    ):
        births[person] = (birth[0], birth[1], birth[2])
    for person, kind, *place in (
        PersonPlace.objects.filter(person_id__in=ids)
        .order_by("-pk")
        .values_list("person_id", "kind", "as_written", "province", "county")
    ):
        places[person, kind] = (place[0], place[1], place[2])
    nowhere = ("", "", "")
    for row in Person.objects.filter(pk__in=ids):
        pk = row.pk
        people[pk] = PersonForms(
            pk,
            row.name,
            names.get((pk, NameKind.HANJA), ""),
            row.roman,
            row.house_name,
            row.former_name,
            row.sex,
            *births.get(pk, nowhere),
            row.birth_year,
            row.birth_first,
            row.birth_last,
            *places.get((pk, PlaceKind.BIRTHPLACE), nowhere),
            *places.get((pk, PlaceKind.RESIDENCE), nowhere),
            *places.get((pk, PlaceKind.AT_SEPARATION), nowhere),
            row.father,
            row.mother,
        )
    return people


def life(person_id: int) -> Life:
    """What is believed of a person's life, by whom it was said last.

    Raises:
        SangbongError: `registry.person_unknown`.
    """
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        raise SangbongError("registry.person_unknown")
    said = LifeBelief.objects.filter(person=person, status=person.life_status)
    last = said.order_by("recorded_at", "pk").last()
    if last is None:
        return Life(LifeStatus(person.life_status), None, "", "", None)
    return Life(
        LifeStatus(last.status), last.as_of_date, last.said_by, last.paper, last.recorded_at
    )


def counts() -> dict[str, int]:
    """How many applications, persons sought and register people there are."""
    return {
        "applications": Application.objects.count(),
        "sought": SoughtKin.objects.count(),
        "register": Person.objects.filter(part=Part.REGISTER.value).count(),
    }


def record_numbers(person_ids: Sequence[int]) -> dict[int, str]:
    """The number under which our own register knows each person; others are left out."""
    known: dict[int, str] = {}
    for block in blocks(person_ids, _AT_ONCE):
        rows = Person.objects.filter(pk__in=block, record_no__isnull=False)
        known.update((pk, number or "") for pk, number in rows.values_list("pk", "record_no"))
    return known
