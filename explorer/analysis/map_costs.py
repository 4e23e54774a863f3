"""What the phases of a map take, so that one estimate can be told for all of it (:mod:`explorer.core.phases`).

Seconds as measured on two quiet cores; what counts is how the phases share the time, as each run finds its own pace.
"""

from __future__ import annotations

import sys

from explorer.analysis.tsne import ONE_THREAD
from explorer.core.phases import Phase

__all__ = ["document_phases", "layout_phases", "word_phases"]

_STATIC, _ENCODED = 5.5e-4, 2e-2
"""Seconds for a review of ten words: its morphemes and their mean, or an encoder."""
_WARM, _COLD = 0.2, 7.0
"""Opening UMAP and its compiled parts, where this process has done so and where it has not."""
_EPOCHS = (200, 500)
_MANY = 10_000
"""UMAP's own rule: above so many points it goes through the fewer rounds."""


def word_phases(
    model: str, n: int, method: str, *, beside: str = "", ready: bool = False, regions: bool = False, dim: int = 300
) -> list[Phase]:
    """A whole map of n words of a static model that is still to be opened.

    Args:
        model, n, method, dim: the model, the words, the layout, and numbers of their vectors.
        beside: another model that draws the same words, or ``""``.
        ready: the map of the first model is there.
        regions: their regions are found as well.
    """
    phases = [*_opening(model), *(_opening(beside) if beside else [])]
    phases += [] if ready else layout_phases(n, dim, method)
    if beside:  # the neighbours by both, which the movers are ranked by
        phases += [*[_neighbours(n, dim)] * 2, *layout_phases(n, dim, method, graph=True)]
    return phases + (_regions(n, dim, "words") if regions else [])


def _opening(model: str) -> list[Phase]:
    """Opening a static model."""
    from explorer.static.kiwi import is_recovered

    if model == "kiwi" and not is_recovered():
        return [Phase("starting Kiwi", 2), Phase("recovering Kiwi's vectors", 20), Phase("saving Kiwi's vectors", 1)]
    return [Phase("opening the model", 1)]


def _neighbours(n: int, dim: int) -> Phase:
    """The nearest neighbours of n points of d numbers, all of all."""
    return Phase("finding neighbours", 0.05 + 1.9e-11 * n * n * dim)


def layout_phases(
    n: int, dim: int, method: str, *, epochs: int | None = None, measured: int = 2_000, graph: bool = False
) -> list[Phase]:
    """Laying n points out and measuring the map's trust on some; with a ``graph`` the neighbours are known."""
    after = [Phase("measuring the map's trust", 0.05 + 2.8e-11 * n * min(n, measured) * dim)]
    if method == "tsne":
        # scikit-learn's own search, and then how wide each point's neighbourhood is.
        near = Phase("finding neighbours", _neighbours(n, dim).seconds + 1e-4 * n)
        return [near, Phase("t-SNE", (8e-3 if n < ONE_THREAD else 4.5e-3) * n), *after]
    if method != "umap":
        return [Phase("PCA", 0.1 + 1e-5 * n), *after]
    rounds = epochs or _EPOCHS[n <= _MANY]
    opened = (_WARM if "umap.umap_" in sys.modules else _COLD) + 1e-5 * n
    own = [] if graph else [_neighbours(n, dim)]
    return [*own, Phase("starting UMAP", opened), Phase("UMAP", 0.1 + 2e-6 * n * rounds), *after]


def _regions(n: int, dim: int, of: str, *, graph: bool = False) -> list[Phase]:
    """Finding regions of n points and naming them; with a ``graph`` their neighbours are known."""
    own = [] if graph else [_neighbours(n, dim)]
    return [*own, Phase(f"joining {of} into regions", 2.6e-8 * n * n), Phase("naming regions", 1 + 1e-4 * n)]


def document_phases(
    n: int,
    *,
    dim: int = 300,
    method: str = "umap",
    epochs: int | None = None,
    tree: int,
    encoded: bool | None = None,
    words: bool = False,
) -> list[Phase]:
    """A whole map of n documents, from where it is.

    Args:
        n, dim: documents, and numbers of their vectors.
        method, epochs: of the layout.
        tree: documents that regions are made of at most.
        encoded: whether an encoder reads them; ``None`` where they are read.
        words: whether their words are still to be found by themselves, which comes after an encoder in any case.
    """
    reading = [] if encoded is None else [Phase("reading sentences", (_ENCODED if encoded else _STATIC) * n)]
    reading += [Phase("tokenizing", _STATIC * n)] if words or encoded else []
    graph = method == "umap" or n <= tree
    return [
        *reading,
        *([_neighbours(n, dim)] if graph else []),
        *layout_phases(n, dim, method, epochs=epochs, graph=True),
        *_regions(min(n, tree), dim, "documents", graph=graph and n <= tree),
    ]
