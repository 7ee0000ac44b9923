"""Key statements as dispatches: told once, taken by the rules, and used from then on."""

from __future__ import annotations

import shutil
from datetime import timedelta
from typing import Any

import pytest

from sangbong.kernel.errors import SangbongError
from sangbong.liaison import operations, queries
from sangbong.liaison.core.custody.key_papers import (
    KeysPaper,
    attached_statement,
    keys_stream,
    serial_of,
)
from sangbong.liaison.core.custody.states import DispatchState
from sangbong.liaison.core.wire.body import Paper, pack
from sangbong.liaison.core.wire.envelope import read_envelope
from sangbong.liaison.queries import keys as key_queries
from sangbong.office import operations as office
from sangbong.office import queries as office_queries
from sangbong.office.adapters import keystore
from sangbong.office.core.actor import Actor
from sangbong.office.core.statement import NO_DIGEST, stream_mark
from sangbong.worker.routing import apply_waiting

WHO = Actor("ministry", "keys")


@pytest.fixture
def home(office, settings, key_homes):
    """Our folder, with a copy of the keys that may be changed."""
    folder = settings.OFFICE_HOME
    (folder / "keys").unlink()
    shutil.copytree(key_homes[0] / "keys", folder / "keys")
    keystore.forget_keys()
    return folder


@pytest.fixture
def theirs(key_homes, tmp_path, settings):
    """Pyongyang's folder, with a copy of the keys; `statement(deed)` does a deed there."""
    folder = tmp_path / "theirs"
    shutil.copytree(key_homes[1] / "keys", folder / "keys")

    def statement(deed, **facts: Any):
        before, settings.OFFICE_HOME = settings.OFFICE_HOME, folder
        try:
            return deed(actor=WHO, root=office.root_at(None), **facts)
        finally:
            settings.OFFICE_HOME = before

    return statement


def keys_dispatch(peer, statement, *, attachments=None, body=None, **header: Any) -> bytes:
    serial = statement.statement.serial
    files = (statement.data,) if attachments is None else attachments
    paper = Paper("liaison.keys", body or {"serial": serial}, "b", "p", peer.now, files)
    return peer.envelope(content=pack(paper), stream=keys_stream(serial), **header)


def test_a_new_statement_is_told_once_and_used_when_it_is_known(home, peer, now):
    assert operations.tell_keys(now=now) == 0
    office.rotate_signer(now=now, actor=WHO, root=office.root_at(None))
    assert operations.tell_keys(now=now) == 1
    assert operations.tell_keys(now=now) == 0
    [row] = queries.dispatches(queries.Direction.OUT)
    assert (row.kind, row.stream) == ("liaison.keys", "keys-2")
    sent = queries.waiting_for(peer.code)[0]
    envelope = read_envelope(queries.envelope_bytes(sent.digest))
    assert (envelope.header.signer, envelope.header.urgent) == (1, True)
    assert office_queries.own_signer(peer.code)[0] == 1
    operations.accept_receipt(now=now, receipt=peer.receipt("keys-2", 1, sent.digest, "applied"))
    assert operations.tell_keys(now=now) == 0
    assert office_queries.own_signer(peer.code)[0] == 2
    assert key_queries.statement_sent(peer.code, serial=2) is DispatchState.APPLIED
    assert key_queries.statements_applied(peer.code) == [2]


def test_an_office_that_was_not_compared_is_told_nothing(home, peer, now):
    from sangbong.office.models import Counterpart

    Counterpart.objects.update(confirmed_at=None)
    office.rotate_signer(now=now, actor=WHO, root=office.root_at(None))
    assert operations.tell_keys(now=now) == 0


def test_a_statement_by_dispatch_is_taken_and_papers_of_the_new_key_after_it(
    home, peer, theirs, now
):
    rotated = theirs(office.rotate_signer, now=now)
    operations.receive(now=now, envelope=keys_dispatch(peer, rotated))
    assert apply_waiting(now=now) == 1
    assert office_queries.key_standing(peer.code).statement == rotated.statement
    assert office_queries.verify_key_of(peer.code, 2)


