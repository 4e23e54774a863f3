"""The same question to several models, side by side: the neighbours of words, and an analogy with the answer one expects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from explorer.core.errors import BadInput, ExplorerError
from explorer.display.record import Record
from explorer.static.load import load
from explorer.vectors.records import Analogy, Neighbours
from explorer.vectors.vectors import Vectors

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["AnalogyBeside", "NeighboursBeside", "Refusal", "compare_analogy", "compare_neighbours"]

T = TypeVar("T")
Models = Sequence[str | Vectors] | Mapping[str, Vectors]

_TOLD = 5
"""Answers of each model in the table of an analogy."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a model cannot answer.

    Attributes:
        model: its name.
        query: what it was asked.
        error: why not.
    """

    model: str
    query: str
    error: ExplorerError

    def to_dict(self) -> dict[str, Any]:
        return {"model": self.model, "query": self.query, "error": self.error.said("en")}


@dataclass(frozen=True, slots=True, repr=False)
class NeighboursBeside(Record):
    """The neighbours of words in models.

    Attributes:
        words, models: as they were asked, each once.
        lists: one for each word and model, a word's beside each other; those that were refused are left out.
        refused: what a model has no answer to.
    """

    words: tuple[str, ...]
    models: tuple[str, ...]
    lists: tuple[tuple[str, str, Neighbours], ...]
    refused: tuple[Refusal, ...] = ()

    def shared(self, word: str) -> dict[str, int]:
        """In how many models' lists of a word each neighbour stands, those of two or more, most first; readings are one word."""
        counts = Counter(one for asked, _, found in self.lists if asked == word for one in dict.fromkeys(found.words))
        return {one: count for one, count in counts.most_common() if count > 1}

    def to_dict(self) -> dict[str, Any]:
        return {
            "words": list(self.words),
            "models": list(self.models),
            "lists": [found.to_dict() | {"model": model} for _, model, found in self.lists],
            "shared": {word: self.shared(word) for word in self.words},
            "refused": [one.to_dict() for one in self.refused],
        }

    def to_frame(self) -> pd.DataFrame:
        """A row a neighbour: the word asked, the model, the rank, and the columns of ``Neighbours``."""
        import pandas as pd

        tables = [found.to_frame() for *_, found in self.lists]
        for (word, model, _), table in zip(self.lists, tables, strict=True):
            table.insert(0, "asked", word)
            table.insert(1, "model", model)
            table.insert(2, "rank", range(1, len(table) + 1))
        return pd.concat(tables, ignore_index=True)


@dataclass(frozen=True, slots=True, repr=False)
class AnalogyBeside(Record):
    """The answers of models to one analogy.

    Attributes:
        expression: as it was typed.
        models: as they were asked, each once.
        answers: one for each model; those that refused are left out.
        refused: the models without an answer.
    """

    expression: str
    models: tuple[str, ...]
    answers: tuple[tuple[str, Analogy], ...]
    refused: tuple[Refusal, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {
            "query": self.expression,
            "models": list(self.models),
            "answers": [found.to_dict() | {"model": model} for model, found in self.answers],
            "refused": [one.to_dict() for one in self.refused],
        }

    def to_frame(self) -> pd.DataFrame:
        """A row a model: its first answers, and the rank and score of the expected one."""
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "model": model,
                    "method": found.method,
                    "answers": " ".join(found.words[:_TOLD]),
                    "expected": found.expected.word if found.expected else None,
                    "rank": found.expected.rank if found.expected else None,
                    "score": found.expected.score if found.expected else None,
                }
                for model, found in self.answers
            ]
        ).astype({"rank": "Int64", "score": float})


def compare_neighbours(words: str | Iterable[str], models: Models, n: int = 10, **options: Any) -> NeighboursBeside:
    """The neighbours of words in several models.

    Args:
        words: a word or several.
        models: names, vectors that are open, or such vectors by what they are called.
        n: how many neighbours in each list.
        options: ``tags``, ``min_count``, ``method``, ``script``, as in :meth:`~explorer.vectors.vectors.Vectors.similar`: they
            act before the first n are taken.

    Raises:
        ExplorerError: no model has an answer to any word; what the first one said.

    >>> v = Vectors(["왕", "여왕", "배"], [[1, 0], [0.8, 0.6], [0, 1]])
    >>> found = compare_neighbours("왕", {"a": v, "b": v}, 1)
    >>> found.shared("왕")
    {'여왕': 2}
    """
    asked = tuple(dict.fromkeys([words] if isinstance(words, str) else words))
    opened = _opened(models)
    found = {
        (word, name): _tried(name, word, lambda v=v, word=word: v.similar(word, n, **options))  # type: ignore[misc]
        for name, v in opened
        for word in asked
    }
    lists, refused = [], []
    for word in asked:
        for name, _ in opened:
            one = found[word, name]
            if isinstance(one, Refusal):
                refused.append(one)
            else:
                lists.append((word, name, one))
    if not lists:
        raise refused[0].error
    return NeighboursBeside(asked, tuple(name for name, _ in opened), tuple(lists), tuple(refused))


def compare_analogy(expression: str, models: Models, expected: str = "", n: int = 10, **options: Any) -> AnalogyBeside:
    """The answers of several models to one analogy, with the rank of the answer one expects.

    Args:
        expression: as in :meth:`~explorer.vectors.vectors.Vectors.analogy`.
        models: names, vectors that are open, or such vectors by what they are called.
        expected: the answer one expects; ``""`` for none.
        n: how many answers of each model.
        options: ``method``, ``exclude``, ``script``, as in :meth:`~explorer.vectors.vectors.Vectors.analogy`.

    Raises:
        ExplorerError: no model has an answer; what the first one said.

    >>> v = Vectors(["왕", "여왕", "남자", "여자", "배"], [[1, 0, 0], [1, 1, 0], [0, 0, 1], [0, 1, 1], [-1, 0, 0]])
    >>> compare_analogy("왕 − 남자 + 여자", [v], "여왕").to_frame()[["rank"]].to_dict("list")
    {'rank': [1]}
    """
    opened = _opened(models)
    found = [
        (name, _tried(name, expression, lambda v=v: v.analogy(expression, n=n, expected=expected, **options)))  # type: ignore[misc]
        for name, v in opened
    ]
    answers = tuple((name, one) for name, one in found if not isinstance(one, Refusal))
    refused = tuple(one for _, one in found if isinstance(one, Refusal))
    if not answers:
        raise refused[0].error
    return AnalogyBeside(expression, tuple(name for name, _ in opened), answers, refused)


def _opened(models: Models) -> list[tuple[str, Vectors]]:
    """Each model once, with what it is called: the name it was asked by, or its own."""
    if isinstance(models, str | Vectors) or not models:
        raise BadInput("analysis.no_models")
    if isinstance(models, Mapping):
        return list(models.items())
    found = [(one, load(one)) if isinstance(one, str) else (one.name, one) for one in dict.fromkeys(models)]
    names = Counter(name for name, _ in found)
    return [(name if names[name] == 1 else f"{name} ({place})", v) for place, (name, v) in enumerate(found, 1)]


def _tried(model: str, query: str, ask: Callable[[], T]) -> T | Refusal:
    try:
        return ask()
    except ExplorerError as error:
        return Refusal(model, query, error)
