"""What two offices tell each other besides envelopes, on the line and on a stick in the same form.

An exchange is canonical JSON; spec/exchange.md has an example. It is believed only if these hold:

1. (X1) It is at most `EXCHANGE_BYTES_MAX` long; its `version` is 1, another is refused as unknown.
2. (X2) It is canonical JSON with exactly its seven members, each in bounds.
3. (X3) `heard` speaks of the *reader's* streams: of each named incarnation the prefix that the
   writer holds without a gap. `settled` speaks of the *writer's* streams: the prefix of which every
   dispatch is applied or refused and told so. Both ascend by stream and incarnation.
4. (X4) `epochs_done` says that the writer holds nothing in custody that is sealed to the reader's
   epochs up to this number; 0 says it of none. The latest word counts, also a lower one.
5. (X5) In its first exchange of an incarnation the writer lists in `heard` every stream of the
   reader that it holds anything of; one that is not listed then is heard through 0. Later it may
   leave out what has not changed.
6. (X6) Each receipt stands or falls by itself (receipt.py).
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sangbong.kernel.canonical import JsonValue, canonical_bytes
from sangbong.kernel.errors import SangbongError
from sangbong.liaison.core.wire.fields import (
    GENERATION_MAX,
    SEQUENCE_MAX,
    STREAM_PATTERN,
    Fields,
    parse_any,
    refuse_other_version,
)
from sangbong.liaison.core.wire.receipt import RECEIPT_BYTES_MAX

VERSION = 1
RECEIPTS_MAX = 5_000
PREFIXES_MAX = 20_000
EVIDENCE_MAX = 100
EXCHANGE_BYTES_MAX = 2 * RECEIPTS_MAX * RECEIPT_BYTES_MAX
_MEMBERS = (
    "epochs_done",
    "evidence",
    "heard",
    "incarnation",
    "receipts",
    "settled",
    "version",
)


@dataclass(frozen=True, slots=True, order=True)
class Prefix:
    """The first `through` dispatches of one stream in one incarnation of its sender; 0 is none."""

    stream: str
    incarnation: int
    through: int


@dataclass(frozen=True, slots=True)
class Exchange:
    """What an office says to another one; see the rules above. `incarnation` is the writer's."""

    incarnation: int
    receipts: tuple[bytes, ...] = ()
    heard: tuple[Prefix, ...] = ()
    settled: tuple[Prefix, ...] = ()
    epochs_done: int = 0
    evidence: Mapping[str, JsonValue] = field(default_factory=dict)

    def encode(self) -> bytes:
        """The bytes of one message."""
        return canonical_bytes(
            {
                "epochs_done": self.epochs_done,
                "evidence": self.evidence,
                "heard": prefix_values(self.heard),
                "incarnation": self.incarnation,
                "receipts": [parse_any(receipt) for receipt in self.receipts],  # type: ignore[misc]
                "settled": prefix_values(self.settled),
                "version": VERSION,
            }
        )


def read_exchange(data: bytes) -> Exchange:
    """Read the other side's message, rules X1 to X3; its receipts are not believed yet.

    Raises:
        SangbongError: `liaison.exchange_garbled`, the other side's fault, or
            `liaison.version_unknown`.
    """
    try:
        if len(data) > EXCHANGE_BYTES_MAX:
            raise ValueError("longer than any exchange")
        value = parse_any(data)
        refuse_other_version(value, VERSION)
        fields = Fields(value, *_MEMBERS)
        fields.number("version", lowest=VERSION, highest=VERSION)
        receipts = fields.items("receipts", limit=RECEIPTS_MAX)
        return Exchange(
            incarnation=fields.number("incarnation", lowest=1, highest=GENERATION_MAX),
            receipts=tuple(canonical_bytes(one) for one in receipts),  # type: ignore[arg-type]
            heard=read_prefixes(fields.items("heard", limit=PREFIXES_MAX)),
            settled=read_prefixes(fields.items("settled", limit=PREFIXES_MAX)),
            epochs_done=fields.number("epochs_done", lowest=0, highest=GENERATION_MAX),
            evidence=fields.mapping("evidence", limit=EVIDENCE_MAX),
        )
    except ValueError as error:
        raise SangbongError("liaison.exchange_garbled") from error


def prefix_values(prefixes: Sequence[Prefix]) -> list[JsonValue]:
    """Prefixes as they are written, ascending."""
    return [[one.stream, one.incarnation, one.through] for one in sorted(prefixes)]


def read_prefixes(items: Sequence[object]) -> tuple[Prefix, ...]:
    """Read prefixes of streams: rule X3.

    Raises:
        ValueError: not such a list: the other side's fault.
    """
    prefixes = tuple(_read_prefix(item) for item in items)
    places = [(one.stream, one.incarnation) for one in prefixes]
    if any(before >= after for before, after in itertools.pairwise(places)):
        raise ValueError("not ascending")
    return prefixes


def _read_prefix(item: object) -> Prefix:
    if not isinstance(item, list) or len(item) != 3:
        raise ValueError("not a prefix")
    fields = Fields(
        dict(zip(("stream", "incarnation", "through"), item, strict=True)),
        *("stream", "incarnation", "through"),
    )
    return Prefix(
        stream=fields.text("stream", STREAM_PATTERN),
        incarnation=fields.number("incarnation", lowest=1, highest=GENERATION_MAX),
        through=fields.number("through", lowest=0, highest=SEQUENCE_MAX),
    )
