"""A hundred thousand writings that nobody should have sent: read, or refused as people can act on.

Each trial draws a name, a date, a place or a word for kin, alters it, and hands it to both traditions.
It passes if each door gives a value that keeps what the value promises, or refuses with a documented
code whose two sentences name the column, are short, and show nothing that cannot be seen.
The planted bugs: a name's hidden characters no longer looked for; a refusal that forgets its place.
"""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from math import isclose
from types import FrameType
from unittest.mock import patch

from campaigns.name_mutants import CALENDARS, HIDDEN, MEANINGLESS, Mutator
from campaigns.result import Result, Wishes
from sangbong.kernel.errors import LANGUAGES, Place, SangbongError, messages
from sangbong.names import text
from sangbong.names.ages import parse_age
from sangbong.names.dates import age_on
from sangbong.names.dating import DayDistribution, days_of, days_of_age, likeness_of
from sangbong.names.latin import kin as latin_kin
from sangbong.names.likeness import BOUND_MILLIBITS, compare
from sangbong.names.person import PersonName, read_name, read_names
from sangbong.names.place_likeness import BOUND_MILLIBITS as PLACE_BOUND_MILLIBITS
from sangbong.names.place_likeness import compare_places
from sangbong.names.tradition import tradition
from sangbong.names.usage import Usage, usage

TRIALS = 100_000
PLANTED_TRIALS_MAX = 2_000
CALL_CPU_S_MAX = 2.0
"""CPU seconds after which a call counts as hanging."""
SENTENCE_MAX = 400
COLUMN = "칸 A"
KINDS = ("name", "name", "date", "date", "place", "kin")
USAGES = (usage("korean"), usage("latin"))
_TODAY = date(2018, 8, 20)
_SAID = days_of(USAGES[0].read_date("음 1931.5.5", column=COLUMN))
"""A lunar birthday, to weigh every date that is read against."""
_UNSEEN = frozenset(HIDDEN + MEANINGLESS)
_NOT_SHOWN = _UNSEEN - {"\N{REPLACEMENT CHARACTER}"}

Say = Callable[[str], None]
Deed = Callable[[], object]


class HangingError(BaseException):
    """A call took longer than `CALL_CPU_S_MAX`; no `except Exception` may swallow it."""


class BrokenError(AssertionError):
    """A value that was read does not keep what it promises."""


def run(wishes: Wishes, *, say: Say) -> Result:
    """Try all, then the same trials with each planted bug until it is noticed."""
    begun = time.monotonic()
    numbers = [wishes.only_round] if wishes.only_round is not None else range(wishes.trials)
    codes: Counter[str] = Counter()
    failures, shown = 0, 0
    for number in numbers:
        fault, found = tried(wishes.seed, number)
        codes.update(found)
        failures += bool(fault)
        if wishes.only_round is not None or (fault and shown < 20):
            shown += 1
            say(f"names: seed {wishes.seed} round {number}: {fault or 'as it should be'}")
    for code, count in sorted(codes.items()):
        say(f"  {count:>9} {code}")
    caught = [_planted(wishes.seed, bug) for bug in PLANTED_BUGS]
    for bug, at in zip(PLANTED_BUGS, caught, strict=True):
        say(f"planted bug, {bug}: " + (f"caught at trial {at}" if at else "NOT CAUGHT"))
    return Result(
        name="names",
        seed=wishes.seed,
        trials=len(numbers),
        failures=failures,
        planted_bug_caught=all(caught),
        planted_bug_caught_at=max(caught),
        rate_below=1.0 if failures else round(3 / len(numbers), 9),
        rounds=len(numbers),
        seconds=round(time.monotonic() - begun, 1),
    )


