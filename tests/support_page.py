"""A page opened as a browser opens it, without one: layout, then every callback whose inputs are there, until nothing changes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

ROUNDS = 8
LOCATION = "_pages_location"


def parts(tree: Any) -> Iterator[dict[str, Any]]:
    """Every component of a layout that has a name."""
    if isinstance(tree, dict):
        if isinstance(tree.get("props"), dict) and "type" in tree and tree["props"].get("id") is not None:
            yield tree
        for one in tree.values():
            yield from parts(one)
    elif isinstance(tree, list):
        for one in tree:
            yield from parts(one)


def named(name: Any) -> str:
    return json.dumps(name, sort_keys=True, separators=(",", ":"), ensure_ascii=False) if isinstance(name, dict) else name


class Opened:
    """A page that is open.

    Attributes:
        tree: the layout as it stands.
        said: every answer of the server, as text.
    """

    def __init__(self, client: Any, path: str, search: str = "") -> None:
        self.client = client
        self.tree = client.get("/_dash-layout").json
        self.callbacks = [one for one in client.get("/_dash-dependencies").json if not one.get("clientside_function")]
        self.said: list[str] = []
        self._asked: dict[str, list[Any]] = {}
        self._look()
        self.set(LOCATION, pathname=path, search=search)

    @property
    def whole(self) -> str:
        return "\n".join(self.said)

    def props(self, name: Any) -> dict[str, Any]:
        """What a component is now."""
        there: dict[str, Any] = self._there[named(name)]["props"]
        return there

    def set(self, name: Any, **values: Any) -> None:
        """What a person does to a component; then all that follows."""
        self._there[named(name)]["props"].update(values)
        for _ in range(ROUNDS):
            if not [1 for one in self.callbacks if self._ask(one)]:
                return

    def _look(self) -> None:
        self._there = {named(one["props"]["id"]): one for one in parts(self.tree)}

    def _matching(self, pattern: dict[str, Any]) -> list[dict[str, Any]]:
        return [
            part
            for part in self._there.values()
            if isinstance(name := part["props"]["id"], dict)
            and name.keys() == pattern.keys()
            and all(value == ["ALL"] or name[key] == value for key, value in pattern.items())
        ]

    def _values(self, wanted: list[dict[str, Any]]) -> list[Any] | None:
        """Inputs or states as a browser sends them; ``None`` where one of them is not on the page."""
        found: list[Any] = []
        for one in wanted:
            plain = {"id": one["id"], "property": one["property"]}
            if one["id"].startswith("{"):
                found.append([_filled(plain, part) for part in self._matching(json.loads(one["id"]))])
            elif one["id"] in self._there:
                found.append(_filled(plain, self._there[one["id"]]))
            elif one.get("allow_optional"):
                found.append(plain)
            else:
                return None
        return found

    def _outputs(self, output: str) -> Any:
        def one(whole: str) -> Any:
            name, _, prop = whole.rpartition(".")
            if not name.startswith("{"):
                return {"id": name, "property": prop} if name in self._there else None
            found = [{"id": part["props"]["id"], "property": prop} for part in self._matching(json.loads(name))]
            return found if ':["ALL"]' in name else (found or [None])[0]

        return [one(part) for part in output[2:-2].split("...")] if output.startswith("..") else one(output)

    def _ask(self, callback: dict[str, Any]) -> bool:
        """Call it if it would be called now; whether it was, and answered."""
        outputs = self._outputs(callback["output"])
        inputs, states = self._values(callback["inputs"]), self._values(callback["state"])
        if (
            outputs is None
            or (isinstance(outputs, list) and None in outputs)
            or not inputs
            or states is None
            or not any(inputs)
        ):
            return False
        before = self._asked.get(callback["output"])
        if before == inputs:
            return False
        self._asked[callback["output"]] = json.loads(json.dumps(inputs))
        given = any(isinstance(one, dict) and one["id"] == LOCATION for one in inputs)  # the address, as by a person
        first = before is None and not given
        if first and callback.get("prevent_initial_call"):
            return False
        old = _flat(before or [])
        changed = [] if first else [f"{named(one['id'])}.{one['property']}" for one in _flat(inputs) if one not in old]
        body = {
            "output": callback["output"], "outputs": outputs, "inputs": inputs, "state": states, "changedPropIds": changed,
        }  # fmt: skip
        answer = self.client.post("/_dash-update-component", json=body)
        assert answer.status_code in (200, 204), (callback["output"], answer.text)
        if answer.status_code == 204:
            return False
        self.said.append(json.dumps(answer.json, ensure_ascii=False))
        for name, values in answer.json["response"].items():
            if name in self._there:
                self._there[name]["props"].update(values)
        self._look()
        return True


def _filled(plain: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    props = part["props"]
    value = {"value": props[plain["property"]]} if plain["property"] in props else {}
    return {"id": props["id"], "property": plain["property"]} | value


def _flat(values: list[Any]) -> list[Any]:
    return [one for part in values for one in (part if isinstance(part, list) else [part])]
