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
from dashboards.pages.layers.figures import layers as layers_figure
from dashboards.pages.layers.figures import losses as steps_figure
from dashboards.pages.tokens.page import title_of
from dashboards.pages.train.choice import Choice
from dashboards.pages.train.figures import losses
from dashboards.pages.train.making import METRICS
from dashboards.pages.train.runs import Run
from dashboards.pages.train.sizes import Expected
from explorer.analysis.probing.layers import LayerProbes
from explorer.core.store import list_artifacts
from explorer.encoders.train.loop import Outcome
from explorer.text.tags import word_of

__all__ = ["curve", "estimated", "layers", "neighbours", "run_list", "status"]

SHOWN = 12
"""Runs in the list."""
LABELS = 8
"""Labels of a classifier that are named."""
EPOCHS = 6
"""Columns of the table of neighbours: the first epoch, the last, and some between."""


def estimated(t: Text, choice: Choice, found: Expected) -> Any:
    """What a training may take, in one line, and which size of corpus its parameters are for."""
    if found.seconds is None or found.bytes is None:
        return dmc.Text(t("train.expected_unknown"), size="sm", c="dimmed")
    counts = {name: _rounded(value) if isinstance(value, int) else value for name, value in found.counts.items()}
    if "size" in counts:
        counts["size"] = t(f"train.size_{counts['size']}")
    key = (
        "train.expected"
        if choice.what == "vectors" and not choice.encodes
        else f"train.expected_{choice.model if choice.what == 'vectors' else choice.what}"
    )
    line = t(key, time=lasting(t, found.seconds), memory=f"{found.bytes / 2**30:.1f}", **counts)
    small = found.counts.get("size") == "small" and choice.model in ("word2vec", "fasttext", "glove")
    return dmc.Text(" ".join([line, *([t("train.advice_small")] if small else [])]), size="sm", c="dimmed")


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
    tokenizer = choice.tokenizer_name if choice.is_new else title_of(choice.tokenizer, t)
    parts = {
        "vectors": [tokenizer, t(f"train.model_{choice.model}"), *([choice.encoder] if choice.encodes else [])],
        "tokenizer": [t(f"train.sub_{choice.subword.replace('-', '_')}"), t("train.pieces", count=choice.vocab_size)],
        "classifier": [t("train.what_classifier"), choice.encoder, t(f"train.part_{choice.part}")],
        "layers": [t("train.what_layers"), choice.encoder],
        "lab": [
            t("train.what_lab"),
            ", ".join(title_of(one, t) for one in choice.tokenizers),
            ", ".join(t.maybe(f"train.model_{one}", one) for one in choice.models),
        ],
    }
    return " · ".join([corpus, *parts[choice.what]])


def _made(t: Text, run: Run) -> list[Any]:
    made = run.made
    parts: list[Any] = []
    if "keys" in made:
        numbers = [(f"{made['keys']:,}", t("train.words"), ""), (f"{made['dim']}", t("train.dim"), "")]
        if "tokens" in made:
            numbers.append((f"{made['tokens']:,}", t("train.tokens"), ""))
        numbers = _with_time(t, run, numbers)
        gone = run.name not in list_artifacts("vectors")
        parts += [figures_row(numbers), dmc.Text(t("train.gone"), size="sm", c="dimmed") if gone else _links(t, run)]
    if "tokenizer" in made:
        parts += _new_tokenizer(t, run, made["tokenizer"])
    if run.what in _RESULTS:
        parts += _RESULTS[run.what](t, run)
    return parts


def _classifier(t: Text, run: Run) -> list[Any]:
    """How well it does on what was held out, and where it can be asked."""
    made = run.made
    one, texts = made["accuracy"], made["texts"]
    interval = "" if one["low"] is None else t("senses.interval", low=one["low"], high=one["high"])
    numbers = [
        (f"{one['value']:.2f}", t("layers.fact_accuracy", count=texts["held_out"]), interval),
        (f"{made['baseline']:.2f}", t("layers.fact_baseline"), ""),
        (f"{texts['texts']:,}", t("train.texts"), ""),
    ]
    said = t("train.classes", labels=", ".join(made["labels"][:LABELS]) + ("…" if len(made["labels"]) > LABELS else ""))
    model = {"model": run.name}
    pages = {
        "classify": ("/classify", model),
        "layers": ("/layers", model),
        "context": ("/context", model),
        "saved": ("/saved", {"open": f"encoder/{run.name}"}),
    }
    gone = run.name not in list_artifacts("encoder")
    end = dmc.Text(t("train.gone"), size="sm", c="dimmed") if gone else _buttons(t, pages)
    return [figures_row(_with_time(t, run, numbers)), dmc.Text(said, size="sm", c="dimmed"), end]


