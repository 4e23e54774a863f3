"""What a server tells of itself: numbers for Prometheus from all its processes, and logs as lines of JSON; no word of anybody."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support_dashboard import Page

from dashboards.app.application import create_app
from dashboards.app.metrics import BUCKETS, TYPE, Meter
from explorer.core.errors import BadInput

LINE = re.compile(r'(explorer_\w+)\{((?:\w+="(?:[^"\\]|\\.)*",?)+)\} (\d[\d.e+-]*)')
MAIN, OTHER = "a-token-of-ours", "one-for-numbers"


def numbers(text):
    """Values by name and labels; every line is a comment or of the format."""
    found = {}
    for line in text.splitlines():
        if line.startswith("# "):
            assert re.fullmatch(r"# (HELP explorer_\w+ .+|TYPE explorer_\w+ (counter|gauge|histogram))", line), line
            continue
        name, labels, value = LINE.fullmatch(line).groups()
        found[name, tuple(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', labels))] = float(value)
    return found


def requests(found):
    return {tuple(dict(labels).values()): value for (name, labels), value in found.items() if name == "explorer_requests_total"}


def test_requests_are_counted_by_page_and_status_and_no_word_is_told(page):
    page.client.get("/word/비밀")
    page.client.get("/비밀/더비밀?word=비밀")
    page.client.get("/assets/nothing.js")
    for came in ("http://localhost/word/비밀?n=3", "http://localhost/비밀", "", "http://["):
        page.client.post("/_dash-update-component", json={"비밀": 1}, headers={"Referer": came.encode().decode("latin1")})
    answer = page.client.get("/metrics")
    assert answer.content_type == TYPE and "비밀" not in answer.text and "%EB" not in answer.text and "\\u" not in answer.text
    found = requests(numbers(answer.text))
    assert found["word", "page", "200"] == found["other", "page", "200"] == 1
    assert found["", "file", "404"] == 1
    callbacks = {key: value for key, value in found.items() if key[1] == "callback"}
    assert {key[0] for key in callbacks} == {"word", "other"} and sum(callbacks.values()) == 4
    assert not {key[2] for key in callbacks} & {"200"}


def test_times_fall_into_buckets_and_processes_add_up(home):
    app = create_app()
    one, two = (Meter(home / "metrics.sqlite") for _ in range(2))
    for seconds in (0.001, 0.005, 0.3, 99.0):
        one.request("map", "page", 200, seconds)
    until = time.monotonic() + 60
    while one.pending and time.monotonic() < until:  # what one process counted is there for all within a moment
        time.sleep(0.05)
    two.request("map", "page", 500, 0.02)
    with app.server.app_context():
        found = numbers(two.told(app.server.extensions["explorer"]))
    place = (("page", "map"), ("kind", "page"))
    buckets = [(labels[2][1], value) for (name, labels), value in found.items() if name == "explorer_request_seconds_bucket"]
    assert [end for end, _ in buckets] == [*map(str, BUCKETS), "+Inf"], "in the order of their ends"
    assert [value for _, value in buckets] == [2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 4, 5]
    assert found["explorer_request_seconds_count", place] == 5
    assert found["explorer_request_seconds_sum", place] == pytest.approx(99.326)
    assert requests(found) == {("map", "page", "200"): 4, ("map", "page", "500"): 1}


def test_jobs_caches_and_memory_are_told(page, home):
    (home / "cache" / "maps" / "one").mkdir(parents=True)
    (home / "cache" / "maps" / "one" / "map.json").write_bytes(b"x" * 1000)
    (home / "cache" / "maps" / "two.json").write_bytes(b"x" * 24)
    opened = page.client.application.extensions["explorer"]
    opened.work = lambda: None
    with page.client.application.app_context():
        opened.task("contexts", {"word": "비밀"}, "senses.job", word="비밀")
    answer = page.client.get("/metrics").text
    found = numbers(answer)
    assert found["explorer_jobs", (("kind", "contexts"), ("state", "waiting"))] == 1 and "비밀" not in answer
    assert found["explorer_cache_bytes", (("folder", "maps"),)] == 1024
    if sys.platform == "linux":
        own = found["explorer_resident_memory_bytes", (("process", str(os.getpid())), ("role", "server"))]
        assert 20 << 20 < own < 64 << 30


def test_what_cannot_be_written_is_kept_and_told(app, home):
    page = Page(app)
    page.client.get("/map")
    page.client.get("/metrics")  # writes it down
    file = home / "metrics.sqlite"
    file.write_bytes(b"no table, but long enough to be looked at as one " * 20)
    page.client.get("/map")
    assert requests(numbers(page.client.get("/metrics").text))["map", "page", "200"] == 1
    file.unlink()
    page.client.application.extensions["explorer"].close()
    page.client.get("/map")
    page.client.get("/map")
    assert requests(numbers(page.client.get("/metrics").text))["map", "page", "200"] == 3


@pytest.mark.parametrize(
    ("token", "metrics", "opens"),
    [("", "", {"", MAIN, OTHER}), (MAIN, "", {MAIN}), (MAIN, OTHER, {MAIN, OTHER}), ("", OTHER, {OTHER})],
)
def test_who_may_read_the_numbers(home, token, metrics, opens):
    for given in ("", MAIN, OTHER):
        client = create_app(token=token, metrics_token=metrics).server.test_client()
        headers = {"Authorization": f"Bearer {given}"} if given else {}
        assert client.get("/metrics", headers=headers).status_code == (200 if given in opens else 401), given
        layout = client.get("/_dash-layout", headers=headers).status_code
        assert layout == (200 if not token or given == token else 401), "the token for numbers opens nothing else"
        assert client.get("/health").status_code == 200
    with pytest.raises(BadInput):
        create_app(metrics_token="short")


SERVER = """
import logging, warnings
from dashboards.app.application import create_app
app = create_app()
client = app.server.test_client()
def broken():
    raise ValueError("비밀은 비밀")
app.server.add_url_rule("/broken", "broken", broken)
client.get("/word/비밀")
client.get("/broken?word=비밀")
logging.getLogger("some.library").warning("read 비밀")
logging.getLogger("dashboards.kit.x").warning("job %s failed", "비밀")
"""


def test_logs_are_lines_of_json_without_a_word_of_anybody(home):
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2]), "EXPLORER_LOG": "json"}
    done = subprocess.run([sys.executable, "-c", SERVER], env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0 and "비밀" not in done.stderr, done.stderr
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    asked = [line for line in lines if line.get("event") == "request"]
    assert [(line["page"], line["kind"], line["status"]) for line in asked] == [("word", "page", 200), ("other", "page", 500)]
    assert all(line["ms"] >= 0 and line["process"] and line["time"].endswith("+00:00") for line in asked)
    [failed] = [line for line in lines if "error" in line]
    assert failed["error"] == "ValueError" and failed["stack"][-1].endswith(" broken")
    assert any(line.get("message") == "job %s failed" for line in lines)
    assert [line["where"] for line in lines if line["logger"] == "some.library"]


def test_without_the_setting_nothing_is_logged_of_requests(home, caplog):
    create_app().server.test_client().get("/map")
    assert caplog.text == ""
