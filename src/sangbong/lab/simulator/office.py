"""One simulated office: what survives a crash, what does not, and the production channel on top."""

from __future__ import annotations

from dataclasses import dataclass, field

from sangbong.kernel.ids import OfficeCode
from sangbong.lab.simulator.clock import OfficeClock
from sangbong.lab.simulator.disk import Backup, Disk
from sangbong.lab.simulator.films import SimulatedShelf
from sangbong.lab.simulator.keys import KeyRing
from sangbong.lab.simulator.ledger import MemoryLedger
from sangbong.liaison.core.custody.channel import Channel, Mark

_MARK = "mark"


@dataclass(frozen=True, slots=True)
class FileWatermark:
    """The mark in a file beside the database."""

    disk: Disk

    def read(self) -> Mark | None:
        """The mark last written; None where none was."""
        data = self.disk.file(_MARK)
        if data is None:
            return None
        incarnation, height = data.split(b" ")
        return Mark(int(incarnation), int(height))

    def write(self, mark: Mark) -> None:
        """Write the mark.

        A height need not be durable at once; a crash is here a process's, and the system writes the
        file a moment later (docs/explanation/simulator.md says what a power cut adds).
        """
        if mark != self.read():
            self.disk.replace_file(_MARK, b"%d %d" % (mark.incarnation, mark.height))
            self.disk.sync_file(_MARK)


@dataclass(slots=True)
class Office:
    """One office of a run."""

    code: OfficeCode
    clock: OfficeClock
    disk: Disk
    ledger: MemoryLedger
    ring: KeyRing
    films: SimulatedShelf
    backups: list[Backup] = field(default_factory=list)
    speaks_later_until: int = 0
    """Until which tick it writes a later version of the wire, which nobody here reads."""
    swallows_until: int = 0
    """Until which tick it loses what it is to relay: rule RL3 does not trust it."""
    statements_due: list[tuple[int, OfficeCode, int]] = field(default_factory=list)
    """Statements on their way to it: the tick, whose, and which generation of signing key."""
    register: int = 1
    """The incarnation that stands in the office's paper register, out of reach of any disk."""
    crashes: int = 0

    @property
    def channel(self) -> Channel:
        """Its end of the channel, for one transaction."""
        return Channel(
            own=self.code,
            ledger=self.ledger,
            keys=self.ring,
            films=self.films,
            watermark=FileWatermark(self.disk),
        )
