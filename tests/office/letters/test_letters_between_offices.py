from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from sangbong.archive import operations as archive
from sangbong.archive import queries as archived
from sangbong.archive.adapters import sandbox
from sangbong.archive.core.objects import Retention
from sangbong.archive.models import ArchiveObject
from sangbong.kernel.canonical import sha256_hex
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.lab.film import HOSTILE_FILMS, draw_film, hostile_film
from sangbong.letters import operations, queries, tasks
from sangbong.letters.core.machine import Direction, LetterState
from sangbong.letters.core.papers import FilmPaper
from sangbong.letters.core.screening import ScreeningDecision
from sangbong.letters.models import Letter, Take
from sangbong.liaison.core.custody.dispatch import InboundDispatch, InboundFilm
from sangbong.office.core.actor import Actor
from sangbong.office.queries import audit_entries

PYONGYANG = OfficeCode("KP-PYO")
PASS, RETAKE = ScreeningDecision.PASS, ScreeningDecision.RETAKE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("counterpart")]
Record = Callable[..., int]


@pytest.fixture
def record(now: datetime, clerk: Actor, application: str, film: Path) -> Record:
    """Mrs Seo hands in a take."""

    def hand_in(path: Path | bytes = film, title: str = "누님께") -> int:
        return operations.record_take(
            now=now,
            actor=clerk,
            application_no=application,
            sought_no=1,
            recipient=PYONGYANG,
            film=path,
            title=title,
        )

    return hand_in


@pytest.fixture
def compliance(office: OfficeCode) -> Actor:
    """Mr Yun, who releases what others screened."""
    return Actor("yun", "release")


def screened(record: Record, now: datetime, officer: Actor) -> int:
    letter_id = record()
    assert tasks.prepare(now=now) == 1
    operations.screen(now=now, actor=officer, letter_id=letter_id, decision=PASS)
    return letter_id


def code_of(caught: pytest.ExceptionInfo[SangbongError]) -> str:
    assert "{" not in caught.value.text("en") + caught.value.text("ko")
    return caught.value.code


def inbound(
    film: bytes, *, number: int = 7, thumbnail: bytes = b"\xff\xd8\xff small", **change: object
) -> InboundDispatch:
    from datetime import date

    paper = FilmPaper(
        number=number,
        application_no="KP-PYO-A-000001",
        sought_no=1,
        recorded_date=date(2018, 6, 1),
        duration_ms=1000,
        width=160,
        height=120,
        film_sha256=sha256_hex(film),
        film_bytes=len(film),
        thumbnail_sha256=sha256_hex(thumbnail),
        thumbnail_bytes=len(thumbnail),
    )
    return InboundDispatch(
        id=f"KP-PYO>KR-SEL/film-{number}/1",
        sender=PYONGYANG,
        stream=f"film-{number}",
        sequence=1,
        kind="letters.film",
        body={**paper.to_body(), **change},
        attachments=(thumbnail,),
        received_at=datetime.fromisoformat("2018-06-25T01:00:00+00:00"),
        film=InboundFilm(id="f" * 64, length=len(film), open=lambda: iter([film])),
    )


