"""Documents on a map: vectors of whole texts, laid out in two dimensions, in named regions, with the words that tell them apart.

Regions are made as those of words are (:mod:`explorer.analysis.regions`): Ward's criterion along the graph of nearest neighbours,
one tree for all layers. Above 20,000 documents the tree is that of 20,000 of them, drawn with the seed, and each of the others
joins the finest region whose mean is nearest. A region is called after the content morphemes that tell its documents from all
(:mod:`explorer.analysis.document_names`), never after eojeol with their particles, and the document nearest to its mean stands for it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from explorer.analysis.document_names import document_names
from explorer.analysis.document_records import DocumentMap, DocumentRegion
from explorer.analysis.document_words import DocumentWords, WordsBuilder
from explorer.analysis.grouping import cut, levels_of, ward_tree
from explorer.analysis.map_costs import document_phases
from explorer.analysis.projection import project_rows
from explorer.analysis.region_records import Layer
from explorer.analysis.regions import LEAST, NEIGHBOURS
from explorer.core.errors import BadInput
from explorer.core.phases import Phase, Phased
from explorer.core.progress import Progress, ProgressCallback, report
from explorer.vectors.search import Floats, neighbour_graph, unit_rows

if TYPE_CHECKING:
    from explorer.vectors.sentences import Sentences

__all__ = ["map_documents"]

_MIN_DOCUMENTS = 5
_TREE = 20_000
"""Documents that a tree is made of at most: joining 20,000 takes half a minute, and time grows faster than their number."""
_FINEST, _COARSEST = 25, 6
"""The finest layer has one region for so many documents, and none but it fewer than so many regions."""


def map_documents(
    texts: Iterable[str],
    labels: Iterable[str] | None = None,
    *,
    model: str | None = None,
    encoder: str | None = None,
    counts: Sequence[int] | None = None,
    seed: int = 42,
    keep: bool = False,
    progress: ProgressCallback | None = None,
    **options: Any,
) -> DocumentMap:
    """Put documents on a map.

    Args:
        texts: documents, paragraphs or lines; with ``keep`` any number of them, from any iterable.
        labels: one a document, ``""`` for none: a class, a source, a year. Read once the texts are, so it may be a list that
            fills as they go by.
        model: static vectors, by a name or file that :func:`~explorer.static.load.load` takes; the default model if not said.
            Documents are then weighted means of their words' vectors (:mod:`explorer.vectors.sif`).
        encoder: an encoder instead, by a name that :func:`~explorer.encoders.open.encoder` takes; slower and often better.
        counts: how many regions each layer has, rising; by default one for 225, 75 and 25 documents, at most 600.
        seed: makes the same map again on the same machine and library versions.
        keep: put texts and vectors into the home folder's cache, from where they are mapped the next time.
        progress: told of every stage; what it raises stops the work.
        **options: of the layout, ``method`` ("umap", "pca", "tsne"), ``dims``, ``n_neighbors``, ``min_dist``, ``perplexity``,
            ``epochs``, ``trust_sample`` (:func:`~explorer.analysis.projection.project`).

    Returns:
        The documents that have a vector, with how far their map can be trusted; what has none is only counted.

    Raises:
        BadInput: fewer than 5 documents with a vector, other than one label a document, or impossible parameters.
        UnknownName: there is no such model.

    >>> texts = [f"{place}에 {thing}{end}" for place in ("산", "바다") for thing in ("갔", "왔") for end in ("다.", "네.", "어요.")]
    >>> found = map_documents(texts, ["산"] * 6 + ["바다"] * 6, model="word2vec", method="pca")
    >>> len(found), found.label(0), [found.text(row) for row in found.find("바다에서")][:2]
    (12, '산', ['바다에 갔다.', '바다에 갔네.'])
    """
    noted = WordsBuilder()
    umap = options.get("method", "umap") == "umap"
    costs = partial(document_phases, method=options.get("method", "umap"), epochs=options.get("epochs"), tree=_TREE)
    run = None if progress is None else Phased(progress)
    made = _vectors(texts, model, encoder, keep, noted, run and _planning(run, partial(costs, encoded=encoder is not None)))
    held = tuple(labels) if labels is not None else ()
    if labels is not None and len(held) != len(made):
        raise BadInput("analysis.labels_do_not_fit", labels=len(held), documents=len(made))
    held = held if any(held) else ()
    numbers = np.flatnonzero(made.inverse > 0)
    if len(numbers) < _MIN_DOCUMENTS:
        raise BadInput("analysis.map_documents_too_few", minimum=_MIN_DOCUMENTS, count=len(numbers))
    if run is not None:
        run.plan(costs(len(numbers), dim=made.vectors.shape[1], words=len(noted) < len(made)))
    _read_words(made.texts, noted, run)
    words = noted.made(numbers)
    unit = unit_rows(made.vectors[numbers], made.inverse[numbers])

    def step(done: int, total: int) -> None:
        report(run, "finding neighbours", done, total, "documents")

    near = min(len(numbers) - 1, max(NEIGHBOURS, int(options.get("n_neighbors", NEIGHBOURS)) if umap else 0))
    graph = neighbour_graph(unit, near, step=step) if umap or len(numbers) <= _TREE else None
    names = [str(number + 1) for number in numbers.tolist()]
    placed = project_rows(unit, names, names, model=made.model, graph=graph, seed=seed, progress=run, **options)
    layers = _layers(unit, None if graph is None else graph[0], counts, words, numbers, seed, run)
    return DocumentMap(made.texts, held, numbers, placed, layers, words, made.how)


def _planning(run: Phased, costs: Callable[[int], Sequence[Phase]]) -> ProgressCallback:
    """Tells ``run``, and plans it as soon as it is known how many texts there are."""

    def told(step: Progress) -> None:
        if not run.planned and step.stage == "reading sentences" and step.total:
            run.plan(costs(int(step.total)))
        run(step)

    return told


def _vectors(
    texts: Iterable[str],
    model: str | None,
    encoder: str | None,
    keep: bool,
    noted: WordsBuilder,
    progress: ProgressCallback | None,
) -> Sentences:
    """Vectors of all texts; where Kiwi's morphemes are read for them anyway, their words are noted on the way."""
    if encoder is not None:
        from explorer.analysis.sentences import sentences

        return sentences(texts, model=model, encoder=encoder, keep=keep, progress=progress)
    from explorer.static.load import DEFAULT_MODEL, load
    from explorer.tokenizers.loading import tokenizer
    from explorer.vectors.sentences import gather
    from explorer.vectors.sif import SifMaker

    maker = SifMaker(load(model or DEFAULT_MODEL, progress))
    if maker.tokenizer.params() == tokenizer("kiwi").params():
        maker.told = noted.add
    return gather(maker, texts, keep=keep, progress=progress)


