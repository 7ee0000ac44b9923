"""One person's names: a set, for a person is written in many ways and was called by many names.

1. (N1) A name is kept exactly as given (after `text.clean_name`); what it means is read, not stored.
2. (N2) Every name says its script, the side whose spelling it follows, its kind and, where known,
   from when until when it was borne.
3. (N3) One field may hold several names: parted by / ; or |, said by a word (아명 복순), or in
   brackets after a name, where a word or years alone say more of that name.
4. (N4) What stands in brackets without such a word is the same name written another way.
5. (N5) A gloss in the middle of a name, as in 이(李)영희, is part of it.
6. (N6) The names of a set keep their order; the same text of the same kind stands once.

Source: data/name_words.csv for the words.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from importlib.resources import files
from itertools import pairwise

from sangbong.kernel.errors import Place, SangbongError
from sangbong.names.text import clean_name

NAMES_LENGTH_MAX = 200
"""Most characters of a field that holds several names."""


class Script(StrEnum):
    """The letters that a name is written in."""

    HANGUL = "hangul"
    HANJA = "hanja"
    LATIN = "latin"
    KANA = "kana"
    CYRILLIC = "cyrillic"
    MIXED = "mixed"
    OTHER = "other"


class Side(StrEnum):
    """Whose spelling a name follows."""

    SOUTH = "south"
    NORTH = "north"
    ABROAD = "abroad"
    UNKNOWN = "unknown"


class NameKind(StrEnum):
    """What a name was to its bearer."""

    REGISTRY = "registry"
    HOUSE = "house"
    COLONIAL = "colonial"
    CHANGED = "changed"
    MARRIED = "married"
    BAPTISMAL = "baptismal"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class PersonName:
    """One name as given: rules N1 and N2."""

    text: str
    script: Script
    side: Side = Side.UNKNOWN
    kind: NameKind = NameKind.REGISTRY
    since: str = ""
    """From when it was borne, such as 1940 or 1940-02; empty where it is not known."""
    until: str = ""


@dataclass(frozen=True, slots=True)
class NameSet:
    """All names of one person, the one on the paper first: rule N6."""

    names: tuple[PersonName, ...]

    def __post_init__(self) -> None:
        """Drop what is said twice."""
        first: dict[tuple[str, NameKind], PersonName] = {}
        for name in self.names:
            first.setdefault((name.text, name.kind), name)
        object.__setattr__(self, "names", tuple(first.values()))

    def __iter__(self) -> Iterator[PersonName]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    def of_kind(self, *kinds: NameKind) -> tuple[PersonName, ...]:
        """The names of these kinds, in order."""
        return tuple(name for name in self.names if name.kind in kinds)

    def in_script(self, *scripts: Script) -> tuple[PersonName, ...]:
        """The names in these scripts, in order."""
        return tuple(name for name in self.names if name.script in scripts)

    def with_names(self, *more: PersonName) -> NameSet:
        """The set with these names after its own."""
        return NameSet((*self.names, *more))


_RANGES = (
    (0xAC00, 0xD7A3, Script.HANGUL),
    (0x1100, 0x11FF, Script.HANGUL),
    (0x3130, 0x318F, Script.HANGUL),
    (0x3400, 0x4DBF, Script.HANJA),
    (0x4E00, 0x9FFF, Script.HANJA),
    (0xF900, 0xFAFF, Script.HANJA),
    (0x20000, 0x3FFFF, Script.HANJA),
    (0x3005, 0x3005, Script.HANJA),
    (0x3040, 0x30FF, Script.KANA),
    (0x31F0, 0x31FF, Script.KANA),
    (0xFF66, 0xFF9F, Script.KANA),
    (0x0041, 0x024F, Script.LATIN),
    (0x1E00, 0x1EFF, Script.LATIN),
    (0xFF21, 0xFF5A, Script.LATIN),
    (0x0400, 0x052F, Script.CYRILLIC),
)
_HANGUL_ONLY = re.compile("[가-힣 ]+")


def script_of(text: str) -> Script:
    """The script of the letters of a text; signs, figures and blanks have none.

    Two scripts are `MIXED`; no letter at all, or letters of another script, are `OTHER`.
    """
    if _HANGUL_ONLY.fullmatch(text):
        return Script.HANGUL
    scripts = {_script_of_letter(sign) for sign in text if unicodedata.category(sign)[0] == "L"}
    if len(scripts) == 1:
        return scripts.pop()
    return Script.MIXED if scripts else Script.OTHER


def read_name(
    raw: str,
    *,
    column: str,
    side: Side = Side.UNKNOWN,
    kind: NameKind = NameKind.REGISTRY,
) -> PersonName:
    """This will take one name as it stands: rules N1 and N2.

    Raises:
        SangbongError: `names.empty`, or as `text.clean_name`: the writer's fault.
    """
    text = clean_name(raw, column=column)
    if not text:
        raise SangbongError("names.empty", place=Place(column=column))
    return PersonName(text, script_of(text), side, kind)


def read_names(raw: str, *, column: str, side: Side = Side.UNKNOWN) -> NameSet:
    """This will take all names of a field, as in 이영희(李英姬) / 아명 복순: rules N3 to N6.

    A blank field gives an empty set.

    Raises:
        SangbongError: `names.bracket`, `names.empty` (a word for a kind, and no name), or as
            `text.clean_name`: the writer's fault.
    """
    text = clean_name(raw, column=column, max_length=NAMES_LENGTH_MAX)
    found = [name for entry in _entries(text, column) for name in _names_of(entry, side)]
    if text and not found:
        raise SangbongError("names.empty", place=Place(column=column))
    return NameSet(tuple(found))


@dataclass(slots=True)
class _Entry:
    """A name with what stands in brackets after it."""

    text: str
    brackets: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Said:
    """A piece of a field: the name in it, and what its words and years say."""

    name: str
    kind: NameKind | None = None
    side: Side | None = None
    since: str = ""
    until: str = ""

    def of(self, name: PersonName) -> PersonName:
        """The name with what is said of it."""
        return replace(
            name,
            kind=self.kind or name.kind,
            side=self.side or name.side,
            since=self.since or name.since,
            until=self.until or name.until,
        )


_PARTS = re.compile(r"([/;|／；｜])|[(（\[]([^()（）\[\]]*)[)）\]]")
_BRACKETS = re.compile(r"[()（）\[\]]")
_PIECES = re.compile(r"[/;|／；｜、,，]")
_PIECES_LATIN = re.compile(r"[/;|]")
_YEAR = r"(1[89]\d\d|20\d\d)년?"
_YEARS = (
    (re.compile(rf"{_YEAR}\s*[-~–]\s*{_YEAR}"), ("since", "until")),
    (
        re.compile(rf"(?:since|from)\s*{_YEAR}|{_YEAR}\s*(?:부터|이후|[-~–])", re.IGNORECASE),
        ("since",),
    ),
    (
        re.compile(
            rf"(?:until|to)\s*{_YEAR}|[-~–]\s*{_YEAR}|{_YEAR}\s*(?:까지|이전)", re.IGNORECASE
        ),
        ("until",),
    ),
    (re.compile(_YEAR), ("since",)),
)


def _entries(text: str, column: str) -> list[_Entry]:
    """The field cut at its separators, brackets apart from names: rules N3 and N5."""
    entries = [_Entry("")]
    end = 0
    for match in _PARTS.finditer(text):
        plain = text[end : match.start()]
        end = match.end()
        entries[-1].text += plain
        if match[1]:
            entries.append(_Entry(""))
        elif plain and not plain[-1].isspace() and text[end : end + 1].isalpha():
            entries[-1].text += match[0]  # a gloss: the name goes on without a blank
            continue
        else:
            entries[-1].brackets.append(match[2])
        if _BRACKETS.search(plain):
            raise SangbongError("names.bracket", place=Place(column=column))
    entries[-1].text += text[end:]
    if _BRACKETS.search(text[end:]):
        raise SangbongError("names.bracket", place=Place(column=column))
    return [each for entry in entries for each in _cut_at_words(entry)]


def _cut_at_words(entry: _Entry) -> list[_Entry]:
    """이영희 아명 복순 without a separator: a word for a kind begins another name."""
    starts = [match.start() for match in _words_inside().finditer(entry.text)]
    texts = [entry.text[a:b] for a, b in pairwise((0, *starts, len(entry.text)))]
    return [*(_Entry(text) for text in texts[:-1]), _Entry(texts[-1], entry.brackets)]


def _names_of(entry: _Entry, side: Side) -> list[PersonName]:
    said = _said(entry.text)
    main = said.of(PersonName(said.name, script_of(said.name), side))
    others: list[PersonName] = []
    for piece in (piece for bracket in entry.brackets for piece in _pieces(bracket)):
        more = _said(piece)
        if more.name:
            others.append(more.of(replace(main, text=more.name, script=script_of(more.name))))
        else:
            main = more.of(main)
    return [main, *others] if main.text else others


def _pieces(bracket: str) -> list[str]:
    """What is listed in a bracket; the comma of `Rhee, Young-hi` parts no names."""
    is_latin = script_of(bracket) is Script.LATIN
    return (_PIECES_LATIN if is_latin else _PIECES).split(bracket)


def _said(piece: str) -> _Said:
    rest, years = _take_years(piece)
    kind: NameKind | None = None
    side: Side | None = None
    while (match := _word_first().match(rest)) is not None:
        says, value = _words()[(match[1] or match[2]).casefold()]
        kind = NameKind(value) if says == "kind" and value else kind
        side = Side(value) if says == "side" else side
        rest = rest[match.end() :].strip()
    return _Said(rest.strip(" ,"), kind, side, years.get("since", ""), years.get("until", ""))


def _take_years(piece: str) -> tuple[str, dict[str, str]]:
    for pattern, keys in _YEARS:
        match = pattern.search(piece)
        if match:
            found = [year for year in match.groups() if year]
            rest = f"{piece[: match.start()].rstrip()} {piece[match.end() :].lstrip()}"
            return rest.strip(), dict(zip(keys, found, strict=True))
    return piece.strip(), {}


@cache
def _words() -> dict[str, tuple[str, str]]:
    text = files(__package__).joinpath("data", "name_words.csv").read_text(encoding="utf-8")
    return {
        row["word"].casefold(): (row["says"], row["value"])
        for row in csv.DictReader(text.splitlines())
    }


@cache
def _word_first() -> re.Pattern[str]:
    """A word of the table at the beginning, with the colon or blank after it.

    A side wants the colon or nothing after it: 남 진호 is a man of the family 남.
    """
    return re.compile(
        rf"\s*({_any_of('kind')})(?:\s*[:：]\s*|\s+|$)|\s*({_any_of('side')})(?:\s*[:：]\s*|\s*$)",
        re.IGNORECASE,
    )


@cache
def _words_inside() -> re.Pattern[str]:
    """A blank before a word for a kind, inside a field."""
    return re.compile(rf"(?<=\S)\s+(?=(?:{_any_of('kind')})(?:\s*[:：]|\s+\S))", re.IGNORECASE)


def _any_of(says: str) -> str:
    """The words that say this, the longest first."""
    words = sorted((word for word, said in _words().items() if said[0] == says), key=len)
    return "|".join(re.escape(word) for word in reversed(words))


def _script_of_letter(letter: str) -> Script:
    point = ord(letter)
    return next((script for a, b, script in _RANGES if a <= point <= b), Script.OTHER)
