"""Everything that leaves an office passes here: the truth looks at it, and an office that speaks a
later version of the wire says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import cast

from sangbong.lab.simulator.office import Office
from sangbong.lab.simulator.truth import BrokenError
from sangbong.lab.simulator.world import World
from sangbong.liaison.core.custody.ledger import Incoming, Outgoing
from sangbong.liaison.core.custody.states import DispatchState
from sangbong.liaison.core.wire.receipt import Receipt, ReceiptState, read_receipt

_NOW, _LATER = b'"version":1', b'"version":2'


def envelope_leaves(world: World, office: Office, row: Outgoing) -> bytes:
    """An envelope is handed to a carrier: rule SV1 of truth.py."""
    world.truth.left(row.id, row.digest)
    return spoken(world, office, office.ledger.envelope(row.digest))


def receipts_leave(office: Office, receipts: Iterable[bytes]) -> None:
    """Receipts are handed to a carrier: rule SV2 of truth.py.

    Raises:
        BrokenError: one says more than is durable.
    """
    for data in receipts:
        about = _read(data)
        if about.state is not ReceiptState.RETURNED:
            _check_durable(office, about)


@lru_cache(maxsize=10_000)
def _read(data: bytes) -> Receipt:
    """The same receipt leaves again and again."""
    return read_receipt(data).receipt


def _check_durable(office: Office, about: Receipt) -> None:
    row = cast("Incoming | None", office.disk.durable("incoming", about.dispatch_id))
    if row is None or row.digest != about.digest or row.state is DispatchState.ARRIVING:
        raise BrokenError(
            "SV2", f"{office.code} says {about.state} of {about.dispatch_id}, in vain"
        )
    if about.state is not ReceiptState.RECEIVED and row.state.value != about.state.value:
        raise BrokenError(
            "SV2", f"{office.code} says {about.state} of {about.dispatch_id} too early"
        )
    if row.film and not office.films.is_complete(row.film):
        raise BrokenError("SV2", f"{office.code} has not all of the film of {about.dispatch_id}")


def spoken(world: World, office: Office, data: bytes) -> bytes:
    """The bytes as the office's version of the wire writes them."""
    if world.clock.tick >= office.speaks_later_until:
        return data
    # an exchange names its version last, behind those of its receipts; all else in its header
    place = data.rfind(_NOW) if data.startswith(b"{") else data.find(_NOW)
    return data[:place] + _LATER + data[place + len(_NOW) :] if place >= 0 else data
