"""One estimate for work of several phases, by a clock that the tests move."""

import pytest

from explorer.core.phases import Phase, Phased, phased
from explorer.core.progress import Progress, Whole

PLAN = [Phase("reading", 50), Phase("near", 60), Phase("opening", 10), Phase("layout", 45), Phase("trust", 2), Phase("near", 3)]


class Clock:
    def __init__(self):
        self.now = 1_000.0

    def __call__(self):
        return self.now


def run(took, steps=20, plan=PLAN):
    """What is told while every phase takes so many seconds: (seconds left in truth, what was told)."""
    clock, told = Clock(), []
    end = clock.now + sum(seconds for _, seconds in took)
    progress = Phased(told.append, plan, clock)
    for stage, seconds in took:
        parts = 1 if stage == "opening" else steps
        for part in range(parts + 1):
            progress(Progress(stage, part, parts))
            clock.now += seconds / parts * (part < parts)
    return [(end - step.whole.at, step.whole) for step in told]


@pytest.mark.parametrize("slow", [0.3, 1, 8])
def test_the_estimate_finds_the_pace_of_a_machine(slow):
    told = run([(phase.stage, slow * phase.seconds) for phase in PLAN])
    after = [(left, whole) for left, whole in told if left < 0.6 * told[0][0]]
    assert all(abs(whole.left(whole.at) - left) < 0.2 * left + 0.2 for left, whole in after)
    assert told[-1][1].left(told[-1][1].at) == pytest.approx(0, abs=1e-6)


def test_the_share_never_falls_though_one_phase_takes_ten_times_as_long():
    told = run([(phase.stage, phase.seconds * (10 if phase.stage == "layout" else 1)) for phase in PLAN])
    shares = [whole.share(whole.at) for _, whole in told]
    assert shares == sorted(shares) and shares[0] == 0 and shares[-1] == 1
    late = [(left, whole.left(whole.at)) for left, whole in told if 10 < left < 300]
    assert late and all(0.5 * left < said < 2 * left for left, said in late)


def test_phases_that_are_not_there_are_not_waited_for():
    told = run([("layout", 45), ("trust", 2), ("near", 3)])
    assert told[0][1].left(told[0][1].at) == pytest.approx(50)


def test_what_is_no_phase_says_nothing_of_the_pace():
    clock, told = Clock(), []
    progress = Phased(told.append, [Phase("layout", 10)], clock)
    for stage, done, pause in ("waiting", 0, 600), ("layout", 0, 5), ("layout", 1, 300), ("waiting", 0, 5):
        progress(Progress(stage, done, 2))
        clock.now += pause
    assert [round(step.whole.left(step.whole.at)) for step in told] == [10, 10, 5, 305]
    assert (
        round(told[0].whole.left(told[0].whole.at + 500)) == 10
    )  # nothing of it passes while somebody else's work is waited for


def test_silence_is_counted_down_as_far_as_the_phase_goes():
    whole = Whole(began=0, at=100, here=20, rest=80)
    assert [whole.left(now) for now in (100, 110, 200)] == [100, 90, 80]
    assert 0.5 == whole.share(100) < whole.share(110) < whole.share(200) < 1


def test_a_new_plan_keeps_the_pace_and_the_share():
    clock, told = Clock(), []
    progress = Phased(told.append, clock=clock)
    progress(Progress("starting"))
    assert told[-1].whole is None and not progress.planned
    progress.plan([Phase("reading", 10), Phase("layout", 10)])
    progress(Progress("reading", 0, 1))
    clock.now += 40
    progress(Progress("reading", 1, 1))
    before = told[-1].whole
    progress.plan([Phase("layout", 100)])
    progress(Progress("layout", 0, 1))
    after = told[-1].whole
    assert after.share(clock.now) >= before.share(clock.now) and 200 < after.left(clock.now) < 400


def test_larger_work_has_one_estimate():
    larger = Phased(print, PLAN)
    assert phased(larger, [Phase("layout", 1)]) is larger and phased(None, PLAN) is None


def test_a_clock_that_is_put_back_does_no_harm():
    clock, told = Clock(), []
    progress = Phased(told.append, [Phase("layout", 10)], clock)
    for moved in (0, 5, -3600, 5):
        clock.now += moved
        progress(Progress("layout", 1, 2))
    assert all(step.whole.left(step.whole.at) >= 0 and 0 <= step.whole.share(step.whole.at) <= 1 for step in told)
