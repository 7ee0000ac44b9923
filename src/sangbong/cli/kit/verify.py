#!/usr/bin/env python3
"""Check an auditor's kit, or a proof file, with nothing but this file and Python 3.10 or later.

    python3 verify.py KIT.zip [--trail TRAIL.jsonl] [--key KR-SEL=<64 hex digits>]
    python3 verify.py PROOF.json [--key …]

No database, no network, no other package, none of our programme. Exit status: 0 nothing wrong, 1
something is wrong (each line says where), 2 the file could not be read.

It is written apart from the programme on purpose: what both find right, two readings of the published
formats found right. Sources: RFC 8032 (Ed25519), RFC 6962 (the tree), C2SP signed-note, tlog-checkpoint
and tlog-cosignature 1.0.0, RFC 8785 (canonical JSON); spec/checkpoint.md and spec/evidence.md.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import io
import json
import re
import struct
import sys
import time
import zipfile
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

# --- Ed25519: only checking, by RFC 8032 section 5.1 --------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]


def _add(one: Point, two: Point) -> Point:
    a = (one[1] - one[0]) * (two[1] - two[0]) % P
    b = (one[1] + one[0]) * (two[1] + two[0]) % P
    c = 2 * one[3] * two[3] * D % P
    d = 2 * one[2] * two[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def _double(one: Point) -> Point:
    a, b = one[0] * one[0] % P, one[1] * one[1] % P
    h = a + b
    e = h - (one[0] + one[1]) * (one[0] + one[1]) % P
    g = a - b
    f = 2 * one[2] * one[2] % P + g
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def _point(data: bytes) -> Point | None:
    """A point from its 32 bytes, None where they are no point in its one form."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


_BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = _point(_BASE_Y.to_bytes(32, "little")) or (0, 1, 1, 0)


