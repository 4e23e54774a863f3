"""Whether one sentence follows another, by the second thing BERT was trained on.

Next-sentence prediction (Devlin et al., BERT, NAACL 2019): during training the second sentence followed the first in half of
all pairs and came from anywhere in the others. The score is the probability of the first case. It says whether two
sentences share a subject more than whether they belong in this order (Lan et al., ALBERT, ICLR 2020), and later models
(RoBERTa, ELECTRA, KLUE's) were trained without it.
"""

from __future__ import annotations

import unicodedata
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import BadInput
from explorer.display.record import Record
from explorer.encoders.fill import log_softmax
from explorer.encoders.forward import Network
from explorer.encoders.pieces import HubPieces
from explorer.text.normalise import check_text

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PairScore", "score_pair"]


@dataclass(frozen=True, slots=True, repr=False)
class PairScore(Record):
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

    def to_frame(self) -> pd.DataFrame:
        """A table of one row."""
        import pandas as pd

        return pd.DataFrame([self.to_dict()])


def score_pair(network: Network, pieces: HubPieces, first: str, second: str, name: str) -> PairScore:
    """How well ``second`` follows ``first``, said by ``name``.

    Raises:
        BadInput: one of them is empty, or the model has no such score.
    """
    network.head("pair")
    texts = []
    for which, text in (("first", first), ("second", second)):
        check_text(text)
        if not text.strip():
            raise BadInput("encoders.pair_sentence_empty", which=which)
        texts.append(unicodedata.normalize("NFC", text))
    room = pieces.capacity - 1  # a pair has one separator more than a text
    whole = [[number for number, _, _ in pieces.encode(text[: 12 * room])] for text in texts]
    if not all(whole):
        raise BadInput("encoders.sentence_without_tokens", model=name)
    kept = _shortened([len(ids) for ids in whole], room)
    cut = kept != [len(part) for part in whole] or max(map(len, texts)) > 12 * room
    separator = pieces.tokenizer.sep_token_id

    def logits(one: list[int], other: list[int]) -> Any:
        left, right = [*pieces.prefix, *one, separator], [*other, separator]
        return network.pair_logits([*left, *right], [0] * len(left) + [1] * len(right))

    ids = [part[:length] for part, length in zip(whole, kept, strict=True)]
    there, back = logits(*ids), logits(*reversed(ids))
    margin = float(there[0] - there[1])
    return PairScore(name, first, second, _share(there), margin, _share(back), (kept[0], kept[1]), cut)


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
