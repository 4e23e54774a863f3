import numpy as np
import pytest

from explorer.core.errors import BadInput, OutOfVocabulary
from explorer.vectors.transform import align, centre, concatenate, normalise, principal_axes, remove_components, subset
from explorer.vectors.vectors import Vectors


@pytest.fixture
def v():
    rng = np.random.default_rng(0)
    matrix = rng.standard_normal((500, 30)) + 3 * rng.standard_normal((500, 1)) * np.eye(1, 30, 4) + 2
    return Vectors([f"w{i}" for i in range(500)], matrix, np.arange(500), {"model": "m", "name": "saved", "seed": 1})


def test_centre_and_history(v):
    made = centre(v)
    assert np.allclose(made.vectors.mean(axis=0), 0, atol=1e-5)
    assert made.info["history"] == [{"step": "centre"}] and "history" not in v.info
    assert made.info["seed"] == 1 and "name" not in made.info and np.array_equal(made.counts, v.counts)
    assert [step["step"] for step in normalise(made).info["history"]] == ["centre", "normalise"]


def test_removed_components_are_the_strongest(v):
    made = remove_components(v, 3)
    _, singular, right = np.linalg.svd(v.vectors - v.vectors.mean(axis=0), full_matrices=False)
    assert np.allclose(made.vectors @ right[:3].T, 0, atol=1e-3)
    step = made.info["history"][0]
    assert step["components"] == 3 and step["variance_removed"] == pytest.approx(
        (singular[:3] ** 2).sum() / (singular**2).sum(), rel=1e-4
    )
    assert remove_components(v).info["history"][0]["components"] == 1
    assert np.allclose(remove_components(v, 0).vectors, centre(v).vectors, atol=1e-5)
    for bad in (-1, 30):
        with pytest.raises(BadInput, match="from 0 to 29"):
            remove_components(v, bad)


def test_principal_axes_equal_scikit_learns(v):
    decomposition = pytest.importorskip("sklearn.decomposition")
    mean, axes, variances = principal_axes(v.vectors)
    theirs = decomposition.PCA(30).fit(v.vectors.astype(np.float64))
    assert np.allclose(mean, theirs.mean_) and np.allclose(variances, theirs.explained_variance_)
    assert np.allclose(np.abs(np.einsum("ij,ji->i", theirs.components_, axes)), 1, atol=1e-6)
    assert (axes[np.abs(axes).argmax(axis=0), np.arange(30)] > 0).all()


def test_subset(v):
    made = subset(v, ["w7", "w3"])
    assert made.keys == ("w7", "w3") and np.array_equal(made.vectors, v.vectors[[7, 3]]) and made.counts.tolist() == [7, 3]
    with pytest.raises(OutOfVocabulary):
        subset(v, ["none"])
    with pytest.raises(BadInput):
        subset(v, [])
    with pytest.raises(BadInput, match="more than once"):
        subset(v, ["w1", "w1"])


def test_concatenated_cosine_is_the_weighted_mean(v):
    other = Vectors([f"w{i}" for i in range(499, 100, -1)], np.random.default_rng(1).standard_normal((399, 5)))
    both = concatenate(v, other, 2.0)
    assert len(both) == 399 and both.dim == 35
    expected = (v.similarity("w200", "w300") + 4 * other.similarity("w200", "w300")) / 5
    assert both.similarity("w200", "w300") == pytest.approx(expected, abs=1e-5)
    with pytest.raises(BadInput, match="share no keys"):
        concatenate(v, Vectors(["x"], [[1.0]]))
    with pytest.raises(BadInput, match="above 0"):
        concatenate(v, other, 0)


def test_align_undoes_a_rotation(v):
    rng = np.random.default_rng(2)
    rotation, _ = np.linalg.qr(rng.standard_normal((30, 30)))
    turned = Vectors(v.keys[::-1], (v.vectors @ rotation)[::-1])
    back = align(turned, v, [f"w{i}" for i in range(0, 500, 3)])
    assert np.allclose(back.vectors[::-1], v.vectors, atol=1e-3)
    step = back.info["history"][0]
    assert step["anchors"] == 167 and step["mean_cosine"] == pytest.approx(1, abs=1e-5)
    assert np.allclose(back.matrix(["w1", "w9"]), turned.matrix(["w1", "w9"]), atol=1e-5)
    with pytest.raises(BadInput, match="one dimension"):
        align(v, Vectors(["w1"], [[1.0, 2.0]]))


def test_subword_vectors_follow(v):
    raw = Vectors(v.keys, v.vectors, composer=lambda word: np.array(v.vectors[5]))
    for change in (centre, normalise, lambda w: remove_components(w, 2)):
        made = change(raw)
        assert np.allclose(made.vector("뷁뷁뷁"), made.vectors[5], atol=1e-5)
    with pytest.raises(OutOfVocabulary):
        concatenate(raw, v).vector("뷁뷁뷁")


def test_half_the_strength_is_half_way() -> None:
    rng = np.random.default_rng(0)
    v = Vectors([f"w{row}" for row in range(50)], rng.standard_normal((50, 6)) + 1)
    half, whole = remove_components(v, 2, 0.5), remove_components(v, 2)
    np.testing.assert_allclose(half.vectors, (v.vectors + whole.vectors) / 2, atol=1e-5)
    assert half.info["history"][-1]["strength"] == 0.5
    for strength in (0, 1.5, float("nan")):
        with pytest.raises(BadInput, match="strength"):
            remove_components(v, 2, strength)
