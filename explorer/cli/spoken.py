"""Help in the person's language, with examples. Commands are written in English; ``help.ko.json`` has their paragraphs in Korean.

A command is never changed: what is shown is a copy, because one process may speak to several people.
"""

from __future__ import annotations

import copy
import inspect
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import click

from explorer.core import settings
from explorer.display.sheet import width

__all__ = ["SpokenContext", "dressed", "said"]

EXAMPLES = {
    "corpus collocates": ["corpus collocates sample 바다"],
    "corpus concordance": ["corpus concordance sample 먹다 -n 5", "corpus concordance sample ㅋㅋ --substring"],
    "corpus fetch": ["corpus fetch nsmc", "corpus fetch OWNER/DATASET --field text --name mine"],
    "corpus head": ["corpus head sample -n 3"],
    "corpus list": ["corpus list"],
    "corpus path": ["corpus path nsmc"],
    "corpus remove": ["corpus remove nsmc"],
    "corpus rename": ["corpus rename nsmc reviews"],
    "corpus show": ["corpus show sample"],
    "corpus stats": ["corpus stats sample", "corpus stats reviews.csv --no-morphemes --json"],
    "models compact": ["models compact wiki-w2v small/ --keys 20000 --dim 100"],
    "models export": ["models export word2vec vectors.bin", "models export mine mine.bin --format fasttext-binary"],
    "models import": ["models import cc.ko.300.bin --name cc-ko"],
    "models list": ["models list"],
    "models remove": ["models remove wiki-w2v"],
    "models show": ["models show korean", "models show mini"],
    "people give": ["people give vectors reviews-w2v --person 3f2a"],
    "people list": ["people list"],
    "people remove": ["people remove 3f2a"],
    "regions": ["regions --word 강아지"],
    "sentences matrix": ["sentences matrix lines.txt --json"],
    "sentences similar": ['sentences similar "배가 고프다" --corpus sample'],
    "serve": ["serve", "serve --host 0.0.0.0 --port 8050"],
    "sets fetch": ["sets fetch ws353-ko kwat", "sets fetch --all"],
    "sets list": ["sets list"],
    "sets show": ["sets show korsts"],
    "similar": ["similar 강아지 -n 5", "similar 먹었다 --tag VV -m korean -m word2vec", "similar 배 --senses"],
    "similarity": ["similarity 왕 여왕", "similarity 왕 여왕 배 사과 --order"],
    "tokenize": ['tokenize "아버지가 방에 들어가신다"', 'tokenize -t kiwi -t ko-unigram-32k "ㅋㅋㅋ 밥 먹었어" --json'],
    "tokenizers import": ["tokenizers import tokenizer.json --name mine"],
    "tokenizers list": ["tokenizers list"],
    "tokenizers remove": ["tokenizers remove mine"],
    "tokenizers show": ["tokenizers show ko-unigram-32k"],
    "train-tokenizer": [
        "train-tokenizer unigram --corpus sample --vocab-size 2000 --name mine",
        "train-tokenizer bpe --corpus wiki.txt.gz --vocab-size 32000 --name wiki-bpe --set coverage=0.9995",
    ],
    "word": ["word 왕", "word 배 -m korean -m word2vec -t kiwi --corpus sample"],
}
"""What follows ``korean-explorer`` on the lines that show how a command is used, for those whose own text shows none."""

_PLAIN = {
    "Options": "옵션",
    "Commands": "명령",
    "Show this message and exit.": "이 도움말을 보여 줍니다.",
    "Show the version and exit.": "버전을 보여 줍니다.",
}
_EXTRAS = (("[default: ", "[기본값: "), ("; required]", "; 필수]"), ("[required]", "[필수]"))


@cache
def _catalogue() -> dict[str, str]:
    found: dict[str, str] = json.loads(Path(__file__).with_name("help.ko.json").read_text(encoding="utf-8"))
    return found


def said(text: str) -> str:
    """A text of one or several paragraphs in the person's language; a paragraph that the catalogue lacks stays English."""
    if settings.language() != "ko":
        return text
    return "\n\n".join(_paragraph(part) for part in text.split("\n\n"))


def _paragraph(text: str) -> str:
    if text.lstrip().startswith("\b"):  # lines that show a use stay as they are, unless they say something as well
        lines = _catalogue().get(" ".join(text.replace("\b", "").split()))
        return f"\b\n{lines}" if lines else text.replace("Example:  ", "예:       ").replace("Try:  ", "예:   ")
    return _catalogue().get(" ".join(text.split()), text)


class _Formatter(click.HelpFormatter):
    """Help whose own words are Korean, too, where the person's are. Lines are broken by the cells they take, two for a syllable."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.korean = settings.language() == "ko"

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, "사용법: " if self.korean and prefix is None else prefix)

    def write_heading(self, heading: str) -> None:
        super().write_heading(_PLAIN.get(heading, heading) if self.korean else heading)

    def write_text(self, text: str) -> None:
        if not self.korean:
            super().write_text(text)
            return
        margin = " " * self.current_indent
        for place, part in enumerate(text.split("\n\n")):
            shown = part.lstrip().startswith("\b")
            lines = part.replace("\b\n", "").splitlines() if shown else _wrapped(part, self.width - self.current_indent)
            self.write(("\n" if place else "") + "".join(f"{margin}{line}\n" for line in lines))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        if not self.korean:
            super().write_dl(rows, col_max, col_spacing)
            return
        rows = list(rows)
        first = min(max(width(name) for name, _ in rows), col_max) + col_spacing
        margin = " " * self.current_indent
        for name, text in rows:
            head, *rest = _wrapped(_in_korean(text), max(self.width - self.current_indent - first, 20)) or [""]
            if width(name) > first - col_spacing:
                self.write(f"{margin}{name}\n")
                name = ""
            self.write(f"{margin}{name}{' ' * (first - width(name))}{head}".rstrip() + "\n")
            self.write("".join(f"{margin}{' ' * first}{line}\n" for line in rest))


def _in_korean(text: str) -> str:
    """What click adds to a help text, in Korean."""
    for english, korean in _EXTRAS:
        text = text.replace(english, korean)
    return _PLAIN.get(text, text)


def _wrapped(text: str, cells: int) -> list[str]:
    """Lines that take no more cells than there are, broken between words."""
    lines: list[str] = []
    for word in text.split():
        if lines and width(lines[-1]) + 1 + width(word) <= cells:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


class SpokenContext(click.Context):
    """The context of a command whose help is in the person's language."""

    formatter_class = _Formatter


def dressed(command: click.Command, path: str) -> click.Command:
    """A copy of a command, and of all below it, with its help in the person's language and with examples.

    Args:
        command: as it is written.
        path: its name with those of the groups above it, without the program's.
    """
    found = copy.copy(command)
    found.context_class = SpokenContext
    found.help = None if command.help is None else said(inspect.cleandoc(command.help))
    examples = EXAMPLES.get(path)
    if examples:
        lines = "\n".join(
            ("Example:  " if not place else " " * 10) + f"korean-explorer {line}" for place, line in enumerate(examples)
        )
        found.epilog = said(f"\b\n{lines}")
    found.params = [_parameter(one) for one in command.params]
    if isinstance(found, click.Group) and isinstance(command, click.Group):
        found.commands = {name: dressed(one, f"{path} {name}") for name, one in command.commands.items()}
    return found


def _parameter(one: click.Parameter) -> click.Parameter:
    if not isinstance(one, click.Option) or one.help is None:
        return one
    spoken = copy.copy(one)
    spoken.help = said(one.help)
    return spoken
