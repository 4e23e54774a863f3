"""Pieces of the forms that several pages have: a contextual model, sentences, examples to press, a layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, html

from dashboards.kit.checkpoints import available
from dashboards.kit.components import slot
from dashboards.kit.i18n import Text, text
from dashboards.kit.steady import steady
from dashboards.kit.url import clean, tidy

__all__ = [
    "MAX_SENTENCE",
    "example_buttons",
    "layer_slider",
    "lines_of",
    "model_choice",
    "models",
    "no_torch",
    "sentence_box",
    "tag_select",
    "watch_box",
]

MAX_SENTENCE = 400
"""Characters of a sentence that a page reads."""


def no_torch(t: Text) -> Any:
    """What to install, when there is nothing to compute with."""
    return dmc.Alert(
        dmc.Stack(
            [dmc.Text(t("context.no_torch"), size="sm"), dmc.Code('pip install "korean-explorer[bert]"', block=True)], gap="xs"
        ),
        title=t("context.no_torch_title"),
        color="blue",
        variant="light",
        radius="md",
    )


def models(wanted: str) -> tuple[list[dict[str, str]], str | None]:
    """The models there are, for a select; and the wanted one, also where there is none of that name, or the first."""
    names = list(available())
    wanted = wanted or next(iter(names), "")
    return [{"value": name, "label": name} for name in dict.fromkeys([*names, *([wanted] if wanted else [])])], wanted or None


def model_choice(t: Text, name: str, offered: list[dict[str, str]], model: str | None) -> Any:
    """Which contextual model to ask."""
    return dmc.Select(
        id=name,
        value=model,
        data=offered,
        label=t("context.model"),
        description=t("context.model_help"),
        placeholder=t("context.model_none"),
        allowDeselect=False,
        disabled=not offered,
        className="context-model",
    )


def sentence_box(t: Text, name: str, lines: list[str], most: int, characters: int) -> Any:
    """A person's own sentences, one a line; at most so many, of so many characters together. :func:`watch_box` tells what is more."""
    box = dmc.Textarea(
        id=name,
        value="\n".join(lines),
        label=t("context.sentences"),
        description=t("context.sentences_help", most=most, long=MAX_SENTENCE),
        autosize=True,
        minRows=4,
        maxRows=14,
        spellCheck=False,
        inputProps={"maxLength": characters, "lang": "ko"},
    )
    return html.Div([box, slot(f"{name}-cut")])


def watch_box(app: Dash, name: str, most: int) -> None:
    """Say under a box of sentences what of them is not read."""

    def cut(value: str | None) -> Any:
        written = [line.strip() for line in (value or "").split("\n")]
        written = list(dict.fromkeys(line for line in written if line))
        if len(written) <= most and all(len(line) <= MAX_SENTENCE for line in written):
            return None
        return dmc.Text(text()("context.cut", count=len(written), most=most, long=MAX_SENTENCE), size="sm", c="orange")

    app.callback(Output(f"{name}-cut", "children"), Input(name, "value"))(steady(cut))


def lines_of(value: str | None, most: int, characters: int) -> list[str]:
    """The sentences of such a box: one a line, no more and no longer than allowed, each once."""
    lines = [clean(line, MAX_SENTENCE) for line in tidy(value, characters).split("\n")]
    return list(dict.fromkeys(line for line in lines if line))[:most]


def example_buttons(label: str, view: str, examples: Sequence[str]) -> Any:
    """Examples to press, known by their number: Dash does not find its own ids with Hangul in them."""
    buttons = [
        html.Button(name, id={"type": f"{view}-example", "number": number}, className="example", type="button", lang="ko")
        for number, name in enumerate(examples)
    ]
    return dmc.Group([dmc.Text(label, size="sm", c="dimmed"), *buttons], gap="xs")


def layer_slider(name: str, label: str, low: int, high: int, value: int, look: str) -> html.Div:
    """A slider over layers with its name above it; ``look`` begins the names of its classes."""
    slider = dmc.Slider(
        id=name,
        min=low,
        max=high,
        value=value,
        step=1,
        updatemode="mouseup",
        size="sm",
        className=f"{look}-slider",
        thumbLabel=label,
    )
    return html.Div([dmc.Text(label, size="sm", fw=600, id=f"{name}-name"), slider], className=f"{look}-layer")


def tag_select(t: Text, name: str, chosen: list[str], most: int) -> dmc.MultiSelect:
    """A filter by parts of speech; those of a model are filled in once it is open."""
    return dmc.MultiSelect(
        id=name,
        value=chosen,
        data=chosen,
        label=t("similarity.tags"),
        placeholder=t("similarity.all_tags"),
        searchable=True,
        clearable=True,
        clearButtonProps={"aria-label": t("shell.clear")},
        maxValues=most,
        className="field-wide",
    )
