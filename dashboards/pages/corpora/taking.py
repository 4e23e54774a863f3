"""What is taken along from the page of corpora."""

from __future__ import annotations

from typing import Any

from dashboards.kit.taking import Take, lines
from dashboards.pages.corpora.asked import COLLOCATES, collocates, counted, lines_with

__all__ = ["CARDS", "PARTS"]

PARTS = ("zipf", "heaps", "classes", "lengths", "morphemes", "top")
"""The counts that have a card of their own."""

_COUNTED = (
    "from corpora import open_corpus\nfrom corpora.statistics import statistics\n\n"
    "answer = statistics(open_corpus({corpus})).to_frame({part})"
)
_LINES = (
    "from corpora import open_corpus\nfrom corpora.concordance import concordance\n\n"
    "answer = concordance(open_corpus({corpus}), {word}, {n}, order={sort}).to_frame()"
)
_NEAR = (
    "from corpora import open_corpus\nfrom corpora.collocations import collocates\n\n"
    "answer = collocates(open_corpus({corpus}), {word}, {n}, window={window}, by={by}).to_frame()"
)


def _part(part: str) -> Take:
    return Take(lambda q: counted(q["corpus"]).to_frame(part), lambda q: lines(_COUNTED, corpus=q["corpus"], part=part))


def _lines(q: Any) -> Any:
    return lines_with(q["corpus"], q["word"], int(q["lines"]), q["sort"]).to_frame()


def _near(q: Any) -> Any:
    return collocates(q["corpus"], q["word"], int(q["window"]), q["by"]).to_frame()


CARDS = {
    **{part: _part(part) for part in PARTS},
    "lines": Take(_lines, lambda q: lines(_LINES, corpus=q["corpus"], word=q["word"], n=int(q["lines"]), sort=q["sort"])),
    "collocates": Take(
        _near, lambda q: lines(_NEAR, corpus=q["corpus"], word=q["word"], n=COLLOCATES, window=int(q["window"]), by=q["by"])
    ),
}
