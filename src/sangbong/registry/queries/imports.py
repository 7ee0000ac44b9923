"""Reports of files that were read."""

from __future__ import annotations

from sangbong.kernel.errors import SangbongError
from sangbong.registry.core.reports import BatchView, fault_from_json
from sangbong.registry.models import ImportBatch


def import_batches(*, limit: int = 50) -> list[BatchView]:
    """The newest imports first, those refused among them."""
    return [_view(row) for row in ImportBatch.objects.order_by("-pk")[:limit]]


def import_batch(batch_id: int) -> BatchView:
    """One import with its faults.

    Raises:
        SangbongError: `registry.batch_unknown`.
    """
    row = ImportBatch.objects.filter(pk=batch_id).first()
    if row is None:
        raise SangbongError("registry.batch_unknown", batch=batch_id)
    return _view(row)


def _view(row: ImportBatch) -> BatchView:
    return BatchView(
        batch_id=row.pk,
        layout=row.layout,
        filename=row.filename,
        digest=row.digest,
        staff=row.staff,
        imported_at=row.imported_at,
        rows_read=row.rows_read,
        persons_added=row.persons_added,
        applications_added=row.applications_added,
        fault_count=row.fault_count,
        faults=tuple(fault_from_json(fault) for fault in row.faults),
        undone_at=row.undone_at,
    )
