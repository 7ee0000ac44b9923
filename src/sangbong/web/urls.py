"""Every page's address. A view is `permissions.needs(...)` or `open_to_all(...)`: a test walks this list."""

from __future__ import annotations

from django.urls import path

from sangbong.web import gallery, preferences, signin
from sangbong.web.console import today

urlpatterns = [
    path("", today.today, name="today"),
    path("sign-in", signin.sign_in, name="sign-in"),
    path("sign-in/once/<str:token>", signin.sign_in_once, name="sign-in-once"),
    path("sign-out", signin.sign_out, name="sign-out"),
    path("preferences", preferences.change, name="preferences"),
    path("gallery", gallery.gallery, name="gallery"),
]
