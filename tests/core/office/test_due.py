from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from tests.core.office.making import NOW, STATEMENT, receiving

from sangbong.kernel.errors import messages
from sangbong.office.core.due import Across, Due, Notice, notices, rotation_due
from sangbong.office.core.epochs import founding_windows, is_emergency

WINDOWS = founding_windows(NOW)
OWN = replace(
    STATEMENT,
    code="KR-SEL",
    epochs=tuple(receiving(one) for one in WINDOWS if not is_emergency(one.number)),
    emergencies=tuple(receiving(one) for one in WINDOWS if is_emergency(one.number)),
)
OTHER = Across(replace(OWN, code="KP-PYO"), confirmed=True, knows_serial=1, epochs_done=64)
WELL = (OTHER,)


def told(
    day: int, others: Sequence[Across] = WELL, *, root_here: bool = False, own: object = OWN
) -> list[Notice]:
    now: datetime = NOW + timedelta(days=day)
    return notices(own, others, root_here=root_here, private=WINDOWS[:3], now=now)  # type: ignore[arg-type]


def test_when_all_is_well_nothing_is_due() -> None:
    assert told(0) == []


def test_a_signing_key_is_due_after_a_year() -> None:
    """Rule D1."""
    assert rotation_due(OWN) == date(2019, 6, 25)
    assert Due.ROTATE not in {one.due for one in told(364)}
    assert told(365)[0] == Notice(Due.ROTATE, on=date(2019, 6, 25), count=1)


def test_epochs_wait_for_the_root_only_where_it_is_elsewhere() -> None:
    """Rules D2 and D3."""
    assert told(13 * 14) == [Notice(Due.RENEW, on=OWN.epochs[-1].until, count=51)]
    assert told(13 * 14, root_here=True) == [Notice(Due.ROOT_HERE)]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (38 * 14, []),
        (39 * 14, [Notice(Due.EPOCHS_FEW, "KP-PYO", OTHER.statement.epochs[-1].until, 25)]),
        (65 * 14, [Notice(Due.EMERGENCY, "KP-PYO", OTHER.statement.emergencies[-1].until)]),
        (
            65 * 14 + 3 * 364,
            [Notice(Due.EPOCHS_OVER, "KP-PYO", OTHER.statement.emergencies[-1].until)],
        ),
    ],
)
def test_the_other_s_epochs_are_counted(day: int, expected: list[Notice]) -> None:
    """Rule D5."""
    assert [one for one in told(day) if one.code] == expected


def test_what_a_counterpart_has_not_done_is_told() -> None:
    """Rules D4, D6 and D7."""
    assert told(0, [replace(OTHER, confirmed=False)]) == [Notice(Due.UNCONFIRMED, "KP-PYO")]
    later = replace(OWN, serial=2, earlier=(OWN.digest,))
    assert told(0, own=later) == [Notice(Due.BEHIND, "KP-PYO", count=2)]
    silent = replace(OTHER, epochs_done=1)
    assert told(43, [silent]) == []
    assert told(58, [silent]) == [Notice(Due.HELD_BACK, "KP-PYO", date(2018, 7, 23), 1)]


def test_every_notice_has_its_sentence() -> None:
    for due in Due:
        notice = Notice(due, "KP-PYO", date(2018, 7, 9), 3)
        for sentence in messages()[notice.key].values():
            assert sentence.format_map(notice.facts())
    assert Notice(Due.ROOT_HERE).facts() == {"code": "", "on": "", "count": 0}
