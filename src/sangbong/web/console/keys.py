"""The keys page: ours with their dates, what each other office has and holds, and what is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sangbong.kernel.errors import Language, message
from sangbong.liaison.core.custody.states import DispatchState
from sangbong.liaison.queries import FallenDispatch, fallen_dispatches
from sangbong.office import queries
from sangbong.office.core.due import rotation_due
from sangbong.office.core.epochs import day_of, epochs_left, is_emergency
from sangbong.office.core.statement import KeyStatement, SignerKey
from sangbong.office.permissions import may
from sangbong.web import words
from sangbong.web.faces import Mark
from sangbong.web.permissions import needs
from sangbong.web.request import StaffRequest

FALLEN_SHOWN = 100
"""How many fallen dispatches the page lists; `sangbong office keys` lists them all."""


@dataclass(frozen=True, slots=True)
class SignerRow:
    """A generation of our signing key."""

    generation: int
    first: date
    until: date
    mark: Mark


@dataclass(frozen=True, slots=True)
class OwnKeys:
    """Our keys in numbers; `epoch` is the receive key of today, or None after the last."""

    statement: KeyStatement
    rotation_due: date
    epoch: queries.OwnEpoch | None
    ahead: int
    last_day: date
    old_kept: int
    root: Mark


@dataclass(frozen=True, slots=True)
class AcrossRow:
    """How an office across and we stand with each other's keys."""

    code: str
    name_ko: str
    name_en: str
    serial: int
    stated_at: datetime | None
    left: int
    last_day: date
    has_ours: Mark
    done_through: int
    mark: Mark


@dataclass(frozen=True, slots=True)
class FallenRow:
    """A dispatch of another office that a revoked key of its signed, and what a person does now."""

    id: str
    generation: int
    kind: str
    since: datetime
    mark: Mark
    to_do: str


@needs(get="office.see")
def keys(request: StaffRequest) -> HttpResponse:
    """Our keys and the other offices', with their dates, and what a person has to do."""
    now = settings.CLOCK.now()
    own = queries.own_statement()
    language: Language = "en" if (get_language() or "ko").startswith("en") else "ko"
    standings = queries.key_standings()
    fell = [one for other in standings for one in fallen_dispatches(other.code)]
    context = {
        "own": _own(own, now=now),
        "signers": [_signer(own, one, day=day_of(now)) for one in reversed(own.signers)],
        "across": [_across(one, own=own, now=now) for one in standings],
        "fell": [_fallen(one) for one in fell[:FALLEN_SHOWN]],
        "fell_more": max(0, len(fell) - FALLEN_SHOWN),
        "may_open": request.staff is not None and may(request.staff.role, "channel.see"),
        "notices": [
            message(notice.key, language).format_map(notice.facts())
            for notice in queries.key_notices(now)
        ],
    }
    return render(request, "web/console/keys.html", context)


def _own(own: KeyStatement, *, now: datetime) -> OwnKeys:
    kept = queries.own_epochs(now)
    here = queries.root_is_here()
    return OwnKeys(
        statement=own,
        rotation_due=rotation_due(own),
        epoch=next(
            (e for e in kept if e.in_use and e.published and not is_emergency(e.number)), None
        ),
        ahead=epochs_left(own, now=now),
        last_day=own.epochs[-1].until,
        old_kept=sum(1 for one in kept if one.private_here and not one.published),
        root=(
            Mark(_("in this machine"), "triangle", "needs")
            if here
            else Mark(_("kept elsewhere"), "tick", "done")
        ),
    )


def _signer(own: KeyStatement, one: SignerKey, *, day: date) -> SignerRow:
    if own.revocation(one.generation) is not None:
        mark = Mark(_("revoked"), "dash", "refused")
    elif one is not own.newest:
        mark = Mark(_("replaced"), "ring", "quiet")
    elif rotation_due(own) <= day:
        mark = Mark(_("due for rotation"), "triangle", "needs")
    else:
        mark = Mark(_("in use"), "tick", "done")
    return SignerRow(one.generation, one.first, one.until, mark)


def _across(one: queries.KeyStanding, *, own: KeyStatement, now: datetime) -> AcrossRow:
    told = one.statement
    return AcrossRow(
        code=one.code,
        name_ko=told.name_ko,
        name_en=told.name_en,
        serial=told.serial,
        stated_at=one.stated_at,
        left=epochs_left(told, now=now),
        last_day=told.epochs[-1].until,
        has_ours=(
            Mark(_("the current one"), "tick", "done")
            if one.knows_serial >= own.serial
            else Mark(_("No. %(serial)s") % {"serial": one.knows_serial}, "half", "moving")
        ),
        done_through=one.epochs_done,
        mark=(
            Mark(_("fingerprint compared"), "tick", "done")
            if one.confirmed
            else Mark(_("fingerprint not compared yet"), "triangle", "needs")
        ),
    )


def _fallen(one: FallenDispatch) -> FallenRow:
    if one.state is DispatchState.APPLIED:
        to_do = _(
            "It had its effect. Ask the other side in another way, and look at what it changed."
        )
    else:
        to_do = _("Nothing: it is refused at its turn, and the other side may seal the paper anew.")
    return FallenRow(
        id=one.id,
        generation=one.generation,
        kind=words.short(one.kind) if one.kind else _("not opened yet"),
        since=one.received_at,
        mark=words.mark("dispatch", one.state),
        to_do=to_do,
    )
