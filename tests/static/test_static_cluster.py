"""Work on a cluster: the same bits as here, through workers and schedulers that die, and workers that are slow."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

pytest.importorskip("distributed")


from distributed import Client
from support_cluster import Cluster, Numbers

from corpora.corpus import open_corpus
from corpora.library import add
from explorer.cli import main
from explorer.core import cluster as module
from explorer.core.cluster import on_cluster
from explorer.core.errors import BadInput, Cancelled, MissingExtra, Unavailable
from explorer.core.pieces import Piece
from explorer.core.progress import Progress
from explorer.static.pipeline import tokenize_corpus
from explorer.static.plan import source_of
from explorer.static.prepare import ShardMaker, prepare
from explorer.static.train import train
from explorer.tokenizers.loading import tokenizer


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    made.man(2)
    made.wait_for(2)
    yield made
    made.end()


def kill(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()


def ignore(_: Piece | None) -> None:
    pass


def hashes(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted((folder / "cache/tokens").glob("*.npz"))
    }


def texts(count: int) -> list[str]:
    sample = list(open_corpus("sample").texts())
    return [f"{sample[number % len(sample)]} {number}번째 글이었다. ㅋㅋㅋ 漢字 👩‍👩‍👧" for number in range(count)]


def test_the_bits_are_those_of_one_machine(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = texts(40)
    (tmp_path / "a.txt").write_text("\n\n".join(given), encoding="utf-8")
    for name, where in (("here", None), ("there", cluster.address)):
        monkeypatch.setenv("EXPLORER_HOME", str(tmp_path / name))
        add(tmp_path / "a.txt", "stored")
        for source in (open_corpus("stored"), given):  # workers read the one themselves, and are sent the other
            assert prepare(source, tokenizer="kiwi", cluster=where, shard_characters=2000).left == 0
    assert len(hashes(tmp_path / "here")) > 4 and hashes(tmp_path / "here") == hashes(tmp_path / "there")


def test_a_piece_that_fails_once_is_tried_again(cluster: Cluster, tmp_path: Path) -> None:
    work = Numbers(tmp_path, fault="fail once")
    told: list[Piece | None] = []
    on_cluster(cluster.address, work, work.pieces(12), told.append)
    assert work.made() == list(range(12)) and sum(piece is not None for piece in told) == 12
    with Client(cluster.address, timeout=60, set_as_default=False) as client:
        left = client.run(lambda dask_worker: [name for name in dask_worker.plugins if name.startswith("korean-explorer")])
    assert list(left.values()) == [[], []]  # workers that go on living keep nothing of ours


def test_what_is_there_is_passed_over(cluster: Cluster, tmp_path: Path) -> None:
    work = Numbers(tmp_path)
    on_cluster(cluster.address, work, work.pieces(3), ignore)
    for path in tmp_path.glob("*.tried"):
        path.unlink()
    on_cluster(cluster.address, work, work.pieces(5), ignore)
    assert work.made() == list(range(5)) and len(list(tmp_path.glob("*.tried"))) == 2


def test_a_worker_that_is_slow_does_not_hold_up_the_rest(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_SLOW", 0.5)
    work = Numbers(tmp_path, fault="hang once")
    start = time.monotonic()
    on_cluster(cluster.address, work, work.pieces(16), ignore)
    assert work.made() == list(range(16)) and time.monotonic() - start < 30


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        ("refuse", BadInput, "core.bad_part"),
        ("open", BadInput, "core.bad_part"),
        ("fail", Unavailable, "core.cluster_piece_fails"),
        ("nothing", Unavailable, "core.cluster_elsewhere"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str, kind: type[Exception], code: str
) -> None:
    if fault == "nothing":
        monkeypatch.setattr(module, "PATIENCE", 0.5)
    work = Numbers(tmp_path, fault=fault)
    with pytest.raises(kind) as refused:
        on_cluster(cluster.address, work, work.pieces(6), ignore)
    assert refused.value.code == code and "\n" not in str(refused.value)  # type: ignore[attr-defined]


def test_a_cancel_reaches_the_workers(cluster: Cluster, tmp_path: Path) -> None:
    work = Numbers(tmp_path, seconds=0.2)

    def stop(piece: Piece | None) -> None:
        if piece is not None:
            raise Cancelled

    with pytest.raises(Cancelled):
        on_cluster(cluster.address, work, work.pieces(100), stop)
    time.sleep(1.5)
    tried = len(list(tmp_path.glob("*.tried")))
    time.sleep(0.7)
    assert len(list(tmp_path.glob("*.tried"))) == tried < 60


def test_two_workers_killed_and_the_scheduler_started_again_lose_nothing(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.man(2)
    cluster.wait_for(4)
    work = Numbers(tmp_path, seconds=0.2)
    failed: list[BaseException] = []

    def run() -> None:
        try:
            on_cluster(cluster.address, work, work.pieces(90), ignore)
        except BaseException as error:
            failed.append(error)

    def wait_for(count: int) -> None:
        deadline = time.monotonic() + 60
        while len(work.made()) < count and time.monotonic() < deadline and not failed:
            time.sleep(0.05)
        assert len(work.made()) < 90

    thread = threading.Thread(target=run)
    thread.start()
    wait_for(10)
    kill(cluster.workers[0])
    kill(cluster.workers[1])
    wait_for(25)
    kill(cluster.scheduler)
    time.sleep(1)
    cluster.start()
    cluster.man(2)
    thread.join(60)
    assert failed == [] and not thread.is_alive()
    assert work.made() == list(range(90))


def test_a_piece_that_kills_its_workers_is_given_up(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs last: it leaves no worker alive."""
    monkeypatch.setattr(module, "PATIENCE", 3.0)
    work = Numbers(tmp_path, fault="exit")
    with pytest.raises(Unavailable) as refused:
        on_cluster(cluster.address, work, work.pieces(1), ignore)
    assert refused.value.code in {"core.cluster_piece_fails", "core.cluster_without_workers"}
    with pytest.raises(Unavailable, match="dask worker"):
        on_cluster(cluster.address, work, work.pieces(1), ignore)


