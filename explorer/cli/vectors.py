"""Questions to word vectors: similar, similarity, analogy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

from explorer.cli.common import COUNT, emit_json, json_option, model_option, print_table, read_text
from explorer.core.errors import OutOfVocabulary
from explorer.core.messages import Message
from explorer.core.progress import terminal_progress
from explorer.core.settings import language
from explorer.text.scripts import SCRIPTS

if TYPE_CHECKING:
    from explorer.analysis.beside import Refusal
    from explorer.vectors.expression import Proportion
    from explorer.vectors.records import Expected, FormAnswer, Neighbour, Resolution
    from explorer.vectors.senses import Sense
    from explorer.vectors.vectors import Vectors


script_option = click.option(
    "--script",
    type=click.Choice(SCRIPTS),
    help="Only words with a letter of this script. By default hangul, or any where no Hangul is asked about.",
)

_NAMED = 5


def _written(script: str | None, *asked: str) -> str:
    """The script of the answers: that of the question, where none is chosen."""
    from explorer.text.hangul import has_hangul

    return script or ("hangul" if any(map(has_hangul, asked)) else "any")


def _say_left_out(words: Iterable[str], script: str) -> None:
    """Tell on standard error which words would stand among the answers but for their script."""
    gone = list(dict.fromkeys(words))
    if gone:
        named = gone[:_NAMED] + ["…"] * (len(gone) > _NAMED)
        click.echo(Message("cli.left_out", {"count": len(gone), "words": named, "script": script}).said(language()), err=True)


models_option = click.option(
    "-m",
    "--model",
    "models",
    multiple=True,
    default=("korean",),
    show_default=True,
    help="A model's name (see `models list`) or a file of vectors; give it again to see several side by side.",
)


def _load(model: str) -> Vectors:
    from explorer.static.load import load

    with terminal_progress() as progress:
        return load(model, progress=progress)


def _say(resolution: Resolution) -> None:
    """Tell on standard error what a word was taken for."""
    said = [resolution.how, *([resolution.note] if resolution.note else [])]
    if resolution.how == "composed":
        said.append(f"{resolution.sure:.0%} sure")
    line = f"{resolution.query} → {resolution.key} ({', '.join(said)})"
    if resolution.alternatives:
        line += f"; also: {', '.join(resolution.alternatives[:5])}"
    click.echo(line, err=True)


def _say_senses(senses: Sequence[Sense]) -> None:
    """Tell on standard error which senses a word has, and how to ask for one."""
    if not senses:
        return
    named = [f"{one.word} {one.name} ({one.share:.0%})" for one in senses]
    word = senses[0].word.rpartition("#")[0]
    told = Message("cli.senses", {"word": word, "count": len(senses), "senses": named, "first": senses[0].word})
    click.echo(told.said(language()), err=True)


def _print_neighbours(neighbours: Iterable[Neighbour]) -> None:
    rows = [(rank, n.word, n.key, float(n.score), n.count) for rank, n in enumerate(neighbours, 1)]
    print_table(("rank", "word", "key", "score", "count"), rows)


def _print_columns(names: Sequence[str], lists: Sequence[Sequence[Neighbour]]) -> None:
    """Lists beside each other, a row a rank."""
    longest = max(map(len, lists))
    cells = [[one[rank].word if rank < len(one) else "" for one in lists] for rank in range(longest)]
    print_table(("rank", *names), [(rank, *row) for rank, row in enumerate(cells, 1)])


def _say_refused(refused: Iterable[Refusal]) -> None:
    """Tell on standard error what a model has no answer to."""
    for one in refused:
        click.echo(f"{one.model}: {one.error.said(language())}", err=True)


@click.command()
@click.argument("words", nargs=-1, required=True, metavar="WORD...")
@models_option
@click.option("-n", default=10, show_default=True, type=COUNT, help="How many neighbours.")
@click.option("--tag", "tags", multiple=True, help="Only words with this tag (NNG, VV …); may be repeated.")
@click.option("--min-count", default=0, type=click.IntRange(0, 2**31 - 1), help="Only words seen so often in training.")
@click.option(
    "--method",
    default="cosine",
    show_default=True,
    type=click.Choice(["cosine", "csls", "mutual"]),
    help="csls holds it against a word to be near to everything; mutual keeps words that name this one too.",
)
@script_option
@click.option("--senses", "side_by_side", is_flag=True, help="The neighbours of each of its senses beside its own.")
@json_option
def similar(
    words: tuple[str, ...],
    models: tuple[str, ...],
    tags: tuple[str, ...],
    script: str | None,
    side_by_side: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Nearest neighbours of WORD ("-" reads it from standard input) by cosine in the original space, exact.

    WORD may be inflected: 먹었다 finds 먹다/VV, 왕에게 finds 왕/NNG, and what it was taken for is always said. Several words, or several
    models, stand side by side. Filters (--tag, --min-count, --script) act before the first -n are taken.
    """
    if len(words) > 1 or len(models) > 1:
        if side_by_side:
            raise click.UsageError("--senses takes one word and one model")
        _similar_beside([read_text(word) for word in words], models, {"tags": tags or None, **options}, script, as_json)
        return
    asked = read_text(words[0])
    options |= {"tags": tags or None, "script": _written(script, asked)}
    vectors = _load(models[0])
    senses = vectors.senses(asked)
    if side_by_side:
        keys = vectors.sense_points(asked)[0]
        lists = vectors.similar_many(keys, **options)
        if as_json:
            emit_json({"senses": [one.to_dict() for one in senses], "lists": [one.to_dict() for one in lists]})
            return
        _say_senses(senses)
        _print_columns([one.resolution.word for one in lists if one.resolution is not None], lists)
        _say_left_out((word for one in lists for word in one.left_out), options["script"])
        return
    found = vectors.similar(asked, **options)
    if as_json:
        emit_json(found.to_dict())
        return
    if found.resolution:
        _say(found.resolution)
    _say_senses(senses)
    _print_neighbours(found)
    _say_left_out(found.left_out, options["script"])


