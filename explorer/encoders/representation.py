"""Which representation of words in their sentences tells senses apart best, for each encoder: measured once, then kept.

A word's own states mix what the word is with what it means here, and crowd into a narrow cone (Ethayarajh 2019,
https://aclanthology.org/D19-1006/). What stands around the word needs no network and separates senses better than most
states do; together, each centred, they are better still. How much of each, and of which layer, differs from model to model.
It is measured on labelled sentences with homographs (:mod:`~explorer.encoders.homographs`), and kept in the home folder
under the hash of the weights; for encoders that ship it is measured beforehand.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from explorer.core.progress import ProgressCallback, report
from explorer.core.store import atomic_write, cache_path, sha256_file
from explorer.encoders.baseline import scale_words
from explorer.encoders.clusters import Space, cluster
from explorer.encoders.homographs import Homograph, homographs
from explorer.encoders.readings import Level, Reader, Representation

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.tokenizers.token import Tokenizer

__all__ = ["Choice", "Representation", "content_key", "default_representation", "measure", "shipped"]

_MEASURED = ("auc", "ari", "own_auc", "own_ari")
RECIPE = 3
"""Part of the kept file's name; raised whenever this file would choose something else."""
SHIPPED = Path(__file__).parent / "pretrained" / "representations.json"
_CANDIDATES = 40
"""Of the best by pairs so many are clustered."""
_WEIGHTS = (0.0, 0.25, 0.5, 1.0, 2.0)
"""Of a view beside what stands around the word, which has 1."""


_known: dict[str, Representation] = {}
"""What this process has measured or read, by the hash of the weights."""


class Compares(Protocol):
    """An encoder that compares words in their sentences."""

    def representation(self, progress: ProgressCallback | None = None) -> Representation: ...


def default_representation(encoder: Compares, progress: ProgressCallback | None = None) -> Representation:
    """What ``encoder`` compares words in their sentences by, where nobody says otherwise.

    Args:
        encoder: from :func:`~explorer.encoders.open.encoder`.
        progress: told about the measuring, which a checkpoint needs when it is first used.

    >>> from explorer.encoders.open import encoder
    >>> sorted(default_representation(encoder("mini")).weights)
    ['context', 'masked', 'own', 'substitutes']
    """
    return encoder.representation(progress)


class Choice:
    """The representation of one encoder, looked up or measured when it is first needed. Safe from several threads."""

    def __init__(self, analyser: Tokenizer, folder: Path | None = None) -> None:
        """
        Args:
            analyser: Kiwi.
            folder: where the weights lie; without one nothing is looked up or kept.
        """
        self._analyser, self._folder = analyser, folder
        self._found: Representation | None = None
        self._turn = threading.Lock()

    def __call__(self, reader: Reader, progress: ProgressCallback | None = None) -> Representation:
        """The representation that ``reader`` is read in."""
        while self._found is None:
            if not self._turn.acquire(timeout=0.5):
                report(progress, "choosing the representation")  # somebody else is at it; the person may still stop
                continue
            try:
                self._found = self._found or self._look(reader, progress)
            finally:
                self._turn.release()
        return self._found

    def _look(self, reader: Reader, progress: ProgressCallback | None) -> Representation:
        if self._folder is None:
            return measure(reader, self._analyser, progress=progress)
        key = content_key(self._folder)
        ready = shipped().get(key) or _known.get(key)
        if ready is not None:
            return ready
        file = cache_path("representations", f"{key[:32]}-{RECIPE}.json")
        kept = _read(file)
        if kept is None:
            kept = measure(reader, self._analyser, progress=progress)
            atomic_write(file, json.dumps(kept.to_dict(), indent=1) + "\n")
        _known[key] = kept
        return kept


def content_key(folder: Path) -> str:
    """What tells the weights in a folder from any others: a hash over those of its ``*.safetensors``."""
    files = sorted(folder.glob("*.safetensors"))
    return hashlib.sha256("".join(map(sha256_file, files)).encode()).hexdigest()


def shipped() -> dict[str, Representation]:
    """The representations that were measured beforehand, by the hash of the weights."""
    data = json.loads(SHIPPED.read_text(encoding="utf-8"))
    return {key: _from(values) for key, values in data.items()}


