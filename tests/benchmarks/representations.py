"""How well representations part senses: adjusted Rand index on the sample's homographs, word-in-context accuracy on a file.

    python tests/benchmarks/representations.py mini e5-small --wic kobest_wic_train.tsv kobest_wic_dev.tsv
    python tests/benchmarks/representations.py mini --write      # measure anew, and put it into the table that ships

The threshold of the second is chosen on the first file and used on the second.
"""

from __future__ import annotations

import argparse
import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from explorer.core.progress import terminal_progress
from explorer.encoders.encoder import Encoder
from explorer.encoders.homographs import homographs
from explorer.encoders.open import encoder
from explorer.encoders.representation import SHIPPED, content_key, measure

Pairs = tuple[list[str], list[str], list[tuple[int, int]], np.ndarray]


def pairs_of(path: str) -> Pairs:
    """Words, sentences (two a row) and places, and whether both sentences have one sense."""
    words, texts, spans, same = [], [], [], []
    with Path(path).open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream, delimiter="\t"):
            both = [row["SENTENCE1"], row["SENTENCE2"]]
            if not all("[" in line and "]" in line for line in both):
                continue
            same.append(row["ANSWER"].strip() == "True")
            for line in both:
                start, end = line.index("["), line.index("]")
                words.append(row["Target"])
                texts.append(line[:start] + line[start + 1 : end] + line[end + 1 :])
                spans.append((start, end - 1))
    return words, texts, spans, np.array(same)


def context_accuracy(model: Encoder, train: Pairs, dev: Pairs, **asked: Any) -> float:
    """Share of the second file's pairs that a threshold on the first one's cosines gets right."""
    scores = []
    for words, texts, spans, _ in (train, dev):
        rows = model.word_vectors(words, texts, spans, **asked)
        scores.append(np.einsum("ij,ij->i", rows[::2], rows[1::2]))
    best = max(np.sort(scores[0]), key=lambda limit: ((scores[0] >= limit) == train[3]).mean())
    return float(((scores[1] >= best) == dev[3]).mean())


def sense_index(model: Encoder, **asked: Any) -> float:
    """Mean adjusted Rand index over the sample's homographs, centred over each word's sentences."""
    groups: dict[str, list[Any]] = {}
    for one in homographs():
        groups.setdefault(one.word, []).append(one)
    found = []
    for word, group in groups.items():
        places = [(one.start, one.end) for one in group]
        senses = model.senses(word, [one.text for one in group], len({one.sense for one in group}), spans=places, **asked)
        found.append(senses.agreement([one.sense for one in group]).ari)
    return float(np.mean(found))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="+")
    parser.add_argument("--wic", nargs=2, metavar=("TRAIN", "DEV"))
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    files = [pairs_of(path) for path in options.wic or ()]
    for name in options.models:
        with terminal_progress() as progress:
            model = encoder(name, progress=progress)
            if options.write:
                found = replace(measure(model.reader, model.analyser, progress=progress), source="shipped")
                kept = {key: one for key, one in json.loads(SHIPPED.read_text()).items() if one["name"] != name}
                assert model.folder is not None
                kept[content_key(model.folder)] = {"name": name} | found.to_dict()
                SHIPPED.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
            chosen = model.representation(progress)
        print(name, chosen)
        last, best = model.depth - 1, chosen.layer
        rows: list[tuple[str, dict[str, Any]]] = [
            ("own, last layer", {"representation": "own", "layer": last, "centred": False}),
            (f"own, layer {best}", {"representation": "own", "layer": best, "centred": False}),
            (f"own, layer {best}, centred", {"representation": "own", "layer": best, "centred": True}),
            ("context", {"representation": "context", "centred": True}),
            ("blend", {"representation": "blend", "centred": True}),
        ]
        for title, asked in rows:
            accuracy = f"{context_accuracy(model, *files, **asked):.3f}" if files else "–"
            print(f"{title}\tARI {sense_index(model, **asked):.3f}\tWiC {accuracy}", flush=True)


if __name__ == "__main__":
    main()
