"""What selection and the pages ask of tracing; the same number of questions for one row or thirty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.tracing.core.findings import Answer, FindingClass, ReplyClass
from sangbong.tracing.core.states import EntryState, PairState, Reading
from sangbong.tracing.models import (
    Finding,
    IncomingEntry,
    IncomingInquiry,
    Inquiry,
    Pair,
    ReplyIn,
    ReplyItem,
    ReplyOut,
)

_LISTED_MAX = 500


@dataclass(frozen=True, slots=True)
class PairStateView:
    """A pair and what is believed of it."""

    application_no: str
    sought_no: int
    state: PairState
    statement: str
    """The other office's words besides, such as `willing`; empty where there are none."""
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class InquiryLine:
    """One list sent, with its pairs counted by state."""

    inquiry_id: int
    matter: str
    recipient: OfficeCode
    part: int
    parts: int
    dispatch_id: str
    applications: int
    asked_at: datetime
    pairs: Mapping[PairState, int]


@dataclass(frozen=True, slots=True)
class IncomingLine:
    """One list received, with its entries counted by state."""

    inquiry_id: int
    matter: str
    sender: OfficeCode
    part: int
    parts: int
    dispatch_id: str
    title: str
    applications: int
    received_at: datetime
    traced_at: datetime | None
    entries: Mapping[EntryState, int]


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One person sought by the other side, as a list shows them."""

    entry_id: int
    application_no: str
    sought_no: int
    name: str
    state: EntryState
    best_score_millibits: int | None
    finding: FindingClass | None
    decided_by: str
    told_class: ReplyClass | None


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """One item of evidence: the two values, the level reached, its weight."""

    item: str
    sought: str
    register: str
    level: str
    millibits: int


@dataclass(frozen=True, slots=True)
class ComparisonView:
    """A record of ours facing the person sought."""

    person_id: int
    rank: int
    score_millibits: int
    probability_ppm: int
    record: Mapping[str, str | bool | None]
    evidence: tuple[EvidenceView, ...]


@dataclass(frozen=True, slots=True)
class FindingView:
    """One finding; the latest of an entry counts."""

    entry_id: int
    application_no: str
    sought_no: int
    finding: FindingClass
    person_id: int | None
    decided_by: str
    reason: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class EntryPage:
    """One incoming entry with both records facing, and its history."""

    entry_id: int
    inquiry_id: int
    matter: str
    sender: OfficeCode
    application_no: str
    sought_no: int
    state: EntryState
    seeker: Mapping[str, str]
    sought: Mapping[str, str | int]
    absent_ppm: int | None
    person_id: int | None
    answer: Answer | None
    told_class: ReplyClass | None
    told_at: datetime | None
    comparisons: tuple[ComparisonView, ...]
    findings: tuple[FindingView, ...]


@dataclass(frozen=True, slots=True)
class ReplyLine:
    """One part of a reply, sent or received."""

    dispatch_id: str
    counterpart: OfficeCode
    matter: str
    part: int
    complete: bool
    items: int
    at: datetime


@dataclass(frozen=True, slots=True)
class ReplyItemView:
    """One answer as the other office wrote it, and what it is read as."""

    item_id: int
    dispatch_id: str
    part: int
    received_at: datetime
    application_no: str
    sought_no: int
    reply_class_as_written: str
    words_as_written: str
    statement_as_written: str
    reading: Reading
    read_by: str
    person: Mapping[str, str] | None
    extra_kin: tuple[Mapping[str, str], ...]
    asked_for: bool


def pair_states(matter: str) -> list[PairStateView]:
    """Every pair of a matter and what the last paper said of it, by number."""
    rows = Pair.objects.filter(matter=matter).order_by("application_no", "sought_no")
    return [
        PairStateView(number, sought, PairState(state), statement, changed)
        for number, sought, state, statement, changed in rows.values_list(
            "application_no", "sought_no", "state", "statement", "changed_at"
        )
    ]


def pairs_of(application_no: str) -> list[PairStateView]:
    """Every pair of one application in any matter, the latest change last."""
    rows = Pair.objects.filter(application_no=application_no).order_by("changed_at", "sought_no")
    return [
        PairStateView(
            row.application_no, row.sought_no, PairState(row.state), row.statement, row.changed_at
        )
        for row in rows
    ]


def inquiries(matter: str | None = None) -> list[InquiryLine]:
    """Lists that we sent, the latest first."""
    rows = Inquiry.objects.order_by("-asked_at", "part")
    if matter is not None:
        rows = rows.filter(matter=matter)
    listed = list(rows[:_LISTED_MAX])
    counted: dict[int, dict[PairState, int]] = {}
    for inquiry, state, count in (
        Pair.objects.filter(inquiry__in=listed)
        .values_list("inquiry_id", "state")
        .annotate(count=Count("pk"))
        .order_by("inquiry_id", "state")
    ):
        counted.setdefault(inquiry, {})[PairState(state)] = count
    return [
        InquiryLine(
            row.pk,
            row.matter,
            OfficeCode(row.recipient),
            row.part,
            row.parts,
            row.dispatch_id,
            row.applications,
            row.asked_at,
            counted.get(row.pk, {}),
        )
        for row in listed
    ]


def incoming_inquiries(matter: str | None = None) -> list[IncomingLine]:
    """Lists that other offices sent us, the latest first."""
    rows = IncomingInquiry.objects.order_by("-received_at", "part")
    if matter is not None:
        rows = rows.filter(matter=matter)
    listed = list(rows[:_LISTED_MAX])
    counted: dict[int, dict[EntryState, int]] = {}
    for inquiry, state, count in (
        IncomingEntry.objects.filter(inquiry__in=listed)
        .values_list("inquiry_id", "state")
        .annotate(count=Count("pk"))
        .order_by("inquiry_id", "state")
    ):
        counted.setdefault(inquiry, {})[EntryState(state)] = count
    return [
        IncomingLine(
            row.pk,
            row.matter,
            OfficeCode(row.sender),
            row.part,
            row.parts,
            row.dispatch_id,
            row.title,
            row.applications,
            row.received_at,
            row.traced_at,
            counted.get(row.pk, {}),
        )
        for row in listed
    ]


def incoming_entries(
    inquiry_id: int, *, state: EntryState | None = None, limit: int = 100, offset: int = 0
) -> list[EntryLine]:
    """The persons sought in one list, by number."""
    rows = IncomingEntry.objects.filter(inquiry_id=inquiry_id)
    if state is not None:
        rows = rows.filter(state=state.value)
    listed = list(
        rows.order_by("application_no", "sought_no").prefetch_related("findings")[
            offset : offset + limit
        ]
    )
    best = dict(
        IncomingEntry.objects.filter(
            pk__in=[row.pk for row in listed], comparisons__rank=1
        ).values_list("pk", "comparisons__score_millibits")
    )
    lines = []
    for row in listed:
        last = max(row.findings.all(), key=lambda finding: finding.pk, default=None)
        lines.append(
            EntryLine(
                row.pk,
                row.application_no,
                row.sought_no,
                row.sought["name"],
                EntryState(row.state),
                best.get(row.pk),
                FindingClass(last.finding) if last else None,
                last.decided_by if last else "",
                ReplyClass(row.told_class) if row.told_class else None,
            )
        )
    return lines


def incoming_entry(entry_id: int) -> EntryPage:
    """One entry with its comparisons and evidence, both records facing.

    Raises:
        SangbongError: `tracing.unknown_entry`.
    """
    row = (
        IncomingEntry.objects.filter(pk=entry_id)
        .prefetch_related("comparisons", "findings")
        .first()
    )
    if row is None:
        raise SangbongError("tracing.unknown_entry", number=entry_id)
    return EntryPage(
        row.pk,
        row.inquiry_id,
        row.matter,
        OfficeCode(row.sender),
        row.application_no,
        row.sought_no,
        EntryState(row.state),
        row.seeker,
        row.sought,
        row.absent_ppm,
        row.person_id,
        Answer(row.answer) if row.answer else None,
        ReplyClass(row.told_class) if row.told_class else None,
        row.told_at,
        tuple(
            ComparisonView(
                each.person_id,
                each.rank,
                each.score_millibits,
                each.probability_ppm,
                each.shown,
                tuple(EvidenceView(**item) for item in each.evidence),
            )
            for each in sorted(row.comparisons.all(), key=lambda comparison: comparison.rank)
        ),
        tuple(
            _finding(each, row)
            for each in sorted(row.findings.all(), key=lambda finding: finding.pk)
        ),
    )


def findings(matter: str) -> list[FindingView]:
    """The latest finding of every entry of a matter, by number."""
    latest: dict[int, Finding] = {}
    for row in Finding.objects.filter(entry__matter=matter).select_related("entry").order_by("pk"):
        latest[row.entry_id] = row
    return sorted(
        (_finding(row, row.entry) for row in latest.values()),
        key=lambda view: (view.application_no, view.sought_no),
    )


def found_records(matter: str) -> dict[tuple[str, int], int | None]:
    """Whom each entry of a matter was found to be, by pair; None where nobody was."""
    return {
        (number, sought): person
        for number, sought, person in IncomingEntry.objects.filter(matter=matter).values_list(
            "application_no", "sought_no", "person_id"
        )
    }


def entries_to_ask(matter: str) -> list[tuple[int, str, int, int]]:
    """Found people who wait to be asked: entry, application, number of the sought, person."""
    rows = IncomingEntry.objects.filter(
        matter=matter,
        state__in=[EntryState.FOUND.value, EntryState.ASKED.value],
        person__isnull=False,
    ).order_by("application_no", "sought_no")
    return [
        (entry, number, sought, person)
        for entry, number, sought, person in rows.values_list(
            "pk", "application_no", "sought_no", "person_id"
        )
        if person is not None
    ]


def replies_sent(matter: str | None = None) -> list[ReplyLine]:
    """Parts of replies that we sent, the latest first."""
    rows = ReplyOut.objects.order_by("-released_at", "-part")
    if matter is not None:
        rows = rows.filter(matter=matter)
    return [
        ReplyLine(
            row.dispatch_id,
            OfficeCode(row.recipient),
            row.matter,
            row.part,
            row.complete,
            row.items,
            row.released_at,
        )
        for row in rows[:_LISTED_MAX]
    ]


def replies_received(matter: str | None = None) -> list[ReplyLine]:
    """Parts of replies that came in, the latest first."""
    rows = ReplyIn.objects.order_by("-received_at", "-part").annotate(count=Count("items"))
    if matter is not None:
        rows = rows.filter(matter=matter)
    return [
        ReplyLine(
            row.dispatch_id,
            OfficeCode(row.sender),
            row.matter,
            row.part,
            row.complete,
            row.count,
            row.received_at,
        )
        for row in rows[:_LISTED_MAX]
    ]


def reply_items(matter: str, *, application_no: str | None = None) -> list[ReplyItemView]:
    """Every answer of a matter in its own words, in the order of the papers."""
    rows = ReplyItem.objects.filter(reply__matter=matter).select_related("reply")
    if application_no is not None:
        rows = rows.filter(application_no=application_no)
    return [
        ReplyItemView(
            row.pk,
            row.reply.dispatch_id,
            row.reply.part,
            row.reply.received_at,
            row.application_no,
            row.sought_no,
            row.reply_class_as_written,
            row.words_as_written,
            row.statement_as_written,
            Reading(row.reading),
            row.read_by,
            row.person,
            tuple(row.extra_kin),
            row.pair_id is not None,
        )
        for row in rows.order_by("reply__part", "application_no", "sought_no", "pk")
    ]


def _finding(row: Finding, entry: IncomingEntry) -> FindingView:
    return FindingView(
        entry.pk,
        entry.application_no,
        entry.sought_no,
        FindingClass(row.finding),
        row.person_id,
        row.decided_by,
        row.reason,
        row.decided_at,
    )


def matters_asked() -> Sequence[str]:
    """Matters in which other offices asked us, by name."""
    return sorted(set(IncomingInquiry.objects.values_list("matter", flat=True)))


def found_by_rule(matter: str) -> dict[tuple[str, int], int | None]:
    """Whom a written rule took each person sought for, before anybody was asked; for judging it."""
    rows = Finding.objects.filter(entry__matter=matter, decided_by__startswith="rule:")
    return {
        (number, sought): person
        for number, sought, person in rows.order_by("pk").values_list(
            "entry__application_no", "entry__sought_no", "person_id"
        )
    }
