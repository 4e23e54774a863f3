"""Windows over long text word by word against a hand computation, and models that compute in fewer bits."""

from __future__ import annotations

import json
import unicodedata
import warnings
from pathlib import Path

import numpy as np
import pytest
from support_heads import LINES, save_metaspace

from explorer.core.errors import BadInput

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from explorer.encoders.encoder import Encoder  # noqa: E402
from explorer.encoders.forward import POOLINGS, pool_words  # noqa: E402
from explorer.encoders.open import encoder  # noqa: E402

SENTENCES = ["배를 타고 바다에 갔다.", "달고 시원한 배를 먹었다.", "아침을 굶었더니 배가 고프다.", "은행에서 돈을 찾았다."]


@pytest.fixture(scope="module")
def model(small_bert: Path) -> Encoder:
    return encoder(small_bert, device="cpu")


def long_text(pieces: int, model: Encoder) -> str:
    """Words of one to seven syllables, one of them in decomposed Hangul, until there are enough pieces."""
    from corpora.sample import sentences

    words = [word for one in sentences() for word in one.text.split()]
    words[7] = unicodedata.normalize("NFD", words[7])
    count = 0
    for number, word in enumerate(words):
        count += len(model.cutter.encode(unicodedata.normalize("NFC", word)))
        if count >= pieces:
            return " ".join(words[: number + 1])
    raise AssertionError("the sample is too short")


