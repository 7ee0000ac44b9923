"""Showing a person is a deed: one line in the audit trail for each page that does."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from sangbong.office.core.audit import digest_of_ids
from sangbong.office.operations import record_audit
from sangbong.web.request import StaffRequest

_NAMED_MAX = 20


def shown(request: StaffRequest, ids: Iterable[str], *, query: str = "") -> None:
    """Write that this request showed these people or cases; nothing is written for none.

    Up to twenty are named; of more the trail keeps the query, the count and a digest of the ids.
    """
    subjects = sorted(set(ids))
    if not subjects:
        return
    facts: dict[str, str | int] = {"query": query} if query else {}
    named = subjects
    if len(subjects) > _NAMED_MAX:
        facts |= {"count": len(subjects), "digest": digest_of_ids(subjects)}
        named = []
    with transaction.atomic():
        record_audit(
            now=request.now, actor=request.actor, action="web.show", subjects=named, facts=facts
        )
