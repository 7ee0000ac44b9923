"""News for families: written down when it comes, taken by a person, told by that person."""

from __future__ import annotations

from datetime import datetime

from sangbong.kernel.errors import SangbongError
from sangbong.office.core.actor import Actor
from sangbong.office.operations import record_audit
from sangbong.office.queries import staff
from sangbong.registry.core.news import (
    TOLD_BY,
    NewsDeed,
    NewsKind,
    NewsOfJob,
    NewsState,
    NewsToDeliver,
    Way,
    move,
    must_be_a_person,
)
from sangbong.registry.models import Application, FamilyNews, SoughtKin
from sangbong.registry.queries.news import news_view


def record_news(
    *,
    now: datetime,
    actor: Actor,
    application_no: str,
    sought_no: int | None,
    kind: NewsKind,
    summary_code: str,
    source_paper: str,
    job: NewsOfJob | None = None,
) -> NewsToDeliver:
    """Put news on the list of what a person must deliver; the same paper's news stands there once.

    `sought_no` is None for news of the application as a whole. With a `job` the deed is noted there
    and not in the audit trail: the job writes one entry for all its rows.

    Raises:
        SangbongError: `registry.application_unknown`.
    """
    application = Application.objects.filter(application_no=application_no).first()
    if application is None:
        raise SangbongError("registry.application_unknown", count=1)
    if (
        sought_no is not None
        and not SoughtKin.objects.filter(application=application, sought_no=sought_no).exists()
    ):
        raise SangbongError("registry.application_unknown", count=1)
    news, created = FamilyNews.objects.get_or_create(
        application=application,
        sought_no=sought_no or 0,
        kind=kind.value,
        source_paper=source_paper,
        defaults={
            "summary_code": summary_code,
            "state": NewsState.UNDELIVERED.value,
            "recorded_at": now,
        },
    )
    if created and job is not None:
        job.recorded.append(news.pk)
    elif created:
        record_audit(
            now=now,
            actor=actor,
            action="registry.record_news",
            subjects=[f"application:{application_no}", f"news:{news.pk}"],
            facts={"paper": source_paper},
        )
    return news_view(news)


def take_news(*, now: datetime, actor: Actor, news_id: int) -> NewsToDeliver:
    """Let the acting member of staff be the one who will tell it.

    Raises:
        SangbongError: `registry.news_unknown`, `registry.news_not_now`,
            `registry.news_needs_a_person`.
    """
    return _do(now=now, actor=actor, news_id=news_id, deed=NewsDeed.TAKE)


def put_back_news(*, now: datetime, actor: Actor, news_id: int) -> NewsToDeliver:
    """Let somebody else tell it: the bearer could not reach the family.

    Raises:
        SangbongError: as `take_news`, and `registry.news_not_yours`.
    """
    return _do(now=now, actor=actor, news_id=news_id, deed=NewsDeed.PUT_BACK)


def tell_news(*, now: datetime, actor: Actor, news_id: int, way: Way) -> NewsToDeliver:
    """Record that the bearer told the family, person to person.

    Raises:
        SangbongError: as `put_back_news`, and `registry.news_needs_a_person` for a letter.
    """
    if way not in TOLD_BY:
        raise SangbongError("registry.news_needs_a_person")
    return _do(now=now, actor=actor, news_id=news_id, deed=NewsDeed.TELL, way=way)


def supersede_news(
    *, now: datetime, actor: Actor, news_id: int, job: NewsOfJob | None = None
) -> NewsToDeliver:
    """Take news off the list that a later paper reversed before anyone was told; `job` as above.

    Raises:
        SangbongError: `registry.news_unknown`, `registry.news_not_now`.
    """
    return _do(now=now, actor=actor, news_id=news_id, deed=NewsDeed.SUPERSEDE, job=job)


def _do(
    *,
    now: datetime,
    actor: Actor,
    news_id: int,
    deed: NewsDeed,
    way: Way | None = None,
    job: NewsOfJob | None = None,
) -> NewsToDeliver:
    news = (
        FamilyNews.objects.select_for_update()
        .select_related("application")
        .filter(pk=news_id)
        .first()
    )
    if news is None:
        raise SangbongError("registry.news_unknown")
    news.state = move(NewsState(news.state), deed).value
    if deed is not NewsDeed.SUPERSEDE:
        must_be_a_person(actor.staff)
    if deed in {NewsDeed.TELL, NewsDeed.PUT_BACK} and news.bearer_name != actor.staff:
        raise SangbongError("registry.news_not_yours")
    if deed is NewsDeed.TAKE:
        known = {member.username for member in staff() if member.active}
        if actor.staff not in known:
            raise SangbongError("registry.news_needs_a_person")
        news.bearer_name = actor.staff
    elif deed is NewsDeed.PUT_BACK:
        news.bearer_name = ""
    elif way is not None:
        news.told_at, news.way = now, way.value
    news.save()
    if job is not None:
        job.superseded.append(news.pk)
        return news_view(news)
    record_audit(
        now=now,
        actor=actor,
        action=f"registry.news_{deed.value}",
        subjects=[f"application:{news.application.application_no}", f"news:{news.pk}"],
        facts={"way": way.value} if way else {},
    )
    return news_view(news)
