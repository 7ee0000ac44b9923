"""The auditor's kit: whole it verifies, changed anywhere it says where; no name is in it (KT1 to KT4)."""

from __future__ import annotations

import functools
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from sangbong.cli.kit import verify, writing
from sangbong.cli.kit.writing import thinned, write_kit
from sangbong.kernel.canonical import canonical_bytes
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.lab.forks import LogKeeper
from sangbong.liaison.core.evidence.evidence import Act, Leaf
from sangbong.liaison.models import KeptEnvelope, OutboxDispatch, OutboxStream
from sangbong.liaison.operations import evidence as operations
from sangbong.liaison.queries.evidence import CheckpointView
from sangbong.office.core.actor import Actor
from sangbong.office.operations import record_audit
from sangbong.office.queries import audit_entries, own_signer

SEOUL, PYONGYANG = OfficeCode("KR-SEL"), OfficeCode("KP-PYO")
CANARIES = ("김순옥", "Kim Soon-ok", "서은하", "한도윤")
Files = dict[str, bytes]
VERIFIES = functools.cache(verify.verifies)


def digest(label: str) -> str:
    return sha256(label.encode()).hexdigest()


def meet(pyongyang: LogKeeper, now) -> None:
    seoul = LogKeeper(SEOUL, PYONGYANG, own_signer(PYONGYANG)[1].private_bytes_raw())
    pyongyang.see(operations.evidence_for(now=now, counterpart=PYONGYANG), of=seoul, now=now)
    operations.accept_evidence(now=now, counterpart=PYONGYANG, value=pyongyang.show())


@pytest.fixture(autouse=True)
def each_signature_is_computed_once(monkeypatch) -> None:
    """The same key, signature and text give the same answer; computing it in Python takes long."""
    monkeypatch.setattr(verify, "verifies", VERIFIES)


@pytest.fixture
def pyongyang(counterpart) -> LogKeeper:
    return LogKeeper(PYONGYANG, SEOUL, counterpart.keys.signing.private_bytes_raw())


@pytest.fixture
def kit(pyongyang, clerk, officer, now, tmp_path) -> Path:
    """A kit after two contacts, with a receipt, a look-up by name and a proof."""
    record_audit(
        now=now, actor=clerk, action="web.show", subjects=["person:1"], facts={"query": "김순옥"}
    )
    for hour in range(3):
        acts = [(Act.DISPATCH, digest(f"{hour}.{n}")) for n in range(4)]
        operations.log_acts(now=now, counterpart=PYONGYANG, acts=acts)
        pyongyang.act(str(hour), Act.APPLIED)
        record_audit(now=now, actor=officer, action="test.deed", facts={"why": "Kim Soon-ok"})
        meet(pyongyang, now + timedelta(hours=hour))
    later = now + timedelta(hours=2)
    tail = [(Act.LINE, digest("not yet witnessed"))]
    operations.log_acts(now=later, counterpart=PYONGYANG, acts=tail)
    operations.evidence_for(now=later, counterpart=PYONGYANG)
    stream = OutboxStream.objects.create(recipient=PYONGYANG, name="notes")
    for n, about in enumerate((pyongyang.book.stored[pyongyang.origin][0].digest, digest("x"))):
        OutboxDispatch.objects.create(
            dispatch_id=f"KR-SEL>KP-PYO/notes/{n + 1}",
            stream=stream,
            sequence=n + 1,
            kind="liaison.note",
            envelope=KeptEnvelope.objects.create(digest=about, data=b""),
            size=1,
            clearance={},
            state="applied",
            sealed_at=now,
            receipt=b"receipt",
        )
    liar = pyongyang.rewritten([Leaf("dispatch", digest("other"), 1)], told=0)
    operations.accept_evidence(now=now, counterpart=PYONGYANG, value=liar.show())
    path = tmp_path / "kit.zip"
    write_kit(path, now=now)
    return path


@pytest.fixture
def trail(kit, tmp_path) -> Path:
    """The trail as `sangbong audit export` writes it."""
    path = tmp_path / "trail.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for one in audit_entries():
            line = {
                "number": one.number,
                "at": one.at,
                "staff": one.staff,
                "why": one.why,
                "action": one.action,
                "subjects": list(one.subjects),
                "facts": dict(one.facts),
                "previous": one.previous,
                "digest": one.digest,
            }
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    return path


def unpacked(path: Path) -> Files:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(path: Path, files: Files) -> str:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return str(path)


