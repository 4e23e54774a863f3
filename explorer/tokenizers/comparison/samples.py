"""Short lines of a corpus under every tokenizer, and where the tokenizers disagree on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from explorer.core.errors import UnknownName
from explorer.tokenizers.comparison.alignment import Alignment, align
from explorer.tokenizers.token import Token

__all__ = ["SampleLines", "between", "divided", "names_in"]

_LINES = 300
_SHOWN = 12


class SampleLines:
    """Short lines from a stream of texts, spread over it."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, texts: Sequence[str]) -> None:
        """Keep a few lines of a chunk: few, so that the first document does not fill the list."""
        taken = 0
        for text in texts:
            if len(self.lines) >= _LINES or taken >= _LINES // 4:
                return
            line = next((line.strip() for line in text[:2000].splitlines() if 8 <= len(line.strip()) <= 80), None)
            if line is not None and line not in self.lines:
                self.lines.append(line)
                taken += 1

    def grids(self, rows: Mapping[str, Sequence[Sequence[Token]]]) -> tuple[Alignment, ...]:
        """Every line under every tokenizer (its tokens of each line), the most divided first; nothing for fewer than two."""
        if len(rows) < 2:
            return ()
        grids = [align({name: tokens[at] for name, tokens in rows.items()}, line) for at, line in enumerate(self.lines)]
        return tuple(sorted(grids, key=lambda grid: (-grid.disagreement, grid.text)))


def names_in(samples: Sequence[Alignment]) -> list[str]:
    """The tokenizers that cut the lines."""
    return [row.tokenizer for row in samples[0].rows] if samples else []


def divided(samples: Sequence[Alignment]) -> tuple[Alignment, ...]:
    """The dozen lines on which the tokenizers are divided most, most first."""
    return tuple(grid for grid in samples[:_SHOWN] if grid.disagreement)


def between(samples: Sequence[Alignment], first: str, second: str, n: int) -> tuple[Alignment, ...]:
    """The ``n`` lines that two tokenizers cut most differently, most first: differing cuts per visible character.

    Raises:
        UnknownName: one of them cut none of the lines.
    """
    names = names_in(samples)
    for name in (first, second):
        if name not in names:
            raise UnknownName("compared tokenizer", name, names)
    pairs = [Alignment(grid.text, grid.columns, (grid.row(first), grid.row(second))) for grid in samples]
    ranked = sorted(((-pair.disagreement, pair.text, pair) for pair in pairs), key=lambda entry: entry[:2])
    return tuple(pair for score, _, pair in ranked[:n] if score)
