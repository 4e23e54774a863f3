"""The page of a word: its address, and what stands on it."""

from __future__ import annotations

import json
import re
from urllib.parse import unquote

import pytest
from dash import no_update
from support_dashboard import Page

from dashboards.app.taking import values_at
from dashboards.kit.url import word_href
from dashboards.kit.words import word_arrow, word_link
from dashboards.pages.word import page as word_page

ODD = ["왕", "배/NNG", "ㅋㅋㅋ", "學校", "😀", "a b", "100%", "?q", "#1", "배#1", "..", ".", "a//b", "/", "가/", "", "‘<b>’"]


@pytest.mark.parametrize("word", ODD)
def test_a_link_leads_to_the_page_of_its_word(page, app, word):
    with app.server.test_request_context():
        path, _, search = word_href(word, "small").partition("?")
    assert not {".", ".."} & set(path.split("/")) and "//" not in path
    assert page.client.get(f"{path}?{search}").status_code == 200
    shown = page.call("page.children", {"_pages_location.pathname": path, "_pages_location.search": f"?{search}"})
    asked = [part["props"]["data"] for part in parts(shown) if part.get("props", {}).get("id") == word_page.ASKED]
    assert asked == [word or word_page.FIELDS["word"].default]
    assert values_at(word_page, f"?{search}", path[1:])["word"] == asked[0]


def parts(data):
    if isinstance(data, dict):
        yield data
        data = list(data.values())
    if isinstance(data, list):
        for one in data:
            yield from parts(one)


def test_the_address_of_another_page_ends_with_its_name(page):
    shown = page.call("page.children", {"_pages_location.pathname": "/similarity/왕", "_pages_location.search": ""})
    assert "similarity-page" not in json.dumps(shown)


def test_the_one_link_keeps_reading_and_model(app):
    with app.server.test_request_context():
        for link in (word_link("배/NNB", "glove"), word_arrow("배/NNB", "glove")):
            assert unquote(link.href) == "/word/배/NNB?model=glove"
        assert word_link("배/NNB", "glove").children == "배" and "배" in word_arrow("배/NNB", "glove").title


MODEL = {"model.value": "small", "ready.data": 0}


def asked(word, **more):
    return MODEL | {f"{word_page.ASKED}.data": word} | {f"word-{name}.value": value for name, value in more.items()}


def links_of(text):
    return [unquote(link) for link in re.findall(r'"href": "(/word/[^"]*)"', text)]


def test_the_reading_and_its_others_are_links(page):
    text = page.settled("word-reading.children", asked("배"), lambda found: "배/NNG" in found)
    assert "/word/배/NNB?model=small" in links_of(text)
    assert "배나무의 열매" in text  # what the labelled homograph means
    assert re.search(r'"/similarity\?[^"]*%EB%B0%B0%2FNNG[^"]*model=small', text)
    assert re.search(r'"/senses\?word=%EB%B0%B0&', text)


def test_an_unknown_word_leads_on(page):
    text = page.settled("word-reading.children", asked("여왱"), lambda found: "href" in found)
    assert "벡터가 없습니다" in text and "/word/여왕?model=small" in links_of(text)
    text = page.settled("word-reading.children", asked("뷁꽑뚫뚫"), lambda found: "href" in found)
    assert len(links_of(text)) >= 3  # never an empty page
    place = page.settled("word-place.children", asked("뷁꽑뚫뚫"), lambda found: "벡터가 없습니다" in found)
    assert "alert" not in place


@pytest.fixture
def few(monkeypatch):
    """Without Kiwi's vectors, which a new home first recovers."""
    monkeypatch.setattr("dashboards.pages.word.asked.MODELS", ("korean", "word2vec", "glove"))