def resigned(files: Files, **about: object) -> Files:
    """The same with a list of files made and signed anew: the office itself, or its stolen key."""
    told = {**json.loads(files["manifest.json"]), **about}
    if "files" not in about:
        told["files"] = {
            name: sha256(data).hexdigest()
            for name, data in files.items()
            if not name.startswith("manifest")
        }
    manifest = canonical_bytes(told)
    signature = own_signer()[1].sign(b"sangbong kit 1\n" + sha256(manifest).digest())
    return {**files, "manifest.json": manifest, "manifest.sig": signature.hex().encode()}


def faults(path: Path, files: Files, **options) -> list[str]:
    return verify.check_kit(packed(path, files), **options).faults


def log_of(files: Files, office: str) -> str:
    logs = json.loads(files["manifest.json"])["logs"]
    return next(log["folder"] for log in logs if log["office"] == office)


def test_a_whole_kit_is_right_and_tells_what_is_witnessed(kit, trail, capsys):
    assert verify.main([str(kit), "--trail", str(trail)]) == 0
    said = capsys.readouterr().out
    assert "Log sangbong/KR-SEL>KP-PYO: 17 entries, 16 of them cosigned by the witness" in said
    assert "Log sangbong/KP-PYO>KR-SEL: 3 entries, 3 of them cosigned by the witness" in said
    assert "Of 2 receipts held, 1 do not stand in the other office's log (yet)." in said
    assert "audit entries is whole" in said
    assert "KP-PYO signed two things that cannot both be true" in said
    assert "이 꾸러미에 이상이 없습니다. / Nothing is wrong with this kit." in said


def test_the_trail_is_asked_for_where_it_is_not_given(kit, capsys):
    assert verify.main([str(kit)]) == 0
    assert "give its export with --trail" in capsys.readouterr().out


def test_no_name_of_a_person_is_in_a_kit(kit, trail):
    """KT2: the canary is where it may be, and nowhere else."""
    whole = b"\n".join(unpacked(kit).values())

    assert [name for name in CANARIES if name.encode() in whole] == []
    assert "김순옥" in trail.read_text("utf-8")


