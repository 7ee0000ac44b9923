"""Leave for fields to cross: nothing enters the outbox without one.

Only `registry.operations.clear_for_release` makes a clearance for personal data; papers that name
nobody go under `standing`.
"""

from __future__ import annotations

from dataclasses import dataclass

from sangbong.kernel.canonical import JsonValue, canonical_bytes, sha256_hex
from sangbong.kernel.ids import OfficeCode


@dataclass(frozen=True, slots=True)
class Clearance:
    """What may leave, to whom, for which purpose, and on which basis.

    `basis` is an agreement paragraph or a standing basis; `fields` names the personal fields that
    may leave (none for a paper about nobody); `consent_ids` the live consents relied on.
    """

    basis: str
    purpose: str
    recipient: OfficeCode
    fields: tuple[str, ...] = ()
    consent_ids: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """A clearance without a basis or a purpose is our own mistake."""
        assert self.basis, "a clearance rests on something"  # noqa: S101 -- our own mistake
        assert self.purpose, "a clearance is for something"  # noqa: S101 -- our own mistake

    @property
    def consent_digest(self) -> str:
        """SHA-256 over the sorted consent ids: keeps thousands of them on one outbox row."""
        return sha256_hex(canonical_bytes(sorted(self.consent_ids)))

    def record(self) -> dict[str, JsonValue]:
        """What the outbox row keeps, so that an auditor can ask why a dispatch left."""
        return {
            "basis": self.basis,
            "consent_digest": self.consent_digest,
            "consents": len(self.consent_ids),
            "fields": list(self.fields),
            "purpose": self.purpose,
            "recipient": self.recipient,
        }


def standing(basis: str, purpose: str, recipient: OfficeCode) -> Clearance:
    """A clearance for a paper that carries nothing about any family."""
    return Clearance(basis=basis, purpose=purpose, recipient=recipient)
