"""One text, several tokenizers, one character grid."""

from __future__ import annotations

import unicodedata
from typing import Any

import dash_mantine_components as dmc
import orjson
from dash import ALL, ClientsideFunction, Dash, Input, Output, State, dcc, html, no_update

from dashboards.app.state import tokenizer_names
from dashboards.kit import ids
from dashboards.kit.components import card, empty, page, watch
from dashboards.kit.errors import explain
from dashboards.kit.i18n import Text, text
from dashboards.kit.local import SETTING, paths_allowed, short_name
from dashboards.kit.page import pressed
from dashboards.kit.person import woken
from dashboards.kit.steady import steady
from dashboards.kit.url import MAX_TEXT, decode, flag, href, tidy, word_href
from dashboards.pages.tokens.asked import FIELDS, MAX_TOKENIZERS, VIEWS, address, cut, fits, named
from dashboards.pages.tokens.figures import Counts, counts, grid, sendable
from dashboards.pages.tokens.taking import CARDS as CARDS
from explorer.core.errors import ExplorerError
from explorer.core.store import list_artifacts
from explorer.static.load import DEFAULT_MODEL
from explorer.text.normalise import graphemes
from explorer.text.tags import CONTENT
from explorer.tokenizers.loading import shipped_tokenizers

PATH = "/tokens"
NAME = "tokens.name"
ICON = "tokens"
USES_MODEL = False
STEADY = True

DEFAULTS = ("kiwi", "ko-unigram-32k", "ko-wordpiece-32k", "ko-bytebpe-32k")
"""Morphemes, and what the three families of sub-words do with the same text: pieces with a mark for the space, pieces that
go on a word and a word that is unknown, and bytes."""
BUILT_IN = ("kiwi", "mecab", "eojeol", "syllable", "jamo")

EXAMPLES = {
    "spacing": "아버지가방에들어가신다ㅋㅋㅋ 뷁 😀",
    "endings": "먹다 먹었다 먹는 먹으니까 갔다 왔어요 예뻤겠지만",
    "particles": "왕이 왕은 왕을 왕에게 왕으로부터 왕께서는",
    "nfd": "각하께서 오셨다 " + unicodedata.normalize("NFD", "각하께서 오셨다"),
    "hanja": "大韓民國(대한민국)의 首都는 서울特別市이다.",
    "emoji": "우리 가족 👨‍👩‍👧‍👦 최고야 👍🏽 🇰🇷 ㅠㅠ",
    "mixed": "GPT-4o로 한국어를 tokenize하면 tokens이 몇 개일까?",
    "invisible": "가\u200b나다\u3164라 \ufeff마바",
}
"""Texts that tokenizers disagree about; Korean in every language of the interface."""

_SAYS = (
    "form",
    "tag",
    "id",
    "bytes",
    "surface",
    "span",
    "unknown",
    "shared",
    "empty",
    "dropped",
    "removed",
    "changed",
    "eojeol",
    "none",
    "grid",
    "table",
    "more",
)


def title_of(name: str, t: Text) -> str:
    return t.maybe(f"tokens.engine_{name}", short_name(name))


def options(t: Text, chosen: list[str]) -> list[dict[str, Any]]:
    """What can be chosen, in groups: built in, shipped, saved, and what was added by path."""
    names = tokenizer_names()
    saved, shipped = list_artifacts("tokenizer"), shipped_tokenizers()
    others = [name for name in names if name not in (*BUILT_IN, *shipped, *saved)]
    groups = {
        "tokens.group_built_in": [*(name for name in BUILT_IN if name in names), *others],
        "tokens.group_shipped": [name for name in names if name in shipped and name not in saved],
        "tokens.group_saved": [name for name in names if name in saved],
        "tokens.group_path": [name for name in chosen if name not in names],
    }
    return [
        {
            "group": t(group),
            "items": [{"value": name, "label": t.maybe(f"tokens.long_{name}", short_name(name))} for name in members],
        }
        for group, members in groups.items()
        if members
    ]


def layout(**query: Any) -> Any:
    t = text()
    values = decode(FIELDS, query)
    value = values["z"] or (EXAMPLES["spacing"] if values["text"] is None else values["text"])
    names = named(values["t"] if "t" in query else [DEFAULTS[0], *list(list_artifacts("tokenizer"))[:3], *DEFAULTS[1:]])
    return page(t, "tokens", _question(t, value, names), _answer(t, values["show"]))


