import threading
from pathlib import Path

import numpy as np
import pytest

from explorer.analysis import projection, trust
from explorer.analysis.map_costs import layout_phases
from explorer.analysis.projection import Projection, project, warm_up
from explorer.analysis.trust import largest_k, measure_trust
from explorer.core.errors import BadInput, Cancelled, OutOfVocabulary
from explorer.vectors.search import unit_rows
from explorer.vectors.vectors import Vectors


@pytest.fixture(scope="module")
def clusters():
    """Six groups far apart in 20 dimensions, 60 words each."""
    rng = np.random.default_rng(0)
    centres = rng.standard_normal((6, 20)) * 4
    rows = np.repeat(centres, 60, axis=0) + rng.standard_normal((360, 20))
    return Vectors([f"무리{i // 60}-{i}/NNG" for i in range(360)], rows, info={"model": "planted"})


def group_purity(coords, size=60, k=10):
    distance = np.linalg.norm(coords[:, None] - coords[None], axis=2)
    np.fill_diagonal(distance, np.inf)
    near = np.argsort(distance, axis=1)[:, :k]
    return float((near // size == np.arange(len(coords))[:, None] // size).mean())


def test_pca_equals_scikit_learns(clusters):
    decomposition = pytest.importorskip("sklearn.decomposition")
    for dims in (2, 3):
        ours = project(clusters, method="pca", dims=dims)
        fitted = decomposition.PCA(dims)
        theirs = fitted.fit_transform(clusters.unit.astype(np.float64))
        signs = np.sign((theirs * ours.coords).sum(axis=0))
        assert np.allclose(ours.coords, theirs * signs, atol=1e-5)
        assert np.allclose(ours.explained, fitted.explained_variance_ratio_, atol=1e-6)


def assert_one_estimate(steps, phases):
    """Every stage is planned, in this order, and their shares never fall."""
    stages = list(dict.fromkeys(step.stage for step in steps))
    assert [stage for stage in stages if stage != "measuring a random map"] == [phase.stage for phase in phases]
    shares = [step.whole.share(step.whole.at) for step in steps]
    assert shares == sorted(shares) and shares[-1] > 0.9


@pytest.mark.parametrize("method", ["pca", "umap", "tsne"])
def test_groups_stay_together_and_seeds_repeat(clusters, method):
    options = {"perplexity": 15} if method == "tsne" else {"epochs": 60} if method == "umap" else {}
    seen = []
    made = project(clusters, method=method, seed=3, progress=seen.append, **options)
    assert made.coords.shape == (360, 2) and made.coords.dtype == np.float32 and np.isfinite(made.coords).all()
    # Two principal components cannot part six groups; the other methods can.
    assert group_purity(made.coords) > (0.6 if method == "pca" else 0.99)
    assert made.trustworthiness > (0.8 if method == "pca" else 0.9)
    assert made.trust.shape == (360,) and made.trust.mean() == pytest.approx(made.trustworthiness, abs=1e-5)
    assert np.array_equal(project(clusters, method=method, seed=3, **options).coords, made.coords)
    assert_one_estimate(seen, layout_phases(360, clusters.dim, method))


def test_umap_reports_its_epochs_and_can_be_stopped_in_the_middle(clusters):
    stages = []

    def stop(step):
        stages.append(step.stage)
        if step.stage == "UMAP" and step.done >= 5:
            raise Cancelled

    with pytest.raises(Cancelled):
        project(clusters, epochs=3000, progress=stop)
    assert "finding neighbours" in stages and stages[-1] == "UMAP"
    # Nothing is left locked or listening: another thread, another map, and UMAP used by somebody else go on.
    worker = threading.Thread(target=warm_up, daemon=True)
    worker.start()
    worker.join(60)
    assert not worker.is_alive()
    assert len(list(__import__("umap").layouts.tqdm(range(3), disable=True))) == 3


def test_words_are_resolved_and_told(clusters):
    words = [f"무리0-{i}" for i in range(20)] + ["무리0-3/NNG"]
    made = project(clusters, method="pca", words=words)
    assert len(made) == 20 and made.keys[0] == "무리0-0/NNG" and made.words[0] == "무리0-0"
    plain = made.to_dict()
    assert plain["method"] == "pca" and len(plain["coords"]) == 20 and plain["trust"][0] is not None
    assert list(project(clusters, method="pca", dims=3).to_frame().columns) == ["word", "key", "x", "y", "z", "trust"]
    with pytest.raises(OutOfVocabulary):
        project(clusters, method="pca", words=[*words, "뷁뷁뷁"])


def test_most_frequent_words_by_default(monkeypatch):
    monkeypatch.setattr(projection, "DEFAULT_WORDS", 10)
    rng = np.random.default_rng(1)
    v = Vectors([f"w{i}" for i in range(30)], rng.standard_normal((30, 4)), counts=np.arange(30))
    assert set(project(v, method="pca").keys) == {f"w{i}" for i in range(20, 30)}


def test_each_stage_of_tsne_is_told_once(clusters):
    stages = []
    project(clusters, method="tsne", perplexity=15, progress=lambda step: stages.append(step.stage))
    assert stages[: stages.index("t-SNE")].count("finding neighbours") == 1


def test_few_equal_and_zero_words(clusters):
    five = project(clusters, words=[f"무리0-{i}" for i in range(5)], epochs=20)
    assert np.isfinite(five.coords).all() and five.trust_k == 2 and five.params["n_neighbors"] == 4
    equal = Vectors([f"w{i}" for i in range(40)], np.ones((40, 3)))
    for method in ("pca", "umap", "tsne"):
        made = project(equal, method=method, epochs=20)
        assert np.isfinite(made.coords).all() and 0 <= made.trustworthiness <= 1
    holed = Vectors("abcdefg", np.vstack([np.eye(6), np.zeros((1, 6))]))
    assert project(holed, method="pca").keys == tuple("abcdef")
    with pytest.raises(BadInput, match="all zero"):
        project(holed, method="pca", words=list("abcdefg"))


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"method": "mds"}, "umap, pca, tsne"),
        ({"dims": 4}, "2 or 3"),
        ({"words": ["무리0-1"] * 9}, "5 different words"),
        ({"words": []}, "5 different words"),
        ({"n_neighbors": 1}, "n_neighbors"),
        ({"min_dist": 2}, "min_dist"),
        ({"perplexity": 0, "method": "tsne"}, "perplexity"),
        ({"seed": -1}, "seed"),
        ({"trust_sample": 0}, "trust_sample"),
    ],
)
def test_impossible_maps_are_refused(clusters, options, says):
    with pytest.raises(BadInput, match=says):
        project(clusters, **options)