def test_a_statement_that_a_letter_overtook_changes_nothing(home, peer, theirs, now):
    second = theirs(office.rotate_signer, now=now)
    third = theirs(office.rotate_signer, now=now + timedelta(days=1))
    office.accept_statement_update(now=now, data=third.data)
    operations.receive(now=now, envelope=keys_dispatch(peer, second))
    apply_waiting(now=now)
    [row] = queries.dispatches(queries.Direction.IN)
    assert row.state is DispatchState.APPLIED
    assert office_queries.key_standing(peer.code).statement == third.statement


@pytest.mark.parametrize(
    ("body", "attachments", "code"),
    [
        ({"serial": 0}, None, "liaison.keys_unreadable"),
        ({"serial": 2, "more": 1}, None, "liaison.keys_unreadable"),
        (None, (), "liaison.keys_unreadable"),
        (None, (b"x",), "office.statement_unreadable"),
    ],
)
def test_a_dispatch_without_its_statement_is_refused(
    home, peer, theirs, now, body, attachments, code
):
    rotated = theirs(office.rotate_signer, now=now)
    operations.receive(
        now=now, envelope=keys_dispatch(peer, rotated, body=body, attachments=attachments)
    )
    apply_waiting(now=now)
    [row] = queries.dispatches(queries.Direction.IN)
    assert (row.state, row.code) == (DispatchState.REFUSED, code)
    assert office_queries.key_standing(peer.code).statement.serial == 1


def test_another_office_s_statement_is_not_taken_from_this_one(home, peer, now):
    own = keystore.current_statement(home)
    operations.receive(now=now, envelope=keys_dispatch(peer, own))
    apply_waiting(now=now)
    [row] = queries.dispatches(queries.Direction.IN)
    assert row.code == "office.statement_other_office"


def test_a_revoked_key_says_nothing_new_and_what_it_named_still_comes(home, peer, theirs, now):
    """Rule S6 of office's succession, through the door of the channel."""
    from sangbong.office.core.statement import Standing

    first, second = peer.envelope(), peer.envelope()
    mark = stream_mark(sender=peer.code, recipient="KR-SEL", stream="notes", incarnation=1)
    revoked = theirs(
        office.revoke_signer,
        now=now,
        generation=1,
        standing=[Standing(mark, 0, NO_DIGEST, (read_envelope(first).digest,))],
        stolen=False,
    )
    office.accept_statement_update(now=now, data=revoked.data)
    operations.receive(now=now, envelope=first)
    with pytest.raises(SangbongError, match=r"office\.signer_revoked"):
        operations.receive(now=now, envelope=second)


def test_what_stands_is_what_was_received_and_what_is_on_its_way(home, peer, now, officer):
    from tests.office.liaison.conftest import note_body

    from sangbong.liaison.core.custody.papers import NotePaper

    for number in ("1", "2", "3"):
        note = NotePaper.from_body(note_body(number=number))
        operations.send_note(
            now=now + timedelta(days=int(number)), actor=officer, recipient=peer.code, note=note
        )
    digests = [one.digest for one in queries.waiting_for(peer.code)]
    mark = stream_mark(sender="KR-SEL", recipient=peer.code, stream="notes", incarnation=1)
    [before] = key_queries.standing()
    assert (before.stream, before.through, before.digest) == (mark, 0, NO_DIGEST)
    assert before.open == tuple(digests)
    operations.accept_receipt(now=now, receipt=peer.receipt("notes", 1, digests[0], "received"))
    [after] = key_queries.standing()
    assert (after.through, after.digest, after.open) == (1, digests[0], tuple(digests[1:]))
    [since] = key_queries.standing(sealed_before=now + timedelta(days=2, hours=1))
    assert since.open == (digests[1],)
    for number in (2, 3):
        operations.accept_receipt(
            now=now, receipt=peer.receipt("notes", number, digests[number - 1], "received")
        )
    [all_received] = key_queries.standing()
    assert (all_received.through, all_received.digest, all_received.open) == (3, digests[2], ())


def test_a_keys_paper_reads_back_and_its_stream_names_it() -> None:
    assert KeysPaper.from_body(KeysPaper(serial=7).to_body()) == KeysPaper(serial=7)
    assert serial_of(keys_stream(7)) == 7
    assert attached_statement([b"x"]) == b"x"