def verifies(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the key made this signature over this message."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, scalar = _point(public), int.from_bytes(signature[32:], "little")
    if key is None or scalar >= ORDER:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    factor = int.from_bytes(digest, "little") % ORDER
    minus = (P - key[0], key[1], key[2], P - key[3])
    # scalar · base − factor · key, both at once, and compared with R as bytes
    both, sum_ = _add(BASE, minus), (0, 1, 1, 0)
    for place in range(max(scalar.bit_length(), factor.bit_length()) - 1, -1, -1):
        sum_ = _double(sum_)
        which = (scalar >> place & 1) | (factor >> place & 1) << 1
        if which:
            sum_ = _add(sum_, (BASE, minus, both)[which - 1])
    inverse = pow(sum_[2], P - 2, P)
    x, y = sum_[0] * inverse % P, sum_[1] * inverse % P
    return signature[:32] == (y | (x & 1) << 255).to_bytes(32, "little")


# --- Trees: RFC 6962 section 2.1 ----------------------------------------------------------------


class Tree:
    """A growing tree: the roots of its perfect parts, by how many leaves each has."""

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        self.size = size
        self.parts = list(hashes)
        if len(self.parts) != size.bit_count():
            raise Wrong("a tree of that size has another number of parts")

    def add(self, leaf: bytes, sha256: Any = hashlib.sha256) -> None:
        """One leaf more."""
        part, size = sha256(b"\0" + leaf).digest(), self.size
        while size & 1:
            part = sha256(b"\1" + self.parts.pop() + part).digest()
            size >>= 1
        self.parts.append(part)
        self.size += 1

    def root(self) -> bytes:
        """The root over all leaves."""
        if not self.parts:
            return hashlib.sha256(b"").digest()
        root = self.parts[-1]
        for part in self.parts[-2::-1]:
            root = hashlib.sha256(b"\1" + part + root).digest()
        return root


def leaf_bytes(kind: str, digest: str, number: int) -> bytes:
    """A leaf as it is hashed: canonical JSON, written out since a log has very many."""
    if not KIND.fullmatch(kind) or not DIGEST.fullmatch(digest):
        raise Wrong("not an entry of a log")
    return f'{{"digest":"{digest}","kind":"{kind}","number":{number}}}'.encode()


def begins(first: int, old_root: bytes, second: int, new_root: bytes, path: list[bytes]) -> bool:
    """Whether the proof shows the first tree to be the beginning of the second, by its definition."""
    steps = list(path)

    def walk(m: int, n: int, *, whole: bool) -> tuple[bytes, bytes]:
        """The roots of the first m and of all n leaves of this part."""
        if m == n:
            part = old_root if whole else steps.pop(0)
            return part, part
        split = 1 << (n - 1).bit_length() - 1
        if m <= split:
            old, new = walk(m, split, whole=whole)
            return old, hashlib.sha256(b"\1" + new + steps.pop(0)).digest()
        old, new = walk(m - split, n - split, whole=False)
        left = steps.pop(0)
        return tuple(hashlib.sha256(b"\1" + left + one).digest() for one in (old, new))  # type: ignore[return-value]

    if not 0 <= first <= second:
        return False
    if first == 0:
        return not steps and old_root == hashlib.sha256(b"").digest()
    try:
        old, new = walk(first, second, whole=True)
    except IndexError:
        return False
    return not steps and (old, new) == (old_root, new_root)


# --- Reading ------------------------------------------------------------------------------------


BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
"""What the standard library says of a damaged zip."""


class Wrong(Exception):
    """Something that is not as it must be, in the words of the person who reads it."""


def canonical(value: Any) -> bytes:
    """RFC 8785 for what our formats hold: no floats, names in ASCII."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8")


def parsed(data: bytes) -> Any:
    """Canonical JSON; anything else is wrong."""
    try:
        value = json.loads(data.decode("utf-8"))
        same = canonical(value) == data
    except (ValueError, RecursionError):
        raise Wrong("not JSON") from None
    if not same:
        raise Wrong("not in its one written form")
    return value


DIGEST = re.compile(r"[0-9a-f]{64}")
KIND = re.compile(r"[a-z]{2,20}")
ORIGIN = re.compile(r"sangbong/([A-Z]{2}-[A-Z]{3})(\.[1-9][0-9]*)?>([A-Z]{2}-[A-Z]{3})")


def _unhex(text: Any, size: int = 32) -> bytes:
    if not isinstance(text, str) or not re.fullmatch(f"[0-9a-f]{{{2 * size}}}", text):
        raise Wrong("not a hash or key in hexadecimal digits")
    return bytes.fromhex(text)


def _unbase64(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Wrong("not Base64") from None
    if base64.b64encode(data).decode() != text:
        raise Wrong("not Base64 in its one form")
    return data


@dataclass(frozen=True)
class Note:
    """A signed checkpoint: its text, what it says, and each (name, key id, signature)."""

    text: str
    origin: str
    office: str
    witness: str
    size: int
    root: bytes
    signatures: list[tuple[str, bytes, bytes]]


def read_note(text: str) -> Note:
    """A checkpoint from its note."""
    body, gap, lines = text.rpartition("\n\n")
    if not gap or not text.endswith("\n"):
        raise Wrong("not a signed note")
    signatures = []
    for line in lines[:-1].split("\n"):
        dash, name, blob = [*line.split(" "), "", ""][:3]
        if dash != "\u2014" or line.count(" ") != 2:
            raise Wrong("not a signature line")
        raw = _unbase64(blob)
        signatures.append((name, raw[:4], raw[4:]))
    members = body.split("\n")
    found = ORIGIN.fullmatch(members[0])
    if len(members) != 3 or not found or not re.fullmatch("0|[1-9][0-9]{0,15}", members[1]):
        raise Wrong("not a checkpoint of a log between two offices")
    root = _unbase64(members[2])
    office, _, witness = found.groups()
    return Note(body + "\n", members[0], office, witness, int(members[1]), root, signatures)


def key_id(name: str, kind: int, public: bytes) -> bytes:
    """The four bytes that point to a key in a note."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def signed_by(note: Note, public: bytes) -> bool:
    """Whether the log's keeper signed this note by this key."""
    wanted = (note.origin, key_id(note.origin, 1, public))
    found = [one for one in note.signatures if one[:2] == wanted]
    message = note.text.encode()
    return bool(found) and all(verifies(public, one[2], message) for one in found)


def cosigned_at(note: Note, public: bytes) -> int | None:
    """When the witness cosigned this note by this key, in seconds since 1970; None if it did not."""
    name = f"sangbong/{note.witness}"
    for found, identity, blob in note.signatures:
        if (found, identity) == (name, key_id(name, 4, public)) and len(blob) == 72:
            (seconds,) = struct.unpack(">Q", blob[:8])
            message = f"cosignature/v1\ntime {seconds}\n{note.text}".encode()
            if verifies(public, blob[8:], message):
                return int(seconds)
    return None


# --- Proof files --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """What a proof shows: who signed two histories, of what kind, about which log or dispatch."""

    accused: str
    kind: str
    about: str
    keys: dict[int, bytes]


def check_proof(data: bytes) -> Found:
    """What a proof file shows; anything that is no proof is Wrong, and accuses nobody."""
    value = parsed(data)
    try:
        keys = {number: _unhex(public) for number, public in value["keys"]}
        kind, accused, signed = value["kind"], value["accused"], value["signed"]
        about = {"roots": _roots, "extension": _extension, "numbers": _numbers}[kind](
            signed, accused, keys
        )
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as fault:
        raise Wrong(f"not a proof file ({type(fault).__name__})") from None
    return Found(accused, kind, about, keys)


def _checkpoint(value: dict[str, Any], accused: str, keys: dict[int, bytes]) -> Note:
    note = read_note(value["note"])
    if note.office != accused or not signed_by(note, keys[value["signer"]]):
        raise Wrong("a checkpoint in the proof is not signed by the office that it accuses")
    return note


def _roots(signed: dict[str, Any], accused: str, keys: dict[int, bytes]) -> str:
    first, second = (_checkpoint(signed[one], accused, keys) for one in ("first", "second"))
    root, path = _unhex(signed["root"]), [_unhex(one) for one in signed["path"]]
    if first.origin != second.origin or not begins(second.size, root, first.size, first.root, path):
        raise Wrong("the two checkpoints are not of one log, or the path does not join them")
    if root == second.root:
        raise Wrong("the two checkpoints agree")
    return first.origin


def _extension(signed: dict[str, Any], accused: str, keys: dict[int, bytes]) -> str:
    first, message = _checkpoint(signed["first"], accused, keys), signed["message"]
    unsigned = {name: member for name, member in message.items() if name != "signature"}
    digest = hashlib.sha256(canonical(unsigned)).digest()
    key = keys[message["signer"]]
    if not verifies(key, _unhex(message["signature"], 64), b"sangbong evidence 1\n" + digest):
        raise Wrong("the message in the proof is not signed by the office that it accuses")
    second, start = (
        _checkpoint({"note": message["checkpoint"], "signer": message["signer"]}, accused, keys),
        message["from"],
    )
    told = [(kind, text) for kind, text in message["leaves"]]
    between = [(kind, text) for kind, text in signed["between"]]
    hashes = [_unhex(one) for one in signed["frontier"]]
    held, led = Tree(start, hashes), Tree(start, hashes)
    for leaves, tree in ((between, held), (told, led)):
        for kind, text in leaves:
            tree.add(leaf_bytes(kind, text, tree.size + 1))
    if second.origin != first.origin or second.size <= first.size or led.size != second.size:
        raise Wrong("not one log at two sizes")
    if (held.size, held.root()) != (first.size, first.root):
        raise Wrong("the kept part is not what the first checkpoint stands for")
    if told[: len(between)] == between and led.root() == second.root:
        raise Wrong("the message continues the first checkpoint as it should")
    return first.origin


def _numbers(signed: dict[str, Any], accused: str, keys: dict[int, bytes]) -> str:
    one, first = _envelope(signed["first"], keys)
    two, second = _envelope(signed["second"], keys)
    same = ("from", "to", "stream", "incarnation")
    if one["from"] != accused or any(one[name] != two[name] for name in same):
        raise Wrong("not two envelopes of one stream")
    step = two["sequence"] - one["sequence"]
    if not (step == 0 and first != second) and not (step == 1 and two["previous"] != first):
        raise Wrong("both envelopes can stand in one stream")
    told = "" if one["incarnation"] == 1 else f".{one['incarnation']}"
    return f"{one['from']}{told}>{one['to']}/{one['stream']}/{one['sequence']}"


def _envelope(text: str, keys: dict[int, bytes]) -> tuple[dict[str, Any], str]:
    data, magic = _unbase64(text), b"sangbong envelope\n"
    (length,) = struct.unpack(">I", data[len(magic) : len(magic) + 4])
    header = parsed(data[len(magic) + 4 : len(magic) + 4 + length])
    digest = hashlib.sha256(data[:-64]).digest()
    message = b"sangbong envelope 1\n" + digest
    if not data.startswith(magic) or not verifies(keys[header["signer"]], data[-64:], message):
        raise Wrong("an envelope in the proof is not signed by the office that it accuses")
    return header, digest.hex()


# --- The kit ------------------------------------------------------------------------------------


@dataclass
class Report:
    """What was found, line by line in both languages, and what is wrong."""

    lines: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def say(self, ko: str, en: str) -> None:
        """A fact."""
        self.lines += [ko, f"  {en}"]

    def fault(self, place: str, ko: str, en: str) -> None:
        """Something wrong, with its place."""
        self.faults.append(place)
        self.lines += [f"[이상] {place}: {ko}", f"  [WRONG] {place}: {en}"]


@dataclass
class Kit:
    """The files of a kit and what was learned of them. `answers`: all entries but dispatches."""

    files: zipfile.ZipFile
    report: Report
    about: dict[str, Any] = field(default_factory=dict)
    keys: dict[str, dict[int, bytes]] = field(default_factory=dict)
    answers: dict[str, dict[int, tuple[str, str]]] = field(default_factory=dict)

    def lines(self, name: str) -> Iterable[str]:
        """A file line by line, without its end."""
        with self.files.open(name) as file, io.TextIOWrapper(file, "utf-8", newline="\n") as text:
            for line in text:
                yield line.rstrip("\n")


def check_kit(path: str, *, trail: str = "", pinned: Sequence[str] = ()) -> Report:
    """Everything in a kit."""
    report = Report()
    with zipfile.ZipFile(path) as files:
        kit = Kit(files, report)
        if not _guarded(kit, "manifest.json", _read_manifest):
            return report
        _guarded(kit, "keys", partial(_compare_keys, pinned=pinned))
        for log in kit.about["logs"]:
            _guarded(kit, log["folder"], partial(_check_log, log=log))
        for name in kit.about["statements"]:
            _guarded(kit, name, partial(_check_statement, name=name))
        _guarded(kit, "receipts.txt", _check_receipts)
        _guarded(kit, "anchors.txt", partial(_check_trail, trail=trail))
        for name in kit.about["proofs"]:
            _guarded(kit, name, partial(_tell_proof, name=name))
    return report


def _guarded(kit: Kit, place: str, check: Callable[[Kit], None]) -> bool:
    try:
        check(kit)
    except Wrong as fault:
        kit.report.fault(place, "맞지 않습니다.", f"{fault}.")
    except (*BROKEN, KeyError, TypeError, ValueError, IndexError, AttributeError) as fault:
        kit.report.fault(place, "읽을 수 없습니다.", f"cannot be read ({type(fault).__name__}).")
    else:
        return True
    return False


def _read_manifest(kit: Kit) -> None:
    data = kit.files.read("manifest.json")
    kit.about = about = parsed(data)
    kit.keys = {
        office: {number: _unhex(public) for number, public in keys}
        for office, keys in about["keys"].items()
    }
    key = kit.keys[about["office"]][about["signer"]]
    message = b"sangbong kit 1\n" + hashlib.sha256(data).digest()
    if not verifies(key, _unhex(kit.files.read("manifest.sig").decode().strip(), 64), message):
        raise Wrong("the list of files is not signed by the office that made the kit")
    kit.report.say(
        f"{about['office']}에서 {about['made_at']}에 만든 감사 꾸러미입니다.",
        f"A kit made by {about['office']} at {about['made_at']}.",
    )
    names = kit.files.namelist()
    for name in sorted({*about["files"], *names} - {"manifest.json", "manifest.sig"}):
        if names.count(name) != 1:
            kit.report.fault(
                name, "없거나 여러 번 들어 있습니다.", "missing, or there more than once."
            )
        elif name not in about["files"]:
            kit.report.fault(name, "목록에 없는 파일입니다.", "not in the list of files.")
        elif _digest_of(kit, name) != about["files"][name]:
            kit.report.fault(name, "바뀌었습니다.", "was changed after the kit was made.")


def _digest_of(kit: Kit, name: str) -> str:
    digest = hashlib.sha256()
    try:
        with kit.files.open(name) as file:
            while True:
                piece = file.read(1 << 20)
                if not piece:
                    return digest.hexdigest()
                digest.update(piece)
    except BROKEN:
        return "unreadable"


def _compare_keys(kit: Kit, pinned: Sequence[str]) -> None:
    compared = set()
    for one in pinned:
        office, _, given = one.partition("=")
        if _unhex(given) not in kit.keys.get(office, {}).values():
            raise Wrong(f"the key given for {office} is not the one in the kit")
        compared.add(_unhex(given))
    for office, keys in sorted(kit.keys.items()):
        for number, public in sorted(keys.items()):
            if public in compared:
                continue
            kit.report.say(
                f"{office}의 {number}번 키 {public.hex()}: 키 명세와 견주어 보십시오.",
                f"{office}, key {number}: {public.hex()}; compare it with the key statement.",
            )


def _check_log(kit: Kit, log: dict[str, Any]) -> None:
    checkpoints = [json.loads(line) for line in kit.lines(f"{log['folder']}/checkpoints.txt")]
    pending = sorted(
        ((read_note(one["note"]), one) for one in checkpoints), key=lambda x: x[0].size
    )
    tree, answers, last, when = Tree(), kit.answers.setdefault(log["origin"], {}), 0, 0
    lines = iter(kit.lines(f"{log['folder']}/leaves.txt"))
    while True:
        while pending and pending[0][0].size == tree.size:
            last, when = _check_point(kit, log, tree, *pending.pop(0), last=last, when=when)
        line = next(lines, None)
        if line is None:
            break
        kind, _, digest = line.partition(" ")
        tree.add(leaf_bytes(kind, digest, tree.size + 1))
        if kind != "dispatch":
            answers[tree.size] = (kind, digest)
    if pending or tree.size != log["size"]:
        place = f"{log['folder']}/leaves.txt"
        kit.report.fault(place, "잘렸거나 늘었습니다.", "cut short, or longer than it should be.")
    _say_log(kit, log, tree.size, last, when)


def _check_point(
    kit: Kit,
    log: dict[str, Any],
    tree: Tree,
    note: Note,
    row: dict[str, Any],
    *,
    last: int,
    when: int,
) -> tuple[int, int]:
    place = f"{log['folder']}/checkpoints.txt, {note.size}"
    if note.origin != log["origin"] or note.root != tree.root():
        kit.report.fault(
            place,
            f"확인점이 그 앞의 항목 {note.size}개와 맞지 않습니다.",
            f"the checkpoint differs from the {note.size} entries before it.",
        )
    if not signed_by(note, kit.keys[note.office][row["signer"]]):
        kit.report.fault(place, "서명이 맞지 않습니다.", "not signed by the log's keeper.")
    if not row["cosigned"]:
        return last, when
    cosigned = read_note(row["cosigned"])
    times = [cosigned_at(cosigned, one) for one in kit.keys.get(note.witness, {}).values()]
    seconds = max((one for one in times if one is not None), default=None)
    if cosigned.text != note.text or seconds is None:
        kit.report.fault(place, "상대측 확인 서명이 맞지 않습니다.", "not cosigned by the witness.")
        return last, when
    return note.size, seconds


def _say_log(kit: Kit, log: dict[str, Any], size: int, last: int, when: int) -> None:
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(when)) if when else "-"
    kit.report.say(
        f"기록 {log['origin']}: 항목 {size}개, 그중 {last}개를 상대측이 {at}에 확인했습니다.",
        f"Log {log['origin']}: {size} entries, {last} of them cosigned by the witness at {at}.",
    )


