"""The next-sentence score against the bare model."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from support_heads import save_byte_decoder, save_wordpiece

from explorer.core.errors import BadInput
from explorer.encoders.pair_score import next_sentence, open_pair_scorer

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
    found = next_sentence(folder, FIRST, SECOND)
    there, back = by_hand(folder, FIRST, SECOND), by_hand(folder, SECOND, FIRST)
    assert found.probability == pytest.approx(1 / (1 + np.exp(there[1] - there[0])), abs=1e-6)
    assert found.margin == pytest.approx(there[0] - there[1], abs=1e-4)
    assert found.reverse == pytest.approx(1 / (1 + np.exp(back[1] - back[0])), abs=1e-6)
    assert found.pieces == (9, 7) and not found.cut and found.probability != found.reverse
    assert found.to_dict()["pieces"] == [9, 7]


def test_long_sentences_are_cut_and_it_is_said(folder):
    scorer = open_pair_scorer(folder)
    both = scorer.score(FIRST * 50, SECOND * 50)
    assert both.cut and sum(both.pieces) == 61
    one = scorer.score(FIRST * 50, SECOND)
    assert one.cut and one.pieces == (54, 7)
    logits = by_hand(folder, FIRST * 50, SECOND, truncation="only_first", max_length=64)
    assert one.margin == pytest.approx(logits[0] - logits[1], abs=1e-4)


def test_decomposed_text_scores_as_composed(folder):
    scorer = open_pair_scorer(folder)
    assert scorer.score(unicodedata.normalize("NFD", FIRST), SECOND).margin == scorer.score(FIRST, SECOND).margin


def test_what_cannot_be_scored_is_refused(folder, tmp_path):
    with pytest.raises(BadInput, match="second sentence is empty"):
        next_sentence(folder, FIRST, " ")
    save_wordpiece(tmp_path / "masked")
    with pytest.raises(BadInput, match="without its next-sentence head"):
        open_pair_scorer(tmp_path / "masked")
    save_byte_decoder(tmp_path / "gpt")
    for name in (tmp_path / "gpt", "mini"):
        with pytest.raises(BadInput, match="next-sentence score") as caught:
            open_pair_scorer(name)
        assert "\n" not in str(caught.value)
