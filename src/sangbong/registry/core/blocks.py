"""Long lists in pieces, so that no question to the database grows without bound."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")


def blocks(items: Iterable[Item], size: int) -> Iterator[tuple[Item, ...]]:
    """The items in their order, `size` at a time; the last piece may be shorter."""
    source = iter(items)
    while piece := tuple(islice(source, size)):
        yield piece
