"""The grid: every row tiles the text, and shows what happened to it."""

import json
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import explorer as ex
from explorer.core.errors import BadInput
from explorer.tokenizers.comparison.alignment import align
from explorer.tokenizers.engines.pieces import piece_text
from explorer.tokenizers.token import Token


def cells(grid, name):
    return [
        (grid.text[cell.start : cell.end], cell.kind, [token.form for token in cell.tokens]) for cell in grid.row(name).cells
    ]


def grid_of(text, *names, **made):
    tokenizers = {name: ex.tokenizer(name) for name in names} | made
    return align({name: tokenizer.tokenize(text) for name, tokenizer in tokenizers.items()}, text)


def test_fused_and_empty_morphemes():
    grid = grid_of("갔다 뭐니", "kiwi")
    assert cells(grid, "kiwi") == [
        ("갔", "fused", ["가다", "었"]),
        ("다", "token", ["다"]),
        (" ", "space", []),
        ("뭐", "token", ["뭐"]),
        ("니", "token", ["이다", "니"]),
    ]


def test_bytes_of_one_syllable_are_one_cell(trained):
    grid = grid_of("왕 뷁", made=ex.tokenizer(trained["unigram"]))
    assert cells(grid, "made")[-1] == ("뷁", "bytes", ["<0xEB>", "<0xB7>", "<0x81>"])
    assert cells(grid_of("각", "jamo"), "jamo") == [("각", "parts", ["ㄱ", "ㅏ", "ㄱ"])]


def test_removed_dropped_and_unknown_text(trained):
    text = "왕이\u200b 뷁"
    grid = grid_of(text, "kiwi", wordpiece=ex.tokenizer(trained["wordpiece"]))
    assert ("\u200b", "normalised", []) in cells(grid, "kiwi")
    assert [cell.unknown for cell in grid.row("wordpiece").cells][-1]
    lost = align({"broken": [Token("왕", 0, 1, "왕")]}, "왕이")
    assert cells(lost, "broken") == [("왕", "token", ["왕"]), ("이", "dropped", [])]


def test_what_the_tokenizer_saw_differently_is_marked(trained):
    bpe = ex.tokenizer(trained["bpe"])
    assert not any(cell.changed for cell in grid_of("왕이 갔다ㅠㅠ", bpe=bpe).row("bpe").cells)
    apart = grid_of(unicodedata.normalize("NFD", "왕이"), bpe=bpe)
    assert all(cell.changed for cell in apart.row("bpe").cells)
    assert apart.columns == ((0, 3), (3, 5))
    assert align({"t": [Token("Ａ", 0, 1, "a")]}, "Ａ").rows[0].cells[0].changed


def test_disagreements():
    assert grid_of("왕이 갔다", "eojeol", "syllable").disagreements() == [1, 4]
    assert grid_of("왕이 갔다", "syllable").disagreements() == []
    assert align({}, "왕").disagreements() == []


def test_disagreement_counts_minorities():
    assert grid_of("왕이 갔다", "eojeol", "syllable").disagreement == pytest.approx(2 / 5)
    assert grid_of("왕이 갔다", "syllable").disagreement == 0
    three = {
        "a": [Token("왕이", 0, 2, "왕이")],
        "b": [Token("왕이", 0, 2, "왕이")],
        "c": [Token("왕", 0, 1, "왕"), Token("이", 1, 2, "이")],
    }
    assert align(three, "왕이").disagreement == pytest.approx(2 / 3 / 2)
    assert align({}, "").disagreement == 0


@settings(max_examples=150, deadline=None)
@given(
    st.text(st.sampled_from("왕비가갔다예뻐뭐니ㅋㅠ뷁😀👨\u200d👩\u200b\u1100\u1161\u11ab\u0301 \n\ufeff\x01aZ樂"), max_size=25)
)
def test_rows_tile_any_text(text):
    grid = grid_of(text, "eojeol", "syllable", "jamo", "kiwi")
    for row in grid.rows:
        assert "".join(text[cell.start : cell.end] for cell in row.cells) == text
        assert sum(cell.width for cell in row.cells) == len(grid.columns)
        column = 0
        for cell in row.cells:
            assert cell.column == column
            assert grid.columns[column][0] == cell.start
            column += cell.width
    kiwi = ex.tokenizer("kiwi").tokenize(text)
    assert sum(len(cell.tokens) for cell in grid.row("kiwi").cells) == len(kiwi)
    assert json.loads(json.dumps(grid.to_dict()))["text"] == text


def test_tokens_of_another_text_are_refused():
    with pytest.raises(BadInput, match="no part of this text"):
        align({"eojeol": ex.tokenizer("eojeol").tokenize("왕비가")}, "왕")


def test_pieces_spell_text():
    assert piece_text(["▁강아", "지", "▁", "<0xEB>", "<0xB7>", "<0x81>"]) == "강아지 뷁"
    assert piece_text(["Ġ왕", "<0xEC><0x95>", "<0x84>"]) == "왕아"
