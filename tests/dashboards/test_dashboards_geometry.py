"""The plane of an analogy and the scale of cosines, against what geometry says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.kit.geometry import plane, random_cosines, share_below
from explorer.core.errors import BadInput


@given(st.integers(0, 10_000))
def test_the_plane_keeps_every_distance_between_its_three_words(seed):
    random = np.random.default_rng(seed)
    a, b, c, x = random.normal(size=(4, 12)).astype(np.float32)
    flat = plane(a, b, c, [x, a - b + c])
    for one, other, flat_one, flat_other in (
        (a, b, flat.start, flat.origin),
        (b, c, flat.origin, flat.end),
        (a, c, flat.start, flat.end),
    ):
        assert np.linalg.norm(one - other) == pytest.approx(np.linalg.norm(flat_one - flat_other), rel=1e-3)
    assert flat.start[1] == pytest.approx(0, abs=1e-5) and flat.end[1] > 0
    assert np.allclose(flat.target, flat.start + flat.end, atol=1e-4)
    assert np.allclose(flat.answers[1], flat.target, atol=1e-4) and flat.inside[1] == pytest.approx(1, abs=1e-4)
    assert 0 <= flat.inside[0] < 1


@pytest.mark.parametrize("words", [([1, 0], [1, 0], [0, 1]), ([0, 0], [1, 1], [2, 2])])
def test_words_on_a_line_have_no_plane(words):
    with pytest.raises(BadInput, match="one line"):
        plane(*(np.array(word, np.float32) for word in words), [])


def test_random_cosines_are_sorted_repeatable_and_of_different_words(small):
    found = random_cosines(small, 500)
    assert np.all(np.diff(found) >= 0) and len(found) == 500
    assert np.array_equal(found, random_cosines(small, 500))
    assert found.max() < 0.9999  # no word was paired with itself
    assert not np.array_equal(found, random_cosines(small, 500, seed=1))


def test_a_model_of_one_word_has_no_pairs():
    from explorer.vectors.vectors import Vectors

    assert len(random_cosines(Vectors(["왕"], [[1.0, 0.0]]))) == 0
    assert share_below(np.empty(0, np.float32), 0.3) == 0
