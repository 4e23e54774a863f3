"""The catalogue as cards, and what is known of one corpus: its sizes, its origin, what its readers met, its first documents."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import dcc, html

from corpora.catalogue import Card, cards
from dashboards.kit import url
from dashboards.kit.components import figures_row, table
from dashboards.kit.i18n import Text
from explorer.core.store import list_artifacts

if TYPE_CHECKING:
    from corpora.corpus import Corpus

__all__ = ["here", "label_of", "overview", "to_fetch"]

SAMPLE = "sample"
_FIRST = 3
_LONG = 160


def label_of(t: Text, name: str) -> str:
    """What a corpus is called on a page."""
    return t("corpora.sample") if name == SAMPLE else name


def here(t: Text, path: str, fields: Mapping[str, url.Field], chosen: str) -> html.Div:
    """A card for each corpus that is here; the chosen one is marked."""
    tiles = []
    for name, facts in _stored(t).items():
        title = dcc.Link(label_of(t, name), href=url.href(path, fields, {"corpus": name}), className="corpora-name")
        tiles.append(_tile(title, facts, name == chosen, t("corpora.shown")))
    return html.Div(tiles, className="corpora-tiles")


def to_fetch(t: Text) -> html.Div:
    """A card for each corpus of the catalogue that is not here, with the command that fetches it."""
    stored = list_artifacts("corpus")
    known = [card for name, card in cards().items() if name not in stored and card.fetch in ("download", "huggingface")]
    tiles = []
    for card in known:
        command = dmc.Code(f"korean-explorer corpus fetch {card.name}", block=True)
        tiles.append(_tile(html.Span(card.name, className="corpora-name"), [*_card_facts(t, card), command], False, ""))
    return html.Div(tiles, className="corpora-tiles")


def _tile(title: Any, facts: list[Any], chosen: bool, said: str) -> html.Div:
    badge = [dmc.Badge(said, variant="light", size="sm", tt="none")] if chosen else []
    head = dmc.Group([title, *badge], gap="xs", justify="space-between", wrap="nowrap")
    return html.Div([head, *facts], className="corpora-tile" + (" corpora-chosen" if chosen else ""))


def _fact(what: str, value: str) -> html.Div:
    return html.Div([html.Span(what, className="corpora-what"), html.Span(value)], className="corpora-fact")


def _card_facts(t: Text, card: Card) -> list[Any]:
    lead = dmc.Text(card.said("what", t.language), size="sm")
    facts = [(one, card.said(one, t.language)) for one in ("documents", "size", "licence", "source")]
    return [lead, *[_fact(t(f"corpora.{one}"), value) for one, value in facts]]


def _stored(t: Text) -> dict[str, list[Any]]:
    """Facts of every corpus that is here, the sample first."""
    documents, sentences, characters = _sample()
    sizes = t("corpora.sizes", documents=documents, sentences=sentences, characters=characters)
    sample = cards()[SAMPLE]
    found = {
        SAMPLE: [
            dmc.Text(sample.said("what", t.language), size="sm"),
            _fact(t("corpora.size"), sizes),
            _fact(t("corpora.licence"), sample.licence),
            _fact(t("corpora.source"), t("corpora.shipped")),
        ]
    }
    for name, manifest in list_artifacts("corpus").items():
        if name == SAMPLE:
            continue
        numbers, origin = manifest.sizes, manifest.provenance
        # What was stored before sentences were counted does not say how many there are.
        known = "sizes" if "sentences" in numbers else "sizes_old"
        facts = [_fact(t("corpora.size"), t(f"corpora.{known}", **numbers))]
        facts += [_fact(t("corpora.licence"), str(origin.get("licence") or t("corpora.unknown")))]
        found[name] = [*facts, _fact(t("corpora.source"), _origin(t, origin, manifest.params))]
    return found


@cache
def _sample() -> tuple[int, int, int]:
    """Documents, sentences and characters of the sample."""
    from corpora import open_corpus
    from corpora.counts import count_sentences

    texts = list(open_corpus(SAMPLE).texts())
    return len(texts), sum(map(count_sentences, texts)), sum(map(len, texts))


def _origin(t: Text, origin: Mapping[str, Any], params: Mapping[str, Any]) -> str:
    """Where a corpus came from: given on this page, fetched, or read from files of this machine, of which the names are told."""
    if origin.get("uploaded"):
        return t("corpora.from_upload", name=origin["uploaded"])
    if origin.get("source"):
        return str(origin["source"])
    names = [str(path).replace("\\", "/").rstrip("/").rpartition("/")[2] for path in params.get("paths", ())]
    return ", ".join(names) or t("corpora.unknown")


def overview(t: Text, corpus: Corpus) -> list[Any]:
    """What is known of a corpus without counting it."""
    info = corpus.info()
    report = info.get("report")
    parts: list[Any] = []
    if "documents" in info:
        shown = [(f"{info[one]:,}", t(f"corpora.{one}"), "") for one in ("documents", "sentences", "characters") if one in info]
        parts.append(figures_row(shown))
    if report:
        parts.append(_report(t, report, info))
    rows = [
        [f"{number:,}", document.id, _cut(document.text)]
        for number, document in enumerate(islice(corpus.documents(), _FIRST), 1)
    ]
    head = [t("corpora.number"), t("corpora.id"), t("corpora.text")]
    first = html.Div(table(head, rows, label=t("corpora.first")), className="corpora-first")
    return [*parts, dmc.Text(t("corpora.first"), size="sm", fw=600, mt="sm"), first]


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONG else f"{line[: _LONG - 1]}…"


def _report(t: Text, report: Mapping[str, Any], info: Mapping[str, Any]) -> html.Div:
    """What the readers found out and repaired, in one list."""
    said = []
    for name in ("formats", "encodings", "fields"):
        if report.get(name):
            listed = ", ".join(
                f"{t.maybe(f'corpora.form_{one}', one)}" + (f" ({count:,})" if count > 1 else "")
                for one, count in report[name].items()
            )
            said.append(_fact(t(f"corpora.{name}"), listed))
    if info.get("label"):
        said.append(_fact(t("corpora.label"), str(info["label"])))
    findings = [
        html.Li(t("corpora.finding", what=t.maybe(f"corpora.finding_{kind}", kind), count=one["count"], first=one["first"]))
        for kind, one in report.get("findings", {}).items()
    ]
    done = html.Ul(findings) if findings else dmc.Text(t("corpora.no_findings"), size="sm", c="dimmed")
    title = dmc.Text(t("corpora.report"), size="sm", fw=600)
    return html.Div([title, *said, done], className="corpora-report", id="corpora-report")
