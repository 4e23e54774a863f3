"""The glossary: every term is one that pages use, and leads from there to what is said of it."""

from __future__ import annotations

import json

import pytest
from dash._utils import to_json

from dashboards.kit.glossary import GROUPS, named, with_terms
from dashboards.kit.i18n import LANGUAGES, Text, catalogue
from dashboards.pages.glossary import page

TERMS = [term for terms in GROUPS.values() for term in terms]


def links(parts):
    return (
        {part.href.rpartition("=")[2]: part for part in parts if not isinstance(part, str)} if isinstance(parts, list) else {}
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_term_is_used_somewhere_else(app, language):
    t = Text(language)
    with app.server.test_request_context():
        used = {
            term
            for key, sentence in catalogue(language).items()
            if not key.startswith("glossary.")
            for term in links(with_terms(t, sentence, common=True))
        }
    assert set(TERMS) - used == set()


def test_every_entry_belongs_to_a_group_once():
    entries = {key.removeprefix("glossary.term_") for key in catalogue("ko") if key.startswith("glossary.term_")}
    assert sorted(TERMS) == sorted(entries)


def test_no_way_of_writing_stands_for_two_terms():
    for language in LANGUAGES:
        forms = [form.lower() for term in TERMS for form in Text(language)(f"glossary.term_{term}").split("|")]
        assert len(forms) == len(set(forms))


def test_terms_are_found_as_words_of_their_language(app):
    with app.server.test_request_context():
        ko = with_terms(Text("ko"), "주성분(PCA) 두 개와 코사인, 다시 코사인. 광어미, ARIX")
        assert [part if isinstance(part, str) else f"<{part.children}>" for part in ko] == [
            "<주성분(PCA)>",
            " 두 개와 ",
            "<코사인>",
            ", 다시 코사인. 광어미, ARIX",
        ]
        assert links(with_terms(Text("en"), "Cosines of homographs"))["homograph"].children == "homograph"
        assert with_terms(Text("en"), "Asked as a headline") == "Asked as a headline"
        assert (
            with_terms(Text("ko"), "토큰을 눌러 보세요.") == "토큰을 눌러 보세요."
        )  # on every page: only where it is introduced
        assert set(links(with_terms(Text("ko"), "토큰을 눌러 보세요.", common=True))) == {"token"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_term_that_is_asked_for_comes_first(app, language):
    with app.server.test_request_context(headers={"Cookie": f"explorer-language={language}"}):
        shown = json.dumps(json.loads(to_json(page.layout(term="umap"))), ensure_ascii=False)
        plain = json.dumps(json.loads(to_json(page.layout())), ensure_ascii=False)
    assert shown.count(catalogue(language)["glossary.says_umap"]) == 2 > plain.count("glossary-asked")
    assert all(named(Text(language), term) in plain for term in TERMS)
