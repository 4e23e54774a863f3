"""The page that tells why two words are near: what it shows, what it says of what it cannot tell, links that lead to it."""

from __future__ import annotations

import json
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from plotly.utils import PlotlyJSONEncoder

from dashboards.kit.jobs import NotReady
from dashboards.kit.why import why_href, why_link
from dashboards.pages.why import page as view


def settled(function, *given):
    end = time.monotonic() + 120
    while True:
        try:
            return function(*given)
        except NotReady as wait:
            assert wait.job.wait(max(0.0, end - time.monotonic()))


def shown(a, b, corpus="shipped", model="small"):
    from dashboards.pages.why.asked import compute

    settled(compute, a, b, corpus, model, True)
    return json.dumps(view.answer([a, b], corpus, model, None), cls=PlotlyJSONEncoder, ensure_ascii=False)


def test_everything_is_shown_of_two_words(served, app):
    with app.server.test_request_context():
        text = shown("남자", "여자")
        assert "서로 맞서는 말로 보입니다" in text and "A나 B" in text
        assert "why-a" in text and "why-b" in text  # lines of the sample, with both words marked
        assert "/word/" in text  # every context leads to the page of its word
        for part in view.PARTS:
            assert f'"data-take": "why {part} csv"' in text, part


def test_a_corpus_is_counted_in_the_background(served, app):
    with app.server.test_request_context():
        text = shown("학교", "배", "sample")
        assert "예시 말뭉치에서 센 수로 판단했습니다" in text


def test_what_cannot_be_told_is_said(served, app):
    with app.server.test_request_context():
        settled(view.compute, "왕", "여왕", "shipped", "small")
        for a, b, corpus, said in (
            ("왕", "뷁뷁", "shipped", "뷁뷁"),
            ("왕", "왕/NNG", "shipped", "같은 단어"),
            ("왕", "여왕", "없는말뭉치", "없는말뭉치"),
            ("", "여왕", "shipped", "단어 두 개를 적으세요"),
            ("<b>왕</b>", "여왕", "shipped", "<b>왕</b>"),
        ):
            answer = json.dumps(view.answer([a, b], corpus, "small", None), cls=PlotlyJSONEncoder, ensure_ascii=False)
            assert said in answer, said


def test_links_lead_here_with_everything(app):
    with app.server.test_request_context():
        where = urlsplit(why_href("배/NNG", "사과", "korean"))
        assert where.path == "/why"
        assert {name: value for name, [value] in parse_qs(where.query).items()} == {
            "a": "배/NNG",
            "b": "사과",
            "corpus": "shipped",
            "model": "korean",
        }
        link = why_link("배/NNG", "사과/NNG", "korean").to_plotly_json()["props"]
        assert link["children"] == "왜 가까운가?" and link["title"] == "‘배’, ‘사과’: 왜 가까운가?"


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_family_has_a_name(language):
    from dashboards.kit.i18n import Text
    from explorer.text.patterns import FAMILIES

    assert all(f"why.family_{family}" in Text(language) for family in FAMILIES)
