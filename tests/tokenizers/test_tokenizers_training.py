"""Trained tokenizers: the same every time, readable by the libraries they come from, refused in one line where impossible."""

import json
import subprocess
import sys

import pytest

import explorer as ex
from explorer.core.errors import BadInput, Cancelled
from explorer.core.store import artifact_path, list_artifacts, read_manifest
from explorer.tokenizers.training.train import KINDS, train_tokenizer

SIZES = {"unigram": 76, "bpe": 130, "wordpiece": 200, "byte-bpe": 400, "kiwi-bpe": 120, "kiwi-unigram": 75}


@pytest.mark.parametrize("kind", KINDS)
def test_trained_saved_and_loaded_again(home, korean, kind):
    made = train_tokenizer(kind, iter(korean), vocab_size=SIZES[kind], name=f"my-{kind}")
    assert made.name == f"my-{kind}"
    assert made.vocab_size == SIZES[kind]
    assert f"my-{kind}" in ex.tokenizers()
    again = ex.tokenizer(f"my-{kind}")
    text = "강아지는 밥을 먹었다."
    assert again.tokenize(text) == made.tokenize(text)
    assert again.params() == made.params()
    assert not any(token.unknown for token in made.tokenize(text))
    assert "".join(token.surface for token in made.tokenize(text) if not token.surface.isspace()).replace(
        " ", ""
    ) == text.replace(" ", "")
    manifest = read_manifest(artifact_path("tokenizer", f"my-{kind}"))
    assert manifest.engine == kind
    assert manifest.sizes == {"vocabulary": SIZES[kind], "documents": 1000, "lines": 1000}
    assert manifest.params["seed"] == 42


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_bytes_in_another_process(home, korean, kind, tmp_path):
    made = train_tokenizer(kind, korean, vocab_size=SIZES[kind], name="a")
    texts = tmp_path / "texts.json"
    texts.write_text(json.dumps(korean))
    code = (
        "import json, sys, explorer as ex\n"
        "texts = json.load(open(sys.argv[1]))\n"
        "ex.train_tokenizer(sys.argv[2], iter(texts), vocab_size=int(sys.argv[3]), name='b')"
    )
    subprocess.run([sys.executable, "-c", code, texts, kind, str(SIZES[kind])], check=True)
    first, second = (list_artifacts("tokenizer")[name].files for name in "ab")
    assert first == second
    assert made.path.name in first


def test_without_a_name_it_is_no_artifact(home, korean):
    made = train_tokenizer("bpe", korean, vocab_size=100)
    assert list_artifacts("tokenizer") == {}
    assert made.tokenize("강아지는")
    assert train_tokenizer("bpe", korean, vocab_size=100).path == made.path


def test_sentencepiece_reads_it(home, korean):
    import sentencepiece

    path = train_tokenizer("bpe", korean, vocab_size=130, name="sp").path
    native = sentencepiece.SentencePieceProcessor(model_file=str(path))
    text = "강아지는 밥을 먹었다."
    assert native.encode(text, out_type=str) == [token.form for token in ex.tokenizer("sp").tokenize(text)]


@pytest.mark.parametrize("kind", ["wordpiece", "byte-bpe"])
def test_transformers_reads_it(home, korean, kind):
    from transformers import AutoTokenizer

    folder = train_tokenizer(kind, korean, vocab_size=SIZES[kind], name="hf").path.parent
    native = AutoTokenizer.from_pretrained(folder)
    text = "강아지는 밥을 먹었다. 뷁"
    assert len(native) == SIZES[kind]
    assert native.encode(text, add_special_tokens=False) == [token.id for token in ex.tokenizer("hf").tokenize(text)]


def test_special_tokens_stay_whole(home, korean):
    for kind in ("unigram", "wordpiece", "byte-bpe"):
        made = train_tokenizer(kind, korean, vocab_size=SIZES[kind] + 2, special_tokens=["[가수]"], name=kind)
        assert "[가수]" in [token.form for token in made.tokenize("왕이 [가수] 갔다")]


def test_coverage_and_byte_fallback(home, korean):
    rare = [*korean, "뷁"]
    covered = train_tokenizer("bpe", rare, vocab_size=130, coverage=1.0)
    assert not any(token.unknown for token in covered.tokenize("뷁"))
    left_out = train_tokenizer("bpe", rare, vocab_size=130, coverage=0.99)
    assert any(token.unknown for token in left_out.tokenize("뷁"))
    spelled = train_tokenizer("bpe", rare, vocab_size=350, coverage=0.99, byte_fallback=True)
    assert [token.form for token in spelled.tokenize("뷁")][-3:] == ["<0xEB>", "<0xB7>", "<0x81>"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("texts", [[], ["", "  \n"]])
def test_nothing_to_train_on(home, kind, texts):
    with pytest.raises(BadInput, match="no text to train on"):
        train_tokenizer(kind, texts, vocab_size=100, name="none")
    assert list_artifacts("tokenizer") == {}


@pytest.mark.parametrize("kind", KINDS)
def test_an_unreachable_vocabulary_says_what_is_reachable(home, korean, kind):
    with pytest.raises(BadInput, match=r"at most (\d+) pieces") as caught:
        train_tokenizer(kind, korean, vocab_size=50_000, name="big")
    assert "\n" not in str(caught.value)
    reachable = int(str(caught.value).split("at most ")[1].split()[0])
    assert train_tokenizer(kind, korean, vocab_size=reachable, name="big").vocab_size == reachable
    with pytest.raises(BadInput, match="too small"):
        train_tokenizer(kind, korean, vocab_size=10)


@pytest.mark.parametrize(
    ("kind", "options", "said"),
    [
        ("word2vec", {}, "unigram"),
        ("bpe", {"vocab_size": 0}, "whole number"),
        ("bpe", {"vocab_size": 1.5}, "whole number"),
        ("bpe", {"coverage": 0}, "coverage"),
        ("bpe", {"special_tokens": [" a"]}, "spaces"),
        ("bpe", {"special_tokens": ["a", "a"]}, "twice"),
        ("wordpiece", {"byte_fallback": True}, "byte_fallback"),
        ("bpe", {"name": "../x"}, "name"),
    ],
)
def test_impossible_settings(home, korean, kind, options, said):
    with pytest.raises(BadInput, match=said):
        train_tokenizer(kind, korean, **{"vocab_size": 100, **options})


def test_an_existing_name_is_kept_unless_told(home, korean):
    train_tokenizer("bpe", korean, vocab_size=100, name="one")
    with pytest.raises(BadInput, match="exists already"):
        train_tokenizer("bpe", korean, vocab_size=110, name="one")
    assert ex.tokenizer("one").vocab_size == 100
    train_tokenizer("bpe", korean, vocab_size=110, name="one", overwrite=True)
    assert ex.tokenizer("one").vocab_size == 110


def test_cancelling_leaves_nothing(home, korean):
    def stop(step):
        if step.stage == "training":
            raise Cancelled

    with pytest.raises(Cancelled):
        train_tokenizer("bpe", korean, vocab_size=100, name="half", progress=stop)
    assert list_artifacts("tokenizer") == {}
    assert list((home / "cache").iterdir()) == []


def test_a_damaged_artifact_is_named(home, korean):
    train_tokenizer("bpe", korean, vocab_size=100, name="broken").path.unlink()
    with pytest.raises(BadInput, match="damaged"):
        ex.tokenizer("broken")
