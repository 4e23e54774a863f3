"""What each layer of an encoder knows, and classifiers of one's own: layers, fine-tune, classify."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from explorer.cli.common import (
    COUNT,
    emit_json,
    force_option,
    json_option,
    name_option,
    print_table,
    read_text,
    seed_option,
    write_output,
)
from explorer.core.cells import csv_text
from explorer.core.errors import BadInput
from explorer.core.progress import terminal_progress
from explorer.core.settings import default_encoder, language

if TYPE_CHECKING:
    from explorer.analysis.probing.layers import LayerLevel, LayerProbes
    from explorer.encoders.labelled import LabelledTexts

F = TypeVar("F", bound=Callable[..., Any])


def _columns(function: F) -> F:
    for option in (
        click.option("--label-column", help="Its column with the label; guessed if left out."),
        click.option("--text-column", help="Its column with the text; guessed if left out."),
    ):
        function = option(function)
    return function


@click.command()
@click.argument("encoder", default=default_encoder)
@click.option("--corpus", default="sample", show_default=True, help="Sentences for parts of speech: a corpus name or a path.")
@click.option("--sentences", "limit", default=1000, show_default=True, type=COUNT, help="Sentences that words are drawn from.")
@click.option("--gold", help="A CoNLL-U file whose parts of speech are taken instead of Kiwi's.")
@click.option("--wic", help="A word-in-context file (as KoBEST-WiC) instead of the sample's homographs.")
@click.option("--sts", help="A file of sentence pairs with scores (as KorSTS, KLUE-STS): sentence similarity, else left out.")
@click.option("--labels", help="A table of texts and labels of your own (CSV, TSV, JSON lines …).")
@_columns
@click.option("--most-words", default=2000, show_default=True, type=COUNT, help="Draw so many words at most.")
@click.option("--most-texts", default=2000, show_default=True, type=COUNT, help="Draw so many labelled texts at most.")
@seed_option("Of what is drawn and held out, and of the intervals.")
@json_option
def layers(
    encoder: str,
    corpus: str,
    limit: int,
    gold: str | None,
    wic: str | None,
    sts: str | None,
    labels: str | None,
    text_column: str | None,
    label_column: str | None,
    most_words: int,
    most_texts: int,
    seed: int,
    as_json: bool,
) -> None:
    """Measure what each layer of ENCODER knows (mini, an encoder trained here, a checkpoint's folder, a hub id).

    A row for each layer: AUC of telling senses apart on the sample's homographs, a linear probe of parts of speech beside its control
    task, neighbours kept against the last layer, cosines of random pairs; with --sts sentence similarity, with --labels a linear probe
    of the texts.

    \b
    Example:  korean-explorer layers mini
              korean-explorer layers mini --labels reviews.csv --text-column document --label-column label
    """
    from corpora.labelled import labelled_texts
    from corpora.readers.conllu import gold_sentences
    from corpora.sample import homographs
    from explorer.analysis.probing.data import file_pairs, gold_words, scored_pairs, sense_pairs, spread, tagged_words
    from explorer.analysis.probing.layers import probe_layers
    from explorer.encoders.open import encoder as opened_encoder

    with terminal_progress() as progress:
        labelled = labelled_texts(labels, text_column, label_column) if labels else None
        similarity = scored_pairs(sts) if sts else None
        opened = opened_encoder(encoder, progress=progress)
        if gold:
            words = gold_words(spread(gold_sentences(gold), limit))
        else:
            from corpora import open_corpus

            words = tagged_words(opened.analyser, spread(open_corpus(corpus).sentences("line"), limit), progress)
        contexts = file_pairs(wic, opened.analyser, progress) if wic else sense_pairs(homographs(), seed=seed)
        found = probe_layers(
            opened,
            words=words,
            contexts=contexts,
            similarity=similarity,
            labelled=labelled,
            most_words=most_words,
            most_texts=most_texts,
            seed=seed,
            progress=progress,
        )
    if as_json:
        emit_json(found.to_dict())
        return
    _print_layers(found)


def _print_layers(found: LayerProbes) -> None:
    def cells(level: LayerLevel) -> tuple[Any, ...]:
        pos = (level.pos.task.accuracy.value, level.pos.control.accuracy.value) if level.pos else (None, None)
        values = {name: level.value(name) for name in ("wic", "pos", "similarity", "labels", "neighbours", "random")}
        return (level.layer, values["wic"], *pos, *list(values.values())[1:])

    head = ("layer", "senses AUC", "POS", "control", "selectivity", "similarity", "labels", "neighbours", "random pairs")
    print_table(head, [cells(level) for level in found.levels])
    if found.best("similarity") is None:
        click.echo("sentence similarity was not measured: give a file of sentence pairs with scores (--sts)", err=True)
    for measure, baseline in found.baselines.items():
        click.echo(f"{measure}: always the most frequent answer: {baseline:.4f}", err=True)
    click.echo("  ".join(f"{name} {count:,}" for name, count in found.counts.items()), err=True)
    for note in found.notes:
        click.echo(f"note: {note.said(language())}", err=True)


@click.command("fine-tune")
@click.argument("encoder", default=default_encoder)
@click.option("--labels", required=True, help="A table of texts and labels (CSV, TSV, JSON lines …).")
@_columns
@name_option("classifier")
@click.option(
    "--train",
    default="head",
    show_default=True,
    type=click.Choice(["head", "all"]),
    help="A linear head over the encoder as it is, or all of the encoder with it.",
)
@click.option("--layer", default=-1, show_default=True, type=click.IntRange(-1000, 1000), help="The layer that the head reads.")
@click.option("--epochs", type=click.FloatRange(0, 10_000, min_open=True), help="Passes; 10 of a head, 3 of everything.")
@click.option("--steps", type=COUNT, help="Batches, instead of passes.")
@click.option("--rate", type=click.FloatRange(0, 10, min_open=True), help="Learning rate; 1e-3 of a head, 5e-5 of everything.")
@click.option("--batch", default=32, show_default=True, type=click.IntRange(1, 10_000), help="Texts in a batch.")
@click.option(
    "--length", default=128, show_default=True, type=click.IntRange(1, 100_000), help="Tokens of a text that are read."
)
@click.option("--held-out", "heldout", default=0.2, show_default=True, type=float, help="Share of the texts only measured on.")
@click.option("--most", type=COUNT, help="Read so many texts at most.")
@click.option("--head-only", "alone", is_flag=True, help="Save the head without mini, on which it is opened then: kilobytes.")
@seed_option("Same seed: same classifier.")
@force_option("classifier")
@json_option
def fine_tune(
    encoder: str,
    labels: str,
    text_column: str | None,
    label_column: str | None,
    name: str,
    most: int | None,
    alone: bool,
    force: bool,
    as_json: bool,
    **settings: Any,
) -> None:
    """Train a classifier of texts on ENCODER and save it. An interrupted training goes on where it stopped.

    \b
    Example:  korean-explorer fine-tune mini --labels reviews.csv --name taste
              korean-explorer fine-tune mini --labels reviews.csv --name taste-all --train all --epochs 4
              korean-explorer classify taste "정말 재미있다"
    """
    from corpora.labelled import labelled_texts
    from explorer.encoders.train.classify import ClassifierRecipe, train_classifier

    recipe = ClassifierRecipe(base=encoder, **settings)
    with terminal_progress() as progress:
        labelled = labelled_texts(labels, text_column, label_column, most)
        made = train_classifier(labelled, recipe, name=name, corpus=labels, alone=alone, overwrite=force, progress=progress)
    if as_json:
        emit_json({"name": name, **made.to_dict()})
        return
    rows = [(point["step"], point["train"], point["heldout"], point["top1"]) for point in made.outcome.curve]
    print_table(("step", "training loss", "held-out loss", "held-out accuracy"), rows)
    for warning in made.outcome.warnings:
        click.echo(f"warning: {warning.said(language())}", err=True)
    low, high = made.accuracy.low, made.accuracy.high
    interval = "" if low is None or high is None else f" [{low:.4f}, {high:.4f}]"
    click.echo(
        f"saved {name}: held-out accuracy {made.accuracy.value:.4f}{interval} on {made.counts['held_out']:,} of "
        f"{made.counts['texts']:,} texts; always the most frequent label {made.baseline:.4f}"
    )
    click.echo(f'try: korean-explorer classify {name} "…"', err=True)


@click.command()
@click.argument("name")
@click.argument("texts", nargs=-1)
@click.option("--from", "where", help="Label the texts of a file, a folder or a stored corpus instead.")
@_columns
@click.option(
    "--by",
    default="document",
    show_default=True,
    type=click.Choice(["document", "line", "sentence"]),
    help="What of it is one text.",
)
@click.option("--most", type=COUNT, help="Only the first so many.")
@click.option("--out", help="Write every text with its label and probabilities to this file, .csv or .json.")
@click.option("--why", is_flag=True, help="Show for each of TEXTS what every morpheme does for its label.")
@json_option
def classify(
    name: str,
    texts: tuple[str, ...],
    where: str | None,
    text_column: str | None,
    label_column: str | None,
    by: str,
    most: int | None,
    out: str | None,
    why: bool,
    as_json: bool,
) -> None:
    """Label TEXTS with the classifier NAME ("-" reads them from standard input, one a line): reviews, which ships and tells film
    reviews that praise from those that blame, or one that fine-tune made.

    With --from the labels of a whole file are counted; where it has a column of labels, they are compared with those given.

    \b
    Example:  korean-explorer classify reviews "정말 재미있다" "시간이 아깝다"
              korean-explorer classify reviews "배우는 좋았지만 지루했다" --why
              korean-explorer classify reviews --from new.csv --label-column label --out labelled.csv
    """
    from explorer.encoders.classifier import classifier

    if (where is None and out) or (where is not None and (texts or why)):
        raise BadInput("cli.texts_and_from")
    if out is not None and Path(out).suffix.lower() not in (".csv", ".json"):
        raise BadInput("cli.table_ending", path=out)
    with terminal_progress() as progress:
        opened = classifier(name, progress=progress)
        if where is not None:
            from corpora.corpus import open_corpus
            from corpora.labelled import documents_of

            stream, gold = documents_of(open_corpus(where, field=text_column), label_column, by, most)
            _print_labelled(opened.label(list(stream), gold, progress=progress), out, as_json)
            return
        lines: list[str] = []
        for text in texts or (None,):
            lines += read_text(text).splitlines() if text in (None, "-") else [str(text)]
        lines = [line for line in lines if line.strip()][:most]
        if not lines:
            raise BadInput("cli.no_text")
        if why:
            reasons = [opened.why(line, progress=progress) for line in lines]
        else:
            found = opened.predict(lines, progress=progress)
    if as_json:
        emit_json([one.to_dict() for one in (reasons if why else found)])
    elif why:
        for one in reasons:
            click.echo(one)
    else:
        print_table(("label", "probability", "text"), [(one.label, one.probability, one.text) for one in found])


def _print_labelled(found: LabelledTexts, out: str | None, as_json: bool) -> None:
    if out is not None:
        whole = json.dumps(found.to_dict(), ensure_ascii=False) if out.lower().endswith(".json") else csv_text(found.to_frame())
        write_output(out, whole)
    if as_json:
        emit_json(found.to_dict())
        return
    print_table(("label", "texts", "share", "mean"), found.counts_frame().itertuples(index=False, name=None))
    agreement = found.agreement()
    if agreement is not None:
        click.echo(agreement)
    if found.missing:
        click.echo(f"left out, as nothing of them reaches the model: {len(found.missing):,}", err=True)
    if found.cut:
        click.echo(f"only the beginning was read of {found.cut:,}", err=True)