def test_every_changed_missing_and_added_file_has_its_place(kit, tmp_path):
    """KT3."""
    files, path = unpacked(kit), tmp_path / "altered.zip"
    for name, data in files.items():
        if name.startswith("manifest"):
            continue
        changed = bytearray(data or b"x")
        changed[len(changed) // 2] ^= 1
        assert name in faults(path, {**files, name: bytes(changed)})
        assert name in faults(path, {n: d for n, d in files.items() if n != name})
    assert faults(path, {**files, "extra.txt": b"more"}) == ["extra.txt"]
    for name in ("manifest.json", "manifest.sig"):
        changed = bytearray(files[name])
        changed[20] ^= 1
        assert faults(path, {**files, name: bytes(changed)}) == ["manifest.json"]
        assert faults(path, {n: d for n, d in files.items() if n != name}) == ["manifest.json"]


def test_a_broken_zip_has_its_place(kit, tmp_path):
    data = bytearray(kit.read_bytes())
    with zipfile.ZipFile(kit) as archive:
        info = archive.getinfo("README.ko.txt")
    data[info.header_offset + 300] ^= 0xFF
    broken = tmp_path / "broken.zip"
    broken.write_bytes(bytes(data))
    assert "README.ko.txt" in verify.check_kit(str(broken)).faults


def lines_changed(change: Callable[[list[bytes]], list[bytes]]):
    def changed(data: bytes) -> bytes:
        return b"".join(change(data.splitlines(keepends=True)))

    return changed


EDITS = {
    "edited": lines_changed(lambda x: [*x[:2], x[2].replace(b"dispatch", b"received"), *x[3:]]),
    "deleted": lines_changed(lambda x: x[:2] + x[3:]),
    "inserted": lines_changed(lambda x: [*x[:2], x[0], *x[2:]]),
    "reordered": lines_changed(lambda x: [x[1], x[0], *x[2:]]),
    "cut": lines_changed(lambda x: x[:5]),
    "emptied": lambda _: b"",
}


@pytest.mark.parametrize("kind", EDITS)
def test_not_even_the_office_itself_changes_what_was_cosigned(kit, tmp_path, kind):
    """LW6: signed anew by the stolen key of the office, and still found."""
    files, path = unpacked(kit), tmp_path / "altered.zip"
    for office in (SEOUL, PYONGYANG):
        folder = log_of(files, office)
        leaves = f"{folder}/leaves.txt"
        changed = {**files, leaves: EDITS[kind](files[leaves])}
        if changed[leaves] == files[leaves]:
            continue
        found = faults(path, resigned(changed))
        assert any(place.startswith(folder) for place in found), found


def test_a_history_signed_anew_lacks_its_cosignature(kit, tmp_path):
    """LW6: leaves and checkpoints rewritten together by the office's own key."""
    from sangbong.liaison.core.evidence.checkpoint import Checkpoint, Origin, sign_checkpoint
    from sangbong.liaison.core.evidence.merkle import Frontier

    files = unpacked(kit)
    folder, (_, signer) = log_of(files, SEOUL), own_signer()
    kinds = [line.split() for line in files[f"{folder}/leaves.txt"].decode().splitlines()]
    kinds[0][1] = digest("rewritten")
    leaves = [Leaf(kind, text, n) for n, (kind, text) in enumerate(kinds, start=1)]
    rows = [json.loads(x) for x in files[f"{folder}/checkpoints.txt"].decode().splitlines()]
    for row in rows:
        size = int(row["note"].split("\n")[1])
        root = Frontier().extended(leaf.hash() for leaf in leaves[:size]).root()
        checkpoint = Checkpoint(Origin(SEOUL, PYONGYANG), size, root)
        public = signer.public_key().public_bytes_raw()
        row["note"] = sign_checkpoint(checkpoint, signer=signer, public=public).decode()
    text = "".join(f"{leaf.kind} {leaf.digest}\n" for leaf in leaves)
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    changed = {
        **files,
        f"{folder}/leaves.txt": text.encode(),
        f"{folder}/checkpoints.txt": lines.encode(),
    }
    cosigned = [row["note"].split("\n")[1] for row in rows if row["cosigned"]]
    assert faults(tmp_path / "a.zip", resigned(changed)) == [
        f"{folder}/checkpoints.txt, {size}" for size in cosigned
    ]


def test_a_checkpoint_signed_by_a_stranger_has_its_place(kit, tmp_path):
    files = unpacked(kit)
    folder = log_of(files, SEOUL)
    name = f"{folder}/checkpoints.txt"
    rows = [json.loads(x) for x in files[name].decode().splitlines()]
    text, line = rows[0]["note"].rsplit("\n\n", 1)[0], rows[1]["note"].rsplit("\n\n", 1)[1]
    rows[0]["note"] = f"{text}\n\n{line}"
    changed = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    size = rows[0]["note"].split("\n")[1]
    found = faults(tmp_path / "a.zip", resigned({**files, name: changed}))
    assert found == [f"{name}, {size}"]


def test_every_damaged_byte_of_the_zip_is_found_or_changes_nothing(kit, tmp_path):
    """As a bad disk would: some bytes of a zip say nothing (dates, flags of other systems)."""
    whole, files = kit.read_bytes(), unpacked(kit)
    broken = tmp_path / "broken.zip"
    for place in range(0, len(whole), len(whole) // 150):
        data = bytearray(whole)
        data[place] ^= 0x10
        broken.write_bytes(bytes(data))
        assert verify.main([str(broken)]) in {1, 2} or unpacked(broken) == files, place


@pytest.mark.parametrize(
    ("name", "data", "place"),
    [
        ("receipts.txt", b"KP-PYO applied x y\n", "receipts.txt"),
        (
            "anchors.txt",
            b"sangbong/KR-SEL>KP-PYO 1 1 00\n",
            "anchors.txt, sangbong/KR-SEL>KP-PYO 1",
        ),
        ("anchors.txt", b"sangbong/KR-SEL>US-WAS 1 1 00\n", "anchors.txt"),
        ("statements/KR-SEL.json", b"{}", "statements/KR-SEL.json"),
    ],
)
def test_files_that_make_no_sense_have_their_place(kit, tmp_path, name, data, place):
    changed = resigned({**unpacked(kit), name: data})

    assert faults(tmp_path / "a.zip", changed) == [place]


def test_a_bad_line_of_a_log_has_its_place(kit, tmp_path):
    files = unpacked(kit)
    folder = log_of(files, PYONGYANG)
    changed = resigned({**files, f"{folder}/leaves.txt": b"Applied 00\n"})
    assert folder in faults(tmp_path / "a.zip", changed)


def test_a_key_that_is_not_the_statements_has_its_place(kit, tmp_path):
    files = unpacked(kit)
    statement = json.loads(files["statements/KP-PYO.json"])
    statement["statement"]["signers"][0]["key"] = "AAAA"
    changed = {**files, "statements/KP-PYO.json": canonical_bytes(statement)}
    assert faults(tmp_path / "a.zip", resigned(changed)) == ["statements/KP-PYO.json"]


def test_a_proof_that_is_none_or_of_another_key_has_its_place(kit, tmp_path):
    files = unpacked(kit)
    (name,) = json.loads(files["manifest.json"])["proofs"]
    keys = json.loads(files["manifest.json"])["keys"]
    assert faults(tmp_path / "a.zip", resigned({**files, name: b"{}"})) == [name]
    other = resigned(files, keys={**keys, "KP-PYO": [[1, keys["KR-SEL"][0][1]]]})
    assert name in faults(tmp_path / "a.zip", other)


def test_keys_that_the_auditor_brings_are_compared(kit, tmp_path):
    files = unpacked(kit)
    keys = {k: v[0][1] for k, v in json.loads(files["manifest.json"])["keys"].items()}
    given = [f"{office}={public}" for office, public in keys.items()]
    report = verify.check_kit(str(kit), pinned=given)
    assert report.faults == []
    assert keys["KP-PYO"] not in "\n".join(report.lines)
    for wrong in (f"KP-PYO={'0' * 64}", f"US-WAS={keys['KP-PYO']}", "KP-PYO=x"):
        assert verify.check_kit(str(kit), pinned=[wrong]).faults == ["keys"]


TRAIL_EDITS = {
    "edited": lambda x: [
        x[0],
        x[1].replace('"action"', '"action" ').replace("office", "orifice"),
        *x[2:],
    ],
    "deleted": lambda x: x[:1] + x[2:],
    "reordered": lambda x: [x[1], x[0], *x[2:]],
    "no JSON": lambda x: ["{\n", *x[1:]],
    "no object": lambda x: ["[]\n", *x[1:]],
}


@pytest.mark.parametrize("kind", TRAIL_EDITS)
def test_every_change_of_the_trail_has_its_line(kit, trail, kind):
    lines = TRAIL_EDITS[kind](trail.read_text("utf-8").splitlines(keepends=True))
    trail.write_text("".join(lines), "utf-8")
    found = verify.check_kit(str(kit), trail=str(trail)).faults
    at = 1 if kind in {"reordered", "no JSON", "no object"} else 2
    assert found[0] == f"{trail}:{at}"


def test_a_trail_cut_or_rewritten_whole_does_not_fit_its_marks(kit, trail):
    """EV2: a chain that holds by itself, and still is not the one of that time."""
    lines = trail.read_text("utf-8").splitlines(keepends=True)
    trail.write_text("".join(lines[:-2]), "utf-8")
    cut = verify.check_kit(str(kit), trail=str(trail)).faults
    assert len(cut) == 1
    assert cut[0].startswith("anchors.txt, sangbong/KR-SEL>KP-PYO ")
    previous, rewritten = "0" * 64, []
    for line in lines:
        entry = {**json.loads(line), "staff": "nobody", "previous": previous}
        entry.pop("digest")
        previous = sha256(canonical_bytes(entry)).hexdigest()
        rewritten.append(json.dumps({**entry, "digest": previous}, ensure_ascii=False) + "\n")
    trail.write_text("".join(rewritten), "utf-8")
    assert len(verify.check_kit(str(kit), trail=str(trail)).faults) == 3


def test_a_kit_is_not_written_over_anything(kit, now, tmp_path):
    for path in (kit, tmp_path / "nowhere" / "kit.zip"):
        with pytest.raises(SangbongError, match=r"liaison\.kit_unwritable"):
            write_kit(path, now=now)


def test_of_many_checkpoints_the_last_and_the_last_cosigned_are_shown():
    """KT4."""
    one = CheckpointView(0, b"", 1, b"", b"", 0)
    rows = [replace(one, size=n, seconds=int(n < 900)) for n in range(1, 1_001)]
    shown = thinned(rows)

    assert len(shown) <= writing.CHECKPOINTS_MAX
    assert {899, 1_000} <= {row.size for row in shown}
    assert thinned([]) == []
    assert thinned(rows[:3]) == rows[:3]


def test_a_kit_before_any_contact_is_a_kit_too(office, now, tmp_path, capsys):
    record_audit(now=now, actor=Actor("noh", "audit"), action="test.deed")
    path = tmp_path / "kit.zip"
    assert write_kit(path, now=now) == []
    assert verify.main([str(path)]) == 0
    assert "KR-SEL" in capsys.readouterr().out
