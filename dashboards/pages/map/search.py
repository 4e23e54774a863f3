"""Words of a map that a search finds: by the word, its dictionary form, a part, 초성, or spelt like it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explorer.core.errors import ExplorerError

if TYPE_CHECKING:
    from dashboards.pages.map.maps import Map
    from explorer.vectors.vectors import Vectors

__all__ = ["find"]

_LIKE = 6
"""Words spelt like one that is not there: more would bury the one that was meant."""


def find(shown: Map, query: str, most: int = 300, vectors: Vectors | None = None) -> list[int]:
    """Rows a search finds: 초성 (ㅎㄱ), the word itself, its dictionary form, then words that begin with it or hold it.

    Where there are none, words spelt like it (핛교: 학교).

    Args:
        shown: the map.
        query: what was typed; nothing finds nothing.
        most: how many rows at most.
        vectors: the model, to take inflected words back to their dictionary form.
    """
    from explorer.text.hangul import is_jamo, to_compatible

    wanted = query.strip().casefold()
    if not wanted:
        return []
    ranked: dict[int, int] = {}
    if all(is_jamo(character) for character in wanted):
        wanted = to_compatible(wanted)
        for row, initials in enumerate(shown.initials):
            if wanted in initials:
                ranked[row] = 0 if initials == wanted else 1 if initials.startswith(wanted) else 2
        return sorted(ranked, key=lambda row: (ranked[row], row))[:most]
    if vectors is not None:
        try:
            resolution = vectors.resolve(query)
            ranked.update((shown.rows[part], 1) for part in resolution.parts if part in shown.rows)
        except ExplorerError:
            pass  # no such word; parts of words are still looked for
    for row, (word, key) in enumerate(zip(shown.words, shown.keys, strict=True)):
        lower = word.casefold()
        if lower == wanted or key.casefold() == wanted:
            ranked[row] = 0
        elif wanted in lower:
            ranked.setdefault(row, 2 if lower.startswith(wanted) else 3)
    if ranked:
        return sorted(ranked, key=lambda row: (ranked[row], row))[:most]
    like = shown.suggester.suggest(wanted, _LIKE)
    return [row for word in like for row in [shown.words.index(word)]]
