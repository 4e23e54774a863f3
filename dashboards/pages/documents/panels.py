"""Beside the map of documents: the document that is read, what was found, the words that tell it, how far the map can be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import html

from dashboards.kit.components import empty, score_bar, table
from dashboards.kit.i18n import Text

if TYPE_CHECKING:
    from explorer.analysis.document_records import DocumentMap

__all__ = ["TELLING", "facts", "glance", "listed", "pick", "reading", "regions", "stamp", "telling"]

TELLING = 12
"""Words that tell a selection."""
LISTED = 40
"""Documents of a search or a selection that are listed; CSV has all of them."""
_READ = 20_000


def pick(row: Any, place: Any) -> dict[str, Any]:
    """A button that chooses a document by its row; it may have one in the list and one among the regions."""
    return {"type": "documents-pick", "row": row, "place": place}


def glance(made: DocumentMap, row: int) -> list[str]:
    """What is written at the point under the pointer: how the document begins, its label and its finest region."""
    names = [region.name for region in made.regions_of(row)[-1:]]
    return [_beginning(made.text(row), 60), *filter(None, [" · ".join(filter(None, [made.label(row), *names]))])]


def _beginning(text: str, most: int = 90) -> str:
    """The beginning of a document, in one line."""
    line = " ".join(text[: 4 * most].split())
    return line if len(line) <= most else line[: most - 1] + "…"


def stamp(made: DocumentMap) -> str:
    """How the map was made, in one line that stays on the picture."""
    placed = made.projection
    parts = [made.model, placed.method.upper(), f"n={len(made):,}", f"seed={placed.seed}"]
    return " · ".join([*parts, f"trustworthiness@{placed.trust_k}={placed.trustworthiness:.3f}"])


def facts(t: Text, made: DocumentMap) -> Any:
    """How far the map can be trusted, and what has no place on it."""
    placed = made.projection
    said = [
        t("documents.facts", count=len(made), trust=f"{placed.trustworthiness:.2f}", kept=f"{100 * placed.preserved:.0f}",
          k=placed.trust_k),
        t("documents.by_chance", trust=f"{placed.chance_trustworthiness:.2f}", kept=f"{100 * placed.chance_preserved:.1f}"),
    ]  # fmt: skip
    if made.missing:
        said.append(t("documents.missing", count=made.missing))
    return dmc.Text(" ".join(said), size="sm", c="dimmed", mt="xs")


def reading(t: Text, made: DocumentMap, row: int | None) -> Any:
    """The whole document, its label and its regions."""
    if row is None:
        return empty(t("documents.nothing"), t("documents.nothing_lead"), picture="search")
    whole = made.text(row)
    about = [t("documents.number", number=int(made.numbers[row]) + 1), t("documents.characters", count=len(whole))]
    badges = [dmc.Badge(made.label(row), variant="light", tt="none")] if made.label(row) else []
    names = [region.name for region in made.regions_of(row) if region.name]
    shown = whole if len(whole) <= _READ else whole[:_READ] + "…"
    return dmc.Stack(
        [
            dmc.Group([*badges, dmc.Text(" · ".join(about), size="xs", c="dimmed")], gap="xs"),
            html.Div(shown, className="documents-text", lang="ko", tabIndex=0),
            dmc.Text(html.Span(" › ".join(names), lang="ko"), size="xs", c="dimmed"),
        ],
        gap="xs",
    )


def _button(made: DocumentMap, row: int, place: str) -> Any:
    return html.Button(
        _beginning(made.text(row)), id=pick(row, place), type="button", className="as-link documents-pick", lang="ko"
    )


def listed(t: Text, made: DocumentMap, rows: Sequence[int], selected: bool) -> Any:
    """The first of the documents, each a button that opens it."""
    if not rows:
        return dmc.Text(t("documents.none_selected" if selected else "documents.none_found"), size="sm", c="dimmed")
    said = t("documents.selected" if selected else "documents.found", count=len(rows))
    items = [
        html.Li([*([html.Span(made.label(row), className="tag")] if made.label(row) else []), _button(made, row, "found")])
        for row in rows[:LISTED]
    ]
    more = [dmc.Text(t("documents.more", count=len(rows) - LISTED), size="xs", c="dimmed")] if len(rows) > LISTED else []
    ways = [
        html.Button(t(f"map.{line}"), type="button", className="example", **{"data-points": what})
        for what, line in (("picked", "to_picked"), ("let-go", "let_go"))[: 2 if selected else 1]
    ]
    head = [dmc.Text(said, size="sm", c="dimmed"), html.Div(ways, className="chips")]
    return dmc.Stack([*head, html.Ul(items, className="documents-list"), *more], gap="xs")


def telling(t: Text, made: DocumentMap, rows: Sequence[int]) -> Any:
    """The words that tell the documents from all: how many have them, and how many times oftener than all."""
    found = made.telling(rows, TELLING)
    if not found:
        return dmc.Text(t("documents.no_telling"), size="sm", c="dimmed")
    body = [[html.Span(one.word, lang="ko"), f"{one.inside:,}", score_bar(one.share), f"× {one.lift:.1f}"] for one in found]
    head = [t(f"documents.head_{name}") for name in ("word", "inside", "share", "lift")]
    return table(head, body, label=t("documents.telling"))


def regions(t: Text, made: DocumentMap) -> Any:
    """The coarsest regions, as long as nothing is searched or selected: their names, sizes, and the document that stands for each."""
    if not made.layers:
        return dmc.Text(t("documents.no_regions"), size="sm", c="dimmed")
    place = {int(number): row for row, number in enumerate(made.numbers)}
    body = [
        [html.Span(one.name or "—", lang="ko"), f"{one.size:,}", _button(made, place[one.document], "region")]
        for one in made.layers[0].regions
    ]
    head = [t(f"documents.head_{name}") for name in ("region", "size", "document")]
    return table(head, body, label=t("documents.regions"))
