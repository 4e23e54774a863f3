"""Lines of Python that give the numbers of the map's cards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboards.app.state import state
from dashboards.kit.points import corners
from dashboards.kit.taking import lines
from dashboards.pages.map.form import choice_of
from dashboards.pages.map.maps import Choice, may_be_shipped, options_of, parts_of, words_of
from dashboards.pages.map.words import NEIGHBOURS

__all__ = ["map_lines", "mover_lines", "neighbour_lines", "picked_lines"]

_OPEN = "import explorer as ex\n\nv = ex.load({model})\n"


def _words(choice: Choice) -> str:
    if choice.source == "list":  # in the order of the map
        return lines("words = {keys}\n", keys=words_of(state().vectors(choice.model), choice)[0])
    if choice.source == "around":
        return lines(
            "from explorer.analysis.map_words import words_around\nwords = words_around(v, {around}, {reach})\n",
            around=parts_of(choice.around),
            reach=choice.reach,
        )
    return lines("from explorer.analysis.map_words import map_words\nwords = map_words(v, {words})\n", words=choice.words)


def _drawn(choice: Choice) -> str:
    if choice.method == "axes":
        x, y = ((parts_of(low), parts_of(high)) for low, high in (choice.x, choice.y))
        return "from explorer.analysis.projection import project_axes\n" + lines(
            "drawn = project_axes(v, {x}, {y}, words=words)\n", x=x, y=y
        )
    options = "".join(f", {name}={value!r}" for name, value in options_of(choice).items())
    made = f"ex.project(v, words=words{options})"
    if may_be_shipped(choice):
        return f"from explorer.analysis.shipped_maps import shipped_map\ndrawn = shipped_map(v) or {made}\n"
    return f"drawn = {made}\n"


def _map(q: Mapping[str, Any]) -> str:
    choice = choice_of(dict(q)).settled()
    return lines(_OPEN, model=choice.model) + _words(choice) + _drawn(choice)


def _pair(q: Mapping[str, Any]) -> str:
    beside = choice_of(dict(q)).beside
    if not beside:
        return ""
    return lines(
        "from explorer.analysis.map_pairs import pair_maps\npair = pair_maps(v, ex.load({beside}), drawn)\n", beside=beside
    )


def map_lines(q: Mapping[str, Any]) -> str:
    """Every point."""
    if choice_of(dict(q)).beside:
        return _map(q) + _pair(q) + "answer = pair.first.to_frame()"
    return _map(q) + "answer = drawn.to_frame()"


def mover_lines(q: Mapping[str, Any]) -> str:
    """Every word of two maps, the movers first."""
    return _map(q) + _pair(q) + "answer = pair.to_frame()"


def picked_lines(q: Mapping[str, Any]) -> str:
    """The words inside a line."""
    pair = _pair(q)
    shown = "drawn" if not pair else "pair.beside" if q["side"] == "b" else "pair.first"
    polygon = corners(q["pick"])
    coords, tool = f"{shown}.coords", "rows_inside"
    if int(q["dims"]) == 3 and q["method"] != "axes":
        coords, polygon, tool = lines("seen_from(" + coords + ", {turn})", turn=polygon[:2]), polygon[2:], tool + ", seen_from"
    return (
        _map(q)
        + pair
        + f"from explorer.analysis.word_groups import describe_words, {tool}\n"
        + lines("rows = rows_inside(" + coords + ", {polygon})\n", polygon=polygon)
        + "keys = "
        + ("pair" if pair else "drawn")
        + ".keys\n"
        + "answer = describe_words(v, [keys[row] for row in rows], keys).to_frame()"
    )


def neighbour_lines(q: Mapping[str, Any]) -> str:
    """A word's neighbours in the original space."""
    return lines(_OPEN + "answer = v.similar({word}, {most}).to_frame()", model=q["model"], word=q["word"], most=NEIGHBOURS)
