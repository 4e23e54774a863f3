"""What holds for every engine: spans of the original text, order, the same tokens one by one and in batches."""

import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import explorer as ex
from explorer.core.errors import BadInput
from explorer.text.normalise import normalise
from explorer.tokenizers.batch import keys_all, tokenize_all
from explorer.tokenizers.loading import from_params
from explorer.tokenizers.token import Tokenizer, key_of

BUILT_IN = ["eojeol", "syllable", "jamo", "jamo-conjoining", "kiwi", "kiwi-typos", "mecab"]
TRAINED = [
    "unigram",
    "bpe",
    "bpe-raw",
    "wordpiece",
    "wordpiece-vocab",
    "byte-bpe",
    "kiwi-bpe",
    "kiwi+unigram",
    "kiwi-sw",
    "tiktoken",
]

PIECES = [
    "왕", "갔다", "예뻐", "뭐니", "그건", "했닼ㅋㅋ", "뷁", "ㅋㅋㅋ", "ㅠ", "😀", "👨‍👩‍👧", "🇰🇷", "👍🏽", "❤️‍🔥", "\u200b", "\u200d", "\ufeff", "\u3164",
    "\u110f", "\u1100\u1161\u11ab", "\u11ab", "\u119e", "각\u11ab", "樂", "\uf914", "ﷺ", "㈜", "Ａ", "ﾡ", " ", "  ", "\n", "\t", "\r\n", "\u3000",
    "\u00a0", "\x00", "\x01", "\x1c", "\u2028", "\u0301", "שלום", "\u202e", "مرحبا", "a", "Z9", "!", "…", "▁", "Ġ", "##다", "[UNK]", "<0xEC>",
    "ᄒᆞᆫ", "\ue000", "\uffff", "\U0010ffff", "강아지는 밥을 먹었다.", unicodedata.normalize("NFD", "왕비가 갔다"),
]  # fmt: skip

EXAMPLES = [
    "왕\x1c\u200b\x1c",  # between white space something of no width
    "",
    "   ",
    "\n\n",
    "아버지가방에들어가신다ㅋㅋㅋ 뷁 😀",
    unicodedata.normalize("NFD", "강아지가 예뻤다"),
    "왕\u200b비 \ufeff갔다 \u3164",
    "שלום 왕 مرحبا",
    " 앞뒤 공백 ",
    "가" * 3000,
    "강아지는밥을먹었다" * 200,
    "😀" * 50,
]

texts = st.lists(st.sampled_from(PIECES), max_size=9).map("".join) | st.text(
    st.characters(exclude_categories=("Cs",)), max_size=25
)


@pytest.fixture(scope="session")
def tiktoken_encoding():
    """A real tiktoken encoding with few merges in place of the one that would be downloaded."""
    tiktoken = pytest.importorskip("tiktoken", reason="tiktoken is not installed")
    ranks = {bytes([byte]): byte for byte in range(256)}
    for merge in (b"\xec\x99", b"\xec\x99\x95", b" \xec", b"\xe3\x85", b"\xe3\x85\x8b", b"\xe3\x85\x8b\xe3\x85\x8b"):
        ranks[merge] = len(ranks)
    encoding = tiktoken.Encoding("cl100k_base", pat_str=r"\s?\S+|\s+", mergeable_ranks=ranks, special_tokens={})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tiktoken, "get_encoding", lambda name: encoding)
        yield encoding


@pytest.fixture(scope="session")
def engines(trained, kiwi_sw, tiktoken_encoding) -> dict[str, Tokenizer]:
    made = {
        "jamo-conjoining": ex.tokenizer("jamo", jamo="conjoining"),
        "kiwi-typos": ex.tokenizer("kiwi", typos="basic", normalise_coda=True),
        "bpe-raw": ex.tokenizer(trained["bpe"], raw=True),
        "wordpiece-vocab": ex.tokenizer(trained["wordpiece"].parent / "vocab.txt"),
        "kiwi-bpe": ex.tokenizer(f"hybrid:{trained['kiwi-bpe']}"),
        "kiwi-sw": ex.tokenizer(f"kiwi-sw:{kiwi_sw}"),
        "tiktoken": ex.tokenizer("tiktoken:cl100k_base"),
        "kiwi+unigram": ex.tokenizer(f"hybrid:{trained['unigram']}"),
    }
    for name in ("eojeol", "syllable", "jamo", "kiwi"):
        made[name] = ex.tokenizer(name)
    for name in ("unigram", "bpe", "wordpiece", "byte-bpe"):
        made[name] = ex.tokenizer(trained[name])
    return made


@pytest.fixture
def engine(request, engines) -> Tokenizer:
    if request.param == "mecab":
        pytest.importorskip("mecab", reason="the extra mecab is not installed")
        return ex.tokenizer("mecab")
    return engines[request.param]


every_engine = pytest.mark.parametrize("engine", BUILT_IN + TRAINED, indirect=True)


