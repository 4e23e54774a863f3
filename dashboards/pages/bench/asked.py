"""Tokenizers compared on a corpus: what was asked, the work (in a process of its own), and the result as kept files.

A result is a folder in the cache of the home folder: ``result.json`` (what the page draws) and
``report.html`` (what a person takes home). It is known by everything that changes it, so that an address opens it at once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dashboards.app.state import corpus_names, state, tokenizer_names, version
from dashboards.kit.job_table import REMEMBERED
from dashboards.kit.local import paths_allowed
from dashboards.kit.url import tidy
from explorer.core.caches import PRIVATE, PRIVATE_SECONDS, intact, mark_used
from explorer.core.errors import BadInput, Cancelled, ExplorerError, UnknownName, packed, unpacked
from explorer.core.progress import Progress, ProgressCallback, report
from explorer.core.store import Manifest, atomic_folder, cache_path, list_artifacts, write_manifest

if TYPE_CHECKING:
    from explorer.tokenizers.comparison.compare import Comparison
    from explorer.tokenizers.comparison.gold import GoldSentence

__all__ = [
    "MAX_PASTED",
    "PASTED",
    "SIZES",
    "Choice",
    "Result",
    "curves_of",
    "gold_files",
    "gold_of",
    "make",
    "open_result",
    "read",
    "texts_of",
]

PASTED = "-"
"""The corpus that is the pasted text; no stored corpus can be called so."""
MAX_PASTED = 20_000
"""Characters of pasted text."""
SIZES = ("10000", "100000", "1000000", "5000000")
"""Characters of a corpus that are measured; 100,000 take some seconds."""

_GOLD_SENTENCES = 3_000
_CURVE_CHARS = 200_000  # counted once more for the curves; ranks and lengths settle early
_PAIR = 10  # sentences kept of every pair of tokenizers
_FORMAT = 2  # remarks are kept as messages, no longer as English sentences
_SPOKEN = ("warnings", "notes", "error")  # parts of a row that speak the language of the page


@dataclass(frozen=True, slots=True)
class Choice:
    """Which comparison is wanted.

    Attributes:
        tokenizers: names (or paths, where the server allows them).
        corpus: a corpus's name, or :data:`PASTED`.
        text: the pasted text, one document a line.
        size: characters measured, spread over the corpus.
        speed: measure speed as well.
        price: of a million tokens, for the cost of 1,000 characters; 0 leaves it out.
    """

    tokenizers: tuple[str, ...]
    corpus: str = "sample"
    text: str = ""
    size: int = 100_000
    speed: bool = False
    price: float = 0.0


@dataclass(frozen=True)
class Result:
    """A kept comparison.

    Attributes:
        data: ``rows`` (as of :meth:`Comparison.to_dict`, in the order asked), ``metrics``, ``groups``, ``units``,
            ``reference``, ``curves`` (one a row, ``None`` for a tokenizer that failed), ``pairs``.
    """

    folder: Path
    data: dict[str, Any]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """One a tokenizer; what is to be said beside it as messages, or as English sentences where an older version kept it."""
        return [row | {name: unpacked(row[name]) for name in _SPOKEN} for row in self.data["rows"]]

    def sentences(self, first: int, second: int) -> list[dict[str, Any]]:
        """The sentences on which two rows disagree most."""
        for pair in self.data["pairs"]:
            if set(pair["rows"]) == {first, second}:
                found: list[dict[str, Any]] = pair["sentences"]
                return found
        return []


def gold_files(name: str) -> list[Path]:
    """CoNLL-U files that a stored corpus was read from and that are still there as they were: gold morphemes, perhaps."""
    manifest = list_artifacts("corpus").get(name)
    found = []
    for source in manifest.provenance.get("sources", ()) if manifest else ():
        path = Path(str(source.get("path", "")))
        if not path.name.endswith((".conllu", ".conllu.gz")) or source.get("member"):
            continue
        try:
            status = path.stat()
        except OSError:
            continue
        if (status.st_size, status.st_mtime_ns) == (source.get("bytes"), source.get("modified")):
            found.append(path)
    return found


def open_result(choice: Choice) -> Result:
    """The comparison, made in the background the first time.

    Raises:
        NotReady: it is being made.
        BadInput: there is nothing to compare, or nothing to compare on.
    """
    if not choice.tokenizers:
        raise BadInput("dashboards.no_tokenizers_chosen")
    for name in choice.tokenizers:
        if name not in tokenizer_names() and not paths_allowed():
            raise UnknownName("tokenizer", name, tokenizer_names())
    if choice.corpus not in (PASTED, *corpus_names()):
        raise UnknownName("corpus", choice.corpus, corpus_names())
    if choice.corpus == PASTED and not choice.text.strip():
        raise BadInput("dashboards.no_text_compared")
    pasted = choice.corpus == PASTED
    folder, here = cache_path("bench", f"{PRIVATE if pasted else ''}{_key(choice)}"), state()
    shelf = (str(folder), choice.corpus, *choice.tokenizers)
    if not intact(folder):  # made room for others
        here.forget("bench", shelf)

    def opener(_: ProgressCallback) -> Result:
        if not intact(folder):
            here.made(
                "compare",
                {"choice": asdict(choice), "folder": str(folder)},
                "job.bench",
                lasts=PRIVATE_SECONDS if pasted else REMEMBERED,
                count=len(choice.tokenizers),
            )
        return read(folder)

    return here.opened("bench", shelf, opener, "job.bench", count=len(choice.tokenizers))


def _key(choice: Choice) -> str:
    """Everything that changes the result."""
    import explorer

    facts: dict[str, Any] = {
        **asdict(choice),
        "format": _FORMAT,
        "version": explorer.__version__,
        "tokenizers": [[name, _stamp(name)] for name in choice.tokenizers],
        "corpus": [choice.corpus, 0 if choice.corpus == PASTED else version(choice.corpus, "corpus")],
        "gold": [str(path) for path in gold_files(choice.corpus)],
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:32]


def _stamp(name: str) -> int:
    """Changes when a saved tokenizer, or the file at a path, does."""
    try:
        return version(name, "tokenizer") or Path(name).stat().st_mtime_ns
    except (BadInput, OSError):  # no name of an artifact, no file: built in, or of the hub
        return 0


def read(folder: Path) -> Result:
    """A kept comparison.

    Raises:
        BadInput: its file is damaged; delete the folder.
    """
    mark_used(folder)
    try:
        return Result(folder, json.loads((folder / "result.json").read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise BadInput("dashboards.kept_comparison_damaged", folder=folder, reason=error) from error


# ---- in the worker process


def make(params: dict[str, Any], progress: ProgressCallback) -> Path:
    """Compare, and keep the result."""
    from explorer.tokenizers.comparison.compare import compare

    choice = Choice(**params["choice"] | {"tokenizers": tuple(params["choice"]["tokenizers"])})
    folder = Path(params["folder"])
    texts = texts_of(choice, progress)
    gold = list(gold_of(choice))
    tokenizers = [_opened(name, progress) for name in choice.tokenizers]
    found = compare(
        # Loading belongs to what is timed: a tokenizer that is open already would seem to load in no time.
        list(choice.tokenizers) if choice.speed else [tokenizer or name for name, tokenizer in tokenizers],
        texts,
        gold or None,
        progress=_smoothed(progress, len(tokenizers)),
        reference="kiwi" if gold else None,
        price=choice.price or None,
        speed=choice.speed,
    )
    data = _data(found, choice)
    data["curves"] = []
    for number, (name, tokenizer) in enumerate(tokenizers):
        report(progress, "counting", number, len(tokenizers), "tokenizers", name)
        data["curves"].append(curves_of(tokenizer, texts) if tokenizer is not None else None)
    with atomic_folder(folder, overwrite=True, private=choice.corpus == PASTED) as partial:
        (partial / "result.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        (partial / "report.html").write_text(found.to_html(), encoding="utf-8")
        write_manifest(partial, Manifest("comparison", folder.name, "tokenizers"))
    return folder


def texts_of(choice: Choice, progress: ProgressCallback | None = None) -> list[str]:
    """Documents of the corpus, as many characters as asked for, spread evenly over it."""
    if choice.corpus == PASTED:
        return [line for line in tidy(choice.text, MAX_PASTED).split("\n") if line.strip()]
    from corpora import open_corpus

    report(progress, "reading the corpus")
    corpus = open_corpus(choice.corpus)
    characters = corpus.info().get("characters")
    step = max(1, int(characters) // choice.size) if isinstance(characters, int | float) else 1
    found: list[str] = []
    size = 0
    for text in islice(corpus.texts(), 0, None, step):
        if text.strip():
            found.append(text[: choice.size - size])
            size += len(text)
        if size >= choice.size:
            break
        if len(found) % 1000 == 0:
            report(progress, "reading the corpus", min(size, choice.size), choice.size, "characters")
    return found


def gold_of(choice: Choice) -> Iterator[GoldSentence]:
    """Gold sentences of a treebank; none where its files hold no morphemes."""
    from explorer.tokenizers.comparison.gold import read_gold

    left = _GOLD_SENTENCES
    for path in gold_files(choice.corpus):
        try:
            sentences = list(islice(read_gold(path), left))
        except BadInput:  # a treebank without morphemes: its text is a corpus all the same
            continue
        if any(any(sentence.cuts) for sentence in sentences):
            left -= len(sentences)
            yield from sentences


def _opened(name: str, progress: ProgressCallback) -> tuple[str, Any]:
    """A tokenizer by name, or ``None``: the comparison then tries again and says what is wrong."""
    from explorer.tokenizers.loading import tokenizer

    report(progress, "opening tokenizers", note=name)
    try:
        return name, tokenizer(name)
    except Cancelled:
        raise
    except ExplorerError:
        return name, None


def _smoothed(progress: ProgressCallback, tokenizers: int) -> ProgressCallback:
    """Progress that also moves while a chunk of documents goes past one tokenizer after the other."""
    seen: list[str] = []
    chunk = 512

    def tell(step: Progress) -> None:
        if step.stage == "comparing" and step.total:
            if step.note:
                seen.append(step.note)
            else:
                seen.clear()
            share = len(seen) / tokenizers * min(chunk, step.total - step.done)
            step = Progress(step.stage, round(min(step.total, step.done + share)), step.total, step.unit, step.note)
        progress(step)

    return tell


def _data(found: Comparison, choice: Choice) -> dict[str, Any]:
    from explorer.tokenizers.comparison.definitions import GROUPS, METRICS

    names = [row.tokenizer for row in found.rows]
    cut = {row.tokenizer for row in found.samples[0].rows} if found.samples else set()
    pairs = []
    for second, other in enumerate(names):
        for first, one in enumerate(names[:second]):
            if {one, other} <= cut:
                grids = found.disagreements(one, other, _PAIR)
                sentences = [{"text": grid.text, "disagreement": grid.disagreement} for grid in grids]
                pairs.append({"rows": [first, second], "sentences": sentences})
    return {
        "rows": [row.to_dict() | {name: packed(getattr(row, name)) for name in _SPOKEN} for row in found.rows],
        "asked": list(choice.tokenizers),
        "metrics": found.metrics,
        "groups": {group: [name for name in found.metrics if METRICS[name].group == group] for group in GROUPS},
        "units": {name: METRICS[name].unit for name in found.metrics},
        "reference": found.reference,
        "pairs": pairs,
    }


def curves_of(tokenizer: Any, texts: Sequence[str]) -> dict[str, Any] | None:
    """How often the n-th commonest token occurs, and how many characters tokens have, on the beginning of the texts."""
    from collections import Counter

    import numpy as np

    from explorer.tokenizers.token import key_of

    counts: Counter[str] = Counter()
    lengths: Counter[int] = Counter()
    size = 0
    for text in texts:
        try:
            tokens = tokenizer.tokenize(text)
        except ExplorerError:
            return None  # its row says why
        counts.update(map(key_of, tokens))
        lengths.update(_lengths(tokens))
        size += len(text)
        if size >= _CURVE_CHARS:
            break
    ordered = np.array(sorted(counts.values(), reverse=True), np.int64)
    ranks = np.unique(np.geomspace(1, max(1, len(ordered)), 80).round().astype(int))[: len(ordered)]
    total = max(1, int(ordered.sum()))
    return {
        "characters": size,
        "types": len(ordered),
        "ranks": ranks.tolist(),
        "shares": (ordered[ranks - 1] / total).tolist() if len(ordered) else [],
        "lengths": [lengths[length] / total for length in range(11)],
    }


def _lengths(tokens: Sequence[Any]) -> Iterator[int]:
    """Characters of every token: 0 for one that shares its only character with others (bytes, jamo, 갔 = 가 + 았), 10 for more."""
    last = len(tokens) - 1
    for place, token in enumerate(tokens):
        start, end = token.start, token.end
        if start == end:
            yield 0
            continue
        shared = (place and tokens[place - 1].end > start and tokens[place - 1].start <= start) or (
            place < last and tokens[place + 1].start < end
        )
        yield 0 if shared and end - start == 1 else min(10, end - start)
