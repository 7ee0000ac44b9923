"""Write spec/vectors/liaison.offer{,_answer}.json anew: `python tools/offer_vectors.py`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sangbong.kernel.canonical import canonical_bytes, sha256_hex

VECTORS = Path(__file__).resolve().parent.parent / "spec" / "vectors"
OFFER = {
    "date": "2018-06-25",
    "in_name_of": "대한적십자사",
    "leaves": 250,
    "number": "의사 2018-4",
    "sender_name": "한도윤",
    "sender_rank": "연락관",
    "title": "생사·주소 확인 의뢰서",
}
ANSWER = {
    "answer": "take",
    "date": "2018-06-25",
    "offer": "의사 2018-4",
    "reason": "",
    "sender_name": "리명국",
    "sender_rank": "연락관",
}
UNREADABLE = "liaison.offer_unreadable"
REFUSED: dict[str, tuple[dict[str, Any], list[tuple[str, str, str, dict[str, Any]]]]] = {
    "liaison.offer": (
        OFFER,
        [
            ("a member too many", UNREADABLE, "", {"urgent": True}),
            ("no number", UNREADABLE, "number", {"number": ""}),
            ("a day in another form", UNREADABLE, "date", {"date": "2018-6-25"}),
            ("fewer than no leaves", UNREADABLE, "leaves", {"leaves": -1}),
            ("leaves as text", UNREADABLE, "leaves", {"leaves": "250"}),
            ("a blank at the end", UNREADABLE, "title", {"title": "의뢰서 "}),
            (
                "a body that a spreadsheet would run",
                "names.formula",
                "in_name_of",
                {"in_name_of": "=1"},
            ),
        ],
    ),
    "liaison.offer_answer": (
        ANSWER,
        [
            ("a member too many", UNREADABLE, "", {"urgent": True}),
            ("neither take nor decline", UNREADABLE, "answer", {"answer": "perhaps"}),
            ("no number", UNREADABLE, "offer", {"offer": ""}),
            ("a reason too long", "names.too_long", "reason", {"reason": "가" * 501}),
            ("nobody who answers", UNREADABLE, "sender_name", {"sender_name": ""}),
        ],
    ),
}


def main() -> None:
    """Write both files."""
    for kind, (body, faults) in REFUSED.items():
        vector = {
            "kind": kind,
            "about": f"spec/kinds/{kind}.md",
            "body": body,
            "canonical_utf8": canonical_bytes(body).decode(),
            "sha256": sha256_hex(canonical_bytes(body)),
            "refused": [
                {"why": why, "code": code, "column": column, "body": body | changes}
                for why, code, column, changes in faults
            ],
        }
        text = json.dumps(vector, ensure_ascii=False, indent=1) + "\n"
        (VECTORS / f"{kind}.json").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
