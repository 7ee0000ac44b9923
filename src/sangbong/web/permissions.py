"""Every route names its deed: a view without `needs` or `open_to_all` is caught by a test.

Forbidden and missing look the same: both are the page-not-found page, byte for byte, so that nobody
learns from an address whether a case exists.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import (
    Http404,
    HttpRequest,
    HttpResponseBase,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.urls import reverse

from sangbong.office.core.actor import Actor
from sangbong.office.permissions import DEEDS, may

View = Callable[..., HttpResponseBase]
OPEN = "open"
"""The deed of the few pages that a person sees before signing in."""


@dataclass(slots=True, eq=False)
class GuardedView:
    """A view behind its deeds, one for each HTTP method that it answers."""

    inner: View
    deeds: dict[str, str]

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Let the request in, send it to the sign-in page, or find nothing here.

        Raises:
            Http404: this member of staff may not do this.
        """
        method = "GET" if request.method == "HEAD" else request.method or ""
        deed = self.deeds.get(method)
        if deed == OPEN:
            return self.inner(request, *args, **kwargs)
        staff = getattr(request, "staff", None)
        if staff is None:
            here = urlencode({"next": request.get_full_path()})
            return HttpResponseRedirect(f"{reverse('sign-in')}?{here}")
        if deed is None:
            # a method nobody may use is only told to those who may use another
            if not any(may(staff.role, other) for other in self.deeds.values() if other != OPEN):
                raise Http404
            return HttpResponseNotAllowed(sorted(self.deeds))
        if not may(staff.role, deed):
            raise Http404
        name = request.resolver_match.view_name if request.resolver_match else ""
        request.actor = Actor(staff.username, f"{deed}: {name}")  # type: ignore[attr-defined]
        return self.inner(request, *args, **kwargs)


def _guard(view: View, deeds: dict[str, str]) -> GuardedView:
    return GuardedView(inner=view, deeds=deeds)


def needs(*, get: str = "", post: str = "") -> Callable[[View], GuardedView]:
    """Put a view behind a deed for each method it answers.

    Raises:
        KeyError: a deed that `office.permissions.DEEDS` does not know: our mistake, at import.
    """
    deeds = {method: deed for method, deed in (("GET", get), ("POST", post)) if deed}
    for deed in deeds.values():
        DEEDS[deed]

    def wrap(view: View) -> GuardedView:
        return _guard(view, deeds)

    return wrap


def open_to_all(*methods: str) -> Callable[[View], GuardedView]:
    """Let everyone in: only what a person needs before signing in."""

    def wrap(view: View) -> GuardedView:
        return _guard(view, dict.fromkeys(methods, OPEN))

    return wrap
