"""Opens an office as a power cut left it, with production code, and says what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from campaigns.offices import become
from sangbong.archive import operations as archive
from sangbong.archive.models import ArchiveObject
from sangbong.kernel.errors import SangbongError
from sangbong.liaison import queries
from sangbong.liaison.adapters import folder as stick
from sangbong.liaison.core.custody.states import DispatchState
from sangbong.liaison.core.wire import bundle as bundles
from sangbong.liaison.core.wire.envelope import digest_of
from sangbong.liaison.core.wire.film import SEALED_PIECE_BYTES, read_manifest
from sangbong.liaison.models import InboxDispatch, KeptEnvelope
from sangbong.liaison.operations.channel import film_store
from sangbong.office.adapters.database import refuse_unsafe_database
from sangbong.office.core.actor import Actor
from sangbong.office.queries import verify_audit

_EVERYTHING = 100_000


@dataclass(frozen=True, slots=True)
class Promised:
    """What the office had told the world before the cut."""

    received: set[str] = field(default_factory=set)
    applied: set[str] = field(default_factory=set)
    sent: set[str] = field(default_factory=set)
    filmed: set[str] = field(default_factory=set)
    kept: set[str] = field(default_factory=set)
    carried: set[str] = field(default_factory=set)

    def add(self, facts: dict[str, Any]) -> None:
        """Add one promise of the trace."""
        for kind, what in facts.items():
            getattr(self, kind).add(what)


def judge(home: Path, bundles_in: Path, promised: Promised) -> list[str]:
    """What is corrupt, half, or lost though it was promised; empty where nothing is."""
    try:
        become(home)
        refuse_unsafe_database()
        return [*_corrupt(), *_half(bundles_in), *_lost(bundles_in, promised)]
    except Exception as error:  # noqa: BLE001 -- an office that does not open is the finding
        return [f"corrupt: {type(error).__name__}: {error}"]
    finally:
        connection.close()


def _corrupt() -> list[str]:
    with connection.cursor() as cursor:
        found = [
            f"corrupt: {pragma}: {row}"
            for pragma, wanted in (
                ("integrity_check", [("ok",)]),
                ("foreign_key_check", []),
            )
            if (row := cursor.execute(f"PRAGMA {pragma}").fetchall()) != wanted
        ]
    if not verify_audit().whole:
        found.append("corrupt: the trail is broken")
    return found


def _half(bundles_in: Path) -> list[str]:
    """Whatever has its last name, or a row, has to be whole."""
    with transaction.atomic():
        fixity = archive.check_fixity(
            now=settings.CLOCK.now(), actor=Actor("system:campaign", "after a power cut")
        )
    found = [f"half: object {fault.object_id[:12]}: {fault.code}" for fault in fixity.faults]
    for name in stick.bundle_names(bundles_in) if bundles_in.exists() else ():
        try:
            with stick.reading(bundles_in, name) as file:
                segments = bundles.read_head(file).header.segments
                if len(file.read()) != segments * SEALED_PIECE_BYTES:
                    found.append(f"half: bundle {name}: cut short")
        except SangbongError as fault:
            found.append(f"half: bundle {name}: {fault.code}")
    return [*found, *_half_films()]


def _half_films() -> list[str]:
    """Every piece that the film store says it has, has to be what its film's manifest names."""
    store, found = film_store(), []
    folder = settings.OFFICE_HOME / "films"
    for path in sorted(folder.glob("*.manifest")) if folder.exists() else ():
        film, have = path.stem, store.have(path.stem)
        manifest = read_manifest(store.manifest(film), film=film, pieces=store.pieces(film))
        for index in range(store.pieces(film)):
            if have[index // 8] & (0x80 >> index % 8):
                try:
                    manifest.check(index, store.read_piece(film, index))
                except SangbongError as fault:
                    found.append(f"half: film {film[:12]}, piece {index}: {fault.code}")
        store.close(path.stem)
    return found


def _lost(bundles_in: Path, promised: Promised) -> list[str]:
    held = {
        view.id: view.state for view in queries.dispatches(queries.Direction.IN, limit=_EVERYTHING)
    }
    notes = queries.notes(limit=_EVERYTHING)
    came = [one.dispatch_id for one in notes if one.direction is queries.Direction.IN]
    sent = {one.number for one in notes if one.direction is queries.Direction.OUT}
    envelopes, objects = _envelopes(), _objects()
    found = [f"lost: receipt for {digest[:12]}" for digest in promised.received - envelopes]
    found += [
        f"lost: {name} was applied"
        for name in promised.applied
        if held.get(name) is not DispatchState.APPLIED or came.count(name) != 1
    ]
    found += [f"lost: note {number}" for number in promised.sent - sent]
    found += [f"lost: film {film[:12]}" for film in promised.filmed if _lacks_film(film)]
    found += [
        f"lost: the film of {digest[:12]}"
        for digest, film in _films_of(promised.received).items()
        if _lacks_film(film)
    ]
    found += [f"lost: object {name[:12]}" for name in promised.kept - objects]
    found += [
        f"lost: bundle {name}" for name in promised.carried if not (bundles_in / name).exists()
    ]
    return found


def _envelopes() -> set[str]:
    """Every envelope here whose bytes are what its name says."""
    kept = KeptEnvelope.objects.values_list("digest", "data")
    return {digest for digest, data in kept.iterator() if digest_of(bytes(data)) == digest}


def _films_of(digests: set[str]) -> dict[str, str]:
    rows = InboxDispatch.objects.exclude(film="").values_list("envelope_id", "film")
    return {digest: film for digest, film in rows if digest in digests}


def _lacks_film(film: str) -> bool:
    return not film_store().is_complete(film)


def _objects() -> set[str]:
    """Every object with a row; that each of them opens, `_half` has looked at."""
    return set(ArchiveObject.objects.values_list("object_id", flat=True))
