from __future__ import annotations

import ast
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.office.liaison.conftest import Peer

import sangbong
from sangbong.kernel.errors import SangbongError
from sangbong.liaison import operations as liaison
from sangbong.liaison import queries
from sangbong.liaison.core.custody.dispatch import InboundDispatch
from sangbong.worker import routing, sweeps

SOURCE = Path(sangbong.__file__).parent


def dispatch(kind: str, now: datetime) -> InboundDispatch:
    return InboundDispatch(
        id="KP-PYO>KR-SEL/x/1",
        sender="KP-PYO",  # type: ignore[arg-type]
        stream="x",
        sequence=1,
        kind=kind,
        body={},
        attachments=(),
        received_at=now,
        basis="",
        purpose="",
        sealed_at=now,
    )


def test_a_paper_of_an_unknown_kind_is_refused(now: datetime) -> None:
    with pytest.raises(SangbongError, match=r"worker\.unknown_kind"):
        routing.route(dispatch("weather.forecast", now), now=now)


@pytest.mark.parametrize("kind", sorted(routing.ROUTES))
@pytest.mark.django_db
def test_every_kind_reaches_its_room_which_refuses_an_empty_paper(
    kind: str, office: str, now: datetime
) -> None:
    with pytest.raises(SangbongError) as refused:
        routing.route(dispatch(kind, now), now=now)
    assert refused.value.code.split(".")[0] == kind.split(".", maxsplit=1)[0]


@pytest.mark.parametrize("kind", sorted(routing.ROUTES))
def test_every_kind_has_its_page_and_its_vector(kind: str) -> None:
    spec = SOURCE.parents[1] / "spec"
    assert (spec / "kinds" / f"{kind}.md").exists()
    assert [path.name for path in (spec / "vectors").iterdir() if path.name.startswith(kind)]


def test_every_kind_that_is_sent_is_also_taken() -> None:
    sent = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            # the core's own deed is given a whole draft
            if called == "Draft" or (called == "enqueue" and not node.args):
                names = [k.value for k in node.keywords if k.arg == "kind"]
                assert names, f"{path}: {called} without a kind"
                sent |= {n.value for n in names if isinstance(n, ast.Constant)}
    assert sent <= set(routing.ROUTES)
    assert sent


@pytest.mark.django_db
def test_a_fault_of_our_own_holds_up_its_own_stream_only(
    peer: Peer, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for envelope in [
        peer.envelope({}, stream="round-21", kind="tracing.inquiry"),
        peer.envelope(),
        peer.envelope(stream="round-21"),
    ]:
        liaison.receive(now=now, envelope=envelope)

    def disk_full(**_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setitem(routing.ROUTES, "tracing.inquiry", disk_full)  # type: ignore[arg-type]
    assert routing.apply_waiting(now=now) == 1
    states = {one.id: str(one.state) for one in queries.dispatches(queries.Direction.IN)}
    assert states == {
        "KP-PYO>KR-SEL/notes/1": "applied",
        "KP-PYO>KR-SEL/round-21/1": "received",
        "KP-PYO>KR-SEL/round-21/2": "received",
    }
    monkeypatch.undo()
    assert routing.apply_waiting(now=now) == 2


@pytest.mark.django_db
def test_an_office_with_nothing_to_do_sweeps_nothing(office: str, now: datetime) -> None:
    assert sweeps.sweep(now=now) == 0


@pytest.mark.django_db
def test_the_house_is_kept_at_start_and_then_in_its_intervals(office: str, now: datetime) -> None:
    housekeeper = sweeps.Housekeeper()
    every = [run for _, run in sweeps.HOUSEKEEPING]
    often = [run for after, run in sweeps.HOUSEKEEPING if after < timedelta(hours=1)]
    hourly = [run for after, run in sweeps.HOUSEKEEPING if after == timedelta(hours=1)]
    assert housekeeper.keep_house(now=now) == every
    assert housekeeper.keep_house(now=now + timedelta(minutes=4)) == []
    assert housekeeper.keep_house(now=now + timedelta(minutes=59)) == often
    assert housekeeper.keep_house(now=now + timedelta(minutes=60)) == hourly
    assert housekeeper.keep_house(now=now + timedelta(days=2)) == every
