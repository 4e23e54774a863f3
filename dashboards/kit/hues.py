"""What the points of a map are coloured by: a code for every point, a palette for each scheme, and what the codes mean.

Codes are bytes, 255 for a point that has none; the browser knows the rest and asks nothing when it turns dark.
"""

from __future__ import annotations

import colorsys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dashboards.kit.theme import colors

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["NONE", "RAMP", "Colouring", "Spot", "many", "named", "plain", "scale", "turned"]

NONE = 255
STEPS = 96
"""Shades of a scale."""
_HUES = 12
RAMP = {"light": ["#d3d9e8", "#7b93e8", "#2f3fa0"], "dark": ["#41465a", "#5c7cfa", "#dbe4ff"]}
"""From little to much."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A point beside those of the map.

    Attributes:
        name: what is written beside it; under it, in smaller letters, ``about``.
        of: spots of one name are joined by a line.
        place: in the units of the map.
        code: its colour.
    """

    name: str
    about: str
    of: str
    place: tuple[float, ...]
    code: int


@dataclass(frozen=True, slots=True)
class Colouring:
    """Colours of a map's points.

    Attributes:
        codes: n bytes.
        palette: hexadecimal colours of the codes, by scheme.
        legend: pairs of a code and what it means; of a scale none.
        ends: what a scale's first and last colour mean; of no scale ``None``.
        spots: points beside those of the map.
        said: a line above the legend.
    """

    codes: NDArray[np.uint8]
    palette: dict[str, list[str]]
    legend: tuple[tuple[int, str], ...] = ()
    ends: tuple[str, str] | None = None
    spots: tuple[Spot, ...] = ()
    said: str = ""


def plain(count: int) -> Colouring:
    """One colour, which means nothing."""
    return Colouring(np.zeros(count, np.uint8), {s: colors(s)["palette"][:1] for s in ("light", "dark")})


def turned(numbers: NDArray[np.int32]) -> Colouring:
    """Twelve hues in turn, five steps on the wheel from one number to the next, so that neighbours differ most; below 0 there is none."""
    codes = np.where(numbers >= 0, numbers * 5 % _HUES, NONE).astype(np.uint8)
    return Colouring(codes, {scheme: _hues(scheme, _HUES) for scheme in ("light", "dark")})


def named(of: Sequence[str], order: Sequence[str], name: Callable[[str], str]) -> Colouring:
    """One colour for each name of ``order``; the legend has those that are there, as ``name`` says them."""
    code = {one: number for number, one in enumerate(order)}
    codes = np.array([code[one] for one in of], np.uint8)
    there = [order[number] for number in np.unique(codes)]
    palette = {scheme: many(scheme, len(order)) for scheme in ("light", "dark")}
    return Colouring(codes, palette, tuple((code[one], name(one)) for one in there))


def scale(
    values: NDArray[Any], ends: tuple[str, str], stops: dict[str, list[str]], between: tuple[float, float] | None = None
) -> Colouring:
    """From one end of ``stops`` to the other; what is not finite has no colour.

    Args:
        ends: what the first and the last colour mean.
        between: the values of the ends; by default the least and the largest.
    """
    known = np.isfinite(values)
    low, high = between or (float(np.min(values[known], initial=0)), float(np.max(values[known], initial=0)))
    if between is None and known.any():
        low, high = float(values[known].min()), float(values[known].max())
    share = np.clip((np.where(known, values, low) - low) / ((high - low) or 1), 0, 1)
    codes = np.where(known, np.round(share * (STEPS - 1)), NONE).astype(np.uint8)
    return Colouring(codes, {scheme: _ramp(stops[scheme], STEPS) for scheme in stops}, ends=ends)


def _ramp(stops: Sequence[str], steps: int) -> list[str]:
    points = np.array([[int(stop[at : at + 2], 16) for at in (1, 3, 5)] for stop in stops], float)
    at = np.linspace(0, len(stops) - 1, steps)
    mixed = [np.interp(at, np.arange(len(stops)), points[:, channel]) for channel in range(3)]
    return ["#" + "".join(f"{round(value):02x}" for value in colour) for colour in zip(*mixed, strict=True)]


def many(scheme: str, count: int) -> list[str]:
    """As many colours as there are names: the palette, then hues."""
    palette: list[str] = colors(scheme)["palette"]
    return palette[:count] if count <= len(palette) else _hues(scheme, count)


def _hues(scheme: str, count: int) -> list[str]:
    bright = 0.64 if scheme == "dark" else 0.44
    mixed = [colorsys.hls_to_rgb(place / count, bright, 0.55) for place in range(count)]
    return ["#" + "".join(f"{round(255 * value):02x}" for value in colour) for colour in mixed]
