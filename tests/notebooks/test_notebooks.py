"""The notebooks run as they stand, and what their cells show can be shown."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "notebooks"
NAMES = sorted(path.name for path in (FOLDER / "ko").glob("*.ipynb"))


def cells(language: str, name: str, kind: str = "code") -> list[str]:
    held = json.loads((FOLDER / language / name).read_text(encoding="utf-8"))
    return ["".join(cell["source"]) for cell in held["cells"] if cell["cell_type"] == kind]


def run(source: str, names: dict[str, Any]) -> Any:
    """A cell as a notebook runs it: what its last line is worth."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<cell>", "exec"), names)
    return eval(compile(ast.Expression(last.value), "<cell>", "eval"), names) if last else None


@pytest.mark.parametrize("name", NAMES)
def test_every_cell_runs_and_shows_something(name, home):
    pytest.importorskip("torch")
    names: dict[str, Any] = {}
    for source in cells("ko", name):
        shown = run(source, names)
        if shown is None:
            continue
        drawn = shown._repr_html_() if hasattr(shown, "_repr_html_") else repr(shown)
        assert drawn and "<script>alert" not in drawn, source
    assert len(names) > 3


@pytest.mark.parametrize("name", NAMES)
def test_the_english_twin_has_the_same_code(name):
    korean, english = (cells(language, name) for language in ("ko", "en"))
    assert korean[1:] == english[1:] and korean[0].splitlines()[1:] == english[0].splitlines()[1:]
    assert len(cells("ko", name, "markdown")) == len(cells("en", name, "markdown"))


@pytest.mark.parametrize("language", ["ko", "en"])
def test_nothing_is_kept_of_a_run(language):
    assert len(NAMES) == 5
    for name in NAMES:
        held = json.loads((FOLDER / language / name).read_text(encoding="utf-8"))
        code = [cell for cell in held["cells"] if cell["cell_type"] == "code"]
        assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
        assert held["nbformat"] == 4 and len({cell["id"] for cell in held["cells"]}) == len(held["cells"])
