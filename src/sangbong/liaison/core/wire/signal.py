"""Signals of live rooms: small signed frames that pass over the line at once or are lost.

Layout (spec/signal.md has an example): `MAGIC` · header length (4 bytes) · header (canonical JSON)
· payload · signature (64 bytes). What the payload says is the rooms' own affair; here it is opaque.

1. (G1) A signal begins with `MAGIC`, and its payload has at most `PAYLOAD_BYTES_MAX` bytes.
2. (G2) The header's `version` is 1, another is refused as unknown; it is canonical JSON with exactly
   its six members, each in bounds.
3. (G3) `to` is this office, `from` is another one.
4. (G4) `from` is a counterpart whose keys a person has confirmed, its signing key of the generation
   `signer` is known and not revoked (asked by the operation), and that key made the signature over
   the hash of all before it.
5. (G5) `counter` is higher than that of every signal that was taken for this sitting from this
   office: one that is repeated or overtaken is dropped.
6. (G6) A sitting has a bucket of `BURST` signals that fills by one every 20 ms, so 50 a second;
   what comes while it is empty is dropped. The clock is this office's.
7. (G7) A signal is never stored, never carried on a stick and never sent again.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sangbong.kernel.canonical import canonical_bytes
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode, office_code
from sangbong.liaison.core.wire.fields import (
    GENERATION_MAX,
    SEQUENCE_MAX,
    Fields,
    parse_any,
    refuse_other_version,
)
from sangbong.liaison.core.wire.framing import LENGTH_BYTES, PartReader, framed
from sangbong.liaison.core.wire.ports import SIGNATURE_BYTES, Signer, Verifier

MAGIC = b"sangbong signal\n"
VERSION = 1
PURPOSE_TAG = b"sangbong signal 1\n"
HEADER_BYTES_MAX = 512
PAYLOAD_BYTES_MAX = 16 * 1024
SIGNAL_BYTES_MAX = (
    len(MAGIC) + LENGTH_BYTES + HEADER_BYTES_MAX + PAYLOAD_BYTES_MAX + SIGNATURE_BYTES
)
BURST = 50
INTERVAL = timedelta(milliseconds=20)
SITTING_PATTERN = re.compile(r"[a-z0-9-]{1,64}")


@dataclass(frozen=True, slots=True)
class SignalHeader:
    """Which sitting a signal belongs to, and its place among those of its sender.

    `sitting` is an opaque name that both offices know and that names no person.
    """

    sender: OfficeCode
    recipient: OfficeCode
    sitting: str
    counter: int
    signer: int

    def encode(self) -> bytes:
        """The header's canonical bytes."""
        return canonical_bytes(
            {
                "counter": self.counter,
                "from": self.sender,
                "signer": self.signer,
                "sitting": self.sitting,
                "to": self.recipient,
                "version": VERSION,
            }
        )


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal as read, not believed before `check_signed`."""

    header: SignalHeader
    payload: bytes
    signature: bytes
    digest: bytes


@dataclass(frozen=True, slots=True)
class Gate:
    """What is remembered of one sitting from one office: the last counter, and the bucket.

    `full_at` is when the bucket will be full again, None while nothing has passed.
    """

    counter: int = 0
    full_at: datetime | None = None


def write_signal(header: SignalHeader, payload: bytes, *, signer: Signer) -> bytes:
    """Sign a payload.

    Raises:
        SangbongError: `liaison.too_large`, the caller's fault.
    """
    if len(payload) > PAYLOAD_BYTES_MAX:
        raise SangbongError("liaison.too_large", bytes=len(payload), limit=PAYLOAD_BYTES_MAX)
    signed_part = MAGIC + framed(header.encode()) + payload
    return signed_part + signer.sign(PURPOSE_TAG + hashlib.sha256(signed_part).digest())


def read_signal(data: bytes) -> Signal:
    """Take a signal apart without believing it yet: rules G1 and G2.

    Raises:
        SangbongError: `liaison.signal_garbled` or `liaison.version_unknown`; the sender's or the
            carrier's fault.
    """
    try:
        reader = PartReader(data)
        if reader.take(len(MAGIC)) != MAGIC:
            raise ValueError("another beginning")
        header = _read_header(parse_any(reader.part(limit=HEADER_BYTES_MAX)))
        rest = reader.rest()
        if not SIGNATURE_BYTES <= len(rest) <= PAYLOAD_BYTES_MAX + SIGNATURE_BYTES:
            raise ValueError("a payload out of bounds")
    except ValueError as error:
        raise SangbongError("liaison.signal_garbled") from error
    return Signal(
        header=header,
        payload=rest[:-SIGNATURE_BYTES],
        signature=rest[-SIGNATURE_BYTES:],
        digest=hashlib.sha256(memoryview(data)[:-SIGNATURE_BYTES]).digest(),
    )


def _read_header(value: object) -> SignalHeader:
    refuse_other_version(value, VERSION)
    fields = Fields(value, "counter", "from", "signer", "sitting", "to", "version")
    fields.number("version", lowest=VERSION, highest=VERSION)
    try:
        return SignalHeader(
            sender=office_code(fields.text("from")),
            recipient=office_code(fields.text("to")),
            sitting=fields.text("sitting", SITTING_PATTERN),
            counter=fields.number("counter", lowest=1, highest=SEQUENCE_MAX),
            signer=fields.number("signer", lowest=1, highest=GENERATION_MAX),
        )
    except SangbongError as error:
        raise ValueError("not an office code") from error


def check_addressed(signal: Signal, *, own: OfficeCode) -> None:
    """Rule G3: the signal is for this office and from another one.

    Raises:
        SangbongError: `liaison.other_recipient`, the sender's or the carrier's fault.
    """
    if signal.header.recipient != own or signal.header.sender == own:
        raise SangbongError("liaison.other_recipient", recipient=signal.header.recipient)


def check_signed(signal: Signal, *, verifier: Verifier) -> None:
    """Rule G4: the sender's key signed it.

    Raises:
        SangbongError: `liaison.signature_wrong`, the sender's or the carrier's fault.
    """
    if not verifier.verifies(signal.signature, PURPOSE_TAG + signal.digest):
        raise SangbongError("liaison.signature_wrong", sender=signal.header.sender)


def let_through(gate: Gate, *, counter: int, now: datetime) -> Gate:
    """Rules G5 and G6: the gate of the sitting after this signal, whose signature was checked.

    Raises:
        SangbongError: `liaison.signal_repeated` or `liaison.signal_too_many`; the sender's or the
            carrier's fault. The gate stays as it was.
    """
    if counter <= gate.counter:
        raise SangbongError("liaison.signal_repeated", counter=counter)
    whole = BURST * INTERVAL
    before = max(gate.full_at or now, now)
    if before - now > whole:
        before = now  # our clock was put back: no bucket needs longer than that to be full
    full_at = before + INTERVAL
    if full_at - now > whole:
        raise SangbongError("liaison.signal_too_many", limit=BURST)
    return Gate(counter=counter, full_at=full_at)
