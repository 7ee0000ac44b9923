"""What other rooms and pages ask of the register; topics by file."""

from sangbong.registry.core.people import Life, PersonForms, SoughtPerson
from sangbong.registry.core.register import RegisterRow
from sangbong.registry.core.roll import RollEntry
from sangbong.registry.queries.imports import import_batch, import_batches
from sangbong.registry.queries.news import NewsWaiting, news_of, news_to_deliver, news_waiting
from sangbong.registry.queries.pages import (
    ApplicationLine,
    ApplicationPage,
    ApplicationsPage,
    PersonPage,
    applications_page,
    get_application,
    get_person,
)
from sangbong.registry.queries.rows import (
    counts,
    forms_of,
    life,
    record_numbers,
    register_rows,
    roll_entries,
    sought_by,
)

__all__ = [
    "ApplicationLine",
    "ApplicationPage",
    "ApplicationsPage",
    "Life",
    "NewsWaiting",
    "PersonForms",
    "PersonPage",
    "RegisterRow",
    "RollEntry",
    "SoughtPerson",
    "applications_page",
    "counts",
    "forms_of",
    "get_application",
    "get_person",
    "import_batch",
    "import_batches",
    "life",
    "news_of",
    "news_to_deliver",
    "news_waiting",
    "record_numbers",
    "register_rows",
    "roll_entries",
    "sought_by",
]
