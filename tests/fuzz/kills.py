"""Commands killed at random moments, and what is left then: ``python -m tests.fuzz.kills --kills 300 --seed 1``.

Every writing verb runs over a home of its own, which holds a model, a corpus and a tokenizer, and is killed with SIGKILL somewhere
between its first and its last moment. Then the next command runs. What must hold: that command answers; what the killed one had
not to do with is as it was, byte for byte; what it wrote is as before or whole (each file has the hash that its manifest
names), and nothing else is listed; no temporary file is left, in the home or beside the file that was exported. Then the same
command runs again, and ends as if nothing had been. Ends with 1 if anything of this failed once. Needs a system that forks.

``--full 50`` does the same with disks (tmpfs, so it needs to be root) that fill up at 50 random bytes, instead of kills: the
command has to say so in one line. ``--jobs 30`` kills a server in the middle of its jobs (:mod:`tests.fuzz.jobs`).
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from explorer.core.store import Manifest, read_manifest, sha256_file
from tests.fuzz.running import Outcome, run

__all__ = ["Verb", "changed", "hashes", "troubles"]

_LINES = "왕이 웃었다.\n왕비가 배를 먹었다ㅋㅋ.\n둘은 漢字를 읽었다 😀.\n"
_KINDS = {"models": "vectors", "corpora": "corpus", "tokenizers": "tokenizer"}


@dataclass(frozen=True, slots=True)
class Verb:
    """A command that writes.

    Attributes:
        arguments: the command line, run in the folder that holds the home and the file ``a.txt``.
        writes: what it writes or removes: paths below that folder.
        again: exit status of the same command when it has been done already.
    """

    arguments: str
    writes: tuple[str, ...]
    again: int = 0


VERBS = (
    Verb("corpus add a.txt --name new", ("home/corpora/new", "home/corpora/.adding-new"), 1),
    Verb("corpus add a.txt --name old --force", ("home/corpora/old", "home/corpora/.adding-old")),
    Verb("corpus add a.txt b.txt --name old --drop near --force", ("home/corpora/old", "home/corpora/.adding-old")),
    Verb("corpus rename old older", ("home/corpora/old", "home/corpora/older"), 1),
    Verb("corpus concordance old 왕 --json", ()),
    Verb("corpus remove old", ("home/corpora/old",), 1),
    Verb("train ppmi --corpus old --tokenizer eojeol --min-count 1 --dim 2 --name new", ("home/models/new",), 1),
    Verb("train word2vec --corpus old --tokenizer syllable --min-count 1 --dim 4 --epochs 2 --name old --force", ("home/models/old",)),
    Verb("train-tokenizer bpe --corpus old --vocab-size 24 --name new", ("home/tokenizers/new",), 1),
    Verb("models import old.vec --name new", ("home/models/new",), 1),
    Verb("models import old.vec --name old --force", ("home/models/old",)),
    Verb("models export old out.vec", ("out.vec",), 1),
    Verb("models export old out.npy --force", ("out.npy", "out.keys.txt")),
    Verb("models remove old", ("home/models/old",), 1),
    Verb("tokenizers remove old", ("home/tokenizers/old",), 1),
    Verb("project -m old --method pca --words words.txt --out map.html", ("map.html",)),
)  # fmt: skip


def _run(arguments: str, folder: Path, kill: float | None = None) -> Outcome:
    place = folder / ".told"
    place.mkdir(exist_ok=True)
    environment = {"EXPLORER_HOME": str(folder / "home"), "EXPLORER_LANG": "en", "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    return run(arguments.split(), place, environment=environment, kill=kill, working=folder)


def prepare(folder: Path) -> None:
    """A home with one of everything, and files to read."""
    (folder / "home").mkdir()
    (folder / "a.txt").write_text(_LINES * 400, encoding="utf-8")
    (folder / "b.txt").write_text("".join(f"{number}번째 줄이다.\n" for number in range(300)), encoding="utf-8")
    (folder / "words.txt").write_text("".join(f"말{number}\n" for number in range(60)), encoding="utf-8")
    rows = "".join(f"말{number} {number % 7} {number % 5 - 2} {number % 3} 1\n" for number in range(200))
    (folder / "old.vec").write_text(f"200 4\n{rows}", encoding="utf-8")
    for arguments in (
        "corpus add a.txt --name old",
        "models import old.vec --name old",
        "train-tokenizer unigram --corpus old --vocab-size 24 --name old",
    ):
        done = _run(arguments, folder)
        if done.code:
            raise RuntimeError(done.said)


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file that is somebody's: not those of the cache, of locks and of this test."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not name.startswith(("home/cache/", "home/.locks/", "home/.leases/", ".told/")):
            found[name] = sha256_file(path)
    return found


def changed(before: dict[str, str], after: dict[str, str], writes: Sequence[str]) -> list[str]:
    """Files that differ though the command had nothing to do with them."""
    return sorted(
        name
        for name in before.keys() | after.keys()
        if before.get(name) != after.get(name) and not any(name == one or name.startswith(f"{one}/") for one in writes)
    )


def troubles(folder: Path, before: dict[str, str], writes: Sequence[str]) -> list[str]:
    """What is not as it must be after the command that came after a kill."""
    after = hashes(folder)
    found = [f"changed: {name}" for name in changed(before, after, writes)]
    found += [f"left: {path.relative_to(folder)}" for path in folder.rglob(".partial-*")]
    found += [f"left: {path.relative_to(folder)}" for path in folder.rglob(".replaced-*")]
    found += [f"left: {path.relative_to(folder)}" for path in (folder / "home" / ".leases").glob("*")]
    for room, kind in _KINDS.items():
        for place in sorted((folder / "home" / room).glob("[!.]*")):
            found += _wrong(place, read_manifest(place, kind))
    return found


def _wrong(place: Path, manifest: Manifest) -> list[str]:
    here = {path.relative_to(place).as_posix(): path for path in place.rglob("*") if path.is_file()}
    extra = here.keys() - manifest.files.keys() - {"manifest.json"}
    wrong = [name for name, hash_ in manifest.files.items() if name not in here or sha256_file(here[name]) != hash_]
    return [f"damaged: {place.name}/{name}" for name in sorted({*wrong, *extra})]


def _killed(verb: Verb, template: Path, folder: Path, moment: float) -> tuple[str, list[str]]:
    """One kill: when it hit (``"before"`` the verb had done it, ``"after"``, or ``"ended"``), and the troubles."""
    shutil.copytree(template, folder)
    before = hashes(folder)
    outcome = _run(verb.arguments, folder, kill=moment)
    after = _run("corpus list", folder)
    found = troubles(folder, before, verb.writes)
    if after.code or "Traceback" in after.said:
        found.append(f"the next command: {after.said[-300:]}")
    done = bool(verb.writes) and hashes(folder) != before
    again = _run(verb.arguments, folder)
    if again.code not in ((verb.again, 0) if done else (0,)) or "Traceback" in again.said:
        found.append(f"again ({again.code}): {again.said[-300:]}")
    found += [f"at last, {one}" for one in troubles(folder, before, verb.writes)]
    found += [f"at last, left: {path.name}" for path in (folder / "home" / "corpora").glob(".adding-*")]
    return ("ended" if outcome.verdict != "killed" else "after" if done else "before"), found


def main() -> int:
    """Run what the arguments ask for."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--full", type=int, default=0, help="so many full disks instead of kills")
    parser.add_argument("--jobs", type=int, default=0, help="so many kills of a server in the middle of its jobs instead")
    asked = parser.parse_args()
    draw = random.Random(asked.seed)
    if asked.jobs:
        return _jobs(asked.jobs, asked.seed)
    if asked.full:
        return _full_disks(asked.full, draw)
    counted: Counter[str] = Counter()
    verbs = [VERBS[number % len(VERBS)] for number in range(asked.kills)]
    with tempfile.TemporaryDirectory(prefix="kills-") as place:
        template = Path(place) / "template"
        template.mkdir()
        prepare(template)
        lasting: dict[str, float] = {}
        for number, verb in enumerate(verbs):
            if verb.arguments not in lasting:
                lasting[verb.arguments] = _lasts(verb, template, Path(place) / "timed")
            folder = Path(place) / str(number)
            hit, found = _killed(verb, template, folder, draw.random() ** 0.5 * lasting[verb.arguments] * 1.02)
            counted[hit] += 1
            counted["troubles"] += len(found)
            if found:
                print(f"{number}: {verb.arguments} ({hit})", *found, sep="\n    ", flush=True)
            shutil.rmtree(folder)
    print(f"{asked.kills} kills: {counted['before']} before the change, {counted['after']} after it, ", end="")
    print(f"{counted['ended']} too late; {counted['troubles']} troubles")
    return int(counted["troubles"] > 0)


