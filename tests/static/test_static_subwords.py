"""Jamo FastText: words nobody saw have vectors near the words they share pieces with, and they are kept when saved."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from test_static_training import planted

from explorer.core.errors import BadInput, OutOfVocabulary
from explorer.static.fasttext import noise_table, select_pieces
from explorer.static.load import load
from explorer.static.train import train
from explorer.vectors.subwords import EMPTY, Subwords, ngrams, signs
from explorer.vectors.transform import normalise, remove_components
from explorer.vectors.vectors import Vectors

STEMS = ["먹", "잡", "읽", "걷", "웃", "앉", "벗", "뽑"]
ENDINGS = ["었다", "는다", "으면", "어서", "겠다", "던데"]


def inflected(sentences: int = 1500) -> list[str]:
    """Stems have topics; endings say nothing. 먹겠다 never occurs."""
    rng = np.random.default_rng(0)
    texts = []
    for number in range(sentences):
        stem = number % len(STEMS)
        verb = STEMS[stem] + rng.choice(ENDINGS)
        if verb == "먹겠다":
            continue
        texts.append(
            " ".join(rng.permutation([verb, *(f"주제{stem}{letter}" for letter in rng.permutation(list("가나다"))[:2])]))
        )
    return texts


@pytest.fixture(scope="module")
def verbs(tmp_path_factory: pytest.TempPathFactory) -> Vectors:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EXPLORER_HOME", str(tmp_path_factory.mktemp("home")))
        return train("fasttext", inflected(), tokenizer="eojeol", dim=24, epochs=20, window=3, sample=0.0, alpha=0.1, workers=1)


def test_signs_keep_syllables_three_long() -> None:
    assert signs("값이A") == ["ㄱ", "ㅏ", "ㅄ", "ㅇ", "ㅣ", EMPTY, "A"]
    assert ngrams("가") == ngrams("\u1100\u1161")  # NFD is the same word
    assert set(ngrams("먹었다")) & set(ngrams("먹는다")) >= {"<ㅁㅓ", "ㅁㅓㄱ", f"ㄷㅏ{EMPTY}>", "먹", "다>"}
    assert len(ngrams("ㅋㅋㅋ")) == len(set(ngrams("ㅋㅋㅋ")))
    assert not {"<", ">", ""} & set(ngrams("가 나", (1, 2), (1, 2)))
    assert ngrams("", (3, 5), (3, 4)) == []


def test_unseen_and_mistyped_words_are_near_their_kin(verbs: Vectors) -> None:
    for word in ("먹겠다", "머겄다", "먹었댜"):
        found = verbs.resolve(word)
        assert (found.how, found.key) == ("subword", word) and word not in verbs
        own = np.mean([verbs.similarity(word, topic) for topic in ("주제0가", "주제0나", "주제0다")])
        others = np.mean([verbs.similarity(word, f"주제{n}{letter}") for n in range(1, len(STEMS)) for letter in "가나다"])
        assert own > others + 0.1, word
    assert verbs.similar("먹겠다", n=3)[0].word.startswith("먹")
    with pytest.raises(OutOfVocabulary):
        verbs.vector("zzz")


def test_words_of_the_vocabulary_are_the_mean_of_all_their_rows(verbs: Vectors) -> None:
    raw = train("fasttext", planted(200), tokenizer="eojeol", dim=8, epochs=1, workers=1, components=0)
    compose = raw.composer
    assert isinstance(compose, Subwords)
    assert raw.info["pieces"] == len(compose.names) > 0
    # A word's own row is as far from the mean of its pieces as one row among many can move it.
    assert (
        np.mean([np.linalg.norm(raw.vector(key) - compose(key)) for key in raw.keys[:50]])
        < np.linalg.norm(raw.vectors, axis=1).mean()
    )


def test_sub_words_are_saved_and_follow_what_is_done_to_the_vectors(verbs: Vectors, home: Path) -> None:
    moved = remove_components(verbs, 2)
    by_hand = moved.vector("먹겠다")
    mean, top = verbs.vectors.mean(axis=0), np.linalg.svd(verbs.vectors - verbs.vectors.mean(axis=0))[2][:2]
    plain = verbs.vector("먹겠다") - mean
    np.testing.assert_allclose(by_hand, plain - top.T @ (top @ plain), atol=2e-4)
    moved.save("verbs")
    again = load("verbs")
    assert again.resolve("먹겠다").how == "subword"
    np.testing.assert_allclose(again.vector("먹겠다"), by_hand, atol=1e-6)
    np.testing.assert_array_equal(again.vector("먹었다"), moved.vector("먹었다"))
    turned = normalise(verbs)  # no affine move: it works, but cannot be kept
    assert np.linalg.norm(turned.vector("먹겠다")) == pytest.approx(1, abs=1e-5)
    turned.save("turned")
    kept = load("turned")
    assert kept.find("먹겠다") is None or kept.resolve("먹겠다").how != "subword"
    assert any("sub-words could not be saved" in note for note in kept.info["warnings"])


def test_damaged_sub_words_are_one_line(verbs: Vectors, home: Path) -> None:
    folder = verbs.save("verbs")
    np.save(folder / "subwords.npy", np.zeros((3, 24), np.float32))
    with pytest.raises(BadInput, match="damaged") as caught:
        load("verbs")
    assert "\n" not in str(caught.value)


def test_one_worker_gives_the_same_bits(home: Path) -> None:
    first, second = (
        train("fasttext", planted(200), tokenizer="eojeol", dim=8, epochs=2, workers=1, seed=3, sample=1e-2) for _ in range(2)
    )
    np.testing.assert_array_equal(first.vectors, second.vectors)
    assert first.vector("나라갸").tolist() == second.vector("나라갸").tolist()
    assert not np.array_equal(
        first.vectors, train("fasttext", planted(200), tokenizer="eojeol", dim=8, epochs=2, workers=1).vectors
    )
    assert first.info["losses"][0] > 0


def test_pieces_are_those_that_words_share() -> None:
    names, starts, which = select_pieces(["왕", "왕비", "비", "집"], (0, 0), (1, 2), 100)
    assert set(names) == {"왕", "<왕", "비", "비>"}
    assert [[names[piece] for piece in which[starts[row] : starts[row + 1]]] for row in (0, 3)] == [["<왕", "왕"], []]
    assert len(select_pieces(["왕", "왕비", "비"], (0, 0), (1, 2), 2)[0]) == 2


def test_noise_follows_the_counts() -> None:
    counts = np.array([1000, 100, 10, 1])
    threshold, alias = noise_table(counts)
    chance = np.zeros(4)
    for place in range(4):
        chance[place] += threshold[place] / 4
        chance[alias[place]] += (1 - threshold[place]) / 4
    np.testing.assert_allclose(chance, counts**0.75 / (counts**0.75).sum(), rtol=1e-5)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"min_jamo": 4, "max_jamo": 3}, "must rise"),
        ({"min_jamo": 0, "max_jamo": 3}, "must rise"),
        ({"min_jamo": 0, "max_jamo": 0, "min_syllables": 0, "max_syllables": 0}, "no sub-words"),
        ({"max_pieces": 0}, "at least 1"),
        ({"alpha": -1.0}, "below 0"),
        ({"alpha": 1e9}, "diverged|infinite"),
    ],
)
def test_impossible_settings(home: Path, options: dict, reason: str) -> None:
    with pytest.raises(BadInput, match=reason):
        train("fasttext", planted(100), tokenizer="eojeol", dim=8, epochs=2, workers=1, **options)
