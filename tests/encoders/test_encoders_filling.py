"""Masked words: probabilities and word scores against a hand computation on small random checkpoints, and the shipped encoder."""

from __future__ import annotations

import itertools
import unicodedata

import numpy as np
import pytest
from support_heads import save_byte_decoder, save_byte_masked, save_metaspace, save_wordpiece

from explorer.core.errors import BadInput
from explorer.encoders.guesses import mask_spans
from explorer.encoders.morpheme.gap_reading import analyse, join
from explorer.encoders.open import encoder

torch = pytest.importorskip("torch")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return save_wordpiece(tmp_path_factory.mktemp("masked") / "small")


@pytest.fixture(scope="module")
def filler(folder):
    return encoder(folder).filler


@pytest.fixture(scope="module")
def bare(folder):
    """The checkpoint through transformers alone: pieces in, log-probabilities at one place out."""
    from transformers import BertForMaskedLM, BertTokenizerFast

    model = BertForMaskedLM.from_pretrained(folder).eval()
    tokenizer = BertTokenizerFast.from_pretrained(folder)

    def run(pieces: list[str], at: int):
        ids = tokenizer.convert_tokens_to_ids(["[CLS]", *pieces, "[SEP]"])
        with torch.inference_mode():
            return model(torch.tensor([ids])).logits[0, at + 1].double().log_softmax(-1).numpy()

    run.numbers = tokenizer.get_vocab()
    run.cut = tokenizer.tokenize
    return run


@pytest.fixture(scope="module")
def mini():
    return encoder("mini").filler


def by_hand(bare, before: list[str], word: list[str], after: list[str]) -> float:
    total = 0.0
    for step, piece in enumerate(word):
        pieces = [*before, *word[:step], *["[MASK]"] * (len(word) - step), *after]
        total += bare(pieces, len(before) + step)[bare.numbers[piece]]
    return total


def test_probabilities_of_pieces_are_the_softmax_of_the_logits(filler, bare):
    [gap] = filler.fill("배를 [MASK] 섬에 갔다.", n=200, unit="piece")
    expected = np.exp(bare(["배", "##를", "[MASK]", "섬", "##에", "갔다", "."], 2))
    assert (gap.start, gap.end, gap.read) == (3, 9, (0, 16))
    assert sum(guess.probability for guess in gap.guesses) == pytest.approx(1, abs=1e-6)
    for guess in gap.guesses:
        assert guess.probability == pytest.approx(expected[bare.numbers[guess.pieces[0]]], abs=1e-6)
        assert guess.text == guess.pieces[0] and guess.continues == guess.text.startswith("##")
    chances = [guess.probability for guess in gap.guesses]
    assert chances == sorted(chances, reverse=True)


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("[MASK]를 먹었다.", [], ["##를", "먹", "##었다", "."]),  # by itself a tokenizer would start a new word with 를
        ("사과[MASK] 먹", ["사과"], ["먹"]),
        ("배를 [MASK].", ["배", "##를"], ["."]),
        ("[MASK]에서에 갔다", [], ["##에서", "##에", "갔다"]),
        ("배 [MASK]\n\n섬", ["배"], ["섬"]),
    ],
)
def test_what_touches_a_gap_continues_its_word(filler, bare, text, before, after):
    [gap] = filler.fill(text, n=1, unit="piece")
    expected = bare([*before, "[MASK]", *after], len(before))
    assert gap.guesses[0].probability == pytest.approx(np.exp(expected.max()), abs=1e-6)


def test_the_score_of_a_word_is_the_chain_over_its_pieces(filler, bare):
    before, after = ["배", "##를"], ["섬", "##에", "갔다", "."]
    words = {"타고": ["타고"], "사과과": ["사과", "##과"], "학교에서는": ["학교", "##에서", "##는"]}
    guesses = filler.score("배를 [MASK] 섬에 갔다.", list(words))
    assert {guess.text: list(guess.pieces) for guess in guesses} == words
    for guess in guesses:
        expected = by_hand(bare, before, words[guess.text], after)
        assert guess.score == pytest.approx(expected, abs=1e-4)
        assert guess.probability == pytest.approx(np.exp(expected), rel=1e-3)
    assert [guess.score for guess in guesses] == sorted((guess.score for guess in guesses), reverse=True)


