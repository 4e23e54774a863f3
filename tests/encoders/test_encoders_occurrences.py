"""One word in several sentences: against the model's own answers, and beside chance."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from explorer.core.errors import BadInput

pytest.importorskip("torch")

from explorer.encoders.baseline import unit_rows
from explorer.encoders.encoder import Encoder
from explorer.encoders.occurrences import occurrences
from explorer.encoders.open import encoder

SENTENCES = ["배를 타고 섬에 갔다.", "배가 고파서 밥을 먹었다.", "바다는 넓다.", "배를 깎아 배 접시에 담았다."]
BACKGROUND = ["아이들이 운동장에서 공을 차며 놀았다.", "할머니는 시장에서 생선을 샀다.", "비가 와서 우산을 썼다."]


@pytest.fixture(scope="module")
def model(small_bert) -> Encoder:
    return encoder(small_bert, device="cpu")


def test_every_occurrence_is_found_and_absence_is_said(model):
    found = occurrences(model, "배", SENTENCES)
    assert [(one.sentence, one.start, one.surface) for one in found.found] == [
        (0, 0, "배"),
        (1, 0, "배"),
        (3, 0, "배"),
        (3, 6, "배"),
    ]
    assert found.missing == (2,)
    assert found.states.rows["own", model.depth - 1].shape == (4, model.dim)
    assert found.chance().pairs > 1000 and occurrences(model, "배", SENTENCES, background=()).chance() is None


@pytest.mark.parametrize("layer", [0, 1, -1])
@pytest.mark.parametrize("pooling", ["mean", "last"])
def test_vectors_are_the_models_own(model, layer, pooling):
    found = occurrences(model, "배", SENTENCES[:2], pooling=pooling, background=BACKGROUND)
    assert np.allclose(
        found.states.rows["own", found.layer(layer)],
        model.vectors("배", SENTENCES[:2], layer=layer, pooling=pooling),
        atol=1e-5,
    )
    assert np.allclose(
        found.cosines(layer, representation="own"),
        model.similarity_matrix("배", SENTENCES[:2], layer=layer, pooling=pooling, representation="own"),
        atol=1e-5,
    )


def test_centred_cosines_are_those_of_vectors_less_the_mean(model):
    found = occurrences(model, "배", SENTENCES[:2], background=BACKGROUND)
    moved = unit_rows(unit_rows(found.states.rows["own", 2]) - unit_rows(found.others[0].rows["own", 2]).mean(axis=0))
    assert np.allclose(found.cosines(2, True, "own"), moved @ moved.T, atol=1e-5)
    with pytest.raises(BadInput, match="background"):
        occurrences(model, "배", SENTENCES[:2], background=()).cosines(2, centred=True)


def test_two_sentences_have_the_cosine_they_have_beside_others(model):
    """A mean of the sentences themselves would make two of them opposite."""
    two, four = (occurrences(model, "배", lines) for lines in (SENTENCES[:2], SENTENCES))
    assert two.cosines()[0, 1] == pytest.approx(four.cosines()[0, 1], abs=1e-5) and two.cosines()[0, 1] > -0.9
    assert two.cosines()[0, 1] == pytest.approx(model.similarity(("배", SENTENCES[0]), ("배", SENTENCES[1])), abs=1e-5)


def test_chance_is_the_mean_over_pairs_of_different_words(model):
    found = occurrences(model, "배", SENTENCES[:2], background=BACKGROUND)
    unit = unit_rows(found.others[0].rows["own", 1])
    every = (unit @ unit.T)[~np.eye(len(unit), dtype=bool)]
    chance = found.chance(1, representation="own")
    assert chance is not None
    assert chance.mean == pytest.approx(float(every.mean()), abs=0.02)
    assert chance.low < chance.mean < chance.high
    assert chance == found.chance(1, representation="own")  # seeded


def test_the_picture_keeps_distances_and_its_orientation(model):
    found = occurrences(model, "배", SENTENCES, background=BACKGROUND)
    coords, shares = found.picture(-1)
    assert coords.shape == (4, 2) and shares[0] >= shares[1] >= 0 and sum(shares) <= 1 + 1e-6
    again, _ = found.picture(-1)
    assert np.array_equal(coords, again)
    one, none = occurrences(model, "배", SENTENCES[:1]).picture()
    assert one.shape == (1, 2) and none == (0.0, 0.0)


def test_what_cannot_be_done_is_said_in_one_line(model):
    with pytest.raises(BadInput, match="none of the sentences holds"):
        occurrences(model, "자동차", ["바다는 넓다."])
    with pytest.raises(BadInput, match="no sentence"):
        occurrences(model, "배", ["", "  "])
    with pytest.raises(BadInput, match="empty"):
        occurrences(model, "", ["바다는 넓다."])
    with pytest.raises(BadInput, match="layer=9"):
        occurrences(model, "배", SENTENCES[:1]).cosines(9)


def test_the_answer_is_plain_data(model):
    import json

    data = occurrences(model, "배", SENTENCES, background=BACKGROUND).to_dict(-1)
    assert json.loads(json.dumps(data)) == data
    assert data["layer"] == model.depth - 1 and len(data["cosines"]) == 4 and data["random_pairs"]["pairs"] > 100


def test_decomposed_and_hostile_text_is_read(model: Encoder, tmp_path: Path):
    import unicodedata

    texts = [unicodedata.normalize("NFD", "배를 타고 갔다."), "<b>배</b>를 탔다 😀", "배\u200b를 샀다ㅋㅋㅋ"]
    found = occurrences(model, "배", texts)
    for one in found.found:
        assert unicodedata.normalize("NFC", texts[one.sentence][one.start : one.end]) == "배"
    assert len(found.found) >= 2
