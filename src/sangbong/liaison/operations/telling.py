"""What is told at a contact besides envelopes, by whichever carrier; and coming back from a backup."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import structlog
from django.db import transaction

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.custody import resync, telling
from sangbong.liaison.core.custody.channel import Channel
from sangbong.liaison.core.custody.dispatch import InboundDispatch
from sangbong.liaison.core.custody.ledger import StreamKey
from sangbong.liaison.core.custody.settling import RESTORED_STREAM
from sangbong.liaison.core.custody.telling import Message, Told
from sangbong.liaison.core.evidence.evidence import Act
from sangbong.liaison.core.wire.exchange import Exchange
from sangbong.liaison.operations import evidence
from sangbong.liaison.operations.channel import (
    after_commit,
    bare_channel,
    confirmed_counterpart,
    note_restore,
    office_channel,
)
from sangbong.office import operations as office
from sangbong.office.core.actor import Actor

_log = structlog.get_logger(__name__)
_ROUTING = Actor("system:routing", "inbound dispatch")


def exchange_for(*, now: datetime, recipient: OfficeCode, owed: bool = False) -> Message:
    """What we have to tell an office besides envelopes, in the caller's transaction.

    `owed`: our log is shown in any case, since it is answered with our cosignature.

    Raises:
        SangbongError: `office.unknown_counterpart` or `liaison.counterpart_unconfirmed`.
    """
    confirmed_counterpart(recipient)
    channel = office_channel(now=now)
    before = channel.ledger.peer(recipient).announced
    message = telling.exchange_for(channel, other=recipient, now=now)
    if channel.ledger.peer(recipient).announced != before:
        _log_announcement(channel, recipient, now=now)
    news = message.has_news or bool(channel.ledger.epochs_waiting(recipient))
    try:
        with transaction.atomic():
            shows = owed or evidence.evidence_due(now=now, counterpart=recipient).due
            if not news and not shows:
                return message
            shown = evidence.evidence_for(now=now, counterpart=recipient, with_trail=news)
            stands = evidence.evidence_due(now=now, counterpart=recipient)
    except SangbongError as fault:
        # a damaged log is for a person to look at; dispatches and receipts do not wait for it
        _log.error("liaison.evidence_not_shown", counterpart=recipient, code=fault.code)
        return message
    return replace(
        message,
        exchange=replace(message.exchange, evidence=shown),
        shows=shows,
        state=(*message.state, *stands.state),
    )


def _log_announcement(channel: Channel, recipient: OfficeCode, *, now: datetime) -> None:
    key = StreamKey(recipient, RESTORED_STREAM, channel.ledger.incarnation())
    stream = channel.ledger.out_streams([key])[key]
    evidence.log_acts(now=now, counterpart=recipient, acts=[(Act.DISPATCH, stream.last_digest)])


def tell(*, now: datetime, recipient: OfficeCode, message: Message) -> None:
    """Note what an office was told; what was lost on the way is asked for again by what comes next."""
    telling.told(bare_channel(now=now), message, other=recipient, now=now)


def accept_exchange(*, now: datetime, sender: OfficeCode, theirs: Exchange) -> Told:
    """Believe what another office told us, in the caller's transaction.

    Raises:
        SangbongError: `office.unknown_counterpart` or `liaison.counterpart_unconfirmed`.
    """
    confirmed_counterpart(sender)
    channel = office_channel(now=now)
    told = telling.accept_exchange(channel, theirs, sender=sender, now=now)
    if theirs.evidence:
        told = _witnessed(channel, told, theirs, sender=sender, now=now)
    if told.restored:
        note_restore(channel, now=now, found="exchange")
    if told.epochs_done is not None:
        office.note_epochs_done(code=sender, number=told.epochs_done)
    if told.peer_restored:
        office.record_audit(
            now=now,
            actor=_ROUTING,
            action="liaison.peer_restored",
            facts={"counterpart": sender, "incarnation": theirs.incarnation},
        )
    if told.restored or told.peer_restored:
        after_commit("waiting", sender)
    after_commit("exchange", sender)
    return told


def _witnessed(
    channel: Channel, told: Told, theirs: Exchange, *, sender: OfficeCode, now: datetime
) -> Told:
    """Witness what they show; it may show too that our own database was put back: rule T4."""
    try:
        with transaction.atomic():
            verdict = evidence.accept_evidence(
                now=now, counterpart=sender, value=dict(theirs.evidence)
            )
    except SangbongError as fault:
        _log.warning("liaison.evidence_not_taken", counterpart=sender, code=fault.code)
        return told
    own, known = channel.ledger.incarnation(), verdict.forgotten
    forgot = own <= known <= own + resync.STEP_MAX
    if forgot and not told.restored:
        resync.begin(channel, beyond=known)
    return replace(told, restored=told.restored or forgot, owed=verdict.owed)


def restored(*, now: datetime, actor: Actor, last: int = 0) -> int:
    """A person says that this office was put back from a backup: a new incarnation begins.

    `last` is the last incarnation in the paper register: where the whole machine was put back, no
    disk knows it any more.

    Returns:
        Its number.
    """
    with transaction.atomic():
        channel = bare_channel(now=now)
        resync.keep_watch(channel)
        number = resync.begin(channel, beyond=last)
        office.record_audit(
            now=now, actor=actor, action="liaison.restored", facts={"incarnation": number}
        )
        after_commit("exchange")
    return number


def accept_restored(*, now: datetime, dispatch: InboundDispatch) -> None:
    """Another office was put back from a backup: do not wait for what it forgot.

    Raises:
        SangbongError: `liaison.restored_unreadable`; the other side's fault.
    """
    paper = resync.RestoredPaper.from_body(dispatch.body)
    resync.accept_restored(bare_channel(now=now), paper, sender=dispatch.sender)
    office.record_audit(
        now=now,
        actor=_ROUTING,
        action="liaison.peer_restored",
        facts={"counterpart": dispatch.sender, "incarnation": paper.incarnation},
    )
