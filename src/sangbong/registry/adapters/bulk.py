"""Rows into our own tables by the hundred thousand, at a tenth of `bulk_create`'s cost.

Only whole, already checked rows go through here; the tables' constraints and Django's transaction
hold as ever. Measured for an import: see `docs/guides/import.md`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

from django.db import connection, models
from django.db.models.options import Options

_BLOCK = 5_000


def reserve_ids(model: type[models.Model]) -> Iterator[int]:
    """Ids that nobody else gets, for as long as the caller's transaction lasts.

    SQLite has one writer, so counting on from the last id is enough; PostgreSQL hands out blocks of
    its sequence, and leaves gaps as always.
    """
    table = _options(model).db_table
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
            found = cursor.fetchone()
        last = int(found[0]) if found else 0
        while True:
            last += 1
            yield last
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [table, _BLOCK],
            )
            block = [int(row[0]) for row in cursor.fetchall()]
        yield from block


def insert_rows(
    model: type[models.Model], columns: Sequence[str], rows: Sequence[tuple[object, ...]]
) -> None:
    """Insert rows whose values stand in the order of `columns` (field names, `_id` for keys)."""
    if not rows:
        return
    quote = connection.ops.quote_name
    names = ", ".join(quote(column) for column in columns)
    marks = ", ".join(["%s"] * len(columns))
    statement = f"INSERT INTO {quote(_options(model).db_table)} ({names}) VALUES ({marks})"  # noqa: S608 -- names come from our models
    converters = _converters(model, columns)
    with connection.cursor() as cursor:
        # typed as a sequence, taken as any iterable: a list of a block's copies would cost memory
        cursor.executemany(statement, cast("Any", _prepared(rows, converters)))


def _options(model: type[models.Model]) -> Options[models.Model]:
    return model._meta  # noqa: SLF001 -- documented by Django under this name


def _converters(
    model: type[models.Model], columns: Sequence[str]
) -> dict[int, Callable[[object], object]]:
    fields = {field.attname: field for field in _options(model).concrete_fields}
    found: dict[int, Callable[[object], object]] = {}
    for position, column in enumerate(columns):
        field = fields[column]
        if isinstance(field, models.DateField):  # DateTimeField is one too
            found[position] = _remembering(field)
    return found


def _remembering(field: models.Field[object, object]) -> Callable[[object], object]:
    known: dict[object, object] = {None: None}

    def convert(value: object) -> object:
        if value not in known:
            known[value] = field.get_db_prep_save(value, connection)
        return known[value]

    return convert


def _prepared(
    rows: Sequence[tuple[object, ...]], converters: dict[int, Callable[[object], object]]
) -> Iterator[tuple[object, ...]]:
    if not converters:
        yield from rows
        return
    for row in rows:
        values = list(row)
        for position, convert in converters.items():
            values[position] = convert(values[position])
        yield tuple(values)
