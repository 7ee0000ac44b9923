"""What the pages of the line share: who is across, what a form said, and one press with its undo."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.people.said import Said, Side
from sangbong.office.permissions import may
from sangbong.office.queries import staff
from sangbong.web import offices, words
from sangbong.web.faces import Chip
from sangbong.web.request import StaffRequest, language_of

Choice = TypeVar("Choice", bound=StrEnum)
SOURCES = (Side.THEIRS, Side.OURS, Side.BOTH, Side.THIRD)
_LOCAL = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True, slots=True)
class Across:
    """The office across that a page is about."""

    code: OfficeCode
    name: str


def across(request: StaffRequest, code: str) -> Across:
    """The office across with this code.

    Raises:
        Http404: we know none.
    """
    own = request.office.code if request.office else ""
    name = offices.names(request).get(code)
    if name is None or code == own:
        raise Http404
    return Across(code=OfficeCode(code), name=name)


def pages_of(code: str, *, here: str) -> list[Chip]:
    """The pages about one office across, as links."""
    found = (
        ("channel-calls", _("Calls")),
        ("channel-line", _("The line")),
        ("channel-presence", _("Staff there")),
        ("channel-meetings", _("Meetings")),
        ("channel-offers", _("Papers offered")),
        ("channel-packing-list", _("Packing list")),
    )
    return [
        Chip(label, reverse(route, args=[code]), current=route == here) for route, label in found
    ]


def may_record(request: StaffRequest) -> bool:
    """Whether this member of staff writes things down about the line."""
    return request.staff is not None and may(request.staff.role, "line.record")


def display_names() -> dict[str, str]:
    """The name of every member of staff, by user name."""
    return {one.username: one.display_name for one in staff()}


def text(request: StaffRequest, name: str) -> str:
    """A field as typed, with the line ends of our papers."""
    return str(request.POST.get(name, "")).replace("\r\n", "\n").strip()


def back_to(request: StaffRequest, otherwise: str) -> str:
    """The page of the channel that a form came from."""
    back = text(request, "then")
    # only a page of ours: an address from elsewhere would lead an officer away
    return back if back.startswith("/channel") else otherwise


def choice(request: StaffRequest, name: str, known: type[Choice]) -> Choice:
    """One of a list's values.

    Raises:
        SangbongError: `web.choice_missing`.
    """
    raw = text(request, name)
    if raw not in set(known):
        raise SangbongError("web.choice_missing")
    return known(raw)


def moment(request: StaffRequest, name: str) -> datetime:
    """A moment typed by the office's clock.

    Raises:
        SangbongError: `web.moment_needed`.
    """
    try:
        return local_moment(text(request, name))
    except ValueError as error:
        raise SangbongError("web.moment_needed") from error


def local_moment(typed: str) -> datetime:
    """A moment as a browser writes it, on the office's clock.

    Raises:
        ValueError: not such a moment.
    """
    naive = datetime.strptime(typed, _LOCAL)  # noqa: DTZ007 -- the office's zone is added here
    return naive.replace(tzinfo=timezone.get_current_timezone())


def for_input(at: datetime) -> str:
    """A moment as an input of a page holds it."""
    return timezone.localtime(at).strftime(_LOCAL)


def whole_number(request: StaffRequest, name: str) -> int | None:
    """A number, or None where nothing was typed.

    Raises:
        SangbongError: `web.number_needed`.
    """
    raw = text(request, name)
    if not raw:
        return None
    if not (raw.isascii() and raw.isdigit() and len(raw) <= 6):
        raise SangbongError("web.number_needed")
    return int(raw)


def said(request: StaffRequest) -> Said:
    """Who said so, from the fields that every such form has.

    Raises:
        SangbongError: `web.choice_missing`.
    """
    return Said(
        side=choice(request, "side", Side),
        by=text(request, "by"),
        paper=text(request, "paper"),
        saw=text(request, "saw"),
    )


def options(family: str, values: Iterable[StrEnum]) -> list[tuple[str, str]]:
    """Values with their short names, for a list to choose from."""
    return [(value.value, words.short(f"{family}.{value}")) for value in values]


def write_down(
    request: StaffRequest,
    deed: Callable[[], str],
    *,
    then: str,
    again: Callable[[list[str]], HttpResponse],
) -> HttpResponse:
    """Do a deed that returns its record's name, and lead to a page that offers to take it back."""
    try:
        with transaction.atomic():
            record = deed()
    except SangbongError as fault:
        return again([fault.text(language_of(request))])
    mark = "&" if "?" in then else "?"
    return HttpResponseRedirect(f"{then}{mark}done={record}")
