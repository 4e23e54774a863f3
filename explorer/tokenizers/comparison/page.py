"""A comparison as one HTML page that needs nothing else: no network, no library, no font."""

from __future__ import annotations

from html import escape
from itertools import combinations
from typing import TYPE_CHECKING

from explorer.tokenizers.comparison.alignment import Alignment, Cell
from explorer.tokenizers.comparison.definitions import METRICS
from explorer.tokenizers.comparison.report import READING, bounds, groups_of, value_text

if TYPE_CHECKING:
    from explorer.tokenizers.comparison.compare import Comparison, ComparisonRow

__all__ = ["html"]

_GRIDS = 30
_LOST = 4


def html(comparison: Comparison) -> str:
    """The page."""
    groups = groups_of(comparison) or {"": []}
    names = [name for members in groups.values() for name in members]
    spans = "".join(f'<th colspan="{len(members)}" scope="colgroup">{escape(title)}</th>' for title, members in groups.items())
    first = {members[0] for members in groups.values() if members}
    definitions = comparison.definitions()
    heads = "".join(
        f'<th scope="col" class="{"first" if name in first else ""}" aria-sort="none" title="{escape(definitions[name])}">'
        f"<button>{escape(name.replace('_', ' '))}<small>{escape(METRICS[name].unit)}</small></button></th>"
        for name in names
    )
    body = "".join(_row(row, names, first) for row in comparison.rows)
    meaning = "".join(
        f"<dt>{escape(name)} <small>{escape(METRICS[name].unit)}</small></dt><dd>{escape(text)}</dd>"
        for name, text in definitions.items()
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Tokenizers compared</title><style>{_STYLE}</style></head><body><h1>Tokenizers compared</h1>"
        f"<p>{escape(READING)} {escape(_reference(comparison))} Click a heading to sort, point at it to read what it means.</p>"
        '<div class="wide" tabindex="0"><table id="rows"><thead>'
        f'<tr><th class="name" rowspan="2" scope="col" aria-sort="none"><button>tokenizer</button></th>'
        f'<th rowspan="2" scope="col" aria-sort="none"><button>vocabulary</button></th>{spans}</tr><tr>{heads}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>{_examples(comparison)}{_lost(comparison)}"
        f"<h2>What the numbers mean</h2><dl>{meaning}</dl><script>{_SCRIPT}</script></body></html>\n"
    )


def _reference(comparison: Comparison) -> str:
    if comparison.reference == "kiwi":
        return "Boundaries are scored against Kiwi's analysis of the corpus, as no gold standard was given."
    return "Boundaries are scored against the gold standard." if comparison.reference else ""


def _row(row: ComparisonRow, names: list[str], first: set[str]) -> str:
    cells = []
    for name in names:
        interval = row.metrics.get(name)
        number = "" if interval is None or interval.value is None else repr(interval.value)
        around = bounds(name, interval)
        small = f"<small>{escape(around)}</small>" if around else ""
        edge = ' class="first"' if name in first else ""
        cells.append(f'<td data-value="{number}"{edge}>{escape(value_text(name, interval))}{small}</td>')
    remarks = [f'<span class="error">✗ failed: {escape(row.error)}</span>'] if row.error else []
    remarks += [f'<span class="warning">⚠ {escape(warning)}</span>' for warning in row.warnings]
    remarks += [f"<span>{escape(note)}</span>" for note in row.notes]
    size = f"{row.vocab_size:,}" if row.vocab_size else "–"
    return (
        f'<tr><th scope="row" class="name" data-value="{escape(row.tokenizer)}">{escape(row.tokenizer)}{"".join(remarks)}</th>'
        f'<td data-value="{row.vocab_size or ""}">{size}</td>{"".join(cells)}</tr>'
    )


def _examples(comparison: Comparison) -> str:
    grids = _shown(comparison)
    if not grids:
        return ""
    choices = "".join(f"<option>{escape(row.tokenizer)}</option>" for row in comparison.samples[0].rows)
    return (
        '<h2>Where they disagree most</h2><p class="choose"><label>Between <select id="left"><option value="">all of them</option>'
        f'{choices}</select></label> <label>and <select id="right"><option value="">all of them</option>{choices}</select></label></p>'
        '<p class="legend"><span class="even">token</span><span class="odd">next token</span>'
        '<span class="fused even">morphemes in one syllable</span><span class="bytes even">bytes or parts of one character</span>'
        '<span class="unknown">unknown</span><span class="dropped">lost</span><span class="changed even">seen differently</span></p>'
        f'<div id="grids">{"".join(_grid(grid, rank) for rank, grid in enumerate(grids))}</div>'
    )


def _shown(comparison: Comparison) -> list[Alignment]:
    """The most divisive texts of all, then of every two, as far as a page should go."""
    found = {grid.text: grid for grid in comparison.examples}
    names = [row.tokenizer for row in comparison.samples[0].rows] if comparison.samples else []
    full = {grid.text: grid for grid in comparison.samples}
    for best in range(2):
        for first, second in combinations(names, 2):
            pairs = comparison.disagreements(first, second, best + 1)
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


def _lost(comparison: Comparison) -> str:
    parts = []
    for row in comparison.rows:
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


