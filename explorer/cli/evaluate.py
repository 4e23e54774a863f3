"""Scores of models on test sets: words, words in sentences, sentences."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from explorer.cli.common import emit_json, json_option, print_table, write_output
from explorer.core.errors import BadInput
from explorer.core.messages import Message
from explorer.core.paths import expanded
from explorer.core.progress import ProgressCallback, labelled, terminal_progress
from explorer.core.settings import language
from explorer.static.load import DEFAULT_MODEL

if TYPE_CHECKING:
    from explorer.analysis.in_context.records import ContextScore
    from explorer.analysis.in_context.sets import SenseSet, TextSet
    from explorer.analysis.score_comparison import ScoreComparison
    from explorer.analysis.scores import Score, Section


@click.command()
@click.option(
    "-m",
    "--model",
    "models",
    multiple=True,
    help="Vectors: a name (see `models list`) or a file; may be repeated. By default korean, or none where an encoder is given.",
)
@click.option(
    "--encoder", "encoders", multiple=True, help="An encoder: mini, a name, a folder or a Hugging Face id; may be repeated."
)
@click.argument("given", nargs=-1, metavar="[MODEL]... [TEST_SET]...")
@click.option(
    "--test",
    "kinds",
    multiple=True,
    type=click.Choice(["wic", "senses", "sentences", "assigning", "masking"]),
    help="What is asked of the files, instead of what their columns say; may be repeated. All files of senses are one set; assigning "
    "holds sentences with senses out; masking has missing words guessed in a text.",
)
@click.option(
    "--train",
    help="Word in context: the file the threshold is chosen on; its sentences count for senses, too. Masking: the text trigrams "
    "are counted on.",
)
@click.option("--representation", help="What is compared of an encoder, instead of its own choice: own, blend, …")
@click.option("--layers", is_flag=True, help="Senses: every representation and layer of the encoders.")
@click.option("--layer", type=click.IntRange(-1000, 1000), help="Of an encoder, instead of its own choice.")
@click.option(
    "--method",
    type=click.Choice(["3cosadd", "3cosmul", "direction", "all"]),
    help="How analogies are answered.  [default: 3cosadd]",
)
@click.option(
    "--resolve",
    type=click.Choice(["exact", "form", "analysed", "composed", "subword", "inflected"]),
    help="How far a test word may be from a key.  [default: form]",
)
@click.option("--against", multiple=True, help="Compare with this model on what all of them cover; may be repeated.")
@click.option("--fetch", is_flag=True, help="Download the test sets known by name (see `sets list`) that are not here yet.")
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="The models, or all vectors that ship, on all test sets known by name, in one table.",
)
@click.option(
    "--table",
    help='Write the scores of words in sentences as a Markdown table, a model a row ("-" prints it). With --all: a Markdown file '
    "that gets the table between its lines <!-- scores --> and <!-- /scores -->.",
)
@json_option
def evaluate(
    models: tuple[str, ...],
    encoders: tuple[str, ...],
    given: tuple[str, ...],
    kinds: tuple[str, ...],
    train: str | None,
    representation: str | None,
    layers: bool,
    layer: int | None,
    against: tuple[str, ...],
    everything: bool,
    fetch: bool,
    table: str | None,
    as_json: bool,
    **words: Any,
) -> None:
    """Score models on test sets: files, or names. Names of models may stand among them.

    \b
    Words (vectors only)   word-similarity CSV files, analogy files (": section" lines, four words each)
    Words in sentences     tables with a header: word, two sentences, same sense or not (KoBEST-WiC);
                           word, sentence, sense
    Sentences              tables with a header: two sentences and a score (KorSTS, KLUE-STS)

    `sets list` tells the names: ws353-ko, kwat, kobest-wic, korsts, klue-sts; --fetch downloads them once. relations names 31
    relations that ship, asked as analogies; relations-dev is the half of them for choosing parameters, relations-test the half for
    scoring. sample is the sample corpus: its homographs (senses, assigning) or its sentences (masking). Vectors are averaged over a
    sentence where it is asked for.

    \b
    Example:  korean-explorer evaluate word2vec relations-test
              korean-explorer evaluate korean mini korsts --fetch
              korean-explorer evaluate --all word2vec
              korean-explorer evaluate wic_dev.tsv --train wic_train.tsv --encoder mini -m kiwi
              korean-explorer evaluate wic_dev.tsv wic_train.tsv --test senses --encoder mini
              korean-explorer evaluate sample --test senses --layers --encoder mini
    """
    test_sets, more_models, more_encoders = _told_apart(given, everything)
    models, encoders = (*models, *more_models), (*encoders, *more_encoders)
    if everything:
        _print_all(models, encoders, table, fetch, as_json)
        return
    if not test_sets:
        raise click.UsageError(Message("cli.no_test_set", {}).said(language()))
    options: dict[str, Any] = {name: value for name, value in words.items() if value is not None}
    names = models or (() if encoders else (DEFAULT_MODEL,))
    with terminal_progress() as progress:
        if fetch:
            _fetch_sets(test_sets, progress)
        if against:
            if len(names) != 1 or encoders:
                raise BadInput("cli.against_one_model")
            _print_comparisons(_compared((*names, *against), test_sets, options, progress), as_json)
            return
        chosen = {"representation": representation, "layer": layer}
        scores = _scores(names, encoders, _asked(test_sets, kinds, train), layers, chosen, options, progress)
    in_context = [score for score in scores if not hasattr(score, "sections")]
    if table is not None:
        from explorer.analysis.in_context.table import to_markdown

        text = to_markdown(in_context)
        if table == "-":
            click.echo(text, nl=False)
        else:
            write_output(table, text)
        return
    if as_json:
        emit_json([score.to_dict() for score in scores])
        return
    for score in scores:
        if hasattr(score, "sections"):
            _print_score(score)
    if in_context:
        _print_in_context(in_context)


def _told_apart(given: tuple[str, ...], everything: bool) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Test sets, vectors and encoders among what was given; with --all there are models only."""
    from explorer.core.evaluation_sets import evaluation_sets
    from explorer.encoders.listing import list_models

    found: dict[str, list[str]] = {"set": [], "vectors": [], "encoder": []}
    kinds = {one.name: one.kind for one in list_models()}
    for one in given:
        kind = kinds.get(one, "vectors" if everything else "set")
        if not everything and (one in evaluation_sets() or expanded(one).is_file()):
            kind = "set"
        found[kind].append(one)
    return tuple(found["set"]), tuple(found["vectors"]), tuple(found["encoder"])


