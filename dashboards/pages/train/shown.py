"""What is seen of trainings: what one may take, how far it is, what it made and where that leads, and the earlier ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from datetime import UTC, datetime
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from dashboards.kit import ids, url
from dashboards.kit.components import card, figures_row, graph, job_panel, lasting, problem, table
from dashboards.kit.i18n import Text
from dashboards.kit.jobs import Job
from dashboards.pages.tokens.page import title_of
from dashboards.pages.train.asked import METRICS, Choice
from dashboards.pages.train.figures import losses
from dashboards.pages.train.runs import Run
from explorer.core.store import list_artifacts
from explorer.static.presets import Estimate
from explorer.text.tags import word_of

__all__ = ["curve", "estimated", "neighbours", "run_list", "status"]

SHOWN = 12
"""Runs in the list."""
EPOCHS = 6
"""Columns of the table of neighbours: the first epoch, the last, and some between."""


def estimated(t: Text, choice: Choice, found: Estimate) -> Any:
    """What a training may take, in one line, and which size of corpus its parameters are for."""
    if choice.what == "tokenizer":
        return dmc.Text(t("train.expected_tokenizer"), size="sm", c="dimmed")
    line = t(
        "train.expected",
        size=t(f"train.size_{found.size}"),
        tokens=_rounded(found.tokens),
        words=_rounded(found.words),
        time=lasting(t, found.seconds),
        memory=f"{found.bytes / 2**30:.1f}",
    )
    advice = [t("train.advice_small")] if found.size == "small" and choice.model in ("word2vec", "fasttext", "glove") else []
    return dmc.Text(" ".join([line, *advice]), size="sm", c="dimmed")


def _rounded(number: int) -> int:
    """Two figures: more would look as if it were known."""
    return round(number, 2 - len(str(number)))


def status(t: Text, run: Run, job: Job | None, going: bool) -> Any:
    """The card of a run: its progress, its end, or that it was stopped; of somebody else's only that it goes on."""
    asked = _asked(t, run)
    if job is not None:
        panel = html.Div(job_panel(t, job), id=ids.job(job.id), **{"aria-live": "polite"})
        return card(t("train.running", name=run.name), panel, hint=asked)
    if going:
        return card(t("train.running", name=run.name), dmc.Text(t("train.somebody"), size="sm"), hint=asked)
    buttons = dmc.Group([_press(t, run.name, "again", "filled"), _press(t, run.name, "forget", "default")], gap="xs")
    if run.state == "failed" and run.error is not None:
        return card(t("train.failed", name=run.name), dmc.Stack([problem(t, run.error), buttons], gap="sm"), hint=asked)
    if run.state == "begun":
        stopped = dmc.Text(t("train.stopped_help"), size="sm")
        return card(t("train.stopped", name=run.name), dmc.Stack([stopped, buttons], gap="sm"), hint=asked)
    return card(t("train.done", name=run.name), dmc.Stack(_made(t, run), gap="md"), hint=asked)


def _press(t: Text, name: str, do: str, variant: str) -> dmc.Button:
    place = {"type": "train-run", "run": ids.coded(name), "do": do}
    return dmc.Button(t(f"train.do_{do}"), id=place, variant=variant, size="compact-sm")


def _asked(t: Text, run: Run) -> str | None:
    """What was asked, in one line."""
    if not run.asked:
        return None
    choice = Choice(**run.asked)
    corpus = t("bench.sample") if choice.corpus == "sample" else choice.corpus
    if choice.what == "tokenizer":
        return " · ".join(
            [corpus, t(f"train.sub_{choice.subword.replace('-', '_')}"), t("train.pieces", count=choice.vocab_size)]
        )
    tokenizer = choice.tokenizer_name if choice.is_new else title_of(choice.tokenizer, t)
    return " · ".join([corpus, tokenizer, t(f"train.model_{choice.model}")])


def _made(t: Text, run: Run) -> list[Any]:
    made = run.made
    parts: list[Any] = []
    if "keys" in made:
        numbers = [(f"{made['keys']:,}", t("train.words"), ""), (f"{made['dim']}", t("train.dim"), "")]
        if "tokens" in made:
            numbers.append((f"{made['tokens']:,}", t("train.tokens"), ""))
        if run.seconds:
            numbers.append((lasting(t, run.seconds), t("train.took"), ""))
        gone = run.name not in list_artifacts("vectors")
        parts += [figures_row(numbers), dmc.Text(t("train.gone"), size="sm", c="dimmed") if gone else _links(t, run)]
    if "tokenizer" in made:
        parts += _new_tokenizer(t, run, made["tokenizer"])
    return parts


