"""What a clerk narrows a list of applications by, and how the page says it in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sangbong.kernel.errors import Language, message
from sangbong.names.kin import KinTier


@dataclass(frozen=True, slots=True)
class ApplicationFilter:
    """Every part narrows the list; a part left out narrows nothing.

    `name` matches any form of the applicant's name in either spelling; `age_from` is in full years
    on the day the list is made for; `alive_as_of` keeps those known alive on that day or later.
    """

    name: str = ""
    age_from: int | None = None
    tier: KinTier | None = None
    province: str = ""
    alive_as_of: date | None = None
    only_living: bool = False
    only_doubted: bool = False

    def words(self, language: Language) -> tuple[str, ...]:
        """The filter as short phrases, one for each part that narrows."""
        parts: list[tuple[str, dict[str, object]]] = []
        if self.name:
            parts.append(("registry.filter_name", {"name": self.name}))
        if self.age_from is not None:
            parts.append(("registry.filter_age_from", {"age": self.age_from}))
        if self.tier is not None:
            parts.append((f"registry.filter_tier_{self.tier.value}", {}))
        if self.province:
            parts.append(("registry.filter_province", {"province": self.province}))
        if self.alive_as_of is not None:
            parts.append(("registry.filter_alive_as_of", {"day": self.alive_as_of.isoformat()}))
        if self.only_living:
            parts.append(("registry.filter_only_living", {}))
        if self.only_doubted:
            parts.append(("registry.filter_only_doubted", {}))
        return tuple(message(code, language).format_map(params) for code, params in parts)


def born_by(age: int, on: date) -> int:
    """The ordinal of the last day of birth of those who are at least `age` on a day."""
    year = on.year - age
    try:
        return date(year, on.month, on.day).toordinal()
    except ValueError:  # 29 February in a common year: the birthday falls on the 28th's morrow
        return date(year, 2, 28).toordinal()
