"""The auditor's single file: its own Ed25519, trees and notes, against vectors and other code."""

from __future__ import annotations

import ast
import json
import runpy
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st
from tests.core.liaison.test_witness import AT, PROOFS, met

from sangbong.cli.kit import verify
from sangbong.kernel.canonical import canonical_bytes
from sangbong.kernel.ids import OfficeCode
from sangbong.lab.forks import LogKeeper
from sangbong.liaison.core.evidence import merkle
from sangbong.liaison.core.evidence.checkpoint import Checkpoint, Origin, cosign, sign_checkpoint
from sangbong.liaison.core.evidence.equivocation import ProofKind, numbers_proof, write_proof
from sangbong.liaison.core.evidence.evidence import Leaf
from sangbong.liaison.core.wire.envelope import NO_PREVIOUS, Header, digest_of, write_envelope
from sangbong.liaison.core.wire.ports import SEAL_OVERHEAD_BYTES
from sangbong.liaison.core.wire.sizes import BODY_CLASS_MIN

# Source: RFC 8032 section 7.1, tests 1 to 3: public key, message, signature.
RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]
SOURCE = Path(verify.__file__)


def theirs(public: bytes, signature: bytes, message: bytes) -> bool:
    """What the library says."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def test_the_file_needs_nothing_but_the_standard_library():
    names = set()
    for node in ast.walk(ast.parse(SOURCE.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {one.name.partition(".")[0] for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0])
    assert names <= set(sys.stdlib_module_names) | {"__future__"}


@pytest.mark.parametrize(("public", "message", "signature"), RFC_8032)
def test_every_published_signature(public, message, signature):
    key, said, signed = (bytes.fromhex(one) for one in (public, message, signature))

    assert verify.verifies(key, signed, said)
    assert not verify.verifies(key, signed, said + b"x")
    assert theirs(key, signed, said)


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=60), st.data())
def test_signatures_are_judged_as_the_library_judges_them(secret, message, data):
    signer = Ed25519PrivateKey.from_private_bytes(secret)
    public, signature = signer.public_key().public_bytes_raw(), signer.sign(message)
    assert verify.verifies(public, signature, message)
    altered = bytearray(public + signature)
    altered[data.draw(st.integers(0, 95))] ^= 1 << data.draw(st.integers(0, 7))
    key, signed = bytes(altered[:32]), bytes(altered[32:])
    assert verify.verifies(key, signed, message) == theirs(key, signed, message)


def test_a_scalar_beyond_the_order_and_bytes_that_are_no_point_are_refused():
    public, message, signature = (bytes.fromhex(one) for one in RFC_8032[0])
    scalar = int.from_bytes(signature[32:], "little") + verify.ORDER
    beyond = signature[:32] + scalar.to_bytes(32, "little")
    no_points = [b"\xff" * 32, (1 | 1 << 255).to_bytes(32, "little"), bytes([2]) + bytes(31)]

    assert [verify.verifies(key, signature, message) for key in no_points] == [False] * 3
    assert not verify.verifies(public, beyond, message)
    assert not verify.verifies(public[:-1], signature, message)
    assert not verify.verifies(public, signature[:-1], message)


@given(st.integers(0, 70), st.integers(0, 70))
def test_trees_are_those_of_the_core(one, two):
    first, second = sorted((one, two))
    hashes = [merkle.leaf_hash(b"%d" % n) for n in range(second)]
    tree = verify.Tree()
    for n in range(second):
        tree.add(b"%d" % n)
    assert tree.root() == merkle.root_of(hashes)
    path = list(merkle.consistency_proof(hashes, first))
    old, new = merkle.root_of(hashes[:first]), tree.root()
    assert verify.begins(first, old, second, new, path)
    altered = [
        (first, bytes(32), second, new, path),
        (second + 1, old, second, new, path),
        (first, old, second, new, [*path, old]),
        (first, old, second, bytes(32), path) if path else (-1, old, second, new, path),
        (first, old, second, new, path[:-1]) if path else (first, new + b"x", second, new, path),
    ]
    assert [verify.begins(*one) for one in altered] == [False] * 5


def test_a_leaf_is_written_as_the_core_writes_it():
    assert verify.leaf_bytes("dispatch", "ab" * 32, 7) == Leaf("dispatch", "ab" * 32, 7).encode()
    for kind, digest in (("Dispatch", "ab" * 32), ("dispatch", "AB" * 32)):
        with pytest.raises(verify.Wrong):
            verify.leaf_bytes(kind, digest, 1)
    with pytest.raises(verify.Wrong):
        verify.Tree(3, [bytes(32)])


def test_notes_and_cosignatures_are_those_of_the_core():
    one, two = met()
    origin = Origin(one.office, one.other)
    text = Checkpoint(origin, 5, bytes(32)).text()
    key = one.public.public
    note = verify.read_note(
        sign_checkpoint(Checkpoint(origin, 5, bytes(32)), signer=one.key, public=key).decode()
    )
    assert (note.origin, note.office, note.witness) == (str(origin), "KR-SEL", "KP-PYO")
    assert (note.text, note.size, note.root) == (text, 5, bytes(32))
    assert verify.signed_by(note, key)
    assert not verify.signed_by(note, two.public.public)
    given_key = two.public.public
    cosigned = cosign(text, seconds=9, name="sangbong/KP-PYO", signer=two.key, public=given_key)
    read = verify.read_note(cosigned.decode())
    assert verify.cosigned_at(read, given_key) == 9
    assert verify.cosigned_at(read, key) is None
    name, identity, blob = read.signatures[0]
    false = verify.Note(**{**vars(read), "signatures": [(name, identity, bytes(72))]})
    short = verify.Note(**{**vars(read), "signatures": [(name, identity, blob[:-1])]})
    assert verify.cosigned_at(false, given_key) is None
    assert verify.cosigned_at(short, given_key) is None


@pytest.mark.parametrize(
    "text",
    [
        "no note",
        "a\n\nb",
        "sangbong/KR-SEL>KP-PYO\n1\nAAAA\n\n— a b c\n",
        "sangbong/KR-SEL>KP-PYO\n1\nAAAA\n\n- a AAAA\n",
        "sangbong/KR-SEL>KP-PYO\n1\nAAAA\n\n— a AA\n",
        "sangbong/KR-SEL>KP-PYO\n1\nAAAA\n\n— a AAB=\n",
        "sangbong/KR-SEL>KP-PYO\n01\nAAAA\n\n— a AAAA\n",
        "sangbong/KR-SEL\n1\nAAAA\n\n— a AAAA\n",
        "sangbong/KR-SEL>KP-PYO\n1\nAAAA\nmore\n\n— a AAAA\n",
    ],
)
def test_what_is_no_note_is_wrong(text):
    with pytest.raises(verify.Wrong):
        verify.read_note(text)


class Box:
    """A seal of the right length."""

    def seal(self, content: bytes, *, info: bytes) -> bytes:
        return bytes(SEAL_OVERHEAD_BYTES) + content


def numbers(*, other: bytes = b"b", sequence: int = 1, previous: str = NO_PREVIOUS, **changes):
    """A proof by two envelopes."""
    keeper = LogKeeper(OfficeCode("KR-SEL"), OfficeCode("KP-PYO"), sha256(b"seoul").digest())
    first = Header(keeper.office, keeper.other, "notes", 1, NO_PREVIOUS, BODY_CLASS_MIN, 1, 2, 1)
    second = Header(
        keeper.office, keeper.other, "notes", sequence, previous, BODY_CLASS_MIN, 1, 2, 1
    )
    made = [
        write_envelope(header, fill * BODY_CLASS_MIN, sealer=Box(), signer=keeper.key)
        for header, fill in ((first, b"a"), (second, other))
    ]
    proof = write_proof(
        ProofKind.NUMBERS,
        numbers_proof(*made),
        accused=keeper.office,
        by=keeper.other,
        now=AT,
        keys={1: keeper.public.public},
    )
    return canonical_bytes({**json.loads(proof), **changes}), digest_of(made[0])


def test_every_kind_of_proof_is_found_by_this_reading_too():
    two, _ = numbers()
    following, _ = numbers(sequence=2, previous="ab" * 32)

    assert [verify.check_proof(one).kind for one in (*PROOFS, two, following)] == [
        "roots",
        "extension",
        "numbers",
        "numbers",
    ]
    assert verify.check_proof(PROOFS[0]).about == "sangbong/KR-SEL>KP-PYO"
    assert verify.check_proof(two).about == "KR-SEL.2>KP-PYO/notes/1"


def altered(which: int, **changes: object) -> bytes:
    value = json.loads(PROOFS[which])
    return canonical_bytes({**value, "signed": {**value["signed"], **changes}})


def no_proofs() -> list[bytes]:
    one, _ = met()
    first = json.loads(PROOFS[0])["signed"]["first"]
    true = json.loads(PROOFS[1])["signed"]
    root = merkle.root_of(leaf.hash() for leaf in one.book.stored[one.origin]).hex()
    kept = one.book.copy()
    one.act("later")
    shown = one.show()
    hashes = [x.hex() for x in kept.logs[one.origin].frontier.hashes]
    _, digest = numbers()
    return [
        b"",
        b"\xff",
        b"{} ",
        b"[" * 100_000,
        canonical_bytes({}),
        canonical_bytes({**json.loads(PROOFS[0]), "accused": "US-WAS"}),
        canonical_bytes({**json.loads(PROOFS[0]), "keys": []}),
        canonical_bytes({**json.loads(PROOFS[0]), "keys": [[1, "0" * 64]]}),
        canonical_bytes({**json.loads(PROOFS[0]), "keys": [[1, "x"]]}),
        canonical_bytes({**json.loads(PROOFS[0]), "kind": "other"}),
        altered(0, root="00" * 32),
        altered(0, second=first, root=root, path=[]),
        altered(1, message={**true["message"], "heard": 7}),
        altered(1, message=one_at_same_size()),
        altered(1, between=[]),
        altered(1, between=[], frontier=hashes, message=shown),
        numbers(other=b"a")[0],
        numbers(sequence=2, previous=digest)[0],
        numbers(sequence=3, previous=digest)[0],
        numbers(accused="KP-PYO")[0],
        numbers(keys=[[1, "0" * 64]])[0],
        numbers(signed={"first": "?", "second": "?"})[0],
    ]


def one_at_same_size():
    one, _ = met()
    return one.show()


@pytest.mark.parametrize("data", no_proofs())
def test_what_is_no_proof_accuses_nobody(data):
    with pytest.raises(verify.Wrong):
        verify.check_proof(data)


def test_a_proof_file_is_told_in_both_languages(tmp_path, capsys):
    path = tmp_path / "proof.json"
    path.write_bytes(PROOFS[0])
    public = verify.check_proof(PROOFS[0]).keys[1].hex()

    assert verify.main([str(path)]) == 0
    said = capsys.readouterr().out
    assert "KR-SEL에서 서로 맞지 않는 두 가지에 서명했습니다" in said
    assert "KR-SEL signed two things that cannot both be true (sangbong/KR-SEL>KP-PYO)" in said
    assert public in said
    assert verify.main([str(path), "--key", f"KR-SEL={public}"]) == 0
    assert public not in capsys.readouterr().out
    assert verify.main([str(path), "--key", f"KR-SEL={'0' * 64}"]) == 1
    path.write_bytes(PROOFS[0][:-1])
    assert verify.main([str(path)]) == 1
    assert "no proof" in capsys.readouterr().out
    assert verify.main([str(tmp_path / "missing")]) == 2


def test_the_file_runs_by_itself(tmp_path):
    copy = tmp_path / "verify.py"
    copy.write_bytes(SOURCE.read_bytes())
    proof = tmp_path / "proof.json"
    proof.write_bytes(PROOFS[1])
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(copy), str(proof)],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "The proof holds." in done.stdout


def test_run_as_a_programme_it_ends_with_its_status(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["verify.py", str(tmp_path / "missing")])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(SOURCE), run_name="__main__")
    assert ended.value.code == 2
