"""The frozen roll: its lines, the one byte form that is hashed, who may not be drawn.

Byte form (spec/draw.md, section 2): a header line, then one line a person in ascending order of
the application number's bytes; fields parted by a tab, every line ended by a line feed, UTF-8.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode

ROLL_MAGIC = "sangbong-roll-0"
MAX_AGE = 150
_NUMBER = re.compile(r"[!-~]{1,40}")
_WORD = re.compile(r"[a-z0-9_.]{1,40}")


class RollLine(NamedTuple):
    """One application on the roll; `age` in completed years, `consents` sorted.

    `excluded` is the register's reason code for keeping the person out, or an empty text.
    """

    application_no: str
    age: int
    tier: str
    living_as_of: date
    consents: tuple[str, ...]
    excluded: str


class FrozenRoll(NamedTuple):
    """The lines in their hashed order and the hash as 64 hex digits."""

    lines: list[RollLine]
    sha256: str


def line_bytes(line: RollLine) -> bytes:
    """The byte form of one line."""
    return (
        f"{line.application_no}\t{line.age}\t{line.tier}\t{line.living_as_of.isoformat()}"
        f"\t{';'.join(line.consents)}\t{line.excluded}\n"
    ).encode()


def header_bytes(*, office: OfficeCode, round_code: str, as_of: date) -> bytes:
    """The byte form of the header line."""
    return f"{ROLL_MAGIC}\t{office}\t{round_code}\t{as_of.isoformat()}\n".encode()


def freeze(
    lines: Iterable[RollLine], *, office: OfficeCode, round_code: str, as_of: date
) -> FrozenRoll:
    """Sort the lines, check each, and hash them in one pass.

    Raises:
        SangbongError: `selection.roll_line_unfit` or `selection.roll_line_twice`: the register's
            fault, named by the application number.
    """
    in_order = sorted(lines, key=_application_no)
    digest = hashlib.sha256(header_bytes(office=office, round_code=round_code, as_of=as_of))
    before = ""
    for line in in_order:
        _check(line)
        if line.application_no == before:
            raise SangbongError("selection.roll_line_twice", application_no=before)
        before = line.application_no
        digest.update(line_bytes(line))
    return FrozenRoll(in_order, digest.hexdigest())


def roll_hash(
    lines: Sequence[RollLine], *, office: OfficeCode, round_code: str, as_of: date
) -> str:
    """Hash a roll again, in whatever order its lines come."""
    return freeze(lines, office=office, round_code=round_code, as_of=as_of).sha256


def _application_no(line: RollLine) -> str:
    # The numbers are ASCII, so the order of the text is the order of its bytes.
    return line.application_no


def _check(line: RollLine) -> None:
    words = (line.tier, *line.consents, *((line.excluded,) if line.excluded else ()))
    if not (
        _NUMBER.fullmatch(line.application_no)
        and 0 <= line.age <= MAX_AGE
        and all(_WORD.fullmatch(word) for word in words)
        and list(line.consents) == sorted(set(line.consents))
    ):
        raise SangbongError("selection.roll_line_unfit", application_no=line.application_no[:40])
