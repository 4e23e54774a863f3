"""The table of jobs: one queue for several processes, fair turns, leases, and what becomes of work whose process dies."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dashboards.kit import job_file, job_table
from dashboards.kit.components import job_panel
from dashboards.kit.i18n import Text
from dashboards.kit.job_table import JobTable
from dashboards.kit.public import WORDLESS
from explorer.core.errors import BadInput, Cancelled, Unavailable
from explorer.core.progress import Progress, Whole

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def table(tmp_path):
    made = JobTable(tmp_path / "home" / "jobs.sqlite")
    yield made
    made.close()


@pytest.fixture
def other(table):
    """The same table, as another process has it open."""
    made = JobTable(table.file, table.lease, table.tries)
    yield made
    made.close()


def ask(table, key, person="one", lane="slow", **more):
    return table.ask(key, "compare", {"key": key}, lane, person, "job.model", {"model": f"{person}'s {key}"}, **more)


def test_what_one_process_asks_another_sees_does_and_ends(table, other):
    row = ask(table, "a")
    assert row.state == "waiting" and row.id != "a" and len(row.id) >= 20
    [seen] = other.active("one")
    assert seen.id == row.id and seen.values == {"model": "one's a"}
    begun = other.claim("slow", "second")
    assert begun.params == {"key": "a"} and table.row(row.id).state == "running"
    assert other.beat(row.id, "second", Progress("counting", 3, 12, "words", "so far")) == "go"
    step = table.row(row.id).progress
    assert (step.stage, step.fraction, step.note) == ("counting", 0.25, "so far")
    assert table.told("one") == (0.0, 1)
    assert other.end(row.id, "second", "done", {"words": 5})
    assert table.row(row.id, "one").result == {"words": 5} and table.active("one") == []
    assert table.told("one")[0] > 0


def test_work_of_several_phases_has_one_time_left(table, other):
    row = ask(table, "a")
    other.claim("slow", "second")
    whole = Whole(began=time.time() - 40, at=time.time(), here=20, rest=100, least=0.2)
    other.beat(row.id, "second", Progress("UMAP", 199, 200, whole=whole))
    [seen] = table.active("one")
    assert seen.progress.whole == whole and 110 < seen.left <= 120
    assert "약 2분 남음" in str(job_panel(Text("ko"), seen)) and "value=25" in str(job_panel(Text("ko"), seen))
    other.beat(row.id, "second", Progress("saving", 1, 2))
    assert table.row(row.id).progress.whole is None


def test_a_table_of_before_is_gone_on_with(table, tmp_path):
    old = JobTable(tmp_path / "home" / "old.sqlite")
    row = ask(old, "a")
    old.close()
    with sqlite3.connect(old.file) as made:
        made.execute("ALTER TABLE jobs DROP COLUMN whole")
        made.execute("PRAGMA user_version = 1")
    made.close()
    later = JobTable(old.file)
    assert (
        later.claim("slow", "p").id == row.id
        and later.beat(row.id, "p", Progress("UMAP", 1, 2, whole=Whole(0, 1, 2, 3))) == "go"
    )
    assert later.row(row.id).progress.whole == Whole(0, 1, 2, 3)
    later.close()


def test_an_answer_that_is_there_already_is_no_news(table):
    """Else a page that looks it up whenever something ends would be told of an end each time, and look again, without end."""
    row = ask(table, "a")
    table.claim("slow", "process")
    assert table.end(row.id, "process", "done", {"words": 5})
    before = table.told("one")
    for _ in range(3):
        assert ask(table, "a").id == row.id
    assert table.told("one") == before
    ask(table, "a", "two")  # whose first look is no wait either
    ended = table.told("two")
    assert ask(table, "a", "two").id == row.id and table.told("two") == ended


def test_the_same_work_runs_once_and_nobody_reads_the_others_words(table, other):
    first, second = ask(table, "a"), ask(other, "a", "two")
    assert first.id == second.id and second.label == "job.model"
    assert [row.values for row in table.of("two")] == [{"model": "two's a"}]
    assert table.row(first.id, "three") is None
    table.claim("slow", "p")
    table.end(first.id, "p", "done", {})
    assert ask(table, "a", "three").state == "done"
    assert ask(table, "a", "three", reuse=False).id != first.id


def test_an_answer_whose_folder_is_gone_is_made_again(table, tmp_path):
    folder = tmp_path / "made"
    folder.mkdir()
    row = ask(table, "a")
    table.claim("slow", "p")
    table.end(row.id, "p", "done", {"folder": str(folder)})
    assert ask(table, "a").id == row.id
    folder.rmdir()
    assert ask(table, "a").state == "waiting"


def test_nobody_stops_what_belongs_to_somebody_else(table):
    row = ask(table, "a")
    table.cancel(row.id, "two")
    assert table.row(row.id).state == "waiting"
    ask(table, "a", "two")
    table.cancel(row.id, "one")  # the other still waits for it
    assert table.row(row.id).state == "waiting" and table.row(row.id).owner == "two"
    assert table.row(row.id, "one").state == "cancelled" and table.active("one") == []
    assert ask(table, "a").state == "cancelled"  # a card of the same page, asking again right afterwards
    table.cancel(row.id, "two")
    assert table.row(row.id).state == "cancelled" and isinstance(table.row(row.id).error, Cancelled)


def test_running_work_hears_of_the_stop_at_its_next_report(table, other):
    row = ask(table, "a")
    other.claim("slow", "p")
    table.cancel(row.id, "one")
    assert other.beat(row.id, "p", Progress("counting")) == "stop"
    assert other.end(row.id, "p", "cancelled", failure=Cancelled().to_dict())
    assert table.failure("key of nothing", "one", 9) is None
    assert table.failure("a", "one", 9)["kind"] == "Cancelled"


def test_one_person_with_many_jobs_does_not_keep_others_waiting(table):
    for number in range(90):
        ask(table, f"many {number}", "greedy")
    running = table.claim("slow", "p")
    few = [ask(table, f"few {number}", "modest") for number in range(2)]
    assert [row.place for row in table.of("modest")] == [3, 1]
    order = []
    for _ in range(6):
        table.end(running.id, "p", "done", {})
        running = table.claim("slow", "p")
        order.append(running.owner)
    assert order == ["modest", "greedy", "modest", "greedy", "greedy", "greedy"]
    assert all(table.row(row.id).state == "done" for row in few)


def test_one_persons_jobs_are_done_in_the_order_they_were_asked_for(table):
    keys = [f"{number}" for number in range(30)]
    for key in keys:
        ask(table, key)
    done = []
    while (row := table.claim("slow", "p")) is not None:
        done.append(row.key)
        table.end(row.id, "p", "done", {})
    assert done == keys


def test_a_full_queue_says_so_in_one_line(tmp_path):
    table = JobTable(tmp_path / "jobs.sqlite", queue=10, share=6)
    for number in range(6):
        ask(table, str(number))
    with pytest.raises(BadInput, match="6 of your jobs are waiting"):
        ask(table, "one more")
    assert ask(table, "3").state == "waiting"  # what waits already may be asked for again
    for number in range(4):
        ask(table, f"two {number}", "two")
    with pytest.raises(BadInput, match="10 jobs are waiting"):
        ask(table, "late", "three")


def test_a_lane_is_held_by_one_process_until_it_falls_silent(tmp_path):
    one, two = (JobTable(tmp_path / "jobs.sqlite", lease=0.3) for _ in range(2))
    ask(one, "a")
    ask(one, "b")
    row = one.claim("slow", "first")
    assert row.key == "a" and two.claim("slow", "second") is None
    assert two.claim("quick", "second") is None
    time.sleep(0.4)
    taken = two.claim("slow", "second")
    assert taken.id == row.id and taken.tries == 2  # before b: it keeps its place
    assert one.beat(row.id, "first", Progress("counting")) == "lost"
    assert two.row(row.id).tries == 1, "the first process was only silent, and has not died"
    assert not one.end(row.id, "first", "done", {"wrong": 1})
    assert two.end(row.id, "second", "done", {"right": 1})
    assert one.row(row.id).result == {"right": 1}


def test_work_that_ends_its_process_again_and_again_is_given_up_with_a_reason(tmp_path):
    table = JobTable(tmp_path / "jobs.sqlite", lease=0.05, tries=3)
    row = ask(table, "a")
    for number in range(3):
        assert table.claim("slow", f"process {number}").id == row.id
        time.sleep(0.1)
    assert table.claim("slow", "process 4") is None
    ended = table.row(row.id, "one")
    assert ended.state == "lost" and isinstance(ended.error, Unavailable)
    assert "3 times" in str(ended.error) and "3번" in ended.error.said("ko")


def test_a_process_that_ends_of_its_own_will_gives_its_work_back_at_once(table, other):
    row = ask(table, "a")
    table.open_here("opening", "key", "first", "one", "job.model", {"model": "x"}, "/map", time.time())
    table.claim("slow", "first")
    table.release("first")
    again = other.claim("slow", "second")
    assert again.id == row.id and again.tries == 1
    assert other.row("opening", "one").state == "lost"
    assert other.failure("key", "one", 60) is None  # whoever asked opens it elsewhere


def test_what_ended_long_ago_is_forgotten(tmp_path):
    table = JobTable(tmp_path / "jobs.sqlite")
    short, long = ask(table, "short", lasts=-1), ask(table, "long")
    for _ in range(2):
        row = table.claim("slow", "p")
        table.end(row.id, "p", "done", {})
    fresh = JobTable(table.file)
    fresh.sweep()
    assert fresh.row(short.id) is None and fresh.row(long.id) is not None and len(fresh.of("one")) == 1


def test_a_table_that_is_none_is_one_line(tmp_path):
    file = tmp_path / "jobs.sqlite"
    file.write_text("not a database, but long enough to be looked at as one " * 20)
    with pytest.raises(Unavailable, match=r"jobs\.sqlite cannot be used"):
        ask(JobTable(file), "a")


def test_nobody_else_may_read_the_file_nor_those_beside_it(table):
    table.file.parent.mkdir()
    old = [table.file.with_name(f"jobs.sqlite{part}") for part in ("", "-wal", "-shm")]
    if os.name == "posix":
        old[0].touch(0o644)  # as one of before was left
        ask(table, "a")
        assert [path.stat().st_mode & 0o077 for path in old] == [0, 0, 0]


def test_work_that_was_stopped_is_not_stopped_for_somebody_who_asks_for_it_since(table, other):
    row = ask(table, "a")
    other.claim("slow", "p")
    table.cancel(row.id, "one")
    assert ask(table, "a", "two").id == row.id
    assert other.beat(row.id, "p", Progress("counting")) == "go"  # before its process has heard of it
    table.cancel(row.id, "two")
    assert other.beat(row.id, "p", Progress("counting")) == "stop"
    ask(table, "a", "three")
    assert other.end(row.id, "p", "cancelled", failure=Cancelled().to_dict())  # after it has
    assert table.row(row.id, "three").state == "waiting" and table.row(row.id, "one").state == "cancelled"
    assert other.claim("slow", "p").id == row.id
    ask(table, "a")  # a page of the one who stopped it a moment ago asks by itself
    table.cancel(row.id, "three")
    assert other.beat(row.id, "p", Progress("counting")) == "stop"
    assert other.end(row.id, "p", "cancelled", failure=Cancelled().to_dict())
    assert table.row(row.id).state == "cancelled"


def test_work_that_calls_itself_stopped_again_and_again_is_given_up(table):
    row = ask(table, "a")
    for _ in range(table.tries):
        assert table.claim("slow", "p").id == row.id
        table.end(row.id, "p", "cancelled", failure=Cancelled().to_dict())
    assert table.claim("slow", "p") is None and table.row(row.id).state == "cancelled"


def test_what_a_person_clears_leaves_no_word_of_theirs(table):
    ask(table, "failed"), ask(table, "done"), ask(table, "shared"), ask(table, "shared", "two")
    for _ in range(3):
        row = table.claim("slow", "p")
        ended = (
            {"failure": BadInput("core.target_is_file", target="비밀").to_dict()}
            if row.key == "failed"
            else {"result": ["비밀"]}
        )
        table.end(row.id, "p", "failed" if row.key == "failed" else "done", **ended)
    table.clear("one")
    assert table.of("one") == [] and [row.key for row in table.of("two")] == ["shared"]
    with table._read() as db:
        rows = [tuple(row) for row in db.execute("SELECT * FROM jobs WHERE key <> 'shared'").fetchall()]
    assert rows == []


def test_what_took_long_and_holds_no_word_is_not_cleared_away(table):
    for task in (*WORDLESS, "collocates"):
        table.ask(task, task, {}, "slow", "one", "job.x", {})
        table.end(table.claim("slow", "p").id, "p", "done", {"answer": task})
    table.clear("one")
    assert table.of("one") == []
    again = {task: table.ask(task, task, {}, "slow", "two", "job.x", {}) for task in (*WORDLESS, "collocates")}
    assert [again[task].result for task in WORDLESS] == [{"answer": task} for task in WORDLESS]
    assert again["collocates"].running


def test_many_jobs_of_one_person_push_out_none_of_another(table, monkeypatch):
    monkeypatch.setattr(job_table, "KEPT", 3)
    rows = [ask(table, "first", "modest"), *(ask(table, f"{number}", "greedy") for number in range(6))]
    while (row := table.claim("slow", "p")) is not None:
        table.end(row.id, "p", "done", {})
    table._swept = 0.0
    table.sweep()
    assert table.row(rows[0].id) is not None and len(table.of("greedy")) == 3


def test_whatever_the_disk_says_is_one_line(table, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(job_file, "_to_wal", refuse)
    with pytest.raises(Unavailable, match=r"jobs\.sqlite cannot be used \(.*Permission denied"):
        ask(table, "a")


def test_nobody_waits_for_a_job_that_is_forgotten(table):
    ask(table, "a")
    table.join("no such job", "one", "job.model", {"model": "x"}, "/map")
    assert len(table.of("one")) == 1


WORKING = """
import sys, time
from dashboards.kit import job_table
from dashboards.kit.job_table import JobTable
from explorer.core.progress import Progress
table, process, end = JobTable(__import__("pathlib").Path(sys.argv[1]), lease=0.4, tries=99), sys.argv[2], time.time() + 60
print("ready", flush=True)
while time.time() < end:
    row = table.claim("slow", process)
    if row is None:
        time.sleep(0.02)
        continue
    for step in range(5):
        time.sleep(0.01)
        if table.beat(row.id, process, Progress("counting", step, 5)) != "go":
            break
    else:
        table.end(row.id, process, "done", {"key": row.key})
