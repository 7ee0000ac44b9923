"""Writing a kit: what the office can show of its channel, without a word about a person.

1. (KT1) A kit holds logs (kind and digest of each entry), checkpoints and cosignatures, key statements,
   digests of receipts, the salted marks of the audit trail, proofs, both READMEs and the verifier.
2. (KT2) It holds no envelope, no receipt's text, no name and nothing typed by a person. The audit
   trail's own entries are not in it: they say who looked up what. They are exported beside it
   (`sangbong audit export`) for whoever may read them, and the kit's marks hold them to what they
   were.
3. (KT3) `manifest.json` names every file with its SHA-256, and the office signs it: so any change of
   the kit has a place.
4. (KT4) Of the checkpoints between, `CHECKPOINTS_MAX` are shown, evenly; always the last and the last
   cosigned one. All entries are shown.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from sangbong.kernel.canonical import JsonValue, canonical_bytes
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.wire.fields import instant_text
from sangbong.liaison.queries import evidence
from sangbong.liaison.queries.evidence import CheckpointView, LogView
from sangbong.office.queries import (
    key_standings,
    own_office,
    own_signer,
    own_statement,
    own_statement_file,
    statement_file,
)

CHECKPOINTS_MAX = 64
PURPOSE_TAG = b"sangbong kit 1\n"
VERSION = 1


class _Zip:
    """A zip under writing, with the digest of each file."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.digests: dict[str, str] = {}

    def add(self, name: str, pieces: Iterable[bytes]) -> None:
        """Write one file, piece by piece."""
        digest, info = sha256(), zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED
        with self.archive.open(info, "w", force_zip64=True) as file:
            for piece in pieces:
                digest.update(piece)
                file.write(piece)
        self.digests[name] = digest.hexdigest()


def write_kit(target: Path, *, now: datetime) -> list[LogView]:
    """Write a kit of this office; which logs are in it.

    Raises:
        SangbongError: `liaison.kit_unwritable`; the file is there already, or the folder is not.
    """
    own = own_office().code
    found = evidence.logs(own=own)
    try:
        with zipfile.ZipFile(target, "x") as archive:
            kit = _Zip(archive)
            about: dict[str, JsonValue] = {
                "keys": _keys(own, found),
                "logs": [_add_log(kit, n, log) for n, log in enumerate(found, start=1)],
                "proofs": _add_proofs(kit),
                "statements": _add_statements(kit, own),
            }
            kit.add("anchors.txt", _anchor_lines())
            kit.add("receipts.txt", _receipt_lines())
            _add_parts(kit)
            _sign(kit, about, own=own, now=now)
    except OSError as error:
        raise SangbongError("liaison.kit_unwritable", path=str(target)) from error
    return found


def _sign(kit: _Zip, about: dict[str, JsonValue], *, own: OfficeCode, now: datetime) -> None:
    generation, signer = own_signer()
    manifest = canonical_bytes(
        {
            **about,
            "files": dict(kit.digests),
            "made_at": instant_text(now),
            "office": own,
            "signer": generation,
            "version": VERSION,
        }
    )
    signature = signer.sign(PURPOSE_TAG + sha256(manifest).digest())
    kit.add("manifest.json", [manifest])
    kit.add("manifest.sig", [signature.hex().encode() + b"\n"])


def _add_parts(kit: _Zip) -> None:
    here = files("sangbong.cli.kit")
    for name in ("README.en.txt", "README.ko.txt", "verify.py"):
        kit.add(name, [here.joinpath(name).read_bytes()])


def _keys(own: OfficeCode, logs: Sequence[LogView]) -> dict[str, JsonValue]:
    keys: dict[str, dict[int, str]] = {own: {}}
    for one in own_statement().signers:
        keys[own][one.generation] = one.key.hex()
    for standing in key_standings():
        for one in standing.statement.signers:
            keys.setdefault(standing.code, {})[one.generation] = one.key.hex()
    for log in logs:
        for row in evidence.checkpoints_of(log.origin):
            keys.setdefault(log.origin.office, {}).setdefault(row.generation, row.public.hex())
    return {office: [[n, told[n]] for n in sorted(told)] for office, told in keys.items()}


def _add_log(kit: _Zip, number: int, log: LogView) -> JsonValue:
    folder = f"logs/{number}"
    leaves = evidence.leaves_of(log.origin)
    kit.add(f"{folder}/leaves.txt", (f"{one.kind} {one.digest}\n".encode() for one in leaves))
    rows = list(evidence.checkpoints_of(log.origin))
    kit.add(f"{folder}/checkpoints.txt", (_checkpoint_line(row) for row in thinned(rows)))
    return {
        "folder": folder,
        "office": log.origin.office,
        "origin": str(log.origin),
        "size": log.size,
    }


def thinned(rows: Sequence[CheckpointView]) -> list[CheckpointView]:
    """At most `CHECKPOINTS_MAX` of them: the last, the last cosigned, and others evenly: rule KT4."""
    cosigned = max((n for n, row in enumerate(rows) if row.seconds), default=0)
    step = -(-len(rows) // (CHECKPOINTS_MAX - 2)) or 1
    wanted = {*range(0, len(rows), step), cosigned, len(rows) - 1}
    return [row for n, row in enumerate(rows) if n in wanted]


def _checkpoint_line(row: CheckpointView) -> bytes:
    value = {
        "cosigned": row.cosigned.decode(),
        "note": row.note.decode(),
        "signer": row.generation,
    }
    return json.dumps(value, ensure_ascii=False, sort_keys=True).encode() + b"\n"


def _add_statements(kit: _Zip, own: OfficeCode) -> list[JsonValue]:
    told = [(own, own_statement_file())]
    told += [(one.code, statement_file(one.code)) for one in key_standings()]
    names: list[JsonValue] = []
    for code, data in told:
        kit.add(f"statements/{code}.json", [data])
        names.append(f"statements/{code}.json")
    return names


def _add_proofs(kit: _Zip) -> list[JsonValue]:
    names: list[JsonValue] = []
    for one in evidence.proofs():
        name = f"proofs/{one.digest}.json"
        kit.add(name, [evidence.proof_file(one.digest)[1]])
        names.append(name)
    return names


def _anchor_lines() -> Iterator[bytes]:
    for one in evidence.anchors():
        yield f"{one.origin} {one.number} {one.entry} {one.salt}\n".encode()


def _receipt_lines() -> Iterator[bytes]:
    for one in evidence.receipts_held():
        yield f"{one.office} {one.state} {one.about} {one.digest}\n".encode()
