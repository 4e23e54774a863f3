"""Tokenizers side by side: one row each, every number with an interval, nothing hidden that a tokenizer loses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.core.errors import BadInput, Cancelled, ExplorerError
from explorer.core.progress import ProgressCallback, report
from explorer.text.normalise import check_text
from explorer.tokenizers import report as pages
from explorer.tokenizers.alignment import Alignment, align
from explorer.tokenizers.batch import tokenize_all
from explorer.tokenizers.gold import GoldSentence, boundary_counts, read_conllu, read_sentences
from explorer.tokenizers.loading import tokenizer as make
from explorer.tokenizers.metrics import DEFINITIONS, Interval, Meter, Text, resample_ratio
from explorer.tokenizers.token import Token, Tokenizer

if TYPE_CHECKING:
    import pandas

__all__ = ["Comparison", "ComparisonRow", "compare"]

_CHUNK_TEXTS = 512
_CHUNK_CHARS = 1 << 20
_EXAMPLES = 300  # short lines kept from the stream, to look for disagreements in
_SHOWN = 12

Gold = str | Path | Iterable[GoldSentence]
Parallel = tuple[str | Path | Iterable[str], str | Path | Iterable[str]]


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """One tokenizer's numbers.

    Attributes:
        tokenizer: its name.
        params: exactly which tokenizer it was.
        vocab_size: size of its closed vocabulary, if it has one.
        totals: documents, tokens, eojeol, characters and bytes counted.
        metrics: by name, see :data:`explorer.tokenizers.metrics.DEFINITIONS`.
        notes: what must be read beside the numbers (text it loses, an open vocabulary).
        lost: the characters that did not come back, most frequent first.
        error: why there are no numbers, or ``None``.
    """

    tokenizer: str
    params: Mapping[str, Any] = field(default_factory=dict)
    vocab_size: int | None = None
    totals: Mapping[str, int] = field(default_factory=dict)
    metrics: Mapping[str, Interval] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    lost: tuple[tuple[str, int], ...] = ()
    error: str | None = None

    def to_dict(self) -> dict[str, Any]:
        return {
            "tokenizer": self.tokenizer,
            "vocab_size": self.vocab_size,
            **self.totals,
            **{name: interval.to_dict() for name, interval in self.metrics.items()},
            "notes": list(self.notes),
            "lost": [{"text": text, "count": count} for text, count in self.lost],
            "error": self.error,
            "params": dict(self.params),
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """The result of :func:`compare`.

    Attributes:
        rows: one a tokenizer, in the order asked for.
        examples: short texts on which the tokenizers disagree most, most first.
    """

    rows: tuple[ComparisonRow, ...]
    examples: tuple[Alignment, ...] = ()

    @property
    def metrics(self) -> list[str]:
        """Names of the metrics that some row has a value for, in the order of their definitions."""
        present = {name for row in self.rows for name, interval in row.metrics.items() if interval.value is not None}
        return [name for name in DEFINITIONS if name in present]

    def to_dict(self) -> dict[str, Any]:
        return {
            "rows": [row.to_dict() for row in self.rows],
            "definitions": {name: DEFINITIONS[name] for name in self.metrics},
            "examples": [example.to_dict() for example in self.examples],
        }

    def to_frame(self) -> pandas.DataFrame:
        """A data frame, one row a tokenizer: a column for each metric, and ``_low`` and ``_high`` ones for its interval."""
        import pandas

        records = []
        for row in self.rows:
            record: dict[str, Any] = {"tokenizer": row.tokenizer, "vocab_size": row.vocab_size, **row.totals}
            for name in self.metrics:
                interval = row.metrics.get(name, Interval(None))
                record |= {name: interval.value, f"{name}_low": interval.low, f"{name}_high": interval.high}
            records.append(record | {"notes": "; ".join(row.notes), "error": row.error})
        return pandas.DataFrame.from_records(records)

    def to_markdown(self) -> str:
        """A Markdown table with intervals, notes and definitions below it."""
        return pages.markdown(self)

    def to_html(self) -> str:
        """One self-contained page: sortable table, definitions, coloured examples of disagreement. Everything is escaped."""
        return pages.html(self)


def compare(
    tokenizers: Sequence[str | Path | Tokenizer],
    texts: Iterable[str],
    gold: Gold | None = None,
    parallel: Parallel | None = None,
    progress: ProgressCallback | None = None,
    *,
    seed: int = 42,
    workers: int | None = None,
) -> Comparison:
    """Measure tokenizers on the same texts.

    Args:
        tokenizers: names, paths or tokenizers, as :func:`explorer.tokenizer` takes them.
        texts: documents; read once, a chunk at a time. Intervals resample documents.
        gold: a CoNLL-U file with morphemes (UD_Korean-Kaist, -GSD), or its sentences: adds boundary scores.
        parallel: ``(Korean, other)``, each a CoNLL-U or text file or the texts, sentence by sentence: adds parity.
        progress: stages ``"comparing"``, ``"gold"`` and ``"parallel"``.
        seed: of the resampling.
        workers: threads; ``None`` uses all cores.

    Raises:
        BadInput: no tokenizer, no text, or gold or parallel data that cannot be read. A tokenizer that fails does not end the
            comparison: its row says why.

    >>> rows = compare(["eojeol", "syllable"], ["왕이 왔다", "왕비도 왔다"]).to_dict()["rows"]
    >>> [row["tokens_per_eojeol"]["value"] for row in rows]
    [1.0, 2.25]
    """
    if isinstance(tokenizers, str | Path) or not tokenizers:
        raise BadInput("no tokenizers to compare; give a list of names, for example ['kiwi', 'syllable']")
    if isinstance(texts, str):
        raise BadInput("texts is one string; give a list or another iterable of texts")
    entries = [_Entry(choice, seed) for choice in tokenizers]
    _unique_names(entries)
    samples = _Samples()
    documents = 0
    total = len(texts) if isinstance(texts, Sequence) else None
    report(progress, "comparing", 0, total, "texts")
    for chunk in _chunks(texts):
        prepared = [Text(check_text(text)) for text in chunk]
        samples.add(chunk)
        for entry in entries:
            entry.measure(prepared, workers)
            report(progress, "comparing", documents, total, "texts", entry.name)
        documents += len(chunk)
        report(progress, "comparing", documents, total, "texts")
    if not documents:
        raise BadInput("no text to compare on; check the corpus, or give some texts")
    if gold is not None:
        _score_gold(entries, gold, seed, workers, progress)
    if parallel is not None:
        _score_parallel(entries, parallel, seed, workers, progress)
    return Comparison(tuple(entry.row() for entry in entries), samples.disagreements(entries))


class _Entry:
    """One tokenizer on its way through the texts; after an error it is passed by."""

    def __init__(self, choice: str | Path | Tokenizer, seed: int) -> None:
        self.name = str(choice)
        self.error: str | None = None
        self.extra: dict[str, Interval] = {}
        self.tokenizer: Tokenizer | None = None
        self.meter: Meter | None = None
        try:
            self.tokenizer = make(choice) if isinstance(choice, str | Path) else choice
            self.name = self.tokenizer.name
            self.meter = Meter(self.tokenizer, seed)
        except Cancelled:
            raise
        except Exception as error:  # whatever an engine or a plug-in raises, the others go on
            self.fail(error)

    def fail(self, error: Exception) -> None:
        reason = str(error).splitlines()[0] if str(error) else ""
        self.error = reason if isinstance(error, ExplorerError) else f"{type(error).__name__}: {reason}"

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

    def measure(self, texts: Sequence[Text], workers: int | None) -> None:
        results = self.tokenize([text.original for text in texts], workers)
        if results is None or self.meter is None:
            return
        try:
            for text, tokens in zip(texts, results, strict=True):
                self.meter.add(text, tokens)
        except Exception as error:  # a plug-in's decode may fail, too
            self.fail(error)

    def row(self) -> ComparisonRow:
        params = self.tokenizer.params() if self.tokenizer is not None else {}
        if self.error is not None or self.meter is None:
            return ComparisonRow(self.name, params, error=self.error)
        return ComparisonRow(
            self.name,
            params,
            self.meter.vocab_size,
            self.meter.totals(),
            {**self.meter.results(), **self.extra},
            tuple(self.meter.notes()),
            tuple(self.meter.lost.most_common(20)),
        )


def _unique_names(entries: Sequence[_Entry]) -> None:
    """Two tokenizers of one name get numbers."""
    seen: dict[str, int] = {}
    for entry in entries:
        seen[entry.name] = seen.get(entry.name, 0) + 1
        if seen[entry.name] > 1:
            entry.name = f"{entry.name} ({seen[entry.name]})"


def _chunks(texts: Iterable[str]) -> Iterator[list[str]]:
    chunk: list[str] = []
    size = 0
    for text in texts:
        chunk.append(text)
        size += len(text)
        if len(chunk) >= _CHUNK_TEXTS or size >= _CHUNK_CHARS:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


class _Samples:
    """Short lines from the stream, spread over it, in which to look for disagreement."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, chunk: Sequence[str]) -> None:
        # Few from every chunk, so that the first document does not fill the list.
        taken = 0
        for text in chunk:
            if len(self.lines) >= _EXAMPLES or taken >= _EXAMPLES // 4:
                return
            line = next((line.strip() for line in text[:2000].splitlines() if 8 <= len(line.strip()) <= 80), None)
            if line is not None and line not in self.lines:
                self.lines.append(line)
                taken += 1

    def disagreements(self, entries: Sequence[_Entry]) -> tuple[Alignment, ...]:
        rows: dict[str, list[list[Token]]] = {}
        for entry in entries:
            results = entry.tokenize(self.lines, 1)
            if results is not None:
                rows[entry.name] = results
        if len(rows) < 2:
            return ()
        grids = [align({name: tokens[at] for name, tokens in rows.items()}, line) for at, line in enumerate(self.lines)]
        grids.sort(key=lambda grid: (-grid.disagreement, grid.text))
        return tuple(grid for grid in grids[:_SHOWN] if grid.disagreement)


