import numpy as np
import pytest

from explorer.core.errors import BadInput
from explorer.vectors import search
from explorer.vectors.analogy import scores_of
from explorer.vectors.search import cosines, inverse_norms, nearest, neighbour_graph, top_k, unit_rows


def brute(scores, k):
    order = sorted(range(len(scores)), key=lambda row: (-scores[row], row))
    return [row for row in order if scores[row] > -np.inf][:k]


@pytest.mark.parametrize("n", [1, 2, 255, 256, 257, 5000, 20_000])
@pytest.mark.parametrize("k", [1, 3, 10, 700])
def test_top_k_equals_a_full_sort_with_ties(n, k):
    rng = np.random.default_rng(n + k)
    scores = rng.integers(0, 50, n).astype(np.float32) / 50  # many equal scores
    scores[rng.random(n) < 0.3] = -np.inf
    best, values = top_k(scores, k)
    assert best.tolist() == brute(scores.tolist(), k)
    assert np.array_equal(values, scores[best])


def test_unit_rows_survive_zeros_and_extreme_lengths():
    rows = np.array([[0, 0], [3e30, 4e30], [3e-30, 4e-30], [3, 4]], dtype=np.float32)
    assert np.allclose(unit_rows(rows), [[0, 0], [0.6, 0.8], [0.6, 0.8], [0.6, 0.8]], atol=1e-6)
    assert np.isnan(inverse_norms(np.array([[np.nan, 1], [np.inf, 1]], dtype=np.float32))).all()


def test_nearest_is_exact_over_many_blocks(monkeypatch):
    monkeypatch.setattr(search, "BLOCK_BYTES", 4 * 7 * 40)
    rng = np.random.default_rng(0)
    matrix = rng.standard_normal((1003, 17)).astype(np.float32)
    queries = rng.standard_normal((7, 17)).astype(np.float32)
    exclude = [[int(row)] for row in rng.integers(0, 1003, 7)]
    mask = rng.random(1003) < 0.8
    found = nearest(matrix, queries, 12, inverse_norms(matrix), exclude, mask)
    exact = (queries / np.linalg.norm(queries, axis=1, keepdims=True)) @ (
        matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
    ).T
    for row, (best, scores) in enumerate(found):
        allowed = exact[row].copy()
        allowed[~mask] = -np.inf
        allowed[exclude[row]] = -np.inf
        assert best.tolist() == brute(allowed.tolist(), 12)
        assert np.allclose(scores, allowed[best], atol=1e-6)


def test_ties_come_in_row_order_across_blocks(monkeypatch):
    monkeypatch.setattr(search, "BLOCK_BYTES", 4 * 5)
    matrix = np.tile(np.array([[1.0, 0.0]], dtype=np.float32), (23, 1))
    [(best, _)] = nearest(matrix, np.array([[2.0, 0.0]]), 7)
    assert best.tolist() == list(range(7))


def test_nearest_reads_a_memory_map(tmp_path):
    rng = np.random.default_rng(1)
    np.save(tmp_path / "m.npy", rng.standard_normal((300, 8)).astype(np.float32))
    mapped = np.load(tmp_path / "m.npy", mmap_mode="r")
    memory = np.array(mapped)
    for (a, _), (b, _) in zip(
        nearest(mapped, memory[:3], 5, inverse_norms(mapped)),
        nearest(memory, memory[:3], 5, inverse_norms(memory)),
        strict=True,
    ):
        assert np.array_equal(a, b)


def test_neighbour_graph_leaves_each_row_itself_out(monkeypatch):
    monkeypatch.setattr(search, "BLOCK_BYTES", 4 * 200 * 30)
    rng = np.random.default_rng(2)
    unit = unit_rows(rng.standard_normal((200, 6)))
    seen = []
    indices, values = neighbour_graph(unit, 4, step=lambda done, total: seen.append((done, total)))
    exact = unit @ unit.T
    np.fill_diagonal(exact, -np.inf)
    assert indices.tolist() == [brute(row.tolist(), 4) for row in exact]
    assert np.allclose(values, np.take_along_axis(exact, indices.astype(int), axis=1), atol=1e-6)
    assert seen[-1] == (200, 200) and len(seen) > 1
    some, _ = neighbour_graph(unit, 4, rows=np.array([5, 9]))
    assert some.tolist() == indices[[5, 9]].tolist()


