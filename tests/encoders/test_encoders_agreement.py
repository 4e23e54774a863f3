"""How well a division agrees with cosines: the number itself, and what moving single rows gives."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.encoders.agreement import COST, agreement, best_number, cuts, divisions, improved
from explorer.encoders.clusters import centred, cosine_distances


def rows(seed: int, sizes: tuple[int, ...] = (9, 5, 3), noise: float = 0.7) -> tuple[np.ndarray, np.ndarray]:
    """Distances of noisy clouds, and where each row belongs."""
    random = np.random.default_rng(seed)
    labels = np.repeat(np.arange(len(sizes)), sizes)
    points = random.normal(size=(len(sizes), 12))[labels] + noise * random.normal(size=(len(labels), 12))
    return cosine_distances(centred(points)), labels


@pytest.mark.parametrize("seed", range(3))
def test_it_is_the_correlation_over_pairs(seed):
    distances, labels = rows(seed)
    pairs = np.triu_indices(len(labels), 1)
    together = (labels[:, None] == labels)[pairs]
    assert agreement(distances, labels) == pytest.approx(np.corrcoef(1 - distances[pairs], together)[0, 1])


@pytest.mark.parametrize("least", [1, 2])
@pytest.mark.parametrize("seed", range(4))
def test_no_single_move_is_left_that_would_gain(seed, least):
    distances, _ = rows(seed)
    start = np.random.default_rng(seed).integers(0, 3, len(distances))
    start[:6] = [0, 0, 1, 1, 2, 2]
    found, value = improved(distances, start.copy(), least)
    assert value == pytest.approx(agreement(distances, found)) and value > agreement(distances, start)
    assert np.bincount(found, minlength=3).min() >= least
    for row in range(len(found)):
        for group in range(3):
            if (found == found[row]).sum() > least:
                moved = found.copy()
                moved[row] = group
                assert agreement(distances, moved) <= value + 1e-9


def test_it_agrees_at_least_as_well_as_any_tree_and_finds_clear_clouds():
    distances, labels = rows(7, (9, 8, 8), noise=0.2)
    found = divisions(distances, [2, 3, 4])
    for linkage in ("average", "ward", "complete"):
        for number, cut in cuts(distances, [2, 3, 4], linkage).items():
            assert found[number][1] >= agreement(distances, cut) - 1e-9
    own, _ = found[3]
    assert {tuple(sorted(np.flatnonzero(own == group))) for group in range(3)} == {
        tuple(np.flatnonzero(labels == group)) for group in range(3)
    }
    assert best_number({number: value for number, (_, value) in found.items()}, len(labels)) == 3


def test_a_further_group_must_be_worth_its_cost():
    assert best_number({2: 0.5, 3: 0.5 + COST / 4 - 0.001}, 16) == 2
    assert best_number({2: 0.5, 3: 0.5 + COST / 4 + 0.001}, 16) == 3


@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_or_equal_rows_are_divided_without_an_error(count):
    distances = cosine_distances(np.tile([1.0, 0.0], (count, 1)))
    for number, (labels, value) in divisions(distances, range(1, count + 1)).items():
        assert labels.max() + 1 == number and value == 0.0
