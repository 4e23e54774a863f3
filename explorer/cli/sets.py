"""Test sets that have a name: list, show, fetch."""

from __future__ import annotations

import click

from explorer.cli.common import emit_json, json_option, print_record, print_table
from explorer.core.progress import terminal_progress
from explorer.core.settings import language


@click.group()
def sets() -> None:
    """List, show and fetch test sets that have a name.

    `evaluate NAME` scores a model on them, `compare --gold NAME` tokenizers on those with morphemes.
    """


@sets.command("list")
@json_option
def list_sets(as_json: bool) -> None:
    """Every test set that has a name, and whether it is here."""
    from explorer.core.evaluation_sets import evaluation_sets

    found = evaluation_sets().values()
    if as_json:
        emit_json([one.to_dict() for one in found])
        return
    spoken = language()
    rows = [(one.name, one.kind, one.where, one.said("items", spoken), one.said("what", spoken)) for one in found]
    print_table(("name", "kind", "where", "items", "what"), rows)


@sets.command()
@click.argument("name")
@json_option
def show(name: str, as_json: bool) -> None:
    """What a test set is, whose, under which licence, whom to cite, and where it is published and kept."""
    from explorer.core.evaluation_sets import evaluation_set

    data = evaluation_set(name).to_dict()
    (emit_json if as_json else print_record)(data)


@sets.command()
@click.argument("names", nargs=-1, metavar="NAME...")
@click.option("--all", "everything", is_flag=True, help="Every test set that is not here yet.")
@json_option
def fetch(names: tuple[str, ...], everything: bool, as_json: bool) -> None:
    """Download test sets once and keep them; what comes is compared with the hash of what was published.

    Goes on where it broke off. EXPLORER_MIRROR names a server with copies; proxies are taken from the environment.
    """
    from corpora.fetch import fetch_set
    from explorer.core.evaluation_sets import evaluation_set, evaluation_sets
    from explorer.core.messages import Message

    if everything:
        names = tuple(one.name for one in evaluation_sets().values() if one.where == "not here")
    elif not names:
        raise click.UsageError(Message("cli.no_set_to_fetch", {}).said(language()))
    with terminal_progress() as progress:
        found = {name: [str(path) for path in fetch_set(name, progress=progress)] for name in names}
    if as_json:
        emit_json(found)
        return
    for name, paths in found.items():
        click.echo(f"{name}: {', '.join(paths)}")
        one = evaluation_set(name)
        click.echo(f"{one.licence}. {one.citation}", err=True)
