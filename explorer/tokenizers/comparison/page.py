"""A comparison as one HTML page that needs nothing else: no network, no library, no font."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from importlib.resources import files
from itertools import combinations

from explorer.tokenizers.comparison.alignment import Alignment, Cell
from explorer.tokenizers.comparison.definitions import METRICS
from explorer.tokenizers.comparison.report import READING, bounds, groups_of, size_text, value_text
from explorer.tokenizers.comparison.rows import ComparisonRow, definitions_of
from explorer.tokenizers.comparison.samples import between, divided, names_in

__all__ = ["html"]

_GRIDS = 30
_LOST = 4


def html(rows: Sequence[ComparisonRow], samples: Sequence[Alignment], reference: str | None) -> str:
    """The page of a :class:`~explorer.tokenizers.comparison.compare.Comparison`."""
    groups = groups_of(rows) or {"": []}
    names = [name for members in groups.values() for name in members]
    spans = "".join(f'<th colspan="{len(members)}" scope="colgroup">{escape(title)}</th>' for title, members in groups.items())
    first = {members[0] for members in groups.values() if members}
    definitions = definitions_of(rows, reference)
    heads = "".join(
        f'<th scope="col" class="{"first" if name in first else ""}" aria-sort="none" title="{escape(definitions[name])}">'
        f"<button>{escape(name.replace('_', ' '))}<small>{escape(METRICS[name].unit)}</small></button></th>"
        for name in names
    )
    body = "".join(_row(row, names, first) for row in rows)
    meaning = "".join(
        f"<dt>{escape(name)} <small>{escape(METRICS[name].unit)}</small></dt><dd>{escape(text)}</dd>"
        for name, text in definitions.items()
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Tokenizers compared</title><style>\n{_part('page.css')}</style></head><body><h1>Tokenizers compared</h1>"
        f"<p>{escape(READING)} {escape(_reference(reference))} Click a heading to sort, point at it to read what it means.</p>"
        '<div class="wide" tabindex="0"><table id="rows"><thead>'
        f'<tr><th class="name" rowspan="2" scope="col" aria-sort="none"><button>tokenizer</button></th>'
        f'<th rowspan="2" scope="col" aria-sort="none"><button>vocabulary</button></th>{spans}</tr><tr>{heads}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>{_examples(samples)}{_lost(rows)}"
        f"<h2>What the numbers mean</h2><dl>{meaning}</dl><script>\n{_part('page.js')}</script></body></html>\n"
    )


def _part(name: str) -> str:
    return files("explorer.tokenizers.comparison").joinpath("data", name).read_text(encoding="utf-8")


def _reference(reference: str | None) -> str:
    if reference == "kiwi":
        return "Boundaries are scored against Kiwi's analysis of the corpus, as no gold standard was given."
    return "Boundaries are scored against the gold standard." if reference else ""


def _row(row: ComparisonRow, names: list[str], first: set[str]) -> str:
    cells = []
    for name in names:
        interval = row.metrics.get(name)
        number = "" if interval is None or interval.value is None else repr(interval.value)
        around = bounds(name, interval)
        small = f"<small>{escape(around)}</small>" if around else ""
        edge = ' class="first"' if name in first else ""
        cells.append(f'<td data-value="{number}"{edge}>{escape(value_text(name, interval))}{small}</td>')
    remarks = [f'<span class="error">✗ failed: {escape(str(row.error))}</span>'] if row.error else []
    remarks += [f'<span class="warning">⚠ {escape(str(warning))}</span>' for warning in row.warnings]
    remarks += [f"<span>{escape(str(note))}</span>" for note in row.notes]
    return (
        f'<tr><th scope="row" class="name" data-value="{escape(row.tokenizer)}">{escape(row.tokenizer)}{"".join(remarks)}</th>'
        f'<td data-value="{row.vocab_size or ""}">{size_text(row.vocab_size)}</td>{"".join(cells)}</tr>'
    )


def _examples(samples: Sequence[Alignment]) -> str:
    grids = _shown(samples)
    if not grids:
        return ""
    choices = "".join(f"<option>{escape(name)}</option>" for name in names_in(samples))
    return (
        '<h2>Where they disagree most</h2><p class="choose"><label>Between <select id="left"><option value="">all of them</option>'
        f'{choices}</select></label> <label>and <select id="right"><option value="">all of them</option>{choices}</select></label></p>'
        '<p class="legend"><span class="even">token</span><span class="odd">next token</span>'
        '<span class="fused even">morphemes in one syllable</span><span class="bytes even">bytes or parts of one character</span>'
        '<span class="unknown">unknown</span><span class="dropped">lost</span><span class="changed even">seen differently</span></p>'
        f'<div id="grids">{"".join(_grid(grid, rank) for rank, grid in enumerate(grids))}</div>'
    )


def _shown(samples: Sequence[Alignment]) -> list[Alignment]:
    """The most divisive texts of all, then of every two, as far as a page should go."""
    found = {grid.text: grid for grid in divided(samples)}
    full = {grid.text: grid for grid in samples}
    for best in range(2):
        for first, second in combinations(names_in(samples), 2):
            pairs = between(samples, first, second, best + 1)
            if len(pairs) > best and len(found) < _GRIDS:
                found.setdefault(pairs[best].text, full[pairs[best].text])
    return list(found.values())


def _grid(grid: Alignment, rank: int) -> str:
    rows = "".join(
        f'<tr data-name="{escape(row.tokenizer)}" data-cuts="{" ".join(map(str, sorted(row.boundaries)))}">'
        f'<th scope="row">{escape(row.tokenizer)}</th>'
        + "".join(_cell(cell, grid.text, number) for number, cell in enumerate(row.cells))
        + "</tr>"
        for row in grid.rows
    )
    return (
        f'<div class="wide" data-rank="{rank}" data-columns="{len(grid.columns)}" tabindex="0"><table class="grid">'
        f"<caption>{escape(grid.text)}</caption><tbody>{rows}</tbody></table></div>"
    )


def _cell(cell: Cell, text: str, number: int) -> str:
    forms = " + ".join(f"{token.form}/{token.tag}" if token.tag else token.form for token in cell.tokens)
    classes = [cell.kind, "odd" if number % 2 else "even"]
    classes += ["unknown"] * cell.unknown + ["changed"] * cell.changed
    written = text[cell.start : cell.end]
    shown = escape(written) if written.strip() else "·"
    title = escape(f"{cell.kind}: {forms}" if forms else cell.kind)
    count = f"<sub>{len(cell.tokens)}</sub>" if len(cell.tokens) > 1 else ""
    return f'<td colspan="{cell.width}" class="{" ".join(classes)}" title="{title}">{shown}{count}</td>'


def _lost(rows: Sequence[ComparisonRow]) -> str:
    parts = []
    for row in rows:
        if not row.lost_examples:
            continue
        items = "".join(
            f"<tr><td>{escape(example.text)}</td><td>{escape(example.decoded) or '–'}</td></tr>"
            for example in row.lost_examples[:_LOST]
        )
        parts.append(
            f'<h3>{escape(row.tokenizer)}</h3><div class="wide"><table class="lost"><thead><tr><th scope="col">written</th>'
            f'<th scope="col">came back</th></tr></thead><tbody>{items}</tbody></table></div>'
        )
    return f"<h2>What did not come back</h2>{''.join(parts)}" if parts else ""
