"""Maps of documents: which is wanted, where they are kept, what a selection on them holds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dashboards.app.state import corpus_names, model_names, state, version
from dashboards.kit import url
from dashboards.kit.checkpoints import place
from dashboards.kit.job_table import REMEMBERED
from explorer.core.caches import PRIVATE, PRIVATE_SECONDS, intact, mark_used
from explorer.core.errors import BadInput, UnknownName
from explorer.core.progress import ProgressCallback
from explorer.core.store import cache_path

if TYPE_CHECKING:
    from explorer.analysis.document_records import DocumentMap

__all__ = [
    "BY", "MAX_PASTED", "METHODS", "MOST", "PASTED", "SEED", "STATIC", "Choice", "choice_of", "compute", "make", "name_of", "pairs",
    "rows_of",
]  # fmt: skip

PASTED = "-"
"""The corpus that is the pasted text; no stored corpus can be called so."""
STATIC = "static"
"""What makes the vectors when no encoder does: the static model chosen above the page."""
MAX_PASTED = 300_000
"""Characters of pasted text: some thousand reviews."""
BY = ("document", "line", "sentence")
MOST = ("500", "2000", "5000", "20000", "100000")
METHODS = ("umap", "pca", "tsne")
SEED = 42
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Choice:
    """Which map is wanted.

    Attributes:
        corpus: a corpus's name, or :data:`PASTED`.
        by: what of it is one point.
        most: how many, from its beginning.
        label: the column of the label; ``""`` looks for one.
        by_vectors: :data:`STATIC`, or an encoder's name.
        model: the static model.
        method, seed: of the layout.
        text: what was pasted.
    """

    corpus: str = "sample"
    by: str = BY[0]
    most: int = 5000
    label: str = ""
    by_vectors: str = STATIC
    model: str = ""
    method: str = METHODS[0]
    seed: int = SEED
    text: str = ""


def choice_of(asked: Mapping[str, Any]) -> Choice:
    """What a page asks for, from the values of its address."""
    pasted = asked["c"] == PASTED
    text = url.tidy(asked.get("z") or asked.get("text") or "", MAX_PASTED) if pasted else ""
    static = asked["vec"] == STATIC
    return Choice(
        asked["c"], asked["by"], int(asked["n"]), "" if pasted else asked["label"], asked["vec"], asked["model"] if static else "",
        asked["method"], asked["seed"], text,
    )  # fmt: skip


def compute(asked: Mapping[str, Any]) -> DocumentMap:
    """The map, drawn in the background the first time.

    Raises:
        NotReady: it is being drawn.
        UnknownName: there is no such corpus or model.
        BadInput: nothing was pasted, or there is no such encoder.
    """
    choice = choice_of(asked)
    if choice.corpus not in (PASTED, *corpus_names()):
        raise UnknownName("corpus", choice.corpus, corpus_names())
    if choice.corpus == PASTED and not choice.text.strip():
        raise BadInput("dashboards.no_text_mapped")
    pasted = choice.corpus == PASTED
    encoder = "" if choice.by_vectors == STATIC else place(choice.by_vectors)
    if not encoder and choice.model not in model_names():
        raise UnknownName("model", choice.model, model_names())
    here, folder = state(), cache_path("documents", f"{PRIVATE if pasted else ''}{_key(choice, encoder)}")
    shelf = (str(folder), choice.corpus, choice.model, encoder)
    if not intact(folder):  # made room for others
        here.forget("documents", shelf)

    def opener(_: ProgressCallback) -> DocumentMap:
        from explorer.analysis.document_files import open_documents

        if not intact(folder):
            params = {"choice": asdict(choice), "encoder": encoder, "folder": str(folder)}
            here.made(
                "documents", params, "job.documents", lasts=PRIVATE_SECONDS if pasted else REMEMBERED, corpus=choice.corpus
            )
        mark_used(folder)
        return open_documents(folder)

    made: DocumentMap = here.opened("documents", shelf, opener, "job.documents", corpus=choice.corpus)
    return made


def name_of(asked: Mapping[str, Any]) -> tuple[str, str]:
    """A name of the map, and one of its documents, however they are laid out."""
    choice = choice_of(asked)
    return _key(choice, "")[:16], _key(replace(choice, method="", seed=0), "")[:16]


def _key(choice: Choice, encoder: str) -> str:
    """Everything that changes the map."""
    facts = {
        **asdict(choice),
        "format": _FORMAT,
        "corpus": [choice.corpus, 0 if choice.corpus == PASTED else version(choice.corpus, "corpus")],
        "encoder": encoder,
        "model": [choice.model, version(choice.model) if choice.model else 0],
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:32]


def make(params: dict[str, Any], progress: ProgressCallback) -> Path:
    """In the worker process: read the documents, draw the map, keep it."""
    from corpora.labelled import documents_of, pasted_documents
    from explorer.analysis.document_files import save_documents
    from explorer.analysis.documents import map_documents

    choice = Choice(**params["choice"])
    vectors = {"encoder": params["encoder"]} if params["encoder"] else {"model": choice.model}
    texts: Any
    keep = choice.corpus != PASTED  # what a person pasted stays only in the map, which goes after a day
    if not keep:
        texts, labels = pasted_documents(choice.text, by=choice.by, most=choice.most)
    else:
        texts, labels = documents_of(choice.corpus, choice.label or None, choice.by, choice.most)
    made = map_documents(texts, labels, method=choice.method, seed=choice.seed, keep=keep, progress=progress, **vectors)
    return save_documents(made, Path(params["folder"]), private=not keep)


def pairs(corners: Sequence[float]) -> list[tuple[float, float]]:
    """Corners as pairs of x and y.

    >>> pairs([0, 1, 2, 3])
    [(0, 1), (2, 3)]
    """
    return list(zip(corners[::2], corners[1::2], strict=True))


def rows_of(made: DocumentMap, picked: Sequence[float], query: str) -> list[int]:
    """The documents inside a line on the map (x, y, x, y …), else those that a search found."""
    return made.inside(pairs(picked)) if picked else made.find(query)
