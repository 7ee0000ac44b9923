"""How a person wants pages shown: language, size of type, contrast. Kept in cookies on this machine.

A preference is no secret and outlives a session: the next clerk at this screen changes it back in
one press, and a page before sign-in can already be read.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

from sangbong.web.permissions import open_to_all

SIZES = ("1", "2", "3", "4", "5")
CONTRASTS = ("paper", "high", "dark")
_COOKIE_AGE = 365 * 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Display:
    """Size 1 to 5 (2 is normal) and the colour set."""

    size: str
    contrast: str


def _cookie(name: str) -> str:
    return settings.LANGUAGE_COOKIE_NAME.replace("language", name)


def display_of(request: HttpRequest) -> Display:
    """What this machine last chose; anything unknown is the normal."""
    size = request.COOKIES.get(_cookie("size"), "2")
    contrast = request.COOKIES.get(_cookie("contrast"), "paper")
    return Display(
        size=size if size in SIZES else "2",
        contrast=contrast if contrast in CONTRASTS else "paper",
    )


def back_to(request: HttpRequest, *, otherwise: str = "/") -> str:
    """The page a form came from, if it is one of ours."""
    target = request.POST.get("next") or request.GET.get("next") or otherwise
    ours = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
    return target if ours else otherwise


@open_to_all("POST")
def change(request: HttpRequest) -> HttpResponse:
    """Keep one choice and go back to the page."""
    response = HttpResponseRedirect(back_to(request))
    choices = {
        "language": (settings.LANGUAGE_COOKIE_NAME, tuple(code for code, _ in settings.LANGUAGES)),
        "size": (_cookie("size"), SIZES),
        "contrast": (_cookie("contrast"), CONTRASTS),
    }
    for field, (cookie, allowed) in choices.items():
        value = request.POST.get(field)
        if value in allowed:
            response.set_cookie(
                cookie,
                value,
                max_age=_COOKIE_AGE,
                httponly=True,
                samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
            )
    return response
