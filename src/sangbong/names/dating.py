"""What a date or an age says of the day of birth: a distribution over days, and likeness in bits.

1. (P1) A date stands for days with probabilities. Each span of days says why it is there: the date
   as said; the same numerals in the other calendar; in another year; another day of the year said;
   a near year; another way of counting. What is left lies elsewhere, as births in general do.
2. (P2) The probabilities of a distribution sum to one. What a date cannot be (a lunar day that never
   was) gives its share to the others.
3. (P3) The likeness of two dates is how many times likelier they are if they tell of one birth than
   if of two: the sum over days of p(day)·q(day)/prior(day), in bits. It is symmetric, at least
   `MILLIBITS_MIN` and at most `MILLIBITS_MAX`; where nothing is said it is 0.
4. (P4) The level names the reason that contributes most.

Probabilities are stated, not measured: no truth about real Korean records is public. That each of
these things happens has sources: lunar dates registered as if solar, and births registered one to
three years late (hankyung 2016081673381, legalinsight 62390, sedaily 2GSPVXSH85); birthdays kept by
the lunar calendar, 44 in 100 Koreans in the 2020s and more among the old (m.mir.pe 음력 생일); ages
counted in two ways (christiantoday.co.kr 348136). The numbers are our convention.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import IntEnum, StrEnum
from functools import cache, lru_cache
from itertools import pairwise
from math import isclose, log2
from typing import NamedTuple

from sangbong.kernel.errors import Language, message
from sangbong.names.ages import Counting, SaidAge
from sangbong.names.births import FRAME, TABLE_START, AgePrior, flat_prior
from sangbong.names.dates import (
    Calendar,
    Precision,
    WrittenDate,
    lunar_reading,
    solar_reading,
)
from sangbong.names.korean.calendar import lunar_of_solar

MILLIBITS_MAX = 16_000
"""No two dates say more than this; our convention, as far as the almanac of births goes."""


class Reason(IntEnum):
    """Why a birth may have been in a span of days (P1)."""

    AS_SAID = 0
    OTHER_CALENDAR = 1
    """The same numerals in the other calendar: a lunar date written as a solar one."""
    OTHER_YEAR = 2
    """The same day and month in another year: registered late, or a slip of the year."""
    YEAR_RIGHT = 3
    """Another day of the year said."""
    COUNTED = 4
    """Another way of counting an age, or an age off by one or two."""
    NEAR_YEAR = 5
    """Any day of a near year."""
    ELSEWHERE = 6
    """Any day at all, as births in general lie."""


class DateLevel(StrEnum):
    """How two dates agree, by the reason that says most (P4)."""

    SAME_DAY = "same_day"
    OTHER_CALENDAR = "other_calendar"
    SAME_DAY_OTHER_YEAR = "same_day_other_year"
    SAME_MONTH = "same_month"
    SAME_YEAR = "same_year"
    COUNTED = "counted"
    YEAR_OFF = "year_off"
    DIFFERENT = "different"
    MISSING = "missing"


class Exactness(IntEnum):
    """The smallest unit in which a date was said."""

    DAY = 0
    MONTH = 1
    YEAR = 2


class Span(NamedTuple):
    """Days, as ordinals of the solar calendar, that share a probability evenly."""

    first: int
    last: int
    probability: float
    reason: Reason


# --- shares (P1); each row sums to one ------------------------------------------------------------

_Shares = Mapping[Reason, float]
_ELSEWHERE = 0.02
SHARES: Mapping[Exactness, _Shares] = {
    Exactness.DAY: {
        Reason.AS_SAID: 0.70,
        Reason.OTHER_CALENDAR: 0.11,
        Reason.OTHER_YEAR: 0.08,
        Reason.YEAR_RIGHT: 0.05,
        Reason.NEAR_YEAR: 0.04,
    },
    Exactness.MONTH: {
        Reason.AS_SAID: 0.72,
        Reason.OTHER_CALENDAR: 0.09,
        Reason.YEAR_RIGHT: 0.09,
        Reason.NEAR_YEAR: 0.08,
    },
    Exactness.YEAR: {Reason.AS_SAID: 0.74, Reason.NEAR_YEAR: 0.24},
}
"""Of a hundred dates said to the day, the month, the year. Our convention."""
LATE_SHARES: Mapping[Exactness, _Shares] = {
    Exactness.DAY: {
        Reason.AS_SAID: 0.42,
        Reason.OTHER_CALENDAR: 0.07,
        Reason.OTHER_YEAR: 0.30,
        Reason.YEAR_RIGHT: 0.03,
        Reason.NEAR_YEAR: 0.16,
    },
    Exactness.MONTH: {
        Reason.AS_SAID: 0.45,
        Reason.OTHER_CALENDAR: 0.06,
        Reason.YEAR_RIGHT: 0.05,
        Reason.NEAR_YEAR: 0.42,
    },
    Exactness.YEAR: {Reason.AS_SAID: 0.50, Reason.NEAR_YEAR: 0.48},
}
"""The same where somebody says that it was registered late: whether the date said is the
register's or the true one, half of them do not say. Our convention."""
LUNAR_TAKEN_FOR_SOLAR = 0.4
"""Of the share of the other calendar, what is left where the date is said to be lunar: the mistake
is made in that direction seldom. Our convention."""
UNKNOWN_LUNAR = 0.5
"""How often a date is lunar where nobody says which. Our convention, from 44 in 100 (above)."""
YEARS_BEFORE: Mapping[int, float] = {1: 0.40, 2: 0.22, 3: 0.13, -1: 0.17, -2: 0.08}
"""Years by which the birth was before (minus: after) the year said. Late by one to three years
(legalinsight 62390); the rest are slips. Our convention."""
ABOUT_BEFORE: Mapping[int, float] = {
    0: 0.28,
    1: 0.19,
    -1: 0.19,
    2: 0.11,
    -2: 0.11,
    3: 0.06,
    -3: 0.06,
}
"""The same where the year is "about". Our convention."""
SAME_CALENDAR = 0.8
"""Of dates in another year, those read in the calendar said. Our convention."""
COUNTINGS: Mapping[Counting, float] = {
    Counting.KOREAN: 0.6,
    Counting.WESTERN: 0.3,
    Counting.YEAR: 0.1,
}
"""How an age was counted where nobody says. Our convention."""
LUNAR_NEW_YEAR = 0.25
"""How often Korean counting goes by the lunar New Year. Our convention."""
AGE_OFF: Mapping[int, float] = {0: 0.86, 1: 0.05, -1: 0.05, 2: 0.02, -2: 0.02}
"""Years by which an age is off. Our convention."""


