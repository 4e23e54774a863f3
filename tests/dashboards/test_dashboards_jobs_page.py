"""The page of jobs, and persons: what one browser asked for no other sees, stops or reads."""

from __future__ import annotations

import json
import re
import string
from dataclasses import replace
from pathlib import Path

import pytest
from support_dashboard import Page, outputs_of

from dashboards.kit.jobs import NotReady
from dashboards.kit.person import COOKIE
from explorer.core.errors import BadInput, Cancelled
from explorer.core.progress import Progress

LISTS = "jobs-open.children"


@pytest.fixture
def opened(app):
    """The state of an app whose tasks nobody does: they stay in the queue."""
    found = app.server.extensions["explorer"]
    found.work = lambda: None
    return found


def browser(app, language="ko"):
    """A person: a client with a cookie of its own, and what the server asks for them directly."""
    page = Page(app, language)
    cookie = page.client.get_cookie(COOKIE)

    def within(function, referrer=""):
        headers = {"Cookie": f"{COOKIE}={cookie.value}", **({"Referer": referrer} if referrer else {})}
        with app.server.test_request_context("/_dash-update-component", headers=headers):
            app.server.preprocess_request()
            return function()

    return page, within


def shown(page, **values):
    return json.dumps(page.call(LISTS, values), ensure_ascii=False)


def clock(page, *places):
    """What the clock brings the page in which these jobs have a place."""
    [found] = [d for d in page.dependencies if d["output"].startswith("..jobs.children")]
    outputs = [
        {"id": "jobs", "property": "children"},
        [{"id": {"type": "job", "id": name}, "property": "children"} for name in places],
        {"id": "ready", "property": "data"},
        {"id": "ticked", "property": "data"},
    ]
    inputs = [{"id": "tick", "property": "n_intervals", "value": 1}]
    asked = {"output": found["output"], "outputs": outputs, "inputs": inputs, "changedPropIds": ["tick.n_intervals"]}
    asked["state"] = [{"id": "ready", "property": "data", "value": 0}]
    return json.dumps(page.client.post("/_dash-update-component", json=asked).json, ensure_ascii=False)


def ask(opened, word, **more):
    return opened.task("contexts", {"word": word}, "senses.job", word=word, **more)


def end(opened, state, **more):
    row = opened.jobs.table.claim("slow", "p")
    opened.jobs.table.end(row.id, "p", state, **more)


def test_a_browser_gets_a_cookie_once_and_it_says_nothing_of_the_person(app):
    client = app.server.test_client()
    said = client.get("/").headers.getlist("Set-Cookie")
    [cookie] = [one for one in said if one.startswith(COOKIE)]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie
    assert COOKIE not in str(client.get("/").headers)
    client.set_cookie(COOKIE, "' OR 1=1 --")
    assert COOKIE in str(client.get("/").headers)  # what we did not give is replaced
    assert app.server.test_client().get("/").headers["Set-Cookie"] != cookie


def test_two_persons_see_nothing_of_each_other(app, opened):
    (one, as_one), (two, as_two) = browser(app), browser(app)
    job = as_one(lambda: ask(opened, "비밀"))
    assert "비밀" in shown(one) and "비밀" not in shown(two)
    assert "비밀" in clock(one) and "비밀" in clock(one, job.id)
    assert "비밀" not in clock(two) and "비밀" not in clock(two, job.id)
    assert as_two(lambda: opened.jobs.get(job.id)) is None
    as_two(lambda: opened.jobs.cancel(job.id))
    as_two(lambda: opened.again(job.id))
    assert as_one(lambda: opened.jobs.get(job.id)).state == "waiting"
    as_one(lambda: opened.jobs.cancel(job.id))
    assert as_one(lambda: opened.jobs.get(job.id)).state == "cancelled"


def test_an_answer_is_shared_and_its_words_are_not(app, opened):
    (one, as_one), (two, as_two) = browser(app), browser(app)
    first = as_one(lambda: opened.task("compare", {"corpus": "sample"}, "job.bench", count=2))
    second = as_two(lambda: opened.task("compare", {"corpus": "sample"}, "job.map", words=77))
    assert first.id == second.id
    end(opened, "done", result={"answer": 1})
    assert as_one(lambda: opened.made("compare", {"corpus": "sample"}, "job.bench", count=2)) == {"answer": 1}
    assert "토크나이저 2개" in shown(one) and "77" not in shown(one)
    assert "77개" in shown(two) and "토크나이저 2개" not in shown(two)


