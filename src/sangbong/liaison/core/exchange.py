"""What two offices tell each other on the line besides envelopes: receipts, and what is settled.

An exchange is canonical JSON `{"receipts": [receipt, …], "settled": {stream: number, …}}`, asked and
answered in the same form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sangbong.kernel.canonical import canonical_bytes
from sangbong.kernel.errors import SangbongError
from sangbong.liaison.core.bundle import read_settled
from sangbong.liaison.core.fields import Fields, parse_any
from sangbong.liaison.core.receipt import RECEIPT_BYTES_MAX

RECEIPTS_MAX = 5_000
EXCHANGE_BYTES_MAX = 2 * RECEIPTS_MAX * RECEIPT_BYTES_MAX


@dataclass(frozen=True, slots=True)
class Exchange:
    """Receipts for the other side, and the streams it need not receipt any further."""

    receipts: tuple[bytes, ...] = ()
    settled: Mapping[str, int] = field(default_factory=dict)

    def encode(self) -> bytes:
        """The bytes of one message."""
        return canonical_bytes(
            {
                "receipts": [parse_any(receipt) for receipt in self.receipts],  # type: ignore[misc]
                "settled": dict(self.settled),
            }
        )


def read_exchange(data: bytes) -> Exchange:
    """Read the other side's message; its receipts are not believed yet.

    Raises:
        SangbongError: `liaison.exchange_garbled`, the other side's fault.
    """
    try:
        if len(data) > EXCHANGE_BYTES_MAX:
            raise ValueError("longer than any exchange")
        fields = Fields.parse(data, "receipts", "settled")
        receipts = fields.items("receipts", limit=RECEIPTS_MAX)
        return Exchange(
            receipts=tuple(canonical_bytes(one) for one in receipts),  # type: ignore[arg-type]
            settled=read_settled(fields.mapping("settled", limit=RECEIPTS_MAX)),
        )
    except ValueError as error:
        raise SangbongError("liaison.exchange_garbled") from error
