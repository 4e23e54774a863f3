"""``train bert``: what the command does beyond what every ``train`` does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import click

from explorer.cli.common import emit_json
from explorer.core.errors import BadInput
from explorer.core.progress import terminal_progress

if TYPE_CHECKING:
    from explorer.encoders.train.bert import Recipe, TrainedBert

__all__ = ["train_bert_command"]


def train_bert_command(
    corpus: str, field: str | None, name: str, tokenizer: str, settings: Mapping[str, Any], force: bool, as_json: bool
) -> None:
    """Train, report the held-out loss before and after, and every warning."""
    from corpora import open_corpus
    from explorer.encoders.train.bert import train_bert

    given = dict(settings)
    workers = given.pop("workers", None)
    recipe = _recipe(tokenizer, given)
    with terminal_progress() as progress:
        source = open_corpus(corpus, field=field)
        found = train_bert(
            source.texts(), recipe, name=name, corpus=corpus, overwrite=force, workers=workers, progress=progress
        )
    if as_json:
        emit_json({"name": name, **found.to_dict()})
        return
    _print(name, found)


def _recipe(tokenizer: str, settings: Mapping[str, Any]) -> Recipe:
    from explorer.encoders.train.bert import Recipe

    given = dict(settings)
    if tokenizer not in ("kiwi", "wordpiece"):
        raise BadInput("cli.bert_tokenizer_unfit", tokenizer=tokenizer)
    if tokenizer == "wordpiece":
        given.setdefault("base", "wordpiece")
    known = {one.name: one for one in fields(Recipe)}
    odd = sorted(set(given) - set(known))
    if odd:
        raise BadInput("cli.no_bert_parameter", parameter=odd[0], known=", ".join(known))
    return Recipe(**given)


def _print(name: str, found: TrainedBert) -> None:
    for warning in found.outcome.warnings:
        click.echo(f"warning: {warning}", err=True)
    outcome = found.outcome
    click.echo(
        f"saved {name}: held-out loss {outcome.before:.3f} before, {outcome.after:.3f} after, {outcome.best:.3f} at best"
    )
    click.echo(f'try: korean-explorer context 배 "배를 타고 갔다." "배를 먹었다." --model {name}', err=True)
