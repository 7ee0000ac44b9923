"""What a revocation does to what is held: Q1 to Q4 of liaison's revoking, S6 to S8 of office's succession."""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from click.testing import CliRunner
from tests.office.liaison.conftest import note_body, owed
from tests.office.liaison.test_desk import ask
from tests.office.liaison.test_keys_by_dispatch import WHO, keys_dispatch

from sangbong.api import desk
from sangbong.cli import keys as cli
from sangbong.liaison import operations, queries
from sangbong.liaison.adapters.line.desk import POKE_SOCKET, run_folder
from sangbong.liaison.adapters.sealing import CounterpartVerifier
from sangbong.liaison.core.custody.states import DispatchState
from sangbong.liaison.core.wire.envelope import digest_of
from sangbong.liaison.core.wire.exchange import Exchange, Prefix
from sangbong.liaison.core.wire.receipt import check_signed, read_receipt
from sangbong.liaison.models import InboxDispatch, Note, OutboxDispatch
from sangbong.liaison.operations import evidence
from sangbong.liaison.operations.channel import bare_channel
from sangbong.office import operations as office
from sangbong.office import queries as office_queries
from sangbong.office.adapters import keystore
from sangbong.office.core.audit import digest_of_ids
from sangbong.office.core.statement import NO_DIGEST, SignedStatement, Standing, stream_mark
from sangbong.office.models import AuditEntry
from sangbong.worker.routing import apply_waiting

PYONGYANG = "KP-PYO"
QUESTIONS = 4
"""Their statement, who we are, the dispatches, the envelopes."""


@pytest.fixture
def home(office, settings, key_homes):
    """Our folder, with a copy of the keys that may be changed."""
    folder = settings.OFFICE_HOME
    (folder / "keys").unlink()
    shutil.copytree(key_homes[0] / "keys", folder / "keys")
    keystore.forget_keys()
    return folder


@dataclass
class Across:
    """Pyongyang's folder, with a copy of its keys that may be changed."""

    folder: Path
    settings: Any
    now: datetime

    def revoke(self, *standing: Standing, stolen: bool = False) -> SignedStatement:
        """Revoke the first signing key; `standing` is what counts all the same."""
        return self._there(office.revoke_signer, generation=1, standing=standing, stolen=stolen)

    def rotate(self) -> SignedStatement:
        """Make the second signing key; the first one goes on."""
        return self._there(office.rotate_signer)

    def _there(self, deed: Any, **facts: Any) -> SignedStatement:
        before, self.settings.OFFICE_HOME = self.settings.OFFICE_HOME, self.folder
        try:
            done: SignedStatement = deed(
                now=self.now, actor=WHO, root=office.root_at(None), **facts
            )
        finally:
            self.settings.OFFICE_HOME = before
        return done


@pytest.fixture
def across(key_homes, tmp_path, settings, now) -> Across:
    folder = tmp_path / "theirs"
    shutil.copytree(key_homes[1] / "keys", folder / "keys")
    return Across(folder, settings, now)


def received(carrier: socket.socket) -> list[bytes]:
    """The datagrams that the carrier was sent."""
    told = []
    with contextlib.suppress(BlockingIOError):
        while True:
            told.append(carrier.recv(1000))
    return told


def stood(through: int = 0, digest: str = NO_DIGEST, *, opened: tuple[str, ...] = ()) -> Standing:
    mark = stream_mark(sender=PYONGYANG, recipient="KR-SEL", stream="notes", incarnation=1)
    return Standing(mark, through, digest, opened)


def notes(peer, count: int) -> list[bytes]:
    return [peer.envelope(note_body(number=f"북남-{number}")) for number in range(1, count + 1)]


def take(now, *envelopes: bytes) -> None:
    for envelope in envelopes:
        operations.receive(now=now, envelope=envelope)


def states() -> list[tuple[int, str, str]]:
    rows = InboxDispatch.objects.filter(stream__name="notes").order_by("sequence")
    return list(rows.values_list("sequence", "state", "code"))


def told(peer) -> list[tuple[int, str, str]]:
    read = [read_receipt(one).receipt for one in owed(peer.code, peer.now)]
    return [(one.sequence, one.state.value, one.code) for one in read if one.stream == "notes"]


def test_what_fell_before_its_turn_is_refused_with_a_signed_reason_and_has_no_effect(
    peer, across, now
):
    """Q1: revoked between receiving and applying."""
    first, second = notes(peer, 2)
    take(now, first, second)
    office.accept_statement_update(now=now, data=across.revoke(stood(1, digest_of(first))).data)

    assert apply_waiting(now=now) == 2

    assert states() == [(1, "applied", ""), (2, "refused", "office.signer_revoked")]
    assert told(peer) == [(1, "applied", ""), (2, "refused", "office.signer_revoked")]
    assert Note.objects.count() == 1
    assert InboxDispatch.objects.get(sequence=2).kind == ""


