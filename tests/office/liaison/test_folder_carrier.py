"""The folder carrier: a stick is written whole, read whole, and harmless when read again."""

from __future__ import annotations

import io
import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from tests.office.liaison.conftest import note_body, owed

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison import operations, queries
from sangbong.liaison.adapters import folder as stick
from sangbong.liaison.adapters.sealing import (
    AesPieces,
    CounterpartSealer,
    CounterpartVerifier,
    OwnOpener,
)
from sangbong.liaison.core.custody import packing
from sangbong.liaison.core.custody.clearance import standing
from sangbong.liaison.core.custody.states import DispatchState
from sangbong.liaison.core.wire import bundle as bundles
from sangbong.liaison.core.wire.body import Paper, pack
from sangbong.liaison.core.wire.bundle import StickOutcome
from sangbong.liaison.core.wire.exchange import Exchange, Prefix, read_exchange
from sangbong.liaison.core.wire.receipt import read_receipt
from sangbong.liaison.core.wire.waybill import MemberKind, Waybill
from sangbong.liaison.models import (
    CarriedBundle,
    InboxDispatch,
    KeptEnvelope,
    OutboxDispatch,
    ReturnedEnvelope,
)
from sangbong.liaison.operations import carriage
from sangbong.office.adapters.keystore import load_keys
from sangbong.office.models import AuditEntry, Counterpart

PYONGYANG = OfficeCode("KP-PYO")
NAME = "김순옥"


@pytest.fixture
def usb(tmp_path):
    """A stick, put in."""
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


def send(now, **changes) -> str:
    told = {"stream": "round-21", "kind": "tracing.inquiry", "body": {"name": NAME}}
    return operations.enqueue(
        now=now,
        clearance=standing("b", "p", PYONGYANG),
        recipient=PYONGYANG,
        **(told | changes),
    )


def carry(now, folder):
    return operations.carry_to_folder(now=now, recipient=PYONGYANG, folder=folder)


def collect(now, folder, **named):
    return operations.collect_from_folder(now=now, folder=folder, **named)


@dataclass
class Cargo:
    """What lies in a bundle."""

    waybill: Waybill
    told: Exchange
    envelopes: tuple[bytes, ...]


def bundle_from(
    peer, *, number=1, recipient=None, sealer=None, envelopes=(), **told
) -> tuple[str, bytes]:
    """A bundle as Pyongyang would write it: its name and its bytes."""
    file = io.BytesIO()
    label = bundles.Label(f"{number:032x}"[::-1], peer.code, recipient or peer.other, 1, 1)
    bundles.write_bundle(
        file,
        label=label,
        number=number,
        written_at=peer.now,
        loads=[
            bundles.Load.of(MemberKind.EXCHANGE, Exchange(incarnation=1, **told).encode()),
            *(bundles.Load.of(MemberKind.ENVELOPE, one) for one in envelopes),
        ],
        key=bytes(32),
        sealer=sealer or peer.sealer,
        signer=peer.signer,
        cipher=AesPieces(),
    )
    return bundles.file_name(label.bundle), file.getvalue()


def opened(peer, key_homes, data: bytes) -> Cargo:
    """What Pyongyang finds in a bundle of ours."""
    ours = load_keys(key_homes[0]).signing.public_key()
    file = io.BytesIO(data)
    head = bundles.read_head(file)
    key = bundles.unlock(
        head, verifier=CounterpartVerifier(ours), opener=OwnOpener(peer.keys.receiving)
    )
    waybill, told, *envelopes, end = bundles.members(file, head, key=key, cipher=AesPieces())
    assert end.end is bundles.End.WHOLE
    return Cargo(waybill, read_exchange(told.data), tuple(one.data for one in envelopes))


def digest() -> str:
    return OutboxDispatch.objects.order_by("id")[0].envelope_id


def faults(reports) -> list[str]:
    return [fault.code for report in reports for fault in report.faults]


def everything():
    """Every row that a stick may change."""
    models = (InboxDispatch, OutboxDispatch, KeptEnvelope, CarriedBundle, ReturnedEnvelope)
    return [list(model.objects.order_by("pk").values()) for model in (*models, AuditEntry)]


def test_a_bundle_carries_what_is_in_custody_and_is_opened_by_its_recipient(
    peer, key_homes, now, usb
):
    send(now)

    carried = carry(now, usb)

    assert [(c.envelopes, c.receipts) for c in carried] == [(1, 0)]
    cargo = opened(peer, key_homes, (usb / carried[0].file_name).read_bytes())
    assert cargo.envelopes == (queries.envelope_bytes(digest()),)
    assert queries.dispatches()[0].state is DispatchState.CARRIED