def test_a_candidate_glued_to_what_stands_before_is_cut_as_its_rest(filler, bare):
    [guess] = filler.score("사과[MASK] 먹었다", ["에서는"])
    assert guess.pieces == ("##에서", "##는") and guess.continues
    assert guess.score == pytest.approx(by_hand(bare, ["사과"], ["##에서", "##는"], ["먹", "##었다"]), abs=1e-4)


def test_words_found_are_the_best_of_all_there_are(filler, bare):
    """Against every word of one or two pieces; the beam is wide enough here to keep every first piece."""
    text, before, after = "배를 [MASK] 갔다", ["배", "##를"], ["갔다"]
    [gap] = filler.fill(text, n=40, unit="word", pieces=2)
    starts = [piece for piece in bare.numbers if piece.isalpha()]
    inner = [piece for piece in bare.numbers if piece.startswith("##")]
    everything = {}
    one = bare([*before, "[MASK]", *after], 2)
    two = bare([*before, "[MASK]", "[MASK]", *after], 2)
    for start in starts:
        everything[start] = one[bare.numbers[start]]
    for start in starts:
        rest = bare([*before, start, "[MASK]", *after], 3)
        for piece in inner:
            word = start + piece[2:]
            if bare.cut(word) == [start, piece]:  # else the tokenizer would cut the word in another way
                everything[word] = two[bare.numbers[start]] + rest[bare.numbers[piece]]
    best = sorted(everything.items(), key=lambda item: -item[1])
    assert [guess.text for guess in gap.guesses] == [word for word, _ in best[:40]]
    assert [guess.score for guess in gap.guesses] == pytest.approx([score for _, score in best[:40]], abs=1e-4)


def test_words_found_score_as_candidates_do_and_are_whole(filler):
    text = "배를 [MASK] 섬에 갔다."
    [gap] = filler.fill(text, n=10)
    assert len(gap.guesses) == 10 and len({guess.text for guess in gap.guesses}) == 10
    again = {guess.text: guess for guess in filler.score(text, [guess.text for guess in gap.guesses])}
    for guess in gap.guesses:
        assert guess.text.isalnum() and not guess.pieces[0].startswith("##")
        assert all(piece.startswith("##") for piece in guess.pieces[1:])
        assert again[guess.text].pieces == guess.pieces
        assert again[guess.text].score == pytest.approx(guess.score, abs=1e-4)


def test_several_masks_are_guessed_each_with_the_others_open(filler, bare):
    gaps = filler.fill("배를 [MASK] 섬에 [MASK].", n=3, unit="piece")
    pieces = ["배", "##를", "[MASK]", "섬", "##에", "[MASK]", "."]
    assert [(gap.start, gap.end) for gap in gaps] == [(3, 9), (13, 19)]
    for gap, at in zip(gaps, (2, 5), strict=True):
        expected = np.exp(bare(pieces, at))
        assert [guess.probability for guess in gap.guesses] == pytest.approx(sorted(expected)[:-4:-1], abs=1e-6)


def test_two_masks_side_by_side_are_one_word(filler):
    first, second = filler.fill("[MASK][MASK] 먹었다", n=5)
    assert not any(guess.continues for guess in first.guesses) and all(guess.continues for guess in second.guesses)
    assert all(piece.startswith("##") for guess in second.guesses for piece in guess.pieces)


def test_offsets_point_into_the_text_as_given(filler):
    text = unicodedata.normalize("NFD", "사과를 먹고 ") + "[MASK]" + unicodedata.normalize("NFD", " 갔다.")
    [gap] = filler.fill(text, n=5, unit="piece")
    [composed] = filler.fill(unicodedata.normalize("NFC", text), n=5, unit="piece")
    assert text[gap.start : gap.end] == "[MASK]" and gap.read == (0, len(text))
    assert gap.guesses == composed.guesses