def _similar_beside(
    words: Sequence[str], models: Sequence[str], options: dict[str, Any], script: str | None, as_json: bool
) -> None:
    from explorer.analysis.beside import compare_neighbours

    written = _written(script, *words)
    found = compare_neighbours(words, {name: _load(name) for name in models}, script=written, **options)
    if as_json:
        emit_json(found.to_dict())
        return
    _say_refused(found.refused)
    for _, model, one in found.lists:
        if one.resolution and one.resolution.how != "exact":
            click.echo(f"{model}: ", err=True, nl=False)
            _say(one.resolution)
    _print_columns([f"{word} ({model})" for word, model, _ in found.lists], [one for *_, one in found.lists])
    _say_left_out((word for *_, one in found.lists for word in one.left_out), written)


@click.command()
@click.argument("text")
@model_option
@click.option("-n", default=8, show_default=True, type=COUNT, help="How many suggestions.")
@json_option
def find(text: str, model: str, n: int, as_json: bool) -> None:
    """Tell what TEXT ("-" reads it from standard input) is, and complete it over the words of a model.

    \b
    Example:  korean-explorer find 강아ㅈ          # half composed
              korean-explorer find ㄱㅇㅈ          # 초성
              korean-explorer find 핛교            # a typo
              korean-explorer find rkddkwl         # the Hangul key not pressed
              korean-explorer find "왕 − 남"       # the last word of an expression
    """
    from explorer.vectors.completion import Completer

    found = Completer(_load(model)).find(read_text(text), n)
    if as_json:
        emit_json(found.to_dict())
        return
    click.echo(found.kind, err=True)
    print_table(("text", "key", "how", "count"), [(one.text, one.key, one.how, one.count) for one in found.suggestions])


@click.command()
@click.argument("words", nargs=-1, required=True)
@model_option
@click.option("--order", is_flag=True, help="Put like words beside each other.")
@click.option("--skip-unknown", is_flag=True, help="Leave words without a vector blank instead of refusing all.")
@json_option
def similarity(words: tuple[str, ...], model: str, order: bool, skip_unknown: bool, as_json: bool) -> None:
    """Cosine similarity of two WORDS, or the matrix of several."""
    if len(words) < 2:
        raise click.UsageError("give at least two words, for example: similarity 왕 여왕")
    vectors = _load(model)
    found = vectors.similarities(words, skip_unknown=skip_unknown)
    if order:
        found = found.ordered()
    if as_json:
        emit_json(found.to_dict())
        return
    for resolution in found.resolved:
        if resolution is not None and resolution.how != "exact":
            _say(resolution)
    for word in found.unknown:
        click.echo(OutOfVocabulary(word, vectors.suggest(word)).said(language()), err=True)
    if len(words) == 2 and (cosine := found.matrix[0][1]) is not None:
        click.echo(f"{cosine:.4f}")
        return
    print_table(("", *found.words), [(word, *row) for word, row in zip(found.words, found.matrix, strict=True)])


