"""What a worker of gunicorn finds open: it answers, has its own threads, and shares the memory of it with the others."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys

import pytest

SHARED = 100
"""MB that another worker may cost at most."""

SCRIPT = """
import json, os, re, signal, sys, threading
from pathlib import Path

from dashboards.app.serving import on_starting

on_starting(None)
assert threading.active_count() == 1
links = [os.readlink(one) for one in Path("/proc/self/fd").iterdir() if one.exists()]
assert not [one for one in links if ".sqlite" in one], links
child = os.fork()
if child == 0:
    signal.alarm(240)  # what waits for a thread of the parent waits for ever
    from dashboards.app.wsgi import server

    opened = server.extensions["explorer"]
    answers = {"page": server.test_client().get("/similarity?word=나무").status_code}
    answers["words"] = opened.completer("korean").find("ㄴㅁ", 7).kind
    answers["similar"] = opened.vectors("korean").similar("나무", 3).words
    v = opened.vectors("korean")
    answers["analogy"] = [[one.word for one in v.analogy("왕 - 남자 + 여자", method, 3)] for method in ("3cosadd", "3cosmul")]
    answers["others"] = [len(opened.vectors(name).similar("나무", 3, script="hangul").words) for name in ("word2vec", "glove")]
    from explorer.analysis.word import surroundings

    answers["map"] = len(surroundings(v, "나무"))
    kiwi = opened.tokenizer("kiwi")
    answers["tokens"] = kiwi.tokenize("왕이 왔다ㅋㅋ").__repr__()
    answers["batch"] = [len(found) for found in kiwi.tokenize_batch(["왕이 왔다.", "", "漢字 😀"] * 20, 4)]
    if sys.argv[1] == "torch":
        import torch

        from dashboards.pages.context.asked import sentences_of
        from explorer.encoders.occurrences import occurrences

        answers["occurrences"] = len(occurrences(opened.encoder("mini"), "배", sentences_of("배")).found)
        answers["shape"] = opened.encoder("mini").sentences(["배가 고프다", "배를 탔다"]).vectors.shape
        answers["threads"] = torch.get_num_threads()
        answers["sum"] = float((torch.ones(2000, 2000) @ torch.ones(2000, 2000)).sum())
    answers["opening"] = [one.key[0] for one in opened.jobs.running() if one.key[0] in ("vectors", "tokenizer", "encoder", "completer")]
    told = re.search(r"^Private_Dirty: +(\\d+)", Path("/proc/self/smaps_rollup").read_text(), re.MULTILINE)
    answers["own"] = int(told[1]) >> 10
    print(json.dumps(answers), flush=True)
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is told by /proc")
def test_a_forked_worker_answers_from_shared_memory(home):
    torch = importlib.util.find_spec("torch") is not None
    command = [sys.executable, "-c", SCRIPT, "torch" if torch else ""]
    environment = os.environ | {
        "EXPLORER_HOME": str(home),
        "EXPLORER_TOKEN": "",
        "EXPLORER_HOSTS": "",
        "PYTHONPATH": os.getcwd(),
    }
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert (told["page"], len(told["similar"]), told["opening"]) == (200, 3, [])
    assert all("왕비" in words for words in told["analogy"]) and told["others"] == [3, 3] and told["map"] > 20
    assert "왕" in told["tokens"]
    assert len(told["batch"]) == 60 and told["batch"][1] == 0 < told["batch"][0]
    if torch:
        assert told["shape"][0] == 2 and told["occurrences"] >= 6
        assert told["threads"] >= 1 and told["sum"] == 2000**3
    assert told["own"] < SHARED


def test_a_stopped_worker_ends_without_being_taken_apart():
    """What is registered is done, and the status stays; nothing is finalised under threads that still compute."""
    code = (
        "import atexit, os, sys\n"
        "from types import SimpleNamespace\n"
        "from dashboards.app.serving import worker_exit\n"
        "class Held:\n"
        "    def __del__(self): print('taken apart')\n"
        "held = Held()\n"
        "atexit.register(print, 'given back')\n"
        "worker_exit(None, SimpleNamespace(pid=0))\n"  # of another process that is gone
        "print('still here')\n"
        "try:\n"
        "    sys.exit(3)\n"
        "finally:\n"
        "    worker_exit(None, SimpleNamespace(pid=os.getpid()))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout.split("\n")) == (3, ["still here", "given back", ""]), done.stderr
