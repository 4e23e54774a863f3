"""What the READMEs say can be done: every command parses, every Python block runs, and the twins agree."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from explorer.cli import main
from explorer.cli.group import COMMANDS

ROOT = Path(__file__).resolve().parents[1]
READMES = ["README.md", "README.ko.md"]
PAGES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md"))


def blocks(name: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", (ROOT / name).read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def commands(name: str) -> list[str]:
    lines = []
    for block in blocks(name, "sh"):
        # What the shell fills in is a number in all of them.
        for line in re.sub(r"\$\w+", "1", block.replace("\\\n", " ")).splitlines():
            for part in line.split("&&"):
                words = shlex.split(part, comments=True)
                if words and words[0] == "korean-explorer":
                    lines.append(shlex.join(words[1:]))
    return lines


@pytest.mark.parametrize("line", sorted({line for name in (*READMES, *PAGES) for line in commands(name)}))
def test_every_command_in_a_readme_or_a_page_exists_with_its_options(line):
    words = shlex.split(line)
    context = main.make_context("korean-explorer", list(words), resilient_parsing=True)
    command: click.Command | None = main
    rest = words
    while isinstance(command, click.Group):
        _, command, rest = command.resolve_command(context, list(rest))
    assert command is not None
    command.make_context(command.name, list(rest))  # raises UsageError for an option or a choice that does not exist


def test_the_twins_give_the_same_commands_and_code():
    english, korean = READMES
    assert commands(english) == commands(korean)
    strip = [re.sub(r"#.*", "", block) for block in blocks(english, "python")]
    assert [line.split() for line in strip] == [re.sub(r"#.*", "", block).split() for block in blocks(korean, "python")]


def test_every_command_is_named_in_both():
    for name in READMES:
        text = (ROOT / name).read_text(encoding="utf-8")
        missing = [command for command in COMMANDS if f"korean-explorer {command}" not in text and f"`{command}`" not in text]
        assert not missing, f"{name} does not mention {missing}"


@pytest.mark.parametrize("name", READMES)
def test_the_first_screen_has_the_two_commands(name):
    top = "\n".join((ROOT / name).read_text(encoding="utf-8").splitlines()[:25])
    assert 'pip install ".[bert]" && korean-explorer serve' in top
    assert 'pip install -e ".[bert,dev]" && pytest' in top


def test_the_python_of_the_readme_runs(home):
    for block in blocks("README.md", "python"):
        exec(compile(block, "README.md", "exec"), {})
