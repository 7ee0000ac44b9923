"""What people and auditors ask of the logs: how far each is witnessed, and what was proved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Count, Exists, F, Model, OuterRef, Q, QuerySet, Subquery

from sangbong.kernel.canonical import sha256_hex
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.custody.states import DispatchState
from sangbong.liaison.core.evidence.checkpoint import Origin
from sangbong.liaison.core.evidence.equivocation import ProofKind
from sangbong.liaison.core.evidence.evidence import Act, Leaf
from sangbong.liaison.models import (
    EvidenceCheckpoint,
    EvidenceLeaf,
    EvidenceLog,
    EvidenceProof,
    InboxDispatch,
    OutboxDispatch,
)

_RECEIPTS = [Act.RECEIVED.value, Act.APPLIED.value, Act.REFUSED.value]
_RECEIPTED = [
    DispatchState.RECEIVED.value,
    DispatchState.APPLIED.value,
    DispatchState.REFUSED.value,
]


@dataclass(frozen=True, slots=True)
class LogView:
    """One log as people see it.

    `size`: leaves stored here; `signed`: the size of the last signed checkpoint; `cosigned`: that of
    the last one cosigned by the witness, `cosigned_at` by its clock, None before. `missing`: things
    we hold of its keeper that should stand in it and do not (rule LW9).
    """

    origin: Origin
    size: int
    signed: int | None
    root: str
    cosigned: int | None
    cosigned_at: datetime | None
    disputed: bool
    missing: int = 0


@dataclass(frozen=True, slots=True)
class ProofView:
    """A proof that an office signed two histories."""

    digest: str
    accused: OfficeCode
    kind: ProofKind
    about: str
    found_at: datetime
    seen_by: str
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class CheckpointView:
    """One signed checkpoint as kept, for an auditor."""

    size: int
    note: bytes
    generation: int
    public: bytes
    cosigned: bytes
    seconds: int


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where the audit trail's head stands in a log: the leaf, the entry, and the salt."""

    origin: Origin
    number: int
    entry: int
    salt: str


@dataclass(frozen=True, slots=True)
class ReceiptHeld:
    """A receipt that another office gave us: the envelope it is about, and its own digest."""

    office: OfficeCode
    state: str
    about: str
    digest: str


def logs(*, own: OfficeCode) -> list[LogView]:
    """Every log kept here, ours and copies, by office, witness and incarnation."""
    kept = EvidenceCheckpoint.objects.filter(log=OuterRef("pk")).order_by("-size")
    rows = EvidenceLog.objects.annotate(
        signed=Subquery(kept.values("size")[:1]),
        note=Subquery(kept.values("note")[:1]),
        cosigned=Subquery(kept.filter(seconds__gt=0).values("size")[:1]),
        seconds=Subquery(kept.filter(seconds__gt=0).values("seconds")[:1]),
    ).order_by("office", "witness", "-incarnation")
    found = list(rows)
    missing = _missing(found, own=own)
    return [_view(row, missing) for row in found]


def _view(row: EvidenceLog, missing: Mapping[str, int]) -> LogView:
    note, seconds = getattr(row, "note"), getattr(row, "seconds")  # noqa: B009 -- annotated
    return LogView(
        origin=_origin(row),
        size=row.size,
        signed=getattr(row, "signed"),  # noqa: B009 -- annotated
        root=bytes(note).decode().split("\n")[2] if note else "",
        cosigned=getattr(row, "cosigned"),  # noqa: B009 -- annotated
        cosigned_at=datetime.fromtimestamp(seconds, UTC) if seconds else None,
        disputed=row.disputed,
        missing=missing.get(row.office, 0) if row.whole_before else 0,
    )


def _origin(row: EvidenceLog) -> Origin:
    return Origin(OfficeCode(row.office), OfficeCode(row.witness), row.incarnation)


