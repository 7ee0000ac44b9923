"""Signed notes and checkpoints against published ones, and every malformed one (rules CP1 to CP7)."""

from __future__ import annotations

from base64 import b64decode, b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.adapters.sealing import CounterpartVerifier
from sangbong.liaison.core.evidence.checkpoint import (
    COSIGNATURE,
    LOG_SIGNATURE,
    NOTE_BYTES_MAX,
    Checkpoint,
    Note,
    NoteKey,
    NoteSignature,
    Origin,
    check_cosigned,
    check_note,
    cosign,
    key_id,
    office_key_name,
    read_checkpoint,
    read_note,
    read_origin,
    sign_checkpoint,
)

SEOUL, PYONGYANG = OfficeCode("KR-SEL"), OfficeCode("KP-PYO")
SIGNER = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = SIGNER.public_key().public_bytes_raw()
ORIGIN = Origin(SEOUL, PYONGYANG)
CHECKPOINT = Checkpoint(ORIGIN, 21, bytes(32))
NOTE = sign_checkpoint(CHECKPOINT, signer=SIGNER, public=PUBLIC)

# Source: C2SP signed-note v1.0.0, section on verifier keys (its example key and note).
SPEC_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
SPEC_NOTE = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
# Source: golang.org/x/mod/sumdb/note, example_test.go (ExampleSign, ExampleOpen).
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_SECRET = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
# Source: C2SP tlog-cosignature v1.0.0, the example at its beginning (its keys are not published).
SPEC_COSIGNED = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
)
# Source: a checkpoint that the public staging log arche2025h1 issued on 2026-05-23 and four public
# witnesses cosigned; the two keys as their operators publish them.
LIVE_LOG_KEY = (
    "arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f"
)
LIVE_WITNESS_KEY = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"
LIVE_NOTE = (
    "arche2025h1.staging.ct.transparency.dev\n1432088532\n"
    "U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=\n\n"
    "— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=\n"
    "— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=\n"
    "— transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==\n"
    "— witness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==\n"
    "— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==\n"
    "— witness.stagemole.eu Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==\n"
)


def published(text: str) -> tuple[NoteKey, int, str]:
    """A key in its published form, its type, and the id that it says."""
    name, shown, encoded = text.split("+", 2)
    kind, public = b64decode(encoded)[0], b64decode(encoded)[1:]
    verifier = CounterpartVerifier(Ed25519PublicKey.from_public_bytes(public))
    return NoteKey(name, public, verifier), kind, shown


def own_key(name: str = str(ORIGIN), public: bytes = PUBLIC) -> NoteKey:
    return NoteKey(name, public, CounterpartVerifier(SIGNER.public_key()))


@pytest.mark.parametrize("text", [SPEC_KEY, GO_KEY, LIVE_LOG_KEY, LIVE_WITNESS_KEY])
def test_the_id_of_every_published_key(text):
    """C3."""
    key, kind, shown = published(text)

    assert key.id(kind).hex() == shown


@pytest.mark.parametrize(
    ("text", "key"), [(SPEC_NOTE, SPEC_KEY), (GO_NOTE, GO_KEY), (LIVE_NOTE, LIVE_LOG_KEY)]
)
def test_every_published_note_is_believed(text, key):
    """C1, CP2, CP4: the live note has signatures of keys that we do not know, one by the same name."""
    note = read_note(text.encode())
    check_note(note, key=published(key)[0])

    assert note.encode() == text.encode()
    with pytest.raises(SangbongError, match=r"liaison\.note_unsigned"):
        check_note(Note("Another text.\n", note.signatures), key=published(key)[0])


def test_our_signing_makes_the_published_signature():
    """C2, CP3: deterministic, so the whole note is equal."""
    key, _, _ = published(GO_KEY)
    signer = Ed25519PrivateKey.from_private_bytes(b64decode(GO_SECRET)[1:])
    text = GO_NOTE.rpartition("\n\n")[0] + "\n"
    made = NoteSignature(key.name, key.id(LOG_SIGNATURE), signer.sign(text.encode()))

    assert Note(text, (made,)).encode() == GO_NOTE.encode()


def test_a_published_cosignature_is_believed_with_its_time():
    """C7."""
    note = read_note(LIVE_NOTE.encode())

    assert check_cosigned(note, key=published(LIVE_WITNESS_KEY)[0]) == 1779573024
    example = read_note(SPEC_COSIGNED.encode()).signatures[1]
    assert int.from_bytes(example.signature[:8], "big") == 1679315147
    assert len(example.signature) == 8 + 64


def test_a_checkpoint_comes_back_as_it_was_signed():
    """C5, CP6."""
    note = read_note(NOTE)
    check_note(note, key=own_key())

    assert read_checkpoint(note.text) == CHECKPOINT
    assert note.text == f"sangbong/KR-SEL>KP-PYO\n21\n{b64encode(bytes(32)).decode()}\n"


def test_a_later_incarnation_keeps_a_log_of_its_own():
    """C6."""
    assert str(Origin(SEOUL, PYONGYANG, 2)) == "sangbong/KR-SEL.2>KP-PYO"
    assert read_origin("sangbong/KR-SEL.2>KP-PYO") == Origin(SEOUL, PYONGYANG, 2)


