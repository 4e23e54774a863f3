"""The same question is computed once, for everybody, and anew as soon as anything it depends on is another."""

from __future__ import annotations

import time
from typing import Any

import pytest
from dash import Dash, Input, Output, dcc, html
from support_dashboard import small_vectors
from support_page import Opened

from dashboards.app import create_app, remembered
from dashboards.app.application import VIEWS
from dashboards.app.kept import Kept
from dashboards.app.remembered import Remembered, guard
from dashboards.kit import checkpoints, person, steady
from dashboards.kit.components import problem
from dashboards.kit.i18n import text
from dashboards.kit.jobs import Jobs
from explorer.core.errors import BadInput
from explorer.core.store import remove_artifact
from explorer.core.workspace import own_folder

PATH = "/_dash-update-component"
PAGES = {
    "/": "", "/word/나무": "", "/similarity": "?word=나무", "/analogy": "", "/versus": "?word=나무", "/map": "", "/tokens": "",
    "/bench": "", "/sentences": "", "/corpora": "?word=비", "/glossary": "", "/why": "",
}  # fmt: skip


class Asked:
    """A server of one callback, and how often it was called."""

    def __init__(self, answer: Any = None, told: bool = True) -> None:
        self.calls: list[Any] = []
        self.app = Dash("asked", use_async=False)
        self.app.layout = html.Div([dcc.Input(id="a"), dcc.Input(id="b")])

        def called(value: Any) -> Any:
            self.calls.append(value)
            return answer(value) if answer else f"{value}!"

        self.app.callback(Output("b", "value"), Input("a", "value"))(steady.steady(called) if told else called)
        person.guard(self.app.server, apart=True)
        guard(self.app, PATH)

    def ask(self, value: Any = "나무", language: str = "ko", who: str = "a") -> Any:
        client = self.app.server.test_client()
        client.set_cookie("explorer-language", language)
        client.set_cookie(person.COOKIE, who * 32)
        asked = {
            "output": "b.value", "outputs": {"id": "b", "property": "value"}, "changedPropIds": ["a.value"],
            "inputs": [{"id": "a", "property": "value", "value": value}], "state": [],
        }  # fmt: skip
        answer = client.post(PATH, json=asked)
        return answer.json["response"]["b"]["value"] if answer.status_code == 200 else answer.status_code


def test_what_is_asked_again_is_answered_without_computing(home):
    asked = Asked()
    assert [asked.ask(), asked.ask(who="b"), asked.ask("숲")] == ["나무!", "나무!", "숲!"]
    assert asked.calls == ["나무", "숲"]


def test_each_language_has_its_own_answer(home):
    asked = Asked()
    for language in ("ko", "en", "ko", "en"):
        asked.ask(language=language)
    assert len(asked.calls) == 2


def test_who_does_not_say_that_it_is_steady_is_called_each_time(home):
    asked = Asked(told=False)
    asked.ask(), asked.ask()
    assert len(asked.calls) == 2


def looks_for_a_job(_: Any) -> str:
    jobs = Jobs()
    jobs.failure(("nothing",))
    jobs.close()
    return "다음에는 다르다"


@pytest.mark.parametrize(
    "answer",
    [looks_for_a_job, lambda _: person.person()[:3], lambda _: person.address(), lambda _: steady.passing()],
    ids=["a job", "the person", "the address", "said"],
)
def test_what_came_across_something_that_passes_is_not_kept(home, answer):
    asked = Asked(answer)
    asked.ask(), asked.ask()
    assert len(asked.calls) == 2


def test_what_is_stored_replaced_or_removed_makes_answers_anew(home):
    asked = Asked()
    changes = [
        lambda: small_vectors().save("one"),
        lambda: small_vectors().save("one", overwrite=True),
        lambda: remove_artifact("vectors", "one"),
    ]
    for number, change in enumerate(changes, 1):
        asked.ask(), asked.ask()
        assert len(asked.calls) == number
        change()
    asked.ask()
    assert len(asked.calls) == 3, "and as it was before, it is what it was"


def test_what_it_rests_on_is_looked_at_again(home):
    there = ["하나"]

    def answer(_: Any) -> str:
        steady.rests_on(lambda: tuple(there), tuple(there))
        return ",".join(there)

    asked = Asked(answer)
    assert [asked.ask(), asked.ask()] == ["하나", "하나"] and len(asked.calls) == 1
    there.append("둘")
    assert [asked.ask(), asked.ask()] == ["하나,둘", "하나,둘"] and len(asked.calls) == 2


def test_encoders_that_are_offered_are_looked_at_again(home, monkeypatch):
    asked = Asked(lambda _: ",".join(checkpoints.available()))
    before = asked.ask()
    monkeypatch.setenv("EXPLORER_BERT", "klue/bert-base")
    assert before != asked.ask() == "bert-base," + before


def test_who_has_things_of_their_own_is_answered_anew_and_leaves_nothing(home):
    asked = Asked(lambda _: "것" if own_folder() is None or not own_folder().exists() else "앤의 것")
    ann = person._hashed("a" * 32)
    small_vectors_of(ann)
    assert [asked.ask(who="a"), asked.ask(who="b"), asked.ask(who="a"), asked.ask(who="c")] == [
        "앤의 것",
        "것",
        "앤의 것",
        "것",
    ]
    assert len(asked.calls) == 3, "ben's was given to the third, and Ann's to nobody"


