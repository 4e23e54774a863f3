"""Formulas, terminal commands and markup in keys and texts leave this program as text, whatever the way out."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import explorer
from explorer.cli import main
from explorer.core.cells import csv_cell, visible
from explorer.vectors.vectors import Vectors

HOSTILE = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "<script>x</script>",
    '"><img src=x onerror=y>',
    "\x1b[31m왕",
    "\u202e왕",
]
ROOT = Path(explorer.__file__).resolve().parents[1]  # of an installed package, too, where no source lies beside the tests
WORDS = [*HOSTILE, *(f"말{number}" for number in range(30))]


@pytest.fixture
def hostile():
    rows = np.random.default_rng(3).normal(size=(len(WORDS), 8)).astype(np.float32)
    return Vectors(WORDS, rows, np.arange(len(WORDS), 0, -1))


def test_no_cell_of_an_exported_table_is_computed(hostile):
    from dashboards.kit.taking import csv_of
    from explorer.analysis.projection import project

    drawn = project(hostile, method="pca")
    for name, text in {"map": drawn.to_csv(), "page": csv_of(drawn.to_frame())}.items():
        rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
        assert {len(row) for row in rows} == {5} and len(rows) == len(WORDS) + 1, name
        words = [cell for row in rows for cell in row if not re.fullmatch(r"-?[0-9.]+(e-?[0-9]+)?", cell)]
        assert [cell for cell in words if cell[:1] in tuple("=+-@\t\r\n")] == [], name
        assert "'=1+1" in words, name


def test_every_table_leaves_by_the_one_way():
    ways = {
        path.relative_to(ROOT).as_posix()
        for room in ("explorer", "corpora", "dashboards")
        for path in (ROOT / room).rglob("*.py")
        if re.search(r"\.to_csv\([^)]|csv\.(writer|DictWriter)", path.read_text(encoding="utf-8"))
    }
    assert ways == {"explorer/core/cells.py"}


def test_pages_and_drawings_hold_no_markup_of_a_word(hostile, tmp_path):
    from explorer.analysis.map_files import write_map
    from explorer.analysis.projection import project

    drawn = project(hostile, method="pca")
    for name in ("map.html", "map.svg"):
        write_map(drawn, str(tmp_path / name))
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert "<script>x" not in text and "<img src=x" not in text, name


def test_a_terminal_is_told_of_control_signs(hostile, home):
    hostile.save("hostile")
    for line in (
        ["similar", "말1", "-n", "39"],
        ["similar", "\x1b[2J"],
        ["models", "show", "\x1b]0;x"],
        ["project", "--method", "pca"],
    ):
        words = [*line, *(["--model", "hostile"] if line[0] != "models" else [])]
        said = CliRunner().invoke(main, ["--home", str(home), *words])
        assert not set(said.output + said.stderr) & set("\x1b\u202e\x07"), line
    assert "<U+001B>[31m왕" in CliRunner().invoke(main, ["similar", "말1", "-n", "39", "--model", "hostile"]).output


def test_signs_are_told_by_number_and_lines_stay():
    assert visible("\x9b31m\x00\u2066") == "<U+009B>31m<U+0000><U+2066>"
    assert visible("가\n나\t다") == "가\n나\t다" and csv_cell("왕=1") == "왕=1"
