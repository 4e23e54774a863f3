"""All models on all test sets, as one table: what docs/embeddings.md shows and one command writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.analysis.evaluation import evaluate
from explorer.core.errors import BadInput, Unavailable
from explorer.core.progress import ProgressCallback, report
from explorer.core.store import atomic_write

if TYPE_CHECKING:
    from explorer.analysis.scores import Score
    from explorer.vectors.vectors import Vectors

__all__ = ["BEGIN", "END", "TEST_SETS", "Scoreboard", "put_into", "scoreboard"]

TEST_SETS = (
    ("ws353-ko", "form"),
    ("ws353-ko", "composed"),
    ("relations-test", "form"),
    ("relations-dev", "form"),
    ("kwat", "form"),
    ("kwat", "inflected"),
)
"""Test sets by name, and how far a test word may be from a key (:data:`~explorer.analysis.evaluation.RESOLVE`)."""

BEGIN, END = "<!-- scores -->", "<!-- /scores -->"
"""Lines of a Markdown file between which the table belongs."""


@dataclass(frozen=True, slots=True)
class Scoreboard:
    """Scores of several models.

    Attributes:
        scores: one for every model and test set, models in the order given.
        left_out: test sets that are not on this machine.
    """

    scores: tuple[Score, ...]
    left_out: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {"scores": [score.to_dict() for score in self.scores], "left_out": list(self.left_out)}

    def to_markdown(self) -> str:
        """A row for every model and test set."""
        lines = [
            "| model | test set | words | score | 95 % interval | covered | of all questions |",
            "|---|---|---|---|---|---|---|",
        ]
        for score in self.scores:
            of_all = f"{score.details['of_all']:.3f}" if "of_all" in score.details else ""
            metric = "ρ" if score.metric == "spearman" else "accuracy"
            lines.append(
                f"| `{score.model}` | {score.name}, {metric} | {score.resolve} | {score.value:.3f} | {score.low:.3f} to {score.high:.3f} "
                f"| {score.covered}/{score.total} | {of_all} |"
            )
        return "\n".join(lines) + "\n"


def scoreboard(
    models: Sequence[Vectors], *, samples: int = 1000, seed: int = 42, progress: ProgressCallback | None = None
) -> Scoreboard:
    """Score models on every test set known by name (:data:`TEST_SETS`).

    Args:
        models: the vectors.
        samples, seed: of the bootstrap.
        progress: told about every score.

    Returns:
        The scores; sets whose file is not on this machine are named in ``left_out``.
    """
    scores: list[Score] = []
    missing: dict[str, None] = {}
    done = 0
    for v in models:
        for name, resolve in TEST_SETS:
            report(progress, "scoring", done, len(models) * len(TEST_SETS), "scores", f"{v.name}: {name}")
            done += 1
            try:
                scores.append(evaluate(v, name, resolve=resolve, samples=samples, seed=seed))
            except Unavailable:
                missing[name] = None
    return Scoreboard(tuple(scores), tuple(missing))


def put_into(path: Path, table: str) -> None:
    """Write a table into a Markdown file, in place of what stands between :data:`BEGIN` and :data:`END`; all of it or nothing.

    Raises:
        BadInput: the file is not there, or has no such lines.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput("analysis.table_file_unreadable", path=path, reason=error) from error
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise BadInput("analysis.table_place_missing", path=path, begin=BEGIN, end=END)
    atomic_write(path, f"{before}{BEGIN}\n{table}{END}{after}")
