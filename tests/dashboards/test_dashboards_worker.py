"""The child process: answers, errors in one line, stopping, dying."""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from dashboards.app import runners
from dashboards.app.workers import Worker
from dashboards.kit.jobs import Jobs
from dashboards.pages.map.maps import Choice, read
from explorer.core.errors import Cancelled, ExplorerError, Unavailable
from explorer.core.progress import Progress


@pytest.fixture
def child(served):
    worker = Worker()
    yield worker
    worker.stop()


def test_it_draws_a_map_says_how_far_and_is_used_again(child):
    seen: list[Progress] = []
    answer = child.call("project", asdict(Choice("small", "pca", words=16)), seen.append)
    assert len(read(Path(answer["folder"])).keys) == 15  # one of the sixteen is a particle
    process = child._process
    assert child.call("project", asdict(Choice("small", "pca", words=16)), seen.append) == answer
    assert child._process is process and any(step.stage == "PCA" for step in seen)


def test_errors_of_the_child_are_ours_and_leave_it_able_to_work(child):
    with pytest.raises(ExplorerError, match="unknown model 'nothing'"):
        child.call("project", asdict(Choice("nothing")), lambda _: None)
    process = child._process
    assert process is not None and child.call("project", asdict(Choice("small", "pca", words=16)), lambda _: None)["folder"]
    assert child._process is process  # what it has compiled is not lost to a typing error


def test_cancelling_ends_the_child(child):
    def stop(_: Progress) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        child.call("project", asdict(Choice("small", "pca", words=16)), stop)
    assert child._process is None


def test_children_that_die_leave_nothing_to_be_done_at_the_end(child):
    before = atexit._ncallbacks()
    for _ in range(3):
        child.call("project", asdict(Choice("small", "pca", words=16)), lambda _: None)
        child._process.kill()
        child._process.wait()
    assert atexit._ncallbacks() == before


class Broken:
    """A table that fails as often as is said, then works."""

    def __init__(self, table, error, **times):
        self.table, self.error, self.times = table, error, times

    def __getattr__(self, name):
        if self.times.get(name, 0) > 0:
            self.times[name] -= 1
            return self.fail
        return getattr(self.table, name)

    def fail(self, *_):
        raise self.error


@pytest.fixture
def lane(home, monkeypatch):
    """A lane whose work is done at once, after some reports."""
    monkeypatch.setattr(runners, "RECOVER", 0.01)
    monkeypatch.setattr(runners, "_TOLD", 0.0)
    jobs = Jobs()

    def work(task, params, progress):
        for number in range(5):
            progress(Progress("counting", number, 5))
        return {"answer": params["word"]}

    made = runners.Runner(jobs, "slow")
    made._worker.call = work
    yield made
    made.close()
    jobs.close()


@pytest.mark.parametrize(
    ("error", "times"),
    [
        (Unavailable("dashboards.jobs_unusable", file="x", reason="busy"), {"beat": 4}),
        (Unavailable("dashboards.jobs_unusable", file="x", reason="busy"), {"claim": 2}),
        (OSError(28, "No space left on device"), {"claim": 2}),
        (ZeroDivisionError("oh"), {"claim": 2}),
    ],
)
def test_a_table_that_fails_for_a_moment_ends_neither_the_work_nor_the_lane(lane, error, times, caplog):
    broken = lane._jobs._table = Broken(lane._jobs.table, error, **times)
    job = lane._jobs.submit("contexts", {"word": "나"}, "senses.job", "slow", values={"word": "나"})
    lane.start()
    assert job.wait(20) and (job.state, job.result) == ("done", {"answer": "나"})
    assert not any(broken.times.values()) and caplog.text


SERVER = """
import sys, time
from dashboards.app.state import State
state = State()
task = state.task("kiwi", {}, "job.model", model="kiwi")
for _ in range(50):
    state.work()
while task.state == "waiting":
    time.sleep(0.05)
print(task.id, flush=True)
"""


def test_a_server_that_ends_gives_its_work_back(home):
    """Also where nobody closed it: a gunicorn worker leaves by the end of its process."""
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    ended = subprocess.run([sys.executable, "-c", SERVER], env=environment, capture_output=True, text=True, timeout=120)
    row = Jobs().table.row(ended.stdout.strip())
    assert row is not None and row.state == "waiting" and row.tries == 0 and row.failure is None, ended.stderr


def test_a_child_that_dies_is_one_line_not_a_wait_for_ever(child):
    def murder(_: Progress) -> None:
        if child._process is not None:
            child._process.kill()

    with pytest.raises(Unavailable, match="worker process"):
        child.call("project", asdict(Choice("small", "pca", words=16)), murder)
