"""A dispatch through a third office: as its origin, as the relay, and as the final office."""

from __future__ import annotations

import io

import pytest
from tests.conftest import DAY_OF_DRAW
from tests.office.liaison.conftest import Peer, note_body

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison import operations, queries, tasks
from sangbong.liaison.adapters.sealing import AesPieces, CounterpartSealer, OwnOpener
from sangbong.liaison.core.custody.clearance import standing
from sangbong.liaison.core.custody.relay import RELAY_KIND, RelayPaper
from sangbong.liaison.core.custody.states import DispatchState
from sangbong.liaison.core.wire import bundle as bundles
from sangbong.liaison.core.wire.body import Paper, pack, unpack
from sangbong.liaison.core.wire.envelope import open_envelope, read_envelope
from sangbong.liaison.core.wire.exchange import Exchange, read_exchange
from sangbong.liaison.core.wire.waybill import MemberKind
from sangbong.liaison.models import InboxDispatch, OutboxDispatch
from sangbong.liaison.operations.relay import relayed_folder
from sangbong.office import operations as office_operations
from sangbong.office.adapters import keystore
from sangbong.office.core.actor import Actor
from sangbong.office.models import Counterpart
from sangbong.worker.routing import apply_waiting

SEOUL, PYONGYANG, WASHINGTON = (OfficeCode(c) for c in ("KR-SEL", "KP-PYO", "US-WAS"))
CLERK = Actor("system:command-line", "relay")
NAME = "김순옥"


@pytest.fixture(scope="session")
def third_home(tmp_path_factory):
    """The keys of the office in Washington, made once."""
    home = tmp_path_factory.mktemp("washington")
    keystore.make_keys(
        home,
        code=WASHINGTON,
        name_ko="워싱턴 사무소",
        name_en="Washington office",
        now=DAY_OF_DRAW,
    )
    return home


@pytest.fixture
def third(peer, third_home, now) -> Peer:
    """Washington, whose keys our office has confirmed."""
    statement = keystore.current_statement(third_home).data
    who = Actor("ministry", "key meeting")
    code = office_operations.add_counterpart(now=now, actor=who, statement=statement)
    office_operations.confirm_counterpart(now=now, actor=who, code=code)
    return Peer(
        code=WASHINGTON,
        other=peer.other,
        keys=keystore.load_keys(third_home),
        other_receive_public=peer.other_receive_public,
        now=now,
    )


def send(now, recipient=WASHINGTON) -> str:
    return operations.enqueue(
        now=now,
        clearance=standing("b", "p", recipient),
        recipient=recipient,
        stream="round-21",
        kind="tracing.inquiry",
        body={"name": NAME},
    )


def relay(now, **told) -> str:
    return operations.relay_waiting(
        now=now, actor=CLERK, **({"recipient": WASHINGTON, "by": PYONGYANG} | told)
    )


def bundle_for(origin: Peer, final: OfficeCode, sealer, *envelopes: bytes) -> bytes:
    """What an origin writes for a final office."""
    file = io.BytesIO()
    loads = [bundles.Load.of(MemberKind.EXCHANGE, Exchange(incarnation=1).encode())]
    bundles.write_bundle(
        file,
        label=bundles.Label("0" * 32, origin.code, final, 1, 1),
        number=1,
        written_at=origin.now,
        loads=loads + [bundles.Load.of(MemberKind.ENVELOPE, one) for one in envelopes],
        key=bytes(32),
        sealer=sealer,
        signer=origin.signer,
        cipher=AesPieces(),
    )
    return file.getvalue()


def outer(peer: Peer, paper: RelayPaper, *attachments: bytes) -> bytes:
    content = pack(
        Paper(
            kind=RELAY_KIND,
            body=paper.to_body(),
            basis="b",
            purpose="p",
            sealed_at=peer.now,
            attachments=attachments,
        )
    )
    return peer.envelope(content=content, stream="relay-x")


def receive_and_apply(now, envelope: bytes) -> list[tuple[str, str]]:
    """Take an outer dispatch, apply it as the worker does; its state and code."""
    operations.receive(now=now, envelope=envelope)
    apply_waiting(now=now)
    return list(InboxDispatch.objects.order_by("id").values_list("state", "code"))


