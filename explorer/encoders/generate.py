"""The next piece of a text, by any causal checkpoint; :func:`~explorer.encoders.kiwi_next.kiwi_next` is the companion that needs
no download.

What is drawn from is the softmax of the model's logits, reshaped in this order: divided by the temperature; the ``top_k`` best
kept; of these the fewest best whose share reaches ``top_p`` kept (nucleus sampling: Holtzman et al., The Curious Case of
Neural Text Degeneration, ICLR 2020); brought back to the sum 1.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import BadInput
from explorer.encoders.fill import log_softmax
from explorer.encoders.forward import Network
from explorer.encoders.guesses import Guess, count
from explorer.encoders.pieces import HubPieces
from explorer.text.normalise import check_text
from explorer.tokenizers.engines.pieces import byte_text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["Decoder", "Step", "draw", "reshape"]

_REACH = 12
"""Characters looked at for each piece that fits the model."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a continued text.

    Attributes:
        number: counted from 1.
        guess: the piece drawn, with the probability it was drawn with.
        choices: the best it was drawn from, that one not always among them.
        text: all that was added so far; bytes of an unfinished character as ``<0xEC>``.
        read: pieces of the text that the model was given, the newest ones where it takes no more.
        ended: the model closed the text here; no step follows.
    """

    number: int
    guess: Guess
    choices: tuple[Guess, ...]
    text: str
    read: int
    ended: bool

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"guess": self.guess.to_dict(), "choices": [choice.to_dict() for choice in self.choices]}


class Decoder:
    """A causal model. Safe from several threads.

    Attributes:
        name: what it was opened as.
        capacity: pieces of text that it takes at a time; of a longer text the last ones are used.
    """

    def __init__(self, network: Network, pieces: HubPieces, name: str) -> None:
        self.name = name
        self.capacity = pieces.capacity
        self._network, self._table = network, pieces
        self._model = network.head("causal")

    def __repr__(self) -> str:
        return f"<Decoder {self.name}: {len(self._table.entries):,} pieces, {self._network.device}>"

    def next(self, text: str, n: int = 10, *, temperature: float = 1.0, top_k: int = 0, top_p: float = 1.0) -> list[Guess]:
        """The most probable next pieces.

        Args:
            text: what is to be continued. After a space only pieces that start a word can follow: their probabilities are
                brought to the sum 1. Without one both the word's rest and a new word can.
            n: how many, at most.
            temperature: below 1 sharpens, above 1 flattens; 0 leaves the best piece alone.
            top_k: keep only so many; 0 keeps all.
            top_p: keep the best ones that together reach this share; 1 keeps all.

        Raises:
            BadInput: there is no text, or an argument is outside its range.
        """
        count(n)
        _check(temperature, top_k, top_p)
        ids, spaced = self._ids(text)
        logits, _ = self._run(ids, None)
        return self._best(self._chances(logits, spaced, temperature, top_k, top_p), n)

    def read(self, text: str) -> tuple[int, int]:
        """How many of a text's pieces the model is given, and how many there are in the part of it that was looked at."""
        ids, _ = self._ids(text)
        return min(len(ids), self.capacity), len(ids)

    def sample(
        self,
        text: str,
        steps: int,
        *,
        seed: int = 42,
        temperature: float = 1.0,
        top_k: int = 0,
        top_p: float = 1.0,
        choices: int = 5,
    ) -> Iterator[Step]:
        """Continue a text piece by piece, each drawn with its probability.

        Args:
            text, temperature, top_k, top_p: as in :meth:`next`; temperature 0 always takes the best piece.
            steps: how many pieces, from 1 to 1,000; fewer where the model ends the text itself.
            seed: decides the draws; the same seed and arguments give the same text on the same machine.
            choices: how many of the best pieces each step reports.

        Raises:
            BadInput: there is no text, or an argument is outside its range (said before the first step is asked for).
        """
        count(steps, "steps")
        count(choices, "choices")
        _check(temperature, top_k, top_p)
        if seed < 0:
            raise BadInput("encoders.seed", seed=seed)
        ids, spaced = self._ids(text)
        return self._sample(ids, spaced, steps, seed, (temperature, top_k, top_p), choices)

    def _sample(
        self, ids: list[int], spaced: bool, steps: int, seed: int, shape: tuple[float, int, float], choices: int
    ) -> Iterator[Step]:
        rng = np.random.default_rng(seed)
        ends = self._ends()
        new: list[int] = []
        cache = None
        for number in range(1, steps + 1):
            logits, cache = self._run([*ids, *new], cache)
            chances = self._chances(logits, spaced and not new, *shape)
            chosen = draw(chances, rng.random())
            best = tuple(self._best(chances, choices))
            read = min(len(ids) + len(new), self.capacity)
            guess = self._guess(chosen, float(chances[chosen]))
            ended = chosen in ends
            if not ended:
                new.append(chosen)
            yield Step(number, guess, best, self._written(new), read, ended)
            if ended:
                return

    # Inside

    def _ids(self, text: str) -> tuple[list[int], bool]:
        """Pieces of a text, and whether it ends with a space (which belongs to the next piece)."""
        check_text(text)
        clean = unicodedata.normalize("NFC", text[-_REACH * self.capacity :])
        bare = clean.rstrip(" \t\u3000")
        ids = [number for number, _, _ in self._table.encode(bare)] if bare.strip() else []
        if not ids:
            raise BadInput("encoders.nothing_to_continue")
        return ids, bare != clean

    def _run(self, ids: Sequence[int], cache: Any) -> tuple[Floats, Any]:
        """Logits of the next piece, and what the model remembers of the pieces before it."""
        # What a tokenizer puts after a text would end it.
        row = [*self._table.prefix, *ids[-self.capacity :]]
        logits, cache = self._network.next_logits(row, cache if len(ids) <= self.capacity else None)
        return logits[: len(self._table.entries)], cache

    def _chances(self, logits: Floats, spaced: bool, temperature: float, top_k: int, top_p: float) -> Floats:
        table = self._table
        if spaced and table.kind != "plain" and table.starts.any():
            logits = np.where(table.starts[: len(logits)], logits, -np.inf)
        return reshape(logits, temperature, top_k, top_p)

    def _best(self, chances: Floats, n: int) -> list[Guess]:
        order = np.argsort(-chances, kind="stable")[:n]
        return [self._guess(int(number), float(chances[number])) for number in order if chances[number] > 0]

    def _guess(self, number: int, probability: float) -> Guess:
        table = self._table
        continues = table.kind != "plain" and number not in table.special and not table.starts_word(number)
        return Guess(table.show(number), probability, (table.entries[number],), continues, None, float(np.log(probability)))

    def _ends(self) -> set[int]:
        """Pieces that close a text."""
        made = getattr(self._model, "generation_config", None)
        ends = [getattr(made, "eos_token_id", None), self._table.tokenizer.eos_token_id]
        return {int(end) for one in ends if one is not None for end in (one if isinstance(one, list) else [one])}

    def _written(self, new: Sequence[int]) -> str:
        """What new pieces add to a text, whole characters as they are and bytes of an unfinished one in brackets."""
        text = byte_text(b"".join(map(self._table.written, new)))
        rest = text.lstrip("Ġ")
        return " " * (len(text) - len(rest)) + rest


