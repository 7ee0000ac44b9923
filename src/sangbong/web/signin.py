"""Signing in by password or by a link that works once; signing out."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from django.contrib.auth import authenticate, login, logout
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from sangbong.kernel.errors import SangbongError
from sangbong.office.core.actor import Actor
from sangbong.office.operations import record_audit, redeem_sign_in_link
from sangbong.web.permissions import open_to_all
from sangbong.web.preferences import back_to
from sangbong.web.request import language_of

TRIES = 5
WAIT_SECONDS = 15 * 60
_BACKEND = "django.contrib.auth.backends.ModelBackend"
_USERNAME_LENGTH_MAX = 50
_PASSWORD_LENGTH_MAX = 200


def _throttle_key(request: HttpRequest, username: str) -> str:
    told = f"{username.casefold()}\n{request.META.get('REMOTE_ADDR', '')}"
    return "sign-in:" + hashlib.sha256(told.encode()).hexdigest()


@open_to_all("GET", "POST")
def sign_in(request: HttpRequest) -> HttpResponse:
    """The form; five wrong passwords for a name from one machine, and that pair waits 15 minutes."""
    if request.method == "GET":
        return _form(request, username="", fault=None)
    username = request.POST.get("username", "")[:_USERNAME_LENGTH_MAX].strip()
    try:
        return _try_password(request, username)
    except SangbongError as fault:
        return _form(request, username=username, fault=fault)


def _try_password(request: HttpRequest, username: str) -> HttpResponse:
    key = _throttle_key(request, username)
    if int(cache.get(key, 0)) >= TRIES:
        raise SangbongError("web.sign_in_wait", minutes=WAIT_SECONDS // 60)
    password = request.POST.get("password", "")[:_PASSWORD_LENGTH_MAX]
    user = authenticate(request, username=username, password=password)
    if user is None:
        # add() keeps the first failure's fifteen minutes: later ones do not prolong the wait
        if not cache.add(key, 1, WAIT_SECONDS):
            cache.incr(key)
        raise SangbongError("web.sign_in_wrong")
    cache.delete(key)
    with transaction.atomic():
        login(request, user, backend=_BACKEND)
        record_audit(
            now=request.now,  # type: ignore[attr-defined]
            actor=Actor(user.get_username(), "sign-in"),
            action="office.sign_in",
            facts={"by": "password"},
        )
    return HttpResponseRedirect(back_to(request, otherwise=reverse("today")))


def _form(request: HttpRequest, *, username: str, fault: SangbongError | None) -> HttpResponse:
    return render(
        request,
        "web/sign_in.html",
        {
            "username": username,
            "next": back_to(request, otherwise=""),
            "faults": [fault.text(language_of(request))] if fault else [],
        },
        status=422 if fault else 200,
    )


@open_to_all("GET", "POST")
def sign_in_once(request: HttpRequest, token: str) -> HttpResponse:
    """A link that works once. Only pressing the button uses it up: a preview of the link does not."""
    if request.method == "GET":
        return render(request, "web/sign_in_once.html", {"faults": []})
    try:
        with transaction.atomic():
            # one-time codes always run by real time, whatever day a drill's story tells
            staff = redeem_sign_in_link(now=datetime.now(UTC), token=token)
            login(request, staff, backend=_BACKEND)
    except SangbongError as fault:
        return render(
            request,
            "web/sign_in_once.html",
            {"faults": [fault.text(language_of(request))]},
            status=422,
        )
    return HttpResponseRedirect(reverse("today"))


@open_to_all("POST")
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session on this machine."""
    logout(request)
    return HttpResponseRedirect(reverse("sign-in"))
