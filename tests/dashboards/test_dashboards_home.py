"""The first page: its answers are what the library answers, its links lead where they say, it needs nothing heavy."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import numpy as np
import pytest
from dash._utils import to_json

from dashboards.app.application import VIEWS
from dashboards.kit import url
from dashboards.kit.i18n import text
from dashboards.pages.home import page as home
from dashboards.pages.home.worked import SENTENCE, TOPICS, compute, worked


@pytest.fixture(scope="module")
def again():
    return compute()


def test_the_worked_answers_are_those_of_the_library(again):
    kept = worked()
    assert kept["model"] == again["model"] and kept["tokens"] == again["tokens"]
    assert [one[:2] for one in kept["analogy"]["answers"]] == [one[:2] for one in again["analogy"]["answers"]]
    for name in ("start", "origin", "end", "target"):
        assert kept["analogy"][name] == pytest.approx(again["analogy"][name], abs=2e-3)
    for one, other in zip(kept["analogy"]["answers"], again["analogy"]["answers"], strict=True):
        assert one[2:] == pytest.approx(other[2:], abs=2e-3)


def test_the_map_shows_who_is_near_whom(again):
    """Another machine turns and bends it a little; who stands beside whom stays."""
    kept = worked()["map"]
    assert [one[:3] for one in kept["points"]] == [one[:3] for one in again["map"]["points"]]
    assert kept["trust"] > 0.9 and again["map"]["trust"] == pytest.approx(kept["trust"], abs=0.03)
    distances = [
        np.linalg.norm(places[:, None] - places[None], axis=-1).ravel()
        for places in (np.array([one[3:5] for one in found["points"]]) for found in (kept, again["map"]))
    ]
    assert np.corrcoef(*distances)[0, 1] > 0.8


def test_words_of_a_topic_stand_together():
    points = worked()["map"]["points"]
    places, topics = np.array([one[3:5] for one in points]), np.array([one[2] for one in points])
    apart = np.linalg.norm(places[:, None] - places[None], axis=-1)
    np.fill_diagonal(apart, np.inf)
    assert (topics[apart.argsort(axis=1)[:, :3]] == topics[:, None]).mean() > 0.85
    assert set(topics) == set(TOPICS)


def test_no_written_word_lies_on_another_nor_on_a_dot():
    from dashboards.pages.home.worked import box, meets

    points = worked()["map"]["points"]
    written = [box(word, side, x, y) for word, _, _, x, y, side in points if side]
    assert len(written) > 25
    for number, one in enumerate(written):
        assert not meets(one, [other for place, other in enumerate(written) if place != number])


@pytest.fixture
def shown(app):
    with app.server.test_request_context():
        return as_json(home.layout())


def as_json(part):
    """A layout as the browser gets it."""
    return json.dumps(json.loads(to_json(part)), ensure_ascii=False)


def links(shown):
    return re.findall(r'"href": "([^"]+)"', shown)


def test_every_link_is_read_by_its_page(shown):
    views = {view.PATH: view for view in VIEWS}
    found = links(shown)
    assert len(found) > 50
    for link in found:
        parts = urlsplit(link)
        path = unquote(parts.path)
        name, _, rest = path.strip("/").partition("/")
        query = {key: values[0] for key, values in parse_qs(parts.query, keep_blank_values=True).items()}
        assert url.unread(views[f"/{name}"].FIELDS, query | ({"word": rest} if rest else {})) == [], link


def test_every_page_and_everything_that_is_here_is_named(shown):
    for view in VIEWS:
        assert view is home or f'"href": "{view.PATH}"' in shown
    for named in ("강아지", "소녀", SENTENCE, "model=word2vec", "model=mini", "t=kiwi", "c=sample"):
        assert named in shown


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_page_says_what_it_is_for(app, language):
    with app.server.test_request_context(f"/?lang={language}"):
        for view in VIEWS:
            if view is not home:
                name, purpose = (part.children for part in home._page(text(), view).children[1].children)
                assert len(purpose) > len(name) + 8, view.PATH


def test_every_extra_is_told():
    extras = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))["project"][
        "optional-dependencies"
    ]
    assert set(home.EXTRAS) == set(extras) - {"dev", "docs"}


def test_an_extra_that_is_absent_says_how_to_install_it(app, monkeypatch):
    monkeypatch.setattr(home.importlib.util, "find_spec", lambda name: None if name == "mecab" else object())
    with app.server.test_request_context():
        shown = as_json(home.layout())
    assert "korean-explorer[mecab]" in shown and "korean-explorer[tiktoken]" not in shown


@pytest.mark.parametrize(
    ("header", "language"),
    [("ko-KR,ko;q=0.9,en;q=0.5", "ko"), ("en-US,en;q=0.9", "en"), ("ja,ko;q=0.4", "ko"), ("fr", "en"), ("", "ko")],
)
def test_the_language_of_the_browser_decides_first(app, header, language):
    client = app.server.test_client()
    assert f'<html lang="{language}">' in client.get("/", headers={"Accept-Language": header}).text
    client.set_cookie("explorer-language", "en")
    assert '<html lang="en">' in client.get("/", headers={"Accept-Language": "ko"}).text
