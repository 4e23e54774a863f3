"""A word in its contexts is the word, at the right place, whatever form it has."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from corpora.concordance import Concordance, ConcordanceIndex, concordance
from explorer.core.errors import BadInput, Cancelled
from explorer.core.progress import Progress


@dataclass
class Text:
    id: str
    title: str
    text: str


class Texts:
    """A corpus as the concordance wants it."""

    name = "texts"

    def __init__(self, *texts: str) -> None:
        self.given = texts
        self.read = 0

    def documents(self) -> Iterator[Text]:
        self.read += 1
        return (Text(f"d{n}", f"제목 {n}", text) for n, text in enumerate(self.given))

    def texts(self) -> Iterator[str]:
        return (document.text for document in self.documents())

    def fingerprint(self) -> str:
        return hashlib.sha256(repr(self.given).encode()).hexdigest()


CORPUS = Texts(
    "왕은 밥을 먹었다.\n\n왕비도 밥을 먹는다. 😀 왕이 웃었다.",
    "그는 서울과 부산을 왕복했다.",
    "나는 어제 학교에 갔다. 먹을 것이 없었다.",
    "날씨가 차다. 공을 찼다. 공부했다.",
    " ".join(["임금은 성안에서 오래도록 나라를 다스렸다고 전해진다."] * 12) + " 왕이 죽었다.",
)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory):
    """``find(query, …)`` in the corpus above; the index is built once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EXPLORER_HOME", str(tmp_path_factory.mktemp("home")))
        yield lambda query, *rest, **options: concordance(CORPUS, query, *rest, **options)


def matches(result: Concordance) -> list[tuple[str, str]]:
    return [(line.document, line.match) for line in result.lines]


def test_a_verb_is_found_in_all_its_forms(found):
    result = found("먹다")
    assert result.resolved == ("먹다/VV",)
    assert matches(result) == [("d0", "먹"), ("d0", "먹"), ("d2", "먹")]
    assert result.count == 3
    assert found("먹었다").lines == result.lines
    assert matches(found("가다")) == [("d2", "갔")]


def test_a_noun_is_not_found_inside_another(found):
    result = found("왕", 10)
    assert "왕/NNG" in result.resolved
    assert [line.document for line in result.lines] == ["d0", "d0", "d4"]
    assert found("왕에게").lines == result.lines
    assert "왕복" not in {line.match + line.right[:1] for line in result.lines}


def test_every_line_can_be_found_again_in_its_document(found):
    for query in ("먹다", "왕", "밥을 먹다", "임금", "없다"):
        result = found(query, 50, width=12)
        assert result.lines
        for line in result.lines:
            text = CORPUS.given[int(line.document[1:])]
            assert text[line.start : line.end] == line.match
            assert text[max(0, line.start - 12) : line.start].replace("\n", " ") == line.left
            assert text[line.end : line.end + 12].replace("\n", " ") == line.right
            assert line.title == f"제목 {line.document[1:]}"


def test_phrases(found):
    result = found("밥을 먹다")
    assert result.resolved == ("밥/NNG 을/JKO 먹다/VV",)
    assert matches(result) == [("d0", "밥을 먹"), ("d0", "밥을 먹")]
    assert matches(found("공부하다")) == [("d3", "공부하")] or matches(found("공부하다")) == [("d3", "공부했")]
    assert matches(found("밥/NNG 을/JKO")) == [("d0", "밥을"), ("d0", "밥을")]


def test_all_readings_of_a_form_are_looked_for(found):
    result = found("차다")
    assert set(result.resolved) == {"차다/VA", "차다/VV"}
    assert matches(result) == [("d3", "차"), ("d3", "찼")]
    assert found("차다/VV").resolved == ("차다/VV",)
    assert len(found("차다/VV").lines) == 1


def test_particles_too(found):
    assert {line.match for line in found("을").lines} == {"을"}


def test_what_is_not_there(found):
    result = found("쀍쀍스럽다")
    assert (result.resolved, result.lines, result.count) == ((), (), 0)
    assert found("먹다", 0).lines == () and found("먹다", 0).count == 3


def test_limits_and_starts(found):
    everything = found("임금", 100)
    assert everything.count == len(everything.lines) == 12
    assert found("임금", 5).lines == everything.lines[:5] and found("임금", 5).count == 12
    later = found("임금", 100, start=1).lines
    assert 0 < len(later) < 12 and later == everything.lines[-len(later) :]


def test_substrings_need_no_index(home: Path):
    result = concordance(CORPUS, "왕", 10, mode="substring")
    assert [line.document for line in result.lines] == ["d0", "d0", "d0", "d1", "d4"]
    assert result.count == 5
    assert concordance(CORPUS, "왕", 2, mode="substring", start=3).lines == result.lines[3:5]
    assert not (home / "cache" / "concordance").exists()


