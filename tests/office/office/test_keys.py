"""Keys of one office over time: what is published, what is destroyed, and what the trail says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from sangbong.kernel.errors import SangbongError
from sangbong.office import operations, queries, tasks
from sangbong.office.adapters import keystore
from sangbong.office.core.actor import Actor
from sangbong.office.core.due import Due
from sangbong.office.core.statement import Standing
from sangbong.office.models import Counterpart
from sangbong.office.queries import Position

pytestmark = pytest.mark.django_db

WHO = Actor("ministry", "keys")


def weeks(now: datetime, count: int) -> datetime:
    return now + timedelta(weeks=count)


@contextmanager
def as_office(settings: object, folder: Path) -> Iterator[None]:
    """Be the office of a folder: its keys only, the database stays."""
    before = settings.OFFICE_HOME  # type: ignore[attr-defined]
    settings.OFFICE_HOME = folder  # type: ignore[attr-defined]
    try:
        yield
    finally:
        settings.OFFICE_HOME = before  # type: ignore[attr-defined]


def deeds() -> list[tuple[str, dict[str, str | int]]]:
    """What the trail tells of keys."""
    return [
        (one.action, dict(one.facts))
        for one in queries.audit_entries()
        if one.action
        not in {"office.found", "office.add_counterpart", "office.confirm_counterpart"}
    ]


def test_a_paper_is_sealed_and_opened_by_the_epoch_of_its_day(
    home: Path, counterpart: object, now: datetime
) -> None:
    chosen = queries.receive_key_for("KP-PYO", weeks(now, 5))  # type: ignore[arg-type]
    assert chosen.number == 3
    assert queries.receive_key_for("KP-PYO", weeks(now, 140)).number == 900_001  # type: ignore[arg-type]
    assert [one.number for one in queries.own_epochs(now) if one.in_use] == [1]
    own = queries.own_statement().epochs[2]
    raw = queries.own_receiving(3)
    assert keystore.receive_key(own.key) is keystore.receive_key(own.key)
    assert queries.own_receiving(3) is raw
    for gone in (66, 5000):
        with pytest.raises(SangbongError, match=r"office\.epoch_gone"):
            queries.own_receiving(gone)


def test_signatures_are_made_and_checked_by_generation(
    home: Path, counterpart: object, now: datetime
) -> None:
    generation, key = queries.own_signer()
    assert generation == 1
    assert key.public_key().public_bytes_raw() == queries.own_statement().newest.key
    queries.verify_key_of("KP-PYO", 1)  # type: ignore[arg-type]
    with pytest.raises(SangbongError, match=r"office\.signer_unknown"):
        queries.verify_key_of("KP-PYO", 2)  # type: ignore[arg-type]
    with pytest.raises(SangbongError, match=r"office\.unknown_counterpart"):
        queries.verify_key_of("US-WAS", 1)  # type: ignore[arg-type]


def test_housekeeping_keeps_two_years_ahead_and_tells_the_trail(
    home: Path, counterpart: object, now: datetime
) -> None:
    assert tasks.keep_keys(now=weeks(now, 24), needed=()) == 0
    assert not queries.renewal_due(weeks(now, 24))
    assert tasks.keep_keys(now=weeks(now, 26), needed=()) == 1
    own = queries.own_statement()
    assert (own.serial, own.epochs[0].number, own.epochs[-1].number) == (2, 14, 79)
    assert [action for action, _ in deeds()] == ["office.renew_keys"]
    assert deeds()[0][1] == {"serial": 2, "digest": own.digest}
    assert tasks.keep_keys(now=weeks(now, 26), needed=()) == 0
    assert queries.own_receiving(79)


def test_a_private_half_is_destroyed_when_all_have_said_so_and_nothing_waits(
    home: Path, counterpart: object, now: datetime
) -> None:
    late = weeks(now, 12)
    path = home / "keys" / "epochs" / "000001.key"
    kept = path.read_bytes()
    twin = home / "twin"
    twin.hardlink_to(path)
    assert tasks.keep_keys(now=late, needed=()) == 0
    operations.note_epochs_done(code="KP-PYO", number=2)  # type: ignore[arg-type]
    assert tasks.keep_keys(now=late, needed={1, 2}) == 0
    assert tasks.keep_keys(now=late, needed={2}) == 1
    assert not path.exists()
    assert twin.read_bytes() != kept
    with pytest.raises(SangbongError, match=r"office\.epoch_gone"):
        queries.own_receiving(1)
    assert tasks.keep_keys(now=late, needed=()) == 1
    assert deeds() == [
        ("office.destroy_epochs", {"first": 1, "last": 1, "count": 1}),
        ("office.destroy_epochs", {"first": 2, "last": 2, "count": 1}),
    ]
    assert [one.number for one in queries.own_epochs(late)][:2] == [1, 2]


def test_the_latest_word_about_epochs_counts_and_none_beyond_what_was_published(
    home: Path, counterpart: object, now: datetime
) -> None:
    operations.note_epochs_done(code="KP-PYO", number=900_000)  # type: ignore[arg-type]
    assert queries.key_standings()[0].epochs_done == 65
    for told in (3, 3):
        operations.note_epochs_done(code="KP-PYO", number=told)  # type: ignore[arg-type]
        assert queries.key_standings()[0].epochs_done == told
    with pytest.raises(SangbongError, match=r"office\.unknown_counterpart"):
        operations.note_epochs_done(code="US-WAS", number=3)  # type: ignore[arg-type]


def test_what_we_say_we_are_done_with_is_never_sealed_to_again(
    home: Path, counterpart: object, now: datetime
) -> None:
    code = queries.counterparts()[0].code
    late = weeks(now, 9)
    assert operations.say_epochs_done(now=late, code=code, on_the_way=[3]) == 2
    assert operations.say_epochs_done(now=late, code=code, on_the_way=[]) == 4
    assert operations.say_epochs_done(now=now, code=code, on_the_way=[]) == 4
    assert queries.receive_key_for(code, now).number == 5


def test_a_rotation_reaches_a_reader_before_its_signature_does(
    home: Path, counterpart: object, now: datetime
) -> None:
    code = queries.counterparts()[0].code
    made = operations.rotate_signer(now=weeks(now, 52), actor=WHO, root=operations.root_at(None))
    assert made.signed_by == (1, 2)
    assert queries.own_signer(code)[0] == queries.own_signer()[0] == 1
    operations.note_serial_known(code=code, serial=99)
    operations.note_serial_known(code=code, serial=1)
    assert queries.own_signer(code)[0] == 2
    assert tasks.keep_keys(now=weeks(now, 64), needed=()) == 0
    assert tasks.keep_keys(now=weeks(now, 65), needed=()) == 1
    assert deeds()[-1] == ("office.destroy_signer", {"generation": 1})
    assert queries.own_signer()[0] == 2
    assert operations.rotate_signer(
        now=weeks(now, 66), actor=WHO, root=operations.root_at(None)
    ).signed_by == (2, 3)


def test_an_old_key_stays_while_one_reader_knows_no_other(
    home: Path, counterpart: object, now: datetime
) -> None:
    operations.rotate_signer(now=now, actor=WHO, root=operations.root_at(None))
    assert tasks.keep_keys(now=weeks(now, 13), needed=()) == 0
    assert queries.own_signer()[0] == 1
    assert Due.BEHIND in {one.due for one in queries.key_notices(now)}


def test_a_revoked_key_signs_no_more_and_is_destroyed(
    home: Path, counterpart: object, now: datetime
) -> None:
    root = operations.root_at(None)
    stood = Standing("ab" * 32, 4, "cd" * 32)
    made = operations.revoke_signer(
        now=now, actor=WHO, root=root, generation=1, standing=[stood], stolen=False
    )
    own = made.statement
    assert made.signed_by == (2,)
    assert own.revoked[0].standing == (stood,)
    assert [one.number for one in own.epochs][:2] == [1, 2]
    assert queries.own_signer()[0] == queries.own_signer(queries.counterparts()[0].code)[0] == 2
    assert not keystore.has_signing(home, 1)
    with pytest.raises(SangbongError, match=r"office\.keys_missing"):
        keystore.signing_key(home, 1)
    for generation, code in ((1, "signer_revoked"), (9, "signer_unknown")):
        with pytest.raises(SangbongError, match=rf"office\.{code}"):
            operations.revoke_signer(
                now=now, actor=WHO, root=root, generation=generation, standing=[], stolen=False
            )
    many = Standing("ab" * 32, 4, "cd" * 32, open=("ef" * 32,) * 4001)
    with pytest.raises(SangbongError, match=r"office\.too_many_open"):
        operations.revoke_signer(
            now=now, actor=WHO, root=root, generation=2, standing=[many], stolen=False
        )
    operations.rotate_signer(now=now, actor=WHO, root=root)
    older = operations.revoke_signer(
        now=now, actor=WHO, root=root, generation=2, standing=[], stolen=False
    )
    assert len(older.statement.signers) == 3


def test_a_stolen_machine_gets_new_keys_of_every_kind_but_the_root(
    home: Path, counterpart: object, now: datetime
) -> None:
    before = queries.own_statement()
    root = operations.root_at(None)
    after = operations.revoke_signer(
        now=weeks(now, 3), actor=WHO, root=root, generation=1, standing=[], stolen=True
    ).statement
    assert after.epochs[0].number == 66
    assert after.epochs[0].first == date(2018, 7, 16)
    assert after.emergencies[0].number == 900_004
    assert after.tls_certificate != before.tls_certificate
    assert after.tls_certificate == queries.own_keys().tls_certificate_path.read_text("ascii")
    assert after.root == before.root
    assert queries.own_receiving(1), "what is on the way can still be opened"
    assert sorted(path.name for path in (home / "keys").iterdir()) == [
        "archive.key", "epochs", "link.crt", "link.key", "lock", "root", "session.key", "signing",
        "statements",
    ]  # fmt: skip


def test_a_root_that_was_taken_out_is_needed_from_then_on(
    home: Path, counterpart: object, now: datetime, tmp_path: Path
) -> None:
    assert queries.root_is_here()
    stick = tmp_path / "stick" / "root"
    operations.take_root_out(now=now, actor=WHO, folder=stick)
    assert not queries.root_is_here()
    assert list((home / "keys" / "root").iterdir()) == []
    with pytest.raises(SangbongError, match=r"office\.root_missing"):
        operations.root_at(None)
    assert tasks.keep_keys(now=weeks(now, 26), needed=()) == 0
    assert Due.RENEW in {one.due for one in queries.key_notices(weeks(now, 26))}
    made = operations.renew_keys(now=weeks(now, 26), actor=WHO, root=operations.root_at(stick))
    assert made is not None
    assert (
        operations.renew_keys(now=weeks(now, 26), actor=WHO, root=operations.root_at(stick)) is None
    )
    assert deeds()[0] == ("office.take_root_out", {})


def test_a_stick_that_keeps_no_root_loses_none(
    home: Path, office: str, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"")
    for folder in (tmp_path / "file", home / "keys" / "root"):
        with pytest.raises(SangbongError, match=r"office\.root_not_kept"):
            operations.take_root_out(now=now, actor=WHO, folder=folder)
    monkeypatch.setattr(keystore, "write_root", lambda folder, root: None)
    with pytest.raises(SangbongError, match=r"office\.root_not_kept"):
        operations.take_root_out(now=now, actor=WHO, folder=tmp_path / "bad stick")
    assert queries.root_is_here()


def test_another_office_s_root_signs_nothing_here(home: Path, theirs: Path) -> None:
    with pytest.raises(SangbongError, match=r"office\.root_other"):
        operations.root_at(theirs / "keys" / "root")


def test_a_lost_root_is_replaced_and_nobody_believes_it_without_a_meeting(
    home: Path, counterpart: object, now: datetime, theirs: Path, settings: object
) -> None:
    with as_office(settings, theirs):
        stolen = operations.replace_root(now=now, actor=WHO)
        assert queries.root_is_here()
        assert not (theirs / "keys" / "root.next").exists()
    with pytest.raises(SangbongError, match=r"office\.root_changed"):
        operations.accept_statement_update(now=now, data=stolen.data)
    operations.say_epochs_done(now=weeks(now, 9), code=stolen.statement.code, on_the_way=[])
    operations.confirm_statement(now=now, actor=WHO, statement=stolen.data)
    [standing] = queries.key_standings()
    assert standing.statement == stolen.statement
    assert (standing.confirmed, standing.epochs_said) == (True, 0)


def test_a_root_published_before_a_kill_is_found_where_it_is(
    home: Path, office: str, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(source: Path, target: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(keystore, "move_root", killed)
        with pytest.raises(KeyboardInterrupt):
            operations.replace_root(now=now, actor=WHO)
    assert queries.root_is_here()
    assert operations.root_at(None).identity == queries.own_statement().root
    operations.replace_root(now=now, actor=WHO)
    assert operations.root_at(None).identity == queries.own_statement().root


def test_later_statements_of_a_counterpart_come_by_any_way(
    home: Path, counterpart: object, now: datetime, theirs: Path, settings: object
) -> None:
    with as_office(settings, theirs):
        root = operations.root_at(None)
        first = keystore.current_statement(theirs)
        rotated = operations.rotate_signer(now=now, actor=WHO, root=root)
        revoked = operations.revoke_signer(
            now=now, actor=WHO, root=root, generation=1, standing=[Standing("ab" * 32, 4, "cd" * 32)],
            stolen=False,
        )  # fmt: skip
    code = rotated.statement.code
    change = operations.accept_statement_update(now=now, data=rotated.data, sender=code)
    assert (change.serial, change.new_signers, change.newly_revoked) == (2, (2,), ())
    assert operations.accept_statement_update(now=now, data=rotated.data).nothing
    queries.verify_key_of(code, 1)
    operations.accept_statement_update(now=now, data=revoked.data, sender=code)
    queries.verify_key_of(code, 1, at=Position("ab" * 32, 4, "cd" * 32))
    for place in (None, Position("ab" * 32, 5, "cd" * 32)):
        with pytest.raises(SangbongError, match=r"office\.signer_revoked"):
            queries.verify_key_of(code, 1, at=place)
    with pytest.raises(SangbongError, match=r"office\.statement_older"):
        operations.accept_statement_update(now=now, data=first.data)
    with pytest.raises(SangbongError, match=r"office\.statement_other_office"):
        operations.accept_statement_update(now=now, data=revoked.data, sender="US-WAS")  # type: ignore[arg-type]
    with pytest.raises(SangbongError, match=r"office\.statement_older"):
        operations.confirm_statement(now=now, actor=WHO, statement=first.data)
    told = [facts for action, facts in deeds() if action == "office.update_statement"]
    assert told == [
        {"serial": 2, "digest": rotated.statement.digest, "new_signers": "2", "revoked": ""},
        {"serial": 3, "digest": revoked.statement.digest, "new_signers": "", "revoked": "1"},
    ]


def test_a_statement_of_an_office_nobody_met_is_not_taken(
    home: Path, now: datetime, key_homes: tuple[Path, Path]
) -> None:
    stranger = keystore.current_statement(key_homes[1]).data
    with pytest.raises(SangbongError, match=r"office\.unknown_counterpart"):
        operations.accept_statement_update(now=now, data=stranger)
    assert operations.confirm_statement(now=now, actor=WHO, statement=stranger) == "KP-PYO"
    with pytest.raises(SangbongError, match=r"office\.own_statement"):
        operations.confirm_statement(now=now, actor=WHO, statement=queries.own_statement_file())


def test_a_name_told_anew_is_published(
    home: Path, office: str, now: datetime, settings: object
) -> None:
    settings.OFFICE = settings.OFFICE.model_copy(update={"link_url": "https://new:9"})  # type: ignore[attr-defined]
    made = operations.renew_keys(now=now, actor=WHO, root=operations.root_at(None))
    assert made is not None
    assert made.statement.link_url == "https://new:9"


def test_two_processes_never_make_the_same_statement_twice(home: Path, office: str) -> None:
    with pytest.raises(FileExistsError):
        keystore.keep_statement(home, queries.own_statement_file())


def test_statements_that_are_gone_are_told_with_their_folder(home: Path, office: str) -> None:
    for path in (home / "keys" / "statements").iterdir():
        path.unlink()
    with pytest.raises(SangbongError, match=r"office\.keys_missing"):
        queries.own_statement()


def test_a_serial_that_nobody_has_here_counts_as_the_first(
    home: Path, counterpart: object, now: datetime
) -> None:
    operations.rotate_signer(now=now, actor=WHO, root=operations.root_at(None))
    (home / "keys" / "statements" / "000001.json").unlink()
    Counterpart.objects.update(knows_serial=0)
    assert queries.own_signer()[0] == 1
    assert tasks.keep_keys(now=weeks(now, 20), needed=()) == 0


def test_many_counterparts_cost_one_question(
    home: Path, counterpart: object, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        queries.key_standings()
