"""How often "one sense or several" is right: on the sample, where its thresholds were chosen, and on word-in-context files.

python tests/benchmarks/one_or_several.py [kobest_wic_train.tsv kobest_wic_dev.tsv]
"""

from __future__ import annotations

import csv
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from corpora.sample import homographs
from explorer.encoders.choose import choose_senses
from explorer.encoders.clusters import Space
from explorer.encoders.contexts import contexts_of
from explorer.encoders.encoder import Encoder
from explorer.encoders.open import encoder

LEAST = 3
"""Different sentences that a sense must have to count."""
Sentence = tuple[str, tuple[int, int]]
Word = tuple[str, dict[str, list[Sentence]]]


def of_the_sample() -> Iterator[Word]:
    """Every homograph whole, and each of its senses alone."""
    found: dict[str, dict[str, list[Sentence]]] = defaultdict(lambda: defaultdict(list))
    for one in homographs():
        found[one.word][one.sense].append((one.text, (one.start, one.end)))
    for word, senses in found.items():
        yield word, senses
        yield from ((word, {sense: sentences}) for sense, sentences in senses.items())


def of_files(paths: list[str]) -> Iterator[Word]:
    """Words with one or two senses of at least :data:`LEAST` sentences, each in one sense only."""
    found: dict[str, dict[Sentence, set[str]]] = defaultdict(lambda: defaultdict(set))
    for path in paths:
        with Path(path).open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
                for text, sense in ((row["SENTENCE1"], row["Dictionary 1"]), (row["SENTENCE2"], row["Dictionary 2"])):
                    if mark := re.search(r"\[(.+?)\]", text):
                        span = (mark.start(), mark.start() + len(mark[1]))
                        found[row["Target"]][text.replace("[", "").replace("]", ""), span].add(sense)
    for word, sentences in found.items():
        senses: dict[str, list[Sentence]] = defaultdict(list)
        for sentence, labels in sentences.items():
            if len(labels) == 1:
                senses[next(iter(labels))].append(sentence)
        kept = {sense: group for sense, group in senses.items() if len(group) >= LEAST}
        if 1 <= len(kept) <= 2:
            yield word, kept


def score(model: Encoder, words: Iterator[Word], name: str) -> None:
    """Print the share of words whose number of senses is right."""
    rows = []
    for word, senses in words:
        sentences = [one for group in senses.values() for one in group]
        texts, spans = [text for text, _ in sentences], [span for _, span in sentences]
        reading = model.reader.read(word, texts, spans)
        points = Space.fit(reading.views, reading.weights).place(reading.views)
        found = choose_senses(points, contexts_of(model.analyser, texts, spans), centre=False)
        rows.append((len(senses), len(texts), found.k))
    true, count, said = np.array(rows).T
    right = true == said
    by = ", ".join(f"{k}: {right[true == k].mean():.2f} of {(true == k).sum()}" for k in np.unique(true).tolist())
    print(f"{name}: number right {right.mean():.3f} ({by}); one or several {((said > 1) == (true > 1)).mean():.3f}")
    for low, high in ((3, 3), (4, 5), (6, 8), (9, 12), (13, 1000)):
        chosen = (count >= low) & (count <= high)
        if chosen.any():
            print(f"  {low} to {high} sentences: {right[chosen].mean():.2f} of {chosen.sum()}")


def main() -> None:
    model = encoder("mini")
    score(model, of_the_sample(), "sample")
    if len(sys.argv) > 1:
        score(model, of_files(sys.argv[1:]), "files")


if __name__ == "__main__":
    main()
