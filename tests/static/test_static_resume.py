"""Training killed at some moment: what was finished stays, nothing half-made is seen, and the next run ends the same."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from explorer.core.store import list_artifacts, remove_artifact
from explorer.static.load import load, model_names
from explorer.static.shards import Shard

SCRIPT = dedent(f"""
    import os, signal, sys
    sys.path.insert(0, {str(Path(__file__).parent)!r})
    from explorer.static import pipeline
    from explorer.static.train import train
    from test_static_training import planted
    model, where, moment = sys.argv[1], sys.argv[2], int(sys.argv[3])
    pipeline.tokenize_corpus.__kwdefaults__["shard_characters"] = 2000
    calls = 0
    def tick(*_):
        global calls
        calls += 1
        if calls == moment:
            os.kill(os.getpid(), signal.SIGKILL)
    fsync = os.fsync
    if where == "disk":
        os.fsync = lambda handle: (tick(), fsync(handle))
    v = train(model, planted(600), tokenizer="eojeol", dim=8, epochs=5, workers=1, name="mine",
              progress=tick if where == "progress" else None)
    print(calls)
""")
KILLS = {"glove": 4, "word2vec": 3, "fasttext": 3}


def run(home: Path, model: str, where: str, moment: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", SCRIPT, model, where, str(moment)],
        env=os.environ | {"EXPLORER_HOME": str(home)},
        capture_output=True,
        text=True,
    )


def digest(name: str) -> str:
    v = load(name)
    return hashlib.sha256(v.vectors.tobytes() + "".join(v.keys).encode()).hexdigest()


def whole_run(model: str, folder: Path) -> tuple[str, int, int, set[str]]:
    """What a run that nobody stops ends with: a digest, how often it reports and syncs, and its shards."""
    counts = []
    for where in ("progress", "disk"):
        done = run(folder / where, model, where, 0)
        assert done.returncode == 0, done.stderr
        counts.append(int(done.stdout))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EXPLORER_HOME", str(folder / "progress"))
        made = digest("mine")
    return made, *counts, {path.name for path in (folder / "progress").rglob("*.npz")}


@pytest.mark.parametrize("model", KILLS)
def test_a_killed_run_goes_on(home: Path, tmp_path: Path, model: str) -> None:
    """Ten random moments in all: each time nothing finished is lost, and nothing half-made is seen."""
    made, reports, syncs, shards = whole_run(model, tmp_path / "undisturbed")
    finished: dict[str, int] = {}
    for number in range(KILLS[model]):
        # Of the disk's moments the last ones: while the model is being saved.
        where = "disk" if number == 0 else "progress"
        moment = random.randint(syncs - 4, syncs) if where == "disk" else random.randint(2, reports)
        print(f"kill {number + 1} at {moment} of {syncs if where == 'disk' else reports} ({where})")  # shown when it fails
        while not (killed := run(home, model, where, moment)).returncode:
            remove_artifact("vectors", "mine")  # with its shards at hand a run is shorter than that moment
            moment = moment * 2 // 3
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        now = {path.name: path.stat().st_mtime_ns for path in home.rglob("*.npz")}
        assert {name: now.get(name) for name in finished} == finished, "a finished shard was made again"
        assert set(now) <= shards
        for path in home.rglob("*.npz"):
            Shard.read(path)
        finished = now
        if "mine" in model_names():  # the last moments come after the rename
            assert digest("mine") == made
            remove_artifact("vectors", "mine")
        assert not list_artifacts("vectors")
    again = run(home, model, "progress", 0)
    assert again.returncode == 0, again.stderr
    assert digest("mine") == made
    assert {path.name for path in home.rglob("*.npz")} == shards
