"""Video halls of a programme and the hours a hall can be booked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time


@dataclass(frozen=True, slots=True)
class HallData:
    """One hall: `country` is the first half of its office's code; it can be used from `from_date`.

    Latitude and longitude are in millidegrees, rounded to the town: they only order halls by
    nearness.
    """

    code: str
    country: str
    name_ko: str
    name_en: str
    province: str
    rooms: int
    from_date: date
    latitude_millideg: int
    longitude_millideg: int
    source: str


@dataclass(frozen=True, slots=True)
class HallHours:
    """The bookable times of a hall's day, local time of the programme, in order."""

    opens: time
    closes: time
    minutes_a_slot: int
    slot_starts: tuple[time, ...]
    time_zone: str
    source: str
