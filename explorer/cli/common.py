"""What every command shares: options, reading standard input, printing JSON and tables."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from explorer.core.cells import visible
from explorer.core.errors import BadInput
from explorer.core.settings import default_encoder

__all__ = [
    "COUNT",
    "SHOWN",
    "check_settings",
    "cluster_option",
    "corpora_options",
    "corpus_options",
    "dtype_option",
    "emit_json",
    "encoder_option",
    "force_option",
    "json_option",
    "layer_option",
    "model_option",
    "name_option",
    "parse_settings",
    "part_option",
    "print_divided",
    "print_record",
    "print_table",
    "read_text",
    "representation_option",
    "seed_option",
    "settings_option",
    "shown",
    "training_options",
    "write_output",
]

if TYPE_CHECKING:
    from explorer.core.pieces import Divided

F = TypeVar("F", bound=Callable[..., Any])

COUNT = click.IntRange(1, 1_000_000)
"""How many of something are printed or read."""

SHOWN = 400
"""Characters of a sentence that are printed; a text of a megabyte would hide the answer. JSON has all of it."""

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
model_option = click.option(
    "-m", "--model", default="korean", show_default=True, help="A model's name (see `models list`) or a file of vectors."
)
encoder_option = click.option(
    "-m",
    "--model",
    default=default_encoder,
    help="mini, which ships; e5-small (extra multilingual); an encoder trained here; a checkpoint's folder; or a Hugging Face id. "
    "By default mini, or what EXPLORER_ENCODER names.",
)
dtype_option = click.option(
    "--dtype",
    default="float32",
    show_default=True,
    type=click.Choice(["float32", "bfloat16", "int8"]),
    help="What the model computes in; int8 on the processor only. Vectors are float32 always.",
)
cluster_option = click.option(
    "--cluster", metavar="WHERE", help="local:N for N processes here, or a Dask scheduler, tcp://host:8786 (extra scale)."
)
part_option = click.option(
    "--part",
    metavar="I/N",
    help="Only every Nth piece from the Ith on: 1/4, 2/4, 3/4 and 4/4 are all. Then once without --part.",
)
layer_option = click.option(
    "--layer",
    type=click.IntRange(-1000, 1000),
    help="0 is the input, 1 the first block, -1 the last; by default the one that the representation names.",
)
representation_option = click.option(
    "--representation",
    help="What is compared: blend (default), own (the word's own states, as they are), context; for mini also masked, substitutes.",
)
settings_option = click.option(
    "-p", "--set", "settings", multiple=True, metavar="NAME=VALUE", help="Any other parameter; may be repeated."
)


def seed_option(help: str) -> Callable[[F], F]:  # noqa: A002
    """``--seed``, of the size that every library below takes."""
    return click.option("--seed", default=42, show_default=True, type=click.IntRange(0, 2**32 - 1), help=help)


def force_option(what: str) -> Callable[[F], F]:
    """``--force``, for a command that writes a ``what``."""
    return click.option("--force", is_flag=True, help=f"Replace a {what} of the same name.")


def name_option(what: str) -> Callable[[F], F]:
    """``--name``, for a command that saves a ``what``."""
    return click.option("--name", required=True, help=f"The name to save the {what} under.")


def corpus_options(function: F) -> F:
    """``--corpus`` and ``--field``, for a command that reads texts."""
    function = click.option("--field", help="Which column or JSON field holds the text.")(function)
    where = "A corpus name, a file, a folder or a glob."
    return click.option("--corpus", default="sample", show_default=True, help=where)(function)


def corpora_options(function: F) -> F:
    """``--corpus``, as often as one likes, and ``--field``: the texts of all of them, one after the other."""
    function = click.option("--field", help="Which column or JSON field holds the text.")(function)
    where = "A corpus name, a file, a folder or a glob; give it again to read several, one after the other."
    return click.option("--corpus", multiple=True, default=("sample",), show_default=True, help=where)(function)


def training_options(function: F) -> F:
    """What every model of word vectors takes; ``None`` where nothing was said."""
    for option in (
        settings_option,
        click.option("--workers", type=click.IntRange(1, 1024), help="Threads; all cores by default."),
        seed_option("Same seed and one worker: same vectors."),
        click.option("--epochs", type=click.IntRange(1, 10_000), help="Passes over the data."),
        click.option("--min-count", type=click.IntRange(1, 2**31 - 1), help="Drop words seen less often."),
        click.option("--window", type=click.IntRange(1, 1000), help="Words on each side that count as context."),
        click.option("--dim", type=click.IntRange(1, 4096), help="Dimensions of a vector."),
    ):
        function = option(function)
    return function


def emit_json(data: Any) -> None:
    """Print a record's ``to_dict()``, a list of them, or plain data as JSON a person can read too: Hangul as it is."""
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


