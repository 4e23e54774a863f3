"""Words beside the map: what a search found, a word's real neighbours, and the highlights of both."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import Patch, dcc, html

from dashboards.kit import url
from dashboards.kit.components import score_bar, table, tag_badge
from dashboards.kit.i18n import Text
from dashboards.kit.words import word_arrow, word_link
from dashboards.pages.map.maps import Map
from explorer.core.errors import ExplorerError

__all__ = ["NEIGHBOURS", "found_list", "neighbour_panel", "neighbours_of", "patch", "pick"]

NEIGHBOURS = 12
LISTED = 24
"""Words a search lists beside the map; all of them are highlighted on it."""


def pick(row: Any, place: Any) -> dict[str, Any]:
    """A button that chooses a word by its row in the model; it may have one in the search and one among the neighbours.

    A number, because Dash loses the value of a pattern-matching input whose id is not ASCII.
    """
    return {"type": "map-pick", "row": row, "place": place}


def neighbours_of(vectors: Any, word: str | None) -> Any:
    """Neighbours in the original space; none for no word, or one the model does not know (the panel says so)."""
    if not word:
        return ()
    try:
        return vectors.similar(url.clean(word, 100), NEIGHBOURS)
    except ExplorerError:
        return ()


def patch(shown: Map, found: list[int], near: list[int], chosen: int | None) -> Patch:
    """Highlights as a change of the figure in the browser: some kilobytes, whatever the size of the map."""
    from dashboards.pages.map.figures import highlight

    change = Patch()
    for trace, values in highlight(shown, found, near, chosen).items():
        for name, value in values.items():
            change["data"][trace][name] = value
    return change


def found_list(t: Text, shown: Map, vectors: Any, rows: list[int], query: str | None) -> Any:
    """The first words found, each a button that chooses it."""
    if not (query or "").strip():
        return None
    if not rows:
        return dmc.Text(t("map.not_found"), size="sm", c="dimmed")
    words = [
        html.Button(
            shown.words[row], id=pick(vectors.index(shown.keys[row]), "found"), className="example", title=shown.keys[row]
        )
        for row in rows[:LISTED]
    ]
    return dmc.Stack(
        [dmc.Text(t("map.found", count=f"{len(rows):,}"), size="sm", c="dimmed"), html.Div(words, className="chips")], gap="xs"
    )


def neighbour_panel(t: Text, shown: Map, vectors: Any, chosen: str) -> Any:
    """The chosen word and its neighbours in the original space, whether or not they are on the map."""
    from explorer.text.tags import split_key, tag_of

    near = vectors.similar(url.clean(chosen, 100), NEIGHBOURS)
    rows = []
    for neighbour in near:
        on_map = neighbour.key in shown.rows
        word = html.Button(
            neighbour.word,
            id=pick(vectors.index(neighbour.key), "near"),
            className="word as-link" if on_map else "word as-link off-map",
            title=neighbour.key if on_map else t("map.off_map"),
        )
        shown_word = html.Span([word, word_arrow(neighbour.key, vectors.name)], className="word-beside")
        rows.append([shown_word, tag_badge(t, tag_of(neighbour.key)), score_bar(neighbour.score)])
    key = near.resolution.key
    word, tag = split_key(key)
    where = [] if key in shown.rows else [dmc.Text(t("map.off_map"), size="xs", c="dimmed")]
    link = dcc.Link(t("map.more"), href=url.href("/similarity", {"word": url.text()}, {"word": key}), className="more")
    return dmc.Stack(
        [
            dmc.Group([dmc.Text(word_link(key, vectors.name, word), fw=700, size="xl"), tag_badge(t, tag), *where], gap="xs"),
            table([t("map.word"), t("map.tag"), t("map.cosine")], rows, label=t("map.neighbours")),
            link,
        ],
        gap="xs",
    )
