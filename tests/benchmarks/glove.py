"""GloVe against gensim's skip-gram on the same tokens, and its time per entry as vocabulary and entries grow tenfold.

python tests/benchmarks/glove.py [CORPUS] [TOKENS]

CORPUS is a name or path for ``corpora.open_corpus``, cut with Kiwi; without one, sentences are drawn with Zipf's frequencies
and topics. Both ratios are of processor time, all threads together, and of wall time: on a busy machine only the first means
much. Loops are compiled before the clock starts.
"""

from __future__ import annotations

import logging
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np

from explorer.static.cooccurrence import BREAK, Cooccurrence, count_pairs
from explorer.static.glove import fit_glove
from explorer.static.pipeline import build_vocabulary, encode, tokenize_corpus

T = TypeVar("T")
DIM, GLOVE_WINDOW, GLOVE_EPOCHS, SKIPGRAM_EPOCHS, VOCABULARY = 100, 10, 15, 5, 20_000


def timed(call: Callable[[], T]) -> tuple[T, float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    result = call()
    return result, time.perf_counter() - wall, time.process_time() - cpu


def drawn(tokens: int, words: int = VOCABULARY, topics: int = 200) -> np.ndarray:
    """Sentences of 20 words, half of them from the sentence's topic, by Zipf's law."""
    rng = np.random.default_rng(0)
    chance = np.cumsum(1 / np.arange(1, words + 1))
    codes = np.searchsorted(chance, rng.random(tokens) * chance[-1]).astype(np.int32)
    own = np.arange(words) % topics
    of_topic = [np.flatnonzero(own == topic) for topic in range(topics)]
    sentence = np.arange(tokens) // 20
    topic = rng.integers(0, topics, sentence[-1] + 1)[sentence]
    for place in np.flatnonzero(rng.random(tokens) < 0.5):
        mine = of_topic[topic[place]]
        codes[place] = mine[int(len(mine) * rng.random() ** 3)]
    return np.insert(codes, np.arange(20, tokens, 20), BREAK)


def read(corpus: str, tokens: int) -> np.ndarray:
    from corpora import open_corpus
    from explorer.tokenizers.loading import tokenizer

    shards = tokenize_corpus(open_corpus(corpus).texts(), tokenizer("kiwi"))
    vocabulary = build_vocabulary(shards, 1, VOCABULARY)
    return np.concatenate(list(encode(shards, vocabulary)))[:tokens]


def cut(codes: np.ndarray, share: int) -> np.ndarray:
    """A ``share``-th of the tokens, and of them only the most frequent ``share``-th of the vocabulary."""
    part = codes[: len(codes) // share]
    return part[part < VOCABULARY // share]


def glove(codes: np.ndarray) -> tuple[Cooccurrence, float]:
    pairs = count_pairs([codes], VOCABULARY, GLOVE_WINDOW)
    return pairs, fit_glove(pairs, DIM, GLOVE_EPOCHS, x_max=10).losses[-1]


def skipgram(path: Path) -> None:
    from gensim.models import Word2Vec

    Word2Vec(corpus_file=str(path), sg=1, vector_size=DIM, min_count=1, epochs=SKIPGRAM_EPOCHS, workers=workers())


def workers() -> int:
    from explorer.text.morphology import cpu_count

    return cpu_count()


def main() -> None:
    logging.disable(logging.CRITICAL)
    tokens = int(sys.argv[2]) if len(sys.argv) > 2 else 5_000_000
    codes = read(sys.argv[1], tokens) if len(sys.argv) > 1 else drawn(tokens)
    glove(codes[:5_000])
    (pairs, loss), wall, cpu = timed(lambda: glove(codes))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "corpus.txt")
        sentences = np.split(codes, np.flatnonzero(codes == BREAK) + 1)
        path.write_text("\n".join(" ".join(f"w{code}" for code in one if code >= 0) for one in sentences), encoding="utf-8")
        _, their_wall, their_cpu = timed(lambda: skipgram(path))
    print(
        f"{int((codes >= 0).sum()):,} tokens, {len(np.unique(codes)) - 1:,} words, {len(pairs):,} pairs, {DIM} dimensions, {workers()} threads"
    )
    print(
        f"GloVe, counting and {GLOVE_EPOCHS} epochs: {cpu / their_cpu:.2f} × gensim's skip-gram, {SKIPGRAM_EPOCHS} epochs, "
        f"in processor time ({wall / their_wall:.2f} in wall time); loss {loss:.5f}"
    )
    each = {}
    for share in (10, 1):
        part = count_pairs([cut(codes, share)], VOCABULARY // share, GLOVE_WINDOW)
        _, wall, cpu = timed(lambda part=part: fit_glove(part, DIM, 3, x_max=10))
        each[share] = cpu / len(part), wall / len(part)
        print(f"  {len(part):>12,} pairs of {VOCABULARY // share:,} words: {1e9 * cpu / len(part) / 3:.0f} ns a pair and epoch")
    print(
        f"time per entry after growing: {each[1][0] / each[10][0]:.2f} × in processor time ({each[1][1] / each[10][1]:.2f} in wall time)"
    )


if __name__ == "__main__":
    main()
