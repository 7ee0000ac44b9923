"""How Koreans write a date: what the words of one say, before a calendar is asked whether it was.

1. (W1) A text is one date. What stands beside it is taken off first: the calendar, "about", that
   it was registered late, "born". Anything left over makes the whole unreadable; nothing is guessed.
2. (W2) Two numbers in figures are parted by a sign, a space or a word; only the six or eight
   figures of 193103 and 19310305 stand together.
3. (W3) The year has four figures, or an era, or its name in the cycle of sixty, or an animal. A
   bare year of 4213 to 4294 is a Dangi one: public papers of 1948 to 1961 were dated so.
4. (W4) Two names of one year must agree (주체19(1930)년, 1930년 경오생). A name of the cycle may
   also be that of the year before: a child of January was born before the lunar New Year.
5. (W5) Words of the lunar calendar mean it, unless 양력 is said: 윤달, 정월, 동짓달, 섣달, 초하루
   to 그믐, feast days, the cycle of sixty, an animal.
6. (W6) "About" takes off one step: about a day is its month, about a month its year; so does a
   season, or the beginning or end of a month. Our convention: no source states one.

Source: `eras.py` and `numerals.py` for the words; feast days: Standard Korean Dictionary (general
knowledge).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache

from sangbong.names.korean import eras
from sangbong.names.korean.numerals import (
    DAY_WORDS,
    HANGUL_FIGURES,
    HANJA_FIGURES,
    number_of,
)

LATE_YEARS_MAX = 20
"""More years than this between a birth and its report are a slip of the pen. Our convention."""
_RANGE_YEARS_MAX = 10
_DANGI_BARE = range(4213, 4295)
_UNREADABLE = "names.date_unreadable"


class UnreadableError(ValueError):
    """A text that is no date; the argument is the code of the sentence that says why."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a text says of a date."""

    years: tuple[int, ...] = ()
    """Every year it can be, in order; none where nothing is known."""
    month: int | None = None
    day: int | None = None
    """The day of the month; `numerals.LAST_DAY` for its last one."""
    leap: bool = False
    lunar_words: bool = False
    """Words of the lunar calendar were used (W5)."""
    calendar: str = ""
    """`lunar`, `solar`, or empty where the text does not say."""
    era: eras.Era | None = None
    about: bool = False
    """The year is only about right."""
    late: int | None = None
    """Years by which it was registered late; 0 where the number was not said; else None."""


def read_words(raw: str) -> Words:
    """This will read what a text of at most a line says of a date.

    Raises:
        UnreadableError: the writer's fault.
    """
    iso = _ISO.fullmatch(raw)
    if iso:  # most dates of most files
        return Words((int(iso["year"]),), int(iso["month"]), int(iso["day"]))
    text, late = _take_late(compact(raw))
    text, calendar = _take_calendar(text)
    text = _unwrapped(text)
    if not text or text in _NOTHING:
        return Words(calendar=calendar, late=late)
    text, about = _take_about(text)
    text = _BORN.sub("", text)
    words = _joined(text) or _several(text) or _english(text) or _year_first(text)
    if about:
        words = _less_exact(words)
    return replace(words, calendar=calendar, late=late)


# --- the text made plain --------------------------------------------------------------------------

_PLAIN = str.maketrans(
    dict(zip("０１２３４５６７８９／（）", "0123456789/()", strict=True))
    | dict.fromkeys("～〜", "~")
    | dict.fromkeys("－‐‑‒–—−", "-")
    | dict.fromkeys("．·・ㆍ、，,。", ".")
    | {"ō": "o", "ŏ": "o", "ū": "u", "ŭ": "u"}
)
_PARTED = re.compile(rf"(?<=[0-9{HANJA_FIGURES}])\s+(?=[0-9{HANJA_FIGURES}])")
_NOTHING = frozenset(
    (
        "모름",
        "잘모름",
        "기억안남",
        "기억못함",
        "미상",
        "불명",
        "불상",
        "없음",
        "不明",
        "不詳",
        "未詳",
        "unknown",
        "notknown",
        "?",
        "-",
        ".",
    )
)


