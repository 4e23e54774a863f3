"""Small pictures as SVG, in the colours of whatever they stand on."""

from __future__ import annotations

from typing import Any

from explorer.display.colours import colors
from explorer.display.plain import escaped
from explorer.display.sheet import width

__all__ = ["parallelogram_svg"]

WIDTH, HEIGHT, EDGE = 420, 260, 30
LINE = 15
"""Height of a written word, in pixels."""


def parallelogram_svg(found: Any) -> str:
    """An analogy as two arrows side by side: the example's step, the same step from the word asked about, and the answers.

    Args:
        found: a :class:`explorer.vectors.records.Parallelogram`: its places keep lengths and angles.
    """
    points = [found.origin, found.start, found.end, *((step.end, step.x, step.y) for step in found.steps[1:])]
    xs = [*(one[1] for one in points), found.target[0]]
    ys = [*(one[2] for one in points), found.target[1]]
    scale = min((WIDTH - 4 * EDGE) / (max(xs) - min(xs) or 1), (HEIGHT - 2 * EDGE) / (max(ys) - min(ys) or 1))

    def place(x: float, y: float) -> tuple[float, float]:
        return (WIDTH / 2 + (x - (min(xs) + max(xs)) / 2) * scale, HEIGHT / 2 - (y - (min(ys) + max(ys)) / 2) * scale)

    blue, orange = colors("light")["palette"][:2]
    origin, start, end, target = (place(*one) for one in (found.origin[1:], found.start[1:], found.end[1:], found.target))
    parts = [_arrow(origin, start, blue), _arrow(end, target, blue, "4 3")]
    parts.append(f'<circle cx="{target[0]:.1f}" cy="{target[1]:.1f}" r="5" fill="none" stroke="{blue}" stroke-width="2"/>')
    taken: list[tuple[float, float, float]] = []
    for number, (word, x, y) in enumerate(points):
        at = place(x, y)
        parts.append(f'<circle cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="3.5" fill="{blue if number < 3 else orange}"/>')
        if number < 8:  # three words of the question and five answers; more would cover each other
            parts.append(_word(word, at, taken, bold=number == 3))
    box = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box} style="max-width:100%" role="img">{"".join(parts)}</svg>'


def _arrow(begin: tuple[float, float], end: tuple[float, float], colour: str, dashes: str = "") -> str:
    across, down = end[0] - begin[0], end[1] - begin[1]
    length = (across**2 + down**2) ** 0.5 or 1.0
    back = end[0] - 9 * across / length, end[1] - 9 * down / length
    side = -4 * down / length, 4 * across / length
    head = f"{end[0]:.1f},{end[1]:.1f} {back[0] + side[0]:.1f},{back[1] + side[1]:.1f} {back[0] - side[0]:.1f},{back[1] - side[1]:.1f}"
    line = f'x1="{begin[0]:.1f}" y1="{begin[1]:.1f}" x2="{back[0]:.1f}" y2="{back[1]:.1f}"'
    return f'<line {line} stroke="{colour}" stroke-width="2" stroke-dasharray="{dashes}"/><polygon points="{head}" fill="{colour}"/>'


def _word(word: str, at: tuple[float, float], taken: list[tuple[float, float, float]], bold: bool) -> str:
    """A word beside its point, moved down or up until it covers none that is written already."""
    word = word if len(word) <= 14 else word[:13] + "…"
    half = width(word) * 3.8 + 2
    x = min(max(at[0], half), WIDTH - half)
    for step in (-9, 17, -24, 32, -39, 47, -54, 62):
        y = min(max(at[1] + step, LINE), HEIGHT - 4)
        if all(abs(x - other) >= half + wide or abs(y - high) >= LINE for other, high, wide in taken):
            break
    taken.append((x, y, half))
    weight = ' font-weight="600"' if bold else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle" font-size="13" fill="currentColor"{weight}>{escaped(word, xml=True)}</text>'
