"""A contact with nothing else to tell: what it says all the same, and how it ends (LW10, C3, T4)."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.office.liaison.conftest import Peer
from tests.office.liaison.test_contacts import draft
from tests.office.liaison.test_evidence import act, seoul

from sangbong.kernel.ids import OfficeCode
from sangbong.lab.forks import LogKeeper
from sangbong.liaison import operations, queries
from sangbong.liaison.core.custody import sending
from sangbong.liaison.core.evidence.checkpoint import Origin
from sangbong.liaison.core.wire.exchange import Exchange, Prefix, read_exchange
from sangbong.liaison.models import (
    EvidenceCheckpoint,
    EvidenceLeaf,
    EvidenceLog,
    OutboxDispatch,
)
from sangbong.liaison.operations.channel import office_channel
from sangbong.liaison.operations.log_book import DatabaseBook

PYONGYANG = OfficeCode("KP-PYO")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def pyongyang(peer: Peer) -> LogKeeper:
    """The other office's end of the logs, in memory."""
    return LogKeeper(PYONGYANG, peer.other, peer.signer.private_bytes_raw())


def opened(now: datetime) -> Exchange | None:
    """What we say when a line opens."""
    data = operations.exchange_to_send(now=now, counterpart=PYONGYANG)
    return read_exchange(data) if data is not None else None


def answered(now: datetime, keeper: LogKeeper | None = None, **told: object) -> Exchange | None:
    """What we say to an exchange of theirs, which shows the keeper's log."""
    facts = {"incarnation": 1, **({"evidence": keeper.show()} if keeper else {}), **told}
    _, data = operations.answer_exchange(now=now, counterpart=PYONGYANG, theirs=Exchange(**facts))
    return read_exchange(data) if data is not None else None


def cosigned(now: datetime) -> int:
    kept = DatabaseBook(now).cosigned(Origin(OfficeCode("KR-SEL"), PYONGYANG))
    return kept.frontier.size if kept else 0


def test_a_line_that_opens_with_nothing_else_gets_the_last_checkpoint_cosigned(
    peer, pyongyang, now
):
    """LW10: shown, cosigned, and then silence; the trail's head is not a reason of its own."""
    act(now, "their receipt came", "and another")
    first = opened(now)
    assert first is not None
    assert (first.receipts, first.heard, first.settled) == ((), (), ())
    pyongyang.act("their note")
    pyongyang.see(dict(first.evidence), of=seoul(), now=now)

    second = answered(now + MINUTE, pyongyang)
    assert second is not None
    pyongyang.see(dict(second.evidence), of=seoul(), now=now + MINUTE)

    assert (cosigned(now), EvidenceLeaf.objects.filter(kind="trail").count()) == (3, 0)
    kept = pyongyang.book.cosigned(pyongyang.origin)
    assert kept is not None
    assert kept.frontier.size == 1
    assert [opened(now + n * MINUTE) for n in range(1, 10)] == [None] * 9
    assert answered(now + MINUTE, pyongyang) is None
    assert opened(now + timedelta(days=1)) is None


def test_one_that_does_not_cosign_is_shown_the_log_once_an_hour_and_answered_no_more(peer, now):
    """LW10."""
    act(now, "a dispatch")

    said = [opened(now + n * MINUTE) is not None for n in (0, 1, 59, 60, 61)]

    assert said == [True, False, False, True, False]
    assert answered(now + 62 * MINUTE) is None


def test_a_stick_with_nothing_else_shows_the_log_until_it_is_cosigned(
    peer, pyongyang, now, tmp_path: Path
):
    """LW10: a stick may be lost, so each one shows it."""
    usb = tmp_path / "usb"
    usb.mkdir()
    act(now, "their receipt came")

    written = [
        operations.carry_to_folder(now=now, recipient=PYONGYANG, folder=usb) for _ in range(2)
    ]
    assert [(one.envelopes, one.receipts, one.pieces) for (one,) in written] == [(0, 0, 0)] * 2
    for n in range(2):  # their log is shown and cosigned too, and they say that they have it
        at = now + n * MINUTE
        shown = operations.exchange_for(now=at, recipient=PYONGYANG).exchange.evidence
        pyongyang.see(dict(shown), of=seoul(), now=at)
        theirs = Exchange(incarnation=1, evidence=pyongyang.show())
        operations.accept_exchange(now=at, sender=PYONGYANG, theirs=theirs)

    assert operations.carry_to_folder(now=now, recipient=PYONGYANG, folder=usb) == []


def test_a_lowered_word_on_epochs_is_worth_a_contact(peer, now):
    """C3, T7: they were put back, and one that is sealed to an epoch we were done with goes again."""
    sending.enqueue(office_channel(now=now), draft(), now=now)
    digest = OutboxDispatch.objects.get().envelope_id
    heard = (Prefix("round-21", 1, 1),)
    taken = peer.receipt("round-21", 1, digest, "applied")
    answered(now, receipts=(taken,), heard=heard)
    later = now + timedelta(days=120)
    done = operations.exchange_for(now=later, recipient=PYONGYANG)
    assert done.exchange.epochs_done > 0

    lowered = answered(later, incarnation=2)
    assert lowered is not None
    assert (lowered.epochs_done, lowered.receipts, lowered.heard) == (0, (), ())
    message = operations.exchange_for(now=later, recipient=PYONGYANG)
    assert (message.has_news, message.lowered, message.says_something) == (False, True, True)
    assert opened(later) is None

    answered(later, incarnation=2, heard=heard)
    assert not operations.exchange_for(now=later, recipient=PYONGYANG).lowered


def test_a_log_of_which_they_hold_more_than_we_do_begins_a_new_incarnation(peer, pyongyang, now):
    """T4: what came back was older than what they had cosigned."""
    act(now, "one")
    pyongyang.see(dict(opened(now).evidence), of=seoul(), now=now)
    assert queries.incarnation() == 1
    EvidenceLeaf.objects.all().delete()
    EvidenceCheckpoint.objects.all().delete()
    EvidenceLog.objects.all().delete()
    shown = pyongyang.show()

    told = [
        operations.accept_exchange(
            now=now, sender=PYONGYANG, theirs=Exchange(incarnation=1, evidence=shown)
        ).restored
        for _ in range(2)
    ]

    assert (told, queries.incarnation()) == ([True, False], 2)