def compact(raw: str) -> str:
    """The text without spaces, in lower case, its signs and figures made plain (W2)."""
    text = raw.strip().casefold().translate(_PLAIN)
    return re.sub(r"\.{2,}", ".", "".join(_PARTED.sub(".", text).split()))


def _unwrapped(text: str) -> str:
    inner = text[1:-1]
    wrapped = text.startswith("(") and text.endswith(")")
    return inner if wrapped and "(" not in inner else text


def _cut(text: str, match: re.Match[str]) -> str:
    """The text without a match; figures that it kept apart stay apart (W2)."""
    before, after = text[: match.start()], text[match.end() :]
    parted = before[-1:].isdigit() and after[:1].isdigit()
    return f"{before}.{after}" if parted else before + after


# --- what stands beside a date (W1) ---------------------------------------------------------------

_CALENDAR_OF = dict.fromkeys(("음력", "음", "陰曆", "陰", "구력", "lunar"), "lunar")
_CALENDAR_OF |= dict.fromkeys(("양력", "양", "陽曆", "陽", "신력", "solar"), "solar")
_any_calendar = "|".join(_CALENDAR_OF)
_CALENDAR = re.compile(rf"\((?P<inside>{_any_calendar})\)|(?P<open>{_any_calendar})(?:으로)?(?!띠)")

_FEW = {"한": 1, "일": 1, "두": 2, "이": 2, "세": 3, "삼": 3, "네": 4, "사": 4, "다섯": 5, "오": 5}
_few = rf"(?:(?<![0-9])[0-9]{{1,2}}|{'|'.join(_FEW)})"
_by_years = rf"(?:{_few}(?:년|살|해)(?:정도|쯤|가량)?)"
_register = "(?:호적|출생신고|신고|등록|등재)(?:상|나이)?(?:에는|에서|에|은|는|이|가|을|를|보다)?"
_entered = "(?:올림|올렸음|올라감|올라있음|신고|등록|등재|호적)(?:함|했음|됨|되었음)?"
_lately = "늦(?:게|음|은|었음|었다|다|춤)"
_LATE = re.compile(
    rf"[(.]?(?:{_register}{_by_years}?{_lately}(?:{_entered})?"
    rf"|{_by_years}?{_lately}{_entered}"
    rf"|{_register}{_by_years}(?:적음|적다|어림|줄임|줄여있음)"
    r"|registered(?:[0-9]{1,2}years?)?late"
    r"|(?:(?<![0-9])[0-9]{1,2}years?)?late(?:registration|registered))\)?"
)
_YEARS_LATE = re.compile(rf"(?P<number>{_few})(?:년|살|해|years?)")
_ABOUT = re.compile(
    r"^(?:about|around|circa|ca?\.|약)|(?:경|쯤|무렵|頃|정도|\(추정\)|추정|est\.?)$|(?<=[0-9년월일])\?$"
)
_BORN = re.compile(r"^born(?:on|in)?|(?:에)?(?:출생|태생)$|born$|^실제(?:생일|생년월일)?:?|^호적:?")


def _take_late(text: str) -> tuple[str, int | None]:
    found = _LATE.search(text)
    if found is None:
        return text, None
    said = _YEARS_LATE.search(found[0])
    if said is None:
        return _cut(text, found), 0
    number = _FEW.get(said["number"]) or int(said["number"])
    if not 1 <= number <= LATE_YEARS_MAX:
        raise UnreadableError(_UNREADABLE)
    return _cut(text, found), number


def _take_calendar(text: str) -> tuple[str, str]:
    found = _CALENDAR.search(text)
    if found is None:
        return text, ""
    return _cut(text, found), _CALENDAR_OF[found["inside"] or found["open"]]


def _take_about(text: str) -> tuple[str, bool]:
    rest = _ABOUT.sub("", text)
    return rest, rest != text


