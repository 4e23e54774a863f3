"""The lab: every tokenizer with every model on one corpus, judged on the same test sets and the same items of them.

Which tokenizer makes better vectors here? Models over different keys cover different words, and a model that knows only easy
words looks good; so every cell is scored twice: on all it covers, and on the items that all cells of the lab cover.

Cells are kept in the home folder's cache under everything that made them. A lab that was stopped goes on where it stopped,
and one more tokenizer costs one more row.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.analysis.evaluation import covered_items, evaluate
from explorer.analysis.scores import Score
from explorer.analysis.test_sets import AnalogySet, SimilaritySet, read_test_set
from explorer.core.caches import intact
from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback, labelled, report
from explorer.core.store import cache_path
from explorer.display.record import Record

if TYPE_CHECKING:
    import pandas as pd

    from explorer.tokenizers.token import Tokenizer
    from explorer.vectors.vectors import Vectors

__all__ = ["Cell", "Lab", "lab"]

FORMAT = 2
"""Part of every cell's hash; raised whenever the same settings would train another model."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One model over one tokenizer.

    Attributes:
        tokenizer, model: their names, with the model's own settings in brackets where it has any.
        keys, dim, tokens: words with a vector, numbers in each, tokens the model was trained on.
        scores: on everything this cell covers, by name of the test set; ``None`` where it covers too little.
        common: on the items every cell covers.
        folder: where the cell's vectors are kept; ``explorer.load`` opens it.
    """

    tokenizer: str
    model: str
    keys: int
    dim: int
    tokens: int
    scores: Mapping[str, Score | None]
    common: Mapping[str, Score | None]
    folder: str

    def to_dict(self) -> dict[str, Any]:
        plain = {name: getattr(self, name) for name in ("tokenizer", "model", "keys", "dim", "tokens", "folder")}
        for name in ("scores", "common"):
            plain[name] = {test: None if score is None else score.to_dict() for test, score in getattr(self, name).items()}
        return plain


@dataclass(frozen=True, slots=True, repr=False)
class Lab(Record):
    """The table of a lab.

    Attributes:
        corpus: what the corpus is called.
        cells: one for each tokenizer and model, in the order asked for.
        common: items of each test set that every cell covers.
    """

    corpus: str
    cells: tuple[Cell, ...]
    common: Mapping[str, int] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Cell]:
        return iter(self.cells)

    def __len__(self) -> int:
        return len(self.cells)

    def vectors(self, tokenizer: str, model: str) -> Vectors:
        """The vectors of a cell.

        Raises:
            BadInput: there is no such cell.
        """
        from explorer.vectors.files.formats import load_vectors

        for cell in self.cells:
            if (cell.tokenizer, cell.model) == (tokenizer, model):
                return load_vectors(Path(cell.folder))
        known = ", ".join(f"{cell.tokenizer} × {cell.model}" for cell in self.cells)
        raise BadInput("analysis.no_such_cell", tokenizer=tokenizer, model=model, known=known)

    def rows(self) -> list[dict[str, Any]]:
        """Plain rows: for each test set the score, its 95 % interval, the coverage, and the score on common items."""
        table = []
        for cell in self.cells:
            row: dict[str, Any] = {"tokenizer": cell.tokenizer, "model": cell.model, "keys": cell.keys, "tokens": cell.tokens}
            for test, score in cell.scores.items():
                both = cell.common[test]
                row[test] = None if score is None else score.value
                row[f"{test} low"], row[f"{test} high"] = (None, None) if score is None else score.interval
                row[f"{test} covered"] = 0 if score is None else score.covered
                row[f"{test} common"] = None if both is None else both.value
            table.append(row)
        return table

    def to_dict(self) -> dict[str, Any]:
        return {"corpus": self.corpus, "common": dict(self.common), "cells": [cell.to_dict() for cell in self.cells]}

    @staticmethod
    def from_dict(plain: Mapping[str, Any]) -> Lab:
        """The record again, from what :meth:`to_dict` gave (also through JSON)."""

        def cell(one: Mapping[str, Any]) -> Cell:
            scores = {
                kind: {name: None if score is None else Score.from_dict(score) for name, score in one[kind].items()}
                for kind in ("scores", "common")
            }
            return Cell(**{**one, **scores})

        return Lab(plain["corpus"], tuple(map(cell, plain["cells"])), dict(plain["common"]))

    def to_frame(self) -> pd.DataFrame:
        """:meth:`rows` as a table."""
        import pandas as pd

        return pd.DataFrame(self.rows())

    def to_markdown(self) -> str:
        """The table for a document: a score with its interval and coverage, and in brackets the score on common items."""
        tests = list(self.common)
        heads = [f"{test} ({self.common[test]} in common)" for test in tests]
        lines = ["| tokenizer | model | keys | tokens | " + " | ".join(heads) + " |", "|" + "---|" * (4 + len(tests))]
        for cell in self.cells:
            values = []
            for test in tests:
                score, both = cell.scores[test], cell.common[test]
                if score is None:
                    values.append("not covered")
                    continue
                shared = "–" if both is None else f"{both.value:.3f}"
                values.append(
                    f"{score.value:.3f} [{score.low:.2f}, {score.high:.2f}], {score.covered}/{score.total}; common {shared}"
                )
            lines.append(f"| {cell.tokenizer} | {cell.model} | {cell.keys:,} | {cell.tokens:,} | {' | '.join(values)} |")
        return "\n".join(lines) + "\n"


def lab(
    corpus: Any,
    tokenizers: Sequence[str | Tokenizer] = ("kiwi",),
    models: Sequence[str | Mapping[str, Any]] = ("word2vec",),
    *,
    test_sets: Sequence[str | Path] = (),
    resolve: str = "composed",
    workers: int | None = None,
    seed: int = 42,
    name: str | None = None,
    progress: ProgressCallback | None = None,
    **params: Any,
) -> Lab:
    """Train every model over every tokenizer on one corpus, and score all on the same tests.

    Args:
        corpus: a list of texts, or an object whose ``texts()`` gives them anew each time, such as a corpus.
        tokenizers: names or tokenizers, as for :func:`explorer.train`.
        models: names, or mappings with ``model`` and that model's own parameters: ``{"model": "fasttext", "dim": 300}``.
        test_sets: files of similarity pairs or analogies, or names of fetched sets.
        resolve: how far a test word of a similarity set may be from a key (:func:`explorer.analysis.evaluation.evaluate`);
            ``"composed"`` lets sub-word tokenizers take part. Analogies are answered with keys or their stems
            (``"analysed"``) at most.
        workers, seed: as for :func:`explorer.train`.
        name: what to call the corpus in the table.
        progress: told about every step of every cell; what it raises ends the work, and finished cells stay.
        **params: parameters for every model (``dim``, ``window``, ``min_count``, ``keys`` …).

    Raises:
        BadInput: nothing to compare, a corpus that can be read only once, or an impossible parameter: found before training.
        UnknownName: no such tokenizer or model.

    >>> texts = ["왕 왕비 궁전", "개 고양이 집", "산 강 바다"] * 40
    >>> found = lab(texts, ["eojeol", "syllable"], ["glove"], dim=8, epochs=2, min_count=1)
    >>> [(cell.tokenizer, cell.model, cell.keys) for cell in found]
    [('eojeol', 'glove', 9), ('syllable', 'glove', 13)]
    """
    from explorer.static.train import check_makes_vectors, check_parameters
    from explorer.tokenizers.loading import tokenizer as make_tokenizer

    if not tokenizers or not models:
        raise BadInput("analysis.lab_is_empty")
    if isinstance(tokenizers, str) or isinstance(models, str | Mapping):
        raise BadInput("analysis.lists_needed")
    if isinstance(corpus, Iterator | str | bytes):
        raise BadInput("analysis.lab_corpus_unrepeatable")
    engines = [make_tokenizer(one) if isinstance(one, str) else one for one in tokenizers]
    recipes = [_recipe(model, params) for model in models]
    for model, settings in recipes:
        check_makes_vectors(model)
        common = {key: settings.get(key) for key in ("dim", "window", "epochs")}
        rest = {key: value for key, value in settings.items() if key not in (*common, *_TRAIN)}
        check_parameters(model, common, rest, settings.get("components"))
    tests = {test.name: test for test in map(read_test_set, test_sets)}
    if len(tests) < len(test_sets):
        raise BadInput("analysis.same_test_name")
    total = len(engines) * len(recipes)
    trained: list[tuple[str, str, Path]] = []
    for engine in engines:
        for model, settings in recipes:
            label = f"{engine.name} × {_label(model, settings, params)}"
            report(progress, "lab", len(trained), total, "cells", label)
            folder = _train(corpus, engine, model, settings, seed, workers, name, labelled(progress, label))
            trained.append((engine.name, _label(model, settings, params), folder))
    return _judge(trained, tests, resolve, seed, name or str(getattr(corpus, "name", "texts")), progress)


_TRAIN = ("min_count", "keys", "max_vocab", "components", "phrases")


def _recipe(model: str | Mapping[str, Any], params: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    if isinstance(model, str):
        return model, dict(params)
    own = dict(model)
    kind = own.pop("model", None)
    if not isinstance(kind, str):
        raise BadInput("analysis.model_name_missing", model=dict(model))
    return kind, {**params, **own}


def _label(model: str, settings: Mapping[str, Any], shared: Mapping[str, Any]) -> str:
    own = ", ".join(f"{key}={value}" for key, value in settings.items() if shared.get(key) != value)
    return f"{model} ({own})" if own else model


def _train(
    corpus: Any,
    engine: Tokenizer,
    model: str,
    settings: Mapping[str, Any],
    seed: int,
    workers: int | None,
    name: str | None,
    progress: ProgressCallback | None,
) -> Path:
    """The folder of a cell: from the cache, else trained and put there."""
    from explorer.static.pipeline import tokenize_corpus
    from explorer.static.train import texts_of, train
    from explorer.tokenizers.loading import tokenizer as make_tokenizer
    from explorer.vectors.files.folder import save_vectors

    choice = settings.get("keys")
    cutter = make_tokenizer("eojeol") if choice == "eojeol" else engine
    shards = tokenize_corpus(
        texts_of(corpus), cutter, choice=None if choice == "eojeol" else choice, workers=workers, progress=progress
    )
    plan = [FORMAT, shards.sha256, cutter.params(), model, dict(settings), seed]
    digest = hashlib.sha256(json.dumps(plan, ensure_ascii=False, sort_keys=True, default=str).encode()).hexdigest()[:40]
    folder = cache_path("lab", digest)
    if not intact(folder):
        label = name or str(getattr(corpus, "name", "")) or None
        vectors = train(
            model, corpus, tokenizer=engine, seed=seed, workers=workers, corpus=label, progress=progress, **settings
        )
        save_vectors(vectors, folder, overwrite=True, name=f"{engine.name}-{model}")
    return folder


def _judge(
    trained: Sequence[tuple[str, str, Path]],
    tests: Mapping[str, SimilaritySet | AnalogySet],
    resolve: str,
    seed: int,
    corpus: str,
    progress: ProgressCallback | None,
) -> Lab:
    from explorer.vectors.files.formats import load_vectors

    loaded: list[Vectors] = [load_vectors(folder) for _, _, folder in trained]
    shared: dict[str, SimilaritySet | AnalogySet] = {}
    for name, test in tests.items():
        covered = [set(covered_items(v, test, _reach(test, resolve))) for v in loaded]
        shared[name] = test.part(sorted(set.intersection(*covered)))
    cells = []
    for number, ((tokenizer, model, folder), v) in enumerate(zip(trained, loaded, strict=True)):
        report(progress, "scoring", number, len(trained), "cells", f"{tokenizer} × {model}")
        scores, both = ({name: _score(v, test, resolve, seed) for name, test in each.items()} for each in (tests, shared))
        tokens = int(v.info.get("corpus_stats", {}).get("tokens", 0))
        cells.append(Cell(tokenizer, model, len(v), v.dim, tokens, scores, both, str(folder)))
    return Lab(corpus, tuple(cells), {name: len(test.items) for name, test in shared.items()})


def _reach(test: SimilaritySet | AnalogySet, resolve: str) -> str:
    return "analysed" if isinstance(test, AnalogySet) and resolve == "composed" else resolve


def _score(v: Vectors, test: SimilaritySet | AnalogySet, resolve: str, seed: int) -> Score | None:
    """A score, or ``None`` where the model covers too little of the set to have one."""
    try:
        return evaluate(v, test, resolve=_reach(test, resolve), seed=seed)
    except BadInput:
        return None
