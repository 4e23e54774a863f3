"""The sub-word tokenizers that come with the package: small, offline, the same every time, and faithful to the text."""

import io
import json
import socket
import unicodedata
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

import explorer as ex
from explorer.cli import main
from explorer.core.errors import BadInput, UnknownName
from explorer.core.store import read_manifest, sha256_file
from explorer.tokenizers.batch import keys_all, tokenize_all
from explorer.tokenizers.library import import_tokenizer, remove_tokenizer, tokenizer_record, tokenizer_records
from explorer.tokenizers.loading import from_params, shipped_tokenizers
from explorer.tokenizers.token import key_of

NAMES = ["ko-bpe-32k", "ko-bytebpe-32k", "ko-kiwi-unigram-32k", "ko-unigram-32k", "ko-wordpiece-32k"]
LIMIT = 1_500_000
"""Bytes of one of them in an archive."""

EDGES = {
    "particles": "왕이 왕은 왕을 왕에게 왕으로부터 왕께서는",
    "laughter": "아버지가방에들어가신다ㅋㅋㅋ 뷁 ㅠㅠ",
    "hanja": "大韓民國(대한민국)의 首都는 서울特別市이다.",
    "emoji": "우리 가족 👨‍👩‍👧‍👦 최고야 👍🏽 🇰🇷",
    "nfd": unicodedata.normalize("NFD", "각하께서 예뻤다"),
    "zero width": "가\u200b나다\u3164라 \ufeff마바",
    "white space": "가\n나\t다\r\n라\u00a0마\u3000바 \n\n 사",
    "empty": "",
    "blank": " \n ",
}

each = pytest.mark.parametrize("name", NAMES)


@pytest.fixture(scope="module")
def opened():
    return {name: ex.tokenizer(name) for name in NAMES}


