"""Maps of two models: shared words in one order, movers by their neighbours, groups of words told apart."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.analysis.map_pairs import pair_maps
from explorer.analysis.projection import project, project_axes, project_rows
from explorer.analysis.word_groups import describe_words, rows_inside
from explorer.core.errors import BadInput
from explorer.vectors.vectors import Vectors


def planted(seed: int, moved: int = 0) -> Vectors:
    """Four groups of 30 words; the first ``moved`` words of the first group lie in the last."""
    random = np.random.default_rng(seed)
    centres = np.eye(4).repeat(30, axis=0)
    centres[:moved] = np.eye(4)[3]
    rows = np.hstack([centres, np.zeros((120, 8))]) + random.normal(scale=0.08, size=(120, 12))
    keys = [f"단어{i}/{'NNG' if i < 60 else 'VV'}" for i in range(120)]
    return Vectors(keys, rows @ np.linalg.qr(random.normal(size=(12, 12)))[0], np.arange(2000, 2000 - 120, -1))


@pytest.mark.parametrize("method", ["umap", "pca", "axes"])
def test_words_that_lie_elsewhere_in_the_other_model_are_the_movers(method):
    a, b = planted(1), planted(2, moved=5)
    poles = ("단어0", "단어40"), ("단어70", "단어100")
    drawn = project_axes(a, *poles) if method == "axes" else project(a, method=method, n_neighbors=8)
    pair = pair_maps(a, b, drawn)
    assert pair.beside.method == method and pair.beside.keys == pair.keys == drawn.keys
    assert np.array_equal(pair.first.coords, drawn.coords[pair.rows])
    first = [pair.keys[row] for row in pair.movers()[:5]]
    assert sorted(first) == sorted(a.keys[:5])
    assert pair.to_frame()["overlap"].is_monotonic_increasing and len(pair.to_dict()["overlap"]) == 120
    assert pair.first is drawn and 0 < pair.strangers < pair.agreement < 1 and "MapPair" in repr(pair)


def test_a_map_begun_at_another_stays_near_it():
    a, b = planted(1), planted(2)
    drawn = project(a, n_neighbors=8)
    begun = pair_maps(a, b, drawn).beside.coords
    anew = project_rows(b.unit, b.keys, b.keys, n_neighbors=8).coords

    def moved(coords):
        centres = [coords[group : group + 30].mean(axis=0) for group in range(0, 120, 30)]
        return np.linalg.norm(
            np.array(centres) - [drawn.coords[g : g + 30].mean(axis=0) for g in range(0, 120, 30)], axis=1
        ).sum()

    assert moved(begun) < moved(anew)


def test_models_without_enough_shared_words_cannot_be_compared():
    a = planted(1)
    other = Vectors([f"다른{i}" for i in range(30)], np.random.default_rng(0).normal(size=(30, 5)))
    with pytest.raises(BadInput, match="share 0 words"):
        pair_maps(a, other, project(a, method="pca"))


def test_a_start_of_another_shape_is_refused():
    a = planted(1)
    with pytest.raises(BadInput, match="120 × 2"):
        project(a, start=np.zeros((3, 2)))
    with pytest.raises(BadInput, match="finite"):
        project(a, start=np.full((120, 2), np.nan))


def test_a_group_is_told_by_words_of_its_own_and_by_its_parts_of_speech():
    a = planted(1)
    group = describe_words(a, a.keys[60:90], a.keys)
    assert {key for key, _ in group.telling} <= set(a.keys[60:90]) and group.telling[0][1] > 0.5
    [tag] = group.tags
    assert tag.name == "VV" and tag.share == 1 and tag.lift == 2 and group.rank > 0.5
    assert list(group.to_frame().columns) == ["word", "key", "tag", "count", "telling"] and group.counts[0] == 1940
    whole = describe_words(a, a.keys, a.keys)
    assert all(one.lift == 1 for one in whole.tags)
    with pytest.raises(BadInput, match="no word"):
        describe_words(a, [], a.keys)


def test_a_group_is_as_frequent_as_its_counts_say_whatever_the_order_of_the_map():
    a = planted(1)
    mixed = [a.keys[row] for row in np.random.default_rng(1).permutation(120)]
    group, other = describe_words(a, a.keys[:30], a.keys), describe_words(a, a.keys[29::-1], mixed)
    assert group.rank == other.rank < 0.15 and group.keys == other.keys == a.keys[:30]
    assert group.telling == other.telling and "WordGroup" in repr(group)


def test_points_inside_a_polygon_are_found_also_where_it_is_not_convex():
    random = np.random.default_rng(3)
    places = random.uniform(-1, 1, size=(500, 2))
    horseshoe = [-0.9, -0.9, 0.9, -0.9, 0.9, 0.9, 0.5, 0.9, 0.5, -0.5, -0.5, -0.5, -0.5, 0.9, -0.9, 0.9]
    within = rows_inside(places, horseshoe)
    x, y = places.T
    truth = (np.abs(x) < 0.9) & (np.abs(y) < 0.9) & ~((np.abs(x) < 0.5) & (y > -0.5))
    assert within.tolist() == np.flatnonzero(truth).tolist()
