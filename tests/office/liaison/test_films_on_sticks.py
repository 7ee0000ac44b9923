"""Films on sticks: pieces that fit, from where the last stick stopped, whole pieces of a cut one."""

from __future__ import annotations

import io
import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison import operations, queries, tasks
from sangbong.liaison.adapters.film_store import FilmStore
from sangbong.liaison.adapters.sealing import AesPieces, fresh_key
from sangbong.liaison.core.custody.bits import bits_of, places_of
from sangbong.liaison.core.custody.clearance import standing
from sangbong.liaison.core.custody.states import DispatchState
from sangbong.liaison.core.wire import bundle as bundles
from sangbong.liaison.core.wire.body import Paper, pack
from sangbong.liaison.core.wire.exchange import Exchange
from sangbong.liaison.core.wire.film import FilmKey
from sangbong.liaison.core.wire.waybill import MemberKind, PieceRun
from sangbong.liaison.models import FilmCarried, InboxDispatch, OutboxDispatch
from sangbong.liaison.operations.channel import film_store

PYONGYANG = OfficeCode("KP-PYO")
PLAIN = bytes(range(256)) * 4_000
"""A film of 16 pieces."""


@pytest.fixture
def usb(tmp_path):
    """A stick, put in."""
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


def send_film(now, plain: bytes = PLAIN) -> str:
    film = operations.seal_film([plain], length=len(plain))
    return operations.enqueue(
        now=now,
        clearance=standing("b", "p", PYONGYANG),
        recipient=PYONGYANG,
        stream="film-1",
        kind="letters.film",
        body={},
        film=film,
    )


def carry(now, folder, **told):
    return operations.carry_to_folder(now=now, recipient=PYONGYANG, folder=folder, **told)


def collect(now, folder):
    return operations.collect_from_folder(now=now, folder=folder)


# writing


def test_the_packing_list_tells_before_what_the_stick_holds_after(peer, now, usb):
    name = send_film(now)
    operations.receive(now=now, envelope=peer.envelope())

    listed = queries.packing_list(PYONGYANG)
    (carried,) = carry(now, usb)

    assert [(one.id, one.film_pieces, one.pieces) for one in listed.dispatches] == [(name, 16, 16)]
    assert (listed.receipts, carried.receipts) == (1, 1)
    assert (carried.envelopes, carried.pieces) == (1, 16)
    assert (usb / carried.file_name).stat().st_size <= listed.bytes
    assert queries.piece_bytes(16) == 16 * 65_536


def test_an_empty_packing_list_says_so(peer):
    assert queries.packing_list(PYONGYANG).is_empty


def test_a_film_too_large_for_one_stick_goes_on_where_it_stopped(peer, now, usb):
    """P3: what was on no stick yet goes first; afterwards what is not known to have come."""
    send_film(now)
    size = 8 * 65_552 + 4_000
    carried = [carry(now, usb, size=size)[0].pieces for _ in range(2)]

    row = FilmCarried.objects.get()
    assert carried == [7, 7]
    assert places_of(bytes(row.carried), count=16) == set(range(14))
    operations.note_pieces_there(
        recipient=PYONGYANG, film=row.film, have=bits_of(range(15), count=16)
    )
    assert queries.packing_list(PYONGYANG).plan.files[0].runs == [PieceRun(row.film, 15, 1)]
    assert queries.packing_list(PYONGYANG, size=size).plan.pieces_left == 0


def test_a_stick_that_takes_nothing_is_told(peer, now, usb):
    send_film(now)

    with pytest.raises(SangbongError) as told:
        carry(now, usb, size=1_000)

    assert told.value.code == "liaison.stick_too_small"
    assert queries.dispatches()[0].state is DispatchState.SEALED


# reading


@pytest.fixture
def theirs(peer, tmp_path):
    """A film of Pyongyang's: its envelope, its manifest and its sealed pieces."""
    store, key = FilmStore(tmp_path / "theirs"), fresh_key()
    sealed = store.seal_chunks([PLAIN], length=len(PLAIN), key=key, cipher=AesPieces())
    content = pack(
        Paper(
            kind="letters.film",
            body={},
            basis="b",
            purpose="p",
            sealed_at=peer.now,
            film=FilmKey(key, len(PLAIN)),
        )
    )
    envelope = peer.envelope(
        content=content, stream="film-1", film=sealed.film_id, pieces=sealed.pieces
    )
    pieces = [store.read_piece(sealed.film_id, index) for index in range(sealed.pieces)]
    return sealed.film_id, envelope, store.manifest(sealed.film_id), pieces


def stick_of(peer, theirs, *, number=1, places=range(16), envelope=True, spoiled=()) -> bytes:
    film, letter, manifest, pieces = theirs
    file = io.BytesIO()
    loads = [bundles.Load.of(MemberKind.EXCHANGE, Exchange(incarnation=1).encode())]
    if envelope:
        loads.append(bundles.Load.of(MemberKind.ENVELOPE, letter))
    loads.append(bundles.Load.of(MemberKind.MANIFEST, manifest))
    loads += [
        bundles.Load(
            PieceRun(film, place, 1), [bytes(65_552) if place in spoiled else pieces[place]]
        )
        for place in places
    ]
    bundles.write_bundle(
        file,
        label=bundles.Label(f"{number:032x}", peer.code, peer.other, 1, 1),
        number=number,
        written_at=peer.now,
        loads=loads,
        key=bytes(32),
        sealer=peer.sealer,
        signer=peer.signer,
        cipher=AesPieces(),
    )
    return file.getvalue()


