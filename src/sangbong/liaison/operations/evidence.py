"""Our logs in the database, and witnessing the other offices': `liaison.core.evidence.witness`.

All works in the caller's transaction. What `evidence_for` gives leaves the office: commit before.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import transaction

from sangbong.kernel.canonical import JsonValue, sha256_hex
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.adapters.sealing import CounterpartVerifier
from sangbong.liaison.core.evidence.checkpoint import Origin
from sangbong.liaison.core.evidence.equivocation import (
    Finding,
    ProofKind,
    check_proof,
    numbers_proof,
    proof_digest,
    write_proof,
)
from sangbong.liaison.core.evidence.evidence import (
    Act,
    Identity,
    PublicKey,
    trail_digest,
    trail_salt,
)
from sangbong.liaison.core.evidence.witness import Due, Verdict, due, judge_message, message_for
from sangbong.liaison.core.evidence.witness import log_acts as write_acts
from sangbong.liaison.core.wire.envelope import read_envelope
from sangbong.liaison.core.wire.ports import Verifier
from sangbong.liaison.models import EvidenceLeaf, EvidenceProof, OwnIncarnation
from sangbong.liaison.operations.log_book import DatabaseBook
from sangbong.office.core.actor import Actor
from sangbong.office.operations import record_audit
from sangbong.office.queries import (
    key_standing,
    latest_audit_entries,
    own_office,
    own_signer,
    own_statement_file,
    verify_key_of,
)

TRAIL_EVERY = timedelta(hours=1)
"""How often at most the audit trail's head is written into a log. Source: safety.md 4.7."""
_WITNESS = Actor("system:witness", "log and witness")


def log_acts(*, now: datetime, counterpart: OfficeCode, acts: Sequence[tuple[Act, str]]) -> None:
    """Write deeds of ours towards an office, each with its digest, into our log: rule LK1.

    A batch costs as many statements as one deed.
    """
    if acts:
        with transaction.atomic():
            write_acts(
                DatabaseBook(now),
                _own(counterpart),
                [(kind.value, digest) for kind, digest in acts],
            )


def evidence_due(*, now: datetime, counterpart: OfficeCode) -> Due:
    """Whether our log is to be shown to an office for its own sake: rule LW10."""
    return due(DatabaseBook(now), _own(counterpart))


def evidence_for(
    *, now: datetime, counterpart: OfficeCode, with_trail: bool = True
) -> dict[str, JsonValue]:
    """The member `evidence` of an exchange with an office: rules LK2, LK3 and LW8.

    Without `with_trail` the trail's head is not written into the log: rule LW10.

    Raises:
        SangbongError: `liaison.log_damaged`; our disk's fault: the exchange may go with `{}`.
    """
    with transaction.atomic():
        book, origin = DatabaseBook(now), _own(counterpart)
        identity = _identity(counterpart)
        _log_statement(book, origin)
        if with_trail:
            _log_trail(book, origin, identity=identity, now=now)
        return message_for(book, origin, identity=identity)


def accept_evidence(*, now: datetime, counterpart: OfficeCode, value: JsonValue) -> Verdict:
    """Witness what an office shows, keep what it proves: rules LW1 to LW9.

    Raises:
        SangbongError: as `core.witness.judge_message`; nothing was taken of it.
    """
    with transaction.atomic():
        verdict = judge_message(
            DatabaseBook(now),
            value,
            own=_own(counterpart),
            identity=_identity(counterpart),
            key_of=lambda generation: _key_of(counterpart, generation),
            now=now,
        )
        for proof in verdict.proofs:
            _keep(proof, now=now)
    return verdict


def accuse(*, now: datetime, held: bytes, offered: bytes) -> str | None:
    """Keep the proof that two signed envelopes cannot stand in one stream: rule EQ4.

    Returns:
        The proof's name, or None where they can, where this was proved before, or where a key that
        signed is revoked.

    Raises:
        SangbongError: `liaison.envelope_garbled` and alike, `liaison.signature_wrong`,
            `liaison.proof_garbled`; nothing is proved.
    """
    headers = [read_envelope(one).header for one in (held, offered)]
    first, second = (held, offered)
    if headers[0].sequence > headers[1].sequence:
        first, second = offered, held
    accused = headers[0].sender
    statement = key_standing(accused).statement
    if any(statement.revocation(one.signer) is not None for one in headers):
        # whoever took the key may have signed it
        return None
    signers = {one.generation: one.key for one in statement.signers}
    proof = write_proof(
        ProofKind.NUMBERS,
        numbers_proof(first, second),
        accused=accused,
        by=own_office().code,
        now=now,
        keys={one.signer: signers[one.signer] for one in headers if one.signer in signers},
    )
    try:
        return _keep(proof, now=now)
    except SangbongError as fault:
        if fault.code == "liaison.proof_empty":
            return None
        raise


