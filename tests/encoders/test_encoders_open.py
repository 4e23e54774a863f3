"""One door: what is opened is read once and shared, whatever is asked of it; the old doors lead to the same."""

from __future__ import annotations

import threading
import warnings

import numpy as np
import pytest
from support_heads import save_byte_decoder, save_byte_masked, save_wordpiece

import explorer as ex
from explorer.core.errors import BadInput
from explorer.encoders import checkpoints

torch = pytest.importorskip("torch")

SENTENCE, OTHER, GAP = "나는 배를 타고 섬에 갔다.", "바다에 배가 있다.", "배를 [MASK] 섬에 갔다."


@pytest.fixture
def loads(monkeypatch):
    """Classes whose weights were read from disk, in order."""
    found: list[str] = []
    read = checkpoints._weights

    def counted(kind, *more):
        found.append(kind)
        return read(kind, *more)

    monkeypatch.setattr(checkpoints, "_weights", counted)
    return found


def storages(*models) -> set[int]:
    """Where the weights of two and more dimensions lie in memory, each once."""
    return {one.data_ptr() for model in models for one in model.parameters() if one.dim() > 1}


def test_every_question_is_answered_by_one_backbone(tmp_path, loads):
    folder = save_wordpiece(tmp_path / "bert", "BertForPreTraining")
    model = ex.encoder(folder, device="cpu")
    assert model.vector("배", SENTENCE).shape == (24,)
    assert model.sentences([SENTENCE, OTHER]).vectors.shape == (2, 24)
    assert model.fill(GAP, 3, unit="piece")[0].guesses
    assert 0 < model.pair(SENTENCE, OTHER).probability < 1
    assert model.inside(SENTENCE, OTHER).weights.shape[:2] == (2, 2)
    assert model.senses("배", [SENTENCE, OTHER]).k >= 1
    assert ex.encoder(folder, device="cpu") is model and loads == ["AutoModelForPreTraining"]
    base = storages(model.network.base)
    heads = [model.network.head(head) for head in ("masked", "pair")]
    assert heads[0] is heads[1] and storages(model.network._twin) == base < storages(*heads)


def test_a_head_of_another_class_stands_on_the_same_backbone(tmp_path, loads):
    folder = save_byte_masked(tmp_path / "roberta")
    config = (folder / "config.json").read_text().replace("RobertaForMaskedLM", "RobertaModel")
    (folder / "config.json").write_text(config)
    model = ex.encoder(folder, device="cpu")
    guesses = model.fill("배를 <mask> 섬에.", 5, unit="piece")[0].guesses
    assert loads == ["AutoModel", "AutoModelForMaskedLM"]
    masked = model.network.head("masked")
    assert masked.base_model is model.network.base and storages(model.network.base) < storages(masked)
    straight = ex.encoder(save_byte_masked(tmp_path / "straight"), device="cpu")
    assert guesses == straight.fill("배를 <mask> 섬에.", 5, unit="piece")[0].guesses and loads[2:] == ["AutoModelForMaskedLM"]


def test_two_who_ask_at_once_read_once(tmp_path, loads):
    folder = save_wordpiece(tmp_path / "bert")
    start, found = threading.Barrier(4), []

    def ask():
        start.wait()
        found.append(ex.encoder(folder, device="cpu"))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 and len(set(map(id, found))) == 1 and len(loads) == 1


def test_changed_files_are_read_anew_and_other_numbers_too(tmp_path, loads):
    folder = save_wordpiece(tmp_path / "bert")
    first = ex.encoder(folder, device="cpu")
    assert ex.encoder(folder, device="cpu", dtype="bfloat16") is not first
    torch.manual_seed(9)
    from transformers import BertForMaskedLM

    BertForMaskedLM(first.network.config).save_pretrained(folder)
    second = ex.encoder(folder, device="cpu")
    assert second is not first and len(loads) == 3
    assert not np.array_equal(first.vector("배", SENTENCE), second.vector("배", SENTENCE))


def test_copies_keep_their_first_and_its_weights(tmp_path, loads):
    folder = save_wordpiece(tmp_path / "bert")
    model = ex.encoder(folder, device="cpu").using(layer=0, pooling="last")
    assert (model.layer, model.pooling) == (0, "last")
    from explorer.encoders.open import forget

    forget()
    assert ex.encoder(folder, device="cpu").network is model.network and len(loads) == 1
    for wrong in ({"layer": 9}, {"pooling": "median"}):
        with pytest.raises(BadInput):
            model.using(**wrong)


def test_what_a_model_cannot_do_names_what_can(tmp_path):
    decoder, bert = ex.encoder(save_byte_decoder(tmp_path / "gpt")), ex.encoder(save_wordpiece(tmp_path / "bert"))
    assert [len(one.next("나는 배를 ", 3)) for one in (decoder, ex.encoder("kiwi"))] == [3, 3]
    assert decoder.vector("배", SENTENCE).shape == (24,)
    refused = {
        "encoders.model_cannot": [
            lambda: decoder.fill(GAP),
            lambda: decoder.pair(SENTENCE, OTHER),
            lambda: bert.next(SENTENCE),
        ],
        "encoders.saved_without_pair": [lambda: bert.pair(SENTENCE, OTHER)],
        "encoders.kiwi_cannot": [lambda: ex.encoder("kiwi").vector("배", SENTENCE), lambda: ex.encoder("kiwi").fill(GAP)],
        "encoders.static_cannot": [lambda: ex.encoder("glove").vector("배", SENTENCE)],
        "encoders.morpheme_cannot": [lambda: ex.encoder("mini").next(SENTENCE), lambda: ex.encoder("mini").pair(GAP, GAP)],
        "encoders.not_over_morphemes": [lambda: bert.substitutes("배", SENTENCE)],
    }
    for code, questions in refused.items():
        for question in questions:
            with pytest.raises(BadInput) as caught:
                question()
            assert caught.value.code == code and caught.value.said("ko")


def test_old_doors_warn_and_lead_to_the_same(tmp_path):
    folder = save_wordpiece(tmp_path / "bert", "BertForPreTraining")
    gpt = save_byte_decoder(tmp_path / "gpt")
    model = ex.encoder(folder)
    pairs = [
        (
            lambda: ex.contextual(folder, layer=1).vector("배", SENTENCE).tolist(),
            model.vector("배", SENTENCE, layer=1).tolist(),
        ),
        (lambda: ex.open_filler(folder).fill(GAP), model.fill(GAP)),
        (lambda: ex.open_inside(folder).read(SENTENCE).to_dict(1), model.inside(SENTENCE).to_dict(1)),
        (lambda: ex.open_decoder(gpt).next(SENTENCE), ex.encoder(gpt).next(SENTENCE)),
        (lambda: ex.next_sentence(folder, SENTENCE, OTHER), model.pair(SENTENCE, OTHER)),
    ]
    for old, new in pairs:
        with pytest.warns(DeprecationWarning, match=r"ex\.encoder"):
            assert old() == new
    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)
        ex.encoder("mini").vector("배", SENTENCE)
