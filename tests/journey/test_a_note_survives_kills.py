"""Two offices exchange notes while their processes are killed at commits, syncs and renames."""

from __future__ import annotations

import contextlib
import random
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from campaigns.nursery import Nursery

SEED = 20180625
DEEDS = "campaigns.note_deeds:"
SEOUL, PYONGYANG = "KR-SEL", "KP-PYO"
PLANTED_BUG = "receipt before commit"
CLEAN = {"unfinished": 0, "states": ["applied"], "integrity": "ok"}


def _founding(code: str, name: str) -> dict[str, object]:
    return {"code": code, "name_ko": name, "name_en": name, "drill": True}


@contextlib.contextmanager
def _two_offices(home: Path) -> Iterator[tuple[Nursery, Nursery]]:
    """Both offices, founded and known to each other, each with its own process."""
    with (
        Nursery(home / "seoul", founding=_founding(SEOUL, "Seoul")) as seoul,
        Nursery(home / "pyongyang", founding=_founding(PYONGYANG, "Pyongyang")) as pyongyang,
    ):
        assert seoul.must(DEEDS + "know", other=pyongyang.must(DEEDS + "statement")) == PYONGYANG
        assert pyongyang.must(DEEDS + "know", other=seoul.must(DEEDS + "statement")) == SEOUL
        yield seoul, pyongyang


@pytest.fixture(scope="module")
def offices(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Nursery, Nursery]]:
    """Two offices for the whole file: founding costs time."""
    with _two_offices(tmp_path_factory.mktemp("offices")) as both:
        yield both


def _desk(office: Nursery) -> Path:
    return office.home / "run" / "desk.sock"


def _ledgers(seoul: Nursery, pyongyang: Nursery) -> None:
    """Each side's ledger shows every note of the other exactly once, and nothing open."""
    ours, theirs = seoul.must(DEEDS + "ledger"), pyongyang.must(DEEDS + "ledger")
    assert ours == {"sent": theirs["came"], "came": theirs["sent"], **CLEAN}
    assert theirs == {"sent": ours["came"], "came": ours["sent"], **CLEAN}


@pytest.mark.journey
def test_notes_on_a_stick_are_each_applied_once_whenever_an_office_is_killed(offices, tmp_path):
    rng = random.Random(SEED)
    kills = 0
    steps = []
    for office, other, there, back in (
        (offices[0], PYONGYANG, "north", "south"),
        (offices[1], SEOUL, "south", "north"),
    ):
        for folder in (there, back):
            (tmp_path / folder).mkdir(exist_ok=True)
        steps += [
            (office, "send_note", {"recipient": other}),
            (office, "carry", {"recipient": other, "folder": str(tmp_path / there)}),
            (office, "collect", {"folder": str(tmp_path / back)}),
            (office, "apply_all", {}),
        ]
    number = 0
    while kills < 10:
        number += 1
        for office, deed, facts in steps:
            told = facts | ({"number": f"stick-{number}"} if deed == "send_note" else {})
            outcome = office.do(DEEDS + deed, moment=rng.randrange(14), **told)
            assert outcome.error == ""
            kills += outcome.killed
            if outcome.killed and deed == "send_note":
                office.must(DEEDS + deed, **told)
    for _ in range(3):
        for office, deed, facts in steps:
            if deed != "send_note":
                office.must(DEEDS + deed, **facts)
    _ledgers(*offices)


@pytest.mark.journey
def test_notes_over_the_line_are_each_applied_once_whichever_end_is_killed(offices):
    seoul, pyongyang = offices
    rng = random.Random(SEED + 1)
    assert _line_with_kills(seoul, pyongyang, rng=rng, kills_wanted=10) >= 10
    _ledgers(*offices)


@pytest.mark.journey
def test_a_receipt_given_before_the_commit_is_caught(tmp_path):
    """The planted bug loses a note that its sender was told is safe; the same check notices."""
    with _two_offices(tmp_path) as (seoul, pyongyang):
        _line_with_kills(
            seoul, pyongyang, rng=random.Random(SEED), kills_wanted=2, planted=PLANTED_BUG
        )
        with pytest.raises(AssertionError):
            _ledgers(seoul, pyongyang)
        sent = seoul.must(DEEDS + "ledger")["sent"]
        came = pyongyang.must(DEEDS + "ledger")["came"]

    assert set(sent) - set(came)


def _line_with_kills(
    seoul: Nursery, pyongyang: Nursery, *, rng: random.Random, kills_wanted: int, planted: str = ""
) -> int:
    """Seoul calls, Pyongyang answers; either end dies at a drawn moment; then both drain."""
    kills = 0
    number = 0
    while kills < kills_wanted:
        number += 1
        for office, other in ((seoul, PYONGYANG), (pyongyang, SEOUL)):
            note = f"{planted or 'line'}-{number}"
            office.must(DEEDS + "send_note", recipient=other, number=note)
        server_dies = bool(planted) or rng.random() < 0.5
        server = pyongyang.start(
            DEEDS + "serve",
            planted=planted,
            moment=rng.randrange(1 if planted else 8) if server_dies else None,
        )
        _wait_for(_desk(pyongyang))
        outcome = seoul.do(
            DEEDS + "call",
            recipient=PYONGYANG,
            desk=str(_desk(pyongyang)),
            moment=None if server_dies else rng.randrange(12),
        )
        # a call asks more than once: an end that died in between no longer listens
        assert outcome.error.partition(":")[0] in {
            "", "ConnectError", "ReadError", "RemoteProtocolError",
        }, outcome  # fmt: skip
        kills += outcome.killed or bool(outcome.error)
        pyongyang.stop(server)
        seoul.must(DEEDS + "apply_all")
        pyongyang.must(DEEDS + "apply_all")
    _drain(seoul, pyongyang)
    return kills


def _drain(seoul: Nursery, pyongyang: Nursery) -> None:
    """Calls both ways without kills until there is nothing left to say."""
    for _ in range(2):
        for caller, answerer, code in (
            (seoul, pyongyang, PYONGYANG),
            (pyongyang, seoul, SEOUL),
        ):
            server = answerer.start(DEEDS + "serve")
            _wait_for(_desk(answerer))
            assert caller.must(DEEDS + "call", recipient=code, desk=str(_desk(answerer))) == []
            answerer.stop(server)
            caller.must(DEEDS + "apply_all")
            answerer.must(DEEDS + "apply_all")


def _wait_for(desk: Path) -> None:
    for _ in range(500):
        with contextlib.closing(socket.socket(socket.AF_UNIX)) as probe:
            if probe.connect_ex(str(desk)) == 0:
                return
        time.sleep(0.01)
    raise AssertionError("the desk did not open")