def test_of_a_long_text_the_part_around_the_mask_is_read(filler, bare):
    text = "배를 " * 400 + "[MASK] " + "섬에 " * 400
    [gap] = filler.fill(text, n=3, unit="piece")
    low, high = gap.read
    assert 0 < low < gap.start < gap.end < high < len(text)
    left = ["배", "##를"] * text[low : gap.start].count("배") if text[low] == "배" else None
    before = left or ["##를", *["배", "##를"] * text[low : gap.start].count("배")]
    inside = text[gap.end : high].strip()
    after = ["섬", "##에"] * inside.count("섬에") + (["섬"] if inside.endswith("섬") else [])
    assert gap.guesses[0].probability == pytest.approx(np.exp(bare([*before, "[MASK]", *after], len(before)).max()), abs=1e-5)
    assert len(before) + len(after) + 1 <= 62


def test_a_megabyte_and_odd_characters_give_guesses(filler):
    for text in (
        "가나다 " * 170_000 + "[MASK] 갔다",
        "😀[MASK]ㅋㅋㅋ",
        "漢字 [MASK]",
        "\u200b[MASK]\u200b",
        "[MASK]",
        "뷁" * 9000 + "[MASK]",
    ):
        [gap] = filler.fill(text, n=2, unit="piece")
        assert len(gap.guesses) == 2 and gap.read[0] <= gap.start < gap.end <= gap.read[1]


def test_sentencepiece_marks_words_at_their_start(tmp_path):
    filler = encoder(save_metaspace(tmp_path / "roberta")).filler
    assert filler.mask == "<mask>"
    from transformers import AutoTokenizer, XLMRobertaForMaskedLM

    model = XLMRobertaForMaskedLM.from_pretrained(tmp_path / "roberta").eval()
    numbers = AutoTokenizer.from_pretrained(tmp_path / "roberta").get_vocab()
    pieces = ["<s>", "<mask>", "를", "▁먹", "었다", "</s>"]
    with torch.inference_mode():
        chances = model(torch.tensor([[numbers[piece] for piece in pieces]])).logits[0, 1].double().softmax(-1).numpy()
    for mask in ("[MASK]", "<mask>"):
        [gap] = filler.fill(f"{mask}를 먹었다", n=3, unit="piece")
        assert [guess.probability for guess in gap.guesses] == pytest.approx(sorted(chances)[:-4:-1], abs=1e-6)
    [gap] = filler.fill("배를 [MASK] 갔다", n=5)
    assert all(guess.pieces[0].startswith("▁") and not guess.continues for guess in gap.guesses)
    assert all(not piece.startswith("▁") for guess in gap.guesses for piece in guess.pieces[1:])
    [glued] = filler.fill("사과[MASK] 먹었다", n=5)
    assert all(guess.continues and not guess.pieces[0].startswith("▁") for guess in glued.guesses)
    assert filler.score("배를 [MASK] 갔다", ["먹고"])[0].pieces == ("▁먹", "고")


def test_byte_level_words_are_whole_characters(tmp_path):
    filler = encoder(save_byte_masked(tmp_path / "roberta")).filler
    [gap] = filler.fill("배를 [MASK] 섬에 갔다.", n=10)
    assert all(guess.text.isalnum() and guess.pieces[0].startswith("Ġ") for guess in gap.guesses)
    assert filler.score("배를 [MASK] 갔다", ["먹었다"])[0].pieces == ("Ġë¨¹ìĹĪëĭ¤",)
    spelled = filler.score("사과[MASK] 갔다", ["쀍"])[0]  # no entry of its own, but its bytes have some
    assert len(spelled.pieces) == 3 and spelled.score < 0
    [first] = filler.fill("[MASK]를 먹었다", n=5)
    assert not any(guess.pieces[0].startswith("Ġ") for guess in first.guesses)  # no space before a text's first word


