"""One word in several models: what each takes it for, how often it saw it, what it holds near, and what these lists share.

Lists are compared as they stand, each exact and in its own space. A model that does not know a word of another's list could not
have named it: how many words it could have named is counted too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from explorer.analysis.projection import Projection, project
from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback, report
from explorer.display.record import Record
from explorer.text.frequency import Frequency
from explorer.text.tags import tag_of, word_of
from explorer.vectors.checks import check_n

if TYPE_CHECKING:
    import pandas as pd

    from explorer.tokenizers.token import Token
    from explorer.vectors.records import Neighbour, Resolution
    from explorer.vectors.senses import Sense
    from explorer.vectors.vectors import Vectors

__all__ = ["ModelWord", "Overlap", "Shared", "Word", "frequency", "pieces_of", "side_by_side", "surroundings", "word"]

MODELS = ("kiwi", "korean", "word2vec", "glove")
"""What :func:`word` asks: the models that everybody has, so ordered that lists side by side share most."""

SURROUNDINGS = 60
"""Neighbours on the small map of a word."""


@dataclass(frozen=True, slots=True)
class ModelWord:
    """What one model has to say of a word.

    Attributes:
        model: its name.
        resolution: what it takes the word for; ``None`` where it has no vector.
        neighbours: the nearest words; none without a vector.
        senses: the senses it knows of the word, the most frequent first.
        frequency: of the key; ``None`` for composed words and models that know no frequencies.
        suggestions: words spelt like it, where it has no vector.
    """

    model: str
    resolution: Resolution | None
    neighbours: tuple[Neighbour, ...] = ()
    senses: tuple[Sense, ...] = ()
    frequency: Frequency | None = None
    suggestions: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "resolution": self.resolution.to_dict() if self.resolution else None,
            "neighbours": [one.to_dict() for one in self.neighbours],
            "senses": [one.to_dict() for one in self.senses],
            "frequency": self.frequency.to_dict() if self.frequency else None,
            "suggestions": list(self.suggestions),
        }


@dataclass(frozen=True, slots=True)
class Shared:
    """A word that several lists have: its place in each, counted from 1, by the model's name."""

    word: str
    key: str
    ranks: dict[str, int]

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Overlap:
    """What two lists have in common.

    Attributes:
        models: the two models.
        shared: words in both lists.
        possible: the most they could share: words of either list that the other model knows, the smaller number.
        n: how long the lists are.
    """

    models: tuple[str, str]
    shared: int
    possible: int
    n: int

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"models": list(self.models)}


@dataclass(frozen=True, slots=True, repr=False)
class Word(Record):
    """One word in several models and tokenizers.

    Attributes:
        word: as it was asked.
        n: how long the lists of neighbours are.
        models: what each model says, in the order in which they were given.
        shared: the words that more than one list has: those in most lists first.
        overlaps: for each pair of models that know the word, what their lists share.
        tokens: what each tokenizer makes of the word, by its name.
    """

    word: str
    n: int
    models: tuple[ModelWord, ...]
    shared: tuple[Shared, ...]
    overlaps: tuple[Overlap, ...]
    tokens: dict[str, tuple[Token, ...]]

    @property
    def key(self) -> str | None:
        """The reading most models agree on (of equals the first); ``None`` where it is no single key."""
        read = [one.resolution.parts[0] for one in self.models if one.resolution and len(one.resolution.parts) == 1]
        return max(dict.fromkeys(read), key=read.count) if read else None

    def overlap(self, first: str, second: str) -> Overlap | None:
        """What the lists of two models share; ``None`` where one has none."""
        return next((one for one in self.overlaps if set(one.models) == {first, second}), None)

    def to_dict(self) -> dict[str, Any]:
        return {
            "word": self.word,
            "key": self.key,
            "n": self.n,
            "models": [one.to_dict() for one in self.models],
            "shared": [one.to_dict() for one in self.shared],
            "overlaps": [one.to_dict() for one in self.overlaps],
            "tokens": [{"tokenizer": name, "tokens": [one.to_dict() for one in row]} for name, row in self.tokens.items()],
        }

    def to_frame(self) -> pd.DataFrame:
        """The lists as a table: model, rank, word, key, score, count, and in how many of the lists the word is."""
        import pandas as pd

        lists = {(name, rank): len(one.ranks) for one in self.shared for name, rank in one.ranks.items()}
        rows = [
            {"model": one.model, "rank": rank, **near.to_dict(), "lists": lists.get((one.model, rank), 1)}
            for one in self.models
            for rank, near in enumerate(one.neighbours, 1)
        ]
        return pd.DataFrame(rows, columns=["model", "rank", "word", "key", "score", "count", "lists"])

    def frequencies(self) -> pd.DataFrame:
        """The frequencies as a table: model, key, count, rank, of, per_million; a row for each model that knows one."""
        import pandas as pd

        rows = [
            {"model": one.model, "key": one.resolution.key, **one.frequency.to_dict()}
            for one in self.models
            if one.resolution and one.frequency
        ]
        return pd.DataFrame(rows, columns=["model", "key", *Frequency.__slots__])