@click.command()
@click.argument("expression")
@models_option
@click.option("-n", default=10, show_default=True, type=COUNT, help="How many answers.")
@click.option(
    "--method",
    type=click.Choice(["3cosadd", "3cosmul", "both", "3cosavg", "lrcos"]),
    default="3cosadd",
    show_default=True,
    help="How the terms are put together; lrcos learns the answers' class from several examples.",
)
@click.option("--include-query", is_flag=True, help="Allow the words of the expression as answers.")
@click.option("--expected", default="", metavar="WORD", help="The answer you expect: its rank among all words is told.")
@script_option
@json_option
def analogy(
    expression: str,
    models: tuple[str, ...],
    n: int,
    method: str,
    include_query: bool,
    expected: str,
    script: str | None,
    as_json: bool,
) -> None:
    """Solve EXPRESSION ("-" reads it from standard input): a sum such as "할아버지 − 아버지 + 어머니" or a proportion.

    \b
    Example:  korean-explorer analogy "소년 − 남자 + 여자"
              korean-explorer analogy "도쿄 - 일본 + 한국"
              korean-explorer analogy "소 − (개 − 강아지)"
              korean-explorer analogy "왕자 : ? = 아들 : 딸"
              korean-explorer analogy "왕자 : ? = 남자 : 여자, 아들 : 딸, 신랑 : 신부" --method lrcos
              korean-explorer analogy "갔다 − 가다 + 먹다"
              korean-explorer analogy "할아버지 − 아버지 + 어머니" --expected 할머니 -m korean -m kiwi -m word2vec

    Any minus, plus and multiplication sign will do, and weights (0.5*왕) and brackets; put words that hold signs, colons, commas or
    spaces in quotes. A leading "-" is read as an option: write it after "--". 왕 − 남자 + 여자 gives 왕비 (1st) before 여왕
    (7th), because 왕비 is a king's wife, who stands beside him in most sentences, and 여왕 a woman who rules.
    """
    from explorer.vectors.expression import Proportion, read

    text = read_text(expression)
    written = _written(script, expected or text)  # an answer that one expects is not to be left out
    options: dict[str, Any] = {"exclude": not include_query, "script": written, "expected": expected}
    methods = ["3cosadd", "3cosmul"] if method == "both" else [method]
    if len(models) > 1:
        if method == "both":
            raise click.UsageError("--method both takes one model")
        _analogy_beside(text, models, options | {"method": method, "n": n}, as_json)
        return
    vectors = _load(models[0])
    answers = [vectors.analogy(text, name, n, **options) for name in methods]
    if as_json:
        results = [answer.to_dict() for answer in answers]
        emit_json(results if method == "both" else results[0])
        return
    for resolution in answers[0].resolved:
        if resolution.how != "exact":
            _say(resolution)
    found = read(text)
    if isinstance(found, Proportion) and len(found.pairs) > 1:
        _say_accuracy(vectors, found)
    if answers[0].form:
        _say_form(answers[0].form)
    for answer in answers:
        if method == "both":
            click.echo(answer.method, err=True)
        if answer.expected:
            _say_expected(answer.expected)
        _print_neighbours(answer)
        _say_left_out(answer.left_out, options["script"])


def _analogy_beside(expression: str, models: Sequence[str], options: dict[str, Any], as_json: bool) -> None:
    from explorer.analysis.beside import compare_analogy

    found = compare_analogy(expression, {name: _load(name) for name in models}, **options)
    if as_json:
        emit_json(found.to_dict())
        return
    _say_refused(found.refused)
    for model, answer in found.answers:
        if answer.expected:
            click.echo(f"{model}: ", err=True, nl=False)
            _say_expected(answer.expected)
    _print_columns([model for model, _ in found.answers], [answer for _, answer in found.answers])
    _say_left_out((word for _, answer in found.answers for word in answer.left_out), options["script"])


def _say_expected(expected: Expected) -> None:
    """Tell on standard error where the expected answer stands."""
    code = "cli.expected_rank" if expected.rank else "cli.expected_no_answer"
    click.echo(
        Message(code, {"word": expected.word, "rank": expected.rank, "score": expected.score}).said(language()), err=True
    )


def _say_form(form: FormAnswer) -> None:
    """Tell on standard error the answer as an inflected form."""
    words = ", ".join(dict.fromkeys(word for word in form.words if word))
    code = "cli.form_change" if form.kind == "change" else "cli.form_ending"
    click.echo(Message(code, {"words": words, "change": form.change}).said(language()), err=True)


def _say_accuracy(vectors: Vectors, asked: Proportion) -> None:
    """Tell on standard error how often the examples answer each other."""
    relation = vectors.relation([(start.word, end.word) for start, end in asked.pairs])
    for accuracy in relation.accuracy.values():
        if accuracy.low is not None and accuracy.high is not None:
            interval = f"[{accuracy.low:.2f}, {accuracy.high:.2f}]"
            click.echo(
                f"{accuracy.method}: {accuracy.hits} of {accuracy.covered} examples found from the others {interval}", err=True
            )
