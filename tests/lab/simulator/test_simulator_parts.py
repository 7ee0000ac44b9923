from __future__ import annotations

import random
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.lab.simulator.clock import BEGINS, OfficeClock, WorldClock
from sangbong.lab.simulator.disk import Crash, Disk
from sangbong.lab.simulator.films import SimulatedShelf
from sangbong.lab.simulator.line import Line, LineDownError, Spell, altered
from sangbong.lab.simulator.plan import Choice, Harm, Weather
from sangbong.lab.simulator.real import RealSmith
from sangbong.lab.simulator.sealing import (
    StandInKey,
    StandInOpener,
    StandInPieceCipher,
    StandInSealer,
    StandInSigner,
    StandInVerifier,
)
from sangbong.lab.simulator.sticks import Bag
from sangbong.lab.simulator.truth import BrokenError, Effect, Expected, Truth, Written
from sangbong.liaison.adapters.sealing import AesPieces
from sangbong.liaison.core.wire.film import FilmKey, Manifest
from sangbong.liaison.core.wire.pieces import PIECE_BYTES, SEALED_PIECE_BYTES
from sangbong.liaison.core.wire.ports import SEAL_OVERHEAD_BYTES, SIGNATURE_BYTES

REAL = RealSmith(1)
KEY = StandInKey.made(1, "KR-SEL/epoch/1")
OTHER_KEY = StandInKey.made(1, "KR-SEL/epoch/2")
SEL, PYO = OfficeCode("KR-SEL"), OfficeCode("KP-PYO")


def disk_with(rows: dict[str, int], *, synced: bool = True) -> Disk:
    disk = Disk(sync_with_commit=synced)
    with disk.transaction():
        for key, row in rows.items():
            disk.put("rows", key, row)
    return disk


class TestTheDisk:
    def test_a_transaction_that_fails_leaves_nothing(self) -> None:
        """Rule SD1."""
        disk = disk_with({"a": 1})
        with suppress(ZeroDivisionError), disk.transaction():
            disk.put("rows", "a", 2)
            disk.put("rows", "b", 2)
            disk.drop("rows", "a")
            _ = 1 // 0
        assert disk.table("rows") == {"a": 1}

    def test_a_savepoint_is_taken_back_alone(self) -> None:
        """Rule SD1."""
        disk = disk_with({})
        with disk.transaction():
            disk.put("rows", "a", 1)
            with suppress(ZeroDivisionError), disk.transaction():
                disk.put("rows", "b", 1)
                _ = 1 // 0
        assert disk.table("rows") == {"a": 1}

    def test_a_row_changes_inside_a_transaction_only(self) -> None:
        """Rule SD1."""
        with pytest.raises(AssertionError):
            Disk().put("rows", "a", 1)

    @given(st.integers(0, 1000))
    def test_a_crash_takes_nothing_that_was_synced(self, seed: int) -> None:
        """Rule SD2."""
        disk = disk_with({"a": 1})
        assert disk.crash(random.Random(seed)) == 0
        assert disk.table("rows") == {"a": 1}

    @given(st.integers(0, 1000))
    def test_a_crash_takes_the_last_commits_that_were_not_synced(self, seed: int) -> None:
        """Rule SD3: what stays is a beginning of what was written."""
        disk = Disk(sync_with_commit=False)
        for number in range(5):
            with disk.transaction():
                disk.put("rows", number, number)
                disk.put("rows", "last", number)
        assert disk.durable("rows", "last") is None
        lost = disk.crash(random.Random(seed))
        kept = 5 - lost
        assert set(disk.table("rows")) == {*range(kept), *(["last"] if kept else [])}
        assert disk.get("rows", "last") == (kept - 1 if kept else None)
        assert disk.all_durable

    def test_every_crash_in_a_transaction_leaves_all_of_it_or_nothing(self) -> None:
        """Rules SD1 and SD2, at every moment."""
        seen = set()
        for moment in range(1, 8):
            disk = disk_with({"a": 1})
            disk.arm(moment)
            try:
                with disk.transaction():
                    disk.put("rows", "a", 2)
                    disk.put("rows", "b", 2)
            except Crash:
                disk.crash(random.Random(moment))
            disk.disarm()
            assert dict(disk.table("rows")) in ({"a": 1}, {"a": 2, "b": 2})
            seen.add(len(disk.table("rows")))
        assert seen == {1, 2}

    def test_a_file_that_is_not_synced_may_be_lost_or_torn_and_a_renamed_one_not_torn(self) -> None:
        """Rule SD4."""
        torn, renamed = set(), set()
        for seed in range(200):
            disk = Disk()
            disk.write_file("a", b"old")
            disk.sync_file("a")
            disk.write_file("new", b"12345")
            disk.write_file("a", b"newer")
            disk.replace_file("b", b"renamed")
            disk.crash(random.Random(seed))
            torn.add(disk.file("new"))
            renamed.add(disk.file("b"))
            assert disk.file("a") in {b"old", *(b"newer"[:end] for end in range(6))}
        assert torn == {None, *(b"12345"[:end] for end in range(6))}
        assert renamed == {None, b"renamed"}

    def test_a_backup_brings_rows_back_and_no_files(self) -> None:
        """Rule SD5."""
        disk = disk_with({"a": 1})
        backup = disk.backup(7)
        with disk.transaction():
            disk.put("rows", "a", 2)
        disk.write_file("f", b"x")
        disk.sync_file("f")
        disk.restore(backup)
        assert (dict(disk.table("rows")), disk.file("f"), backup.tick) == ({"a": 1}, b"x", 7)
        disk.remove_file("f")
        assert disk.file_names() == []


