"""Looking into an encoder while it reads one or two sentences: input embeddings, attention, states.

Nothing is computed a second time: the parts of the input are caught as the model itself makes them (hooks on its embedding
tables and its first LayerNorm), so they are what the model holds, whatever its architecture, and a part it does not have is
not there. BERT and its kin add **learned** position rows, not sines; RoBERTa's begin behind the padding row; DeBERTa and
ModernBERT add none at all.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback, report
from explorer.encoders.checkpoints import open_checkpoint
from explorer.encoders.inside_record import NOTES, PARTS, Inside, Spread
from explorer.encoders.inside_scale import BACKGROUND, Scale
from explorer.encoders.inside_units import UNITS, Piece, Unit, join_attention
from explorer.text.normalise import normalise

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.tokenizers.token import Token

__all__ = ["NOTES", "PARTS", "UNITS", "Inside", "InsideModel", "Piece", "Spread", "Unit", "join_attention", "open_inside"]

MOST = 512
"""Tokens of one pass at most, whatever a model could take: attention is kept for every pair of them, in every head."""
_LETTERS_PER_TOKEN = 40
_BATCH = 16
_TABLES = {"position": ("position_embeddings", "embed_positions"), "segment": ("token_type_embeddings",)}
_NORMS = ("LayerNorm", "norm", "layernorm_embedding")


def open_inside(
    name_or_path: str | Path = "mini",
    *,
    device: str | None = None,
    background: Iterable[str] | None = None,
    progress: ProgressCallback | None = None,
) -> InsideModel:
    """Open a model to look into it.

    Args:
        name_or_path: ``"mini"`` (it ships), the name of an encoder trained here, a folder as transformers saves it, or a
            Hugging Face id.
        device: ``"cpu"``, ``"cuda"``, ``"mps"``; the best one present by default.
        background: unrelated sentences whose tokens say what a cosine is worth; by default some that come with the module.
        progress: told what is being opened.

    Raises:
        MissingExtra: torch is not installed.
        BadInput: the checkpoint cannot be used; says why.
        Unavailable: it is not on this machine and cannot be fetched.

    >>> inside = open_inside("mini").read("배를 먹었다.")  # doctest: +SKIP
    >>> [piece.text for piece in inside.pieces]  # doctest: +SKIP
    ['[CLS]', '배/NNG', '를/JKO', '먹다/VV', '었/EP', '다/EF', './SF', '[SEP]']
    """
    from explorer.encoders.morpheme.storing import encoder_folder, is_encoder

    sentences = BACKGROUND if background is None else tuple(background)
    folder = encoder_folder(name_or_path)
    if folder is not None and is_encoder(folder):
        from explorer.encoders.morpheme.model import pick_device
        from explorer.encoders.morpheme.pieces import MorphemePieces
        from explorer.encoders.morpheme.storing import open_network

        report(progress, "opening the model", note=str(name_or_path))
        network, vocabulary, _ = open_network(folder)
        where = pick_device(device)
        network.to(where)
        network.set_attn_implementation("eager")
        limit = int(network.config.max_position_embeddings)
        return InsideModel(str(name_or_path), network.bert, MorphemePieces(vocabulary, length=limit), where, limit, sentences)
    opened = open_checkpoint(folder or name_or_path, device, progress, attentions=True)
    limit = opened.capacity + len(opened.prefix) + len(opened.suffix)
    return InsideModel(opened.name, opened.model, opened.tokenizer, opened.device, limit, sentences)


class InsideModel:
    """An encoder that shows what it holds. Safe from several threads.

    Attributes:
        name: what it was opened as.
        limit: tokens of one pass, special ones included.
        background: unrelated sentences for the scale.
    """

    def __init__(
        self, name: str, model: Any, tokenizer: Any, device: str, limit: int, background: Sequence[str] = BACKGROUND
    ) -> None:
        self.name = name
        self.limit = min(limit, MOST)
        self.background = tuple(background)
        self._model = model
        self._tokenizer = tokenizer
        self._device = device
        self._lock = threading.RLock()

    def __repr__(self) -> str:
        config = self._model.config
        return (
            f"<InsideModel {self.name}: {config.num_hidden_layers} blocks × {config.num_attention_heads} heads, {self._device}>"
        )

    def read(self, first: str, second: str | None = None, *, progress: ProgressCallback | None = None) -> Inside:
        """Read one or two sentences in one pass and keep everything.

        Args:
            first, second: the sentences; with two, the model reads ``[CLS] first [SEP] second [SEP]``.
            progress: told how far it is.

        Raises:
            BadInput: there is no text, or it does not fit into one pass; names the length allowed.
        """
        texts = (first,) if second is None or not second.strip() else (first, second)
        with self._lock:
            scale = self._scale if progress is None else self._scale_with(progress)
            report(progress, "reading sentences", 0, 1)
            pieces, segments, morphemes = self._encode(texts)
            embeddings, states, weights, notes = self._pass(pieces, segments)
        if weights is None:
            raise BadInput("encoders.no_attention", model=self.name)
        notes |= self._remarks(texts, pieces)
        rows = notes.pop("rows", None)
        if rows is not None:
            pieces = [replace(one, position=row) for one, row in zip(pieces, rows["position"], strict=True)]
        if segments is not None and "segment" in embeddings:
            pieces = [replace(one, segment=row) for one, row in zip(pieces, segments, strict=True)]
        report(progress, "reading sentences", 1, 1)
        return Inside(self.name, texts, tuple(pieces), embeddings, states, weights, notes, scale, tuple(map(tuple, morphemes)))

    # Tokens

    def _encode(self, texts: Sequence[str]) -> tuple[list[Piece], list[int] | None, list[list[Token]]]:
        """The tokens of one pass, the segment of each (``None``: the model has no table), Kiwi's morphemes."""
        if not texts[0].strip():
            raise BadInput("encoders.first_empty")
        long = max(map(len, texts))
        if long > self.limit * _LETTERS_PER_TOKEN:
            raise BadInput("encoders.too_many_characters", model=self.name, most=self.limit, count=long)
        made = self._from_morphemes(texts) if self._over_morphemes else self._from_subwords(texts)
        if len(made[0]) > self.limit:
            raise BadInput("encoders.too_many_tokens", model=self.name, most=self.limit, count=len(made[0]))
        return made

    @cached_property
    def _over_morphemes(self) -> bool:
        from explorer.encoders.morpheme.pieces import MorphemePieces

        return isinstance(self._tokenizer, MorphemePieces)

    @cached_property
    def _analyser(self) -> Any:
        from explorer.tokenizers.loading import tokenizer

        return self._tokenizer.analyser if self._over_morphemes else tokenizer("kiwi")

    def _from_morphemes(self, texts: Sequence[str]) -> tuple[list[Piece], list[int] | None, list[list[Token]]]:
        vocabulary = self._tokenizer.vocabulary
        pieces: list[Piece] = []
        morphemes: list[list[Token]] = []

        def special(number: int) -> None:
            pieces.append(Piece(len(pieces), vocabulary.entries[number], number, None))

        special(vocabulary.cls)
        for sentence, text in enumerate(texts):
            tokens = self._analyser.tokenize(text)
            ids, owners = self._tokenizer.encode_tokens(tokens)
            for number, owner in zip(ids, owners, strict=True):
                token = tokens[owner]
                name = vocabulary.entries[number]
                pieces.append(Piece(len(pieces), name, number, sentence, token.start, token.end, token.surface, morpheme=owner))
            special(vocabulary.sep)
            morphemes.append(tokens)
        # Never trained on pairs: its second segment row is as it was drawn, so it is not used.
        return pieces, [0] * len(pieces), morphemes

    def _from_subwords(self, texts: Sequence[str]) -> tuple[list[Piece], list[int] | None, list[list[Token]]]:
        from explorer.tokenizers.engines.pieces import byte_alphabet, byte_text

        cleans = [normalise(text) for text in texts]
        segments = int(getattr(self._model.config, "type_vocab_size", 0) or 0) > 1
        encoded = self._tokenizer(
            *(clean.text for clean in cleans), return_offsets_mapping=True, return_token_type_ids=segments, verbose=False
        )
        ids = list(map(int, encoded["input_ids"]))
        names = self._tokenizer.convert_ids_to_tokens(ids)
        vocabulary, alphabet = self._tokenizer.get_vocab(), byte_alphabet()
        if "Ġ" in vocabulary and "▁" not in vocabulary:  # byte-level: names are bytes in disguise
            names = [
                byte_text(bytes(alphabet[char] for char in name)) if all(char in alphabet for char in name) else name
                for name in names
            ]
        pieces: list[Piece] = []
        for index, (number, name, sentence, span) in enumerate(
            zip(ids, names, encoded.sequence_ids(), encoded["offset_mapping"], strict=True)
        ):
            if sentence is None:
                pieces.append(Piece(index, str(name), number, None))
                continue
            start, end = map(int, span)
            part = cleans[sentence].text[start:end]
            start, end = end - len(part.lstrip()), end - (len(part) - len(part.rstrip()))
            start, end = cleans[sentence].to_original(start, max(start, end))
            pieces.append(Piece(index, str(name), number, sentence, start, end, texts[sentence][start:end]))
        kinds = list(map(int, encoded["token_type_ids"])) if segments else None
        return pieces, kinds, [list(self._analyser.tokenize(text)) for text in texts]

    # The pass

    def _pass(
        self, pieces: Sequence[Piece], segments: list[int] | None
    ) -> tuple[dict[str, NDArray[np.float32]], NDArray[np.float32], NDArray[np.float32] | None, dict[str, dict[str, Any]]]:
        """Input parts, states, attention weights, and what is to be said."""
        import torch

        ids = torch.tensor([[one.id for one in pieces]], device=self._device)
        given: dict[str, Any] = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
        if segments is not None:
            given["token_type_ids"] = torch.tensor([segments], device=self._device)
        caught: dict[str, Any] = {}
        with torch.inference_mode(), _watching(self._model, caught):
            out = self._model(**given, output_hidden_states=True, output_attentions=True)
        states = np.stack([_array(state[0]) for state in out.hidden_states])
        attentions = getattr(out, "attentions", None)
        weights = None
        if attentions and all(one is not None for one in attentions):
            weights = np.stack([_array(one[0]) for one in attentions])
        parts, notes = _parts(caught, len(pieces))
        if "input" in parts and parts["input"].shape[1] != states.shape[2]:
            notes["projected"] = {"narrow": parts["input"].shape[1], "wide": states.shape[2]}
        return parts, states, weights, notes

    def _remarks(self, texts: Sequence[str], pieces: Sequence[Piece]) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        if self._over_morphemes and len(texts) > 1:
            found["one_sentence"] = {}
        lost = [
            match.group()
            for sentence, text in enumerate(texts)
            for match in re.finditer(r"\S+", text)
            if any(char.isprintable() for char in match.group())
            and not any(p.sentence == sentence and p.start < match.end() and p.end > match.start() for p in pieces)
        ]
        if lost:
            found["lost"] = {"words": ", ".join(dict.fromkeys(lost))[:200]}
        return found

    # The scale

    @cached_property
    def _scale(self) -> Scale:
        return self._measure(None)

    def _scale_with(self, progress: ProgressCallback) -> Scale:
        if "_scale" not in self.__dict__:
            self.__dict__["_scale"] = self._measure(progress)
        return self._scale

    def _measure(self, progress: ProgressCallback | None) -> Scale:
        """The background's tokens at every layer, special ones left out; read in a few batches, without attention."""
        import torch

        encoded = [self._encode([sentence])[:2] for sentence in self.background]
        depth = int(self._model.config.num_hidden_layers) + 1
        states: list[NDArray[np.float32]] = [np.zeros((depth, 0, 1), np.float32)] if not encoded else []
        numbers: list[int] = []
        padding = getattr(self._tokenizer, "pad_token_id", None) or 0
        for begin in range(0, len(encoded), _BATCH):
            report(progress, "measuring random pairs", begin, len(encoded), "sentences")
            batch = encoded[begin : begin + _BATCH]
            longest = max(len(pieces) for pieces, _ in batch)
            rows = [[one.id for one in pieces] + [padding] * (longest - len(pieces)) for pieces, _ in batch]
            mask = [[1] * len(pieces) + [0] * (longest - len(pieces)) for pieces, _ in batch]
            given = {"input_ids": rows, "attention_mask": mask}
            if batch[0][1] is not None:
                given["token_type_ids"] = [(kinds or []) + [0] * (longest - len(kinds or [])) for _, kinds in batch]
            with torch.inference_mode():
                tensors = {name: torch.tensor(values, device=self._device) for name, values in given.items()}
                out = self._model(**tensors, output_hidden_states=True).hidden_states
            every = np.stack([_array(state) for state in out])
            for number, (pieces, _) in enumerate(batch):
                kept = [one.index for one in pieces if not one.special]
                states.append(every[:, number, kept])
                numbers += [begin + number] * len(kept)
        return Scale(np.concatenate(states, axis=1), np.array(numbers, np.int64))


