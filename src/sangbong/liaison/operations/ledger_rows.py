"""What every part of the office's ledger needs: questions in parts, and rows kept new or changed."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from django.db.models import Model, QuerySet, Subquery, Sum, Value

from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.custody.channel import Mark
from sangbong.liaison.core.custody.ledger import (
    StreamKey,
)
from sangbong.liaison.models import (
    InboxDispatch,
    InboxStream,
    KeptEnvelope,
    OutboxDispatch,
    OutboxStream,
    OwnIncarnation,
)

T = TypeVar("T")
M = TypeVar("M", bound=Model)

ASKED_AT_ONCE = 5_000


def stored_mark() -> Mark:
    """How far the ledger has come, without a lock: for the mark outside it, after a commit."""
    return stored(OwnIncarnation.objects.all())


def stored(rows: QuerySet[OwnIncarnation]) -> Mark:
    """In one question; an office that has no incarnation yet has sent and received nothing."""
    told = rows.annotate(
        out=_last(OutboxDispatch),
        into=_last(InboxDispatch),
        settled=_sum(OutboxStream, "settled_through"),
        applied=_sum(InboxStream, "applied_through"),
    ).first()
    if told is None:
        return Mark(0, 0)
    heights = (told.out, told.into, told.settled, told.applied)
    return Mark(told.number, sum(height or 0 for height in heights))


def _last(model: type[Model]) -> Subquery:
    rows = model._default_manager.order_by("-id").values("id")[:1]  # noqa: SLF001 -- as below
    return Subquery(rows)


def _sum(model: type[Model], column: str) -> Subquery:
    rows = model._default_manager.order_by().annotate(one=Value(1)).values("one")  # noqa: SLF001 -- as below
    return Subquery(rows.annotate(sum=Sum(column)).values("sum"))


def of_office(model: type[M], **which: Any) -> QuerySet[M]:
    """Streams of one office, locked, in a fixed order."""
    rows: QuerySet[M] = model._default_manager.select_for_update()  # noqa: SLF001 -- its public name is untyped
    return rows.filter(**which).order_by("name", "incarnation")


def named(rows: QuerySet[M], ids: Collection[str]) -> Iterator[M]:
    """The rows of these dispatches."""
    for some in parts(ids):
        yield from rows.filter(dispatch_id__in=some)


def parts(values: Collection[T]) -> Iterator[list[T]]:
    """So many at once as one statement may ask for."""
    remaining = iter(values)
    while some := list(itertools.islice(remaining, ASKED_AT_ONCE)):
        yield some


def stream_ids(
    keys: Collection[StreamKey],
    known: dict[StreamKey, int],
    model: type[OutboxStream | InboxStream],
    *,
    office: str,
) -> dict[StreamKey, int]:
    """The database's numbers of these streams, added to those that are known."""
    missing = [key for key in keys if key not in known]
    for some in parts({key.name for key in missing}):
        found = model.objects.filter(name__in=some)
        for other, name, incarnation, pk in found.values_list(office, "name", "incarnation", "pk"):
            known[StreamKey(OfficeCode(other), name, incarnation)] = pk
    return known


def keep_envelopes(envelopes: Iterable[tuple[str, bytes]]) -> None:
    """Keep literal bytes under their digests."""
    KeptEnvelope.objects.bulk_create(
        [KeptEnvelope(digest=digest, data=data) for digest, data in envelopes]
    )


def upsert(model: type[M], rows: Sequence[M], *, unique: Sequence[str]) -> None:
    """Keep rows in one statement, new or changed; `unique` names what they are known by."""
    if not rows:
        return
    changing = [
        one.name
        for one in model._meta.concrete_fields  # noqa: SLF001 -- Django's way to ask
        if not one.primary_key and one.name not in unique
    ]
    model._default_manager.bulk_create(  # noqa: SLF001 -- as above
        rows, update_conflicts=True, unique_fields=list(unique), update_fields=changing
    )