def _check_statement(kit: Kit, name: str) -> None:
    statement = parsed(kit.files.read(name))["statement"]
    office = statement["code"]
    told = {one["generation"]: _unbase64(one["key"]) for one in statement["signers"]}
    for number, public in kit.keys.get(office, {}).items():
        if told.get(number, public) != public:
            raise Wrong(f"key {number} of {office} is not the one in its statement")


def _check_receipts(kit: Kit) -> None:
    found, missing = 0, 0
    logged: dict[str, set[tuple[str, str]]] = {}
    for log in kit.about["logs"]:
        told = kit.answers.get(log["origin"], {}).values()
        logged.setdefault(log["office"], set()).update(told)
    for line in kit.lines("receipts.txt"):
        office, state, digest, receipt = line.split(" ")
        if not DIGEST.fullmatch(receipt):
            raise Wrong("not a receipt's digest")
        found += 1
        missing += (state, digest) not in logged.get(office, set())
    kit.report.say(
        f"가지고 있는 접수 확인 {found}건 중 {missing}건은 상대측 기록에 (아직) 없습니다.",
        f"Of {found} receipts held, {missing} do not stand in the other office's log (yet).",
    )


def _check_trail(kit: Kit, trail: str) -> None:
    anchors = [line.split(" ") for line in kit.lines("anchors.txt")]
    heads = read_trail(trail, kit.report) if trail else None
    for origin, number, entry, salt in anchors:
        place = f"anchors.txt, {origin} {number}"
        kind, digest = kit.answers[origin].get(int(number), ("dispatch", ""))
        if kind != "trail":
            kit.report.fault(place, "그 항목이 아닙니다.", "that entry is not the trail's.")
        elif heads is not None:
            head = heads[int(entry) - 1] if int(entry) <= len(heads) else "00" * 32
            salted = b"sangbong trail salt 1\n" + _unhex(salt) + bytes.fromhex(head)
            if hashlib.sha256(salted).hexdigest() != digest:
                kit.report.fault(
                    place,
                    f"열람·처리 기록 {entry}번까지가 당시의 것과 다릅니다.",
                    f"the audit trail up to entry {entry} is not the one of that time.",
                )
    if heads is None:
        kit.report.say(
            f"열람·처리 기록의 표지 {len(anchors)}개가 있습니다. 기록 파일은 --trail 로 주십시오.",
            f"The audit trail left {len(anchors)} marks here; give its export with --trail.",
        )