def see_proof(*, now: datetime, actor: Actor, digest: str) -> None:
    """Note that a person has looked at a proof: the alarm rests, the proof stays.

    Raises:
        SangbongError: `liaison.proof_unknown`.
    """
    with transaction.atomic():
        seen = EvidenceProof.objects.filter(digest=digest, seen_at=None)
        if not seen.update(seen_by=actor.staff, seen_at=now):
            raise SangbongError("liaison.proof_unknown")
        record_audit(now=now, actor=actor, action="liaison.see_proof", subjects=[f"proof:{digest}"])


def verifier_of(public: bytes) -> Verifier:
    """What checks signatures for 32 public bytes.

    Raises:
        ValueError: not a public key: the writer's fault.
    """
    return CounterpartVerifier(Ed25519PublicKey.from_public_bytes(public))


def _keep(proof: bytes, *, now: datetime) -> str | None:
    """Check a proof as anybody would, then keep it and tell the trail; None if it was known."""
    found: Finding = check_proof(proof, verifier_of=verifier_of)
    digest = proof_digest(proof)
    _, fresh = EvidenceProof.objects.get_or_create(
        accused=found.accused,
        kind=found.kind.value,
        about=found.about,
        defaults={"digest": digest, "data": proof, "found_at": now},
    )
    if not fresh:
        return None
    record_audit(
        now=now,
        actor=_WITNESS,
        action="liaison.two_histories",
        subjects=[f"office:{found.accused}", f"proof:{digest}"],
        facts={"kind": found.kind.value, "about": found.about},
    )
    return digest


def _own(counterpart: OfficeCode) -> Origin:
    number = OwnIncarnation.objects.values_list("number", flat=True).first()
    return Origin(own_office().code, counterpart, number or 1)


def _identity(counterpart: OfficeCode) -> Identity:
    generation, signer = own_signer(counterpart)
    return Identity(generation, signer.public_key().public_bytes_raw(), signer)


def _key_of(code: OfficeCode, generation: int) -> PublicKey:
    key = verify_key_of(code, generation)
    return PublicKey(generation, key.public_bytes_raw(), CounterpartVerifier(key))


def _last(origin: Origin, kind: Act) -> EvidenceLeaf | None:
    rows = EvidenceLeaf.objects.filter(
        log__office=origin.office,
        log__witness=origin.witness,
        log__incarnation=origin.incarnation,
        kind=kind.value,
    )
    return rows.order_by("-number").first()


def _log_statement(book: DatabaseBook, origin: Origin) -> None:
    digest = sha256_hex(own_statement_file())
    last = _last(origin, Act.STATEMENT)
    if last is None or last.digest != digest:
        write_acts(book, origin, [(Act.STATEMENT.value, digest)])


def _log_trail(book: DatabaseBook, origin: Origin, *, identity: Identity, now: datetime) -> None:
    """Let the witness hold the audit trail's head, salted: rule EV2."""
    (head, *_), last = latest_audit_entries(limit=1), _last(origin, Act.TRAIL)
    if last is not None and (last.entry == head.number or now - last.logged_at < TRAIL_EVERY):
        return
    log = book.log(origin)
    assert log is not None, "the statement was logged before"  # noqa: S101 -- our own order
    salt = trail_salt(identity.signer, origin=str(origin), number=log.size + 1)
    write_acts(book, origin, [(Act.TRAIL.value, trail_digest(salt, head.digest))])
    EvidenceLeaf.objects.filter(
        log__office=origin.office,
        log__witness=origin.witness,
        log__incarnation=origin.incarnation,
        number=log.size + 1,
    ).update(entry=head.number, salt=salt.hex())
