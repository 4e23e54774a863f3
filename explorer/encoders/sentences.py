"""Sentences as vectors of an encoder: its states, pooled in the way that the checkpoint itself asks for.

A checkpoint made with sentence-transformers says how (``modules.json``, its pooling's ``config.json``, the prompts of
``config_sentence_transformers.json``; Reimers & Gurevych 2019, https://aclanthology.org/D19-1410/). The E5 family wants
``query: `` or ``passage: `` before every text (Wang et al. 2022, https://arxiv.org/abs/2212.03533). Of encoders over morphemes the
input vectors of the content words, the rarer the heavier, tell sentences apart far better than their states do (measured:
docs/contextual.md). Other checkpoints say nothing; for them it is the mean of the text's tokens in the last layer.

A text longer than the model takes is read through windows, one after the other, and their vectors are joined; so nothing of it is
lost, while sentence-transformers would cut it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback
from explorer.encoders.forward import Job, Layer, Network
from explorer.encoders.locate import nfc
from explorer.encoders.morpheme.pieces import MorphemePieces
from explorer.encoders.pieces import Pieces
from explorer.text.tags import MASKED
from explorer.tokenizers.batch import tokenize_all
from explorer.vectors.search import Floats, unit_rows
from explorer.vectors.sentences import visible
from explorer.vectors.sif import ORDERED, weights

__all__ = ["POOLINGS", "SentenceMaker", "Way", "own_way"]

POOLINGS = ("own", "mean", "all", "cls", "max", "last", "words")
"""How tokens become a sentence: the model's own way; the mean of the text's tokens; of all tokens, special ones and a prefix among
them; the first token; the largest number of each dimension; the last token of the text; for encoders over morphemes the weighted
mean of the content words' input vectors, which runs no network."""

_E5 = re.compile(r"(^|[/\\_-])(multilingual-)?e5-(small|base|large)(-v\d)?$")
_MODES = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_mean_tokens": "all",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_lasttoken": "last",
}
_UNDERSTOOD = ("Transformer", "Pooling", "Normalize")


@dataclass(frozen=True, slots=True)
class Way:
    """How sentences become vectors.

    Attributes:
        pooling: one of :data:`POOLINGS`, but ``"own"``.
        layer: whose states.
        prefix: what is written before every text.
        query: what is written before a text that is looked for among others.
        said_by: who says so: ``"checkpoint"``, ``"name"`` (the E5 family), ``"measured"`` (encoders over morphemes),
            ``"nobody"`` or ``"asked"``.
    """

    pooling: str
    layer: Layer = -1
    prefix: str = ""
    query: str = ""
    said_by: str = "nobody"

    def asked(self, prefix: str | None, layer: Layer | None) -> Way:
        """The same with another prefix and layer, where one is given; what is looked for keeps a prefix of its own."""
        changed = self if layer is None else replace(self, layer=layer)
        return changed if prefix is None else replace(changed, prefix=prefix, query=self.query or prefix)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def own_way(name: str, network: Network, pieces: Pieces, pooling: str = "own") -> Way:
    """The model's own way, and who says so; with another pooling only its prefix and layer.

    Raises:
        BadInput: the checkpoint's own way has a step that is not understood here; names it.
    """
    if isinstance(pieces, MorphemePieces):
        return Way("words", 0, said_by="measured") if pooling == "own" else Way(pooling, said_by="asked")
    if pooling == "words":
        raise BadInput("encoders.unknown_pooling", pooling=pooling, choices=", ".join(POOLINGS[:-1]))
    source = str(getattr(network.config, "_name_or_path", "") or name)
    e5 = any(_E5.search(one.rstrip("/\\")) for one in (name, source))
    prefix = "query: " if e5 else ""
    modules = _beside(source, "modules.json")
    if pooling != "own":
        return Way(pooling, prefix=prefix, query=prefix, said_by="asked")
    if not isinstance(modules, list):
        return Way("all", prefix=prefix, query=prefix, said_by="name") if e5 else Way("mean")
    kinds = {str(one.get("type", "")).rpartition(".")[2]: str(one.get("path", "")) for one in modules if isinstance(one, dict)}
    odd = [kind for kind in kinds if kind not in _UNDERSTOOD]
    settings = _beside(source, f"{kinds.get('Pooling', '1_Pooling')}/config.json")
    chosen = [mode for mode, on in settings.items() if mode.startswith("pooling_mode_") and on is True] if settings else []
    if odd or len(chosen) != 1 or chosen[0] not in _MODES:
        raise BadInput("encoders.own_pooling_unknown", model=name, step=", ".join(odd or chosen or ["1_Pooling"]))
    said = _beside(source, "config_sentence_transformers.json")
    said = said if isinstance(said, dict) else {}
    given = said.get("prompts")
    prompts = given if isinstance(given, dict) else {}
    prefix = str(prompts.get(said.get("default_prompt_name")) or prefix)
    return Way(_MODES[chosen[0]], prefix=prefix, query=str(prompts.get("query") or prefix), said_by="checkpoint")


