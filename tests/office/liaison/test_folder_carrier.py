"""The folder carrier: a stick is written whole, read whole, and harmless when read again."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import pytest

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison import operations, queries
from sangbong.liaison.adapters import folder as stick
from sangbong.liaison.adapters.sealing import CounterpartSealer, CounterpartVerifier, OwnOpener
from sangbong.liaison.core import bundle as bundles
from sangbong.liaison.core.bundle import Cargo, open_bundle, read_bundle, write_bundle
from sangbong.liaison.core.clearance import standing
from sangbong.liaison.core.exchange import Prefix
from sangbong.liaison.core.receipt import read_receipt
from sangbong.liaison.core.states import DispatchState
from sangbong.liaison.models import (
    CarriedBundle,
    InboxDispatch,
    KeptEnvelope,
    OutboxDispatch,
    ReturnedEnvelope,
)
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


def bundle_from(peer, *, number=1, recipient=None, sealer=None, **cargo) -> tuple[str, bytes]:
    """A bundle as Pyongyang would write it: its name and its bytes."""
    empty = {"written_at": peer.now, "envelopes": (), "receipts": (), "settled": ()}
    header, data = write_bundle(
        sender=peer.code,
        recipient=recipient or peer.other,
        number=number,
        cargo=Cargo(**(empty | cargo)),
        sealer=sealer or peer.sealer,
        signer=peer.signer,
    )
    return header.file_name, data


def opened(peer, key_homes, data: bytes) -> Cargo:
    ours = load_keys(key_homes[0]).signing.public_key()
    return open_bundle(
        read_bundle(data),
        verifier=CounterpartVerifier(ours),
        opener=OwnOpener(peer.keys.receiving),
    )


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

    assert [(c.file_name, c.envelopes, c.receipts) for c in carried] == [
        ("SANGBONG-KR-SEL-KP-PYO-00000001.BDL", 1, 0)
    ]
    cargo = opened(peer, key_homes, (usb / carried[0].file_name).read_bytes())
    assert cargo.envelopes == (queries.envelope_bytes(digest()),)
    assert queries.dispatches()[0].state is DispatchState.CARRIED


def test_a_stick_shows_no_name_and_carries_a_word_to_its_finder(peer, now, usb):
    send(now)
    carry(now, usb)

    assert sorted(path.name for path in usb.iterdir()) == [
        "READ-ME.txt",
        "SANGBONG-KR-SEL-KP-PYO-00000001.BDL",
    ]
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
    name, data = bundle_from(peer, receipts=(peer.receipt("round-21", 1, digest(), "received"),))
    (usb / name).write_bytes(data)
    assert collect(now, usb)[0].receipts == 1
    assert carry(now, usb) == []


def test_more_than_one_bundle_holds_goes_into_several(peer, now, usb, monkeypatch):
    for _ in range(3):
        send(now)
    monkeypatch.setattr(bundles, "MEMBERS_MAX", 2)

    assert [c.envelopes for c in carry(now, usb)] == [2, 1]


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
    assert len(queries.pending_receipts(PYONGYANG)) == 2
    assert queries.settled_owed(PYONGYANG) == (Prefix("round-21", 1, 1),)


def test_reading_the_same_stick_twice_changes_nothing(peer, now, usb):
    name, data = bundle_from(peer, envelopes=(peer.envelope(),))
    (usb / name).write_bytes(data)
    collect(now, usb)
    before = everything()

    report = collect(datetime(2018, 7, 1, tzinfo=UTC), usb)[0]

    assert report.already_read
    assert everything() == before


def test_an_older_stick_with_the_same_dispatches_stores_nothing_again(peer, now, usb):
    envelope = peer.envelope()
    for number in (1, 2):
        name, data = bundle_from(peer, number=number, envelopes=(envelope,))
        (usb / name).write_bytes(data)

    assert [report.envelopes for report in collect(now, usb)] == [1, 1]
    assert InboxDispatch.objects.count() == 1


def test_a_collected_bundle_may_be_taken_away_and_a_damaged_one_stays(peer, now, usb):
    good, data = bundle_from(peer, number=1, envelopes=(peer.envelope(),))
    (usb / good).write_bytes(data)
    damaged, other = bundle_from(peer, number=2)
    (usb / damaged).write_bytes(other[:-100])
    ours = carry_a_receipt(now, usb)

    reports = collect(now, usb, take_away=True)

    assert [report.file_name for report in reports] == [good, damaged]
    assert faults(reports) == ["liaison.bundle_garbled"]
    assert sorted(path.name for path in usb.glob("*.BDL")) == sorted([damaged, ours])


def carry_a_receipt(now, folder) -> str:
    send(now)
    return carry(now, folder)[0].file_name


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lambda data: data[: len(data) // 2], "liaison.bundle_garbled"),
        (lambda data: data + b"\0", "liaison.bundle_garbled"),
        (
            lambda data: data[:3000] + bytes([data[3000] ^ 4]) + data[3001:],
            "liaison.signature_wrong",
        ),
        (lambda data: b"PK\3\4" + data[4:], "liaison.bundle_garbled"),
        (lambda data: b"", "liaison.bundle_garbled"),
    ],
)
def test_a_damaged_bundle_is_refused_whole_and_stores_nothing(peer, now, usb, damage, code):
    name, data = bundle_from(peer, envelopes=(peer.envelope(),))
    (usb / name).write_bytes(damage(data))
    before = everything()

    assert faults(collect(now, usb)) == [code]
    assert everything() == before


def test_a_bundle_for_another_office_or_key_or_from_a_stranger_is_refused(peer, now, usb):
    bundles_there = (
        bundle_from(peer, number=1, recipient=OfficeCode("JP-TYO")),
        bundle_from(peer, number=2, sealer=CounterpartSealer(peer.keys.receiving.public_key())),
    )
    for name, data in bundles_there:
        (usb / name).write_bytes(data)

    # JP before KR by name
    assert faults(collect(now, usb)) == ["liaison.bundle_for_another", "liaison.seal_wrong"]
    Counterpart.objects.all().delete()
    assert faults(collect(now, usb))[1] == "office.unknown_counterpart"


def test_one_bad_envelope_is_returned_and_the_others_are_taken(peer, key_homes, now, usb):
    """L4 on a stick: the signed reason goes back with the next bundle, once."""
    bad = bytearray(peer.envelope(stream="film-1"))
    bad[2000] ^= 1
    name, data = bundle_from(peer, envelopes=(bytes(bad), peer.envelope(), b""))
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
        (r.state.value, r.code) for r in (read_receipt(d).receipt for d in cargo.receipts)
    )
    assert said == [
        ("received", ""),
        ("returned", "liaison.envelope_garbled"),
        ("returned", "liaison.signature_wrong"),
    ]
    assert queries.pending_receipts(PYONGYANG) == []


def test_received_is_told_once_for_each_arrival(peer, now, usb):
    """O4: the sender asks again by sending again."""
    envelope = peer.envelope()
    carried = []
    for number in (1, 2):
        name, data = bundle_from(peer, number=number, envelopes=(envelope,))
        (usb / name).write_bytes(data)
        collect(now, usb)
        carried += [len(carry(now, usb)) for _ in range(2)]

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
        stick.read(usb, name, limit=9)
    assert told.value.code == "liaison.folder_unreadable"


def test_a_device_named_like_a_bundle_is_not_read(usb):
    os.mkfifo(usb / "PIPE.BDL")

    with pytest.raises(SangbongError) as told:
        stick.read(usb, "PIPE.BDL", limit=9)
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


def test_a_bundle_over_the_bound_is_never_read_to_its_end(usb):
    (usb / "A.BDL").write_bytes(bytes(1000))
    assert len(stick.read(usb, "A.BDL", limit=99)) == 100
