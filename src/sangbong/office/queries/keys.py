"""Which key for which paper: the channel asks here and nowhere else.

Statements of counterparts are checked once and remembered by their digest; the database is asked
each time which one counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey, MLKEM768X25519PublicKey
from django.conf import settings

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.office.adapters import keystore
from sangbong.office.core import due, epochs, succession
from sangbong.office.core.due import Across, Notice
from sangbong.office.core.statement import KeyStatement, SignedStatement, read_statement
from sangbong.office.core.succession import Position
from sangbong.office.models import Counterpart


@dataclass(frozen=True, slots=True)
class EpochPublic:
    """A recipient's key to seal to; `number` goes into the envelope's header as `epoch`."""

    number: int
    key: MLKEM768X25519PublicKey


@dataclass(frozen=True, slots=True)
class OwnEpoch:
    """A receive key of ours; `published` is whether our current statement still names it."""

    number: int
    first: date
    until: date
    published: bool
    private_here: bool
    in_use: bool


@dataclass(frozen=True, slots=True)
class KeyStanding:
    """How a counterpart and we stand with each other's keys."""

    code: OfficeCode
    statement: KeyStatement
    confirmed: bool
    knows_serial: int
    epochs_done: int
    epochs_said: int
    stated_at: datetime | None

    def to_seal(self, now: datetime) -> EpochPublic:
        """The key that a paper for this office is sealed to at `now`: rules P1 to P3.

        Raises:
            SangbongError: `office.epochs_over`.
        """
        chosen = epochs.epoch_for(self.statement, now=now, floor=self.epochs_said)
        return EpochPublic(number=chosen.number, key=keystore.receive_key(chosen.key))

    def to_verify(self, generation: int, *, at: Position | None = None) -> Ed25519PublicKey:
        """The key that checks a generation's signature on a paper that stands `at` a place.

        Without a place (receipts, bundles, signals) a revoked generation says nothing at all.

        Raises:
            SangbongError: `office.signer_unknown`, where a later statement has not come yet;
                `office.signer_revoked`.
        """
        signer = next((s for s in self.statement.signers if s.generation == generation), None)
        if signer is None:
            raise SangbongError("office.signer_unknown", code=self.code, generation=generation)
        if not succession.stands(self.statement.revocation(generation), at):
            raise SangbongError("office.signer_revoked", code=self.code, generation=generation)
        return keystore.verify_key(signer.key)


def home() -> Path:
    """The folder of this office."""
    return Path(settings.OFFICE_HOME)


def own_statement() -> KeyStatement:
    """Our current statement."""
    return keystore.current_statement(home()).statement


def own_statement_file() -> bytes:
    """Our current statement as it is handed over."""
    return keystore.current_statement(home()).data


def own_epochs(now: datetime) -> list[OwnEpoch]:
    """Our receive keys by number: those published, and older ones whose private half is here."""
    statement, here = own_statement(), set(keystore.receiving_numbers(home()))
    published = {one.number for one in (*statement.epochs, *statement.emergencies)}
    day = epochs.day_of(now)
    return [
        OwnEpoch(
            number=window.number,
            first=window.first,
            until=window.until,
            published=window.number in published,
            private_here=window.number in here,
            in_use=window.first <= day < window.until,
        )
        for window in keystore.windows_of(home(), here | published)
    ]


def key_notices(now: datetime) -> list[Notice]:
    """What a person has to do about keys, our own first: rules D1 to D7 of `core.due`."""
    return due.notices(
        own_statement(),
        [
            Across(one.statement, one.confirmed, one.knows_serial, one.epochs_done)
            for one in key_standings()
        ],
        root_here=root_is_here(),
        private=keystore.windows_of(home(), keystore.receiving_numbers(home())),
        now=now,
    )


def root_is_here() -> bool:
    """Whether our root identity is kept in this machine, where housekeeping can use it."""
    own = own_statement().root
    places = [home() / "keys" / name for name in ("root", "root.next")]
    found = [keystore.load_root(place) for place in places]
    return any(root is not None and root.identity == own for root in found)


