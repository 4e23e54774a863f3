"""Names of sentence-transformers and transformers: the same answers where they are here, one line where not."""

from __future__ import annotations

import re

import numpy as np
import pytest
from support_heads import save_wordpiece

import explorer as ex
from explorer.core.errors import BadInput, NoSuchName

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from explorer.encoders.foreign import NAMES  # noqa: E402

TEXTS = ["나는 배를 타고 섬에 갔다.", "바다에 배가 있다.", "배를 먹었다."]


def test_encode_gives_the_mean_of_the_states_that_transformers_gives(tmp_path):
    folder = save_wordpiece(tmp_path / "bert", "BertForPreTraining")
    e = ex.encoder(folder, device="cpu")
    cut, net = transformers.AutoTokenizer.from_pretrained(folder), transformers.AutoModel.from_pretrained(folder).eval()
    for text in TEXTS:
        with torch.no_grad():
            states = net(**cut(text, return_tensors="pt")).last_hidden_state[0, 1:-1]
        assert np.allclose(e.encode(text), states.mean(0).numpy(), atol=1e-5)


def test_encode_does_not_depend_on_what_stands_beside():
    e = ex.encoder("mini", device="cpu")
    many = [
        f"{text} {number}" for number in range(60) for text in TEXTS[:2]
    ]  # so many that sentences would give up what they share
    rows = e.encode(many)
    assert rows.shape == (120, e.dim) and np.allclose(rows[:3], e.encode(iter(many[:3])), atol=1e-6)
    assert not np.allclose(rows, e.sentences(many).vectors, atol=1e-3)
    assert np.allclose(np.linalg.norm(e.encode(many[:3], normalize_embeddings=True), axis=1), 1, atol=1e-6)
    assert e.encode(TEXTS[0]).shape == (e.dim,) and rows.flags.writeable


def test_what_stands_before_a_sentence_can_be_given(tmp_path):
    e = ex.encoder(save_wordpiece(tmp_path / "bert", "BertForPreTraining"), device="cpu")
    given = e.encode(TEXTS, prompt="바다 ")
    assert np.allclose(given, e.sentences(TEXTS, prefix="바다 ", components=0).vectors) and not np.allclose(
        given, e.encode(TEXTS)
    )


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        (lambda e: e(TEXTS), "encoders.not_called"),
        (lambda e: e(input_ids=[1]), "encoders.not_called"),
        (lambda e: e.encode(TEXTS, batch_size=8), "encoders.no_encode_options"),
        (lambda e: e.encode([]), "vectors.no_sentences"),
        (lambda e: e.similarity(["배"], ["배"]), "encoders.no_word_with_sentence"),
        (lambda e: e.similarity("배를", "섬에"), "encoders.no_word_with_sentence"),
        (lambda e: e.similarity(np.zeros((2, 3)), np.zeros((2, 3))), "encoders.no_word_with_sentence"),
    ],
)
def test_what_is_asked_otherwise_is_one_line(ask, code):
    with pytest.raises(BadInput) as caught:
        ask(ex.encoder("mini", device="cpu"))
    assert caught.value.code == code and "\n" not in str(caught.value) and caught.value.said("ko") != str(caught.value)


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_name_from_elsewhere_is_an_attribute_error_of_one_line(name: str):
    e = ex.encoder("mini", device="cpu")
    with pytest.raises(AttributeError) as caught:
        getattr(e, name)
    error = caught.value
    assert isinstance(error, NoSuchName) and repr(name) in str(error) and name in error.said("ko")
    here = str(error.values.get("here", "e.dim")).replace(", or ", "; ")
    compile(here, "here", "exec")
    assert all(hasattr(ex, word) for word in re.findall(r"\bex\.(\w+)", here))
    chains = re.findall(r"\be((?:\.\w+)+)", here)
    for chain in chains:  # of what needs a head that mini has not, only the first part
        owner = e
        for part in chain.split(".")[1:]:
            assert part == "decoder" or hasattr(owner, part), chain
            if part in ("decoder", "sentences", "inside", "encode", "pair", "pieces"):
                break
            owner = getattr(owner, part)


def test_an_encoder_says_how_many_layers_it_has_without_its_input(tmp_path):
    e = ex.encoder("mini", device="cpu")
    assert repr(e) == f"<Encoder mini: {e.network.config.num_hidden_layers} layers × 256, cpu>"
    assert e.depth == e.network.config.num_hidden_layers + 1  # those one can choose from: the input is one of them
    small = ex.encoder(save_wordpiece(tmp_path / "bert", "BertForPreTraining"), device="cpu")
    assert f"{small.network.config.num_hidden_layers} layers × 24" in repr(small)