@pytest.mark.parametrize(
    ("text", "options", "line"),
    [
        ("배를 타고", {}, "no \\[MASK\\]"),
        ("", {}, "no \\[MASK\\]"),
        ("[mask]", {}, "in capitals"),
        ("[MASK] " * 65, {}, "65 masks"),
        ("[MASK]", {"n": 0}, "n=0"),
        ("[MASK]", {"unit": "letter"}, "word or piece"),
        ("[MASK]", {"pieces": 9}, "pieces=9"),
        ("[MASK]\ud800", {}, "lone surrogate"),
    ],
)
def test_mistakes_are_said_in_one_line(filler, text, options, line):
    with pytest.raises(BadInput, match=line) as caught:
        filler.fill(text, **options)
    assert "\n" not in str(caught.value)


def test_candidates_that_cannot_be_scored(filler):
    last = filler.score("배를 [MASK] 갔다", ["뷁", "타고"])[-1]
    assert (last.text, last.probability, last.score) == ("뷁", 0.0, None)
    for text, words, line in (
        ("[MASK] [MASK]", ["배"], "one"),
        ("[MASK]", [], "list of candidate"),
        ("[MASK]", [" "], "empty"),
        ("[MASK]", "배", "list"),
        ("[MASK]", ["사과" * 12], "too many pieces"),
    ):
        with pytest.raises(BadInput, match=line):
            filler.score(text, words)


def test_models_that_guess_no_masks_are_refused(tmp_path, small_bert):
    with pytest.raises(BadInput, match="korean-explorer next"):
        _ = encoder(save_byte_decoder(tmp_path / "gpt")).filler
    with pytest.raises(BadInput, match="without its masked-word head"):
        _ = encoder(small_bert).filler
    with pytest.raises(BadInput, match="korean-explorer next"):
        _ = encoder("kiwi").filler
    with pytest.raises(BadInput, match="one vector for each word"):
        _ = encoder("glove").filler


def test_progress_is_told_and_can_stop(filler):
    from explorer.core.errors import Cancelled

    seen = []
    filler.fill("[MASK] 먹고 [MASK]", n=2, pieces=2, progress=seen.append)
    assert [(one.done, one.total) for one in seen] == [(1, 4), (2, 4), (3, 4), (4, 4)]

    def stop(_):
        raise Cancelled

    with pytest.raises(Cancelled):
        filler.fill("[MASK]", progress=stop)


def test_plain_data(filler):
    data = filler.to_dict(filler.fill("[MASK]를 먹었다", n=2))
    assert data["model"] == filler.name and len(data["gaps"]) == 1
    guess = data["gaps"][0]["guesses"][0]
    assert set(guess) == {"text", "probability", "pieces", "continues", "tag", "score", "means"} and isinstance(
        guess["pieces"], list
    )


def test_masks_are_found():
    assert mask_spans("[MASK]<mask>[MASK]", "<mask>") == [(0, 6), (6, 12), (12, 18)]


# The encoder that ships


@pytest.mark.parametrize(
    ("parts", "keys"),
    [
        (["", "를 먹었다"], [None, "를/JKO", "먹다/VV", "었/EP", "다/EF"]),
        (["", "을 먹었다"], [None, "을/JKO", "먹다/VV", "었/EP", "다/EF"]),
        (["나는 ", " 갔다"], ["나/NP", "는/JX", None, "가다/VV", "었/EP", "다/EF"]),
        (["밥을 ", "었다."], ["밥/NNG", "을/JKO", None, "었/EP", "다/EF", "./SF"]),
        (["밥을 먹", "다"], ["밥/NNG", "을/JKO", "먹다/VV", None, "다/EF"]),
        (["배를 ", "고 갔다"], ["배/NNG", "를/JKO", None, "고/EC", "가다/VV", "었/EP", "다/EF"]),
        (["", "이 왔다"], [None, "이/JKS", "오다/VV", "었/EP", "다/EF"]),
        (["", ""], [None]),
        (["", "", ""], [None, None]),
        (["학교에 ", "와 ", ""], ["학교/NNG", "에/JKB", None, "와/JC", None]),
    ],
)
def test_kiwi_reads_around_masks(parts, keys):
    found = analyse(parts)
    assert [morpheme.key for morpheme in found.morphemes] == keys
    assert [found.morphemes[place].key for place in found.places] == [None] * (len(parts) - 1)