def _less_exact(words: Words) -> Words:
    if words.day is not None:
        return replace(words, day=None)
    if words.month is not None:
        return replace(words, month=None, leap=False)
    return replace(words, about=True)


# --- dates of one piece ---------------------------------------------------------------------------

_ISO = re.compile(r"(?P<year>[12][0-9]{3})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})")
_JOINED = re.compile(r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})?\.?")
_RANGE = re.compile(
    r"(?P<first>[0-9]{4})년?(?P<how>~|-|/|부터|또는|혹은|아니면|이나|or|to)(?P<last>[0-9]{4})년?"
)
_DECADE = re.compile(r"(?P<first>[0-9]{3}0)(?:년대|s)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_month = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)[.-]?"
)
_ENGLISH = (
    re.compile(
        rf"(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?(?:of)?[.-]?{_month}(?P<year>[0-9]{{4}})\.?"
    ),
    re.compile(rf"{_month}(?P<day>[0-9]{{1,2}})(?:(?:st|nd|rd|th)\.?|\.)(?P<year>[0-9]{{4}})\.?"),
    re.compile(rf"{_month}(?P<day>)(?P<year>[0-9]{{4}})\.?"),
)
_ENGLISH_ANIMAL = re.compile(r"(?:the)?yearofthe(?P<animal>[a-z]+)")


def _joined(text: str) -> Words | None:
    found = _JOINED.fullmatch(text)
    if found is None:
        return None
    day = int(found["day"]) if found["day"] else None
    return replace(_plain_year(int(found["year"])), month=int(found["month"]), day=day)


def _several(text: str) -> Words | None:
    decade = _DECADE.fullmatch(text)
    if decade:
        first = int(decade["first"])
        return Words(tuple(range(first, first + 10)))
    found = _RANGE.fullmatch(text)
    if found is None:
        return None
    first, last = int(found["first"]), int(found["last"])
    if found["how"] in {"또는", "혹은", "아니면", "이나", "or"}:
        return Words(tuple(sorted({first, last})))
    if not first <= last <= first + _RANGE_YEARS_MAX:
        raise UnreadableError(_UNREADABLE)
    return Words(tuple(range(first, last + 1)))


def _english(text: str) -> Words | None:
    animal = _ENGLISH_ANIMAL.fullmatch(text)
    if animal and animal["animal"] in eras.ENGLISH_ANIMALS:
        return Words(eras.animal_years(animal["animal"]), lunar_words=True)
    for pattern in _ENGLISH:
        found = pattern.fullmatch(text)
        if found:
            day = int(found["day"]) if found["day"] else None
            return Words((int(found["year"]),), _MONTHS.index(found["month"][:3]) + 1, day)
    return None


# --- the year (W3, W4) ----------------------------------------------------------------------------

_after_year = r"(?:년|年)?(?:도)?(?:생|生)?"
_AFTER_YEAR = re.compile(_after_year)
_PLAIN_YEAR = re.compile(
    rf"(?:(?P<year>[0-9]{{4}})(?![0-9])"
    rf"|(?P<spoken>[{HANJA_FIGURES}]{{2,8}}|[{HANGUL_FIGURES}]{{2,9}}(?=년)))" + _after_year
)
_CYCLE_YEAR = re.compile(
    rf"(?P<stem>[{eras.STEMS}])(?P<branch>[{eras.BRANCHES}])(?:년|年|해)?(?:도)?(?:생|生|띠)?"
)
_ANIMAL_YEAR = re.compile(
    rf"(?:(?P<animal>{'|'.join(sorted(eras.ANIMALS, key=len, reverse=True))})(?:띠|의해)"
    rf"|(?P<branch>[{eras.BRANCHES[12:]}])(?=生))(?:해|년|年)?(?:생|生)?"
)
_INSIDE = re.compile(r"\((?P<inside>[^()]+)\)")


