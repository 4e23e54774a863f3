"""What the site shows that nobody writes down: answers of the product, the notebooks, commands, public names, cards.

On pages that say ``run: true`` above their text, every Python block is run as it stands, one after the other, and what its last line
is worth is shown below it, as a notebook would. A block that fails fails the build. A line ``<!-- commands -->``, ``<!-- names -->``,
``<!-- cards -->``, ``<!-- sets -->`` or ``<!-- notebook NAME -->`` is replaced by what it says.
"""

from __future__ import annotations

import ast
import contextlib
import html
import io
import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
_BLOCK = re.compile(r"^```python\n(.*?)^```\n", re.DOTALL | re.MULTILINE)
_MARK = re.compile(r"^<!-- (commands|names|cards|sets|notebook (\S+)) -->$", re.MULTILINE)


def on_config(config: Any) -> Any:
    """Answers are those of a machine where nothing was fetched or trained yet."""
    os.environ.setdefault("EXPLORER_HOME", tempfile.mkdtemp(prefix="korean-explorer-site-"))
    # The plugin that makes the site readable from the disk wants a script of another host; ours does the same.
    config.extra["polyfills"] = ["worker.js"]
    return config


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """Marks are replaced, and blocks run where the page wants that."""
    language = page.file.locale if getattr(page.file, "locale", None) else "en"
    spoken = "ko" if str(page.file.dest_uri).startswith("ko/") else str(language)
    markdown = _MARK.sub(lambda found: _made(found[1], found[2], spoken), markdown)
    return run(markdown, spoken, page.file.src_uri) if page.meta.get("run") else markdown


# Blocks that run


def run(markdown: str, language: str, name: str) -> str:
    """A page with the answers of its Python blocks below them.

    Raises:
        RuntimeError: a block failed; says which.
    """
    from explorer.core import settings

    names: dict[str, Any] = {"__name__": "__main__"}

    def answered(found: re.Match[str]) -> str:
        said = io.StringIO()
        try:
            with contextlib.redirect_stdout(said):
                worth = value(found[1], names)
        except Exception as error:
            raise RuntimeError(f"{name}: this block fails ({type(error).__name__}: {error})\n{found[1]}") from error
        shown = f"<pre>{html.escape(said.getvalue())}</pre>" if said.getvalue() else ""
        if worth is not None:
            shown += worth._repr_html_() if hasattr(worth, "_repr_html_") else f"<pre>{html.escape(repr(worth))}</pre>"
        # One line: blank lines would end the HTML in Markdown.
        return found[0] + (
            "\n<div class='shown' data-search-exclude>" + shown.replace("\n", "&#10;") + "</div>\n" if shown else ""
        )

    settings.set_language("ko" if language == "ko" else "en")
    return _BLOCK.sub(answered, markdown)


def value(source: str, names: dict[str, Any]) -> Any:
    """Run lines as a notebook does: what the last one is worth."""
    tree = ast.parse(source)
    names["_"] = None
    if tree.body and isinstance(last := tree.body[-1], ast.Expr):
        tree.body[-1] = ast.copy_location(ast.Assign([ast.Name("_", ast.Store())], last.value), last)
    exec(compile(ast.fix_missing_locations(tree), "<page>", "exec"), names)  # noqa: S102 - the site's own text
    return names["_"]


# What is made


def _made(mark: str, notebook: str | None, language: str) -> str:
    made: dict[str, Callable[[str], str]] = {
        "commands": commands,
        "names": public_names,
        "cards": model_cards,
        "sets": data_cards,
    }
    return notebook_page(notebook, language) if notebook else made[mark](language)


