"""The office's book of logs: `liaison.core.evidence.witness.Book` over its database, in the caller's transaction.

It keeps and finds and judges nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.evidence.checkpoint import Origin
from sangbong.liaison.core.evidence.evidence import Leaf
from sangbong.liaison.core.evidence.merkle import Frontier, read_frontier
from sangbong.liaison.core.evidence.witness import Kept, Log
from sangbong.liaison.models import EvidenceCheckpoint, EvidenceLeaf, EvidenceLog

_AT_ONCE = 2_000


@dataclass(slots=True)
class DatabaseBook:
    """One office's book; made anew for each transaction, since it remembers keys of logs.

    `now` stands beside new leaves for people to read; it is not part of them.
    """

    now: datetime
    _ids: dict[Origin, int] = field(default_factory=dict)

    def log(self, origin: Origin) -> Log | None:
        """A log, locked until the commit."""
        row = EvidenceLog.objects.select_for_update().filter(**_named(origin)).first()
        if row is None:
            return None
        self._ids[origin] = row.id
        return Log(
            origin,
            _frontier(row.size, row.frontier),
            told=row.told,
            disputed=row.disputed,
            whole_before=row.whole_before,
        )

    def newest(self, office: OfficeCode, witness: OfficeCode) -> Origin | None:
        """The log of the latest incarnation of one office towards another."""
        rows = EvidenceLog.objects.filter(office=office, witness=witness)
        latest = rows.order_by("-incarnation").values_list("incarnation", flat=True).first()
        return None if latest is None else Origin(office, witness, latest)

    def save(self, log: Log) -> None:
        """Keep a log."""
        values = {
            "size": log.size,
            "frontier": log.frontier.encode(),
            "told": log.told,
            "disputed": log.disputed,
            "whole_before": log.whole_before,
        }
        known = self._id(log.origin)
        if known is not None:
            EvidenceLog.objects.filter(id=known).update(**values)
        else:
            row = EvidenceLog.objects.create(**_named(log.origin), **values)
            self._ids[log.origin] = row.id

    def add(self, origin: Origin, leaves: Sequence[Leaf]) -> None:
        """Keep leaves that follow those stored; the log itself was saved before."""
        log = self._id(origin)
        assert log is not None, "saved before"  # noqa: S101 -- Book's promise
        EvidenceLeaf.objects.bulk_create(
            (
                EvidenceLeaf(
                    log_id=log,
                    number=leaf.number,
                    kind=leaf.kind,
                    digest=leaf.digest,
                    logged_at=self.now,
                )
                for leaf in leaves
            ),
            batch_size=_AT_ONCE,
        )

    def leaves(self, origin: Origin, *, after: int, through: int) -> Iterable[Leaf]:
        """The stored leaves with numbers in `after + 1 … through`."""
        if after >= through:
            return []
        rows = EvidenceLeaf.objects.filter(
            log_id=self._id(origin), number__gt=after, number__lte=through
        )
        found = rows.order_by("number").values_list("kind", "digest", "number")
        return [Leaf(*row) for row in found.iterator(chunk_size=_AT_ONCE)]

    def kept(self, origin: Origin, *, at_most: int) -> Kept | None:
        """The largest checkpoint not larger than `at_most`."""
        rows = EvidenceCheckpoint.objects.filter(log_id=self._id(origin), size__lte=at_most)
        return _kept(rows.order_by("-size").first())

    def cosigned(self, origin: Origin) -> Kept | None:
        """The largest checkpoint that its witness cosigned."""
        rows = EvidenceCheckpoint.objects.filter(log_id=self._id(origin), seconds__gt=0)
        return _kept(rows.order_by("-size").first())

    def keep(self, origin: Origin, kept: Kept) -> None:
        """Keep a checkpoint."""
        EvidenceCheckpoint.objects.update_or_create(
            log_id=self._id(origin),
            size=kept.frontier.size,
            defaults={
                "frontier": kept.frontier.encode(),
                "note": kept.note,
                "generation": kept.generation,
                "public": kept.public,
                "cosigned": kept.cosigned,
                "seconds": kept.seconds,
            },
        )

    def _id(self, origin: Origin) -> int | None:
        if origin not in self._ids:
            known = EvidenceLog.objects.filter(**_named(origin)).values_list("id", flat=True)
            found = known.first()
            if found is None:
                return None
            self._ids[origin] = found
        return self._ids[origin]


def _named(origin: Origin) -> dict[str, str | int]:
    return {
        "office": origin.office,
        "witness": origin.witness,
        "incarnation": origin.incarnation,
    }


def _kept(row: EvidenceCheckpoint | None) -> Kept | None:
    if row is None:
        return None
    return Kept(
        frontier=_frontier(row.size, row.frontier),
        note=bytes(row.note),
        generation=row.generation,
        public=bytes(row.public),
        cosigned=bytes(row.cosigned),
        seconds=row.seconds,
    )


def _frontier(size: int, data: bytes | memoryview) -> Frontier:
    try:
        return read_frontier(size, bytes(data))
    except ValueError as error:
        raise SangbongError("liaison.log_damaged", number=size) from error
