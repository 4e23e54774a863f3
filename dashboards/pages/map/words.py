"""Words beside the map: what a search found, a word's real neighbours, and what was picked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import dcc, html

from dashboards.kit import url
from dashboards.kit.components import score_bar, table, tag_badge
from dashboards.kit.i18n import Text
from dashboards.kit.words import word_arrow, word_link
from dashboards.pages.map.form import FIELDS, MAX_OWN, MAX_POLE
from dashboards.pages.map.maps import Map, pair_of
from explorer.core.errors import ExplorerError
from explorer.text.tags import split_key, tag_of

if TYPE_CHECKING:
    from explorer.analysis.word_groups import Share, WordGroup

__all__ = [
    "NEIGHBOURS",
    "beside_panel",
    "found_list",
    "group_of",
    "movers_panel",
    "neighbour_panel",
    "neighbours_of",
    "pick",
    "picked_panel",
]

NEIGHBOURS = 12
LISTED = 24
"""Words a search lists beside the map; all of them are highlighted on it."""
PICKED = 80
"""Words listed of what was picked; all of them are in the CSV."""
MOVERS = 30
"""Words listed that two models see differently."""
POLE = 6
"""Telling words that become the pole of an axis."""


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


def _word_buttons(shown: Map, vectors: Any, rows: list[int], place: str) -> html.Div:
    return html.Div(
        [
            html.Button(
                shown.words[row], id=pick(vectors.index(shown.keys[row]), place), className="example", title=shown.keys[row]
            )
            for row in rows
        ],
        className="chips",
    )


def found_list(t: Text, shown: Map, vectors: Any, rows: list[int], query: str | None) -> Any:
    """The first words found, each a button that chooses it."""
    wanted = (query or "").strip().casefold()
    if not wanted:
        return None
    if not rows:
        return dmc.Text(t("map.not_found"), size="sm", c="dimmed")
    said = t("map.found", count=f"{len(rows):,}")
    return dmc.Stack([dmc.Text(said, size="sm", c="dimmed"), _word_buttons(shown, vectors, rows[:LISTED], "found")], gap="xs")


def neighbour_panel(t: Text, shown: Map, vectors: Any, chosen: str) -> Any:
    """The chosen word and its neighbours in the original space, whether or not they are on the map."""
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
    there = key in shown.rows
    ways = [
        *([html.Button(t("map.to_near"), className="example", **{"data-points": "near"})] if there else []),
        dcc.Link(t("map.around_this"), href=_map(around=key, of="around", model=vectors.name), className="example"),
        dcc.Link(t("map.more"), href=url.href("/similarity", {"word": url.text()}, {"word": key}), className="example"),
    ]
    return dmc.Stack(
        [
            dmc.Group(
                [
                    dmc.Text(word_link(key, vectors.name, word), fw=700, size="xl"),
                    tag_badge(t, tag),
                    *([] if there else [dmc.Text(t("map.off_map"), size="xs", c="dimmed")]),
                ],
                gap="xs",
            ),
            html.Div(ways, className="chips"),
            table([t("map.word"), t("map.tag"), t("map.cosine")], rows, label=t("map.neighbours")),
        ],
        gap="xs",
    )


def _map(**values: Any) -> str:
    return url.href("/map", FIELDS, values)


def beside_panel(t: Text, shown: Map, theirs: Any) -> Any:
    """The chosen word's neighbours by the other model."""
    other = pair_of(shown).beside.model
    head = dmc.Text(t("map.neighbours_by", model=other), size="sm", fw=600, mt="md")
    if not theirs:
        return html.Div([head, dmc.Text(t("map.off_map"), size="sm", c="dimmed")])
    return html.Div([head, html.Div([word_link(one.key, other) for one in theirs], className="chips map-theirs")])