def check(tokens, text):
    last = 0
    for token in tokens:
        assert 0 <= token.start <= token.end <= len(text)
        assert text[token.start : token.end] == token.surface
        assert token.start >= last
        # Kiwi calls odd white space a symbol: such a token is blank, also with something of no width in it.
        blank = not normalise(token.surface, strip_zero_width=True).text.strip()
        assert token.surface == token.surface.strip() or blank
        last = token.start


@every_engine
@pytest.mark.parametrize("text", EXAMPLES, ids=range(len(EXAMPLES)))
def test_spans_of_examples(engine, text):
    check(engine.tokenize(text), text)


@pytest.mark.parametrize("text", ["왕\x1c\u200b\x1c", "왕\x1c\x1c", "왕\u3000\u200b"])
def test_mecab_has_no_token_for_white_space(text):
    pytest.importorskip("mecab")
    assert [token.surface for token in ex.tokenizer("mecab").tokenize(text)] == ["왕"]


@every_engine
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=texts)
def test_spans_of_anything(engine, text):
    check(engine.tokenize(text), text)


@every_engine
def test_batches_give_what_single_calls_give(engine):
    many = [*EXAMPLES, *PIECES]
    one_by_one = [engine.tokenize(text) for text in many]
    for workers in (1, 2):
        assert list(tokenize_all(engine, iter(many), workers=workers)) == one_by_one
        assert list(keys_all(engine, iter(many), workers=workers)) == [
            [key_of(token) for token in tokens] for tokens in one_by_one
        ]


@every_engine
def test_rebuilt_from_params_it_is_the_same(engine):
    again = from_params(engine.params())
    assert again.name == engine.name
    assert again.params() == engine.params()
    for text in EXAMPLES[:8]:
        assert again.tokenize(text) == engine.tokenize(text)


@every_engine
@pytest.mark.parametrize("text", ["\ud83d", "왕\udc00비"])
def test_a_lone_surrogate_is_one_clear_error(engine, text):
    with pytest.raises(BadInput, match="surrogate") as caught:
        engine.tokenize(text)
    assert "\n" not in str(caught.value)
    with pytest.raises(BadInput, match="surrogate"):
        list(tokenize_all(engine, ["왕", text]))


@every_engine
def test_nfd_and_nfc_give_the_same_forms(engine):
    text = "왕비가 강아지를 보았다"
    apart = unicodedata.normalize("NFD", text)
    forms = [token.form for token in engine.tokenize(text)]
    tokens = engine.tokenize(apart)
    assert [token.form for token in tokens] == forms
    assert all(unicodedata.is_normalized("NFC", form) or engine.name == "jamo" for form in forms)
    check(tokens, apart)


@pytest.mark.parametrize("engine", ["unigram", "byte-bpe", "tiktoken"], indirect=True)
@pytest.mark.parametrize("text", ["뷁 펲", "강아지는 밥을 먹었다.", "😀 👨\u200d👩\u200d👧 樂", "ㅋㅋㅋ"])
def test_bytes_round_trip_and_share_their_character(engine, text):
    tokens = engine.tokenize(text)
    assert engine.decode([token.id for token in tokens]) == text
    assert not any(token.unknown for token in tokens)
    covered = {position for token in tokens for position in range(token.start, token.end)}
    assert covered >= {position for position, char in enumerate(text) if not char.isspace()}
    for token in tokens:
        if engine.is_byte(token.id):
            assert len(token.surface) >= 1


def test_tiktoken_forms(engines):
    tokens = engines["tiktoken"].tokenize("왕 웨ㅋㅋ")
    assert [(token.form, token.surface) for token in tokens] == [
        ("왕", "왕"), ("Ġ<0xEC>", "웨"), ("<0x9B>", "웨"), ("<0xA8>", "웨"), ("ㅋㅋ", "ㅋㅋ"),
    ]  # fmt: skip


def test_unavailable_encodings(monkeypatch):
    tiktoken = pytest.importorskip("tiktoken", reason="tiktoken is not installed")

    def offline(name):
        raise ConnectionError("no network")

    monkeypatch.setattr(tiktoken, "get_encoding", offline)
    with pytest.raises(ex.Unavailable, match="could not be downloaded"):
        ex.tokenizer("tiktoken:o200k_base")
    with pytest.raises(BadInput, match="cl100k_base"):
        ex.tokenizer("tiktoken:none_such")


@pytest.mark.parametrize("engine", ["unigram"], indirect=True)
def test_three_byte_pieces_stand_on_one_syllable(engine):
    tokens = [token for token in engine.tokenize("왕이 뷁을") if engine.is_byte(token.id)]
    assert [(token.form, token.surface, token.start, token.end) for token in tokens if token.surface == "뷁"] == [
        ("<0xEB>", "뷁", 3, 4),
        ("<0xB7>", "뷁", 3, 4),
        ("<0x81>", "뷁", 3, 4),
    ]


