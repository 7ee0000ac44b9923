"""Every damage to a stick is refused, and a cut one keeps exactly what is whole.

Two real offices are founded. Pyongyang writes one bundle with letters only, one with receipts only and
one with the pieces of a film. Then, as Seoul, with its real keys:

- *bulk*, through the core that every carrier calls, in all processes at once: every single bit flipped,
  the bundle cut at every length, and 100,000 mutants of bundles, envelopes, receipts and exchanges. There
  is no ledger in this part at all: what is refused here is refused before any could be written;
- *office*, a sample of the same damage through the office's own operations, with every table of the
  database compared before and after. Only what an office keeps as evidence of a refusal may be new;
  of a bundle cut off, the dispatches that are whole before the cut.

The planted bugs are readers that do not check the signature, or do not bind the header: both must be
caught by the same trials.
"""

from __future__ import annotations

import hashlib
import io
import math
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from campaigns import children, mutants, offices
from campaigns.children import Moments
from campaigns.mutants import TAKEN, BundleReader, Mutator, Reader, Sample, Tally
from campaigns.result import Result, Wishes

PLANTED_BUGS = ("signature not checked", "header not bound")
KINDS = ("letters", "receipts", "film")
CODES_MAX = 40
MUTANTS = 100_000
OFFICE_SAMPLE = 400
EVIDENCE = frozenset({"liaison_not_taken", "liaison_returned_envelope"})
_SHORT = 8