def test_it_says_what_waits_where_and_what_became_of_the_rest(app, opened):
    page, me = browser(app)
    _, other = browser(app)
    me(lambda: ask(opened, "가"), "http://localhost/senses?word=%EA%B0%80")
    end(opened, "done", result={})
    me(lambda: ask(opened, "나"))
    end(opened, "failed", failure=BadInput("core.target_is_file", target="x").to_dict())
    other(lambda: ask(opened, "남"))
    me(lambda: ask(opened, "다"))
    me(lambda: ask(opened, "라"))
    found = shown(page)
    assert "/senses?word=%EA%B0%80" in found  # what was made is opened from here
    assert "실패" in found and "파일입니다" in found and "다시 하기" in found and "완료" in found
    assert "2번째로 기다리는 중" in found and "3번째로 기다리는 중" in found and "남" not in found.replace("남음", "")
    assert "queue" in shown(browser(app, "en")[0]) or "Nothing is under way" in shown(browser(app, "en")[0])


@pytest.mark.parametrize("heard", [False, True], ids=["not-heard", "heard"])
def test_what_is_stopped_is_done_again_before_its_process_has_ended_it(app, opened, heard):
    page, me = browser(app)
    job = me(lambda: ask(opened, "나"))
    table = opened.jobs.table
    assert table.claim("slow", "p").id == job.id
    me(lambda: opened.jobs.cancel(job.id))
    assert not me(opened.jobs.active) and table.row(job.id).running
    if heard:
        assert table.beat(job.id, "p", Progress("counting")) == "stop"
    page.press("jobs-problem.children..", {"type": "job-again", "id": job.id}, {})
    assert [row.id for row in me(opened.jobs.active)] == [job.id]
    if heard:
        assert table.end(job.id, "p", "cancelled", failure=Cancelled().to_dict()) and table.claim("slow", "p").id == job.id
    assert table.beat(job.id, "p", Progress("counting")) == "go"


def test_a_failed_job_is_done_again_and_the_list_is_cleared(app, opened):
    page, me = browser(app)
    job = me(lambda: ask(opened, "나"))
    end(opened, "failed", failure=BadInput("core.target_is_file", target="x").to_dict())
    pressed = page.press("jobs-problem.children..", {"type": "job-again", "id": job.id}, {})
    assert pressed["jobs-changed"]["data"] and len(me(opened.jobs.active)) == 1
    with opened.jobs.table._read() as db:
        before = db.execute("SELECT COUNT(*) FROM asks").fetchone()[0]
    me(opened.jobs.clear)
    with opened.jobs.table._read() as db:
        assert db.execute("SELECT COUNT(*) FROM asks").fetchone()[0] == before - 1
        assert db.execute("SELECT COUNT(*) FROM jobs WHERE ended IS NOT NULL").fetchone()[0] == 0
    [left] = me(opened.jobs.mine)
    assert left.running and left.id != job.id


def pressed(page, button, job=None):
    """What a press on one of the two buttons over the lists gives, or what the browser says of a press on a job's own."""
    [found] = [one for one in page.dependencies if [part["id"] for part in one["inputs"]] == [button]]
    body = {"output": found["output"], "outputs": outputs_of(found["output"]), "state": []}
    body["inputs"] = (
        [{"id": button, "property": "data", "value": job}] if job else [{"id": button, "property": "n_clicks", "value": 1}]
    )
    body["changedPropIds"] = [f"{button}.{body['inputs'][0]['property']}"]
    answer = page.client.post("/_dash-update-component", json=body)
    assert answer.status_code == 200, answer.text
    return json.dumps(answer.json, ensure_ascii=False)


def test_the_button_of_a_job_stops_it_for_the_one_who_waits_for_it(app, opened):
    page, me = browser(app)
    other, _ = browser(app)
    job = me(lambda: ask(opened, "나"))
    assert f'"data-stop": "{job.id}"' in clock(page)
    for said in ({"job": job.id, "at": 1}, {"job": "x"}):
        assert "children" not in pressed(other, "stop", said) and me(lambda: opened.jobs.get(job.id)).running
    assert "children" not in pressed(page, "stop", {"job": job.id, "at": 2})
    assert me(lambda: opened.jobs.get(job.id)).state == "cancelled"


def test_all_that_was_asked_for_is_stopped_and_nothing_else(app, opened):
    page, me = browser(app)
    mine = me(lambda: ask(opened, "나"))
    silent = me(lambda: opened.task("warm", {}, "job.warm"))
    assert "jobs-changed" in pressed(page, "jobs-stop-all")
    assert me(lambda: opened.jobs.get(mine.id)).state == "cancelled"
    assert me(lambda: opened.jobs.get(silent.id)).state == "waiting"


def test_a_job_whose_row_is_gone_says_so(app, opened):
    _, me = browser(app)
    job = me(lambda: ask(opened, "나"))
    me(lambda: opened.jobs.cancel(job.id))
    me(opened.jobs.clear)
    assert job.state == "lost" and not job.running and "목록에서" in job.error.said("ko")
    me(job.awaited)
    assert not me(opened.jobs.mine)


