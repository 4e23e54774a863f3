"""Whether one sentence follows another, by the second thing BERT was trained on.

Next-sentence prediction (Devlin et al., BERT, NAACL 2019): during training the second sentence followed the first in half of
all pairs and came from anywhere in the others. The score is the probability of the first case. It says whether two
sentences share a subject more than whether they belong in this order (Lan et al., ALBERT, ICLR 2020), and later models
(RoBERTa, ELECTRA, KLUE's) were trained without it.
"""

from __future__ import annotations

import unicodedata
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback
from explorer.encoders.checkpoints import Checkpoint
from explorer.encoders.filling import log_softmax
from explorer.text.normalise import check_text

__all__ = ["PairScore", "PairScorer", "next_sentence", "open_pair_scorer"]


@dataclass(frozen=True, slots=True)
class PairScore:
    """How well a sentence follows another.

    Attributes:
        model: who says so.
        first, second: the sentences as given.
        probability: that the second follows the first, from 0 to 1.
        margin: the logit of "follows" minus that of "does not": it still differs where the probability is 1 for all.
        reverse: the probability with the sentences swapped.
        pieces: how many pieces of each sentence were read.
        cut: whether that is less than all of them.
    """

    model: str
    first: str
    second: str
    probability: float
    margin: float
    reverse: float
    pieces: tuple[int, int]
    cut: bool

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"pieces": list(self.pieces)}


class PairScorer:
    """A BERT with its next-sentence head."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self._checkpoint = checkpoint
        self.name = checkpoint.name

    def score(self, first: str, second: str) -> PairScore:
        """How well ``second`` follows ``first``.

        Raises:
            BadInput: one of them is empty.
        """
        texts = []
        for which, text in (("first", first), ("second", second)):
            check_text(text)
            if not text.strip():
                raise BadInput("encoders.pair_sentence_empty", which=which)
            texts.append(unicodedata.normalize("NFC", text))
        one = self._checkpoint
        room = one.capacity - 1  # a pair has one separator more than a text
        whole = [one.tokenizer(text[: 12 * room], add_special_tokens=False, verbose=False)["input_ids"] for text in texts]
        if not all(whole):
            raise BadInput("encoders.sentence_without_tokens", model=self.name)
        kept = _shortened([len(ids) for ids in whole], room)
        ids = [part[:length] for part, length in zip(whole, kept, strict=True)]
        there, back = self._logits(ids[0], ids[1]), self._logits(ids[1], ids[0])
        cut = kept != [len(part) for part in whole] or max(map(len, texts)) > 12 * room
        return PairScore(
            self.name, first, second, _share(there), float(there[0] - there[1]), _share(back), (kept[0], kept[1]), cut
        )

    def _logits(self, first: list[int], second: list[int]) -> Any:
        import torch

        one = self._checkpoint
        separator = one.tokenizer.sep_token_id
        left = [*one.prefix, *first, separator]
        right = [*second, separator]
        ids = torch.tensor([[*left, *right]], device=one.device)
        segments = torch.tensor([[0] * len(left) + [1] * len(right)], device=one.device)
        with torch.inference_mode():
            return one.model(input_ids=ids, token_type_ids=segments).logits[0].double().cpu().numpy()


def open_pair_scorer(
    name_or_path: str | Path, *, device: str | None = None, progress: ProgressCallback | None = None
) -> PairScorer:
    """Open a checkpoint with a next-sentence head, for many pairs.

    Raises:
        MissingExtra: torch is not installed.
        BadInput: the checkpoint has no such head, or cannot be used at all.
        Unavailable: it is not on this machine and cannot be fetched.
    """
    from explorer.encoders.headed import open_headed

    return PairScorer(open_headed(name_or_path, "pair", device, progress))


def next_sentence(
    name_or_path: str | Path, first: str, second: str, *, device: str | None = None, progress: ProgressCallback | None = None
) -> PairScore:
    """How well ``second`` follows ``first``, by a checkpoint with a next-sentence head (``bert-base-multilingual-cased``).

    Raises:
        BadInput: as :func:`open_pair_scorer`, or a sentence is empty.
    """
    return open_pair_scorer(name_or_path, device=device, progress=progress).score(first, second)


def _share(logits: Any) -> float:
    return float(np.exp(log_softmax(logits))[0])


def _shortened(lengths: list[int], room: int) -> list[int]:
    """Lengths that fit into ``room``: the longer one gives way first.

    >>> _shortened([10, 3], 8), _shortened([10, 10], 9), _shortened([2, 3], 8)
    ([5, 3], [5, 4], [2, 3])
    """
    half = room // 2
    if sum(lengths) <= room:
        return list(lengths)
    if lengths[1] <= half:
        return [room - lengths[1], lengths[1]]
    if lengths[0] <= room - half:
        return [lengths[0], room - lengths[0]]
    return [room - half, half]