def run(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(main, [*arguments])
    assert result.exit_code == code, result.output + repr(result.exception)
    return result.output


def test_they_are_in_every_list(home):
    assert list(shipped_tokenizers()) == NAMES
    assert set(NAMES) <= set(ex.tokenizers())
    rows = {row["name"]: row for row in json.loads(run("tokenizers", "list", "--json"))}
    assert [row for row in rows if rows[row]["where"] == "shipped"] == NAMES
    assert list(rows) == ex.tokenizers()
    assert all(rows[name]["vocab_size"] == 32_000 and "nsmc" in rows[name]["provenance"]["corpus"] for name in NAMES)
    listed = {row["name"]: row for row in json.loads(run("tokenize", "--list", "--json"))}
    assert listed["ko-unigram-32k"]["get"] == "comes with korean-explorer" and listed["kiwi"]["kind"] == "morphemes"
    with pytest.raises(UnknownName, match="ko-unigram-32k"):
        ex.tokenizer("ko-unigram")


@each
def test_an_archive_of_it_is_small_and_its_card_says_what_it_is(name):
    folder = shipped_tokenizers()[name]
    manifest = read_manifest(folder, "tokenizer")
    assert manifest.name == name and manifest.params["seed"] == 42
    for file, digest in manifest.files.items():
        assert sha256_file(folder / file) == digest
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        for file in folder.iterdir():
            made.write(file, file.name)
    assert len(archive.getvalue()) < LIMIT
    card = (folder / "README.md").read_text(encoding="utf-8")
    for part in ("Wikipedia", "NSMC", "petitions", "3.7 M", "seed 42", "train_tokenizer", "boundary_f1", name):
        assert part in card


@each
def test_opens_without_a_connection(name, monkeypatch):
    def refuse(*_):
        raise AssertionError("asked the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    tokenizer = ex.tokenizer(name)
    assert tokenizer.name == name and tokenizer.vocab_size == 32_000
    assert from_params(tokenizer.params()).tokenize("왕이 왔다") == tokenizer.tokenize("왕이 왔다")


@each
@pytest.mark.parametrize("edge", EDGES)
def test_spans_and_round_trip(opened, name, edge):
    text, tokenizer = EDGES[edge], opened[name]
    tokens = tokenizer.tokenize(text)
    assert tokens == tokenizer.tokenize(text)
    assert [tokens] == list(tokenize_all(tokenizer, [text], 2))
    assert [list(map(key_of, tokens))] == list(keys_all(tokenizer, [text], 2))
    covered = set()
    for token in tokens:
        assert token.surface == text[token.start : token.end]
        covered.update(range(token.start, token.end))
    missing = [char for at, char in enumerate(text) if at not in covered and not char.isspace()]
    assert all(unicodedata.category(char) == "Cf" for char in missing)
    if any(token.unknown for token in tokens):
        assert name == "ko-wordpiece-32k"  # the others spell what they lack with bytes
        return
    decoded = " ".join(tokenizer.decode([token.id for token in tokens]).split())
    plain = " ".join(unicodedata.normalize("NFC", text).split())
    if name == "ko-wordpiece-32k":  # it writes spaces around signs
        decoded, plain = decoded.replace(" ", ""), plain.replace(" ", "")
    assert decoded == plain or edge == "zero width"


@each
def test_what_it_makes_of_known_words(opened, name):
    expected = {
        "ko-unigram-32k": "▁먹었 다 ▁먹는 ▁왕 에게",
        "ko-bpe-32k": "▁먹 었다 ▁먹는 ▁왕 에게",
        "ko-wordpiece-32k": "먹 ##었다 먹는 왕 ##에게",
        "ko-bytebpe-32k": "먹었다 Ġ먹는 Ġ왕 에게",
        "ko-kiwi-unigram-32k": "▁먹 었 다 ▁먹 는 ▁ 왕 에게",
    }
    assert " ".join(token.form for token in opened[name].tokenize("먹었다 먹는 왕에게")) == expected[name]


@each
def test_white_space_is_never_unknown(opened, name):
    for char in ("\n", "\t", "\r\n", "\u00a0", "\u3000", "\u2028"):
        tokens = opened[name].tokenize(f"왕이{char}밥을")
        assert not any(token.unknown for token in tokens)
        if name == "ko-bytebpe-32k":  # to it the space before a word belongs to the word, and a line end is a token
            continue
        words = [token.surface for token in tokens if token.surface.strip()]
        assert words == [token.surface for token in opened[name].tokenize("왕이 밥을") if token.surface.strip()]


@pytest.mark.timeout(300)
@each
def test_a_megabyte(opened, name):
    text = ("강아지가 밥을 먹었다. " * 33_000).strip()  # a byte-level vocabulary has a token for the space at the end
    tokens = opened[name].tokenize(text)
    assert len(text.encode()) > 950_000 and tokens[-1].surface == "."
    assert all(token.surface == text[token.start : token.end] for token in tokens[:: len(tokens) // 100])


def test_a_saved_one_of_the_name_comes_first_and_the_shipped_one_stays(home, trained):
    import_tokenizer(trained["bpe"], "ko-bpe-32k")
    assert ex.tokenizer("ko-bpe-32k").vocab_size == 130 and tokenizer_record("ko-bpe-32k").where == "saved"
    remove_tokenizer("ko-bpe-32k")
    assert ex.tokenizer("ko-bpe-32k").vocab_size == 32_000
    with pytest.raises(BadInput, match="ships with"):
        remove_tokenizer("ko-bpe-32k")
    assert "ships with" in run("tokenizers", "remove", "ko-bpe-32k", code=1)
    with pytest.raises(UnknownName):
        tokenizer_record("none-such")


@pytest.mark.parametrize(
    "kind", ["unigram", "wordpiece", "wordpiece-vocab", "byte-bpe", "kiwi-bpe", "kiwi-sw", "folder", "shipped"]
)
def test_imports_give_the_same_tokens(home, trained, kiwi_sw, kind):
    source = {
        "wordpiece-vocab": trained["wordpiece"].parent / "vocab.txt",
        "kiwi-bpe": f"hybrid:{trained['kiwi-bpe']}",
        "kiwi-sw": f"kiwi-sw:{kiwi_sw}",
        "folder": trained["byte-bpe"].parent,
        "shipped": "ko-kiwi-unigram-32k",
    }.get(kind) or trained[kind]
    said = run("tokenizers", "import", str(source), "--name", "mine")
    assert said.startswith("saved mine: ")
    text = "왕비가 밥을 먹었다ㅋㅋ 뷁"
    forms = [token.form for token in ex.tokenizer(source).tokenize(text)]
    assert [token.form for token in ex.tokenizer("mine").tokenize(text)] == forms
    shown = json.loads(run("tokenizers", "show", "mine", "--json"))
    assert shown == tokenizer_record("mine").to_dict()
    assert shown["where"] == "saved" and shown["provenance"]["imported"] == str(source)
    assert shown["vocab_size"] == ex.tokenizer(source).vocab_size
    assert "exists already" in run("tokenizers", "import", str(source), "--name", "mine", code=1)
    run("tokenizers", "import", str(trained["bpe"]), "--name", "mine", "--force")
    assert tokenizer_record("mine").kind == "bpe"
    run("tokenizers", "remove", "mine")
    assert "mine" not in [record.name for record in tokenizer_records()]


def test_imports_refuse_what_is_no_file(home, tmp_path: Path):
    assert "no file of its own" in run("tokenizers", "import", "kiwi", "--name", "mine", code=1)
    (tmp_path / "x.model").write_bytes(b"no model")
    assert "SentencePiece" in run("tokenizers", "import", str(tmp_path / "x.model"), "--name", "mine", code=1)
    assert tokenizer_record("kiwi").where == "built in" and "mine" not in ex.tokenizers()