def test_the_origin_s_bundle_is_opened_by_the_final_office_and_not_by_the_relay(peer, third, now):
    """RL1, RL3."""
    inner = send(now)

    name = relay(now)

    assert name == "KR-SEL>KP-PYO/relay-us-was/1"
    row = OutboxDispatch.objects.get(dispatch_id=name)
    seen = open_envelope(read_envelope(queries.envelope_bytes(row.envelope_id)), opener=peer.opener)
    paper = unpack(seen)
    assert RelayPaper.from_body(paper.body) == RelayPaper(SEOUL, WASHINGTON, passed_on=False)
    assert NAME.encode() not in seen
    assert b"round-21" not in seen
    (data,) = paper.attachments
    head = bundles.read_head(io.BytesIO(data))
    with pytest.raises(SangbongError):
        OwnOpener(peer.keys.receiving).open(
            head.sealed_key, info=bundles.PURPOSE_TAG + head.header_bytes
        )
    assert _envelopes(data, third) == [
        queries.envelope_bytes(OutboxDispatch.objects.get(dispatch_id=inner).envelope_id)
    ]
    states = dict(OutboxDispatch.objects.values_list("dispatch_id", "state"))
    assert states == {inner: "carried", name: "sealed"}


def _envelopes(data: bytes, reader: Peer) -> list[bytes]:
    file = io.BytesIO(data)
    head = bundles.read_head(file)
    key = reader.opener.open(head.sealed_key, info=bundles.PURPOSE_TAG + head.header_bytes)
    found = bundles.members(file, head, key=key, cipher=AesPieces())
    whole = [one for one in found if isinstance(one, bundles.Member)]
    assert read_exchange(whole[0].data).incarnation == 1
    return [one.data for one in whole[1:]]


def test_custody_stays_with_the_origin_until_the_final_office_s_receipt(peer, third, now):
    """RL3: the relay's own receipt says nothing of what lies inside."""
    inner = send(now)
    name = relay(now)
    for digest, stream, maker in (
        (OutboxDispatch.objects.get(dispatch_id=name).envelope_id, "relay-us-was", peer),
        (OutboxDispatch.objects.get(dispatch_id=inner).envelope_id, "round-21", third),
    ):
        before = [one.id for one in queries.waiting_for(WASHINGTON)]
        operations.accept_receipt(now=now, receipt=maker.receipt(stream, 1, digest, "applied"))
        assert before == [inner]

    assert queries.waiting_for(WASHINGTON) == []


def test_with_nothing_to_say_nothing_is_relayed(peer, third, now):
    assert relay(now) == ""
    assert not OutboxDispatch.objects.exists()


def test_an_office_cannot_be_its_own_relay_and_a_stranger_is_none(peer, third, now):
    send(now)
    codes = []
    for told in ({"by": WASHINGTON}, {"by": OfficeCode("JP-TYO")}):
        with pytest.raises(SangbongError) as fault:
            relay(now, **told)
        codes.append(fault.value.code)
    assert codes == ["liaison.relay_astray", "office.unknown_counterpart"]


def test_the_relay_passes_a_bundle_on_as_it_is(peer, third, now):
    """RL2."""
    sealer = CounterpartSealer(third.keys.receiving.public_key())
    data = bundle_for(peer, WASHINGTON, sealer)

    told = receive_and_apply(now, outer(peer, RelayPaper(PYONGYANG, WASHINGTON, False), data))

    assert told == [("applied", "")]
    (row,) = OutboxDispatch.objects.all()
    envelope = read_envelope(queries.envelope_bytes(row.envelope_id))
    paper = unpack(open_envelope(envelope, opener=third.opener))
    assert (row.dispatch_id, paper.attachments) == ("KR-SEL>US-WAS/relay-us-was/1", (data,))
    assert RelayPaper.from_body(paper.body) == RelayPaper(PYONGYANG, WASHINGTON, passed_on=True)


