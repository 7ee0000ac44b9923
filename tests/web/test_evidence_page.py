"""The evidence page: how logs stand, proofs, who may put an alarm to rest; seen at two widths."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.conftest import OtherOffice
from tests.web.conftest import OpenPage, SignIn, faults_of, shoot, sideways
from tests.web.furnishing import model

from sangbong.lab.forks import LogKeeper
from sangbong.liaison.core.evidence.evidence import Act, Leaf
from sangbong.liaison.operations import evidence as operations
from sangbong.liaison.queries import evidence as queries
from sangbong.office.core.roles import Role
from sangbong.office.queries import own_signer

pytestmark = pytest.mark.django_db
PAGE = "/channel/evidence"


def digest(label: str) -> str:
    return sha256(label.encode()).hexdigest()


def keeper(counterpart: OtherOffice) -> LogKeeper:
    secret = counterpart.keys.signing.private_bytes_raw()
    return LogKeeper(counterpart.code, "KR-SEL", secret)  # type: ignore[arg-type]


def met(counterpart: OtherOffice, now: datetime) -> LogKeeper:
    """Two contacts with Pyongyang, and one deed since."""
    theirs = keeper(counterpart)
    ours = LogKeeper(
        "KR-SEL",  # type: ignore[arg-type]
        counterpart.code,
        own_signer(counterpart.code)[1].private_bytes_raw(),
    )
    theirs.act("their note")
    for n in range(2):
        acts = [(Act.DISPATCH, digest(str(n)))]
        operations.log_acts(now=now, counterpart=counterpart.code, acts=acts)
        shown = operations.evidence_for(now=now, counterpart=counterpart.code)
        theirs.see(shown, of=ours, now=now)
        operations.accept_evidence(now=now, counterpart=counterpart.code, value=theirs.show())
    acts = [(Act.DISPATCH, digest("since"))]
    operations.log_acts(now=now, counterpart=counterpart.code, acts=acts)
    return theirs


def disputed(theirs: LogKeeper, now: datetime) -> None:
    """Pyongyang shows another history."""
    liar = theirs.rewritten([Leaf("dispatch", digest("other"), 1)], told=0)
    operations.accept_evidence(now=now, counterpart=theirs.office, value=liar.show())


def text(response) -> str:
    return response.content.decode()


def test_the_page_says_how_far_each_log_is_witnessed(sign_in: SignIn, counterpart, now) -> None:
    client = sign_in(Role.AUDITOR)
    assert "아직 기록이 없습니다" in text(client.get(PAGE))
    operations.log_acts(
        now=now, counterpart=counterpart.code, acts=[(Act.DISPATCH, digest("first"))]
    )
    assert "아직 확인받지 않음" in text(client.get(PAGE))
    met(counterpart, now)
    page = text(client.get(PAGE))
    assert "일부 확인받음" in page
    assert "확인받음" in page
    assert "우리 측 → 평양 사무소" in page


def test_something_missing_in_the_others_log_is_said(sign_in: SignIn, counterpart, now) -> None:
    met(counterpart, now)
    model("EvidenceLog").objects.filter(office=counterpart.code).update(
        whole_before=int(now.timestamp()) + 9
    )
    model("InboxDispatch").objects.create(
        dispatch_id="KP-PYO>KR-SEL/notes/1",
        stream=model("InboxStream").objects.create(sender=counterpart.code, name="notes"),
        sequence=1,
        envelope=model("KeptEnvelope").objects.create(digest=digest("unlogged"), data=b""),
        previous="0" * 64,
        size=1,
        state="received",
        received_at=now,
    )
    page = text(sign_in(Role.LIAISON_OFFICER).get(PAGE))
    assert "빠진 것이 있음" in page
    assert "우리가 가진 것 1건이 이 기록에 없습니다" in page


def test_a_proof_stands_until_an_officer_has_looked_at_it(
    sign_in: SignIn, counterpart, now
) -> None:
    disputed(met(counterpart, now), now)
    (proof,) = queries.proofs()
    auditor, officer = sign_in(Role.AUDITOR), sign_in(Role.LIAISON_OFFICER)
    assert "보았습니다" not in text(auditor.get(PAGE))
    page = text(officer.get(PAGE))
    assert "아직 보지 않은 증명이 1건 있습니다" in page
    assert "두 가지 이력에 서명함" in page
    assert proof.about.replace(">", "&gt;") in page
    assert "두 가지 이력에 서명한 사무소가 있습니다" in text(officer.get("/"))
    assert "두 가지 이력에 서명한" not in text(sign_in(Role.HALL_OPERATOR).get("/"))
    assert auditor.post(PAGE, {"proof": proof.digest}).status_code == 404
    assert officer.post(PAGE, {"proof": "nothing"}).status_code == 422
    assert officer.post(PAGE, {"proof": proof.digest}).status_code == 302
    assert queries.proofs()[0].seen_by == "han"
    assert "보았습니다" not in text(officer.get(PAGE))
    assert "두 가지 이력에 서명한" not in text(officer.get("/"))


def test_thirty_offices_ask_as_often_as_one(sign_in: SignIn, counterpart, now) -> None:
    def furnish(first: int, last: int) -> None:
        for n in range(first, last):
            code = f"KP-A{chr(65 + n // 26)}{chr(65 + n % 26)}"
            for pair in (("KR-SEL", code), (code, "KR-SEL")):
                log = model("EvidenceLog").objects.create(
                    office=pair[0], witness=pair[1], incarnation=2, whole_before=9
                )
                model("EvidenceCheckpoint").objects.create(
                    log=log, size=0, note=b"a\n0\nroot\n", generation=1, public=b"", seconds=9
                )
            model("EvidenceProof").objects.create(
                digest=digest(code),
                accused=code,
                kind="roots",
                about=code,
                data=b"",
                found_at=now,
            )

    client, counts = sign_in(Role.LIAISON_OFFICER), []
    for first, last in ((0, 1), (1, 30)):
        furnish(first, last)
        client.get(PAGE)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(PAGE).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


@pytest.mark.browser
@pytest.mark.parametrize(("width", "language"), [(390, "ko"), (1440, "en"), (1440, "ko")])
def test_the_page_has_no_fault_and_fits_its_window(
    open_page: OpenPage, counterpart, now, width: int, language: str
) -> None:
    disputed(met(counterpart, now), now)
    page = open_page(PAGE, language=language, width=width)
    shoot(page, f"channel-evidence-{language}-{width}")

    assert (sideways(page), faults_of(page)) == ([], "")
