"""Write spec/vectors/{checkpoint,evidence}.json anew, with keys that anyone may know.

All of it is deterministic: a new run gives the same bytes unless the format changed.
`python tools/evidence_vectors.py`
"""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime
from hashlib import shake_256
from pathlib import Path
from typing import Any

from sangbong.kernel.canonical import canonical_bytes, sha256_hex
from sangbong.kernel.ids import OfficeCode
from sangbong.lab.forks import LogKeeper
from sangbong.liaison.core.evidence.evidence import Act, Leaf, trail_digest, trail_salt
from sangbong.liaison.core.evidence.merkle import consistency_proof, inclusion_proof, root_of
from sangbong.liaison.core.evidence.witness import log_acts

VECTORS = Path(__file__).resolve().parent.parent / "spec" / "vectors"
AT = datetime(2018, 6, 25, 1, 0, tzinfo=UTC)
SEOUL, PYONGYANG = OfficeCode("KR-SEL"), OfficeCode("KP-PYO")


def keeper(office: OfficeCode, other: OfficeCode, label: str) -> LogKeeper:
    """An office whose key is no secret: the same as in the other vectors."""
    secret = shake_256(f"sangbong vector: {label} Ed25519".encode()).digest(32)
    return LogKeeper(office, other, secret)


def vectors() -> dict[str, dict[str, Any]]:
    """Both files' contents."""
    seoul, pyongyang = keeper(SEOUL, PYONGYANG, "Seoul"), keeper(PYONGYANG, SEOUL, "Pyongyang")
    for n in range(3):
        seoul.act(f"vector {n}")
    first = seoul.show()
    pyongyang.see(first, of=seoul, now=AT)
    answer = pyongyang.show()
    seoul.see(answer, of=pyongyang, now=AT)
    salt = trail_salt(seoul.key, origin=str(seoul.origin), number=4)
    head = sha256_hex(b"the head of a trail")
    log_acts(seoul.book, seoul.origin, [(Act.TRAIL.value, trail_digest(salt, head))])
    seoul.act("a receipt", Act.APPLIED)
    second = seoul.show()
    leaves = seoul.book.stored[seoul.origin]
    kept = seoul.book.checkpoints[seoul.origin]
    checkpoint = {
        "keys": {
            "KP-PYO signing, Ed25519 secret": pyongyang.secret.hex(),
            "KR-SEL signing, Ed25519 secret": seoul.secret.hex(),
        },
        "leaves": [leaf.encode().decode() for leaf in leaves],
        "roots": [root_of(x.hash() for x in leaves[:n]).hex() for n in range(len(leaves) + 1)],
        "inclusion": [
            [path.hex() for path in inclusion_proof([x.hash() for x in leaves], n)]
            for n in range(len(leaves))
        ],
        "consistency": [
            [path.hex() for path in consistency_proof([x.hash() for x in leaves], n)]
            for n in range(len(leaves) + 1)
        ],
        "notes": [kept[size].note.decode() for size in sorted(kept)],
        "cosigned": kept[3].cosigned.decode(),
        "trail": {"head": head, "number": 4, "salt": salt.hex()},
        "bad": _bad_notes(kept[3].note.decode()),
    }
    return {
        "checkpoint": checkpoint,
        "evidence": _evidence(seoul, pyongyang, first, answer, second),
    }


def _bad_notes(note: str) -> list[dict[str, str]]:
    origin, size, root, _, line, _ = note.split("\n")
    made = {
        "no empty line": f"{origin}\n{size}\n{root}\n{line}\n",
        "no end": note[:-1],
        "a carriage return": note.replace("\n", "\r\n", 1),
        "a hyphen for the dash": note.replace("\u2014", "-"),
        "Base64 in another form": note[:-2] + "\n",
        "leading zero": f"{origin}\n0{size}\n{root}\n\n{line}\n",
        "a fourth line": f"{origin}\n{size}\n{root}\nmore\n\n{line}\n",
        "an office towards itself": note.replace("KP-PYO", "KR-SEL"),
        "incarnation 1 written": note.replace("KR-SEL>", "KR-SEL.1>"),
    }
    codes = ["note_garbled"] * 5 + ["checkpoint_garbled"] * 4
    return [
        {"what": what, "note": text, "code": f"liaison.{code}"}
        for (what, text), code in zip(made.items(), codes, strict=True)
    ]


def _evidence(
    seoul: LogKeeper, pyongyang: LogKeeper, first: Any, answer: Any, second: Any
) -> dict[str, Any]:
    true = seoul.book.stored[seoul.origin]
    other = Leaf("dispatch", sha256_hex(b"another"), 0)
    cut = seoul.rewritten([true[0], other], told=0)
    roots = pyongyang_copy(pyongyang).see(cut.show(), of=seoul, now=AT).proofs[0]
    changed = seoul.rewritten([true[0], other, *true[2:]], told=1)
    extension = pyongyang_copy(pyongyang).see(changed.show(), of=seoul, now=AT).proofs[0]
    return {
        "messages": [
            {"what": "Seoul shows a first log", "value": first, "outcome": "cosigned"},
            {"what": "Pyongyang answers with its cosignature", "value": answer, "outcome": "cosigned"},
            {"what": "Seoul goes on from there", "value": second, "outcome": "cosigned"},
        ],
        "bad": [
            {"what": "a leaf too few", "value": {**second, "leaves": second["leaves"][1:]},
             "code": "liaison.evidence_garbled"},
            {"what": "another time", "value": {**second, "heard": 0},
             "code": "liaison.evidence_unsigned"},
            {"what": "a later version", "value": {**second, "version": 2},
             "code": "liaison.version_unknown"},
        ],
        "proofs": [b64encode(one).decode() for one in (roots, extension)],
    }  # fmt: skip


def pyongyang_copy(pyongyang: LogKeeper) -> LogKeeper:
    """The witness as it stood after the first contact."""
    return LogKeeper(
        pyongyang.office, pyongyang.other, pyongyang.secret, book=pyongyang.book.copy()
    )


def main() -> None:
    for name, value in vectors().items():
        canonical_bytes(value)  # no floats, nothing that is not JSON
        text = json.dumps(value, ensure_ascii=False, indent=1) + "\n"
        (VECTORS / f"{name}.json").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
