"""Hostile command lines and hostile files, made from a seed: case ``number`` of ``seed`` is always the same.

Command lines are made from the commands' own declarations, so a new command or option is fuzzed from its first day. Options that say
how much work to do get small values or impossible ones: that ten thousand epochs take long is no finding.
"""

from __future__ import annotations

import gzip
import io
import json
import random
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import click
import numpy as np

__all__ = ["TEXTS", "TEXT_FILES", "Case", "file_case", "make"]


@dataclass(frozen=True, slots=True)
class Case:
    """A command line, the files beside it and its standard input."""

    arguments: tuple[str, ...]
    files: dict[str, bytes] = field(default_factory=dict)
    stdin: bytes = b""


TEXTS = (
    "왕", "먹었다", "왕 − 남자 + 여자", "ㅋㅋㅋ", "漢字", "😀", "\u1112\u1161\u11ab", "\u200b", "", " ", "-", "--", "\u202e왕",
    "\u1112" * 200, "ㅎ" * 5_000, "왕" * 20_000, "." * 64_000, "(" * 500, "가\u0301" * 3_000, "<b>왕</b>", "\x1b[31m왕", "=1+1", "왕\ud800",
    "왕\0", "[MASK]", "[MASK]" * 300, "왕/NNG", "/NNG", "왕:남자::?:여자", "\ufffe", "a" * 100_000, "'\"; DROP", "* AND NEAR(", "%s{0}",
)  # fmt: skip
_PATHS = (
    "~nosuch/x",
    "/etc/passwd",
    "/dev/null",
    "/dev/zero",
    ".",
    "..",
    "nosuch.txt",
    "a.txt",
    "",
    "kiwi-sw:/etc/passwd",
    "../a.txt",
    "*",
)
_NAMES = (
    "sample",
    "korean",
    "kiwi",
    "eojeol",
    "syllable",
    "mini",
    "x",
    "..",
    "a/b",
    "왕",
    "-",
    "",
    "sentencepiece:a.txt",
    "tiktoken:x",
)
_WHOLE = ("0", "1", "2", "3", "-1", "-9223372036854775809", "9223372036854775808", "1e5", "٣", "0x10", "", "1" * 5_000)
_REAL = ("0", "0.5", "1", "-1", "nan", "inf", "-inf", "1e308", "1e-320", "", "1,5")
_SETTINGS = (
    "x_max={}",
    "dim=[]",
    "a",
    "=1",
    "sg=null",
    "coverage=nan",
    "min_n=9223372036854775808",
    "phrases=" + "[" * 5_000,
    "왕=1",
)
_TRAINING = (
    "train",
    "train-tokenizer",
    "lab",
    "stability",
    "fine-tune",
    "layers",
    "corpus evidence",
    "documents",
    "models words",
)
_UNTOUCHED = ("serve", "corpus fetch")


def make(seed: int, number: int) -> Case:
    """One case."""
    draw = random.Random(f"{seed}/{number}")
    return file_case(draw) if draw.random() < 0.5 else _line_case(draw)


