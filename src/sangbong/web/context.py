"""What the frame of every page needs: office, rail, display."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sangbong.office.permissions import may
from sangbong.web.preferences import SIZES, display_of
from sangbong.web.request import SignedIn, language_of


@dataclass(frozen=True, slots=True)
class Work:
    """One place of the rail: its name, its first page, and the deed that opens it."""

    label: Promise
    route: str
    deed: str
    prefix: str | tuple[str, ...]


RAIL = (
    Work(_("Today"), "today", "today.see", "today"),
    Work(_("Families"), "families", "people.see", "famil"),
    Work(_("Rounds"), "rounds", "rounds.see", "round"),
    Work(_("Inquiries"), "inquiries", "inquiries.see", "inquir"),
    Work(_("Letters"), "letters", "letters.see", "letter"),
    Work(_("Sittings"), "sittings", "sittings.see", "sitting"),
    Work(_("Channel"), "channel", "channel.see", ("channel", "paper")),
    Work(_("Permits"), "permits", "rounds.see", "permit"),
    Work(_("Reports"), "reports", "reports.see", "report"),
    Work(_("Office"), "office", "office.see", "office"),
)


@dataclass(frozen=True, slots=True)
class RailItem:
    """One link of the rail as drawn."""

    label: Promise
    href: str
    current: bool


def rail_for(staff: SignedIn | None, view_name: str) -> list[RailItem]:
    """The places this member of staff may enter, by work."""
    if staff is None:
        return []
    return [
        RailItem(work.label, reverse(work.route), view_name.startswith(work.prefix))
        for work in RAIL
        if may(staff.role, work.deed)
    ]


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context of `web/frame.html`."""
    match = request.resolver_match
    staff: SignedIn | None = getattr(request, "staff", None)
    office = getattr(request, "office", None)
    language = language_of(request)
    return {
        "display": display_of(request),
        "sizes": SIZES,
        "languages": settings.LANGUAGES,
        "language": language,
        "staff": staff,
        "office": office,
        "office_name": (office.name_en if language == "en" else office.name_ko) if office else "",
        "rail": rail_for(staff, match.view_name if match else ""),
        "here": request.get_full_path() if request.method == "GET" else request.path,
        "now": getattr(request, "now", None),
    }
