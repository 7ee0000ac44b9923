"""Damage to bundles, envelopes, receipts and exchanges, and what the core makes of it.

A damaged thing passes the trial if it is refused with a code, or if all that it gives is, byte for
byte, what the undamaged one gives: a cut bundle gives its whole members, and a bundle whose waybill
was written anew by its own writer may say another hour.
"""

from __future__ import annotations

import io
import json
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Self

from sangbong.kernel.canonical import canonical_bytes
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.adapters.sealing import AesPieces
from sangbong.liaison.core.wire import bundle as bundles
from sangbong.liaison.core.wire import envelope as envelopes
from sangbong.liaison.core.wire import pieces as cutting
from sangbong.liaison.core.wire import receipt as receipts
from sangbong.liaison.core.wire.exchange import read_exchange
from sangbong.liaison.core.wire.film import MANIFEST_MAGIC, Manifest
from sangbong.liaison.core.wire.framing import framed
from sangbong.liaison.core.wire.pieces import PIECE_BYTES, SEALED_PIECE_BYTES
from sangbong.liaison.core.wire.ports import Opener, Verifier

TAKEN = "taken"
_CIPHER = AesPieces()
_SHOWN = 5

Outcome = tuple[str, list[bytes]]


@dataclass(frozen=True, slots=True)
class Reader:
    """The office that reads: its code, the writer's verifying key, its own receive key."""

    own: OfficeCode
    verifier: Verifier
    opener: Opener


@dataclass(slots=True)
class Tally:
    """What a row of trials showed: how often each code, and the first ones that should not be."""

    trials: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def add(self, name: str, code: str, *, passes: bool) -> None:
        """Count one trial."""
        self.trials += 1
        self.codes[code] += 1
        if not passes:
            self.failures.append(name)

    def value(self) -> dict[str, Any]:
        """As JSON, for the pipe."""
        return {
            "trials": self.trials,
            "codes": dict(self.codes),
            "failed": len(self.failures),
            "failures": self.failures[:_SHOWN],
        }


class BundleReader:
    """Reads bundles as an office does; a head that was unlocked once is not unlocked again.

    Of a film it takes the pieces that the manifest takes (film.py, rule F5), where it knows one.
    """

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._unlocked: dict[bytes, bytes] = {}
        self._manifests: dict[str, Manifest] = {}

    def learn(self, members: Iterable[bytes]) -> Self:
        """Know the manifests among these members of undamaged bundles."""
        for one in members:
            if one.startswith(MANIFEST_MAGIC):
                manifest = Manifest(one[len(MANIFEST_MAGIC) :])
                self._manifests[manifest.film] = manifest
        return self

    def read(self, data: bytes) -> Outcome:
        """The code that refuses it, or how it ended, and every member that it gives."""
        file = io.BytesIO(data)
        try:
            head = bundles.read_head(file)
            bundles.check_addressed(head, own=self.reader.own)
            key = self._key(data[: head.length], head)
        except SangbongError as fault:
            return fault.code, []
        found: list[bytes] = []
        code, garbled = "no end", ""
        for one in bundles.members(file, head, key=key, cipher=_CIPHER):
            if isinstance(one, bundles.BundleEnd):
                code = one.code or garbled or TAKEN
            elif isinstance(one, bundles.Piece) and not self._takes(one):
                garbled = "liaison.piece_garbled"
            elif not isinstance(one, bundles.Waybill):
                found.append(one.data)
        # rule W9: of a damaged bundle nothing is taken
        return code, [] if code == "liaison.bundle_garbled" else found

    def _takes(self, piece: bundles.Piece) -> bool:
        manifest = self._manifests.get(piece.film)
        try:
            if manifest is not None:
                manifest.check(piece.index, piece.data)
        except SangbongError:
            return False
        return manifest is not None

    def _key(self, read: bytes, head: bundles.BundleHead) -> bytes:
        if read not in self._unlocked:
            key = bundles.unlock(head, verifier=self.reader.verifier, opener=self.reader.opener)
            self._unlocked[read] = key
        return self._unlocked[read]


