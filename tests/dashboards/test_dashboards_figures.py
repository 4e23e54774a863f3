"""Figures: readable in both schemes, light to send, in an order that patches can rely on."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import plotly.graph_objects as go
import pytest

from dashboards.kit.theme import TAG_GROUPS, blank, colors, dress, tag_colors, tag_group, template
from dashboards.pages.analogy.figures import parallelogram
from dashboards.pages.similarity.figures import heat_map, scale
from explorer.display.placing import label_rows
from explorer.vectors.records import Parallelogram, Step


def luminance(color: str) -> float:
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_and_points_can_be_told_from_the_paper(scheme):
    ink = colors(scheme)
    for role in ("text", "dim"):
        assert contrast(ink[role], ink["paper"]) >= 4.5, role  # WCAG AA for text
    for color in [ink["accent"], *ink["palette"]]:
        assert contrast(color, ink["paper"]) >= 2.2, color
    assert len(set(tag_colors(scheme).values())) == len(TAG_GROUPS)


def test_the_template_follows_the_scheme_and_names_a_font_with_hangul():
    light, dark = template("light").layout, template("dark").layout
    assert light.font.color != dark.font.color and "Noto Sans KR" in light.font.family
    assert template(None).layout.font.color == light.font.color
    assert blank("dark", ["가"]).layout.annotations[0].text == "가"


def test_tags_fall_into_groups():
    assert [tag_group(tag) for tag in ("NNG", "VV-I", "VA", "SL", "JKS", "", None)] == [
        "noun",
        "verb",
        "adjective",
        "foreign",
        "other",
        "other",
        "other",
    ]


def test_labels_never_cover_each_other_and_the_first_come_first():
    coords = np.array([[0, 0], [0.001, 0], [1, 1], [0, 0.5]], np.float32)
    assert label_rows(coords, ["가", "나", "다", "라"], np.ones(2, np.float32)) == [0, 2, 3]
    assert label_rows(coords, ["가", "나", "다", "라"], np.ones(2, np.float32), most=1) == [0]
    assert label_rows(np.zeros((3, 2), np.float32), ["가", "나", "다"], np.zeros(2, np.float32)) == [0]
    assert label_rows(np.empty((0, 2), np.float32), [], np.ones(2, np.float32)) == []


def test_a_heat_map_takes_words_as_words_even_when_they_are_numbers():
    figure = heat_map(["1", "2"], np.eye(2, dtype=np.float32), "light", "cos")
    assert figure.layout.xaxis.type == figure.layout.yaxis.type == "category"
    assert figure.data[0].z.tolist() == [[1, 0], [0, 1]] and figure.data[0].zmin == -1


def test_the_scale_counts_every_random_pair_and_marks_the_value():
    random = np.linspace(-0.9, 0.9, 101).astype(np.float32)
    figure = scale(random, 0.25, "light", {"random": "random", "pair": "a · b"})
    assert figure.data[0].y.sum() == 101
    assert figure.layout.shapes[0].x0 == 0.25 and "0.250" in figure.layout.annotations[0].text


def a_parallelogram(answers: int = 1, near: float = 0.0) -> Parallelogram:
    step = Step("남자", "여자", 1.0, 0.0, 0.0, 1.0, 1.0, 0.0)
    found = [Step("왕", str(place), 0.9, 30.0, 0.5, 0.6, 0.9 + near * place, 1.2 + 0.001 * place) for place in range(answers)]
    return Parallelogram("m", ("남자", 0.0, 0.0), ("여자", 1.0, 0.0), ("왕", 0.2, 1.0), (1.2, 1.0), (step, *found))


def test_the_parallelogram_shows_three_words_the_target_and_the_answers_in_equal_units():
    figure = parallelogram(a_parallelogram(), "light", ["남자", "여자", "왕<b>"], "왕 − 남자 + 여자")
    assert [list(trace.text) for trace in figure.data] == [["남자", "여자", "왕&lt;b&gt;"], ["왕 − 남자<br>+ 여자"], [""]]
    assert list(figure.data[2].hovertext) == ["0"] and figure.layout.yaxis.scaleanchor == "x"
    assert [one.text for one in figure.layout.annotations if one.text] == ["0", "1.00", "0.90 · 30°"]
    assert len(parallelogram(a_parallelogram(0), None, ["a", "b", "c"], "d").data) == 2


def test_words_of_answers_on_one_spot_stand_lines_apart_at_any_size():
    figure = parallelogram(a_parallelogram(5), None, ["b", "c", "a"], "a − b + c")
    words = [one for one in figure.layout.annotations if one.text in "01234"]
    heights = sorted((one.y, -one.ay) for one in words if one.text)
    assert len(heights) == 5 and all(high[1] - low[1] >= 18 for low, high in pairwise(heights))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_dressed_figure_is_what_plotly_makes_of_the_template(scheme):
    drawn = dress(go.Figure([go.Scatter(x=[1], y=[2])]), scheme, height=200)
    whole = go.Figure([go.Scatter(x=[1], y=[2])]).update_layout(template=template(scheme), height=200)
    assert json.loads(drawn.to_json()) == json.loads(whole.to_json()) == json.loads(go.Figure(drawn).to_json())
    drawn.update_layout(template_layout_font_size=99)
    assert dress(go.Figure(), scheme).layout.template.layout.font.size == 13
