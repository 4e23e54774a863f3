"""Which contextual models a page may open: what is on this machine, by names that say nothing about its folders.

In this order, and pages open on the first: the setting ``EXPLORER_BERT`` (folders or hub ids, separated as in ``PATH``); ``mini``, which
ships, since it tells senses apart best of all that were measured; folders with a ``config.json`` under ``models`` of the home folder;
encoders trained here; encoders in the Hugging Face cache; and those that installed packages carry. A short list of well-known checkpoints may be fetched, and only when somebody presses the button.
"""

from __future__ import annotations

import importlib.util
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashboards.kit.local import paths_allowed, short_name
from dashboards.kit.steady import rests_on
from explorer.core import settings
from explorer.core.errors import BadInput
from explorer.core.store import home, list_artifacts
from explorer.encoders.packaged import PACKAGED, is_here

__all__ = ["ENCODERS", "FETCHABLE", "Fetchable", "available", "place", "place_of", "torch_installed"]
ENCODERS = (
    "albert",
    "bert",
    "big_bird",
    "camembert",
    "deberta",
    "deberta-v2",
    "distilbert",
    "electra",
    "modernbert",
    "mpnet",
    "roberta",
    "xlm-roberta",
)
"""Values of ``model_type`` in a config.json that are encoders of text."""


@dataclass(frozen=True, slots=True)
class Fetchable:
    """A checkpoint of the Hugging Face hub that a page offers to fetch; ``size`` in gigabytes, rounded."""

    id: str
    size: float
    languages: str


FETCHABLE = (
    Fetchable("bert-base-multilingual-cased", 0.7, "multilingual"),
    Fetchable("xlm-roberta-base", 1.1, "multilingual"),
    Fetchable("klue/bert-base", 0.4, "korean"),
)


def torch_installed() -> bool:
    """Whether the extra ``bert`` is there; asked without importing it."""
    return importlib.util.find_spec("torch") is not None


def available() -> dict[str, str]:
    """Models that open without fetching: ``{name on the page: folder or hub id}``.

    Of two with one name the first keeps it; the other gets a number.
    """
    found = _available()
    rests_on(_available, dict(found))
    return found


def _available() -> dict[str, str]:
    found: dict[str, str] = {}
    for place in settings.offered_checkpoints():
        _add(found, short_name(place), place)
    _add(found, "mini", "mini")
    for folder in _folders(home() / "models"):
        if (folder / "config.json").is_file() and not (folder / "manifest.json").exists():
            _add(found, folder.name, str(folder))
    for name in list_artifacts("encoder"):
        _add(found, name, name)
    for folder in _folders(settings.hub_cache()):
        if folder.name.startswith("models--") and _is_encoder(folder):
            name = folder.name.removeprefix("models--").replace("--", "/")
            _add(found, name, name)
    for name in PACKAGED:
        if is_here(name):
            _add(found, name, name)
    return found


def _folders(root: Path) -> list[Path]:
    try:
        return sorted(part for part in root.iterdir() if part.is_dir() and not part.name.startswith("."))
    except OSError:
        return []


def _add(found: dict[str, str], name: str, place: str) -> None:
    if place in found.values():
        return
    free, number = name, 2
    while free in found:
        free, number = f"{name} ({number})", number + 1
    found[free] = place


def _is_encoder(folder: Path) -> bool:
    for config in folder.glob("snapshots/*/config.json"):
        if not any(config.parent.glob("*.safetensors")):
            continue
        try:
            kind = json.loads(config.read_text(encoding="utf-8")).get("model_type")
        except (OSError, ValueError, AttributeError):
            continue
        if kind in ENCODERS:
            return True
    return False


def place(name: Any) -> str:
    """Where the model of that name is.

    Raises:
        BadInput: this server does not open one of that name.
    """
    found = place_of(str(name or ""))
    if found is None:
        raise BadInput("dashboards.no_such_model", model=name, known=", ".join(available()) or "none")
    return found


def place_of(name: str) -> str | None:
    """Where the model of that name is, or ``None`` for a name this server does not open."""
    known = available()
    if name in known:
        return known[name]
    return name if name and paths_allowed() else None
