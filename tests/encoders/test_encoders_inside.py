"""Looking into a model: its input taken apart, its attention, its states, against hand computations."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import numpy as np
import pytest

from explorer.core.errors import BadInput

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")


from explorer.encoders.activations import InsideModel  # noqa: E402
from explorer.encoders.inside_record import Inside  # noqa: E402
from explorer.encoders.inside_units import join_attention, make_units  # noqa: E402
from explorer.encoders.open import encoder  # noqa: E402
from explorer.encoders.pieces import Piece  # noqa: E402

FIRST, SECOND = "나는 배를 먹었다.", "바다는 넓다."


def looking(place, background):
    """A model measured by few sentences."""
    opened = encoder(place, device="cpu")
    return InsideModel(opened.network, opened.cutter, background, name=opened.name)


@pytest.fixture(scope="module")
def bert(small_bert: Path) -> InsideModel:
    return encoder(small_bert, device="cpu").insight


@pytest.fixture(scope="module")
def mini() -> InsideModel:
    return looking("mini", ["비가 온다.", "왕은 세금을 낮추었다.", "빵이 맛있다."])


@pytest.fixture(scope="module")
def pair(bert: InsideModel) -> Inside:
    return bert.read(FIRST, SECOND)


def said(seen: Inside) -> list[str]:
    """What is to be known of it, by the ends of the codes."""
    return [note.code.removeprefix("encoders.note_") for note in seen.notes]


def other(folder: Path, into: Path, model, positions: int = 128) -> InsideModel:
    """Another architecture with the tokenizer of the small BERT."""
    transformers.AutoTokenizer.from_pretrained(folder).save_pretrained(into)
    model.save_pretrained(into)
    return looking(into, [])


def small(folder: Path, **more) -> dict:
    return {
        "vocab_size": len((folder / "vocab.txt").read_text().split()),
        "hidden_size": 24,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 32,
    } | more


# ---- tokens


def test_tokens_say_where_they_stand_and_which_rows_they_get(pair):
    assert [one.text for one in pair.pieces][:5] == ["[CLS]", "나", "##는", "배", "##를"]
    assert [one.text for one in pair.pieces if one.special] == ["[CLS]", "[SEP]", "[SEP]"]
    cut = 1 + [one.text for one in pair.pieces].index("[SEP]")
    assert [one.segment for one in pair.pieces] == [0] * cut + [1] * (len(pair.pieces) - cut)
    assert [one.position for one in pair.pieces] == list(range(len(pair.pieces)))
    for one in pair.pieces:
        if not one.special:
            assert pair.texts[one.sentence][one.start : one.end] == one.surface == one.text.removeprefix("##")
    assert pair.remarks() == []


@pytest.mark.parametrize("which", ["bert", "mini"])
def test_offsets_are_of_the_text_as_given(which, request):
    model = request.getfixturevalue(which)
    plain = "배를 먹었다."
    strange = "\u200b" + unicodedata.normalize("NFD", "배를") + " \u200b먹었다."
    one, two = model.read(plain), model.read(strange)
    assert [p.text for p in one.pieces] == [p.text for p in two.pieces]
    for p in two.pieces:
        assert p.special or strange[p.start : p.end] == p.surface
    assert unicodedata.normalize("NFC", two.pieces[1].surface).strip("\u200b") == "배"
    assert np.allclose(one.states, two.states)


# ---- input


def test_the_input_is_the_sum_of_three_rows_and_enters_the_first_block(small_bert, pair):
    held = transformers.BertModel.from_pretrained(small_bert).embeddings
    with torch.no_grad():
        token = held.word_embeddings.weight[[one.id for one in pair.pieces]].numpy()
        segment = held.token_type_embeddings.weight[[one.segment for one in pair.pieces]].numpy()
        position = held.position_embeddings.weight[: len(pair.pieces)].numpy()
        scale, shift, little = held.LayerNorm.weight.numpy(), held.LayerNorm.bias.numpy(), held.LayerNorm.eps
    assert list(pair.embeddings) == ["token", "segment", "position", "sum", "input"]
    for name, rows in (("token", token), ("segment", segment), ("position", position)):
        assert np.array_equal(pair.embeddings[name], rows)
    total = token + segment + position
    assert np.allclose(pair.embeddings["sum"], total, atol=1e-6)
    normed = (total - total.mean(1, keepdims=True)) / np.sqrt(total.var(1, keepdims=True) + little) * scale + shift
    assert np.allclose(pair.embeddings["input"], normed, atol=1e-5)
    assert np.allclose(pair.embeddings["input"], pair.states[0], atol=1e-6)
    assert np.allclose(pair.lengths()["sum"], np.sqrt((total**2).sum(1)), atol=1e-5)
    by_hand = (token * total).sum(1) / np.linalg.norm(token, axis=1) / np.linalg.norm(total, axis=1)
    assert np.allclose(pair.shares()["token"], by_hand, atol=1e-5)


def test_states_and_attention_are_the_models_own(small_bert, pair):
    model = transformers.BertModel.from_pretrained(small_bert, attn_implementation="eager").eval()
    ids = torch.tensor([[one.id for one in pair.pieces]])
    kinds = torch.tensor([[one.segment for one in pair.pieces]])
    with torch.no_grad():
        out = model(input_ids=ids, token_type_ids=kinds, output_attentions=True, output_hidden_states=True)
    assert np.allclose(pair.states, np.stack([state[0].numpy() for state in out.hidden_states]), atol=1e-5)
    assert np.allclose(pair.weights, np.stack([one[0].numpy() for one in out.attentions]), atol=1e-6)
    assert (pair.depth, pair.blocks, pair.heads) == (4, 3, 2)


def test_mini_shows_what_it_holds(mini):
    seen = mini.read("배를 먹었다.", "배를 탔다.")
    assert np.allclose(seen.embeddings["input"], seen.states[0], atol=1e-6)
    assert np.allclose(
        sum(seen.embeddings[name] for name in ("token", "segment", "position")), seen.embeddings["sum"], atol=1e-6
    )
    assert "배/NNG" in [one.text for one in seen.pieces] and {one.segment for one in seen.pieces} == {0}
    assert said(seen) == ["one_sentence"] and not mini.read("배를 먹었다.").notes
    from explorer.encoders.open import encoder

    own = encoder("mini", device="cpu").layers("배", "배를 먹었다.")
    assert np.allclose(own, mini.read("배를 먹었다.").states[:, 1], atol=1e-4)


def test_roberta_begins_its_positions_behind_the_padding(small_bert, tmp_path):
    config = transformers.RobertaConfig(**small(small_bert, max_position_embeddings=66, type_vocab_size=1, pad_token_id=0))
    seen = other(small_bert, tmp_path / "roberta", transformers.RobertaModel(config)).read(FIRST, SECOND)
    assert [one.position for one in seen.pieces][:2] == [1, 2] and {one.segment for one in seen.pieces} == {None}
    assert said(seen) == ["one_segment", "shifted_positions"] and "has number 1" in seen.remarks()[1]
    assert np.allclose(seen.embeddings["input"], seen.states[0], atol=1e-6)
    assert np.allclose(seen.embeddings["segment"], seen.embeddings["segment"][0])


def test_models_without_positions_or_segments_get_none(small_bert, tmp_path):
    config = transformers.DebertaV2Config(
        **small(
            small_bert, relative_attention=True, position_biased_input=False, pos_att_type=["p2c", "c2p"], type_vocab_size=0
        )
    )
    seen = other(small_bert, tmp_path / "deberta", transformers.DebertaV2Model(config)).read(FIRST)
    assert list(seen.embeddings) == ["token", "sum", "input"] and said(seen) == ["no_segments", "no_positions"]
    assert np.allclose(seen.embeddings["input"], seen.states[0], atol=1e-6)
    assert {one.position for one in seen.pieces} == {None} and np.allclose(seen.weights.sum(-1), 1, atol=1e-5)


def test_a_distilled_model_has_no_segments_and_a_narrow_one_is_projected(small_bert, tmp_path):
    config = transformers.DistilBertConfig(
        vocab_size=small(small_bert)["vocab_size"], dim=24, n_layers=2, n_heads=2, hidden_dim=32, max_position_embeddings=64
    )
    seen = other(small_bert, tmp_path / "distil", transformers.DistilBertModel(config)).read(FIRST)
    assert list(seen.embeddings) == ["token", "position", "sum", "input"] and said(seen) == ["no_segments"]
    assert np.allclose(seen.embeddings["input"], seen.states[0], atol=1e-6)
    config = transformers.ElectraConfig(**small(small_bert, embedding_size=12, max_position_embeddings=64))
    seen = other(small_bert, tmp_path / "electra", transformers.ElectraModel(config)).read(FIRST, SECOND)
    assert seen.embeddings["input"].shape[1] == 12 and seen.states.shape[2] == 24
    assert said(seen) == ["projected"] and seen.notes[0].values == {"narrow": 12, "wide": 24}


def test_what_is_to_be_known_is_said_in_the_language_of_the_person(mini, monkeypatch):
    seen = mini.read("배를 먹었다.", "배를 탔다.")
    for language, begins in (
        ("en", "This model was not trained on pairs"),
        ("ko", "이 모델은 문장 쌍으로 학습하지 않았습니다"),
    ):
        monkeypatch.setenv("EXPLORER_LANG", language)
        [line] = seen.remarks()
        assert line.startswith(begins) and line in str(seen) and line in seen._repr_html_()
        assert seen.to_dict()["notes"][0].startswith("This model")  # programs read the same everywhere


# ---- attention


def test_attention_between_words_by_hand():
    weights = np.array([[0.1, 0.2, 0.3, 0.4], [0.4, 0.3, 0.2, 0.1], [0.0, 0.5, 0.5, 0.0], [0.25, 0.25, 0.25, 0.25]])
    joined = join_attention(weights, [[0], [1, 2], [3]])
    assert np.allclose(joined, [[0.1, 0.5, 0.4], [0.2, (0.5 + 1.0) / 2, 0.05], [0.25, 0.5, 0.25]])
    with pytest.raises(BadInput, match="exactly once"):
        join_attention(weights, [[0], [1, 2]])


@pytest.mark.parametrize("unit", ["piece", "eojeol", "morpheme"])
def test_attention_of_every_unit_adds_up_to_one(pair, unit):
    for layer in (1, 3, -1):
        for head in (None, 1, 2):
            rows = pair.attention(layer, head, unit)
            assert rows.shape == (len(pair.units(unit)),) * 2 and np.allclose(rows.sum(1), 1, atol=1e-5)
    assert np.allclose(pair.attention(-1), pair.weights[-1].mean(0)) and np.allclose(pair.attention(2, 1), pair.weights[1, 0])


def test_pieces_of_an_eojeol_are_summed(pair):
    names = [one.text for one in pair.units("eojeol")]
    assert names == ["[CLS]", "나는", "배를", "먹었다.", "[SEP]", "바다는", "넓다.", "[SEP]"]
    raw, joined = pair.attention(2, 1), pair.attention(2, 1, "eojeol")
    ship, sea = [3, 4], list(pair.units("eojeol")[5].pieces)
    assert joined[2, 5] == pytest.approx(np.mean([sum(raw[here, there] for there in sea) for here in ship]), abs=1e-6)


def test_morphemes_that_share_a_piece_are_joined(bert, mini):
    names = [one.text for one in bert.read("배가 갔다.").units("morpheme")]
    assert names == ["[CLS]", "배", "가", "가다+었", "다", ".", "[SEP]"]
    assert [one.text for one in mini.read("배가 갔다.").units("morpheme")] == [
        "[CLS]", "배", "가", "가다", "었", "다", ".", "[SEP]",
    ]  # fmt: skip


def test_a_lone_space_mark_opens_the_next_word_and_nothing_is_lost():
    pieces = [
        Piece(0, "<s>", 0, None),
        Piece(1, "▁", 1, 0, 0, 0),
        Piece(2, "가", 2, 0, 0, 1, "가"),
        Piece(3, "▁나다", 3, 0, 2, 5, "나 다"),
        Piece(4, "▁", 1, 0, 5, 5),
        Piece(5, "</s>", 0, None),
    ]
    made = make_units(pieces, ["가 나 다"], "eojeol", [[]])
    assert [(one.text, one.pieces) for one in made] == [
        ("<s>", (0,)), ("가", (1, 2)), ("나 다", (3, 4)), ("</s>", (5,)),
    ]  # fmt: skip


# ---- similarity


def test_cosines_by_hand_before_and_after_centring(bert, pair):
    for layer in range(pair.depth):
        states = pair.states[layer].astype(np.float64)
        unit = states / np.linalg.norm(states, axis=1, keepdims=True)
        assert np.allclose(pair.cosines(layer), unit @ unit.T, atol=1e-5)
        moved = states - pair.scale.states[layer].mean(0)
        unit = moved / np.linalg.norm(moved, axis=1, keepdims=True)
        assert np.allclose(pair.cosines(layer, centred=True), unit @ unit.T, atol=1e-5)
    kept = [one.index for one in pair.pieces if not one.special]
    pairs = [pair.cosines(1)[a, b] for a in kept for b in kept if a < b]
    assert pair.mean_cosine(1) == pytest.approx(np.mean(pairs), abs=1e-5)


def test_random_pairs_are_of_different_sentences_and_centring_removes_what_all_share(pair):
    spread = pair.anisotropy()
    assert [one.layer for one in spread] == [0, 1, 2, 3]
    for one in spread:
        states = pair.scale.states[one.layer]
        unit = states / np.linalg.norm(states, axis=1, keepdims=True)
        apart = pair.scale.owners[:, None] != pair.scale.owners[None]
        assert one.chance.mean == pytest.approx((unit @ unit.T)[apart].mean(), abs=0.02)
        assert abs(one.chance_centred.mean) < 0.02 < one.chance.mean
        assert one.chance.low < one.chance.mean < one.chance.high


def test_the_background_is_read_as_if_each_sentence_stood_alone(small_bert, bert, pair):
    alone = [bert.read(sentence) for sentence in bert.background[:3]]
    states = np.concatenate([one.states[:, [p.index for p in one.pieces if not p.special]] for one in alone], axis=1)
    assert np.allclose(pair.scale.states[:, : states.shape[1]], states, atol=1e-5)
    assert len(np.unique(pair.scale.owners)) == len(bert.background) == 32


def test_without_background_centring_says_what_it_needs(small_bert):
    seen = looking(small_bert, []).read("배.")
    assert seen.chance() is None and seen.anisotropy()[0].here_centred is None
    with pytest.raises(BadInput, match="centring needs"):
        seen.cosines(centred=True)


# ---- limits, out


@pytest.mark.parametrize("which", ["bert", "mini"])
@pytest.mark.parametrize(
    ("first", "said"), [("", "is empty"), (" \n", "is empty"), ("가나 " * 90, "at most 128"), ("가" * 1_000_000, "at most 128")]
)
def test_what_cannot_be_read_is_said(which, first, said, request):
    with pytest.raises(BadInput, match=said) as caught:
        request.getfixturevalue(which).read(first, "배.")
    assert "\n" not in str(caught.value)


def test_wrong_questions_are_one_line(pair):
    for call in (
        lambda: pair.attention(0), lambda: pair.attention(4), lambda: pair.attention(1, 3), lambda: pair.attention(1, 0),
        lambda: pair.cosines(4), lambda: pair.units("syllable"),
    ):  # fmt: skip
        with pytest.raises(BadInput):
            call()


@pytest.mark.parametrize("text", ["ㅋㅋㅋ", "樂園에 갔다", "😀👨‍👩‍👧", "a\u200b", "뷁"])
def test_anything_goes_in(bert, mini, text):
    for model in (bert, mini):
        seen = model.read(text)
        for unit in ("piece", "eojeol", "morpheme"):
            assert np.allclose(seen.attention(1, None, unit).sum(1), 1, atol=1e-5)
        assert all(one.special or text[one.start : one.end] == one.surface for one in seen.pieces)


def test_out_it_goes_as_json_and_as_a_table(pair):
    found = json.loads(json.dumps(pair.to_dict(2, 1, "eojeol", True), ensure_ascii=False))
    assert found["units"][2]["text"] == "배를" and len(found["attention"]) == 8 and len(found["cosines"]) == len(pair.pieces)
    assert found["tokens"][3]["lengths"]["token"] == pytest.approx(pair.lengths()["token"][3])
    assert pair.to_dict(0)["attention"] is None
    table = pair.to_frame()
    assert list(table["text"]) == [one.text for one in pair.pieces] and "cosine_position" in table
