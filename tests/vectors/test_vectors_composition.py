"""Words put together from keys: a suffix written like a noun does not lead astray."""

from __future__ import annotations

import numpy as np

from explorer.vectors.composition import compose

PARTS = np.eye(3, dtype=np.float32)[:2]
WHOLE = np.array([0, 0, 5], np.float32)


def test_long_parts_count_alike_and_sub_words_half():
    assert compose(PARTS, ["학교", "폭력"]).tolist() == [1, 1, 0]
    both = compose(PARTS, ["학교", "폭력"], WHOLE)
    assert np.allclose(both, [2**-0.5, 2**-0.5, 0.5])


def test_a_single_syllable_counts_half_and_gives_way_to_sub_words():
    assert compose(PARTS, ["가능", "성"]).tolist() == [1, 0.5, 0]
    assert np.allclose(compose(PARTS, ["가능", "성"], WHOLE), [1, 0, 1])


def test_where_all_parts_are_single_syllables_all_count():
    assert compose(PARTS, ["꿀", "잼"]).tolist() == [1, 1, 0]