@pytest.mark.parametrize("engine", ["wordpiece", "wordpiece-vocab"], indirect=True)
def test_wordpiece_keeps_hangul_whole_and_case(engine):
    tokens = engine.tokenize("강아지는 뷁 밥을")
    assert [token.surface for token in tokens if token.unknown] == ["뷁"]
    assert "".join(token.form.removeprefix("##") for token in tokens if token.start < 4) == "강아지는"


@pytest.mark.parametrize("engine", ["kiwi-bpe"], indirect=True)
def test_hybrid_pieces_never_cross_a_morpheme(engine):
    kiwi = ex.tokenizer("kiwi")
    for text in ("강아지는 밥을 먹었다.", "선생님께서 학교에 갔다ㅠㅠ"):
        edges = {edge for token in kiwi.tokenize(text) for edge in (token.start, token.end)}
        inside = [token for token in kiwi.tokenize(text) if token.end - token.start > 1]
        for token in engine.tokenize(text):
            assert not any(token.start < edge < token.end for edge in edges if not any(m.start < edge < m.end for m in inside))


def test_kiwi_forms_tags_and_spans():
    text = "걸어갔다. 예뻐 고마웠다 뭐니"
    found = [(token.form, token.tag, token.surface) for token in ex.tokenizer("kiwi").tokenize(text)]
    assert ("예쁘다", "VA", "예뻐") in found
    assert ("고맙다", "VA", "고마웠") in found
    assert ("이다", "VCP", "") in found
    assert all("-" not in tag for _, tag, _ in found)


def test_kiwi_options():
    assert any(token.form == "ㄴ다" for token in ex.tokenizer("kiwi").tokenize("간다"))
    assert any(token.form == "\u11ab다" for token in ex.tokenizer("kiwi", compatible_jamo=False).tokenize("간다"))
    plain = [token.form for token in ex.tokenizer("kiwi").tokenize("뷁뷁이가 왔다")]
    taught = ex.tokenizer("kiwi", user_words=["뷁뷁이/NNP"]).tokenize("뷁뷁이가 왔다")
    assert "뷁뷁이" not in plain
    assert (taught[0].form, taught[0].tag, taught[0].surface) == ("뷁뷁이", "NNP", "뷁뷁이")
    corrected = ex.tokenizer("kiwi", typos="basic").tokenize("외않됀대?")
    assert (corrected[0].form, corrected[0].surface) == ("왜", "외")
    assert any(token.unknown for token in ex.tokenizer("kiwi").tokenize("뷁뷁쉙이 왔다"))


@pytest.mark.parametrize(
    "options",
    [
        {"typos": "all of them"},
        {"model_type": "huge"},
        {"dialects": "mars"},
        {"oov": "guess"},
        {"user_words": [" "]},
        {"foo": 1},
    ],
)
def test_kiwi_refuses_impossible_options_in_one_line(options):
    with pytest.raises(BadInput) as caught:
        ex.tokenizer("kiwi", **options).tokenize("왕")
    assert "\n" not in str(caught.value)


def test_kiwi_from_many_threads():
    from concurrent.futures import ThreadPoolExecutor

    kiwi = ex.tokenizer("kiwi")
    many = [f"왕이 {number}번 왔다" for number in range(200)]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(kiwi.tokenize, many)) == [kiwi.tokenize(text) for text in many]


def test_mecab_splits_fused_words_over_one_span():
    pytest.importorskip("mecab", reason="the extra mecab is not installed")
    text = "\u3000갔다"
    tokens = ex.tokenizer("mecab").tokenize(text)
    assert [(token.form, token.tag, token.surface) for token in tokens][:2] == [("가다", "VV", "갔"), ("았", "EP", "갔")]
    whole = ex.tokenizer("mecab", decompose=False).tokenize(text)
    assert whole[0].tag == "VV+EP"


def test_mecab_missing_is_said(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "mecab", None)
    with pytest.raises(ex.MissingExtra, match=r"korean-explorer\[mecab\]"):
        ex.tokenizer("mecab")


def test_jamo_alphabets():
    assert [token.form for token in ex.tokenizer("jamo").tokenize("각")] == ["ㄱ", "ㅏ", "ㄱ"]
    forms = [token.form for token in ex.tokenizer("jamo", jamo="conjoining").tokenize("각")]
    assert forms == ["\u1100", "\u1161", "\u11a8"]


def test_sentencepiece_with_nfkc_inside_maps_to_the_original(tmp_path, korean):
    import io

    import sentencepiece

    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(korean),
        model_writer=model,
        vocab_size=330,
        hard_vocab_limit=False,
        byte_fallback=True,
        minloglevel=3,
    )
    path = tmp_path / "nfkc.model"
    path.write_bytes(model.getvalue())
    tokenizer = ex.tokenizer(path)
    for text in ["ㅋㅏ ＡＢ ㈜왕 ﷺ\u200b끝", *EXAMPLES, *PIECES]:
        check(tokenizer.tokenize(text), text)
    surfaces = [token.surface for token in tokenizer.tokenize("왕 ㈜ ㅋㅏ")]
    assert surfaces.count("㈜") >= 2
    assert "ㅋㅏ" in surfaces
