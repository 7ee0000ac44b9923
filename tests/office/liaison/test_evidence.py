"""Logs in the database: what is kept, shown, witnessed, proved (rules LK1 to LK3, LW1 to LW9)."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.lab.forks import LogKeeper
from sangbong.liaison.core.evidence.checkpoint import Origin
from sangbong.liaison.core.evidence.equivocation import ProofKind, check_proof
from sangbong.liaison.core.evidence.evidence import Act, Leaf, trail_digest
from sangbong.liaison.core.evidence.merkle import Frontier
from sangbong.liaison.core.evidence.witness import Shown, log_acts
from sangbong.liaison.models import (
    EvidenceCheckpoint,
    EvidenceLeaf,
    EvidenceLog,
    EvidenceProof,
    InboxDispatch,
    InboxStream,
    KeptEnvelope,
    OutboxDispatch,
    OutboxStream,
    OwnIncarnation,
)
from sangbong.liaison.operations import evidence as operations
from sangbong.liaison.operations.log_book import DatabaseBook
from sangbong.liaison.queries import evidence as queries
from sangbong.office.core.actor import Actor
from sangbong.office.operations import record_audit
from sangbong.office.queries import latest_audit_entries, own_signer, own_statement_file

SEOUL, PYONGYANG = OfficeCode("KR-SEL"), OfficeCode("KP-PYO")
OURS, THEIRS = Origin(SEOUL, PYONGYANG), Origin(PYONGYANG, SEOUL)
HOUR = timedelta(hours=1)


def digest(label: str) -> str:
    return sha256(label.encode()).hexdigest()


@pytest.fixture
def pyongyang(counterpart) -> LogKeeper:
    """The other office's end, in memory."""
    return LogKeeper(PYONGYANG, SEOUL, counterpart.keys.signing.private_bytes_raw())


def seoul() -> LogKeeper:
    """Our key as the other office checks by it."""
    return LogKeeper(SEOUL, PYONGYANG, own_signer(PYONGYANG)[1].private_bytes_raw())


def act(now: datetime, *labels: str) -> None:
    operations.log_acts(
        now=now, counterpart=PYONGYANG, acts=[(Act.DISPATCH, digest(one)) for one in labels]
    )


def contact(pyongyang: LogKeeper, now: datetime):
    """We show, they look and show, we look."""
    shown = operations.evidence_for(now=now, counterpart=PYONGYANG)
    seen = pyongyang.see(shown, of=seoul(), now=now)
    value = pyongyang.show()
    return seen, operations.accept_evidence(now=now, counterpart=PYONGYANG, value=value)


def test_what_we_did_is_logged_and_witnessed(pyongyang, now):
    act(now, "first", "second")
    pyongyang.act("their note")
    seen, answered = contact(pyongyang, now)
    assert (seen.shown, answered.shown) == (Shown.COSIGNED, Shown.COSIGNED)
    contact(pyongyang, now)

    head = latest_audit_entries(limit=1)[0]
    ours = list(queries.leaves_of(OURS))
    (anchor,) = queries.anchors()
    assert anchor == queries.Anchor(OURS, 4, head.number, anchor.salt)
    assert ours == [
        Leaf("dispatch", digest("first"), 1),
        Leaf("dispatch", digest("second"), 2),
        Leaf("statement", sha256(own_statement_file()).hexdigest(), 3),
        Leaf("trail", trail_digest(bytes.fromhex(anchor.salt), head.digest), 4),
    ]
    assert pyongyang.book.stored[OURS] == ours
    assert list(queries.leaves_of(THEIRS)) == pyongyang.book.stored[THEIRS]
    theirs, own = queries.logs(own=SEOUL)
    assert (own.origin, own.size, own.signed, own.cosigned) == (OURS, 4, 4, 4)
    assert (theirs.origin, theirs.size, theirs.cosigned) == (THEIRS, 1, 1)
    assert (own.cosigned_at, theirs.cosigned_at) == (now, now)
    assert len(own.root) == 44
    assert [one.size for one in queries.checkpoints_of(OURS)] == [4]


def test_nothing_done_is_nothing_logged(office, now):
    operations.log_acts(now=now, counterpart=PYONGYANG, acts=[])

    assert not EvidenceLog.objects.exists()
    assert queries.logs(own=SEOUL) == []


