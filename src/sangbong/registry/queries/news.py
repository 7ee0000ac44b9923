"""News that a person must deliver."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min

from sangbong.registry.core.news import NewsKind, NewsState, NewsToDeliver
from sangbong.registry.models import FamilyNews

_OPEN = (NewsState.UNDELIVERED.value, NewsState.IN_HAND.value)


@dataclass(frozen=True, slots=True)
class NewsWaiting:
    """How much news is not yet told, and since when the oldest waits."""

    count: int
    oldest_at: datetime | None


def news_waiting() -> NewsWaiting:
    """All news not yet told, counted."""
    found = FamilyNews.objects.filter(state__in=_OPEN).aggregate(
        count=Count("pk"), oldest_at=Min("recorded_at")
    )
    return NewsWaiting(found["count"], found["oldest_at"])


def news_to_deliver(
    *, bearer: str | None = None, limit: int = 200, offset: int = 0
) -> list[NewsToDeliver]:
    """News not yet told, the oldest first; of one bearer where a user name is given."""
    rows = FamilyNews.objects.filter(state__in=_OPEN).select_related("application")
    if bearer is not None:
        rows = rows.filter(bearer_name=bearer)
    return [news_view(row) for row in rows.order_by("recorded_at", "pk")[offset : offset + limit]]


def news_of(application_no: str) -> list[NewsToDeliver]:
    """All news of one application, the oldest first."""
    rows = FamilyNews.objects.filter(application__application_no=application_no)
    return [
        news_view(row) for row in rows.select_related("application").order_by("recorded_at", "pk")
    ]


def news_view(row: FamilyNews) -> NewsToDeliver:
    """A row of news as other rooms see it; its application must be loaded."""
    return NewsToDeliver(
        news_id=row.pk,
        application_no=row.application.application_no,
        sought_no=row.sought_no or None,
        kind=NewsKind(row.kind),
        summary_code=row.summary_code,
        source_paper=row.source_paper,
        state=NewsState(row.state),
        recorded_at=row.recorded_at,
        bearer=row.bearer_name,
        told_at=row.told_at,
        way=row.way,
    )
