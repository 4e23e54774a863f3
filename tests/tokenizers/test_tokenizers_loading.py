"""Names, paths, saved tokenizers; and what is said when there is none."""

import json
import shutil

import pytest

import explorer as ex
from explorer.core.errors import BadInput, Unavailable, UnknownName
from explorer.tokenizers.loading import from_params


def test_names(home):
    assert {"eojeol", "syllable", "jamo", "kiwi", "mecab"} <= set(ex.tokenizers())


def test_unknown_name_lists_what_exists(home):
    with pytest.raises(UnknownName, match="did you mean kiwi") as caught:
        ex.tokenizer("kiwii")
    assert "syllable" in str(caught.value)


@pytest.mark.parametrize("name", ["/nowhere/tok.model", "./nowhere/tokenizer.json", "missing.model", "vocab.txt"])
def test_missing_path(home, name):
    with pytest.raises(BadInput, match="no file or folder"):
        ex.tokenizer(name)


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("a.model", b"not a model"),
        ("tokenizer.json", b"{}"),
        ("tokenizer.json", b"\xff"),
        ("vocab.txt", b"a\nb\n"),
        ("vocab.txt", b"\xff"),
        ("x.bin", b""),
    ],
)
def test_a_file_that_is_no_tokenizer(tmp_path, file, content):
    (tmp_path / file).write_bytes(content)
    with pytest.raises(BadInput) as caught:
        ex.tokenizer(tmp_path / file)
    assert "\n" not in str(caught.value)


def test_a_folder_without_tokenizer(tmp_path):
    with pytest.raises(BadInput, match="holds no tokenizer"):
        ex.tokenizer(tmp_path)


def test_hub_id_offline_is_unavailable_at_once(monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(Unavailable, match="nobody/nothing"):
        ex.tokenizer("nobody/nothing")


def test_folder_and_file_are_the_same(trained, tmp_path):
    folder = tmp_path / "my-wordpiece"
    folder.mkdir()
    shutil.copy(trained["wordpiece"].parent / "vocab.txt", folder)
    from_folder, from_file = ex.tokenizer(folder), ex.tokenizer(folder / "vocab.txt")
    assert from_folder.name == from_file.name == "my-wordpiece"
    assert from_folder.tokenize("왕이 갔다") == from_file.tokenize("왕이 갔다")


def test_params_are_json_and_notice_a_changed_file(trained, tmp_path):
    path = tmp_path / "own.model"
    shutil.copy(trained["bpe"], path)
    params = json.loads(json.dumps(ex.tokenizer(path).params()))
    assert from_params(params).tokenize("왕이") == ex.tokenizer(path).tokenize("왕이")
    shutil.copy(trained["unigram"], path)
    with pytest.raises(BadInput, match="hash changed"):
        from_params(params)


@pytest.mark.parametrize("params", [{}, {"engine": 3}])
def test_params_without_engine(params):
    with pytest.raises(BadInput, match="engine"):
        from_params(params)


def test_options_are_checked():
    with pytest.raises(BadInput, match="has no option size"):
        ex.tokenizer("syllable", size=3)
    with pytest.raises(BadInput, match="compatible or conjoining"):
        ex.tokenizer("jamo", jamo="half")


def test_workers_below_one():
    from explorer.tokenizers.batch import tokenize_all

    with pytest.raises(BadInput, match="workers=0"):
        tokenize_all(ex.tokenizer("eojeol"), ["왕"], workers=0)


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("path", "pieces"),
    [
        (
            "koelectra/vocab.txt",
            ["아버지가", "##방에", "##들어", "##가", "##신", "##다", "##ㅋ", "##ㅋ", "##ㅋ", "뷁", "[UNK]"],
        ),
        ("kortok-sp-32k/tok.model", ["▁아버지가", "방에", "들어", "가", "신", "다", "ㅋㅋㅋ", "▁", "뷁", "▁", "😀"]),
    ],
)
def test_published_tokenizers(shared_data, path, pieces):
    text = "아버지가방에들어가신다ㅋㅋㅋ 뷁 😀"
    assert [token.form for token in ex.tokenizer(shared_data / "tokenizers" / path).tokenize(text)] == pieces


@pytest.mark.shared_data
def test_gpt2_bytes_share_their_syllable(shared_data):
    gpt2 = ex.tokenizer(shared_data / "tokenizers" / "gpt2" / "tokenizer.json")
    text = "가 뷁 😀"
    tokens = gpt2.tokenize(text)
    assert [(token.form, token.surface) for token in tokens[:3]] == [("<0xEA>", "가"), ("<0xB0>", "가"), ("<0x80>", "가")]
    assert (tokens[3].form, tokens[3].surface, tokens[3].start) == ("Ġ<0xEB>", "뷁", 2)
    assert gpt2.decode([token.id for token in tokens]) == text