def test_a_deed_that_is_taken_back_is_not_in_the_log(counterpart, now):
    """LK1."""
    act(now, "first")
    with transaction.atomic():
        act(now, "second")
        transaction.set_rollback(True)
    act(now, "third")
    assert [leaf.digest for leaf in queries.leaves_of(OURS)] == [digest("first"), digest("third")]
    frontier = Frontier().extended(leaf.hash() for leaf in queries.leaves_of(OURS))
    log = DatabaseBook(now).log(OURS)
    assert log is not None
    assert log.frontier == frontier


def test_logging_a_batch_costs_as_many_statements_as_one_deed(counterpart, now):
    act(now, "first")
    counts = []
    for labels in (["one"], [str(n) for n in range(30)]):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            act(now, *labels)
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert counts[0] <= 7


def test_the_trails_head_is_logged_at_most_once_an_hour_and_only_when_it_moved(pyongyang, now):
    contact(pyongyang, now)
    contact(pyongyang, now + HOUR)
    assert [one.number for one in queries.anchors()] == [2]
    record_audit(now=now, actor=Actor("noh", "audit"), action="test.deed")
    contact(pyongyang, now + HOUR / 2)
    assert len(list(queries.anchors())) == 1
    contact(pyongyang, now + HOUR)
    assert len(list(queries.anchors())) == 2


def test_a_new_incarnation_begins_a_log_of_its_own(pyongyang, now):
    """LK3."""
    act(now, "before")
    contact(pyongyang, now)
    OwnIncarnation.objects.update_or_create(id=1, defaults={"number": 2})
    act(now, "after")
    seen, _ = contact(pyongyang, now)
    assert (seen.shown, seen.restored) == (Shown.COSIGNED, True)
    later = Origin(SEOUL, PYONGYANG, 2)
    assert [leaf.kind for leaf in queries.leaves_of(later)] == [
        "restored",
        "dispatch",
        "statement",
        "trail",
    ]


def test_a_flipped_bit_on_disk_stops_the_signing(pyongyang, now):
    """LK2."""
    act(now, "first")
    contact(pyongyang, now)
    act(now, "second")
    before = EvidenceCheckpoint.objects.count()
    EvidenceLeaf.objects.filter(digest=digest("second")).update(digest=digest("other"))
    with pytest.raises(SangbongError, match=r"liaison\.log_damaged"):
        operations.evidence_for(now=now, counterpart=PYONGYANG)
    EvidenceLeaf.objects.filter(digest=digest("other")).update(digest=digest("second"))
    EvidenceLog.objects.filter(office=SEOUL).update(frontier=b"short")
    with pytest.raises(SangbongError, match=r"liaison\.log_damaged"):
        operations.evidence_for(now=now, counterpart=PYONGYANG)
    assert EvidenceCheckpoint.objects.count() == before


def test_two_histories_are_kept_told_and_seen_once(pyongyang, now, officer):
    """LW7."""
    for n in range(3):
        pyongyang.act(str(n))
    contact(pyongyang, now)
    liar = pyongyang.rewritten([Leaf("dispatch", digest("other"), 1)], told=0)
    verdict = operations.accept_evidence(now=now, counterpart=PYONGYANG, value=liar.show())
    assert verdict.shown is Shown.DISPUTED

    (view,) = queries.proofs()
    assert (view.accused, view.kind, view.about) == (PYONGYANG, ProofKind.ROOTS, str(THEIRS))
    name, data = queries.proof_file(view.digest[:8])
    assert name == view.digest
    assert check_proof(data, verifier_of=operations.verifier_of).accused == PYONGYANG
    entry = latest_audit_entries(limit=1)[0]
    assert (entry.action, entry.staff) == ("liaison.two_histories", "system:witness")
    assert queries.logs(own=SEOUL)[0].disputed
    operations.see_proof(now=now, actor=officer, digest=view.digest)
    (seen,) = queries.proofs()
    assert (seen.seen_by, seen.seen_at) == ("han", now)
    for unknown in (view.digest, "nothing"):
        with pytest.raises(SangbongError, match=r"liaison\.proof_unknown"):
            operations.see_proof(now=now, actor=officer, digest=unknown)
    for beginning in ("", "zz"):
        with pytest.raises(SangbongError, match=r"liaison\.proof_unknown"):
            queries.proof_file(beginning)