def _array(tensor: Any) -> NDArray[np.float32]:
    made: NDArray[np.float32] = tensor.float().cpu().numpy()
    return made


@contextmanager
def _watching(model: Any, caught: dict[str, Any]) -> Iterator[None]:
    """Catch what the embedding tables and the first LayerNorm are given and give."""
    table = model.get_input_embeddings()
    holder = next((part for part in model.modules() if any(child is table for child in part.children())), None)
    modules = {"token": table}
    for name, spellings in {**_TABLES, "norm": _NORMS}.items():
        found = next((part for spelling in spellings if (part := getattr(holder, spelling, None)) is not None), None)
        if found is not None:
            modules[name] = found

    def catch(name: str) -> Any:
        def hook(_: Any, given: tuple[Any, ...], out: Any) -> None:
            caught.setdefault(name, (given[0] if given else None, out))

        return hook

    hooks = [part.register_forward_hook(catch(name)) for name, part in modules.items()]
    caught["rows of segment"] = int(getattr(modules.get("segment"), "num_embeddings", 0))
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def _parts(caught: dict[str, Any], count: int) -> tuple[dict[str, NDArray[np.float32]], dict[str, dict[str, Any]]]:
    """The parts of the input in their order, each count × e, and what is to be said of them."""
    notes: dict[str, dict[str, Any]] = {}
    parts: dict[str, NDArray[np.float32]] = {}
    for name in ("token", "segment", "position"):
        if name in caught:
            rows = _array(caught[name][1]).reshape(-1, caught[name][1].shape[-1])
            parts[name] = np.broadcast_to(rows, (count, rows.shape[1])) if len(rows) == 1 else rows
    if "segment" not in parts:
        notes["no_segments"] = {}
    elif caught["rows of segment"] == 1:
        notes["one_segment"] = {}
    if "position" not in parts:
        notes["no_positions"] = {}
    else:
        given = caught["position"][0]
        if given is not None and not given.is_floating_point() and given.numel() == count:
            numbers = [int(row) for row in given.reshape(-1)]
            notes["rows"] = {"position": numbers}
            if numbers[0]:
                notes["shifted_positions"] = {"first": numbers[0]}
    total: NDArray[np.float32] = np.asarray(np.sum(list(parts.values()), axis=0), np.float32)
    if "norm" in caught:
        before, after = (_array(one).reshape(count, -1) for one in caught["norm"])
        if before.shape != total.shape or not np.allclose(before, total, atol=1e-4 * max(1.0, float(np.abs(before).max()))):
            notes["more"] = {}
        parts["sum"], parts["input"] = before, after
    else:
        notes["no_norm"] = {}
        parts["sum"] = parts["input"] = total
    return parts, notes
