"""What is said at the meeting's table, in both languages, and how it is shown and asked."""

from __future__ import annotations

import sys
from enum import Enum

import click
import segno

from sangbong.kernel.errors import SangbongError
from sangbong.office.core.statement import Fingerprint, KeyStatement

STEPS = 6


class Told(Enum):
    """Sentences of the meeting: Korean, then English."""

    GREETING = (
        (
            "{code} 열쇠 맞바꾸기를 시작합니다. 두 사무소가 한 자리에서 각자 이 명령을 실행합니다. 비밀은 오가지 않습니다.\n"
            "중요한 것은 다른 사람의 열쇠가 끼어들지 않는 것입니다. 멈추었다가 같은 명령으로 이어 할 수 있습니다."
        ),
        (
            "The exchange of keys of {code}. Both offices run this command at one table. Nothing secret is handed over;\n"
            "what matters is that nobody else's keys slip in. You may stop and go on with the same command."
        ),
    )
    GOING_ON = ("멈춘 곳에서 이어 갑니다.", "Going on where it was interrupted.")
    WRITE = (
        "우리 열쇠 명세를 새 저장 매체에 씁니다. 새것을 쓰는 까닭: 쓰던 매체에는 다른 것이 묻어올 수 있습니다.",
        "Our key statement goes on a new stick. A new one, because a used one may bring something along.",
    )
    OWN_STICK = ("우리 저장 매체의 폴더", "The folder of our stick")
    WRITTEN = (
        "{file}에 썼습니다. 매체를 상대측에 건네십시오.",
        "Written to {file}. Hand the stick over.",
    )
    LETTERS = (
        "둘째 길: 상대측이 이 부호를 찍거나 끝 여덟 자 {letters} 를 옮겨 적게 하십시오. 화면은 그대로 두십시오.",
        "The second path: let the other side scan this code, or copy its last eight letters: {letters}. Leave it on the screen.",
    )
    TAKE = (
        "상대측이 준 저장 매체를 꽂습니다. 프로그램이 서명을 모두 확인합니다.",
        "Put in the stick that the other side gave you. The program checks every signature on it.",
    )
    THEIR_STICK = ("상대측 저장 매체의 폴더", "The folder of their stick")
    TAKEN = ("{code} {ko}의 명세를 읽었습니다.", "Read the statement of {code}, {en}.")
    ROOT_CHANGED = (
        "주의: {code}은(는) 이미 아는 사무소인데 뿌리 열쇠가 다릅니다. 까닭을 먼저 물으십시오.",
        "Note: {code} is known here under another root key. Ask why before you go on.",
    )
    SECOND_PATH = (
        "상대측 화면의 부호 끝 여덟 자 (볼 수 없으면 그냥 Enter)",
        "The last eight letters on the other side's screen (only Enter if you cannot see it)",
    )
    SECOND_PATH_DIFFERS = (
        "매체에 든 명세가 상대측 화면의 것과 다릅니다.",
        "The statement on the stick is not the one on the other side's screen.",
    )
    READ_ALOUD = (
        (
            "확인값을 소리 내어 읽습니다. 먼저 한쪽이 자기 화면에서 낱말 열두 개를 두 언어로, 이어 숫자를 읽고,\n"
            "다른 쪽은 자기 화면에서 따라갑니다. 그다음 서로 바꿉니다. 끝까지 읽으십시오. 가짜 열쇠도 앞 몇 낱말은 같을 수 있습니다."
        ),
        (
            "Read the fingerprints aloud. One side reads its own twelve words in both languages, then the digits; the other\n"
            "follows on its screen. Then change over. Read all of it: a false key may agree in the first words."
        ),
    )
    ALL_READ = (
        "모두 읽었으면 Enter, 한 자라도 다르면 x 를 치고 Enter",
        "Enter when all was read; type x and Enter if anything differs",
    )
    TYPE = (
        (
            "화면을 가렸습니다. 상대측 사람이 자기 화면에서 불러 주는 낱말을 칩니다. 어느 언어든 됩니다.\n"
            "보고 누르는 것만으로는 확인되지 않습니다: 들은 것을 쳐야 합니다."
        ),
        (
            "The screen is cleared. Type the words as the other side's people read them from their own screen, in either\n"
            "language. Nothing is confirmed by looking and clicking: you type what you hear."
        ),
    )
    WORD = ("상대측의 {place}번째 낱말", "The other side's word {place}")
    SLIP = (
        "목록에 없는 낱말입니다. 다시 듣고 쳐 주십시오.",
        "That is no word of the list. Listen again and type it anew.",
    )
    CONFIRMED = (
        "확인했습니다. 이제부터 {code}의 문서를 믿습니다.",
        "Confirmed. From now on papers of {code} are believed.",
    )
    TEST = (
        "양쪽에서 시험 송달문을 하나씩 보냅니다. 두 사무소에서 “sangbong serve”가 돌고 있어야 합니다.",
        "A test dispatch goes each way. “sangbong serve” must be running in both offices.",
    )
    NO_LINE = (
        "아직 선이 없습니다. 첫 송달문이 시험이 됩니다.",
        "There is no line yet. The first dispatch will be the test.",
    )
    TESTS = (
        "우리 송달문: {there_ko} · 상대측 송달문: {back_ko}",
        "Ours: {there} · theirs: {back}",
    )
    WAIT = (
        "다시 보려면 Enter, 나중에 보려면 x 를 치고 Enter",
        "Enter to look again; type x and Enter to leave it for later",
    )
    SIGN = (
        "기록을 두 부 인쇄해 양쪽이 서명하고 한 부씩 갖습니다.",
        "Print the record twice; both sides sign both papers and keep one.",
    )
    SIGNED = ("기록: {file}", "The record: {file}")
    STOPPED = (
        (
            "다릅니다. 아무것도 확인하지 않았습니다. “우선은” 하고 넘어가지 마십시오.\n"
            "다른 새 저장 매체로 처음부터 다시 하십시오. 또 다르면 멈추고, 까닭을 알 때까지 열쇠를 쓰지 마십시오."
        ),
        (
            "There is a difference. Nothing was confirmed. Do not go on “for now”.\n"
            "Begin again with another new stick. If it differs again, stop, and use no key before you know why."
        ),
    )