def _read(file: Path) -> Representation | None:
    """A kept representation; ``None`` where there is none, or none that can be read (it is measured anew then)."""
    try:
        return _from(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _from(values: Mapping[str, Any]) -> Representation:
    weights = {str(name): float(weight) for name, weight in values["weights"].items()}
    measured = (float(values[name]) for name in _MEASURED)
    return Representation(int(values["layer"]), weights, str(values["source"]), *measured)


def measure(
    reader: Reader,
    analyser: Tokenizer,
    labelled: Iterable[Homograph] | None = None,
    *,
    progress: ProgressCallback | None = None,
) -> Representation:
    """Try every layer and weight on labelled sentences, and take what parts senses best in the two ways it will be used.

    Pairs: how often two sentences of one sense are nearer than two of different senses, around the mean of other words (area
    under the ROC curve over the pairs of each word). Groups: how well clusters agree with the senses (adjusted Rand index).
    Both are means over words. The first is steady, so it picks the candidates; the sum of both decides among them.

    Args:
        reader: the model.
        analyser: Kiwi, which finds the words whose mean is subtracted.
        labelled: sentences with their senses; those that ship when ``None``.
        progress: told how far the reading is.
    """
    report(progress, "choosing the representation")
    group = sorted(homographs() if labelled is None else labelled, key=lambda one: one.word)
    views = reader.every()
    places = [(one.start, one.end) for one in group]
    found = reader.states([one.word for one in group], [one.text for one in group], places, views=views, progress=progress)
    others = reader.states(*scale_words(analyser), views=views, progress=progress)
    scores = _Scores([one.word for one in group], [one.sense for one in group])
    cosines: dict[Level, NDArray[np.float64]] = {}
    for level in views:
        space = Space.beside({"": others.rows[level]}, {"": 1.0})
        cosines[level] = scores.cosines(space.place({"": found.rows[level]}))
    last = max(layer for _, layer in views if isinstance(layer, int))
    tried: list[tuple[float, dict[Level, float]]] = []
    for parts in _combinations(reader, last):
        tried.append((scores.auc(np.sum([weight * cosines[level] for level, weight in parts.items()], axis=0)), parts))
    tried.sort(key=lambda one: -one[0])
    ranked = []
    for number, (auc, parts) in enumerate(tried[:_CANDIDATES], 1):
        ranked.append((auc, scores.ari(found.rows, parts), parts))
        report(progress, "choosing the representation", number, _CANDIDATES)
    auc, ari, parts = max(ranked, key=lambda one: one[0] + one[1])
    own: Level = ("own", last)
    plain = Space({"": 1.0}, {}, None).place({"": found.rows[own]})
    return Representation(
        next((layer for _, layer in parts if isinstance(layer, int)), last),
        {name: weight for (name, _), weight in parts.items()},
        "measured",
        *(round(value, 3) for value in (auc, ari, scores.auc(scores.cosines(plain)), scores.ari(found.rows, {own: 1.0}))),
    )


def _combinations(reader: Reader, last: int) -> Iterator[dict[Level, float]]:
    """Layers, the last first, and weights of the views: what stands around the word has 1, or nothing has but one view."""
    others = [name for name in (*reader.layered, *reader.whole) if name != "context"]
    yield {("context", None): 1.0}
    for layer in range(last, -1, -1):
        for name in reader.layered:
            yield {(name, layer): 1.0}
        for chosen in product(_WEIGHTS, repeat=len(others)):
            weights: dict[Level, float] = {
                (name, layer if name in reader.layered else None): w for name, w in zip(others, chosen, strict=True) if w
            }
            if weights:
                yield {("context", None): 1.0, **weights}


class _Scores:
    """How well senses part, on labelled sentences in the order of their words."""

    def __init__(self, words: list[str], senses: list[str]) -> None:
        names, kinds = np.array(words), np.array(senses)
        first, second = np.triu_indices(len(words), 1)
        together = names[first] == names[second]
        self._first, self._second = first[together], second[together]
        same = kinds[self._first] == kinds[self._second]
        owners = names[self._first]
        pairs = [np.flatnonzero(owners == word) for word in dict.fromkeys(words)]
        self._pairs = [(mine, same[mine]) for mine in pairs if 0 < same[mine].sum() < len(mine)]
        groups = [np.flatnonzero(names == word) for word in dict.fromkeys(words)]
        self._groups = [(mine, kinds[mine].tolist()) for mine in groups if len(set(kinds[mine])) > 1]

    def cosines(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """The cosine of each two unit rows of one word."""
        found: NDArray[np.float64] = np.einsum("ij,ij->i", points[self._first], points[self._second])
        return found

    def auc(self, scores: NDArray[np.float64]) -> float:
        """Mean over words of the area under the ROC curve of the pairs' scores."""
        from scipy.stats import rankdata

        found = []
        for rows, same in self._pairs:
            ranks, count = rankdata(scores[rows])[same], int(same.sum())
            found.append((ranks.sum() - count * (count + 1) / 2) / (count * (len(rows) - count)))
        return float(np.mean(found)) if found else 0.5

    def ari(self, rows: Mapping[Level, NDArray[np.floating[Any]]], parts: Mapping[Level, float]) -> float:
        """Mean over words of the adjusted Rand index of as many clusters as there are senses."""
        from sklearn.metrics import adjusted_rand_score

        found = []
        weights = {str(level): weight for level, weight in parts.items()}
        for mine, kinds in self._groups:
            views = {str(level): rows[level][mine] for level in parts}
            labels, _ = cluster(Space.fit(views, weights).place(views), len(set(kinds)), centre=False)
            found.append(float(adjusted_rand_score(kinds, labels)))
        return float(np.mean(found)) if found else 0.0