def word(
    query: str,
    models: Sequence[str | Vectors] = MODELS,
    tokenizers: Sequence[str] | None = None,
    n: int = 10,
    *,
    progress: ProgressCallback | None = None,
) -> Word:
    """Everything several models and tokenizers say of one word.

    Args:
        query: a word in any form, a key, or a sense (``배#1``).
        models: names as :func:`explorer.load` takes them, or vectors.
        tokenizers: names; by default all that are here.
        n: how many neighbours.
        progress: told which model answers.

    Raises:
        BadInput: an empty word, no model, two models of one name, or n below 1.
        UnknownName: a model or tokenizer of that name is not here.

    >>> from explorer.vectors.vectors import Vectors
    >>> a = Vectors(["왕/NNG", "여왕/NNG", "배/NNG"], [[1, 0], [0.8, 0.6], [0, 1]], info={"model": "a"})
    >>> b = Vectors(["왕/NNG", "여왕/NNG", "배/NNG"], [[1, 0], [0, 1], [0.9, 0.1]], info={"model": "b"})
    >>> found = word("왕", [a, b], ["jamo"], n=1)
    >>> [one.neighbours[0].word for one in found.models], found.overlaps[0].shared, len(found.tokens["jamo"])
    (['여왕', '배'], 0, 3)
    """
    from explorer.static.load import load
    from explorer.tokenizers.loading import tokenizer, tokenizer_names

    opened = []
    for place, model in enumerate(models):
        report(progress, "opening models", place, len(models), "models", model if isinstance(model, str) else model.name)
        opened.append(load(model, progress) if isinstance(model, str) else model)
    by_name = {one.name: one for one in opened}
    if len(by_name) < len(opened):
        raise BadInput("analysis.word_models_alike", name=max(by_name, key=[one.name for one in opened].count))
    found = side_by_side(query, by_name, n)
    names = [name for name in tokenizer_names() if _is_here(name)] if tokenizers is None else tokenizers
    cut = {name: tuple(tokenizer(name).tokenize(query)) for name in names}
    return Word(found.word, found.n, found.models, found.shared, found.overlaps, cut)


def _is_here(name: str) -> bool:
    """Whether a tokenizer's package is installed: MeCab is an extra."""
    from importlib.util import find_spec

    return name != "mecab" or find_spec("mecab") is not None


def side_by_side(query: str, models: dict[str, Vectors], n: int = 10) -> Word:
    """:func:`word` for models that are open, by their names, without tokenizers.

    Raises:
        BadInput: an empty word, no model, or n below 1.
    """
    check_n(n)
    if not query.strip() or not models:
        raise BadInput("analysis.word_unasked", word=query, models=len(models))
    said = tuple(_asked(name, v, query, n) for name, v in models.items())
    known = [one for one in said if one.resolution]
    # Models of other tokenizers have no tags on their keys: then words are compared, not keys.
    tagged = all(tag_of(near.key) for one in known for near in one.neighbours)
    lists = {one.model: [near.key if tagged else near.word for near in one.neighbours] for one in known}
    places: dict[str, dict[str, int]] = {}
    for name, listed in lists.items():
        for rank, key in enumerate(listed, 1):
            places.setdefault(key, {}).setdefault(name, rank)
    shared = sorted(
        (Shared(word_of(key), key, ranks) for key, ranks in places.items() if len(ranks) > 1),
        key=lambda one: (-len(one.ranks), sum(one.ranks.values())),
    )
    overlaps = []
    for (first, mine), (second, theirs) in combinations(lists.items(), 2):
        possible = min(sum(key in models[second] for key in set(mine)), sum(key in models[first] for key in set(theirs)))
        overlaps.append(Overlap((first, second), len(set(mine) & set(theirs)), possible, n))
    return Word(query, n, said, tuple(shared), tuple(overlaps), {})


def _asked(name: str, v: Vectors, query: str, n: int) -> ModelWord:
    resolution = v.find(query)
    if resolution is None:
        return ModelWord(name, None, suggestions=tuple(v.suggest(query)))
    return ModelWord(name, resolution, v.similar(query, n).neighbours, tuple(v.senses(query)), frequency(v, resolution.key), ())


def frequency(v: Vectors, key: str) -> Frequency | None:
    """How often a model saw a key; ``None`` for what is no key, and for models that know nothing of it.

    Counts are of the model's vocabulary: ``per_million`` is of the occurrences of all its keys. Kiwi publishes the order alone.

    >>> from explorer.vectors.vectors import Vectors
    >>> frequency(Vectors(["왕", "배"], [[1, 0], [0, 1]], counts=[1, 3]), "왕").to_dict()
    {'count': 1, 'rank': 2, 'of': 2, 'per_million': 250000.0}
    """
    row = v.row(key)
    if row is None:
        return None
    if v.counts is None:
        return Frequency(None, row + 1, len(v), None) if v.info.get("model") == "kiwi" else None
    count = int(v.counts[row])
    return Frequency(count, int((v.counts > count).sum()) + 1, len(v), 1e6 * count / max(1, int(v.counts.sum())))


def pieces_of(tokens: Sequence[Token]) -> list[str]:
    """What to show of tokens: their piece of the text, or, where several share one (갔 = 가다 + 었, the jamo of a syllable), their forms.

    >>> from explorer.tokenizers.token import Token
    >>> pieces_of([Token("갔", 0, 1, "가다"), Token("갔", 0, 1, "었"), Token("다", 1, 2, "다")])
    ['가다', '었', '다']
    """
    spans = Counter((token.start, token.end) for token in tokens)
    shared = {span for span, count in spans.items() if count > 1}
    return [token.surface if (token.start, token.end) not in shared and token.surface else token.form for token in tokens]


def surroundings(v: Vectors, query: str, n: int = SURROUNDINGS, method: str = "tsne") -> Projection:
    """A small map of a word and its n nearest words; the word is its first point. How far to trust it is measured.

    By t-SNE (perplexity 20), which keeps more neighbours than PCA: of 40 words in ``korean`` 61 % against 52 % of each point's
    12 nearest among 60 neighbours, where chance is 20 %.

    Raises:
        OutOfVocabulary: the word has no vector.
        BadInput: fewer than 4 neighbours.
    """
    keys = [near.key for near in v.similar(query, n)]
    return project(v, method=method, words=[query, *keys], perplexity=20.0, seed=42)
