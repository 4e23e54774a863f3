"""What every command shares: reading standard input, printing JSON, tables for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from explorer.core.errors import BadInput

__all__ = [
    "dtype_option",
    "emit_json",
    "json_option",
    "model_option",
    "parse_settings",
    "print_table",
    "read_text",
    "write_output",
]

F = TypeVar("F", bound=Callable[..., Any])


def dtype_option(function: F) -> F:
    """Add ``--dtype`` to a command that runs a contextual model."""
    return click.option(
        "--dtype",
        default="float32",
        show_default=True,
        type=click.Choice(["float32", "bfloat16", "int8"]),
        help="What the model computes in; int8 on the processor only. Vectors are float32 always.",
    )(function)


def json_option(function: F) -> F:
    """Add ``--json`` to a command that prints data."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")(function)


def model_option(function: F) -> F:
    """Add ``--model`` with the default that needs no training and no download."""
    return click.option(
        "-m", "--model", default="kiwi", show_default=True, help="A model's name (see `models list`) or a file of vectors."
    )(function)


def emit_json(data: Any) -> None:
    """Print ``data`` as JSON a person can read too: Hangul as it is."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: Any) -> Any:
    # numpy scalars and arrays reach here without numpy being imported by this module
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} has no JSON form")


def read_text(text: str | None) -> str:
    """The text argument, or all of standard input for ``-`` (and for nothing, when something is piped in).

    Raises:
        BadInput: nothing was given, or the input is not text in a known encoding.
    """
    if text is None and sys.stdin.isatty():
        raise BadInput("cli.no_text")
    if text is None or text == "-":
        from explorer.text.reading import decode

        return decode(sys.stdin.buffer.read()).text.rstrip("\n")
    return text


def write_output(path: str, content: str) -> None:
    """Write a result where the person said, whole or not at all, and tell them."""
    from explorer.core.store import atomic_write

    atomic_write(Path(path), content)
    click.echo(f"written: {path}", err=True)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], title: str = "") -> None:
    """A table: drawn for a terminal, tab-separated for a pipe (so `cut` and spreadsheets can read it)."""
    rows = [[_cell(value) for value in row] for row in rows]
    if not sys.stdout.isatty():
        click.echo("\t".join(columns))
        for row in rows:
            click.echo("\t".join(row))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title or None, title_justify="left", header_style="bold")
    for number, column in enumerate(columns):
        numeric = all(_is_number(row[number]) for row in rows) and bool(rows)
        table.add_column(column, justify="right" if numeric else "left")
    for row in rows:
        table.add_row(*[Text(cell) for cell in row])
    Console().print(table)


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.4f}"
    return str(value)


def _is_number(cell: str) -> bool:
    return cell == "–" or cell.replace(",", "").replace(".", "").lstrip("-").isdigit()


def parse_settings(settings: Iterable[str]) -> dict[str, Any]:
    """``("x_max=10", "sg=false")`` -> ``{"x_max": 10, "sg": False}``; values are JSON, else text.

    Raises:
        BadInput: a setting has no ``=``.
    """
    parsed: dict[str, Any] = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals or not name.isidentifier():
            raise BadInput("cli.setting_not_pair", setting=setting)
        try:
            parsed[name] = json.loads(value)
        except ValueError:
            parsed[name] = value
    return parsed
