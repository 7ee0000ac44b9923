"""The draw of spec/draw.md once more, in plain Python, sharing no line with the program."""

from __future__ import annotations

import hashlib
import hmac
from fractions import Fraction
from typing import Any


def roll_bytes(office: str, round_code: str, as_of: str, rows: list[dict[str, Any]]) -> bytes:
    text = f"sangbong-roll-0\t{office}\t{round_code}\t{as_of}\n"
    for row in sorted(rows, key=lambda row: row["application_no"].encode()):
        fields = [
            row["application_no"],
            str(row["age"]),
            row["tier"],
            row["living_as_of"],
            ";".join(row["consents"]),
            row["excluded"],
        ]
        text += "\t".join(fields) + "\n"
    return text.encode()


def key_of(seed: str, roll_sha256: str, number: str, weight: int, multiple: int) -> dict[str, Any]:
    message = f"sangbong-draw-0\n{roll_sha256}\n{number}".encode()
    tag = hmac.new(bytes.fromhex(seed), message, hashlib.sha512).digest()
    u = int.from_bytes(tag[:8], "big") + 1
    e = logarithm(u)
    assert multiple % weight == 0
    return {"tag": tag.hex(), "u": u, "e": e, "key": e * (multiple // weight)}


def logarithm(u: int) -> int:
    n = 0
    while u >> (n + 1):
        n += 1
    m = u * 2**127 // 2**n
    bits = 0
    for _ in range(64):
        m = m * m // 2**127
        bits *= 2
        if m >= 2**128:
            m //= 2
            bits += 1
    return 64 * 2**64 - n * 2**64 - bits


def quotas(places: int, people: list[int], permille: list[int | None]) -> list[int]:
    fixed = [0 if share is None else places * share // 1000 for share in permille]
    rest = places - sum(fixed)
    sharing = [i for i, share in enumerate(permille) if share is None]
    total = sum(people[i] for i in sharing)
    given = list(fixed)
    if total:
        exact = {i: Fraction(rest * people[i], total) for i in sharing}
        for i in sharing:
            given[i] = exact[i].__floor__()
        left = rest - sum(given[i] for i in sharing)
        for i in sorted(sharing, key=lambda i: (given[i] - exact[i], i))[:left]:
            given[i] += 1
    return [min(a, b) for a, b in zip(given, people, strict=True)]


def draw(
    entries: list[dict[str, Any]], places: int, reserves: int, band_quotas: list[int] | None
) -> tuple[list[str], list[str]]:
    """Entries carry application_no, band (place) and the members of `key_of`."""

    def order(entry: dict[str, Any]) -> tuple[int, str, str]:
        return entry["key"], entry["tag"], entry["application_no"]

    ranked = sorted(entries, key=order)
    taken: list[dict[str, Any]] = []
    if band_quotas is not None:
        for band, quota in enumerate(band_quotas):
            taken += [entry for entry in ranked if entry["band"] == band][:quota]
    rest = [entry for entry in ranked if entry not in taken]
    free = places - len(taken)
    drawn = sorted(taken + rest[:free], key=order)
    numbers = [entry["application_no"] for entry in drawn]
    return numbers, [entry["application_no"] for entry in rest[free : free + reserves]]