def notebook_page(name: str, language: str) -> str:
    """A notebook as a page; the file itself is in the folder ``notebooks``."""
    cells = json.loads((ROOT / "notebooks" / language / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
    parts = ["".join(cell["source"]) for cell in cells]
    return "\n\n".join(
        part if cell["cell_type"] == "markdown" else f"```python\n{part}\n```" for part, cell in zip(parts, cells, strict=True)
    )


def public_names(language: str) -> str:
    """Every public name, described by its docstring."""
    import explorer

    lines = []
    for name in explorer.__all__:
        home, _, attribute = explorer._HOMES[name].partition(":")
        lines.append(
            f"::: {home}.{attribute or name}\n    options:\n      heading: ex.{name}\n      toc_label: ex.{name}\n      heading_level: 2\n"
        )
    return "\n".join(lines)


@cache
def commands(language: str) -> str:
    """Every command with what it does, its arguments and options, and how it is used."""
    from explorer.core import settings

    settings.set_language(language)
    return "\n".join(f"{'#' * depth} `korean-explorer {path}`\n\n```text\n{text}\n```\n" for path, depth, text in helps())


def helps() -> Iterator[tuple[str, int, str]]:
    """(path, depth, help) of every command, groups before their own."""
    import click

    from explorer.cli import main
    from explorer.cli.spoken import dressed

    def below(path: str, command: click.Command, parent: click.Context, depth: int) -> Iterator[tuple[str, int, str]]:
        context = command.context_class(command, parent=parent, info_name=path.rpartition(" ")[2])
        yield path, depth, command.get_help(context).rstrip()
        if isinstance(command, click.Group):
            for name in command.list_commands(context):
                one = command.get_command(context, name)
                if one is not None:
                    yield from below(f"{path} {name}", dressed(one, f"{path} {name}"), context, depth + 1)

    top = main.context_class(main, info_name="korean-explorer", max_content_width=110, terminal_width=110)
    for name in main.list_commands(top):
        found = main.get_command(top, name)
        if found is not None:
            yield from below(name, found, top, 2)


def table(columns: list[str], rows: list[list[Any]]) -> str:
    """A Markdown table."""
    cells = [columns, ["---"] * len(columns), *rows]
    return (
        "\n".join(
            "| " + " | ".join(str(cell or "–").replace("|", "\\|").replace("\n", " ") for cell in row) + " |" for row in cells
        )
        + "\n"
    )


def model_cards(language: str) -> str:
    """What ships: vectors, encoders, classifiers, tokenizers."""
    from explorer.encoders.classifier import classifier_names, classifier_record
    from explorer.encoders.library import encoder_record
    from explorer.static.load import known_models
    from explorer.tokenizers.library import tokenizer_records

    korean = language == "ko"
    head = ["이름", "만든 방법", "키", "차원", "말뭉치"] if korean else ["name", "made by", "keys", "dim", "corpus"]
    vectors = table(head, [[f"`{one.name}`", one.model, one.keys, one.dim, one.corpus] for one in known_models()])
    mini = encoder_record("mini").to_dict()
    encoder = table(["", "`mini`"], [[key, value] for key, value in mini.items() if isinstance(value, str | int) and value])
    head = ["이름", "레이블", "인코더", "말뭉치", "정확도"] if korean else ["name", "labels", "encoder", "corpus", "accuracy"]
    known = [one for one in map(classifier_record, classifier_names()) if one.where == "shipped"]
    labelled = table(head, [_classifier_row(one.name, one.corpus, one.provenance) for one in known])
    head = ["이름", "종류", "어휘 크기", "라이선스"] if korean else ["name", "kind", "vocabulary", "licence"]
    rows = [one.to_dict() for one in tokenizer_records()]
    tokens = table(head, [[f"`{row['name']}`", row.get("kind"), row.get("vocab_size"), row.get("licence")] for row in rows])
    titles = (
        ("단어 벡터", "인코더", "분류기", "토크나이저") if korean else ("Word vectors", "Encoder", "Classifier", "Tokenizers")
    )
    parts = (vectors, encoder, labelled, tokens)
    return "\n".join(f"### {title}\n\n{part}" for title, part in zip(titles, parts, strict=True))


def _classifier_row(name: str, corpus: str, said: dict[str, Any]) -> list[Any]:
    found = said["test"]["accuracy"]
    accuracy = f"{found['value']:.3f} [{found['low']:.3f}, {found['high']:.3f}]"
    return [f"`{name}`", ", ".join(said["labels"]), f"`{said['base']}`", corpus, accuracy]


def data_cards(language: str) -> str:
    """Corpora and test sets of the catalogue."""
    from corpora.catalogue import cards
    from explorer.core.evaluation_sets import evaluation_sets

    korean = language == "ko"
    head = ["이름", "내용", "크기", "라이선스", "출처"] if korean else ["name", "what", "size", "licence", "source"]
    texts = [
        [f"`{one.name}`", *(one.said(fact, language) for fact in ("what", "size", "licence")), one.source]
        for one in cards().values()
    ]
    sets = [
        [f"`{one.name}`", *(one.said(fact, language) for fact in ("what", "items", "licence")), one.citation]
        for one in evaluation_sets().values()
    ]
    titles = ("말뭉치", "평가 자료") if korean else ("Corpora", "Test sets")
    last = "인용" if korean else "citation"
    return f"### {titles[0]}\n\n{table(head, texts)}\n### {titles[1]}\n\n{table([*head[:-1], last], sets)}"
