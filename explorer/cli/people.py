"""What persons keep on a server that several share, for who runs it."""

from __future__ import annotations

import click

from explorer.cli.common import emit_json, json_option, print_table

_PERSON = "The workspace's id, or how it begins: its person reads it on the page of what is saved."


@click.group()
def people() -> None:
    """See, give to everybody and remove what persons keep on a shared server."""


@people.command("list")
@click.option("--person", help=_PERSON)
@json_option
def list_people(person: str | None, as_json: bool) -> None:
    """Everything that persons of a shared server keep, each with its workspace.

    A workspace is laid out as a home folder: `--home HOME/people/ID` before any command works in it.
    """
    from explorer.core.people import possessions

    found = possessions(person)
    if as_json:
        emit_json([one.to_dict() for one in found])
        return
    print_table(
        ("person", "kind", "name", "MB", "when"), [(p.person, p.kind, p.name, f"{p.bytes / 2**20:,.1f}", p.when) for p in found]
    )


@people.command("give")
@click.argument("kind")
@click.argument("name")
@click.option("--person", required=True, help=_PERSON)
def give(kind: str, name: str, person: str) -> None:
    """Move a person's vectors, tokenizer, encoder or corpus to what everybody has."""
    from explorer.core.people import give_to_all

    give_to_all(person, kind, name)
    click.echo(f"{name} is everybody's now", err=True)


@people.command("remove")
@click.argument("person")
def remove(person: str) -> None:
    """Delete everything that a person keeps."""
    from explorer.core.people import remove_person

    click.echo(f"removed {remove_person(person)}", err=True)