def reshape(logits: Sequence[float] | Floats, temperature: float = 1.0, top_k: int = 0, top_p: float = 1.0) -> Floats:
    """Probabilities to draw from; see the head of this module. Of equal logits the first ones win.

    >>> reshape([2.0, 1.0, 0.0], top_k=2).round(3).tolist(), reshape([2.0, 1.0, 0.0], temperature=0).tolist()
    ([0.731, 0.269, 0.0], [1.0, 0.0, 0.0])
    """
    _check(temperature, top_k, top_p)
    table = np.asarray(logits, np.float64)
    order = np.argsort(-table, kind="stable")
    if temperature == 0:
        best = np.zeros_like(table)
        best[order[0]] = 1
        return best
    # The best is brought to 0 first: a tiny temperature must not make a difference of infinities.
    with np.errstate(over="ignore"):
        chances: Floats = np.exp(log_softmax((table - table.max()) / temperature))
    keep = len(order) if top_k == 0 else min(top_k, len(order))
    kept = chances[order[:keep]]
    kept = kept / kept.sum()
    if top_p < 1:
        kept = kept[: int(np.searchsorted(np.cumsum(kept), top_p - 1e-12)) + 1]
    result = np.zeros_like(chances)
    result[order[: len(kept)]] = kept / kept.sum()
    return result


def draw(chances: Floats, lot: float) -> int:
    """The entry that a number from 0 to 1 falls on when the probabilities are laid end to end."""
    edges = np.cumsum(chances)
    number = int(np.searchsorted(edges, lot * edges[-1], side="right"))
    return min(number, int(np.flatnonzero(chances)[-1]))


def _check(temperature: float, top_k: int, top_p: float) -> None:
    if not 0 <= temperature <= 100:
        raise BadInput("encoders.temperature", temperature=temperature)
    if top_k < 0:
        raise BadInput("encoders.top_k", top_k=top_k)
    if not 0 < top_p <= 1:
        raise BadInput("encoders.top_p", top_p=top_p)