def test_what_is_named_as_open_is_applied_also_after_the_revocation(peer, across, now):
    """S6."""
    first, second = notes(peer, 2)
    take(now, first, second)
    office.accept_statement_update(
        now=now, data=across.revoke(stood(opened=(digest_of(second),))).data
    )

    apply_waiting(now=now)

    assert states() == [(1, "refused", "office.signer_revoked"), (2, "applied", "")]


def test_a_false_paper_below_what_stood_falls_by_the_chain(peer, across, now):
    """S7: its number is not beyond, but the chain that ends in the named digest is another one."""
    first, second = notes(peer, 2)
    take(now, first, second)
    office.accept_statement_update(now=now, data=across.revoke(stood(2, "ab" * 32)).data)

    apply_waiting(now=now)

    # nothing is known yet below the place in which another one stood
    assert states() == [(1, "applied", ""), (2, "refused", "office.signer_revoked")]


def test_the_stream_goes_on_behind_what_fell_under_the_next_key(peer, across, now):
    """Q2: the sender seals the same paper anew."""
    take(now, *notes(peer, 1))
    office.accept_statement_update(now=now, data=across.revoke().data)
    apply_waiting(now=now)

    peer.keys = replace(peer.keys, home=across.folder)
    take(now, peer.envelope(signer=2))
    apply_waiting(now=now)

    assert states() == [(1, "refused", "office.signer_revoked"), (2, "applied", "")]
    assert queries.fallen_dispatches(peer.code) == []


def test_what_a_statement_by_dispatch_lets_fall_is_counted_in_the_trail_and_listed(
    peer, across, now
):
    """Q3: one applied, one behind a gap, one of the next key, which stays."""
    first, _, third = notes(peer, 3)
    take(now, first, third)
    apply_waiting(now=now)
    office.accept_statement_update(now=now, data=across.rotate().data)
    peer.keys = replace(peer.keys, home=across.folder)
    take(now, peer.envelope(signer=2))

    take(now, keys_dispatch(peer, across.revoke(), signer=2))
    assert apply_waiting(now=now) == 1

    listed = queries.fallen_dispatches(peer.code)
    assert [(one.id, one.generation, one.kind, one.state, one.received_at) for one in listed] == [
        ("KP-PYO>KR-SEL/notes/1", 1, "liaison.note", DispatchState.APPLIED, now),
        ("KP-PYO>KR-SEL/notes/3", 1, "", DispatchState.RECEIVED, now),
    ]
    assert queries.fallen_dispatches(peer.code, generations=(2,)) == []
    [entry] = AuditEntry.objects.filter(action="liaison.dispatches_fell")
    assert (entry.staff, entry.subjects) == ("system:routing", ["office:KP-PYO"])
    assert entry.facts == {
        "applied": 1,
        "applied_digest": digest_of_ids(["KP-PYO>KR-SEL/notes/1"]),
        "generations": "1",
        "waiting": 1,
        "waiting_digest": digest_of_ids(["KP-PYO>KR-SEL/notes/3"]),
    }


def test_a_statement_that_comes_as_a_file_is_looked_at_in_the_same_way(peer, across, now):
    take(now, *notes(peer, 1))
    rotated, revoked = across.rotate(), across.revoke()

    first = operations.update_statement(now=now, actor=WHO, data=rotated.data)
    then = operations.update_statement(now=now, actor=WHO, data=revoked.data)

    assert (first.newly_revoked, then.newly_revoked) == ((), (1,))
    [entry] = AuditEntry.objects.filter(action="liaison.dispatches_fell")
    assert (entry.staff, entry.facts["applied"], entry.facts["waiting"]) == ("ministry", 0, 1)


@pytest.mark.parametrize("count", [1, 30])
def test_looking_for_what_fell_costs_as_many_questions_for_thirty_as_for_one(
    peer, across, now, count, django_assert_num_queries
):
    take(now, *(peer.envelope(stream=f"film-{n}") for n in range(count)))
    office.accept_statement_update(now=now, data=across.revoke().data)

    with django_assert_num_queries(QUESTIONS):
        assert len(queries.fallen_dispatches(peer.code)) == count


