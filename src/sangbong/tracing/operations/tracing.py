"""Filing an inquiry that came in, and searching our own register for the persons it seeks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime

from django.db.models import Sum

from sangbong.kernel.errors import SangbongError
from sangbong.liaison.core.custody.dispatch import InboundDispatch
from sangbong.names.dates import WrittenDate
from sangbong.names.places import WrittenPlace
from sangbong.office.core.actor import Actor
from sangbong.office.core.audit import digest_of_ids
from sangbong.office.operations import record_audit
from sangbong.programmes.naming import USAGE
from sangbong.registry.core.register import RegisterRow
from sangbong.registry.queries import register_rows
from sangbong.tracing.core.comparing import shown_birth
from sangbong.tracing.core.engine import Answer, compare
from sangbong.tracing.core.papers import InquiryPaper
from sangbong.tracing.core.sought import Sought
from sangbong.tracing.core.states import EntryEvent, EntryState, entry_after
from sangbong.tracing.models import Comparison, IncomingEntry, IncomingInquiry

QUOTA_APPLICATIONS = 300
"""Applications that one office may ask about in one matter.
Source: practice of 2000-2018, one side's list holds 100 to 300 applicants; against dragnets."""

_BATCH = 500
_CHANNEL = Actor("system:channel", "filing a dispatch")


def accept_inquiry(*, now: datetime, dispatch: InboundDispatch) -> None:
    """File an inquiry: one entry for each person sought. Nobody is searched for yet.

    Raises:
        SangbongError: `tracing.paper_unreadable`, `tracing.wrong_matter`, `tracing.quota_exceeded`,
            `tracing.asked_already`: the sender's fault, the dispatch is refused.
    """
    if IncomingInquiry.objects.filter(dispatch_id=dispatch.id).exists():
        return
    paper = InquiryPaper.from_body(dispatch.body)
    if paper.matter != dispatch.stream:
        raise SangbongError("tracing.wrong_matter", matter=paper.matter)
    _refuse_over_quota(dispatch, paper)
    inquiry = IncomingInquiry.objects.create(
        sender=dispatch.sender,
        matter=paper.matter,
        part=paper.part,
        parts=paper.parts,
        dispatch_id=dispatch.id,
        title=paper.title,
        applications=len(paper.applications),
        received_at=dispatch.received_at,
    )
    entries = [
        IncomingEntry(
            inquiry=inquiry,
            sender=dispatch.sender,
            matter=paper.matter,
            application_no=application.application_no,
            sought_no=one.sought_no,
            seeker=asdict(application.seeker),
            sought=asdict(one),
        )
        for application in paper.applications
        for one in application.sought
    ]
    IncomingEntry.objects.bulk_create(entries, batch_size=_BATCH)
    record_audit(
        now=now,
        actor=_CHANNEL,
        action="tracing.accept_inquiry",
        subjects=[f"dispatch:{dispatch.id}"],
        facts={"applications": len(paper.applications), "entries": len(entries)},
    )


def _refuse_over_quota(dispatch: InboundDispatch, paper: InquiryPaper) -> None:
    asked = IncomingInquiry.objects.filter(sender=dispatch.sender, matter=paper.matter).aggregate(
        count=Sum("applications")
    )["count"]
    count = (asked or 0) + len(paper.applications)
    if count > QUOTA_APPLICATIONS:
        raise SangbongError(
            "tracing.quota_exceeded", count=count, matter=paper.matter, limit=QUOTA_APPLICATIONS
        )
    known = IncomingEntry.objects.filter(
        sender=dispatch.sender,
        matter=paper.matter,
        application_no__in=[each.application_no for each in paper.applications],
    ).first()
    if known is not None:
        raise SangbongError("tracing.asked_already", application_no=known.application_no)


def trace_filed(
    *,
    now: datetime,
    actor: Actor,
    inquiry: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Search our register for everybody filed and not yet traced; how many there were.

    Args:
        now: the instant of the search.
        actor: who searches, and why.
        inquiry: one incoming inquiry; all of them where None is given.
        progress: told every 10,000 records how many were read.
    """
    waiting = IncomingEntry.objects.filter(state=EntryState.FILED.value)
    if inquiry is not None:
        waiting = waiting.filter(inquiry_id=inquiry)
    entries = list(waiting.order_by("pk"))
    if not entries:
        return 0
    answers = compare([sought_of(entry) for entry in entries], register_rows(), progress=progress)
    kept: list[Comparison] = []
    for entry in entries:
        answer = answers[entry.pk]
        entry.state = entry_after(EntryState(entry.state), EntryEvent.TRACE).value
        entry.absent_ppm = answer.absent_ppm
        kept += _comparisons(entry, answer)
    Comparison.objects.bulk_create(kept, batch_size=_BATCH)
    IncomingEntry.objects.bulk_update(entries, ["state", "absent_ppm"], batch_size=_BATCH)
    IncomingInquiry.objects.filter(pk__in={entry.inquiry_id for entry in entries}).update(
        traced_at=now
    )
    record_audit(
        now=now,
        actor=actor,
        action="tracing.trace_filed",
        facts={
            "entries": len(entries),
            "comparisons": len(kept),
            "digest": digest_of_ids(f"person:{each.person_id}" for each in kept),
        },
    )
    return len(entries)


def _comparisons(entry: IncomingEntry, answer: Answer) -> list[Comparison]:
    return [
        Comparison(
            entry=entry,
            person_id=each.person_id,
            rank=rank,
            score_millibits=each.score_millibits,
            probability_ppm=each.probability_ppm,
            evidence=[item.to_json() for item in each.evidence],
            shown=shown(each.row),
        )
        for rank, each in enumerate(answer.comparisons, start=1)
    ]


def shown(row: RegisterRow) -> dict[str, str | bool | None]:
    """A record of the register as it faces the person sought, kept as it was compared."""
    return {
        "name": row.names[0] if row.names else row.roman,
        "other_names": " / ".join((*row.names[1:], *([row.roman] if row.roman else []))),
        "sex": row.sex,
        "birth": shown_birth(row),
        "birthplace": row.birthplace_county or row.birthplace_province,
        "residence": row.residence_county or row.residence_province,
        "father": row.father,
        "mother": row.mother,
        "household": row.household,
        "alive": row.alive,
    }


def sought_of(entry: IncomingEntry) -> Sought:
    """A filed entry as the engine compares it; what cannot be read is taken as not known."""
    said = entry.sought
    place = _place(said["address_at_separation"])
    return Sought(
        ref=entry.pk,
        family=f"{entry.sender}/{entry.application_no}",
        name=said["name"],
        house_name=said["house_name"],
        sex=said["sex"],
        birth=_birth(said["birth"], said["calendar"]),
        place=said["address_at_separation"],
        province=place.province or "",
        county=place.county or "",
        father=said["father"],
        mother=said["mother"],
    )


def _birth(raw: str, calendar: str) -> WrittenDate:
    try:
        return USAGE.read_date(raw, calendar, column="birth")
    except SangbongError:  # the paper keeps the words; nothing is compared by them
        return USAGE.read_date("", column="birth")


def _place(raw: str) -> WrittenPlace:
    return USAGE.read_place(raw, column="address_at_separation")