@cache
def _era_year() -> re.Pattern[str]:
    forms = sorted(eras.eras(), key=len, reverse=True)
    letters = "".join(form for form in forms if len(form) == 1)
    names = "|".join(re.escape(form) for form in forms if len(form) > 1)
    return re.compile(
        rf"(?:(?P<name>{names})(?:기원|紀元)?[.-]?(?P<number>[0-9]{{1,4}}(?![0-9])"
        rf"|[{HANJA_FIGURES}]{{1,8}}|[{HANGUL_FIGURES}]{{1,9}}|원|元)"
        rf"|(?P<letter>[{letters}])[.-]?(?P<figures>[0-9]{{1,2}}(?![0-9]))){_after_year}"
    )


def _year_first(text: str) -> Words:
    """A date that begins with its year, as Korean ones do."""
    began = _take_year(text)
    if began is None:
        raise UnreadableError(_UNREADABLE)
    words, rest = began
    while rest:
        inside = _INSIDE.match(rest)
        other = _take_year(inside["inside"]) if inside else _take_year_name(rest)
        if other is None or (inside and other[1]):
            break
        words = _agreeing(words, other[0])
        after = rest[inside.end() :] if inside else other[1]
        rest = _AFTER_YEAR.sub("", after, count=1) if inside else after
    return _month_and_day(words, rest)


def _take_year(text: str) -> tuple[Words, str] | None:
    found = _era_year().match(text)
    if found:
        era = eras.eras()[found["name"] or found["letter"]]
        return Words((_year_of_era(era, found["number"] or found["figures"]),), era=era), text[
            found.end() :
        ]
    found = _PLAIN_YEAR.match(text)
    if found:
        year = number_of(found["year"] or found["spoken"])
        if year is None or (year < 1000 and not found["year"]):
            return None
        return _plain_year(year), text[found.end() :]
    return _take_year_name(text)


def _plain_year(year: int) -> Words:
    """A year without an era: the Western one, or a bare Dangi one (W3)."""
    if year not in _DANGI_BARE:
        return Words((year,))
    dangi = eras.eras()["단기"]
    return Words((dangi.year_before_first + year,), era=dangi)


def _year_of_era(era: eras.Era, said: str) -> int:
    number = 1 if said in {"원", "元"} else number_of(said)
    if number is None:
        raise UnreadableError(_UNREADABLE)
    year = era.year_of(number)
    if year is None:
        raise UnreadableError("names.era_impossible")
    return year


def _take_year_name(text: str) -> tuple[Words, str] | None:
    """A year by the cycle of sixty or an animal; None where the text does not begin with one."""
    found = _ANIMAL_YEAR.match(text)
    if found:
        years = (
            eras.animal_years(found["animal"])
            if found["animal"]
            else eras.branch_years(found["branch"])
        )
        return Words(years, lunar_words=True), text[found.end() :]
    found = _CYCLE_YEAR.match(text)
    if found is None:
        return None
    years = eras.cycle_years(found["stem"], found["branch"])
    if not years:
        raise UnreadableError("names.year_name_unknown")
    return Words(years, lunar_words=True), text[found.end() :]


def _agreeing(one: Words, other: Words) -> Words:
    """What two names of one year say together (W4)."""
    if one.lunar_words == other.lunar_words:
        years = tuple(year for year in one.years if year in other.years)
    else:
        named, said = (one, other) if one.lunar_words else (other, one)
        years = tuple(y for y in said.years if y in named.years or y - 1 in named.years)
    if not years:
        raise UnreadableError("names.year_contradicts")
    lunar = one.lunar_words and other.lunar_words
    return Words(years, lunar_words=lunar, era=one.era or other.era)


# --- the month and the day ------------------------------------------------------------------------