@pytest.mark.parametrize("ended", ["done", "failed", "cancelled", "lost"])
def test_a_job_that_ends_while_it_is_looked_at_is_shown(app, opened, ended):
    from dashboards.kit.components import job_panel
    from dashboards.kit.i18n import Text

    _, me = browser(app)
    row = me(lambda: ask(opened, "나")).row
    assert "끝남" in str(job_panel(Text("ko"), replace(row, state=ended)))


LABELS = re.compile(r"""["']((?:job|[a-z]+)\.job[a-z_]*|job\.[a-z]+)["']""")


def test_what_has_ended_is_not_called_as_what_goes_on():
    """Every label of the code has a name for afterwards, with no other values, and none that says it is being done."""
    import dashboards
    from dashboards.kit.i18n import Text

    code = "".join(path.read_text(encoding="utf-8") for path in Path(dashboards.__file__).parent.rglob("*.py"))
    labels = {*labels_in_use(code), *(f"map.job_{one}" for one in ("frequent", "list", "around"))}
    assert len(labels) > 20
    for language, going in (("ko", r"고 있습니다|중$"), ("en", r"^\w+ing (?!of)|\bis \w+ing")):
        t = Text(language)
        for label in sorted(labels):
            ended = f"jobs.ended_{label.replace('.', '_')}"
            said = t.maybe(ended, "")
            assert said and not re.search(going, said), ended
            assert fields(said) <= fields(t.maybe(label, "")), ended


def fields(said):
    return {name for _, name, _, _ in string.Formatter().parse(said) if name}


def labels_in_use(code):
    """Those that a job is begun with: in calls of ``task``, ``made``, ``opened`` and ``start``, or in a constant."""
    calls = re.findall(r"(?:\b(?:task|made|opened|start)\((?:[^()]|\([^()]*\))*\)|\bLABEL = .*)", code)
    return [one for call in calls for one in LABELS.findall(call)]


def test_a_flood_of_one_person_holds_few_threads_and_a_small_clock_tick(app, opened):
    import threading

    page, me = browser(app)
    gate, before = threading.Event(), threading.active_count()
    openings = [
        me(lambda number=number: opened.jobs.start((number,), lambda _: gate.wait(20), "job.map", words=number))
        for number in range(363)
    ]
    for number in range(90):
        me(lambda number=number: ask(opened, f"단어{number}"))
    try:
        assert threading.active_count() - before <= 8
        for opening in openings[:40]:
            me(opening.awaited)
        assert len(clock(page)) < 10_000 and len(shown(page)) < 40_000
        _, other = browser(app)
        quick = other(lambda: opened.jobs.start(("other",), lambda _: "here", "job.model", model="x"))
        assert quick.wait(5) and quick.result == "here"  # while 358 of somebody else wait
    finally:
        gate.set()
    assert all(opening.wait(20) for opening in openings)


def test_where_a_page_stands_is_kept_only_of_callbacks_of_our_own_pages(app):
    from dashboards.kit.person import address

    def given(referrer, path="/_dash-update-component"):
        with app.server.test_request_context(path, headers={"Referer": referrer}):
            return address()

    assert given("http://localhost/map?words=10") == "/map?words=10"
    assert given("http://localhost//evil.example/x") == given("") == given("http://localhost/map", "/map") == ""
    assert given("http://localhost/map?x=" + "가" * 9000) == ""


def test_what_was_stopped_does_not_begin_again_because_its_page_is_slow(app, opened, monkeypatch):
    from dashboards.kit import job_table, jobs

    _, me = browser(app)
    job = me(lambda: ask(opened, "나"))
    me(lambda: opened.jobs.cancel(job.id))
    monkeypatch.setattr(jobs, "MEMORY", 0.0)
    monkeypatch.setattr(job_table, "MEMORY", 0.0)

    def again():
        return opened.made("contexts", {"word": "나"}, "senses.job", word="나")

    monkeypatch.setattr(jobs, "woken", lambda: True)
    with pytest.raises(Cancelled):
        me(again)
    monkeypatch.setattr(jobs, "woken", lambda: False)
    with pytest.raises(NotReady):  # the person asks: it is begun
        me(again)
    monkeypatch.setattr(jobs, "woken", lambda: True)
    with pytest.raises(NotReady):  # that it was stopped before no longer counts
        me(again)


def test_a_table_that_cannot_be_used_is_one_line_and_pages_stay_pages(app, home):
    home.mkdir(exist_ok=True)
    (home / "jobs.sqlite").write_text("not a database, but long enough to be looked at as one " * 20)
    page, _ = browser(app)
    assert page.client.get("/").status_code == 200
    assert "작업 목록" in clock(page) and "jobs.sqlite" in clock(page)
    assert "작업 목록" in shown(page)
    for button in ("jobs-stop-all", "jobs-clear"):
        assert "작업 목록" in pressed(page, button)
    assert "작업 목록" in pressed(page, "stop", {"job": "x", "at": 1})