class TestTheStandInSealing:
    @given(st.binary(max_size=2000), st.binary(max_size=60))
    def test_it_has_the_sizes_of_the_real_one(self, content: bytes, info: bytes) -> None:
        """Rule SZ1."""
        real = REAL.sealer(SEL, 1).seal(content, info=info)
        ours = StandInSealer(KEY, random.Random(1)).seal(content, info=info)
        assert len(real) == len(ours) == len(content) + SEAL_OVERHEAD_BYTES
        piece, nonce = bytes(PIECE_BYTES), bytes(12)
        more = {"key": bytes(32), "nonce": nonce, "aad": info}
        sealed = StandInPieceCipher().seal_piece(piece, **more)
        assert len(sealed) == len(AesPieces().seal_piece(piece, **more)) == SEALED_PIECE_BYTES
        assert len(StandInSigner(KEY).sign(content)) == SIGNATURE_BYTES

    @given(st.binary(max_size=500), st.binary(max_size=60))
    def test_what_is_sealed_opens_and_the_same_draws_give_the_same_bytes(
        self, content: bytes, info: bytes
    ) -> None:
        """Rule SZ2."""
        sealed = StandInSealer(KEY, random.Random(5)).seal(content, info=info)
        assert StandInSealer(KEY, random.Random(5)).seal(content, info=info) == sealed
        assert StandInOpener(KEY).open(sealed, info=info) == content

    @given(st.integers(0, 10_000))
    def test_nothing_altered_opens(self, seed: int) -> None:
        """Rule SZ3."""
        draws = random.Random(seed)
        sealed = StandInSealer(KEY, draws).seal(b"words", info=b"info")
        for key, data, info in (
            (KEY, altered(sealed, draws), b"info"),
            (KEY, sealed, b"other"),
            (OTHER_KEY, sealed, b"info"),
        ):
            with pytest.raises(SangbongError, match=r"liaison\.seal_wrong"):
                StandInOpener(key).open(data, info=info)

    @given(st.integers(0, 10_000))
    def test_no_altered_piece_opens_and_no_altered_word_verifies(self, seed: int) -> None:
        """Rule SZ3."""
        draws, cipher = random.Random(seed), StandInPieceCipher()
        sealed = cipher.seal_piece(b"piece", key=bytes(32), nonce=bytes(12), aad=b"1")
        assert cipher.open_piece(sealed, key=bytes(32), nonce=bytes(12), aad=b"1") == b"piece"
        for data, aad in ((altered(sealed, draws), b"1"), (sealed, b"2"), (b"", b"1")):
            with pytest.raises(SangbongError, match=r"liaison\.seal_wrong"):
                cipher.open_piece(data, key=bytes(32), nonce=bytes(12), aad=aad)
        signature = StandInSigner(KEY).sign(b"message")
        assert StandInVerifier(KEY).verifies(signature, b"message")
        assert not StandInVerifier(KEY).verifies(altered(signature, draws), b"message")
        assert not StandInVerifier(OTHER_KEY).verifies(signature, b"message")


