from __future__ import annotations

from datetime import datetime

import pytest

from sangbong.office import operations, queries
from sangbong.office.core.actor import Actor

pytestmark = pytest.mark.django_db


def test_the_trail_of_a_new_office_is_whole(office: str, clerk: Actor, counterpart: object, now: datetime) -> None:
    operations.record_audit(now=now, actor=clerk, action="registry.show", subjects=["person:1"])
    verdict = queries.verify_audit()
    assert verdict.whole
    assert verdict.entries == 5
