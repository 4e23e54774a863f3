"""Bootstrap intervals against cases that can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.core.intervals import Interval, Units, bounds, centred_bounds, draw, mean_interval, ratio_interval


def test_bounds_are_the_middle_95_percent():
    assert bounds(np.arange(1001.0)) == (25.0, 975.0)
    normal = np.random.default_rng(0).normal(size=200_000)
    assert bounds(normal) == pytest.approx((-1.96, 1.96), abs=0.02)


def test_samples_without_a_number_are_left_out():
    assert bounds(np.array([np.nan, 1.0, 1.0, np.inf])) == (1.0, 1.0)
    assert bounds(np.array([np.nan]), empty=(0.0, 1.0)) == (0.0, 1.0)
    assert np.isnan(bounds(np.array([]))).all()


def test_a_biased_sample_is_moved_to_the_value_and_kept_in_range():
    draws = np.arange(0.0, 0.2001, 0.002)  # mean 0.1, middle 95 % from 0.005 to 0.195
    assert centred_bounds(draws, 0.5) == pytest.approx((0.405, 0.595))
    assert centred_bounds(draws, 0.95) == pytest.approx((0.855, 1.0))
    assert centred_bounds(draws, 0.05) == pytest.approx((0.0, 0.145))


def test_draws_are_numpys_and_go_on_from_a_generator():
    assert draw(10, 4, 7).tolist() == np.random.default_rng(7).integers(0, 10, (4, 10)).tolist()
    random = np.random.default_rng(7)
    assert np.vstack([draw(10, 1, random), draw(10, 3, random)]).tolist() == draw(10, 4, 7).tolist()


def test_an_interval_of_a_mean_has_the_standard_error():
    values = np.tile([0.0, 1.0], 200)
    mean, low, high = mean_interval(values, samples=4000)
    # s / √n = 0.5 / 20; 95 % of a normal lie within 1.96 of it.
    assert mean == 0.5 and (low, high) == pytest.approx((0.5 - 0.049, 0.5 + 0.049), abs=0.004)


def test_ratios_draw_both_sums_together():
    assert ratio_interval([3], [4]) == Interval(0.75)
    assert ratio_interval([0, 0], [0, 0]) == Interval(None)
    # Every unit has the same ratio, so every sample has it, however often each unit came.
    assert ratio_interval([1, 2, 30], [2, 4, 60]) == Interval(0.5, 0.5, 0.5)
    # Two units, 0/1 and 1/1: samples hold 0, 1 or 2 of the second, and both ends come in more than 2.5 % of them.
    assert ratio_interval([0, 1], [1, 1]) == Interval(0.5, 0.0, 1.0)


def test_many_units_share_places(monkeypatch):
    from explorer.core import intervals

    whole = ratio_interval(range(100), [1] * 100)
    monkeypatch.setattr(intervals, "_UNITS", 50)
    shared = ratio_interval(range(100), [1] * 100)
    assert shared.value == whole.value == 49.5 and shared.low < 49.5 < shared.high


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9)), min_size=2, max_size=12))
def test_bounds_lie_between_the_least_and_the_largest_ratio(pairs):
    units = Units(2, samples=50)
    for pair in pairs:
        units.add(pair)
    found = units.ratio(0, 1)
    ratios = [above / below for above, below in pairs]
    assert min(ratios) - 1e-12 <= found.low <= found.high <= max(ratios) + 1e-12
    assert found.value == pytest.approx(sum(a for a, _ in pairs) / sum(b for _, b in pairs))
