"""Joining models: better than each, honest where a part is missing, and words that no part has."""

from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner

import explorer as ex
from explorer.cli import main
from explorer.core.errors import BadInput
from explorer.static.joined import fit_subwords, join
from explorer.vectors.transform import compact
from explorer.vectors.vectors import Vectors

WORDS = 400


def truth(seed: int = 0, dim: int = 12) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(WORDS, dim))


def seen(real: np.ndarray, seed: int, noise: float, dim: int = 40) -> np.ndarray:
    """The same words as another training sees them: turned, with noise of its own, off centre."""
    rng = np.random.default_rng(seed)
    turn = np.linalg.qr(rng.normal(size=(dim, real.shape[1])))[0]
    return real @ turn.T + noise * rng.normal(size=(len(real), dim)) + rng.normal(size=dim)


KEYS = [f"말{number}/NNG" for number in range(WORDS)]


def fidelity(v: Vectors, real: np.ndarray, rows: np.ndarray | None = None) -> float:
    """Correlation of the model's cosines with the true ones."""
    rows = np.arange(WORDS) if rows is None else rows
    own = np.stack([v.vector(KEYS[row]) for row in rows])
    own = own / np.linalg.norm(own, axis=1, keepdims=True)
    real = real[rows] / np.linalg.norm(real[rows], axis=1, keepdims=True)
    upper = np.triu_indices(len(rows), 1)
    return float(np.corrcoef((own @ own.T)[upper], (real @ real.T)[upper])[0, 1])


def test_the_joined_model_is_nearer_to_the_truth_than_each_part():
    real = truth()
    parts = [Vectors(KEYS, seen(real, seed, 0.8)) for seed in (1, 2, 3)]
    joined = join(parts, dim=12, components=0)
    assert fidelity(joined, real) > max(fidelity(part, real) for part in parts) + 0.05


def test_what_is_off_centre_or_dominant_in_one_part_is_taken_out():
    real = truth()
    loud = seen(real, 1, 0.2)
    loud[:, 0] += np.random.default_rng(5).normal(size=WORDS) * 100
    both = [Vectors(KEYS, loud), Vectors(KEYS, seen(real, 2, 0.2))]
    assert fidelity(join(both, dim=12, components=1), real) > fidelity(join(both, dim=12, components=0), real) + 0.1


def test_keys_that_a_part_lacks_keep_their_place_among_all_others():
    real = truth()
    first = Vectors(KEYS, seen(real, 1, 0.2), counts=np.arange(WORDS, 0, -1))
    second = Vectors(KEYS[:300], seen(real, 2, 0.2)[:300])
    joined = join([first, second], dim=12, components=0)
    assert set(joined.keys) == set(KEYS) and joined.info["parts"][1]["keys"] == 300 and joined.info["whole"] == 300
    lacking = np.arange(300, WORDS)
    assert fidelity(joined, real, lacking) > 0.9

    def nearest(rows: np.ndarray) -> np.ndarray:
        unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return (unit @ unit.T - 2 * np.eye(WORDS)).argmax(axis=1)

    # Made-up parts would draw such keys together: they are one another's neighbours no more often than by right.
    found, due = nearest(np.stack([joined.vector(key) for key in KEYS])), nearest(real)
    assert abs(np.mean(found[lacking] >= 300) - np.mean(due[lacking] >= 300)) < 0.1


def test_weights_decide_which_part_is_believed():
    real, other = truth(), truth(9)
    parts = [Vectors(KEYS, seen(real, 1, 0.1)), Vectors(KEYS, seen(other, 2, 0.1))]
    assert fidelity(join(parts, weights=[3, 1], dim=24, components=0), real) > 0.9
    assert fidelity(join(parts, weights=[1, 3], dim=24, components=0), real) < 0.4


def test_the_order_is_by_frequency_and_the_most_frequent_are_kept():
    counts = np.random.default_rng(3).permutation(WORDS) + 1
    joined = join([Vectors(KEYS, seen(truth(), 1, 1), counts=counts), Vectors(KEYS, seen(truth(), 2, 1))], dim=8, keys=50)
    assert len(joined) == 50 and joined.counts.tolist() == sorted(counts.tolist(), reverse=True)[:50]


