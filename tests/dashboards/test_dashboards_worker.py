"""The child process: answers, errors in one line, stopping, dying."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest

from dashboards.app.workers import Worker
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


def test_a_child_that_dies_is_one_line_not_a_wait_for_ever(child):
    def murder(_: Progress) -> None:
        if child._process is not None:
            child._process.kill()

    with pytest.raises(Unavailable, match="worker process"):
        child.call("project", asdict(Choice("small", "pca", words=16)), murder)