def _asked(test_sets: tuple[str, ...], kinds: tuple[str, ...], train: str | None) -> list[tuple[Any, dict[str, Any]]]:
    """What is to be scored, each with its options."""
    asked: list[tuple[Any, dict[str, Any]]] = []
    more: dict[str, Any]
    if not kinds:
        more = {"train": train} if train else {}
        asked += [(_sample_senses() if one == "sample" else one, more) for one in test_sets]
    for kind in kinds:
        if kind in ("senses", "assigning"):
            files = [*([train] if train else []), *test_sets]
            asked.append(([_sample_senses() if one == "sample" else one for one in files], {"test": kind}))
        elif kind == "masking":
            more = {"train": _texts(train)} if train else {}
            asked += [(_texts(one), {"test": kind, **more}) for one in test_sets]
        else:
            more = {"train": train} if train and kind == "wic" else {}
            asked += [(one, {"test": kind, **more}) for one in test_sets]
    return asked


def _sample_senses() -> SenseSet:
    from corpora.sample import homographs
    from explorer.analysis.in_context.sets import Place, SensePlace, SenseSet

    places = (SensePlace(Place(one.word, one.text, one.start, one.end), one.sense) for one in homographs())
    return SenseSet("sample", tuple(places))


def _texts(corpus: str) -> TextSet:
    from corpora import open_corpus
    from explorer.analysis.in_context.sets import TextSet

    return TextSet(corpus, tuple(open_corpus(corpus).texts()))


def _scores(
    names: tuple[str, ...],
    encoders: tuple[str, ...],
    asked: list[tuple[Any, dict[str, Any]]],
    layers: bool,
    chosen: dict[str, Any],
    words: dict[str, Any],
    progress: ProgressCallback | None,
) -> list[Any]:
    from explorer.analysis.benchmarks import evaluate as score_on
    from explorer.analysis.benchmarks import evaluate_levels
    from explorer.encoders.open import encoder
    from explorer.static.load import load

    scores: list[Any] = []
    for name in encoders:
        opened, told = encoder(name, progress=progress), labelled(progress, name)
        for tests, more in asked:
            if layers:
                scores += evaluate_levels(opened, tests, progress=told, **more)
            else:
                scores.append(score_on(opened, tests, progress=told, **chosen, **more))
    for name in names:
        vectors = load(name, progress=progress)
        scores += [score_on(vectors, tests, progress=labelled(progress, name), **more, **words) for tests, more in asked]
    return scores


