"""What a training tells after every epoch, and that a run which was killed goes on after the last one that was kept."""

from __future__ import annotations

import numpy as np
import pytest
from test_static_training import planted

from explorer.core.errors import BadInput, Cancelled
from explorer.core.store import cache_path
from explorer.static import epochs
from explorer.static.pipeline import Vocabulary
from explorer.static.train import train

SETTINGS = {"tokenizer": "eojeol", "dim": 8, "epochs": 5, "workers": 1, "min_count": 1}
MODELS = ("word2vec", "fasttext", "glove")


@pytest.mark.parametrize("model", MODELS)
def test_every_epoch_tells_its_loss_and_the_neighbours_of_watched_words(home, model):
    told = []
    texts = planted(600)
    v = train(
        model, texts, **SETTINGS, watch=[texts[0].split()[0], "없는말"], progress=lambda s: s.data and told.append(s.data)
    )
    assert [one["epoch"] for one in told] == [1, 2, 3, 4, 5] and told == v.info["epochs"]
    assert told[0]["losses"] > told[-1]["losses"]
    [[word, nearest]] = told[-1]["neighbours"].items()
    assert word == texts[0].split()[0] and len(nearest) == 5 and word not in nearest and set(nearest) < set(v.keys)
    raw = train(model, texts, **SETTINGS, components=0)
    assert nearest == [one.key for one in raw.similar(word, 5)], "the neighbours of the last epoch are those of the vectors"
    assert "epochs" not in raw.info


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("moment", [1, 4])
def test_a_stopped_run_goes_on_after_its_last_epoch_to_the_same_vectors(home, monkeypatch, model, moment):
    monkeypatch.setattr(epochs, "EVERY", 0.0)
    whole = train(model, planted(600), **SETTINGS, name="whole", watch=2)

    def stop(step):
        if step.data and step.data["epoch"] == moment:
            raise Cancelled

    with pytest.raises(Cancelled):
        train(model, planted(600), **SETTINGS, name="again", watch=2, progress=stop)
    assert len(list(cache_path("trainings", "x").parent.iterdir())) == 1
    told = []
    again = train(model, planted(600), **SETTINGS, name="again", watch=2, progress=lambda s: s.data and told.append(s.data))
    assert [one["epoch"] for one in told] == list(range(moment + 1, 6)), "epochs that were finished are not made again"
    # Gensim computes its learning rate another way round: it may differ in the last bit.
    np.testing.assert_allclose(whole.vectors, again.vectors, rtol=0, atol=1e-5 if model == "word2vec" else 0)
    assert [one["neighbours"] for one in whole.info["epochs"]] == [one["neighbours"] for one in again.info["epochs"]]
    assert not list(cache_path("trainings", "x").parent.iterdir()), "nothing is left of a training that has ended"


def test_a_damaged_or_other_checkpoint_is_not_gone_on_from(home, monkeypatch):
    monkeypatch.setattr(epochs, "EVERY", 0.0)

    def stop(step):
        if step.data and step.data["epoch"] == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        train("glove", planted(600), **SETTINGS, name="a", progress=stop)
    [place] = cache_path("trainings", "x").parent.iterdir()
    told = []
    train("glove", planted(600), **SETTINGS | {"seed": 1}, name="b", progress=lambda s: s.data and told.append(s.data))
    assert len(told) == 5, "another seed is another training"
    (place / "state.npy").write_bytes(b"nothing")
    train("glove", planted(600), **SETTINGS, name="c", progress=lambda s: s.data and told.append(s.data))
    assert len(told) == 10


def test_fasttext_goes_on_with_other_threads_than_it_began_with(home, monkeypatch):
    monkeypatch.setattr(epochs, "EVERY", 0.0)
    monkeypatch.setattr("explorer.static.fasttext.PIECE_TOKENS", 500)
    settings = SETTINGS | {"workers": None}

    def stop(step):
        if step.data and step.data["epoch"] == 3:
            raise Cancelled

    for cores, then in ((2, 3), (3, 2)):
        monkeypatch.setattr("explorer.static.arguments.cpu_count", lambda cores=cores: cores)
        with pytest.raises(Cancelled):
            train("fasttext", planted(600), **settings, name=f"of-{cores}", progress=stop)
        monkeypatch.setattr("explorer.static.arguments.cpu_count", lambda then=then: then)
        told = []
        train(
            "fasttext",
            planted(600),
            **settings,
            name=f"of-{cores}",
            progress=lambda s, told=told: s.data and told.append(s.data),
        )
        assert [one["epoch"] for one in told] == [4, 5]


def test_a_training_that_ends_beside_this_one_is_no_error(home, monkeypatch):
    monkeypatch.setattr(epochs, "EVERY", 0.0)
    place = epochs.checkpoint_place(one=1)
    (place.parent / "gone").symlink_to(place.parent / "ended")  # listed, and not there when it is looked at
    log = epochs.EpochLog(["왕"], (), place)
    log.ended(None, "training", 5, {}, lambda: np.zeros((1, 1)), lambda: ({"a": np.zeros(1)}, {}))
    assert log.resume() is not None


@pytest.mark.parametrize("watch", ["여왕", -1, 2.5, True, [1], None])
def test_what_cannot_be_watched_is_refused_in_one_line(home, watch):
    with pytest.raises(BadInput, match="cannot be watched") as caught:
        train("glove", planted(600), **SETTINGS, watch=watch)
    assert "\n" not in str(caught.value) and not (home / "cache").exists()


def test_words_to_watch_are_nouns_from_frequent_to_rarer():
    keys = ["하다/VV", "것/NNB", "사람/NNG", "영화/NNG", "서울/NNP", *(f"말{chr(0xAC00 + i)}/NNG" for i in range(300))]
    vocabulary = Vocabulary(keys, np.arange(len(keys), 0, -1), {key: row for row, key in enumerate(keys)})
    rows = epochs.choose_words(vocabulary, 5)
    assert len(rows) == 5 and rows[0] == 2 and rows == sorted(rows) and all(keys[row].endswith("/NNG") for row in rows)
    assert epochs.choose_words(vocabulary, ["영화", "서울/NNP", "없다"]) == [3, 4]


def test_of_sub_words_those_are_watched_that_begin_a_word():
    keys = ["으로", "\u2581영화", "까지", "\u2581사람", "\u2581좋", "습니다"]
    vocabulary = Vocabulary(keys, np.arange(len(keys), 0, -1), {key: row for row, key in enumerate(keys)})
    assert epochs.choose_words(vocabulary, 2) == [1, 3]
