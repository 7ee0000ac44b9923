"""What an import tells the clerk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sangbong.registry.core.faults import FAULTS_KEPT, Fault


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What came of a file: all of it was imported, or (any fault) none of it."""

    batch_id: int
    rows_read: int
    persons_added: int
    applications_added: int
    already_known: bool
    faults: tuple[Fault, ...]
    fault_count: int = 0

    @property
    def imported(self) -> bool:
        """Whether the office's register holds the file's rows now."""
        return self.fault_count == 0


@dataclass(frozen=True, slots=True)
class BatchView:
    """One import as a list shows it."""

    batch_id: int
    layout: str
    filename: str
    digest: str
    staff: str
    imported_at: datetime
    rows_read: int
    persons_added: int
    applications_added: int
    fault_count: int
    faults: tuple[Fault, ...]
    undone_at: datetime | None


class FaultBook:
    """The first faults of a file, and how many there were in all."""

    def __init__(self) -> None:
        """Begin with none."""
        self._kept: list[Fault] = []
        self.count = 0

    def note(self, faults: Iterable[Fault]) -> None:
        """Count them all and keep the first `FAULTS_KEPT`."""
        for fault in faults:
            self.count += 1
            if len(self._kept) < FAULTS_KEPT:
                self._kept.append(fault)

    def kept(self) -> tuple[Fault, ...]:
        """Those kept, in the order of their lines."""
        return tuple(sorted(self._kept, key=lambda fault: fault.line or 0))


def fault_to_json(fault: Fault) -> dict[str, object]:
    """A fault as the report's row keeps it."""
    return {
        "line": fault.line,
        "column": fault.column,
        "value": fault.value_shown,
        "code": fault.code,
        "params": dict(fault.params),
    }


def fault_from_json(row: dict[str, object]) -> Fault:
    """The fault that a report's row keeps."""
    line, params = row["line"], row["params"]
    assert line is None or isinstance(line, int)  # noqa: S101 -- we wrote it
    assert isinstance(params, dict)  # noqa: S101 -- we wrote it
    return Fault(line, str(row["column"]), str(row["value"]), str(row["code"]), params)
