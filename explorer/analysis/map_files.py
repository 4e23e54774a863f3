"""A map as a file: the ending of its name says what kind."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from importlib.util import find_spec
from pathlib import Path

from explorer.analysis.map_html import words_html
from explorer.analysis.projection import Projection
from explorer.analysis.region_records import Regions
from explorer.core.errors import BadInput, MissingExtra, Unavailable
from explorer.core.paths import expanded
from explorer.core.store import atomic_write
from explorer.display.map_svg import map_svg

__all__ = ["WRITERS", "check_ending", "write_map"]


def _png(shown: Projection) -> bytes:
    """The figure of :meth:`Projection.plot`, drawn by a browser that nobody sees (kaleido)."""
    figure = shown.plot()
    try:
        image: bytes = figure.to_image(format="png", width=1200, height=900, scale=2)
    except (RuntimeError, ValueError, OSError) as error:  # no Chrome or Chromium is on this machine, or it does not start
        raise Unavailable("analysis.png_not_drawn", reason=str(error).strip().partition("\n")[0]) from error
    return image


WRITERS: dict[str, Callable[[Projection, Regions | None], str | bytes]] = {
    ".csv": lambda shown, _: shown.to_csv(),
    ".html": words_html,
    ".json": lambda shown, _: json.dumps(shown.to_dict(), ensure_ascii=False),
    ".png": lambda shown, _: _png(shown),
    ".svg": lambda shown, _: map_svg(shown.keys, shown.coords, shown.stamp),
}
"""What a map becomes, by the ending of the file's name."""


def check_ending(path: str | Path, known: Collection[str] = WRITERS) -> str:
    """The ending of a path, where it says what to write: looked at before the map is drawn, which may take minutes.

    Raises:
        BadInput: it says nothing; names those that do.
        MissingExtra: it asks for a PNG, and what draws one is not installed.

    >>> check_ending("map.SVG")
    '.svg'
    """
    ending = Path(path).suffix.lower()
    if ending not in known:
        raise BadInput("analysis.map_ending", path=str(path), endings=", ".join(sorted(known)))
    if ending == ".png" and find_spec("kaleido") is None:
        raise MissingExtra("analysis.png_pictures", "pictures")
    return ending


def write_map(shown: Projection, path: str | Path, regions: Regions | None = None) -> Path:
    """Write a map as what the ending of ``path`` says; whole or not at all. Returns the path.

    Args:
        shown: the map.
        path: where; .html is a page that opens without a network.
        regions: regions of its words, which that page names.

    Raises:
        BadInput: the ending says nothing.
        Unavailable: the disk refuses, or no browser is there to draw a PNG.
    """
    content = WRITERS[check_ending(path)](shown, regions)
    atomic_write(expanded(path), content)
    return expanded(path)