def test_lines_are_sorted_by_what_stands_beside_the_match(home: Path, monkeypatch):
    corpus = Texts("나무가 왕을 봤다. 바다가 왕을 본다.", "가지가 왕, 하늘", "달이 “왕”이 가다")
    right = concordance(corpus, "왕", order="right")
    assert [line.right.strip(" ,”.")[:4] for line in right.lines] == ["을 본다", "을 봤다", "이 가다"[:4], "하늘"]
    left = concordance(corpus, "왕", order="left")
    assert [line.left.split()[-1].strip("“") or "달이" for line in left.lines] == ["가지가", "나무가", "달이", "바다가"]
    assert left.among == 4 and {line.number for line in left.lines} == {1, 2, 3}
    assert concordance(corpus, "왕", 2, order="left", start=1).lines == left.lines[1:3]
    assert concordance(corpus, "왕", mode="substring", order="left").lines == left.lines
    assert [line.start for line in concordance(corpus, "왕", order="left", width=0).lines] == [
        line.start for line in left.lines
    ]
    monkeypatch.setattr("corpora.concordance.SORTED", 2)
    some = concordance(corpus, "왕", order="left")
    assert 0 < some.among < some.count == 4 and f"{some.among} of them" in repr(some)
    whole = concordance(corpus, "왕", 3, mode="substring", order="left", width=0)
    assert [line.start for line in whole.lines] == [line.start for line in left.lines[:3]] and whole.among == whole.count == 4
    with pytest.raises(BadInput, match="cannot be ordered"):
        concordance(corpus, "왕", order="up")


@pytest.mark.parametrize("order", ["left", "right"])
def test_a_phrase_of_known_words_that_never_stand_together_is_sorted_too(found, order: str):
    result = found("밥/NNG 학교/NNG", order=order)
    assert result.resolved and (result.lines, result.count, result.among) == ((), 0, 0)


def test_of_a_frequent_phrase_lines_are_counted_as_they_are_sorted(home: Path, monkeypatch):
    monkeypatch.setattr("corpora.concordance.SORTED", 2)
    result = concordance(Texts(*["왕이 왔다. 왕이 왔다. 왕이 왔다."] * 3), "왕이 오다", order="right")
    assert (result.count, result.among) == (3, 2)


def test_the_index_is_built_once_and_anew_for_another_text(home: Path):
    first = Texts("왕이 왔다.")
    concordance(first, "왕")
    read = first.read
    concordance(first, "오다")
    assert first.read == read
    assert concordance(Texts("왕비가 왔다."), "왕").count == 0


def test_a_stopped_build_leaves_nothing(home: Path):
    def stop(step: Progress) -> None:
        if step.stage == "indexing":
            raise Cancelled

    with pytest.raises(Cancelled):
        concordance(CORPUS, "왕", progress=stop)
    assert [one for one in (home / "cache" / "concordance").rglob("*") if one.is_file()] == []
    assert concordance(CORPUS, "왕").count == 3


def test_keys_of_any_characters_are_one_term_each(home: Path):
    corpus = Texts('C++와 "따옴표" 왕* NEAR(가 나) ㅋㅋㅋ https://a.example/왕?q=1 😀😀', "AND OR NOT", "C 언어")
    assert concordance(corpus, "ㅋㅋㅋ").count == 1
    for query in ('"', "*", "NEAR", "😀", "C++", "AND", "^왕", "왕 OR", "'; DROP TABLE keys; --"):
        result = concordance(corpus, query)
        assert all(corpus.given[int(line.document[1:])][line.start : line.end] == line.match for line in result.lines)


def test_it_is_small_sqlite_that_anyone_can_open(home: Path):
    concordance(CORPUS, "왕")
    with closing(ConcordanceIndex.of(CORPUS)) as index, closing(sqlite3.connect(index.path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("SELECT count(*) FROM documents").fetchone() == (5,)


def test_silly_questions_get_clear_answers(home: Path):
    with pytest.raises(BadInput, match="no word"):
        concordance(CORPUS, "  ")
    with pytest.raises(BadInput, match="mode"):
        concordance(CORPUS, "왕", mode="regex")
    with pytest.raises(BadInput, match="negative"):
        concordance(CORPUS, "왕", -1)
    with pytest.raises(BadInput, match="empty"):
        concordance(Texts(), "왕")


def test_records(found):
    result = found("먹다", 2)
    assert result.to_dict()["lines"][0]["match"] == "먹"
    frame = result.to_frame()
    assert list(frame.columns) == ["left", "match", "right", "document", "title", "start", "end", "number"] and len(frame) == 2
