"""One press: a deed in one transaction, then a page that says what was done, or the same page and why not."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect

from sangbong.kernel.errors import SangbongError
from sangbong.web.request import StaffRequest, language_of


def press(
    request: StaffRequest,
    deed: Callable[[], str],
    *,
    then: str,
    again: Callable[[list[str]], HttpResponse],
) -> HttpResponse:
    """Do the deed and lead to `then`; a refusal rolls it back and shows the page `again`.

    The deed returns the sentence that says what was done; it names nobody.
    """
    try:
        with transaction.atomic():
            said = deed()
    except SangbongError as fault:
        return again([fault.text(language_of(request))])
    messages.success(request, said)
    return HttpResponseRedirect(then)
