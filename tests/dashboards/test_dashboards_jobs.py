"""Background work: once at a time, seen, stopped, and never lost."""

from __future__ import annotations

import gc
import threading
import weakref

import pytest

from dashboards.app import state as module
from dashboards.app.shell import follow_jobs
from dashboards.app.state import KEPT, State, state
from dashboards.kit.jobs import Jobs, NotReady
from explorer.core.errors import BadInput, Cancelled, ExplorerError
from explorer.core.progress import Progress


@pytest.fixture(autouse=True)
def _home(home):
    """Every test has its own table."""


def test_work_of_one_key_runs_once_at_a_time_and_again_afterwards():
    jobs, gate = Jobs(), threading.Event()
    first = jobs.start(("a",), lambda _: gate.wait(10), "job.warm")
    assert jobs.start(("a",), lambda _: None, "job.warm") is first
    other = jobs.start(("b",), lambda _: "b", "job.warm")
    assert other.wait(10) and other.result == "b"
    gate.set()
    assert first.wait(10) and first.state == "done"
    assert jobs.start(("a",), lambda _: None, "job.warm") is not first


def test_cancel_stops_at_the_next_report():
    jobs, reported = Jobs(), threading.Event()

    def work(progress):
        while True:
            progress(Progress("counting", 1, 10))
            reported.set()

    job = jobs.start(("a",), work, "job.warm")
    assert reported.wait(10)
    NotReady(job)
    jobs.cancel(job.id)
    assert job.wait(10)
    assert job.state == "cancelled" and isinstance(job.error, Cancelled)
    jobs.cancel("no such job")


def test_a_failure_is_one_line_and_unexpected_ones_are_logged(caplog):
    jobs = Jobs()

    def wrong(_):
        raise BadInput("core.target_is_file", target="x")

    def broken(_):
        raise ZeroDivisionError("oh")

    assert jobs.start(("a",), wrong, "job.warm").wait(10)
    job = jobs.start(("b",), broken, "job.warm")
    assert job.wait(10) and job.state == "failed"
    assert str(job.error) == "ZeroDivisionError: oh"
    assert "Traceback" in caplog.text and "is a file, not" not in caplog.text


def test_the_end_of_awaited_work_is_told_even_when_it_ended_before_anyone_waited():
    jobs, gate = Jobs(), threading.Event()
    quick = jobs.start(("a",), lambda _: None, "job.warm")
    assert quick.wait(10) and jobs.told()[0] == 0
    quick.awaited()
    before = jobs.told()[0]
    assert before > 0
    slow = jobs.start(("b",), lambda _: gate.wait(10), "job.warm")
    slow.awaited()
    assert jobs.told()[0] == before and not jobs.told(0)[1]
    gate.set()
    assert slow.wait(10) and jobs.told()[0] > before and jobs.told(0)[1] and not jobs.told(3600)[1]


def test_the_shell_shows_what_runs_once_and_says_when_to_look_again(app):
    jobs, gate = state().jobs, threading.Event()
    first = jobs.start(("a",), lambda _: gate.wait(10), "job.model", model="small")
    second = jobs.start(("b",), lambda _: gate.wait(10), "job.gaps")
    NotReady(first)
    NotReady(second)
    strip, panels, ready, idle = follow_jobs([{"type": "job", "id": first.id}, {"type": "job", "id": "999"}], 0)
    assert len(strip) == 1 and len(panels) == 2 and idle is False
    assert "small" in str(panels[0]) and "small" not in str(strip)
    gate.set()
    assert first.wait(10) and second.wait(10)
    strip, _, ready, _ = follow_jobs([], 0)
    assert strip == [] and ready == jobs.told()[0] > 0


@pytest.mark.parametrize("attempt", range(3))
def test_what_is_opened_is_opened_once_by_many_threads(attempt):
    here = State()
    opened = []
    gate = threading.Barrier(8)

    def ask():
        gate.wait(10)
        while True:
            try:
                return here.opened("map", ("thing", attempt), lambda _: opened.append(1) or "thing", "job.warm")
            except NotReady as wait:
                wait.job.wait(10)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert opened == [1]


@pytest.mark.parametrize("kind", ["vectors", "encoder", "map"])
def test_a_full_shelf_gives_up_what_was_asked_for_longest_ago(kind):
    here = State()
    opened = []

    def ask(name):
        return here.opened(kind, name, lambda _: opened.append(name) or name, "job.warm", patience=10)

    last = KEPT[kind] + 2  # each one given up of a large kind costs a walk through all memory: no more of them than tell
    for name in range(last + 1):
        ask(name)
        assert ask(0) == 0  # asked for again and again, it stays
    assert opened == list(range(last + 1))
    ask(last)
    ask(1)
    assert opened[last + 1 :] == [1]


