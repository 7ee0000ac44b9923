"""The words of the evidence page: how a log stands, and what a proof shows."""

from __future__ import annotations

from django.utils.translation import gettext_noop as noop

EVIDENCE_MARKS: dict[str, dict[str, tuple[str, str, str]]] = {
    "log": {
        "unwitnessed": (noop("not witnessed yet"), "ring", "moving"),
        "partly": (noop("witnessed in part"), "half", "moving"),
        "witnessed": (noop("witnessed"), "tick", "done"),
        "missing": (noop("something is missing in it"), "triangle", "needs"),
        "disputed": (noop("two histories signed"), "square", "refused"),
    }
}

EVIDENCE_SHORT: dict[str, str] = {
    "proof.roots": noop("two states of one log"),
    "proof.extension": noop("a log that does not continue itself"),
    "proof.numbers": noop("two dispatches for one place"),
}