def test_a_kept_receipt_of_a_revoked_key_of_ours_is_signed_anew_when_it_is_told(home, peer, now):
    """Q4: a final one, and the answer to what could not be taken from a stick."""
    take(now, *notes(peer, 1))
    apply_waiting(now=now)
    operations.take_batch(now=now, envelopes=[b"noise"], carrier=peer.code, answered=False)
    before = [read_receipt(one).receipt for one in owed(peer.code, now)]
    kept = bytes(InboxDispatch.objects.get().receipt)

    office.rotate_signer(now=now, actor=WHO, root=office.root_at(None))
    assert [read_receipt(one).receipt for one in owed(peer.code, now)] == before
    office.revoke_signer(
        now=now, actor=WHO, root=office.root_at(None), generation=1, standing=[], stolen=False
    )
    anew = owed(peer.code, now)

    assert [one.signer for one in before] == [1, 1]
    assert [one.state.value for one in before] == ["applied", "returned"]
    assert [read_receipt(one).receipt for one in anew] == [replace(r, signer=2) for r in before]
    key = CounterpartVerifier(keystore.signing_key(home, 2).public_key())
    for one in anew:
        check_signed(read_receipt(one), verifier=key)
    assert owed(peer.code, now) == anew
    assert bytes(InboxDispatch.objects.get().receipt) == kept


def test_a_receipt_that_was_signed_by_the_present_key_is_told_as_it_was_kept(home, peer, now):
    """Q4: what an older revocation does not touch."""
    office.revoke_signer(
        now=now, actor=WHO, root=office.root_at(None), generation=1, standing=[], stolen=False
    )
    take(now, *notes(peer, 1))
    apply_waiting(now=now)

    assert owed(peer.code, now) == [bytes(InboxDispatch.objects.get().receipt)]


def test_the_latest_word_on_epochs_counts_also_none(peer, now):
    """C3, X4: something goes once more to us, sealed to our first epoch."""
    said = []
    for number in (1, 0, 1):
        exchange = Exchange(incarnation=1, epochs_done=number)
        operations.accept_exchange(now=now, sender=peer.code, theirs=exchange)
        said.append(
            (
                office_queries.key_standing(peer.code).epochs_done,
                bare_channel(now=now).ledger.peer(peer.code).epochs_done,
            )
        )

    assert said == [(1, 1), (0, 0), (1, 1)]


def test_a_word_that_does_not_count_lowers_nothing(peer, now):
    """T12: before the other side has applied our `liaison.restored`."""
    operations.accept_exchange(
        now=now, sender=peer.code, theirs=Exchange(incarnation=1, epochs_done=1)
    )
    operations.restored(now=now, actor=WHO)

    told = operations.accept_exchange(now=now, sender=peer.code, theirs=Exchange(incarnation=1))

    assert told.epochs_done is None
    assert office_queries.key_standing(peer.code).epochs_done == 1


def test_after_a_restore_a_higher_word_counts_only_from_one_who_knows_of_it(peer, now):
    """C3, X4: it may have been on its way since before, and a key that goes is gone."""
    operations.restored(now=now, actor=WHO)
    operations.exchange_for(now=now, recipient=peer.code)
    (restored,) = OutboxDispatch.objects.all()
    receipt = peer.receipt(
        restored.stream.name,
        1,
        restored.envelope_id,
        "applied",
        incarnation=restored.stream.incarnation,
    )
    operations.accept_receipt(now=now, receipt=receipt)
    said = []
    for number, heard in ((4, ()), (4, (Prefix("notes", 2, 0),)), (2, ()), (3, ())):
        exchange = Exchange(incarnation=1, epochs_done=number, heard=heard)
        told = operations.accept_exchange(now=now, sender=peer.code, theirs=exchange)
        said.append((told.epochs_done, office_queries.key_standing(peer.code).epochs_done))

    assert said == [(0, 0), (4, 4), (2, 2), (2, 2)]


def test_the_command_takes_the_file_and_lists_what_fell(
    peer, across, now, tmp_path, monkeypatch, settings
):
    """Q3."""
    first, _, third = notes(peer, 3)
    take(now, first, third)
    apply_waiting(now=now)
    file = tmp_path / "statement.json"
    file.write_bytes(across.revoke().data)
    monkeypatch.setattr(cli, "_boot", lambda home: now)

    updated = CliRunner().invoke(cli.update, [str(file)], obj=settings.OFFICE_HOME)
    listed = CliRunner().invoke(cli.keys, obj=settings.OFFICE_HOME)

    assert (updated.exit_code, listed.exit_code) == (0, 0)
    assert "lists the dispatches signed by it that count no more" in updated.output
    assert "key 1: KP-PYO>KR-SEL/notes/1 (liaison.note, applied)" in listed.output
    assert "key 1: KP-PYO>KR-SEL/notes/3 (?, received)" in listed.output


