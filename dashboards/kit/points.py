"""A map of many points, as the pages of words and of documents show it: the stage it is drawn on, what travels to it, what of it an
address holds. The browser's half is ``assets/points.js`` (the drawing) and ``assets/stage.js`` (tools, keys, what is told to the page).
"""

from __future__ import annotations

import base64
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
from dash import html

from dashboards.kit.components import icon
from dashboards.kit.hues import Colouring
from dashboards.kit.i18n import Text
from dashboards.kit.url import Field

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "PICK", "VIEW", "bits", "coloured", "corners", "legend", "middles", "packed", "placed", "ranges", "stage", "steps",
]  # fmt: skip

STEPS = 2**16 - 1
"""A step is a tenth of a pixel where a map of 6,000 pixels is seen."""
MAX_CORNERS = 60
"""Corners of a line around points that are read; the browser keeps some forty."""


# ---- what an address holds


def _numbers(value: str, most: int) -> list[float]:
    try:
        found = [float(one) for one in value[: 16 * most].split(",")]
    except ValueError:
        return []
    return found if len(found) <= most and all(abs(one) < 1e6 for one in found) else []


def ranges(view: str) -> list[float]:
    """Where the map is looked at: left, right, lower and upper edge; empty for anything that is none.

    >>> ranges("-1,2.5,0,3"), ranges("1,2,3"), ranges("0,0,nan,1")
    ([-1.0, 2.5, 0.0, 3.0], [], [])
    """
    found = _numbers(view, 4)
    return found if len(found) == 4 else []


def corners(pick: str) -> list[float]:
    """The corners of what was picked, as x, y, x, y …; empty for anything that is none.

    >>> corners("0,0,1,0,1,1"), corners("0,0,1"), corners("")
    ([0.0, 0.0, 1.0, 0.0, 1.0, 1.0], [], [])
    """
    found = _numbers(pick, 2 * MAX_CORNERS)
    return found if len(found) >= 6 and len(found) % 2 == 0 else []


def _written(values: list[float]) -> str:
    return ",".join(f"{one:.5g}" for one in values)


VIEW = Field("", lambda value: _written(ranges(value)), str, good=lambda value: bool(ranges(value)))
PICK = Field("", lambda value: _written(corners(value)), str, good=lambda value: bool(corners(value)))


# ---- what travels


def placed(
    name: str,
    same: str,
    coords: NDArray[np.float32],
    layers: Sequence[Sequence[Sequence[Any]]],
    stamp: str,
    view: Sequence[float],
) -> dict[str, Any]:
    """Places as 16-bit steps, and what is written on them.

    Args:
        name: changes with anything that changes the map.
        same: the same for maps of the same points, which then move from place to place.
        coords: n × 2 or n × 3 float32.
        layers: names of regions with their places, ``[name, x, y]``, from few to many.
        stamp: one line that stays on the picture: how the map was made.
        view: where the address says one looks; empty for the whole.
    """
    return {
        **steps(coords),
        "id": name,
        "same": same,
        "dims": coords.shape[1],
        "layers": layers,
        "stamp": stamp,
        "view": list(view) or None,
    }


def steps(coords: NDArray[np.float32]) -> dict[str, Any]:
    """Places, and what a step is on each axis."""
    low = coords.min(axis=0)
    extent = np.maximum(coords.max(axis=0) - low, 1e-9)
    places = np.round((coords - low) / extent * STEPS).astype("<u2")
    return {"places": packed(places), "low": low.tolist(), "scale": extent.tolist()}


def coloured(name: str, colouring: Colouring) -> dict[str, Any]:
    """Codes and palettes, and the points beside those of the map."""
    spots = [asdict(one) for one in colouring.spots]
    return {"of": name, "codes": packed(colouring.codes), "palette": colouring.palette, "spots": spots}


def packed(values: NDArray[Any]) -> str:
    """Numbers as base64 text."""
    return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode("ascii")


