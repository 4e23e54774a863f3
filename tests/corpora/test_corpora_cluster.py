"""Corpora read, counted and indexed by other processes: the same bits, also when one of them is killed in the middle."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

pytest.importorskip("distributed")

from support_cluster import Cluster

from corpora import adding, counting, open_corpus
from corpora.concordance import ConcordanceIndex
from corpora.library import add, add_part, known_corpora, remove
from corpora.statistics import statistics
from explorer.cli import main
from explorer.core.errors import BadInput, Cancelled, Unavailable
from explorer.core.progress import Progress, ProgressCallback


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    made.man(4)
    made.wait_for(4)
    yield made
    made.end()


@pytest.fixture
def killing(cluster: Cluster) -> Callable[[str], ProgressCallback]:
    """Progress that kills a worker when the first piece of a stage is there; another one is begun beside it."""

    def after(stage: str) -> ProgressCallback:
        killed = False

        def told(step: Progress) -> None:
            nonlocal killed
            if step.stage == stage and step.done and not killed:
                killed = True
                cluster.workers[0].kill()
                cluster.workers.pop(0).wait()
                cluster.man(1)

        return told

    return after


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of files of several kinds, one of them no text, one a zip archive; a piece is some of them."""
    folder = tmp_path / "files"
    folder.mkdir()
    sample = list(open_corpus("sample").texts())
    for number in range(24):
        lines = [f"{text} {number % 20}번 ㅋㅋㅋ 漢字 👩‍👩‍👧 값\u0308" for text in sample[number * 9 : number * 9 + 30]]
        (folder / f"{number:02}.txt").write_text("\n\n".join(lines), encoding="utf-8")
    (folder / "03.txt").write_bytes(bytes(range(256)) * 40)
    (folder / "04.txt").write_bytes(b"")
    with (folder / "05.jsonl").open("w", encoding="utf-8") as stream:
        stream.writelines(
            json.dumps({"text": text, "id": f"가{n}"}, ensure_ascii=False) + "\n" for n, text in enumerate(sample[:50])
        )
    with zipfile.ZipFile(folder / "z.zip", "w") as packed:
        for number in range(3):
            packed.writestr(f"{number}.txt", "\n".join(sample[number : number + 40]).encode("cp949", "ignore"))
    monkeypatch.setattr(adding, "PIECE_BYTES", 8000)
    monkeypatch.setattr("corpora.library.SHARD_BYTES", 50_000)
    return folder


def bits(name: str) -> dict[str, str]:
    folder = open_corpus(name).folder  # type: ignore[attr-defined]
    return {path.name: hashlib.sha256(path.read_bytes().replace(name.encode(), b"")).hexdigest() for path in folder.iterdir()}


@pytest.mark.parametrize("drop", [None, "exact", "near"])
def test_a_corpus_read_on_a_cluster_is_the_same(
    cluster: Cluster, home: Path, files: Path, killing: Callable[[str], ProgressCallback], drop: str | None
) -> None:
    add(files, "here", drop=drop)
    add(files, "there", drop=drop, cluster=cluster.address, progress=killing("reading"))
    assert bits("here") == bits("there") and len(bits("here")) > 3
    assert not adding.pieces_folder("there").exists()


def test_a_corpus_read_in_parts_is_the_same(home: Path, files: Path) -> None:
    add(files, "here", drop="near")
    first = add_part(files, "there", part="2/3", drop="near")
    assert 0 < first.made < first.pieces == first.made + first.left
    assert [one.where for one in known_corpora() if one.name == "there"] == ["unfinished"]
    assert add_part(files, "there", part="2/3", drop="near").made == 0
    assert add_part(files, "there", part="1/2", drop="near").left > 0
    add(files, "there", drop="near")  # reads what is missing, and puts all together
    assert bits("here") == bits("there")
    with pytest.raises(BadInput, match="there"):
        add_part(files, "there", part="1/2")
    add_part(files, "gone", part="1/9")
    remove("gone")
    assert "gone" not in {one.name for one in known_corpora()} and not adding.pieces_folder("gone").exists()