def small_vectors_of(who: str) -> None:
    from explorer.core.workspace import in_workspace

    with in_workspace(who):
        small_vectors().save("hers")


def test_files_named_by_their_paths_are_read_each_time(home, monkeypatch):
    monkeypatch.setenv("EXPLORER_ALLOW_PATHS", "1")
    asked = Asked()
    asked.ask(), asked.ask()
    assert len(asked.calls) == 2


def test_an_answer_is_kept_for_an_hour(home, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(remembered.time, "monotonic", lambda: now[0])
    kept = Remembered(1 << 20)
    kept.keep(b"old", Kept(b"old", "text/plain"), ())
    now[0] += remembered.LASTS - 1
    assert kept.find(b"old").body == b"old"
    now[0] += 2
    assert kept.find(b"old") is None
    kept.keep(b"new", Kept(b"new", "text/plain"), ())
    assert len(kept) == 1, "what is too old goes with the next one that comes"


def test_what_is_kept_stays_within_its_room():
    """Sixteen answers of a tenth of what is counted beside each, and what was asked for longest ago goes."""
    each = remembered.BESIDE // 10
    kept = Remembered(16 * (each + remembered.BESIDE))
    names = [str(number).encode() for number in range(40)]
    for name in names:
        kept.keep(name, Kept(bytes(each), ""), ())
        kept.find(names[0])
    assert len(kept) == 16 and kept.find(names[0]) and kept.find(names[39]) and not kept.find(names[20])
    kept.keep(names[39], Kept(bytes(1), ""), ())
    assert len(kept) == 16 and kept.find(names[39]).body == bytes(1)
    kept.keep(b"large", Kept(bytes(each + remembered.BESIDE + 1), ""), ())
    assert kept.find(b"large") is None and len(kept) == 16


def test_what_is_packed_takes_room_as_well():
    kept = Remembered(16 * 2000)
    for number in range(8):
        answer = Kept(bytes(900), "")
        kept.keep(str(number).encode(), answer, ())
    answer.ways["zstd"] = bytes(16 * 2000 - 8 * (900 + remembered.BESIDE) + 1)
    assert kept.find(b"7") is answer and len(kept) == 7 and kept.find(b"0") is None
    assert kept.find(b"7") is answer and len(kept) == 7, "and is counted once"


def test_the_setting(home, monkeypatch):
    monkeypatch.setenv("EXPLORER_ANSWERS_MB", "0")
    asked = Asked()
    asked.ask(), asked.ask()
    assert len(asked.calls) == 2
    monkeypatch.setenv("EXPLORER_ANSWERS_MB", "-3")
    with pytest.raises(BadInput, match="EXPLORER_ANSWERS_MB"):
        create_app()


def test_what_is_wrong_may_be_put_right(home):
    wrong = BadInput("core.bad_number_setting", name="X", value="y")
    asked = Asked(lambda _: problem(text(), wrong))
    asked.ask(), asked.ask()
    assert len(asked.calls) == 2


@pytest.mark.parametrize("path", PAGES)
def test_pages_from_memory_are_what_they_are_anew(kiwi_recovered, home, monkeypatch, path):
    """Once all is open that a page needs, what memory gives is what a server without any answers."""
    found = []
    for room in ("16", "0"):
        monkeypatch.setenv("EXPLORER_ANSWERS_MB", room)
        app = create_app()
        try:
            client = app.server.test_client()
            client.set_cookie(person.COOKIE, "a" * 32)
            settle(client, path)
            Opened(client, path, PAGES[path])
            found.append(Opened(client, path, PAGES[path]).said)
        finally:
            app.server.extensions["explorer"].close()
    assert found[0] and found[0] == found[1]


def settle(client: Any, path: str) -> None:
    """Open a page until it waits for nothing."""
    end = time.monotonic() + 240
    while '"watched"' in Opened(client, path, PAGES[path]).whole:
        assert time.monotonic() < end
        time.sleep(0.3)


def test_every_page_that_says_so_is_answered_from_memory(home, monkeypatch):
    """The layout of a steady page is made once."""
    app = create_app()
    made: list[str] = []
    for view in VIEWS:
        if getattr(view, "STEADY", False):
            monkeypatch.setattr(view, "layout", counted(view, made))
    client = app.server.test_client()
    client.set_cookie(person.COOKIE, "a" * 32)
    asked = [view for view in VIEWS if getattr(view, "STEADY", False)]
    for _ in range(3):
        for view in asked:
            Opened(client, view.PATH)
    again = {view.PATH for view in asked if made.count(view.PATH) > 1}
    app.server.extensions["explorer"].close()
    assert not again and len(set(made)) == len(asked)


def test_the_word_of_the_day_is_another_one_tomorrow(home, monkeypatch):
    from explorer.analysis import game

    day = ["2026-03-01"]
    monkeypatch.setattr(game, "today", lambda: day[0])
    app = create_app()
    client = app.server.test_client()
    first = [Opened(client, "/game").props("game-asked")["data"]["seed"] for _ in range(2)]
    day[0] = "2026-03-02"
    later = Opened(client, "/game").props("game-asked")["data"]["seed"]
    app.server.extensions["explorer"].close()
    assert first == ["2026-03-01"] * 2 and later == "2026-03-02"


def counted(view: Any, made: list[str]) -> Any:
    layout = view.layout

    def told(**query: Any) -> Any:
        made.append(view.PATH)
        return layout(**query)

    return told
