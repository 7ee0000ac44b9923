"""A dispatch through a third office: where two offices have no way to each other, but each to a third.

What is relayed is a *bundle* (bundle.py), sealed for the final office and signed by its origin; it lies
as an attachment in a dispatch of kind `liaison.relay` to the office that relays, which puts it as it is
into a dispatch of its own to the final office.

1. (RL1) The relay cannot read a bundle, change it or make one: it is sealed for the final office and
   signed by its origin. It learns who writes to whom, when, and the size class.
2. (RL2) A relay passes on only to the final office itself, a counterpart of its own: nothing is relayed
   twice, so nothing goes in a circle.
3. (RL3) Each of the two outer dispatches is receipted between its own two offices. That says nothing of
   what lies inside: custody of an inner dispatch stays with its origin until a receipt of the *final*
   office arrives, by whatever way.
4. (RL4) What is relayed may come by a stick or a line as well: the final office takes each dispatch once.
5. (RL5) The final office reads a relayed bundle as it reads one from a stick, with the same outcomes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sangbong.kernel.canonical import JsonValue
from sangbong.kernel.errors import Place, SangbongError
from sangbong.kernel.ids import OfficeCode, office_code
from sangbong.liaison.core.wire.fields import Fields

RELAY_KIND = "liaison.relay"
RELAY_BYTES_MAX = 48 * 1024 * 1024
"""How much goes in one outer dispatch, so that it stays below the largest size class."""


@dataclass(frozen=True, slots=True)
class RelayPaper:
    """The body of `liaison.relay`: who wrote the bundles, and whom they are for.

    `passed_on` says that the sender of this dispatch is the relay and not the origin.
    """

    origin: OfficeCode
    final: OfficeCode
    passed_on: bool

    def to_body(self) -> dict[str, JsonValue]:
        """The paper as it is sealed."""
        return {"final": self.final, "origin": self.origin, "passed_on": self.passed_on}

    @classmethod
    def from_body(cls, body: Mapping[str, JsonValue]) -> RelayPaper:
        """Read the paper strictly.

        Raises:
            SangbongError: `liaison.relay_unreadable`, the sender's fault.
        """
        try:
            fields = Fields(body, "final", "origin", "passed_on")
            return cls(
                origin=office_code(fields.text("origin")),
                final=office_code(fields.text("final")),
                passed_on=fields.truth("passed_on"),
            )
        except (ValueError, SangbongError) as error:
            raise SangbongError(
                "liaison.relay_unreadable", place=Place(source=RELAY_KIND)
            ) from error


def relay_stream(final: OfficeCode) -> str:
    """The stream of the outer dispatches for a final office."""
    return f"relay-{final.lower()}"


def check_relay(
    paper: RelayPaper, *, sender: OfficeCode, own: OfficeCode, bundles: Sequence[bytes]
) -> None:
    """Whether this office has anything to do with a relayed bundle: rules RL2 and RL5.

    Raises:
        SangbongError: `liaison.relay_unreadable` or `liaison.relay_astray`, the sender's fault.
    """
    if not bundles:
        raise SangbongError("liaison.relay_unreadable", place=Place(source=RELAY_KIND))
    expected = sender == paper.origin and paper.final != own
    if paper.passed_on:
        expected = paper.final == own and paper.origin not in {own, sender}
    if not expected:
        raise SangbongError("liaison.relay_astray", origin=paper.origin, final=paper.final)
