"""Results of the lab that are kept: tables of scores, without the vectors. One ships, so that there is something to read."""

from __future__ import annotations

import json
from pathlib import Path

from explorer.analysis.lab import Lab
from explorer.core.errors import BadInput, UnknownName
from explorer.core.store import (
    Manifest,
    artifact_path,
    atomic_folder,
    check_name,
    check_target,
    list_artifacts,
    read_artifact,
    shipped_artifacts,
    write_manifest,
)

__all__ = ["check_lab_free", "lab_names", "load_lab", "save_lab"]

_SHIPPED = Path(__file__).parent / "data" / "labs"
_TABLE = "lab.json"


def lab_names() -> list[str]:
    """Results that are here: those of one's own, then what ships."""
    return list(dict.fromkeys([*list_artifacts("lab"), *shipped_artifacts(_SHIPPED, "lab")]))


def load_lab(name: str) -> Lab:
    """A result by its name.

    Raises:
        UnknownName: there is none of that name.
        BadInput: it is damaged.

    >>> found = load_lab("wiki-6mb")
    >>> len(found.cells), sorted(found.common)
    (9, ['WS353_korean', 'relations-test'])
    """
    if name not in lab_names():
        raise UnknownName("lab", name, lab_names())
    folder = artifact_path("lab", name) if name in list_artifacts("lab") else shipped_artifacts(_SHIPPED, "lab")[name]

    def read(_: Manifest) -> Lab:
        try:
            return Lab.from_dict(json.loads((folder / _TABLE).read_text(encoding="utf-8")))
        except (ValueError, KeyError, TypeError) as error:
            raise BadInput("core.damaged_artifact", path=folder / _TABLE, reason=error) from error

    return read_artifact(folder, "lab", read)


def check_lab_free(name: str, overwrite: bool = False) -> Path:
    """The folder of a result that will be saved: asked before hours of training.

    Raises:
        BadInput: no name for a result, or one that is taken and may not be replaced.
    """
    target = artifact_path("lab", check_name(name))
    if target.exists() and not overwrite:
        raise BadInput("analysis.lab_name_taken", name=name)
    check_target(target, overwrite, "lab")
    return target


def save_lab(result: Lab, name: str, overwrite: bool = False) -> Path:
    """Keep a result under a name in the home folder; :func:`load_lab` and the page ``/lab`` open it. Returns the folder.

    Raises:
        BadInput: as :func:`check_lab_free`.
    """
    target = check_lab_free(name, overwrite)
    manifest = Manifest("lab", name, "lab", sizes={"cells": len(result)}, provenance={"corpus": result.corpus})
    with atomic_folder(target, overwrite) as folder:
        (folder / _TABLE).write_text(json.dumps(result.to_dict(), ensure_ascii=False), encoding="utf-8")
        write_manifest(folder, manifest)
    return target
