import numpy as np
import pytest

from explorer.core.errors import BadInput
from explorer.vectors.hubs import csls, local_means, mutual
from explorer.vectors.vectors import Vectors

N, D, K = 80, 6, 10


@pytest.fixture
def v():
    rng = np.random.default_rng(3)
    matrix = rng.standard_normal((N, D)) + 0.5
    matrix[0] = matrix.mean(axis=0)  # near to everything
    return Vectors([f"낱말{i}/NN{'GP'[i % 2]}" for i in range(N)], matrix * rng.uniform(0.1, 5, (N, 1)), np.arange(N, 0, -1))


def brute(v):
    """All cosines without the diagonal, and r of every row, the slow way."""
    unit = v.vectors / np.linalg.norm(v.vectors, axis=1, keepdims=True)
    cosine = unit @ unit.T
    np.fill_diagonal(cosine, -np.inf)
    return cosine, np.sort(cosine, axis=1)[:, -K:].mean(axis=1)


def test_csls_is_the_papers_formula(v):
    cosine, r = brute(v)
    assert np.allclose(local_means(v.vectors, np.arange(N), K, v.inverse), r, atol=1e-5)
    rows = [3, 0, 17]
    found = csls(v.vectors, v.vectors[rows], 5, v.inverse, [[row] for row in rows], candidates=N)
    for row, (best, scores) in zip(rows, found, strict=True):
        expected = 2 * cosine[row] - r[row] - r
        order = np.argsort(-expected, kind="stable")[:5]
        assert best.tolist() == order.tolist() and np.allclose(scores, expected[order], atol=1e-5)


def test_a_hub_falls_behind(v):
    def named(method):
        found = [x.key for key in v.keys for x in v.similar(key, 5, method=method)]
        return found.count("낱말0/NNG"), max(map(found.count, set(found)))

    (hub, most), (hub_csls, most_csls) = named("cosine"), named("csls")
    assert hub_csls < hub and most_csls < most


def test_mutual_neighbours_name_each_other(v):
    cosine, _ = brute(v)
    ranks = (-cosine).argsort(axis=1)[:, :7]
    for row in range(0, N, 7):
        expected = [int(other) for other in ranks[row] if row in ranks[other]]
        assert [v.row(x.key) for x in v.similar(v.keys[row], 7, method="mutual")] == expected
    assert len(mutual(v.vectors, v.vectors[:1], N * 2, v.inverse, [[0]])[0][0]) == N - 1


def test_ways_to_rank_go_with_filters_and_say_what_they_are(v):
    found = v.similar("낱말3", 5, method="csls", tags="NNG", min_count=20)
    assert len(found) == 5 and all(x.key.endswith("NNG") and x.count >= 20 for x in found)
    assert found.method == "csls" and found.to_dict()["method"] == "csls"
    assert v.similar("낱말3", 5).to_dict()["method"] == "cosine"
    scores = [x.score for x in found]
    assert scores == sorted(scores, reverse=True)
    # r counts all keys, whatever the filter lets through
    free = {x.key: x.score for x in v.similar("낱말3", N, method="csls")}
    assert all(x.score == pytest.approx(free[x.key], abs=1e-5) for x in found)
    assert v.similar("낱말3", 5, method="csls") == v.similar("낱말3", 5, method="csls")
    with pytest.raises(BadInput, match="cosine, csls, mutual"):
        v.similar("낱말3", method="euclid")


def test_tiny_models_have_neighbours_too():
    v = Vectors(["a", "b"], [[1.0, 0.0], [0.5, 0.5]])
    assert [x.key for x in v.similar("a", method="csls")] == ["b"]
    assert [x.key for x in v.similar("a", method="mutual")] == ["b"]
    alone = Vectors(["a"], [[1.0]])
    assert len(alone.similar("a", method="csls")) == len(alone.similar("a", method="mutual")) == 0
