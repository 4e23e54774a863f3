"""How long start-up takes, as ratios to starting Python itself.

python tests/benchmarks/startup.py
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

RUNS = 15

CASES = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "import explorer": [sys.executable, "-c", "import explorer"],
    "korean-explorer --help": [sys.executable, "-m", "explorer", "--help"],
    "korean-explorer similar --help": [sys.executable, "-m", "explorer", "similar", "--help"],
    "import numpy (for scale)": [sys.executable, "-c", "import numpy"],
}


def once(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    # Interleaved, so that a slow spell of the machine hits every case alike.
    times: dict[str, list[float]] = {name: [] for name in CASES}
    for command in CASES.values():
        once(command)
    for _ in range(RUNS):
        for name, command in CASES.items():
            times[name].append(once(command))
    base = statistics.median(times["python -c pass"])
    for name, values in times.items():
        median = statistics.median(values)
        print(f"{name:32} {median / base:6.2f} × python -c pass   ({median:.3f} s, {median - base:+.3f} s)")


if __name__ == "__main__":
    main()
