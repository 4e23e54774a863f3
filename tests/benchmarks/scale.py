"""Preparing one corpus with 1, 2, … worker processes: what more of them cost in processor time, as ratios to one.

    python tests/benchmarks/scale.py CORPUS [--megabytes 10 30 100] [--workers 1 2] [--how cluster|part|threads] [--tokenizer kiwi]

The first so many megabytes of a corpus are stored in a home folder of their own and prepared anew for every number of workers: by the
workers of a local cluster, by processes with --part i/N, or by the threads of one process. The rate is characters a second of processor time,
with that of all workers, of the client and of the scheduler; times the workers, it is what they do together where each has a core. Shown as a
share of as many times one worker's. By the clock is shown too, and says little where other programs compete for the cores. Kiwi's shards are
compared by their hashes with those of the first run.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from corpora import open_corpus
from corpora.corpus import StoredCorpus
from corpora.library import add
from explorer.core import settings
from explorer.static.prepare import prepare


def store(source: str, megabytes: int, home: Path) -> StoredCorpus:
    def texts() -> Iterator[str]:
        left = megabytes * 1_000_000
        for text in open_corpus(source).texts():
            if left <= 0:
                return
            left -= len(text.encode()) + 2
            yield " ".join(text.split("\n")) + "\n"

    path = home / f"{megabytes}.txt"
    with path.open("w", encoding="utf-8") as stream:
        stream.writelines(texts())
    return add(path, f"c{megabytes}")


def processor() -> float:
    """Seconds of processor time of this process and of those it waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def parts(name: str, tokenizer: str, workers: int) -> None:
    command = [sys.executable, "-m", "explorer", "prepare", name, "--tokenizer", tokenizer, "--workers", "1"]
    running = [subprocess.Popen([*command, "--part", f"{number + 1}/{workers}"]) for number in range(workers)]
    if any(process.wait() for process in running):
        raise SystemExit("a part failed")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus")
    parser.add_argument("--megabytes", type=int, nargs="+", default=[10])
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--how", choices=["cluster", "part", "threads"], default="cluster")
    parser.add_argument("--tokenizer", default="kiwi")
    given = parser.parse_args()
    ways: dict[str, Callable[[StoredCorpus, int], object]] = {
        "cluster": lambda corpus, count: prepare(corpus, tokenizer=given.tokenizer, cluster=f"local:{count}"),
        "part": lambda corpus, count: parts(corpus.name, given.tokenizer, count),
        "threads": lambda corpus, count: prepare(corpus, tokenizer=given.tokenizer, workers=count),
    }
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        settings.set_home(folder)
        print(
            "MB   workers  shards  processor s  clock s  characters/s of processor  share of N × the first  same bits",
            flush=True,
        )
        for megabytes in given.megabytes:
            corpus = store(given.corpus, megabytes, home)
            characters = int(corpus.manifest.sizes["characters"])
            first: tuple[float, dict[str, str]] | None = None
            for count in given.workers:
                begin, used = time.perf_counter(), processor()
                ways[given.how](corpus, count)
                clock, spent = time.perf_counter() - begin, processor() - used
                made = {
                    path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (home / "cache/tokens").glob("*.npz")
                }
                shutil.rmtree(home / "cache")
                first = first or (spent, made)
                print(
                    f"{megabytes:<4} {count:<8} {len(made):<7} {spent:<12.1f} {clock:<8.1f} {characters / spent:<26,.0f} "
                    f"{first[0] / spent:<23.2f} {first[1] == made}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
