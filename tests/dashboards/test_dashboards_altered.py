"""Altered bodies of callbacks are answered or refused with 400 and one line in the log: no 500, no traceback."""

from __future__ import annotations

import copy
import json
import logging
import os
import random
from collections import Counter
from typing import Any

import pytest
from support_dashboard import Page, outputs_of

from dashboards.kit import jobs
from explorer.core.errors import Unavailable

CASES, SEED = (int(os.environ.get(name, usual)) for name, usual in (("FUZZ_CASES", 500), ("FUZZ_SEED", 11)))
"""More by hand, or others."""

VALUES: list[Any] = [
    None, True, False, 0, 1, -1, 7, 2**31, 2**63, 10**30, 0.5, -0.0, 1e308, "", "왕", "왕 − 남자 + 여자", "small", "kiwi", "nosuch",
    "ㅎ" * 3_000, "[MASK]", "<b>왕</b>", "=1+1", "a\0b", "\ud800", "왕\n왕", "0", "nan", "../..", "/word?w=왕", "?" * 50, [], ["왕"], [None],
    [["왕", "여왕"]], [1, "왕", {}], {}, {"a": 1}, {"word": "왕"}, {"word": None}, {"points": [{}]}, {"points": [{"customdata": None}]},
    [{}], [[[]]], {"id": "x", "n": [1]},
]  # fmt: skip


@pytest.fixture
def idle(monkeypatch):
    """No work is begun: what takes long is refused, so that only what callbacks do with their values is tried."""

    def refuse(*_: Any, **__: Any) -> None:
        raise Unavailable("core.cancelled")

    for name in ("submit", "start"):
        monkeypatch.setattr(jobs.Jobs, name, refuse)


def declared_body(declared: dict[str, Any], draw: random.Random) -> dict[str, Any]:
    def part(one: dict[str, Any]) -> Any:
        filled = dict(one) | {"value": draw.choice(VALUES)}
        return [filled | {"id": json.loads(one["id"])}] if one["id"].startswith("{") else filled

    inputs = [part(one) for one in declared["inputs"]]
    first = inputs[0][0] if isinstance(inputs[0], list) else inputs[0]
    name = json.dumps(first["id"], sort_keys=True, separators=(",", ":")) if isinstance(first["id"], dict) else first["id"]
    return {
        "output": declared["output"],
        "outputs": outputs_of(declared["output"]),
        "inputs": inputs,
        "state": [part(one) for one in declared["state"]],
        "changedPropIds": [f"{name}.{first['property']}"] if draw.random() < 0.8 else [],
    }


def altered(body: dict[str, Any], draw: random.Random) -> Any:
    """What another program might send instead: at one or two places another value, a key less, or one more."""
    made: Any = copy.deepcopy(body)
    for _ in range(draw.randint(1, 3)):
        place, key = made, draw.choice(list(made))
        while isinstance(place[key], dict | list) and place[key] and draw.random() < 0.85:
            place = place[key]
            key = draw.choice(list(place)) if isinstance(place, dict) else draw.randrange(len(place))
        if draw.random() < 0.2:
            del place[key]
        else:
            place[key] = copy.deepcopy(draw.choice(VALUES))
        if not made:
            break
    return made


def test_altered_bodies_are_answered_or_refused_in_one_line(page: Page, idle, caplog):
    draw = random.Random(SEED)
    answered: Counter[int] = Counter()
    wrong = []
    for number in range(CASES):
        body = declared_body(draw.choice(page.dependencies), draw)
        if draw.random() < 0.4:  # else only its values are odd
            body = altered(body, draw)
        with caplog.at_level(logging.WARNING):
            caplog.clear()
            answer = page.client.post("/_dash-update-component", data=json.dumps(body), content_type="application/json")
        answered[answer.status_code] += 1
        if answer.status_code not in (200, 204, 400) or any(record.exc_info for record in caplog.records):
            where = [line for record in caplog.records if record.exc_text for line in record.exc_text.splitlines()[-3:]]
            wrong.append((number, answer.status_code, body.get("output"), where))
        if answer.status_code == 400:
            assert [record.name for record in caplog.records] == ["dashboards.app.bodies"]
            assert "\n" not in caplog.records[0].getMessage() and len(caplog.records[0].getMessage()) < 150
    assert wrong == []
    assert answered[400] > CASES // 5 and answered[200] + answered[204] > CASES // 10, answered


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[" * 100_000, b"null", b'"x"', b"\xff", b'{"output": 1}', b'{"output": "x.y"}']
)
def test_what_is_no_body_is_refused(page: Page, content):
    answer = page.client.post("/_dash-update-component", data=content, content_type="application/json")
    assert (answer.status_code, answer.content_type) == (400, "text/plain; charset=utf-8")


def test_other_addresses_keep_their_errors(page: Page, monkeypatch):
    assert page.client.post("/_dash-update-component", data=b"{}", content_type="text/plain").status_code in (400, 415)
    assert page.client.get("/nosuch.js").status_code in (200, 404)