def test_two_envelopes_of_one_number_are_kept_as_a_proof(peer, now):
    """EQ4."""
    one = peer.envelope()
    peer.last.clear()
    other = peer.envelope()
    name = operations.accuse(now=now, held=one, offered=other)
    assert name is not None
    assert queries.proof_file(name)[0] == name
    assert operations.accuse(now=now, held=one, offered=other) is None
    assert operations.accuse(now=now, held=one, offered=one) is None
    second = peer.envelope()
    assert operations.accuse(now=now, held=second, offered=other) is None
    altered = bytearray(other)
    altered[-1] ^= 1
    with pytest.raises(SangbongError, match=r"liaison\.signature_wrong"):
        operations.accuse(now=now, held=one, offered=bytes(altered))
    stranger = peer.envelope(signer=9)
    with pytest.raises(SangbongError, match=r"liaison\.proof_garbled"):
        operations.accuse(now=now, held=one, offered=stranger)
    assert EvidenceProof.objects.count() == 1


def hold(now: datetime, *, sender: str = PYONGYANG, label: str = "d", sequence: int = 1) -> str:
    """A dispatch of theirs in our custody."""
    stream, _ = InboxStream.objects.get_or_create(sender=sender, name="notes")
    kept = KeptEnvelope.objects.create(digest=digest(label), data=b"")
    InboxDispatch.objects.create(
        dispatch_id=f"{sender}>KR-SEL/notes/{sequence}",
        stream=stream,
        sequence=sequence,
        envelope=kept,
        previous="0" * 64,
        size=1,
        state="received",
        received_at=now,
    )
    return kept.digest


def sent(now: datetime, *, label: str = "s", sequence: int = 1) -> str:
    """A dispatch of ours that they receipted."""
    stream, _ = OutboxStream.objects.get_or_create(recipient=PYONGYANG, name="notes")
    kept = KeptEnvelope.objects.create(digest=digest(label), data=b"")
    OutboxDispatch.objects.create(
        dispatch_id=f"KR-SEL>{PYONGYANG}/notes/{sequence}",
        stream=stream,
        sequence=sequence,
        kind="liaison.note",
        envelope=kept,
        size=1,
        clearance={},
        state="received",
        sealed_at=now,
        received_at=now,
    )
    return kept.digest


def test_what_should_stand_in_the_others_log_and_does_not_is_told(pyongyang, now):
    """LW9: only once the other office has answered our later cosignature; and nobody is accused."""
    held, receipted = hold(now), sent(now)
    pyongyang.act("something else")
    contact(pyongyang, now + timedelta(minutes=1))
    assert queries.logs(own=SEOUL)[0].missing == 0
    contact(pyongyang, now + timedelta(minutes=2))
    assert queries.logs(own=SEOUL)[0].missing == 2
    log_acts(pyongyang.book, pyongyang.origin, [("dispatch", held), ("received", receipted)])
    contact(pyongyang, now + timedelta(minutes=5))
    assert queries.logs(own=SEOUL)[0].missing == 0
    assert queries.proofs() == []


def test_the_page_asks_as_much_for_thirty_offices_as_for_one(office, now):
    def furnish(first: int, last: int) -> None:
        for n in range(first, last):
            code = f"KP-A{chr(65 + n // 26)}{chr(65 + n % 26)}"
            for pair in ({"office": SEOUL, "witness": code}, {"office": code, "witness": SEOUL}):
                log = EvidenceLog.objects.create(
                    **pair, incarnation=1, whole_before=int(now.timestamp()) + 9
                )
                EvidenceCheckpoint.objects.create(
                    log=log, size=0, note=b"a\n0\nroot\n", generation=1, public=b"", seconds=9
                )
            hold(now, sender=code, label=code)
            EvidenceProof.objects.create(
                digest=digest(code), accused=code, kind="roots", about=code, data=b"", found_at=now
            )

    counts = []
    for first, last in ((0, 1), (1, 30)):
        furnish(first, last)
        with CaptureQueriesContext(connection) as asked:
            assert len(queries.logs(own=SEOUL)) == 2 * last
            assert len(queries.proofs()) == last
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert sum(one.missing for one in queries.logs(own=SEOUL)) == 30


def test_the_tables_keep_their_promises(office, now):
    with pytest.raises(IntegrityError), transaction.atomic():
        EvidenceLog.objects.create(office=SEOUL, witness=SEOUL, incarnation=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        EvidenceLog.objects.create(office=SEOUL, witness=PYONGYANG, incarnation=0)
    log = EvidenceLog.objects.create(office=SEOUL, witness=PYONGYANG, incarnation=1)
    leaf = {"log": log, "kind": "line", "digest": digest("x"), "logged_at": now}
    EvidenceLeaf.objects.create(number=1, **leaf)
    for number in (0, 1):
        with pytest.raises(IntegrityError), transaction.atomic():
            EvidenceLeaf.objects.create(number=number, **leaf)