_MONTH_WORDS = {"정월": 1, "正月": 1, "동짓달": 11, "동지달": 11, "동지": 11}
_MONTH_WORDS |= {"섣달": 12, "납월": 12, "臘月": 12}
_MONTH_SOUNDS = {"유월": 6, "시월": 10}
"""Months whose number is said otherwise than it is counted: no words of the lunar calendar."""
_FEASTS = {
    "설날": (1, 1),
    "설": (1, 1),
    "대보름": (1, 15),
    "대보름날": (1, 15),
    "삼짇날": (3, 3),
    "초파일": (4, 8),
    "단오": (5, 5),
    "단옷날": (5, 5),
    "유두": (6, 15),
    "칠석": (7, 7),
    "칠석날": (7, 7),
    "백중": (7, 15),
    "한가위": (8, 15),
    "추석": (8, 15),
    "추석날": (8, 15),
    "중양절": (9, 9),
}
_unsure = r"(?:\?{1,2}|x{1,2}|모름|미상|불명|不詳)"
_leap = r"\(?(?:윤달|윤|閏月|閏|leap)\)?"
_month_name = (
    rf"(?:(?P<month_word>{'|'.join((_MONTH_WORDS | _MONTH_SOUNDS).keys())})"
    rf"|(?P<month>[0-9]{{1,2}}|[{HANJA_FIGURES}]{{1,3}})(?:월|月)?|(?P<month_hangul>[{HANGUL_FIGURES}]{{1,2}})월)"
    r"(?P<leap_after>\((?:윤|閏)\))?"
)
_day_name = (
    rf"(?:(?P<day_word>{'|'.join(sorted(DAY_WORDS, key=len, reverse=True))})"
    rf"|(?P<first_days>초|初)?(?:(?P<day>[0-9]{{1,2}}|[{HANJA_FIGURES}]{{1,4}})(?:일|日)?"
    rf"|(?P<day_hangul>[{HANGUL_FIGURES}]{{1,4}})일)|{_unsure}일?)"
)
_vague = r"(?:상순|중순|하순|초순|초|중|말)"
_MONTH_AND_DAY = re.compile(
    rf"[-./]?(?P<leap>{_leap})?\.?{_month_name}"
    rf"(?:(?:(?<=[월月달지)])[-./]?|[-./])(?:{_day_name}|{_vague}))?\.?(?P<leap_last>{_leap})?\.?"
    r"(?:생|生)?"
)
_NO_MONTH = re.compile(
    rf"\.?|[-./]?(?:{_unsure}월?(?:[-./]?{_unsure}일?)?\.?"
    r"|(?:초|늦|이른|한)?(?:봄|여름|가을|겨울)|초|중반|중|말|상반기|하반기|연초|연말)"
)
_FEAST = re.compile(
    rf"[-./]?(?:{_month_name}[-./]?)?(?P<feast>{'|'.join(sorted(_FEASTS, key=len, reverse=True))})\.?"
)


def _month_and_day(words: Words, rest: str) -> Words:
    if _NO_MONTH.fullmatch(rest):
        return words
    found = _FEAST.fullmatch(rest)
    if found:
        month, day = _FEASTS[found["feast"]]
        if _month_of(found) not in {None, month}:
            raise UnreadableError(_UNREADABLE)
        return replace(words, month=month, day=day, lunar_words=True)
    found = _MONTH_AND_DAY.fullmatch(rest)
    if found is None:
        raise UnreadableError(_UNREADABLE)
    leap = any(found[name] for name in ("leap", "leap_after", "leap_last"))
    spoken = found["month_word"] in _MONTH_WORDS or found["day_word"] or found["first_days"]
    return replace(
        words,
        month=_month_of(found),
        day=_day_of(found),
        leap=leap,
        lunar_words=words.lunar_words or leap or bool(spoken),
    )


def _month_of(found: re.Match[str]) -> int | None:
    word = found["month_word"]
    if word:
        return (_MONTH_WORDS | _MONTH_SOUNDS)[word]
    return _number(found["month"] or found["month_hangul"])


def _day_of(found: re.Match[str]) -> int | None:
    if found["day_word"]:
        return DAY_WORDS[found["day_word"]]
    return _number(found["day"] or found["day_hangul"])


def _number(said: str | None) -> int | None:
    if said is None:
        return None
    number = number_of(said)
    if number is None:
        raise UnreadableError(_UNREADABLE)
    return number