def _with_time(t: Text, run: Run, numbers: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    return [*numbers, *([(lasting(t, run.seconds), t("train.took"), "")] if run.seconds else [])]


def _layers(t: Text, run: Run) -> list[Any]:
    """Where the labels are read best, beside the most frequent answer."""
    probes = LayerProbes.from_dict(run.made["probes"])
    best = probes.best("labels")
    if best is None or best.labels is None:
        return []
    one = best.labels.accuracy
    interval = "" if one.low is None or one.high is None else t("senses.interval", low=one.low, high=one.high)
    numbers = [
        (t("context.input") if best.layer == 0 else str(best.layer), t("train.best_layer"), ""),
        (f"{one.value:.2f}", t("layers.fact_accuracy", count=probes.counts["texts_held_out"]), interval),
        (f"{probes.baselines['labels']:.2f}", t("layers.fact_baseline"), ""),
    ]
    return [figures_row(_with_time(t, run, numbers))]


def _grid(t: Text, run: Run) -> list[Any]:
    """What the grid is, and where it is seen."""
    if run.name not in list_artifacts("lab"):
        return [dmc.Text(t("train.gone"), size="sm", c="dimmed")]
    pages = {"lab": ("/lab", {"lab": run.name}), "saved": ("/saved", {"open": f"lab/{run.name}"})}
    numbers = [(str(run.made["cells"]), t("train.cells"), "")]
    return [figures_row(_with_time(t, run, numbers)), _buttons(t, pages)]


_RESULTS = {"classifier": _classifier, "layers": _layers, "lab": _grid}
"""What the card of a finished run says of what it made, beside what is said of vectors and tokenizers."""


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


def curve(t: Text, run: Run, scheme: str | None) -> Any:
    """The losses so far, and of a classifier in plain words what they say."""
    epochs = run.epochs
    words = {name: t(f"train.{name}") for name in ("losses", "heldout_losses", "epoch", "loss")}
    if run.what == "classifier":
        outcome = Outcome([dict(one) for one in epochs])
        if run.state == "done" or outcome.overfits:
            outcome.judge()
        said = " ".join(one.said(t.language) for one in outcome.warnings) or t(
            "layers.no_overfit" if run.state == "done" else "train.no_overfit_yet"
        )
        names = {"train": words["losses"], "heldout": words["heldout_losses"], "step": t("train.step"), "loss": words["loss"]}
        figure = steps_figure(outcome, names, scheme)
        warned = bool(outcome.warnings)
        return [
            dmc.Text(said, size="sm", fw=600 if warned else 400, c="orange" if warned else "dimmed", className="train-verdict"),
            graph(figure, "train-figure", f"{t('train.curve')}: {said}", 300),
        ]
    kinds = ", ".join(words[kind] for kind in ("losses", "heldout_losses") if kind in epochs[-1])
    note = [] if "heldout_losses" in epochs[-1] else [dmc.Text(t("train.no_heldout"), size="sm", c="dimmed", mt="xs")]
    return [graph(losses(epochs, words, scheme), "train-figure", f"{t('train.curve')}: {kinds}", 300), *note]


def layers(t: Text, run: Run, scheme: str | None) -> Any:
    """How well each layer's states tell the labels, drawn and in a table."""
    probes = LayerProbes.from_dict(run.made["probes"])
    words = {"labels": t("layers.line_labels"), "axis": t("layers.line_axis"), "input": t("context.input")}
    rows = []
    for level in probes.levels:
        assert level.labels is not None  # it is what was asked
        one = level.labels
        interval = "" if one.accuracy.low is None else f" [{one.accuracy.low:.3f}, {one.accuracy.high:.3f}]"
        name = words["input"] if level.layer == 0 else str(level.layer)
        rows.append([name, f"{one.accuracy.value:.3f}{interval}", f"{one.trained:.3f}", f"{one.f1:.3f}"])
    head = [t("layers.head_layer"), t("layers.head_labels"), t("layers.head_labels_trained"), t("train.head_f1")]
    baseline = t("layers.baseline_labels", value=probes.baselines["labels"], count=probes.counts["texts_held_out"])
    return [
        graph(layers_figure(probes, words, scheme), "train-layers-figure", t("train.layers"), 320),
        table(head, rows, t("train.layers")),
        dmc.Text(baseline, size="sm", c="dimmed", mt="sm"),
    ]


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