def _question(t: Text, value: str, names: list[str]) -> Any:
    return card(
        None,
        dmc.Stack(
            [
                dmc.Textarea(
                    id="tokens-text",
                    value=value,
                    label=t("tokens.text"),
                    description=t("tokens.limit", most=MAX_TEXT),
                    placeholder=t("tokens.placeholder"),
                    autosize=True,
                    minRows=2,
                    maxRows=10,
                    debounce=200,
                    spellCheck=False,
                    size="md",
                    inputProps={"maxLength": MAX_TEXT, "lang": "ko"},
                ),
                dmc.Group(
                    [
                        html.Button(
                            t(f"tokens.example_{name}"),
                            id={"type": "tokens-example", "name": name},
                            className="example",
                            type="button",
                            title=sample,
                        )
                        for name, sample in EXAMPLES.items()
                    ],
                    gap="xs",
                ),
                dmc.MultiSelect(
                    id="tokens-names",
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
                *([_path_field(t)] if paths_allowed() else []),
                html.Div(id="tokens-note", **{"aria-live": "polite"}),
            ],
            gap="md",
        ),
    )


def _path_field(t: Text) -> Any:
    return dmc.Group(
        [
            dmc.TextInput(
                id="tokens-path",
                label=t("tokens.path"),
                placeholder=t("tokens.path_example"),
                description=t("tokens.path_help", setting=SETTING),
                size="sm",
                className="tokens-path",
                inputProps={"maxLength": 300},
            ),
            dmc.Button(t("tokens.add"), id="tokens-add", variant="light", size="sm"),
        ],
        align="flex-end",
        gap="sm",
    )


def _answer(t: Text, show: str) -> Any:
    switch = dmc.SegmentedControl(
        id="tokens-show",
        value=show,
        data=[{"value": name, "label": t(f"tokens.show_{name}")} for name in VIEWS],
        size="xs",
        **{"aria-label": t("tokens.show")},
    )
    return html.Div(
        [
            dcc.Store(id="tokens-data"),
            dcc.Store(id="tokens-pending", data=True),
            card(
                t("tokens.result"),
                html.Div(id="tokens-grid", className="tk", lang="ko"),
                _legend(t),
                hint=t("tokens.result_help"),
                right=switch,
                takes=("tokens", "grid"),
            ),
            card(
                t("tokens.counts"),
                html.Div(id="tokens-counts"),
                hint=t("tokens.counts_help"),
                takes=("tokens", "counts"),
                mt="lg",
            ),
        ],
        id="tokens-results",
    )


def _legend(t: Text) -> Any:
    marks = (
        ("tk-c0", "가", "legend_token"),
        ("tk-c1 tk-shared", "가다", "legend_shared"),
        ("tk-c2 tk-byte", "EC 95", "legend_byte"),
        ("tk-unknown", "뷁", "legend_unknown"),
        ("tk-dropped", "✕", "legend_dropped"),
    )
    return html.Div(
        [
            html.Span(
                [html.Span(sample, className=f"tk-token {look}", **{"aria-hidden": "true"}), html.Span(t(f"tokens.{key}"))]
            )
            for look, sample, key in marks
        ],
        className="tk-legend",
    )


def packed(drawing: dict[str, Any]) -> str:
    """A drawing as one string of JSON. As lists, Dash would look into every number of them, which takes longer than cutting."""
    return orjson.dumps(drawing).decode("utf-8")


def answer(value: str, names: list[str], t: Text) -> tuple[str, Any, bool]:
    """The drawing, the table of counts, and whether something is still being opened."""
    done, wrong, opening = cut(value, names)
    rows = list(done.values())
    drawing = sendable(grid(value, rows), [title_of(name, t) for name in done], rows)
    drawing |= {"page": word_href("_", DEFAULT_MODEL), "content": sorted(CONTENT)}
    drawing["say"] = {name: t(f"tokens.say_{name}") for name in _SAYS}
    spans = graphemes(value)
    found = {name: counts(value, tokens, spans) for name, tokens in done.items()}
    return packed(drawing), _counts(t, found, wrong, list(opening)), bool(opening)


def _counts(t: Text, found: dict[str, Counts], wrong: dict[str, ExplorerError], opening: list[str]) -> Any:
    columns = ("tokens", "per_eojeol", "per_character", "unknown", "bytes", "dropped")
    parts: list[Any] = []
    if found:
        head = [
            t("tokens.tokenizer"),
            *[
                dmc.Tooltip(
                    html.Span(t(f"tokens.{c}"), className="tk-term"), label=t(f"tokens.{c}_help"), multiline=True, w=240
                )
                for c in columns
            ],
        ]
        body = [
            dmc.TableTr(
                [
                    dmc.TableTd(
                        dmc.Group(
                            [dmc.Badge(str(number), size="sm", circle=True, variant="light"), title_of(name, t)],
                            gap=8,
                            wrap="nowrap",
                        )
                    ),
                    *[dmc.TableTd(cell, ta="right") for cell in _cells(t, count)],
                ]
            )
            for number, (name, count) in enumerate(found.items(), 1)
        ]
        parts.append(
            html.Div(
                dmc.Table(
                    [
                        dmc.TableThead(
                            dmc.TableTr([dmc.TableTh(cell, ta="right" if place else "left") for place, cell in enumerate(head)])
                        ),
                        dmc.TableTbody(body),
                    ],
                    verticalSpacing=6,
                    tabularNums=True,
                    className="tk-counts",
                ),
                className="table-scroll",
                tabIndex=0,
            )
        )
    for name in opening:
        parts.append(
            dmc.Group([dmc.Loader(size="xs"), dmc.Text(t("tokens.opening", name=title_of(name, t)), size="sm")], gap="xs")
        )
    for name, error in wrong.items():
        title, line = explain(error, t)
        parts.append(
            dmc.Alert(
                line,
                title=f"{title_of(name, t)} · {title}",
                color="red",
                variant="light",
                attributes={"root": {"role": "alert"}},
            )
        )
    parts.append(dmc.Text(t("tokens.not_quality"), size="sm", c="dimmed"))
    if found:
        there = href("/bench", {"t": FIELDS["t"], "run": flag()}, {"t": list(found), "run": True})
        parts.append(dcc.Link(t("bench.open"), href=there, className="more"))
    return dmc.Stack(parts, gap="sm")


def _cells(t: Text, count: Counts) -> list[Any]:
    def warn(number: int, words: str) -> Any:
        return html.Span(words, className="tk-warn") if number else html.Span("0", className="tk-zero")

    return [
        f"{count.tokens:,}",
        "–" if count.per_eojeol is None else f"{count.per_eojeol:.2f}",
        "–" if count.per_character is None else f"{count.per_character:.2f}",
        warn(count.unknown, t("tokens.unknown_cell", tokens=count.unknown, characters=count.unknown_characters)),
        warn(count.bytes, f"{count.bytes:,}"),
        warn(count.dropped, f"{count.dropped:,}"),
    ]


def show(value: str | None, names: list[str] | None, _: int | None, pending: bool | None) -> tuple[Any, Any, Any, Any]:
    """The drawing, the counts, a word about the limit, and whether to look again when something has been opened."""
    if woken() and not pending:
        return no_update, no_update, no_update, no_update
    t, value = text(), tidy(value)
    chosen = named(names or [])
    if not value.strip() or not chosen:
        lead = t("tokens.write") if not value.strip() else t("tokens.choose_one")
        return packed({"empty": lead}), empty(lead, t("tokens.write_help"), picture="tokens"), None, False
    drawing, table, opening = answer(value, chosen, t)
    if opening:
        watch()
    return drawing, table, notes(t, value, chosen), opening


def notes(t: Text, value: str, names: list[str]) -> Any:
    """What is not done with a long text: more than the limit is not cut, and no address holds it."""
    said = [t("tokens.full", most=MAX_TEXT)] if len(value) >= MAX_TEXT else []
    said += [] if fits(value, names, VIEWS[0]) else [t("tokens.not_in_address")]
    return [dmc.Text(line, size="sm", c="orange") for line in said]


def write(value: str | None, names: list[str] | None, view: str) -> str:
    """The page in the address bar, whenever it changes."""
    return address(tidy(value), named(names or []), view if view in VIEWS else "grid")


def example(_: list[int | None]) -> Any:
    """The text of the example that was pressed."""
    return EXAMPLES.get(pressed("name"), no_update)


def add(_: int | None, __: int | None, path: str | None, names: list[str] | None) -> tuple[Any, Any, Any]:
    """A path or hub id among the chosen tokenizers, where the server allows it."""
    path = (path or "").strip()[:300]
    if not path or not paths_allowed() or "," in path:
        return no_update, no_update, no_update
    chosen = named([*(names or [])[: MAX_TOKENIZERS - 1], path])
    return chosen, options(text(), chosen), ""


def register(app: Dash) -> None:
    """Everything that moves on this page."""
    app.clientside_callback(
        ClientsideFunction("tokens", "draw"),
        Input("tokens-data", "data"),
        Input("tokens-show", "value"),
        prevent_initial_call=True,
    )
    app.callback(
        Output("tokens-data", "data"),
        Output("tokens-counts", "children"),
        Output("tokens-note", "children"),
        Output("tokens-pending", "data"),
        Input("tokens-text", "value"),
        Input("tokens-names", "value"),
        Input(ids.READY, "data"),
        State("tokens-pending", "data"),
    )(steady(show))
    app.callback(
        Output(ids.address("tokens"), "data"),
        Input("tokens-text", "value"),
        Input("tokens-names", "value"),
        Input("tokens-show", "value"),
    )(steady(write))
    app.callback(
        Output("tokens-text", "value"), Input({"type": "tokens-example", "name": ALL}, "n_clicks"), prevent_initial_call=True
    )(example)
    if paths_allowed():
        app.callback(
            Output("tokens-names", "value"),
            Output("tokens-names", "data"),
            Output("tokens-path", "value"),
            Input("tokens-add", "n_clicks"),
            Input("tokens-path", "n_submit"),
            State("tokens-path", "value"),
            State("tokens-names", "value"),
            prevent_initial_call=True,
        )(add)
