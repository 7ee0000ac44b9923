"""What the simulator's people write, and the room above that applies it."""

from __future__ import annotations

from sangbong.kernel.canonical import JsonValue, canonical_bytes
from sangbong.kernel.errors import SangbongError
from sangbong.lab.simulator.draws import stream
from sangbong.lab.simulator.office import Office
from sangbong.lab.simulator.plan import STREAMS, Act
from sangbong.lab.simulator.truth import BrokenError, Effect, Expected, Written, token
from sangbong.lab.simulator.visits import accept_relay, read_relayed
from sangbong.lab.simulator.world import World
from sangbong.liaison.core.custody import applying, sending
from sangbong.liaison.core.custody.clearance import standing
from sangbong.liaison.core.custody.dispatch import InboundDispatch
from sangbong.liaison.core.custody.ledger import Incoming
from sangbong.liaison.core.custody.relay import RELAY_KIND
from sangbong.liaison.core.custody.resync import RESTORED_KIND, RestoredPaper, accept_restored
from sangbong.liaison.core.custody.sending import Draft, SealedFilm
from sangbong.liaison.core.wire.film import KEY_BYTES, PIECE_BYTES
from sangbong.liaison.core.wire.receipt import reason

KIND = "lab.paper"
REFUSE = "refuse"
"""The wish of a paper that the room above refuses."""
REFUSAL = "liaison.note_unreadable"
_FILM_PIECES_MAX = 3
_SYLLABLES = ("가온", "나래", "다솜", "라온", "마루", "바다", "새별", "하람")


def write_paper(
    world: World, office: Office, other: Office, act: Act, *, unreadable: bool = False
) -> None:
    """An office writes a paper: its dispatch is one row of the change that caused it.

    An `unreadable` one is sealed so that it does not open: it is to be refused.
    """
    refused = unreadable or act.word == "refused"
    body: dict[str, JsonValue] = {
        "content": act.number,
        "name": name_of(act.number),
        "token": token(world.plan.seed, act.number),
        "wish": REFUSE if act.word == "refused" else "apply",
    }
    film = _film(world, office, act) if act.word == "film" else None
    draft = Draft(
        clearance=standing("lab", "simulation", other.code),
        recipient=other.code,
        stream=STREAMS[act.amount % len(STREAMS)],
        kind=KIND,
        body=body,
        film=film,
        urgent=act.word == "urgent",
    )
    world.trace.plaintext(canonical_bytes(body))
    with world.transaction(office):
        row = sending.enqueue(office.channel, draft, now=office.clock.now)
        world.doubtful.append(
            Written(
                content=act.number,
                sender=office.code,
                recipient=other.code,
                stream=row.key.name,
                dispatch=row.id,
                incarnation=row.key.incarnation,
                sequence=row.sequence,
                digest=row.digest,
                expected=Expected.REFUSED if refused else Expected.APPLIED,
            )
        )
    world.say(office, f"writes {row.id} {act.word}")


def name_of(content: int) -> str:
    """The invented person that a paper is about: four syllables, so that no chance writes them."""
    return "".join(_SYLLABLES[(content >> shift) % len(_SYLLABLES)] for shift in (9, 6, 3, 0))


def names_in(world: World) -> set[str]:
    """Everybody whom the papers of a world name."""
    return {name_of(content) for content in world.truth.written}


def film_of(world: World, content: int) -> bytes:
    """The film that belongs to a paper."""
    draws = stream(world.plan.seed, "film", content)
    return draws.randbytes(draws.randint(1, _FILM_PIECES_MAX * PIECE_BYTES))


def _film(world: World, office: Office, act: Act) -> SealedFilm:
    key = stream(world.plan.seed, "film key", act.number).randbytes(KEY_BYTES)
    return office.films.seal(film_of(world, act.number), key=key)


def apply_some(world: World, office: Office, limit: int) -> int:
    """Apply what has its turn, each in one commit: effect, state and receipt.

    Returns:
        How many were applied or refused.
    """
    read_relayed(world, office)
    for count in range(limit):
        with world.transaction(office):
            row = applying.next_to_apply(office.channel)
            if row is None:
                return count
            kind, code = apply_one(world, office, row)
            applying.finish(office.channel, row, kind=kind, code=code, now=office.clock.now)
        world.say(office, f"{code or 'applies'} {row.id}")
    return limit


def apply_one(world: World, office: Office, row: Incoming) -> tuple[str, str]:
    """The effect behind a savepoint; the dispatch's kind, and the code of its refusal."""
    kind = ""
    try:
        with office.disk.transaction():
            dispatch = applying.open_dispatch(office.channel, row)
            kind = dispatch.kind
            if row.epoch in office.ring.destroyed:
                raise BrokenError("SV3", f"{office.code} opens {row.id} with a destroyed key")
            _handle(world, office, dispatch)
    except SangbongError as fault:
        return kind, reason(fault.code)
    return kind, ""


def _handle(world: World, office: Office, dispatch: InboundDispatch) -> None:
    """The room above.

    Raises:
        SangbongError: it refuses.
        BrokenError: it is asked for what nobody wrote.
    """
    if dispatch.kind == RELAY_KIND:
        accept_relay(world, office, dispatch)
        return
    world.trace.plaintext(canonical_bytes(dispatch.body))
    if dispatch.kind == RESTORED_KIND:
        paper = RestoredPaper.from_body(dispatch.body)
        accept_restored(office.channel, paper, sender=dispatch.sender)
        return
    content = dispatch.body["content"]
    assert isinstance(content, int), dispatch.id  # noqa: S101 -- our own papers
    if dispatch.body["token"] != token(world.plan.seed, content):
        raise BrokenError("SV4", f"{office.code} reads other words in {dispatch.id}")
    if dispatch.body["wish"] == REFUSE:
        raise SangbongError(REFUSAL)
    effect = Effect(content, dispatch.sender, dispatch.stream, dispatch.id)
    world.truth.applied(effect, office.code)
    if dispatch.film and b"".join(dispatch.film.open()) != film_of(world, content):
        raise BrokenError("SV4", f"{office.code} sees another film in {dispatch.id}")
    number = len(office.disk.table("effect"))
    office.disk.put("effect", number, effect)
