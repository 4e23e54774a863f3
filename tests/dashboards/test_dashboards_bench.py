"""The bench page: what is asked, the kept result, the table over HTTP, downloads, the address."""

from __future__ import annotations

import csv
import io
import json
import re
from urllib.parse import parse_qs

import pytest
from plotly.utils import PlotlyJSONEncoder
from support_page import parts

from dashboards.app.state import corpus_names
from dashboards.kit import errors as messages
from dashboards.kit.i18n import Text
from dashboards.kit.taking import csv_of
from dashboards.kit.url import decode
from dashboards.pages.bench import asked as bench
from dashboards.pages.bench import figures
from dashboards.pages.bench import page as view
from dashboards.pages.bench import table as numbers_table
from dashboards.pages.bench.taking import numbers_of
from explorer.core.errors import BadInput, UnknownName
from explorer.tokenizers.token import Token

LINES = ["왕이 왔다", "왕비도 왔다, 정말로", "하늘은 푸르고 바다는 깊다", "나는 학교에 갔다", "A1 A2 뷁"]
CONLLU = """# text = 왕이 왔다
1\t왕이\t왕+이\tNOUN\tNNG+JKS\t_\t2\tnsubj\t_\t_
2\t왔다\t오+았+다\tVERB\tVV+EP+EF\t_\t0\troot\t_\t_

# text = 하늘도 푸르다
1\t하늘도\t하늘+도\tNOUN\tNNG+JX\t_\t2\tnsubj\t_\t_
2\t푸르다\t푸르+다\tADJ\tVA+EF\t_\t0\troot\t_\t_

"""


def choice(*names, **options):
    return bench.Choice(names, **{"corpus": bench.PASTED, "text": "\n".join(LINES)} | options)


@pytest.fixture
def made(home, tmp_path):
    """Three tokenizers, one of which cannot be opened, compared on pasted lines, in this very process."""
    stages = []
    asked = {"tokenizers": ["eojeol", "syllable", "no-such-one"], "corpus": bench.PASTED, "text": "\n".join(LINES)}
    folder = bench.make({"choice": asked, "folder": str(tmp_path / "made")}, stages.append)
    assert {"opening tokenizers", "comparing", "counting"} <= {step.stage for step in stages}
    return bench.read(folder)


def test_a_comparison_is_kept_with_everything_the_page_draws(made):
    eojeol, syllable, broken = made.rows
    assert eojeol["tokens_per_eojeol"]["value"] == 1.0 and syllable["tokens_per_eojeol"]["value"] > 2
    assert (
        broken["error"].code == "core.unknown"
        and "no-such-one" in broken["error"].said("ko")
        and made.data["curves"][2] is None
    )
    assert made.data["reference"] == "kiwi" and "boundary_f1" in made.data["groups"]["boundaries"]
    curve = made.data["curves"][1]
    assert curve["ranks"][0] == 1 and curve["shares"] == sorted(curve["shares"], reverse=True)
    assert curve["lengths"][1] == 1.0 and sum(made.data["curves"][0]["lengths"]) == pytest.approx(1)
    found = [one["text"] for one in made.sentences(1, 0)]
    assert found and set(found) <= set(LINES) and made.sentences(0, 2) == []


