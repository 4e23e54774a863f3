"""The page of sentences: what it finds, what it says of sentences without a vector, its address."""

from __future__ import annotations

import json

import pytest
from plotly.utils import PlotlyJSONEncoder

from dashboards.kit.jobs import NotReady
from dashboards.pages.sentences import page
from explorer.core.errors import ExplorerError


@pytest.fixture
def own(app, small, monkeypatch):
    """The app with the small vectors behind every name."""
    from dashboards.app.state import State

    monkeypatch.setattr(State, "vectors", lambda self, name: small)
    return app


def shown(part) -> str:
    return json.dumps(part, ensure_ascii=False, cls=PlotlyJSONEncoder)


def answered(query: str, box: str, by: str = page.STATIC):
    """The page's answer, once the sentences have been read."""
    try:
        page.compute(by, "small", page.lines(box))
    except NotReady as wait:
        assert wait.job.wait(120)
    except ExplorerError:
        pass  # the page has to say so
    return page.answer(page.ask(None, None, query, box), by, "small", None, "light")


def test_the_nearest_of_the_lines_and_the_matrix(own):
    box = "왕이 학교에 갔다\n사과를 먹었다\n👍👍\n배를 마셨다"
    near, matrix = answered("여왕이 왔다", box)
    said = shown(near)
    assert said.index("왕이 학교에 갔다") < said.index("사과를 먹었다") and "👍👍" in said
    assert "1. 왕이 학교에 갔다" in shown(matrix) and "sentences-heat" in shown(matrix)


def test_what_cannot_be_answered_is_said(own):
    near, _ = answered("  ", "왕\n여왕")
    assert "no_query" not in shown(near) and "problem" not in shown(near)
    near, matrix = answered("👍", "왕")
    assert "problem" in shown(near) and "sentences-heat" not in shown(matrix)
    near, _ = answered("왕", "왕\n여왕", "nosuch")
    assert "nosuch" in shown(near)


def test_the_address_holds_what_was_asked(own):
    from urllib.parse import parse_qsl

    from dashboards.kit.url import decode

    where, note = page.address(page.ask(None, None, "왕", "왕이 왔다\n" * 3 + "배"), page.STATIC, "glove")
    q = decode(page.FIELDS, dict(parse_qsl(where.lstrip("?"))))
    assert (q["q"], q["model"], q["s"] or q["z"]) == ("왕", "glove", "왕이 왔다\n배") and note is None
    page.layout(**dict(parse_qsl(where.lstrip("?"))))