def _links(t: Text, run: Run) -> Any:
    """Where the new model answers."""
    watched = next(iter(run.epochs[-1].get("neighbours", {})), "") if run.epochs else ""
    word = {"word": word_of(watched)} if watched else {}
    model = {"model": run.name}
    pages = {
        "neighbours": ("/similarity", model | word),
        "map": ("/map", model | {"words": "3000"}),
        "versus": ("/versus", model | {"b": "korean"} | word),
        "saved": ("/saved", {"open": f"vectors/{run.name}"}),
    }
    return _buttons(t, pages)


def _buttons(t: Text, pages: Mapping[str, tuple[str, Mapping[str, str]]]) -> Any:
    found = []
    for name, (path, values) in pages.items():
        fields = {field: url.text(400, always=True) for field in values}
        found.append(dcc.Link(t(f"train.to_{name}"), href=url.href(path, fields, values), className="example"))
    return html.Div(found, className="chips")


def _new_tokenizer(t: Text, run: Run, made: Mapping[str, Any]) -> list[Any]:
    head = [t("tokens.tokenizer"), t("bench.vocabulary"), *(t(f"bench.m_{metric}") for metric in METRICS)]
    rows = []
    for row in made["rows"]:
        name = row["tokenizer"]
        shown = [_value(metric, row.get(metric)) for metric in METRICS]
        size = f"{row['vocab_size']:,}" if row["vocab_size"] else "–"
        rows.append([html.B(name) if name == made["name"] else title_of(name, t), size, *shown])
    names = ",".join(row["tokenizer"] for row in made["rows"])
    corpus = run.asked.get("corpus", "sample")
    pages = {"bench": ("/bench", {"t": names, "c": corpus, "run": "1"}), "tokens": ("/tokens", {"t": names})}
    line = dmc.Text(t("train.beside", name=made["name"]), size="sm", fw=600)
    return [line, table(head, rows, t("train.beside", name=made["name"])), _buttons(t, pages)]


def _value(metric: str, found: Mapping[str, Any] | None) -> str:
    from explorer.core.intervals import Interval
    from explorer.tokenizers.comparison.report import value_text

    return value_text(metric, Interval(**found) if found else None)


def curve(t: Text, epochs: Sequence[Mapping[str, Any]], scheme: str | None) -> Any:
    """The losses so far."""
    words = {name: t(f"train.{name}") for name in ("losses", "heldout_losses", "epoch", "loss")}
    kinds = ", ".join(words[kind] for kind in ("losses", "heldout_losses") if kind in epochs[-1])
    note = [] if "heldout_losses" in epochs[-1] else [dmc.Text(t("train.no_heldout"), size="sm", c="dimmed", mt="xs")]
    return [graph(losses(epochs, words, scheme), "train-figure", f"{t('train.curve')}: {kinds}", 300), *note]


def neighbours(t: Text, epochs: Sequence[Mapping[str, Any]]) -> Any:
    """The nearest words of the watched ones, at some of the epochs."""
    told = [one for one in epochs if "neighbours" in one]
    if not told:
        return dmc.Text(t("train.no_neighbours"), size="sm", c="dimmed")
    last = len(told) - 1
    places = sorted({round(last * step / (EPOCHS - 1)) for step in range(EPOCHS)}) if last else [0]
    head = [t("train.word"), *(t("train.at_epoch", epoch=told[place]["epoch"]) for place in places)]
    rows = []
    for key in told[-1]["neighbours"]:
        cells = [", ".join(map(word_of, told[place]["neighbours"].get(key, ()))) for place in places]
        rows.append([html.B(word_of(key), lang="ko"), *(html.Span(cell, lang="ko", className="train-near") for cell in cells)])
    return table(head, rows, t("train.neighbours"))


def run_list(t: Text, listed: Sequence[Run], going: Set[str], shown: str | None) -> Any:
    """Earlier runs, each to be looked at again or, where it does not go on, to be taken off the list."""
    if not listed:
        return None
    rows = []
    for run in listed[:SHOWN]:
        when = datetime.fromtimestamp(run.started, UTC).astimezone().strftime("%Y-%m-%d %H:%M")
        name = html.B(run.name) if run.name == shown else run.name
        rows.append(
            [
                name,
                _asked(t, run),
                when,
                t("train.state_going" if run.name in going else f"train.state_{run.state}"),
                dmc.Group(
                    [
                        _press(t, run.name, "look", "subtle"),
                        *([] if run.name in going else [_press(t, run.name, "forget", "subtle")]),
                    ],
                    gap=4,
                    wrap="nowrap",
                ),
            ]
        )
    head = [t(f"train.head_{name}") for name in ("name", "asked", "when", "state")]
    return card(t("train.runs"), table([*head, ""], rows, t("train.runs")))