def test_morphemes_join_to_words():
    assert join(["가다/VV", "았/EP", "다/EF"]) == "갔다"
    assert join(["친구/NNG", "과/JKB"]) == "친구와"
    assert join([]) == ""


def network_by_hand(mini, before: list[str], word: list[str], after: list[str]) -> float:
    numbers, total = mini._gaps._pieces.vocabulary.numbers, 0.0
    for step, key in enumerate(word):
        row = ["[CLS]", *before, *word[:step], *["[MASK]"] * (len(word) - step), *after, "[SEP]"]
        with torch.inference_mode():
            logits = mini._gaps._network.head("masked")(torch.tensor([[numbers[piece] for piece in row]])).logits[
                0, 1 + len(before) + step
            ]
        total += float(logits.double().log_softmax(-1)[numbers[key]])
    return total


def test_a_word_of_several_morphemes_is_scored_by_the_chain(mini):
    before = ["배/NNG", "를/JKO"]
    after = ["섬/NNG", "에/JKB", "가다/VV", "었/EP", "다/EF", "./SF"]
    guesses = {guess.text: guess for guess in mini.score("배를 [MASK] 섬에 갔다.", ["타고", "깎아", "타다/VV"])}
    assert guesses["타고"].pieces == ("타다/VV", "고/EC") and guesses["깎아"].pieces == ("깎다/VV", "어/EC")
    assert guesses["타다/VV"].pieces == ("타다/VV",)
    for guess in guesses.values():
        assert guess.score == pytest.approx(network_by_hand(mini, before, list(guess.pieces), after), abs=1e-3)
    assert guesses["타고"].score > guesses["깎아"].score


def test_pieces_of_the_mini_are_morphemes_with_tags(mini):
    [gap] = mini.fill("밥을 [MASK]었다.", n=5, unit="piece")
    assert all(guess.tag in ("VV", "VA", "XSV", "VX") and guess.text.endswith("다") for guess in gap.guesses)
    first = gap.guesses[0]
    expected = network_by_hand(mini, ["밥/NNG", "을/JKO"], [first.pieces[0]], ["었/EP", "다/EF", "./SF"])
    assert first.score == pytest.approx(expected, abs=1e-3)
    [inside] = mini.fill("밥을 먹[MASK]다.", n=1, unit="piece")
    assert (inside.guesses[0].text, inside.guesses[0].tag, inside.guesses[0].continues) == ("었", "EP", True)


def test_words_of_the_mini_read_back_as_what_they_were_made_of(mini):
    from explorer.tokenizers.loading import tokenizer
    from explorer.tokenizers.token import key_of

    kiwi = tokenizer("kiwi")
    [gap] = mini.fill("그는 어제 영화를 [MASK].", n=10)
    assert any(len(guess.pieces) == 3 for guess in gap.guesses)
    for guess in gap.guesses:
        found = [key_of(token) for token in kiwi.tokenize(f"그는 어제 영화를 {guess.text}.")]
        assert found[5:-1] == list(guess.pieces)
    again = {guess.text: guess.score for guess in mini.score("그는 어제 영화를 [MASK].", [guess.text for guess in gap.guesses])}
    assert [again[guess.text] for guess in gap.guesses] == pytest.approx([guess.score for guess in gap.guesses], abs=1e-3)


def test_no_word_of_the_mini_ends_in_a_bare_stem(mini):
    [gap] = mini.fill("밥을 [MASK]", n=20)
    assert not any(guess.pieces[-1].endswith(("/VV", "/VA", "/EP")) for guess in gap.guesses)


