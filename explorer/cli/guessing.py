"""What language models guess: masked words, the next piece of a text, whether a sentence follows another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from explorer.cli.common import emit_json, json_option, print_table, read_text
from explorer.core.errors import BadInput
from explorer.core.progress import terminal_progress
from explorer.core.settings import default_encoder

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from explorer.encoders.filling import Filler
    from explorer.encoders.guesses import Gap, Guess


@click.command()
@click.argument("text", required=False)
@click.option(
    "-m",
    "--model",
    default=default_encoder,
    show_default=True,
    help="mini, which ships; an encoder trained here; a masked model's folder; or a Hugging Face id. EXPLORER_ENCODER changes "
    "the default.",
)
@click.option("-n", "--number", default=10, show_default=True, help="Guesses for each mask.")
@click.option(
    "--unit",
    default="word",
    show_default=True,
    type=click.Choice(["word", "piece"]),
    help="Whole words of one or several pieces, or single pieces of the model's vocabulary (morphemes for mini).",
)
@click.option("--pieces", default=3, show_default=True, help="The longest word, in pieces.")
@click.option("--candidate", "candidates", multiple=True, help="Score this word instead of guessing; may be given many times.")
@json_option
def mask(text: str | None, model: str, number: int, unit: str, pieces: int, candidates: tuple[str, ...], as_json: bool) -> None:
    """Guess what stands where TEXT has [MASK] ("-" reads standard input).

    A word of several pieces is scored with as many masks, each piece given the ones before it; the score is the sum of their
    logarithms. With several masks each one is guessed while the others stay open.

    \b
    Examples:  korean-explorer mask "밥을 [MASK]." --unit word
               korean-explorer mask "배를 [MASK] 섬에 갔다." --candidate 타고 --candidate 먹고
    """
    sentence = read_text(text)
    from explorer.encoders.filling import open_filler

    with terminal_progress() as progress:
        filler = open_filler(model, progress=progress)
        if candidates:
            scored = filler.score(sentence, candidates)
        else:
            gaps = filler.fill(sentence, number, unit=unit, pieces=pieces, progress=progress)
    if candidates:
        _scored(filler, sentence, scored, as_json)
    elif as_json:
        emit_json({"text": sentence, "unit": unit} | filler.to_dict(gaps))
    else:
        _filled(sentence, gaps)


def _scored(filler: Filler, text: str, guesses: Sequence[Guess], as_json: bool) -> None:
    if as_json:
        emit_json({"model": filler.name, "text": text, "candidates": [guess.to_dict() for guess in guesses]})
        return
    print_table(
        ("candidate", "score", "probability", "pieces"),
        [(one.text, one.score, one.probability if one.score is not None else None, " ".join(one.pieces)) for one in guesses],
    )
    unknown = [one.text for one in guesses if one.score is None]
    if unknown:
        click.echo(f"{filler.name} has no entry for {', '.join(unknown)}, so it cannot guess it", err=True)


def _filled(text: str, gaps: Sequence[Gap]) -> None:
    rows: list[tuple[Any, ...]] = []
    for number, gap in enumerate(gaps, 1):
        gap_number = (number,) if len(gaps) > 1 else ()
        rows += [(*gap_number, *row) for row in _rows(gap.guesses)]
        low, high = gap.read
        if (low, high) != (0, len(text)):
            click.echo(f"mask {number}: characters {low:,} to {high:,} of {len(text):,} were read", err=True)
    print_table((("mask",) if len(gaps) > 1 else ()) + ("guess", "probability", "pieces", "continues"), rows)
    if len(gaps) > 1:
        click.echo("each mask is guessed while the others stay open: first guesses need not fit each other", err=True)


def _rows(guesses: Iterable[Guess]) -> list[tuple[Any, ...]]:
    return [(one.text, one.probability, " ".join(one.pieces), "yes" if one.continues else "") for one in guesses]


@click.command("next")
@click.argument("text", required=False)
@click.option(
    "-m",
    "--model",
    default="kiwi",
    show_default=True,
    help="kiwi, whose own language model knows the next morpheme; a causal checkpoint's folder; or a Hugging Face id.",
)
@click.option("-n", "--number", default=10, show_default=True, help="Guesses to print.")
@click.option("--temperature", default=1.0, show_default=True, help="Below 1 sharpens, above 1 flattens, 0 is always the best.")
@click.option("--top-k", default=0, show_default=True, help="Keep only so many pieces; 0 keeps all.")
@click.option("--top-p", default=1.0, show_default=True, help="Keep the best pieces that together reach this share.")
@click.option("--steps", type=int, help="Continue the text by so many pieces, drawn one by one.")
@click.option("--seed", default=42, show_default=True, help="Decides the draws: the same seed gives the same text.")
@json_option
def next_piece(
    text: str | None,
    model: str,
    number: int,
    temperature: float,
    top_k: int,
    top_p: float,
    steps: int | None,
    seed: int,
    as_json: bool,
) -> None:
    """Guess how TEXT goes on ("-" reads standard input).

    A text that ends with a space is followed by a new word; one that does not, by its last word's rest or a new word.

    \b
    Examples:  korean-explorer next "오늘 날씨가"
               korean-explorer next "오늘 날씨가" -m FOLDER --steps 20 --seed 7 --temperature 0.8 --top-p 0.9
    """
    start = read_text(text)
    if model == "kiwi":
        _kiwi(start, number, as_json, steps is not None or (temperature, top_k, top_p) != (1.0, 0, 1.0))
        return
    from explorer.encoders.continuing import open_decoder

    shape: dict[str, Any] = {"temperature": temperature, "top_k": top_k, "top_p": top_p}
    with terminal_progress() as progress:
        decoder = open_decoder(model, progress=progress)
    if steps is None:
        guesses = decoder.next(start, number, **shape)
        if as_json:
            emit_json({"model": decoder.name, "text": start, **shape, "guesses": [guess.to_dict() for guess in guesses]})
            return
        print_table(("guess", "probability", "pieces", "continues"), _rows(guesses))
    else:
        made = list(decoder.sample(start, steps, seed=seed, **shape))
        if as_json:
            emit_json(
                {
                    "model": decoder.name,
                    "text": start,
                    "seed": seed,
                    **shape,
                    "added": made[-1].text,
                    "steps": [step.to_dict() for step in made],
                }
            )
            return
        print_table(
            ("step", "drawn", "probability", "best"),
            [
                (step.number, step.guess.text, step.guess.probability, "  ".join(one.text for one in step.choices))
                for step in made
            ],
        )
        click.echo(f"{start.rstrip(' ') if made[-1].text.startswith(' ') else start}{made[-1].text}", err=True)
    used, whole = decoder.read(start)
    if used < whole:
        click.echo(f"{decoder.name} takes {used:,} pieces: only the last part of the text was used", err=True)


def _kiwi(text: str, number: int, as_json: bool, shaped: bool) -> None:
    if shaped:
        raise BadInput("cli.kiwi_next_only")
    from explorer.encoders.kiwi_next import kiwi_next

    guesses = kiwi_next(text, number)
    if as_json:
        emit_json({"model": "kiwi", "text": text, "guesses": [guess.to_dict() for guess in guesses]})
        return
    print_table(
        ("guess", "tag", "probability", "continues"),
        [(one.text, one.tag, one.probability, "yes" if one.continues else "") for one in guesses],
    )


@click.command("next-sentence")
@click.argument("first")
@click.argument("second")
@click.option(
    "-m",
    "--model",
    default="bert-base-multilingual-cased",
    show_default=True,
    help="A BERT with its next-sentence head: a folder, or a Hugging Face id.",
)
@json_option
def next_sentence_command(first: str, second: str, model: str, as_json: bool) -> None:
    """Say how likely SECOND follows FIRST, and the other way round.

    \b
    Example:  korean-explorer next-sentence "배를 타고 섬에 갔다." "바다가 잔잔했다." -m FOLDER
    """
    from explorer.encoders.pair_score import next_sentence

    with terminal_progress() as progress:
        found = next_sentence(model, first, second, progress=progress)
    if as_json:
        emit_json(found.to_dict())
        return
    print_table(("order", "probability"), [("first, second", found.probability), ("second, first", found.reverse)])
    if found.cut:
        click.echo(f"{found.model} read {found.pieces[0]} and {found.pieces[1]} pieces: the rest did not fit", err=True)
