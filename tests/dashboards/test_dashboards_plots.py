"""Figures of answers, asked for by the answers themselves."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from click.testing import CliRunner

import explorer as ex
from dashboards.plots import plot
from explorer.analysis.scores import Score, Section
from explorer.cli import main
from explorer.core.errors import BadInput
from explorer.encoders.senses import Senses
from explorer.vectors.vectors import Vectors


@pytest.fixture(scope="module")
def v() -> Vectors:
    keys = ["왕/NNG", "여왕/NNG", "남자/NNG", "여자/NNG", "<b>/SL", "배/NNG", "배/NNB", "산", "강", "들", "꽃", "달"]
    return Vectors(keys, np.random.default_rng(5).normal(size=(len(keys), 8)), counts=range(len(keys), 0, -1))


MADE: dict[str, Any] = {
    "neighbours": lambda v: v.similar("왕"),
    "analogy": lambda v: v.analogy("왕 − 남자 + 여자"),
    "parallelogram": lambda v: v.parallelogram("왕 − 남자 + 여자"),
    "matrix": lambda v: v.similarities(["왕", "<b>", "뷁쀍"], skip_unknown=True),
    "axis": lambda v: v.axis(["왕", "남자"], ["여왕", "여자"], n=3),
    "map": lambda v: ex.project(v, method="pca"),
    "map in space": lambda v: ex.project(v, method="pca", dims=3),
    "score": lambda v: Score("t", "analogy", "accuracy", 0.5, 0.4, 0.6, 9, 10, (Section("<b>", "accuracy", None, None, None, 0, 1),)),
    "senses": lambda v: Senses(
        "왕", [0, 1, 1], 2, 0.5, {}, [0, 1], [[], []], [[], []], "own", sentences=("<b>왕", "왕", "왕"), spans=((3, 4), (0, 1), (0, 1)), points=np.eye(3)
    ),
    "models": lambda v: ex.compare_models(v, Vectors(v.keys, v.vectors[:, ::-1] ** 2, counts=v.counts), k=3),
}  # fmt: skip


@pytest.mark.parametrize("name", MADE)
@pytest.mark.parametrize(("scheme", "language"), [("light", "ko"), ("dark", "en")])
def test_an_answer_has_a_figure(v: Vectors, name: str, scheme: str, language: str):
    figure = MADE[name](v).plot(scheme, language)
    assert isinstance(figure, go.Figure) and figure.data and figure.layout.paper_bgcolor in ("#ffffff", "#2e2e2e")
    sent = figure.to_json()
    assert "<b>" not in sent.replace("\\u003cb\\u003e", "<b>") and figure.to_dict()


def test_bars_are_what_the_answer_says(v: Vectors):
    found = v.similar("왕", n=5)
    [trace] = found.plot().data
    assert list(trace.x) == [one.score for one in found]
    assert found.plot().layout.yaxis.ticktext[0].startswith(found[0].word[:1])


def test_what_has_no_figure_says_so(v: Vectors):
    for ask in (lambda: v.resolve("왕").plot(), lambda: plot(3), lambda: v.analogy("왕 + 배").plot()):
        with pytest.raises(BadInput) as caught:
            ask()
        assert "\n" not in str(caught.value)


def test_who_never_draws_never_loads_plotly():
    code = "from explorer.vectors.vectors import Vectors; import sys; repr(Vectors(['왕', '배'], [[1, 0], [0, 1]]).similar('왕')); print({'plotly', 'dash'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_map_as_png(v: Vectors, home, tmp_path, monkeypatch: pytest.MonkeyPatch):
    v.save("small")
    command = ["project", "-m", "small", "--method", "pca", "--out", str(tmp_path / "map.png")]
    with monkeypatch.context() as patched:
        patched.setattr("explorer.analysis.map_files.find_spec", lambda name: None)
        done = CliRunner().invoke(main, command)
        assert done.exit_code == 1 and "korean-explorer[pictures]" in done.stderr and not (tmp_path / "map.png").exists()
    pytest.importorskip("kaleido")
    if not (shutil.which("chromium") or shutil.which("google-chrome")):
        pytest.skip("no browser")
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0, done.output
    assert (tmp_path / "map.png").read_bytes().startswith(b"\x89PNG")
