"""Answers in memory are packed once for each way of packing, and say the same in all of them."""

from __future__ import annotations

import gzip
import json
import threading
import time

import brotli
import pytest

from dashboards.app import kept
from dashboards.app.application import create_app
from dashboards.app.kept import SMALLEST, Kept, wanted, zstd
from dashboards.kit import ids, person
from dashboards.kit import jobs as kit_jobs

UNPACKED = {"": bytes, "zstd": zstd.decompress, "br": brotli.decompress, "gzip": gzip.decompress}
CALLBACKS = "/_dash-update-component"


@pytest.fixture
def packings(monkeypatch):
    """The ways in which something was packed."""
    found: list[str] = []

    def packed(body: bytes, way: str) -> bytes:
        found.append(way)
        return real(body, way)

    real = kept._packed
    monkeypatch.setattr(kept, "_packed", packed)
    return found


@pytest.mark.parametrize(
    ("accepted", "way"),
    [
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, deflate, br", "br"),
        ("gzip, deflate", "gzip"),
        ("GZIP", "gzip"),
        ("deflate", ""),
        ("identity", ""),
        ("", ""),
        ("*", "zstd"),
        ("zstd;q=0, *", "br"),
        ("zstd;q=0, br;q=0, gzip;q=0", ""),
        ("identity;q=1, gzip;q=0.5", ""),
        ("gzip;q=oh", ""),
        ("가, \x7f;;,=", ""),
    ],
)
def test_the_best_way_that_is_understood_is_taken(accepted, way):
    assert wanted(accepted) == way


@pytest.mark.parametrize("way", UNPACKED)
@pytest.mark.parametrize("path", ["/", "/similarity?word=나무", "/_dash-layout", "/_dash-dependencies"])
def test_frame_shell_and_dependencies_are_packed_once_and_say_the_same(app, packings, way, path):
    client = app.server.test_client()
    plain = client.get(path, headers={"Accept-Encoding": "identity"})
    answers = [client.get(path, headers={"Accept-Encoding": way}) for _ in range(3)]
    for answer in answers:
        assert answer.status_code == 200 and answer.headers.get("Content-Encoding", "") == way
        assert "Accept-Encoding" in answer.headers["Vary"] and answer.content_type == plain.content_type
        assert UNPACKED[way](answer.data) == plain.data
        assert int(answer.headers["Content-Length"]) == len(answer.data)
        assert answer.headers.get("Content-Security-Policy") == plain.headers.get("Content-Security-Policy")
    assert packings == ([way] if way else [])


def test_the_frame_speaks_the_language_of_who_asks(app):
    client = app.server.test_client()
    for _ in range(2):
        for language in ("ko", "en"):
            answer = client.get("/", headers={"Accept-Language": language, "Accept-Encoding": "gzip"})
            assert f'<html lang="{language}">' in gzip.decompress(answer.data).decode()


def test_what_is_small_is_not_packed(app):
    with app.server.test_request_context(headers={"Accept-Encoding": "gzip"}):
        assert "Content-Encoding" not in Kept(bytes(SMALLEST - 1), "text/plain").given().headers
        assert Kept(bytes(SMALLEST), "text/plain").given().headers["Content-Encoding"] == "gzip"


def test_an_answer_that_is_given_again_is_packed_once(app, packings):
    client = app.server.test_client()
    page, title, slot = (
        {"id": name, "property": part}
        for name, part in ((ids.CONTENT, "children"), (ids.TITLE, "data"), (ids.SEARCH_SLOT, "children"))
    )
    body = {
        "output": f"..{ids.CONTENT}.children...{ids.TITLE}.data...{ids.SEARCH_SLOT}.children..",
        "outputs": [page, title, slot],
        "inputs": [
            {"id": ids.LOCATION, "property": "pathname", "value": "/glossary"},
            {"id": ids.LOCATION, "property": "search"},
        ],
        "changedPropIds": [f"{ids.LOCATION}.pathname"],
        "state": [slot],
    }
    headers = {"Accept-Encoding": "zstd", "Host": "127.0.0.1"}
    answers = [client.post(CALLBACKS, json=body, headers=headers) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200] * 4, answers[0].data
    assert packings == ["zstd"], "the first time Flask-Compress does it"
    assert len({zstd.decompress(answer.data) for answer in answers}) == 1


def disabled(answer) -> bool | None:
    """Whether the clock of a shell stands still."""

    def clock(part):
        if isinstance(part, dict):
            if part.get("type") == "Interval":
                return part["props"].get("disabled", False)
            part = list(part.values())
        return next((found for one in part if (found := clock(one)) is not None), None) if isinstance(part, list) else None

    return clock(json.loads(answer.data))


def test_the_shell_knows_whether_there_is_anything_to_look_for(monkeypatch):
    app, gate = create_app(), threading.Event()
    client, jobs = app.server.test_client(), app.server.extensions["explorer"].jobs
    assert disabled(client.get("/_dash-layout")) is True
    cookie = client.get_cookie(person.COOKIE).value
    with person.acting_for(person._hashed(cookie)):
        job = jobs.start(("long",), lambda _: gate.wait(20), "job.warm")
        job.awaited()
    assert disabled(client.get("/_dash-layout")) is False
    assert disabled(app.server.test_client().get("/_dash-layout")) is True, "nothing runs for somebody else"
    gate.set()
    assert job.wait(10)
    assert disabled(client.get("/_dash-layout")) is False, "what has just ended is told to pages that waited"
    now = time.time() + 60
    monkeypatch.setattr(kit_jobs.time, "time", lambda: now)
    assert disabled(client.get("/_dash-layout")) is True