def _jobs(count: int, seed: int) -> int:
    from tests.fuzz.jobs import kill_jobs

    with tempfile.TemporaryDirectory(prefix="jobs-") as place:
        counted = kill_jobs(Path(place), count, seed)
    print(
        f"{count} kills: {counted['caught']} of {counted['jobs']} jobs under way or waiting; {counted['done']} done, ", end=""
    )
    print(f"{counted['again']} of them begun again, {counted['refused']} said why not; {counted['troubles']} troubles")
    return int(counted["troubles"] > 0)


def _full_disks(count: int, draw: random.Random) -> int:
    wrong = refused = 0
    with tempfile.TemporaryDirectory(prefix="full-") as place:
        template, disk = Path(place) / "template", Path(place) / "disk"
        template.mkdir()
        disk.mkdir()
        prepare(template)
        for number in range(count):
            verb = VERBS[number % len(VERBS)]
            subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(disk)], check=True)
            try:
                found, full = _on_full_disk(verb, template, disk / "here", draw.randrange(60_000))
            finally:
                subprocess.run(["umount", "-l", str(disk)], check=True)
            refused += full
            wrong += len(found)
            if found:
                print(f"{number}: {verb.arguments}", *found, sep="\n    ", flush=True)
    print(f"{count} disks: {refused} full too early; {wrong} troubles")
    return int(wrong > 0)