def _read_words(texts: Sequence[str], noted: WordsBuilder, progress: ProgressCallback | None) -> None:
    """Note the words of all texts, unless that was done on the way."""
    if len(noted) == len(texts):
        return
    from explorer.tokenizers.batch import tokenize_all
    from explorer.tokenizers.loading import tokenizer

    for tokens in tokenize_all(tokenizer("kiwi"), texts, progress=progress, total=len(texts)):
        noted.add(tokens)


def _layers(
    unit: Floats,
    near: npt.NDArray[np.int32] | None,
    counts: Sequence[int] | None,
    words: DocumentWords,
    numbers: npt.NDArray[np.int64],
    seed: int,
    progress: ProgressCallback | None,
) -> tuple[Layer[DocumentRegion], ...]:
    n = len(unit)
    levels = (levels_of(n, _FINEST, _COARSEST) if n >= LEAST else ()) if counts is None else tuple(counts)
    if not levels and counts is None:
        return ()
    most = min(n, _TREE)
    if not levels or levels[0] < 2 or levels[-1] > most // 2 or any(a >= b for a, b in itertools.pairwise(levels)):
        raise BadInput("analysis.bad_region_counts", counts=", ".join(map(str, levels)), largest=most // 2)
    drawn = np.arange(n) if n <= _TREE else np.sort(np.random.default_rng(seed).choice(n, _TREE, replace=False))
    own = unit[drawn]
    if near is None or n > _TREE:

        def step(done: int, total: int) -> None:
            report(progress, "finding neighbours", done, total, "documents")

        near, _ = neighbour_graph(own, min(NEIGHBOURS, len(own) - 1), step=step)
    report(progress, "joining documents into regions")
    tree = ward_tree(own, near[:, :NEIGHBOURS])
    finest = cut(tree, len(own), levels[-1])
    means = np.stack([own[finest == number].mean(axis=0) for number in range(levels[-1])])
    everyone = finest if n <= _TREE else _joined(unit, drawn, finest, means)
    layers: list[Layer[DocumentRegion]] = []
    for count in levels:
        report(progress, "naming regions", len(layers), len(levels), "layers")
        coarse = cut(tree, len(own), count)
        of_finest = np.zeros(levels[-1], np.int32)
        of_finest[finest] = coarse
        labels = _by_size(of_finest[everyone], count)
        layers.append(Layer(tuple(_named(labels, layers[-1].labels if layers else None, unit, words, numbers)), labels))
    return tuple(layers)


def _joined(unit: Floats, drawn: npt.NDArray[np.int64], finest: npt.NDArray[np.int32], means: Floats) -> npt.NDArray[np.int32]:
    """The finest region of every document: its own where it was in the tree, else that of the nearest mean (Ward's distance)."""
    half = (means**2).sum(axis=1) / 2
    labels = np.concatenate(
        [(unit[start : start + 4096] @ means.T - half).argmax(axis=1) for start in range(0, len(unit), 4096)]
    ).astype(np.int32)
    labels[drawn] = finest
    return labels


def _by_size(labels: npt.NDArray[np.int32], count: int) -> npt.NDArray[np.int32]:
    """The same regions, numbered from the largest."""
    place = np.empty(count, np.int32)
    place[np.argsort(-np.bincount(labels, minlength=count), kind="stable")] = np.arange(count, dtype=np.int32)
    return place[labels]


def _named(
    labels: npt.NDArray[np.int32],
    coarser: npt.NDArray[np.int32] | None,
    unit: Floats,
    words: DocumentWords,
    numbers: npt.NDArray[np.int64],
) -> Iterable[DocumentRegion]:
    for number, telling in enumerate(document_names(words, labels)):
        rows = np.flatnonzero(labels == number)
        middle = rows[int((unit[rows] @ unit[rows].mean(axis=0)).argmax())]
        yield DocumentRegion(
            tuple(one.word for one in telling),
            tuple(one.key for one in telling),
            len(rows),
            -1 if coarser is None else int(coarser[rows[0]]),
            tuple(one.lift for one in telling),
            int(numbers[middle]),
        )
