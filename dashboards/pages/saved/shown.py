"""What is seen of saved things: the list, one of them with all that is known of it, the question before one goes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from dashboards.kit import ids, url
from dashboards.kit.components import card, empty, size_of, table
from dashboards.kit.i18n import Text
from explorer.core.errors import unpacked
from explorer.core.messages import said
from explorer.core.saved import Saved
from explorer.core.store import is_own
from explorer.core.workspace import workspace

__all__ = ["facts_card", "listing", "question", "told", "used_by"]

LONGEST = 300
"""Characters of a fact that are shown; all of it is in what is taken along."""
SAID = 8
"""Characters of a workspace's id that tell it from others."""
_EPOCHS = "epochs"
_UNSAID = (_EPOCHS, "upload", "uploads")
"""Facts for programs, or that have a page of their own."""
_PAGES = {
    "vectors": ("/similarity", "model"),
    "tokenizer": ("/tokens", "t"),
    "encoder": ("/context", "model"),
    "corpus": ("/corpora", "corpus"),
}
"""Where a thing answers: the page, and the field of its address that names it."""


def origin(t: Text, one: Saved) -> str:
    """Where it comes from, in a few words."""
    known = one.provenance
    tokenizer = known.get("tokenizer")
    parts = [
        str(known.get("corpus") or ""),
        str(tokenizer.get("name", "")) if isinstance(tokenizer, dict) else "",
        t("saved.imported", file=one.engine if one.kind == "vectors" else known["imported"])
        if "format" in known or "imported" in known
        else one.engine,
    ]
    if one.kind == "corpus":
        parts = [
            str(known.get("licence") or ""),
            ", ".join(str(path).rpartition("/")[2] for path in one.params.get("paths", ())),
        ]
    return " · ".join(part for part in parts if part)[:160]


def extent(t: Text, one: Saved) -> str:
    """How much it holds."""
    sizes = one.sizes
    match one.kind:
        case "vectors":
            return t("saved.extent_vectors", words=sizes.get("keys", 0), dim=sizes.get("dim", 0))
        case "tokenizer":
            return t("saved.extent_tokenizer", pieces=sizes["vocabulary"]) if sizes.get("vocabulary") else ""
        case "encoder":
            return t("saved.extent_encoder", layers=sizes.get("layers", 0), parameters=sizes.get("parameters", 0))
    return t("saved.extent_corpus", documents=sizes.get("documents", 0), characters=sizes.get("characters", 0))


def _open(one: Saved) -> str:
    path, field = _PAGES[one.kind]
    return url.href(path, {field: url.text(300, always=True)}, {field: one.name})


def press(t: Text, one: Saved, do: str, **props: Any) -> dmc.Button:
    """A button for one thing of the list."""
    place = {"type": "saved-do", "kind": one.kind, "name": ids.coded(one.name), "do": do}
    return dmc.Button(t(f"saved.do_{do}"), id=place, size="compact-sm", **props)


def listing(t: Text, found: Sequence[Saved]) -> Any:
    """The list as a table; on a server that several share, who sees it."""
    yours = dmc.Text(t("saved.yours", id=workspace()[:SAID]), size="sm", c="dimmed", mt="sm") if workspace() else None
    if not found:
        return [empty(t("saved.nothing"), t("saved.nothing_lead"), picture="saved"), yours]
    rows = [
        [
            html.B(one.name),
            t(f"saved.kind_{one.kind}"),
            extent(t, one),
            html.Span(size_of(one.bytes), className="numbers"),
            html.Span(origin(t, one), className="saved-origin"),
            html.Span(one.when[:10], className="numbers"),
            dmc.Group(
                [
                    dcc.Link(t("saved.do_use"), href=_open(one), className="example"),
                    press(t, one, "look", variant="subtle"),
                    press(t, one, "ask", variant="subtle", color="red")
                    if is_own(one.kind, one.name)
                    else dmc.Badge(t("saved.for_all"), variant="light", tt="none"),
                ],
                gap=4,
                wrap="nowrap",
            ),
        ]
        for one in found
    ]
    heads = [t(f"saved.head_{name}") for name in ("name", "kind", "extent", "bytes", "origin", "when")]
    total = dmc.Text(
        t("saved.total", count=len(found), size=size_of(sum(one.bytes for one in found))), size="sm", c="dimmed", mt="sm"
    )
    return [table([*heads, ""], rows, t("saved.list")), total, yours]


def facts_card(t: Text, one: Saved) -> Any:
    """All that is known of one thing; how it learnt stands on the page of trainings."""
    facts = one.facts()
    rows = [
        [_fact(t, part, what), html.Span(_short(value), className="saved-fact")]
        for part, what, value in facts.itertuples(index=False)
        if not (part == "provenance" and what in _UNSAID) and value not in ("null", "", "[]", "{}")
    ]
    body = [table([t("saved.head_what"), t("saved.head_value")], rows, t("saved.card", name=one.name))]
    if one.provenance.get(_EPOCHS):
        link = url.href("/train", {"run": url.text(100)}, {"run": one.name})
        body.append(dcc.Link(t("saved.to_training"), href=link, className="example"))
    return card(t("saved.card", name=one.name), *body, hint=origin(t, one), takes=("saved", "card"))


def _fact(t: Text, part: str, what: str) -> str:
    """What a fact is called, by itself or as a part of another."""
    outer, _, inner = what.partition(".")
    name = t.maybe(f"saved.fact_{part}_{outer}", t.maybe(f"saved.fact_{outer}", outer))
    return f"{name} · {t.maybe(f'saved.fact_{inner}', inner)}" if inner else name


def _short(value: str) -> str:
    """A fact as it is shown: numbers in lists rounded, long ones cut."""
    try:
        numbers = [float(one) for one in json.loads(value)]
        value = ", ".join(f"{one:.4g}" for one in numbers)
    except (ValueError, TypeError):
        pass
    return value if len(value) <= LONGEST else f"{value[:LONGEST]}…"


def question(t: Text, one: Saved, users: Sequence[str]) -> list[Any]:
    """What is asked before a thing goes."""
    said = [dmc.Text(t("saved.ask", name=one.name, kind=t(f"saved.kind_{one.kind}"), size=size_of(one.bytes)), size="sm")]
    if users:
        said.append(dmc.Text(t("saved.ask_used", names=", ".join(users[:8])), size="sm", c="orange", mt="xs"))
    return said


def used_by(one: Saved, others: Sequence[Saved]) -> list[str]:
    """Models that were made with this tokenizer or from this corpus."""
    if one.kind not in ("tokenizer", "corpus"):
        return []
    found = []
    for other in others:
        told = other.provenance.get(one.kind)
        name = told.get("name") if isinstance(told, dict) else told
        if name == one.name and other.kind != one.kind:
            found.append(other.name)
    return found


def told(t: Text, result: Mapping[str, Any]) -> Any:
    """What an import has brought."""
    lines = [t(f"saved.brought_{result['what']}", name=result["name"], count=result["keys"] or 0, format=result["format"])]
    notes = [said(one, t.language) for one in unpacked(result["warnings"])]
    return dmc.Alert([dmc.Text(line, size="sm") for line in [*lines, *notes]], color="green", variant="light", radius="md")
