"""Counts that can be checked by hand."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

import corpora.statistics as module
from corpora import Document, counts, open_corpus
from corpora.corpus import Corpus
from corpora.counts import count_sentences
from corpora.statistics import CLASSES, PARTS, character_class, statistics
from explorer.core.errors import BadInput, Cancelled
from explorer.core.progress import Progress


class Given(Corpus):
    """A corpus of given texts."""

    name = "given"

    def __init__(self, *texts: str) -> None:
        self.given = texts

    def documents(self) -> Iterator[Document]:
        return (Document(str(n), text) for n, text in enumerate(self.given))

    def fingerprint(self) -> str:
        return repr(self.given)

    def info(self) -> dict[str, Any]:
        return {"name": self.name}


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        (" \n ", 0),
        ("봄이 왔다", 1),
        ("봄이 왔다. 꽃이 핀다.", 2),
        ("3.5도였다.", 1),
        ("2019. 5. 1. 시행", 1),
        ('그는 "간다." 하고 갔다.', 2),
        ("정말?! 그래…\n제목\n\n끝.", 4),
        ("와ㅋㅋㅋ 😀", 1),
    ],
)
def test_sentences(text: str, count: int):
    assert count_sentences(text) == count


@pytest.mark.parametrize(
    ("characters", "name"),
    [
        ("가힣", "hangul"),
        ("ㅋㅏ\u1100\u11ab", "jamo"),
        ("王漢\uf914", "hanja"),
        ("aZéＡ", "latin"),
        ("09０٣", "digits"),
        ("😀♥🇰", "emoji"),
        (" \n\t\u3000", "space"),
        (".,!『』+₩", "punctuation"),
        ("яΩ\u200bあ", "other"),
    ],
)
def test_character_classes(characters: str, name: str):
    assert {character_class(ord(c)) for c in characters} == {name}


def test_a_small_corpus_by_hand():
    texts = ["봄이 왔다. 봄이", "왔다. ㅋㅋ 王 7!", "봄이 왔다. 봄이"]
    found = statistics(Given(*texts), morphemes=False)
    words = Counter(word for text in texts for word in text.split())
    assert (found.documents, found.sentences, found.eojeol) == (3, 6, 10)
    assert (found.types, found.hapax) == (len(words), sum(count == 1 for count in words.values()))
    assert found.characters == sum(map(len, texts)) and sum(found.classes.values()) == found.characters
    assert found.syllables == 14 and found.syllable_types == 4
    assert found.duplicates == 1
    assert found.top == sorted(words.items(), key=lambda pair: (-pair[1], pair[0]))
    assert set(found.classes) == set(CLASSES)
    assert found.morphemes is None


def test_the_curve_of_types_has_more_points_where_batches_are_small(monkeypatch: pytest.MonkeyPatch):
    texts = [" ".join(f"말{(n * k) % 997}" for k in range(1, 60)) for n in range(300)]
    whole = statistics(Given(*texts), morphemes=False)
    monkeypatch.setattr(counts, "_BATCH_EOJEOL", 500)
    parts = statistics(Given(*texts), morphemes=False)
    words = Counter(word for text in texts for word in text.split())
    for found in (whole, parts):
        assert (found.eojeol, found.types) == (words.total(), len(words))
        assert found.hapax == sum(count == 1 for count in words.values())
        assert found.zipf[0] == (1, words.most_common(1)[0][1])
    assert len(parts.heaps) > len(whole.heaps) and parts.heaps[-1] == whole.heaps[-1]


def test_laws_are_recovered_from_a_corpus_that_obeys_them():
    # Frequencies of exactly 3000 / rank: exponent one.
    text = " ".join(f"낱말{rank}" for rank in range(1, 300) for _ in range(round(30_000 / rank)))
    found = statistics(Given(text), morphemes=False)
    assert math.isclose(found.zipf_exponent, 1, abs_tol=0.02)
    # Every eojeol new: beta one, k one.
    fresh = statistics(Given(*(" ".join(f"새말{n}-{k}" for k in range(50)) for n in range(200))), morphemes=False)
    assert math.isclose(fresh.heaps_beta, 1, abs_tol=1e-6) and math.isclose(fresh.heaps_k, 1, abs_tol=1e-4)


def test_kiwi_counts_particles_and_says_when_it_samples():
    found = statistics(Given("나는 밥을 먹는다"))
    assert found.morphemes is not None
    assert found.morphemes.morphemes == 6 and not found.morphemes.sampled
    assert math.isclose(found.morphemes.particles, 2 / 6)
    assert math.isclose(found.morphemes.endings, 1 / 6)
    assert math.isclose(found.morphemes.nouns, 2 / 6)
    large = statistics(Given(*(f"{n}째 문장이 여기에 있다" for n in range(2000))), sample=3000)
    assert large.morphemes is not None and large.morphemes.sampled
    assert 1000 < large.morphemes.characters <= 3000


def test_the_sample_of_the_project_and_its_json():
    found = statistics(open_corpus("sample"), morphemes=False)
    data = found.to_dict()
    assert {"documents", "sentences", "eojeol", "syllables", "types", "hapax"} <= set(data)
    assert data["types"] > data["hapax"] > 0
    assert found.classes["hangul"] > 0.6 * found.characters


def test_every_part_is_a_table_and_the_whole_can_be_looked_at():
    found = statistics(open_corpus("sample"), morphemes=False)
    tables = {part: found.to_frame(part) for part in PARTS}
    assert dict(zip(*tables["counts"].to_numpy().T, strict=True))["documents"] == found.documents
    assert all(len(table) for part, table in tables.items() if part != "morphemes")
    assert "<td" in found._repr_html_() and found.top[0][0] in repr(found)
    with pytest.raises(BadInput, match=r"no such table .* zipf"):
        found.to_frame("nothing")


def test_an_empty_corpus_and_a_stop():
    with pytest.raises(BadInput, match="no text"):
        statistics(Given(" ", ""), morphemes=False)

    def stop(step: Progress) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        statistics(Given(*["말"] * 600), morphemes=False, progress=stop)


def test_sentence_lengths_and_what_is_kept(home):
    corpus = Given("봄이 왔다. 꽃이 활짝 피었다!\n제목", "가 " * 300 + "끝.", "ㅋㅋㅋ")
    found = statistics(corpus, morphemes=False)
    assert found.sentence_lengths == [(1, 2), (2, 1), (3, 1), (module.LONGEST, 1)]
    assert (found.shorter(0.4), found.shorter(0.5), found.shorter(1), found.sentences) == (1, 2, module.LONGEST, 5)
    assert found.sentence_eojeol == 308 / 5
    kept = module.kept_statistics(corpus)
    assert module.kept_statistics(corpus, progress=lambda _: pytest.fail("counted again")) == kept
    assert kept.morphemes is not None and kept.zipf == found.zipf and kept.top == found.top
    [file] = (home / "cache" / "statistics").rglob("*.json")
    file.write_text("{}", encoding="utf-8")  # damaged from outside
    assert module.kept_statistics(corpus) == kept
