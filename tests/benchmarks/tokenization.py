"""Tokenizing through this library, as ratios to the native libraries on the same texts in the same run.

    python tests/benchmarks/tokenization.py CORPUS [--characters N] [--sentencepiece FILE.model] [--wordpiece vocab.txt]

1.00 is the native speed, higher is faster. "pieces" is what counting and training use (`keys_all`), "tokens" makes every token with
its span, form and id (`tokenize_all`); the native call beside it returns pieces only, or, where it says "with spans", what a token
holds. Two ratios are printed: by the clock, and by processor time, which says what the work costs where other programs compete for
the cores. Runs are interleaved and the best of each counts, so that a slow spell of the machine hits every case alike.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterable

from corpora import open_corpus
from explorer.text.morphology import cpu_count, shared_kiwi
from explorer.tokenizers.batch import keys_all, tokenize_all
from explorer.tokenizers.loading import tokenizer

ROUNDS = 5


def drain(results: Iterable) -> None:
    for _ in results:
        pass


def race(cases: dict[str, Callable[[], object]], rounds: int = ROUNDS) -> dict[str, tuple[float, float]]:
    """Best wall time and best processor time of each case."""
    best = dict.fromkeys(cases, (float("inf"), float("inf")))
    for _ in range(rounds):
        for name, case in cases.items():
            begin, used = time.perf_counter(), time.process_time()
            case()
            spent = time.perf_counter() - begin, time.process_time() - used
            best[name] = min(best[name][0], spent[0]), min(best[name][1], spent[1])
    return best


def show(title: str, times: dict[str, tuple[float, float]], pairs: list[tuple[str, str]]) -> None:
    for ours, native in pairs:
        wall, cpu = (times[native][at] / times[ours][at] for at in (0, 1))
        print(
            f"{title:14} {ours:7} {wall:5.2f} (clock) {cpu:5.2f} (processor) × {native}, {times[native][1]:.2f} s of processor"
        )


def kiwi(texts: list[str]) -> None:
    ours, native = tokenizer("kiwi"), shared_kiwi()
    cases = {
        "tokens": lambda: drain(tokenize_all(ours, texts)),
        "pieces": lambda: drain(keys_all(ours, texts)),
        "Kiwi's iterator": lambda: drain(native.tokenize(iter(texts), compatible_jamo=True)),
    }
    show("Kiwi", race(cases, 3), [("tokens", "Kiwi's iterator"), ("pieces", "Kiwi's iterator")])


def sentencepiece(texts: list[str], path: str) -> None:
    import sentencepiece as library

    ours, native, threads = tokenizer(path), library.SentencePieceProcessor(model_file=path), cpu_count()
    cases = {
        "pieces": lambda: drain(keys_all(ours, texts)),
        "tokens": lambda: drain(tokenize_all(ours, texts)),
        "native pieces": lambda: native.encode(texts, out_type=str, num_threads=threads),
        "native with spans": lambda: native.encode(texts, out_type="offset_mapping", num_threads=threads),
    }
    pairs = [("pieces", "native pieces"), ("tokens", "native with spans"), ("tokens", "native pieces")]
    show("SentencePiece", race(cases), pairs)


def wordpiece(texts: list[str], path: str) -> None:
    ours = tokenizer(path)
    native = ours._backend

    def spans() -> None:
        for encoding in native.encode_batch(texts, add_special_tokens=False):
            _ = encoding.tokens, encoding.ids, encoding.offsets

    cases = {
        "pieces": lambda: drain(keys_all(ours, texts)),
        "tokens": lambda: drain(tokenize_all(ours, texts)),
        "native batch": lambda: native.encode_batch(texts, add_special_tokens=False),
        "native with spans": spans,
    }
    show("WordPiece", race(cases), [("pieces", "native batch"), ("tokens", "native with spans"), ("tokens", "native batch")])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("corpus")
    parser.add_argument("--characters", type=int, default=2_000_000)
    parser.add_argument("--sentencepiece")
    parser.add_argument("--wordpiece")
    options = parser.parse_args()
    texts, size = [], 0
    lines = (line for text in open_corpus(options.corpus).texts() for line in text.splitlines() if line.strip())
    for line in lines:
        if size > options.characters:
            break
        texts.append(line)
        size += len(line)
    print(f"{len(texts):,} lines, {size:,} characters, {cpu_count()} threads")
    kiwi(texts)
    if options.sentencepiece:
        sentencepiece(texts, options.sentencepiece)
    if options.wordpiece:
        wordpiece(texts, options.wordpiece)


if __name__ == "__main__":
    main()
