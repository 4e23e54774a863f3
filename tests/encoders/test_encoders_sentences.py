"""Sentences by encoders: pooling by hand, the checkpoint's own way, prefixes, texts longer than the window."""

from __future__ import annotations

import json
import shutil
import unicodedata

import numpy as np
import pytest

from explorer.core.errors import BadInput
from explorer.encoders.open import encoder

torch = pytest.importorskip("torch")

SENTENCE = "나는 배를 타고 섬에 갔다."


@pytest.fixture(scope="module")
def bare(small_bert):
    from transformers import AutoModel, AutoTokenizer

    model, tokenizer = AutoModel.from_pretrained(small_bert).eval(), AutoTokenizer.from_pretrained(small_bert)

    def states(text: str) -> np.ndarray:
        with torch.inference_mode():
            return model(**tokenizer(text, return_tensors="pt")).last_hidden_state[0].numpy()

    return states


def own(folder, target, modules, files):
    shutil.copytree(folder, target)
    (target / "modules.json").write_text(
        json.dumps([{"type": f"sentence_transformers.models.{kind}", "path": path} for kind, path in modules])
    )
    for name, data in files.items():
        (target / name).parent.mkdir(exist_ok=True)
        (target / name).write_text(json.dumps(data))
    return encoder(target)


def test_poolings_are_those_of_the_states(small_bert, bare):
    model, rows = encoder(small_bert), bare(SENTENCE)
    for pooling, expected in {
        "mean": rows[1:-1].mean(0),
        "all": rows.mean(0),
        "cls": rows[0],
        "max": rows[1:-1].max(0),
        "last": rows[-2],
        "own": rows[1:-1].mean(0),
    }.items():
        found = model.sentences([SENTENCE], pooling=pooling)
        assert found.vectors[0] == pytest.approx(expected, abs=1e-5), pooling
        assert found.how["said_by"] == ("nobody" if pooling == "own" else "asked")


def test_a_checkpoint_says_how_itself(small_bert, bare, tmp_path):
    modules = [("Transformer", ""), ("Pooling", "1_Pooling"), ("Normalize", "2_Normalize")]
    pooling = {"1_Pooling/config.json": {"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}}
    prompts = {"config_sentence_transformers.json": {"prompts": {"query": "배 ", "doc": "섬 "}, "default_prompt_name": "doc"}}
    model = own(small_bert, tmp_path / "cls", modules, pooling | prompts)
    found = model.sentences([SENTENCE])
    assert found.how["pooling"] == "cls" and found.how["said_by"] == "checkpoint"
    assert found.vectors[0] == pytest.approx(bare(f"섬 {SENTENCE}")[0], abs=1e-5)
    assert found.embed([SENTENCE])[0] == pytest.approx(bare(f"배 {SENTENCE}")[0], abs=1e-5)
    odd = own(small_bert, tmp_path / "dense", [*modules, ("Dense", "3_Dense")], pooling)
    with pytest.raises(BadInput) as error:
        odd.sentences([SENTENCE])
    assert error.value.code == "encoders.own_pooling_unknown" and "Dense" in str(error.value)
    assert odd.sentences([SENTENCE], pooling="mean").vectors.any()


def test_the_e5_family_is_told_by_its_name(small_bert, bare, tmp_path):
    folder = tmp_path / "multilingual-e5-small"
    shutil.copytree(small_bert, folder)
    found = encoder(folder).sentences([SENTENCE])
    assert found.how["prefix"] == "query: " and found.how["said_by"] == "name"
    assert found.vectors[0] == pytest.approx(bare(f"query: {SENTENCE}").mean(0), abs=1e-5)
    passages = encoder(folder).sentences([SENTENCE], prefix="passage: ")
    assert passages.vectors[0] == pytest.approx(bare(f"passage: {SENTENCE}").mean(0), abs=1e-5)
    assert passages.embed([SENTENCE])[0] == pytest.approx(found.vectors[0], abs=1e-5)


def test_a_long_text_is_read_through_windows(small_bert, bare):
    model = encoder(small_bert)
    text = " ".join([SENTENCE] * 200)
    ids = [number for number, _, _ in model.cutter.encode(text)]
    assert len(ids) > 3 * model.cutter.capacity
    found = model.sentences([text, SENTENCE, text[: len(text) // 2]])
    assert np.isfinite(found.vectors).all() and found.vectors[1] == pytest.approx(bare(SENTENCE)[1:-1].mean(0), abs=1e-5)
    each = model.words(text).vectors
    cosine = each.mean(0) @ found.vectors[0] / np.linalg.norm(each.mean(0)) / np.linalg.norm(found.vectors[0])
    assert cosine > 0.95


def test_odd_sentences(small_bert):
    model = encoder(small_bert)
    found = model.sentences(["", " \u200b", SENTENCE, unicodedata.normalize("NFD", SENTENCE), "👍"])
    assert found.missing[:2] == [0, 1] and found.vectors[3] == pytest.approx(found.vectors[2], abs=1e-6)
    with pytest.raises(BadInput) as error:
        model.sentences([SENTENCE], pooling="middle")
    assert error.value.code == "encoders.unknown_pooling"


def test_kept_vectors_belong_to_the_weights(small_bert, tmp_path, home):
    model = encoder(small_bert)
    first = model.sentences(iter([SENTENCE, "섬"]), keep=True)
    assert np.array_equal(model.named("other").sentences([SENTENCE, "섬"], keep=True).vectors, first.vectors)
    assert len(list((home / "cache" / "sentences").iterdir())) == 1
    model.sentences([SENTENCE, "섬"], keep=True, pooling="cls")
    assert len(list((home / "cache" / "sentences").iterdir())) == 2
