"""Every page's address. A view is `permissions.needs(...)` or `open_to_all(...)`: a test walks this list."""

from __future__ import annotations

from django.urls import path

from sangbong.web import gallery, preferences, signin
from sangbong.web.console import (
    candidates,
    channel,
    families,
    inquiries,
    letters,
    office,
    permits,
    reports,
    rounds,
    sittings,
    today,
)

urlpatterns = [
    path("", today.today, name="today"),
    path("sign-in", signin.sign_in, name="sign-in"),
    path("sign-in/once/<str:token>", signin.sign_in_once, name="sign-in-once"),
    path("sign-out", signin.sign_out, name="sign-out"),
    path("preferences", preferences.change, name="preferences"),
    path("families", families.families, name="families"),
    path("families/news", families.news, name="families-news"),
    path("families/imports", families.imports, name="families-imports"),
    path("families/imports/<int:batch_id>", families.import_report, name="families-import"),
    path("families/imports/<int:batch_id>/undo", families.undo_import, name="families-import-undo"),
    path("families/<str:application_no>", families.family, name="family"),
    path("rounds", rounds.rounds, name="rounds"),
    path("rounds/<str:code>", rounds.round_page, name="round"),
    path("rounds/<str:code>/act", rounds.act, name="round-act"),
    path("rounds/<str:code>/ask", rounds.ask, name="round-ask"),
    path("rounds/<str:code>/lists/<str:which>", candidates.round_list, name="round-list"),
    path(
        "rounds/<str:code>/people/<str:application_no>/answer",
        candidates.answer,
        name="candidate-answer",
    ),
    path(
        "rounds/<str:code>/people/<str:application_no>/withdraw",
        candidates.withdraw,
        name="candidate-withdraw",
    ),
    path("inquiries", inquiries.inquiries, name="inquiries"),
    path("inquiries/asked/<str:matter>", inquiries.pairs, name="inquiry"),
    path("inquiries/came/<int:inquiry_id>", inquiries.incoming, name="inquiry-came"),
    path("inquiries/sought/<int:entry_id>", inquiries.comparison, name="inquiry-comparison"),
    path("letters", letters.letters, name="letters"),
    path("letters/<int:letter_id>", letters.letter, name="letter"),
    path("letters/<int:letter_id>/film", letters.film, name="letter-film"),
    path("letters/<int:letter_id>/poster", letters.poster, name="letter-poster"),
    path("letters/<int:letter_id>/screen", letters.screen, name="letter-screen"),
    path("letters/<int:letter_id>/release", letters.release, name="letter-release"),
    path("letters/<int:letter_id>/deliver", letters.deliver, name="letter-deliver"),
    path("sittings", sittings.sittings, name="sittings"),
    path("sittings/<int:sitting_id>", sittings.sitting, name="sitting"),
    path(
        "sittings/proposals/<str:code>/<str:proposer>/<int:number>/answer",
        sittings.answer,
        name="sitting-answer",
    ),
    path("channel", channel.channel, name="channel"),
    path("channel/notes", channel.notes, name="channel-notes"),
    path("permits", permits.permits, name="permits"),
    path("reports", reports.reports, name="reports"),
    path("reports/<str:code>", reports.report, name="report"),
    path("office", office.office, name="office"),
    path("office/audit", office.trail, name="office-audit"),
    path("gallery", gallery.gallery, name="gallery"),
]
