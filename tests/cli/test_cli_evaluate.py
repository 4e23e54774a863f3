"""Scores from the shell: test sets by file and by name, methods side by side, models against each other."""

from __future__ import annotations

import dataclasses
import hashlib
import http.server
import json
import threading

import numpy as np
import pytest
from click.testing import CliRunner

from explorer.analysis import benchmarks, test_sets
from explorer.cli import main
from explorer.core import evaluation_sets as sets
from explorer.tokenizers.comparison import gold
from explorer.vectors.vectors import Vectors

PAIRS = "낱말 1,낱말 2,점수\n왕,여왕,9\n왕,사과,1.5\n배,사과,8\n왕,배,2\n"
QUESTIONS = ": 가족\n왕 여왕 남자 여자\n남자 여자 왕 여왕\n왕 여왕 왕 여왕\n"


@pytest.fixture
def models(home):
    keys = ["왕/NNG", "여왕/NNG", "남자/NNG", "여자/NNG", "사과/NNG", "배/NNG"]
    rows = np.array([[1, 1, 0, 0], [1, -1, 0, 0], [0, 1, 0.5, 0], [0, -1, 0.5, 0], [0, 0, 1, 1], [0.1, 0, 1, 0.9]])
    Vectors(keys, rows, np.arange(6, 0, -1)).save("하나")
    Vectors(keys, rows + np.random.default_rng(0).normal(0, 0.3, rows.shape)).save("둘")
    return home


@pytest.fixture
def files(tmp_path):
    (tmp_path / "pairs.csv").write_text(PAIRS, encoding="utf-8")
    (tmp_path / "questions.txt").write_text(QUESTIONS, encoding="utf-8")
    return str(tmp_path / "pairs.csv"), str(tmp_path / "questions.txt")


def run(*args: str):
    return CliRunner().invoke(main, list(args))


def test_scores_for_people_and_programs(models, files):
    done = run("evaluate", *files, "--model", "하나", "--method", "all")
    assert done.exit_code == 0, done.output
    assert "spearman" in done.stdout and "neighbour of c" in done.stdout and "3cosmul" in done.stdout
    assert "random pairs" in done.stderr
    data = json.loads(run("evaluate", files[1], "--model", "하나", "--json").stdout)
    assert data[0]["model"] == "하나" and data[0]["sections"][0]["impossible"] == 1
    assert data[0]["details"]["by_method"]["3cosadd"] == data[0]["value"]


def test_models_against_each_other(models, files):
    done = run("evaluate", files[0], "--model", "하나", "--against", "둘")
    assert done.exit_code == 0, done.output
    assert "on the 4 in common" in done.stdout and "하나" in done.stdout and "둘" in done.stdout
    data = json.loads(run("evaluate", files[0], "--model", "하나", "--against", "둘", "--json").stdout)
    assert data[0]["common"] == 4 and len(data[0]["shared"]) == 2


STS = (
    "score\tsentence1\tsentence2\n5\t왕이 왔다\t왕이 왔다\n1\t왕이 왔다\t사과를 먹다\n3\t배와 사과\t사과와 여왕\n0\t남자\t배\n"
)
DP = "## 칼럼명 : INDEX\tWORD_FORM\n## 하나\t왕이 왔다.\n1\t왕이\t왕 이\tNNG+JKS\t2\tNP\n2\t왔다.\t오 았 다 .\tVV+EP+EF+SF\t0\tVP\n"
SERVED = {"WS353_korean.csv": PAIRS, "sts-test.tsv": STS, "klue-dp-v1.1_dev.tsv": DP, "dev.tsv": "", "train.tsv": ""}