def put(usb, number: int, data: bytes) -> None:
    (usb / f"SANGBONG-{number:016x}.BDL").write_bytes(data)


def seen(now) -> list[bytes]:
    films = []
    while operations.apply_next(
        now=now, handler=lambda dispatch: films.append(b"".join(dispatch.film.open()))
    ):
        continue
    return films


def test_a_film_off_a_stick_is_whole_and_received(peer, now, usb, theirs):
    """I10, R6."""
    put(usb, 1, stick_of(peer, theirs))

    (report,) = collect(now, usb)

    assert (report.envelopes, report.pieces, report.films) == (1, 16, 1)
    assert seen(now) == [PLAIN]


def test_pieces_of_several_sticks_make_one_film(peer, now, usb, theirs):
    put(usb, 1, stick_of(peer, theirs, number=1, places=range(7)))
    (first,) = collect(now, usb)
    assert (first.pieces, first.films, seen(now)) == (7, 0, [])

    put(usb, 2, stick_of(peer, theirs, number=2, places=range(5, 16)))
    second = collect(now, usb)[1]

    assert (second.pieces, second.films) == (11, 1)
    assert seen(now) == [PLAIN]


def test_a_stick_cut_short_keeps_every_whole_piece(peer, now, usb, theirs):
    """W8."""
    data = stick_of(peer, theirs)
    put(usb, 1, data[: len(data) - 5 * 65_552 - 7])

    (report,) = collect(now, usb)

    assert report.outcome is bundles.StickOutcome.CUT_SHORT
    assert report.envelopes == 1
    film = theirs[0]
    have = places_of(film_store().have(film), count=16)
    assert have == set(range(report.pieces))
    assert report.pieces >= 9
    put(usb, 1, data)
    assert collect(now, usb)[0].films == 1
    assert seen(now) == [PLAIN]


def test_a_piece_that_is_not_the_manifest_s_is_not_kept(peer, now, usb, theirs):
    put(usb, 1, stick_of(peer, theirs, spoiled={3}))

    (report,) = collect(now, usb)

    assert (report.pieces, report.films) == (15, 0)
    assert InboxDispatch.objects.get().state == "arriving"


def test_a_film_that_no_dispatch_waits_for_is_nobody_s(peer, now, usb, theirs):
    put(usb, 1, stick_of(peer, theirs, envelope=False))

    (report,) = collect(now, usb)

    assert (report.pieces, report.outcome) == (0, bundles.StickOutcome.READ)
    assert film_store().pieces(theirs[0]) == 0


def test_sticks_are_read_in_the_order_in_which_they_were_written(peer, now, usb, theirs):
    """W10: not in that of their random names."""
    put(usb, 2, stick_of(peer, theirs, number=1))
    put(usb, 1, stick_of(peer, theirs, number=2))

    assert [one.outcome for one in collect(now, usb)] == [bundles.StickOutcome.READ] * 2


def test_a_film_s_dispatch_that_is_received_by_itself_waits_for_its_pieces(peer, now, theirs):
    """R6: there is no receipt yet."""
    assert operations.receive(now=now, envelope=theirs[1]) == b""


# letting go


def _age(name: str) -> None:
    """As if nothing had been written for two days."""
    folder = Path(settings.OFFICE_HOME) / "films"
    for path in folder.glob(f"{name}*"):
        at = path.stat().st_mtime - 2 * 24 * 3600
        os.utime(path, (at, at))


def test_films_that_nothing_needs_any_more_are_let_go_of(peer, now, usb, theirs):
    """Z1, Z2, Z3."""
    sent = OutboxDispatch.objects.get(dispatch_id=send_film(now)).film
    unused = operations.seal_film([b"never sent"], length=10).film
    fresh = operations.seal_film([b"about to be sent"], length=16).film
    put(usb, 1, stick_of(peer, theirs))
    collect(now, usb)
    came = theirs[0]
    for film in (sent, unused, came, "elsewhere.new"):
        _age(film)
    store = film_store()

    def here() -> list[str]:
        names = {"sent": sent, "unused": unused, "fresh": fresh, "came": came}
        return [name for name, film in names.items() if store.is_complete(film)]

    assert (tasks.sweep_films(now=now), here()) == (1, ["sent", "fresh", "came"])
    seen(now)
    assert (tasks.sweep_films(now=now), here()) == (0, ["sent", "fresh", "came"])
    assert (tasks.sweep_films(now=now + timedelta(days=2)), here()) == (1, ["sent", "fresh"])
    digest = OutboxDispatch.objects.get().envelope_id
    receipt = peer.receipt("film-1", 1, digest, "applied")
    operations.accept_receipt(now=now, receipt=receipt)
    assert tasks.sweep_films(now=now + timedelta(days=34)) == 0
    assert (tasks.sweep_films(now=now + timedelta(days=36)), here()) == (1, ["fresh"])