def _beside(source: str, file: str) -> Any:
    """What a JSON file of a checkpoint holds; ``None`` where there is none."""
    path: Any = Path(source) / file
    if not Path(source).is_dir():
        from huggingface_hub import try_to_load_from_cache

        path = try_to_load_from_cache(source, file)
        if not isinstance(path, str):
            return None
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise BadInput("encoders.config_not_json", model=source, reason=error) from error


class SentenceMaker:
    """A :class:`~explorer.vectors.sentences.Maker` of pooled states."""

    def __init__(self, name: str, network: Network, pieces: Pieces, way: Way) -> None:
        self._network, self._pieces, self._way = network, pieces, way
        self._layers, self._join = network.layers(way.layer)
        self.name, self.dim = name, network.dim

    @property
    def how(self) -> Mapping[str, Any]:
        return {"way": "pooled", **self._way.to_dict(), "layer": [*self._layers] if len(self._layers) > 1 else self._layers[0]}

    def identity(self) -> str:
        base, digest = self._network.base, hashlib.sha256()
        for part in (*base.parameters(), *(part.weight().int_repr() for part in base.modules() if _is_quantized(part))):
            digest.update(str(part.dtype).encode())
            digest.update(memoryview(part.detach().cpu().float().contiguous().numpy()).cast("B"))
        digest.update("\n".join(self._pieces.names(range(len(base.get_input_embeddings().weight)))).encode())
        return digest.hexdigest()

    def rows(self, texts: Sequence[str], query: bool = False, progress: ProgressCallback | None = None) -> Floats:
        prefix = self._way.query if query else self._way.prefix
        if isinstance(self._pieces, MorphemePieces) and self._way.pooling == "words":
            return self._words(self._pieces, [prefix + text for text in texts], progress)
        windows = [(owner, *window) for owner, text in enumerate(texts) for window in self._windows(text, prefix)]
        result = np.zeros((len(texts), self.dim), np.float32)
        if not windows:
            return result
        pooling = {"all": "mean", "cls": "first"}.get(self._way.pooling, self._way.pooling)
        jobs = (Job(ids, [(row, *self._span(len(ids), first))]) for row, (_, ids, first) in enumerate(windows))
        [pooled] = self._network.pooled(jobs, [self._layers], self._join, pooling, progress)
        owners = np.array([owner for owner, _, _ in windows])
        starts = np.flatnonzero(np.r_[True, owners[1:] != owners[:-1]])
        if pooling == "max":
            result[owners[starts]] = np.maximum.reduceat(pooled, starts)
        elif pooling == "first":
            result[owners[starts]] = pooled[starts]
        elif pooling == "last":
            result[owners[starts]] = pooled[np.r_[starts[1:], len(owners)] - 1]
        else:
            sizes = np.array([len(ids) - first - len(self._pieces.suffix) for _, ids, first in windows], np.float32)
            result[owners[starts]] = np.add.reduceat(pooled * sizes[:, None], starts) / np.add.reduceat(sizes, starts)[:, None]
        return result

    def _words(self, pieces: MorphemePieces, texts: Sequence[str], progress: ProgressCallback | None) -> Floats:
        """Weighted mean input vectors of the content words; no network runs."""
        table, weight = self._weighted
        result = np.zeros((len(texts), self.dim), np.float32)
        for row, tokens in enumerate(tokenize_all(pieces.analyser, texts, progress=progress)):
            numbers = [number for number in pieces.encode_tokens(tokens)[0] if weight[number] > 0]
            if numbers:
                result[row] = weight[numbers] @ table[numbers] / len(numbers)
        return result

    @cached_property
    def _weighted(self) -> tuple[Floats, Floats]:
        """Unit input vectors of the entries, and the weight of each: SIF's by a word's rank, 0 for what is no content."""
        assert isinstance(self._pieces, MorphemePieces)
        vocabulary = self._pieces.vocabulary
        found = np.zeros(len(vocabulary.entries), np.float32)
        found[vocabulary.first_word :] = weights(len(found) - vocabulary.first_word, ORDERED)
        return unit_rows(self._network.table), found * vocabulary.tagged(MASKED)

    def _windows(self, text: str, prefix: str) -> list[tuple[list[int], int]]:
        """Rows of pieces, and where the text begins in each; none for a text without a visible character or a piece."""
        if not visible(text):
            return []
        cut = self._pieces.encode(prefix + nfc(text))
        ahead = [number for number, _, end in cut if end <= len(prefix)] if prefix else []
        ids = [number for number, _, _ in cut[len(ahead) :]]
        size = self._pieces.capacity - len(ahead)
        head = [*self._pieces.prefix, *ahead]
        return [([*head, *ids[start : start + size], *self._pieces.suffix], len(head)) for start in range(0, len(ids), size)]

    def _span(self, length: int, first: int) -> tuple[int, int]:
        """The tokens that are pooled."""
        if self._way.pooling in ("all", "cls"):
            return 0, length
        return first, length - len(self._pieces.suffix)


def _is_quantized(part: Any) -> bool:
    return callable(getattr(part, "weight", None))
