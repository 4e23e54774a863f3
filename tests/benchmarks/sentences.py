"""Does the title of a petition find its own text among 500? For static vectors and encoders, pooled in several ways.

    python tests/benchmarks/sentences.py FOLDER --model word2vec --model kiwi --encoder mini --encoder mini:mean

FOLDER holds petitions_*.jsonl.gz (lovit/petitions_archive). ``--encoder NAME:POOLING`` asks for another pooling than the model's
own. Of a text the first 400 characters are read. Of 500 different titles of eight characters or more, drawn with a fixed seed, the
mean reciprocal rank of the own text and the share that has it first are printed, as the vectors are and with one shared direction
taken out. Deterministic: no timing.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from pathlib import Path

import numpy as np

from explorer.analysis.sentences import sentences
from explorer.vectors.search import unit_rows


def pairs(folder: Path, count: int) -> list[tuple[str, str]]:
    """Titles with their texts."""
    found: dict[str, str] = {}
    for path in sorted(folder.glob("petitions_*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as stream:
            for line in stream:
                petition = json.loads(line)
                title, text = petition["title"].strip(), petition["content"].strip()
                if len(title) >= 8 and len(text) >= 50:
                    found.setdefault(title, text[:400])
    items = sorted(found.items())
    random.Random(42).shuffle(items)
    return items[:count]


def score(titles: np.ndarray, texts: np.ndarray) -> str:
    """Mean reciprocal rank and share of first places."""
    cosines = unit_rows(titles) @ unit_rows(texts).T
    ranks = 1 + (cosines > np.diag(cosines)[:, None]).sum(1)
    return f"{np.mean(1 / ranks):.3f}  {np.mean(ranks == 1):.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", action="append", default=[])
    parser.add_argument("--encoder", action="append", default=[])
    parser.add_argument("--pairs", type=int, default=500)
    asked = parser.parse_args()
    titles, texts = map(list, zip(*pairs(asked.folder, asked.pairs), strict=True))
    print("MRR    top-1  model")
    ways: list[tuple[str, dict[str, str]]] = [(name, {"model": name}) for name in asked.model]
    for name in asked.encoder:
        encoder, _, pooling = name.partition(":")
        ways.append((name, {"encoder": encoder, **({"pooling": pooling} if pooling else {})}))
    for name, way in ways:
        for components in (0, 1):
            # The E5 family marks what is searched; others have no such mark and read nothing before it.
            mark = {"prefix": "passage: "} if "e5" in name else {}
            made = sentences(texts, components=components, **way, **mark)
            print(score(made.embed(titles), np.asarray(made.vectors)), f"{name}, components={components}", flush=True)


if __name__ == "__main__":
    main()
