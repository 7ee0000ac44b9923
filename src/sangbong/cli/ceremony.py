"""`sangbong office ceremony`: the one meeting as a script that two people finish at a table."""

from __future__ import annotations

import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sangbong.cli.script import Script, Told
from sangbong.kernel.errors import SangbongError
from sangbong.office.core.ceremony import (
    WORDS_ASKED,
    Event,
    Heard,
    Step,
    judge_second_path,
    judge_word,
    record_text,
    second_path_letters,
    second_path_text,
)
from sangbong.office.core.statement import (
    STATEMENT_BYTES_MAX,
    Fingerprint,
    fingerprint,
    read_statement,
)

if TYPE_CHECKING:
    from sangbong.cli.meeting import Meeting

_STICK_NAME = "sangbong-keys-{code}.json"
_SLIPS_MAX = 5


@click.command()
@click.option(
    "--stick",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder of the new stick that our statement is written to.",
)
@click.option(
    "--record", type=click.Path(dir_okay=False, path_type=Path), help="Where the record goes."
)
@click.option("--begin-again", is_flag=True, help="Forget a meeting that was interrupted.")
@click.pass_obj
def ceremony(home: Path, stick: Path | None, record: Path | None, *, begin_again: bool) -> None:
    """Exchange keys with another office at one table, step by step; run it again to go on.

    Exit status 1 if something differed; then nothing was confirmed.
    """
    from sangbong.cli.boot import boot_founded

    boot_founded(home)
    from sangbong.cli.meeting import Meeting

    meeting = Meeting(home, begin_again=begin_again)
    script = Script()
    script.greet(meeting.own, going_on=meeting.progress.step is not Step.BEGUN)
    if meeting.progress.step is Step.STOPPED:
        meeting.advance(Event.BEGIN_AGAIN)
    while meeting.progress.step is not Step.RECORDED:
        match meeting.progress.step:
            case Step.BEGUN:
                _write(meeting, script, stick)
            case Step.WRITTEN:
                _take(meeting, script)
            case Step.READ:
                _read_aloud(meeting, script)
            case Step.COMPARED:
                _type_words(meeting, script)
            case Step.CONFIRMED:
                _test(meeting, script)
            case Step.TESTED:
                _sign(meeting, script, record)
            case _:
                meeting.forget_theirs()
                script.stop()
                sys.exit(1)
    meeting.finish()


def _write(meeting: Meeting, script: Script, stick: Path | None) -> None:
    script.step(1, Told.WRITE)
    own = meeting.own
    if stick is None:
        stick = Path(script.ask(Told.OWN_STICK))
    target = stick / _STICK_NAME.format(code=own.code)
    try:
        target.write_bytes(meeting.own_file)
    except OSError as fault:
        raise SangbongError("office.stick_unwritable", folder=str(stick)) from fault
    script.say(Told.WRITTEN, file=str(target))
    script.show_code(second_path_text(own))
    script.say(Told.LETTERS, letters=second_path_letters(own))
    meeting.advance(Event.WRITE)


def _take(meeting: Meeting, script: Script) -> None:
    script.step(2, Told.TAKE)
    data = _theirs_on(Path(script.ask(Told.THEIR_STICK)), own=meeting.own.code)
    try:
        theirs = read_statement(data).statement
    except SangbongError as fault:
        script.fault(fault)
        meeting.advance(Event.DIFFERENCE)
        return
    script.say(Told.TAKEN, code=theirs.code, ko=theirs.name_ko, en=theirs.name_en)
    if meeting.known_otherwise(theirs):
        script.say(Told.ROOT_CHANGED, code=theirs.code)
    typed = script.ask(Told.SECOND_PATH, default="")
    if typed and not judge_second_path(theirs, typed=typed):
        script.say(Told.SECOND_PATH_DIFFERS)
        meeting.advance(Event.DIFFERENCE)
        return
    meeting.take(data, theirs, second_path=bool(typed))


def _theirs_on(folder: Path, *, own: str) -> bytes:
    """The one statement on a stick that is not ours."""
    ours = _STICK_NAME.format(code=own)
    found = [path for path in sorted(folder.glob("sangbong-keys-*.json")) if path.name != ours]
    if not found:
        raise SangbongError("office.ceremony_no_statement", folder=str(folder))
    if len(found) > 1:
        raise SangbongError("office.ceremony_several_statements", folder=str(folder))
    with found[0].open("rb") as file:
        return file.read(STATEMENT_BYTES_MAX + 1)


def _read_aloud(meeting: Meeting, script: Script) -> None:
    script.step(3, Told.READ_ALOUD)
    script.show_fingerprint(meeting.own.code, fingerprint(meeting.own))
    script.show_fingerprint(meeting.theirs.code, fingerprint(meeting.theirs))
    if script.ask(Told.ALL_READ, default="") != "":
        meeting.advance(Event.DIFFERENCE)
        return
    # what follows is typed by ear
    script.clear()
    meeting.advance(Event.COMPARE)


def _type_words(meeting: Meeting, script: Script) -> None:
    script.step(4, Told.TYPE)
    told = fingerprint(meeting.theirs)
    for place in drawn_places(len(told.words_en)):
        if not heard_right(script, told, place):
            meeting.advance(Event.DIFFERENCE)
            return
    meeting.confirm()
    script.say(Told.CONFIRMED, code=meeting.theirs.code)


def drawn_places(count: int) -> list[int]:
    """Three places of the list, drawn anew each time."""
    return sorted(secrets.SystemRandom().sample(range(count), WORDS_ASKED))


def heard_right(script: Script, told: Fingerprint, place: int) -> bool:
    """Ask for one word until it is one of the lists; whether it is the right one: rule M3."""
    for _ in range(_SLIPS_MAX):
        heard = judge_word(told, place=place, typed=script.ask(Told.WORD, place=str(place + 1)))
        if heard is not Heard.SLIP:
            return heard is Heard.RIGHT
        script.say(Told.SLIP)
    return False


def _test(meeting: Meeting, script: Script) -> None:
    script.step(5, Told.TEST)
    if not meeting.has_line:
        script.say(Told.NO_LINE)
        meeting.tested(Event.NO_LINE, "아직 선이 없음 / no line yet")
        return
    meeting.send_test()
    while True:
        there, back = meeting.look_at_tests()
        script.say(Told.TESTS, there=there, back=back)
        if there == "received" and back == "received":
            meeting.tested(Event.TEST, "양쪽 모두 도착 / both arrived")
            return
        if script.ask(Told.WAIT, default="") != "":
            meeting.tested(Event.NO_LINE, f"보냄 / ours: {there}; 받음 / theirs: {back}")
            return


def _sign(meeting: Meeting, script: Script, record: Path | None) -> None:
    script.step(6, Told.SIGN)
    target = record or meeting.folder / f"record-{meeting.theirs.code}.txt"
    text = record_text(own=meeting.own, other=meeting.theirs, progress=meeting.progress)
    target.write_text(text, "utf-8")
    script.say(Told.SIGNED, file=str(target))
    meeting.advance(Event.SIGN)
