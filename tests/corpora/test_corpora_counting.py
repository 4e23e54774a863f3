"""A corpus counted in pieces has the very numbers of one that is counted in one go."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from test_corpora_statistics import Given

from corpora import counting, counts, open_corpus
from corpora.counts import Counts, Sample, Totals, count_documents
from corpora.library import add, remove
from corpora.statistics import Statistics, count_part, statistics
from explorer.core.errors import BadInput, Unavailable

ODD = ["", " \n ", "ㅋㅋㅋ 王 7! 👩‍👩‍👧", "값\u0308 값\u200b 값", "\ud800 홀로", "가 " * 3000, "봄이 왔다. 봄이 왔다!\n제목"]


def texts(size: int, seed: int = 0) -> list[str]:
    draw = random.Random(seed)
    made = [" ".join(f"낱말{int(draw.paretovariate(0.7)) % 5000}을" for _ in range(draw.randrange(60))) for _ in range(size)]
    made += ODD * 2
    draw.shuffle(made)
    return made


def test_wherever_stretches_end_the_numbers_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = Given(*texts(400))
    whole = statistics(corpus, morphemes=False)
    for size in (1, 500, 7_000):
        monkeypatch.setattr(counting, "STRETCH", size)
        assert statistics(corpus, morphemes=False) == whole


@pytest.mark.parametrize("limit", [1, 300, 5_000, 10**9])
def test_a_sample_is_the_same_wherever_it_is_divided(limit: int) -> None:
    given = texts(300, seed=limit)
    whole = Sample(limit)
    for place, text in enumerate(given, 1):
        whole.add(text, place)
    assert whole.size <= limit or len(whole.lines) <= 1
    for size in (1, 7, 200):
        totals = Totals(limit)
        for start in range(0, len(given), size):
            part = count_documents(given[start : start + size], start + 1, limit)
            totals.add(Counts.from_arrays(part.to_arrays()))
        assert (totals.lines.bar, totals.lines.marks, totals.lines.lines) == (whole.bar, whole.marks, whole.lines)


def test_what_is_written_down_is_read_as_it_was() -> None:
    made = count_documents(ODD, 5, 1000)
    again = Counts.from_arrays(made.to_arrays())
    assert set(made.to_arrays()) == set(counts.ARRAYS)
    assert (again.names, again.lines, again.marks, again.bar) == (made.names, made.lines, made.marks, made.bar)
    assert again.types.tolist() == sorted(made.types.tolist()) and again.characters == sum(map(len, ODD))


@pytest.fixture
def stored(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    lines = [text.encode("utf-8", "ignore").decode() for text in texts(400) if text.strip()]
    (tmp_path / "a.txt").write_text("\n\n".join(line.replace("\n", " ") for line in lines), encoding="utf-8")
    add(tmp_path / "a.txt", "c")
    monkeypatch.setattr(counting, "STRETCH", 5_000)
    return "c"


def test_parts_are_put_together_and_gone(stored: str, home: Path) -> None:
    corpus = open_corpus(stored)
    whole = statistics(corpus)
    first = count_part(corpus, "2/3")
    assert 0 < first.made < first.pieces and first.left == first.pieces - first.made and first.found == 0
    assert count_part(corpus, "2/3").to_dict() == first.to_dict() | {"made": 0, "found": first.made}
    again = count_part(corpus, "1/2")  # another number of parts
    assert again.found > 0 and again.left < first.left
    pieces = list((home / "cache/statistics").rglob("*.npz"))
    assert len(pieces) == first.pieces - again.left
    pieces[0].write_bytes(pieces[0].read_bytes()[:-3])  # broken off: made again
    assert statistics(corpus) == whole == Statistics.from_dict(whole.to_dict())
    assert list((home / "cache/statistics").rglob("*.npz")) == []


def test_files_are_counted_in_parts_too(stored: str, home: Path, tmp_path: Path) -> None:
    corpus = open_corpus(tmp_path / "a.txt")
    whole = statistics(corpus, morphemes=False)
    done = [count_part(open_corpus(tmp_path / "a.txt"), f"{number}/3", morphemes=False) for number in (3, 1, 2)]
    assert done[-1].left == 0 and all(0 < one.made < one.pieces for one in done)
    assert statistics(corpus, morphemes=False) == whole


def test_a_damaged_piece_is_said_and_made_again(stored: str, home: Path) -> None:
    corpus = open_corpus(stored)
    count_part(corpus, "1/1", morphemes=False)
    piece = next((home / "cache/statistics").rglob("*.npz"))
    data = bytearray(piece.read_bytes())
    data[200] ^= 255
    piece.write_bytes(data)
    with pytest.raises(Unavailable, match="run it again"):
        statistics(corpus, morphemes=False)
    assert not piece.exists() and statistics(corpus, morphemes=False).documents > 300


@pytest.mark.parametrize("part", ["0/2", "3/2", "x", "", "1/0", "１/２"])
def test_there_are_no_such_parts(stored: str, part: str) -> None:
    with pytest.raises(BadInput, match="2/8"):
        count_part(open_corpus(stored), part)


def test_what_was_counted_goes_with_the_corpus(stored: str, home: Path) -> None:
    count_part(open_corpus(stored), "1/2", morphemes=False)
    remove(stored)
    assert not any((home / "cache/statistics").iterdir())
