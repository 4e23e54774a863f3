"""Next pieces: probabilities against the bare model, sampling against distributions made by hand, Kiwi's companion."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support_heads import save_byte_decoder, save_metaspace, save_metaspace_decoder, save_wordpiece

from explorer.core.errors import BadInput
from explorer.encoders.generate import draw, reshape
from explorer.encoders.kiwi_next import kiwi_context, kiwi_next
from explorer.encoders.open import encoder

torch = pytest.importorskip("torch")

TEXT = "오늘 날씨가"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return save_byte_decoder(tmp_path_factory.mktemp("decoder") / "gpt")


@pytest.fixture(scope="module")
def decoder(folder):
    return encoder(folder).decoder


@pytest.fixture(scope="module")
def bare(folder):
    """The checkpoint through transformers alone: ids in, logits of the next piece out, nothing remembered between calls."""
    from transformers import AutoTokenizer, GPT2LMHeadModel

    model = GPT2LMHeadModel.from_pretrained(folder).eval()

    def run(ids: list[int]):
        with torch.inference_mode():
            return model(torch.tensor([ids])).logits[0, -1].double().numpy()

    run.tokenizer = AutoTokenizer.from_pretrained(folder)
    run.encode = lambda text: run.tokenizer(text)["input_ids"]
    return run


def softmax(logits):
    exponents = np.exp(logits - logits.max())
    return exponents / exponents.sum()


def test_probabilities_are_the_softmax_of_the_logits(decoder, bare):
    expected = softmax(bare(bare.encode(TEXT)))
    guesses = decoder.next(TEXT, 400)
    assert len(guesses) == len(expected) and sum(guess.probability for guess in guesses) == pytest.approx(1)
    vocabulary = bare.tokenizer.get_vocab()
    for guess in guesses:
        assert guess.probability == pytest.approx(expected[vocabulary[guess.pieces[0]]], abs=1e-6)


def test_temperature_top_k_and_top_p_reshape_as_by_hand(decoder, bare):
    chances = softmax(bare(bare.encode(TEXT)) / 0.7)
    order = np.argsort(-chances)
    best = chances[order[:20]] / chances[order[:20]].sum()
    keep = int(np.argmax(np.cumsum(best) >= 0.8)) + 1
    guesses = decoder.next(TEXT, 400, temperature=0.7, top_k=20, top_p=0.8)
    assert [guess.probability for guess in guesses] == pytest.approx(list(best[:keep] / best[:keep].sum()), abs=1e-6)
    assert 1 < keep < 20


def test_reshaping_by_hand():
    logits = np.log([0.5, 0.25, 0.125, 0.125])
    assert reshape(logits) == pytest.approx([0.5, 0.25, 0.125, 0.125])
    assert reshape(logits, 0.5) == pytest.approx(np.array([16, 4, 1, 1]) / 22)
    assert reshape(logits, top_k=2) == pytest.approx([2 / 3, 1 / 3, 0, 0])
    assert reshape(logits, top_p=0.5) == pytest.approx([1, 0, 0, 0])
    assert reshape(logits, top_p=0.51) == pytest.approx([2 / 3, 1 / 3, 0, 0])
    assert reshape(logits, top_k=3) == pytest.approx([4 / 7, 2 / 7, 1 / 7, 0])  # of two equal ones the first
    assert reshape(logits, 0) == pytest.approx([1, 0, 0, 0])
    assert reshape(logits * 1e300, 1e-3) == pytest.approx([1, 0, 0, 0])


@given(st.lists(st.floats(-30, 30), min_size=1, max_size=30), st.floats(0, 5), st.integers(0, 40), st.floats(0.01, 1))
def test_reshaped_numbers_are_a_distribution_that_keeps_the_order(logits, temperature, top_k, top_p):
    chances = reshape(logits, temperature, top_k, top_p)
    assert chances.sum() == pytest.approx(1) and (chances >= 0).all() and chances[int(np.argmax(logits))] > 0
    kept = np.flatnonzero(chances)
    assert top_k == 0 or len(kept) <= top_k
    assert all(logits[one] >= logits[other] for one in kept for other in range(len(logits)) if chances[other] == 0)


def test_lots_fall_on_entries_as_often_as_they_are_probable():
    chances = reshape(np.log([0.1, 0.6, 0.3]), top_p=0.85)
    lots = (np.arange(10_000) + 0.5) / 10_000
    counts = np.bincount([draw(chances, lot) for lot in lots], minlength=3)
    assert counts == pytest.approx([0, 6667, 3333], abs=1)
    assert draw(chances, 0.0) == 1 and draw(chances, 1.0) == 2


def test_sampling_is_the_chain_of_draws(decoder, bare):
    """Piece by piece through the bare model with nothing remembered, the same lots drawn by hand."""
    rng = np.random.default_rng(7)
    ids = bare.encode(TEXT)
    drawn = list(decoder.sample(TEXT, 12, seed=7, temperature=1.3, top_k=50, top_p=0.95))
    for step in drawn:
        chances = reshape(bare(ids), 1.3, 50, 0.95)
        number = int(np.searchsorted(np.cumsum(chances), rng.random(), side="right"))
        assert step.guess.pieces == (bare.tokenizer.convert_ids_to_tokens(number),)
        assert step.guess.probability == pytest.approx(chances[number], abs=1e-5)
        assert [one.probability for one in step.choices] == pytest.approx(
            sorted(chances)[: -len(step.choices) - 1 : -1], abs=1e-5
        )
        ids.append(number)
    assert [step.number for step in drawn] == list(range(1, len(drawn) + 1))
    assert len(drawn) == 12 or (drawn[-1].ended and len(drawn) > 4)


def test_the_same_seed_gives_the_same_text_and_another_one_another(decoder):
    texts = [[step.text for step in decoder.sample(TEXT, 15, seed=seed)] for seed in (3, 3, 4)]
    assert texts[0] == texts[1] != texts[2]


def test_temperature_zero_always_takes_the_best(decoder, bare):
    ids = bare.encode(TEXT)
    for step in decoder.sample(TEXT, 8, temperature=0, seed=1):
        best = int(bare(ids).argmax())
        assert step.guess.pieces == (bare.tokenizer.convert_ids_to_tokens(best),) and step.guess.probability == 1
        ids.append(best)


def test_bytes_become_syllables_when_they_are_whole(decoder):
    data = b""
    for step in decoder.sample(TEXT, 40, seed=5):
        if step.ended:
            break
        data += decoder._table.raw(decoder._table.entries.index(step.guess.pieces[0]))
        assert "\ufffd" not in step.text
        try:
            whole = data.decode()
        except UnicodeDecodeError:
            assert "<0x" in step.text
        else:
            assert step.text == whole
    assert len(data) > 5
    assert any("<0x" in guess.text for guess in decoder.next(TEXT, 50))
    assert any(guess.text == "Ġ먹었다" and not guess.continues for guess in decoder.next(TEXT, 320))


def test_pieces_with_word_marks_and_bytes_are_written_as_text(tmp_path):
    decoder = encoder(save_metaspace_decoder(tmp_path / "gpt")).decoder
    entries = decoder._table.entries.index
    pieces = ["▁배", "<0xED>", "<0x95>", "<0x9C>", "▁섬", "<0xEC>", "<0x95>"]
    texts = [decoder._written([entries(piece) for piece in pieces[:count]]) for count in range(1, len(pieces) + 1)]
    assert texts == [" 배", " 배<0xED>", " 배<0xED><0x95>", " 배한", " 배한 섬", " 배한 섬<0xEC>", " 배한 섬<0xEC><0x95>"]
    for step in decoder.sample("오늘 날씨가", 20, seed=1, temperature=1.5):
        assert "\ufffd" not in step.text and "▁" not in step.text
    assert all(guess.text.startswith("▁") for guess in decoder.next("오늘 날씨가 ", 3))


def test_after_a_space_only_words_begin(decoder, bare):
    logits = bare(bare.encode(TEXT))
    entries = bare.tokenizer.convert_ids_to_tokens(list(range(len(logits))))
    begins = np.array([entry.startswith("Ġ") for entry in entries])
    expected = softmax(np.where(begins, logits, -np.inf))
    guesses = decoder.next(TEXT + " ", 400)
    assert all(not guess.continues and guess.pieces[0].startswith("Ġ") for guess in guesses)
    assert [guess.probability for guess in guesses] == pytest.approx(sorted(expected[begins], reverse=True), abs=1e-6)
    first = next(decoder.sample(TEXT + " ", 1, seed=1))
    assert first.guess.pieces[0].startswith("Ġ") and first.text.startswith(" ")


def test_of_a_long_text_the_last_part_is_used(decoder, bare):
    long = "바다에 배가 있다. " * 200 + TEXT
    used, whole = decoder.read(long)
    assert used == decoder.capacity == 64 < whole
    expected = softmax(bare(bare.encode(long)[-64:]))
    assert decoder.next(long, 1)[0].probability == pytest.approx(expected.max(), abs=1e-5)
    steps = list(decoder.sample(long, 3, temperature=0))
    assert [step.read for step in steps] == [64, 64, 64]
    assert decoder.read(TEXT)[0] == decoder.read(TEXT)[1] < 64
    assert len(decoder.next("가나다 " * 250_000, 2)) == 2


def test_a_text_that_grows_beyond_the_model_goes_on(decoder, bare):
    ids = bare.encode(TEXT)
    for step in decoder.sample(TEXT, 70, temperature=0):
        best = int(bare(ids[-64:]).argmax())
        assert step.guess.pieces == (bare.tokenizer.convert_ids_to_tokens(best),)
        ids.append(best)
        if step.ended:
            break


def test_the_end_of_a_text_ends_the_sampling(decoder, monkeypatch):
    best = decoder.next(TEXT, 1)[0].pieces[0]
    monkeypatch.setattr(decoder, "_ends", lambda: {decoder._table.entries.index(best)})
    steps = list(decoder.sample(TEXT, 5, temperature=0))
    assert len(steps) == 1 and steps[0].ended and steps[0].text == ""


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({"temperature": -1}, "temperature=-1"),
        ({"temperature": float("nan")}, "temperature=nan"),
        ({"top_k": -1}, "top_k=-1"),
        ({"top_p": 0}, "top_p=0"),
        ({"top_p": 1.5}, "top_p=1.5"),
        ({"n": 0}, "n=0"),
    ],
)
def test_values_outside_their_range_are_refused(decoder, options, line):
    with pytest.raises(BadInput, match=line):
        decoder.next(TEXT, **options)


def test_refusals_come_before_the_first_step(decoder):
    for arguments, line in (
        ({"steps": 0}, "steps=0"),
        ({"steps": 5, "seed": -1}, "seed=-1"),
        ({"steps": 5, "top_p": 2}, "top_p=2"),
    ):
        with pytest.raises(BadInput, match=line):
            decoder.sample(TEXT, **arguments)
    for text in ("", "   ", "\n"):
        with pytest.raises(BadInput, match="no text"):
            decoder.next(text)


def test_encoders_are_refused(tmp_path):
    save_wordpiece(tmp_path / "masked")
    save_wordpiece(tmp_path / "encoder", "BertModel")
    save_metaspace(tmp_path / "roberta")
    for name in (tmp_path / "masked", tmp_path / "encoder", tmp_path / "roberta", "mini"):
        with pytest.raises(BadInput, match="korean-explorer mask"):
            _ = encoder(name).decoder
    with pytest.raises(BadInput, match="kiwi_next"):
        _ = encoder("kiwi").decoder


def test_plain_data(decoder):
    step = next(decoder.sample(TEXT, 1))
    data = step.to_dict()
    assert set(data) == {"number", "guess", "choices", "text", "read", "ended"}
    assert data["guess"]["pieces"] == list(step.guess.pieces) and len(data["choices"]) == 5


# Kiwi


def test_kiwi_gives_its_own_probabilities():
    from explorer.text.morphology import shared_kiwi

    kiwi = shared_kiwi()
    expected = kiwi.predict_next_morpheme(kiwi.tokenize("밥을 먹"), top_n=5)
    guesses = kiwi_next("밥을 먹", 5)
    assert [guess.score for guess in guesses] == pytest.approx([one.score for one in expected], abs=1e-6)
    assert guesses[0].text == "고" and guesses[0].tag == "EC" and guesses[0].continues


def test_variants_of_a_morpheme_keep_what_stands_before_them():
    """가 has a number of its own that the language model does not know; given as it is, all context would be lost."""
    from explorer.text.morphology import shared_kiwi

    kiwi = shared_kiwi()
    plain = [one.score for one in kiwi.predict_next_morpheme([552, 2573, 103], top_n=5)]  # 오늘 날씨 + the base form 이/JKS
    assert kiwi.morpheme(103).form == "이" and kiwi.morpheme(2573).form == "날씨"
    assert [guess.score for guess in kiwi_next("오늘 날씨가", 5)] == pytest.approx(plain, abs=1e-6)
    assert {"춥다", "덥다", "좋다"} <= {guess.text for guess in kiwi_next("오늘 날씨가", 5)}
    known = kiwi_context(kiwi.tokenize("우리는 쀍을 3시에 먹었습니다"))
    assert ("는", "JX") in known and ("습니다", "EF") in known
    assert len(kiwi.predict_next_morpheme(known, top_n=3)) == 3


def test_after_a_space_kiwi_starts_a_word():
    inside, after = kiwi_next("나는 학교", 5), kiwi_next("나는 학교 ", 300)
    assert inside[0].continues and inside[0].tag.startswith("J")
    assert not any(guess.continues for guess in after)
    assert sum(guess.probability for guess in after) <= 1
    everything = {(guess.text, guess.tag): guess.probability for guess in kiwi_next("나는 학교", 1000)}
    shared = [guess for guess in after if (guess.text, guess.tag) in everything]
    ratios = [guess.probability / everything[guess.text, guess.tag] for guess in shared[:20]]
    assert ratios == pytest.approx([ratios[0]] * len(ratios), rel=1e-4) and ratios[0] > 1


def test_particles_are_shown_in_the_form_that_fits():
    assert "를" in [guess.text for guess in kiwi_next("나는 학교", 5)]
    assert "을" in [guess.text for guess in kiwi_next("나는 밥", 5)]
    assert "습니다" in [guess.text for guess in kiwi_next("밥을 먹었", 10)]


def test_odd_text_with_kiwi():
    for text in (
        "😀",
        "ㅋㅋㅋ",
        "漢字",
        "\u1112\u1161\u11a8\u1100\u116d",
        "쀍",
        "가나다 " * 250_000,
        "http://가.kr",
        "뭐였",
        "닫았다 ",
    ):
        assert len(kiwi_next(text, 3)) == 3
    for text in ("", " ", "\u200b"):
        with pytest.raises(BadInput, match="no text"):
            kiwi_next(text)
    with pytest.raises(BadInput, match="n=0"):
        kiwi_next("가", 0)
    with pytest.raises(BadInput, match="lone surrogate"):
        kiwi_next("가\ud800")


def test_decomposed_text_reads_as_composed():
    import unicodedata

    for text, n in itertools.product(("나는 학교", "밥을 먹었"), (4,)):
        assert kiwi_next(unicodedata.normalize("NFD", text), n) == kiwi_next(text, n)
