"""What every request carries: domain time, the office, the member of staff, language and display."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from sangbong.kernel.errors import SangbongError
from sangbong.office.core.roles import Role
from sangbong.office.queries import own_office
from sangbong.web.request import SignedIn

Handler = Callable[[HttpRequest], HttpResponse]


class FrameMiddleware:
    """Runs after Django's authentication and before every view."""

    def __init__(self, get_response: Handler) -> None:
        """Remember the next handler."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Dress the request, answer it, and say what browsers may do with the answer."""
        request.now = settings.CLOCK.now()  # type: ignore[attr-defined]
        request.office = _office()  # type: ignore[attr-defined]
        request.staff = _staff(request)  # type: ignore[attr-defined]
        _speak(request)
        office = request.office  # type: ignore[attr-defined]
        with timezone.override(ZoneInfo(office.time_zone) if office else None):
            response = self.get_response(request)
        # what a page shows of persons stays out of shared and disk caches
        if "Cache-Control" not in response:
            response["Cache-Control"] = "no-store"
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        response["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=()"
        return response


def _office() -> object:
    try:
        return own_office()
    except SangbongError:
        return None


def _staff(request: HttpRequest) -> SignedIn | None:
    user = request.user
    if not user.is_authenticated or not user.is_active:
        return None
    return SignedIn(
        username=user.username,
        display_name=user.display_name,
        role=Role(user.role),
        language=user.language,
    )


def _speak(request: HttpRequest) -> None:
    """The language chosen on this machine, else the member of staff's own, else the browser's."""
    staff: SignedIn | None = request.staff  # type: ignore[attr-defined]
    if staff is None or settings.LANGUAGE_COOKIE_NAME in request.COOKIES:
        return
    translation.activate(staff.language)
    request.LANGUAGE_CODE = translation.get_language() or settings.LANGUAGE_CODE
