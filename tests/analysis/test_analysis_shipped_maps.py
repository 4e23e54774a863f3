"""Shipped maps: those of the shipped model, honest about themselves, never shown for another model."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import explorer as ex
from explorer.analysis import shipped_maps
from explorer.analysis.make_maps import make_map, rename_regions
from explorer.analysis.map_words import MAP_WORDS, content_key, map_words
from explorer.analysis.shipped_maps import shipped_map, shipped_regions
from explorer.analysis.trust import measure_trust
from explorer.core.errors import BadInput
from explorer.static.load import DEFAULT_MODEL
from explorer.text.tags import tag_of
from explorer.vectors.vectors import Vectors


@pytest.fixture(scope="module")
def model() -> Vectors:
    return ex.load(DEFAULT_MODEL)


def test_the_default_model_has_its_map_which_is_remade_when_the_model_is(model):
    shown = shipped_map(model)
    assert shown is not None, f"run: python -m explorer.analysis.make_maps {DEFAULT_MODEL}"
    assert shown.keys == tuple(map_words(model)) and len(shown) == MAP_WORDS
    assert shown.coords.shape == (MAP_WORDS, 2) and np.isfinite(shown.coords).all() and shown.measured == MAP_WORDS
    assert not {tag_of(key) for key in shown.keys} & {"SL", "SH", "SN", "JKB", "EF"}


def test_what_the_card_says_of_trust_is_true_of_the_stored_places(model):
    shown = shipped_map(model)
    trust = measure_trust(model.unit_vectors(list(shown.keys)), shown.coords, shown.trust_k, sample=1500, seed=3)
    assert shown.preserved == pytest.approx(trust.preserved, abs=0.02) and shown.preserved > 0.2
    assert shown.trustworthiness == pytest.approx(trust.trustworthiness, abs=0.02)
    assert shown.chance_preserved < 0.003 and shown.chance_trustworthiness == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("name", ["word2vec", "glove"])
def test_the_other_shipped_models_have_theirs(name):
    v = ex.load(name)
    shown, regions = shipped_map(v), shipped_regions(v)
    assert shown is not None and shown.model == name and shown.keys == regions.keys and shown.preserved > 0.15
    assert [len(layer.regions) for layer in regions.layers] == [37, 111, 333]


def test_the_files_are_small_enough_to_ship():
    folder = Path(shipped_maps.__file__).parent / "data" / "maps"
    assert sum(path.stat().st_size for path in folder.iterdir()) < 400_000


def test_a_model_of_the_same_name_with_other_vectors_has_no_shipped_map(model):
    rows = np.array([model.index(key) for key in map_words(model)])
    moved = model.vectors[rows].copy()
    moved[-1, 0] += 1e-3
    keys = map_words(model)
    assert content_key(Vectors(keys, model.vectors[rows]), keys) == content_key(model, keys)
    assert shipped_map(Vectors(keys, moved, info=dict(model.info))) is None


def test_a_map_is_made_and_opened_again(tmp_path, monkeypatch):
    random = np.random.default_rng(0)
    v = Vectors([f"단어{i}/NNG" for i in range(60)] + ["에서/JKB"], random.normal(size=(61, 6)), info={"name": "mine"})
    card = json.loads(make_map(v, tmp_path).read_text(encoding="utf-8"))
    assert card["facts"]["params"]["n_neighbors"] == shipped_maps.N_NEIGHBORS and card["facts"]["seed"] == shipped_maps.SEED
    monkeypatch.setattr(shipped_maps, "FOLDER", tmp_path)
    opened, regions = shipped_map(v), shipped_regions(v)
    drawn = ex.project(v, words=map_words(v), n_neighbors=10, min_dist=0.05)
    assert np.allclose(opened.coords, drawn.coords, atol=1e-3) and np.allclose(opened.trust, drawn.trust, atol=0.003)
    found = ex.regions(v, words=map_words(v))
    assert regions.to_dict() == found.to_dict()


def test_regions_are_named_again_and_nothing_else_of_a_map_changes(tmp_path, monkeypatch):
    keys = [f"{first}{second}/NNG" for first in "가나다라마바사아자차" for second in "강산들길집터"]
    v = Vectors(keys, np.random.default_rng(0).normal(size=(60, 6)), info={"name": "mine"})
    monkeypatch.setattr(shipped_maps, "FOLDER", tmp_path)
    make_map(v, tmp_path)
    with np.load(tmp_path / "mine.npz") as parts:
        before = {name: parts[name] for name in parts.files}
    monkeypatch.setattr("explorer.analysis.region_names._NAMED", 2)
    rename_regions(v, tmp_path)
    named = shipped_regions(v)
    assert {len(region.words) for layer in named.layers for region in layer.regions} == {2}
    with np.load(tmp_path / "mine.npz") as parts:
        assert all(np.array_equal(parts[name], before[name]) for name in before if not name.startswith("names"))
        assert any(not np.array_equal(parts[name], before[name]) for name in before)
    with pytest.raises(BadInput, match="no map of 'other'"):
        rename_regions(Vectors(keys, np.eye(60), info={"name": "other"}), tmp_path)