def _on_full_disk(verb: Verb, template: Path, folder: Path, free: int) -> tuple[list[str], bool]:
    shutil.copytree(template, folder)
    before = hashes(folder)
    filler = folder.parent / "filler"
    with filler.open("wb") as stream:
        stream.write(bytes(max(0, shutil.disk_usage(folder).free - free)))
    outcome = _run(verb.arguments, folder)
    filler.unlink()
    found = troubles(folder, before, verb.writes)
    if outcome.code not in (0, 1) or (outcome.code and "the disk" not in outcome.said):
        found.append(f"said ({outcome.code}): {outcome.said[-300:]}")
    if outcome.code and verb.again == 0 and changed(before, hashes(folder), ("home/corpora/.adding-old",)):
        found.append("changed though it was refused")
    again = _run(verb.arguments, folder)
    if again.code not in (0, verb.again):
        found.append(f"again ({again.code}): {again.said[-300:]}")
    return found + [f"at last, {one}" for one in troubles(folder, before, verb.writes)], outcome.code != 0


def _lasts(verb: Verb, template: Path, folder: Path) -> float:
    """Seconds that a command takes when nobody disturbs it."""
    shutil.copytree(template, folder)
    start = time.monotonic()
    outcome = _run(verb.arguments, folder)
    seconds = time.monotonic() - start
    shutil.rmtree(folder)
    if outcome.code:
        raise RuntimeError(f"{verb.arguments}: {outcome.said}")
    return seconds


if __name__ == "__main__":
    sys.exit(main())
