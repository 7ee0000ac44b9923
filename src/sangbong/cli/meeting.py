"""A meeting as this side keeps it: what was read, how far it came, and the deeds of its steps."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from sangbong.kernel.errors import SangbongError
from sangbong.liaison import operations as liaison
from sangbong.liaison import queries as channel
from sangbong.liaison.core.custody.papers import NotePaper
from sangbong.office import operations, queries
from sangbong.office.core.actor import Actor
from sangbong.office.core.ceremony import Event, Progress, Step
from sangbong.office.core.statement import KeyStatement, read_statement

_ACTOR = Actor("system:command-line", "key meeting")
_TEST_NUMBER = "열쇠 맞바꾸기 시험"


class Meeting:
    """Progress in the office's folder `ceremony/`, so that the same command goes on after a stop."""

    def __init__(self, home: Path, *, begin_again: bool) -> None:
        """Go on where the last run stopped, or begin."""
        self.folder = home / "ceremony"
        self.folder.mkdir(mode=0o700, exist_ok=True)
        if begin_again:
            self.finish()
        path = self._progress_path
        self.progress = (
            Progress.decode(path.read_bytes()) if path.exists() else Progress(started=self.now)
        )

    @property
    def now(self) -> datetime:
        """The office's clock."""
        now: datetime = settings.CLOCK.now()
        return now

    @property
    def own(self) -> KeyStatement:
        """Our statement."""
        return queries.own_statement()

    @property
    def own_file(self) -> bytes:
        """Our statement as it is handed over."""
        return queries.own_statement_file()

    @property
    def theirs(self) -> KeyStatement:
        """The statement that was read from their stick."""
        return read_statement(self._theirs_path.read_bytes()).statement

    def advance(self, event: Event) -> None:
        """Note what happened, durably."""
        self._keep(self.progress.on(event))

    def known_otherwise(self, theirs: KeyStatement) -> bool:
        """Whether this office is known here under another root identity."""
        held = {one.code: one.statement.root for one in queries.key_standings()}
        return held.get(theirs.code, theirs.root) != theirs.root

    def take(self, data: bytes, theirs: KeyStatement, *, second_path: bool) -> None:
        """Keep their statement until it is confirmed.

        Raises:
            SangbongError: `office.own_statement`.
        """
        if theirs.code == self.own.code:
            raise SangbongError("office.own_statement")
        _write(self._theirs_path, data)
        self._keep(
            replace(
                self.progress.on(Event.TAKE),
                code=theirs.code,
                digest=theirs.digest,
                second_path=second_path,
            )
        )

    def confirm(self) -> None:
        """Believe what was compared: exactly the bytes that were read."""
        data = self._theirs_path.read_bytes()
        now = self.now
        with transaction.atomic():
            operations.confirm_statement(now=now, actor=_ACTOR, statement=data)
        self._keep(replace(self.progress.on(Event.WORDS_RIGHT), confirmed=now))

    @property
    def has_line(self) -> bool:
        """Whether both sides told where their line is."""
        return bool(self.own.link_url and self.theirs.link_url)

    def send_test(self) -> None:
        """Put a test dispatch in the outbox, unless one is there."""
        now, own = self.now, queries.own_office()
        if self._test_there() != "not yet":
            return
        note = NotePaper(
            number=_TEST_NUMBER,
            date=now.date(),
            sender_name=own.name_ko,
            sender_rank="사무소",
            text="열쇠를 맞바꾼 뒤의 시험 송달입니다. / A test after the exchange of keys.",
        )
        liaison.send_note(now=now, actor=_ACTOR, recipient=self.theirs.code, note=note)

    def look_at_tests(self) -> tuple[str, str]:
        """How our test dispatch and theirs stand, in the words of a dispatch's state."""
        came = [n for n in self._tests() if n.direction is channel.Direction.IN]
        return self._test_there(), "received" if came else "not yet"

    def tested(self, event: Event, said: str) -> None:
        """Note how the test went."""
        self._keep(replace(self.progress.on(event), test=said))

    def forget_theirs(self) -> None:
        """Forget what was read."""
        self._theirs_path.unlink(missing_ok=True)

    def finish(self) -> None:
        """Forget the meeting; its record stays."""
        self.forget_theirs()
        self._progress_path.unlink(missing_ok=True)

    def _test_there(self) -> str:
        sent = {n.dispatch_id for n in self._tests() if n.direction is channel.Direction.OUT}
        ours = channel.dispatches(channel.Direction.OUT, counterpart=self.theirs.code)
        states = [view.state.value for view in ours if view.id in sent]
        return _as_told(states[0]) if states else "not yet"

    def _tests(self) -> list[channel.NoteView]:
        notes = channel.notes(counterpart=self.theirs.code)
        return [note for note in notes if note.number == _TEST_NUMBER]

    @property
    def _progress_path(self) -> Path:
        return self.folder / "progress.json"

    @property
    def _theirs_path(self) -> Path:
        return self.folder / "theirs.json"

    def _keep(self, progress: Progress) -> None:
        if progress.step is Step.BEGUN:
            self.forget_theirs()
        _write(self._progress_path, progress.encode())
        self.progress = progress


def _as_told(state: str) -> str:
    """An *applied* dispatch was received too, and that is what the test is about."""
    return "received" if state == "applied" else state


def _write(path: Path, data: bytes) -> None:
    unfinished = path.with_suffix(".unfinished")
    with unfinished.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)
