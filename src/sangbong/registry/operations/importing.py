"""A spreadsheet into the register: all of it, or nothing but a report of its faults."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import ProtectedError

from sangbong.archive.operations import keep_original
from sangbong.kernel.canonical import sha256_hex
from sangbong.kernel.errors import SangbongError
from sangbong.office.core.actor import Actor
from sangbong.office.operations import record_audit
from sangbong.office.queries import own_office
from sangbong.registry.core.faults import shown
from sangbong.registry.core.layouts import Layout
from sangbong.registry.core.reading import UnreadableFile, open_table
from sangbong.registry.core.reports import FaultBook, ImportReport, fault_from_json, fault_to_json
from sangbong.registry.models import (
    Application,
    Consent,
    ImportBatch,
    LifeBelief,
    Person,
    SoughtKin,
)
from sangbong.registry.operations.loading import (
    ApplicationLoader,
    LoadFacts,
    Progress,
    RegisterLoader,
    paper_of,
)


class _Refused(Exception):
    """The file has a fault, so what was written of it is to be taken back."""


def import_csv(
    *,
    now: datetime,
    actor: Actor,
    layout: Layout,
    filename: str,
    data: bytes,
    progress: Progress | None = None,
) -> ImportReport:
    """Read a file of applications or of an office's own register.

    Any fault, and nothing of the file is imported: the database is as it was but for the report.
    A file whose very bytes were imported before adds nothing. `progress` is told the rows read.
    """
    digest = sha256_hex(data)
    known = ImportBatch.objects.filter(digest=digest, fault_count=0, undone_at=None).first()
    if known is not None:
        return _report(known, already_known=True)
    office = own_office()
    book = FaultBook()
    batch = ImportBatch(
        layout=layout.value,
        filename=shown(filename),
        digest=digest,
        staff=actor.staff,
        imported_at=now,
        rows_read=0,
        persons_added=0,
        applications_added=0,
        fault_count=0,
        faults=[],
    )
    loader_type = RegisterLoader if layout is Layout.REGISTER else ApplicationLoader
    rows_read = 0
    try:
        table = open_table(data, layout)
        with transaction.atomic():
            batch.save()
            loader = loader_type(
                LoadFacts(
                    batch=batch,
                    table=table,
                    book=book,
                    office=office.code,
                    zone=ZoneInfo(office.time_zone),
                    now=now,
                )
            )
            rows_read = loader.run(progress)
            if book.count:
                raise _Refused
            batch.rows_read = rows_read
            batch.persons_added = loader.persons
            batch.applications_added = loader.applications
            batch.object_id = keep_original(
                now=now, data=data, media_type="text/csv", name=batch.filename
            )
            batch.save()
            record_audit(
                now=now,
                actor=actor,
                action="registry.import",
                subjects=[f"batch:{batch.pk}"],
                facts={
                    "layout": layout.value,
                    "persons": batch.persons_added,
                    "applications": batch.applications_added,
                    "digest": digest,
                },
            )
    except UnreadableFile as error:
        book.note(error.faults)
    except _Refused:
        batch.pk = None
    if book.count:
        batch.rows_read = rows_read
        batch.fault_count = book.count
        batch.faults = [fault_to_json(fault) for fault in book.kept()]
        batch.save(force_insert=True)
    return _report(batch, already_known=False)


def undo_import(*, now: datetime, actor: Actor, batch_id: int) -> None:
    """Take a whole import back, as long as nothing was built on its people.

    Raises:
        SangbongError: `registry.batch_unknown`; `registry.batch_in_use`.
    """
    batch = ImportBatch.objects.filter(pk=batch_id, fault_count=0, undone_at=None).first()
    if batch is None:
        raise SangbongError("registry.batch_unknown", batch=batch_id)
    try:
        with transaction.atomic():
            people = Person.objects.filter(batch=batch)
            SoughtKin.objects.filter(application__batch=batch).delete()
            # what the form itself brought goes with it; anything added since protects the batch
            Consent.objects.filter(
                person__batch=batch, how_given="form", withdrawn_at=None
            ).delete()
            Application.objects.filter(batch=batch).update(succeeds=None)
            Application.objects.filter(batch=batch).delete()
            if (
                LifeBelief.objects.filter(person__batch=batch)
                .exclude(paper=paper_of(batch))
                .exists()
            ):
                raise SangbongError("registry.batch_in_use", batch=batch_id)
            people.delete()
    except ProtectedError:
        raise SangbongError("registry.batch_in_use", batch=batch_id) from None
    batch.undone_at = now
    batch.save(update_fields=["undone_at"])
    record_audit(
        now=now, actor=actor, action="registry.undo_import", subjects=[f"batch:{batch_id}"]
    )


def _report(batch: ImportBatch, *, already_known: bool) -> ImportReport:
    return ImportReport(
        batch_id=batch.pk,
        rows_read=batch.rows_read,
        persons_added=0 if already_known else batch.persons_added,
        applications_added=0 if already_known else batch.applications_added,
        already_known=already_known,
        faults=tuple(fault_from_json(row) for row in batch.faults),
        fault_count=batch.fault_count,
    )