def tried(seed: int, number: int) -> tuple[str, list[str]]:
    """One trial: what went wrong, or nothing, and the codes that refused."""
    dice = random.Random(f"{seed}:{number}")
    mutator = Mutator(dice)
    kind = dice.choice(KINDS)
    written = mutator.draw(kind)
    codes: list[str] = []
    for name, deed in _deeds(kind, written, dice, mutator):
        try:
            with _bounded():
                deed()
        except SangbongError as error:
            codes.append(error.code)
            fault = _refusal_fault(error)
        except HangingError:
            fault = f"more than {CALL_CPU_S_MAX} CPU seconds"
        except Exception as error:  # noqa: BLE001 -- any other exception is what is looked for
            fault = f"{type(error).__name__}: {str(error)[:200]}"
        else:
            codes.append(f"{kind} read")
            fault = ""
        if fault:
            return f"{name} of {written[:80]!a} ({len(written)} characters): {fault}", codes
    return "", codes


def _deeds(
    kind: str, written: str, dice: random.Random, mutator: Mutator
) -> Iterator[tuple[str, Deed]]:
    if kind == "name":
        other = mutator.draw("name")
        yield "a name", lambda: _name(written)
        yield "a name's parts", lambda: _names(written)
        yield "two names", lambda: _two_names(written, other, dice)
    if kind == "date":
        yield "an age", lambda: _age(written)
    home = mutator.draw("place") if kind == "place" else ""
    for each in USAGES:
        if kind == "date":
            calendar = dice.choice((*[""] * 6, *CALENDARS, mutator.draw("kin")))
            yield f"a {each.code} date", lambda u=each, c=calendar: _date(u, written, c)  # type: ignore[misc]
        elif kind == "place":
            yield f"a {each.code} place", lambda u=each: _place(u, written)  # type: ignore[misc]
            yield f"two {each.code} places", lambda u=each: _two_places(u, written, home)  # type: ignore[misc]
        elif kind == "kin":
            yield f"a {each.code} kin word", lambda u=each: _kin(u, written)  # type: ignore[misc]


# --- what a value promises -----------------------------------------------------------------------


def _name(written: str) -> None:
    name = read_name(written, column=COLUMN)
    _seen(name.text)
    _check(read_name(name.text, column=COLUMN).text == name.text, "another text when read again")
    for code in ("korean", "latin"):
        readings = tradition(code).readings(name)
        total = sum(reading.weight for reading in readings)
        _check(not readings or isclose(total, 1.0, abs_tol=1e-6), f"readings weigh {total}")
    for each in USAGES:
        folded = each.fold(name.text)
        _check(each.fold(folded) == folded, f"folded twice it is another in {each.code}")
        family, given = each.split(folded)
        each.letters(folded)
        each.reading_of(family, given)
        each.free_readings(name.text)
        each.is_own_script(name.text)


def _names(written: str) -> None:
    for name in read_names(written, column=COLUMN):
        _seen(name.text)
        _check(bool(name.text.strip()), "a name without a letter")


def _two_names(written: str, other: str, dice: random.Random) -> None:
    left, right = _accepted(written), _accepted(other)
    if left is None or right is None:
        return
    by = tradition(dice.choice(("korean", "latin")))
    sex, decade = dice.choice(("", "M", "F")), dice.choice((None, 1930))
    found = compare(left, right, tradition=by, sex=sex, decade=decade)
    again = compare(right, left, tradition=by, sex=sex, decade=decade)
    _check(found.millibits == again.millibits, "likeness is not symmetric")
    _check(abs(found.millibits) <= BOUND_MILLIBITS, f"{found.millibits} millibits")
    _check(sum(i.millibits for i in found.items) == found.millibits, "items do not sum")
    for item in found.items:
        for language in LANGUAGES:
            _check(bool(item.why(language)), "an item without a reason")


def _accepted(written: str) -> PersonName | None:
    try:
        return read_name(written, column=COLUMN)
    except SangbongError:
        return None  # refused by the first deed with a code already


def _date(by: Usage, written: str, calendar: str) -> None:
    found = by.read_date(written, calendar, column=COLUMN)
    span = found.solar_span()
    if span is not None:
        _check(span[0] <= span[1], "the span ends before it begins")
        age_on(found, _TODAY)
    again = by.read_date(found.as_written, calendar, column=COLUMN)
    _check(again.solar_span() == span, "another day when read again")
    _days(days_of(found))