def test_a_run_that_was_stopped_goes_on_from_its_pieces(home: Path, files: Path) -> None:
    add(files, "here")
    add_part(files, "there", part="1/1")

    def stop(step: Progress) -> None:
        if step.done > step.total / 2:  # type: ignore[operator]
            raise Cancelled

    with pytest.raises(Cancelled):
        add(files, "there", progress=stop)
    add(files, "there")
    assert bits("here") == bits("there")


def test_damage_is_said_and_read_again(home: Path, files: Path) -> None:
    add(files, "here")
    add_part(files, "there", part="1/1")
    piece = max(adding.pieces_folder("there").iterdir())
    data = bytearray(piece.read_bytes())
    data[300] ^= 255
    piece.write_bytes(data)
    with pytest.raises(Unavailable, match="run it again"):
        add(files, "there")
    add(files, "there")
    assert bits("here") == bits("there")


def test_a_file_that_changed_or_is_not_seen_is_said(home: Path, files: Path) -> None:
    asked = {"layout": 2, "field": None, "drop": None, "clean_markup": None}
    from corpora.readers.inputs import find_inputs
    from corpora.readers.report import Report

    (piece, _), *_ = adding.pieces_of("x", find_inputs(files, Report()), asked)
    maker = adding.ReadMaker(asked, single=False)
    maker.open()
    (files / "00.txt").write_text("다른 글", encoding="utf-8")
    with pytest.raises(BadInput, match="changed"):
        maker.make(piece.given)
    (files / "00.txt").unlink()
    with pytest.raises(BadInput, match="all machines see"):
        maker.make(piece.given)
    assert not piece.target.exists()


def test_counts_and_the_index_are_the_same(
    cluster: Cluster, files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, killing: Callable[[str], ProgressCallback]
) -> None:
    monkeypatch.setattr(counting, "STRETCH", 3000)
    monkeypatch.setattr("explorer.static.prepare.plan.__defaults__", (3000, None))
    found = []
    for where in (None, cluster.address):
        monkeypatch.setenv("EXPLORER_HOME", str(tmp_path / str(where is None)))
        add(files, "c")
        corpus = open_corpus("c")
        counts = statistics(corpus, cluster=where, progress=killing("counting") if where else None)
        index = ConcordanceIndex.of(corpus, "eojeol", cluster=where)
        index.close()
        found.append((counts, hashlib.sha256(index.path.read_bytes()).hexdigest()))
    assert found[0] == found[1]


def test_processes_of_this_machine_do_it_from_the_command_line(home: Path, files: Path) -> None:
    def run(*line: str) -> str:
        done = CliRunner().invoke(main, list(line), catch_exceptions=False)
        assert done.exit_code == 0, done.stderr
        return done.stdout

    run("corpus", "add", str(files), "--name", "here")
    parts = [json.loads(run("corpus", "add", str(files), "--name", "there", "--part", f"{n}/2", "--json")) for n in (1, 2)]
    assert parts[1]["left"] == 0 and "shards" in run("corpus", "add", str(files), "--name", "there", "--json")
    assert bits("here") == bits("there")
    whole = json.loads(run("corpus", "stats", "here", "--json", "--no-morphemes"))
    assert "0 left" in run("corpus", "stats", "there", "--no-morphemes", "--part", "1/1")
    again = json.loads(run("corpus", "stats", "there", "--json", "--no-morphemes", "--cluster", "local:2"))
    assert again | {"corpus": "here"} == whole
    for command in (["corpus", "stats", "here"], ["corpus", "add", str(files), "--name", "x"]):
        refused = CliRunner().invoke(main, [*command, "--part", "1/2", "--cluster", "local:2"])
        assert refused.exit_code == 1 and "one of them" in refused.stderr and refused.stderr.count("\n") == 1
