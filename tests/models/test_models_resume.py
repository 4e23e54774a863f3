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

from explorer.core.store import list_artifacts
from explorer.models.loading import load, model_names
from explorer.models.pipeline import Shard

SCRIPT = dedent(f"""
    import os, signal, sys
    sys.path.insert(0, {str(Path(__file__).parent)!r})
    from explorer.models import pipeline
    from explorer.models.training import train
    from test_models_training import planted
    where, moment = sys.argv[1], int(sys.argv[2])
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
    v = train("glove", planted(600), tokenizer="eojeol", dim=8, epochs=5, workers=1, name="mine",
              progress=tick if where == "progress" else None)
    print(calls)
""")


def run(home: Path, where: str, moment: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", SCRIPT, where, str(moment)],
        env=os.environ | {"EXPLORER_HOME": str(home)},
        capture_output=True,
        text=True,
    )


def digest(name: str) -> str:
    v = load(name)
    return hashlib.sha256(v.vectors.tobytes() + "".join(v.keys).encode()).hexdigest()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, int, int, set[str]]:
    """What a run that nobody stops ends with: a digest, how often it reports and syncs, and its shards."""
    home = tmp_path_factory.mktemp("undisturbed")
    done = run(home, "progress", 0)
    assert done.returncode == 0, done.stderr
    syncs = run(tmp_path_factory.mktemp("syncs"), "disk", 0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EXPLORER_HOME", str(home))
        made = digest("mine")
    return made, int(done.stdout), int(syncs.stdout), {path.name for path in home.rglob("*.npz")}


@pytest.mark.parametrize("where", ["progress", "progress again", "disk"])
def test_a_killed_run_goes_on(home: Path, undisturbed: tuple[str, int, int, set[str]], where: str) -> None:
    made, reports, syncs, shards = undisturbed
    kind = where.split()[0]
    # Of the disk's moments the last ones: while the model is being saved.
    moment = random.randint(2, reports) if kind == "progress" else random.randint(syncs - 4, syncs)
    print(f"killed at {moment} of {reports if kind == 'progress' else syncs} ({kind})")  # shown when it fails
    killed = run(home, kind, moment)
    assert killed.returncode == -signal.SIGKILL
    finished = {path.name: path.stat().st_mtime_ns for path in home.rglob("*.npz")}
    assert set(finished) <= shards
    for path in home.rglob("*.npz"):
        Shard.read(path)
    if "mine" in model_names():  # the last moments come after the rename
        assert digest("mine") == made
    else:
        assert not list_artifacts("vectors")
        again = run(home, "progress", 0)
        assert again.returncode == 0, again.stderr
        assert digest("mine") == made
    kept = {path.name: path.stat().st_mtime_ns for path in home.rglob("*.npz")}
    assert {name: kept[name] for name in finished} == finished, "a finished shard was made again"
