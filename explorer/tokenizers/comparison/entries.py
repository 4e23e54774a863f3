"""One tokenizer on its way through a comparison."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from explorer.core.errors import Cancelled, ExplorerError, error_from
from explorer.core.intervals import Interval, Units
from explorer.core.messages import Message
from explorer.tokenizers.batch import tokenize_all
from explorer.tokenizers.comparison.boundaries import BoundaryMeter
from explorer.tokenizers.comparison.gold import GoldSentence
from explorer.tokenizers.comparison.metrics import Meter, Text, percent
from explorer.tokenizers.comparison.probes import probe_results, probe_texts
from explorer.tokenizers.comparison.speed import measure_speed
from explorer.tokenizers.engine import decoder_of
from explorer.tokenizers.loading import tokenizer as make
from explorer.tokenizers.token import Token, Tokenizer

__all__ = ["Entry", "chunks", "unique_names"]

T = TypeVar("T")

_CHUNK_TEXTS = 512
_CHUNK_CHARS = 1 << 20
_UNKNOWN = 0.005
"""Share of unknown tokens on one side of parallel text from which its parity is not to be believed."""


class Entry:
    """A tokenizer and its meters; after an error it is passed by, and its row says why."""

    def __init__(self, choice: str | Path | Tokenizer, seed: int, timed: bool = False) -> None:
        self.name = str(choice)
        self.seed = seed
        self.error: ExplorerError | None = None
        self.tokenizer: Tokenizer | None = None
        self.meter: Meter | None = None
        self.gold = BoundaryMeter(seed)
        self.kiwi = BoundaryMeter(seed)
        self.parity = Units(4, seed)  # tokens of either side, unknown tokens of either side
        self.extra: dict[str, Interval] = {}
        try:
            begin = time.perf_counter()
            self.tokenizer = make(choice) if isinstance(choice, str | Path) else choice
            self.name = self.tokenizer.name
            self.meter = Meter(self.tokenizer, seed)
            if timed:
                self.tokenizer.tokenize("가")  # what loads on first use belongs to loading
                self.extra["load_seconds"] = Interval(time.perf_counter() - begin)
        except Cancelled:
            raise
        except Exception as error:  # whatever an engine or a plug-in raises, the others go on
            self.fail(error)

    def fail(self, error: Exception) -> None:
        """Note why there will be no numbers; without the traceback, which would keep all that hangs on it alive."""
        if isinstance(error, ExplorerError):
            self.error = error_from(error.to_dict())
        else:
            reason = "".join(str(error).splitlines()[:1])
            self.error = ExplorerError("tokenizers.engine_failed", kind=type(error).__name__, reason=reason)

    def tokenize(self, texts: Sequence[str], workers: int | None) -> list[list[Token]] | None:
        """Tokens of every text, or ``None`` after an error."""
        if self.error is not None or self.tokenizer is None:
            return None
        try:
            return list(tokenize_all(self.tokenizer, texts, workers))
        except Cancelled:
            raise
        except Exception as error:  # as above
            self.fail(error)
            return None

    def measure(self, texts: Sequence[Text], workers: int | None) -> list[list[Token]] | None:
        """Count a chunk of the corpus."""
        results = self.tokenize([text.original for text in texts], workers)
        if results is None or self.meter is None:
            return None
        try:
            for text, tokens in zip(texts, results, strict=True):
                self.meter.add(text, tokens)
        except Exception as error:  # a plug-in's decode may fail, too
            self.fail(error)
            return None
        return results

    def score(self, meter: BoundaryMeter, sentences: Sequence[GoldSentence], results: list[list[Token]] | None) -> None:
        """Count how the cuts of ``results`` meet the boundaries of ``sentences``."""
        if results is not None:
            for sentence, tokens in zip(sentences, results, strict=True):
                meter.add(sentence, tokens)

    def state(self) -> dict[str, Any]:
        """What was measured of a piece of the corpus, as plain data."""
        if self.error is not None or self.meter is None:
            return {"error": None if self.error is None else self.error.to_dict()}
        return {"error": None, "meter": self.meter.state(), "kiwi": self.kiwi.state()}

    def probe(self) -> None:
        """Try the published list of words and forms."""
        results = self.tokenize(probe_texts(), 1)
        if results is not None:
            self.extra |= probe_results(results, self.seed)

    def time(self, texts: Sequence[str], workers: int | None) -> None:
        """Measure speed."""
        if self.error is None and self.tokenizer is not None:
            self.extra |= measure_speed(self.tokenizer, texts, workers=workers, seed=self.seed)

    def compare_sides(self, sides: Sequence[Sequence[str]], workers: int | None) -> None:
        """Count a chunk of parallel text: the same sentences on two sides."""
        left, right = (self.tokenize(side, workers) for side in sides)
        for pair in zip(left or (), right or (), strict=False):
            self.parity.add([*map(len, pair), *(sum(token.unknown for token in tokens) for tokens in pair)])

    def warnings(self) -> list[Message]:
        """What hides text: in the corpus, and on either side of the parallel text."""
        if self.meter is None:
            return []
        found = self.meter.warnings()
        if len(self.parity) and self.tokenizer is not None and decoder_of(self.tokenizer) is not None:
            tokens, others, unknown, unknown_others = self.parity.totals()
            share = max(unknown / max(1, tokens), unknown_others / max(1, others))
            if share >= _UNKNOWN:
                found.append(Message("tokenizers.remark_parity", {"share": percent(share)}))
        return found

    def metrics(self, reference: str | None, price: float | None) -> dict[str, Interval]:
        """Every number of the row."""
        if self.meter is None:
            return {}
        found = self.meter.results() | self.extra
        against_kiwi = self.kiwi.results()
        if reference == "gold":
            found |= self.gold.results()
            if against_kiwi:
                found["boundary_f1_kiwi"] = against_kiwi["boundary_f1"]
        else:
            found |= against_kiwi
        if len(self.parity):
            found["parity"] = self.parity.ratio(0, 1)
        if price is not None:
            found["cost_per_1000_characters"] = found["tokens_per_character"].scaled(price / 1000)
        return found


def unique_names(entries: Sequence[Entry]) -> None:
    """Two tokenizers of one name get numbers."""
    seen: dict[str, int] = {}
    for entry in entries:
        seen[entry.name] = seen.get(entry.name, 0) + 1
        if seen[entry.name] > 1:
            entry.name = f"{entry.name} ({seen[entry.name]})"


def chunks(items: Iterable[T], size: int | None = None) -> Iterator[list[T]]:
    """Lists of a few hundred items or a million characters, so that no corpus is ever held whole.

    >>> [len(chunk) for chunk in chunks(range(5), 2)]
    [2, 2, 1]
    """
    limit = size or _CHUNK_TEXTS
    chunk: list[T] = []
    characters = 0
    for item in items:
        chunk.append(item)
        characters += len(item) if isinstance(item, str) else 0
        if len(chunk) >= limit or characters >= _CHUNK_CHARS:
            yield chunk
            chunk, characters = [], 0
    if chunk:
        yield chunk
