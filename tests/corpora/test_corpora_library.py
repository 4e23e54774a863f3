"""The home folder's corpora: whole or not there, resumed where they were killed, honest about what was dropped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import corpora.library as library
from corpora import open_corpus
from corpora.corpus import StoredCorpus
from corpora.duplicates import Duplicates, SeenTexts, signature
from corpora.library import add, remove, unfinished
from explorer.core.errors import BadInput, Cancelled, Unavailable, UnknownName
from explorer.core.progress import Progress
from explorer.core.store import list_artifacts


def folder_of(tmp_path: Path, files: int = 4, lines: int = 300) -> Path:
    folder = tmp_path / "texts"
    folder.mkdir(exist_ok=True)
    for file in range(files):
        (folder / f"{file}.txt").write_text(
            "".join(f"파일 {file}의 {line}째 줄이다.\n" for line in range(lines)), encoding="utf-8"
        )
    return folder


@pytest.fixture
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "SHARD_BYTES", 10_000)


def test_a_stored_corpus_gives_the_documents_of_its_files(home: Path, tmp_path: Path, small_shards: None):
    folder = folder_of(tmp_path)
    stored = add(folder, "글")
    assert list(stored.documents()) == list(open_corpus(folder).documents())
    assert list(open_corpus("글").texts()) == list(stored.texts())
    info = stored.info()
    assert info["documents"] == 1200 and info["shards"] > 3
    assert info["characters"] == sum(map(len, stored.texts()))
    assert [source["documents"] for source in info["sources"]] == [300] * 4
    assert stored.fingerprint() == open_corpus("글").fingerprint()


def test_a_name_is_taken_once_unless_forced(home: Path, tmp_path: Path):
    folder = folder_of(tmp_path, 1, 3)
    add(folder, "a")
    with pytest.raises(BadInput, match="exists already"):
        add(folder, "a")
    (folder / "0.txt").write_text("다르다\n", encoding="utf-8")
    assert list(add(folder, "a", force=True).texts()) == ["다르다"]
    with pytest.raises(BadInput, match="ships with"):
        add(folder, "sample")
    for name in ("../x", "", ".x"):
        with pytest.raises(BadInput):
            add(folder, name)


def test_several_paths_make_one_corpus(home: Path, tmp_path: Path):
    folder = folder_of(tmp_path, 3, 2)
    assert [t[:4] for t in add([folder / "2.txt", folder / "0.txt"], "a").texts()] == ["파일 2", "파일 2", "파일 0", "파일 0"]


class Stop:
    """Asks to stop once so many shards are on disk."""

    def __init__(self, home: Path, shards: int) -> None:
        self.pattern = home / "corpora"
        self.shards = shards

    def __call__(self, step: Progress) -> None:
        for state in self.pattern.glob(".adding-*/state.json"):
            if len(json.loads(state.read_text())["shards"]) >= self.shards:
                raise Cancelled


def test_a_stopped_run_lists_nothing_and_the_next_one_finishes(
    home: Path, tmp_path: Path, small_shards: None, monkeypatch: pytest.MonkeyPatch
):
    folder = folder_of(tmp_path)
    whole = list(open_corpus(folder).documents())
    for _ in range(2):
        with monkeypatch.context() as patch, pytest.raises(Cancelled):
            patch.setattr(library.time, "monotonic", iter(range(10**6)).__next__)  # every report counts
            add(folder, "a", drop="exact", progress=Stop(home, 2))
        assert list_artifacts("corpus") == {}
        assert unfinished() == ["a"]
        with pytest.raises(UnknownName):
            StoredCorpus("a")
    reads: list[int] = []
    before = library._Adding._keep
    monkeypatch.setattr(
        library._Adding, "_keep", lambda self, document, number: (reads.append(1), before(self, document, number))[1]
    )
    stored = add(folder, "a", drop="exact")
    assert len(reads) < len(whole)  # what was finished was not stored again
    assert list(stored.documents()) == whole
    assert unfinished() == []
    assert stored.info()["report"]["formats"] == {"plain text": 4}


def test_a_killed_process_leaves_nothing_half_made(home: Path, tmp_path: Path):
    folder = folder_of(tmp_path, 4, 4000)
    code = (
        "import sys, time, corpora.library as l\n"
        "l.SHARD_BYTES = 20_000\n"
        "keep = l._Adding._close_shard\n"
        "l._Adding._close_shard = lambda self: (keep(self), time.sleep(0.05))[0]\n"
        "l.add(sys.argv[1], 'a')\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(folder)], env=os.environ | {"EXPLORER_HOME": str(home)})
    state = home / "corpora" / ".adding-a" / "state.json"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (state.exists() and len(json.loads(state.read_text())["shards"]) >= 3):
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert list_artifacts("corpus") == {} and unfinished() == ["a"]
    finished = [shard["file"] for shard in json.loads(state.read_text())["shards"]]
    times = {name: (state.parent / name).stat().st_mtime_ns for name in finished}
    stored = add(folder, "a")
    assert {name: (stored.folder / name).stat().st_mtime_ns for name in finished} == times
    assert list(stored.documents()) == list(open_corpus(folder).documents())


def test_a_source_that_changed_meanwhile_is_read_anew(home: Path, tmp_path: Path, small_shards: None, monkeypatch):
    folder = folder_of(tmp_path)
    monkeypatch.setattr(library.time, "monotonic", iter(range(10**6)).__next__)
    with pytest.raises(Cancelled):
        add(folder, "a", progress=Stop(home, 2))
    (folder / "0.txt").write_text("이제 다르다.\n", encoding="utf-8")
    assert next(add(folder, "a").texts()) == "이제 다르다."


def test_a_damaged_file_keeps_what_was_finished_and_what_was_there(home: Path, tmp_path: Path, small_shards: None):
    import gzip

    folder = folder_of(tmp_path)
    add(folder, "old")
    data = gzip.compress("".join(f"끝 파일의 {n}째 줄\n" for n in range(4000)).encode())
    (folder / "9.txt.gz").write_bytes(data[: len(data) // 2])
    with pytest.raises(BadInput, match=r"9\.txt\.gz: the compressed data are damaged"):
        add(folder, "a")
    assert list(list_artifacts("corpus")) == ["old"]
    assert len(list(open_corpus("old").texts())) == 1200
    (folder / "9.txt.gz").write_bytes(data)
    assert add(folder, "a").info()["documents"] == 5200


def test_two_runs_at_once_are_refused(home: Path, tmp_path: Path):
    folder = folder_of(tmp_path, 1, 3)
    partial = library._partial("a")
    partial.mkdir(parents=True)
    with library.name_lock(partial), pytest.raises(Unavailable, match="another process"):
        add(folder, "a")
    assert add(folder, "a").info()["documents"] == 3


def test_a_failure_without_anything_finished_leaves_no_trace(home: Path, tmp_path: Path):
    (tmp_path / "x.bin").write_bytes(bytes(range(256)) * 100)
    with pytest.raises(BadInput, match="binary"):
        add(tmp_path / "x.bin", "a")
    assert unfinished() == [] and list((home / "corpora").iterdir()) == []


def test_remove_takes_the_corpus_and_what_an_interrupted_run_left(home: Path, tmp_path: Path, small_shards: None, monkeypatch):
    folder = folder_of(tmp_path)
    add(folder, "a")
    remove("a")
    assert list_artifacts("corpus") == {}
    with pytest.raises(UnknownName):
        remove("a")
    monkeypatch.setattr(library.time, "monotonic", iter(range(10**6)).__next__)
    with pytest.raises(Cancelled):
        add(folder, "a", progress=Stop(home, 1))
    remove("a")
    assert unfinished() == []


def test_a_corpus_is_renamed_and_keeps_its_index(home: Path, tmp_path: Path, small_shards: None):
    from corpora.concordance import ConcordanceIndex, concordance
    from corpora.statistics import kept_statistics

    stored = add(folder_of(tmp_path), "a", source={"label": "label"})
    concordance(stored, "파일", 1)
    stored.evidence()
    counted = kept_statistics(stored)
    for wrong in ("sample", "..", "", "a"):
        with pytest.raises(BadInput):
            library.rename("a", wrong)
    with pytest.raises(UnknownName):
        library.rename("b", "c")
    renamed = library.rename("a", "나의 글".replace(" ", "-"))
    assert (
        list(list_artifacts("corpus")) == ["나의-글"]
        and renamed.manifest.name == "나의-글"
        and renamed.info()["label"] == "label"
    )
    assert ConcordanceIndex.made(renamed) and list(renamed.texts()) == list(open_corpus(tmp_path / "texts").texts())
    assert kept_statistics(renamed, progress=lambda _: pytest.fail("counted again")).types == counted.types
    assert renamed.evidence(progress=lambda _: pytest.fail("counted again")).name == "나의-글"
    concordance(open_corpus("sample"), "왕", 1)  # of another corpus: stays
    remove("나의-글")
    left = [path.relative_to(home / "cache").parts[0] for path in (home / "cache").rglob("*") if path.is_file()]
    assert sorted(left) == ["concordance", "tokens"] and ConcordanceIndex.made(open_corpus("sample"))


def test_what_was_made_of_a_corpus_goes_when_it_is_replaced(home: Path, tmp_path: Path):
    from corpora.concordance import concordance

    add(folder_of(tmp_path, 1, 3), "a")
    concordance(open_corpus("a"), "파일", 1)
    assert any(path.is_file() for path in (home / "cache").rglob("*"))
    (tmp_path / "texts" / "0.txt").write_text("다른 글이다.\n", encoding="utf-8")
    add(tmp_path / "texts", "a", force=True)
    assert not any(path.is_file() for path in (home / "cache").rglob("*"))


def test_a_document_is_found_by_its_place(home: Path, tmp_path: Path, small_shards: None):
    stored = add(folder_of(tmp_path), "a", called="ignored for folders")
    documents = list(stored.documents())
    for number in (1, 2, 299, 300, 301, 1200):
        assert stored.document(number) == documents[number - 1]
    assert open_corpus("sample").document(2) == list(open_corpus("sample").documents())[1]
    for corpus in (stored, open_corpus("sample")):
        for number in (0, -1, 10**9):
            with pytest.raises(BadInput, match="no document number"):
                corpus.document(number)


def test_a_file_is_called_what_its_owner_calls_it(home: Path, tmp_path: Path):
    (tmp_path / "content").write_text("첫 줄\n\n둘째 줄\n", encoding="utf-8")
    stored = add(tmp_path / "content", "a", called="나의 글.txt")
    assert [document.id for document in stored.documents()] == ["나의 글.txt:1", "나의 글.txt:3"]
    (tmp_path / "content").write_text("\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"^나의 글\.txt: no text found"):
        add(tmp_path / "content", "b", called="나의 글.txt")
    assert unfinished() == []


def test_a_damaged_shard_names_the_line(home: Path, tmp_path: Path):
    stored = add(folder_of(tmp_path, 1, 3), "a")
    shard = stored.folder / "00000.jsonl"
    shard.write_bytes(shard.read_bytes()[:-10])
    with pytest.raises(BadInput, match=r"00000\.jsonl:3 is damaged"):
        list(stored.documents())
    with pytest.raises(BadInput, match=r"00000\.jsonl:3 is damaged"):
        stored.document(3)
    shard.unlink()
    for read in (lambda: list(stored.documents()), lambda: stored.document(1)):
        with pytest.raises(BadInput, match=r"00000\.jsonl"):
            read()


# -- duplicates -----------------------------------------------------------------------------------------------------------


def test_exact_and_near_duplicates_are_dropped_and_counted(home: Path, tmp_path: Path):
    long = "서울에는 오래된 궁궐이 여럿 있고 그 가운데 하나는 산 아래 넓은 터에 자리 잡고 있다"
    lines = [long, "전혀 다른 문장이 여기에 하나 있다", long, long.replace("여럿", "많이"), "또 다른 글"]
    path = tmp_path / "a.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    exact = add(path, "exact", drop="exact")
    assert list(exact.texts()) == [lines[0], lines[1], lines[3], lines[4]]
    near = add(path, "near", drop="near")
    assert list(near.texts()) == [lines[0], lines[1], lines[4]]
    findings = near.info()["report"]["findings"]
    assert findings["duplicates"]["count"] == 1 and findings["near"]["count"] == 1


def test_signatures_estimate_the_jaccard_similarity_of_trigrams():
    def grams(text: str) -> set[str]:
        return {text[n : n + 3] for n in range(len(text) - 2)}

    words = [f"낱말{n * 7919 % 1000}" for n in range(400)]
    first = " ".join(words)
    errors = []
    for changed in (0, 20, 60, 120, 200, 400):
        second = " ".join(f"다른{n}" if n < changed else word for n, word in enumerate(words))
        truth = len(grams(first) & grams(second)) / len(grams(first) | grams(second))
        errors.append(abs(float((signature(first) == signature(second)).mean()) - truth))
    assert max(errors) < 0.2 and sum(errors) / len(errors) < 0.08


def test_near_duplicates_are_found_among_thousands_and_others_left_alone():
    filter_ = Duplicates(0.8)
    texts = [" ".join(f"말{(n * 31 + k * k * 17) % 5003}" for k in range(60)) for n in range(2000)]
    assert all(filter_.check(text) is None for text in texts)
    found = [filter_.check(text.replace(text.split()[30], "바꿈")) for text in texts]
    assert found.count("near") > 1980


def test_seen_texts_remember_across_merges(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(SeenTexts, "RECENT", 16)
    seen = SeenTexts()
    assert all(seen.add(str(n)) for n in range(200))
    assert not any(seen.add(str(n)) for n in range(200))


def test_a_silly_similarity_is_refused():
    with pytest.raises(BadInput, match=r"0\.5 to 1"):
        Duplicates(0.1)


def test_a_file_without_text_leaves_nothing_unfinished(home: Path, tmp_path: Path):
    (tmp_path / "empty.txt").write_text("")
    with pytest.raises(BadInput, match="no text"):
        add(tmp_path / "empty.txt", "e")
    assert unfinished() == [] and list((home / "corpora").iterdir()) == []
