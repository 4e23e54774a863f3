"""Bars for a notebook: one display that is drawn anew, plain text escaped, quick work not drawn at every step."""

from __future__ import annotations

import sys
import time
import types

import pytest

import explorer as ex
from explorer.core.progress import Progress, Whole, terminal_progress
from explorer.display.bars import Bars


@pytest.fixture
def drawn(monkeypatch):
    """What a notebook showed, drawing by drawing."""
    shown: list[str] = []

    def display(one, display_id):
        assert display_id
        return types.SimpleNamespace(update=lambda bars: shown.append(bars._repr_html_()))

    monkeypatch.setitem(sys.modules, "ipykernel", types.ModuleType("ipykernel"))
    fake = types.ModuleType("IPython.display")
    fake.display = display
    monkeypatch.setitem(sys.modules, "IPython.display", fake)
    return shown


def test_training_draws_bars_in_a_notebook(drawn, home):
    with ex.progress_bars() as progress:
        assert isinstance(progress, Bars)
        ex.train(
            "word2vec", ["왕이 왔다", "왕비가 왔다"] * 20, tokenizer="eojeol", min_count=1, dim=4, epochs=2, progress=progress
        )
    assert drawn and "<progress" in drawn[-1] and 'value="1.0000"' in drawn[-1]
    assert drawn[-1].count("<tr>") == len(progress.steps) >= 2


def test_steps_are_escaped_and_thinned_out(drawn):
    with ex.progress_bars() as progress:
        for done in range(1001):
            progress(Progress("<b>읽기", done, 1000, "줄"))
    assert len(drawn) < 100 and "<b>" not in drawn[-1] and "&lt;b&gt;읽기" in drawn[-1] and "1,000 / 1,000 줄" in drawn[-1]
    with ex.progress_bars() as progress:
        progress(Progress("세기"))
    assert "<progress></progress>" in drawn[-1]


def test_work_of_several_phases_has_a_bar_of_its_own(drawn, capsys, monkeypatch):
    step = Progress("UMAP", 1, 2, whole=Whole(began=time.time() - 60, at=time.time(), here=30, rest=90))
    with ex.progress_bars() as progress:
        progress(step)
    assert drawn[-1].index("in all") < drawn[-1].index("UMAP") and 'value="0.33' in drawn[-1]
    assert "0:02:00 left" in drawn[-1] or "0:01:59 left" in drawn[-1]
    for name, value in ("FORCE_COLOR", "1"), ("TERM", "xterm"), ("COLUMNS", "120"):
        monkeypatch.setenv(name, value)
    with terminal_progress(True) as progress:
        progress(step)
        progress(Progress("saving"))
    told = capsys.readouterr().err
    assert "in all" in told and ("0:02:00" in told or "0:01:59" in told) and "saving" in told


def test_nobody_watches():
    with ex.progress_bars() as progress:
        assert progress is None
