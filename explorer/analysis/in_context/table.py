"""Scores of several models side by side, as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.analysis.in_context.records import ContextScore, Measure
from explorer.core.errors import BadInput

__all__ = ["to_markdown"]

_TITLES = {
    "accuracy": "accuracy",
    "auc": "AUC",
    "ari": "ARI",
    "v_measure": "V-measure",
    "number_right": "number right",
    "spearman": "Spearman",
    "pearson": "Pearson",
    "known": "known senses",
    "found": "found senses",
    "top1": "first guess",
    "around": "trigram around",
    "before": "trigram before",
    "kiwi": "Kiwi",
}


def to_markdown(scores: Sequence[ContextScore]) -> str:
    """A row for each model and what is compared of it, a column for each number of each test set, and what was covered below.

    Raises:
        BadInput: there is no score.
    """
    if not scores:
        raise BadInput("analysis.nothing_for_table")
    columns = list(dict.fromkeys((score.name, score.kind, one.name) for score in scores for one in score.measures))
    found: dict[tuple[str, str], dict[tuple[str, str, str], Measure]] = {}
    for score in scores:
        row = found.setdefault((score.model, _compared(score)), {})
        row |= {(score.name, score.kind, one.name): one for one in score.measures}
    head = ["model", "compared", *(f"{name}: {_TITLES.get(measure, measure)}" for name, _, measure in columns)]
    lines = [head, ["---"] * len(head)]
    for (model, compared), row in found.items():
        lines.append([model, compared, *(_cell(row.get(column)) for column in columns)])
    chances = {(score.name, score.kind, one.name): one.chance for score in scores for one in score.measures}
    lines.append(["(chance)", "", *("" if (chance := chances[column]) is None else f"{chance:.2f}" for column in columns)])
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    notes = dict.fromkeys(
        f"{score.name}: {score.covered:,} of {score.total:,} {_ITEMS[score.kind]}{_words(score)}" for score in scores
    )
    return f"{table}\n\n" + "\n".join(f"- {note}" for note in notes) + "\n"


_ITEMS = {"wic": "pairs", "senses": "sentences", "sentences": "pairs", "assigning": "sentences", "masking": "sentences"}


def _words(score: ContextScore) -> str:
    return f" of {score.words:,} words" if score.words else ""


def _compared(score: ContextScore) -> str:
    parts = [score.representation or "", "" if score.layer is None else f"layer {score.layer}"]
    return ", ".join(part for part in parts if part)


def _cell(measure: Measure | None) -> str:
    return "–" if measure is None else f"{measure.value:.3f} [{measure.low:.2f}, {measure.high:.2f}]"
