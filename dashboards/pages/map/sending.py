"""What travels to the browser: places as 16-bit steps and words apart from them, so that points are there before their words."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dashboards.pages.map.colours import Colouring
    from dashboards.pages.map.maps import Map

__all__ = ["coloured", "placed", "written"]

STEPS = 2**16 - 1
"""A step is a tenth of a pixel where a map of 6,000 pixels is seen."""


def placed(shown: Map, stamp: str, view: list[float], axes: list[list[str]] | None = None) -> dict[str, Any]:
    """Places, names of regions and how the map was made.

    Args:
        stamp: one line that stays on the picture.
        view: where the address says one looks; empty for the whole.
        axes: what the poles of a map of semantic axes are called: ``[[left, right], [below, above]]``.
    """
    flat = shown.coords.shape[1] == 2
    return {
        **_steps(shown.coords),
        "beside": _steps(shown.pair.beside.coords) if shown.pair else None,
        "id": shown.id,
        "same": hashlib.sha256("\n".join(shown.keys).encode("utf-8", "surrogatepass")).hexdigest()[:16],
        "dims": shown.coords.shape[1],
        # Between two poles a region is spread all over: its name would stand nowhere in particular.
        "layers": [[[one.name, *one.place] for one in layer] for layer in shown.regions] if flat and axes is None else [],
        "stamp": stamp,
        "view": view or None,
        "stretch": axes is not None,
        "axes": axes,
    }


def _steps(coords: NDArray[np.float32]) -> dict[str, Any]:
    low = coords.min(axis=0)
    extent = np.maximum(coords.max(axis=0) - low, 1e-9)
    steps = np.round((coords - low) / extent * STEPS).astype("<u2")
    return {"places": packed(steps), "low": low.tolist(), "scale": extent.tolist()}


def written(shown: Map) -> dict[str, Any]:
    """Words, and their tags as bytes."""
    tags = sorted(set(shown.tags))
    number = {tag: place for place, tag in enumerate(tags)}
    codes = np.array([number[tag] for tag in shown.tags], np.uint8 if len(tags) < 256 else "<u2")
    return {"of": shown.id, "words": shown.words, "tags": tags, "tag": packed(codes), "wide": codes.itemsize}


def coloured(shown: Map, colouring: Colouring) -> dict[str, Any]:
    """Codes and palettes, and the points beside those of the words."""
    spots = [asdict(one) for one in colouring.spots]
    return {"of": shown.id, "codes": packed(colouring.codes), "palette": colouring.palette, "spots": spots}


def packed(values: NDArray[Any]) -> str:
    """Numbers as base64 text."""
    return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode("ascii")
