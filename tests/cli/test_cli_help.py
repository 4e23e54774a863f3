"""Help in Korean and English, with an example at every command."""

from __future__ import annotations

import importlib
import inspect
import re
import shlex
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from explorer.cli import main
from explorer.cli.group import COMMANDS
from explorer.cli.spoken import dressed, said
from explorer.core import settings
from explorer.display.sheet import width
from explorer.static.train import model_parameters, trainable_names


@pytest.fixture(autouse=True)
def spoken(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EXPLORER_LANG", "en")  # what --lang sets is undone with it


def written() -> Iterator[tuple[str, click.Command]]:
    """Every command as it is written, with its path."""

    def below(path: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
        yield path, command
        if isinstance(command, click.Group):
            for name, one in command.commands.items():
                yield from below(f"{path} {name}", one)

    for name, (home, _) in COMMANDS.items():
        module, _, attribute = home.partition(":")
        yield from below(name, getattr(importlib.import_module(module), attribute))


WRITTEN = dict(written())
LEAVES = [path for path, command in WRITTEN.items() if not isinstance(command, click.Group)]


def paragraphs() -> list[str]:
    texts = [inspect.cleandoc(main.help or ""), *(line for _, line in COMMANDS.values())]
    for command in (main, *WRITTEN.values()):
        texts += [
            inspect.cleandoc(command.help or ""),
            *(one.help for one in command.params if isinstance(one, click.Option) and one.help),
        ]
    return [part for text in texts for part in text.split("\n\n") if part.strip() and not part.lstrip().startswith("\b")]


def test_help_is_there_in_korean(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(settings, "language", lambda: "ko")
    every = list(dict.fromkeys(paragraphs()))
    assert [text for text in every if said(text) == text] == []
    assert all(re.search("[가-힣]", said(line)) for _, line in COMMANDS.values())
    for text in every:  # what is typed stays as it is
        korean = said(text)
        assert set(re.findall(r"--[a-z]+[a-z-]*", text)) == set(re.findall(r"--[a-z]+[a-z-]*", korean)), korean


@pytest.mark.parametrize("path", WRITTEN)
def test_no_line_of_help_is_left_in_english(path: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(settings, "language", lambda: "ko")
    text = dressed(WRITTEN[path], path).help or ""
    told = [re.sub(r"korean-explorer [^#]*", "", line) for line in text.replace("\\\n", " ").splitlines()]
    assert [line for line in told if re.search("[a-z]{2}", line) and not re.search("[가-힣]", line)] == []


def examples() -> list[str]:
    """What follows the program's name on every line that shows a use, of all commands."""
    every = [main, *(dressed(command, path) for path, command in WRITTEN.items())]
    texts = [f"{one.help}\n{one.epilog or ''}" for one in every]
    lines = [line for text in texts for line in re.findall(r"korean-explorer (.*)", text.replace("\\\n", " "))]
    return list(dict.fromkeys(lines))


@pytest.mark.parametrize("path", LEAVES)
def test_every_command_shows_how_it_is_used(path: str):
    shown = dressed(WRITTEN[path], path)
    assert f"korean-explorer {path} " in f"{shown.help}{shown.epilog or ''} ".replace("\n", " \n")


@pytest.mark.parametrize("line", examples())
def test_examples_can_be_typed(line: str):
    words = shlex.split(line, comments=True)
    context = main.make_context("korean-explorer", list(words), resilient_parsing=True)
    command: click.Command | None = main
    while isinstance(command, click.Group):
        _, command, words = command.resolve_command(context, list(words))
    assert command is not None
    command.make_context(command.name, list(words))


def test_one_process_speaks_both_languages():
    first, korean, last = (
        CliRunner().invoke(main, [*lang, "similar", "--help"]).output for lang in ([], ["--lang", "ko"], ["--lang", "en"])
    )
    assert first == last and "Options:" in first and not re.search("사용법|기본값", first)
    assert (
        "사용법:" in korean and "옵션:" in korean and "[기본값: korean]" in " ".join(korean.split()) and "이 도움말을" in korean
    )
    top = CliRunner().invoke(main, ["--lang", "ko", "--help"]).output
    assert "명령:" in top and "유추 문제를 풉니다" in top and "Find the nearest" not in top
    inner = CliRunner().invoke(main, ["--lang", "ko", "models", "export", "--help"]).output
    assert "같은 이름의 파일을 바꿉니다." in inner


@pytest.mark.parametrize("path", ["similar", "train", "evaluate", "corpus", "corpus concordance"])
def test_korean_lines_fit_the_screen(path: str):
    shown = CliRunner().invoke(main, ["--lang", "ko", *path.split(), "--help"], terminal_width=80).output
    long = [line for line in shown.splitlines() if width(line) > 80 and "korean-explorer" not in line and " " in line.strip()]
    assert [line for line in long if re.search("[가-힣]", line)] == []


def test_help_of_train_tells_what_each_model_takes():
    shown = " ".join(CliRunner().invoke(main, ["train", "--help"]).output.split())
    for model in trainable_names():
        for name, default in model_parameters(model).items():
            assert name in shown and (not isinstance(default, int) or f"{name}={str(default).lower()}" in shown), (model, name)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["similar"], "WORD...가 빠졌습니다."),
        (["train", "word2vec"], "--name이 빠졌습니다."),
        (["similar", "왕", "-n", "0"], "-n에 쓸 수 없는 값입니다. 0은 1<=x<=1000000 범위에 들지 않습니다."),
        (["similar", "왕", "-n", "x"], "x는 알맞은 수가 아닙니다."),
        (["similar", "왕", "-n"], "-n에는 값이 필요합니다."),
        (["similar", "왕", "--method", "x"], "다음 가운데 하나가 아닙니다: cosine, csls, mutual"),
        (["similar", "왕", "--nosuch"], "--nosuch: 그런 옵션은 없습니다."),
        (["nosuch"], "‘nosuch’라는 명령은 없습니다."),
        (["models", "nosuch"], "‘nosuch’라는 명령은 없습니다."),
        (["models", "show", "a", "b"], "인자가 너무 많습니다: b"),
        (["similarity", "왕"], "단어를 둘 이상 쓰세요."),
        (["--lang", "de", "similar"], "--lang"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, list) else "",
)
def test_a_wrong_use_is_told_in_the_language(arguments: list[str], told: str):
    english = CliRunner().invoke(main, arguments)
    assert english.exit_code == 2 and "Error: " in english.stderr and not re.search("오류|도움말", english.stderr)
    korean = CliRunner().invoke(main, arguments, env={"EXPLORER_LANG": "ko"})
    assert korean.exit_code == 2 and korean.stdout == "" and told in korean.stderr, korean.stderr
    assert korean.stderr.splitlines()[-1].startswith("오류: ")
    assert ("사용법: " in korean.stderr) == ("Usage: " in english.stderr)


def test_compare_prints_a_table_and_markdown_only_when_asked(home):
    plain = CliRunner().invoke(main, ["compare", "-t", "eojeol", "-t", "syllable", "--reference", "none"])
    assert plain.exit_code == 0, plain.output
    head, *rows = [line.split("\t") for line in plain.stdout.splitlines()]
    assert head == ["metric", "eojeol", "syllable"] and all(len(row) == 3 for row in rows)
    assert any(row[0] == "tokens_per_eojeol" and row[1].startswith("1.000") for row in rows)
    marked = CliRunner().invoke(main, ["compare", "-t", "eojeol", "--reference", "none", "--markdown"])
    assert marked.stdout.startswith("|") or "\n|" in marked.stdout
