"""All models on all test sets, as one table: what docs/embeddings.md shows and one command writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.analysis.benchmarks import evaluate
from explorer.analysis.in_context.records import ContextScore
from explorer.core.errors import BadInput, Unavailable
from explorer.core.progress import ProgressCallback, report
from explorer.core.store import atomic_write
from explorer.vectors.vectors import Vectors

if TYPE_CHECKING:
    from explorer.analysis.scores import Score
    from explorer.encoders.encoder import Encoder

__all__ = ["BEGIN", "END", "TEST_SETS", "Scoreboard", "put_into", "scoreboard"]

TEST_SETS: tuple[tuple[str, str | None], ...] = (
    ("ws353-ko", "form"),
    ("ws353-ko", "composed"),
    ("relations-test", "form"),
    ("relations-dev", "form"),
    ("kwat", "form"),
    ("kwat", "inflected"),
    ("kobest-wic", None),
    ("kobest-wic-dev", None),
    ("korsts", None),
    ("korsts-dev", None),
    ("klue-sts", None),
)
"""Test sets by name, and how far a test word may be from a key (:data:`~explorer.analysis.evaluation.RESOLVE`); ``None`` where
sentences are read, which encoders do, too."""

BEGIN, END = "<!-- scores -->", "<!-- /scores -->"
"""Lines of a Markdown file between which the table belongs."""


@dataclass(frozen=True, slots=True)
class Scoreboard:
    """Scores of several models.

    Attributes:
        scores: one for every model and test set, models in the order given.
        left_out: test sets that are not on this machine.
    """

    scores: tuple[Score | ContextScore, ...]
    left_out: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {"scores": [score.to_dict() for score in self.scores], "left_out": list(self.left_out)}

    def to_markdown(self) -> str:
        """A row for every model and test set."""
        lines = [
            "| model | test set | words | score | 95 % interval | covered | of all questions |",
            "|---|---|---|---|---|---|---|",
        ]
        lines += map(_row, self.scores)
        return "\n".join(lines) + "\n"


def _row(score: Score | ContextScore) -> str:
    if isinstance(score, ContextScore):
        metric, words, low, high = score.measures[0].name, score.representation or "mean", *score.interval
    else:
        metric, words, low, high = score.metric, score.resolve, score.low, score.high
    of_all = f"{score.details['of_all']:.3f}" if "of_all" in score.details else ""
    return (
        f"| `{score.model}` | {score.name}, {'ρ' if metric == 'spearman' else 'accuracy'} | {words} | {score.value:.3f} "
        f"| {low:.3f} to {high:.3f} | {score.covered}/{score.total} | {of_all} |"
    )


def scoreboard(
    models: Sequence[Vectors | Encoder], *, samples: int = 1000, seed: int = 42, progress: ProgressCallback | None = None
) -> Scoreboard:
    """Score models on every test set known by name (:data:`TEST_SETS`).

    Args:
        models: vectors, for all of them, and encoders, for those of sentences.
        samples, seed: of the bootstrap.
        progress: told about every score.

    Returns:
        The scores; sets whose file is not on this machine are named in ``left_out``.
    """
    asked = [
        (model, name, resolve)
        for model in models
        for name, resolve in TEST_SETS
        if resolve is None or isinstance(model, Vectors)
    ]
    scores: list[Score | ContextScore] = []
    missing: dict[str, None] = {}
    for done, (model, name, resolve) in enumerate(asked):
        report(progress, "scoring", done, len(asked), "scores", f"{model.name}: {name}")
        options = {} if resolve is None else {"resolve": resolve}
        try:
            scores.append(evaluate(model, name, samples=samples, seed=seed, **options))
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