def test_cache_key_follows_content_and_choices(clusters):
    key = Projection.cache_key(clusters, seed=1)
    renamed = Vectors(clusters.keys, clusters.vectors, info={"model": "other"})
    assert Projection.cache_key(renamed, seed=1) == key
    moved = np.array(clusters.vectors)
    moved[0] += 1
    others = [
        Projection.cache_key(clusters, seed=2),
        Projection.cache_key(clusters, seed=1, method="pca"),
        Projection.cache_key(clusters, seed=1, min_dist=0.2),
        Projection.cache_key(clusters, seed=1, words=list(clusters.keys[:50])),
        Projection.cache_key(Vectors(clusters.keys, moved), seed=1),
    ]
    assert len({key, *others}) == 6


def test_warm_up_runs_in_a_thread():
    done = threading.Event()
    worker = threading.Thread(target=warm_up, args=(done.set,))
    worker.start()
    worker.join()
    assert done.is_set()


def test_what_umap_compiles_is_kept_for_the_next_process():
    from umap import layouts, umap_

    warm_up()
    for compiled in (
        umap_.smooth_knn_dist,
        umap_.compute_membership_strengths,
        layouts._nb_optimize_layout_euclidean_single_epoch,
    ):
        told = compiled.stats  # read from the disk, or compiled and written there
        assert sum(told.cache_hits.values()) + sum(told.cache_misses.values()) == len(compiled.signatures) > 0, compiled
        assert list(Path(told.cache_path).glob(f"*.{compiled.py_func.__name__}-*.nbc")), told.cache_path


