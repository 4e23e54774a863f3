"""Words in context: a small BERT made here, saved as transformers does, and compared with hand computations."""

from __future__ import annotations

import json
import shutil
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from support_bert import save_wordpieces

from explorer.core.errors import BadInput, MissingExtra, Unavailable

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from explorer.encoders.encoder import Encoder  # noqa: E402
from explorer.encoders.open import encoder  # noqa: E402

WORDS = [
    "배",
    "##를",
    "##가",
    "먹",
    "##었",
    "##다",
    "사과",
    "##와",
    "바다",
    "##에",
    "##서",
    "타",
    "##고",
    "갔",
    "왕",
    "##비",
    "##님",
    "서울",
    "대학교",
    ".",
    "한국",
    "##어",
    "##로",
    "쓴",
    "문장",
    "나",
    "##는",
]
SENTENCE = "나는 배를 먹었다."


def save_bert(folder: Path, *, lower: bool = False, vocabulary: list[str] | None = None, positions: int = 64) -> Path:
    from transformers import BertConfig, BertModel

    size = save_wordpieces(folder, WORDS if vocabulary is None else vocabulary, lower=lower, positions=positions)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=size, hidden_size=16, num_hidden_layers=3, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=positions,
    )  # fmt: skip
    BertModel(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_bert(tmp_path_factory.mktemp("bert") / "tiny")


@pytest.fixture(scope="module")
def model(checkpoint: Path) -> Encoder:
    return encoder(checkpoint, device="cpu")


def hidden(checkpoint: Path, sentence: str) -> tuple[list[str], np.ndarray]:
    """Pieces and hidden states (layers × tokens × d), computed without our code."""
    from transformers import AutoModel, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    encoder = AutoModel.from_pretrained(checkpoint).eval()
    encoded = tokenizer(sentence, return_tensors="pt")
    with torch.no_grad():
        states = encoder(**encoded, output_hidden_states=True).hidden_states
    pieces = tokenizer.convert_ids_to_tokens(encoded["input_ids"][0])
    return pieces, torch.stack(states)[:, 0].numpy()


def test_vector_is_the_mean_of_the_right_hidden_states(checkpoint: Path, model: Encoder) -> None:
    pieces, states = hidden(checkpoint, SENTENCE)
    assert pieces == ["[CLS]", "나", "##는", "배", "##를", "먹", "##었", "##다", ".", "[SEP]"]
    np.testing.assert_allclose(model.vector("배", SENTENCE), states[-1, 3], atol=1e-6)
    np.testing.assert_allclose(model.vector("배를", SENTENCE), states[-1, 3:5].mean(0), atol=1e-6)
    np.testing.assert_allclose(model.vector("먹다", SENTENCE), states[-1, 5], atol=1e-6)
    np.testing.assert_allclose(model.vector("먹었다", SENTENCE, layer=1), states[1, 5:8].mean(0), atol=1e-6)
    np.testing.assert_allclose(model.vector("먹었다", SENTENCE, pooling="first"), states[-1, 5], atol=1e-6)
    np.testing.assert_allclose(model.vector("먹었다", SENTENCE, pooling="last"), states[-1, 7], atol=1e-6)
    np.testing.assert_allclose(model.vector("먹었다", SENTENCE, pooling="max"), states[-1, 5:8].max(0), atol=1e-6)
    np.testing.assert_allclose(model.vector("배", SENTENCE, layer="sum-last-4"), states[:, 3].sum(0), atol=1e-5)
    np.testing.assert_allclose(model.vector("배", SENTENCE, layer=[0, -1]), states[[0, 3], 3].mean(0), atol=1e-6)
    np.testing.assert_allclose(model.layers("배", SENTENCE), states[:, 3], atol=1e-6)


def test_batches_and_padding_change_nothing(model: Encoder) -> None:
    sentences = ["배를 타고 바다에 갔다.", SENTENCE, "배", "나는 배를 타고 바다에서 사과와 배를 먹었다."]
    together = model.vectors("배", sentences)
    alone = np.stack([model.vector("배", sentence) for sentence in sentences])
    np.testing.assert_allclose(together, alone, atol=1e-5)
    cosines = model.similarity_matrix("배", sentences, representation="own")
    assert cosines.shape == (4, 4)
    np.testing.assert_allclose(np.diag(cosines), 1, atol=1e-6)
    assert cosines[0, 1] == pytest.approx(
        model.similarity(("배", sentences[0]), ("배", sentences[1]), representation="own"), abs=1e-5
    )


def test_occurrences_are_told_apart(model: Encoder) -> None:
    sentence = "배를 타고 배를 먹었다."
    first, second = (model.locate("배", sentence, occurrence=number) for number in (0, 1))
    assert (first.start, second.start) == (0, 6)
    assert not np.allclose(model.vector("배", sentence), model.vector("배", sentence, occurrence=1))
    with pytest.raises(BadInput, match="2 times"):
        model.vector("배", sentence, occurrence=2)


@pytest.mark.parametrize(
    ("word", "sentence", "surface", "how"),
    [
        ("배", "배를 먹었다", "배", "morpheme"),
        ("배/NNG", "배를 먹었다", "배", "morpheme"),
        ("먹다", "밥을 먹었다", "먹", "morpheme"),
        ("가다", "바다에 갔다", "갔", "morpheme"),
        ("먹었다", "밥을 먹었다", "먹었다", "surface"),
        ("먹었다", "밥을 먹는다", "먹", "lemma"),
        ("왕비에게", "왕비에게 말했다", "왕비에게", "surface"),
    ],
)
def test_words_are_found_as_people_say_them(model: Encoder, word: str, sentence: str, surface: str, how: str) -> None:
    span = model.locate(word, sentence)
    assert (span.surface, span.how) == (surface, how)
    assert sentence[span.start : span.end] == surface


def test_absent_words_are_refused(model: Encoder) -> None:
    for word, sentence in (("고래", SENTENCE), ("", SENTENCE), ("배", ""), ("고래", "나는 밥을 먹는다")):
        with pytest.raises(BadInput):
            model.vector(word, sentence)


def test_decomposed_text_gives_the_same_vector(model: Encoder) -> None:
    decomposed = unicodedata.normalize("NFD", SENTENCE)
    span = model.locate("배", decomposed)
    assert unicodedata.normalize("NFC", decomposed[span.start : span.end]) == "배"
    np.testing.assert_allclose(model.vector("배", decomposed), model.vector("배", SENTENCE), atol=1e-6)
    together = model.words(decomposed)
    np.testing.assert_allclose(together.vectors, model.words(SENTENCE).vectors, atol=1e-6)


def test_every_word_of_a_long_text_has_one_vector(checkpoint: Path, model: Encoder) -> None:
    words = [("배", "사과", "바다", "왕", "타")[number % 5] for number in range(700)]
    text = " ".join(words)
    found = model.words(text)
    assert found.vectors.shape == (700, 16)
    assert [text[start:end] for start, end in found.spans] == words
    assert np.linalg.norm(found.vectors, axis=1).min() > 0
    # Windows are 62 tokens wide and overlap by half; the first and the last hold the text's own edges.
    pieces, states = hidden(checkpoint, " ".join(words[:62]))
    assert len(pieces) == 64
    np.testing.assert_allclose(found.vectors[:40], states[-1, 1:41], atol=1e-5)
    _, last = hidden(checkpoint, " ".join(words[-62:]))
    np.testing.assert_allclose(found.vectors[-40:], last[-1, 23:63], atol=1e-5)
    # Elsewhere a word takes the window in which it is most central: at least a quarter of a window from both edges.
    _, middle = hidden(checkpoint, " ".join(words[31 : 31 + 62]))
    np.testing.assert_allclose(found.vectors[62], middle[-1, 1 + 31], atol=1e-5)


def test_a_text_that_fits_is_one_window(checkpoint: Path, model: Encoder) -> None:
    text = " ".join(["배를"] * 31)
    _, states = hidden(checkpoint, text)
    np.testing.assert_allclose(model.words(text).vectors, states[-1, 1:-1].reshape(31, 2, 16).mean(1), atol=1e-5)


def test_a_word_longer_than_a_window_is_refused(model: Encoder) -> None:
    with pytest.raises(BadInput, match="pieces"):
        model.words("배" + "를" * 80)


def test_unknown_choices_are_refused(model: Encoder) -> None:
    for options in (
        {"layer": 4},
        {"layer": -5},
        {"layer": "last"},
        {"layer": "sum-last-9"},
        {"layer": []},
        {"pooling": "median"},
    ):
        with pytest.raises(BadInput):
            model.vector("배", SENTENCE, **options)
    with pytest.raises(BadInput):
        model.words(SENTENCE, unit="letter")
    with pytest.raises(BadInput):
        model.vectors(["배", "배"], [SENTENCE])


def test_pieces_are_shown(model: Encoder) -> None:
    assert model.pieces("먹었다", SENTENCE) == ["먹", "##었", "##다"]


def copied(checkpoint: Path, target: Path, *without: str) -> Path:
    shutil.copytree(checkpoint, target)
    for pattern in without:
        for part in target.glob(pattern):
            part.unlink()
    return target


def test_bad_folders_are_refused_in_one_line(checkpoint: Path, tmp_path: Path) -> None:
    pickled = copied(checkpoint, tmp_path / "pickled", "*.safetensors")
    (pickled / "pytorch_model.bin").write_bytes(b"\x80\x02.")
    config = copied(checkpoint, tmp_path / "remote")
    settings = json.loads((config / "config.json").read_text(encoding="utf-8"))
    settings |= {"model_type": "homemade", "auto_map": {"AutoConfig": "code.C", "AutoModel": "code.M"}}
    (config / "config.json").write_text(json.dumps(settings), encoding="utf-8")
    (config / "code.py").write_text("raise SystemExit('this must never run')", encoding="utf-8")
    damaged = copied(checkpoint, tmp_path / "damaged")
    (damaged / "model.safetensors").write_bytes(b"no tensors here")
    other = copied(checkpoint, tmp_path / "other")
    shape = json.loads((other / "config.json").read_text(encoding="utf-8")) | {"num_hidden_layers": 5}
    (other / "config.json").write_text(json.dumps(shape), encoding="utf-8")
    cases = {
        pickled: "safetensors",
        config: "own code",
        damaged: "cannot be opened",
        other: "lacks",
        copied(checkpoint, tmp_path / "plain", "config.json"): "config.json",
        copied(checkpoint, tmp_path / "weightless", "*.safetensors"): "no weights",
        copied(checkpoint, tmp_path / "mute", "tokenizer*", "vocab.txt", "special_tokens_map.json"): "no tokenizer",
        tmp_path / "nowhere" / "at" / "all": "no folder",
    }
    for folder, reason in cases.items():
        with pytest.raises(BadInput, match=reason) as caught:
            encoder(folder)
        assert "\n" not in str(caught.value)


def test_tokenizers_that_break_hangul_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="jamo"):
        encoder(save_bert(tmp_path / "lower", lower=True))
    with pytest.raises(BadInput, match="no Hangul"):
        encoder(save_bert(tmp_path / "english", vocabulary=["the", "pear", "##s"]))


def test_an_unreachable_hub_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub.constants as constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(Unavailable, match="no-such-owner/no-such-model"):
        encoder("no-such-owner/no-such-model")


def test_without_torch_the_extra_is_named(checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    with pytest.raises(MissingExtra, match=r"korean-explorer\[bert\]"):
        encoder(checkpoint)