def under_the_next_key(peer, across, *standing: Standing) -> None:
    """Pyongyang revokes its first key, we know it, and it goes on with the second."""
    data = across.revoke(*standing).data
    office.accept_statement_update(now=peer.now, data=data)
    peer.keys = replace(peer.keys, home=across.folder)


def answers(peer, *envelopes: bytes) -> list[str]:
    """The code with which each was returned, or nothing."""
    taken = operations.take_batch(
        now=peer.now, envelopes=envelopes, carrier=peer.code, answered=False
    )
    return [one.code for one in taken]


def test_what_fell_on_its_way_does_not_hold_up_the_ones_behind_it(peer, across, now):
    """Q5, V5: neither received nor named; the next one of the next key names it in its chain."""
    first, lost, worse = notes(peer, 3)
    take(now, first)
    under_the_next_key(peer, across, stood(1, digest_of(first)))
    assert answers(peer, lost, worse) == ["office.signer_revoked"] * 2
    behind = peer.envelope(signer=2)

    assert answers(peer, behind) == [""]
    apply_waiting(now=now)
    assert states() == [(1, "applied", ""), (4, "received", "")]
    assert answers(peer, lost, worse) == ["", ""]
    apply_waiting(now=now)

    fell = "office.signer_revoked"
    became = [(1, "applied", ""), (2, "refused", fell), (3, "refused", fell), (4, "applied", "")]
    assert states() == became
    assert sorted(one for one in told(peer) if one[1] != "returned") == became
    assert Note.objects.count() == 2


def test_a_place_that_was_on_its_way_is_filled_by_nobody_who_has_the_old_key(peer, across, now):
    """Q5: a forged one, before and after the sender's own next one came, and once it is there."""
    (first,) = notes(peer, 1)
    at_one = peer.last["notes"]
    forged = peer.envelope(note_body(number="북남-거짓"))
    peer.last["notes"] = at_one
    real = peer.envelope(note_body(number="북남-2"))
    take(now, first)
    under_the_next_key(peer, across, stood(1, digest_of(first)))
    behind = peer.envelope(signer=2)

    assert answers(peer, forged) == ["office.signer_revoked"]
    assert answers(peer, forged, behind) == ["office.signer_revoked", ""]
    assert answers(peer, real, forged, real) == ["", "office.signer_revoked", ""]
    apply_waiting(now=now)

    assert states() == [
        (1, "applied", ""),
        (2, "refused", "office.signer_revoked"),
        (3, "applied", ""),
    ]


@pytest.mark.parametrize("way", ["dispatch", "file"])
def test_a_certificate_that_a_theft_replaced_reaches_the_carrier_at_once(
    peer, across, now, settings, way, monkeypatch, django_capture_on_commit_callbacks
):
    """The carrier is poked once the statement is committed, and asks the desk, which names the new one."""
    before = office_queries.key_standing(peer.code).statement.tls_certificate
    folder = run_folder(settings.OFFICE_HOME)
    folder.mkdir(mode=0o700, exist_ok=True)
    statement = across.revoke(stolen=True)
    assert statement.statement.tls_certificate != before
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as carrier:
        carrier.bind(str(folder / POKE_SOCKET))
        with django_capture_on_commit_callbacks(execute=True):
            if way == "file":
                operations.update_statement(now=now, actor=WHO, data=statement.data)
            else:
                take(now, keys_dispatch(peer, statement))
                assert apply_waiting(now=now) == 1
        poked = received(carrier)
        with django_capture_on_commit_callbacks(execute=True):
            operations.update_statement(now=now, actor=WHO, data=statement.data)
        again = received(carrier)

    assert (poked.count(b"counterparts\n"), again.count(b"counterparts\n")) == (1, 0)
    monkeypatch.setattr(
        desk, "_in_thread", lambda call, *told: sync_to_async(call, thread_sensitive=True)(*told)
    )
    status, said = ask("GET", "/desk/counterparts")
    assert status == 200
    (named,) = json.loads(said)["counterparts"]
    assert named["certificate"] == statement.statement.tls_certificate


def test_what_a_revoked_key_signed_accuses_nobody(peer, across, now):
    """EQ5: whoever took the key may have signed it."""
    one = peer.envelope()
    peer.last.clear()
    other = peer.envelope()
    office.accept_statement_update(now=now, data=across.revoke().data)

    assert evidence.accuse(now=now, held=one, offered=other) is None
