"""What is learned of a family: that somebody lives, is dead, was reached, goes on for the dead."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sangbong.kernel.errors import SangbongError
from sangbong.names.text import clean_text
from sangbong.office.core.actor import Actor
from sangbong.office.operations import record_audit
from sangbong.office.queries import own_office
from sangbong.registry.core.news import ContactOutcome, Way
from sangbong.registry.core.people import Claim, LifeStatus
from sangbong.registry.core.succession import in_a_ring
from sangbong.registry.models import Application, ContactMade, LifeBelief, Person

_NOTE_MAX = 2_000
_TELLING = frozenset({LifeStatus.ALIVE, LifeStatus.DEAD})


def mark_living(
    *, now: datetime, actor: Actor, person_id: int, as_of: date, said_by: Claim, paper: str = ""
) -> None:
    """Record that somebody knew the person alive on a day.

    Raises:
        SangbongError: as `record_life_belief`.
    """
    record_life_belief(
        now=now,
        actor=actor,
        person_id=person_id,
        status=LifeStatus.ALIVE,
        as_of=as_of,
        said_by=said_by,
        paper=paper,
    )


def record_life_belief(
    *,
    now: datetime,
    actor: Actor,
    person_id: int,
    status: LifeStatus,
    as_of: date,
    said_by: Claim,
    paper: str = "",
) -> None:
    """Keep what somebody said of a person's life; the latest said is what is believed.

    That somebody could not confirm anything is kept too, and changes no belief.

    Of a death, `as_of` is the day of death, or the day it was said where that is not known. A
    later paper may reverse it: people declared dead were found alive.

    Raises:
        SangbongError: `registry.person_unknown`; `registry.day_in_future`;
            `registry.paper_name_too_long`.
    """
    person = Person.objects.select_for_update().filter(pk=person_id).first()
    if person is None:
        raise SangbongError("registry.person_unknown")
    today = now.astimezone(ZoneInfo(own_office().time_zone)).date()
    if as_of > today:
        raise SangbongError("registry.day_in_future", day=today.isoformat())
    LifeBelief.objects.create(
        person=person,
        status=status.value,
        as_of_date=as_of,
        said_by=said_by.value,
        paper=clean_text(paper, column="", max_length=120),
        staff=actor.staff,
        recorded_at=now,
    )
    if status in _TELLING or person.life_status not in _TELLING:
        person.life_status = status.value
        person.dead_on = as_of if status is LifeStatus.DEAD else None
    if status is LifeStatus.ALIVE:
        person.living_as_of = max(as_of, person.living_as_of or as_of)
    person.save(update_fields=["life_status", "dead_on", "living_as_of"])
    record_audit(
        now=now,
        actor=actor,
        action="registry.record_life_belief",
        subjects=[f"person:{person_id}"],
        facts={"status": status.value, "as_of": as_of.isoformat(), "said_by": said_by.value},
    )


def record_contact(
    *,
    now: datetime,
    actor: Actor,
    person_id: int,
    way: Way,
    outcome: ContactOutcome,
    note: str = "",
    made_at: datetime | None = None,
) -> None:
    """Write down an attempt to reach a family; who was reached in person is known alive that day.

    That kin say somebody is dead raises nothing by itself: an officer records the belief.

    Raises:
        SangbongError: `registry.person_unknown`; `registry.day_in_future`; a note's own faults.
    """
    at = made_at or now
    if at > now:
        raise SangbongError("registry.day_in_future", day=now.date().isoformat())
    if not Person.objects.filter(pk=person_id).exists():
        raise SangbongError("registry.person_unknown")
    ContactMade.objects.create(
        person_id=person_id,
        made_at=at,
        way=way.value,
        outcome=outcome.value,
        note=clean_text(note, column="", max_length=_NOTE_MAX),
        staff=actor.staff,
    )
    record_audit(
        now=now,
        actor=actor,
        action="registry.record_contact",
        subjects=[f"person:{person_id}"],
        facts={"way": way.value, "outcome": outcome.value},
    )


def record_succession(
    *, now: datetime, actor: Actor, application_no: str, succeeds_no: str
) -> None:
    """Link a successor's application to the dead applicant's that it goes on from.

    Raises:
        SangbongError: `registry.application_unknown`; `registry.succeeds_itself`;
            `registry.succeeds_ring`; `registry.predecessor_not_dead`; `registry.succeeds_already`.
    """
    if application_no == succeeds_no:
        raise SangbongError("registry.succeeds_itself")
    rows = Application.objects.select_for_update().select_related("applicant")
    both = {
        row.application_no: row
        for row in rows.filter(application_no__in=[application_no, succeeds_no])
    }
    if len(both) != 2:
        raise SangbongError("registry.application_unknown", count=2 - len(both))
    after, before = both[application_no], both[succeeds_no]
    if after.succeeds_id is not None:
        raise SangbongError("registry.succeeds_already")
    if before.applicant.life_status != LifeStatus.DEAD:
        raise SangbongError("registry.predecessor_not_dead")
    links = dict(
        Application.objects.filter(succeeds__isnull=False).values_list("pk", "succeeds_id")
    )
    if in_a_ring(links | {after.pk: before.pk}, after.pk):
        raise SangbongError("registry.succeeds_ring", number=succeeds_no)
    after.succeeds = before
    after.save(update_fields=["succeeds"])
    record_audit(
        now=now,
        actor=actor,
        action="registry.record_succession",
        subjects=[f"application:{application_no}", f"application:{succeeds_no}"],
    )
