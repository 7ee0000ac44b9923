"""Why two names of a comparison agree or not, by the published shares of names."""

from __future__ import annotations

from collections.abc import Mapping

from sangbong.kernel.errors import Language, SangbongError, message
from sangbong.names import explain
from sangbong.names.likeness import compare
from sangbong.names.person import NameKind, NameSet, PersonName, Script, read_name, read_names
from sangbong.names.tradition import tradition
from sangbong.programmes.naming import USAGE
from sangbong.web.faces import NamesLedger

Written = Mapping[str, object]


def names_ledger(record: Written, sought: Written, language: Language) -> NamesLedger | None:
    """The ledger of all names of our record beside all names of the person sought.

    None where either has no name that can be read.
    """
    ours, theirs = _of_record(record), _of_sought(sought)
    if ours is None or theirs is None:
        return None
    likeness = compare(
        ours,
        theirs,
        tradition=tradition(USAGE.code),
        sex=_text(sought, "sex"),
        decade=_decade(_text(sought, "birth")),
    )
    return NamesLedger(
        title=message("names.ledger_title", language),
        pair=f"{likeness.left.text} · {likeness.right.text}",
        lines=explain.ledger(likeness, language),
        verdict=explain.verdict(likeness, language),
        note=message("names.ledger_note", language),
    )


def _of_record(record: Written) -> NameSet | None:
    """The registered name, and the others: in Latin letters the same name, else a name at home."""
    others = [
        name
        if name.script is Script.LATIN
        else PersonName(name.text, name.script, kind=NameKind.HOUSE)
        for name in _read(_text(record, "other_names"))
    ]
    return _set(*_read(_text(record, "name")), *others)


def _of_sought(sought: Written) -> NameSet | None:
    house = _text(sought, "house_name")
    others = _read_one(house, NameKind.HOUSE) if house else ()
    return _set(*_read(_text(sought, "name")), *others)


def _set(*names: PersonName) -> NameSet | None:
    return NameSet(names) if names else None


def _read(text: str) -> tuple[PersonName, ...]:
    try:
        return tuple(read_names(text, column="name"))
    except SangbongError:
        return _read_one(text, NameKind.REGISTRY)


def _read_one(text: str, kind: NameKind) -> tuple[PersonName, ...]:
    """One name as it stands; what was stored long ago may no longer be read."""
    try:
        return (read_name(text, column="name", kind=kind),)
    except SangbongError:
        return ()


def _decade(birth: str) -> int | None:
    """The decade of birth, where the other side wrote one that can be read."""
    try:
        year = USAGE.read_date(birth, column="birth").year
    except SangbongError:
        return None
    return year // 10 * 10 if year else None


def _text(written: Written, field: str) -> str:
    value = written.get(field)
    return value if isinstance(value, str) else ""
