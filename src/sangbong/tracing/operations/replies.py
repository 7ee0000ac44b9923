"""Replies that came in: kept as written, read, and turned into news that a person must deliver."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from sangbong.kernel.errors import SangbongError
from sangbong.liaison.core.custody.dispatch import InboundDispatch
from sangbong.names.text import clean_text
from sangbong.office.core.actor import Actor
from sangbong.office.operations import record_audit
from sangbong.registry.core.news import NewsKind, NewsOfJob, NewsState
from sangbong.registry.operations import record_news, supersede_news
from sangbong.registry.queries import news_of
from sangbong.tracing.core.findings import read_class
from sangbong.tracing.core.papers import ItemPart, ReplyPaper
from sangbong.tracing.core.states import PairState, Reading, pair_after
from sangbong.tracing.models import Pair, ReplyIn, ReplyItem

_CHANNEL = Actor("system:channel", "filing a dispatch")
_AT_ONCE = 500
_NEWS = {
    Reading.ALIVE: NewsKind.ALIVE,
    Reading.DEAD: NewsKind.DEAD,
    Reading.CANNOT_CONFIRM: NewsKind.CANNOT_CONFIRM,
}
_OPEN_NEWS = frozenset({NewsState.UNDELIVERED, NewsState.IN_HAND})


def accept_reply(*, now: datetime, dispatch: InboundDispatch) -> None:
    """File one part of a reply: every item in its own words, and the pairs that it answers.

    A part may come twice, late, or reverse an earlier one: the pair says what the last paper says,
    every paper is kept, and the family gets news only of a change. News that was not yet told and is
    reversed is taken off the list. An item about somebody we did not ask for is kept by itself.

    Raises:
        SangbongError: `tracing.paper_unreadable`, `tracing.wrong_matter`: the sender's fault, the
            dispatch is refused.
    """
    if ReplyIn.objects.filter(dispatch_id=dispatch.id).exists():
        return
    paper = ReplyPaper.from_body(dispatch.body)
    if paper.matter != dispatch.stream:
        raise SangbongError("tracing.wrong_matter", matter=paper.matter)
    reply = ReplyIn.objects.create(
        sender=dispatch.sender,
        matter=paper.matter,
        part=paper.part,
        complete=paper.complete,
        dispatch_id=dispatch.id,
        title=paper.title,
        received_at=dispatch.received_at,
    )
    pairs = _pairs(dispatch, paper)
    items = [_filed(reply, part, pairs) for part in paper.items]
    ReplyItem.objects.bulk_create(items, batch_size=_AT_ONCE)
    changed, job = 0, NewsOfJob()
    for item in items:
        if item.pair is not None:
            changed += _tell_pair(now, _CHANNEL, job, item.pair, item, dispatch.id)
    record_audit(
        now=now,
        actor=_CHANNEL,
        action="tracing.accept_reply",
        subjects=[f"dispatch:{dispatch.id}"],
        facts={
            "items": len(items),
            "pairs_changed": changed,
            "complete": int(paper.complete),
            **job.facts(),
        },
    )


def _pairs(dispatch: InboundDispatch, paper: ReplyPaper) -> dict[tuple[str, int], Pair]:
    numbers = sorted({item.application_no for item in paper.items})
    found: dict[tuple[str, int], Pair] = {}
    for at in range(0, len(numbers), _AT_ONCE):
        for pair in Pair.objects.select_for_update().filter(
            matter=paper.matter,
            inquiry__recipient=dispatch.sender,
            application_no__in=numbers[at : at + _AT_ONCE],
        ):
            found[pair.application_no, pair.sought_no] = pair
    return found


def _filed(reply: ReplyIn, part: ItemPart, pairs: dict[tuple[str, int], Pair]) -> ReplyItem:
    return ReplyItem(
        reply=reply,
        pair=pairs.get((part.application_no, part.sought_no)),
        application_no=part.application_no,
        sought_no=part.sought_no,
        reply_class_as_written=part.reply_class,
        words_as_written=part.words,
        statement_as_written=part.statement,
        reading=read_class(part.reply_class, part.words).value,
        person=asdict(part.person) if part.person else None,
        extra_kin=[asdict(each) for each in part.extra_kin],
    )


def _tell_pair(  # noqa: PLR0917 -- one item's way from paper to family
    now: datetime, actor: Actor, job: NewsOfJob, pair: Pair, item: ReplyItem, paper: str
) -> bool:
    """Move a pair to what an item says; whether that changed anything for the family."""
    reading = Reading(item.reading)
    before = PairState(pair.state)
    after = pair_after(before, reading)
    pair.statement = item.statement_as_written
    if item.extra_kin:
        _record(now, actor, job, pair, NewsKind.KIN_NOT_ASKED_FOR, paper)
    if after is not before:
        pair.state = after.value
        pair.changed_at = now
        _supersede(now, actor, job, pair)
        if reading in _NEWS:
            _record(now, actor, job, pair, _NEWS[reading], paper)
    pair.save()
    return after is not before


def _record(  # noqa: PLR0917 -- as above
    now: datetime, actor: Actor, job: NewsOfJob, pair: Pair, kind: NewsKind, paper: str
) -> None:
    record_news(
        now=now,
        actor=actor,
        application_no=pair.application_no,
        sought_no=pair.sought_no,
        kind=kind,
        summary_code=f"tracing.news_{kind.value}",
        source_paper=paper,
        job=job,
    )


def _supersede(now: datetime, actor: Actor, job: NewsOfJob, pair: Pair) -> None:
    for news in news_of(pair.application_no):
        told_of_life = news.sought_no == pair.sought_no and news.kind in _NEWS.values()
        if told_of_life and news.state in _OPEN_NEWS:
            supersede_news(now=now, actor=actor, news_id=news.news_id, job=job)


def read_reply_item(
    *, now: datetime, actor: Actor, item_id: int, reading: Reading, reason: str
) -> None:
    """Record how an officer reads an item whose words we did not know.

    Raises:
        SangbongError: `tracing.unknown_entry`, `tracing.reason_missing`, or `tracing.not_now` where
            the item is read already.
    """
    item = (
        ReplyItem.objects.select_for_update(of=("self",))
        .select_related("reply", "pair")
        .filter(pk=item_id)
        .first()
    )
    if item is None:
        raise SangbongError("tracing.unknown_entry", number=item_id)
    if not clean_text(reason, column="reason", max_length=1_000):
        raise SangbongError("tracing.reason_missing")
    if item.reading != Reading.UNREAD or reading is Reading.UNREAD:
        raise SangbongError("tracing.not_now", state=item.reading, event="read")
    item.reading = reading.value
    item.read_by = actor.staff
    item.save()
    job = NewsOfJob()
    if item.pair is not None:
        _tell_pair(now, actor, job, item.pair, item, item.reply.dispatch_id)
    record_audit(
        now=now,
        actor=actor,
        action="tracing.read_reply_item",
        subjects=[f"reply_item:{item.pk}"],
        facts={"reading": reading.value, **job.facts()},
    )
