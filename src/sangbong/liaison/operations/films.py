"""Films that nothing needs any more leave the film store.

1. (Z1) A film of ours is kept for `SENT_REST` after the other side applied its dispatch: as long as a
   backup may be put back there, so that it can be offered again.
2. (Z2) A film that came is kept for `TAKEN_REST` after its dispatch was applied: the room that took it
   has its own copy.
3. (Z3) A film that no dispatch speaks of is kept for a day: its dispatch may be about to be written.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from sangbong.liaison.models import FilmCarried, InboxDispatch, OutboxDispatch
from sangbong.liaison.operations.channel import film_store

SENT_REST = timedelta(days=35)
"""How long backups are kept. Source: safety.md 4.5."""
TAKEN_REST = timedelta(days=1)
UNKNOWN_REST_SECONDS = 24 * 3600.0


def sweep_films(*, now: datetime) -> int:
    """Remove the films that nothing needs any more; how many there were."""
    store = film_store()
    resting = store.resting(seconds=UNKNOWN_REST_SECONDS)
    ours = Q(final_at=None) | Q(final_at__gt=now - SENT_REST) | Q(offer_again=True)
    theirs = Q(final_at=None) | Q(final_at__gt=now - TAKEN_REST)
    needed = {
        *OutboxDispatch.objects.filter(ours, film__in=resting).values_list("film", flat=True),
        *InboxDispatch.objects.filter(theirs, film__in=resting).values_list("film", flat=True),
    }
    gone = resting - needed
    for film in sorted(gone):
        store.remove(film)
    FilmCarried.objects.filter(film__in=gone).delete()
    return len(gone)