def test_a_stick_shows_no_name_and_carries_a_word_to_its_finder(peer, now, usb):
    send(now)
    carry(now, usb)

    read_me, bundle = sorted(path.name for path in usb.iterdir())
    assert read_me == "READ-ME.txt"
    assert re.fullmatch(r"SANGBONG-[0-9a-f]{16}\.BDL", bundle)
    for path in usb.iterdir():
        data = path.read_bytes()
        assert NAME.encode() not in data
        assert b"round-21" not in data


def test_nothing_to_say_writes_nothing(peer, now, usb):
    assert carry(now, usb) == []
    assert list(usb.iterdir()) == []


def test_a_dispatch_is_carried_unchanged_until_it_is_receipted(peer, key_homes, now, usb):
    """O2, O3."""
    send(now)
    names = [carry(now, usb)[0].file_name for _ in range(2)]

    cargos = [opened(peer, key_homes, (usb / name).read_bytes()) for name in names]
    assert cargos[0].envelopes == cargos[1].envelopes
    assert [one.waybill.number for one in cargos] == [1, 2]
    name, data = bundle_from(peer, receipts=(peer.receipt("round-21", 1, digest(), "received"),))
    (usb / name).write_bytes(data)
    assert collect(now, usb)[0].receipts == 1
    # LW10: nobody has cosigned our log yet
    assert [(one.envelopes, one.receipts) for one in carry(now, usb)] == [(0, 0)]


def test_more_than_one_bundle_holds_goes_into_several(peer, now, usb, monkeypatch):
    for _ in range(3):
        send(now)
    monkeypatch.setattr(packing, "MEMBERS_MAX", 3)

    carried = carry(now, usb)

    assert [c.envelopes for c in carried] == [2, 1]


def test_envelopes_receipts_and_settled_streams_come_off_a_stick(peer, now, usb):
    send(now)
    ours = peer.envelope()
    operations.receive(now=now, envelope=ours)
    operations.apply_next(now=now, handler=lambda dispatch: None)
    name, data = bundle_from(
        peer,
        envelopes=(peer.envelope(), peer.envelope()),
        receipts=(peer.receipt("round-21", 1, digest(), "applied"),),
        settled=(Prefix("notes", 1, 1),),
    )
    (usb / name).write_bytes(data)

    report = collect(now, usb)[0]

    assert (report.sender, report.envelopes, report.receipts) == ("KP-PYO", 2, 1)
    assert (report.already_read, report.faults) == (False, [])
    assert len(owed(PYONGYANG, now)) == 2
    assert queries.settled_owed(PYONGYANG) == (Prefix("round-21", 1, 1),)


def test_reading_the_same_stick_twice_changes_nothing(peer, now, usb):
    name, data = bundle_from(peer, envelopes=(peer.envelope(),))
    (usb / name).write_bytes(data)
    collect(now, usb)
    before = everything()

    report = collect(datetime(2018, 7, 1, tzinfo=UTC), usb)[0]

    assert (report.already_read, report.outcome) == (True, StickOutcome.ALREADY_READ)
    assert everything() == before


def test_an_older_stick_is_taken_and_told_and_the_same_dispatches_are_not_stored_again(
    peer, now, usb
):
    """W10."""
    envelope = peer.envelope()
    told = []
    for number in (2, 1):
        name, data = bundle_from(peer, number=number, envelopes=(envelope,))
        (usb / name).write_bytes(data)
        told += collect(now, usb, take_away=True)

    assert [(one.envelopes, one.outcome) for one in told] == [
        (1, StickOutcome.READ),
        (1, StickOutcome.OLDER),
    ]
    assert InboxDispatch.objects.count() == 1


def test_a_stick_cut_short_gives_what_is_whole_and_is_read_again_when_it_is_copied_whole(
    peer, now, usb
):
    """W8, W10."""
    large = pack(Paper("liaison.note", note_body(), "b", "p", peer.now, (bytes(70_000),)))
    name, data = bundle_from(peer, envelopes=(peer.envelope(), peer.envelope(content=large)))
    told = []
    for there in (data[:100_000], data[:70_000] + bytes(len(data) - 70_000), data):
        (usb / name).write_bytes(there)
        told += collect(now, usb)

    assert [(one.outcome, one.envelopes, one.whole, one.listed) for one in told] == [
        (StickOutcome.CUT_SHORT, 1, 2, 3),
        (StickOutcome.CUT_SHORT, 1, 2, 3),
        (StickOutcome.READ, 2, 3, 3),
    ]
    assert faults(told) == ["liaison.bundle_cut"] * 2
    assert InboxDispatch.objects.count() == 2


