"""The game: what is typed is counted once a lemma, the secret stays on the server, and what a browser sends is not trusted."""

from __future__ import annotations

import json
import re
import time

import pytest

from dashboards.pages.game import page as game_page
from explorer.analysis.game import HINTS, Game, hide, today
from explorer.static.load import load

MODEL = "word2vec"
ASKED = {"seed": "우리반", "w": ""}
NAME = f"{MODEL} 우리반"


@pytest.fixture
def secret():
    return Game(load(MODEL), "우리반").word


def settled(function, done):
    end = time.monotonic() + 60
    while not done(found := function()) and time.monotonic() < end:
        time.sleep(0.2)
    return found


def act(page, button, kept, typed="", asked=ASKED):
    [found] = [d for d in page.dependencies if "game-kept.data" in d["output"]]
    values = {"game-guess.value": typed, "game-kept.data": kept, "game-asked.data": asked, "model.value": MODEL}
    body = {
        "output": found["output"],
        "outputs": [
            {"id": i, "property": p} for i, p in (("game-kept", "data"), ("game-guess", "value"), ("game-note", "children"))
        ],
        "inputs": [
            {"id": one["id"], "property": one["property"], "value": 1 if one["id"] == button else None}
            for one in found["inputs"]
        ],
        "state": [one | {"value": values[f"{one['id']}.{one['property']}"]} for one in found["state"]],
        "changedPropIds": [f"{button}.{'n_submit' if button == 'game-guess' else 'n_clicks'}"],
    }
    answer = page.client.post("/_dash-update-component", json=body)
    assert answer.status_code in (200, 204), answer.text
    return {} if answer.status_code == 204 else answer.json["response"]


def shown(page, kept, asked=ASKED):
    values = {"game-kept.data": kept, "game-asked.data": asked, "model.value": MODEL}

    def ask():
        return json.dumps(page.call("game-board.children", values), ensure_ascii=False)

    return settled(ask, lambda found: "준비" not in found)


def guessed(page, kept, typed):
    return settled(lambda: act(page, "game-go", kept, typed), lambda found: "준비" not in json.dumps(found, ensure_ascii=False))


def test_a_game_is_played_to_its_end(page, secret):
    kept = None
    for typed, lemma in (("학교에서", "학교"), ("먹었어요", "먹다")):
        answer = guessed(page, kept, typed)
        kept = answer["game-kept"]["data"]
        assert answer["game-guess"]["value"] == "" and lemma in json.dumps(answer["game-note"], ensure_ascii=False)
    assert kept == {NAME: {"words": ["학교에서", "먹었어요"], "hints": 0, "gave": False}}
    again = guessed(page, kept, "먹는")
    assert "game-kept" not in again and "이미 2번째" in json.dumps(again, ensure_ascii=False)
    wrong = guessed(page, kept, "뷁뷁")
    assert "game-kept" not in wrong and "problem" in json.dumps(wrong)
    board = shown(page, kept)
    assert secret not in board and "학교" in board and "왜?" in board and "/why?" not in board
    kept = guessed(page, kept, secret)["game-kept"]["data"]
    board = shown(page, kept)
    assert "맞혔습니다! 단어 3개, 힌트 0개" in board and secret in board and "/why?" in board
    assert act(page, "game-go", kept, "바다") == {}  # it is over
    assert act(page, "game-again", kept)["game-kept"]["data"][NAME]["words"] == []


def test_hints_are_told_one_by_one_and_giving_up_tells_the_word(page, secret):
    kept = {}
    shown(page, kept)
    for number in range(1, len(HINTS) + 3):
        kept = act(page, "game-hint", kept)["game-kept"]["data"]
        assert kept[NAME]["hints"] == min(number, len(HINTS))
    board = shown(page, kept)
    assert board.count('"Li"') == len(HINTS) and secret not in board
    gave = act(page, "game-give", kept)["game-kept"]["data"]
    assert gave[NAME]["gave"] and secret in shown(page, gave) and "포기했습니다" in shown(page, gave)