Say = Callable[[str], None]
Trial = tuple[str, str, bool]


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is tried: one in `step` of all flips and cuts, and so many mutants and samples."""

    seed: int
    workers: int
    step: int
    mutants: int
    sample: int


def run(wishes: Wishes, say: Say = print) -> Result:
    """Do all of it and say what was where; with fewer trials that part of every thing."""
    started = time.monotonic()
    share = min(1.0, wishes.trials / MUTANTS)
    plan = Plan(
        seed=wishes.seed,
        workers=wishes.workers,
        step=round(1 / share),
        mutants=math.ceil(MUTANTS * share),
        sample=max(_SHORT, math.ceil(OFFICE_SAMPLE * share)),
    )
    with tempfile.TemporaryDirectory(prefix="sangbong-bundles-") as name:
        folder = Path(name)
        offices.prepare(folder)
        stick = _write_bundles(folder)
        bulk = _bulk(folder, stick, plan, say)
        sampled = _sample(folder, stick, plan, say)
        caught = [_planted(folder, stick, bug) for bug in PLANTED_BUGS]
    for bug, at in zip(PLANTED_BUGS, caught, strict=True):
        say(f"planted bug, {bug}: " + (f"caught at trial {at}" if at else "NOT CAUGHT"))
    failures = len(bulk.failures) + len(sampled.failures)
    failures += not _told_in_few_words(bulk.codes + sampled.codes, say)
    trials = bulk.trials + sampled.trials
    say(f"{trials} trials, {failures} failures")
    return Result(
        name="bundles",
        seed=wishes.seed,
        trials=trials,
        failures=failures,
        planted_bug_caught=all(caught),
        planted_bug_caught_at=max(caught),
        rate_below=1.0 if failures else round(3 / trials, 9),
        rounds=plan.mutants,
        seconds=round(time.monotonic() - started, 1),
    )


def _told_in_few_words(codes: Counter[str], say: Say) -> bool:
    """Whether the reasons are few, and each has its sentences."""
    from sangbong.kernel.errors import LANGUAGES, message

    same = codes.pop(TAKEN, 0)
    for code, count in sorted(codes.items()):
        say(f"  {count:>9} {code}")
    sentences = [message(code, language) for code in codes for language in LANGUAGES]
    say(f"{len(codes)} codes of at most {CODES_MAX}, {len(sentences)} sentences")
    say(f"{same} were no damage: another good exchange, or a waybill that its writer wrote anew")
    return len(codes) <= CODES_MAX


# --- the bundles ---------------------------------------------------------------------------------


def _write_bundles(folder: Path) -> dict[str, Path]:
    """Two offices, and what Pyongyang wrote for Seoul."""
    offices.found_both(folder)
    stick = {kind: folder / "sticks" / kind for kind in KINDS}
    for path in (*stick.values(), folder / "sticks" / "there"):
        path.mkdir(parents=True)
    _as(folder, offices.SEOUL, _send_notes, count=3)
    _as(folder, offices.SEOUL, _carry, other=offices.PYONGYANG, to=folder / "sticks" / "there")
    _as(folder, offices.PYONGYANG, _collect, there=folder / "sticks" / "there")
    # with nothing of its own to send: receipts only
    _as(folder, offices.PYONGYANG, _carry, other=offices.SEOUL, to=stick["receipts"])
    _as(folder, offices.PYONGYANG, _send_notes, count=3)
    _as(folder, offices.PYONGYANG, _carry, other=offices.SEOUL, to=stick["letters"])
    _as(folder, offices.PYONGYANG, _send_film)
    _as(folder, offices.PYONGYANG, _carry, other=offices.SEOUL, to=stick["film"])
    return {kind: next(path.glob("*.BDL")) for kind, path in stick.items()}


def _as(folder: Path, cast: offices.Cast, deed: Callable[..., Any], **facts: Any) -> Any:
    """Do one deed in a child that is this office."""
    return children.must(_deed(folder / cast.side, deed, **facts))


def _deed(home: Path, deed: Callable[..., Any], **facts: Any) -> Callable[[Moments], Any]:
    def done(moments: Moments) -> Any:
        del moments
        from django.db import connection

        offices.become(home)
        try:
            return deed(**facts)
        finally:
            connection.close()

    return done


def _other() -> Any:
    from sangbong.office.queries import own_office

    return offices.PYONGYANG if own_office().code == offices.SEOUL.code else offices.SEOUL


def _send_notes(*, count: int) -> None:
    from campaigns import note_deeds

    for number in range(count):
        note_deeds.send_note(_other().code, f"북남-{number}")


def _send_film() -> None:
    """A paper whose film is one piece, so that its bundle is small enough to flip every bit."""
    from django.conf import settings
    from django.db import transaction

    from sangbong.kernel.ids import OfficeCode
    from sangbong.liaison import operations
    from sangbong.liaison.core.custody.clearance import standing

    plain = b"a film of one piece"
    film = operations.seal_film([plain], length=len(plain))
    recipient = OfficeCode(_other().code)
    with transaction.atomic():
        operations.enqueue(
            now=settings.CLOCK.now(),
            clearance=standing("campaign", "campaign", recipient),
            recipient=recipient,
            stream="film-1",
            kind="letters.film",
            body={},
            film=film,
        )


def _carry(*, other: offices.Cast, to: Path) -> None:
    from django.conf import settings

    from sangbong.kernel.ids import OfficeCode
    from sangbong.liaison import operations

    operations.carry_to_folder(
        now=settings.CLOCK.now(), recipient=OfficeCode(other.code), folder=to
    )


def _collect(*, there: Path) -> list[list[Any]]:
    """Read a stick as an office does: of each file its outcome, reasons and counts."""
    from django.conf import settings

    from sangbong.liaison import operations

    reports = operations.collect_from_folder(now=settings.CLOCK.now(), folder=there)
    return [
        [one.outcome.value, sorted(fault.code for fault in one.faults), one.whole, one.listed]
        for one in reports
    ]


# --- bulk: the core alone ------------------------------------------------------------------------


def _reader(stick: dict[str, Path]) -> Reader:
    """Our code and keys, as the office's own reading of a stick takes them."""
    from sangbong.kernel.errors import SangbongError
    from sangbong.kernel.ids import OfficeCode
    from sangbong.liaison.core.wire import bundle as bundles

    taken: list[Any] = []
    unlock = bundles.unlock

    def listen(head: Any, *, verifier: Any, opener: Any) -> bytes:
        del head
        taken.append((verifier, opener))
        raise SangbongError("liaison.seal_wrong")

    bundles.unlock = listen
    try:
        _collect(there=stick["letters"].parent)
    finally:
        bundles.unlock = unlock
    verifier, opener = taken[0]
    return Reader(own=OfficeCode(offices.SEOUL.code), verifier=verifier, opener=opener)


