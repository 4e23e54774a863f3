"""A small model with planted structure, and callbacks called over HTTP as Dash calls them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import numpy as np

WORDS = {
    # royal, female, old, fruit, place, action
    "왕/NNG": (1, 0, 0, 0, 0, 0),
    "여왕/NNG": (1, 1, 0, 0, 0, 0),
    "남자/NNG": (0, 0, 0.2, 0, 0, 0),
    "여자/NNG": (0, 1, 0.2, 0, 0, 0),
    "아버지/NNG": (0.1, 0, 0.5, 0, 0, 0),
    "어머니/NNG": (0.1, 1, 0.5, 0, 0, 0),
    "사과/NNG": (0, 0, 0, 1, 0, 0),
    "배/NNG": (0, 0, 0, 1, 0.2, 0),
    "배/NNB": (0, 0.1, 0, 0.2, 0.4, 0),
    "학교/NNG": (0, 0, 0, 0, 1, 0.1),
    "대학교/NNG": (0, 0, 0.1, 0, 1, 0.2),
    "서울/NNP": (0.2, 0, 0, 0, 0.8, 0),
    "먹다/VV": (0, 0, 0, 0.4, 0, 1),
    "마시다/VV": (0, 0, 0, 0.3, 0.1, 1),
    "크다/VA": (0.3, 0, 0.3, 0, 0.1, 0.4),
    "에서/JKB": (0, 0, 0, 0, 0.4, 0.3),
}
"""Every word lies where its meaning says, plus a direction all share and a little noise of its own."""


EPOCHS = [
    {"epoch": 1, "losses": 3.5, "neighbours": {"왕/NNG": ["배/NNG", "여왕/NNG"]}},
    {"epoch": 2, "losses": 2.5, "neighbours": {"왕/NNG": ["여왕/NNG", "남자/NNG"]}},
]


def small_vectors() -> Any:
    from explorer.vectors.vectors import Vectors

    random = np.random.default_rng(7)
    rows = np.array(list(WORDS.values()), np.float32)
    noise = 0.05 * random.normal(size=(len(rows), 6)).astype(np.float32)
    counts = np.arange(1000, 1000 - 10 * len(rows), -10)
    return Vectors(
        list(WORDS),
        np.hstack([rows, noise, np.full((len(rows), 1), 0.3, np.float32)]),
        counts,
        {"model": "small", "corpus": "made by hand", "epochs": EPOCHS},
    )


def _sent(part: dict[str, Any], values: dict[str, Any]) -> Any:
    """An input as a browser sends it; of a pattern that no value is given for, nothing is on the page."""
    value = values.get(f"{part['id']}.{part['property']}")
    return [] if value is None and part["id"].startswith("{") else part | {"value": value}


class Page:
    """Calls callbacks through the server, as the page in the browser does."""

    def __init__(self, app: Any, language: str = "ko") -> None:
        self.client = app.server.test_client()
        self.client.set_cookie("explorer-language", language)
        self.dependencies = self.client.get("/_dash-dependencies").json

    def call(self, output: str, values: dict[str, Any], changed: str = "") -> dict[str, Any]:
        """Answer of the callback whose output is (or holds) ``output``; ``values`` are its inputs and states by ``id.property``."""
        [found] = [d for d in self.dependencies if output in d["output"].replace("\\", "").strip(".").split("...")]
        body = {
            "output": found["output"],
            "outputs": outputs_of(found["output"]),
            "inputs": [_sent(part, values) for part in found["inputs"]],
            "state": [_sent(part, values) for part in found["state"]],
            "changedPropIds": [changed] if changed else [],
        }
        answer = self.client.post("/_dash-update-component", json=body)
        assert answer.status_code in (200, 204), answer.text
        return {} if answer.status_code == 204 else answer.json["response"]

    def press(self, output: str, button: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
        """Like :meth:`call`, after a press on one button of a pattern: the only one on the page."""
        [found] = [d for d in self.dependencies if output in d["output"]]
        name = json.dumps(button, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        body = {
            "output": found["output"],
            "outputs": outputs_of(found["output"]),
            "inputs": [
                [{"id": button, "property": part["property"], "value": 1}] if part["id"].startswith("{") else part
                for part in found["inputs"]
            ],
            "state": [part | {"value": values.get(f"{part['id']}.{part['property']}")} for part in found["state"]],
            "changedPropIds": [f"{name}.n_clicks"],
        }
        answer = self.client.post("/_dash-update-component", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json["response"]

    def settled(self, output: str, values: dict[str, Any], done: Callable[[str], bool], seconds: float = 180) -> str:
        """The answer as JSON text, asked for again until ``done``: what needs time is prepared in the background."""
        end = time.monotonic() + seconds
        while True:
            found = json.dumps(self.call(output, values), ensure_ascii=False)
            if done(found) or time.monotonic() > end:
                return found
            time.sleep(0.2)


def outputs_of(output: str) -> Any:
    """Dash's ``..a.x...b.y..`` as it sends it back."""

    def one(part: str) -> dict[str, Any]:
        name, _, prop = part.rpartition(".")
        return {"id": json.loads(name) if name.startswith("{") else name, "property": prop}

    return [one(part) for part in output[2:-2].split("...")] if output.startswith("..") else one(output)
