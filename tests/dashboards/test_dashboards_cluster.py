"""Jobs whose pieces are made on a cluster: their progress comes, a stop reaches the workers, and the answer is the same."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

pytest.importorskip("distributed")
import psutil

from corpora import counting, open_corpus
from corpora.library import add
from corpora.statistics import statistics_path
from dashboards.app.worker import TASKS
from explorer.core.errors import BadInput, Cancelled
from explorer.core.progress import Progress


@pytest.fixture
def corpus(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "a.txt").write_text("\n\n".join(open_corpus("sample").texts()), encoding="utf-8")
    add(tmp_path / "a.txt", "c")
    monkeypatch.setattr(counting, "STRETCH", 5_000)
    return "c"


def workers_of(home: Path) -> list[psutil.Process]:
    found = []
    for one in psutil.Process().children():
        with suppress(psutil.Error):  # a zombie tells no command
            found += [one] if str(home) in " ".join(one.cmdline()) else []
    return found


def test_a_job_on_a_cluster_is_seen_stopped_and_done(home: Path, corpus: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Progress] = []

    def stop(step: Progress) -> None:
        seen.append(step)
        if step.stage == "counting" and step.done:
            assert len(workers_of(home)) == 2
            raise Cancelled

    place = statistics_path(open_corpus(corpus))
    monkeypatch.setenv("EXPLORER_CLUSTER", "local:2")
    with pytest.raises(Cancelled):
        TASKS["statistics"]({"corpus": corpus}, stop)
    assert seen[-1].total is not None and 0 < seen[-1].done < seen[-1].total
    assert not workers_of(home) and not place.exists() and any(counting.pieces_folder(open_corpus(corpus)).iterdir())
    TASKS["statistics"]({"corpus": corpus}, seen.append)
    there = place.read_bytes()
    place.unlink()
    monkeypatch.delenv("EXPLORER_CLUSTER")
    TASKS["statistics"]({"corpus": corpus}, seen.append)
    assert place.read_bytes() == there


@pytest.mark.parametrize("task", ["statistics", "index", "collocates"])
def test_a_cluster_that_cannot_be_is_said(home: Path, corpus: str, monkeypatch: pytest.MonkeyPatch, task: str) -> None:
    monkeypatch.setenv("EXPLORER_CLUSTER", "nowhere")
    with pytest.raises(BadInput, match="local:N"):
        TASKS[task]({"corpus": corpus, "word": "비", "window": 5, "by": "g2"}, lambda _: None)