def _samples(reader: Reader, stick: dict[str, Path]) -> dict[str, Sample]:
    samples = {}
    for kind, path in stick.items():
        data = path.read_bytes()
        key, members = mutants.members_of(data, BundleReader(reader))
        samples[kind] = Sample(data=data, key=key, members=tuple(one for _, one in members))
    return samples


def _bulk(folder: Path, stick: dict[str, Path], plan: Plan, say: Say) -> Tally:
    """Flips, cuts and mutants, each kind in as many children as there may be."""
    home, total = folder / offices.SEOUL.side, Tally()
    jobs: list[tuple[str, Callable[..., Any], dict[str, Any]]] = [
        (f"{kind}: every {what}", deed, {"kind": kind})
        for kind in KINDS
        for what, deed in (("flip", _flips), ("cut", _cuts))
    ]
    jobs.append(("mutants", _mutants, {}))
    for name, deed, facts in jobs:
        told = [
            children.start(
                _deed(home, deed, stick=stick, plan=plan, part=part, **facts), moments=Moments(None)
            )
            for part in range(plan.workers)
        ]
        for one in told:
            outcome = children.wait(*one)
            assert not outcome.error, f"{outcome.error}\n{outcome.trace}"
            _add(total, outcome.result, name, say)
        say(f"bulk, {name}: {total.trials} trials so far, {len(total.failures)} failures")
    return total


def _add(total: Tally, told: dict[str, Any], name: str, say: Say) -> None:
    total.trials += told["trials"]
    total.codes.update(told["codes"])
    total.failures += [*told["failures"], *[name] * (told["failed"] - len(told["failures"]))]
    for failure in told["failures"]:
        say(f"FAILED, {name}: {failure}")


def _tallied(trials: Iterator[Trial]) -> dict[str, Any]:
    tally = Tally()
    for name, code, passes in trials:
        tally.add(name, code, passes=passes)
    return tally.value()


def _flips(*, kind: str, stick: dict[str, Path], plan: Plan, part: int) -> dict[str, Any]:
    data = stick[kind].read_bytes()
    bits = range(part * plan.step, 8 * len(data), plan.workers * plan.step)
    reader = BundleReader(_reader(stick))
    reader.learn(member for _, member in mutants.members_of(data, reader)[1])
    assert reader.read(data)[0] == TAKEN
    return _tallied(mutants.flip_all(data, reader.read, bits=bits, name=kind))


def _cuts(*, kind: str, stick: dict[str, Path], plan: Plan, part: int) -> dict[str, Any]:
    data, reader = stick[kind].read_bytes(), BundleReader(_reader(stick))
    _, whole = mutants.members_of(data, reader)
    reader.learn(member for _, member in whole)
    lengths = range(part * plan.step, len(data), plan.workers * plan.step)
    return _tallied(mutants.cut_all(data, whole, reader.read, lengths=lengths))


