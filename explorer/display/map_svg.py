"""A map of words as SVG: the points, and as many of their words as stand apart. It needs no browser and no font of its own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from explorer.display.colours import FONT, colors, tag_colors, tag_group
from explorer.display.placing import label_rows
from explorer.display.plain import escaped
from explorer.text.tags import split_key

__all__ = ["map_svg"]

RATIO, EDGE = 4 / 3, 40
"""Width over height, and the empty edge in pixels."""

LABELS = 220
"""Words written at most."""


def map_svg(keys: Sequence[str], coords: NDArray[np.float32], stamp: str, scheme: str = "light", height: int = 900) -> str:
    """The map as an SVG document.

    Args:
        keys: of the n points, the most important first: its words are written before others.
        coords: n × 2 or more; the first two axes are drawn, with one scale for both.
        stamp: one line below: how the map was made.
        scheme: ``"light"`` or ``"dark"``.
        height: in pixels; the picture is wider by a third.

    >>> picture = map_svg(["왕/NNG", "<b>"], np.eye(2, dtype=np.float32), "made so")
    >>> picture.count("<circle"), "&lt;b&gt;" in picture
    (2, True)
    """
    ink, palette = colors(scheme), tag_colors(scheme)
    words, tags = zip(*map(split_key, keys), strict=True)
    width = round(height * RATIO)
    box = np.array([width, height], np.float64)
    flat = np.asarray(coords, np.float64)[:, :2]
    low, high = flat.min(axis=0), flat.max(axis=0)
    scale = min((box - 2 * EDGE) / np.maximum(high - low, 1e-9))
    places = (flat - (low + high) / 2) * [scale, -scale] + box / 2
    labelled = label_rows(places.astype(np.float32), words, box.astype(np.float32), LABELS)
    size = 2 if len(keys) > 6000 else 3
    dots = [
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size}" fill="{palette[tag_group(tag)]}"/>'
        for (x, y), tag in zip(places.tolist(), tags, strict=True)
    ]
    names = [
        f'<text x="{places[row, 0]:.1f}" y="{places[row, 1] - 6:.1f}">{escaped(words[row], xml=True)}</text>'
        for row in labelled
    ]
    font = escaped(FONT)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">',
            f'<rect width="{width}" height="{height}" fill="{ink["paper"]}"/>',
            f'<g fill-opacity="0.75">{"".join(dots)}</g>',
            f'<g font-family="{font}" font-size="13" text-anchor="middle" fill="{ink["text"]}">{"".join(names)}</g>',
            f'<text x="{EDGE / 2:.0f}" y="{height - 12}" font-family="{font}" font-size="12" fill="{ink["dim"]}">'
            f"{escaped(stamp, xml=True)}</text>",
            "</svg>\n",
        ]
    )
