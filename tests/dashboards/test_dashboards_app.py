"""The app over HTTP: complete, repeatable, light to start, unmoved by what the internet sends."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from support_dashboard import Page, small_vectors

from explorer.core.errors import BadInput
from explorer.vectors.vectors import Vectors


def ids_in(layout) -> set[str]:
    from dash import Dash  # noqa: F401  the renderer's own way of writing components as JSON

    found: set[str] = set()

    def walk(part):
        if isinstance(part, dict):
            name = part.get("props", {}).get("id") if "props" in part else None
            if name is not None:
                found.add(json.dumps(name, sort_keys=True) if isinstance(name, dict) else name)
            for value in part.values():
                walk(value)
        elif isinstance(part, list):
            for value in part:
                walk(value)

    walk(layout)
    return found


def as_json(component):
    import plotly

    return json.loads(json.dumps(component, cls=plotly.utils.PlotlyJSONEncoder))


def test_every_callback_speaks_of_components_that_exist(app):
    from dashboards.app.application import VIEWS

    client = app.server.test_client()
    shell = client.get("/_dash-layout").json
    present = ids_in(shell) | {"_pages_location", "_pages_store", "_pages_dummy", "_pages_content"}
    with app.server.test_request_context():
        for view in VIEWS:
            present |= ids_in(as_json(view.layout()))
    for dependency in client.get("/_dash-dependencies").json:
        for part in dependency["inputs"] + dependency["state"]:
            if not part["id"].startswith("{") and not part.get("allow_optional"):  # these may appear later
                assert part["id"] in present, f"{part['id']}.{part['property']}"
        for output in dependency["output"].replace("\\", "").strip(".").split("..."):
            name = output.rpartition(".")[0].split("@")[0]
            if name and not name.startswith("{"):
                assert name in present, output


def test_an_app_can_be_made_twice_and_both_are_complete(app):
    from dashboards.app.application import create_app

    other = create_app()
    outputs = [
        sorted(d["output"].split("@")[0] for d in one.server.test_client().get("/_dash-dependencies").json)
        for one in (app, other)
    ]
    assert outputs[0] == outputs[1] and len(outputs[0]) > 15


def test_a_process_that_never_served_a_page_has_the_pages_scripts(app):
    """Of several processes one serves a page, and another is asked for its scripts first, all at once."""
    from dashboards.app.application import create_app

    page = app.server.test_client().get("/").text
    scripts = re.findall(r'src="(/_dash-component-suites/[^"]+)"', page)
    assert len(scripts) > 5
    server, together = create_app().server, threading.Barrier(len(scripts))

    def ask(script: str) -> int:
        together.wait(20)
        return server.test_client().get(script).status_code

    with ThreadPoolExecutor(len(scripts)) as browsers:
        assert list(browsers.map(ask, scripts)) == [200] * len(scripts)


def test_two_apps_share_nothing(served, app):
    """Opened things, pages, the place below a proxy and the hosts that are answered belong to one app; jobs to the home folder."""
    from dashboards.app import create_app
    from dashboards.app.shell import follow_jobs
    from dashboards.app.state import state
    from dashboards.kit.jobs import NotReady
    from dashboards.kit.url import href

    gate = threading.Event()
    other = create_app(host="10.0.0.7", requests_pathname_prefix="/proxy/", routes_pathname_prefix="/")
    with other.server.app_context():
        NotReady(state().jobs.start(("a",), lambda _: gate.wait(20), "job.model", model="theirs"))
        assert len(follow_jobs([], 0)[0]) == 1 and href("/map") == "/proxy/map"
        assert state().opened("map", "one", lambda _: "theirs", "job.map", patience=10, words=1) == "theirs"
        assert "/proxy/pages/" in other.server.test_client().get("/").text
    assert state().jobs.running() == [] and len(follow_jobs([], 0)[0]) == 1 and href("/map") == "/map"
    assert state().opened("map", "one", lambda _: "ours", "job.map", patience=10, words=1) == "ours"
    gate.set()
    for path in pages():  # of the app that was made first
        found = Page(app).call("page.children", {"_pages_location.pathname": path}, "_pages_location.pathname")
        assert "없는 페이지입니다" not in json.dumps(found, ensure_ascii=False)
    away = {"Host": "10.0.0.7"}
    assert app.server.test_client().get("/", headers=away).status_code == 421
    assert other.server.test_client().get("/", headers=away).status_code == 200
    other.server.extensions["explorer"].close()


def test_styles_and_scripts_of_pages_are_sent_once(app):
    client = app.server.test_client()
    text = client.get("/").text
    style, script = re.search(r'href="(/pages/\w+\.css)"', text)[1], re.search(r'src="(/pages/\w+\.js)"', text)[1]
    for path, kind, holds in ((style, "text/css", ".bench-"), (script, "text/javascript", "tk-flow")):
        answer = client.get(path)
        assert answer.status_code == 200 and answer.content_type.startswith(kind) and holds in answer.text
        assert answer.cache_control.immutable and answer.cache_control.max_age > 10_000_000
    assert client.get("/pages/0000000000000000.css").status_code == 404 == client.get("/pages/style").status_code


def test_plotlys_script_is_sent_small(app):
    from backports import zstd  # what the compression of answers needs

    from dashboards.app import files

    client = app.server.test_client()
    address = "/_dash-component-suites/plotly/package_data/plotly.min.js"
    files._plotly()
    sent = client.get(address, headers={"Accept-Encoding": "zstd"})
    assert sent.headers["Content-Encoding"] == "zstd" and len(sent.data) < 1_200_000
    plain = client.get(address, headers={"Accept-Encoding": "identity"}).data
    assert zstd.decompress(sent.data) == plain and b"plotly.js v" in plain[:100]
    assert "Accept-Encoding" in sent.vary
    again = client.get(address, headers={"Accept-Encoding": "zstd", "If-None-Match": sent.headers["ETag"]})
    assert again.status_code == 304 and not again.data


def pages():
    from dashboards.app.application import VIEWS

    return [view.PATH for view in VIEWS]


@pytest.mark.parametrize("path", pages())
@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_page_answers_in_the_chosen_language_with_its_policy(app, path, language):
    client = app.server.test_client()
    client.set_cookie("explorer-language", language)
    answer = client.get(path)
    assert answer.status_code == 200 and f'<html lang="{language}">' in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "'sha256-" in policy and "unsafe-inline' 'sha" not in policy
    assert (
        "unsafe-eval" not in policy
    )  # what a page would need it for, a browser would say (tests/browser/test_browser_links.py)
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', answer.text)  # nothing comes from elsewhere
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_frame_is_put_together_once_and_the_shell_anew_when_something_has_ended(app, monkeypatch):
    from dashboards.app import shell

    made, layout, told = [], shell.layout, [(0.0, True)]
    monkeypatch.setattr(shell, "layout", lambda groups: made.append(1) or layout(groups))
    monkeypatch.setattr(app.server.extensions["explorer"].jobs, "told", lambda: told[0])
    ko, en = app.server.test_client(), app.server.test_client()
    ko.set_cookie("explorer-language", "ko")
    en.set_cookie("explorer-language", "en")
    for path in ("/", "/similarity", "/word/나무"):
        assert ko.get(path).data == ko.get("/").data != en.get(path).data
        assert ko.get(path).headers["Content-Security-Policy"] == en.get(path).headers["Content-Security-Policy"]
    first = ko.get("/_dash-layout")
    assert ko.get("/_dash-layout").data == first.data != en.get("/_dash-layout").data and len(made) == 2
    told[0] = 7.5, False  # what the page then takes for known
    later = ko.get("/_dash-layout")
    assert later.content_type == first.content_type and '"data":7.5' in later.text.replace(" ", "") and len(made) == 3


def test_no_page_draws_what_the_policy_forbids():
    import dashboards.pages

    sources = {path: path.read_text(encoding="utf-8") for path in Path(dashboards.pages.__file__).parent.rglob("*.py")}
    assert any("go.Heatmap(" in source for source in sources.values())
    assert [path for path, source in sources.items() if re.search(r"go\.(\w*gl|Splom|Parcoords)\b|scattergl", source)] == []


HOSTILE = [
    {},
    {"word": "<script>alert(1)</script>", "q": "a" * 100_000, "n": "-5", "method": "../../etc/passwd", "model": "/etc/passwd"},
    {"word": ["a", "b"], "words": "," * 5000, "text": "\x00\ud800", "self": "x", "args": "y", "lang": "zz"},
    {"q": "왕 − 남자 + 여자", "seed": "1e400", "dist": "nan", "near": "²", "all": "yes", "find": "ㅎㄱ"},
]


@pytest.mark.parametrize("query", HOSTILE, ids=["nothing", "script", "lists", "numbers"])
def test_any_query_gives_a_page(app, query):
    from dashboards.app.application import VIEWS

    with app.server.test_request_context():
        for view in VIEWS:
            assert "alert(1)</script>" not in json.dumps(as_json(view.layout(**query))) or view.PATH  # a value, never markup
            assert ids_in(as_json(view.layout(**query))) == ids_in(as_json(view.layout()))


def test_a_page_nobody_knows_is_said_kindly(app):
    from dashboards.pages.not_found import layout

    with app.server.test_request_context():
        assert "없는 페이지입니다" in json.dumps(as_json(layout(x="y")), ensure_ascii=False)


def test_a_request_too_large_is_refused(app):
    answer = app.server.test_client().post("/_dash-update-component", data=b"x" * (3 << 20), content_type="application/json")
    assert answer.status_code == 413


def test_similarity_over_http(page):
    values = {"similarity-asked.data": "먹었다", "similarity-count.value": "10", "model.value": "small"}
    found = page.settled("similarity-neighbours.children", values, lambda text: "마시다" in text)
    assert "먹다/VV" in found and "마시다" in found and "코사인" in found
    values = {"similarity-paired.data": ["왕", "여왕"], "model.value": "small", "scheme.computedColorScheme": "dark"}
    found = page.settled("similarity-pair.children", values, lambda text: "big-number" in text)
    assert "여왕/NNG" in found and "similarity-scale" in found
    values = {"similarity-list.value": ["왕", "여왕", "사과"], "model.value": "small"}
    found = page.settled("similarity-matrix.children", values, lambda text: "heatmap" in text)
    assert "가깝지 않은 단어: 사과" in found


def test_similarity_says_what_is_wrong(page):
    base = {"similarity-count.value": "10", "model.value": "small"}
    assert "‘뷁뷁’의 벡터가 없습니다" in page.settled(
        "similarity-neighbours.children", base | {"similarity-asked.data": "뷁뷁"}, lambda t: "alert" in t
    )
    assert "단어를 하나 써 보세요" in page.settled(
        "similarity-neighbours.children", base | {"similarity-asked.data": "  "}, lambda t: True
    )
    assert "라는 모델은" in page.settled(
        "similarity-neighbours.children", base | {"similarity-asked.data": "왕", "model.value": "/etc/passwd"}, lambda t: True
    )
    assert "인 키가 없습니다" in page.settled(
        "similarity-neighbours.children",
        base | {"similarity-asked.data": "왕", "similarity-tags.value": ["<b>"]},
        lambda t: "alert" in t,
    )


def test_answers_are_in_hangul_until_another_script_is_chosen(page, home):
    small = small_vectors()
    row = small.vectors[small.row("왕/NNG")]
    rows = np.vstack([small.vectors, 1.01 * row + 0.01, 0.99 * row - 0.01])
    Vectors([*small.keys, "王/SH", "king/SL"], rows, info={"model": "mixed"}).save("mixed")
    for output, asked in (
        ("similarity-neighbours.children", {"similarity-asked.data": "왕"}),
        ("analogy-answer.children", {"analogy-asked.data": "왕 : ? = 남자 : 여자"}),
    ):
        view = output.partition("-")[0]
        values = asked | {"model.value": "mixed"}
        found = page.settled(output, values, lambda text: "score" in text or "여왕" in text)
        assert "다른 문자로 쓴 단어 2개를 뺐습니다(고른 문자: 한글): " in found and "SH" not in found
        every = page.settled(output, values | {f"{view}-script.value": "any"}, lambda text: "여왕" in text)
        assert "다른 문자로" not in every and "king" in every
        broken = page.settled(output, values | {f"{view}-script.value": "<b>"}, lambda text: "여왕" in text)
        assert "고른 문자: 한글" in broken


def test_the_script_is_in_the_address():
    from dashboards.pages.analogy.page import address as analogy_address
    from dashboards.pages.similarity.page import address as similarity_address

    assert "script" not in analogy_address("왕", "", "10", False, "hangul", "kiwi", [])
    assert "script=hanja" in analogy_address("왕", "", "10", False, "hanja", "kiwi", [])
    assert "script=any" in similarity_address("왕", ["가", "나"], "10", [], "any", 0, [], "near", "kiwi", [])


def test_proportions_with_examples_are_answered(page):
    values = {"analogy-asked.data": "왕 : ? = 남자 : 여자, 아버지 : 어머니", "model.value": "small"}
    found = page.settled("analogy-answer.children", values, lambda text: "LRCos" in text)
    assert "3CosAvg" in found and '"여왕"' in found.split("3CosAvg")[1][:2500]


def test_the_tags_offered_are_the_models(page):
    found = page.settled("similarity-tags.data", {"model.value": "small"}, lambda text: "NNG" in text)
    assert "NNG 일반 명사" in found and "JKO" not in found


def test_analogy_over_http(page):
    values = {"analogy-asked.data": "왕 − 남자 + 여자", "analogy-count.value": "5", "model.value": "small"}
    found = page.settled("analogy-answer.children", values, lambda text: "3CosMul" in text)
    assert found.index("3CosAdd") < found.index("3CosMul")
    assert '"여왕"' in found.split("3CosAdd")[1][:2500]
    included = page.settled(
        "analogy-answer.children", values | {"analogy-include.checked": True}, lambda text: "3CosMul" in text
    )
    assert "식의 단어" in included and "식의 단어" not in found.replace("식의 단어가", "")


@pytest.mark.parametrize(("expression", "marked"), [("왕 − + 여자", "+"), ("왕 − 뷁뷁 + 여자", "뷁뷁"), ("왕 −", "\u00a0")])
def test_analogy_points_at_the_place(page, expression, marked):
    values = {"analogy-asked.data": expression, "analogy-count.value": "5", "model.value": "small"}
    found = json.loads(page.settled("analogy-answer.children", values, lambda text: "caret" in text))
    marks = [part for part in walk(found) if part.get("className") == "caret"]
    assert [mark["children"] for mark in marks] == [marked]


def walk(part):
    if isinstance(part, dict):
        yield part
        part = list(part.values())
    if isinstance(part, list):
        for value in part:
            yield from walk(value)


ASKED = {"method": "pca", "words": "1000", "seed": 42, "near": 15, "dist": 0.1}
MAP = {
    "map-asked.data": ASKED, "map-color.value": "tag", "map-c0.value": "남자", "map-c1.value": "여자", "map-labels.value": "",
    "model.value": "small", "map-pending.data": True, "map-view.data": "",
}  # fmt: skip
POINTS = "map-points.data"


def test_the_map_over_http(page):
    found = json.loads(page.settled(POINTS, MAP, lambda text: '"places"' in text))
    drawn = found["map-drawn"]["data"]
    assert found["map-points"]["data"]["dims"] == 2 and not drawn["interim"] and "신뢰도" in found["map-facts"]["children"]
    assert found["map-colors"]["data"]["of"] == found["map-points"]["data"]["id"] and "명사" in json.dumps(
        found["map-legend"], ensure_ascii=False
    )
    again = page.call(POINTS, MAP | {"map-drawn.data": drawn, "map-color.value": "axis"})
    assert "map-points" not in again and again["map-colors"]["data"]["codes"] != found["map-colors"]["data"]["codes"]
    words = page.call("map-texts.data", {"map-drawn.data": drawn})["map-texts"]["data"]
    assert words["words"][9] == "학교" and "일반 명사" in words["names"]
    shown = page.call("map-found.children", {"map-drawn.data": drawn, "map-find.value": "ㅎㄱ", "map-chosen.data": "왕"})
    assert len(shown["map-marks"]["data"]["found"]) == 2 and shown["map-marks"]["data"]["chosen"] == 0
    text = json.dumps(shown, ensure_ascii=False)
    assert "2개를 찾았습니다" in text and "대학교" in text and "여왕" in text and len(text) < 30_000
    pressed = page.press("map-chosen.data", {"type": "map-pick", "row": 9, "place": "found"}, {"map-drawn.data": drawn})
    assert pressed["map-chosen"]["data"] == "학교/NNG"
    picked = json.dumps(
        page.call("map-picked.children", {"map-drawn.data": drawn, "map-pick.data": [-99, -99, 99, -99, 99, 99, -99, 99]}),
        ensure_ascii=False,
    )
    assert "단어 15개, 지도의 100.0%" in picked and "이 단어들만의 지도" in picked
    nothing = page.call("map-picked.children", {"map-drawn.data": drawn, "map-pick.data": [88, 88, 99, 88, 99, 99]})
    assert "지도의 단어가 없습니다" in json.dumps(nothing, ensure_ascii=False)


@pytest.mark.parametrize(
    "bad", [{"words": "x"}, {"seed": "-1"}, {"near": None}, {"dist": 9}, {"method": "rm -rf"}, {"dims": [3]}, {"own": 7}]
)
def test_the_map_survives_values_no_page_offers(page, bad):
    assert '"places"' in page.settled(POINTS, MAP | {"map-asked.data": ASKED | bad}, lambda text: '"places"' in text)


def test_umap_is_made_in_the_background_while_pca_is_shown(page):
    wanted = MAP | {"map-asked.data": ASKED | {"method": "umap"}}
    first = json.loads(page.settled(POINTS, wanted, lambda text: '"places"' in text))
    drawn = first["map-drawn"]["data"]
    assert drawn["interim"] and first["map-points"]["data"]["interim"] and "job" in json.dumps(first["map-status"])
    done = json.loads(page.settled(POINTS, wanted | {"map-drawn.data": drawn}, lambda text: '"places"' in text, 240))
    assert not done["map-drawn"]["data"]["interim"] and done["map-status"]["children"] is None
    assert done["map-points"]["data"]["same"] == first["map-points"]["data"]["same"]  # the same words: they move


def test_a_stopped_map_does_not_begin_again_because_other_work_has_ended(page):
    settled = MAP | {"map-pending.data": False}
    assert page.call(POINTS, settled, "ready.data") == {}


def test_the_model_is_the_one_of_the_address_also_where_there_is_none(page):
    t = "_pages_location.search"
    shown = page.call("page.children", {"_pages_location.pathname": "/similarity", t: "?model=small"}, t)
    [select] = [part["props"] for part in walk(shown) if (part.get("props") or {}).get("id") == "model"]
    assert select["value"] == "small" and "persistence" not in select
    shown = page.call("page.children", {"_pages_location.pathname": "/analogy", t: "?model=nosuch"}, t)
    [select] = [part["props"] for part in walk(shown) if (part.get("props") or {}).get("id") == "model"]
    assert select["value"] == "nosuch"
    said = page.settled("analogy-answer.children", {"analogy-asked.data": "왕", "model.value": "nosuch"}, lambda text: True)
    assert "nosuch" in said and "alert" in said
    facts = page.settled("model-facts.children", {"model.value": "small"}, lambda text: "16" in text)
    assert "단어 16개 · 13차원" in facts and "made by hand" in facts


def test_what_an_address_says_that_no_page_knows_is_said(page):
    t = "_pages_location.search"
    shown = page.call("page.children", {"_pages_location.pathname": "/map", t: "?method=som&wrod=x&utm_source=y&lang=ko"}, t)
    said = json.dumps(shown, ensure_ascii=False)
    assert "그대로 쓸 수 없는 값이 있습니다: method=som, wrod=x" in said and "utm" not in said
    shown = page.call("page.children", {"_pages_location.pathname": "/map", t: "?method=umap"}, t)
    assert "그대로 쓸 수 없는" not in json.dumps(shown, ensure_ascii=False)


def test_the_first_page_loads_nothing_heavy():
    script = (
        "import sys\nfrom dashboards.app import create_app\nc = create_app().server.test_client()\n"
        "assert c.get('/').status_code == 200 and c.get('/_dash-layout').status_code == 200\n"
        "print([m for m in ('torch', 'transformers', 'umap', 'numba', 'kiwipiepy', 'sklearn', 'scipy', 'gensim') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_taken_port_is_one_clear_line(home):
    from dashboards.app.application import serve

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(BadInput, match=rf"{port}.*--port 0"):
            serve(port=port, open_browser=False)


def test_an_address_that_is_not_ours_is_one_clear_line(home):
    from dashboards.app.application import serve

    with pytest.raises(BadInput, match=r"--host|another port"):
        serve(host="no-such-host.invalid", port=0, open_browser=False)


def test_the_server_prints_one_line_and_answers(home):
    script = "from dashboards.app import application as app\napp.State.prepare = lambda _: None\napp.serve(port=0, open_browser=False)"
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as server:
        try:
            line = server.stdout.readline()
            address = line.split()[1]
            with urllib.request.urlopen(address, timeout=20) as answer:
                assert answer.status == 200
            with urllib.request.urlopen(f"{address}health", timeout=20) as answer:
                assert answer.status == 200
        finally:
            server.terminate()
            server.wait(20)


def test_the_wsgi_module_offers_a_server(home, monkeypatch):
    from dashboards.app.state import State

    prepared = []
    monkeypatch.setattr(State, "prepare", lambda self: prepared.append(self))
    monkeypatch.delitem(sys.modules, "dashboards.app.wsgi", raising=False)
    from dashboards.app import wsgi

    assert len(prepared) == 1 and wsgi.server.test_client().get("/").status_code == 200
