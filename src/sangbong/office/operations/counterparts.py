"""Deeds with the keys of the offices across, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.office.core import epochs
from sangbong.office.core.actor import Actor
from sangbong.office.core.statement import KeyStatement, read_statement
from sangbong.office.core.succession import Change, judge_update
from sangbong.office.models import Counterpart, Office
from sangbong.office.operations.office import record_audit
from sangbong.office.queries import own_statement
from sangbong.office.queries.keys import statement_of

_CHANNEL = Actor("system:channel", "key statement of another office")


def accept_statement_update(
    *,
    now: datetime,
    data: bytes,
    sender: OfficeCode | None = None,
    actor: Actor = _CHANNEL,
) -> Change:
    """Take a later statement of a known office: rules S1 to S5 of `core.succession`.

    It proves itself by the root keys that people compared, so it may come by any way; `sender` is
    the office that a dispatch came from, which speaks for itself only.

    Raises:
        SangbongError: `office.statement_unreadable`, `office.statement_version`,
            `office.statement_signature`, `office.statement_other_office`, `office.statement_older`,
            `office.statement_forked`, `office.statement_not_countersigned`, `office.root_changed`,
            `office.unknown_counterpart`; nothing was changed.
    """
    offered = read_statement(data)
    code = offered.statement.code
    if sender is not None and code != sender:
        raise SangbongError("office.statement_other_office", code=code, expected=sender)
    row = _row(code)
    change = judge_update(statement_of(row).statement, offered)
    if change.nothing:
        return change
    _keep(row, offered.statement, data, now=now)
    record_audit(
        now=now,
        actor=actor,
        action="office.update_statement",
        subjects=[f"office:{code}"],
        facts={
            "serial": change.serial,
            "digest": offered.statement.digest,
            "new_signers": " ".join(map(str, change.new_signers)),
            "revoked": " ".join(map(str, change.newly_revoked)),
        },
    )
    return change


def confirm_statement(*, now: datetime, actor: Actor, statement: bytes) -> OfficeCode:
    """Know and believe an office whose fingerprint two people have just compared, whoever it was.

    An office that is known already gets the root identity that was compared now: this is the way
    back after a lost root, and nothing else is.

    Raises:
        SangbongError: `office.statement_*`, `office.own_statement`; under a root that is held
            already also `office.statement_older` and `office.statement_forked`.
    """
    offered = read_statement(statement)
    read = offered.statement
    if Office.objects.filter(code=read.code).exists():
        raise SangbongError("office.own_statement")
    row = Counterpart.objects.select_for_update().filter(code=read.code).first()
    if row is None:
        row = Counterpart(code=read.code, added_at=now)
    elif statement_of(row).statement.root == read.root:
        # the meeting compared the root; what follows under it keeps its own rules
        judge_update(statement_of(row).statement, offered)
    else:
        # an office that began anew counts its epochs anew
        row.epochs_said = 0
    row.confirmed_at, row.confirmed_by = now, actor.staff
    row.knows_serial = own_statement().serial
    _keep(row, read, statement, now=now)
    record_audit(
        now=now,
        actor=actor,
        action="office.confirm_counterpart",
        subjects=[f"office:{read.code}"],
        facts={"serial": read.serial, "digest": read.digest},
    )
    return read.code


def note_epochs_done(*, code: OfficeCode, number: int) -> None:
    """Note that an office holds nothing any more that is sealed to our epochs up to `number`.

    The latest word counts, also a lower one: that office offers papers again to us, who were put back
    from a backup. A number beyond what we published says no more than the last one.

    Raises:
        SangbongError: `office.unknown_counterpart`.
    """
    row = _row(code)
    number = min(number, own_statement().epochs[-1].number)
    if number != row.epochs_done:
        row.epochs_done = number
        row.save(update_fields=["epochs_done"])


def note_serial_known(*, code: OfficeCode, serial: int) -> None:
    """Note that an office has our statement of that serial, as its receipt said.

    Raises:
        SangbongError: `office.unknown_counterpart`.
    """
    row = _row(code)
    serial = min(serial, own_statement().serial)
    if serial > row.knows_serial:
        row.knows_serial = serial
        row.save(update_fields=["knows_serial"])


def say_epochs_done(*, now: datetime, code: OfficeCode, on_the_way: Collection[int]) -> int:
    """Through which epoch of `code` we are done, kept before it is said: rules P2 and P4.

    `on_the_way` are the epochs of our papers that `code` has not received yet. To be committed before
    the number leaves this office.

    Raises:
        SangbongError: `office.unknown_counterpart`.
    """
    row = _row(code)
    number = epochs.done_with(
        statement_of(row).statement, now=now, floor=row.epochs_said, on_the_way=on_the_way
    )
    if number > row.epochs_said:
        row.epochs_said = number
        row.save(update_fields=["epochs_said"])
    return number


def _row(code: OfficeCode) -> Counterpart:
    row = Counterpart.objects.select_for_update().filter(code=code).first()
    if row is None:
        raise SangbongError("office.unknown_counterpart", code=code)
    return row


def _keep(row: Counterpart, read: KeyStatement, data: bytes, *, now: datetime) -> None:
    row.name_ko, row.name_en, row.link_url = read.name_ko, read.name_en, read.link_url
    row.statement, row.serial, row.digest, row.stated_at = data, read.serial, read.digest, now
    row.save()