def read_trail(path: str, report: Report) -> list[str]:
    """The digests of an exported audit trail, one by one, as far as its chain holds."""
    heads: list[str] = []
    previous = "0" * 64
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 -- one file, no more imports
        for number, line in enumerate(file, start=1):
            try:
                entry = json.loads(line)
                digest = entry.pop("digest")
                computed = hashlib.sha256(canonical(entry)).hexdigest()
                whole = (entry["number"], entry["previous"], digest) == (number, previous, computed)
            except (ValueError, KeyError, AttributeError, TypeError):
                whole = False
            if not whole:
                place = f"{path}:{number}"
                report.fault(place, "사슬이 어긋납니다.", "the chain of the trail breaks here.")
                return heads
            previous = digest
            heads.append(digest)
    report.say(
        f"열람·처리 기록 {len(heads)}건의 사슬이 온전합니다.",
        f"The chain of {len(heads)} audit entries is whole.",
    )
    return heads


def _tell_proof(kit: Kit, name: str) -> None:
    found = check_proof(kit.files.read(name))
    if any(
        public not in kit.keys.get(found.accused, {}).values() for public in found.keys.values()
    ):
        raise Wrong(f"signed by another key than that of {found.accused} in this kit")
    _say_found(kit.report, found)


def _say_found(report: Report, found: Found) -> None:
    report.say(
        f"증명: {found.accused}에서 서로 맞지 않는 두 가지에 서명했습니다 ({found.about}). "
        "왜 그랬는지는 알 수 없습니다.",
        f"Proof: {found.accused} signed two things that cannot both be true ({found.about}). "
        "It does not show why.",
    )