def test_a_collected_bundle_may_be_taken_away_and_a_damaged_one_stays(peer, now, usb):
    good, data = bundle_from(peer, number=1, envelopes=(peer.envelope(),))
    (usb / good).write_bytes(data)
    damaged, other = bundle_from(peer, number=2)
    (usb / damaged).write_bytes(other[:-100])
    ours = carry_a_receipt(now, usb)

    reports = collect(now, usb, take_away=True)

    assert {report.file_name: report.outcome for report in reports} == {
        good: StickOutcome.READ,
        damaged: StickOutcome.CUT_SHORT,
    }
    assert faults(reports) == ["liaison.bundle_cut"]
    assert sorted(path.name for path in usb.glob("*.BDL")) == sorted([damaged, ours])


def carry_a_receipt(now, folder) -> str:
    send(now)
    return carry(now, folder)[0].file_name


def flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 4]) + data[place + 1 :]


@pytest.mark.parametrize(
    ("damage", "code", "outcome"),
    [
        (lambda data: data[: len(data) // 2], "liaison.bundle_cut", "cut_short"),
        (lambda data: data[:9], "liaison.bundle_cut", "cut_short"),
        (lambda data: b"", "liaison.bundle_cut", "cut_short"),
        (lambda data: data + b"\0", "liaison.bundle_garbled", "damaged"),
        (lambda data: flipped(data, 3000), "liaison.bundle_garbled", "damaged"),
        (lambda data: flipped(data, 600), "liaison.signature_wrong", "damaged"),
        (lambda data: b"PK\3\4" + data[4:], "liaison.not_a_bundle", "not_a_bundle"),
        (lambda data: bytes(len(data)), "liaison.not_a_bundle", "not_a_bundle"),
        (
            lambda data: data.replace(b'"version":1', b'"version":2'),
            "liaison.version_unknown",
            "later_version",
        ),
    ],
)
def test_a_damaged_bundle_is_refused_whole_and_stores_nothing(
    peer, now, usb, damage, code, outcome
):
    """W1, W2, W4 to W9."""
    name, data = bundle_from(peer, envelopes=(peer.envelope(),))
    (usb / name).write_bytes(damage(data))
    before = everything()

    report = collect(now, usb)[0]

    assert (faults([report]), report.outcome) == ([code], outcome)
    assert everything() == before


def test_a_bundle_for_another_office_or_key_or_from_a_stranger_is_refused(peer, now, usb):
    """W3, W5."""
    tokyo, data = bundle_from(peer, number=1, recipient=OfficeCode("JP-TYO"))
    (usb / tokyo).write_bytes(data)
    sealer = CounterpartSealer(peer.keys.receiving.public_key())
    other, data = bundle_from(peer, number=2, sealer=sealer)
    (usb / other).write_bytes(data)

    def told():
        reports = sorted(collect(now, usb), key=lambda one: one.file_name != tokyo)
        return [(one.faults[0].code, one.outcome) for one in reports]

    for_another = ("liaison.bundle_for_another", StickOutcome.FOR_ANOTHER)
    assert told() == [for_another, ("liaison.seal_wrong", StickOutcome.DAMAGED)]
    Counterpart.objects.all().delete()
    assert told() == [for_another, ("office.unknown_counterpart", StickOutcome.STRANGER)]


def test_one_bad_envelope_is_returned_and_the_others_are_taken(peer, key_homes, now, usb):
    """L4 on a stick: the signed reason goes back with the next bundle, once."""
    bad = bytearray(peer.envelope(stream="film-1"))
    bad[2000] ^= 1
    name, data = bundle_from(peer, envelopes=(bytes(bad), peer.envelope(), b"x"))
    (usb / name).write_bytes(data)

    report = collect(now, usb)[0]

    assert report.envelopes == 1
    assert [(fault.what, fault.code) for fault in report.faults] == [
        (f"{name}#1", "liaison.signature_wrong"),
        (f"{name}#3", "liaison.envelope_garbled"),
    ]
    written = carry(now, usb)[0].file_name
    cargo = opened(peer, key_homes, (usb / written).read_bytes())
    said = sorted(
        (r.state.value, r.code) for r in (read_receipt(d).receipt for d in cargo.told.receipts)
    )
    assert said == [
        ("received", ""),
        ("returned", "liaison.envelope_garbled"),
        ("returned", "liaison.signature_wrong"),
    ]
    assert owed(PYONGYANG, now) == []


def test_received_is_told_once_for_each_arrival(peer, now, usb):
    """O4: the sender asks again by sending again."""
    envelope = peer.envelope()
    carried = []
    for number in (1, 2):
        name, data = bundle_from(peer, number=number, envelopes=(envelope,))
        (usb / name).write_bytes(data)
        collect(now, usb)
        carried += [one.receipts for _ in range(2) for one in carry(now, usb)]

    assert carried == [1, 0, 1, 0]


def test_a_receipt_not_believed_does_not_stop_the_others(peer, now, usb):
    send(now)
    unknown = peer.receipt("round-21", 9, digest(), "received")
    good = peer.receipt("round-21", 1, digest(), "received")
    name, data = bundle_from(peer, receipts=(unknown, good))
    (usb / name).write_bytes(data)

    report = collect(now, usb)[0]

    assert (report.receipts, faults([report])) == (1, ["liaison.receipt_unknown_dispatch"])


def test_each_stick_written_and_read_is_one_line_in_the_audit_trail(peer, now, usb):
    send(now)
    send(now)
    carry(now, usb)
    name, data = bundle_from(peer, envelopes=(peer.envelope(),))
    (usb / name).write_bytes(data)
    collect(now, usb)

    entries = AuditEntry.objects.filter(action__startswith="liaison.").order_by("number")
    assert [(entry.action, entry.facts["count"]) for entry in entries] == [
        ("liaison.write_bundle", 2),
        ("liaison.read_bundle", 1),
    ]


def test_a_stick_that_cannot_be_written_leaves_the_dispatch_as_it_was(peer, now, usb):
    send(now)

    with pytest.raises(SangbongError) as told:
        carry(now, usb / "not there")

    assert told.value.code == "liaison.folder_unwritable"
    assert queries.dispatches()[0].state is DispatchState.SEALED


def test_links_and_folders_named_like_bundles_are_passed_over(peer, now, usb):
    name, data = bundle_from(peer)
    (usb / "elsewhere").write_bytes(data)
    (usb / name).symlink_to(usb / "elsewhere")
    (usb / "FOLDER.BDL").mkdir()

    assert collect(now, usb) == []
    with pytest.raises(SangbongError) as told:
        stick.reading(usb, name).__enter__()
    assert told.value.code == "liaison.folder_unreadable"


def test_a_device_named_like_a_bundle_is_not_read(usb):
    os.mkfifo(usb / "PIPE.BDL")

    with pytest.raises(SangbongError) as told:
        stick.reading(usb, "PIPE.BDL").__enter__()
    assert told.value.code == "liaison.folder_unreadable"


def test_a_missing_stick_or_one_with_far_too_many_files_is_told(peer, now, usb, monkeypatch):
    with pytest.raises(SangbongError) as told:
        collect(now, usb / "not there")
    assert told.value.code == "liaison.folder_unreadable"

    (usb / "A.BDL").touch()
    monkeypatch.setattr(stick, "FILES_MAX", 0)
    with pytest.raises(SangbongError) as told:
        collect(now, usb)
    assert told.value.code == "liaison.folder_unreadable"


def test_what_does_not_begin_as_a_bundle_is_never_read_to_its_end(peer, now, usb):
    with (usb / "A.BDL").open("wb") as file:
        file.truncate(2**40)

    (report,) = collect(now, usb)

    assert report.outcome is StickOutcome.NOT_A_BUNDLE


def test_envelopes_are_taken_in_batches_of_a_bounded_size(peer, now, usb, monkeypatch):
    monkeypatch.setattr(carriage, "_ENVELOPES_AT_ONCE", 2)
    name, data = bundle_from(peer, envelopes=[peer.envelope() for _ in range(5)])
    (usb / name).write_bytes(data)

    assert collect(now, usb)[0].envelopes == 5


def test_an_exchange_that_cannot_be_read_makes_the_bundle_a_damaged_one(peer, now, usb):
    """X1, X2: its writer's fault; what came before it stands, and it is read again."""
    file = io.BytesIO()
    label = bundles.Label("0" * 32, peer.code, peer.other, 1, 1)
    bundles.write_bundle(
        file,
        label=label,
        number=1,
        written_at=peer.now,
        loads=[bundles.Load.of(MemberKind.EXCHANGE, b"{}")],
        key=bytes(32),
        sealer=peer.sealer,
        signer=peer.signer,
        cipher=AesPieces(),
    )
    (usb / bundles.file_name(label.bundle)).write_bytes(file.getvalue())

    for _ in range(2):
        (report,) = collect(now, usb)
        assert (report.outcome, faults([report])) == (
            StickOutcome.DAMAGED,
            ["liaison.exchange_garbled"],
        )
