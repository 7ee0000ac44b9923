"""Deeds with our keys: each is written in the trail and committed before the keys change.

So no statement is published and no key destroyed that the trail does not tell of; a kill in between
leaves an entry whose deed is done by the next try. None of them is to be called inside a transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from django.conf import settings
from django.db import transaction

from sangbong.kernel.errors import SangbongError
from sangbong.office.adapters import keystore
from sangbong.office.adapters.keystore import RootKeys
from sangbong.office.core import epochs
from sangbong.office.core.actor import Actor
from sangbong.office.core.epochs import OVERLAP_DAYS, Window, day_of, is_emergency
from sangbong.office.core.statement import (
    OPEN_MAX,
    EpochKey,
    KeyStatement,
    Revocation,
    SignedStatement,
    Standing,
    sign_statement,
)
from sangbong.office.models import Counterpart
from sangbong.office.operations.office import record_audit
from sangbong.office.queries import own_office, root_is_here
from sangbong.office.queries.keys import home


@dataclass(frozen=True, slots=True)
class Kept:
    """What housekeeping did: the serial it published (0: none), and how many halves it destroyed."""

    serial: int = 0
    epochs_destroyed: int = 0
    signers_destroyed: int = 0


def root_at(folder: Path | None) -> RootKeys:
    """The root identity in a folder, or in the office's own where none is named.

    Raises:
        SangbongError: `office.root_missing`; `office.root_other`, where it is not this office's.
    """
    own = keystore.current_statement(home()).statement.root
    places = [folder] if folder is not None else [_root_folder(), _root_folder(following=True)]
    found = [root for place in places if (root := keystore.load_root(place)) is not None]
    if not found:
        raise SangbongError("office.root_missing", folder=str(places[0]))
    for root in found:
        if root.identity == own:
            return root
    raise SangbongError("office.root_other", folder=str(places[0]))


def _root_folder(*, following: bool = False) -> Path:
    """Where the root identity is kept, or the one that is to follow it until it is published."""
    return home() / "keys" / ("root.next" if following else "root")


def renew_keys(*, now: datetime, actor: Actor, root: RootKeys) -> SignedStatement | None:
    """Publish a statement if epochs are missing ahead, or if our names or line are told otherwise.

    Returns:
        The new statement, or None where the current one says all.
    """
    with keystore.held(home()):
        current = keystore.current_statement(home()).statement
        wanted = _up_to_date(current, now=now)
        if wanted == current:
            return None
        return _publish(wanted, now=now, actor=actor, root=root, action="office.renew_keys")


def rotate_signer(*, now: datetime, actor: Actor, root: RootKeys) -> SignedStatement:
    """Make the next generation of the signing key, signed by the root and by the one before.

    The one before goes on for readers who do not know the next yet, and for at least 90 days.
    """
    with keystore.held(home()):
        current = _up_to_date(keystore.current_statement(home()).statement, now=now)
        wanted = _with_next_signer(current, now=now)
        return _publish(wanted, now=now, actor=actor, root=root, action="office.rotate_signer")


def revoke_signer(
    *,
    now: datetime,
    actor: Actor,
    root: RootKeys,
    generation: int,
    standing: Sequence[Standing],
    stolen: bool,
) -> SignedStatement:
    """Say that a generation counts no more, save for the dispatches that stand.

    A revoked newest generation is followed by a new one. Where the machine may have been in other
    hands (`stolen`), every receive key and the line's certificate are replaced too.

    Raises:
        SangbongError: `office.signer_unknown`, `office.signer_revoked`: it was before;
            `office.too_many_open`: more dispatches wait than a statement can name.
    """
    waiting = sum(len(one.open) for one in standing)
    if waiting > OPEN_MAX:
        raise SangbongError("office.too_many_open", count=waiting, most=OPEN_MAX)
    with keystore.held(home()):
        current = _up_to_date(keystore.current_statement(home()).statement, now=now)
        if not 1 <= generation <= len(current.signers):
            raise SangbongError("office.signer_unknown", code=current.code, generation=generation)
        if current.revocation(generation) is not None:
            raise SangbongError("office.signer_revoked", code=current.code, generation=generation)
        wanted = current
        if generation == current.newest.generation:
            wanted = _with_next_signer(wanted, now=now)
        said = Revocation(generation, on=day_of(now), standing=tuple(standing))
        wanted = replace(
            wanted, revoked=tuple(sorted((*wanted.revoked, said), key=lambda r: r.generation))
        )
        if stolen:
            keystore.replace_certificate(home(), code=current.code, now=_machine_time(now))
            wanted = replace(_with_fresh_epochs(wanted, now=now), tls_certificate=_certificate())
        published = _publish(wanted, now=now, actor=actor, root=root, action="office.revoke_signer")
        keystore.destroy_signing(home(), generation)
        return published


def take_root_out(*, now: datetime, actor: Actor, folder: Path) -> None:
    """Move the root identity to a folder, such as one on a stick, and destroy it here.

    Raises:
        SangbongError: `office.root_missing`, `office.root_not_kept`; nothing was destroyed.
    """
    root = root_at(None)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        keystore.write_root(folder, root)
    except OSError as fault:
        raise SangbongError("office.root_not_kept", folder=str(folder)) from fault
    kept = keystore.load_root(folder)
    if kept is None or kept.identity != root.identity:
        raise SangbongError("office.root_not_kept", folder=str(folder))
    _record(now=now, actor=actor, action="office.take_root_out")
    with keystore.held(home()):
        for place in (_root_folder(), _root_folder(following=True)):
            keystore.destroy_root(place)


def replace_root(*, now: datetime, actor: Actor) -> SignedStatement:
    """Give this office another root identity, after its root was lost or stolen.

    No office believes it before people have met or a witness office has said so.
    """
    with keystore.held(home()):
        following = _root_folder(following=True)
        keystore.destroy_root(following)
        root = keystore.make_root(following)
        current = keystore.current_statement(home()).statement
        wanted = replace(_up_to_date(current, now=now), root=root.identity)
        published = _publish(wanted, now=now, actor=actor, root=root, action="office.replace_root")
        # until here the old one counts; after a kill `root_at` finds the new one where it is
        keystore.move_root(following, _root_folder())
        return published


def keep_keys(*, now: datetime, actor: Actor, needed: Collection[int]) -> Kept:
    """Housekeeping: renew while the root is at hand, and destroy what may be destroyed.

    `needed` are the epochs of dispatches in our custody that are not opened yet.
    """
    serial = 0
    if root_is_here():
        renewed = renew_keys(now=now, actor=actor, root=root_at(None))
        serial = renewed.statement.serial if renewed is not None else 0
    with keystore.held(home()):
        gone = _epochs_to_destroy(now=now, needed=needed)
        if gone:
            facts = {"first": min(gone), "last": max(gone), "count": len(gone)}
            _record(now=now, actor=actor, action="office.destroy_epochs", facts=facts)
            keystore.destroy_receiving(home(), gone)
        signers = _signers_to_destroy(now=now)
        for generation in signers:
            facts = {"generation": generation}
            _record(now=now, actor=actor, action="office.destroy_signer", facts=facts)
            keystore.destroy_signing(home(), generation)
    return Kept(serial=serial, epochs_destroyed=len(gone), signers_destroyed=len(signers))


def _epochs_to_destroy(*, now: datetime, needed: Collection[int]) -> list[int]:
    statement = keystore.current_statement(home()).statement
    here = set(keystore.receiving_numbers(home()))
    published = {one.number for one in (*statement.epochs, *statement.emergencies)}
    gone = epochs.may_destroy(
        keystore.windows_of(home(), here | published),
        now=now,
        said_done=list(
            Counterpart.objects.exclude(confirmed_at=None).values_list("epochs_done", flat=True)
        ),
        needed=needed,
    )
    return [number for number in gone if number in here]


def _signers_to_destroy(*, now: datetime) -> list[int]:
    """Older generations that nobody needs: 90 days after the next, and everybody knows the next."""
    own = keystore.current_statement(home()).statement
    serials = Counterpart.objects.exclude(confirmed_at=None).values_list("knows_serial", flat=True)
    told = keystore.statement_of(home(), max(1, min(serials, default=own.serial)))
    known = len(told.statement.signers) if told is not None else 1
    over = day_of(now) - timedelta(days=OVERLAP_DAYS)
    return [
        old.generation
        for old, following in pairwise(own.signers)
        if following.first <= over
        and following.generation <= known
        and keystore.has_signing(home(), old.generation)
    ]


def _up_to_date(current: KeyStatement, *, now: datetime) -> KeyStatement:
    """The statement as it ought to be at `now`; new receiving keys are made for it."""
    own, day = own_office(), day_of(now)
    made = _make(
        epochs.more_windows(_windows(current.epochs), _windows(current.emergencies), now=now)
    )
    if made:
        current = _with_epochs(current, [*current.epochs, *current.emergencies, *made], first=day)
    return replace(
        current,
        name_ko=own.name_ko,
        name_en=own.name_en,
        link_url=settings.OFFICE.link_url,
        tls_certificate=_certificate(),
    )


def _certificate() -> str:
    return (home() / "keys" / "link.crt").read_text("ascii")


def _with_fresh_epochs(current: KeyStatement, *, now: datetime) -> KeyStatement:
    """The statement with none of its receive keys kept."""
    made = epochs.more_windows(
        (),
        (),
        now=now,
        next_number=current.epochs[-1].number + 1,
        next_emergency=current.emergencies[-1].number + 1,
    )
    return _with_epochs(current, _make(made), first=day_of(now))


def _with_epochs(current: KeyStatement, keys: Sequence[EpochKey], *, first: date) -> KeyStatement:
    regular = tuple(k for k in keys if not is_emergency(k.number) and k.until > first)
    return replace(
        current,
        epochs=regular,
        emergencies=tuple(
            k for k in keys if is_emergency(k.number) and k.until > regular[-1].until
        ),
    )


def _make(windows: Sequence[Window]) -> list[EpochKey]:
    keys = home() / "keys"
    made = [keystore.make_receiving(keys, window) for window in windows]
    if made:
        keystore.sync_folder(keys / "epochs")
    return made


def _windows(keys: Sequence[EpochKey]) -> list[Window]:
    return [Window(one.number, one.first, one.until) for one in keys]


def _with_next_signer(current: KeyStatement, *, now: datetime) -> KeyStatement:
    made = keystore.make_signer(home() / "keys", len(current.signers) + 1, now=now)
    return replace(current, signers=(*current.signers, made))


def _publish(
    wanted: KeyStatement, *, now: datetime, actor: Actor, root: RootKeys, action: str
) -> SignedStatement:
    """Sign what is wanted as our next statement; the trail knows it before anybody can see it."""
    current = keystore.current_statement(home()).statement
    following = replace(
        wanted,
        serial=current.serial + 1,
        earlier=(*current.earlier, current.digest),
        issued=max(day_of(now), current.issued),
    )
    data = sign_statement(
        following,
        root_ed25519=root.ed25519,
        root_mldsa44=root.mldsa44,
        signers={
            one.generation: keystore.signing_key(home(), one.generation)
            for one in following.signers
            if following.revocation(one.generation) is None
            and keystore.has_signing(home(), one.generation)
        },
    )
    _record(
        now=now,
        actor=actor,
        action=action,
        facts={"serial": following.serial, "digest": following.digest},
    )
    return keystore.keep_statement(home(), data)


def _record(
    *, now: datetime, actor: Actor, action: str, facts: Mapping[str, str | int] | None = None
) -> None:
    with transaction.atomic(durable=True):
        record_audit(now=now, actor=actor, action=action, facts=facts)


def _machine_time(now: datetime) -> datetime:
    """TLS asks the machine's clock, which is not the story's in a drill."""
    from sangbong.office.adapters.clock import SystemClock

    return SystemClock().now() if settings.OFFICE.story_time is not None else now
