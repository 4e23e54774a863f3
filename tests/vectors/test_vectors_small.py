"""Small copies: a byte a number, decoded when needed and no sooner."""

from __future__ import annotations

import numpy as np
import pytest

import explorer as ex
from explorer.core.errors import BadInput
from explorer.vectors.bytes import ByteMatrix
from explorer.vectors.files.folder import save_vectors
from explorer.vectors.vectors import Vectors


def saved(tmp_path, rows: np.ndarray):
    keys = [f"말{number}/NNG" for number in range(len(rows))]
    return save_vectors(Vectors(keys, rows), tmp_path / "small", small=True)


def test_opening_decodes_nothing_and_the_first_question_everything(tmp_path, monkeypatch):
    rows = np.random.default_rng(0).normal(size=(5_000, 20)).astype(np.float32)
    decoded = []
    whole = ByteMatrix.decode
    monkeypatch.setattr(ByteMatrix, "decode", lambda self: decoded.append(self.shape) or whole(self))
    v = ex.load(saved(tmp_path, rows))
    assert (len(v), v.dim, decoded) == (5_000, 20, [])
    assert np.abs(v.vectors - rows).max() <= np.abs(rows).max() / 127
    v.similar("말1")
    assert decoded == [(5_000, 20)] and not v.vectors.flags.writeable


def test_rows_of_zeros_are_told_without_decoding(tmp_path, monkeypatch):
    rows = np.eye(6, dtype=np.float32)
    rows[2] = 0
    folder = saved(tmp_path, rows)
    monkeypatch.setattr(ByteMatrix, "decode", lambda self: pytest.fail("decoded"))
    assert "말2/NNG" in ex.load(folder).info["warnings"][0]


def test_a_scale_that_is_no_number_is_refused_at_once(tmp_path):
    folder = saved(tmp_path, np.eye(6, dtype=np.float32))
    scales = np.load(folder / "scales.npy")
    scales[3] = np.nan
    np.save(folder / "scales.npy", scales)
    with pytest.raises(BadInput) as refused:
        ex.load(folder)
    assert refused.value.code == "vectors.scales_not_finite" and "row 4" in str(refused.value)
