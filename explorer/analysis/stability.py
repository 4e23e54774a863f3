"""Which neighbours are luck: models trained again, from other seeds or on texts drawn again, and what they agree on.

A word's neighbours change when only the seed changes, and more when the texts are others of the same kind (Antoniak & Mimno
2018, TACL; Wendlandt, Kummerfeld & Mihalcea 2018, NAACL). The number is that of the first: the share of neighbours that two models
have in common, |A ∩ B| / |A ∪ B| of the n nearest (Jaccard@n), averaged over all pairs of models.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from explorer.core.errors import BadInput
from explorer.core.intervals import mean_interval
from explorer.core.progress import ProgressCallback, labelled, report
from explorer.display.record import Record
from explorer.text.tags import word_of
from explorer.vectors.checks import check_n
from explorer.vectors.search import nearest

if TYPE_CHECKING:
    import pandas as pd

    from explorer.vectors.vectors import Vectors

__all__ = ["RESAMPLE", "Resampled", "Stability", "WordStability", "stability", "train_again"]

RESAMPLE = ("seeds", "bootstrap")
"""What differs between models trained again: the seed alone, or also the texts (drawn with replacement)."""

_WORDS = 1_000
_BLOCK = 64


@dataclass(frozen=True, slots=True)
class WordStability:
    """How steady one word's neighbours are.

    Attributes:
        word, key: the word and its key.
        jaccard: mean Jaccard@n over all pairs of models, in [0, 1].
        count: occurrences, where the first model knows them.
        support: every key that is among the n nearest in some model, with the share of models in which it is; best first.
            A neighbour that one model of ten has is luck.
    """

    word: str
    key: str
    jaccard: float
    count: int | None
    support: tuple[tuple[str, float], ...]

    @property
    def steady(self) -> tuple[str, ...]:
        """The neighbours all models agree on."""
        return tuple(key for key, share in self.support if share == 1)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"support": [list(pair) for pair in self.support], "steady": list(self.steady)}


@dataclass(frozen=True, slots=True, repr=False)
class Stability(Record):
    """What several models agree on.

    Attributes:
        words: the words, steadiest first.
        mean: mean Jaccard@n over the words; ``low``, ``high``: its 95 % bootstrap interval over words.
        n: neighbours compared.
        keys: keys all models share; neighbours are sought among these, so that a missing key is no disagreement.
        models: names of the models.
        seed: of the choice of words and of the bootstrap.
    """

    words: tuple[WordStability, ...]
    mean: float
    low: float
    high: float
    n: int
    keys: int
    models: tuple[str, ...]
    seed: int = 42

    @property
    def chance(self) -> float:
        """What Jaccard@n comes to where neighbours are drawn from a hat."""
        return self.n / (2 * (self.keys - 1) - self.n)

    def to_dict(self) -> dict[str, Any]:
        plain = {name: getattr(self, name) for name in ("mean", "low", "high", "chance", "n", "keys", "seed")}
        return plain | {"models": list(self.models), "words": [word.to_dict() for word in self.words]}

    def to_frame(self) -> pd.DataFrame:
        """A row for each word: word, key, jaccard, count, steady (neighbours all agree on), neighbours (all there were)."""
        import pandas as pd

        rows = [
            {
                "word": each.word,
                "key": each.key,
                "jaccard": each.jaccard,
                "count": each.count,
                "steady": len(each.steady),
                "neighbours": len(each.support),
            }
            for each in self.words
        ]
        return pd.DataFrame(rows, columns=["word", "key", "jaccard", "count", "steady", "neighbours"])


def stability(
    models: Sequence[Vectors],
    words: Iterable[str] | None = None,
    *,
    n: int = 10,
    seed: int = 42,
    progress: ProgressCallback | None = None,
) -> Stability:
    """How far several models name the same neighbours.

    Args:
        models: two or more over the same kind of keys, e.g. from :func:`train_again`.
        words: the words to ask for, as the first model resolves them; by default 1,000 keys drawn from those all share.
        n: neighbours of each word.
        seed: of the draw of words and of the bootstrap.
        progress: told how many models have answered.

    Raises:
        BadInput: fewer than two models, no more than n shared keys, or a word that is not a key of all.
        OutOfVocabulary: a word the first model has no vector for.

    >>> from explorer.vectors.vectors import Vectors
    >>> a = Vectors("abc", [[1, 0], [0.9, 0.1], [0, 1]])
    >>> b = Vectors("abc", [[1, 0], [0, 1], [0.9, 0.1]])
    >>> [(each.word, each.jaccard) for each in stability([a, b], n=1).words]
    [('a', 0.0), ('b', 0.0), ('c', 0.0)]
    """
    check_n(n)
    if len(models) < 2:
        raise BadInput("analysis.stability_needs_models", count=len(models))
    shared = [key for key in models[0].keys if all(v.row(key) is not None for v in models[1:])]
    if len(shared) <= n:
        raise BadInput("analysis.shared_keys_too_few", shared=len(shared), n=n)
    asked = _asked(models[0], shared, words, seed)
    place = {key: number for number, key in enumerate(shared)}
    found = np.empty((len(models), len(asked), n), dtype=np.int64)
    for number, v in enumerate(models):
        report(progress, "comparing neighbours", number, len(models), "models")
        found[number] = _neighbours(v, shared, [place[key] for key in asked], n)
    report(progress, "comparing neighbours", len(models), len(models), "models")
    scored = [_word(models[0], key, found[:, row], shared) for row, key in enumerate(asked)]
    mean, low, high = mean_interval([each.jaccard for each in scored], seed)
    steadiest = sorted(scored, key=lambda each: -each.jaccard)
    names = tuple(v.name for v in models)
    return Stability(tuple(steadiest), mean, low, high, n, len(shared), names, seed)


def _asked(v: Vectors, shared: list[str], words: Iterable[str] | None, seed: int) -> list[str]:
    if words is None:
        size = min(_WORDS, len(shared))
        return [shared[row] for row in sorted(np.random.default_rng(seed).choice(len(shared), size, replace=False).tolist())]
    known = set(shared)
    asked = list(dict.fromkeys(v.resolve(word).key for word in words))
    strange = [key for key in asked if key not in known]
    if strange:
        raise BadInput("analysis.key_not_shared", word=strange[0])
    if not asked:
        raise BadInput("analysis.words_empty")
    return asked


def _neighbours(v: Vectors, shared: list[str], asked: list[int], n: int) -> npt.NDArray[np.int64]:
    """The n nearest shared keys of each word, as places in ``shared`` (words × n)."""
    rows = np.array([v.index(key) for key in shared], dtype=np.int64)
    place = np.full(len(v), -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    mask = place >= 0
    found = np.empty((len(asked), n), dtype=np.int64)
    for start in range(0, len(asked), _BLOCK):
        mine = rows[asked[start : start + _BLOCK]]
        answers = nearest(v.vectors, v.vectors[mine], n, v.inverse, [[row] for row in mine.tolist()], mask)
        for offset, (best, _) in enumerate(answers):
            found[start + offset] = place[best]
    return found


def _word(v: Vectors, key: str, found: npt.NDArray[np.int64], shared: list[str]) -> WordStability:
    sets = [set(each.tolist()) for each in found]
    values = [len(a & b) / len(a | b) for a, b in combinations(sets, 2)]
    seen = Counter(place for each in found for place in each.tolist())
    # Equal shares: the one that stands nearer on average first.
    rank = {
        place: float(np.mean([list(each).index(place) if place in each else len(each) for each in found])) for place in seen
    }
    order = sorted(seen, key=lambda place: (-seen[place], rank[place], place))
    support = tuple((shared[place], seen[place] / len(found)) for place in order)
    count = None if v.counts is None else int(v.counts[v.index(key)])
    return WordStability(word_of(key), key, float(np.mean(values)), count, support)


class Resampled:
    """Texts drawn again with replacement, without holding them in memory: each comes 0, 1, 2 … times, by Poisson's law with
    mean 1, which is what drawing as many texts as there are comes to (Chamandy et al. 2012). Every pass gives the same draw.

    Args:
        texts: strings that can be read again and again: a list, or an object whose ``texts()`` starts anew.
        seed: of the draw.

    >>> drawn = Resampled(["가", "나", "다", "라"], seed=1)
    >>> list(drawn) == list(drawn)
    True
    """

    def __init__(self, texts: Any, seed: int) -> None:
        self._texts = texts
        self._seed = seed

    def __iter__(self) -> Iterator[str]:
        rng = np.random.default_rng(self._seed)
        times: list[int] = []
        for text in _once(self._texts):
            if not times:
                times = rng.poisson(1.0, 4_096).tolist()
            for _ in range(times.pop()):
                yield text


def _once(texts: Any) -> Iterable[str]:
    source = texts.texts() if callable(getattr(texts, "texts", None)) else texts
    if isinstance(source, str | bytes) or not isinstance(source, Iterable):
        raise BadInput("analysis.texts_wrong_type", type_name=type(texts).__name__)
    return source


def train_again(
    model: str,
    texts: Any,
    *,
    times: int = 5,
    resample: str = "bootstrap",
    seed: int = 42,
    progress: ProgressCallback | None = None,
    **params: Any,
) -> list[Vectors]:
    """Train one model several times, with other seeds and, for a bootstrap, on texts drawn again.

    Args:
        model, params: as in :func:`explorer.train` (no ``name``: nothing is saved).
        texts: documents that can be read again and again: a list, or a corpus. A bootstrap draws whole documents, because the
            sentences of one are no independent evidence. ``min_count`` then counts occurrences in what was drawn.
        times: how many models, two or more.
        resample: ``"seeds"``: the same texts, so only chance in training is seen; ``"bootstrap"``: also that of the texts.
        seed: the first model's; each next one adds 1.
        progress: told about every stage, with the number of the model.

    Returns:
        The models, for :func:`stability`.

    Raises:
        BadInput: texts that can be read only once, an unknown ``resample``, or what training refuses.

    >>> texts = ["왕 왕비 궁전", "개 고양이 집", "산 강 바다"] * 40
    >>> found = train_again("glove", texts, times=2, tokenizer="eojeol", dim=8, epochs=2, workers=1)
    >>> [v.info["seed"] for v in found]
    [42, 43]
    """
    from explorer.static.train import check_makes_vectors, train

    if resample not in RESAMPLE:
        raise BadInput("analysis.unknown_resample", resample=resample, allowed=", ".join(RESAMPLE))
    if times < 2:
        raise BadInput("analysis.times_too_few", times=times)
    check_makes_vectors(model)
    if "name" in params:
        raise BadInput("analysis.retrained_not_saved")
    if iter(_once(texts)) is texts:
        raise BadInput("analysis.texts_read_once")
    made: list[Vectors] = []
    for number in range(times):
        chosen = Resampled(texts, seed + number) if resample == "bootstrap" else _once(texts)
        told = labelled(progress, f"model {number + 1} of {times}")
        made.append(train(model, chosen, seed=seed + number, progress=told, **_described(params, resample, seed + number)))
    return made


def _described(params: Mapping[str, Any], resample: str, seed: int) -> dict[str, Any]:
    """The parameters of one training, its corpus named for what it is."""
    if resample == "seeds":
        return dict(params)
    return {**params, "corpus": f"{params.get('corpus') or 'texts'}, drawn again (seed {seed})"}
