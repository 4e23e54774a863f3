"""Checkpoints that ask for more than they are: one line, and no memory for it."""

from __future__ import annotations

import json
import resource
import shutil
from pathlib import Path

import numpy as np
import pytest

import explorer as ex
from explorer.core.errors import BadInput, ExplorerError

pytest.importorskip("torch")
VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "왕", "##이", "배", "먹", "##다"]
CONFIG = {
    "model_type": "bert", "architectures": ["BertModel"], "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2,
    "intermediate_size": 8, "vocab_size": len(VOCABULARY), "max_position_embeddings": 32, "type_vocab_size": 2, "pad_token_id": 0,
}  # fmt: skip


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A BERT of one layer, as transformers saves it."""
    from transformers import BertConfig, BertModel

    from explorer.tokenizers.engines.huggingface import wordpiece

    folder = tmp_path_factory.mktemp("bert")
    BertModel(BertConfig(**CONFIG)).save_pretrained(folder)
    (folder / "config.json").write_text(json.dumps(CONFIG))
    wordpiece({piece: index for index, piece in enumerate(VOCABULARY)}).save(str(folder / "tokenizer.json"))
    special = {f"{name}_token": f"[{name.upper()}]" for name in ("pad", "unk", "cls", "sep", "mask")}
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "PreTrainedTokenizerFast", **special}))
    return folder


@pytest.fixture
def folder(whole, tmp_path):
    return Path(shutil.copytree(whole, tmp_path / "bert"))


def refused(folder: Path, *codes: str) -> ExplorerError:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ExplorerError) as caught:
        ex.encoder(folder)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500 << 10
    assert "\n" not in str(caught.value) and caught.value.code in codes, caught.value
    return caught.value


def test_a_whole_one_opens(folder):
    assert ex.encoder(folder).vector("왕", "왕이 배 먹다").shape == (8,)


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("num_hidden_layers", 10**6, "encoders.config_counts"),
        ("num_labels", 10**9, "encoders.config_counts"),
        ("num_hidden_layers", 60_000, "encoders.config_many_parts"),
        ("hidden_size", 10**9, "encoders.config_out_of_proportion"),
        ("intermediate_size", 10**10, "encoders.config_out_of_proportion"),
        ("max_position_embeddings", 10**10, "encoders.config_out_of_proportion"),
        ("vocab_size", 10**9, "encoders.config_out_of_proportion"),
        ("vocab_size", -1, "encoders.cannot_open"),
        ("hidden_size", "왕", "encoders.cannot_open"),
        ("num_attention_heads", 0, "encoders.cannot_open"),
        ("num_hidden_layers", [1], "encoders.cannot_open"),
        ("model_type", {"a": 1}, "encoders.cannot_open"),
        ("hidden_size", 2**63, "encoders.cannot_open"),
    ],
)
def test_absurd_configurations_are_one_line(folder, key, value, code):
    (folder / "config.json").write_text(json.dumps({**CONFIG, key: value}))
    refused(folder, code)


@pytest.mark.parametrize("text", ["[]", "7", "{", "[" * 100_000, '{"a":' * 100_000, "", "\udcff"])
def test_configurations_that_are_none(folder, text):
    (folder / "config.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    refused(folder, "encoders.config_not_an_object", "encoders.cannot_open")


def test_a_large_json_file_is_not_read(folder):
    with (folder / "special_tokens_map.json").open("wb") as stream:
        stream.truncate(1 << 30)
    assert refused(folder, "encoders.json_too_large").values["file"] == "special_tokens_map.json"


@pytest.mark.parametrize("head", [b"\xff" * 8, (1 << 40).to_bytes(8, "little"), b"", b"\x02\0\0\0\0\0\0\0[]"])
def test_weights_whose_header_lies(folder, head):
    weights = folder / "model.safetensors"
    weights.write_bytes(head + weights.read_bytes()[len(head) :] if head else b"")
    refused(folder, "encoders.cannot_open")


@pytest.mark.parametrize("shape", [[2**40, 8], [0, 0], [-1, 8], [10, 9]])
def test_weights_of_another_shape(folder, shape):
    weights = folder / "model.safetensors"
    content = weights.read_bytes()
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    header["embeddings.word_embeddings.weight"]["shape"] = shape
    made = json.dumps(header).encode()
    weights.write_bytes(len(made).to_bytes(8, "little") + made + content[8 + length :])
    refused(folder, "encoders.cannot_open")


def test_more_weights_than_memory_are_refused_before_they_are_read(folder):
    """A hole in a file takes no room on the disk; 2 TB of numbers."""
    rows = 1 << 36
    (folder / "config.json").write_text(json.dumps({**CONFIG, "vocab_size": rows}))
    header = {"embeddings.word_embeddings.weight": {"dtype": "F32", "shape": [rows, 8], "data_offsets": [0, rows * 32]}}
    made = json.dumps(header).encode()
    with (folder / "model.safetensors").open("wb") as stream:
        stream.write(len(made).to_bytes(8, "little") + made)
        stream.truncate(8 + len(made) + rows * 32)
    refused(folder, "encoders.larger_than_memory", "encoders.cannot_open")  # some systems do not even map so much


def test_a_tokenizer_that_never_ends_is_tried_elsewhere(folder):
    tokenizer = json.loads((folder / "tokenizer.json").read_text())
    tokenizer["pre_tokenizer"] = {
        "type": "Split",
        "pattern": {"Regex": "(a|a)*(a|a)*(a|a)*b"},
        "behavior": "Isolated",
        "invert": False,
    }
    tokenizer["normalizer"] = {"type": "Precompiled", "precompiled_charsmap": "////"}
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    with pytest.raises(BadInput, match=r"tokenizer\.json"):
        ex.encoder(folder)


def test_an_encoder_of_ours_with_another_configuration(tmp_path):
    from explorer.encoders.morpheme.storing import MINI

    made = Path(shutil.copytree(MINI, tmp_path / "mini"))
    config = json.loads((made / "config.json").read_text())
    for key, value in (("hidden_size", 10**9), ("num_hidden_layers", 60_000), ("intermediate_size", -1), ("hidden_size", "a")):
        text = json.dumps({**config, key: value})
        (made / "config.json").write_text(text)
        manifest = json.loads((MINI / "manifest.json").read_text())
        (made / "manifest.json").write_text(json.dumps(manifest))
        refused(
            made, "encoders.config_out_of_proportion", "encoders.config_many_parts", "encoders.encoder_damaged", "core.damaged"
        )
    assert np.isfinite(ex.encoder("mini").vector("왕", "왕이 왔다.")).all()
