"""The controls of the map: what is drawn (nothing changes until the button is pressed), and what it is coloured by (at once)."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import html

from dashboards.app.models import model_label
from dashboards.app.state import model_names
from dashboards.kit import points, url
from dashboards.kit.i18n import Text
from dashboards.pages.map.colours import COLOURS
from dashboards.pages.map.maps import AROUND, METHODS, PERPLEXITY, SOURCES, Choice, X, Y

__all__ = ["ASKED", "FIELDS", "FIRST", "HUE", "MAX_LABELS", "MAX_OWN", "choice_of", "controls", "name_of"]

FIRST = Choice("")
"""What a page shows whose address says nothing."""
SIZES = ("1000", "3000", "5000", "10000", "20000", "40000", "100000")
REACHES = ("100", "200", "500", "1000", "3000")
MAX_OWN, MAX_LABELS, MAX_POLE = 4_000, 60_000, 120
"""Characters of a person's own words, of their labels, and of a pole of an axis."""


MAP_FIELDS = {
    "method": url.choice(METHODS, FIRST.method),
    "dims": url.choice(("2", "3"), str(FIRST.dims)),
    "of": url.choice(SOURCES, FIRST.source),
    "words": url.choice(SIZES, str(FIRST.words)),
    "own": url.packed(MAX_OWN),
    "around": url.text(MAX_POLE),
    "reach": url.choice(REACHES, str(AROUND)),
    "seed": url.integer(0, 2**32 - 1, FIRST.seed),
    "near": url.integer(2, 200, FIRST.n_neighbors),
    "dist": url.number(0, 1, FIRST.min_dist),
    "perp": url.number(2, 500, PERPLEXITY),
    "x0": url.text(MAX_POLE, X[0]),
    "x1": url.text(MAX_POLE, X[1]),
    "y0": url.text(MAX_POLE, Y[0]),
    "y1": url.text(MAX_POLE, Y[1]),
    "beside": url.text(200),
}
"""What tells one map from another."""
HUE_FIELDS = {
    "color": url.choice(COLOURS, "tag"),
    "c0": url.text(MAX_POLE, X[0]),
    "c1": url.text(MAX_POLE, X[1]),
    "labels": url.packed(MAX_LABELS),
}
FIELDS = {
    **MAP_FIELDS,
    **HUE_FIELDS,
    "find": url.text(),
    "word": url.text(),
    "view": points.VIEW,
    "side": url.choice(("a", "b"), "a"),
    "pick": points.PICK,
    "model": url.model(),
}
ASKED, HUE = tuple(MAP_FIELDS), tuple(HUE_FIELDS)


def name_of(field: str) -> str:
    """The id of the control that holds a field."""
    return f"map-{field}"


def choice_of(asked: dict[str, Any]) -> Choice:
    """The map of values as a browser or an address gives them (read again: it is only a browser)."""
    packs = ("own",)
    given = {name: str(value) for name, value in asked.items() if value is not None and name not in packs}
    q = url.decode({name: field for name, field in FIELDS.items() if name not in packs}, given)
    return Choice(
        model=q["model"],
        method=q["method"],
        dims=int(q["dims"]),
        source=q["of"],
        words=int(q["words"]),
        own=url.tidy(own if isinstance(own := asked.get("own"), str) else "", MAX_OWN),
        around=q["around"],
        reach=int(q["reach"]),
        seed=q["seed"],
        n_neighbors=q["near"],
        min_dist=q["dist"],
        perplexity=q["perp"],
        x=(q["x0"], q["x1"]),
        y=(q["y0"], q["y1"]),
        beside=q["beside"],
    )


