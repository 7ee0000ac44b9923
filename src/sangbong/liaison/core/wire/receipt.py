"""Receipts: small signed answers about one dispatch, carried both ways by either carrier.

A receipt is canonical JSON; its signature is over the hash of the same object without the member
`signature`. It is believed only if all of these hold, asked in this order:

1. (R1) It is at most `RECEIPT_BYTES_MAX` long, canonical JSON with exactly its twelve members, each
   in bounds; another `version` is refused as unknown.
2. (R2) `to` is this office.
3. (R3) `from` is a counterpart whose keys a person has confirmed, and its signing key of the
   generation `signer`, known here and not revoked, made the signature.
4. (R4) This office sent a dispatch of that stream, number and incarnation to `from`, and its digest
   is the receipt's: a receipt for other bytes says nothing about ours.
5. (R5) It does not contradict a final receipt that came before it (states.py, rule S3).

*Received* is signed only when the envelope and every piece of its film are durable (inbox.py, I10).
*Received* and the final receipts move the dispatch (states.py). *Returned* moves nothing: the
envelope could not be taken, custody stays with the sender, who notes the code for a person to see.
The same receipt any number of times is the same as once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sangbong.kernel.canonical import JsonValue, canonical_bytes, sha256_hex
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode, office_code
from sangbong.liaison.core.custody.states import DispatchEvent
from sangbong.liaison.core.wire.envelope import dispatch_id
from sangbong.liaison.core.wire.fields import (
    CODE_PATTERN,
    DIGEST_PATTERN,
    GENERATION_MAX,
    SEQUENCE_MAX,
    STREAM_PATTERN,
    Fields,
    instant_text,
    parse_any,
    read_instant,
    refuse_other_version,
)
from sangbong.liaison.core.wire.ports import SIGNATURE_BYTES, Signer, Verifier

VERSION = 1
PURPOSE_TAG = b"sangbong receipt 1\n"
RECEIPT_BYTES_MAX = 1024
# lower case only: a receipt has one written form, its signature too
_SIGNATURE_PATTERN = re.compile(rf"[0-9a-f]{{{2 * SIGNATURE_BYTES}}}")
_MEMBERS = (
    "at",
    "code",
    "digest",
    "from",
    "incarnation",
    "sequence",
    "signature",
    "signer",
    "state",
    "stream",
    "to",
    "version",
)


class ReceiptState(StrEnum):
    """What a receipt says happened to the envelope."""

    RECEIVED = "received"
    APPLIED = "applied"
    REFUSED = "refused"
    RETURNED = "returned"

    @property
    def carries_reason(self) -> bool:
        """Whether the receipt must name a reason code."""
        return self in {ReceiptState.REFUSED, ReceiptState.RETURNED}


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an office says about a dispatch that it was sent.

    `sender` made the receipt, `recipient` had sent the dispatch. `at` is the maker's clock, whole
    seconds, and orders nothing. `code` is a reason, empty where the state needs none.
    `incarnation` is that of the dispatch's sender, `signer` the generation of the maker's key.
    """

    sender: OfficeCode
    recipient: OfficeCode
    stream: str
    sequence: int
    digest: str
    state: ReceiptState
    at: datetime
    incarnation: int
    signer: int
    code: str = ""

    @property
    def dispatch_id(self) -> str:
        """The dispatch that this is about."""
        return dispatch_id(
            self.recipient, self.sender, self.stream, self.sequence, incarnation=self.incarnation
        )

    @property
    def event(self) -> DispatchEvent | None:
        """What the sender's dispatch learns from this; nothing from a return."""
        return None if self.state is ReceiptState.RETURNED else DispatchEvent(self.state.value)

    def _unsigned(self) -> dict[str, JsonValue]:
        return {
            "at": instant_text(self.at),
            "code": self.code,
            "digest": self.digest,
            "from": self.sender,
            "incarnation": self.incarnation,
            "sequence": self.sequence,
            "signer": self.signer,
            "state": self.state.value,
            "stream": self.stream,
            "to": self.recipient,
            "version": VERSION,
        }

    def signed_message(self) -> bytes:
        """The bytes that the signature covers."""
        return PURPOSE_TAG + bytes.fromhex(sha256_hex(canonical_bytes(self._unsigned())))

    def encode(self, signer: Signer) -> bytes:
        """The receipt as it travels; signing is deterministic, so the same facts give the same bytes."""
        signature = signer.sign(self.signed_message()).hex()
        return canonical_bytes({**self._unsigned(), "signature": signature})