"""


def test_thirty_kills_lose_nothing(tmp_path):
    """Two processes work, one of them is killed whatever it does and another begun, thirty times; every job is done once."""
    file = tmp_path / "jobs.sqlite"
    table = JobTable(file, tries=99)
    rows = [ask(table, f"{number}", f"person {number % 3}") for number in range(60)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    chance = random.Random(5)

    def begin(number):
        command = [sys.executable, "-c", WORKING, str(file), f"process {number}"]
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)

    working = [begin(0), begin(1)]
    try:
        for number in range(30):
            victim = working.pop(chance.randrange(2))
            if number % 3 == 0:
                victim.stdout.readline()  # killed at work; the others are killed while they begin, or between two jobs
            time.sleep(chance.uniform(0, 0.12))
            victim.kill()
            victim.wait()
            victim.stdout.close()
            working.append(begin(number + 2))
        end = time.monotonic() + 60
        while any(table.row(row.id).running for row in rows) and time.monotonic() < end:
            time.sleep(0.1)
    finally:
        for process in working:
            process.kill()
            process.wait()
            process.stdout.close()
    states = [(found.state, found.result) for row in rows if (found := table.row(row.id))]
    assert states == [("done", {"key": row.key}) for row in rows]
    assert max(table.row(row.id).tries for row in rows) > 1  # some were begun again
    assert [table.told(f"person {number}")[1] for number in range(3)] == [0, 0, 0]


SERVING = """
import sys, time
from dataclasses import asdict
from dashboards.app.state import State
from dashboards.pages.map.maps import Choice
opened = State()
if sys.argv[1] == "ask":
    job = opened.task("project", asdict(Choice("small", "pca", words=16)), "job.map", words=16)
    print(job.id, flush=True)
