from itertools import combinations

import numpy as np
import pytest

from explorer.analysis.association import weat
from explorer.core.errors import BadInput
from explorer.vectors.vectors import Vectors


@pytest.fixture
def v():
    rng = np.random.default_rng(0)
    side = np.eye(1, 12)
    parts = {"꽃": 1.0, "벌레": -1.0, "좋음": 1.2, "나쁨": -1.2, "돌": 0.0}
    keys = [f"{name}{i}" for name in parts for i in range(6)]
    rows = np.vstack([value * side + rng.normal(0, 0.4, (6, 12)) for value in parts.values()])
    return Vectors(keys, rows)


def words(name, n=6):
    return [f"{name}{i}" for i in range(n)]


def test_planted_association_is_found_and_its_absence_too(v):
    found = weat(v, words("꽃"), words("벌레"), words("좋음"), words("나쁨"), samples=300)
    assert found.effect > 1.5 and 0 < found.low <= found.effect and found.p < 0.005 and found.exact
    other = weat(v, words("벌레"), words("꽃"), words("좋음"), words("나쁨"), samples=300)
    assert other.effect == pytest.approx(-found.effect) and other.p > 0.99
    none = weat(v, words("돌")[:3], words("돌")[3:], words("좋음"), words("나쁨"), samples=300)
    assert none.low < 0 < none.high and none.p > 0.05
    assert found.to_dict()["effect"] == found.effect


def test_effect_and_p_follow_the_paper(v):
    x, y, a, b = words("꽃", 3), words("돌", 4), words("좋음", 2), words("나쁨", 5)
    score = {w: np.mean([v.similarity(w, i) for i in a]) - np.mean([v.similarity(w, i) for i in b]) for w in x + y}
    observed = np.mean([score[w] for w in x]) - np.mean([score[w] for w in y])
    found = weat(v, x, y, a, b, samples=50)
    assert found.effect == pytest.approx(observed / np.std(list(score.values()), ddof=1), abs=1e-5)
    splits = [set(chosen) for chosen in combinations(x + y, 3)]
    leans = [np.mean([score[w] for w in s]) - np.mean([score[w] for w in x + y if w not in s]) for s in splits]
    assert found.p == pytest.approx(np.mean(np.array(leans) >= observed - 1e-9))


def test_many_words_are_split_at_random(v):
    x, y = words("꽃") + words("좋음"), words("벌레") + words("나쁨")
    found = weat(v, x, y, words("돌", 3), words("돌")[3:], samples=200)
    assert not found.exact and 0 < found.p <= 1
    assert found == weat(v, x, y, words("돌", 3), words("돌")[3:], samples=200)


def test_sets_too_small_or_without_difference(v):
    with pytest.raises(BadInput, match="two words"):
        weat(v, ["꽃0"], words("벌레"), words("좋음"), words("나쁨"))
    with pytest.raises(BadInput, match="no effect"):
        weat(v, ["꽃0", "꽃0"], ["꽃0", "꽃0"], words("좋음"), words("나쁨"))


def test_the_interval_holds_95_percent_of_samples_of_the_words(v):
    sets = x, y, a, b = words("꽃"), words("벌레"), words("좋음"), words("나쁨")
    cosine = {(w, i): v.similarity(w, i) for w in x + y for i in a + b}
    rng = np.random.default_rng(1)
    effects = []
    for _ in range(3000):
        x, y, a, b = (rng.choice(group, len(group)) for group in sets)
        score = np.array([np.mean([cosine[w, i] for i in a]) - np.mean([cosine[w, i] for i in b]) for w in [*x, *y]])
        effects.append((score[:6].mean() - score[6:].mean()) / score.std(ddof=1))
    found = weat(v, *sets, samples=3000)
    low, high = np.percentile(effects, (2.5, 97.5))
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.1 * (high - low))
