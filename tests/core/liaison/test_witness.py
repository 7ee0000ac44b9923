"""Two offices as log and witness of each other (rules LK1 to LK3, LW1 to LW8, EV1 to EV6, EQ1 to EQ6)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from sangbong.kernel.canonical import canonical_bytes
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.lab.forks import LogKeeper, lied
from sangbong.liaison.adapters.sealing import CounterpartVerifier
from sangbong.liaison.core.evidence import equivocation, evidence
from sangbong.liaison.core.evidence.checkpoint import (
    Checkpoint,
    Origin,
    cosign,
    read_note,
    sign_checkpoint,
)
from sangbong.liaison.core.evidence.equivocation import (
    Finding,
    ProofKind,
    check_proof,
    proof_digest,
)
from sangbong.liaison.core.evidence.evidence import (
    Act,
    Leaf,
    read_message,
    trail_digest,
    trail_salt,
    write_message,
)
from sangbong.liaison.core.evidence.merkle import Frontier
from sangbong.liaison.core.evidence.witness import Shown, Verdict, judge_message

AT = datetime(2018, 6, 25, 1, 0, tzinfo=UTC)
SEOUL, PYONGYANG = OfficeCode("KR-SEL"), OfficeCode("KP-PYO")
SECONDS = int(AT.timestamp())


def pair() -> tuple[LogKeeper, LogKeeper]:
    return (
        LogKeeper(SEOUL, PYONGYANG, sha256(b"seoul").digest()),
        LogKeeper(PYONGYANG, SEOUL, sha256(b"pyongyang").digest()),
    )


def contact(one: LogKeeper, two: LogKeeper, now: datetime = AT) -> tuple[Verdict, Verdict]:
    """What `two` makes of `one`, then what `one` makes of the answer."""
    seen = two.see(one.show(), of=one, now=now)
    return seen, one.see(two.show(), of=two, now=now)


def met(acts: int = 5) -> tuple[LogKeeper, LogKeeper]:
    """Two offices after a few deeds of the first and a contact."""
    one, two = pair()
    for n in range(acts):
        one.act(str(n))
    contact(one, two)
    return one, two


def resigned(keeper: LogKeeper, value, **changes):
    """A message with other members, signed again."""
    told = {name: member for name, member in {**value, **changes}.items() if name != "signature"}
    digest = sha256(canonical_bytes(told)).digest()
    return {**told, "signature": keeper.key.sign(evidence.PURPOSE_TAG + digest).hex()}


def verifier_of(public: bytes) -> CounterpartVerifier:
    return CounterpartVerifier(Ed25519PublicKey.from_public_bytes(public))


def checked(proof: bytes) -> Finding:
    return check_proof(proof, verifier_of=verifier_of)


def test_a_leaf_is_canonical_and_says_nothing_but_kind_digest_and_number():
    """V1."""
    leaf = Leaf("dispatch", "ab" * 32, 7)

    assert leaf.encode() == canonical_bytes({"digest": "ab" * 32, "kind": "dispatch", "number": 7})


def test_the_trails_head_is_salted_by_what_only_its_keeper_can_make():
    """V2."""
    one, two = pair()
    salt = trail_salt(one.key, origin=str(one.origin), number=3)

    assert salt == trail_salt(one.key, origin=str(one.origin), number=3)
    others = {
        trail_salt(two.key, origin=str(one.origin), number=3),
        trail_salt(one.key, origin=str(one.origin), number=4),
        trail_salt(one.key, origin=str(two.origin), number=3),
    }
    assert salt not in others
    assert trail_digest(salt, "00" * 32) != sha256(bytes(32)).hexdigest()


def test_each_contact_cosigns_and_the_next_one_brings_the_cosignature():
    """W6, LW8, LW9, EV5."""
    one, two = pair()
    one.act("a note")
    seen, answered = contact(one, two)

    assert (seen.shown, answered.shown) == (Shown.COSIGNED, Shown.COSIGNED)
    kept = one.book.cosigned(one.origin)
    assert kept is not None
    assert (kept.frontier.size, kept.seconds) == (1, SECONDS)
    later = AT + timedelta(hours=1)
    two.act("an answer", Act.RECEIVED)
    seen, answered = contact(one, two, later)
    assert (seen.shown, answered.shown) == (Shown.KNOWN, Shown.COSIGNED)
    assert two.book.logs[one.origin].whole_before == SECONDS
    assert two.book.stored[one.origin] == one.book.stored[one.origin]
    assert one.book.stored[two.origin] == two.book.stored[two.origin]


def test_nothing_shown_is_nothing():
    """V3."""
    one, two = pair()

    assert one.see({}, of=two, now=AT) == Verdict(Shown.NOTHING)


def test_a_long_log_is_shown_in_several_contacts():
    """V4."""
    one, two = pair()
    for n in range(evidence.LEAVES_MAX + 3):
        one.act(str(n))
    first = two.see(one.show(), of=one, now=AT)
    assert first.shown is Shown.COSIGNED
    assert two.book.logs[one.origin].size == evidence.LEAVES_MAX
    again = two.see(one.show(), of=one, now=AT)
    assert again.shown is Shown.KNOWN
    one.see(two.show(), of=two, now=AT)
    assert two.see(one.show(), of=one, now=AT).shown is Shown.COSIGNED
    assert two.book.logs[one.origin].size == evidence.LEAVES_MAX + 3


@given(st.randoms(use_true_random=False))
def test_honest_histories_are_never_accused_whatever_the_way_does(dice):
    """All rules: lost, late, twice, swapped; either side put back from a backup in a new incarnation."""
    one, two = pair()
    sticks, backups, acts = [], {one.office: one.book.copy(), two.office: two.book.copy()}, 0
    for _ in range(40):
        who = dice.choice((one, two))
        match dice.choice(("act", "act", "show", "carry", "carry", "backup", "restore")):
            case "act":
                acts += 1
                who.act(str(acts), dice.choice(list(Act)))
            case "show":
                sticks.append((who.office, who.show()))
            case "carry" if sticks:
                sender, value = dice.choice(sticks)
                reader, writer = (two, one) if sender == one.office else (one, two)
                seen = reader.see(value, of=writer, now=AT)
                assert seen.proofs == ()
                assert seen.shown is not Shown.DISPUTED
            case "backup":
                backups[who.office] = who.book.copy()
            case "restore":
                who.book = backups[who.office].copy()
                who.incarnation += 1
    for _ in range(3):
        contact(one, two)
    seen, answered = contact(one, two)
    assert (seen.shown, answered.shown) == (Shown.KNOWN, Shown.KNOWN)
    assert not seen.forgotten
    assert not answered.forgotten


@given(st.integers(1, 12), st.randoms(use_true_random=False))
def test_every_fork_is_found_at_the_next_contact_and_proved(acts, dice):
    """W4, LW6, LW7, EQ2, EQ3."""
    one, two = met(acts)
    for n in range(dice.randrange(4)):
        one.act(f"later {n}")
    liar = lied(one, held=acts, dice=dice)
    seen = two.see(liar.show(), of=one, now=AT)

    if len(liar.book.stored[one.origin]) < acts and seen.shown is Shown.KNOWN:
        pytest.fail("a cut log was taken for the beginning of the true one")
    assert seen.shown is Shown.DISPUTED
    (proof,) = seen.proofs
    found = checked(proof)
    assert (found.accused, found.about) == (SEOUL, str(one.origin))
    assert found.keys == (one.public.public,)
    after = two.see(liar.show(), of=one, now=AT)
    assert (after.shown, after.proofs) == (Shown.DISPUTED, ())


def test_a_liar_that_lets_leaves_and_root_disagree_is_proved_too():
    """W6, EQ3: it signed both."""
    one, two = met()
    one.act("later")
    value = one.show()
    root = sign_checkpoint(
        Checkpoint(one.origin, 6, bytes(32)), signer=one.key, public=one.public.public
    )
    false = resigned(one, value, checkpoint=root.decode())
    (proof,) = two.see(false, of=one, now=AT).proofs

    assert checked(proof).kind is ProofKind.EXTENSION


def test_a_liar_that_tells_old_leaves_otherwise_is_proved_though_its_root_is_true():
    """LW6, EQ3: what it says of its past it signed too."""
    one, two = met()
    one.act("later")
    log = one.book.logs[one.origin]
    one.book.logs[one.origin] = replace(log, told=3)
    value = one.show()
    false = resigned(one, value, leaves=[["dispatch", "00" * 32], *value["leaves"][1:]])
    (proof,) = two.see(false, of=one, now=AT).proofs

    assert checked(proof).kind is ProofKind.EXTENSION


def test_leaves_that_do_not_fit_a_first_checkpoint_contradict_nothing():
    """W6: refused, and nobody is accused."""
    one, two = pair()
    one.act("first")
    value = resigned(one, one.show(), leaves=[["dispatch", "00" * 32]])
    with pytest.raises(SangbongError, match=r"liaison\.evidence_garbled"):
        two.see(value, of=one, now=AT)
    assert two.see(one.show(), of=one, now=AT).shown is Shown.COSIGNED


def test_a_witness_put_back_from_a_backup_asks_from_where_it_stands():
    """W5."""
    one, two = met()
    backup = two.book.copy()
    one.act("later")
    contact(one, two)
    two.book = backup
    one.act("still later")
    assert two.see(one.show(), of=one, now=AT).shown is Shown.GAP
    one.see(two.show(), of=two, now=AT)
    assert two.see(one.show(), of=one, now=AT).shown is Shown.COSIGNED


def test_a_keeper_put_back_learns_that_it_forgot_and_begins_a_new_log():
    """K3, LW3."""
    one, two = met()
    backup = one.book.copy()
    one.act("forgotten")
    contact(one, two)
    one.book = backup
    assert one.see(two.show(), of=two, now=AT).forgotten
    one.incarnation = 2
    one.act("after")
    text = read_note(backup.checkpoints[Origin(SEOUL, PYONGYANG)][5].note).text
    restored = Leaf(Act.RESTORED.value, sha256(text.encode()).hexdigest(), 1)
    assert one.book.stored[one.origin][0] == restored
    seen, answered = contact(one, two)
    assert (seen.shown, seen.restored) == (Shown.COSIGNED, True)
    assert not answered.forgotten
    old = replace(one, incarnation=1)
    old.book = backup
    assert two.see(old.show(), of=one, now=AT).shown is Shown.EARLIER


def test_an_earlier_self_learns_that_a_later_one_was_seen():
    """W3, LW5: the database and the file beside it were both put back."""
    one, two = met()
    backup = one.book.copy()
    one.incarnation = 2
    one.act("after")
    contact(one, two)
    one.book, one.incarnation = backup, 1
    assert one.see(two.show(), of=two, now=AT).forgotten


@pytest.mark.parametrize("place", ["leaf", "frontier", "kept", "note"])
def test_a_flipped_bit_in_storage_stops_the_signing(place):
    """K2."""
    one, _ = met()
    book, origin = one.book, one.origin
    if place != "kept":
        one.act("later")
    log, kept = book.logs[origin], book.checkpoints[origin][5]
    flipped = Frontier(kept.frontier.size, (bytes(32), *kept.frontier.hashes[1:]))
    match place:
        case "leaf":
            book.stored[origin][5] = Leaf("dispatch", "00" * 32, 6)
        case "frontier":
            hashes = (*log.frontier.hashes[:-1], bytes(32))
            book.logs[origin] = replace(log, frontier=Frontier(log.size, hashes))
        case "kept":
            book.checkpoints[origin][5] = replace(kept, frontier=flipped)
        case "note":
            other = Checkpoint(origin, 5, bytes(32))
            note = sign_checkpoint(other, signer=one.key, public=one.public.public)
            book.checkpoints[origin][5] = replace(kept, note=note)
    before = one.book.copy()
    with pytest.raises(SangbongError, match=r"liaison\.log_damaged"):
        one.show()
    assert one.book == before


def test_a_new_key_signs_the_same_checkpoint_again_and_keeps_its_cosignature():
    """LW1: the message and its checkpoint are of one generation."""
    one, two = met()
    one.secret, one.generation = sha256(b"seoul, the second").digest(), 2
    value = one.show()

    assert value["signer"] == 2
    assert two.see(value, of=one, now=AT).shown is Shown.KNOWN
    kept = one.book.cosigned(one.origin)
    assert kept is not None
    assert (kept.generation, kept.public, kept.seconds) == (2, one.public.public, SECONDS)
    two.act("an answer")
    contact(one, two)
    one.secret, one.generation = sha256(b"seoul, the third").digest(), 3
    assert contact(one, two)[0].shown is Shown.KNOWN
    given = two.book.cosigned(two.origin)
    assert given is not None
    assert (given.frontier.size, given.seconds) == (1, SECONDS)


def test_a_cosignature_over_what_we_never_signed_is_stray():
    """W2."""
    one, two = met()
    for origin in (one.origin, Origin(SEOUL, OfficeCode("US-WAS")), two.origin):
        text = Checkpoint(origin, 5, bytes(32)).text()
        false = cosign(
            text, seconds=9, name="sangbong/KP-PYO", signer=two.key, public=two.public.public
        )
        value = resigned(two, two.show(), cosigned=false.decode())
        assert one.see(value, of=two, now=AT).stray
    kept = one.book.cosigned(one.origin)
    assert kept is not None
    assert kept.seconds == SECONDS


def test_an_older_cosignature_changes_nothing():
    """W2: sticks come in any order."""
    one, two = met()
    text = read_note(one.show()["checkpoint"].encode()).text  # type: ignore[union-attr]
    older = cosign(
        text, seconds=SECONDS - 9, name="sangbong/KP-PYO", signer=two.key, public=two.public.public
    )
    value = resigned(two, two.show(), cosigned=older.decode())
    assert not one.see(value, of=two, now=AT).stray
    kept = one.book.cosigned(one.origin)
    assert kept is not None
    assert kept.seconds == SECONDS


def test_what_is_not_signed_by_its_keeper_is_not_witnessed():
    """W1."""
    one, two = met()
    value = one.show()
    stranger = replace(one, secret=sha256(b"stranger").digest())
    false = sign_checkpoint(
        Checkpoint(one.origin, 5, bytes(32)), signer=stranger.key, public=stranger.public.public
    )
    for told, code in (
        ({**value, "heard": 1}, r"liaison\.evidence_unsigned"),
        (resigned(stranger, value), r"liaison\.evidence_unsigned"),
        (resigned(one, value, checkpoint=false.decode()), r"liaison\.note_unsigned"),
    ):
        with pytest.raises(SangbongError, match=code):
            two.see(told, of=one, now=AT)


def test_another_log_is_not_witnessed():
    """W1."""
    one, two = met()
    washington = LogKeeper(SEOUL, OfficeCode("US-WAS"), one.secret)
    for value in (washington.show(), two.show()):
        with pytest.raises(SangbongError, match=r"liaison\.checkpoint_other_log"):
            two.see(value, of=one, now=AT)


GARBLED = [
    {"from": 4},
    {"from": 6},
    {"from": -1},
    {"have": [1]},
    {"have": 1},
    {"have": [0, 0]},
    {"have": [1, -1]},
    {"heard": -1},
    {"leaves": [["dispatch", "00" * 32]]},
    {"leaves": [["Dispatch", "00" * 32]], "from": 4},
    {"leaves": [["dispatch", "00" * 31]], "from": 4},
    {"leaves": [["dispatch", 0]], "from": 4},
    {"leaves": [7], "from": 4},
    {"signer": 0},
    {"more": 1},
    {"checkpoint": 1},
    {"checkpoint": "x" * 20_000},
    {"cosigned": "\ud800"},
]


@pytest.mark.parametrize("changes", GARBLED)
def test_every_malformed_message_is_one_coded_error(changes):
    """V3, EV4."""
    one, two = met()
    value = {**one.show(), **changes}
    with pytest.raises(SangbongError, match=r"liaison\.evidence_garbled"):
        two.see(value, of=one, now=AT)


def test_a_message_of_another_version_is_named_so():
    """V3."""
    one, two = met()
    with pytest.raises(SangbongError, match=r"liaison\.version_unknown"):
        two.see({**one.show(), "version": 2}, of=one, now=AT)
    with pytest.raises(SangbongError, match=r"liaison\.evidence_garbled"):
        two.see({**one.show(), "version": "1"}, of=one, now=AT)


def test_a_message_comes_back_as_it_was_written():
    """V3 to EV6."""
    one, _ = met()
    one.act("later")
    message = read_message(one.show())

    assert message.checkpoint.size == 6
    assert (message.start, message.have_incarnation, message.have_size) == (5, 1, 0)
    assert message.leaves == (one.book.stored[one.origin][5],)
    assert message.cosigned is not None
    assert message.heard == SECONDS
    message.check_signed(key=one.public)


def proofs() -> tuple[bytes, bytes]:
    """One proof by roots and one by extension."""
    one, two = met()
    cut = one.rewritten([Leaf("dispatch", "00" * 32, 1)], told=0)
    roots = two.see(cut.show(), of=one, now=AT).proofs
    one, two = met()
    longer = [*one.book.stored[one.origin][1:], *[Leaf("dispatch", "00" * 32, 1)] * 3]
    extension = two.see(one.rewritten(longer, told=3).show(), of=one, now=AT).proofs
    return roots[0], extension[0]


def test_each_proof_tells_its_kind():
    roots, extension = proofs()

    assert checked(roots).kind is ProofKind.ROOTS
    assert checked(extension).kind is ProofKind.EXTENSION
    assert len(json.loads(extension)["signed"]["between"]) == 2
    assert proof_digest(roots) == sha256(roots).hexdigest()


@given(st.sampled_from([0, 1]), st.data())
def test_no_altered_proof_accuses(which, data):
    """P1 to EQ5: any changed byte that is not mere remark (`at`, `by`) breaks it."""
    whole = PROOFS[which]
    place = data.draw(st.integers(0, len(whole) - 1))
    altered = bytearray(whole)
    altered[place] ^= 1 << data.draw(st.integers(0, 7))
    try:
        found = checked(bytes(altered))
    except SangbongError:
        return
    was, now = json.loads(whole), json.loads(bytes(altered))
    changed = {name for name in was if was[name] != now[name]}
    assert found == checked(whole)
    assert changed <= {"at", "by"}


PROOFS = proofs()


def test_what_agrees_accuses_nobody():
    """P6."""
    one, two = met()
    value = json.loads(PROOFS[0])
    first = value["signed"]["first"]
    root = Frontier().extended(leaf.hash() for leaf in one.book.stored[one.origin]).root()
    agreeing = {**value["signed"], "second": first, "root": root.hex(), "path": []}
    with pytest.raises(SangbongError, match=r"liaison\.proof_empty"):
        checked(canonical_bytes({**value, "signed": agreeing}))
    one.act("later")
    extended = json.loads(PROOFS[1])
    kept = two.book.stored[one.origin]
    extended["signed"] = {
        "between": [],
        "first": first,
        "frontier": [one.hex() for one in Frontier().extended(x.hash() for x in kept).hashes],
        "message": one.show(),
    }
    with pytest.raises(SangbongError, match=r"liaison\.proof_empty"):
        checked(canonical_bytes(extended))


def test_a_proof_says_which_office_and_by_which_key():
    """P5."""
    value = json.loads(PROOFS[0])
    stranger = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()
    for changes in (
        {"accused": "US-WAS"},
        {"keys": []},
        {"keys": [[2, value["keys"][0][1]]]},
        {"keys": [[1]]},
        {"keys": [1]},
        {"keys": [[1, stranger.hex()]]},
        {"keys": [[1, "00"]]},
        {"kind": "numbers"},
        {"kind": "other"},
        {"version": 2},
        {"version": "1"},
        {"at": "today"},
        {"by": "nobody"},
        {"more": 1},
        {"signed": {**value["signed"], "path": [1]}},
        {"signed": {**value["signed"], "root": "00" * 32}},
        {"signed": {**value["signed"], "first": {"note": "x", "signer": 1}}},
    ):
        with pytest.raises(SangbongError):
            checked(canonical_bytes({**value, **changes}))


def test_a_file_larger_than_any_proof_is_not_read(monkeypatch):
    """P1."""
    monkeypatch.setattr(equivocation, "PROOF_BYTES_MAX", 10)
    with pytest.raises(SangbongError, match=r"liaison\.proof_garbled"):
        checked(PROOFS[0])


def test_two_sizes_of_which_the_first_is_not_a_beginning_are_no_extension():
    """P3."""
    value = json.loads(PROOFS[1])
    one, two = met()
    same = two.see(one.show(), of=one, now=AT)
    assert same.shown is Shown.KNOWN
    for changes in (
        {"message": one.show(), "frontier": value["signed"]["frontier"]},
        {"between": []},
    ):
        with pytest.raises(SangbongError, match=r"liaison\.proof_garbled"):
            checked(canonical_bytes({**value, "signed": {**value["signed"], **changes}}))


def test_write_message_is_what_show_writes():
    """V6: signing is deterministic."""
    one, _ = met()
    value = one.show()
    again = write_message(
        checkpoint=value["checkpoint"].encode(),  # type: ignore[union-attr]
        cosigned=value["cosigned"].encode(),  # type: ignore[union-attr]
        start=5,
        leaves=[],
        have=(1, 0),
        heard=SECONDS,
        identity=one.identity,
    )
    assert again == value


def test_judging_needs_no_more_than_a_book():
    one, two = pair()
    verdict = judge_message(
        two.book,
        one.show(),
        own=two.origin,
        identity=two.identity,
        key_of=lambda _: one.public,
        now=AT,
    )
    assert verdict == Verdict(Shown.COSIGNED, owed=True)