class TestTheLine:
    def test_fair_weather_brings_every_message_and_its_answer(self) -> None:
        line = Line()
        heard: list[bytes] = []
        answer = line.ask(b"a", lambda m: heard.append(m) or b"A", tick=0, draws=random.Random(1))  # type: ignore[func-returns-value]
        assert (answer, heard) == (b"A", [b"a"])

    @pytest.mark.parametrize(
        ("weather", "times", "answered"),
        [
            (Weather.LOSS, {0, 1}, False),
            (Weather.HALF_OPEN, {1}, False),
            (Weather.LATE, {0}, False),
            (Weather.DOUBLE, {2}, True),
            (Weather.CORRUPT, {1}, True),
        ],
    )
    def test_each_weather_does_its_own_harm(
        self, weather: Weather, times: set[int], answered: bool
    ) -> None:
        seen = set()
        for seed in range(40):
            line, heard = Line(spells=[Spell(weather, 1000, until=9)]), []

            def desk(message: bytes, heard: list[bytes] = heard) -> bytes:
                heard.append(message)
                return b"answer"

            try:
                line.ask(b"question", desk, tick=0, draws=random.Random(seed))
                assert answered
            except LineDownError:
                assert not answered
            seen.add(len(heard))
            if weather is Weather.CORRUPT:
                assert heard != [b"question"]
            if weather is Weather.LATE:
                assert line.deliver_late(1000) == 1
                assert heard == [b"question"]
            line.clear()
            assert line.ask(b"question", desk, tick=0, draws=random.Random(seed)) == b"answer"
        assert seen == times

    def test_a_desk_that_dies_is_a_line_that_breaks(self) -> None:
        def dies(_: bytes) -> bytes:
            raise Crash

        line = Line(spells=[Spell(Weather.LATE, 1000, until=1)], cut_until=5)
        assert (line.is_up(4), line.is_up(5)) == (False, True)
        with pytest.raises(LineDownError):
            line.ask(b"q", dies, tick=5, draws=random.Random(1))
        with pytest.raises(LineDownError):
            line.ask(b"q", dies, tick=0, draws=random.Random(1))
        assert line.deliver_late(1000) == 1
        assert altered(b"", random.Random(1)) == b""


class TestSticks:
    def filled(self) -> Bag:
        bag = Bag()
        for writer, reader in ((0, 1), (0, 1), (1, 0), (2, 1)):
            bag.put(writer, reader, {"SANGBONG-1.BDL": bytes(range(100))})
        return bag

    @pytest.mark.parametrize(
        ("choice", "number"),
        [
            (Choice.OLDEST, 1),
            (Choice.NEWEST, 2),
            (Choice.READ_BEFORE, None),
            (Choice.OWN, 3),
            (Choice.FOR_ANOTHER, None),
        ],
    )
    def test_a_courier_brings_the_stick_that_was_drawn(
        self, choice: Choice, number: int | None
    ) -> None:
        found = self.filled().choose(1, 0, choice)
        assert (found.number if found else None) == number

    def test_a_read_stick_is_known_as_such(self) -> None:
        bag = self.filled()
        first = bag.choose(1, 0, Choice.OLDEST)
        assert first is not None
        bag.mark_read(first)
        again = bag.choose(1, 0, Choice.READ_BEFORE)
        assert again is not None
        assert (again.number, again.read_times) == (1, 1)
        assert [one.number for one in bag.unread()] == [2, 3, 4]
        other = bag.choose(0, 1, Choice.FOR_ANOTHER)
        assert other is not None
        assert other.number == 4

    def test_each_harm_leaves_its_mark(self) -> None:
        draws = random.Random(3)
        for harm in Harm:
            bag = self.filled()
            assert bag.harm(2, 0, harm, draws) is None
            stick = bag.harm(0, 1, harm, draws)
            assert stick is not None
            assert stick.whole
            left = [one for one in bag.sticks if one.writer == 0]
            sizes = [[len(data) for _, data in one.files] for one in left]
            match harm:
                case Harm.LOST:
                    assert sizes == [[100]]
                case Harm.COPIED:
                    assert sizes == [[100]] * 3
                case Harm.CUT_SHORT:
                    assert sizes[1][0] < 100
                case Harm.BIT_FLIPPED:
                    assert left[1].files != left[0].files
                case Harm.FOREIGN_FILE:
                    assert sizes[1] == [100, 300]


