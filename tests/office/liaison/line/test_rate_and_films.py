"""How fast to send, and which pieces are left: both without a clock or a connection."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.liaison.adapters.line.films import FilmJob, missing_runs
from sangbong.liaison.adapters.line.rate import FIRST_RATE, RATE_MIN, RateControl


class ShapedLine:
    """A line of a rate and a round trip, with a queue: what is sent comes through or waits."""

    def __init__(self, *, rate: float, base: float) -> None:
        self.rate, self.base = rate, base
        self.now, self.acked, self.queued, self.longest = 0.0, 0.0, 0.0, 0.0
        self.sent: list[tuple[float, float]] = []

    def play(self, control: RateControl, seconds: float, *, limited: bool = True) -> None:
        step = 0.05
        if not self.now:  # the first requests pass over an empty line
            control.note(self.now, acked=0, rtt=self.base, limited=False)
        for _ in range(int(seconds / step)):
            self.now += step
            self.queued = max(0.0, self.queued + step * (control.rate - self.rate))
            through = min(self.rate, control.rate) if not self.queued else self.rate
            self.sent.append((self.now + self.base, through * step))
            while self.sent and self.sent[0][0] <= self.now:
                self.acked += self.sent.pop(0)[1]
            self.longest = max(self.longest, self.queued / self.rate)
            rtt = self.base + self.queued / self.rate
            control.note(self.now, acked=int(self.acked), rtt=rtt, limited=limited)


@pytest.mark.parametrize("rate", [200_000.0, 1_250_000.0, 12_500_000.0])
@pytest.mark.parametrize("base", [0.02, 0.15, 0.6])
def test_r2_and_r4_the_rate_finds_the_line_and_keeps_the_queue_short(rate, base):
    line, control = ShapedLine(rate=rate, base=base), RateControl()
    line.play(control, 40.0)
    before, line.longest = line.acked, 0.0
    line.play(control, 20.0)
    assert line.acked - before > 0.95 * rate * 20
    assert line.longest < 0.1


def test_r4_a_line_that_became_faster_is_noticed():
    line, control = ShapedLine(rate=500_000.0, base=0.1), RateControl()
    line.play(control, 20.0)
    line.rate = 5_000_000.0
    line.play(control, 30.0)
    assert control.rate > 4_500_000.0


def test_a_line_that_became_slower_is_noticed():
    line, control = ShapedLine(rate=5_000_000.0, base=0.1), RateControl()
    line.play(control, 20.0)
    line.rate = 500_000.0
    line.play(control, 30.0)
    line.longest = 0.0
    line.play(control, 10.0)
    assert control.rate < 600_000.0
    assert line.longest < 0.1


def test_r5_a_cut_leaves_the_rate_as_it_was():
    line, control = ShapedLine(rate=1_250_000.0, base=0.15), RateControl()
    line.play(control, 20.0)
    before = control.capacity
    control.line_is_back(line.now)
    control.note(line.now + 0.1, acked=0, rtt=0.15, limited=True)
    assert control.capacity == before
    assert control.queue == pytest.approx(0.0, abs=0.01)


def test_r6_a_longer_way_is_not_taken_for_a_queue_for_ever():
    line, control = ShapedLine(rate=1_250_000.0, base=0.05), RateControl()
    line.play(control, 20.0)
    line.base = 0.4
    line.play(control, 40.0)
    before = line.acked
    line.play(control, 10.0)
    assert line.acked - before > 0.9 * 12_500_000


def test_r6_a_queue_that_falls_is_a_queue():
    control = RateControl()
    control.note(0.0, acked=0, rtt=0.1, limited=False)
    for step in range(30):
        control.note(0.5 * step, acked=0, rtt=2.0 - 0.06 * step, limited=False)
    assert control.base == 0.1


def test_r1_the_shortest_round_trip_is_forgotten_after_a_minute():
    control = RateControl()
    for second in range(100):
        control.note(float(second), acked=0, rtt=0.1 if second < 10 else 0.15, limited=False)
    assert control.base == 0.15


def test_nothing_is_learnt_while_there_is_little_to_send():
    line, control = ShapedLine(rate=1_250_000.0, base=0.15), RateControl()
    line.play(control, 10.0, limited=False)
    assert control.capacity == FIRST_RATE


def test_the_rate_has_a_floor():
    control = RateControl(capacity=1.0)
    control.queue = 5.0
    assert control.rate == RATE_MIN


@given(st.lists(st.booleans(), min_size=1, max_size=70))
def test_runs_are_what_is_missing(bits):
    have = bytearray(-(-len(bits) // 8))
    for index, held in enumerate(bits):
        have[index >> 3] |= held << (7 - (index & 7))
    runs = list(missing_runs(bytes(have), len(bits)))
    missing = [index for first, count in runs for index in range(first, first + count)]
    assert missing == [index for index, held in enumerate(bits) if not held]


def test_a_job_ends_when_every_run_has_landed_and_not_before():
    job = FilmJob("f", pieces=10, have=b"\x80")
    assert job.left == 9
    first, second = job.next_run(4), job.next_run(100)
    assert (first, second, job.next_run(1)) == ((1, 4), (5, 5), None)
    job.put_back(second)
    assert job.next_run(5) == second
    job.landed(first)
    assert not job.landed_all.is_set()
    job.landed(second)
    assert job.landed_all.is_set()


def test_p2_of_two_copies_the_first_that_lands_counts():
    job = FilmJob("f", pieces=4, have=b"")
    run = job.next_run(4)
    assert job.again(run)
    assert not job.again(run)
    job.put_back(run)  # one copy was cut off: the other is still under way
    assert job.next_run(4) is None
    assert job.again(run)
    job.landed(run)
    assert job.landed_all.is_set()
    job.landed(run)
    job.put_back(run)
    assert not job.again(run)
    assert job.left == 0


def test_a_film_that_is_there_already_has_nothing_to_send():
    assert FilmJob("f", pieces=8, have=b"\xff").landed_all.is_set()
