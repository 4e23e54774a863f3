"""The senses of one word in its sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from explorer.cli.common import dtype_option, emit_json, json_option, print_table
from explorer.cli.contexts import contexts_of, marked, shown
from explorer.core.errors import BadInput
from explorer.core.progress import terminal_progress
from explorer.core.settings import default_encoder

if TYPE_CHECKING:
    from explorer.encoders.sense_curve import RandomPairs, SenseCurve, SenseLevel
    from explorer.encoders.senses import Agreement, Assignment, Senses


@click.command()
@click.argument("word")
@click.argument("sentences", nargs=-1)
@click.option("--corpus", help="Take the sentences from a corpus: sample, a stored one, a file or a folder.")
@click.option("--limit", default=200, show_default=True, type=click.IntRange(1, 2000), help="At most so many of a corpus.")
@click.option(
    "-m",
    "--model",
    default=default_encoder,
    show_default=True,
    help="mini, which ships; an encoder trained here; a checkpoint's folder; or a Hugging Face id. EXPLORER_ENCODER changes the default.",
)
@click.option("-k", "number", type=click.IntRange(1), help="How many senses; by default what divides most clearly.")
@click.option(
    "--representation", help="What is compared: own, or for mini also blend (its default), masked, substitutes, context."
)
@click.option("--layer", default=-1, show_default=True, help="0 is the input, 1 the first block, -1 the last.")
@click.option("--layers", "curve", is_flag=True, help="Also: how clearly the senses part at every layer.")
@click.option("--new", multiple=True, help="Say which of the senses the word has in this new sentence (may be repeated).")
@dtype_option
@json_option
def senses(
    word: str,
    sentences: tuple[str, ...],
    corpus: str | None,
    limit: int,
    model: str,
    number: int | None,
    representation: str | None,
    layer: int,
    curve: bool,
    new: tuple[str, ...],
    dtype: str,
    as_json: bool,
) -> None:
    """Sort SENTENCES by the sense WORD has in them ("-" reads them from standard input, one a line).

    Each sense is shown with the words that tell it from the others. With --corpus sample the homographs of the sample come
    with their known senses, and the agreement is printed. The cosine of random pairs of words is printed beside, before and
    after subtracting the mean.

    \b
    Example:  korean-explorer senses 배 --corpus sample -k 3 --new "배를 타고 섬에 갔다."
    """
    from corpora.sample import sentences as sample
    from explorer.encoders.contextual import contextual
    from explorer.encoders.sense_curve import random_pairs
    from explorer.encoders.sensing import holding

    background = [one.text for one in sample()][::17]
    with terminal_progress() as progress:
        found = contexts_of(word, sentences, corpus, limit, progress)
        opened = contextual(model, dtype=dtype, progress=progress)
        texts, spans, gold, missing = found.sentences, found.spans, found.gold, []
        if spans is None:
            kept, spans, absent = holding(opened, word, texts)
            missing = [texts[place] for place in absent]
            if not kept:
                raise BadInput("dashboards.word_in_no_sentence", word=word)
            if number is not None and number > len(kept) and missing:
                raise BadInput("cli.too_few_for_senses", word=word, found=len(kept), total=len(texts), senses=number)
            texts = [texts[place] for place in kept]
        for sentence in new:
            opened.locate(word, sentence)  # a sentence without the word is refused before the work
        asked: dict[str, Any] = {"representation": representation, "layer": layer}
        result = opened.senses(word, texts, number, spans=spans, progress=progress, **asked)
        agreement = result.agreement(gold) if gold else None
        random = random_pairs(opened, background, progress=progress, **asked)
        levels = (
            opened.sense_curve(word, texts, number, gold=gold, spans=spans, background=background, progress=progress)
            if curve
            else None
        )
        placed = [opened.assign(result, sentence) for sentence in new]
    if as_json:
        emit_json(_data(result, found.source, gold, missing, agreement, random, levels, placed))
        return
    _print(result, missing, gold, agreement, random)
    if levels:
        _print_levels(levels)
    for one in placed:
        _print_new(one)


def _data(
    result: Senses,
    source: str,
    gold: list[str] | None,
    missing: list[str],
    agreement: Agreement | None,
    random: RandomPairs | None,
    levels: SenseCurve | None,
    placed: list[Assignment],
) -> dict[str, Any]:
    return {
        **result.to_dict(),
        "source": source,
        "gold": gold,
        "missing": missing,
        "agreement": agreement.to_dict() if agreement else None,
        "random_pairs": random.to_dict() if random else None,
        "layers": levels.to_dict() if levels else None,
        "new": [one.to_dict() for one in placed],
    }


def _print(
    result: Senses, missing: list[str], gold: list[str] | None, agreement: Agreement | None, random: RandomPairs | None
) -> None:
    from explorer.encoders.senses import names_of

    for sentence in missing:
        click.echo(f"–\t{shown(sentence)}\t({result.word} is not in it)", err=True)
    rows: list[tuple[Any, ...]] = []
    for place, (text, label) in enumerate(zip(result.sentences, result.labels, strict=True)):
        rows.append((label + 1, marked(text, *result.spans[place]), *([gold[place]] if gold else [])))
    print_table(("sense", "sentence", *(["gold"] if gold else [])), sorted(rows, key=lambda row: int(row[0])))
    for sense in range(result.k):
        words, fitting = (", ".join(names_of(keys[sense])) for keys in (result.telling, result.substitutes))
        size = len(result.members(sense))
        click.echo(
            f"sense {sense + 1}: {size} {'sentence' if size == 1 else 'sentences'}; telling words around it: {words or '–'}",
            err=True,
        )
        if fitting:
            click.echo(f"  would fit: {fitting}", err=True)
        click.echo(f"  typical: {shown(result.sentences[result.typical[sense]])}", err=True)
    clear = "not defined" if result.silhouette is None else f"{result.silhouette:.3f}"
    tried = "".join(f", {number} {value:.3f}" for number, value in result.tried.items())
    click.echo(f"silhouette: {clear}{f' (tried{tried[1:]})' if tried else ''}", err=True)
    if agreement:
        (low, high), (v_low, v_high) = agreement.ari_interval, agreement.v_interval
        click.echo(
            f"against the known senses: ARI {agreement.ari:.3f} [{low:.3f}, {high:.3f}], "
            f"V-measure {agreement.v:.3f} [{v_low:.3f}, {v_high:.3f}] (95 %, over sentences)",
            err=True,
        )
    if random:
        click.echo(f"random pairs of words: {random.before:.3f}, after centring {random.after:.3f}", err=True)


def _print_levels(levels: SenseCurve) -> None:
    click.echo("", err=True)

    def row(level: SenseLevel) -> tuple[Any, ...]:
        random = (level.random.before, level.random.after) if level.random else (None, None)
        name = "kiwi context" if level.representation == "kiwi" else level.representation
        return (name, level.layer, level.k, level.silhouette, level.ari, level.v, level.same_word, *random)

    head = ("compared", "layer", "k", "silhouette", "ARI", "V", "same word", "random", "random, centred")
    print_table(head, [row(level) for level in (*levels.levels, *([levels.kiwi] if levels.kiwi else []))])
    if levels.kiwi_note:
        click.echo(f"kiwi context: {levels.kiwi_note}", err=True)


def _print_new(one: Assignment) -> None:
    cosines = ", ".join(f"{sense}: {value:.3f}" for sense, value in enumerate(one.cosines, 1))
    verdict = f"sense {one.sense + 1}" + (" (unclear)" if one.unclear else "")
    margin = "" if one.margin is None else f"; margin {one.margin:.3f}, spread {one.spread:.3f}"
    click.echo(f"{verdict}\t{marked(one.sentence, one.start, one.end)}\tcosines {cosines}{margin}")