def bits(rows: Sequence[int], count: int) -> str:
    r"""Some of ``count`` rows, a bit for each: of 30,000 among 100,000 a tenth of what their numbers take.

    >>> base64.b64decode(bits([0, 9], 10))
    b'\x01\x02'
    """
    there = np.zeros(count, bool)
    there[np.asarray(rows, np.int64)] = True
    return packed(np.packbits(there, bitorder="little"))


def middles(coords: NDArray[np.float32], labels: NDArray[np.int32], count: int) -> list[tuple[float, float] | None]:
    """Where the names of regions stand: at each region's point nearest to its middle; ``None`` for regions without points.

    >>> middles(np.array([[0, 0], [1, 0], [9, 0], [5, 5]], np.float32), np.array([1, 1, 1, -1], np.int32), 2)
    [None, (1.0, 0.0)]
    """
    order = np.argsort(labels, kind="stable")
    edges = np.searchsorted(labels[order], np.arange(count + 1))
    found: list[tuple[float, float] | None] = []
    for start, end in itertools.pairwise(edges):
        points = coords[order[start:end], :2]
        place = points[np.abs(points - np.median(points, axis=0)).sum(axis=1).argmin()] if len(points) else None
        found.append(None if place is None else (float(place[0]), float(place[1])))
    return found


# ---- the stage


def legend(found: Colouring) -> Any:
    """What colours mean: dots with names, or a scale with its ends. Both schemes travel; the style shows one."""
    if found.ends:
        ramps = {
            f"--{scheme}": f"linear-gradient(to right, {', '.join(shades[:: max(1, len(shades) // 12)])})"
            for scheme, shades in found.palette.items()
        }
        ends = [html.Span(end) for end in found.ends]
        return [html.Span([ends[0], html.Span(className="map-scale", style=ramps), ends[1]], className="map-key")]
    said = [html.Span(found.said, className="map-said")] if found.said else []
    return [*said, *(_dot(found, code, name) for code, name in found.legend)]


def _dot(found: Colouring, code: int, name: str) -> html.Span:
    dot = html.Span(className="map-dot", style={f"--{scheme}": shades[code] for scheme, shades in found.palette.items()})
    return html.Span([dot, name], className="map-key")


def stage(t: Text, view: str, label: str, beside: str = "") -> html.Div:
    """Where a map is drawn, with its tools; its parts are called ``VIEW-host``, ``VIEW-legend`` and so on.

    Args:
        label: what it is, for those who cannot see it.
        beside: the same of a second map, for a page that may show two.
    """

    def tool(name: str, pressed: str | None = None, **data: str) -> html.Button:
        said = t(f"map.tool_{name}")
        state = {"aria-pressed": pressed} if pressed else {}
        attributes = {"aria-label": said, **(data or {"data-points": name}), **state}
        glyph = {"in": "plus", "out": "minus"}.get(name, name)
        return html.Button(icon(glyph, 18), type="button", title=said, **attributes)

    hosts = [("", label), *([("-b", beside)] if beside else [])]
    tools: Iterable[html.Button] = [
        *(tool(name) for name in ("in", "out", "whole")),
        tool("pan", "true"),
        tool("lasso", "false"),
        tool("box", "false"),
        *([tool("morph", "false", **{"data-map": "morph"})] if beside else []),
    ]
    return html.Div(
        [
            *(
                html.Div(id=f"{view}-host{end}", className="map-host", tabIndex=0, role="application", **{"aria-label": said})
                for end, said in hosts
            ),
            html.Div(list(tools), id=f"{view}-tools", className="map-tools", role="toolbar", **{"aria-label": t("map.tools")}),
            html.Div(id=f"{view}-legend", className="map-legend"),
            *(html.Div(id=f"{view}-stamp{end}", className="map-stamp") for end, _ in hosts),
            html.Div(t("map.wheel"), id=f"{view}-hint", className="map-hint", **{"aria-hidden": "true"}),
        ],
        id=f"{view}-stage",
        className="map-stage",
    )
