"""A comparison as Markdown, and the wording it shares with the HTML page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explorer.core.intervals import Interval
from explorer.tokenizers.comparison.definitions import GROUPS, METRICS, shown

if TYPE_CHECKING:
    from explorer.tokenizers.comparison.compare import Comparison, ComparisonRow

__all__ = ["READING", "bounds", "groups_of", "markdown", "remarks", "value_text"]

READING = (
    "Values with 95 % bootstrap intervals over documents (over words for the word list). Few tokens are no sign of quality: "
    "a tokenizer that hides or loses text needs few, and is marked ⚠."
)


def value_text(name: str, interval: Interval | None) -> str:
    """A value as people read it; a dash where there is none."""
    if interval is None or interval.value is None:
        return "–"
    return shown(name, interval.value)


def bounds(name: str, interval: Interval | None) -> str:
    """The interval as people read it; empty where there is none."""
    if interval is None or interval.low is None or interval.high is None:
        return ""
    low, high = (shown(name, bound).removesuffix(" %") for bound in (interval.low, interval.high))
    return f"{low}–{high}"


def remarks(row: ComparisonRow) -> str:
    """Everything that has to be read beside a row's numbers, on one line."""
    if row.error:
        return f"✗ failed: {row.error}"
    return "; ".join([*(f"⚠ {warning}" for warning in row.warnings), *row.notes])


def groups_of(comparison: Comparison) -> dict[str, list[str]]:
    """``{title of a group: names of its metrics}`` that the comparison has values for."""
    names = comparison.metrics
    found = {title: [name for name in names if METRICS[name].group == group] for group, title in GROUPS.items()}
    return {title: members for title, members in found.items() if members}


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _cell(name: str, interval: Interval | None) -> str:
    text, around = value_text(name, interval), bounds(name, interval)
    return f"{text} [{around}]" if around else text


def markdown(comparison: Comparison) -> str:
    """One table a group of metrics, the remarks in the first, the definitions of all columns at the end."""
    lines: list[str] = []
    for number, (title, names) in enumerate((groups_of(comparison) or {"Tokenizers": []}).items()):
        lead = ["tokenizer", "remarks", "vocabulary"] if number == 0 else ["tokenizer"]
        lines += [f"**{title}**", "", _line([*lead, *names]), _line(["---"] * len(lead) + ["---:"] * len(names))]
        for row in comparison.rows:
            if row.error and number:
                continue
            mark = " ✗" if row.error else " ⚠" if row.warnings else ""
            cells = [f"{row.tokenizer}{mark}"]
            if number == 0:
                cells += [remarks(row), f"{row.vocab_size:,}" if row.vocab_size else "–"]
            lines.append(_line([*cells, *(_cell(name, row.metrics.get(name)) for name in names)]))
        lines.append("")
    lines += [READING, ""]
    lines += [f"- `{name}` ({METRICS[name].unit}): {text}" for name, text in comparison.definitions().items()]
    return "\n".join(lines) + "\n"