def _age(written: str) -> None:
    _days(days_of_age(parse_age(written, said_on=_TODAY, column=COLUMN)))


def _days(days: DayDistribution) -> None:
    total = sum(span.probability for span in days.spans)
    _check(not days.spans or isclose(total, 1.0, abs_tol=1e-6), f"days weigh {total}")
    found, again = likeness_of(days, _SAID), likeness_of(_SAID, days)
    _check(found.millibits == again.millibits, "likeness of days is not symmetric")
    for item in found.items:
        for language in LANGUAGES:
            _check(bool(item.why(language)), "an item without a reason")


def _place(by: Usage, written: str) -> None:
    found = by.read_place(written, column=COLUMN)
    _seen(found.as_written)
    again = by.read_place(found.as_written, column=COLUMN)
    _check(again == found, "another place when read again")


def _two_places(by: Usage, written: str, other: str) -> None:
    try:
        found = compare_places(written, other, tradition=by.code)
    except SangbongError as error:
        if error.place is None or error.place.column:
            raise
        return  # of two texts without a column; the first deed has looked at the place
    again = compare_places(other, written, tradition=by.code)
    _check(found.millibits == again.millibits, "likeness of places is not symmetric")
    _check(abs(found.millibits) <= PLACE_BOUND_MILLIBITS, f"{found.millibits} millibits")
    for line in found.items:
        for language in LANGUAGES:
            _check(bool(line.why(language)), "a line without a reason")


def _kin(by: Usage, written: str) -> None:
    found = by.read_kin(written, column=COLUMN)
    again = by.read_kin(found.term, column=COLUMN)
    _check((again.term, again.tier) == (found.term, found.tier), "another term when read again")


def _seen(written: str) -> None:
    unseen = _UNSEEN.intersection(written)
    _check(not unseen, f"a character that cannot be seen was taken: {sorted(unseen)!a}")


def _check(kept: bool, broken: str) -> None:  # noqa: FBT001
    if not kept:
        raise BrokenError(broken)


def _refusal_fault(error: SangbongError) -> str:
    """What is wrong with a refusal, or nothing."""
    if error.code not in messages() or not error.code.startswith("names."):
        return f"an undocumented code {error.code}"
    if error.place is None or error.place.column != COLUMN:
        return f"{error.code} without its place"
    for language in LANGUAGES:
        try:
            sentence = error.text(language)
        except (KeyError, IndexError, ValueError) as fault:
            return f"{error.code} has no {language} sentence: {fault!r}"
        if len(sentence) > SENTENCE_MAX:
            return f"{error.code} says {len(sentence)} characters in {language}"
        if _NOT_SHOWN.intersection(sentence):
            return f"{error.code} shows a character that cannot be seen"
    return ""


@contextmanager
def _bounded() -> Iterator[None]:
    before = signal.signal(signal.SIGVTALRM, _stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, CALL_CPU_S_MAX)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _stop(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise HangingError


# --- planted bugs --------------------------------------------------------------------------------


def _not_looked_for(*args: object, **facts: object) -> None:
    """The planted bug: hidden characters are taken."""
    del args, facts


def _placeless(**facts: object) -> Place:
    """The planted bug: who reads kin words forgets where they stood."""
    del facts
    return Place()


PLANTED_BUGS: dict[str, tuple[object, str, object]] = {
    "hidden characters taken": (text, "_refuse_hidden", _not_looked_for),
    "refused without a place": (latin_kin, "Place", _placeless),
}


def _planted(seed: int, bug: str) -> int:
    """At which trial the bug is noticed; 0 for never."""
    holder, name, planted = PLANTED_BUGS[bug]
    with patch.object(holder, name, planted):
        return next((n + 1 for n in range(PLANTED_TRIALS_MAX) if tried(seed, n)[0]), 0)
