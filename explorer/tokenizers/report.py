"""A comparison as Markdown and as one HTML page."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from explorer.tokenizers.metrics import DEFINITIONS, Interval

if TYPE_CHECKING:
    from explorer.tokenizers.alignment import Alignment, Cell
    from explorer.tokenizers.comparison import Comparison, ComparisonRow

__all__ = ["html", "markdown"]

_PERCENT = {
    "continued_words", "unknown_tokens", "unknown_characters", "byte_tokens", "byte_characters", "lost_characters", "lossless",
    "vocabulary_used",
}  # fmt: skip


def _number(name: str, value: float) -> str:
    return f"{100 * value:.2f} %" if name in _PERCENT else f"{value:.3f}"


def _interval(name: str, interval: Interval | None) -> str:
    if interval is None or interval.value is None:
        return "–"
    text = _number(name, interval.value)
    if interval.low is not None and interval.high is not None:
        text += f" [{_number(name, interval.low).removesuffix(' %')}, {_number(name, interval.high).removesuffix(' %')}]"
    return text


def _remarks(row: ComparisonRow) -> str:
    return f"failed: {row.error}" if row.error else "; ".join(row.notes)


def markdown(comparison: Comparison) -> str:
    """A table, the remarks on its rows, the definitions of its columns."""

    def line(cells: list[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"

    names = comparison.metrics
    lines = [line(["tokenizer", "remarks", "vocabulary", *names]), line(["---"] * (len(names) + 3))]
    for row in comparison.rows:
        size = f"{row.vocab_size:,}" if row.vocab_size else "–"
        lines.append(line([row.tokenizer, _remarks(row), size, *(_interval(name, row.metrics.get(name)) for name in names)]))
    lines += ["", "Values with 95 % bootstrap intervals over documents.", ""]
    lines += [f"- `{name}`: {DEFINITIONS[name]}" for name in names]
    return "\n".join(lines) + "\n"


def html(comparison: Comparison) -> str:
    """The page; needs nothing from the network."""
    names = comparison.metrics
    head = "".join(
        f'<th scope="col" title="{escape(DEFINITIONS[name])}"><button>{escape(name)}</button></th>' for name in names
    )
    body = "".join(_row(row, names) for row in comparison.rows)
    definitions = "".join(f"<dt>{escape(name)}</dt><dd>{escape(DEFINITIONS[name])}</dd>" for name in names)
    examples = "".join(_example(example) for example in comparison.examples)
    shown = f"<h2>Where they disagree most</h2>{examples}" if examples else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Tokenizers compared</title><style>{_STYLE}</style></head><body><h1>Tokenizers compared</h1>"
        "<p>Values with 95 % bootstrap intervals over documents. Few tokens are no sign of quality: read the length beside what a "
        "tokenizer loses. Click a heading to sort.</p>"
        f'<div class="wide"><table id="rows"><thead><tr><th scope="col"><button>tokenizer</button></th>'
        f'<th scope="col">remarks</th><th scope="col"><button>vocabulary</button></th>{head}</tr></thead><tbody>{body}</tbody></table></div>'
        f"{shown}<h2>Definitions</h2><dl>{definitions}</dl><script>{_SCRIPT}</script></body></html>\n"
    )


def _row(row: ComparisonRow, names: list[str]) -> str:
    cells = []
    for name in names:
        interval = row.metrics.get(name)
        if interval is None or interval.value is None:
            cells.append('<td data-value="">–</td>')
            continue
        bounds = ""
        if interval.low is not None and interval.high is not None:
            low, high = (_number(name, bound).removesuffix(" %") for bound in (interval.low, interval.high))
            bounds = f"<small>{low}–{high}</small>"
        cells.append(f'<td data-value="{interval.value!r}">{_number(name, interval.value)}{bounds}</td>')
    size = f"{row.vocab_size:,}" if row.vocab_size else "–"
    remarks = f"<td class={'error' if row.error else 'note'}>{escape(_remarks(row))}</td>"
    return (
        f'<tr><th scope="row" data-value="{escape(row.tokenizer)}">{escape(row.tokenizer)}</th>'
        f'{remarks}<td data-value="{row.vocab_size or ""}">{size}</td>{"".join(cells)}</tr>'
    )


def _example(example: Alignment) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(row.tokenizer)}</th>'
        + "".join(_cell(cell, example.text, number) for number, cell in enumerate(row.cells))
        + "</tr>"
        for row in example.rows
    )
    return f'<div class="wide"><table class="grid"><caption>{escape(example.text)}</caption><tbody>{rows}</tbody></table></div>'


def _cell(cell: Cell, text: str, number: int) -> str:
    forms = " + ".join(f"{token.form}/{token.tag}" if token.tag else token.form for token in cell.tokens)
    classes = [cell.kind, "odd" if number % 2 else "even"]
    classes += ["unknown"] * cell.unknown + ["changed"] * cell.changed
    shown = escape(text[cell.start : cell.end]) if text[cell.start : cell.end].strip() else "·"
    title = escape(f"{cell.kind}: {forms}" if forms else cell.kind)
    count = f"<sub>{len(cell.tokens)}</sub>" if len(cell.tokens) > 1 else ""
    return f'<td colspan="{cell.width}" class="{" ".join(classes)}" title="{title}">{shown}{count}</td>'


_STYLE = """
:root{color-scheme:light dark}
body{font:15px/1.5 system-ui,"Noto Sans KR","Malgun Gothic","Apple SD Gothic Neo",sans-serif;margin:2rem auto;max-width:80rem;padding:0 1rem}
.wide{overflow-x:auto}
table{border-collapse:collapse;margin:1rem 0}
#rows th,#rows td{border-bottom:1px solid color-mix(in srgb,currentColor 25%,transparent);padding:.3rem .6rem;text-align:right;white-space:nowrap}
#rows th[scope=row],#rows .note,#rows .error{text-align:left}
#rows .note,#rows .error{white-space:normal;min-width:16rem;max-width:26rem;font-size:.85em}
small{display:block;opacity:.7}
button{font:inherit;border:0;background:none;color:inherit;cursor:pointer;padding:0}
.grid caption{text-align:left;font-weight:600}
.grid th{text-align:right;padding-right:.6rem;font-weight:400;white-space:nowrap}
.grid td{text-align:center;white-space:nowrap;padding:.1rem .3rem;border:1px solid Canvas}
.even{background:color-mix(in srgb,#3b82f6 28%,Canvas)}.odd{background:color-mix(in srgb,#f59e0b 30%,Canvas)}
.space{background:none}.unknown,.error{background:color-mix(in srgb,#ef4444 40%,Canvas)}
.dropped,.normalised{background:repeating-linear-gradient(45deg,#ef444455 0 4px,transparent 4px 8px)}
.changed{text-decoration:underline wavy}
dt{font-family:ui-monospace,monospace}
"""

_SCRIPT = """
document.querySelectorAll('#rows thead button').forEach(function(button){button.addEventListener('click',function(){
var column=button.parentNode.cellIndex,body=document.querySelector('#rows tbody'),down=button.dataset.order!=='down';
document.querySelectorAll('#rows thead button').forEach(function(other){delete other.dataset.order;});
button.dataset.order=down?'down':'up';
Array.from(body.rows).sort(function(a,b){
var x=a.cells[column].dataset.value,y=b.cells[column].dataset.value;
if(x===''||y==='')return (x==='')-(y==='');
var order=isNaN(x)||isNaN(y)?x.localeCompare(y):x-y;return down?order:-order;
}).forEach(function(row){body.appendChild(row);});});});
"""
