"""`sangbong evidence …` and `sangbong audit kit`, as typed."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.core.liaison.test_witness import PROOFS

from sangbong.cli.audit import audit
from sangbong.cli.evidence import evidence
from sangbong.cli.kit import verify
from sangbong.kernel.errors import SangbongError
from sangbong.lab.forks import LogKeeper
from sangbong.liaison.core.evidence.evidence import Act, Leaf
from sangbong.liaison.models import EvidenceLog, InboxDispatch, InboxStream, KeptEnvelope
from sangbong.liaison.operations import evidence as operations
from sangbong.liaison.queries.evidence import proofs
from sangbong.office.core.clock import FixedClock


@pytest.fixture(autouse=True)
def booted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Django is set up already."""
    monkeypatch.setattr("sangbong.cli.boot.boot_founded", lambda _home: None)


def typed(command, *arguments: object) -> Result:
    return CliRunner().invoke(command, [str(one) for one in arguments], obj=Path("office"))


def test_nothing_logged_yet_is_shown_as_nothing(office) -> None:
    done = typed(evidence, "show")

    assert (done.exit_code, done.output) == (0, "")


def test_logs_and_proofs_are_shown_and_exported(counterpart, office, now, tmp_path) -> None:
    theirs = LogKeeper(counterpart.code, office, counterpart.keys.signing.private_bytes_raw())
    theirs.act("their note")
    operations.log_acts(
        now=now, counterpart=counterpart.code, acts=[(Act.DISPATCH, sha256(b"first").hexdigest())]
    )
    operations.accept_evidence(now=now, counterpart=counterpart.code, value=theirs.show())
    done = typed(evidence, "show")
    assert done.exit_code == 0
    assert done.output.splitlines() == [
        "sangbong/KP-PYO>KR-SEL  1  1 cosigned / 확인 서명  2018-06-25T01:00:00+00:00",
        "sangbong/KR-SEL>KP-PYO  1  0 cosigned / 확인 서명  -",
    ]
    liar = theirs.rewritten([Leaf("dispatch", "00" * 32, 1)], told=0)
    operations.accept_evidence(now=now, counterpart=counterpart.code, value=liar.show())
    EvidenceLog.objects.filter(office="KP-PYO").update(whole_before=int(now.timestamp()) + 9)
    InboxDispatch.objects.create(
        dispatch_id="KP-PYO>KR-SEL/notes/1",
        stream=InboxStream.objects.create(sender="KP-PYO", name="notes"),
        sequence=1,
        envelope=KeptEnvelope.objects.create(digest="11" * 32, data=b""),
        previous="0" * 64,
        size=1,
        state="received",
        received_at=now,
    )
    (proof,) = proofs()
    done = typed(evidence, "show")
    assert done.exit_code == 1
    assert done.output.splitlines()[1:3] == [
        "  two histories signed / 두 가지 이력에 서명함",
        "  1 missing / 기록에 없음",
    ]
    assert done.output.splitlines()[-1] == (
        f"! {proof.digest[:16]}  KP-PYO  roots  sangbong/KP-PYO>KR-SEL"
    )
    file = tmp_path / "proof.json"
    assert typed(evidence, "export", proof.digest[:12], file).output == f"{proof.digest}: {file}\n"
    done = typed(evidence, "verify", file)
    assert done.exit_code == 0
    assert "KP-PYO signed two things that cannot both be true" in done.output
    assert theirs.public.public.hex() in done.output
    assert verify.main([str(file)]) == 0
    with pytest.raises(SangbongError, match=r"liaison\.proof_unknown"):
        raise typed(evidence, "export", "zz", file).exception or AssertionError


def test_what_is_no_proof_is_said_in_both_languages(tmp_path) -> None:
    file = tmp_path / "proof.json"
    file.write_bytes(PROOFS[0][:-1])
    done = typed(evidence, "verify", file)

    assert done.exit_code == 1
    assert "아무도 탓할 수 없습니다" in done.output
    assert "It accuses nobody" in done.output


def test_a_kit_is_written_with_its_verifier(counterpart, settings, now, tmp_path) -> None:
    settings.CLOCK = FixedClock(datetime(2018, 6, 25, 1, 0, tzinfo=UTC))
    operations.evidence_for(now=now, counterpart=counterpart.code)
    file = tmp_path / "kit.zip"
    done = typed(audit, "kit", file)

    assert done.exit_code == 0, done.output
    assert done.output == f"sangbong/KR-SEL>KP-PYO: 2\n{file}\npython3 verify.py kit.zip\n"
    assert verify.main([str(file)]) == 0
