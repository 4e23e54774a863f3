"""Tokenizers side by side: one row each, every number with an interval, nothing hidden that a tokenizer loses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.core.cluster import make_part, make_pieces
from explorer.core.errors import BadInput
from explorer.core.intervals import Interval
from explorer.core.messages import Message
from explorer.core.pieces import Divided, Piece, teller
from explorer.core.progress import ProgressCallback, report
from explorer.display import scores
from explorer.display.record import Record
from explorer.display.sheet import Sheet
from explorer.text.morphology import cpu_count
from explorer.tokenizers.comparison.alignment import Alignment
from explorer.tokenizers.comparison.definitions import UNITS
from explorer.tokenizers.comparison.divided import CompareMaker, any_there, join, measure, piece_path
from explorer.tokenizers.comparison.entries import Entry, chunks, unique_names
from explorer.tokenizers.comparison.gold import GoldSentence, read_gold, read_sentences
from explorer.tokenizers.comparison.page import html
from explorer.tokenizers.comparison.report import markdown
from explorer.tokenizers.comparison.rows import ComparisonRow, definitions_of, metrics_of
from explorer.tokenizers.comparison.samples import SampleLines, between, divided, names_in
from explorer.tokenizers.token import Token, Tokenizer

if TYPE_CHECKING:
    import pandas

__all__ = ["Comparison", "ComparisonRow", "compare", "compare_part"]

_PAIR_SHOWN = 3
_REFERENCE_CHARS = 2_000_000  # how much of a corpus Kiwi analyses to be a reference
_SPEED_CHARS = 400_000

Gold = str | Path | Iterable[str | Path | GoldSentence]
Parallel = tuple[str | Path | Iterable[str], str | Path | Iterable[str]]


@dataclass(frozen=True, slots=True, repr=False)
class Comparison(Record):
    """The result of :func:`compare`.

    Attributes:
        rows: one a tokenizer, in the order asked for.
        samples: short texts of the corpus under every tokenizer, those that divide them most first.
        reference: whose boundaries were scored against: ``"gold"``, ``"kiwi"`` or ``None``.
        price: the price per million tokens that costs were counted with.

    >>> found = compare(["eojeol", "syllable"], ["왕이 왔다"], reference="none")
    >>> isinstance(found, Comparison), [row.tokenizer for row in found.rows], "tokens_per_eojeol" in found.metrics
    (True, ['eojeol', 'syllable'], True)
    """

    rows: tuple[ComparisonRow, ...]
    samples: tuple[Alignment, ...] = field(default=(), repr=False)
    reference: str | None = None
    price: float | None = None

    @property
    def metrics(self) -> list[str]:
        """Names of the metrics that some row has a value for, in the order of their definitions."""
        return metrics_of(self.rows)

    @property
    def examples(self) -> tuple[Alignment, ...]:
        """The texts on which the tokenizers are divided most, most first."""
        return divided(self.samples)

    def disagreements(self, first: str, second: str, n: int = 10) -> tuple[Alignment, ...]:
        """The sentences that two tokenizers cut most differently, most first: differing cuts per visible character.

        Raises:
            UnknownName: one of them is not in this comparison, or has no tokens.

        >>> made = compare(["eojeol", "syllable"], ["왕비도 왔다, 정말로", "A1 A2 A3 A4"], reference="none")
        >>> [grid.text for grid in made.disagreements("eojeol", "syllable", n=1)]
        ['왕비도 왔다, 정말로']
        """
        return between(self.samples, first, second, n)

    def definitions(self) -> dict[str, str]:
        """What the numbers of this comparison mean, the reference of the boundaries included."""
        return definitions_of(self.rows, self.reference)

    def to_dict(self) -> dict[str, Any]:
        return {
            "rows": [row.to_dict() for row in self.rows],
            "definitions": self.definitions(),
            "units": {name: UNITS[name] for name in self.metrics},
            "params": [dict(row.params) for row in self.rows],
            "reference": self.reference,
            "price_per_million_tokens": self.price,
            "examples": [example.to_dict() for example in self.examples],
            "disagreements": [
                {
                    "tokenizers": [first, second],
                    "sentences": [
                        {"text": grid.text, "disagreement": grid.disagreement}
                        for grid in self.disagreements(first, second, _PAIR_SHOWN)
                    ],
                }
                for first, second in combinations(names_in(self.samples), 2)
            ],
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
            records.append(
                record
                | {
                    "warnings": "; ".join(map(str, row.warnings)),
                    "notes": "; ".join(map(str, row.notes)),
                    "error": None if row.error is None else str(row.error),
                }
            )
        return pandas.DataFrame.from_records(records)

    def to_markdown(self) -> str:
        """Markdown tables with intervals, one a group of metrics; remarks in the first, definitions below."""
        return markdown(self.rows, self.reference)

    def to_html(self) -> str:
        """One self-contained page: sortable table, definitions, coloured examples of disagreement. Everything is escaped."""
        return html(self.rows, self.samples, self.reference)

    def sheet(self) -> Sheet:
        return scores.comparison(self)


def compare(
    tokenizers: Sequence[str | Path | Tokenizer],
    texts: Iterable[str],
    gold: Gold | None = None,
    parallel: Parallel | None = None,
    progress: ProgressCallback | None = None,
    *,
    reference: str | None = None,
    price: float | None = None,
    speed: bool = False,
    seed: int = 42,
    workers: int | None = None,
    cluster: str | None = None,
) -> Comparison:
    """Measure tokenizers on the same texts.

    Args:
        tokenizers: names, paths or tokenizers, as :func:`explorer.tokenizer` takes them.
        texts: documents; read once, a chunk at a time. Intervals resample documents.
        gold: CoNLL-U files with morphemes (UD_Korean-Kaist, -GSD), KLUE-DP's or ``"klue-dp"`` where it was fetched, one or several,
            or their sentences: boundary scores.
        parallel: ``(Korean, other)``, each a CoNLL-U or text file or the texts, sentence by sentence: adds parity.
        progress: stages ``"comparing"``, ``"words"``, ``"gold"``, ``"parallel"``, ``"speed"``.
        reference: ``None`` scores boundaries against ``gold``, or against Kiwi (on the first two million characters) where there
            is none; ``"kiwi"`` scores against Kiwi as well; ``"none"`` never does.
        price: per million tokens, in any currency: adds the cost of 1,000 characters.
        speed: measure speed and load time, which takes a while.
        seed: of the resampling.
        workers: threads; ``None`` uses all cores, one in each worker of a cluster.
        cluster: where the texts are measured (:func:`explorer.core.cluster.on_cluster`; extra ``scale``); here if ``None``. What parts
            of them were measured beforehand (:func:`compare_part`) is taken from there; the numbers are the same. Gold, parallel text and
            speed are measured here in any case.

    Raises:
        BadInput: no tokenizer, no text, or gold or parallel data that cannot be read. A tokenizer that fails does not end the
            comparison: its row says why.
        Unavailable: the cluster is gone.

    >>> rows = compare(["eojeol", "syllable"], ["왕이 왔다", "왕비도 왔다"], reference="none").to_dict()["rows"]
    >>> [row["tokens_per_eojeol"]["value"] for row in rows]
    [1.0, 2.25]
    """
    _check(tokenizers, texts, reference, price)
    run = _Run([Entry(choice, seed, speed) for choice in tokenizers], workers, progress, speed)
    with_kiwi = _scores_kiwi(reference, gold)
    run.corpus(texts, with_kiwi, cluster)
    run.words()
    if gold is not None:
        run.gold(gold)
    if parallel is not None:
        run.parallel(parallel)
    if speed:
        run.speed()
    against = "gold" if gold is not None else "kiwi" if with_kiwi else None
    return Comparison(
        tuple(_row(entry, against, price) for entry in run.entries), run.samples.grids(run.lines_cut()), against, price
    )


def compare_part(
    tokenizers: Sequence[str | Path | Tokenizer],
    texts: Iterable[str],
    part: str,
    gold: Gold | None = None,
    progress: ProgressCallback | None = None,
    *,
    reference: str | None = None,
    workers: int | None = None,
) -> Divided:
    """Measure tokenizers on one part of the texts, for :func:`compare` to put together: processes that share the home folder do a part each.

    Args:
        tokenizers, texts, reference: as there, and the same in every part.
        part: ``"i/N"``: every Nth piece from the ith on; a piece is 512 texts or a million characters.
        gold: whether any will be given, for then Kiwi is no reference; it is not read.
        progress: told the texts of this part that are measured.
        workers: threads; ``None`` uses all cores.

    Raises:
        BadInput: as there, or there is no such part.

    >>> compare_part(["eojeol", "syllable"], ["왕이 왔다"], "1/1", reference="none").left
    0
    """
    _check(tokenizers, texts, reference, None)
    run = _Run([Entry(choice, 0) for choice in tokenizers], workers, progress, False)
    return run.part(texts, _scores_kiwi(reference, gold), part)


def _scores_kiwi(reference: str | None, gold: Gold | None) -> bool:
    return reference == "kiwi" or (reference is None and gold is None)


def _check(tokenizers: Any, texts: Any, reference: str | None, price: float | None) -> None:
    if isinstance(tokenizers, str | Path) or not tokenizers:
        raise BadInput("tokenizers.no_tokenizers_compared")
    if isinstance(texts, str):
        raise BadInput("tokenizers.texts_is_string")
    if reference not in (None, "kiwi", "none"):
        raise BadInput("tokenizers.bad_reference", reference=reference)
    if price is not None and not 0 <= price < float("inf"):
        raise BadInput("tokenizers.bad_price", price=price)


def _row(entry: Entry, reference: str | None, price: float | None) -> ComparisonRow:
    params = entry.tokenizer.params() if entry.tokenizer is not None else {}
    meter = entry.meter
    if entry.error is not None or meter is None:
        return ComparisonRow(entry.name, params, error=entry.error)
    notes = meter.notes()
    if reference == "kiwi" and params.get("engine") == "kiwi":
        notes.append(Message("tokenizers.remark_reference"))
    return ComparisonRow(
        entry.name,
        params,
        meter.vocab_size,
        meter.totals(),
        entry.metrics(reference, price),
        tuple(entry.warnings()),
        tuple(notes),
        tuple(meter.lost.most_common(20)),
        tuple(meter.lost_examples),
    )


class _Run:
    """The stages of one comparison; each streams its texts past all tokenizers, a chunk at a time."""

    def __init__(self, entries: list[Entry], workers: int | None, progress: ProgressCallback | None, timing: bool) -> None:
        self.entries = entries
        self.timing = timing
        self.workers = workers
        self.progress = progress
        self.samples = SampleLines()
        self._timed: list[str] = []  # the beginning of the corpus, for the clock
        unique_names(entries)

    def corpus(self, texts: Iterable[str], with_kiwi: bool, cluster: str | None) -> None:
        """The texts themselves."""
        total = len(texts) if isinstance(texts, Sequence) else None
        documents = 0
        report(self.progress, "comparing", 0, total, "texts")
        if cluster is not None or any_there():
            documents = self._pieces(texts, with_kiwi, cluster, total)
        else:
            kiwi = _kiwi() if with_kiwi else None
            for chunk, scored in self._chunks(texts):
                for entry in measure(self.entries, chunk, kiwi if scored else None, self.workers):
                    report(self.progress, "comparing", documents, total, "texts", entry.name)
                documents += len(chunk)
                report(self.progress, "comparing", documents, total, "texts")
        if not documents:
            raise BadInput("tokenizers.no_text_compared")

    def part(self, texts: Iterable[str], with_kiwi: bool, part: str) -> Divided:
        """One part of the texts."""
        sizes: dict[Path, int] = {}
        maker, pieces = self._divided(texts, with_kiwi, sizes)
        made = make_part(maker, pieces, part, teller(self.progress, "comparing", sizes, None, "texts"))
        if not sizes:
            raise BadInput("tokenizers.no_text_compared")
        return made

    def _pieces(self, texts: Iterable[str], with_kiwi: bool, cluster: str | None, total: int | None) -> int:
        sizes: dict[Path, int] = {}
        maker, pieces = self._divided(texts, with_kiwi, sizes, 1 if cluster is not None else None)
        make_pieces(maker, pieces, teller(self.progress, "comparing", sizes, total, "texts"), cluster)
        for path in sizes:
            join(path, self._working())
        for path in sizes:
            path.unlink(missing_ok=True)
        return sum(sizes.values())

    def _divided(
        self, texts: Iterable[str], with_kiwi: bool, sizes: dict[Path, int], workers: int | None = None
    ) -> tuple[CompareMaker, Iterator[Piece]]:
        """What measures the pieces, and the pieces as they are read; how many texts each has is written into ``sizes``."""
        engines = [entry.tokenizer for entry in self._working() if entry.tokenizer is not None]
        kiwi = _kiwi() if with_kiwi else None

        def pieces() -> Iterator[Piece]:
            for number, (chunk, scored) in enumerate(self._chunks(texts)):
                params = [one.params() for one in (*engines, *([kiwi] if kiwi is not None and scored else []))]
                path = piece_path(number, chunk, params)
                sizes[path] = len(chunk)
                yield Piece(path, (path, chunk, scored))

        return CompareMaker(engines, kiwi, workers or self.workers or cpu_count()), pieces()

    def _working(self) -> list[Entry]:
        """The tokenizers that could be loaded."""
        return [entry for entry in self.entries if entry.tokenizer is not None]

    def _chunks(self, texts: Iterable[str]) -> Iterator[tuple[list[str], bool]]:
        """The texts, some hundred at a time, and whether Kiwi analyses these; keeps what is needed of them later."""
        timed = analysed = 0
        for chunk in chunks(texts):
            self.samples.add(chunk)
            if self.timing and timed < _SPEED_CHARS:
                self._timed += chunk
                timed += sum(map(len, chunk))
            yield chunk, analysed < _REFERENCE_CHARS
            analysed += sum(map(len, chunk))

    def _each(self, stage: str) -> Iterator[Entry]:
        for number, entry in enumerate(self.entries):
            report(self.progress, stage, number, len(self.entries), "tokenizers", entry.name)
            yield entry
        report(self.progress, stage, len(self.entries), len(self.entries), "tokenizers")

    def words(self) -> None:
        """The published words and forms."""
        for entry in self._each("words"):
            entry.probe()

    def speed(self) -> None:
        """The beginning of the corpus, by the clock."""
        for entry in self._each("speed"):
            entry.time(self._timed, self.workers)

    def lines_cut(self) -> dict[str, list[list[Token]]]:
        """Tokens of every sample line, of each tokenizer that works."""
        results = {entry.name: entry.tokenize(self.samples.lines, 1) for entry in self.entries}
        return {name: tokens for name, tokens in results.items() if tokens is not None}

    def gold(self, gold: Gold) -> None:
        """The gold standard."""
        sentences = 0
        for chunk in chunks(_gold_sentences(gold)):
            for entry in self.entries:
                results = entry.tokenize([sentence.text for sentence in chunk], self.workers)
                entry.score(entry.gold, chunk, results)
            sentences += len(chunk)
            report(self.progress, "gold", sentences, None, "sentences")
        if not sentences:
            raise BadInput("tokenizers.gold_empty")

    def parallel(self, parallel: Parallel) -> None:
        """Both sides of parallel text."""
        sides = [0, 0]
        pairs = zip_longest(*(read_sentences(side) for side in parallel))
        for chunk in chunks(pairs):
            columns = [[text for text in column if text is not None] for column in zip(*chunk, strict=True)]
            sides = [count + len(column) for count, column in zip(sides, columns, strict=True)]
            if len(columns[0]) != len(columns[1]):
                continue  # counted to the end, for the message
            for entry in self.entries:
                entry.compare_sides(columns, self.workers)
            report(self.progress, "parallel", sides[0], None, "sentences")
        if sides[0] != sides[1] or not sides[0]:
            raise BadInput("tokenizers.parallel_uneven", left=sides[0], right=sides[1])


def _kiwi() -> Tokenizer:
    from explorer.tokenizers.engines.kiwi import KiwiTokenizer

    return KiwiTokenizer()


def _gold_sentences(gold: Gold) -> Iterator[GoldSentence]:
    if isinstance(gold, str | Path):
        gold = [gold]
    for source in gold:
        if isinstance(source, GoldSentence):
            yield source
        else:
            yield from read_gold(source)