def test_a_cosignature_is_over_the_text_and_its_time():
    """C7."""
    name = office_key_name(PYONGYANG)
    data = cosign(CHECKPOINT.text(), seconds=1529888400, name=name, signer=SIGNER, public=PUBLIC)
    note = read_note(data)

    assert check_cosigned(note, key=own_key(name)) == 1529888400
    line = note.signatures[0]
    assert line.key_id == key_id(name, PUBLIC, COSIGNATURE)
    for signature in (
        bytes(7) + b"\x01" + line.signature[8:],
        line.signature[:-1],
        bytes(8),
        b"\xff" * 8 + line.signature[8:],
    ):
        forged = Note(note.text, (NoteSignature(name, line.key_id, signature),))
        with pytest.raises(SangbongError, match=r"liaison\.note_unsigned"):
            check_cosigned(forged, key=own_key(name))
    with pytest.raises(SangbongError, match=r"liaison\.note_unsigned"):
        check_cosigned(note, key=own_key("sangbong/US-WAS"))


def test_one_false_signature_of_a_known_key_spoils_the_note():
    """C4."""
    true = read_note(NOTE)
    false = NoteSignature(str(ORIGIN), own_key().id(LOG_SIGNATURE), bytes(64))

    for lines in ((*true.signatures, false), (false, *true.signatures)):
        with pytest.raises(SangbongError, match=r"liaison\.note_unsigned"):
            check_note(Note(true.text, lines), key=own_key())
    stranger = NoteSignature(str(ORIGIN), bytes(4), bytes(64))
    check_note(Note(true.text, (stranger, *true.signatures)), key=own_key())


LINE = "— a " + b64encode(bytes(68)).decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "text",
        "text\n",
        "text\n\n",
        "text\n\n\n",
        f"text\n{LINE}\n",
        f"text\n\n{LINE}",
        f"text\n\n{LINE}\n\n",
        f"text\n\n{LINE} \n",
        f"text\n\n- a {LINE[4:]}\n",
        f"text\n\n—  {LINE[4:]}\n",
        f"text\n\n— {LINE[4:]}\n",
        f"text\n\n— a+b {LINE[4:]}\n",
        f"text\n\n— a\u00a0b {LINE[4:]}\n",
        f"text\n\n— a {b64encode(bytes(4)).decode()}\n",
        "text\n\n— a AAA\n",
        "text\n\n— a AAAAAAB=\n",
        "text\n\n— a AAAA AAAA\n",
        "text\n\n— a é===\n",
        f"te\txt\n\n{LINE}\n",
        f"text\r\n\n{LINE}\n",
        "text\n\n" + f"{LINE}\n" * 17,
        "x" * NOTE_BYTES_MAX + f"\n\n{LINE}\n",
    ],
)
def test_every_malformed_note_is_one_coded_error(text):
    """C1, CP2."""
    with pytest.raises(SangbongError, match=r"liaison\.note_garbled"):
        read_note(text.encode())


def test_a_note_is_utf_8():
    """C1."""
    with pytest.raises(SangbongError, match=r"liaison\.note_garbled"):
        read_note(b"\xff\n\n" + LINE.encode() + b"\n")


ROOT = b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"sangbong/KR-SEL>KP-PYO\n1\n{ROOT}\nmore\n",
        f"sangbong/KR-SEL>KP-PYO\n1\n{ROOT}\n\n",
        f"sangbong/KR-SEL>KP-PYO\n01\n{ROOT}\n",
        f"sangbong/KR-SEL>KP-PYO\n+1\n{ROOT}\n",
        f"sangbong/KR-SEL>KP-PYO\n-1\n{ROOT}\n",
        f"sangbong/KR-SEL>KP-PYO\n{2**48 + 1}\n{ROOT}\n",
        f"sangbong/KR-SEL>KP-PYO\n1\n{ROOT[:-4]}\n",
        f"sangbong/KR-SEL>KP-PYO\n1\n{ROOT[:-2]}B=\n",
        f"example.com/log\n1\n{ROOT}\n",
        f"sangbong/KR-SEL>KR-SEL\n1\n{ROOT}\n",
        f"sangbong/KR-SEL.1>KP-PYO\n1\n{ROOT}\n",
        f"sangbong/KR-SEL.02>KP-PYO\n1\n{ROOT}\n",
        f"sangbong/KR-SEL.9999999999>KP-PYO\n1\n{ROOT}\n",
    ],
)
def test_every_malformed_checkpoint_is_one_coded_error(text):
    """C5, CP6."""
    with pytest.raises(SangbongError, match=r"liaison\.checkpoint_garbled"):
        read_checkpoint(text)


@given(st.integers(0, len(NOTE) * 8 - 1))
def test_no_flipped_bit_of_a_note_is_believed(place):
    """C1 to CP5."""
    altered = bytearray(NOTE)
    altered[place // 8] ^= 1 << place % 8
    with pytest.raises(SangbongError):
        check_note(read_note(bytes(altered)), key=own_key())


def outcome(data: bytes) -> bytes | str:
    """The note written back, or the code of its refusal."""
    try:
        return read_note(data).encode()
    except SangbongError as fault:
        return fault.code


@given(st.binary(max_size=300))
def test_any_bytes_are_a_note_or_one_coded_error(data):
    """C1, CP2: what is read is written back the same."""
    assert outcome(data) in {data, "liaison.note_garbled"}