def _score_gold(
    entries: Sequence[_Entry], gold: Gold, seed: int, workers: int | None, progress: ProgressCallback | None
) -> None:
    sentences = list(read_conllu(gold) if isinstance(gold, str | Path) else gold)
    if not sentences:
        raise BadInput("the gold standard holds no sentence; give a CoNLL-U file with morphemes")
    for number, entry in enumerate(entries):
        report(progress, "gold", number, len(entries), "tokenizers", entry.name)
        results = entry.tokenize([sentence.text for sentence in sentences], workers)
        if results is None:
            continue
        counts = [boundary_counts(sentence, tokens) for sentence, tokens in zip(sentences, results, strict=True)]
        hits, predicted, right, exact, scored = (list(column) for column in zip(*counts, strict=True))
        entry.extra |= {
            "boundary_precision": resample_ratio(hits, predicted, seed),
            "boundary_recall": resample_ratio(hits, right, seed),
            # F1 = 2 hits / (predicted + gold), a ratio of sums as well.
            "boundary_f1": resample_ratio(
                [2 * hit for hit in hits], [made + true for made, true in zip(predicted, right, strict=True)], seed
            ),
            "exact_eojeol": resample_ratio(exact, scored, seed),
        }
    report(progress, "gold", len(entries), len(entries), "tokenizers")


def _score_parallel(
    entries: Sequence[_Entry], parallel: Parallel, seed: int, workers: int | None, progress: ProgressCallback | None
) -> None:
    korean, other = (read_sentences(side) for side in parallel)
    if len(korean) != len(other) or not korean:
        raise BadInput(
            f"parallel text has {len(korean)} sentences on one side and {len(other)} on the other; give the same number"
        )
    for number, entry in enumerate(entries):
        report(progress, "parallel", number, len(entries), "tokenizers", entry.name)
        left, right = entry.tokenize(korean, workers), entry.tokenize(other, workers)
        if left is not None and right is not None:
            entry.extra["parity"] = resample_ratio([len(tokens) for tokens in left], [len(tokens) for tokens in right], seed)
    report(progress, "parallel", len(entries), len(entries), "tokenizers")
