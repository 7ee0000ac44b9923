"""Reads this programme's files once: criteria of rounds, halls, hours, nearness."""

from __future__ import annotations

import csv
import tomllib
from datetime import date, time
from functools import cache
from importlib.resources import files

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.programmes.criteria import Criteria
from sangbong.programmes.halls import HallData, HallHours


@cache
def all_criteria() -> tuple[Criteria, ...]:
    """Every committee's rule on file, the oldest first."""
    folder = files(__package__).joinpath("criteria")
    read = (
        Criteria.from_toml(file.read_text(encoding="utf-8"), source=file.name)
        for file in folder.iterdir()
        if file.name.endswith(".toml")
    )
    return tuple(sorted(read, key=lambda criteria: (criteria.decided_date, criteria.code)))


def criteria(code: str) -> Criteria:
    """The committee's rule with this code, such as `korea-21-2018`.

    Raises:
        SangbongError: `programmes.unknown_criteria`, the caller's choice.
    """
    for known in all_criteria():
        if known.code == code:
            return known
    codes = ", ".join(known.code for known in all_criteria())
    raise SangbongError("programmes.unknown_criteria", wanted=code[:40], known=codes)


@cache
def all_halls() -> tuple[HallData, ...]:
    """Every hall on file, of both sides and all years."""
    return tuple(
        HallData(
            code=row["code"],
            country=row["country"],
            name_ko=row["name_ko"],
            name_en=row["name_en"],
            province=row["province"],
            rooms=int(row["rooms"]),
            from_date=date.fromisoformat(row["from_date"]),
            latitude_millideg=int(row["latitude_millideg"]),
            longitude_millideg=int(row["longitude_millideg"]),
            source=row["source"],
        )
        for row in _rows("halls.csv")
    )


def halls(*, office: OfficeCode, on: date) -> tuple[HallData, ...]:
    """The halls an office's side can use on a day."""
    return tuple(
        hall
        for hall in all_halls()
        if office.startswith(hall.country + "-") and hall.from_date <= on
    )


def room_count(*, office: OfficeCode, on: date) -> int:
    """How many sittings an office's side can hold at one time."""
    return sum(hall.rooms for hall in halls(office=office, on=on))


@cache
def hall_hours() -> HallHours:
    """The bookable times of a day."""
    table = tomllib.loads(files(__package__).joinpath("hours.toml").read_text(encoding="utf-8"))
    starts: list[time] = table["slot_starts"]
    return HallHours(
        opens=table["opens"],
        closes=table["closes"],
        minutes_a_slot=table["minutes_a_slot"],
        slot_starts=tuple(starts),
        time_zone=table["time_zone"],
        source=table["source"],
    )


def halls_by_nearness(*, office: OfficeCode, on: date, residence: str) -> tuple[str, ...]:
    """Hall codes from the nearest to the farthest from a written residence.

    Nearness is by the centre of the province the address begins with: it orders halls, it is not
    a travel time; halls across the sea come last. An unknown address keeps the programme's own order.

    Source: provinces.csv, centres rounded to a twentieth of a degree by us.
    """
    usable = halls(office=office, on=on)
    centre = _centre(residence)
    if centre is None:
        return tuple(hall.code for hall in usable)
    north, east = centre

    on_jeju = residence.strip().startswith("제주")

    def order(hall: HallData) -> tuple[bool, int]:
        # Nobody of this age is sent over the sea while a hall on their own side of it is free.
        # A degree of longitude is about four fifths of a degree of latitude at 37 degrees north.
        up = 5 * (hall.latitude_millideg - north)
        across = 4 * (hall.longitude_millideg - east)
        return (hall.province == "Jeju") != on_jeju, up * up + across * across

    return tuple(hall.code for hall in sorted(usable, key=order))


_LONG_NAMES = {
    "충청북": "충북",
    "충청남": "충남",
    "전라북": "전북",
    "전라남": "전남",
    "경상북": "경북",
    "경상남": "경남",
}


def _centre(residence: str) -> tuple[int, int] | None:
    written = residence.strip()
    for long_name, short in _LONG_NAMES.items():
        if written.startswith(long_name):
            written = short
    for name, centre in _province_centres().items():
        if written.startswith(name):
            return centre
    return None


@cache
def _province_centres() -> dict[str, tuple[int, int]]:
    return {
        row["name"]: (int(row["latitude_millideg"]), int(row["longitude_millideg"]))
        for row in _rows("provinces.csv")
    }


def _rows(name: str) -> list[dict[str, str]]:
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