class TestTheShelf:
    def test_a_film_opens_as_it_was_and_only_whole(self) -> None:
        here, there = (SimulatedShelf(Disk(), StandInPieceCipher()) for _ in range(2))
        film = random.Random(1).randbytes(2 * PIECE_BYTES + 5)
        sealed = here.seal(film, key=bytes(32))
        assert (sealed.pieces, here.is_complete(sealed.film)) == (3, True)
        there.take_piece(sealed.film, 0, b"too early")
        assert (there.manifest(sealed.film), there.missing(sealed.film)) == (None, [])
        manifest = here.manifest(sealed.film)
        assert manifest is not None
        there.take_manifest(manifest.encode(), film=sealed.film, pieces=3)
        assert there.missing(sealed.film) == [0, 1, 2]
        with pytest.raises(SangbongError, match=r"liaison\.piece_garbled"):
            there.take_piece(sealed.film, 0, bytes(SEALED_PIECE_BYTES))
        for index in (2, 0):
            there.take_piece(sealed.film, index, here.piece(sealed.film, index) or b"")
        assert not there.is_complete(sealed.film)
        with pytest.raises(SangbongError, match=r"liaison\.film_garbled"):
            list(there.plaintext(sealed.film, sealed.key))
        there.take_piece(sealed.film, 1, here.piece(sealed.film, 1) or b"")
        assert b"".join(there.plaintext(sealed.film, sealed.key)) == film

    def test_a_torn_manifest_is_none(self) -> None:
        shelf = SimulatedShelf(Disk(), StandInPieceCipher())
        shelf.disk.write_file(f"film/{'0' * 64}/manifest", Manifest(bytes(32)).encode()[:-1])
        assert shelf.manifest("0" * 64) is None
        with pytest.raises(SangbongError, match=r"liaison\.film_garbled"):
            list(shelf.plaintext("0" * 64, FilmKey(bytes(32), 1)))


class TestTheTruth:
    def paper(self, expected: Expected = Expected.APPLIED) -> Written:
        return Written(1, SEL, PYO, "notes", "KR-SEL>KP-PYO/notes/1", 1, 1, "d", expected)

    def test_a_number_belongs_to_one_envelope(self) -> None:
        """Rule SV1."""
        truth = Truth()
        truth.left("KR-SEL>KP-PYO/notes/1", "a")
        truth.left("KR-SEL>KP-PYO/notes/1", "a")
        with pytest.raises(BrokenError, match="SV1"):
            truth.left("KR-SEL>KP-PYO/notes/1", "b")

    def test_what_is_applied_was_written_so(self) -> None:
        """Rule SV4."""
        truth = Truth()
        effect = Effect(1, SEL, "notes", "KR-SEL>KP-PYO/notes/1")
        with pytest.raises(BrokenError, match="nobody wrote"):
            truth.applied(effect, PYO)
        truth.wrote(self.paper())
        truth.applied(effect, PYO)
        with pytest.raises(BrokenError, match="as KR-SEL"):
            truth.applied(effect, SEL)
        truth.wrote(self.paper(Expected.REFUSED))
        with pytest.raises(BrokenError, match="was to be refused"):
            truth.applied(effect, PYO)


def test_an_office_s_clock_is_wrong_and_is_set() -> None:
    world = WorldClock(tick=16)
    clock = OfficeClock(world, timedelta(minutes=-90))
    assert (world.day, clock.now) == (2, BEGINS + timedelta(days=2, minutes=-90))
    clock.jump(timedelta(minutes=60))
    assert clock.now == BEGINS + timedelta(days=2, minutes=-30)
