"""Who we are, who works here, who is across, and the trail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PublicKey

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.office.adapters import keystore
from sangbong.office.adapters.keystore import OfficeKeys
from sangbong.office.core import audit
from sangbong.office.core.roles import Role
from sangbong.office.core.statement import Fingerprint, fingerprint
from sangbong.office.models import AuditEntry, Counterpart, Office, Staff
from sangbong.office.queries.keys import home, statement_of


@dataclass(frozen=True, slots=True)
class OwnOffice:
    """Who we are."""

    code: OfficeCode
    name_ko: str
    name_en: str
    programme: str
    time_zone: str
    languages: tuple[str, ...]
    drill: bool


@dataclass(frozen=True, slots=True)
class CounterpartView:
    """The office across as its latest statement tells.

    `verify_key` is its newest signing key and `receive_key` its first listed epoch's; a paper is
    checked and sealed by `queries.verify_key_of` and `queries.receive_key_for`.
    """

    code: OfficeCode
    name_ko: str
    name_en: str
    verify_key: Ed25519PublicKey
    receive_key: MLKEM768X25519PublicKey
    tls_certificate: str
    link_url: str
    fingerprint: Fingerprint
    added_at: datetime
    confirmed_at: datetime | None
    confirmed_by: str
    serial: int


@dataclass(frozen=True, slots=True)
class StaffView:
    """A member of staff as other rooms see one."""

    username: str
    display_name: str
    role: Role
    language: str
    active: bool


def own_office() -> OwnOffice:
    """Our own identity.

    Raises:
        SangbongError: `office.not_initialised`; nobody ran `sangbong office init` here.
    """
    row = Office.objects.first()
    if row is None:
        raise SangbongError("office.not_initialised")
    return OwnOffice(
        code=OfficeCode(row.code),
        name_ko=row.name_ko,
        name_en=row.name_en,
        programme=row.programme,
        time_zone=row.time_zone,
        languages=tuple(row.languages),
        drill=row.drill,
    )


def own_keys() -> OfficeKeys:
    """Our secret keys, read once from the office's folder."""
    return keystore.load_keys(home())


def counterpart(code: OfficeCode) -> CounterpartView:
    """The office across by its code.

    Raises:
        SangbongError: `office.unknown_counterpart`; its key statement was never added here.
    """
    row = Counterpart.objects.filter(code=code).first()
    if row is None:
        raise SangbongError("office.unknown_counterpart", code=code)
    return _counterpart_view(row)


def counterparts() -> list[CounterpartView]:
    """All offices across, by code."""
    return [_counterpart_view(row) for row in Counterpart.objects.order_by("code")]


def _counterpart_view(row: Counterpart) -> CounterpartView:
    statement = statement_of(row).statement
    return CounterpartView(
        code=OfficeCode(row.code),
        name_ko=row.name_ko,
        name_en=row.name_en,
        verify_key=keystore.verify_key(statement.newest.key),
        receive_key=keystore.receive_key(statement.epochs[0].key),
        tls_certificate=statement.tls_certificate,
        link_url=row.link_url if row.has_line else "",
        fingerprint=fingerprint(statement),
        added_at=row.added_at,
        confirmed_at=row.confirmed_at,
        confirmed_by=row.confirmed_by,
        serial=row.serial,
    )


def staff() -> list[StaffView]:
    """Everyone who may sign in, by user name."""
    return [
        StaffView(
            username=row.username,
            display_name=row.display_name,
            role=Role(row.role),
            language=row.language,
            active=row.is_active,
        )
        for row in Staff.objects.order_by("username")
    ]


def audit_entries(*, after: int = 0, limit: int | None = None) -> Iterator[audit.Entry]:
    """Entries of the trail in their order, from the one after number `after`."""
    rows = AuditEntry.objects.filter(number__gt=after).order_by("number")
    if limit is not None:
        rows = rows[:limit]
    for row in rows.iterator(chunk_size=2000):
        yield _audit_view(row)


def latest_audit_entries(*, limit: int = 50, before: int | None = None) -> list[audit.Entry]:
    """The newest entries first, older than number `before` where one is given."""
    rows = AuditEntry.objects.order_by("-number")
    if before is not None:
        rows = rows.filter(number__lt=before)
    return [_audit_view(row) for row in rows[:limit]]


def _audit_view(row: AuditEntry) -> audit.Entry:
    return audit.Entry(
        number=row.number,
        at=row.at,
        staff=row.staff,
        why=row.why,
        action=row.action,
        subjects=tuple(row.subjects),
        facts=tuple(sorted(row.facts.items())),
        previous=row.previous,
        digest=row.digest,
    )


def verify_audit() -> audit.Verdict:
    """Walk our own trail."""
    return audit.verify(audit_entries())