def flip_all(
    data: bytes, read: Callable[[bytes], Outcome], *, bits: range, name: str
) -> Iterator[tuple[str, str, bool]]:
    """Flip each of these bits alone; nothing may come of it."""
    altered = bytearray(data)
    for bit in bits:
        altered[bit // 8] ^= 1 << bit % 8
        code, found = read(bytes(altered))
        altered[bit // 8] ^= 1 << bit % 8
        yield f"{name} bit {bit}: {code}", code, code != TAKEN and not found


def cut_all(
    data: bytes, whole: list[tuple[int, bytes]], read: Callable[[bytes], Outcome], *, lengths: range
) -> Iterator[tuple[str, str, bool]]:
    """Cut the bundle off at each length; exactly the members that end before it are kept.

    `whole` has, for each member, the shortest file that still has all of it.
    """
    for length in lengths:
        code, found = read(data[:length])
        kept = [member for end, member in whole if end <= length]
        yield f"cut at {length}: {code}", code, code == "liaison.bundle_cut" and found == kept


def members_of(data: bytes, read: BundleReader) -> tuple[bytes, list[tuple[int, bytes]]]:
    """A bundle's key, and its members, each with the shortest file that still has all of it."""
    file = io.BytesIO(data)
    head = bundles.read_head(file)
    key = bundles.unlock(head, verifier=read.reader.verifier, opener=read.reader.opener)
    place, found = 0, []
    for one in bundles.members(file, head, key=key, cipher=_CIPHER):
        if isinstance(one, bundles.Waybill):
            place = len(framed(one.encode()))
        elif isinstance(one, bundles.Member | bundles.Piece):
            place += len(one.data)
            segments = -(-place // PIECE_BYTES)
            found.append((head.length + segments * SEALED_PIECE_BYTES, one.data))
    return key, found


@dataclass(frozen=True, slots=True)
class Sample:
    """One undamaged bundle with its key and members."""

    data: bytes
    key: bytes
    members: tuple[bytes, ...]


class Mutator:
    """Draws damage of many kinds from one seed."""

    def __init__(self, seed: int, samples: dict[str, Sample]) -> None:
        self.draw = random.Random(seed)
        self._samples = samples
        self._names = sorted(samples)

    def bundle(self) -> tuple[str, Sample, bytes]:
        """The name of the damage, the bundle that was damaged, and what became of it."""
        sample = self._samples[self.draw.choice(self._names)]
        ways = [self._raw, self._raw, self._segments, self._foreign, self._header, self._resealed]
        way = self.draw.choice(ways)
        return f"bundle {way.__name__}", sample, way(sample)

    def _head_length(self, data: bytes) -> int:
        return bundles.read_head(io.BytesIO(data)).length

    def _raw(self, sample: Sample) -> bytes:
        return self.bytes(sample.data)

    def _segments(self, sample: Sample) -> bytes:
        """Segments swapped, repeated, lost, or taken from another bundle."""
        head = self._head_length(sample.data)
        other = self._samples[self.draw.choice(self._names)].data
        row = _segments_of(sample.data, head)
        row += _segments_of(other, self._head_length(other))
        self.draw.shuffle(row)
        count = self.draw.randint(0, len(row))
        return sample.data[:head] + b"".join(row[:count])

    def _foreign(self, sample: Sample) -> bytes:
        """The head of one bundle before the segments of another, or two files end to end."""
        other = self._samples[self.draw.choice(self._names)].data
        head, cut = self._head_length(sample.data), self._head_length(other)
        if self.draw.random() < 0.5:
            return sample.data[:head] + other[cut:]
        return sample.data[: self.draw.randrange(len(sample.data))] + other

    def _header(self, sample: Sample) -> bytes:
        """A header with a member altered, in its canonical form, under the old signature."""
        return self.header(sample.data, bundles.MAGIC)

    def _resealed(self, sample: Sample) -> bytes:
        """Content that the writer itself garbled, in segments that open."""
        head = self._head_length(sample.data)
        row = _segments_of(sample.data, head)
        content = b"".join(
            cutting.open_piece(one, **_bound(sample.key, n, len(row))) for n, one in enumerate(row)
        )
        end = 4 + int.from_bytes(content[:4], "big")
        if self.draw.random() < 0.5:
            content = framed(self.json(content[4:end])) + content[end:]
        else:
            content = self.bytes(content)
        content = content[: len(row) * PIECE_BYTES].ljust(len(row) * PIECE_BYTES, b"\0")
        return sample.data[:head] + b"".join(
            cutting.seal_piece(
                content[n * PIECE_BYTES : (n + 1) * PIECE_BYTES], **_bound(sample.key, n, len(row))
            )
            for n in range(len(row))
        )

    def header(self, data: bytes, magic: bytes) -> bytes:
        """The same bytes behind a header in which one member is altered."""
        begin = len(magic) + 4
        end = begin + int.from_bytes(data[len(magic) : begin], "big")
        return magic + framed(self.json(data[begin:end])) + data[end:]

    def bytes(self, data: bytes) -> bytes:
        """Bytes flipped, written over, cut out, repeated, swapped, or a length told otherwise."""
        draw, size = self.draw, len(data)
        begin = draw.choice([draw.randrange(size), draw.randrange(min(size, 2000))])
        end = min(size, begin + draw.choice([1, 2, 4, 16, 64, 512, SEALED_PIECE_BYTES]))
        part = data[begin:end]
        match draw.randrange(7):
            case 0:
                place = draw.randrange(8 * len(part))
                flipped = bytearray(part)
                flipped[place // 8] ^= 1 << place % 8
                return data[:begin] + flipped + data[end:]
            case 1:
                return data[:begin] + draw.randbytes(len(part)) + data[end:]
            case 2:
                return data[:begin] + bytes(len(part)) + data[end:]
            case 3:
                return data[:begin] + data[end:]
            case 4:
                return data[:end] + part + data[end:]
            case 5:
                other = draw.randrange(size)
                return data[:begin] + data[other : other + len(part)] + data[end:]
            case _:
                wrong = draw.choice([0, 1, 2**16, 2**31, 2**32 - 1, draw.randrange(2**32)])
                return data[:begin] + wrong.to_bytes(4, "big") + data[begin + 4 :]

    def json(self, data: bytes) -> bytes:
        """Canonical JSON with one member altered, lost, added or doubled."""
        value = json.loads(data)
        holder, place = self._place_in(value)
        match self.draw.randrange(4):
            case 0:
                holder[place] = self._another(holder[place])
            case 1:
                del holder[place]
            case 2 if isinstance(holder, dict):
                holder[f"{place}x"] = holder[place]
            case _ if isinstance(holder, list):
                holder.append(holder[place])
            case _:
                holder[place] = [holder[place]]
        return canonical_bytes(value)

    def _place_in(self, value: Any) -> tuple[Any, Any]:
        """Some member of the value, or of a member of it."""
        place = self.draw.choice(list(value) if isinstance(value, dict) else range(len(value)))
        inner = value[place]
        if isinstance(inner, dict | list) and inner and self.draw.random() < 0.7:
            return self._place_in(inner)
        return value, place

    def _another(self, value: object) -> object:
        draw = self.draw
        if isinstance(value, bool):
            return not value
        if isinstance(value, int):
            return draw.choice([value + 1, value - 1, 0, -1, 2**31, 2**53 - 1, str(value), None])
        if isinstance(value, str) and value:
            place = draw.randrange(len(value))
            letter = draw.choice("0aZ가/\u202e\n")
            return draw.choice([value[:place] + letter + value[place + 1 :], "", value * 2, 7])
        return draw.choice([None, 7, "x", [], {}])


def _segments_of(data: bytes, head: int) -> list[bytes]:
    return [data[at : at + SEALED_PIECE_BYTES] for at in range(head, len(data), SEALED_PIECE_BYTES)]


def _bound(key: bytes, index: int, count: int) -> dict[str, Any]:
    return {
        "key": key,
        "tag": bundles.PURPOSE_TAG,
        "index": index,
        "last": index == count - 1,
        "cipher": _CIPHER,
    }


def read_bare_envelope(data: bytes, reader: Reader) -> str:
    """What the core says of an envelope: rules E1 to E7."""
    try:
        one = envelopes.read_envelope(data)
        envelopes.check_addressed(one, own=reader.own)
        envelopes.check_signed(one, verifier=reader.verifier)
    except SangbongError as fault:
        return fault.code
    return TAKEN


def read_bare_receipt(data: bytes, reader: Reader) -> str:
    """What the core says of a receipt: rules R1 to R3."""
    try:
        one = receipts.read_receipt(data)
        receipts.check_addressed(one, own=reader.own)
        receipts.check_signed(one, verifier=reader.verifier)
    except SangbongError as fault:
        return fault.code
    return TAKEN


def read_bare_exchange(data: bytes, reader: Reader) -> tuple[str, list[bytes]]:
    """What the core says of an exchange, and the receipts in it that it would believe.

    An exchange is not signed as a whole (spec/exchange.md): one altered into another good one is no
    fault here, as long as no receipt was made of it.
    """
    try:
        told = read_exchange(data)
    except SangbongError as fault:
        return fault.code, []
    return TAKEN, [one for one in told.receipts if read_bare_receipt(one, reader) == TAKEN]


def try_bundles(
    mutator: Mutator, read: Callable[[bytes], Outcome], count: int, tally: Tally
) -> None:
    """Damaged bundles: each gives nothing that is not the undamaged one's."""
    for _ in range(count):
        name, sample, data = mutator.bundle()
        code, found = read(data)
        genuine = all(one in sample.members for one in found)
        rewritten = name == "bundle _resealed"
        good = genuine and (code != TAKEN or data == sample.data or rewritten)
        tally.add(f"{name}: {code}", code, passes=good)


def try_bare(
    mutator: Mutator, reader: Reader, goods: dict[str, list[bytes]], count: int, tally: Tally
) -> None:
    """Damaged envelopes, receipts and exchanges by themselves."""
    for _ in range(count):
        kind = mutator.draw.choice(sorted(goods))
        data = mutator.draw.choice(goods[kind])
        if kind == "envelope":
            way = mutator.draw.choice([mutator.bytes, _headed(mutator)])
            damaged = way(data)
            code = read_bare_envelope(damaged, reader)
            good = code != TAKEN or damaged in goods[kind]
        elif kind == "receipt":
            damaged = mutator.draw.choice([mutator.bytes, mutator.json])(data)
            code = read_bare_receipt(damaged, reader)
            good = code != TAKEN or damaged in goods[kind]
        else:
            damaged = mutator.draw.choice([mutator.bytes, mutator.json])(data)
            code, believed = read_bare_exchange(damaged, reader)
            good = all(one in goods["receipt"] for one in believed)
        tally.add(f"{kind}: {code}", code, passes=good)


def _headed(mutator: Mutator) -> Callable[[bytes], bytes]:
    return lambda data: mutator.header(data, envelopes.MAGIC)
