"""A request as our views know it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

from sangbong.kernel.errors import Language
from sangbong.office.core.actor import Actor
from sangbong.office.core.roles import Role
from sangbong.office.queries import OwnOffice


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The member of staff at the other end of a request."""

    username: str
    display_name: str
    role: Role
    language: str


class StaffRequest(HttpRequest):
    """What `middleware.FrameMiddleware` and `permissions.needs` add to every request."""

    now: datetime
    """Domain time, read once from the office's clock."""
    office: OwnOffice | None
    staff: SignedIn | None
    actor: Actor
    """Set by `permissions.needs` once the deed is allowed."""


def language_of(request: HttpRequest) -> Language:
    """The language of this page."""
    return "en" if getattr(request, "LANGUAGE_CODE", "ko").startswith("en") else "ko"
