"""Deeds about people, one a function; topics by file."""

from sangbong.registry.core.reports import ImportReport
from sangbong.registry.operations.consents import (
    clear_for_release,
    clear_person_for_release,
    give_consent,
    withdraw_consent,
)
from sangbong.registry.operations.families import (
    mark_living,
    record_contact,
    record_life_belief,
    record_succession,
)
from sangbong.registry.operations.importing import import_csv, undo_import
from sangbong.registry.operations.news import (
    put_back_news,
    record_news,
    supersede_news,
    take_news,
    tell_news,
)

__all__ = [
    "ImportReport",
    "clear_for_release",
    "clear_person_for_release",
    "give_consent",
    "import_csv",
    "mark_living",
    "put_back_news",
    "record_contact",
    "record_life_belief",
    "record_news",
    "record_succession",
    "supersede_news",
    "take_news",
    "tell_news",
    "undo_import",
    "withdraw_consent",
]
