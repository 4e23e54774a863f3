"""What of a map of words travels to the browser: words apart from places, so that points are there before their words."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np

from dashboards.kit import points
from dashboards.kit.points import packed

if TYPE_CHECKING:
    from dashboards.pages.map.maps import Map

__all__ = ["placed", "written"]


def placed(shown: Map, stamp: str, view: list[float], axes: list[list[str]] | None = None) -> dict[str, Any]:
    """Places, names of regions and how the map was made.

    Args:
        stamp: one line that stays on the picture.
        view: where the address says one looks; empty for the whole.
        axes: what the poles of a map of semantic axes are called: ``[[left, right], [below, above]]``.
    """
    flat = shown.coords.shape[1] == 2
    # Between two poles a region is spread all over: its name would stand nowhere in particular.
    layers = [[[one.name, *one.place] for one in layer] for layer in shown.regions] if flat and axes is None else []
    same = hashlib.sha256("\n".join(shown.keys).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return {
        **points.placed(shown.id, same, shown.coords, layers, stamp, view),
        "beside": points.steps(shown.pair.beside.coords) if shown.pair else None,
        "stretch": axes is not None,
        "axes": axes,
    }


def written(shown: Map) -> dict[str, Any]:
    """Words, and their tags as bytes."""
    tags = sorted(set(shown.tags))
    number = {tag: place for place, tag in enumerate(tags)}
    codes = np.array([number[tag] for tag in shown.tags], np.uint8 if len(tags) < 256 else "<u2")
    return {"of": shown.id, "words": shown.words, "tags": tags, "tag": packed(codes), "wide": codes.itemsize}
