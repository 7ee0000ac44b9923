"""What tests of presses share: the first row of a table, English pages, the told sentence."""

from __future__ import annotations

from django.http import HttpResponse
from django.test import Client
from tests.web.furnishing import model


def first(name: str) -> int:
    """The id of the oldest row of a table."""
    return int(model(name).objects.order_by("pk").first().pk)


def english(client: Client, settings: object) -> Client:
    """The same visitor, reading English."""
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"  # type: ignore[attr-defined]
    return client


def told(response: HttpResponse) -> str:
    """The sentence of the error summary."""
    assert response.status_code == 422
    text = response.content.decode()
    start = text.index("<li>", text.index("error-summary")) + 4
    return text[start : text.index("</li>", start)]


def round_in(state: str) -> None:
    unset = {"planned": {"drawn_at": None, "seed": "", "roll_frozen_at": None, "roll_sha256": ""}}
    model("Round").objects.filter(code="video-8").update(state=state, **unset.get(state, {}))
    if state == "planned":
        model("Candidate").objects.all().delete()
        model("RollRow").objects.all().delete()


def on_the_final_list(state: str) -> None:
    round_in(state)
    for place, row in enumerate(model("Candidate").objects.order_by("rank"), start=1):
        row.second, row.second_place = "chosen", place
        row.final, row.final_place = ("reserve", 1) if place == 3 else ("chosen", place)
        row.save()