def _commands(group: click.Group, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from _commands(command, (*above, name))
        elif command is not None and " ".join((*above, name)) not in _UNTOUCHED:
            yield (*above, name), command


def _line_case(draw: random.Random) -> Case:
    from explorer.cli import main

    names, command = draw.choice(list(_commands(main)))
    long = " ".join(names) in _TRAINING
    arguments = list(names)
    for parameter in command.params:
        if isinstance(parameter, click.Option) and not parameter.required and draw.random() < 0.7:
            continue
        if isinstance(parameter, click.Option):
            if parameter.is_flag:
                arguments.append(parameter.opts[-1])
                continue
            arguments.append(parameter.opts[-1])
        count = draw.randint(0, 3) if parameter.nargs == -1 else parameter.nargs
        arguments += [_value(draw, parameter, long) for _ in range(count)]
    if long and draw.random() < 0.7:  # most of these would only train
        arguments += (
            ["--set", draw.choice(_SETTINGS)]
            if "--set" in {name for one in command.params for name in one.opts}
            else ["--nosuch"]
        )
    return Case(
        tuple(arguments),
        {"a.txt": draw.choice(TEXTS).encode("utf-8", "surrogatepass")},
        draw.choice(TEXTS).encode("utf-8", "replace"),
    )


def _value(draw: random.Random, parameter: click.Parameter, long: bool) -> str:
    kind, name = parameter.type, parameter.name or ""
    if isinstance(kind, click.Choice):
        return str(draw.choice([*kind.choices, "x"]))
    if isinstance(kind, click.types.IntParamType):
        if name in ("vocab_size", "dim", "epochs"):
            return draw.choice((*_WHOLE, "1000000000"))
        return draw.choice(_WHOLE)
    if isinstance(kind, click.types.FloatParamType):
        return draw.choice(_REAL)
    if isinstance(kind, click.Path) or name in ("file", "paths", "out", "words", "labels", "gold", "html"):
        return draw.choice(_PATHS)
    if name in ("model", "tokenizer", "corpus", "name", "new", "encoder", "test", "test_sets"):
        return draw.choice((*_NAMES, *_PATHS) if draw.random() < 0.3 else _NAMES)
    return draw.choice(TEXTS)


def _numbers(count: int) -> list[list[float]]:
    return np.random.default_rng(count).normal(size=(count, 4)).round(3).tolist()


def _rows(separator: str = " ") -> str:
    return "".join(separator.join([f"말{place}", *map(str, row)]) + "\n" for place, row in enumerate(_numbers(20)))


def _binary() -> bytes:
    return b"20 4\n" + b"".join(
        f"말{place} ".encode() + np.float32(row).tobytes() + b"\n" for place, row in enumerate(_numbers(20))
    )


def _safetensors() -> bytes:
    head = json.dumps(
        {"vectors": {"dtype": "F32", "shape": [20, 4], "data_offsets": [0, 320]}, "__metadata__": {"keys": "[]"}}
    ).encode()
    return len(head).to_bytes(8, "little") + head + np.float32(_numbers(20)).tobytes()


def _npy() -> bytes:
    made = io.BytesIO()
    np.save(made, np.float32(_numbers(20)))
    return made.getvalue()


def _zip() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for place in range(3):
            archive.writestr(f"{place}.txt", "왕이 웃었다.\n" * 20)
    return made.getvalue()


_PAGE = "<page><title>왕</title><ns>0</ns><id>1</id><revision><text>'''왕'''은 [[나라]]의 {{a|b}} &lt;ref&gt;책&lt;/ref&gt;</text></revision></page>"
_VECTORS: dict[str, Callable[[], bytes]] = {
    "a.vec": lambda: ("20 4\n" + _rows()).encode(),
    "a.txt": lambda: _rows().encode(),
    "a.bin": _binary,
    "a.vec.gz": lambda: gzip.compress(("20 4\n" + _rows()).encode(), mtime=0),
    "a.tsv": lambda: _rows("\t").encode(),
    "a.safetensors": _safetensors,
    "a.npy": _npy,
    "a.kv": lambda: b"\x80\x04\x95\x20\x00\x00\x00\x00\x00\x00\x00}\x94(\x8c\x0cindex_to_key\x94]\x94\x8c\x03a\x94au.",
    "a.parquet": lambda: b"PAR1" + bytes(range(256)) + b"\x40\x00\x00\x00PAR1",
}
TEXT_FILES: dict[str, Callable[[], bytes]] = {
    "a.txt": lambda: "왕이 웃었다. 여왕도 웃었다!\n\n둘은 걸었다ㅋㅋ\n".encode() * 20,
    "a.csv": lambda: 'id,text,label\n1,왕이 웃었다,a\n2,"여왕,도",b\n'.encode() * 10,
    "a.json": lambda: json.dumps([{"id": place, "text": "왕이 웃었다", "meta": {"a": [1]}} for place in range(9)]).encode(),
    "a.jsonl": lambda: b"".join(json.dumps({"id": place, "text": "왕이 웃었다"}).encode() + b"\n" for place in range(9)),
    "a.xml": lambda: f"<mediawiki>{_PAGE * 5}</mediawiki>".encode(),
    "a.wiki": lambda: '<doc id="1" url="u" title="왕">\n왕\n\n왕이 웃었다.\n</doc>\n'.encode() * 5,
    "a.conllu": lambda: "# text = 왕이 웃었다\n1\t왕이\t왕+이\tNOUN\tNNG+JKS\t_\t0\troot\t_\t_\n\n".encode() * 5,
    "a.zip": _zip,
    "a.gz": lambda: gzip.compress("왕이 웃었다.\n".encode() * 50, mtime=0),
    "cp949.txt": lambda: "왕이 웃었다. 뷁\n".encode("cp949") * 20,
    "utf16.txt": lambda: "왕이 웃었다.\n".encode("utf-16") * 20,
}
_WORDPIECE = {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100}
_TOKENIZERS: dict[str, Callable[[], bytes]] = {
    "tokenizer.json": lambda: json.dumps({"version": "1.0", "model": {**_WORDPIECE, "vocab": {"[UNK]": 0, "왕": 1}}}).encode(),
    "vocab.txt": lambda: "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n왕\n##이\n".encode(),
    "a.model": lambda: b"\n\x0e\n\x05<unk>\x15\x00\x00\x00\x00\x18\x02\n\x0c\n\x03\xec\x99\x95\x15\x00\x00\x80\xbf",
    "tekken.json": lambda: json.dumps({"config": {"pattern": "(a+)+b", "num_vocab_tokens": 260}, "vocab": [{"rank": 0, "token_bytes": "YQ=="}]}).encode(),
    "kiwi.json": lambda: json.dumps({"type": "kiwi", "vocab": ["왕"]}).encode(),
}  # fmt: skip
_CONFIG: dict[str, Any] = {
    "model_type": "bert", "architectures": ["BertModel"], "hidden_size": 4, "num_hidden_layers": 1, "num_attention_heads": 2,
    "intermediate_size": 4, "vocab_size": 7, "max_position_embeddings": 16, "type_vocab_size": 2, "hidden_dropout_prob": 0.1,
}  # fmt: skip
_ODD = (10**9, 10**6, 60_000, 2**63, -1, 0, 1, 1.5, 1e308, "왕", "", "1" * 5_000, None, [], {}, [[1]] * 9, True, float("nan"))
_VOCABULARY = {piece: index for index, piece in enumerate(("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "왕", "##이"))}
_SPECIAL = {f"{name}_token": f"[{name.upper()}]" for name in ("pad", "unk", "cls", "sep", "mask")}


def _bert() -> dict[str, list[int]]:
    """The tensors of a BERT of that configuration, and their shapes."""
    layer = "encoder.layer.0."
    square = [f"{layer}attention.self.{one}" for one in ("query", "key", "value")]
    square += [f"{layer}attention.output.dense", f"{layer}intermediate.dense", f"{layer}output.dense", "pooler.dense"]
    norms = ["embeddings.LayerNorm", f"{layer}attention.output.LayerNorm", f"{layer}output.LayerNorm"]
    tables = {"word": 7, "position": 16, "token_type": 2}
    return (
        {f"embeddings.{name}_embeddings.weight": [rows, 4] for name, rows in tables.items()}
        | {f"{name}.weight": [4, 4] for name in square}
        | {f"{name}.weight": [4] for name in norms}
        | {f"{name}.bias": [4] for name in (*square, *norms)}
    )


def _weights(draw: random.Random, lies: int) -> bytes:
    """The same as safetensors, with so many lies about them."""
    head: dict[str, Any] = {}
    end = 0
    for name, shape in _bert().items():
        start, end = end, end + 4 * int(np.prod(shape))
        head[name] = {"dtype": "F32", "shape": shape, "data_offsets": [start, end]}
    for name in draw.sample(sorted(head), lies):
        key = draw.choice(("dtype", "shape", "data_offsets"))
        lie = draw.choice((*_ODD, "F16", "I64", "BF16", [2**40, 4], [-1, 4], [0, 2**62], [5, 1], [4] * 5_000))
        head[draw.choice((name, name, "왕"))] = {**head[name], key: lie}
    text = json.dumps(head).encode()
    length = draw.choice((len(text), len(text), len(text), 2**63, 2**31, 0, len(text) - 1)) if lies else len(text)
    return length.to_bytes(8, "little") + text + np.float32(np.random.default_rng(1).normal(size=end // 4)).tobytes()


def _checkpoint_case(draw: random.Random) -> Case:
    """A folder with a BERT of which one part is not what it should be, or more."""
    wrong = draw.choice(("config", "config", "weights", "tokenizer", "bytes", "nothing"))
    config = dict(_CONFIG)
    if wrong == "config":
        for _ in range(draw.randint(1, 3)):
            config[draw.choice((*config, "num_labels", "layer_types", "dtype", "id2label", "auto_map", "is_decoder"))] = (
                draw.choice(_ODD)
            )
    tokenizer: dict[str, Any] = {"version": "1.0", "model": {**_WORDPIECE, "vocab": _VOCABULARY}}
    if wrong == "tokenizer":
        part = draw.choice(("normalizer", "pre_tokenizer", "post_processor", "decoder", "added_tokens", "model"))
        regex = {"type": "Split", "pattern": {"Regex": "(a|a)*(a|a)*b"}, "behavior": "Isolated", "invert": False}
        tokenizer[part] = draw.choice(
            (*_ODD, regex, {"type": "Precompiled", "precompiled_charsmap": "////"}, {"type": "Unigram", "vocab": []})
        )
    files = {
        "c/config.json": json.dumps(config).encode(),
        "c/model.safetensors": _weights(draw, draw.randint(1, 3) if wrong == "weights" else 0),
        "c/tokenizer.json": json.dumps(tokenizer).encode(),
        "c/tokenizer_config.json": json.dumps({"tokenizer_class": "PreTrainedTokenizerFast", **_SPECIAL}).encode(),
    }
    if wrong == "bytes":
        name = draw.choice(sorted(files))
        files[name] = _altered(draw, files[name])
    lines = [("context", "왕", "왕이", "왕이 왕", "--model", "c"), ("mask", "왕이 [MASK]", "--model", "c"), ("next-sentence", "왕이", "왕", "--model", "c")]  # fmt: skip
    return Case(draw.choice(lines), files)


def file_case(draw: random.Random, *, checkpoints: bool = True) -> Case:
    kind = draw.choice(("vectors", "texts", "texts", "tokenizers", *(("checkpoints",) if checkpoints else ())))
    if kind == "checkpoints":
        return _checkpoint_case(draw)
    table = {"vectors": _VECTORS, "texts": TEXT_FILES, "tokenizers": _TOKENIZERS}[kind]
    name = draw.choice(sorted(table))
    content = table[name]()
    for _ in range(draw.randint(0, 3)):
        content = _altered(draw, content)
    if kind == "vectors":
        lines = [("similar", "말1", "--model", name), ("models", "import", name, "--name", "x")]
    elif kind == "texts":
        lines = [("corpus", "add", name, "--name", "x"), ("corpus", "stats", name, "--no-morphemes"), ("corpus", "head", name),
                 ("evaluate", name), ("tokenize", "-t", "eojeol", "-"), ("compare", "-t", "eojeol", "--corpus", name, "--reference", "none")]  # fmt: skip
    else:
        engine = draw.choice(("", "", "kiwi-sw:", "sentencepiece:", "huggingface:", "hybrid:", "tekken:"))
        lines = [
            ("tokenize", "-t", engine + name, "왕이 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac"),
            ("tokenizers", "import", name, "--name", "x"),
        ]
    return Case(draw.choice(lines), {name: content, "a.keys.txt": b"a\n" * 20}, content)


def _altered(draw: random.Random, content: bytes) -> bytes:
    """What damage, malice and other programs do to a file."""
    start = draw.randrange(len(content) + 1)
    end = min(len(content), start + draw.randint(1, 200))
    piece = content[start:end]
    return draw.choice(
        (
            lambda: content[:start],
            lambda: content[:start] + bytes(len(piece)) + content[end:],
            lambda: content[:start] + draw.randbytes(len(piece)) + content[end:],
            lambda: content[:start] + piece * draw.choice((2, 50, 5_000)) + content[end:],
            lambda: content[:start] + content[end:],
            lambda: content[:start] + draw.choice(TEXTS).encode("utf-8", "surrogatepass") + content[end:],
            lambda: content.replace(
                b"4", draw.choice((b"0", b"-1", b"3", b"99999999999999999999", b"nan", b"null")), draw.randint(1, 3)
            ),
            lambda: content.replace(b'"', draw.choice((b"", b"[[", b'{"', b"\\ud800")), draw.randint(1, 5)),
            lambda: content + draw.choice((b"[", b"{", b'{"a":', b"<a ", b"[http://a ")) * draw.choice((10, 30_000)),
            lambda: content + b"\xff" * draw.choice((1, 100_000)),
        )
    )()
