"""The tokens page: the grid's geometry, what is counted, the address, and the callback over HTTP."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboards.kit import url
from dashboards.pages.tokens import asked as cutting
from dashboards.pages.tokens import page as view
from dashboards.pages.tokens.figures import (
    BYTES,
    CHANGED,
    DROPPED,
    EMPTY,
    FROM_LEFT,
    REMOVED,
    SHARED,
    TO_RIGHT,
    UNKNOWN,
    counts,
    grid,
    sendable,
)
from explorer.tokenizers.loading import tokenizer
from explorer.tokenizers.token import Token

RULES = ["eojeol", "syllable", "jamo"]
NASTY = "가각갔다뷁ㅋㅠ 　\t\n\u1100\u1161\u11ab\u200b\u3164\ufeff😀👍🏽\u200d👩🇰🇷aZ1.<>&漢\u0301"


def made(text: str, *spans: tuple[int, int, str]) -> list[Token]:
    return [Token(text[start:end], start, end, form) for start, end, form in spans]


def only_row(text: str, tokens: list[Token]):
    return [piece for chunk in grid(text, [tokens]).chunks for piece in chunk.rows[0]]


def test_fused_morphemes_share_their_syllable():
    text = "갔다"
    pieces = only_row(text, made(text, (0, 1, "가다"), (0, 1, "었"), (1, 2, "다")))
    assert [piece[:3] for piece in pieces] == [(0, 0, 1), (1, 1, 2), (2, 2, 3)]
    assert pieces[0][3] & SHARED and pieces[1][3] & SHARED and not pieces[2][3] & SHARED


def test_an_overlap_of_two_syllables_divides_only_what_is_shared():
    text = "신다"
    pieces = only_row(text, made(text, (0, 1, "시"), (0, 2, "ㄴ다")))
    assert [piece[:3] for piece in pieces] == [(0, 0, 1), (1, 1, 3)]  # 시 | ㄴ다 in 신, then ㄴ다 in 다


def test_bytes_of_one_syllable_stand_side_by_side_and_others_span_them():
    text = "뷁"
    found = grid(text, [made(text, (0, 1, "<0xEB>"), (0, 1, "<0xB7>"), (0, 1, "<0x81>")), made(text, (0, 1, "뷁"))])
    [chunk] = found.chunks
    assert [piece[:3] for piece in chunk.rows[0]] == [(0, 0, 1), (1, 1, 2), (2, 2, 3)]
    assert all(piece[3] & BYTES for piece in chunk.rows[0])
    assert chunk.rows[1] == ((0, 0, 3, 0),)
    assert chunk.heads == ((3, "뷁", 0, 1),)


def test_empty_dropped_removed_unknown_and_changed_are_marked():
    text = "뭐니"
    pieces = only_row(text, made(text, (0, 1, "뭐"), (1, 1, "이다"), (1, 2, "니")))
    assert [bool(piece[3] & EMPTY) for piece in pieces] == [False, True, False]
    assert only_row("가나", made("가나", (0, 1, "가")))[1] == (-1, 1, 2, DROPPED)
    assert only_row("가\u200b나", made("가\u200b나", (0, 1, "가"), (2, 3, "나")))[1] == (-1, 1, 2, REMOVED)
    assert only_row("뷁", [Token("뷁", 0, 1, "[UNK]", unknown=True)])[0][3] & UNKNOWN
    decomposed = unicodedata.normalize("NFD", "갔")
    assert only_row(decomposed, made(decomposed, (0, 3, "갔")))[0][3] & CHANGED


def test_white_space_is_left_out_unless_a_token_claims_it():
    text = "가 나\n다"
    plain = grid(text, [made(text, (0, 1, "가"), (2, 3, "나"), (4, 5, "다"))])
    assert [(chunk.gap, [head[1] for head in chunk.heads]) for chunk in plain.chunks] == [(0, ["가"]), (1, ["나"]), (2, ["다"])]
    claimed = grid(text, [made(text, (0, 1, "가"), (1, 2, "▁"), (2, 3, "나"), (3, 4, "\n"), (4, 5, "다"))])
    assert [head[1] for chunk in claimed.chunks for head in chunk.heads] == ["가", "␣", "나", "↵", "다"]
    assert claimed.chunks[-1].gap == 2


def test_a_long_word_is_cut_into_chunks_that_say_so():
    text = "가" * 100
    found = grid(text, [tokenizer("eojeol").tokenize(text), tokenizer("syllable").tokenize(text)])
    assert len(found.chunks) > 8 and all(len(chunk.heads) <= 8 for chunk in found.chunks)
    first, last = found.chunks[0].rows[0][0], found.chunks[-1].rows[0][0]
    assert first[3] == TO_RIGHT and last[3] == FROM_LEFT
    assert all(len(chunk.rows[0]) == 1 and len(chunk.rows[1]) == len(chunk.heads) for chunk in found.chunks)


def test_chunks_are_cut_where_fewest_tokens_are():
    text = "가나다라마바사아자차"
    found = grid(text, [made(text, (0, 6, "가나다라마바"), (6, 10, "사아자차"))])
    assert [len(chunk.heads) for chunk in found.chunks] == [6, 4]
    assert not any(piece[3] & (FROM_LEFT | TO_RIGHT) for chunk in found.chunks for piece in chunk.rows[0])


def check_geometry(text: str, rows: list[list[Token]]) -> None:
    found = grid(text, rows)
    heads = [head for chunk in found.chunks for head in chunk.heads]
    assert [head[2] for head in heads] == sorted(head[2] for head in heads)
    covered = {place for head in heads for place in range(head[2], head[3])}
    assert {place for place, char in enumerate(text) if not char.isspace()} <= covered
    for number, row in enumerate(rows):
        drawn = set()
        for chunk in found.chunks:
            width = sum(head[0] for head in chunk.heads)
            filled = 0
            for token, start, end, _ in chunk.rows[number]:
                assert filled <= start < end <= width  # in order, none over another, none outside
                filled = end
                drawn.add(token)
        assert set(range(len(row))) <= drawn
        members = sorted(token for word in found.members[number] for token in word)
        assert members == list(range(len(row))) or not found.words


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=NASTY, max_size=60))
def test_every_token_is_drawn_whatever_the_text(text):
    check_geometry(text, [tokenizer(name).tokenize(text) for name in RULES])


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet=NASTY, max_size=40))
def test_every_morpheme_is_drawn_whatever_the_text(text):
    check_geometry(text, [tokenizer("kiwi").tokenize(text), tokenizer("eojeol").tokenize(text)])


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_overlapping_tokens_are_drawn(data):
    text = data.draw(st.text(alphabet="가나다 a", max_size=14))
    spans = data.draw(st.lists(st.tuples(st.integers(0, len(text)), st.integers(0, 5)), max_size=8))
    tokens = []
    for start, size in sorted(spans):
        end = min(len(text), start + size)
        piece = text[start:end]
        if piece == piece.strip():
            tokens.append(Token(piece, start, end, piece or "이다"))
    if any(token.surface for token in tokens) or not tokens:
        check_geometry(text, [tokens])


@pytest.mark.shared_data
def test_real_tokenizers_on_real_text(shared_data):
    text = (
        "나는 어제 학교에서 떡볶이를 먹었다ㅋㅋㅋ 뷁 😀\n" + unicodedata.normalize("NFD", "갔다 왔다") + " 大韓民國 가\u200b나"
    )
    folder = shared_data / "tokenizers"
    paths = [folder / "gpt2/tokenizer.json", folder / "koelectra/vocab.txt", folder / "kortok-sp-32k/tok.model"]
    check_geometry(text, [tokenizer(path).tokenize(text) for path in paths])


def test_counts_show_what_length_hides():
    text = "갔다 뷁뷁"
    found = counts(text, [Token("갔다", 0, 2, "갔다"), Token("뷁뷁", 3, 5, "[UNK]", unknown=True)])
    assert (found.tokens, found.per_eojeol, found.unknown, found.unknown_characters, found.dropped) == (2, 1.0, 1, 2, 0)
    assert found.per_character == pytest.approx(2 / 5)
    decomposed = unicodedata.normalize("NFD", text)
    assert counts(decomposed, tokenizer("syllable").tokenize(decomposed)).per_character == pytest.approx(4 / 5)
    assert counts("가나\u200b", made("가나\u200b", (0, 1, "가"))).dropped == 1
    assert counts("", []).per_eojeol is None


def test_what_is_sent_is_text_and_numbers_only():
    text = "<img src=x onerror=alert(1)> </script>"
    rows = [tokenizer("eojeol").tokenize(text)]
    data = json.loads(json.dumps(sendable(grid(text, rows), ["eojeol"], rows)))
    assert data["text"] == text and data["tokens"][0][0][2] == "<img"
    assert (
        sendable(grid("뷁", [made("뷁", (0, 1, "<0xEB><0xB7>"))]), ["x"], [made("뷁", (0, 1, "<0xEB><0xB7>"))])["tokens"][0][0][
            3
        ]
        == "EB B7"
    )


# ---- text and address


@pytest.mark.parametrize(
    "value", ["", "가나다", "\ud800", "a\r\nb\rc", "\x00", "가" * 6000, unicodedata.normalize("NFD", "각")]
)
def test_any_text_becomes_text(value):
    found = url.tidy(value)
    found.encode("utf-8")
    assert len(found) <= url.MAX_TEXT and "\r" not in found
    assert url.tidy(found) == found
    assert url.tidy(unicodedata.normalize("NFD", "각")) == unicodedata.normalize("NFD", "각")


def test_addresses_carry_the_page_and_never_grow_endless():
    from urllib.parse import parse_qs

    from dashboards.kit.url import decode

    for text in ("가나\n다 & <b>", "긴 글입니다. " * 60):
        found = cutting.address(text, ["kiwi", "jamo"], "table")
        values = decode(cutting.FIELDS, {name: parts[0] for name, parts in parse_qs(found[1:]).items()})
        assert (values["text"] or values["z"]) == text and values["t"] == ["kiwi", "jamo"] and values["show"] == "table"
    import random

    noise = "".join(random.Random(1).choices([chr(code) for code in range(0xAC00, 0xD7A4)], k=5000))
    assert not cutting.fits(noise, ["kiwi"], "grid")


@pytest.mark.parametrize("value", ["", "!!!", "eJwDAAAAAAE", "x" * 20_000, "가"])
def test_damaged_addresses_are_no_text(value):
    assert url.unpack(value) == ""


def test_a_small_address_cannot_become_an_endless_text():
    assert len(url.unpack(url.pack("a" * 4_000_000))) == url.MAX_TEXT


# ---- what may be opened


def test_browsers_open_names_not_paths(app, monkeypatch, tmp_path):
    monkeypatch.delenv("EXPLORER_ALLOW_PATHS", raising=False)
    wanted = ["kiwi", "/etc/passwd", "../x", "klue/bert-base", "kiwi", "jamo"]
    assert cutting.allowed(wanted) == ["kiwi", "jamo"]
    done, wrong, opening = cutting.cut("가", ["/etc/passwd"])
    assert not done and not opening and "unknown tokenizer" in str(wrong["/etc/passwd"])
    monkeypatch.setenv("EXPLORER_ALLOW_PATHS", "1")
    assert "/etc/passwd" in cutting.allowed(wanted)


def settled(value: str, names: list[str]):
    import time

    end = time.monotonic() + 120
    while True:
        done, wrong, opening = cutting.cut(value, names)
        if not opening or time.monotonic() > end:
            return done, wrong, opening
        time.sleep(0.1)


def test_a_path_is_opened_where_it_is_allowed_and_a_broken_one_says_why(app, monkeypatch, tmp_path):
    monkeypatch.setenv("EXPLORER_ALLOW_PATHS", "1")
    good, bad = tmp_path / "vocab.txt", tmp_path / "broken.json"
    good.write_text("[UNK]\n가\n##나\n", encoding="utf-8")
    bad.write_text("{", encoding="utf-8")
    done, wrong, opening = settled("가나", [str(good), str(bad), "syllable"])
    assert not opening
    assert [token.form for token in done[str(good)]] == ["가", "##나"] and list(done) == [str(good), "syllable"]
    assert "no tokenizer.json" in str(wrong[str(bad)])


def test_where_paths_are_not_allowed_no_answer_tells_what_exists(app, monkeypatch, tmp_path):
    monkeypatch.delenv("EXPLORER_ALLOW_PATHS", raising=False)
    there = tmp_path / "there.json"
    there.write_text("{}", encoding="utf-8")
    for engine in ("", "kiwi-sw:", "sentencepiece:", "hybrid:", "huggingface:"):
        answers = set()
        for path in (there, tmp_path, tmp_path / "else.json"):
            name = f"{engine}{path}"
            assert cutting.allowed([name]) == []
            done, wrong, opening = cutting.cut("가", [name])
            assert not done and not opening
            answers.add(str(wrong[name]).replace(name, ""))
        assert len(answers) == 1


def test_the_server_goes_on_after_a_file_that_ends_kiwi(home):
    # In a process of its own: what went wrong here ended the process, and would end this test run.
    script = """