def shown(text: str) -> str:
    """A sentence for people: its beginning, where it is very long."""
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def write_output(path: str, content: str) -> None:
    """Write a result where the person said, whole or not at all, and tell them."""
    from explorer.core.store import atomic_write

    atomic_write(Path(path), content)
    click.echo(f"written: {path}", err=True)


def print_record(data: Mapping[str, Any]) -> None:
    """One field a line; what is no text, as JSON."""
    for key, value in data.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
        click.echo(visible(f"{key}: {text}"))


def print_divided(done: Divided, as_json: bool) -> None:
    """What one part of a work left behind, and what is to be done next."""
    if as_json:
        emit_json(done.to_dict())
        return
    click.echo(f"part {done.part} of {done.pieces} pieces: {done.made} made, {done.found} were there; {done.left} left in all")
    if not done.left:
        click.echo("all pieces are there: the same command without --part puts them together", err=True)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A table: drawn for a terminal, tab-separated for a pipe (so `cut` and spreadsheets can read it)."""
    rows = [[_cell(value) for value in row] for row in rows]
    if not sys.stdout.isatty():
        for line in (columns, *rows):
            click.echo("\t".join(line))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(header_style="bold")
    for number, column in enumerate(columns):
        numeric = bool(rows) and all(_is_number(row[number]) for row in rows)
        table.add_column(column, justify="right" if numeric else "left")
    for row in rows:
        table.add_row(*map(Text, row))
    Console().print(table)


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.4f}" if isinstance(value, float) else visible(str(value))


def _is_number(cell: str) -> bool:
    return cell == "–" or cell.replace(",", "").replace(".", "").lstrip("-").isdigit()


def parse_settings(settings: Iterable[str], model: str = "", kinds: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """``("x_max=10", "sg=false")`` -> ``{"x_max": 10, "sg": False}``; values are JSON, else text.

    Args:
        settings: what was typed.
        model: what the settings are for.
        kinds: the names that it has, each with an example of its value; by default any name, and no object as a value.

    Raises:
        BadInput: a setting has no ``=``, a name that does not exist, or a value of the wrong kind.
    """
    parsed: dict[str, Any] = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals or not name.isidentifier():
            raise BadInput("cli.setting_not_pair", setting=setting)
        try:
            parsed[name] = json.loads(value)
        except (ValueError, RecursionError):
            parsed[name] = value
    return check_settings(parsed, model, kinds)


def check_settings(given: dict[str, Any], model: str = "", kinds: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The same settings; see :func:`parse_settings`."""
    for name, value in given.items():
        if kinds is not None and name not in kinds:
            raise BadInput("cli.no_parameter", model=model, parameter=name, known=", ".join(kinds))
        example = kinds[name] if kinds else None
        wanted = (int, float) if type(example) is float else type(example)
        fits = not isinstance(value, dict) if example is None else isinstance(value, wanted)
        if not fits or (isinstance(value, bool) and isinstance(example, int | float) and not isinstance(example, bool)):
            raise BadInput("cli.setting_unfit", parameter=name, value=json.dumps(value, ensure_ascii=False))
    return given
