"""A book of logs in memory, for simulated offices and for tests; it may be copied and put back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.evidence.checkpoint import Origin
from sangbong.liaison.core.evidence.evidence import Leaf
from sangbong.liaison.core.evidence.witness import Kept, Log


@dataclass(slots=True)
class MemoryBook:
    """What the office's database stores of logs (`liaison.core.evidence.witness.Book`)."""

    logs: dict[Origin, Log] = field(default_factory=dict)
    stored: dict[Origin, list[Leaf]] = field(default_factory=dict)
    checkpoints: dict[Origin, dict[int, Kept]] = field(default_factory=dict)

    def copy(self) -> MemoryBook:
        """A backup."""
        return MemoryBook(
            dict(self.logs),
            {origin: list(leaves) for origin, leaves in self.stored.items()},
            {origin: dict(kept) for origin, kept in self.checkpoints.items()},
        )

    def log(self, origin: Origin) -> Log | None:
        """A log, None before it began."""
        return self.logs.get(origin)

    def newest(self, office: OfficeCode, witness: OfficeCode) -> Origin | None:
        """The log of the latest incarnation of one office towards another."""
        found = (one for one in self.logs if (one.office, one.witness) == (office, witness))
        return max(found, key=lambda one: one.incarnation, default=None)

    def save(self, log: Log) -> None:
        """Keep a log."""
        self.logs[log.origin] = log

    def add(self, origin: Origin, leaves: Sequence[Leaf]) -> None:
        """Keep leaves that follow those stored."""
        self.stored.setdefault(origin, []).extend(leaves)

    def leaves(self, origin: Origin, *, after: int, through: int) -> Iterable[Leaf]:
        """The stored leaves with numbers in `after + 1 … through`."""
        return self.stored.get(origin, [])[after:through]

    def kept(self, origin: Origin, *, at_most: int) -> Kept | None:
        """The largest checkpoint not larger than `at_most`."""
        sizes = (size for size in self.checkpoints.get(origin, {}) if size <= at_most)
        largest = max(sizes, default=None)
        return None if largest is None else self.checkpoints[origin][largest]

    def cosigned(self, origin: Origin) -> Kept | None:
        """The largest checkpoint that its witness cosigned."""
        kept = self.checkpoints.get(origin, {})
        largest = max((size for size, one in kept.items() if one.cosigned), default=None)
        return None if largest is None else kept[largest]

    def keep(self, origin: Origin, kept: Kept) -> None:
        """Keep a checkpoint."""
        self.checkpoints.setdefault(origin, {})[kept.frontier.size] = kept