@pytest.fixture
def mirror(monkeypatch):
    """A server on this machine that gives what GitHub would, by the last part of the path; 404 for the rest."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            text = SERVED.get(self.path.rpartition("/")[2])
            content = (text or "").encode()
            self.send_response(404 if text is None else 200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("EXPLORER_MIRROR", f"http://127.0.0.1:{server.server_port}")
        yield asked
        server.shutdown()


def publish(monkeypatch, name, *texts):
    """Let the catalogue expect these texts."""
    one = sets.evaluation_sets()[name]
    files = tuple(
        dataclasses.replace(file, size=len(text.encode()), sha256=hashlib.sha256(text.encode()).hexdigest())
        for file, text in zip(one.files, texts, strict=True)
    )
    known = {**sets.evaluation_sets(), name: dataclasses.replace(one, files=files)}
    for module in (sets, benchmarks, gold, test_sets):
        monkeypatch.setattr(module, "evaluation_sets", lambda: known)


def test_sets_known_by_name_are_fetched_only_when_asked(models, mirror, monkeypatch):
    refused = run("evaluate", "ws353-ko", "--model", "하나")
    assert refused.exit_code == 1 and "sets fetch ws353-ko" in refused.stderr and refused.stderr.count("\n") == 1 and not mirror
    monkeypatch.setitem(SERVED, "WS353_korean.csv", "x" * 7378)  # what is served is not what was published
    changed = run("sets", "fetch", "ws353-ko")
    assert changed.exit_code == 1 and "not the one expected" in changed.stderr
    monkeypatch.setitem(SERVED, "WS353_korean.csv", "x" * 10_000)
    longer = run("sets", "fetch", "ws353-ko")
    assert longer.exit_code == 1 and "7 kB" in longer.stderr
    assert not sets.evaluation_set("ws353-ko").files[0].path.exists()
    monkeypatch.undo()


def test_pairs_sentences_and_morphemes_by_name(models, mirror, monkeypatch):
    publish(monkeypatch, "ws353-ko", PAIRS)
    fetched = run("evaluate", "하나", "ws353-ko", "--fetch", "--json")
    assert fetched.exit_code == 0, fetched.output
    [score] = json.loads(fetched.stdout)
    assert (score["name"], score["model"]) == ("ws353-ko", "하나")
    assert mirror[0].startswith("/raw.githubusercontent.com/SungjoonPark/")
    count = len(mirror)
    assert run("evaluate", "하나", "ws353-ko", "--fetch").exit_code == 0 and len(mirror) == count  # and kept

    publish(monkeypatch, "korsts", STS)
    assert json.loads(run("sets", "fetch", "korsts", "--json").stdout)["korsts"][0].endswith("korsts_test.tsv")
    scored = run("evaluate", "하나", "korsts", "--json")
    assert scored.exit_code == 0, scored.output
    assert (json.loads(scored.stdout)[0]["name"], json.loads(scored.stdout)[0]["kind"]) == ("korsts", "sentences")

    publish(monkeypatch, "klue-dp", DP)
    assert run("sets", "fetch", "klue-dp").exit_code == 0
    told = run("evaluate", "하나", "klue-dp")
    assert told.exit_code == 1 and "compare" in told.stderr and "--gold klue-dp" in told.stderr
    compared = run("compare", "-t", "syllable", "-t", "kiwi", "--corpus", "sample", "--gold", "klue-dp", "--json")
    assert compared.exit_code == 0, compared.output
    rows = {row["tokenizer"]: row for row in json.loads(compared.stdout)["rows"]}
    assert rows["syllable"]["boundary_recall"]["value"] == rows["kiwi"]["boundary_f1"]["value"] == 1


def test_a_threshold_comes_along(models, mirror, monkeypatch):
    [path] = [file.path for file in sets.evaluation_set("kobest-wic-dev").files if "dev" in file.name]
    path.parent.mkdir(parents=True)
    path.write_text(WIC, encoding="utf-8")
    path.with_name("kobest_wic_train.tsv").write_text(WIC, encoding="utf-8")
    scored = run("evaluate", "하나", "kobest-wic-dev", "--json")
    assert scored.exit_code == 0, scored.output
    assert json.loads(scored.stdout)[0]["details"]["chosen_on"] == "kobest_wic_train" and not mirror
    assert json.loads(run("evaluate", "하나", "kobest-wic-dev", "--test", "senses", "--json").stdout)[0]["kind"] == "senses"


def test_sets_are_listed_and_shown(home):
    rows = {one["name"]: one for one in json.loads(run("sets", "list", "--json").stdout)}
    assert rows["relations"]["where"] == "shipped" and rows["klue-sts"]["where"] == "not here"
    assert all(one["licence"] and one["citation"] and one["kind"] in sets.KINDS for one in rows.values())
    assert all(
        file["url"].startswith("https://") and len(file["sha256"]) == 64 for one in rows.values() for file in one["files"]
    )
    assert "353 pairs" in run("sets", "list").stdout
    assert json.loads(run("sets", "show", "kobest-wic", "--json").stdout)["licence"] == "CC BY-SA 4.0"
    for args, words in ((("show", "korsst"), "korsts"), (("fetch", "relations"), "ships"), (("fetch", "nothing"), "kwat")):
        done = run("sets", *args)
        assert done.exit_code == 1 and words in done.stderr and done.stderr.count("\n") == 1
    assert run("sets", "fetch").exit_code == 2
    assert "단어 쌍 353개" in run("--lang", "ko", "sets", "list").stdout


def test_neighbours_by_other_measures(models):
    data = json.loads(run("similar", "왕", "--model", "하나", "--method", "csls", "--json").stdout)
    assert len(data["neighbours"]) == 5
    few = json.loads(run("similar", "왕", "--model", "하나", "--method", "mutual", "-n", "1", "--json").stdout)
    assert len(few["neighbours"]) <= 1


WIC = (
    "Target\tSENTENCE1\tDictionary 1\tSENTENCE2\tDictionary 2\tANSWER\n"
    "왕\t[왕]이 남자\t1\t[왕]과 남자\t1\tTrue\n왕\t[왕]이 사과를\t2\t[왕]과 배를\t2\tTRUE\n"
    "왕\t[왕]은 남자\t1\t[왕]은 사과\t2\tFalse\n왕\t[왕]의 남자\t1\t[왕]의 배\t2\tFALSE\n"
)


@pytest.fixture
def wic(tmp_path):
    (tmp_path / "wic.tsv").write_bytes(WIC.encode("cp949"))
    return str(tmp_path / "wic.tsv")


def test_words_in_sentences_are_scored_with_averages_and_encoders(models, wic, small_bert):
    done = run(
        "evaluate", wic, "--train", wic, "--model", "하나", "--encoder", str(small_bert), "--test", "wic", "--test", "senses"
    )
    assert done.exit_code == 0, done.output
    assert "number_right" in done.stdout and "auc" in done.stdout and "same sense from" in done.stderr
    args = ("evaluate", wic, "--train", wic, "--model", "하나", "--json")
    [score] = json.loads(run(*args).stdout)
    assert (score["kind"], score["model"], score["coverage"]) == ("wic", "하나", 1) and score["measures"][1]["name"] == "auc"
    assert score["measures"][1]["value"] == 1
    table = run("evaluate", wic, "--train", wic, "--model", "하나", "--encoder", str(small_bert), "--table", "-").stdout
    assert table.splitlines()[0] == "| model | compared | wic: accuracy | wic: AUC |" and "| 하나 | average |" in table
    assert "(chance)" in table and "4 of 4 pairs of 1 words" in table


def test_every_layer_on_the_sample(home, small_bert):
    done = run("evaluate", "sample", "--test", "senses", "--layers", "--encoder", str(small_bert), "--json")
    assert done.exit_code == 0, done.output
    scores = json.loads(done.stdout)
    assert {one["layer"] for one in scores} >= {0, 1, 2} and all(one["words"] == 26 for one in scores)


def test_what_does_not_go_together_is_one_line(models, wic, files):
    for args in (
        ("evaluate", wic, "--model", "하나", "--layer", "1", "--encoder", "nowhere/at-all"),
        ("evaluate", wic, "--model", "하나", "--method", "all"),
        ("evaluate", files[0], "--model", "하나", "--train", wic),
        ("evaluate", files[0], "--model", "하나", "--table", "-"),
        ("evaluate", files[0], "--against", "둘", "--encoder", "mini"),
        ("evaluate", "sample", "--model", "하나", "--test", "masking"),
    ):
        done = run(*args)
        assert done.exit_code == 1 and done.stderr.startswith("korean-explorer: ") and done.stderr.count("\n") == 1


def test_all_models_in_one_table_that_a_page_shows(home, tmp_path, monkeypatch):
    import explorer.static.load as loading

    only = {"word2vec": loading.shipped_models()["word2vec"]}
    monkeypatch.setattr(loading, "BUILT_IN", ())
    monkeypatch.setattr(loading, "shipped_models", lambda: only)
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- scores -->\n<!-- /scores -->\nafter\n", encoding="utf-8")
    done = CliRunner().invoke(main, ["evaluate", "--all", "--table", str(page)])
    assert done.exit_code == 0, done.output
    assert "| `word2vec` | relations-test, accuracy |" in page.read_text(encoding="utf-8")
    assert "ws353-ko" in done.stderr and "--fetch" in done.stderr
    assert CliRunner().invoke(main, ["evaluate"]).exit_code == 2
    one = json.loads(run("evaluate", "--all", "word2vec", "mini", "--json").stdout)
    assert {score["model"] for score in one["scores"]} == {"word2vec"}
    assert set(one["left_out"]) >= {"kwat", "korsts", "kobest-wic", "klue-sts"}
