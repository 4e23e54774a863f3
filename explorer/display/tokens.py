"""Tokens as a coloured strip: what stands in the text, and under it what it counts as."""

from __future__ import annotations

from typing import Any

from explorer.display.colours import colors, tag_colors, tag_group
from explorer.display.plain import escaped
from explorer.display.sheet import Sheet, say, shown

__all__ = ["tokens"]

MOST = 2_000
"""Tokens that a notebook shows; the rest is counted."""


def tokens(found: Any) -> Sheet:
    """The tokens of one text (:class:`explorer.tokenizers.tokens.Tokens`)."""
    strip = "".join(_strip(found))
    left = len(found.tokens) - MOST
    more = f'<span style="opacity:.75">{escaped(say("display.more", count=left))}</span>' if left > 0 else ""
    title = say("display.tokens", tokenizer=found.tokenizer, count=len(found.tokens))
    words = [_key(token) + ("?" if token.unknown else "") for token in found.tokens[:MOST]]
    line = " ".join(map(shown, words)) + (" " + say("display.more", count=left) if left > 0 else "")
    return Sheet(title, body=f'<div style="line-height:3">{strip}{more}</div>', lines=(line,) if words else ())


def _strip(found: Any) -> list[str]:
    parts, at = [], 0
    by_tag, palette = tag_colors("light"), colors("light")["palette"]
    for number, token in enumerate(found.tokens[:MOST]):
        between = found.text[at : max(at, token.start)]
        if between:
            parts.append("<br>" if "\n" in between else '<span style="margin-left:8px"></span>')
        at = max(at, token.end)
        colour = by_tag[tag_group(token.tag)] if token.tag else palette[number % len(palette)]
        edge = "2px dashed #e03131" if token.unknown else f"1px solid {colour}"
        above = shown(token.surface, 40) if token.surface else "∅"
        below = shown(_below(token), 40)
        tip = shown(_key(token) if token.id is None else f"{_key(token)} · {token.id}", 80)
        parts.append(
            f'<span title="{escaped(tip)}" style="display:inline-block;vertical-align:top;text-align:center;line-height:1.3;margin:1px;'
            f'padding:1px 5px;border:{edge};border-radius:4px;background:{colour}26"><span>{escaped(above)}</span><br>'
            f'<span style="font-size:75%;opacity:.8">{escaped(below) or "&nbsp;"}</span></span>'
        )
    return parts


def _key(token: Any) -> str:
    return f"{token.form}/{token.tag}" if token.tag else str(token.form)


def _below(token: Any) -> str:
    """What the surface does not say."""
    form = "" if token.form == token.surface else token.form
    return " ".join(filter(None, (form, token.tag or "")))
