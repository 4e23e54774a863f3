"""Words between two poles, and two groups of words weighed against two attributes."""

from __future__ import annotations

import click

from explorer.cli.common import emit_json, json_option, model_option, print_table, seed_option
from explorer.core.progress import terminal_progress


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


@click.command()
@click.argument("low")
@click.argument("high")
@click.argument("words", nargs=-1)
@model_option
@click.option("-n", default=10, show_default=True, type=click.IntRange(1, 1000), help="Without WORDS: how many at each end.")
@click.option(
    "--samples", default=1000, show_default=True, type=click.IntRange(0, 1_000_000), help="Bootstrap samples of the pole words."
)
@seed_option("Seed of the bootstrap.")
@json_option
def axis(low: str, high: str, words: tuple[str, ...], model: str, n: int, samples: int, seed: int, as_json: bool) -> None:
    """Place WORDS between the poles LOW and HIGH, or find the words at both ends.

    A pole is a word or several with commas; with several, every score has an interval.

    \b
    Example:  korean-explorer axis 남자,아버지,아들 여자,어머니,딸 간호사 군인 의사
    """
    from explorer.static.load import load

    with terminal_progress() as progress:
        vectors = load(model, progress=progress)
    found = vectors.axis(_words(low), _words(high), words or None, n=n, samples=samples, seed=seed)
    if as_json:
        emit_json(found.to_dict())
        return
    print_table(("word", "key", "score", "low", "high"), [list(score.to_dict().values()) for score in found.scores])
    click.echo(f"cosine of the poles {found.separation:.3f}", err=True)


@click.command()
@click.argument("x")
@click.argument("y")
@click.argument("a")
@click.argument("b")
@model_option
@click.option(
    "--samples", default=2000, show_default=True, type=click.IntRange(1, 1_000_000), help="Of the bootstrap and of the splits."
)
@seed_option("Seed of both.")
@json_option
def weat(x: str, y: str, a: str, b: str, model: str, samples: int, seed: int, as_json: bool) -> None:
    """Test whether the words X lean to the attribute A, and Y to B (Word-Embedding Association Test).

    Each is two words or more, with commas.

    \b
    Example:  korean-explorer weat 장미,튤립,백합 모기,파리,바퀴벌레 행복,사랑,평화 슬픔,미움,전쟁
    """
    from explorer.analysis.association import weat as test
    from explorer.static.load import load

    with terminal_progress() as progress:
        vectors = load(model, progress=progress)
    found = test(vectors, *map(_words, (x, y, a, b)), samples=samples, seed=seed)
    if as_json:
        emit_json(found.to_dict())
    else:
        print_table(("effect", "low", "high", "p", "exact"), [(found.effect, found.low, found.high, found.p, found.exact)])
