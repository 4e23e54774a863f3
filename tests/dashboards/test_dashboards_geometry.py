"""The scale of cosines."""

from __future__ import annotations

import numpy as np

from dashboards.kit.geometry import random_cosines, share_below


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
