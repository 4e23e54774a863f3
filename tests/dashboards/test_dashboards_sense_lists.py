"""The senses of a word on the similarity page: a chip and a list for each, nothing for a word with one vector."""

import json
import re

import plotly.io.json as plotly_json

from dashboards.kit import url
from dashboards.kit.i18n import Text
from dashboards.pages.similarity.neighbours import sense_lists
from dashboards.pages.similarity.page import FIELDS, PATH
from explorer.vectors.senses import Sense, SenseTable
from explorer.vectors.vectors import Vectors

SENSES = [Sense("배/NNG#1", 0.7, ("바다/NNG",), 70), Sense("배/NNG#2", 0.3, ("사과/NNG",), 30)]


def _shown(word: str, language: str) -> str:
    rows = [[1, 1], [1, 0.1], [0.1, 1], [0.5, -1]]
    v = Vectors(["배/NNG", "바다/NNG", "사과/NNG", "물/NNG"], rows, senses=SenseTable(SENSES, [[1, 0], [0, 1]]))

    def here(key: str) -> str:
        return url.href(PATH, FIELDS, {"word": [key], "model": "korean"})

    made = json.loads(plotly_json.to_json_plotly(sense_lists(Text(language), v, word, "any", "korean", here)))
    return json.dumps(made, ensure_ascii=False)


def _lists(shown: str) -> list[list[str]]:
    """The words of each sense's list."""
    return [re.findall(r'"children": "([가-힣]+)", "href"', part) for part in shown.split("sense-words")[:-1]]


def test_each_sense_has_a_chip_that_leads_to_it_and_a_list(app):
    shown = _shown("배", "ko")
    assert "배#1 · 바다" in shown and "배#2 · 사과" in shown and "문맥의 70%" in shown
    assert "%231" in shown and "model=korean" in shown
    assert "/word/" in shown
    assert _lists(shown) == [["바다", "물", "사과"], ["사과", "바다", "물"]]
    assert "2 senses" in _shown("배", "en")


def test_a_word_with_one_vector_has_none(app):
    assert _shown("물", "ko") == "[]"