def controls(t: Text, q: dict[str, Any], draw: str) -> Any:
    """The form; its class says which of its parts are to be seen (script.js)."""
    names = dict.fromkeys([*model_names(), *([q["beside"]] if q["beside"] else [])])
    return html.Div(
        [
            html.Div(
                [
                    _segments(t, "method", q, METHODS),
                    _segments(t, "dims", q, ("2", "3"), "for-umap for-tsne for-pca"),
                    _select(t, "of", q, [(one, t(f"map.of_{one}")) for one in SOURCES], "map-of"),
                    _select(t, "words", q, [(size, _amount(t, size)) for size in SIZES], "map-size of-frequent"),
                    _box(t, "own", q, MAX_OWN, "of-list"),
                    _text(t, "around", q, "of-around"),
                    _select(t, "reach", q, [(size, f"{int(size):,}") for size in REACHES], "field-small of-around"),
                    _poles(t, q, "x", "for-axes"),
                    _poles(t, q, "y", "for-axes"),
                    html.Details(
                        [
                            html.Summary(t("map.settings")),
                            html.Div(
                                [
                                    _number(t, "near", q, "for-umap", min=2, max=200, allowDecimal=False),
                                    _number(t, "dist", q, "for-umap", min=0, max=1, step=0.05, decimalScale=2),
                                    _number(t, "perp", q, "for-tsne", min=2, max=500),
                                    _number(t, "seed", q, "", min=0, max=2**32 - 1, allowDecimal=False, hideControls=True),
                                ],
                                className="form map-settings",
                            ),
                        ],
                        className="map-more for-umap for-tsne",
                    ),
                    _select(t, "beside", q, [("", t("map.alone")), *((one, model_label(t, one)) for one in names)], "map-of"),
                    dmc.Button(t("map.draw"), id=draw),
                ],
                className="form",
            ),
            html.Div(
                [
                    _select(t, "color", q, [(one, t(f"map.color_{one}")) for one in COLOURS], "map-of"),
                    _poles(t, q, "c", "by-axis"),
                    _box(t, "labels", q, MAX_LABELS, "by-own"),
                    html.Button(t("map.upload"), type="button", className="example by-own", **{"data-map": "upload"}),
                ],
                className="form",
            ),
        ],
        id="map-form",
        className="map-form",
    )


def _amount(t: Text, size: str) -> str:
    return t("map.all_words") if size == SIZES[-1] else f"{int(size):,}"


def _segments(t: Text, field: str, q: dict[str, Any], options: tuple[str, ...], more: str = "") -> html.Div:
    data = [{"value": one, "label": t(f"map.{field}_{one}")} for one in options]
    return html.Div(
        [
            html.Div(t(f"map.{field}"), className="field-label", **{"aria-hidden": "true"}),
            dmc.SegmentedControl(id=name_of(field), value=q[field], data=data, **{"aria-label": t(f"map.{field}")}),
        ],
        className=more,
    )


def _select(t: Text, field: str, q: dict[str, Any], options: list[tuple[str, str]], more: str) -> dmc.Select:
    return dmc.Select(
        id=name_of(field),
        value=q[field],
        data=[{"value": value, "label": label} for value, label in options],
        label=t(f"map.{field}"),
        allowDeselect=False,
        className=more,
    )


def _text(t: Text, field: str, q: dict[str, Any], more: str) -> dmc.TextInput:
    return dmc.TextInput(
        id=name_of(field),
        value=q[field],
        label=t(f"map.{field}"),
        placeholder=t(f"map.{field}_hint"),
        debounce=400,
        inputProps={"maxLength": MAX_POLE, "lang": "ko"},
        className=f"field {more}",
    )


def _poles(t: Text, q: dict[str, Any], axis: str, more: str) -> html.Div:
    return html.Div([_text(t, f"{axis}{end}", q, "") for end in (0, 1)], className=f"map-poles {more}")


def _box(t: Text, field: str, q: dict[str, Any], most: int, more: str) -> dmc.Textarea:
    return dmc.Textarea(
        id=name_of(field),
        value=q[field],
        label=t(f"map.{field}"),
        placeholder=t(f"map.{field}_hint"),
        autosize=True,
        minRows=1,
        maxRows=6,
        debounce=500,
        spellCheck=False,
        inputProps={"maxLength": most, "lang": "ko"},
        className=f"field {more}",
    )


def _number(t: Text, field: str, q: dict[str, Any], more: str, **props: Any) -> dmc.NumberInput:
    return dmc.NumberInput(id=name_of(field), value=q[field], label=t(f"map.{field}"), className=f"field-small {more}", **props)