def renewal_due(now: datetime) -> bool:
    """Whether fewer epochs lie ahead than there should."""
    return epochs.epochs_left(own_statement(), now=now) < epochs.EPOCHS_AHEAD


def own_receiving(epoch: int) -> MLKEM768X25519PrivateKey:
    """Our private key of an epoch.

    Raises:
        SangbongError: `office.epoch_gone`; destroyed as agreed, or never ours.
    """
    key = keystore.receiving_key(home(), epoch)
    if key is None:
        raise SangbongError("office.epoch_gone", epoch=epoch)
    return key


def own_signer(recipient: OfficeCode | None = None) -> tuple[int, Ed25519PrivateKey]:
    """The generation and key that sign a paper for `recipient`; without one, for all counterparts.

    Rule S8: the newest generation that its readers are known to have.
    """
    own = own_statement()
    rows = Counterpart.objects.exclude(confirmed_at=None)
    if recipient is not None:
        rows = rows.filter(code=recipient)
    serials = list(rows.values_list("knows_serial", flat=True))
    known = min((_generations(serial, own) for serial in serials), default=len(own.signers))
    here = [g.generation for g in own.signers if keystore.has_signing(home(), g.generation)]
    generation = succession.signer_for(own, known=known, here=here)
    return generation, keystore.signing_key(home(), generation)


def _generations(serial: int, own: KeyStatement) -> int:
    """How many generations our statement of that serial names."""
    if serial >= own.serial:
        return len(own.signers)
    told = keystore.statement_of(home(), max(serial, 1))
    return len(told.statement.signers) if told is not None else 1


def receive_key_for(code: OfficeCode, now: datetime) -> EpochPublic:
    """The key that a paper for `code` is sealed to at `now`: rules P1 to P3 of `core.epochs`.

    Raises:
        SangbongError: `office.unknown_counterpart`, `office.epochs_over`.
    """
    return key_standing(code).to_seal(now)


def verify_key_of(
    code: OfficeCode, generation: int, *, at: Position | None = None
) -> Ed25519PublicKey:
    """The key that checks a signature of `code`'s generation; as `KeyStanding.to_verify`.

    Raises:
        SangbongError: `office.unknown_counterpart`, `office.signer_unknown`, `office.signer_revoked`.
    """
    return key_standing(code).to_verify(generation, at=at)


def key_standing(code: OfficeCode) -> KeyStanding:
    """How we stand with one counterpart's keys.

    Raises:
        SangbongError: `office.unknown_counterpart`.
    """
    row = Counterpart.objects.filter(code=code).first()
    if row is None:
        raise SangbongError("office.unknown_counterpart", code=code)
    return _standing(row)


def key_standings() -> list[KeyStanding]:
    """How we stand with all counterparts' keys, by code."""
    return [_standing(row) for row in Counterpart.objects.order_by("code")]


def statement_file(code: OfficeCode) -> bytes:
    """A counterpart's statement as it was handed over, for an auditor.

    Raises:
        SangbongError: `office.unknown_counterpart`.
    """
    row = Counterpart.objects.filter(code=code).first()
    if row is None:
        raise SangbongError("office.unknown_counterpart", code=code)
    return bytes(row.statement)


def _standing(row: Counterpart) -> KeyStanding:
    return KeyStanding(
        code=OfficeCode(row.code),
        statement=statement_of(row).statement,
        confirmed=row.confirmed_at is not None,
        knows_serial=row.knows_serial,
        epochs_done=row.epochs_done,
        epochs_said=row.epochs_said,
        stated_at=row.stated_at,
    )


def statement_of(row: Counterpart) -> SignedStatement:
    """The statement in a row; its signatures are checked once in a process."""
    known = _CHECKED.get(row.digest)
    if known is None:
        known = read_statement(bytes(row.statement))
        if len(_CHECKED) >= _CHECKED_MAX:
            _CHECKED.clear()
        _CHECKED[row.digest] = known
    return known


_CHECKED: dict[str, SignedStatement] = {}
_CHECKED_MAX = 64