def _missing(rows: Sequence[EvidenceLog], *, own: OfficeCode) -> dict[str, int]:
    """How much we hold of each office that should stand in its log and does not: rule LW9."""
    theirs = [row for row in rows if row.witness == own and row.whole_before]
    if not theirs:
        return {}
    counts: dict[str, int] = {}
    sent, told = Q(), Q()
    for row in theirs:
        before = datetime.fromtimestamp(row.whole_before, UTC)
        sent |= Q(stream__sender=row.office, received_at__lt=before)
        told |= Q(stream__recipient=row.office, received_at__lt=before)
    inbox = InboxDispatch.objects.filter(sent, state__in=_RECEIPTED)
    outbox = OutboxDispatch.objects.filter(told, state__in=_RECEIPTED)
    for found in (
        _uncovered(inbox, F("stream__sender"), [Act.DISPATCH.value], own),
        _uncovered(outbox, F("stream__recipient"), _RECEIPTS, own),
    ):
        for office, count in found:
            counts[office] = counts.get(office, 0) + count
    return counts


def _uncovered(
    rows: QuerySet[Model], keeper: F, kinds: list[str], own: OfficeCode
) -> list[tuple[str, int]]:
    leaves = EvidenceLeaf.objects.filter(
        digest=OuterRef("envelope_id"),
        kind__in=kinds,
        log__office=OuterRef("keeper"),
        log__witness=own,
    )
    counted = rows.annotate(keeper=keeper).filter(~Exists(leaves)).values("keeper")
    return list(counted.annotate(count=Count("pk")).values_list("keeper", "count").order_by())


def proofs() -> list[ProofView]:
    """Every proof kept here, newest first."""
    rows = EvidenceProof.objects.defer("data").order_by("-found_at", "digest")
    return [
        ProofView(
            digest=row.digest,
            accused=OfficeCode(row.accused),
            kind=ProofKind(row.kind),
            about=row.about,
            found_at=row.found_at,
            seen_by=row.seen_by,
            seen_at=row.seen_at,
        )
        for row in rows
    ]


def proof_file(beginning: str) -> tuple[str, bytes]:
    """A proof's name and file, found by the beginning of its name.

    Raises:
        SangbongError: `liaison.proof_unknown`; none or several begin so.
    """
    rows = EvidenceProof.objects.filter(digest__startswith=beginning).values_list("digest", "data")
    found = list(rows[:2])
    if not beginning or len(found) != 1:
        raise SangbongError("liaison.proof_unknown")
    return found[0][0], bytes(found[0][1])


def leaves_of(origin: Origin) -> Iterator[Leaf]:
    """Every leaf of a log, in order."""
    rows = EvidenceLeaf.objects.filter(**_named(origin)).order_by("number")
    for row in rows.values_list("kind", "digest", "number").iterator(chunk_size=2000):
        yield Leaf(*row)


def checkpoints_of(origin: Origin) -> Iterator[CheckpointView]:
    """Every checkpoint kept of a log, the smallest first."""
    rows = EvidenceCheckpoint.objects.filter(**_named(origin)).order_by("size")
    for row in rows.iterator(chunk_size=2000):
        yield CheckpointView(
            size=row.size,
            note=bytes(row.note),
            generation=row.generation,
            public=bytes(row.public),
            cosigned=bytes(row.cosigned),
            seconds=row.seconds,
        )


def anchors() -> Iterator[Anchor]:
    """Where the audit trail's heads stand in our logs."""
    rows = EvidenceLeaf.objects.filter(kind=Act.TRAIL.value, entry__isnull=False)
    ordered = rows.select_related("log").order_by("entry", "log_id", "number")
    for row in ordered.iterator(chunk_size=2000):
        assert row.entry is not None, "asked for"  # noqa: S101 -- narrows the type
        yield Anchor(_origin(row.log), row.number, row.entry, row.salt)


def receipts_held() -> Iterator[ReceiptHeld]:
    """Every last receipt that we hold of a dispatch of ours, by digest."""
    rows = OutboxDispatch.objects.filter(state__in=_RECEIPTED).exclude(receipt=b"").order_by("id")
    told = rows.values_list("stream__recipient", "state", "envelope_id", "receipt")
    for office, state, about, receipt in told.iterator(chunk_size=2000):
        yield ReceiptHeld(OfficeCode(office), state, about, sha256_hex(bytes(receipt)))


def _named(origin: Origin) -> dict[str, str | int]:
    return {
        "log__office": origin.office,
        "log__witness": origin.witness,
        "log__incarnation": origin.incarnation,
    }
