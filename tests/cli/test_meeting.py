"""The end of a meeting: test dispatches both ways, and going on with offices that were known before."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.office.liaison.conftest import Peer, note_body

from sangbong.cli import ceremony
from sangbong.cli.meeting import Meeting
from sangbong.cli.script import Script
from sangbong.liaison import operations as liaison
from sangbong.liaison import queries as channel
from sangbong.office import operations, queries
from sangbong.office.adapters import keystore
from sangbong.office.core.actor import Actor
from sangbong.office.core.ceremony import Event, Step
from sangbong.office.core.clock import FixedClock
from sangbong.worker.routing import apply_waiting

pytestmark = pytest.mark.django_db
WHO = Actor("ministry", "keys")
LINE = "https://127.0.0.1:9"


@pytest.fixture
def homes(office, settings, key_homes, tmp_path, now):
    """Both offices' folders with a line in their statements, and story time."""
    settings.CLOCK = FixedClock(now)
    settings.OFFICE = settings.OFFICE.model_copy(update={"link_url": LINE})
    theirs = tmp_path / "theirs"
    (settings.OFFICE_HOME / "keys").unlink()
    for source, target in zip(key_homes, (settings.OFFICE_HOME, theirs), strict=True):
        shutil.copytree(source / "keys", target / "keys")
    keystore.forget_keys()
    operations.renew_keys(now=now, actor=WHO, root=operations.root_at(None))
    ours, settings.OFFICE_HOME = settings.OFFICE_HOME, theirs
    operations.renew_keys(now=now, actor=WHO, root=operations.root_at(None))
    settings.OFFICE_HOME = ours
    return ours, theirs


@pytest.fixture
def meeting(homes) -> Meeting:
    """A meeting whose words were typed rightly."""
    ours, theirs = homes
    going = Meeting(ours, begin_again=False)
    going.advance(Event.WRITE)
    signed = keystore.current_statement(theirs)
    going.take(signed.data, signed.statement, second_path=True)
    going.advance(Event.COMPARE)
    going.confirm()
    return going


@pytest.fixture
def peer(meeting: Meeting, homes, now) -> Peer:
    """Pyongyang, which can write and answer."""
    return Peer(
        code=meeting.theirs.code,
        other=meeting.own.code,
        keys=keystore.load_keys(homes[1]),
        other_receive_public=meeting.own.epochs[0].key,
        now=now,
    )


@pytest.fixture
def typed() -> Iterator[object]:
    """Runs a step with typed lines; what was said."""

    def step(deed: object, meeting: Meeting, lines: str = "") -> str:
        with CliRunner().isolation(input=lines) as streams:
            deed(meeting, Script())  # type: ignore[operator]
            return streams[0].getvalue().decode()

    return step


def test_a_dispatch_each_way_ends_the_test(meeting, peer, typed, now) -> None:
    assert meeting.has_line
    meeting.send_test()
    meeting.send_test()
    assert meeting.look_at_tests() == ("sealed", "not yet")
    [sent] = channel.waiting_for(peer.code)
    liaison.accept_receipt(now=now, receipt=peer.receipt("notes", 1, sent.digest, "applied"))
    assert meeting.look_at_tests() == ("received", "not yet")
    number = channel.notes(counterpart=peer.code)[0].number
    liaison.receive(now=now, envelope=peer.envelope(note_body(number=number)))
    apply_waiting(now=now)
    said = typed(ceremony._test, meeting)
    assert "우리 송달문: 도착 · 상대측 송달문: 도착" in said
    assert (meeting.progress.step, meeting.progress.test) == (
        Step.TESTED,
        "양쪽 모두 도착 / both arrived",
    )


def test_a_test_may_be_left_for_later(meeting, typed) -> None:
    said = typed(ceremony._test, meeting, "\nx\n")
    assert said.count("Ours: sealed · theirs: not yet") == 2
    assert meeting.progress.test == "보냄 / ours: sealed; 받음 / theirs: not yet"


def test_an_office_that_is_known_under_another_root_is_told_of(meeting, homes, typed) -> None:
    assert not meeting.known_otherwise(meeting.theirs)
    changed = replace(meeting.theirs.root, ed25519=bytes(32))
    assert meeting.known_otherwise(replace(meeting.theirs, root=changed))


def test_a_meeting_with_a_new_root_says_so_before_anything_is_typed(
    meeting, homes, typed, settings, now, tmp_path
) -> None:
    ours, settings.OFFICE_HOME = settings.OFFICE_HOME, homes[1]
    lost = operations.replace_root(now=now, actor=WHO)
    settings.OFFICE_HOME = ours
    (tmp_path / "sangbong-keys-KP-PYO.json").write_bytes(lost.data)
    again = Meeting(homes[0], begin_again=True)
    again.advance(Event.WRITE)
    said = typed(ceremony._take, again, f"{tmp_path}\n\n")
    assert "is known here under another root key" in said
    again.advance(Event.COMPARE)
    again.confirm()
    assert queries.key_standing(again.theirs.code).statement == lost.statement


def test_words_that_are_no_words_end_after_some_tries(meeting, typed) -> None:
    from sangbong.office.core.statement import fingerprint

    told = fingerprint(meeting.theirs)

    def ask(_: Meeting, script: Script) -> None:
        assert not ceremony.heard_right(script, told, 0)

    assert typed(ask, meeting, "x\n" * 5).count("That is no word of the list") == 5


def test_a_stopped_meeting_begins_again_with_nothing_read(
    meeting, homes: tuple[Path, Path]
) -> None:
    again = Meeting(homes[0], begin_again=True)
    assert again.progress.step is Step.BEGUN
    assert not (homes[0] / "ceremony" / "theirs.json").exists()