_STATES_KO = {
    "sealed": "봉인됨", "carried": "발송됨", "received": "도착", "not yet": "아직", "refused": "거부됨",
}  # fmt: skip


class Script:
    """The terminal at the table."""

    def greet(self, own: KeyStatement, *, going_on: bool) -> None:
        """Say what this is about."""
        self.say(Told.GOING_ON if going_on else Told.GREETING, code=own.code)

    def step(self, number: int, told: Told) -> None:
        """Say which step it is, what to do and why."""
        click.echo(f"\n[{number}/{STEPS}]")
        self.say(told)

    def say(self, told: Told, **facts: str) -> None:
        """Say one sentence in both languages."""
        shown = facts | {f"{name}_ko": _STATES_KO.get(v, v) for name, v in facts.items()}
        ko, en = told.value
        click.echo(f"{ko.format(**shown)}\n{en.format(**shown)}")

    def ask(self, told: Told, *, default: str | None = None, **facts: str) -> str:
        """Ask for one line."""
        ko, en = told.value
        question = f"{ko.format(**facts)} / {en.format(**facts)}"
        answer: str = click.prompt(question, default=default, show_default=False)
        return answer.strip()

    def show_code(self, text: str) -> None:
        """Show a QR code and what it says."""
        segno.make(text, error="m").terminal(out=sys.stdout, border=2, compact=True)
        click.echo(text)

    def show_fingerprint(self, code: str, told: Fingerprint) -> None:
        """Show a fingerprint, to be read aloud."""
        click.echo(f"\n{code}")
        for words in (told.words_ko, told.words_en):
            for start in (0, 6):
                row = enumerate(words[start : start + 6], start=start + 1)
                click.echo("  " + "  ".join(f"{place} {word}" for place, word in row))
        digits = told.digits.split()
        click.echo("  " + " ".join(digits[:6]) + "\n  " + " ".join(digits[6:]))

    def fault(self, fault: SangbongError) -> None:
        """Say what is wrong with what was read."""
        click.echo(f"{fault.text('ko')}\n{fault.text('en')}")

    def clear(self) -> None:
        """Take everything off the screen."""
        click.clear()

    def stop(self) -> None:
        """Say that nothing was confirmed."""
        ko, en = Told.STOPPED.value
        click.echo(f"\n{ko}\n{en}", err=True)
