"""Which held dispatches fall with a key, through all the keys that signed a stream: Q1 of revoking."""

from __future__ import annotations

from datetime import date

import pytest

from sangbong.kernel.ids import office_code
from sangbong.liaison.core.custody.inbox import Held
from sangbong.liaison.core.custody.ledger import StreamKey
from sangbong.liaison.core.custody.revoking import fallen_digests
from sangbong.office.core.statement import NO_DIGEST, Revocation, Standing, stream_mark

SEOUL, PYONGYANG = office_code("KR-SEL"), office_code("KP-PYO")
NOTES = StreamKey(PYONGYANG, "notes", 1)
CHAIN = [Held(1, "1" * 64, NO_DIGEST), Held(2, "2" * 64, "1" * 64), Held(3, "3" * 64, "2" * 64)]


def revocation(through: int, digest: str, *opened: str, incarnation: int = 1) -> Revocation:
    mark = stream_mark(sender=PYONGYANG, recipient=SEOUL, stream="notes", incarnation=incarnation)
    return Revocation(1, date(2018, 6, 25), (Standing(mark, through, digest, opened),))


@pytest.mark.parametrize(
    ("said", "fell"),
    [
        (revocation(3, "3" * 64), ""),
        (revocation(2, "2" * 64), "3"),
        (revocation(1, "1" * 64, "3" * 64), "2"),
        (revocation(0, NO_DIGEST), "123"),
        (revocation(3, "f" * 64), "3"),
        (revocation(3, "3" * 64, incarnation=2), "123"),
        (Revocation(1, date(2018, 6, 25)), "123"),
    ],
)
def test_a_dispatch_stands_by_its_place_in_the_very_stream_that_was_named(said, fell):
    assert fallen_digests(said, CHAIN, own=SEOUL, key=NOTES) == {mark * 64 for mark in fell}


def test_the_chain_leads_through_the_dispatches_of_every_key_and_not_over_a_gap():
    said = revocation(3, "3" * 64)
    forged = [Held(1, "e" * 64, NO_DIGEST), *CHAIN[1:]]

    assert fallen_digests(said, forged, own=SEOUL, key=NOTES) == {"e" * 64}
    assert fallen_digests(said, [forged[0], forged[2]], own=SEOUL, key=NOTES) == set()


def test_what_stood_before_a_restore_says_nothing_of_the_stream_after_it():
    said = revocation(3, "3" * 64, incarnation=2)

    assert fallen_digests(said, CHAIN, own=SEOUL, key=StreamKey(PYONGYANG, "notes", 2)) == set()
