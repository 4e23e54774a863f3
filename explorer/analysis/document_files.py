"""Maps of documents as folders: written whole, opened without reading the texts."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from explorer.analysis.document_records import DocumentMap, DocumentRegion
from explorer.analysis.document_words import DocumentWords
from explorer.analysis.map_html import documents_html
from explorer.analysis.projection import Projection
from explorer.analysis.region_records import Layer
from explorer.core.errors import BadInput
from explorer.core.store import Manifest, atomic_folder, read_artifact, write_manifest
from explorer.text.tags import word_of
from explorer.vectors.sentences import KeptTexts, write_texts

__all__ = ["WRITERS", "open_documents", "save_documents"]

_KIND = "document-map"
_ARRAYS, _DATA = "arrays.npz", "map.json"

WRITERS: dict[str, Callable[[DocumentMap], str]] = {
    ".csv": DocumentMap.to_csv,
    ".html": documents_html,
    ".json": lambda made: json.dumps(made.to_dict(), ensure_ascii=False),
}
"""What a map of documents becomes, by the ending of a file's name."""


def save_documents(made: DocumentMap, folder: Path, private: bool = False) -> Path:
    """Write a map of documents into a folder, whole or not at all; what stood there is replaced.

    Args:
        made: the map.
        folder: where.
        private: nobody but its owner can open the folder.
    """
    placed = made.projection
    regions: list[list[dict[str, Any]]] = [[one.to_dict() for one in layer.regions] for layer in made.layers]
    data = {"facts": placed.facts, "how": dict(made.how), "keys": made.words.keys, "labels": made.labels, "regions": regions}
    arrays: dict[str, Any] = {
        "numbers": made.numbers,
        "coords": placed.coords,
        "trust": placed.trust,
        "starts": made.words.starts,
        "words": made.words.numbers,
        **{f"layer{level}": layer.labels for level, layer in enumerate(made.layers)},
    }
    with atomic_folder(folder, overwrite=True, private=private) as partial:
        write_texts(made.texts, partial)
        np.savez(partial / _ARRAYS, **arrays)
        (partial / _DATA).write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        sizes = {"documents": len(made.texts), "points": len(made)}
        write_manifest(partial, Manifest(_KIND, folder.name, made.model, dict(made.how), sizes))
    return folder


def open_documents(folder: Path) -> DocumentMap:
    """A map that :func:`save_documents` wrote; its texts are mapped from the disk.

    Raises:
        BadInput: it is none, or its files are damaged; delete the folder.
    """

    def opened(_: Manifest) -> DocumentMap:
        try:
            data = json.loads((folder / _DATA).read_text(encoding="utf-8"))
            with np.load(folder / _ARRAYS, allow_pickle=False) as parts:
                arrays = {name: parts[name] for name in parts.files}
            names = tuple(str(number + 1) for number in arrays["numbers"].tolist())
            layers = tuple(
                Layer(tuple(map(_region, regions)), arrays[f"layer{level}"]) for level, regions in enumerate(data["regions"])
            )
            words = DocumentWords(tuple(data["keys"]), arrays["starts"], arrays["words"])
            placed = Projection.kept(names, names, arrays["coords"], arrays["trust"], data["facts"])
            texts = KeptTexts(folder)
        except (KeyError, OSError, TypeError, ValueError) as error:
            raise BadInput("analysis.kept_documents_damaged", folder=folder, reason=error) from error
        return DocumentMap(texts, tuple(data["labels"]), arrays["numbers"], placed, layers, words, data["how"])

    return read_artifact(folder, _KIND, opened)


def _region(data: dict[str, Any]) -> DocumentRegion:
    keys = tuple(data["keys"])
    words = tuple(map(word_of, keys))
    return DocumentRegion(words, keys, data["size"], data["parent"], tuple(data["lifts"]), data["document"])