def test_the_final_office_takes_what_was_relayed_once_by_whatever_way(peer, third, now):
    """RL4, RL5."""
    note = third.envelope()
    data = bundle_for(third, SEOUL, third.sealer, note)
    relayed = outer(peer, RelayPaper(WASHINGTON, SEOUL, passed_on=True), data)

    assert receive_and_apply(now, relayed) == [("applied", "")]
    assert tasks.collect_relayed(now=now) == 1
    apply_waiting(now=now)

    assert [note.counterpart for note in queries.notes()] == ["US-WAS"]
    assert queries.notes()[0].text == note_body()["text"]
    operations.receive(now=now, envelope=note)
    again = outer(peer, RelayPaper(WASHINGTON, SEOUL, passed_on=True), data)
    receive_and_apply(now, again)
    assert tasks.collect_relayed(now=now) == 1
    assert tasks.collect_relayed(now=now) == 0
    assert len(queries.notes()) == 1


def test_an_office_that_nothing_was_relayed_to_has_nothing_to_read(office, now):
    assert operations.collect_relayed(now=now) == []
    assert not relayed_folder().exists()


def test_a_relayed_bundle_that_cannot_be_read_is_told_and_not_kept(peer, third, now):
    """RL5."""
    relayed = outer(peer, RelayPaper(WASHINGTON, SEOUL, passed_on=True), b"noise")

    receive_and_apply(now, relayed)
    assert tasks.collect_relayed(now=now) == 1
    receive_and_apply(now, outer(peer, RelayPaper(WASHINGTON, SEOUL, passed_on=True), b"noise"))

    reports = operations.collect_relayed(now=now)
    assert [(one.outcome, one.faults[0].code) for one in reports] == [
        (bundles.StickOutcome.NOT_A_BUNDLE, "liaison.not_a_bundle")
    ]
    assert operations.collect_relayed(now=now) == []


@pytest.mark.parametrize(
    ("paper", "code"),
    [
        (RelayPaper(PYONGYANG, SEOUL, passed_on=False), "liaison.relay_astray"),
        (RelayPaper(WASHINGTON, PYONGYANG, passed_on=False), "liaison.relay_astray"),
        (RelayPaper(WASHINGTON, PYONGYANG, passed_on=True), "liaison.relay_astray"),
        (RelayPaper(PYONGYANG, SEOUL, passed_on=True), "liaison.relay_astray"),
        (RelayPaper(SEOUL, SEOUL, passed_on=True), "liaison.relay_astray"),
        (
            RelayPaper(PYONGYANG, OfficeCode("JP-TYO"), passed_on=False),
            "office.unknown_counterpart",
        ),
    ],
)
def test_what_goes_in_a_circle_or_to_a_stranger_is_refused(peer, third, now, paper, code):
    """RL2."""
    assert receive_and_apply(now, outer(peer, paper, b"bundle")) == [("refused", code)]
    assert not OutboxDispatch.objects.exists()


def test_a_relay_does_not_pass_on_to_an_office_whose_keys_nobody_compared(peer, third, now):
    Counterpart.objects.filter(code=WASHINGTON).update(confirmed_at=None)

    told = receive_and_apply(now, outer(peer, RelayPaper(PYONGYANG, WASHINGTON, False), b"bundle"))

    assert told == [("refused", "liaison.counterpart_unconfirmed")]


def test_a_paper_about_relaying_that_cannot_be_read_is_refused(peer, third, now):
    assert receive_and_apply(now, outer(peer, RelayPaper(PYONGYANG, WASHINGTON, False))) == [
        ("refused", "liaison.relay_unreadable")
    ]
    for body in ({}, {"final": "x", "origin": "US-WAS", "passed_on": True}):
        with pytest.raises(SangbongError) as told:
            RelayPaper.from_body(body)
        assert told.value.code == "liaison.relay_unreadable"


def test_the_inner_dispatch_s_state_is_told_as_any_other(peer, third, now):
    send(now)
    relay(now)

    assert [view.state for view in queries.dispatches(counterpart=WASHINGTON)] == [
        DispatchState.CARRIED
    ]