@pytest.fixture(scope="module")
def their_film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A viewing copy as the other office makes it."""
    return draw_film(tmp_path_factory.mktemp("theirs") / "letter.mp4").read_bytes()


def test_a_letter_is_recorded_prepared_screened_and_released_by_a_second_person(
    now: datetime, clerk: Actor, officer: Actor, compliance: Actor, record: Record, film: Path
) -> None:
    letter_id = record()
    first = queries.letter(letter_id)
    assert (first.state, first.name, first.title) == (
        LetterState.RECORDED, "KR-SEL-L-000001", "누님께",
    )  # fmt: skip
    with pytest.raises(SangbongError) as caught:
        queries.film_for_playing(letter_id)
    assert code_of(caught) == "letters.not_checked"
    assert archived.open_object(sha256_hex(film.read_bytes())) == film.read_bytes()

    assert tasks.prepare(now=now) == 1
    checked = queries.letter(letter_id)
    assert (checked.state, checked.progress_percent) == (LetterState.CHECKED, 100)
    assert (checked.width, checked.height, checked.stretches) == (160, 120, ())
    copy = archived.open_object(queries.film_for_playing(letter_id))
    assert checked.film_bytes == len(copy)
    assert copy != film.read_bytes()
    assert archived.open_object(queries.thumbnail(letter_id)).startswith(b"\xff\xd8\xff")
    assert tasks.prepare(now=now) == 0

    state = operations.screen(now=now, actor=officer, letter_id=letter_id, decision=PASS)
    assert state is LetterState.SCREENED
    for staff in (clerk, officer):
        with pytest.raises(SangbongError) as caught:
            operations.release(now=now, actor=staff, letter_id=letter_id)
        assert code_of(caught) == "letters.second_person"

    dispatch_id = operations.release(now=now, actor=compliance, letter_id=letter_id)
    assert dispatch_id == "KR-SEL>KP-PYO/film-1/1"
    released = queries.letter(letter_id)
    assert (released.state, released.released_by) == (LetterState.RELEASED, "yun")
    assert queries.state_counts() == {LetterState.RELEASED: 1}
    actions = [entry.action for entry in audit_entries() if entry.action.startswith("letters.")]
    assert actions == ["letters.record", "letters.prepare", "letters.screen", "letters.release"]


def test_the_database_too_refuses_a_release_by_one_person(
    now: datetime, officer: Actor, record: Record
) -> None:
    letter_id = screened(record, now, officer)
    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.filter(id=letter_id).update(released_by=officer.staff)


def test_without_consent_to_the_film_nothing_leaves(
    now: datetime,
    officer: Actor,
    compliance: Actor,
    record: Record,
) -> None:
    from sangbong.registry.models import Consent

    letter_id = screened(record, now, officer)
    Consent.objects.filter(use="film").update(withdrawn_at=now)
    with pytest.raises(SangbongError) as caught:
        operations.release(now=now, actor=compliance, letter_id=letter_id)
    assert code_of(caught) == "registry.consent_missing"
    assert queries.letter(letter_id).state is LetterState.SCREENED


def test_another_take_replaces_one_that_was_sent_back(
    now: datetime, officer: Actor, record: Record, other_film: Path
) -> None:
    letter_id = record()
    tasks.prepare(now=now)
    operations.screen(
        now=now, actor=officer, letter_id=letter_id, decision=RETAKE, reason="소리가 작습니다."
    )
    assert queries.letter(letter_id).state is LetterState.RETAKE_WANTED
    assert record(other_film) == letter_id
    again = queries.letter(letter_id)
    assert (again.state, again.takes_made, again.film_id) == (LetterState.RECORDED, 2, "")
    assert (again.screened_by, again.fault) == ("", None)
    tasks.prepare(now=now)
    assert queries.letter(letter_id).duration_ms == 800
    assert Take.objects.count() == 2


def test_the_same_film_twice_adds_nothing_and_another_film_is_another_letter(
    record: Record, other_film: Path, application: str
) -> None:
    first = record()
    assert record() == first
    second = record(other_film)
    assert [letter.name for letter in queries.letters()] == ["KR-SEL-L-000002", "KR-SEL-L-000001"]
    assert [letter.letter_id for letter in queries.letters_of(application_no=application)] == [
        first, second,
    ]  # fmt: skip
    assert Take.objects.count() == 2


@pytest.mark.parametrize("name", sorted(HOSTILE_FILMS))
def test_a_hostile_film_leaves_database_and_archive_as_they_were(
    record: Record, tmp_path: Path, name: str
) -> None:
    record()
    before = (
        list(Letter.objects.values()), list(Take.objects.values()),
        list(ArchiveObject.objects.values()), len(list(audit_entries())),
        sorted(archived.archive_folder().rglob("*")),
    )  # fmt: skip
    with pytest.raises(SangbongError) as caught:
        record(hostile_film(name, tmp_path))
    assert code_of(caught) == HOSTILE_FILMS[name]
    after = (
        list(Letter.objects.values()), list(Take.objects.values()),
        list(ArchiveObject.objects.values()), len(list(audit_entries())),
        sorted(archived.archive_folder().rglob("*")),
    )  # fmt: skip
    assert after == before


def test_a_film_that_only_fails_while_it_is_made_asks_for_another_take(
    now: datetime, record: Record, other_film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: object) -> object:
        raise SangbongError("archive.film_damaged", broken=9)

    letter_id = record()
    monkeypatch.setattr(archive, "make_viewing_copy", fail)
    assert tasks.prepare(now=now) == 1
    failed = queries.letter(letter_id)
    assert failed.state is LetterState.UNUSABLE
    assert failed.fault is not None
    assert (failed.fault.code, failed.fault.params) == ("archive.film_damaged", {"broken": 9})
    assert tasks.prepare(now=now) == 0
    assert record(other_film) == letter_id


def test_a_copy_that_the_other_office_would_refuse_fails_here_and_asks_for_another_take(
    now: datetime, record: Record, other_film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter_id = record()
    with monkeypatch.context() as small:
        small.setattr(operations, "FILM_BYTES_MAX", 2**10)
        assert tasks.prepare(now=now) == 1
    failed = queries.letter(letter_id)
    assert failed.state is LetterState.UNUSABLE
    assert failed.fault is not None
    assert failed.fault.code == "letters.copy_too_large"
    assert "{" not in failed.fault.text("en") + failed.fault.text("ko")
    kept = ArchiveObject.objects.exclude(media_type="text/csv").values_list("retention", flat=True)
    assert list(kept) == [Retention.ORIGINAL.value], "no copy was kept"
    assert record(other_film) == letter_id


@pytest.mark.parametrize(
    ("application_no", "sought_no"), [("KR-SEL-A-000123", 2), ("KR-SEL-A-000124", 1)]
)
def test_no_letter_is_recorded_for_somebody_whom_nobody_seeks(
    now: datetime, clerk: Actor, application: str, film: Path, application_no: str, sought_no: int
) -> None:
    with pytest.raises(SangbongError) as caught:
        operations.record_take(
            now=now,
            actor=clerk,
            application_no=application_no,
            sought_no=sought_no,
            recipient=PYONGYANG,
            film=film,
        )
    assert code_of(caught) == "letters.nobody_sought"
    assert (
        Letter.objects.count(),
        ArchiveObject.objects.filter(media_type="video/mp4").count(),
    ) == (0, 0)


def test_a_fault_of_this_office_leaves_the_take_waiting(
    now: datetime, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter_id = record()
    with monkeypatch.context() as broken:
        broken.setattr(sandbox, "bubblewrap_works", lambda: False)
        broken.setattr(sandbox, "_bare", lambda job, out: ["/nonexistent"])
        assert tasks.prepare(now=now) == 1
    assert queries.letter(letter_id).state is LetterState.RECORDED
    assert tasks.prepare(now=now) == 0
    assert tasks.prepare(now=now + timedelta(minutes=10)) == 1
    assert queries.letter(letter_id).state is LetterState.CHECKED


def test_the_second_of_two_workers_on_one_take_changes_nothing(
    now: datetime, clerk: Actor, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter_id = record()
    (waiting,) = queries.takes_waiting(now=now)
    tasks.prepare(now=now)
    row = Take.objects.values().get()
    assert operations.prepare_take(now=now, actor=clerk, take_id=waiting.take_id) is (
        LetterState.CHECKED
    )

    def fail(**_: object) -> object:
        raise SangbongError("archive.film_damaged", broken=9)

    monkeypatch.setattr(archive, "make_viewing_copy", fail)
    assert operations.prepare_take(now=now, actor=clerk, take_id=waiting.take_id) is (
        LetterState.CHECKED
    )
    assert Take.objects.values().get() == row
    assert queries.letter(letter_id).state is LetterState.CHECKED


def test_progress_is_noted_in_steps(record: Record) -> None:
    record()
    take = Take.objects.get()
    seen = []
    for percent in (3, 5, 7, 10):
        operations.note_progress(take_id=take.id, percent=percent)
        seen.append(Take.objects.values_list("progress_percent", flat=True).get())
    assert seen == [0, 5, 5, 10]


def test_a_letter_from_the_other_office_is_opened_in_the_sandbox_before_it_plays(
    now: datetime, officer: Actor, their_film: bytes, office: OfficeCode
) -> None:
    operations.accept_film(now=now, dispatch=inbound(their_film))
    (received,) = queries.letters(direction=Direction.INCOMING)
    assert (received.state, received.name) == (LetterState.RECEIVED, "KP-PYO-L-000007")
    assert archived.describe(sha256_hex(their_film)).retention is Retention.RECEIVED
    with pytest.raises(SangbongError) as caught:
        queries.film_for_playing(received.letter_id)
    assert code_of(caught) == "letters.not_checked"
    with pytest.raises(SangbongError) as caught:
        queries.thumbnail(received.letter_id)
    assert code_of(caught) == "letters.not_checked"
    assert tasks.prepare(now=now) == 1
    assert queries.letter(received.letter_id).state is LetterState.READY
    assert queries.film_for_playing(received.letter_id) == sha256_hex(their_film)
    thumbnail = archived.open_object(queries.thumbnail(received.letter_id))
    assert thumbnail != b"\xff\xd8\xff small"
    assert operations.deliver(now=now, actor=officer, letter_id=received.letter_id) is (
        LetterState.DELIVERED
    )


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("member", "letters.paper_unreadable"),
        ("missing", "letters.attachments_missing"),
        ("checksum", "letters.checksum"),
        ("known", "letters.film_known"),
    ],
)
def test_a_paper_at_fault_is_refused_and_files_nothing(
    now: datetime, their_film: bytes, fault: str, code: str
) -> None:
    dispatch = inbound(their_film)
    if fault == "member":
        dispatch = inbound(their_film, title="x")
    elif fault == "missing":
        dispatch = replace(dispatch, film=None)
    elif fault == "checksum":
        other = their_film[:-1] + b"x"
        film = InboundFilm(id="f" * 64, length=len(other), open=lambda: iter([other]))
        dispatch = replace(dispatch, film=film)
    else:
        operations.accept_film(now=now, dispatch=dispatch)
    before = (Letter.objects.count(), ArchiveObject.objects.count())
    with pytest.raises(SangbongError) as caught:
        operations.accept_film(now=now, dispatch=dispatch)
    assert code_of(caught) == code
    assert (Letter.objects.count(), ArchiveObject.objects.count()) == before


def test_a_hostile_film_from_the_other_office_never_reaches_a_page(
    now: datetime, tmp_path: Path
) -> None:
    playlist = hostile_film("playlist", tmp_path)
    operations.accept_film(now=now, dispatch=inbound(playlist))
    tasks.prepare(now=now)
    (broken,) = queries.letters()
    assert broken.state is LetterState.BROKEN
    assert broken.fault is not None
    assert broken.fault.code == "archive.film_playlist"
    assert broken.film_id == ""


def test_only_a_person_screens_and_delivers(now: datetime, record: Record) -> None:
    letter_id = record()
    machine = Actor("system:worker", "test")
    with pytest.raises(SangbongError) as caught:
        operations.screen(now=now, actor=machine, letter_id=letter_id, decision=PASS)
    assert code_of(caught) == "letters.person_only"
    with pytest.raises(SangbongError) as caught:
        operations.deliver(now=now, actor=machine, letter_id=letter_id)
    assert code_of(caught) == "letters.person_only"


def test_a_deed_out_of_turn_and_an_unknown_letter_are_said_so(
    now: datetime, officer: Actor, record: Record
) -> None:
    letter_id = record()
    with pytest.raises(SangbongError) as caught:
        operations.release(now=now, actor=officer, letter_id=letter_id)
    assert code_of(caught) == "letters.not_now"
    for deed in (operations.release, operations.deliver):
        with pytest.raises(SangbongError) as caught:
            deed(now=now, actor=officer, letter_id=999)
        assert code_of(caught) == "letters.unknown_letter"
    with pytest.raises(SangbongError) as caught:
        queries.letter(999)
    assert code_of(caught) == "letters.unknown_letter"


def test_the_list_asks_once_however_many_letters_there_are(now: datetime) -> None:
    def add(number: int) -> None:
        letter = Letter.objects.create(
            direction="incoming", state="ready", sender="KP-PYO", number=number,
            recipient="KR-SEL", application_no="KP-PYO-A-1", sought_no=1, recorded_at=now,
            recorded_by="system:worker",
        )  # fmt: skip
        Take.objects.create(
            letter=letter, number=1, original_id="ab" * 32, recorded_at=now, recorded_by="x"
        )

    counts = []
    for size in (1, 30):
        for number in range(Letter.objects.count() + 1, size + 1):
            add(number)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert len(queries.letters()) == size
        counts.append(len(asked))
    assert counts == [1, 1]
