"""The office across, in memory: it seals and signs as Pyongyang would."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sangbong.kernel.ids import OfficeCode
from sangbong.liaison import operations
from sangbong.liaison.adapters.sealing import CounterpartSealer, OwnOpener
from sangbong.liaison.core.custody.outbox import next_header
from sangbong.liaison.core.wire.body import Paper, pack
from sangbong.liaison.core.wire.envelope import digest_of, write_envelope
from sangbong.liaison.core.wire.receipt import Receipt, ReceiptState
from sangbong.office.adapters.keystore import OfficeKeys, load_keys, receive_key


@dataclass
class Peer:
    """Pyongyang's outbox and its way of answering."""

    code: OfficeCode
    other: OfficeCode
    keys: OfficeKeys
    other_receive_public: bytes
    now: datetime
    last: dict[str, tuple[int, str]] = field(default_factory=dict)

    @property
    def signer(self) -> Ed25519PrivateKey:
        return self.keys.signing

    @property
    def opener(self) -> OwnOpener:
        return OwnOpener(self.keys.receiving)

    @property
    def sealer(self) -> CounterpartSealer:
        return CounterpartSealer(receive_key(self.other_receive_public))

    def envelope(
        self,
        body: dict[str, Any] | None = None,
        *,
        stream: str = "notes",
        kind: str = "liaison.note",
        content: bytes | None = None,
        **header: Any,
    ) -> bytes:
        """The next envelope of a stream; any header member may be told otherwise."""
        written = (
            content
            if content is not None
            else pack(
                Paper(
                    kind=kind, body=body or note_body(), basis="b", purpose="p", sealed_at=self.now
                )
            )
        )
        sequence, digest = self.last.get(stream, (0, ""))
        next_one = next_header(
            sender=self.code,
            recipient=self.other,
            stream=stream,
            last_sequence=sequence,
            last_digest=digest,
            size=len(written),
            epoch=1,
            incarnation=1,
            signer=1,
        )
        for name, value in header.items():
            object.__setattr__(next_one, name, value)
        data = write_envelope(next_one, written, sealer=self.sealer, signer=self.signer)
        self.last[stream] = (next_one.sequence, digest_of(data))
        return data

    def receipt(
        self,
        dispatch_stream: str,
        sequence: int,
        digest: str,
        state: str,
        code: str = "",
        *,
        incarnation: int = 1,
    ) -> bytes:
        """What Pyongyang says about a dispatch of ours."""
        return Receipt(
            sender=self.code,
            recipient=self.other,
            stream=dispatch_stream,
            sequence=sequence,
            digest=digest,
            state=ReceiptState(state),
            at=self.now,
            incarnation=incarnation if dispatch_stream else 0,
            signer=1,
            code=code,
        ).encode(self.signer)


def note_body(**changes: Any) -> dict[str, Any]:
    """A note as Pyongyang's officer writes one."""
    return {
        "answers": "",
        "date": "2018-06-25",
        "number": "북남-1",
        "sender_name": "리명국",
        "sender_rank": "연락관",
        "text": "회보서를 7월 25일에 보내겠습니다.",
    } | changes


def owed(code: OfficeCode, now: datetime) -> list[bytes]:
    """The receipts that another office may not have yet."""
    message = operations.exchange_for(now=now, recipient=code)
    return list(message.exchange.receipts)


@pytest.fixture
def peer(counterpart: Any, office: OfficeCode, now: datetime, key_homes: Any) -> Peer:
    """Pyongyang, with keys that our office has confirmed."""
    return Peer(
        code=counterpart.code,
        other=office,
        keys=counterpart.keys,
        other_receive_public=load_keys(key_homes[0]).receive_public,
        now=now,
    )