def test_lists_have_lines_between_equal_words_and_say_the_overlap(page, few):
    def whole(found):
        return found.count("word-head") == 4 and "Skeleton" not in found

    text = page.settled("word-lists.children", asked("왕", n="10"), whole, 180)
    assert "/word/여왕/NNG?model=small" in links_of(text) and "word-line word-" in text
    assert len(re.findall(r'"(\d+) / 10"', text)) == 6  # four models, each pair
    drawn = len(re.findall(r'"data-line": "(?:flat|up|down)"', text))
    models = [vectors_of(name) for name in ("korean", "word2vec", "glove", "small")]
    assert drawn == expected_lines([[near.key for near in v.similar("왕", 10)] for v in models])


def vectors_of(name):
    import explorer as ex

    return ex.load(name)


def expected_lines(lists):
    keys = {key for one in lists for key in one}
    return sum(max(0, sum(key in one for one in lists) - 1) for key in keys)


def test_every_tokenizer_shows_its_pieces_and_morphemes_lead_on(page):
    text = page.settled("word-pieces.children", asked("먹었다"), lambda found: "여는 중" not in found)
    assert all(name in text for name in ("kiwi", "jamo", "syllable", "ko-unigram-32k", "ko-bpe-32k", "ko-wordpiece-32k"))
    assert "/word/먹다/VV?model=small" in links_of(text)
    assert not any("/EP" in link or "/EF" in link for link in links_of(text))


def test_a_corpus_shows_forms_and_aligned_lines(page):
    values = asked("먹었다", corpus="sample", shown="10")
    text = page.settled("word-forms.children", values, lambda found: "먹고" in found, 180)
    assert "먹다/VV + 었/EP + 다/EF" in text
    assert text.count('"className": "word-kwic"') == 10 and "112회 가운데 처음 10회" in text
    text = page.settled("word-forms.children", values | {"word-corpus.value": "없는것"}, lambda found: "없는것" in found)
    assert '"role": "alert"' in text or "problem" in text
    text = page.settled(
        "word-forms.children", values | {f"{word_page.ASKED}.data": "뷁꽑"}, lambda found: "용례가 없습니다" in found
    )
    assert '"className": "word-kwic"' not in text


def test_a_point_of_the_small_map_leads_to_its_page(app):
    with app.server.test_request_context():
        go = word_page.go_to([{"points": [{"customdata": "여왕/NNG"}]}], "small")
        assert unquote(go) == "/word/여왕/NNG?model=small"
        assert word_page.go_to([None], "small") is no_update is word_page.go_to([], "small")


def test_the_small_map_says_how_far_to_trust_it(page):
    text = page.settled(
        "word-place.children", asked("왕") | {"scheme.computedColorScheme": "dark"}, lambda found: "t-SNE" in found
    )
    assert re.search(r"가운데 \d+%가 지도에서도", text) and '"symbol": "star"' in text


def test_a_stored_corpus_is_indexed_in_the_worker_and_answers(page, tmp_path):
    from corpora.library import add

    (tmp_path / "text.txt").write_text("왕이 왔다.\n왕은 왕에게 말했다.\n", encoding="utf-8")
    add(tmp_path / "text.txt", "mine")
    values = asked("왕", corpus="mine", shown="10")
    ready = "왕/NNG + 에게/JKB"  # forms and lines may come one after the other
    text = page.settled(
        "word-forms.children", values, lambda found: (ready in found and "word-kwic" in found) or "alert" in found, 180
    )
    assert ready in text and text.count('"className": "word-kwic"') == 3


def test_words_have_pages_behind_a_prefix_as_well(home):
    from dashboards.app import create_app

    app = create_app(requests_pathname_prefix="/explorer/", routes_pathname_prefix="/")
    with app.server.test_request_context():
        path, _, search = word_href("배/NNG", "korean").partition("?")
    assert unquote(path) == "/explorer/word/배/NNG"
    shown = Page(app).call("page.children", {"_pages_location.pathname": path, "_pages_location.search": f"?{search}"})
    assert "배/NNG · 단어" in json.dumps(shown, ensure_ascii=False)
