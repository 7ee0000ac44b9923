"""A committee's dated rule for one round: weights, quotas, places, and what is published of it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sangbong.kernel.canonical import JsonValue
from sangbong.kernel.errors import Place, SangbongError
from sangbong.kernel.reader import Reader

MAX_WEIGHT = 1_000
MAX_PLACES = 1_000_000
MAX_AGE = 200


class Standing(StrEnum):
    """Whether a number was printed by a public source or assumed by us."""

    PUBLISHED = "published"
    ASSUMPTION = "assumption"


class FinalOrder(StrEnum):
    """What the final list is ordered by, one after another."""

    TIER = "tier"
    AGE = "age"
    DRAW = "draw"


@dataclass(frozen=True, slots=True)
class Statement:
    """One number or rule of the criteria, with its standing and where it was printed."""

    subject: str
    standing: Standing
    en: str
    ko: str
    source: str


@dataclass(frozen=True, slots=True)
class AgeBand:
    """Ages from `from_age` (completed years) up to the next older band.

    `quota_permille` is the band's fixed share of the first list in thousandths; None shares what
    the fixed shares leave, in proportion to the people of the roll.
    """

    name: str
    from_age: int
    weight: int
    quota_permille: int | None


@dataclass(frozen=True, slots=True)
class Places:
    """How many people each list takes, and how many stand behind it in order."""

    first: int
    first_reserves: int
    second: int
    second_reserves: int
    final: int
    final_reserves: int


@dataclass(frozen=True, slots=True)
class Criteria:
    """The rule a selection committee set for one round, as data that a stranger can replay.

    `age_bands` run from the oldest down and end at age 0. `kin_weights` are (tier, weight) pairs
    from the nearest kin outwards. A weight of 0 shuts a class out. With `quotas` the first list
    is filled band by band; without, the bands compete with their weights.
    """

    code: str
    round_code: str
    decided_by_en: str
    decided_by_ko: str
    decided_date: date
    effective_date: date
    places: Places
    age_bands: tuple[AgeBand, ...]
    kin_weights: tuple[tuple[str, int], ...]
    required_consents: tuple[str, ...]
    all_pass_second_from_age: int | None
    final_order: tuple[FinalOrder, ...]
    statements: tuple[Statement, ...]

    @property
    def quotas(self) -> bool:
        """Whether any band has a fixed share of the first list."""
        return any(band.quota_permille is not None for band in self.age_bands)

    def to_body(self) -> dict[str, JsonValue]:
        """The criteria as JSON without floats; `from_body` reads it back to an equal value."""
        return {
            "age_bands": [
                {
                    "from_age": band.from_age,
                    "name": band.name,
                    "quota_permille": band.quota_permille,
                    "weight": band.weight,
                }
                for band in self.age_bands
            ],
            "all_pass_second_from_age": self.all_pass_second_from_age,
            "code": self.code,
            "decided_by_en": self.decided_by_en,
            "decided_by_ko": self.decided_by_ko,
            "decided_date": self.decided_date.isoformat(),
            "effective_date": self.effective_date.isoformat(),
            "final_order": [order.value for order in self.final_order],
            "kin_weights": [{"tier": tier, "weight": weight} for tier, weight in self.kin_weights],
            "places": {
                "final": self.places.final,
                "final_reserves": self.places.final_reserves,
                "first": self.places.first,
                "first_reserves": self.places.first_reserves,
                "second": self.places.second,
                "second_reserves": self.places.second_reserves,
            },
            "required_consents": list(self.required_consents),
            "round_code": self.round_code,
            "statements": [
                {
                    "en": said.en,
                    "ko": said.ko,
                    "source": said.source,
                    "standing": said.standing.value,
                    "subject": said.subject,
                }
                for said in self.statements
            ],
        }

    @classmethod
    def from_body(cls, body: object, *, source: str = "criteria") -> Criteria:
        """Read criteria from parsed JSON or TOML.

        Raises:
            SangbongError: `programmes.criteria_unreadable`, with the key at fault in its place;
                the fault of whoever wrote the file.
        """
        return _read_criteria(Reader(body, source=source, code="programmes.criteria_unreadable"))

    @classmethod
    def from_toml(cls, text: str, *, source: str) -> Criteria:
        """Read criteria from a TOML file's text.

        Raises:
            SangbongError: as `from_body`; also when the text is not TOML.
        """
        try:
            return cls.from_body(tomllib.loads(text), source=source)
        except tomllib.TOMLDecodeError as error:
            raise SangbongError("programmes.not_toml", place=Place(source=source)) from error


def _read_criteria(top: Reader) -> Criteria:
    top.only(*Criteria.__dataclass_fields__)
    places = top.inner("places")
    places.only(*Places.__dataclass_fields__)
    try:
        final_order = tuple(FinalOrder(word) for word in top.words("final_order"))
    except ValueError as error:
        raise top.fault("final_order") from error
    return Criteria(
        code=top.text("code"),
        round_code=top.text("round_code"),
        decided_by_en=top.text("decided_by_en"),
        decided_by_ko=top.text("decided_by_ko"),
        decided_date=top.day("decided_date"),
        effective_date=top.day("effective_date"),
        places=Places(
            first=places.number("first", 1, MAX_PLACES),
            first_reserves=places.number("first_reserves", 0, MAX_PLACES),
            second=places.number("second", 1, MAX_PLACES),
            second_reserves=places.number("second_reserves", 0, MAX_PLACES),
            final=places.number("final", 1, MAX_PLACES),
            final_reserves=places.number("final_reserves", 0, MAX_PLACES),
        ),
        age_bands=_read_bands(top),
        kin_weights=_read_kin_weights(top),
        required_consents=top.words("required_consents"),
        all_pass_second_from_age=top.number_or_none("all_pass_second_from_age", 0, MAX_AGE),
        final_order=final_order,
        statements=tuple(_read_statement(item) for item in top.tables("statements")),
    )


def _read_bands(top: Reader) -> tuple[AgeBand, ...]:
    bands: list[AgeBand] = []
    for item in top.tables("age_bands"):
        item.only(*AgeBand.__dataclass_fields__)
        band = AgeBand(
            name=item.text("name"),
            from_age=item.number("from_age", 0, MAX_AGE),
            weight=item.number("weight", 0, MAX_WEIGHT),
            quota_permille=item.number_or_none("quota_permille", 0, 1_000),
        )
        if bands and band.from_age >= bands[-1].from_age:
            raise item.fault("from_age")
        bands.append(band)
    if not bands or bands[-1].from_age != 0:
        raise top.fault("age_bands")
    if sum(band.quota_permille or 0 for band in bands) > 1_000:
        raise top.fault("age_bands")
    return tuple(bands)


def _read_kin_weights(top: Reader) -> tuple[tuple[str, int], ...]:
    weights: dict[str, int] = {}
    for item in top.tables("kin_weights"):
        item.only("tier", "weight")
        tier = item.text("tier")
        if tier in weights:
            raise item.fault("tier")
        weights[tier] = item.number("weight", 0, MAX_WEIGHT)
    if not weights:
        raise top.fault("kin_weights")
    return tuple(weights.items())


def _read_statement(item: Reader) -> Statement:
    item.only(*Statement.__dataclass_fields__)
    try:
        standing = Standing(item.text("standing"))
    except ValueError as error:
        raise item.fault("standing") from error
    return Statement(
        subject=item.text("subject"),
        standing=standing,
        en=item.text("en"),
        ko=item.text("ko"),
        source=item.text("source"),
    )
