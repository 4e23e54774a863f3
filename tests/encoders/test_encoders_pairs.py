"""The next-sentence score against the bare model."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from support_heads import save_byte_decoder, save_wordpiece

from explorer.core.errors import BadInput
from explorer.encoders.open import encoder

torch = pytest.importorskip("torch")

FIRST, SECOND = "나는 배를 타고 섬에 갔다.", "바다에 배가 있다."


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return save_wordpiece(tmp_path_factory.mktemp("pairs") / "bert", "BertForPreTraining")


def by_hand(folder, first: str, second: str, **options):
    from transformers import BertForPreTraining, BertTokenizerFast

    model, tokenizer = BertForPreTraining.from_pretrained(folder).eval(), BertTokenizerFast.from_pretrained(folder)
    with torch.inference_mode():
        return model(**tokenizer(first, second, return_tensors="pt", **options)).seq_relationship_logits[0].double().numpy()


def test_the_score_is_the_softmax_of_the_head(folder):
    found = encoder(folder).pair(FIRST, SECOND)
    there, back = by_hand(folder, FIRST, SECOND), by_hand(folder, SECOND, FIRST)
    assert found.probability == pytest.approx(1 / (1 + np.exp(there[1] - there[0])), abs=1e-6)
    assert found.margin == pytest.approx(there[0] - there[1], abs=1e-4)
    assert found.reverse == pytest.approx(1 / (1 + np.exp(back[1] - back[0])), abs=1e-6)
    assert found.pieces == (9, 7) and not found.cut and found.probability != found.reverse
    assert found.to_dict()["pieces"] == [9, 7]


def test_long_sentences_are_cut_and_it_is_said(folder):
    scorer = encoder(folder)
    both = scorer.pair(FIRST * 50, SECOND * 50)
    assert both.cut and sum(both.pieces) == 61
    one = scorer.pair(FIRST * 50, SECOND)
    assert one.cut and one.pieces == (54, 7)
    logits = by_hand(folder, FIRST * 50, SECOND, truncation="only_first", max_length=64)
    assert one.margin == pytest.approx(logits[0] - logits[1], abs=1e-4)


def test_decomposed_text_scores_as_composed(folder):
    scorer = encoder(folder)
    assert scorer.pair(unicodedata.normalize("NFD", FIRST), SECOND).margin == scorer.pair(FIRST, SECOND).margin


def test_what_cannot_be_scored_is_refused(folder, tmp_path):
    with pytest.raises(BadInput, match="second sentence is empty"):
        encoder(folder).pair(FIRST, " ")
    save_wordpiece(tmp_path / "masked")
    with pytest.raises(BadInput, match="without its next-sentence head"):
        encoder(tmp_path / "masked").pair(FIRST, SECOND)
    save_byte_decoder(tmp_path / "gpt")
    for name in (tmp_path / "gpt", "mini"):
        with pytest.raises(BadInput, match="next-sentence score") as caught:
            encoder(name).pair(FIRST, SECOND)
        assert "\n" not in str(caught.value)
