"""What click says of a command that was typed wrong, in Korean where the person's language is that."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import click

from explorer.cli.spoken import said
from explorer.core import settings
from explorer.core.messages import say

__all__ = ["spoken_usage"]

# click's sentences, and what says the same in the catalogue; several versions of click write some of them differently.
_SENTENCES = [
    (r"Missing (?:argument|option|parameter) '(?P<name>.+?)'\.?(?P<more>.*)", "cli.usage_missing"),
    (r"Missing command\.?", "cli.usage_no_command"),
    (r"No such command '(?P<name>.+?)'\.?(?: \(?Did you mean .*|)", "cli.usage_unknown_command"),
    (r"No such option:? '?(?P<name>-[^\s']*)'?\.?.*", "cli.usage_unknown_option"),
    (r"Option '(?P<name>.+?)' requires (?:an argument|(?P<count>\d+) arguments)\.?", "cli.usage_no_value"),
    (r"Option '(?P<name>.+?)' does not take a value\.?", "cli.usage_takes_no_value"),
    (r"Got unexpected extra arguments? \((?P<words>.*)\)\.?", "cli.usage_too_much"),
    (r"Invalid value for (?P<name>.+?): (?P<reason>.*)", "cli.usage_invalid"),
]
_REASONS = [
    (r"(?P<value>.*) is not in the range (?P<range>.+?)\.?", "cli.usage_range"),
    (r"(?P<value>.*) is not one of (?P<choices>.+?)\.?", "cli.usage_choice"),
    (r"(?P<value>.*) is not a valid (?:integer|float|number|integer range|float range)\.?", "cli.usage_number"),
    (r"(?:Directory|File|Path) (?P<value>.*) (?:is a file|is a directory)\.?", "cli.usage_other_kind"),
]


class _Usage(click.UsageError):
    """A wrong use, told in Korean."""

    def show(self, file: IO[Any] | None = None) -> None:
        if self.ctx is not None:
            help_line = say("cli.usage_help", {"command": f"{self.ctx.command_path} --help"}, "ko")
            click.echo(f"{self.ctx.get_usage()}\n{help_line}\n", file=file, err=True)
        click.echo(say("cli.usage_error", {"message": self.message}, "ko"), file=file, err=True)


@contextmanager
def spoken_usage() -> Iterator[None]:
    """Say in the person's language how a command was typed wrong."""
    try:
        yield
    except click.UsageError as error:
        silent = isinstance(error, _Usage) or type(error).__name__ == "NoArgsIsHelpError"  # the help is what that one shows
        if settings.language() != "ko" or silent:
            raise
        raise _Usage(_korean(error.format_message()), error.ctx) from error


def _korean(message: str) -> str:
    """A sentence of click in Korean; one that is not known stays as it is."""
    line = " ".join(message.split())
    for pattern, code in _SENTENCES:
        found = re.fullmatch(pattern, line)
        if found:
            values = {name: value or "" for name, value in found.groupdict().items()}
            if "reason" in values:
                values["reason"] = _reason(values["reason"])
            values["name"] = values.get("name", "").strip("'\"")
            return say(code, values, "ko")
    return said(line)


def _reason(line: str) -> str:
    for pattern, code in _REASONS:
        found = re.fullmatch(pattern, line)
        if found:
            return say(code, {name: value.replace("'", "") for name, value in found.groupdict().items()}, "ko")
    return said(line)