def _compared(
    names: tuple[str, ...], test_sets: tuple[str, ...], words: dict[str, Any], progress: ProgressCallback | None
) -> list[ScoreComparison]:
    from explorer.analysis.score_comparison import compare_scores
    from explorer.static.load import load

    models = [load(name, progress=progress) for name in names]
    return [compare_scores(models, test_set, progress=progress, **words) for test_set in test_sets]


def _print_all(names: tuple[str, ...], encoders: tuple[str, ...], table: str | None, fetch: bool, as_json: bool) -> None:
    """The table of models, or of all shipped ones, on all test sets known by name."""
    from explorer.analysis.scoreboard import TEST_SETS, put_into, scoreboard
    from explorer.encoders.open import encoder
    from explorer.static.load import BUILT_IN, load, shipped_models

    if not (names or encoders):
        names = tuple(sorted({*BUILT_IN, *shipped_models()}))
    with terminal_progress() as progress:
        if fetch:
            _fetch_sets(tuple(dict.fromkeys(name for name, _ in TEST_SETS)), progress)
        opened: list[Any] = [load(one, progress=progress) for one in names]
        opened += [encoder(one, progress=progress) for one in encoders]
        board = scoreboard(opened, progress=progress)
    if table is not None:
        put_into(Path(table), board.to_markdown())
        click.echo(f"written: {table}", err=True)
    elif as_json:
        emit_json(board.to_dict())
    else:
        click.echo(board.to_markdown(), nl=False)
    for name in board.left_out:
        click.echo(Message("cli.test_set_left_out", {"name": name}).said(language()), err=True)


def _fetch_sets(names: tuple[str, ...], progress: ProgressCallback | None) -> None:
    """Download what is known by name and not here yet."""
    from corpora.fetch import fetch_set
    from explorer.core.evaluation_sets import evaluation_sets

    for name in names:
        if name in evaluation_sets() and evaluation_sets()[name].where == "not here":
            fetch_set(name, progress=progress)


def _print_score(score: Score) -> None:
    """A row for the whole and each section; for analogies every method, the baseline and the distance beside it."""
    columns = ["test set", "metric", "value", "low", "high", "coverage"]
    parts: list[tuple[str, Score | Section]] = [
        (score.name, score),
        *((f"  {part.name}", part) for part in (*score.kinds, *score.sections)),
    ]
    rows: list[list[Any]] = [
        [name, part.metric, part.value, part.low, part.high, f"{part.covered}/{part.total}"] for name, part in parts
    ]
    if score.kind == "analogy":
        others = [name for name in score.details["by_method"] if name != score.method]
        columns += ["of all", *others, "neighbour of c", "words included", "distance", "impossible"]
        told = [score.details, *(part.to_dict() for part in (*score.kinds, *score.sections))]
        for row, part in zip(rows, told, strict=True):
            row += [part["of_all"], *(part["by_method"].get(name) for name in others)]
            row += [part["baseline"], part["included"], part["distance"], part["impossible"]]
    print_table(columns, rows)
    click.echo(f"{score.name}: mean cosine of random pairs of words {score.random_pair_cosine:.3f}", err=True)


def _print_comparisons(compared: list[ScoreComparison], as_json: bool) -> None:
    if as_json:
        emit_json([each.to_dict() for each in compared])
        return
    for each in compared:
        rows = [
            (own.model, own.value, f"{own.covered}/{each.total}", shared.value, shared.low, shared.high)
            for own, shared in zip(each.own, each.shared, strict=True)
        ]
        shared_column = f"{each.metric} on the {each.common} in common"
        print_table((each.name, f"own {each.metric}", "coverage", shared_column, "low", "high"), rows)
        for gap in each.differences:
            click.echo(f"{gap.model} - {gap.against}: {gap.value:+.4f} [{gap.low:+.4f}, {gap.high:+.4f}]", err=True)


def _print_in_context(scores: list[ContextScore]) -> None:
    """A row for each number."""
    columns = ("test set", "model", "compared", "metric", "value", "low", "high", "chance", "coverage")
    rows: list[list[Any]] = []
    for score in scores:
        compared = score.representation if score.layer is None else f"{score.representation}, layer {score.layer}"
        rows += [
            [
                score.name,
                score.model,
                compared,
                one.name,
                one.value,
                one.low,
                one.high,
                one.chance,
                f"{score.covered}/{score.total}",
            ]
            for one in score.measures
        ]
    print_table(columns, rows)
    for score in scores:
        if "threshold" in score.details:
            chosen = score.details["chosen_on"]
            click.echo(
                f"{score.name}, {score.model}: same sense from a cosine of {score.details['threshold']:.3f} on ({chosen})",
                err=True,
            )
