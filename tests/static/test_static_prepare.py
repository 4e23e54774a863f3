"""Shards made beforehand: the same bits as training makes, in any number of parts, through any number of kills."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from corpora.corpus import joined, open_corpus
from corpora.library import add
from explorer.core.errors import BadInput, Cancelled
from explorer.core.progress import Progress
from explorer.static.pipeline import tokenize_corpus
from explorer.static.prepare import prepare
from explorer.static.train import train
from explorer.tokenizers.engines.rules import EojeolTokenizer
from explorer.tokenizers.loading import tokenizer
from explorer.tokenizers.token import Token

ODD = [
    "",
    "ㅋㅋㅋㅋ 진짜?",
    "漢字와 한자",
    "👩‍👩‍👧 가족",
    unicodedata.normalize("NFD", "각하 값을"),
    "영\u200b폭",
    " \n\n",
    "끝" * 30_000,
]


def hashes(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted((folder / "cache/tokens").glob("*.npz"))
    }


def texts(count: int) -> list[str]:
    sample = list(open_corpus("sample").texts())
    return [f"{sample[number % len(sample)]} {number}번째 글이었다." for number in range(count)] + ODD


@pytest.mark.parametrize("name", ["kiwi", "eojeol"])
def test_parts_make_the_bits_that_training_makes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    given = texts(60)
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path / "trained"))
    shards = tokenize_corpus(given, tokenizer(name), shard_characters=2000)
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path / "prepared"))
    made = [prepare(given, tokenizer=name, part=f"{number}/3", workers=1, shard_characters=2000) for number in (2, 3, 1)]
    assert made[-1].left == 0 and made[0].left > 0 and all(one.made > 0 for one in made)
    assert sum(one.made for one in made) == made[0].shards == len(shards.paths)
    assert {path.name for one in made for path in one.paths} == {path.name for path in shards.paths}
    assert hashes(tmp_path / "trained") == hashes(tmp_path / "prepared")


class Refusing(EojeolTokenizer):
    """One that has the parameters of its base, and must never be asked."""

    def tokenize(self, text: str) -> list[Token]:
        raise AssertionError("tokenized again")


def test_training_after_it_tokenizes_nothing(home: Path) -> None:
    given = texts(60)
    prepare(given, tokenizer="eojeol")
    made = train("ppmi", given, tokenizer=Refusing(), dim=4, min_count=2)
    assert len(made) > 4


def test_the_number_of_parts_may_change_and_what_is_there_is_passed_over(home: Path) -> None:
    given = texts(40)
    first = prepare(given, tokenizer="eojeol", part="1/2", shard_characters=1000)
    before = {path: path.stat().st_mtime_ns for path in first.paths}
    rest = [prepare(given, tokenizer="eojeol", part=f"{number}/5", shard_characters=1000) for number in range(1, 6)]
    assert sum(one.made for one in rest) == first.left and sum(one.found for one in rest) == first.made
    assert {path: path.stat().st_mtime_ns for path in first.paths} == before
    assert prepare(given, tokenizer="eojeol", part="9/9000", shard_characters=1000).left == 0


def test_a_shard_cut_short_is_made_again(home: Path) -> None:
    given = texts(20)
    made = prepare(given, tokenizer="eojeol", shard_characters=1000)
    whole = hashes(home)
    made.paths[1].write_bytes(made.paths[1].read_bytes()[:100])
    assert prepare(given, tokenizer="eojeol", shard_characters=1000).made == 1
    assert hashes(home) == whole


def test_a_stored_corpus_is_read_from_the_middle(home: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("\n\n".join(texts(50)), encoding="utf-8")
    add(tmp_path / "a.txt", "one")
    both = joined([open_corpus("one"), open_corpus("one")])
    everything = list(both.marked())
    assert [text for text, _ in everything] == list(both.texts()) and both.seekable
    for number in (0, 1, len(everything) // 2, len(everything) - 1):
        assert list(both.marked(everything[number][1])) == everything[number:]
    prepare(both, tokenizer="eojeol", shard_characters=1000)
    wanted = hashes(home)
    for path in (home / "cache/tokens").glob("*.npz"):
        path.unlink()
    made = [prepare(both, tokenizer="eojeol", part=f"{number}/4", shard_characters=1000) for number in (3, 1, 4, 2)]
    assert [one.left for one in made][-1] == 0 and hashes(home) == wanted


def test_a_plan_is_made_once_and_a_changed_text_is_seen(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("하나 둘\n셋 넷\n", encoding="utf-8")
    stages: list[str] = []
    prepare(
        open_corpus(path), tokenizer="eojeol", part="2/2", shard_characters=3, progress=lambda step: stages.append(step.stage)
    )
    assert "planning" in stages
    stages.clear()
    prepare(
        open_corpus(path), tokenizer="eojeol", part="2/2", shard_characters=3, progress=lambda step: stages.append(step.stage)
    )
    assert "planning" not in stages
    state = path.stat()
    path.write_text("하나 둘\n셋 녯\n", encoding="utf-8")
    for kept in (home / "cache/tokens").glob("*.npz"):
        kept.unlink()
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    with pytest.raises(BadInput) as refused:
        prepare(open_corpus(path), tokenizer="eojeol", shard_characters=3)
    assert refused.value.code == "static.texts_changed"


def test_a_damaged_plan_is_made_again(home: Path) -> None:
    whole = prepare(open_corpus("sample"), tokenizer="eojeol")
    [plan] = (home / "cache/plans").iterdir()
    for content in (b"", b"[[1", b"[[1]]", b'{"a": 1}'):
        plan.write_bytes(content)
        assert prepare(open_corpus("sample"), tokenizer="eojeol").paths == whole.paths


@pytest.mark.parametrize("part", ["0/2", "3/2", "1", "1/0", "/", "１/2", "1/2/3", "-1/2", " 1/2"])
def test_impossible_parts_are_refused(home: Path, part: str) -> None:
    with pytest.raises(BadInput, match="i/N"):
        prepare(["가"], tokenizer="eojeol", part=part)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (iter(["가"]), "static.texts_read_once"),
        ("가", "static.texts_one_string"),
        (3, "static.texts_not_iterable"),
        ([], "static.corpus_empty"),
        ([""], "static.corpus_empty"),
        ([1], "static.text_not_string"),
    ],
)
def test_what_is_no_text_is_refused(home: Path, given: Any, code: str) -> None:
    with pytest.raises(BadInput) as refused:
        prepare(given, tokenizer="eojeol")
    assert refused.value.code == code


def test_cancelled_work_is_kept_and_gone_on_with(home: Path) -> None:
    given = texts(40)

    def stop(step: Progress) -> None:
        if step.stage == "tokenizing" and step.done > 0:
            raise Cancelled

    with pytest.raises(Cancelled):
        prepare(given, tokenizer="eojeol", shard_characters=1000, progress=stop)
    kept = hashes(home)
    again = prepare(given, tokenizer="eojeol", shard_characters=1000)
    assert 0 < len(kept) == again.found < again.shards and kept.items() <= hashes(home).items()


PROCESS = """
import sys
from explorer.static.prepare import prepare
sys.path.insert(0, {here!r})
from test_static_prepare import texts
prepare(texts(500), tokenizer="kiwi", part=sys.argv[1], workers=1, shard_characters=2000)
"""


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Any]:
    started: list[subprocess.Popen[bytes]] = []

    def start(part: str) -> subprocess.Popen[bytes]:
        code = PROCESS.format(here=str(Path(__file__).parent))
        started.append(subprocess.Popen([sys.executable, "-c", code, part]))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_kills_lose_nothing_and_two_at_one_shard_damage_nothing(home: Path, processes: Any) -> None:
    folder = home / "cache/tokens"
    running = [processes("1/1"), processes("1/1")]  # both at everything, in the same order
    deadline = time.monotonic() + 60
    while len(list(folder.glob("*.npz"))) < 5 and time.monotonic() < deadline:
        time.sleep(0.05)
    for process in running:
        process.send_signal(signal.SIGKILL)
        process.wait()
    kept = hashes(home)
    assert len(kept) >= 5
    again = prepare(texts(500), tokenizer="kiwi", shard_characters=2000)
    assert again.found == len(kept) < again.shards and kept.items() <= hashes(home).items()


def test_threads_at_the_same_shards_leave_each_whole(home: Path) -> None:
    given = texts(40)
    failed: list[BaseException] = []

    def work() -> None:
        try:
            prepare(given, tokenizer="eojeol", shard_characters=500)
        except BaseException as error:
            failed.append(error)

    running = [threading.Thread(target=work) for _ in range(4)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    assert failed == [] and prepare(given, tokenizer="eojeol", shard_characters=500).made == 0
    assert not [path for path in (home / "cache/tokens").iterdir() if path.suffix != ".npz"]
