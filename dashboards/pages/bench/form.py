"""The form of the bench page and the frame of its answer, as components; and their ids."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import html

from dashboards.kit.components import card, empty, graph, icon
from dashboards.kit.i18n import Text
from dashboards.kit.theme import blank
from dashboards.pages.bench.asked import MAX_PASTED, PASTED, SIZES
from dashboards.pages.bench.table import GROUPS
from dashboards.pages.tokens.asked import MAX_TOKENIZERS
from dashboards.pages.tokens.page import options

NAMES, CORPUS, PASTE, SIZE, SPEED, PRICE, GO = (
    f"bench-{name}" for name in ("names", "corpus", "paste", "size", "speed", "price", "go")
)
NOTE = "bench-note"
GROUP, TABLE, POINTS, RANKS, LENGTHS = (f"bench-{name}" for name in ("group", "table", "points", "ranks", "lengths"))
FIRST, SECOND, DIVIDED, HTML, SAVE = (f"bench-{name}" for name in ("first", "second", "divided", "html", "save"))


def nothing(t: Text) -> Any:
    """What stands where the result will be."""
    return card(None, empty(t("bench.nothing"), t("bench.nothing_lead"), picture="bench"))


def form_of(t: Text, names: list[str], corpora: list[str], corpus: str, pasted: str, q: dict[str, Any]) -> Any:
    """The question: tokenizers, corpus, how much of it."""
    return dmc.Stack(
        [
            dmc.MultiSelect(
                id=NAMES,
                value=names,
                data=options(t, names),
                label=t("tokens.choose"),
                description=t("tokens.choose_help", most=MAX_TOKENIZERS),
                maxValues=MAX_TOKENIZERS,
                searchable=True,
                clearable=True,
                clearButtonProps={"aria-label": t("shell.clear")},
                hidePickedOptions=True,
                nothingFoundMessage=t("tokens.no_such"),
                size="sm",
            ),
            html.Div(
                [
                    dmc.Select(
                        id=CORPUS,
                        value=corpus,
                        data=[
                            *(
                                {"value": name, "label": t("bench.sample") if name == "sample" else name}
                                for name in dict.fromkeys([*corpora, *([corpus] if corpus != PASTED else [])])
                            ),
                            {"value": PASTED, "label": t("bench.pasted")},
                        ],
                        label=t("bench.corpus"),
                        allowDeselect=False,
                        searchable=True,
                        className="field-wide",
                    ),
                    dmc.Select(
                        id=SIZE,
                        value=q["n"],
                        data=[{"value": size, "label": t("bench.characters", size=int(size))} for size in SIZES],
                        label=t("bench.size"),
                        allowDeselect=False,
                        className="field bench-size",
                    ),
                    dmc.NumberInput(
                        id=PRICE,
                        value=q["price"] or "",
                        label=t("bench.price"),
                        placeholder=t("bench.price_none"),
                        min=0,
                        max=1_000_000,
                        hideControls=True,
                        className="field",
                    ),
                    dmc.Switch(id=SPEED, label=t("bench.speed"), checked=q["speed"], mb=8),
                    dmc.Button(t("bench.go"), id=GO),
                ],
                className="form",
            ),
            html.Div(
                dmc.Textarea(
                    id=PASTE,
                    value=pasted,
                    label=t("bench.paste"),
                    description=t("bench.paste_help", most=MAX_PASTED),
                    autosize=True,
                    minRows=4,
                    maxRows=12,
                    spellCheck=False,
                    inputProps={"maxLength": MAX_PASTED, "lang": "ko"},
                ),
                id=f"{PASTE}-box",
                style={} if corpus == PASTED else {"display": "none"},
            ),
            html.Div(id=NOTE, **{"aria-live": "polite"}),
        ],
        gap="md",
    )


def cards_of(t: Text, group: str, pair: list[str]) -> list[Any]:
    """The result's cards, with the group of numbers and the two tokenizers that are looked at."""
    take = dmc.Button(t("bench.html"), id=HTML, size="compact-sm", variant="default", leftSection=icon("download", 16))
    groups = dmc.SegmentedControl(
        id=GROUP,
        data=[{"value": name, "label": t(f"bench.group_{name}")} for name in GROUPS],
        value=group,
        size="xs",
        **{"aria-label": t("bench.group")},
    )
    selects = dmc.Group(
        [
            dmc.Select(id=name, value=value, data=[], allowDeselect=False, size="sm", **{"aria-label": t("bench.pair")})
            for name, value in zip((FIRST, SECOND), pair, strict=True)
        ],
        gap="xs",
    )
    return [
        card(
            t("bench.table"),
            html.Div(groups, className="bench-groups"),
            html.Div(id=TABLE),
            dmc.Text(t("bench.reading"), size="sm", c="dimmed", mt="sm"),
            hint=t("bench.table_help"),
            right=take,
            takes=("bench", "table"),
        ),
        card(
            t("bench.points"),
            graph(blank(None), POINTS, t("bench.points_label"), height=440),
            dmc.Text(t("bench.points_note"), size="sm", c="dimmed", mt="sm"),
            hint=t("bench.points_help"),
            takes=("bench", "points"),
        ),
        html.Div(
            [
                card(
                    t(f"bench.{name}"),
                    graph(blank(None), place, t(f"bench.{name}_help"), height=420),
                    hint=t(f"bench.{name}_help"),
                    takes=("bench", name),
                )
                for name, place in (("ranks", RANKS), ("lengths", LENGTHS))
            ],
            className="bench-pair",
        ),
        card(
            t("bench.divided"),
            selects,
            html.Div(id=DIVIDED, className="answer"),
            hint=t("bench.divided_help"),
            takes=("bench", "divided"),
        ),
    ]