def movers_panel(t: Text, shown: Map, vectors: Any) -> Any:
    """How far two models agree on these words, and the words they disagree on most: the most frequent of those."""
    pair = pair_of(shown)
    said = t(
        "map.movers_said", b=pair.beside.model, k=pair.k, mean=f"{100 * pair.agreement:.0f}", none=f"{100 * pair.strangers:.0f}"
    )
    buttons = _word_buttons(shown, vectors, pair.movers()[:MOVERS], "mover")
    return dmc.Stack([dmc.Text(said, size="sm"), buttons], gap="xs")


def group_of(vectors: Any, shown: Map, polygon: list[float], beside: bool = False) -> WordGroup:
    """What lies inside a line on the map, or on the one ``beside`` it; of three axes the line begins with two angles of view.

    Raises:
        BadInput: nothing does.
    """
    from explorer.analysis.word_groups import describe_words, rows_inside, seen_from

    coords = shown.pair.beside.coords if beside and shown.pair else shown.coords
    if polygon and coords.shape[1] == 3:
        coords, polygon = seen_from(coords, polygon[:2]), polygon[2:]
    rows = rows_inside(coords, polygon).tolist() if polygon else []
    return describe_words(vectors, [shown.keys[row] for row in rows], shown.keys)


def picked_panel(t: Text, shown: Map, vectors: Any, polygon: list[float], beside: bool = False) -> Any:
    """The picked words, what sets them apart, and what can be done with them."""
    from explorer.analysis.word_groups import shares

    group = group_of(vectors, shown, polygon, beside)
    rows = [shown.rows[key] for key in group.keys]
    telling = [key for key, _ in group.telling]
    own, held = [], 0
    for key in group.keys:
        held += len(key) + 1
        if held > MAX_OWN:
            break
        own.append(key)
    pole = ",".join(telling[:POLE])[:MAX_POLE]
    ways = [
        html.Button(t("map.to_picked"), className="example", **{"data-points": "picked"}),
        *(
            [dcc.Link(t("map.map_of_these"), href=_map(of="list", own="\n".join(own), model=vectors.name), className="example")]
            if len(own) >= 5
            else []
        ),
        dcc.Link(t("map.as_pole"), href=_map(color="axis", c0="", c1=pole, model=vectors.name), className="example"),
        html.Button(t("map.let_go"), className="example", **{"data-points": "let-go"}),
    ]
    said = t("map.picked_count", count=f"{len(rows):,}", share=f"{100 * len(rows) / group.among:.1f}")
    often = t("map.picked_often" if group.rank < 0.4 else "map.picked_rare" if group.rank > 0.6 else "map.picked_even")
    parts = [
        dmc.Text(f"{said} {often}", size="sm"),
        *([dmc.Text(t("map.left_words", count=f"{len(own):,}"), size="xs", c="dimmed")] if len(own) < len(rows) else []),
        html.Div(ways, className="chips"),
    ]
    if telling:
        parts += [_head(t("map.telling")), _word_buttons(shown, vectors, [shown.rows[key] for key in telling], "telling")]
    if group.tags:
        parts += [_head(t("map.tags_of")), _shares(t, group.tags, lambda tag: t.maybe(f"tags.{tag}", str(tag)))]
    if len(shown.region_of):
        import numpy as np

        found = [
            one for one in shares(shown.region_of.tolist(), np.array(rows)) if one.name >= 0 and shown.region_names[one.name]
        ]
        if found:
            parts += [_head(t("map.regions_of")), _shares(t, tuple(found), lambda number: shown.region_names[number])]
    first = rows[:PICKED]
    parts += [_head(t("map.words_of", count=f"{len(first):,}")), _word_buttons(shown, vectors, first, "picked")]
    return dmc.Stack(parts, gap="xs", className="map-picked")


def _head(line: str) -> dmc.Text:
    return dmc.Text(line, size="sm", fw=600, mt=4)


def _shares(t: Text, found: tuple[Share, ...], name: Any) -> html.Ul:
    return html.Ul(
        [
            html.Li(t("map.share", name=name(one.name), share=f"{100 * one.share:.0f}", lift=f"{one.lift:.1f}"))
            for one in sorted(found, key=lambda one: -one.count)[:4]
        ],
        className="map-shares numbers",
    )