def test_training_on_processes_of_this_machine_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Through the command line, which shows no more of the cluster than its end."""
    given = texts(60)
    (tmp_path / "a.txt").write_text("\n\n".join(given), encoding="utf-8")
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path / "there"))
    line = [
        "train",
        "ppmi",
        "--corpus",
        str(tmp_path / "a.txt"),
        "--name",
        "m",
        "--dim",
        "4",
        "--min-count",
        "2",
        "--json",
        "--tokenizer",
        "eojeol",
    ]
    done = CliRunner().invoke(main, [*line, "--cluster", "local:2"], catch_exceptions=False)
    there = json.loads(done.stdout)
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path / "here"))
    made = train("ppmi", open_corpus(tmp_path / "a.txt"), tokenizer="eojeol", dim=4, min_count=2)
    assert there["info"]["corpus_stats"] == made.info["corpus_stats"]
    assert hashes(tmp_path / "here") == hashes(tmp_path / "there")
    assert list((tmp_path / "there/cache/cluster").iterdir()) == []


def test_workers_that_cannot_start_are_told_of(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    liar = tmp_path / "python"
    liar.write_text("#!/bin/sh\necho 'no python here' >&2\nexit 1\n")
    liar.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(liar))
    with pytest.raises(Unavailable, match="no python here"):
        prepare(["가 나"], tokenizer="eojeol", cluster="local:1")


@pytest.mark.parametrize(
    "where", ["", "local", "local:0", "local:x", "local:-1", "local:99999", "host:8786", "tcp:", "tcp://", "로컬:2"]
)
def test_impossible_clusters_are_refused(home: Path, where: str) -> None:
    with pytest.raises(BadInput, match="local:N"):
        prepare(["가"], tokenizer="eojeol", cluster=where)


def test_what_does_not_go_together_is_refused(home: Path) -> None:
    with pytest.raises(BadInput, match="one of them"):
        prepare(["가"], tokenizer="eojeol", cluster="local:2", part="1/2")
    with pytest.raises(BadInput, match="leave cluster out"):
        train("contextual", ["가 나"], cluster="local:2")


def test_no_scheduler_is_said_with_its_address(home: Path) -> None:
    with pytest.raises(Unavailable, match="127\\.0\\.0\\.1:9"):
        prepare(["가"], tokenizer="eojeol", cluster="tcp://127.0.0.1:9")


def test_the_missing_extra_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingExtra, match="scale"):
        prepare(["가"], tokenizer="eojeol", cluster="local:2")


def test_a_tokenizer_that_is_another_one_on_the_worker_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    maker = ShardMaker(tokenizer("kiwi"), source_of(["가"]), 1)
    maker.open()
    monkeypatch.setattr("kiwipiepy.__version__", "0.0")
    with pytest.raises(BadInput) as refused:
        maker.open()
    assert refused.value.code == "tokenizers.differs_on_worker"


def _of(home: Path) -> list[Any]:
    """The children of this process that work in a home; what another test's left behind tells no command."""
    import psutil

    found = []
    for one in psutil.Process().children():
        with suppress(psutil.Error):
            found += [one] if str(home) in " ".join(one.cmdline()) else []
    return found


def test_progress_and_cancel_reach_a_cluster(home: Path) -> None:
    import psutil

    steps: list[Progress] = []
    heard: set[str] = set()

    def stop(step: Progress) -> None:
        steps.append(step)
        if step.stage == "tokenizing" and step.done:
            started = _of(home)
            assert started
            processes = [psutil.Process(), *started]
            listening = [one.laddr.ip for process in processes for one in process.net_connections() if one.status == "LISTEN"]
            heard.update(listening)
            raise Cancelled

    with pytest.raises(Cancelled):
        prepare(texts(60), tokenizer="eojeol", cluster="local:1", shard_characters=500, progress=stop)
    assert heard == {"127.0.0.1"}
    kept = len(hashes(home))
    assert kept > 0 and steps[-1].total is not None and 0 < steps[-1].done < steps[-1].total
    shards = tokenize_corpus(texts(60), tokenizer("eojeol"), shard_characters=500)
    assert kept < len(shards.paths)