def _mutants(*, stick: dict[str, Path], plan: Plan, part: int) -> dict[str, Any]:
    reader = _reader(stick)
    samples = _samples(reader, stick)
    mutator = Mutator(plan.seed * 1000 + part, samples)
    count, tally = plan.mutants // plan.workers, Tally()
    read = BundleReader(reader).learn(_members(samples)).read
    mutants.try_bundles(mutator, read, count // 2, tally)
    mutants.try_bare(mutator, reader, _bare(samples), count - count // 2, tally)
    return tally.value()


def _members(samples: dict[str, Sample]) -> list[bytes]:
    return [one for sample in samples.values() for one in sample.members]


def _bare(samples: dict[str, Sample]) -> dict[str, list[bytes]]:
    """The envelopes, receipts and exchanges that lie in the bundles."""
    from sangbong.liaison.core.wire.envelope import MAGIC
    from sangbong.liaison.core.wire.exchange import read_exchange

    members = _members(samples)
    exchanges = [one for one in members if one.startswith(b'{"epochs_done"')]
    return {
        "envelope": [one for one in members if one.startswith(MAGIC)],
        "exchange": exchanges,
        "receipt": [one for told in exchanges for one in read_exchange(told).receipts],
    }


# --- office: the whole way -----------------------------------------------------------------------


def _sample(folder: Path, stick: dict[str, Path], plan: Plan, say: Say) -> Tally:
    """The same damage through the office's own operations, its tables compared."""
    home, total = folder / offices.SEOUL.side, Tally()
    told = children.must(_deed(home, _refused_by_office, stick=stick, plan=plan))
    _add(total, told, "office", say)
    for kind in KINDS:
        data = stick[kind].read_bytes()
        for cut in range(_SHORT):
            copy = folder / "copies" / f"{kind}-{cut}"
            shutil.copytree(home, copy)
            length = len(data) * (cut + 1) // (_SHORT + 1)
            told = children.must(_deed(copy, _cut_in_office, stick=stick, kind=kind, length=length))
            _add(total, told, "office, cut", say)
            shutil.rmtree(copy)
    say(f"office: {total.trials} trials, {len(total.failures)} failures, tables compared")
    return total


def _refused_by_office(*, stick: dict[str, Path], plan: Plan) -> dict[str, Any]:
    """Sticks full of damaged bundles, and damaged envelopes and receipts from the line."""
    from sangbong.liaison.core.wire.bundle import file_name

    reader = _reader(stick)
    samples = _samples(reader, stick)
    mutator, tally = Mutator(plan.seed, samples), Tally()
    before = _tables()
    with tempfile.TemporaryDirectory(prefix="sangbong-stick-") as name:
        there = Path(name)
        for number, (what, data) in enumerate(_damaged(mutator, samples, reader, plan.sample)):
            path = there / file_name(f"{number:032x}"[::-1])
            path.write_bytes(data)
            ((outcome, codes, *_),) = _collect(there=there)
            path.unlink()
            changed = _changed(before)
            passes = bool(codes) and not changed
            tally.add(
                f"{what}: {outcome} {codes} {changed}", codes[0] if codes else TAKEN, passes=passes
            )
    _bare_to_office(mutator, _bare(samples), tally, count=plan.sample, before=before)
    return tally.value()


def _damaged(
    mutator: Mutator, samples: dict[str, Sample], reader: Reader, count: int
) -> Iterator[tuple[str, bytes]]:
    """Flips all over each bundle, and mutants of which nothing at all may be kept."""
    for kind, sample in sorted(samples.items()):
        for _ in range(count):
            data, bit = bytearray(sample.data), mutator.draw.randrange(8 * len(sample.data))
            data[bit // 8] ^= 1 << bit % 8
            yield f"{kind} bit {bit}", bytes(data)
    read, made = BundleReader(reader).learn(_members(samples)).read, 0
    while made < count:
        name, _, data = mutator.bundle()
        code, found = read(data)
        if code != TAKEN and not found:
            made += 1
            yield name, data


def _bare_to_office(
    mutator: Mutator,
    goods: dict[str, list[bytes]],
    tally: Tally,
    *,
    count: int,
    before: dict[str, str],
) -> None:
    from django.conf import settings

    from sangbong.kernel.errors import SangbongError
    from sangbong.liaison import operations

    deeds: dict[str, Callable[[bytes], Any]] = {
        "envelope": lambda data: operations.receive(now=settings.CLOCK.now(), envelope=data),
        "receipt": lambda data: operations.accept_receipt(now=settings.CLOCK.now(), receipt=data),
    }
    for kind, deed in deeds.items():
        made = 0
        while made < count:
            data = mutator.bytes(mutator.draw.choice(goods[kind]))
            if data in goods[kind]:
                continue
            made += 1
            code = TAKEN
            try:
                deed(data)
            except SangbongError as fault:
                code = fault.code
            changed = _changed(before)
            tally.add(f"{kind}: {code} {changed}", code, passes=code != TAKEN and not changed)


def _tables() -> dict[str, str]:
    """What every table holds, as a hash each."""
    from django.db import connection

    held = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f'SELECT * FROM "{table}" ORDER BY 1')
            held[table] = hashlib.sha256(repr(cursor.fetchall()).encode()).hexdigest()
    return held


def _changed(before: dict[str, str]) -> list[str]:
    """The tables that changed and are not evidence."""
    now = _tables()
    return [name for name in now if now[name] != before.get(name) and name not in EVIDENCE]


def _cut_in_office(*, stick: dict[str, Path], kind: str, length: int) -> dict[str, Any]:
    """One bundle cut off: what the core counts as whole is what the office then has."""
    from sangbong.liaison import queries
    from sangbong.liaison.core.wire.envelope import MAGIC

    reader = BundleReader(_reader(stick))
    data = stick[kind].read_bytes()
    reader.learn(member for _, member in mutants.members_of(data, reader)[1])
    code, found = reader.read(data[:length])
    before = _incoming(queries)
    with tempfile.TemporaryDirectory(prefix="sangbong-stick-") as name:
        path = Path(name) / stick[kind].name
        path.write_bytes(data[:length])
        ((outcome, codes, *_),) = _collect(there=Path(name))
    came = _incoming(queries) - before
    whole = sum(one.startswith(MAGIC) for one in found)
    good = outcome == "cut_short" and codes == [code] and came == whole
    tally = Tally()
    tally.add(f"{kind} cut at {length}: {outcome} {codes}, {came} of {whole}", code, passes=good)
    return tally.value()


def _incoming(queries: Any) -> int:
    return len(queries.dispatches(queries.Direction.IN))


# --- planted bugs --------------------------------------------------------------------------------


class _AnySignature:
    """The planted bug: whoever signed it."""

    def verifies(self, signature: bytes, message: bytes) -> bool:
        del signature, message
        return True


@dataclass(frozen=True, slots=True)
class _AnyHeader:
    """The planted bug: the seal opens whatever header stands over it."""

    opener: Any
    info: bytes

    def open(self, sealed: bytes, *, info: bytes) -> bytes:
        del info
        opened: bytes = self.opener.open(sealed, info=self.info)
        return opened


def _planted(folder: Path, stick: dict[str, Path], bug: str) -> int:
    """At which trial of a bundle's head the flips notice the bug; 0 for never."""
    home = folder / offices.SEOUL.side
    found: int = children.must(_deed(home, _flips_with_bug, stick=stick, bug=bug))
    return found


def _flips_with_bug(*, stick: dict[str, Path], bug: str) -> int:
    from sangbong.liaison.core.wire import bundle as bundles

    reader, data = _reader(stick), stick["letters"].read_bytes()
    head = bundles.read_head(io.BytesIO(data))
    buggy = replace(reader, verifier=_AnySignature())
    if bug == "header not bound":
        info = bundles.PURPOSE_TAG + head.header_bytes
        buggy = replace(buggy, opener=_AnyHeader(reader.opener, info))
        # the signature's own bytes are for the other bug
        bits = range(8 * (head.length - 64))
    else:
        bits = range(8 * (head.length - 64), 8 * head.length)
    trials = mutants.flip_all(data, BundleReader(buggy).read, bits=bits, name=bug)
    return next((at for at, (_, _, passes) in enumerate(trials, start=1) if not passes), 0)