def test_a_failure_reaches_every_card_and_is_then_tried_again(monkeypatch):
    here, tries = State(), []

    def opener(_):
        tries.append(1)
        raise BadInput("core.target_is_file", target="x")

    for _ in range(3):
        with pytest.raises(BadInput, match="is a file"):
            here.opened("map", "broken", opener, "job.warm", patience=10)
    assert len(tries) == 1
    monkeypatch.setattr(module, "MEMORY", -1.0)
    with pytest.raises(BadInput):
        here.opened("map", "broken", opener, "job.warm", patience=10)
    assert len(tries) == 2


class Thing:
    """Something to be opened; what refers to itself only the collector can free."""

    def __init__(self):
        self.me = self


class Plain:
    """Something to be opened that is gone as soon as nothing holds it."""


@pytest.mark.parametrize("kind", KEPT)
def test_shelves_are_emptied_of_what_was_used_longest_ago(kind):
    here, most = State(), KEPT[kind]
    made = Thing if kind in module._LARGE else Plain  # of what is large the shelf itself has the collector look
    seen = []

    def opener(_):
        thing = made()
        seen.append(weakref.ref(thing))
        return thing

    for number in range(most):
        here.opened(kind, number, opener, "job.warm", patience=10)
    here.opened(kind, 0, opener, "job.warm", patience=10)  # used again: it stays
    for number in range(most, most + 2):
        here.opened(kind, number, opener, "job.warm", patience=10)
    assert len(seen) == most + 2
    alive = [number for number, thing in enumerate(seen) if thing() is not None]
    assert alive == ([0, *range(3, most + 2)] if most > 2 else [2, 3])


def test_a_large_thing_leaves_memory_when_its_shelf_is_full():
    here, seen = State(), []

    def opener(_):
        thing = Thing()
        seen.append(weakref.ref(thing))
        return thing

    for number in range(KEPT["encoder"] + 2):
        here.opened("encoder", number, opener, "job.warm", patience=10)
    assert [thing() is None for thing in seen[:2]] == [True, True]


def test_failures_leave_nothing_in_memory(monkeypatch):
    here, seen = State(), []

    def fail(_):
        thing = Thing()
        seen.append(weakref.ref(thing))
        raise BadInput("core.target_is_file", target="x") from ValueError("inside")

    for number in range(200):
        with pytest.raises(BadInput, match="is a file"):
            here.opened("map", number, fail, "job.warm", patience=10)
    gc.unfreeze()
    gc.collect()
    assert [thing for thing in seen if thing() is not None] == []
    monkeypatch.setattr(module, "MEMORY", -1.0)
    with pytest.raises(BadInput):
        here.opened("map", "last", fail, "job.warm", patience=10)
    assert len(here._failed) == 1  # those of before are past


def test_an_unexpected_failure_is_told_to_every_card_too(caplog):
    here, tries = State(), []

    def broken(_):
        tries.append(1)
        raise ZeroDivisionError("oh")

    for _ in range(3):
        with pytest.raises(ExplorerError, match="ZeroDivisionError: oh"):
            here.opened("map", "broken", broken, "job.warm", patience=10)
    assert tries == [1] and "Traceback" in caplog.text


def test_the_end_of_a_job_is_told_only_when_the_clock_calls(app):
    """Told while a page puts a place for the job into its layout, Dash would not ask that page again."""
    from contextvars import copy_context

    from dash import no_update
    from dash._callback_context import context_value
    from dash._utils import AttributeDict

    from dashboards.app.shell import tick

    jobs = state().jobs
    job = jobs.start(("told",), lambda _: None, "job.warm")
    job.awaited()
    assert job.wait(10)

    def called(triggered):
        context_value.set(AttributeDict(outputs_list=[{}, [], {}, {}], triggered_inputs=triggered))
        return tick(1, -1)

    by_clock = copy_context().run(called, [{"prop_id": "tick.n_intervals", "value": 1}])
    by_layout = copy_context().run(called, [])
    assert by_clock[2] == jobs.told()[0] and by_layout[2] is no_update and by_layout[3] is no_update
    assert by_clock[3]["quiet"] is False and by_layout[0] is no_update  # the strip does not know yet what the page shows itself