# --- a distribution over days ---------------------------------------------------------------------


class Segment(NamedTuple):
    """Days of one density; the segments of a distribution do not overlap."""

    first: int
    last: int
    density: float
    reason: Reason


@dataclass(frozen=True, slots=True)
class DayDistribution:
    """Where the day of birth may lie, as a date or an age says (P1, P2). No spans: nothing known."""

    shown: str
    """The words it was read from."""
    exactness: Exactness
    spans: tuple[Span, ...]
    segments: tuple[Segment, ...] = field(init=False, repr=False, compare=False)
    elsewhere: float = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Cut the spans into segments once, for every comparison.

        Raises:
            ValueError: the probabilities do not sum to one: our mistake.
        """
        if self.spans and not isclose(sum(s.probability for s in self.spans), 1, abs_tol=1e-9):
            raise ValueError("probabilities that do not sum to one")
        inner = [s for s in self.spans if s.reason is not Reason.ELSEWHERE]
        object.__setattr__(self, "segments", tuple(_segments(inner)))
        outer = sum(s.probability for s in self.spans if s.reason is Reason.ELSEWHERE)
        object.__setattr__(self, "elsewhere", outer)

    @property
    def days(self) -> tuple[int, ...]:
        """Single days that stand out, as ordinals in order: keys for joining registers."""
        return tuple(sorted({span.first for span in self.spans if span.first == span.last}))

    @property
    def bounds(self) -> tuple[int, int] | None:
        """The first and last day, as ordinals, that is not merely elsewhere; None if nothing is."""
        if not self.segments:
            return None
        return self.segments[0].first, self.segments[-1].last


def _segments(spans: list[Span]) -> Iterator[Segment]:
    edges = sorted({span.first for span in spans} | {span.last + 1 for span in spans})
    coming = sorted(spans, reverse=True)
    over: list[tuple[float, Span]] = []
    for first, end in pairwise(edges):
        over = [pair for pair in over if pair[1].last >= first]
        while coming and coming[-1].first == first:
            span = coming.pop()
            over.append((span.probability / (span.last - span.first + 1), span))
        if over:
            greatest = max(over)[1]
            yield Segment(first, end - 1, sum(density for density, _ in over), greatest.reason)


@lru_cache(maxsize=4_096)  # of some ten kilobytes each
def days_of(
    written: WrittenDate, *, prior: AgePrior | None = None, lunar_kept: bool = True
) -> DayDistribution:
    """Where a birth lies by a date as written (P1).

    Args:
        written: the date, as its tradition's reader gave it.
        prior: weighs the years where the date can be of several; None for `flat_prior()`.
        lunar_kept: whether people of this tradition keep birthdays in the lunar calendar too;
            where not, no solar date is read as a lunar one.
    """
    if written.precision is Precision.UNKNOWN:
        return DayDistribution(written.as_written, Exactness.YEAR, ())
    exactness = _exactness(written)
    spans = _Spans()
    years = written.years if written.year is None else (written.year,)
    weigh = prior or flat_prior()
    weights = [weigh.share(year) for year in years]
    for year, weight in zip(years, weights, strict=True):
        _spread(spans, written, year, weight / sum(weights), lunar_kept=lunar_kept)
    return DayDistribution(written.as_written, exactness, spans.finished())


class _Spans:
    """Spans being gathered; what cannot be is dropped and its share given to the rest (P2)."""

    def __init__(self) -> None:
        self._shares: dict[tuple[int, int, Reason], float] = {}

    def add(self, reading: tuple[date, date] | None, share: float, reason: Reason) -> None:
        if reading is not None and share > 0:
            key = (reading[0].toordinal(), reading[1].toordinal(), reason)
            self._shares[key] = self._shares.get(key, 0.0) + share

    def finished(self) -> tuple[Span, ...]:
        if not self._shares:
            return (Span(*FRAME, 1.0, Reason.ELSEWHERE),)
        whole = sum(self._shares.values()) / (1 - _ELSEWHERE)
        found = [Span(a, b, p / whole, reason) for (a, b, reason), p in self._shares.items()]
        found.sort(key=lambda span: (span.reason, -span.probability, span.first))
        return (*found, Span(*FRAME, _ELSEWHERE, Reason.ELSEWHERE))


def _exactness(written: WrittenDate) -> Exactness:
    if written.month is None or written.precision is Precision.ABOUT:
        return Exactness.YEAR
    return Exactness.MONTH if written.day is None else Exactness.DAY


def _spread(
    spans: _Spans, written: WrittenDate, year: int, weight: float, *, lunar_kept: bool
) -> None:
    """Add what a date of one year says."""
    if written.precision is Precision.ABOUT:
        for before, share in ABOUT_BEFORE.items():
            reason = Reason.NEAR_YEAR if before else Reason.AS_SAID
            spans.add(solar_reading(year - before, None, None), weight * share, reason)
        return
    shares = (SHARES if written.late is None else LATE_SHARES)[_exactness(written)]
    other = shares.get(Reason.OTHER_CALENDAR, 0.0)
    if written.calendar is Calendar.LUNAR:
        other *= LUNAR_TAKEN_FOR_SOLAR
    elif written.calendar is Calendar.UNKNOWN or not lunar_kept:
        other = 0.0
    as_said = shares[Reason.AS_SAID] + shares.get(Reason.OTHER_CALENDAR, 0.0) - other
    for lunar, share in _calendars(written.calendar):
        said = _reading(written, year, lunar=lunar)
        spans.add(said, weight * as_said * share, Reason.AS_SAID)
        whole = _whole_year(year, lunar=lunar)
        spans.add(whole, weight * shares.get(Reason.YEAR_RIGHT, 0.0) * share, Reason.YEAR_RIGHT)
    if other:
        lunar = written.calendar is Calendar.SOLAR
        reading = _reading(written, year, lunar=lunar)
        spans.add(reading, weight * other, Reason.OTHER_CALENDAR)
    _other_years(
        spans,
        written,
        year,
        {reason: weight * share for reason, share in shares.items()},
        mixed=1 - SAME_CALENDAR if other else 0.0,
    )


def _other_years(
    spans: _Spans, written: WrittenDate, year: int, shares: _Shares, *, mixed: float
) -> None:
    same_day, near = shares.get(Reason.OTHER_YEAR, 0.0), shares[Reason.NEAR_YEAR]
    for before, share in _years_before(written.late).items():
        for lunar, part in _calendars(written.calendar, other=mixed):
            day = _reading(written, year - before, lunar=lunar)
            spans.add(day, same_day * share * part, Reason.OTHER_YEAR)
        for lunar, part in _calendars(written.calendar):
            whole = _whole_year(year - before, lunar=lunar)
            spans.add(whole, near * share * part, Reason.NEAR_YEAR)


def _years_before(late: int | None) -> Mapping[int, float]:
    if late is None:
        return YEARS_BEFORE
    if late == 0:
        return {1: 0.5, 2: 0.3, 3: 0.2}
    return {late: 0.9, late + 1: 0.1}


def _calendars(calendar: Calendar, *, other: float = 0.0) -> tuple[tuple[bool, float], ...]:
    """Whether lunar, and how often, of a date in a calendar; the other one now and then."""
    lunar = {Calendar.LUNAR: 1 - other, Calendar.SOLAR: other}.get(calendar, UNKNOWN_LUNAR)
    return ((False, 1 - lunar), (True, lunar))


def _reading(written: WrittenDate, year: int, *, lunar: bool) -> tuple[date, date] | None:
    if not lunar:
        return solar_reading(year, written.month, written.day)
    found = lunar_reading(year, written.month, written.day, leap=written.leap)
    if found is None and written.leap:  # a year without that leap month has its plain one
        return lunar_reading(year, written.month, written.day, leap=False)
    return found


def _whole_year(year: int, *, lunar: bool) -> tuple[date, date] | None:
    return lunar_reading(year, None, None, leap=False) if lunar else solar_reading(year, None, None)


_FIRST_BORN, _LAST_BORN = (date.fromordinal(day).year for day in FRAME)


# --- ages -----------------------------------------------------------------------------------------


@lru_cache(maxsize=1_024)
def days_of_age(said: SaidAge) -> DayDistribution:
    """Where a birth lies by an age as said: each way of counting that it may be in (A2 of `ages`)."""
    spans = _Spans()
    ages = range(said.first, said.last + 1)
    offs = ABOUT_BEFORE if said.about else AGE_OFF
    known = said.counting is not Counting.UNKNOWN
    countings = {said.counting: 1.0} if known else COUNTINGS
    for counting, often in countings.items():
        for off, share in offs.items():
            reason = Reason.AS_SAID if known and not off else Reason.COUNTED
            for age in ages:
                part = often * share / len(ages)
                for reading, how in _born(counting, age + off, said.said_on):
                    spans.add(reading, part * how, reason)
    return DayDistribution(said.as_written, Exactness.YEAR, spans.finished())


def _born(
    counting: Counting, age: int, said_on: date
) -> Iterator[tuple[tuple[date, date] | None, float]]:
    """Days of birth that give an age on a day, and how often they are meant."""
    if counting is Counting.WESTERN:
        before, after = _years_earlier(said_on, age + 1), _years_earlier(said_on, age)
        if before and after:
            yield (before + timedelta(days=1), after), 1.0
    elif counting is Counting.YEAR:
        yield _year_within(said_on.year - age, lunar=False), 1.0
    else:
        yield _year_within(said_on.year - age + 1, lunar=False), 1 - LUNAR_NEW_YEAR
        lunar = lunar_of_solar(said_on)
        if lunar:
            yield _year_within(lunar[0] - age + 1, lunar=True), LUNAR_NEW_YEAR


def _year_within(year: int, *, lunar: bool) -> tuple[date, date] | None:
    return _whole_year(year, lunar=lunar) if _FIRST_BORN <= year <= _LAST_BORN else None


def _years_earlier(day: date, years: int) -> date | None:
    """The same day some years earlier, 28 February for a 29th that was not; None out of reach."""
    year = day.year - years
    if not _FIRST_BORN <= year <= _LAST_BORN:
        return None
    try:
        return day.replace(year=year)
    except ValueError:  # 29 February
        return day.replace(year=year, day=28)


# --- likeness -------------------------------------------------------------------------------------

_LEVELS = tuple(DateLevel)
_DIFFERENT = _LEVELS.index(DateLevel.DIFFERENT)
MILLIBITS_MIN = round(1000 * log2(2 * _ELSEWHERE - _ELSEWHERE**2))


class DateItem(NamedTuple):
    """One reason for or against, as people read it."""

    level: DateLevel
    left: str
    right: str
    millibits: int
    code: str
    """The sentence in `kernel/messages/names.toml`, which `params` fill."""
    params: Mapping[str, str]

    def why(self, language: Language) -> str:
        """The sentence."""
        return message(self.code, language).format_map(self.params)


@dataclass(frozen=True, slots=True)
class DateLikeness:
    """How much two dates speak for one birth (P3), by which level (P4), item by item.

    The first item has the whole weight; those after it tell how each side was read, where that is
    not as it was said, and weigh nothing of their own.
    """

    millibits: int
    level: DateLevel
    items: tuple[DateItem, ...]


class _Weighed(NamedTuple):
    millibits: int
    level: DateLevel
    day: int
    """The first day of the stretch that says most of the level; 0 where there is none."""
    left: Reason
    right: Reason


def millibits_of(
    left: DayDistribution, right: DayDistribution, *, prior: AgePrior | None = None
) -> int:
    """The likeness alone, in thousandths of a bit (P3)."""
    return _weigh(left, right, prior or flat_prior()).millibits


def likeness_of(
    left: DayDistribution, right: DayDistribution, *, prior: AgePrior | None = None
) -> DateLikeness:
    """The likeness of two dates, its level and its sentences (P3, P4).

    Args:
        left: one date or age.
        right: the other.
        prior: births of the people in question; None for `flat_prior()`.
    """
    weighed = _weigh(left, right, prior or flat_prior())
    level = weighed.level
    when = date.fromordinal(weighed.day).isoformat() if weighed.day else ""
    params = {"left": left.shown, "right": right.shown, "when": when[: _SHOWN.get(level, 4)]}
    code = f"names.date_like_{level.value}"
    items = [DateItem(level, left.shown, right.shown, weighed.millibits, code, params)]
    for text, reason in ((left.shown, weighed.left), (right.shown, weighed.right)):
        if reason not in {Reason.AS_SAID, Reason.ELSEWHERE}:
            code = f"names.date_read_{reason.name.lower()}"
            items.append(DateItem(level, left.shown, right.shown, 0, code, {"text": text}))
    return DateLikeness(weighed.millibits, level, tuple(items))


_SHOWN = {
    DateLevel.SAME_DAY: 10,
    DateLevel.OTHER_CALENDAR: 10,
    DateLevel.SAME_DAY_OTHER_YEAR: 10,
    DateLevel.SAME_MONTH: 7,
}
"""Characters of an ISO date that a level speaks of; else the year."""


def _weigh(left: DayDistribution, right: DayDistribution, prior: AgePrior) -> _Weighed:
    if not left.spans or not right.spans:
        return _Weighed(0, DateLevel.MISSING, 0, Reason.AS_SAID, Reason.AS_SAID)
    levels = _levels()[max(left.exactness, right.exactness)]
    sums = [0.0] * len(_LEVELS)
    ours, theirs = left.elsewhere, right.elsewhere
    sums[_DIFFERENT] = ours * (1 - theirs) + theirs * (1 - ours) + ours * theirs
    found = [(0.0, 0, Reason.ELSEWHERE, Reason.ELSEWHERE)] * len(_LEVELS)
    before = prior.sums
    for first, last, density, one, other in _overlaps(left.segments, right.segments):
        says = density * (before[last - TABLE_START + 1] - before[first - TABLE_START])
        level = levels[one][other]
        sums[level] += says
        if says > found[level][0]:
            found[level] = (says, first, one, other)
    bits = round(1000 * log2(sum(sums)))
    best = sums.index(max(sums))
    _, day, one, other = found[best]
    millibits = max(MILLIBITS_MIN, min(MILLIBITS_MAX, bits))
    return _Weighed(millibits, _LEVELS[best], day, one, other)


def _overlaps(
    left: tuple[Segment, ...], right: tuple[Segment, ...]
) -> list[tuple[int, int, float, Reason, Reason]]:
    """Stretches that both have: first and last day, product of the densities, both reasons."""
    found: list[tuple[int, int, float, Reason, Reason]] = []
    if not left or not right:
        return found
    mine, yours = iter(left), iter(right)
    first, last, density, reason = next(mine)
    start, end, other_density, other = next(yours)
    # the loop that a million comparisons run through: no calls but the two iterators
    while True:
        if first <= end and start <= last:
            found.append(
                (
                    first if first > start else start,  # noqa: FURB136 -- faster than max here
                    last if last < end else end,  # noqa: FURB136
                    density * other_density,
                    reason,
                    other,
                )
            )
        if last <= end:
            following = next(mine, None)
            if following is None:
                return found
            first, last, density, reason = following
        else:
            following = next(yours, None)
            if following is None:
                return found
            start, end, other_density, other = following


@cache
def _levels() -> tuple[tuple[tuple[int, ...], ...], ...]:
    """The number of each level by exactness and both reasons."""
    return tuple(
        tuple(tuple(_LEVELS.index(_level(a, b, exactness)) for b in Reason) for a in Reason)
        for exactness in Exactness
    )


def _level(one: Reason, other: Reason, exactness: Exactness) -> DateLevel:
    """The level of two reasons, where the less exact of the dates is this exact (P4)."""
    worse = max(one, other)
    if worse is Reason.ELSEWHERE:
        return DateLevel.DIFFERENT
    if worse is Reason.NEAR_YEAR or {one, other} == {Reason.OTHER_YEAR, Reason.YEAR_RIGHT}:
        return DateLevel.YEAR_OFF
    if worse is Reason.COUNTED:
        return DateLevel.COUNTED
    if worse is Reason.OTHER_YEAR:
        exact = exactness is Exactness.DAY
        return DateLevel.SAME_DAY_OTHER_YEAR if exact else DateLevel.YEAR_OFF
    if worse is Reason.YEAR_RIGHT or exactness is Exactness.YEAR:
        return DateLevel.SAME_YEAR
    if worse is Reason.OTHER_CALENDAR:
        return DateLevel.OTHER_CALENDAR
    return DateLevel.SAME_DAY if exactness is Exactness.DAY else DateLevel.SAME_MONTH
