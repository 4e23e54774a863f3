from collections import Counter
from itertools import combinations

import numpy as np
import pytest

from explorer.analysis.stability import Resampled, stability, train_again
from explorer.core.errors import BadInput, Cancelled, OutOfVocabulary
from explorer.vectors.vectors import Vectors

KEYS = [f"낱말{i}/NNG" for i in range(120)]


def noisy(v, size, seed, keys=None):
    rng = np.random.default_rng(seed)
    moved = Vectors(v.keys, v.vectors + rng.normal(0, size, v.vectors.shape), v.counts, {"model": f"again {seed}"})
    return moved if keys is None else Vectors(keys, moved.vectors[[v.row(key) for key in keys]], info={"model": f"some {seed}"})


@pytest.fixture
def v():
    rng = np.random.default_rng(0)
    return Vectors(KEYS, rng.standard_normal((120, 12)), np.arange(120, 0, -1), {"model": "first"})


def test_jaccard_is_the_mean_over_pairs_of_models(v):
    models = [v, noisy(v, 0.4, 1), noisy(v, 0.4, 2)]
    seen = []
    found = stability(models, n=10, progress=seen.append)
    assert seen and len(found.words) == 120 and found.keys == 120 and found.models == ("first", "again 1", "again 2")
    for each in found.words[::11]:
        near = [{x.key for x in m.similar(each.key, 10)} for m in models]
        assert each.jaccard == pytest.approx(np.mean([len(a & b) / len(a | b) for a, b in combinations(near, 2)]))
        assert dict(each.support) == {key: times / 3 for key, times in Counter(k for s in near for k in s).items()}
        assert set(each.steady) == near[0] & near[1] & near[2]
        assert each.count == v.counts[v.row(each.key)]
    values = [each.jaccard for each in found.words]
    assert values == sorted(values, reverse=True) and found.mean == pytest.approx(np.mean(values))
    assert found.low < found.mean < found.high
    assert found == stability(models, n=10)


def test_the_interval_holds_95_percent_of_samples_of_the_words(v):
    found = stability([v, noisy(v, 0.4, 1)], n=10)
    values = np.array([each.jaccard for each in found.words])
    drawn = np.random.default_rng(9).choice(values, (4000, len(values))).mean(axis=1)
    low, high = np.percentile(drawn, (2.5, 97.5))
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.1 * (high - low))


def test_strangers_agree_as_chance_has_it(v):
    models = [Vectors(KEYS, np.random.default_rng(seed).standard_normal((120, 60))) for seed in range(8)]
    found = stability(models)
    assert found.mean == pytest.approx(found.chance, rel=0.15) and found.to_dict()["chance"] == found.chance


def test_more_noise_is_less_agreement_and_none_is_all(v):
    means = [stability([v, noisy(v, size, 1)]).mean for size in (0.0, 0.2, 0.8, 50.0)]
    assert means[0] == 1 and means == sorted(means, reverse=True) and means[-1] < 0.15


def test_keys_that_some_models_lack_are_no_disagreement(v):
    fewer = noisy(v, 0, 1, keys=KEYS[::-1][:60])
    found = stability([v, fewer])
    assert found.mean == 1 and found.keys == 60
    with pytest.raises(BadInput, match="not a key of all"):
        stability([v, fewer], ["낱말0"])
    assert [each.word for each in stability([v, fewer], ["낱말119", "낱말119/NNG", "낱말100"], n=3).words] == [
        "낱말119",
        "낱말100",
    ]
    with pytest.raises(OutOfVocabulary):
        stability([Vectors(v.keys, v.vectors, analyser=None), fewer], ["😀"])


def test_records_become_plain_data(v):
    import json

    found = stability([v, noisy(v, 0.5, 3)], KEYS[:5], n=4)
    plain = json.loads(json.dumps(found.to_dict(), ensure_ascii=False))
    assert plain["n"] == 4 and len(plain["words"]) == 5 and plain["words"][0]["support"][0][1] in (0.5, 1.0)
    frame = found.to_frame()
    assert list(frame.columns) == ["word", "key", "jaccard", "count", "steady", "neighbours"] and len(frame) == 5


def test_what_cannot_be_compared_is_refused(v):
    for models, options, says in (
        ([v], {}, "two models"),
        ([v, Vectors(["x"], [[1.0]])], {}, "share 0 keys"),
        ([v, v], {"n": 0}, "n must be"),
        ([v, v], {"words": []}, "no words"),
    ):
        with pytest.raises(BadInput, match=says):
            stability(models, **options)


def test_drawing_again_is_a_bootstrap():
    texts = [str(i) for i in range(20_000)]
    drawn = Resampled(texts, seed=3)
    counts = Counter(drawn)
    assert list(drawn) == list(drawn) and counts != Counter(Resampled(texts, seed=4))
    assert abs(counts.total() / len(texts) - 1) < 0.03
    assert abs(1 - len(counts) / len(texts) - np.exp(-1)) < 0.02  # about 37 % of the texts are not drawn
    assert list(map(int, drawn)) == sorted(map(int, drawn))


@pytest.mark.parametrize("resample", ["seeds", "bootstrap"])
def test_models_are_trained_again(home, resample):
    rng = np.random.default_rng(0)
    words = [f"말{i}" for i in range(40)]
    texts = [" ".join(rng.choice(words[:20] if i % 2 else words[20:], 12)) for i in range(300)]
    seen = []
    models = train_again(
        "ppmi", texts, times=3, resample=resample, seed=7, progress=seen.append, tokenizer="eojeol", dim=8, min_count=1
    )
    assert [v.info["seed"] for v in models] == [7, 8, 9]
    assert {step.stage.partition(":")[0] for step in seen} == {"model 1 of 3", "model 2 of 3", "model 3 of 3"}
    if resample == "bootstrap":
        assert "drawn again (seed 8)" in models[1].info["corpus"]
        assert not np.array_equal(models[0].counts, models[1].counts)
    else:
        assert np.array_equal(models[0].counts, models[1].counts)
    assert 0 < stability(models, n=5).mean <= 1


def test_training_again_refuses_what_would_mislead(home):
    texts = ["가 나 다"] * 20
    for options, says in (
        ({"times": 1}, "2 or more"),
        ({"resample": "x"}, "seeds, bootstrap"),
        ({"name": "m"}, "leave name out"),
    ):
        with pytest.raises(BadInput, match=says):
            train_again("ppmi", texts, tokenizer="eojeol", **options)
    with pytest.raises(BadInput, match="only once"):
        train_again("ppmi", iter(texts), tokenizer="eojeol")
    with pytest.raises(BadInput, match="texts is str"):
        train_again("ppmi", "가 나 다", tokenizer="eojeol")

    def stop(step):
        raise Cancelled

    with pytest.raises(Cancelled):
        train_again("ppmi", texts, tokenizer="eojeol", progress=stop)