_STYLE = """
:root{color-scheme:light dark;--line:color-mix(in srgb,CanvasText 18%,Canvas);--soft:color-mix(in srgb,CanvasText 65%,Canvas);
--panel:color-mix(in srgb,CanvasText 4%,Canvas);--warn:light-dark(#92400e,#fcd34d);--bad:light-dark(#b91c1c,#fca5a5);
--even:light-dark(#bfdbfe,#1e3a6e);--odd:light-dark(#fde68a,#5c4513);--unknown:light-dark(#fecaca,#7f1d1d)}
body{font:15px/1.55 system-ui,"Noto Sans KR","Malgun Gothic","Apple SD Gothic Neo",NanumGothic,sans-serif;margin:2rem auto;max-width:92rem;padding:0 1rem}
h1{margin:0 0 .3rem}h2{margin:2.2rem 0 .4rem}h3{margin:1rem 0 .2rem;font-size:1em}p{max-width:75ch}
.wide{overflow-x:auto;margin:.6rem 0}
table{border-collapse:separate;border-spacing:0}
#rows{font-variant-numeric:tabular-nums}
#rows th,#rows td{border-bottom:1px solid var(--line);padding:.35rem .7rem;text-align:right;vertical-align:top;white-space:nowrap}
#rows thead th{background:var(--panel);font-weight:600;vertical-align:bottom}
#rows th[scope=colgroup]{text-align:left;border-left:1px solid var(--line);color:var(--soft)}
#rows .first{border-left:1px solid var(--line)}
#rows .name{position:sticky;left:0;z-index:1;background:Canvas;text-align:left;min-width:min(17rem,42vw);max-width:22rem;white-space:normal;
border-right:1px solid var(--line);overflow-wrap:anywhere}
#rows thead .name{background:color-mix(in srgb,CanvasText 4%,Canvas)}
#rows .name span{display:block;font-weight:400;font-size:.8em;line-height:1.35;color:var(--soft)}
#rows .name .warning{color:var(--warn)}#rows .name .error{color:var(--bad)}
#rows tbody tr:hover>*{background:var(--panel)}
#rows tbody tr:hover>.name{background:color-mix(in srgb,CanvasText 4%,Canvas)}
small{display:block;font-size:.78em;font-weight:400;color:var(--soft)}
button{font:inherit;font-weight:inherit;border:0;background:none;color:inherit;cursor:pointer;padding:0;text-align:inherit;white-space:normal;max-width:8.5rem}
th[aria-sort=descending] button::before{content:"▼ "}th[aria-sort=ascending] button::before{content:"▲ "}
:focus-visible{outline:2px solid #3b82f6;outline-offset:2px}
select{font:inherit;max-width:16rem}
.legend{display:flex;flex-wrap:wrap;gap:.5rem;font-size:.85em}.legend span{padding:.05rem .5rem;border-radius:.25rem}
.grid caption{text-align:left;font-weight:600;padding-bottom:.2rem;white-space:nowrap}
.grid th{position:sticky;left:0;background:Canvas;text-align:right;padding-right:.7rem;font-weight:400;white-space:nowrap;color:var(--soft)}
.grid td{text-align:center;white-space:nowrap;padding:.12rem .3rem;border:1px solid Canvas;border-radius:.3rem}
.even{background:var(--even)}.odd{background:var(--odd)}
.space{background:none!important;color:var(--soft)}
.unknown{background:var(--unknown)!important}
.fused{box-shadow:inset 0 -3px light-dark(#2563eb,#93c5fd)}.bytes,.parts{box-shadow:inset 0 -3px light-dark(#9333ea,#d8b4fe)}
.dropped,.normalised{background:repeating-linear-gradient(45deg,#ef4444aa 0 4px,transparent 4px 8px)!important}
.changed{text-decoration:underline wavy}
.lost td,.lost th{text-align:left;padding:.15rem .8rem;border-bottom:1px solid var(--line);white-space:pre}
dt{font-weight:600;margin-top:.5rem}dt small{display:inline}dd{margin:0 0 0 1rem;max-width:75ch}
[hidden]{display:none}
"""

_SCRIPT = """
(function(){
var heads=document.querySelectorAll('#rows thead button'),body=document.querySelector('#rows tbody');
function column(head){return head.hasAttribute('rowspan')?head.cellIndex:head.cellIndex+2;}
heads.forEach(function(button){button.addEventListener('click',function(){
var head=button.parentNode,at=column(head),down=head.getAttribute('aria-sort')!=='descending';
heads.forEach(function(other){other.parentNode.setAttribute('aria-sort','none');});
head.setAttribute('aria-sort',down?'descending':'ascending');
Array.from(body.rows).sort(function(a,b){
var x=a.cells[at].dataset.value,y=b.cells[at].dataset.value;
if(x===''||y==='')return (x==='')-(y==='');
var order=isNaN(x)||isNaN(y)?y.localeCompare(x):x-y;return down?-order:order;
}).forEach(function(row){body.appendChild(row);});});});
var left=document.getElementById('left'),right=document.getElementById('right'),holder=document.getElementById('grids');
if(!holder)return;
function cuts(grid,name){
var row=Array.from(grid.querySelectorAll('tr')).find(function(row){return row.dataset.name===name;});
return row.dataset.cuts?row.dataset.cuts.split(' '):[];}
function show(){
var pair=left.value&&right.value&&left.value!==right.value,grids=Array.from(holder.children);
grids.forEach(function(grid){
grid.querySelectorAll('tr').forEach(function(row){
row.hidden=!!(left.value||right.value)&&row.dataset.name!==left.value&&row.dataset.name!==right.value;});
var score=-grid.dataset.rank;
if(pair){var a=cuts(grid,left.value),b=cuts(grid,right.value);
score=(a.filter(function(cut){return b.indexOf(cut)<0;}).length+b.filter(function(cut){return a.indexOf(cut)<0;}).length)/grid.dataset.columns;}
grid.hidden=pair&&!score;grid.score=score;});
grids.sort(function(a,b){return b.score-a.score;}).forEach(function(grid){holder.appendChild(grid);});}
left.addEventListener('change',show);right.addEventListener('change',show);
})();
"""
