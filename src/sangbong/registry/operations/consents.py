"""Consent given and withdrawn; and the only door by which personal data may leave."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.custody.clearance import Clearance
from sangbong.office.core.actor import Actor
from sangbong.office.core.audit import digest_of_ids
from sangbong.office.operations import record_audit
from sangbong.registry.core.blocks import blocks
from sangbong.registry.core.consent import (
    ConsentRecord,
    PersonFacts,
    Subject,
    Use,
    decide,
    read_purpose,
)
from sangbong.registry.core.people import LifeStatus
from sangbong.registry.models import Application, Consent, Person, Release, ReleaseSubject

_ASKED_AT_ONCE = 5_000
_BASIS_MAX = 200


def give_consent(
    *,
    now: datetime,
    actor: Actor,
    person_id: int,
    use: Use,
    recipient: str,
    how_given: str,
    until_at: datetime | None = None,
) -> int:
    """Record that a person agreed to one use, for one office (`KP-PYO`) or side (`KP`).

    Asking twice adds nothing while the first stands. The consent's id is returned.

    Raises:
        SangbongError: `registry.person_unknown`; `registry.consent_over` where it ends at once.
    """
    if not Person.objects.filter(pk=person_id).exists():
        raise SangbongError("registry.person_unknown")
    if until_at is not None and until_at <= now:
        raise SangbongError("registry.consent_over")
    standing = Consent.objects.filter(
        person_id=person_id,
        use=use.value,
        recipient=recipient,
        withdrawn_at=None,
        until_at=until_at,
        given_at__lte=now,
    ).first()
    if standing is not None:
        return standing.pk
    given = Consent.objects.create(
        person_id=person_id,
        use=use.value,
        recipient=recipient,
        given_at=now,
        how_given=how_given,
        until_at=until_at,
    )
    record_audit(
        now=now,
        actor=actor,
        action="registry.give_consent",
        subjects=[f"person:{person_id}"],
        facts={"use": use.value, "recipient": recipient, "consent": given.pk},
    )
    return given.pk


def withdraw_consent(
    *,
    now: datetime,
    actor: Actor,
    person_id: int,
    use: Use | None = None,
    how_withdrawn: str = "told",
) -> int:
    """End one use, or every use, of a person from this instant on; how many ended is returned.

    No clearance made later can rest on them; what has already left is not undone by this.

    Raises:
        SangbongError: `registry.person_unknown`.
    """
    if not Person.objects.filter(pk=person_id).exists():
        raise SangbongError("registry.person_unknown")
    standing = Consent.objects.filter(person_id=person_id, withdrawn_at=None)
    if use is not None:
        standing = standing.filter(use=use.value)
    ended = 0
    for consent in standing.select_for_update():
        # a consent lodged for a later day ends when it begins
        consent.withdrawn_at = max(now, consent.given_at)
        consent.how_withdrawn = how_withdrawn
        consent.save(update_fields=["withdrawn_at", "how_withdrawn"])
        ended += 1
    record_audit(
        now=now,
        actor=actor,
        action="registry.withdraw_consent",
        subjects=[f"person:{person_id}"],
        facts={"use": use.value if use else "all", "ended": ended},
    )
    return ended


def clear_for_release(
    *,
    now: datetime,
    actor: Actor,
    application_nos: Sequence[str],
    recipient: OfficeCode,
    purpose: str,
    fields: Sequence[str],
    basis: str,
) -> Clearance:
    """Make the clearance under which particulars of these applications may leave.

    Fields are words of `core.consent` such as `name` or `sought.birth`. One release is written down,
    with everyone it tells of.

    Raises:
        SangbongError: `registry.consent_missing` (nothing is cleared; `missing` says how many
            lack a live consent), `registry.application_unknown`, `registry.field_not_releasable`,
            `registry.purpose_unknown`, `registry.no_fields`, `registry.no_basis`.
    """
    ids: list[int] = []
    for some in blocks(dict.fromkeys(application_nos), _ASKED_AT_ONCE):
        found = Application.objects.filter(application_no__in=some)
        ids += found.values_list("applicant_id", flat=True)
    unknown = len(set(application_nos)) - len(ids)
    if unknown or not ids:
        raise SangbongError("registry.application_unknown", count=unknown)
    return _clear(
        now=now,
        actor=actor,
        person_ids=ids,
        subject=Subject.APPLICANT,
        recipient=recipient,
        purpose=purpose,
        fields=fields,
        basis=basis,
    )


def clear_person_for_release(
    *,
    now: datetime,
    actor: Actor,
    person_ids: Sequence[int],
    recipient: OfficeCode,
    purpose: str,
    fields: Sequence[str],
    basis: str,
) -> Clearance:
    """Make the clearance under which found people may be told of.

    Each must have agreed (`tell_seeker`), or be believed dead where only the death and what proves
    the person is told; a shielded person is never cleared, and looks like a missing consent.

    Raises:
        SangbongError: as `clear_for_release`, and `registry.person_unknown`.
    """
    if not person_ids:
        raise SangbongError("registry.person_unknown")
    return _clear(
        now=now,
        actor=actor,
        person_ids=list(dict.fromkeys(person_ids)),
        subject=Subject.FOUND,
        recipient=recipient,
        purpose=purpose,
        fields=fields,
        basis=basis,
    )


def _clear(
    *,
    now: datetime,
    actor: Actor,
    person_ids: list[int],
    subject: Subject,
    recipient: OfficeCode,
    purpose: str,
    fields: Sequence[str],
    basis: str,
) -> Clearance:
    why = read_purpose(purpose)
    if not basis.strip() or len(basis) > _BASIS_MAX:
        raise SangbongError("registry.no_basis", limit=_BASIS_MAX)
    people: list[PersonFacts] = []
    consents: list[ConsentRecord] = []
    for some in blocks(person_ids, _ASKED_AT_ONCE):
        people += _people(some)
        consents += _consents(some)
    if len(people) != len(person_ids):
        raise SangbongError("registry.person_unknown")
    decision = decide(
        people=people,
        consents=consents,
        subject=subject,
        purpose=why,
        fields=fields,
        recipient=recipient,
        at=now,
    )
    if decision.missing:
        raise SangbongError("registry.consent_missing", missing=len(decision.missing))
    words = tuple(sorted(set(fields)))
    clearance = Clearance(
        basis=basis,
        purpose=why.value,
        recipient=recipient,
        fields=words,
        consent_ids=tuple(f"consent:{known}" for known in decision.consent_ids),
    )
    release = Release.objects.create(
        recipient=recipient,
        purpose=why.value,
        basis=basis,
        fields=list(words),
        consent_digest=clearance.consent_digest,
        people=len(people),
        staff=actor.staff,
        cleared_at=now,
    )
    ReleaseSubject.objects.bulk_create(
        (ReleaseSubject(release=release, person_id=known) for known in person_ids),
        batch_size=2_000,
    )
    record_audit(
        now=now,
        actor=actor,
        action="registry.clear_for_release",
        subjects=[f"release:{release.pk}"],
        facts={
            "recipient": recipient,
            "purpose": why.value,
            "people": len(people),
            "digest": digest_of_ids(f"person:{known}" for known in person_ids),
            "consents": clearance.consent_digest,
        },
    )
    return clearance


def _people(ids: Sequence[int]) -> list[PersonFacts]:
    rows = Person.objects.filter(pk__in=ids).values_list("pk", "shielded", "life_status")
    return [
        PersonFacts(person_id=pk, shielded=shielded, dead=life == LifeStatus.DEAD)
        for pk, shielded, life in rows
    ]


def _consents(ids: Sequence[int]) -> list[ConsentRecord]:
    rows = Consent.objects.filter(person_id__in=ids).values_list(
        "pk", "person_id", "use", "recipient", "given_at", "withdrawn_at", "until_at"
    )
    return [ConsentRecord(*row) for row in rows]