def test_why_is_told_of_one_guess_without_the_word(page, secret):
    kept = guessed(page, None, "학교")["game-kept"]["data"]
    [output] = [d["output"] for d in page.dependencies if d["output"].startswith("game-why.children@")]
    state = {"game-kept.data": kept, "game-asked.data": ASKED, "model.value": MODEL}
    button = {"number": 0, "type": "game-why"}
    [found] = [d for d in page.dependencies if d["output"] == output]
    body = {
        "output": output,
        "outputs": {"id": "game-why", "property": output.partition(".")[2]},
        "inputs": [[{"id": button, "property": "n_clicks", "value": 1}]],
        "state": [one | {"value": state[f"{one['id']}.{one['property']}"]} for one in found["state"]],
        "changedPropIds": [json.dumps(button, sort_keys=True, separators=(",", ":")) + ".n_clicks"],
    }
    said = page.client.post("/_dash-update-component", json=body)
    assert said.status_code == 200, said.text
    told = json.dumps(said.json, ensure_ascii=False)
    assert "이만큼 가까운 까닭" in told and secret not in re.sub("학교", "", told)


def test_a_word_of_ones_own_is_hidden_in_the_address(page, app):
    values = {"game-seed.value": "", "game-own.value": "사과", "model.value": MODEL}

    def pose(button):
        [found] = [d for d in page.dependencies if "game-asked.data" in d["output"]]
        body = {
            "output": found["output"],
            "outputs": [
                {"id": i, "property": p}
                for i, p in (("game-asked", "data"), ("game-own", "value"), ("game-set-note", "children"))
            ],
            "inputs": [
                {"id": one["id"], "property": one["property"], "value": 1 if one["id"] == button else None}
                for one in found["inputs"]
            ],
            "state": [one | {"value": values[f"{one['id']}.{one['property']}"]} for one in found["state"]],
            "changedPropIds": [f"{button}.n_clicks"],
        }
        answer = page.client.post("/_dash-update-component", json=body)
        return answer.json["response"]

    answer = settled(lambda: pose("game-own-go"), lambda found: "준비" not in json.dumps(found, ensure_ascii=False))
    assert answer["game-asked"]["data"] == {"seed": "", "w": hide("사과")} and answer["game-own"]["value"] == ""
    written = json.dumps(
        page.call(
            '{"type":"address","view":"game"}.data', {"game-asked.data": answer["game-asked"]["data"], "model.value": MODEL}
        )
    )
    assert hide("사과") in written and "사과" not in written and "%EC%82%AC" not in written
    kept = {f"{MODEL} {hide('사과')}": {"words": ["사과"], "hints": 0, "gave": False}}
    assert "정답입니다" in shown(page, kept, answer["game-asked"]["data"]) or "맞혔습니다" in shown(
        page, kept, answer["game-asked"]["data"]
    )
    assert pose("game-seed-go")["game-asked"]["data"] == {"seed": today(), "w": ""}
    values["game-own.value"] = "뷁뷁"
    assert "벡터가 없습니다" in json.dumps(pose("game-own-go"), ensure_ascii=False)
    assert "읽을 수 없습니다" in shown(page, {}, {"seed": "", "w": "AAAA"})


@pytest.mark.parametrize(
    "kept",
    [
        None,
        [],
        "x",
        {NAME: 5},
        {NAME: {"words": 7, "hints": "a", "gave": 1}},
        {NAME: {"words": [None, 3, "<b>", "뷁뷁", "가" * 9000], "hints": -4}},
    ],
)
def test_what_a_browser_kept_is_not_trusted(page, kept, secret):
    board = shown(page, kept)
    assert "우리반" in board and secret not in board
    assert game_page.kept_of(kept, NAME)["hints"] == 0


def test_a_browser_remembers_a_number_of_games():
    kept = {}
    for number in range(100):
        kept = game_page.with_game(kept, str(number), {})
    assert list(kept) == [str(number) for number in range(40, 100)]
    assert list(game_page.with_game(kept, "50", {"gave": True}))[-1] == "50"


def test_the_page_begins_with_the_game_of_the_day(app):
    with app.server.test_request_context():
        assert today() in str(game_page.layout()) and "3학년" in str(game_page.layout(seed="3학년"))