def by_hand(small_bert: Path, text: str, size: int) -> np.ndarray:
    """Every eojeol's mean state, each from the window in which it is farthest from both edges."""
    from transformers import AutoModel, AutoTokenizer

    tokenizer, encoder = AutoTokenizer.from_pretrained(small_bert), AutoModel.from_pretrained(small_bert).eval()
    ids: list[int] = []
    ranges: list[tuple[int, int]] = []
    for word in text.split():
        own = tokenizer(unicodedata.normalize("NFC", word), add_special_tokens=False)["input_ids"]
        ranges.append((len(ids), len(ids) + len(own)))
        ids += own
    starts = [*range(0, len(ids) - size, size // 2), len(ids) - size]
    states = {}
    for start in starts:
        row = [tokenizer.cls_token_id, *ids[start : start + size], tokenizer.sep_token_id]
        with torch.no_grad():
            states[start] = encoder(torch.tensor([row])).last_hidden_state[0, 1:-1]
    found = []
    for first, last in ranges:
        margins = {}
        for start in starts:
            if start <= first and last <= start + size:
                left = 10**9 if start == 0 else first - start
                right = 10**9 if start + size == len(ids) else start + size - last
                margins[start] = min(left, right)
        best = max(margins, key=lambda start: margins[start])
        found.append(states[best][first - best : last - best].mean(0).numpy())
    return np.array(found)


def test_three_thousand_tokens_give_every_word_its_one_vector(small_bert: Path, model: Encoder) -> None:
    text = long_text(3000, model)
    assert len(model.cutter.encode(unicodedata.normalize("NFC", text))) >= 3000
    found = model.words(text)
    assert [text[start:end] for start, end in found.spans] == text.split()
    np.testing.assert_allclose(found.vectors, by_hand(small_bert, text, 126), atol=2e-5)
    morphemes = model.words(text, unit="morpheme")
    assert len(morphemes.vectors) == len(morphemes.spans) > len(found.spans)
    assert np.linalg.norm(morphemes.vectors, axis=1).min() > 0
    short = " ".join(text.split()[:12])
    alone = encoder(small_bert, device="cpu").words(short)
    np.testing.assert_allclose(alone.vectors, by_hand(small_bert, short, len(model.cutter.encode(short))), atol=2e-5)


def test_a_window_ends_where_the_positions_end_that_begin_behind_the_padding(tmp_path: Path) -> None:
    folder = save_metaspace(tmp_path / "roberta")  # 64 positions, of which the padding and what stands before it take two
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    (folder / "tokenizer_config.json").write_text(json.dumps(settings | {"model_max_length": 512}))
    text = " ".join(LINES * 4)
    found = encoder(folder, device="cpu").words(text)
    assert [text[start:end] for start, end in found.spans] == text.split()
    np.testing.assert_allclose(found.vectors, by_hand(folder, text, 60), atol=2e-5)


def test_a_word_far_into_a_long_text_is_found_and_an_absent_one_said(model: Encoder) -> None:
    text = long_text(1000, model) + " 마지막에 배를 먹었다."
    span = model.locate("배", text, -1)
    assert span.start > 1000
    words = model.words(text)
    whole = words.vectors[[start for start, _ in words.spans].index(span.start)]
    assert model.vector("배를", text, occurrence=-1) == pytest.approx(whole, abs=1e-5)
    with pytest.raises(BadInput, match="does not occur"):
        model.vector("코끼리", text)


def test_many_texts_together_are_what_they_are_alone(model: Encoder) -> None:
    together = model.words_of(SENTENCES)
    for sentence, found in zip(SENTENCES, together, strict=True):
        alone = model.words(sentence)
        assert found.spans == alone.spans
        np.testing.assert_allclose(found.vectors, alone.vectors, atol=1e-5)
    with pytest.raises(BadInput, match="no word"):
        model.words_of(["왕", " "])


def test_pooling_is_the_hand_computation_for_every_way() -> None:
    torch.manual_seed(0)
    states = torch.randn(3, 9, 5)
    places = [(0, 0, 1), (2, 3, 9), (1, 2, 4), (2, 0, 2)]
    ways = {
        "mean": lambda part: part.mean(0),
        "sum": lambda part: part.sum(0),
        "max": lambda part: part.max(0).values,
        "first": lambda part: part[0],
        "last": lambda part: part[-1],
    }
    assert set(ways) == set(POOLINGS)
    for how, way in ways.items():
        expected = torch.stack([way(states[text, first:last]) for text, first, last in places])
        torch.testing.assert_close(pool_words(states, places, how), expected)


def test_one_layer_alone_is_the_same_as_all_layers(model: Encoder) -> None:
    spans = [(sentence, [(0, 2)]) for sentence in SENTENCES]
    everything = model.span_layers(spans)
    for layer in range(model.depth):
        np.testing.assert_allclose(model.spans(spans, layer=layer), everything[layer], atol=1e-6)
    np.testing.assert_allclose(model.spans(spans, layer="sum-last-2"), everything[-2:].sum(0), atol=1e-5)


def cosines(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return (first * second).sum(1) / np.linalg.norm(first, axis=1) / np.linalg.norm(second, axis=1)


@pytest.mark.parametrize(("dtype", "least"), [("bfloat16", 0.999), ("int8", 0.98)])
@pytest.mark.parametrize("name", ["small", "mini"])
def test_fewer_bits_give_nearly_the_same_float32_vectors(small_bert: Path, name: str, dtype: str, least: float) -> None:
    place = small_bert if name == "small" else "mini"
    full = encoder(place, device="cpu")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fewer = encoder(place, device="cpu", dtype=dtype)
    exact = np.concatenate([found.vectors for found in full.words_of(SENTENCES)])
    close = np.concatenate([found.vectors for found in fewer.words_of(SENTENCES)])
    assert close.dtype == np.float32
    assert not np.array_equal(exact, close)
    assert cosines(exact, close).min() > least
    layers = fewer.layers("배", SENTENCES[0])
    assert layers.dtype == np.float32 and cosines(layers, full.layers("배", SENTENCES[0])).min() > least


@pytest.mark.parametrize("dtype", ["bfloat16", "int8"])
def test_the_encoder_that_ships_still_guesses_with_fewer_bits(dtype: str) -> None:
    full, fewer = (encoder("mini", device="cpu", dtype=one).substitutes("배", SENTENCES[0]) for one in ("float32", dtype))
    assert len({one.key for one in full} & {one.key for one in fewer}) >= 7


def test_impossible_dtypes_are_refused(small_bert: Path) -> None:
    for place in (small_bert, "mini"):
        for wrong in ("float16", "", "INT8"):
            with pytest.raises(BadInput, match="choose one of float32, bfloat16, int8"):
                encoder(place, device="cpu", dtype=wrong)
        with pytest.raises(BadInput, match="processor only"):
            encoder(place, device="meta", dtype="int8")


def test_int8_needs_linear_layers_and_torchs_quantization(small_bert: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from explorer.encoders.forward import in_precision

    class Body(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = torch.nn.LayerNorm(4)

        @property
        def base_model(self) -> torch.nn.Module:
            return self

    with pytest.raises(BadInput, match="no plain linear layers"):
        in_precision(Body(), "int8", "odd")
    monkeypatch.setitem(__import__("sys").modules, "torch.ao.quantization", None)
    with pytest.raises(BadInput, match="no longer in the installed torch"):
        encoder(small_bert, device="cpu", dtype="int8")


def test_a_checkpoint_saved_in_half_precision_computes_in_single(small_bert: Path, tmp_path: Path) -> None:
    import shutil

    from transformers import AutoModel

    half = tmp_path / "half"
    shutil.copytree(small_bert, half)
    AutoModel.from_pretrained(small_bert).half().save_pretrained(half)
    opened = encoder(half, device="cpu")
    assert next(opened.network.base.parameters()).dtype == torch.float32
    assert cosines(opened.words(SENTENCES[0]).vectors, encoder(small_bert).words(SENTENCES[0]).vectors).min() > 0.9999
