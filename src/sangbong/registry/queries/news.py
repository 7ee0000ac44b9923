"""News that a person must deliver."""

from __future__ import annotations

from sangbong.registry.core.news import NewsKind, NewsState, NewsToDeliver
from sangbong.registry.models import FamilyNews

_OPEN = (NewsState.UNDELIVERED.value, NewsState.IN_HAND.value)


def news_to_deliver(*, bearer: str | None = None, limit: int = 200) -> list[NewsToDeliver]:
    """News not yet told, the oldest first; of one bearer where a user name is given."""
    rows = FamilyNews.objects.filter(state__in=_OPEN).select_related("application")
    if bearer is not None:
        rows = rows.filter(bearer_name=bearer)
    return [news_view(row) for row in rows.order_by("recorded_at", "pk")[:limit]]


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
