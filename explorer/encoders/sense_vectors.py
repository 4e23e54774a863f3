"""Vectors for the senses of words, in the space of the words' own vectors.

Contexts of a word are grouped by an encoder; what stands around the word in a group is mapped into the space of word vectors by a
linear map that was learnt where the answer is known: from the contexts of frequent words to these words' vectors (à la carte
embedding, Khodak et al. 2018, https://aclanthology.org/P18-1002/). Context words count by their smooth inverse frequency (Arora,
Liang & Ma 2017, ICLR) and by their distance, as in the training of Word2Vec.

Texts of several kinds differ more from each other than the senses of a word do, and an encoder alone sorts reviews from
encyclopaedia. So the contexts are also seen through the word's own collocates: the keys around it, weighted by how much more
frequent they are there than around the other words asked for.

Where sentences with the word's senses are at hand, nothing is divided: a context goes to the sense whose sentences it is nearest to,
or to none where two are nearly as near.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback, report
from explorer.encoders.clusters import Space, centres, silhouette
from explorer.encoders.homographs import Homograph, homographs
from explorer.encoders.telling import telling_words
from explorer.static.windows import Place, place_in, read_windows
from explorer.text.tags import TOPICAL, base_tag, tag_of
from explorer.tokenizers.batch import tokenize_all
from explorer.tokenizers.token import key_of
from explorer.vectors.senses import Sense, SenseTable, sense_key

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.encoders.readings import Reader
    from explorer.tokenizers.token import Tokenizer
    from explorer.vectors.vectors import Vectors

    Rows = NDArray[np.float64]

__all__ = ["WORDS", "fit_senses", "sense_vectors", "shipped_words"]

WORDS = Path(__file__).with_name("sense_words.txt")
"""Korean words with several senses, a key a line."""

_ANCHORS = 6_000
"""Frequent words that the map is learnt from."""
_SIF = 1e-3
_RIDGE = 0.01
"""Share of the mean variance of a direction: on held-out words the best of 0.01, 0.1, 0.3 and 1."""
_COLLOCATES = 1.33
"""Weight of the collocates' cosine beside that of the encoder's views: the best of 0.17, 0.33, 0.67 and 1.33 on the sample's
homographs among contexts of a corpus."""
_LEAST_CONTEXTS = 20
_LEAST_SHARE, _LEAST_EXAMPLES = 0.05, 8
"""Smaller groups are odd contexts, not senses; these go to the nearest larger one."""
_LEAD = 0.3
"""How much higher its cosine has to be than any other sense's for a context to count: the best of 0 to 0.3 on the sample's homographs."""
_LEAST_LABELLED = 3
_LABELLED_TIMES = 3
"""So many times the contexts are drawn for a word with labelled sentences: a rare sense needs them."""
_REACH = 80
_END = re.compile(r"[.!?…。](?=\s)")


def shipped_words() -> list[str]:
    """The keys of Korean words with several senses that come with the package."""
    return WORDS.read_text(encoding="utf-8").split()


def sense_vectors(
    vectors: Vectors,
    words: Iterable[str] | None,
    corpus: Iterable[str] | Any,
    encoder: str = "mini",
    contexts: int = 300,
    seed: int = 42,
    *,
    most: int = 6,
    labelled: Iterable[Homograph] | None = None,
    workers: int | None = None,
    name: str | None = None,
    progress: ProgressCallback | None = None,
) -> Vectors:
    """The same vectors, with a vector for each sense of some words beside them (:meth:`Vectors.senses`).

    Args:
        vectors: any whose tokenizer is known.
        words: keys or words; those without a key, or in few texts, are left out. ``None`` takes :func:`shipped_words`.
        corpus: strings, read once, or an object whose ``texts()`` gives them.
        encoder: what groups the contexts.
        contexts: at most so many for each word, three times as many for one with labelled sentences.
        seed: which contexts are drawn, and how groups begin.
        most: the largest number of senses that is tried.
        labelled: sentences that show a word in its senses, at least three of each; the contexts of such a word go to the sense that
            they are clearly nearest to, the others are divided by themselves. ``None`` takes the sample's homographs.
        workers: threads of the tokenizer.
        name: what to call the texts.
        progress: told about both passes; raising Cancelled in it ends the work.

    Raises:
        BadInput: no text, no word with a key, or vectors whose tokenizer is not known.

    >>> from corpora import open_corpus
    >>> from explorer.static.load import load
    >>> v = sense_vectors(load("word2vec"), ["배"], open_corpus("sample"), contexts=40)
    >>> len(v.senses("배")) in range(7), v.keys == load("word2vec").keys
    (True, True)
    """
    from explorer.encoders.open import encoder as open_encoder
    from explorer.static.keys import choose_keys
    from explorer.static.train import texts_of
    from explorer.vectors.vectors import Vectors as Made

    if contexts < 2 or most < 2 or isinstance(words, str):
        raise BadInput("encoders.sense_limits", contexts=contexts, most=most)
    tokenizer = _tokenizer_of(vectors)
    rows = [row for word in (shipped_words() if words is None else words) if (row := vectors.lookup(word)) is not None]
    if not rows:
        raise BadInput("encoders.no_word_has_key", model=vectors.name)
    reader = open_encoder(encoder, progress=progress).reader
    params = vectors.info.get("params")
    params = params if isinstance(params, Mapping) else {}
    window = int(params.get("window") or 5)
    around = _Around(vectors, window)
    anchors = np.array([vectors.index(key) for key in vectors.most_frequent(_ANCHORS + len(rows))], np.int64)
    anchors = anchors[~np.isin(anchors, rows)]
    choice = choose_keys(tokenizer, params.get("keys"))
    index = {key: row for row, key in enumerate(vectors.keys)}
    shown = _labelled(vectors, rows, homographs() if labelled is None else labelled, tokenizer, index, window, choice)
    wanted = {row: contexts * (_LABELLED_TIMES if row in shown else 1) for row in rows}
    read = read_windows(
        texts_of(corpus), tokenizer, index, wanted, anchors, around.sums,
        dim=vectors.dim, window=window, choice=choice, seed=seed, workers=workers, progress=progress,
    )  # fmt: skip
    mapped = _Map.learn(read.sums, read.mass, vectors.unit[anchors])
    usual = around.frequencies(place for places in read.places.values() for place in places)
    senses: list[Sense] = []
    made: list[NDArray[np.float32]] = []
    for number, (row, places) in enumerate(read.places.items(), 1):
        key = vectors.keys[row]
        seen = _seen(key, places, tokenizer, workers)
        if row in shown:
            groups = _nearest(key, seen, shown[row], reader)
        else:
            groups = _groups(key, seen, reader, around, usual, most, seed) if len(seen) > _LEAST_CONTEXTS else []
        length = float(np.linalg.norm(vectors.vectors[row]))
        telling = _telling(vectors, groups, row)
        for place, (group, words_of) in enumerate(zip(groups, telling, strict=True), 1):
            share = len(group) / sum(map(len, groups))
            senses.append(Sense(sense_key(key, place), round(share, 4), tuple(words_of), len(group)))
            made.append(mapped.place(around.mean(group), length))
        report(progress, "sorting senses", number, len(read.places), "words", key)
    table = SenseTable(senses, np.stack(made) if made else np.empty((0, vectors.dim)))
    told = {
        "corpus": name or f"{read.documents:,} texts", "characters": read.characters, "encoder": encoder, "contexts": contexts,
        "window": window, "seed": seed, "asked": len(rows), "words": len(table.words), "fit": mapped.fit,
        "labelled": len(shown),
    }  # fmt: skip
    info = {entry: value for entry, value in vectors.info.items() if entry not in ("name", "warnings")} | {"senses": told}
    return Made(vectors.keys, vectors.vectors, vectors.counts, info, composer=vectors.composer, senses=table)


def fit_senses(
    texts: Iterable[str],
    *,
    tokenizer: str | Tokenizer,
    progress: ProgressCallback | None = None,
    base: str = "word2vec",
    words: str = "",
    encoder: str = "mini",
    contexts: int = 300,
    most: int = 6,
    seed: int = 42,
    workers: int | None = None,
    corpus: str | None = None,
) -> Vectors:
    """``train("senses", …)``: :func:`sense_vectors` of the model called ``base``; ``words`` is a file of them, or they with commas."""
    from explorer.core.paths import expanded
    from explorer.static.load import load

    vectors = load(base, progress=progress)
    made_by, given = _tokenizer_of(vectors).name, tokenizer if isinstance(tokenizer, str) else tokenizer.name
    if given != made_by:
        raise BadInput("encoders.senses_other_tokenizer", model=base, tokenizer=made_by, given=given)
    path = WORDS if not words else Path(words) if "," in words else expanded(words)
    there = os.path.isfile(path)  # noqa: PTH113  no error where the words are longer than a name can be
    chosen = path.read_text(encoding="utf-8").split() if there else [one.strip() for one in words.split(",")]
    return sense_vectors(
        vectors, chosen, texts, encoder, contexts, seed, most=most, workers=workers, name=corpus, progress=progress
    )


fit_senses.reads_texts = True  # type: ignore[attr-defined]  # it needs sentences, not the keys of a corpus


def _tokenizer_of(vectors: Vectors) -> Tokenizer:
    from explorer.tokenizers.loading import from_params
    from explorer.tokenizers.loading import tokenizer as make_tokenizer

    known = vectors.info.get("tokenizer")
    if isinstance(known, Mapping):
        return from_params(dict(known))
    if not isinstance(known, str):
        raise BadInput("encoders.senses_without_tokenizer", model=vectors.name)
    return make_tokenizer(known)


class _Around:
    """What the keys around a place come to."""

    def __init__(self, vectors: Vectors, window: int) -> None:
        counts = np.ones(len(vectors)) if vectors.counts is None else vectors.counts
        self.unit = vectors.unit
        self.weights = _SIF / (_SIF + counts / counts.sum())
        self._near = 1 - (np.abs(np.concatenate([np.arange(-window, 0), np.arange(1, window + 1)])) - 1) / window

    def sums(self, rows: NDArray[np.int32], distances: NDArray[np.int64]) -> tuple[Rows, Rows]:
        weights = np.where(rows >= 0, self.weights[rows], 0) * self._near
        return np.einsum("pk,pkd->pd", weights, self.unit[rows], optimize=True), weights.sum(axis=1)

    def mean(self, places: Sequence[Place]) -> Rows:
        vectors, mass = self.sums(np.stack([place.rows for place in places]), np.empty(0, np.int64))
        found: Rows = vectors.sum(axis=0) / max(float(mass.sum()), 1e-12)
        return found

    def frequencies(self, places: Iterable[Place]) -> Rows:
        """How many of the places hold each key of the vocabulary."""
        found = np.zeros(len(self.weights))
        for place in places:
            np.add.at(found, np.unique(place.rows[place.rows >= 0]), 1)
        return found

    def collocates(self, places: Sequence[Place], usual: Rows) -> Rows:
        """Each place as the keys that go with the word, weighted by their pointwise mutual information with it: n × d."""
        own = self.frequencies(places)
        expected = (usual + 0.5) / (usual + 0.5).sum() * own.sum()
        weights = np.maximum(0.1, np.log((own + 0.1) / (expected + 0.1))) * self.weights
        rows = np.stack([place.rows for place in places])
        found: Rows = np.einsum("pk,pkd->pd", np.where(rows >= 0, weights[rows], 0), self.unit[rows], optimize=True)
        return found


@dataclass(frozen=True)
class _Map:
    """From what stands around a word to its vector: ridge regression on words whose vectors are known.

    Attributes:
        fit: mean cosine of a tenth of these words, held out, with their own vectors.
    """

    before: Rows
    turn: Rows
    after: Rows
    fit: float

    @classmethod
    def learn(cls, sums: Rows, mass: Rows, targets: NDArray[np.float32]) -> _Map:
        seen = mass > 0
        contexts, vectors = sums[seen] / mass[seen, None], targets[seen].astype(np.float64)
        if len(contexts) < 10:
            raise BadInput("encoders.senses_corpus_small", words=len(contexts))
        held = np.arange(len(contexts)) % 10 == 0
        trial = cls._solve(contexts[~held], vectors[~held])
        answers = np.stack([trial.place(one, 1.0) for one in contexts[held]])
        fit = float(np.einsum("ij,ij->i", answers, vectors[held]).mean())
        whole = cls._solve(contexts, vectors)
        return cls(whole.before, whole.turn, whole.after, round(fit, 4))

    @classmethod
    def _solve(cls, contexts: Rows, vectors: Rows) -> _Map:
        before, after = contexts.mean(axis=0), vectors.mean(axis=0)
        centred = contexts - before
        moments = centred.T @ centred
        penalty = max(_RIDGE * np.trace(moments) / len(moments), 1e-9)
        turn = np.linalg.solve(moments + penalty * np.eye(len(moments)), centred.T @ (vectors - after))
        return cls(before, turn, after, 0.0)

    def place(self, context: Rows, length: float) -> NDArray[np.float32]:
        """The vector of this context, of this length."""
        made = (context - self.before) @ self.turn + self.after
        found: NDArray[np.float32] = (made * (length / max(float(np.linalg.norm(made)), 1e-12))).astype(np.float32)
        return found


@dataclass(frozen=True, slots=True)
class _Seen:
    """A place of a word, and the sentence around it as an encoder reads it."""

    place: Place
    sentence: str
    span: tuple[int, int]
    sense: str = ""


def _seen(key: str, places: Sequence[Place], tokenizer: Tokenizer, workers: int | None) -> list[_Seen]:
    """The places whose word is found in their text again."""
    seen = []
    for place, tokens in zip(places, tokenize_all(tokenizer, [one.text for one in places], workers), strict=True):
        found = next(((one.start, one.end) for one in tokens if key_of(one) == key and one.end > one.start), None)
        if found is not None:
            seen.append(_Seen(place, *_sentence(place.text, *found)))
    return seen


def _labelled(
    vectors: Vectors,
    rows: Sequence[int],
    labelled: Iterable[Homograph],
    tokenizer: Tokenizer,
    index: Mapping[str, int],
    window: int,
    choice: str,
) -> dict[int, list[_Seen]]:
    """The labelled sentences of the words that have two senses or more in them, as places.

    Left out are those whose word is another key (말/NNB of 연말), and senses with too few others.
    """
    shown: dict[int, list[_Seen]] = {row: [] for row in rows}
    for one in labelled:
        row = vectors.lookup(one.word)
        if row is None or row not in shown:
            continue
        tokens = tokenizer.tokenize(one.text)
        at = (t.start for t in tokens if key_of(t) == vectors.keys[row] and t.end > t.start and one.start <= t.start < one.end)
        start = next(at, None)
        place = None if start is None else place_in(one.text, tokens, start, row, index, window, choice)
        if place is not None:
            shown[row].append(_Seen(place, one.text, (one.start, one.end), one.sense))
    enough = {}
    for row, seen in shown.items():
        counts = Counter(one.sense for one in seen)
        kept = [one for one in seen if counts[one.sense] >= _LEAST_LABELLED]
        if len({one.sense for one in kept}) > 1:
            enough[row] = kept
    return enough


def _nearest(key: str, seen: Sequence[_Seen], labelled: Sequence[_Seen], reader: Reader) -> list[list[Place]]:
    """The places of a word by the senses of its labelled sentences, these among them, the largest group first.

    A place that is nearly as near to another sense tells little of either, and is left out.
    """
    senses = list(dict.fromkeys(one.sense for one in labelled))
    every = [*seen, *labelled]
    reading = reader.read(key, [one.sentence for one in every], [one.span for one in every])
    points = Space.fit(reading.views, reading.weights).place(reading.views)
    labels = [senses.index(one.sense) for one in labelled]
    groups = [[one.place for one in labelled if one.sense == sense] for sense in senses]
    if seen:
        cosines = points[: len(seen)] @ centres(points[len(seen) :], labels).T
        second, first = np.sort(cosines, axis=1)[:, -2:].T
        for one, label, lead in zip(seen, cosines.argmax(axis=1).tolist(), (first - second).tolist(), strict=True):
            if lead >= _LEAD:
                groups[label].append(one.place)
    return sorted(groups, key=len, reverse=True)


def _groups(
    key: str, seen: Sequence[_Seen], reader: Reader, around: _Around, usual: Rows, most: int, seed: int
) -> list[list[Place]]:
    """The places of a word by its senses, the largest group first; none where there are not two."""
    kept = [one.place for one in seen]
    reading = reader.read(key, [one.sentence for one in seen], [one.span for one in seen])
    views = {**reading.views, "collocates": around.collocates(kept, usual)}
    weights = {**reading.weights, "collocates": _COLLOCATES * sum(reading.weights.values())}
    labels = _divide(Space.fit(views, weights).place(views), most, seed)
    groups = [
        [place for place, label in zip(kept, labels, strict=True) if label == number] for number in range(max(labels) + 1)
    ]
    return sorted(groups, key=len, reverse=True) if len(groups) > 1 else []


def _sentence(text: str, start: int, end: int) -> tuple[str, tuple[int, int]]:
    """The sentence of a place, at most so many characters to each side: more of it tells the kind of text, not the sense."""
    first, last = max(0, start - _REACH), min(len(text), end + _REACH)
    for found in _END.finditer(text, first, last):
        if found.end() <= start:
            first = found.end()
        elif found.start() >= end:
            last = found.end()
            break
    return text[first:last], (start - first, end - first)


def _divide(points: Rows, most: int, seed: int) -> list[int]:
    """Groups by k-means, of the number with the highest silhouette; small ones joined to the nearest other."""
    from sklearn.cluster import KMeans

    tried = {}
    for number in range(2, most + 1):
        labels = KMeans(number, n_init=5, random_state=seed).fit(points).labels_.tolist()
        tried[number] = (silhouette(points, labels, centre=False) or -1.0, labels)
    labels = max(tried.values())[1]
    marks = np.asarray(labels)
    while len(sizes := np.bincount(marks)) > 1:
        least = int(sizes.argmin())
        if sizes[least] >= max(_LEAST_EXAMPLES, _LEAST_SHARE * len(marks)):
            break
        near = points[marks == least] @ centres(points, marks.tolist()).T
        near[:, least] = -np.inf
        marks[marks == least] = near.argmax(axis=1)
        marks = np.unique(marks, return_inverse=True)[1]
    found: list[int] = marks.tolist()
    return found


def _telling(vectors: Vectors, groups: Sequence[Sequence[Place]], own: int) -> list[list[str]]:
    """For each group the words around its places that tell it from the others."""
    if not groups:
        return []
    topical = {
        row: vectors.keys[row] for group in groups for place in group for row in place.rows.tolist() if row >= 0 and row != own
    }
    topical = {row: key for row, key in topical.items() if base_tag(tag_of(key)) in TOPICAL or not tag_of(key)}
    bags = [
        list(dict.fromkeys(topical[row] for row in place.rows.tolist() if row in topical))
        for group in groups
        for place in group
    ]
    labels = [number for number, group in enumerate(groups) for _ in group]
    return telling_words(bags, labels, vectors)
