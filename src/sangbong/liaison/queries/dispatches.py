"""What others ask of the channel: how far dispatches came, what waits, notes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.db.models import Count, Max, Min, Q, QuerySet

from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.custody.applying import KEYS_KEPT
from sangbong.liaison.core.custody.states import CUSTODY_STATES, FINAL_STATES, DispatchState
from sangbong.liaison.core.wire.exchange import Prefix
from sangbong.liaison.models import (
    InboxDispatch,
    InboxStream,
    KeptEnvelope,
    Note,
    OutboxDispatch,
    OutboxStream,
)
from sangbong.office.queries import counterparts

RECEIPTS_MAX = 5_000
LISTED_MAX = 500
RETURN_REST = timedelta(minutes=10)
"""How long the line leaves a dispatch in peace that the other side could not take."""


class Direction(StrEnum):
    """Which way a dispatch goes, seen from here."""

    OUT = "out"
    IN = "in"


@dataclass(frozen=True, slots=True)
class DispatchView:
    """One dispatch as the console lists it.

    `kind` of a dispatch that came in is empty until it is opened. `waits_for` is the number that has
    to come first, 0 where nothing is missing. `code` is the reason of a refusal; `returned_code` why
    the other side could not take the envelope when it last came.
    """

    id: str
    direction: Direction
    counterpart: OfficeCode
    stream: str
    sequence: int
    kind: str
    state: DispatchState
    size: int
    sealed_at: datetime | None
    carried_at: datetime | None
    received_at: datetime | None
    final_at: datetime | None
    code: str
    returned_code: str
    waits_for: int


@dataclass(frozen=True, slots=True)
class WaitingDispatch:
    """A dispatch still in our custody, to be carried (again)."""

    id: str
    digest: str
    length: int


@dataclass(frozen=True, slots=True)
class CounterpartSummary:
    """How the channel with one office stands."""

    code: OfficeCode
    name_ko: str
    name_en: str
    confirmed: bool
    out: Mapping[DispatchState, int]
    into: Mapping[DispatchState, int]
    oldest_waiting_at: datetime | None
    last_receipt_at: datetime | None
    last_dispatch_at: datetime | None


@dataclass(frozen=True, slots=True)
class NoteView:
    """One note as filed."""

    dispatch_id: str
    direction: Direction
    counterpart: OfficeCode
    number: str
    written_date: date
    sender_name: str
    sender_rank: str
    text: str
    answers: str
    filed_at: datetime


def waiting_for(
    recipient: OfficeCode, *, returned_before: datetime | None = None
) -> list[WaitingDispatch]:
    """What we still answer for towards an office, urgent ones first, then the oldest.

    With `returned_before`, those that the other side could not take since then are left to rest.
    """
    rows = _in_custody(recipient, returned_before).values_list("dispatch_id", "envelope_id", "size")
    return [WaitingDispatch(id=name, digest=digest, length=length) for name, digest, length in rows]


def _in_custody(
    recipient: OfficeCode, returned_before: datetime | None
) -> QuerySet[OutboxDispatch]:
    waits = Q(state__in=[s.value for s in CUSTODY_STATES]) | Q(offer_again=True)
    rows = OutboxDispatch.objects.filter(waits, stream__recipient=recipient)
    if returned_before is not None:
        rows = rows.filter(Q(returned_at=None) | Q(returned_at__lt=returned_before))
    return rows.order_by("-urgent", "id")


def anything_to_say(recipient: OfficeCode, *, now: datetime) -> bool:
    """Whether a call to an office would carry something."""
    return (
        _in_custody(recipient, now - RETURN_REST).exists()
        or InboxDispatch.objects.filter(stream__sender=recipient, receipt_owed=True).exists()
        or OutboxStream.objects.filter(recipient=recipient, settled_owed=True).exists()
        or InboxStream.objects.filter(sender=recipient, heard_owed=True).exists()
    )


def receipts_owed(recipient: OfficeCode) -> int:
    """How many receipts an office may not have yet."""
    return InboxDispatch.objects.filter(stream__sender=recipient, receipt_owed=True).count()


def envelope_bytes(digest: str) -> bytes:
    """The literal bytes of an envelope that we keep.

    Raises:
        KeptEnvelope.DoesNotExist: our own mistake.
    """
    return bytes(KeptEnvelope.objects.values_list("data", flat=True).get(digest=digest))


def settled_owed(recipient: OfficeCode) -> tuple[Prefix, ...]:
    """Streams of ours whose receipts came in since we last told the other side so."""
    rows = OutboxStream.objects.filter(recipient=recipient, settled_owed=True)
    found = rows.order_by("id").values_list("name", "incarnation", "settled_through")
    return tuple(sorted(Prefix(*row) for row in found[:RECEIPTS_MAX]))


def heard_owed(sender: OfficeCode) -> tuple[Prefix, ...]:
    """Streams of another office of which we hold more than we last told it."""
    rows = InboxStream.objects.filter(sender=sender, heard_owed=True)
    found = rows.order_by("id").values_list("name", "incarnation", "received_through")
    return tuple(sorted(Prefix(*row) for row in found[:RECEIPTS_MAX]))


def epochs_unopened(*, now: datetime) -> set[int]:
    """The epochs of our receive keys that dispatches are sealed to which are not yet applied or
    refused, or only since `KEYS_KEPT`: a database put back from a backup opens those once more.
    """
    finals = [state.value for state in FINAL_STATES]
    rows = InboxDispatch.objects.filter(~Q(state__in=finals) | Q(final_at__gt=now - KEYS_KEPT))
    return set(rows.values_list("epoch", flat=True).distinct())


def dispatches(
    direction: Direction | None = None,
    *,
    counterpart: OfficeCode | None = None,
    stream: str | None = None,
    limit: int = LISTED_MAX,
) -> list[DispatchView]:
    """Dispatches for the console, newest first, each way at most `limit`."""
    views: list[DispatchView] = []
    if direction is not Direction.IN:
        views += _outbox_views(counterpart, stream, limit)
    if direction is not Direction.OUT:
        views += _inbox_views(counterpart, stream, limit)
    return sorted(views, key=_newest, reverse=True)


def _newest(view: DispatchView) -> tuple[datetime, int]:
    at = view.sealed_at or view.received_at
    assert at is not None, "each way has its own beginning"  # noqa: S101 -- our own mistake
    return at, view.sequence


def _outbox_views(
    counterpart: OfficeCode | None, stream: str | None, limit: int
) -> list[DispatchView]:
    rows = OutboxDispatch.objects.select_related("stream").defer("receipt", "clearance")
    if counterpart is not None:
        rows = rows.filter(stream__recipient=counterpart)
    if stream is not None:
        rows = rows.filter(stream__name=stream)
    return [
        DispatchView(
            id=row.dispatch_id,
            direction=Direction.OUT,
            counterpart=OfficeCode(row.stream.recipient),
            stream=row.stream.name,
            sequence=row.sequence,
            kind=row.kind,
            state=DispatchState(row.state),
            size=row.size,
            sealed_at=row.sealed_at,
            carried_at=row.carried_at,
            received_at=row.received_at,
            final_at=row.final_at,
            code=row.code,
            returned_code=row.returned_code,
            waits_for=0,
        )
        for row in rows.order_by("-id")[:limit]
    ]


def _inbox_views(
    counterpart: OfficeCode | None, stream: str | None, limit: int
) -> list[DispatchView]:
    rows = InboxDispatch.objects.select_related("stream").defer("receipt")
    if counterpart is not None:
        rows = rows.filter(stream__sender=counterpart)
    if stream is not None:
        rows = rows.filter(stream__name=stream)
    shown = list(rows.order_by("-id")[:limit])
    missing = _missing({row.stream_id for row in shown if row.state == DispatchState.RECEIVED})
    return [
        DispatchView(
            id=row.dispatch_id,
            direction=Direction.IN,
            counterpart=OfficeCode(row.stream.sender),
            stream=row.stream.name,
            sequence=row.sequence,
            kind=row.kind,
            state=DispatchState(row.state),
            size=row.size,
            sealed_at=None,
            carried_at=None,
            received_at=row.received_at,
            final_at=row.final_at,
            code=row.code,
            returned_code="",
            waits_for=_waits_for(row, missing),
        )
        for row in shown
    ]


def _missing(streams: Collection[int]) -> dict[int, int]:
    """The first number after the applied ones that has not come, for each stream."""
    rows = InboxDispatch.objects.filter(
        stream__in=streams, state=DispatchState.RECEIVED
    ).values_list("stream_id", "sequence", "stream__applied_through")
    held: dict[int, set[int]] = {}
    applied: dict[int, int] = {}
    for stream, sequence, through in rows:
        held.setdefault(stream, set()).add(sequence)
        applied[stream] = through
    return {stream: _first_gap(through, held[stream]) for stream, through in applied.items()}


def _first_gap(through: int, held: Collection[int]) -> int:
    number = through + 1
    while number in held:
        number += 1
    return number


def _waits_for(row: InboxDispatch, missing: Mapping[int, int]) -> int:
    first = missing.get(row.stream_id, 0)
    return first if row.state == DispatchState.RECEIVED and first < row.sequence else 0


def summaries() -> list[CounterpartSummary]:
    """How the channel with each office stands, by code."""
    out = _counts(
        OutboxDispatch.objects.values_list("stream__recipient", "state").annotate(n=Count("id"))
    )
    into = _counts(
        InboxDispatch.objects.values_list("stream__sender", "state").annotate(n=Count("id"))
    )
    waiting = Q(state__in=[s.value for s in CUSTODY_STATES])
    sent = {
        code: (oldest, last)
        for code, oldest, last in OutboxDispatch.objects.values_list("stream__recipient").annotate(
            oldest=Min("sealed_at", filter=waiting), last=Max("received_at")
        )
    }
    heard = dict(
        InboxDispatch.objects.values_list("stream__sender").annotate(last=Max("received_at"))
    )
    return [
        CounterpartSummary(
            code=other.code,
            name_ko=other.name_ko,
            name_en=other.name_en,
            confirmed=other.confirmed_at is not None,
            out=out.get(other.code, {}),
            into=into.get(other.code, {}),
            oldest_waiting_at=sent.get(other.code, (None, None))[0],
            last_receipt_at=sent.get(other.code, (None, None))[1],
            last_dispatch_at=heard.get(other.code),
        )
        for other in counterparts()
    ]


def _counts(rows: Iterable[tuple[str, str, int]]) -> dict[str, dict[DispatchState, int]]:
    table: dict[str, dict[DispatchState, int]] = {}
    for code, state, count in rows:
        table.setdefault(code, {})[DispatchState(state)] = count
    return table


def unfinished() -> int:
    """How many dispatches, sent or received, still wait for their end."""
    final = [state.value for state in FINAL_STATES]
    return (
        OutboxDispatch.objects.exclude(state__in=final).count()
        + InboxDispatch.objects.exclude(state__in=final).count()
    )


def notes(*, counterpart: OfficeCode | None = None, limit: int = LISTED_MAX) -> list[NoteView]:
    """Notes as filed, newest first."""
    rows = Note.objects.order_by("-filed_at", "-id")
    if counterpart is not None:
        rows = rows.filter(counterpart=counterpart)
    return [
        NoteView(
            dispatch_id=row.dispatch_id,
            direction=Direction.OUT if row.outgoing else Direction.IN,
            counterpart=OfficeCode(row.counterpart),
            number=row.number,
            written_date=row.written_date,
            sender_name=row.sender_name,
            sender_rank=row.sender_rank,
            text=row.text,
            answers=row.answers,
            filed_at=row.filed_at,
        )
        for row in rows[:limit]
    ]