def check_proof_file(path: str, *, pinned: Sequence[str] = ()) -> Report:
    """One proof file by itself."""
    report = Report()
    with open(path, "rb") as file:  # noqa: PTH123 -- one file, no more imports
        data = file.read()
    try:
        found = check_proof(data)
    except Wrong as fault:
        report.fault(path, "증명이 아닙니다. 아무도 탓할 수 없습니다.", f"no proof: {fault}.")
        return report
    _say_found(report, found)
    known = {one.partition("=")[2] for one in pinned if one.partition("=")[0] == found.accused}
    for number, public in sorted(found.keys.items()):
        if known and public.hex() not in known:
            report.fault(
                path,
                "준 키와 다른 키로 서명되었습니다.",
                "signed by another key than the one given.",
            )
        elif not known:
            report.say(
                f"{found.accused}의 {number}번 키 {public.hex()}: 키 명세와 견주어 보십시오.",
                f"{found.accused}, key {number}: {public.hex()}; compare it with its statement.",
            )
    return report


def main(arguments: Sequence[str] | None = None) -> int:
    """Check a file and tell what was found. Exit status 0, 1 or 2."""
    parser = argparse.ArgumentParser(description="Check an auditor's kit or a proof file.")
    parser.add_argument("file", help="KIT.zip or PROOF.json")
    parser.add_argument("--trail", default="", help="an export of the audit trail")
    parser.add_argument("--key", action="append", default=[], help="OFFICE=64 hex digits")
    asked = parser.parse_args(arguments)
    try:
        is_kit = zipfile.is_zipfile(asked.file)
        if is_kit:
            report = check_kit(asked.file, trail=asked.trail, pinned=asked.key)
        else:
            report = check_proof_file(asked.file, pinned=asked.key)
    except (OSError, *BROKEN) as fault:
        print(f"읽을 수 없습니다 / cannot be read: {fault}", file=sys.stderr)
        return 2
    print("\n".join(report.lines))
    count = len(report.faults)
    if count:
        print(f"이상 {count}건이 있습니다. / {count} thing(s) are wrong.")
        return 1
    if is_kit:
        print("이 꾸러미에 이상이 없습니다. / Nothing is wrong with this kit.")
    else:
        print("증명이 성립합니다. / The proof holds.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
