"""The senses of a word as groups of its sentences, the word marked in each."""

from __future__ import annotations

from typing import Any

from explorer.display.colours import colors
from explorer.display.plain import escaped
from explorer.display.sheet import Sheet, say, shown

__all__ = ["senses"]

MOST = 12
"""Sentences shown of each sense."""
BESIDE = 60
"""Characters on either side of the word."""


def senses(found: Any) -> Sheet:
    """Sentences of one word by sense (:class:`explorer.encoders.senses.Senses`)."""
    palette = colors("light")["palette"]
    body, lines = [], []
    for sense in range(found.k):
        members = found.members(sense)
        words = ", ".join(found.telling[sense][:6]) if sense < len(found.telling) else ""
        head = say("display.sense", number=sense + 1, count=len(members)) + (f" · {words}" if words else "")
        colour = palette[sense % len(palette)]
        body.append(
            f'<div style="margin-top:6px;border-left:4px solid {colour};padding-left:8px"><b>{escaped(shown(head, 200))}</b>'
        )
        lines.append(shown(head, 200))
        for place in members[:MOST]:
            before, word, after = _parts(found.sentences[place], *found.spans[place])
            marked = f'<span style="background:{colour}40;border-radius:3px;padding:0 2px">{escaped(word)}</span>'
            body.append(f"<div>{escaped(before)}{marked}{escaped(after)}</div>")
            lines.append(f"  {before}[{word}]{after}")
        if len(members) > MOST:
            more = say("display.more", count=len(members) - MOST)
            body.append(f'<div style="opacity:.75">{escaped(more)}</div>')
            lines.append(f"  {more}")
        body.append("</div>")
    title = " · ".join(filter(None, (say("display.senses", word=found.word, count=found.k), found.model)))
    return Sheet(title, body="".join(body), lines=tuple(lines))


def _parts(sentence: str, start: int, end: int) -> tuple[str, str, str]:
    """What stands before the word, the word, and what stands after it, cut to a line."""
    before, after = sentence[max(0, start - BESIDE) : start], sentence[end : end + BESIDE]
    left, right = "…" * (start > BESIDE), "…" * (len(sentence) - end > BESIDE)

    def plain(text: str) -> str:
        return shown(text, len(text) * 9)

    return left + plain(before), plain(sentence[start:end]), plain(after) + right
