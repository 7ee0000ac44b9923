"""The two papers of this room: inquiry (의뢰서) and reply (회보서), as bodies of dispatches.

spec/kinds/tracing.inquiry.md and tracing.reply.md describe them for the other office; the vectors
in spec/vectors hold an example of each. Frozen with wire version 1.

1. (P1) A body has exactly the members named; every text is in Unicode form C, visible and bounded.
2. (P2) A reply item's class may be any text: it is kept as the other side wrote it.
3. (P3) Dates, places and kin words are kept as written; reading them is the reader's affair.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sangbong.kernel.canonical import JsonValue
from sangbong.kernel.errors import Place, SangbongError
from sangbong.liaison.core.wire.fields import Fields
from sangbong.names.text import clean_text

VERSION = 0
INQUIRY_TITLE = "생사·주소 확인 의뢰서"
REPLY_TITLE = "생사·주소 확인 회보서"
APPLICATIONS_MAX = 100
"""Applications in one inquiry dispatch. Source: lists of 100 to 300 applicants, in parts."""
SOUGHT_MAX = 20
REPLY_ITEMS_MAX = 10_000
EXTRA_KIN_MAX = 20

_NUMBER = re.compile("[0-9A-Za-z가-힣][0-9A-Za-z가-힣./-]{0,39}")
_MATTER = re.compile(r"[a-z0-9][a-z0-9.-]{0,62}")
_SEX = re.compile("[MF]?")
_CALENDAR = re.compile("solar|lunar|unknown")
_WORDS = {"sex": _SEX, "calendar": _CALENDAR}
_Part = TypeVar("_Part")

_SEEKER = (
    "name",
    "hanja",
    "roman",
    "house_name",
    "sex",
    "birth",
    "calendar",
    "birthplace",
    "residence",
    "father",
    "mother",
)
_SOUGHT = (
    "relation",
    "name",
    "house_name",
    "sex",
    "birth",
    "calendar",
    "address_at_separation",
    "father",
    "mother",
)
_PERSON = ("name", "birth", "residence", "death_date")
_KIN = ("relation", "name", "birth")
_LONG = {"birthplace": 200, "residence": 200, "address_at_separation": 200}

INQUIRY_FIELDS = (
    *(f"applicant.{name}" for name in _SEEKER if name != "calendar"),
    *(f"sought.{name}" for name in _SOUGHT if name != "calendar"),
)
"""Fields of applicants and persons sought that an inquiry tells; a clearance names them."""

LIVING_FIELDS = (
    "found.name",
    "found.birth",
    "found.residence",
    "found.life_status",
    "found.willingness",
    "found.relation",
)
"""Fields of living found people that a reply tells, under their own consent."""

DEAD_FIELDS = ("found.name", "found.birth", "found.life_status", "found.death_date")
"""Fields of dead found people that a reply tells: no address, where kin may still live."""


@dataclass(frozen=True, slots=True)
class SeekerPart:
    """The applicant, as written."""

    name: str
    hanja: str = ""
    roman: str = ""
    house_name: str = ""
    sex: str = ""
    birth: str = ""
    calendar: str = "unknown"
    birthplace: str = ""
    residence: str = ""
    father: str = ""
    mother: str = ""


@dataclass(frozen=True, slots=True)
class SoughtPart:
    """One person sought, as written."""

    sought_no: int
    relation: str
    name: str
    house_name: str = ""
    sex: str = ""
    birth: str = ""
    calendar: str = "unknown"
    address_at_separation: str = ""
    father: str = ""
    mother: str = ""


@dataclass(frozen=True, slots=True)
class ApplicationPart:
    """One application: who seeks, and whom."""

    application_no: str
    seeker: SeekerPart
    sought: tuple[SoughtPart, ...]


@dataclass(frozen=True, slots=True)
class InquiryPaper:
    """One list of applicants with the kin they seek."""

    matter: str
    part: int
    parts: int
    applications: tuple[ApplicationPart, ...]
    title: str = INQUIRY_TITLE

    def to_body(self) -> dict[str, JsonValue]:
        """The body of the dispatch."""
        return {
            "version": VERSION,
            "title": self.title,
            "matter": self.matter,
            "part": self.part,
            "parts": self.parts,
            "applications": [
                {
                    "application_no": each.application_no,
                    "seeker": _written(each.seeker, _SEEKER),
                    "sought": [
                        {"sought_no": one.sought_no, **_written(one, _SOUGHT)}
                        for one in each.sought
                    ],
                }
                for each in self.applications
            ],
        }

    @classmethod
    def from_body(cls, body: Mapping[str, JsonValue]) -> InquiryPaper:
        """Read a body strictly.

        Raises:
            SangbongError: `tracing.paper_unreadable` or a fault of a text, with its place: the
                sender's fault.
        """
        return _read("tracing.inquiry", lambda: _inquiry(body))


@dataclass(frozen=True, slots=True)
class PersonPart:
    """What a reply tells of a found person."""

    name: str
    birth: str = ""
    residence: str = ""
    death_date: str = ""


@dataclass(frozen=True, slots=True)
class KinPart:
    """Kin nobody asked for, who wish to be told of."""

    relation: str
    name: str
    birth: str = ""


@dataclass(frozen=True, slots=True)
class ItemPart:
    """The answer about one person sought."""

    application_no: str
    sought_no: int
    reply_class: str
    words: str
    statement: str = ""
    person: PersonPart | None = None
    extra_kin: tuple[KinPart, ...] = ()

    def to_body(self) -> dict[str, JsonValue]:
        """The item of the list; two of class *cannot confirm* differ in their numbers only."""
        return {
            "application_no": self.application_no,
            "sought_no": self.sought_no,
            "class": self.reply_class,
            "words": self.words,
            "statement": self.statement,
            "person": None if self.person is None else _written(self.person, _PERSON),
            "extra_kin": [_written(each, _KIN) for each in self.extra_kin],
        }


@dataclass(frozen=True, slots=True)
class ReplyPaper:
    """One part of the answer to an inquiry."""

    matter: str
    part: int
    complete: bool
    """Every person asked about has an answer in this part or an earlier one."""
    items: tuple[ItemPart, ...]
    title: str = REPLY_TITLE

    def to_body(self) -> dict[str, JsonValue]:
        """The body of the dispatch."""
        return {
            "version": VERSION,
            "title": self.title,
            "matter": self.matter,
            "part": self.part,
            "complete": self.complete,
            "items": [each.to_body() for each in self.items],
        }

    @classmethod
    def from_body(cls, body: Mapping[str, JsonValue]) -> ReplyPaper:
        """Read a body strictly, but any class.

        Raises:
            SangbongError: `tracing.paper_unreadable` or a fault of a text, with its place: the
                sender's fault.
        """
        return _read("tracing.reply", lambda: _reply(body))


def _written(part: object, names: Sequence[str]) -> dict[str, JsonValue]:
    return {name: getattr(part, name) for name in names}


def _read(paper: str, reader: Callable[[], _Part]) -> _Part:
    try:
        return reader()
    except ValueError as error:
        place = Place(source=paper, column=str(error)[:80])
        raise SangbongError("tracing.paper_unreadable", place=place) from error


def _inquiry(body: object) -> InquiryPaper:
    fields = Fields(body, "version", "title", "matter", "part", "parts", "applications")
    fields.number("version", lowest=VERSION, highest=VERSION)
    parts = fields.number("parts", lowest=1, highest=10_000)
    applications = tuple(
        _application(each, f"applications[{index}]")
        for index, each in enumerate(fields.items("applications", limit=APPLICATIONS_MAX))
    )
    numbers = [each.application_no for each in applications]
    if len(set(numbers)) != len(numbers):
        raise ValueError("an application stands twice")
    return InquiryPaper(
        matter=fields.text("matter", _MATTER),
        part=fields.number("part", lowest=1, highest=parts),
        parts=parts,
        applications=applications,
        title=_text(fields, "title", "title"),
    )


def _application(value: object, path: str) -> ApplicationPart:
    fields = _at(path, lambda: Fields(value, "application_no", "seeker", "sought"))
    seeker = _at(f"{path}.seeker", lambda: Fields(fields.mapping("seeker", limit=20), *_SEEKER))
    sought = tuple(
        _sought(each, f"{path}.sought[{index}]")
        for index, each in enumerate(_at(path, lambda: fields.items("sought", limit=SOUGHT_MAX)))
    )
    numbers = [each.sought_no for each in sought]
    if not sought or len(set(numbers)) != len(numbers):
        raise ValueError(f"{path}.sought is empty or numbers somebody twice")
    return ApplicationPart(
        application_no=_at(path, lambda: fields.text("application_no", _NUMBER)),
        seeker=SeekerPart(**_particulars(seeker, _SEEKER, f"{path}.seeker")),
        sought=sought,
    )


def _sought(value: object, path: str) -> SoughtPart:
    fields = _at(path, lambda: Fields(value, "sought_no", *_SOUGHT))
    number = _at(path, lambda: fields.number("sought_no", lowest=1, highest=99))
    return SoughtPart(sought_no=number, **_particulars(fields, _SOUGHT, path))


def _particulars(fields: Fields, names: Sequence[str], path: str) -> dict[str, str]:
    return {
        name: _word(fields, name, f"{path}.{name}")
        if name in _WORDS
        else _text(fields, name, f"{path}.{name}")
        for name in names
    }


def _word(fields: Fields, name: str, path: str) -> str:
    return _at(path, lambda: fields.text(name, _WORDS[name]))


def _reply(body: object) -> ReplyPaper:
    fields = Fields(body, "version", "title", "matter", "part", "complete", "items")
    fields.number("version", lowest=VERSION, highest=VERSION)
    items = tuple(
        _item(each, f"items[{index}]")
        for index, each in enumerate(fields.items("items", limit=REPLY_ITEMS_MAX))
    )
    keys = {(each.application_no, each.sought_no) for each in items}
    if len(keys) != len(items):
        raise ValueError("items: somebody is answered for twice")
    return ReplyPaper(
        matter=fields.text("matter", _MATTER),
        part=fields.number("part", lowest=1, highest=10_000),
        complete=_flag(body, "complete"),
        items=items,
        title=_text(fields, "title", "title"),
    )


def _item(value: object, path: str) -> ItemPart:
    fields = _at(
        path,
        lambda: Fields(
            value,
            "application_no",
            "sought_no",
            "class",
            "words",
            "statement",
            "person",
            "extra_kin",
        ),
    )
    kin = _at(path, lambda: fields.items("extra_kin", limit=EXTRA_KIN_MAX))
    return ItemPart(
        application_no=_at(path, lambda: fields.text("application_no", _NUMBER)),
        sought_no=_at(path, lambda: fields.number("sought_no", lowest=1, highest=99)),
        reply_class=_text(fields, "class", f"{path}.class"),
        words=_text(fields, "words", f"{path}.words"),
        statement=_text(fields, "statement", f"{path}.statement"),
        person=_person(value, f"{path}.person"),
        extra_kin=tuple(
            KinPart(**_texts(each, _KIN, f"{path}.extra_kin[{index}]"))
            for index, each in enumerate(kin)
        ),
    )


def _person(item: object, path: str) -> PersonPart | None:
    assert isinstance(item, Mapping)  # noqa: S101 -- its members were checked
    person = item["person"]
    return None if person is None else PersonPart(**_texts(person, _PERSON, path))


def _texts(value: object, names: Sequence[str], path: str) -> dict[str, str]:
    fields = _at(path, lambda: Fields(value, *names))
    return {name: _text(fields, name, f"{path}.{name}") for name in names}


def _text(fields: Fields, name: str, path: str) -> str:
    raw = _at(path, lambda: fields.text(name))
    text = clean_text(raw, column=path, max_length=_LONG.get(name, 100))
    if text != raw:
        raise ValueError(f"{path} is not in Unicode form C, or has blanks at its ends")
    return text


def _flag(body: object, name: str) -> bool:
    assert isinstance(body, Mapping)  # noqa: S101 -- its members were checked
    value = body[name]
    if not isinstance(value, bool):
        raise ValueError(f"{name} is not true or false")  # noqa: TRY004 -- the sender's fault
    return value


def _at(path: str, reader: Callable[[], _Part]) -> _Part:
    try:
        return reader()
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