def test_maps_made_at_the_same_time_are_the_same_maps(clusters):
    expected = project(clusters, epochs=30, seed=1).coords
    made = []
    workers = [threading.Thread(target=lambda: made.append(project(clusters, epochs=30, seed=1).coords)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(made) == 3 and all(np.array_equal(coords, expected) for coords in made)


@pytest.mark.parametrize("k", [1, 5, 12])
def test_trustworthiness_equals_scikit_learns(k):
    manifold = pytest.importorskip("sklearn.manifold")
    rng = np.random.default_rng(k)
    unit = unit_rows(rng.standard_normal((300, 15)))
    coords = (unit[:, :2] + rng.normal(0, 0.1, (300, 2))).astype(np.float32)
    found = measure_trust(unit, coords, k)
    theirs = manifold.trustworthiness(unit.astype(np.float64), coords, n_neighbors=k)
    assert found.trustworthiness == pytest.approx(theirs, abs=1e-6)
    assert found.points.mean() == pytest.approx(theirs, abs=1e-5) and found.measured == 300


def by_the_formula(unit, coords, k):
    n = len(unit)
    original = np.linalg.norm(unit[:, None] - unit[None], axis=2)
    mapped = np.linalg.norm(coords[:, None] - coords[None], axis=2)
    points, kept = [], []
    for i in range(n):
        others = [j for j in range(n) if j != i]
        order = sorted(others, key=lambda j: original[i, j])
        near = sorted(others, key=lambda j: mapped[i, j])[:k]
        points.append(1 - 2 / (k * (2 * n - 3 * k - 1)) * sum(max(0, order.index(j) + 1 - k) for j in near))
        kept.append(len(set(order[:k]) & set(near)) / k)
    return np.array(points), np.mean(kept)


def test_trust_of_every_point_follows_the_formula(monkeypatch):
    rng = np.random.default_rng(4)
    unit = unit_rows(rng.standard_normal((90, 6)))
    coords = rng.standard_normal((90, 2))
    points, kept = by_the_formula(unit.astype(float), coords, 7)
    monkeypatch.setattr(trust, "_BLOCK_BYTES", 8 * 90 * 11)
    found = measure_trust(unit, coords, 7)
    assert np.allclose(found.points, points, atol=1e-6) and found.preserved == pytest.approx(kept)
    part = measure_trust(unit, coords, 7, sample=20, seed=1)
    measured = ~np.isnan(part.points)
    assert part.measured == measured.sum() == 20
    assert np.allclose(part.points[measured], points[measured], atol=1e-6)
    assert part.trustworthiness == pytest.approx(points[measured].mean(), abs=1e-6)
    assert np.array_equal(measure_trust(unit, coords, 7, sample=20, seed=1).points, part.points, equal_nan=True)


def test_a_perfect_map_is_trusted_and_a_random_one_is_not():
    rng = np.random.default_rng(5)
    angles = rng.uniform(0, 2, 400)
    unit = unit_rows(np.column_stack([np.cos(angles), np.sin(angles)]))
    assert measure_trust(unit, angles[:, None], 10).trustworthiness == pytest.approx(1, abs=1e-4)
    assert measure_trust(unit, rng.standard_normal((400, 2)), 10).trustworthiness == pytest.approx(0.5, abs=0.05)


def test_trust_needs_room():
    unit = unit_rows(np.random.default_rng(0).standard_normal((10, 3)))
    assert largest_k(10) == 4
    for k in (0, 5):
        with pytest.raises(BadInput, match="1 to 4"):
            measure_trust(unit, unit[:, :2], k)
    with pytest.raises(BadInput, match="finite"):
        measure_trust(unit, np.full((10, 2), np.nan), 2)


def test_large_maps_say_that_they_were_sampled(monkeypatch):
    monkeypatch.setattr(projection, "WHOLE_MAP", 50)
    rng = np.random.default_rng(6)
    v = Vectors([f"w{i}" for i in range(80)], rng.standard_normal((80, 5)))
    made = project(v, method="pca", trust_sample=30)
    assert made.measured == 30 and np.isnan(made.trust).sum() == 50 and made.to_dict()["trust"].count(None) == 50
    assert project(v, method="pca", trust_sample=None).measured == 80