def formula(unit, terms, weights, method):
    cosine = unit @ terms.T
    if method == "3cosadd":
        target = weights @ terms
        return unit @ target / np.linalg.norm(target)
    shifted = (cosine + 1) / 2
    above = np.prod(shifted[:, weights > 0] ** weights[weights > 0], axis=1)
    return above / (np.prod(shifted[:, weights < 0] ** -weights[weights < 0], axis=1) + 1e-6)


@pytest.mark.parametrize("method", ["3cosadd", "3cosmul"])
def test_analogy_scores_follow_their_formula(method):
    rng = np.random.default_rng(3)
    matrix = rng.standard_normal((400, 12)).astype(np.float32) * rng.uniform(0.1, 9, (400, 1)).astype(np.float32)
    unit = unit_rows(matrix)
    terms = unit[[[1, 2, 3], [4, 5, 6]]]
    weights = np.array([[1, -1, 1], [0.5, 2, -1.5]], dtype=np.float32)
    for question, scores in enumerate(scores_of(matrix, terms, weights, method, inverse_norms(matrix))):
        expected = formula(unit.astype(float), terms[question].astype(float), weights[question].astype(float), method)
        assert top_k(scores, 9)[0].tolist() == brute(expected.tolist(), 9)
        assert np.allclose(scores, expected, rtol=1e-4, atol=1e-5)


def test_pair_direction_looks_along_the_difference():
    rng = np.random.default_rng(4)
    unit = unit_rows(rng.standard_normal((300, 10)))
    start, origin, end = unit[0], unit[1], unit[2]
    [scores] = scores_of(unit, unit[[[0, 1, 2]]], np.array([[1, -1, 1]]), "direction")
    way = (end - origin).astype(float)
    steps = unit.astype(float) - start
    expected = steps @ way / np.maximum(np.linalg.norm(steps, axis=1), 1e-9) / np.linalg.norm(way)
    assert np.argsort(-scores[3:])[:5].tolist() == np.argsort(-expected[3:])[:5].tolist()
    assert np.allclose(scores[1:], expected[1:], atol=1e-5)


def test_impossible_analogies_are_refused():
    unit = unit_rows(np.eye(4))
    with pytest.raises(BadInput, match="cancel"):
        scores_of(unit, unit[[[0, 0]]], np.array([[1.0, -1.0]]))
    with pytest.raises(BadInput, match="two added words"):
        scores_of(unit, unit[[[0, 1]]], np.array([[1.0, 1.0]]), "direction")
    with pytest.raises(BadInput, match="same vector"):
        scores_of(unit, unit[[[0, 1, 1]]], np.array([[1.0, -1.0, 1.0]]), "direction")
    with pytest.raises(BadInput, match="3cosadd, 3cosmul, direction"):
        scores_of(unit, unit[[[0]]], np.array([[1.0]]), "cosadd")


def test_cosines_of_zero_rows_are_zero():
    matrix = np.array([[0, 0], [1, 1]], dtype=np.float32)
    assert np.allclose(cosines(matrix, np.array([1.0, 0.0]), inverse_norms(matrix)), [[0, 2**-0.5]])


@pytest.mark.parametrize("queries", [1, 2, 8, 9, 40])
def test_cosines_are_the_same_however_many_are_asked(queries):
    rng = np.random.default_rng(6)
    matrix, asked = rng.standard_normal((300, 20)).astype(np.float32), rng.standard_normal((queries, 20)).astype(np.float32)
    found = cosines(matrix, asked, inverse_norms(matrix))
    assert found.shape == (queries, 300) and found.flags.c_contiguous
    assert np.allclose(found, unit_rows(asked).astype(float) @ unit_rows(matrix).astype(float).T, atol=1e-6)
