"""A comparison as Markdown, and the wording it shares with the HTML page."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.core.intervals import Interval
from explorer.tokenizers.comparison.definitions import GROUPS, METRICS, shown
from explorer.tokenizers.comparison.rows import ComparisonRow, definitions_of, metrics_of

__all__ = ["READING", "bounds", "groups_of", "markdown", "size_text", "value_text"]

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


def size_text(vocab_size: int | None) -> str:
    """The size of a vocabulary as people read it; a dash for an open one."""
    return f"{vocab_size:,}" if vocab_size else "–"


def _remarks(row: ComparisonRow) -> str:
    """Everything that has to be read beside a row's numbers, on one line."""
    if row.error:
        return f"✗ failed: {row.error}"
    return "; ".join([*(f"⚠ {warning}" for warning in row.warnings), *map(str, row.notes)])


def groups_of(rows: Sequence[ComparisonRow]) -> dict[str, list[str]]:
    """``{title of a group: names of its metrics}`` that some row has values for."""
    names = metrics_of(rows)
    found = {title: [name for name in names if METRICS[name].group == group] for group, title in GROUPS.items()}
    return {title: members for title, members in found.items() if members}


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _cell(name: str, interval: Interval | None) -> str:
    text, around = value_text(name, interval), bounds(name, interval)
    return f"{text} [{around}]" if around else text


def markdown(rows: Sequence[ComparisonRow], reference: str | None) -> str:
    """One table a group of metrics, the remarks in the first, the definitions of all columns at the end."""
    lines: list[str] = []
    for number, (title, names) in enumerate((groups_of(rows) or {"Tokenizers": []}).items()):
        lead = ["tokenizer", "remarks", "vocabulary"] if number == 0 else ["tokenizer"]
        lines += [f"**{title}**", "", _line([*lead, *names]), _line(["---"] * len(lead) + ["---:"] * len(names))]
        for row in rows:
            if row.error and number:
                continue
            mark = " ✗" if row.error else " ⚠" if row.warnings else ""
            cells = [f"{row.tokenizer}{mark}"]
            if number == 0:
                cells += [_remarks(row), size_text(row.vocab_size)]
            lines.append(_line([*cells, *(_cell(name, row.metrics.get(name)) for name in names)]))
        lines.append("")
    lines += [READING, ""]
    lines += [f"- `{name}` ({METRICS[name].unit}): {text}" for name, text in definitions_of(rows, reference).items()]
    return "\n".join(lines) + "\n"