opened.work()
print("working", flush=True)
time.sleep(120)
"""


def test_a_server_killed_in_the_middle_of_a_task_is_followed_by_one_that_ends_it(served, home):
    """Real processes with real children: what one was asked for, and began, the next one ends after a SIGKILL."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    table = JobTable(home / "jobs.sqlite")

    def begin(what):
        return subprocess.Popen([sys.executable, "-c", SERVING, what], env=environment, stdout=subprocess.PIPE, text=True)

    with begin("ask") as first:
        name = first.stdout.readline().strip()
        end = time.monotonic() + 60
        while table.row(name).state == "waiting" and time.monotonic() < end:
            time.sleep(0.01)
        os.kill(first.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
    assert table.row(name).state == "running"  # nobody knows yet
    with table._write() as db:  # the lease of twenty seconds, run out
        db.execute("UPDATE jobs SET lease = 1")
        db.execute("UPDATE lanes SET until = 1")
    with begin("look") as second:
        end = time.monotonic() + 90
        while table.row(name).running and time.monotonic() < end:
            time.sleep(0.05)
        second.kill()
    row = table.row(name)
    assert (
        row.failure is None
        and row.state == "done"
        and row.tries == 2
        and json.loads((Path(row.result["folder"]) / "map.json").read_text())["keys"]
    )