import time
from dashboards.kit import url
from dashboards.pages.tokens import asked as cutting
from dashboards.app import create_app
app = create_app()
client = app.server.test_client()
app.server.app_context().push()
name = "kiwi-sw:/etc/hostname"
until = time.monotonic() + 60
while not (found := cutting.cut("가", [name]))[1] and time.monotonic() < until:
    time.sleep(0.1)
assert "no Kiwi sub-word tokenizer" in str(found[1][name]), found
assert client.get("/").status_code == 200
print("alive")
"""
    environment = os.environ | {"EXPLORER_ALLOW_PATHS": "1"}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0 and done.stdout.strip() == "alive", done.stderr


def drawn(answer):
    """The drawing in an answer: a string of JSON."""
    return json.loads(answer["tokens-data"]["data"])


def test_one_that_cannot_be_opened_does_not_take_the_others_down(page):
    values = {"tokens-text.value": "갔다", "tokens-names.value": ["syllable", "jamo"]}
    answer = page.call("tokens-data.data", values, "tokens-text.value")
    assert drawn(answer)["names"] == ["음절", "자모"]
    assert "모르는 토큰" in json.dumps(answer["tokens-counts"]["children"], ensure_ascii=False)


# ---- the page over HTTP


def test_the_callback_draws_and_counts(page):
    found = page.settled(
        "tokens-data.data",
        {
            "tokens-text.value": "왕이 갔다",
            "tokens-names.value": ["kiwi", "eojeol", "/etc/passwd"],
            "tokens-pending.data": True,
        },
        lambda text: "Kiwi" in text and '"data": true' not in text,
    )
    answer = json.loads(found)
    data = drawn(answer)
    assert data["names"] == ["Kiwi", "어절"] and answer["tokens-pending"]["data"] is False
    assert [token[2] for token in data["tokens"][0]] == ["왕", "이", "가다", "었", "다"]
    assert set(data["say"]) == set(view._SAYS)
    assert "2.50" in found  # tokens per eojeol


def test_nothing_to_cut_says_what_to_do(page):
    for values in (
        {"tokens-text.value": "  ", "tokens-names.value": ["jamo"]},
        {"tokens-text.value": "가", "tokens-names.value": []},
    ):
        answer = page.call("tokens-data.data", values, "tokens-text.value")
        assert "empty" in drawn(answer)


def test_work_that_ended_elsewhere_changes_nothing(page):
    values = {"tokens-text.value": "가", "tokens-names.value": ["jamo"], "tokens-pending.data": False}
    assert page.call("tokens-data.data", values, "ready.data") == {}


def test_a_text_at_the_limit_says_so(page):
    answer = page.call(
        "tokens-data.data", {"tokens-text.value": "가" * 9000, "tokens-names.value": ["eojeol"]}, "tokens-text.value"
    )
    assert len(drawn(answer)["text"]) == url.MAX_TEXT
    assert "5,000" in json.dumps(answer["tokens-note"], ensure_ascii=False)


def test_the_layout_takes_its_text_and_tokenizers_from_the_address(app):
    with app.server.test_request_context():
        drawn = str(view.layout(text="왕이", t="jamo,/etc/passwd", show="table"))
        assert "왕이" in drawn and "tokens-path" not in drawn
        assert "아버지가방에" in str(view.layout(t=["evil"], show="<b>", z="!!"))
        assert "value=''" in str(view.layout(text=""))  # nothing written is nothing, not the example


def test_every_example_is_within_the_limit_and_named_in_both_languages():
    from dashboards.kit.i18n import Text

    for name, sample in view.EXAMPLES.items():
        assert url.tidy(sample) == sample and Text("ko")(f"tokens.example_{name}") and Text("en")(f"tokens.example_{name}")
    assert not unicodedata.is_normalized("NFC", view.EXAMPLES["nfd"])
