"""Deeds of this install: founding, staff, counterparts, the audit trail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password

from sangbong.kernel.canonical import sha256_hex
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode, office_code
from sangbong.office.core import audit
from sangbong.office.core.actor import Actor
from sangbong.office.core.roles import Role
from sangbong.office.core.statement import read_statement
from sangbong.office.models import AuditEntry, Counterpart, Office, SignInLink, Staff
from sangbong.office.queries import own_statement

_LINK_MINUTES = 12 * 60
_WHY_LENGTH_MAX = 200


def found_office(
    *,
    now: datetime,
    code: str,
    name_ko: str,
    name_en: str,
    programme: str,
    time_zone: str,
    languages: Sequence[str],
    drill: bool,
) -> OfficeCode:
    """Write the one row that says who we are.

    Raises:
        SangbongError: `kernel.office_code` or `office.already_founded`.
    """
    if Office.objects.exists():
        raise SangbongError("office.already_founded")
    known = office_code(code)
    Office.objects.create(
        id=1,
        code=known,
        name_ko=name_ko,
        name_en=name_en,
        programme=programme,
        time_zone=time_zone,
        languages=list(languages),
        drill=drill,
        created_at=now,
    )
    record_audit(
        now=now,
        actor=Actor("system:init", "founding"),
        action="office.found",
        facts={"code": known, "drill": int(drill)},
    )
    return known


def record_audit(
    *,
    now: datetime,
    actor: Actor,
    action: str,
    subjects: Sequence[str] = (),
    facts: Mapping[str, str | int] | None = None,
) -> audit.Entry:
    """Append one entry to the trail, chained to the last.

    One entry per request or job, never per row: a batch gives its count and
    `office.core.audit.digest_of_ids` in `facts`.
    """
    # PostgreSQL would let two writers read the same head; SQLite's IMMEDIATE lock already serves.
    Office.objects.select_for_update().filter(id=1).first()
    last = AuditEntry.objects.order_by("-number").values_list("number", "digest").first()
    number, previous = (last[0] + 1, last[1]) if last else (1, audit.FIRST_PREVIOUS)
    entry = audit.chain(
        number=number,
        at=now,
        staff=actor.staff,
        why=actor.why[:_WHY_LENGTH_MAX],
        action=action,
        subjects=subjects,
        facts=tuple((facts or {}).items()),
        previous=previous,
    )
    AuditEntry.objects.create(
        number=entry.number,
        at=entry.at,
        staff=entry.staff,
        why=entry.why,
        action=entry.action,
        subjects=list(entry.subjects),
        facts=dict(entry.facts),
        previous=entry.previous,
        digest=entry.digest,
    )
    return entry


def add_staff(
    *,
    now: datetime,
    actor: Actor,
    username: str,
    display_name: str,
    role: Role,
    password: str | None,
    language: str = "ko",
) -> None:
    """Let a person work here; without a password only a sign-in link lets them in.

    Raises:
        SangbongError: `office.username_taken`.
    """
    if Staff.objects.filter(username=username).exists():
        raise SangbongError("office.username_taken", username=username)
    Staff.objects.create(
        username=username,
        display_name=display_name,
        role=role.value,
        language=language,
        password=make_password(password),
    )
    record_audit(
        now=now,
        actor=actor,
        action="office.add_staff",
        subjects=[f"staff:{username}"],
        facts={"role": role.value},
    )


def make_sign_in_link(*, now: datetime, actor: Actor, username: str, token: str) -> None:
    """Keep the hash of a token that signs `username` in once, within twelve hours.

    Raises:
        SangbongError: `office.unknown_staff`.
    """
    staff = Staff.objects.filter(username=username, is_active=True).first()
    if staff is None:
        raise SangbongError("office.unknown_staff", username=username)
    SignInLink.objects.create(
        staff=staff,
        token_sha256=sha256_hex(token.encode()),
        until_at=now + timedelta(minutes=_LINK_MINUTES),
    )
    record_audit(now=now, actor=actor, action="office.sign_in_link", subjects=[f"staff:{username}"])


def redeem_sign_in_link(*, now: datetime, token: str) -> Staff:
    """The member of staff whom a token signs in; it works once.

    Raises:
        SangbongError: `office.link_used_or_old`; unknown, used and expired look the same.
    """
    link = (
        SignInLink.objects.select_for_update()
        .filter(token_sha256=sha256_hex(token.encode()), used_at=None, until_at__gt=now)
        .first()
    )
    if link is None or not link.staff.is_active:
        raise SangbongError("office.link_used_or_old")
    link.used_at = now
    link.save(update_fields=["used_at"])
    record_audit(
        now=now,
        actor=Actor(link.staff.username, "sign-in"),
        action="office.sign_in",
        facts={"by": "link"},
    )
    return link.staff


def add_counterpart(
    *, now: datetime, actor: Actor, statement: bytes, has_line: bool = True
) -> OfficeCode:
    """Keep another office's key statement, not yet confirmed; ours is taken to be handed over too.

    Raises:
        SangbongError: `office.statement_*`, `office.own_statement`, `office.counterpart_known`.
    """
    read = read_statement(statement).statement
    if Office.objects.filter(code=read.code).exists():
        raise SangbongError("office.own_statement")
    if Counterpart.objects.filter(code=read.code).exists():
        raise SangbongError("office.counterpart_known", code=read.code)
    Counterpart.objects.create(
        code=read.code,
        name_ko=read.name_ko,
        name_en=read.name_en,
        statement=statement,
        link_url=read.link_url,
        has_line=has_line,
        added_at=now,
        serial=read.serial,
        digest=read.digest,
        stated_at=now,
        knows_serial=own_statement().serial,
    )
    record_audit(
        now=now,
        actor=actor,
        action="office.add_counterpart",
        subjects=[f"office:{read.code}"],
        facts={"serial": read.serial, "digest": read.digest},
    )
    return read.code


def confirm_counterpart(*, now: datetime, actor: Actor, code: OfficeCode) -> None:
    """Record that two people compared the fingerprint by voice and found it equal."""
    updated = Counterpart.objects.filter(code=code, confirmed_at=None).update(
        confirmed_at=now, confirmed_by=actor.staff
    )
    if not updated:
        raise SangbongError("office.unknown_counterpart", code=code)
    record_audit(
        now=now, actor=actor, action="office.confirm_counterpart", subjects=[f"office:{code}"]
    )