def test_the_same_parts_give_the_same_bytes_and_the_record_says_what_was_done(tmp_path):
    parts = [
        Vectors(KEYS, seen(truth(), seed, 1), info={"corpus": f"글 {seed}", "model": "ppmi", "seed": seed}) for seed in (1, 2)
    ]
    first, again = (join(parts, dim=8, pieces=50) for _ in range(2))
    assert np.array_equal(first.vectors, again.vectors) and np.array_equal(first.composer.rows, again.composer.rows)
    assert first.info["model"] == "joined" and first.info["corpus"] == "글 1 + 글 2"
    assert [part["seed"] for part in first.info["parts"]] == [1, 2] and first.info["params"]["weights"] == [1.0, 1.0]
    json.dumps(dict(first.info), allow_nan=False)


SOUNDS = ["산", "물", "불", "길", "새", "말", "집", "꽃", "봄", "손"]


def compounds() -> tuple[list[str], np.ndarray]:
    meaning = {sound: np.random.default_rng(number).normal(size=20) for number, sound in enumerate(SOUNDS)}
    pairs = [(first, second) for first in SOUNDS for second in SOUNDS if first != second]
    return [f"{a}{b}/NNG" for a, b in pairs], np.array([meaning[a] + meaning[b] for a, b in pairs], np.float32)


def test_a_word_no_part_has_is_composed_of_its_pieces():
    keys, vectors = compounds()
    held = [key.startswith("산") and key[1] in "물불길" for key in keys]
    known = [key for key, out in zip(keys, held, strict=True) if not out]
    compose = fit_subwords(known, vectors[~np.array(held)], 200, ridge=0.01)
    for key, vector, out in zip(keys, vectors, held, strict=True):
        if out:
            made = compose(key)
            cosines = vectors @ made / np.linalg.norm(vectors, axis=1) / np.linalg.norm(made)
            assert cosines[keys.index(key)] > 0.8, key
            assert vector is not None
    assert compose("xyz") is None


def test_sub_words_survive_saving_small_and_cutting_down(tmp_path):
    from explorer.vectors.files.folder import save_vectors

    keys, vectors = compounds()
    noisy = vectors + np.random.default_rng(1).normal(size=vectors.shape).astype(np.float32) / 10
    joined = join([Vectors(keys, vectors), Vectors(keys, noisy)], dim=16, components=0, pieces=100)
    small = compact(joined, keys=60, dim=12)
    save_vectors(small, tmp_path / "small", small=True)
    back = ex.load(tmp_path / "small")
    assert (tmp_path / "small" / "subwords.npy").stat().st_size < 100 * 12 + 200
    made, kept = back.composer("산물"), small.composer("산물")
    assert made @ kept / np.linalg.norm(made) / np.linalg.norm(kept) > 0.999
    assert back.resolve("산묽").how == "subword"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"weights": [1]}, "static.join_weights_differ"),
        ({"weights": [1, 0]}, "static.join_weight_invalid"),
        ({"weights": [1, float("nan")]}, "static.join_weight_invalid"),
        ({"dim": 81}, "static.join_too_wide"),
        ({"dim": 0}, "static.parameter_below_one"),
        ({"components": 40}, "vectors.components_out_of_range"),
        ({"keys": 0}, "static.parameter_below_one"),
    ],
)
def test_impossible_wishes_are_one_clear_line(options, code):
    parts = [Vectors(KEYS, seen(truth(), seed, 1)) for seed in (1, 2)]
    with pytest.raises(BadInput) as refused:
        join(parts, **{"dim": 8, **options})
    assert refused.value.code == code


def test_one_model_or_strangers_cannot_be_joined():
    one = Vectors(KEYS, seen(truth(), 1, 1))
    with pytest.raises(BadInput) as refused:
        join([one])
    assert refused.value.code == "static.join_too_few"
    with pytest.raises(BadInput) as refused:
        join([one, Vectors([f"▁{key}" for key in KEYS], seen(truth(), 2, 1))], dim=8)
    assert refused.value.code == "static.join_nothing_shared"


def test_the_command_joins_saves_and_refuses_a_name_that_is_taken(home):
    for seed in (1, 2):
        Vectors(KEYS, seen(truth(), seed, 1)).save(f"m{seed}")
    done = CliRunner().invoke(main, ["models", "join", "both", "m1", "m2", "--weight", "1", "--weight", "0.5", "--dim", "8"])
    assert done.exit_code == 0, done.output
    assert ex.load("both").info["params"]["weights"] == [1.0, 0.5]
    again = CliRunner().invoke(main, ["models", "join", "both", "m1", "m2", "--dim", "8"])
    assert again.exit_code == 1 and len(again.stderr.strip().splitlines()) == 1
