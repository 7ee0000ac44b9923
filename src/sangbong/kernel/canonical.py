"""One byte form for a value, so that hashes and signatures mean the same everywhere."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Union

import rfc8785

JsonValue = Union[  # noqa: UP007 -- forward names cannot stand in a run-time `|`
    None, bool, int, str, Sequence["JsonValue"], Mapping[str, "JsonValue"]
]


def canonical_bytes(value: JsonValue) -> bytes:
    """The RFC 8785 form of a value; no floats, whose text form differs between languages.

    Raises:
        ValueError: a float, a non-string key or an unpaired surrogate: our mistake.

    Source: RFC 8785, JSON Canonicalization Scheme.
    """
    if _is_plain(value):
        # the same bytes, an order of magnitude sooner; a test compares the two
        return _PLAIN.encode(value).encode("utf-8")
    _refuse_floats(value)
    return bytes(rfc8785.dumps(value))


def parse_canonical(data: bytes) -> Any:
    """Read canonical JSON back, refusing bytes that are not in their one form.

    Raises:
        ValueError: not JSON, not UTF-8, or another spelling of the same value: the sender's fault.
    """
    value = json.loads(data.decode("utf-8"))
    if canonical_bytes(value) != data:
        msg = "not in canonical form"
        raise ValueError(msg)
    return value


def sha256_hex(data: bytes) -> str:
    """SHA-256 as 64 lower-case hex digits."""
    return hashlib.sha256(data).hexdigest()


_PLAIN = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, sort_keys=True, separators=(",", ":")
)
_PLAIN_MAX = 2**53 - 1


def _is_plain(value: object) -> bool:
    """Whether Python's own encoder writes the RFC 8785 form: built-in types, keys in ASCII."""
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return True
    if kind is int:
        return -_PLAIN_MAX <= value <= _PLAIN_MAX  # type: ignore[operator]
    if kind is dict:
        return all(
            type(key) is str and key.isascii() and _is_plain(item)
            for key, item in value.items()  # type: ignore[attr-defined]
        )
    if kind is list or kind is tuple:
        return all(map(_is_plain, value))  # type: ignore[call-overload]
    return False


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        msg = "floats have no place in signed data"
        raise ValueError(msg)  # noqa: TRY004 -- one error type for every uncanonical value
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str):
                msg = "keys are strings"
                raise ValueError(msg)  # noqa: TRY004 -- as above
            _refuse_floats(item)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for item in value:
            _refuse_floats(item)
