"""The paper that carries a final list to the other office: `selection.final_list`.

The body is specified in spec/kinds/selection.final_list.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sangbong.kernel.canonical import JsonValue
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.reader import Reader

KIND = "selection.final_list"
UNREADABLE = "selection.paper_unreadable"
MAX_ENTRIES = 10_000
MAX_SOUGHT_NO = 999
FIELDS = ("name", "age")
"""The personal fields of the paper, as its clearance names them."""


@dataclass(frozen=True, slots=True)
class FinalEntry:
    """One applicant who will come, and the numbers of the kin sought whom they will meet."""

    place: int
    application_no: str
    applicant_name: str
    age: int
    sought_nos: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FinalListPaper:
    """One side's final list of a round. `places` is the agreed number; places may stay empty."""

    round_code: str
    list_date: date
    places: int
    entries: tuple[FinalEntry, ...]

    def to_body(self) -> dict[str, JsonValue]:
        """The paper as JSON without floats; `from_body` reads it back to an equal value."""
        return {
            "entries": [
                {
                    "age": entry.age,
                    "applicant_name": entry.applicant_name,
                    "application_no": entry.application_no,
                    "place": entry.place,
                    "sought_nos": list(entry.sought_nos),
                }
                for entry in self.entries
            ],
            "list_date": self.list_date.isoformat(),
            "places": self.places,
            "round_code": self.round_code,
        }

    @classmethod
    def from_body(cls, body: object) -> FinalListPaper:
        """Read the paper strictly.

        Raises:
            SangbongError: `selection.paper_unreadable` with the member at fault in its place, or
                `selection.final_list_repeats`: the sender's fault.
        """
        top = Reader(body, source=KIND, code=UNREADABLE)
        top.only("entries", "list_date", "places", "round_code")
        places = top.number("places", 1, MAX_ENTRIES)
        paper = cls(
            round_code=top.text("round_code", max_length=20),
            list_date=top.day("list_date"),
            places=places,
            entries=tuple(_entry(item, places) for item in top.tables("entries", max_items=places)),
        )
        seen_places = {entry.place for entry in paper.entries}
        seen_numbers = {entry.application_no for entry in paper.entries}
        if not len(seen_places) == len(seen_numbers) == len(paper.entries):
            raise SangbongError("selection.final_list_repeats")
        return paper


def _entry(item: Reader, places: int) -> FinalEntry:
    item.only("age", "applicant_name", "application_no", "place", "sought_nos")
    sought_nos = item.numbers("sought_nos", 1, MAX_SOUGHT_NO, max_items=MAX_SOUGHT_NO)
    if not sought_nos or list(sought_nos) != sorted(set(sought_nos)):
        raise item.fault("sought_nos")
    return FinalEntry(
        place=item.number("place", 1, places),
        application_no=item.text("application_no", max_length=40),
        applicant_name=item.text("applicant_name", max_length=100),
        age=item.number("age", 0, 150),
        sought_nos=sought_nos,
    )
