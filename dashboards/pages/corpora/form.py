"""How a corpus is added: a file or a pasted text, a look at it, the column of the text, a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import html

from dashboards.kit import upload
from dashboards.kit.components import size_of, slot, table
from dashboards.kit.i18n import Text
from dashboards.pages.corpora.adding import MAX_PASTED, name_for

if TYPE_CHECKING:
    from corpora.preview import Preview

__all__ = ["give", "look"]


def give(t: Text) -> list[Any]:
    """Where a file or a text is given."""
    paste = html.Details(
        [
            html.Summary(t("corpora.paste")),
            dmc.Textarea(
                id="corpora-paste",
                label=t("corpora.pasted"),
                description=t("corpora.paste_help", most=MAX_PASTED),
                autosize=True,
                minRows=5,
                maxRows=14,
                spellCheck=False,
                inputProps={"maxLength": MAX_PASTED, "lang": "ko"},
            ),
            dmc.Button(t("corpora.take_pasted"), id="corpora-take-pasted", variant="light", mt="sm"),
        ],
        className="corpora-paste",
    )
    return [upload.upload_box(t, "corpora-upload", t("corpora.formats_taken")), paste, slot("corpora-look")]


def look(t: Text, given: upload.Upload, found: Preview) -> Any:
    """The first rows of what was given, which column is the text, and what the corpus is called."""
    columns = list(found.columns)
    many = t("corpora.archive", files=found.files, name=found.name) if found.files > 1 else ""
    what = t("corpora.looks_like", form=t(f"corpora.form_{found.form}"), size=size_of(given.bytes))
    fields: list[Any] = []
    if columns:
        choices = list(dict.fromkeys([",".join(found.text), *columns]))
        fields = [
            dmc.Select(
                id="corpora-column",
                value=choices[0],
                data=[{"value": one, "label": _column(t, found, one)} for one in choices],
                label=t("corpora.text_column"),
                description=t("corpora.text_column_help"),
                allowDeselect=False,
                className="field",
            ),
            dmc.Select(
                id="corpora-label",
                value=found.label,
                data=[{"value": one, "label": _column(t, found, one)} for one in columns],
                label=t("corpora.label_column"),
                description=t("corpora.label_column_help"),
                placeholder=t("corpora.no_label"),
                clearable=True,
                clearButtonProps={"aria-label": t("shell.clear")},
                className="field",
            ),
        ]
    else:  # the callback that adds asks for them in any case
        fields = [html.Div([dmc.Select(id="corpora-column", data=[]), dmc.Select(id="corpora-label", data=[])], hidden=True)]
    name = dmc.TextInput(
        id="corpora-name",
        value=name_for(given.name),
        label=t("corpora.name_label"),
        description=t("corpora.name_help"),
        className="field",
        inputProps={"maxLength": 100},
    )
    drop = dmc.Switch(id="corpora-drop", label=t("corpora.drop"), checked=False)
    rows = [[cell or "–" for cell in row] for row in found.rows]
    head = [_column(t, found, one) for one in columns] or [t("corpora.text")]
    return dmc.Stack(
        [
            dmc.Text(" ".join(part for part in (what, many) if part), size="sm", fw=600),
            table(head, rows, label=t("corpora.first_rows")),
            html.Div([*fields, name], className="form"),
            drop,
            dmc.Group(
                [
                    dmc.Button(t("corpora.add_now"), id="corpora-add-now"),
                    dmc.Button(t("corpora.give_up"), id="corpora-give-up", variant="subtle", color="gray"),
                ],
                gap="sm",
            ),
        ],
        gap="sm",
        className="corpora-look",
    )


def _column(t: Text, found: Preview, name: str) -> str:
    numbered = found.form == "table" and all(one.isdigit() for one in found.columns)
    return t("corpora.column", number=name) if numbered and name.isdigit() else name
