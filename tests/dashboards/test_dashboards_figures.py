"""Figures: readable in both schemes, light to send, in an order that patches can rely on."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from dashboards.kit.theme import TAG_GROUPS, blank, colors, tag_colors, tag_group, template
from dashboards.pages.analogy.figures import parallelogram
from dashboards.pages.map import figures as maps_figure
from dashboards.pages.map.figures import BASE, CHOSEN, EDGES, FOUND, LABELS, NEAR, REGIONS, highlight, map_figure
from dashboards.pages.map.maps import Map, Place
from dashboards.pages.similarity.figures import heat_map, scale
from explorer.display.placing import label_rows
from explorer.vectors.questions import Parallelogram, Step

NAMES = {group: group for group in TAG_GROUPS} | {"trust": "trust", "unmeasured": "unmeasured", "no_region": "none"}


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


def a_map(n: int = 500, tagged: bool = True) -> Map:
    random = np.random.default_rng(1)
    tags = tuple(random.choice(["NNG", "VV", "VA", "JKS"], n)) if tagged else ("",) * n
    trust = random.random(n).astype(np.float32)
    trust[::5] = np.nan
    words = tuple(f"단어{i}" for i in range(n))
    keys = tuple(f"{word}/{tag}" if tag else word for word, tag in zip(words, tags, strict=True))
    return Map("id", keys, words, tags, random.normal(size=(n, 2)).astype(np.float32), trust, {})


@pytest.mark.parametrize("color", ["tag", "trust"])
@pytest.mark.parametrize("tagged", [True, False])
def test_the_map_draws_every_point_once_and_keeps_the_order_of_its_traces(color, tagged):
    shown = a_map(tagged=tagged)
    figure = map_figure(shown, "dark", NAMES, color=color, stamp="made so")
    assert [*range(len(figure.data))] == [*BASE, *REGIONS, *LABELS, EDGES, FOUND, NEAR, CHOSEN] and len(BASE) == 7
    drawn = np.concatenate([np.array(figure.data[i].customdata, int) for i in BASE])
    assert sorted(drawn.tolist()) == list(range(500))
    for trace in BASE:
        rows = np.array(figure.data[trace].customdata, int)
        assert np.array_equal(figure.data[trace].x, shown.coords[rows, 0])
        assert [*figure.data[trace].text] == [shown.keys[row] for row in rows]
    assert figure.data[0].x.dtype == np.float32
    assert figure.layout.annotations[0].text == "made so"
    assert all(len(figure.data[i].x) == 0 for i in (EDGES, FOUND, NEAR, CHOSEN))


def test_points_without_a_measured_trust_are_set_apart():
    shown = a_map()
    figure = map_figure(shown, "light", NAMES, color="trust")
    assert np.all(np.isfinite(figure.data[0].marker.color)) and len(figure.data[1].x) == 100


def test_regions_are_named_more_of_them_the_nearer_one_looks():
    from dataclasses import replace

    random = np.random.default_rng(2)
    layers = tuple(
        tuple(Place(f"구역{i} · 가 · 나", (float(x), float(y))) for i, (x, y) in enumerate(random.normal(size=(n, 2))))
        for n in (10, 60, 300)
    )
    region_of = (np.arange(500) % 10).astype(np.int32)
    region_of[:7] = -1
    shown = replace(a_map(), regions=layers, region_of=region_of)
    figure = map_figure(shown, "light", NAMES, color="region")
    counts = [len(figure.data[i].x) for i in REGIONS]
    assert 0 < counts[0] <= counts[1] < counts[2] < counts[3]
    assert [[figure.data[i].visible for i in kind] for kind in (REGIONS, LABELS)] == [[False, True, False, False]] * 2
    assert len(figure.data[0].x) == 493 and len(figure.data[1].x) == 7 and figure.data[1].name == "none"
    assert len(set(figure.data[0].marker.color.tolist())) == 10  # ten regions, ten hues
    assert figure.layout.spikedistance == 20


def test_without_webgl_the_same_map_is_svg():
    assert {trace.type for trace in map_figure(a_map(), "light", NAMES, webgl=False).data} == {"scatter"}
    kinds = [trace.type for trace in map_figure(a_map(), "light", NAMES).data]
    assert kinds == ["scattergl"] * len(BASE) + ["scatter"] * (len(kinds) - len(BASE))  # WebGL garbles Hangul


def test_a_map_of_twenty_thousand_words_is_a_megabyte_not_ten():
    figure = map_figure(a_map(20_000), "light", NAMES)
    assert len(figure.to_json()) < 1_500_000


def test_a_highlight_is_small_names_what_it_can_and_dims_the_rest():
    import json

    shown = a_map(5000)
    change = highlight(shown, list(range(100, 400)), [1, 2, 3], 0)
    assert set(change) == {*BASE, *REGIONS, *LABELS, EDGES, FOUND, NEAR, CHOSEN}
    assert (
        change[EDGES]["x"][:3] == [float(shown.coords[0, 0]), float(shown.coords[1, 0]), None] and len(change[EDGES]["y"]) == 9
    )
    assert change[CHOSEN]["text"] == [shown.words[0]] and change[CHOSEN]["customdata"] == [0]
    assert change[NEAR]["hovertext"] == [shown.keys[i] for i in (1, 2, 3)]
    assert len(change[FOUND]["x"]) == 300 and sum(map(bool, change[FOUND]["text"])) <= maps_figure.NAMED
    assert all(change[i]["opacity"] == maps_figure.DIM for i in BASE)
    assert len(json.dumps(change)) < 40_000
    nothing = highlight(shown, [], [], None)
    assert all(nothing[i]["opacity"] == 1 for i in BASE) and all(nothing[i]["opacity"] == 1 for i in LABELS)
    assert nothing[EDGES] == {"x": [], "y": []} and 0 < change[REGIONS[0]]["opacity"] < 1  # names of regions stay, greyed


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