def reason(code: str) -> str:
    """A code that may stand in a receipt; one that may not is our own mistake."""
    assert CODE_PATTERN.fullmatch(code), code  # noqa: S101 -- our own mistake
    return code


@dataclass(frozen=True, slots=True)
class SignedReceipt:
    """A receipt as read, not believed before `check_signed`."""

    receipt: Receipt
    signature: bytes


def read_receipt(data: bytes) -> SignedReceipt:
    """Read a receipt without believing it yet: rule R1.

    Raises:
        SangbongError: `liaison.receipt_garbled` or `liaison.version_unknown`, the maker's or the
            carrier's fault.
    """
    try:
        if len(data) > RECEIPT_BYTES_MAX:
            raise ValueError("longer than any receipt")
        value = parse_any(data)
        refuse_other_version(value, VERSION)
        return _read_members(Fields(value, *_MEMBERS))
    except ValueError as error:
        raise SangbongError("liaison.receipt_garbled") from error


def _read_members(fields: Fields) -> SignedReceipt:
    fields.number("version", lowest=VERSION, highest=VERSION)
    state = ReceiptState(fields.text("state"))
    returned = state is ReceiptState.RETURNED
    code = fields.text("code")
    if bool(code) != state.carries_reason or (code and not CODE_PATTERN.fullmatch(code)):
        raise ValueError("a reason where none belongs, or none where one does")
    stream = fields.text("stream")
    # an envelope too garbled to say its place is returned by its digest alone
    if not (STREAM_PATTERN.fullmatch(stream) or (returned and not stream)):
        raise ValueError("not a stream")
    first, last = (1, SEQUENCE_MAX) if stream else (0, 0)
    return SignedReceipt(
        receipt=Receipt(
            sender=_code(fields.text("from")),
            recipient=_code(fields.text("to")),
            stream=stream,
            sequence=fields.number("sequence", lowest=first, highest=last),
            digest=fields.text("digest", DIGEST_PATTERN),
            state=state,
            at=read_instant(fields.text("at")),
            incarnation=fields.number(
                "incarnation", lowest=first, highest=min(last, GENERATION_MAX)
            ),
            signer=fields.number("signer", lowest=1, highest=GENERATION_MAX),
            code=code,
        ),
        signature=bytes.fromhex(fields.text("signature", _SIGNATURE_PATTERN)),
    )


def _code(raw: str) -> OfficeCode:
    try:
        return office_code(raw)
    except SangbongError as error:
        raise ValueError("not an office code") from error


def check_addressed(signed: SignedReceipt, *, own: OfficeCode) -> None:
    """Rule R2: the receipt is for this office and from another.

    Raises:
        SangbongError: `liaison.other_recipient`, the maker's or the carrier's fault.
    """
    if signed.receipt.recipient != own or signed.receipt.sender == own:
        raise SangbongError("liaison.other_recipient", recipient=signed.receipt.recipient)


def check_signed(signed: SignedReceipt, *, verifier: Verifier) -> None:
    """Rule R3: the maker's key signed it.

    Raises:
        SangbongError: `liaison.signature_wrong`, the maker's or the carrier's fault.
    """
    if not verifier.verifies(signed.signature, signed.receipt.signed_message()):
        raise SangbongError("liaison.signature_wrong", sender=signed.receipt.sender)


def check_about(receipt: Receipt, *, digest: str | None) -> None:
    """Rule R4: the receipt is about the very bytes that were sent.

    `digest` is that of our dispatch of this stream and number, None where there is none.

    Raises:
        SangbongError: `liaison.receipt_unknown_dispatch`, the maker's fault, or ours after a
            database was put back from an old copy.
    """
    if receipt.digest != digest:
        raise SangbongError("liaison.receipt_unknown_dispatch", dispatch=receipt.dispatch_id)