def test_offsets_and_odd_text_with_the_mini(mini):
    nfd = unicodedata.normalize("NFD", "친구와 밥을 ") + "[MASK]" + unicodedata.normalize("NFD", " 갔다.")
    [gap] = mini.fill(nfd, n=3, unit="piece")
    [composed] = mini.fill(unicodedata.normalize("NFC", nfd), n=3, unit="piece")
    assert nfd[gap.start : gap.end] == "[MASK]" and gap.read == (0, len(nfd)) and gap.guesses == composed.guesses
    hidden, plain = (
        mini.fill("밥을 먹\u200b[MASK]\u200b다.", n=3, unit="piece"),
        mini.fill("밥을 먹[MASK]다.", n=3, unit="piece"),
    )
    assert hidden[0].guesses == plain[0].guesses
    for text in ("😀[MASK]ㅋㅋㅋ", "漢字를 [MASK]", "[MASK]", "http://[MASK].kr", "[MASK] " * 3):
        for gap in mini.fill(text, n=2, unit="piece"):
            assert len(gap.guesses) == 2 and text[gap.start : gap.end] == "[MASK]"


def test_the_mini_reads_the_part_of_a_megabyte_around_the_mask(mini):
    filling = "나는 어제 친구와 함께 바다에 갔다. "
    text = filling * 9000 + "밥을 먹[MASK]다. " + filling * 9000
    [gap] = mini.fill(text, n=1, unit="piece")
    low, high = gap.read
    assert gap.guesses[0].text == "었" and gap.start - 1000 < low < gap.start < high < gap.end + 1000
    [glued] = mini.fill("가" * 20_000 + "[MASK]" + "나" * 20_000, n=1, unit="piece")
    assert len(glued.guesses) == 1


def test_a_candidate_for_a_stem_may_be_given_in_its_dictionary_form(mini):
    scores = mini.score("밥을 [MASK]었다.", ["먹", "먹다", "먹다/VV"])
    assert {guess.pieces for guess in scores} == {("먹다/VV",)}
    assert len({round(guess.score, 6) for guess in scores}) == 1
    [unknown] = mini.score("나는 [MASK]에 갔다", ["쀍뷁"])
    assert unknown.score is None and unknown.probability == 0


def test_every_pair_of_units_and_texts_keeps_its_order(mini):
    for text, unit in itertools.product(("[MASK]를 먹었다", "나는 [MASK] 갔다"), ("word", "piece")):
        [gap] = mini.fill(text, n=6, unit=unit)
        chances = [guess.probability for guess in gap.guesses]
        assert chances == sorted(chances, reverse=True) and 0 < chances[0] <= 1


@pytest.mark.parametrize(
    ("text", "kept"),
    [("겨울에는 [MASK]이 내린다", "눈"), ("대한민국의 수도는 [MASK]이다", "수도"), ("수도[MASK]는 크다", None)],
)
def test_words_that_double_one_are_left_out(mini, text, kept):
    [gap] = mini.fill(text, n=15)
    found = {guess.text: guess for guess in gap.guesses}
    assert len(found) == 15 and (kept is None or kept in found)  # what only repeats a word of the text (수도) stays
    doubled = {"겨울여름", "여름겨울", "수도도시", "수도", "겨울겨울", "여름여름", "도시도시"} - {kept}
    assert not doubled & set(found)
    for guess in gap.guesses:
        nouns = [piece for piece in guess.pieces if piece.endswith(("/NNG", "/NNP"))]
        assert len(set(nouns)) == len(nouns)
    assert mini.score(text, ["도시도시"])[0].text == "도시도시"  # a person's own candidate is not


def test_signs_say_what_they_stand_for(mini):
    from explorer.core.messages import codes
    from explorer.encoders.kiwi_next import kiwi_next
    from explorer.encoders.signs import sign_of

    signs = {guess.text: guess for guess in kiwi_next("오늘 날씨가 좋다", 20) if guess.means}
    assert signs["[END]"].means.said("ko") == "문장 끝" and "[SF]" in signs
    assert signs["[SF]"].to_dict()["means"]["en"].startswith("full stop")
    for entry in mini._gaps._pieces.vocabulary.entries:
        if entry.startswith("[") and entry.endswith("]"):
            assert sign_of(entry) is not None and sign_of(entry).code in codes("signs"), entry
    assert [sign_of(one).code for one in ("<0xEC>", "</s>", "▁", "[unused7]")] == [
        "signs.byte",
        "signs.closed",
        "signs.space",
        "signs.special",
    ]
    assert [sign_of(one) for one in ("▁서울", "서울", ".", "##가", "[", "")] == [None] * 6