def test_what_is_taken_home_is_whole_and_safe(made):
    table = csv_of(numbers_of(made))
    head, *rows = list(csv.reader(io.StringIO(table.removeprefix("\ufeff"))))
    assert len({len(row) for row in rows} | {len(head)}) == 1
    first = dict(zip(head, rows[0], strict=True))
    assert first["tokenizer"] == "eojeol" and float(first["tokens_per_eojeol"]) == 1 and "tokens_per_eojeol_low" in head
    assert "no-such-one" in dict(zip(head, rows[2], strict=True))["error"]
    assert (made.folder / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_lengths_know_parts_of_characters():
    tokens = [Token("갔", 0, 1, "가다"), Token("갔", 0, 1, "었"), Token("다", 1, 2, "다"), Token("", 2, 2, "이다")]
    assert list(bench._lengths(tokens)) == [0, 0, 1, 0]
    assert list(bench._lengths([Token("가" * 30, 0, 30, "가")])) == [10]


def test_gold_comes_from_the_file_a_treebank_was_read_from_as_long_as_it_is_the_same(home, tmp_path):
    from corpora.library import add

    path = tmp_path / "small.conllu"
    path.write_text(CONLLU, encoding="utf-8")
    add(path, "small-bank")
    assert corpus_names() == ["sample", "small-bank"] and bench.gold_files("small-bank") == [path]
    folder = bench.make(
        {"choice": {"tokenizers": ["syllable"], "corpus": "small-bank"}, "folder": str(tmp_path / "made")}, lambda _: None
    )
    made = bench.read(folder)
    assert made.data["reference"] == "gold" and made.rows[0]["boundary_recall"]["value"] == 1.0
    assert made.rows[0]["boundary_f1_kiwi"]["value"] is not None
    path.write_text(CONLLU + "# changed\n", encoding="utf-8")
    assert bench.gold_files("small-bank") == [] == bench.gold_files("sample")


def test_nothing_to_compare_is_said_before_anything_starts(app):
    for asked in (choice(), choice("eojeol", text=" \n ")):
        with pytest.raises(BadInput) as caught:
            bench.open_result(asked)
        title, line = messages.explain(caught.value, Text("ko"))
        assert title == Text("ko")("error.input") and "비교" in line


def test_a_damaged_result_says_so(tmp_path):
    (tmp_path / "result.json").write_text("{", encoding="utf-8")
    with pytest.raises(BadInput, match="compare again"):
        bench.read(tmp_path)


def test_warnings_and_notes_are_said_in_korean(home, tmp_path):
    import explorer
    from explorer.tokenizers.loading import tokenizer

    class Losing:
        """Knows 왕 and nothing else."""

        name, vocab_size = "losing", 2

        def tokenize(self, text):
            return [Token(c, at, at + 1, c, id=int(c == "왕"), unknown=c != "왕") for at, c in enumerate(text) if c != " "]

        def decode(self, ids):
            return "".join("?왕"[at] for at in ids)

        def params(self):
            return {"name": self.name, "engine": "losing"}

    found = explorer.compare([Losing(), tokenizer("kiwi")], LINES)
    assert len(found.rows[0].warnings) == 3 and found.rows[1].notes
    kept = json.loads(json.dumps(bench._data(found, choice("losing", "kiwi"))))
    losing, kiwi = bench.Result(tmp_path, kept).rows
    for line in (*losing["warnings"], *kiwi["notes"]):
        assert re.search("[가-힣]{2}", line.said("ko")) and line.said("en") != line.said("ko")
    assert list(map(str, losing["warnings"])) == list(map(str, found.rows[0].warnings))


def test_what_an_older_version_kept_is_said_as_it_was(made):
    made.data["rows"][0] |= {"warnings": ["3.20 % of the documents do not come back"], "notes": [], "error": None}
    assert made.rows[0]["warnings"] == ["3.20 % of the documents do not come back"]
    assert "3.20 % of the documents do not come back" in str(numbers_table.numbers(Text("ko"), made, "length"))


def test_names_near_each_other_stand_apart():
    rows = [{"tokens_per_eojeol": {"value": x}, "boundary_f1": {"value": y}} for x, y in ((1.7, 0.5), (1.8, 0.55), (7, 0.5))]
    say = {"x": "x", "y": "y", "marked": "marked"}
    figure = figures.against_boundaries([*rows, {"error": "no"}], ["a", "b", "c<b>%", "d"], say, "dark")
    assert [trace.textposition for trace in figure.data] == ["bottom center", "top center", "top center"]
    assert "<b>%" not in figure.data[2].hovertemplate
    assert not figures.against_boundaries([], [], say, None).data


# ---- the page


def test_addresses_carry_the_question_and_leave_out_what_is_too_long():
    asked = view.question(["kiwi", "jamo"], bench.PASTED, "왕이\n왔다", "10000", True, 2.5)
    where, whole = view.address(asked)
    values = decode(view.FIELDS, {name: parts[0] for name, parts in parse_qs(where[1:]).items()})
    assert whole and values["t"] == ["kiwi", "jamo"] and values["text"] == "왕이\n왔다" and values["run"]
    assert (values["n"], values["speed"], values["price"]) == ("10000", True, 2.5)
    import random

    noise = "".join(random.Random(1).choices([chr(code) for code in range(0xAC00, 0xD7A4)], k=9000))
    where, whole = view.address(asked | {"text": noise})
    assert not whole and "z=" in where  # the page's store has it, the browser keeps it out of its address


def test_who_comes_without_a_question_gets_the_first_answer(app):
    def asked_at(**query):
        with app.server.test_request_context():
            made = json.loads(json.dumps(view.layout(**query), cls=PlotlyJSONEncoder))
        [asked] = [part["props"].get("data") for part in parts(made) if part["props"]["id"] == "bench-asked"]
        return asked

    first = asked_at()
    assert first["t"][: len(view.DEFAULTS)] == list(view.DEFAULTS) and (first["c"], first["n"]) == ("sample", "100000")
    assert asked_at(c="sample") is None is asked_at(t="eojeol")  # an address that was not asked yet starts nothing
    assert asked_at(c="sample", run="1") == first


def test_what_a_browser_sends_is_checked_again(home):
    wanted = {"t": ["eojeol", "/etc/passwd"], "c": "../x", "text": "x", "n": "7", "speed": "yes", "price": -1}
    assert view.choice_of(wanted) == bench.Choice(("eojeol", "/etc/passwd"), "../x")
    for one in (wanted | {"c": "sample"}, wanted | {"t": ["eojeol"]}):  # said, not replaced, and nothing is opened
        with pytest.raises(UnknownName, match=r"passwd|\.\./x"):
            bench.open_result(view.choice_of(one))


def test_a_comparison_over_http(page):
    t = Text("ko")
    asked = view.question(["eojeol", "syllable", "jamo"], bench.PASTED, "\n".join(LINES), "10000", False, 0)
    values = {"bench-asked.data": asked, "bench-pending.data": True, "bench-done.data": None}
    answer = page.settled(
        "bench-done.data", values, lambda text: '"bench-done": {"data": {' in text or '"role": "alert"' in text
    )
    assert json.loads(answer)["bench-done"]["data"] == asked, answer
    table = json.dumps(
        page.call("bench-table.children", {"bench-done.data": asked, "bench-group.value": "length"}), ensure_ascii=False
    )
    assert "1.000" in table and t("bench.m_tokens_per_eojeol") in table and "어절" in table
    found = page.call("bench-divided.children", {"bench-done.data": asked, "bench-first.value": "0", "bench-second.value": "1"})
    assert "/tokens?text=" in json.dumps(found) and found["bench-first"]["value"] == "0"
    drawn = page.call("bench-points.figure", {"bench-done.data": asked, "scheme.computedColorScheme": "light"})
    assert len(drawn["bench-points"]["figure"]["data"]) == 3 and len(drawn["bench-ranks"]["figure"]["data"]) == 3
    # What ended elsewhere starts nothing that was not waited for.
    other = {"bench-asked.data": asked | {"n": "100000"}, "bench-pending.data": False}
    assert page.call("bench-done.data", other, "ready.data") == {}


def test_what_was_pasted_is_kept_apart_and_forgotten_after_a_day(app):
    from dataclasses import asdict

    from dashboards.kit.jobs import NotReady
    from explorer.core.caches import PRIVATE, PRIVATE_SECONDS

    pasted, opened = choice("eojeol", "syllable"), app.server.extensions["explorer"]
    opened.work = lambda: None  # nobody does it
    with pytest.raises(NotReady):
        bench.open_result(pasted)
    [row] = [row for row in opened.jobs.active() if row.task]
    folder = bench.make({"choice": asdict(pasted), "folder": row.params["folder"]}, lambda _: None)
    assert folder.name.startswith(PRIVATE) and folder.stat().st_mode & 0o077 == 0
    with opened.jobs.table._read() as db:
        assert db.execute("SELECT lasts FROM jobs WHERE id = ?", (row.id,)).fetchone()[0] == PRIVATE_SECONDS
    assert len(bench.open_result(pasted).rows) == 2  # made meanwhile: no job is needed
