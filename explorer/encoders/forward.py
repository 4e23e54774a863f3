"""Running a network: devices, number formats, padding, batches, pooling. Nothing else calls a network.

A network is one backbone with the heads that were asked of it. A head whose architecture needs a class of its own stands on the
same backbone, and so does the twin that gives its attention: weights are held once, whatever is asked.
"""

from __future__ import annotations

import re
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import BadInput, MissingExtra
from explorer.core.progress import ProgressCallback, report

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

__all__ = [
    "DTYPES",
    "POOLINGS",
    "Job",
    "Layer",
    "Network",
    "Seen",
    "in_precision",
    "pick_device",
    "pool_words",
    "require_torch",
    "require_transformers",
]

DTYPES = ("float32", "bfloat16", "int8")
POOLINGS = ("mean", "first", "last", "sum", "max")
Layer = int | str | Sequence[int]

_LAST = re.compile(r"(sum|mean)-last-(\d+)")
_BATCH_TOKENS = 8192
_AT_ONCE = 256
"""States that a head turns into logits together."""
_TABLES = {"position": ("position_embeddings", "embed_positions"), "segment": ("token_type_embeddings",)}
_NORMS = ("LayerNorm", "norm", "layernorm_embedding")
_ON_STATES = {"bert": "cls.predictions", "roberta": "lm_head", "xlm-roberta": "lm_head", "camembert": "lm_head"}
"""The part of a masked model that follows its backbone, where it is known to be all that follows."""


def require_torch() -> Any:
    """The torch module.

    Raises:
        MissingExtra: it is not installed.
    """
    try:
        import torch
    except ImportError as error:
        raise MissingExtra("encoders.an_encoder", "bert") from error
    return torch


_IMPORTING = threading.Lock()


def require_transformers() -> Any:
    """The transformers module, whole.

    It puts another module into its own place at the end of its import; a thread that came meanwhile would be left with the
    first, which has no models. So one thread imports it, and the others wait.
    """
    with _IMPORTING:
        import transformers
    return transformers


def pick_device(device: str | None, dtype: str = "float32") -> str:
    """The device asked for, else the best there is.

    Raises:
        BadInput: it cannot be used here, or cannot compute in ``dtype``.
    """
    torch = require_torch()
    if device is None:
        device = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    else:
        try:
            torch.zeros(1).to(device)
        except (RuntimeError, AssertionError) as error:
            raise BadInput("encoders.device_unusable", device=device) from error
    if dtype not in DTYPES:
        raise BadInput("encoders.unknown_dtype", dtype=dtype, choices=", ".join(DTYPES))
    if dtype == "int8":
        if torch.device(device).type != "cpu":
            raise BadInput("encoders.int8_needs_cpu", device=device)
        if not [engine for engine in torch.backends.quantized.supported_engines if engine != "none"]:
            raise BadInput("encoders.no_quantized_engine")
    if dtype == "bfloat16":
        try:
            probe = torch.ones(2, 2, dtype=torch.bfloat16, device=device)
            probe @ probe
        except (RuntimeError, TypeError) as error:
            raise BadInput("encoders.bfloat16_unsupported", device=device) from error
    return device


def in_precision(model: Any, dtype: str, name: str) -> Any:
    """The model computing in a dtype that :func:`pick_device` let pass; its own layers are changed.

    int8 is torch's dynamic quantization: weights of linear layers are kept as bytes with one scale a layer, activations become
    bytes batch by batch. Embeddings, normalisation and a head on top stay float32.

    Raises:
        BadInput: the model (``name`` in the message) has nothing that int8 could hold, or torch no longer offers it.
    """
    torch = require_torch()
    if dtype == "float32":
        return model.float()
    if dtype == "bfloat16":
        return model.to(torch.bfloat16)
    body = model.base_model
    if not any(type(layer) is torch.nn.Linear for layer in body.modules()):
        raise BadInput("encoders.no_linear_layers", model=name)
    try:
        from torch.ao.quantization import quantize_dynamic
    except ImportError as error:
        raise BadInput("encoders.int8_removed") from error
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it is to move to another package, but is here and works
        quantize_dynamic(body, {torch.nn.Linear}, dtype=torch.qint8, inplace=True)
    return model


@dataclass(frozen=True)
class Job:
    """One pass: token ids, and which of them make up which word.

    Attributes:
        ids: special tokens included.
        words: row of the output, first token, one past the last token.
        segments: of every token, where the model has a table of them.
    """

    ids: list[int]
    words: list[tuple[int, int, int]]
    segments: list[int] | None = None


@dataclass(frozen=True)
class Seen:
    """One pass with everything kept.

    Attributes:
        states: layers × tokens × d; layer 0 enters the first block.
        weights: blocks × heads × tokens × tokens; ``None`` where the model does not give its attention.
        caught: what the embedding tables (``token``, ``segment``, ``position``) and the first ``norm`` were given and gave.
        segment_rows: rows of the segment table.
    """

    states: Floats
    weights: Floats | None
    caught: Mapping[str, tuple[Any, Any]]
    segment_rows: int


class Network:
    """A backbone on its device, with its heads. Safe from several threads.

    Attributes:
        name: what it was opened as, for messages.
        device: a torch device name.
        depth: number of layers of states: the input and every block.
        dim: numbers in a state.
    """

    def __init__(self, name: str, model: Any, device: str, pad: int, attach: Callable[..., Any]) -> None:
        """
        Args:
            name, device: see there.
            model: a transformers model in evaluation mode, on the device.
            pad: the token that fills short rows.
            attach: makes the model with a head (``"masked"``, ``"pair"``, ``"causal"``) on the backbone of ``model``, or
                raises BadInput.
        """
        self.name = name
        self.device = device
        self.base = model.get_encoder() if getattr(model.config, "is_encoder_decoder", False) else model.base_model
        self.config = self.base.config
        self.depth = int(self.config.num_hidden_layers) + 1
        self.dim = int(self.config.hidden_size)
        self._pad = pad
        self._attach: Callable[[str], Any] = partial(attach, opened=model)
        self._heads: dict[str, Any] = {}
        self._lock = threading.RLock()

    def head(self, head: str, name: str = "") -> Any:
        """The model with a head, over this backbone.

        Args:
            head: ``"masked"``, ``"pair"`` or ``"causal"``.
            name: what a refusal calls the model; whoever opened it first may have used another name.

        Raises:
            BadInput: the checkpoint has none; says what to use instead.
        """
        with self._lock:
            if head not in self._heads:
                try:
                    self._heads[head] = self._attach(head)
                except BadInput as error:
                    raise BadInput(error.code, **(error.values | {"model": name or self.name})) from error
            return self._heads[head]

    def has(self, head: str) -> bool:
        """Whether the checkpoint has a head, which the first question may have to read."""
        try:
            self.head(head)
        except BadInput:
            return False
        return True

    def layers(self, layer: Layer) -> tuple[list[int], str]:
        """The layers that are meant, counted from 0, and how they are joined: ``"mean"`` or ``"sum"``.

        Raises:
            BadInput: there are no such layers.
        """
        depth = self.depth
        if isinstance(layer, str):
            found = _LAST.fullmatch(layer)
            if not found or not 1 <= int(found[2]) <= depth:
                raise BadInput("encoders.layer_unknown", layer=layer, first=-depth, last=depth - 1)
            return list(range(depth - int(found[2]), depth)), found[1]
        numbers = [layer] if isinstance(layer, int) else list(layer)
        if not numbers or any(not isinstance(number, int) or not -depth <= number < depth for number in numbers):
            raise BadInput("encoders.no_such_layer", layer=layer, model=self.name, last=depth - 1)
        return [number % depth for number in numbers], "mean"

    # Passes

    def _run(
        self, rows: Sequence[list[int]], segments: Sequence[list[int]] | None = None, model: Any = None, **more: Any
    ) -> Any:
        """One padded pass."""
        torch = require_torch()
        width = max(map(len, rows))

        def padded(lists: Iterable[list[int]], fill: int) -> Any:
            return torch.tensor([one + [fill] * (width - len(one)) for one in lists], device=self.device)

        given = {"input_ids": padded(rows, self._pad), "attention_mask": padded(([1] * len(row) for row in rows), 0)}
        if segments is not None:
            given["token_type_ids"] = padded(segments, 0)
        with torch.inference_mode():
            return (self.base if model is None else model)(**given, **more)

    def pooled(
        self,
        jobs: Iterable[Job],
        groups: Sequence[Sequence[int]],
        join: str = "mean",
        pooling: str = "mean",
        progress: ProgressCallback | None = None,
        stage: tuple[str, str] = ("reading sentences", "passes"),
    ) -> Floats:
        """One vector for each word at each group of layers: groups × words × d.

        Args:
            jobs: the words' rows together are 0 to n − 1.
            groups: layers that are joined, each ``"sum"`` or ``"mean"`` of its states as ``join`` says.
            pooling: how a word's tokens become one vector, one of :data:`POOLINGS`.
            progress: told how many passes are done, as ``stage`` (what is done, what is counted).

        Raises:
            BadInput: there is no such pooling.
        """
        torch = require_torch()
        if pooling not in POOLINGS:
            raise BadInput("encoders.unknown_pooling", pooling=pooling, choices=", ".join(POOLINGS))
        waiting = sorted(jobs, key=lambda job: len(job.ids))
        result = np.zeros((len(groups), sum(len(job.words) for job in waiting), self.dim), np.float32)
        last_only = [list(group) for group in groups] == [[self.depth - 1]] and bool(waiting) and self._ends_in_last_state
        done = 0
        for batch in _batches(waiting):
            rows = [row for job in batch for row, _, _ in job.words]
            places = [(place, first, last) for place, job in enumerate(batch) for _, first, last in job.words]
            segments = [job.segments or [] for job in batch] if batch[0].segments is not None else None
            found = self._run([job.ids for job in batch], segments, output_hidden_states=not last_only)
            with torch.inference_mode():
                for group, numbers in enumerate(groups):
                    if last_only:
                        joined = found.last_hidden_state.float()
                    else:
                        chosen = [found.hidden_states[number].float() for number in numbers]
                        joined = chosen[0] if len(chosen) == 1 else torch.stack(chosen).sum(0)
                        if join != "sum" and len(chosen) > 1:
                            joined = joined / len(chosen)
                    result[group, rows] = pool_words(joined, places, pooling).cpu().numpy()
            done += len(batch)
            report(progress, stage[0], done, len(waiting), stage[1])
        return result

    @cached_property
    def _ends_in_last_state(self) -> bool:
        """Whether the output is the last hidden state (some models put one more layer after it): looked at, not assumed."""
        found = self._run([[max(self._pad, 1)] * 3], output_hidden_states=True)
        last = getattr(found, "last_hidden_state", None)
        return last is not None and require_torch().equal(last, found.hidden_states[-1])

    def masked_logits(self, rows: Sequence[list[int]], at: Sequence[int]) -> Floats:
        """What the masked head expects at one token of each row: rows × entries."""
        torch = require_torch()
        model, part = self.head("masked"), self.masked_part
        here = torch.arange(len(rows), device=self.device), torch.tensor(list(at), device=self.device)
        found = self._run(rows, model=None if part is not None else model)
        with torch.inference_mode():
            logits = part(found.last_hidden_state[here]) if part is not None else found.logits[here]
            return _array(logits)

    @property
    def masked_part(self) -> Any:
        """What turns single states into the masked head's logits; ``None`` where only whole passes give them."""
        model: Any = self.head("masked")
        for name in _ON_STATES.get(self.config.model_type, "").split("."):
            model = getattr(model, name, None) if name else None
        return model

    def expected(self, states: Floats) -> Floats:
        """Logits of given last states (n × d): n × entries."""
        torch = require_torch()
        rows = torch.from_numpy(np.ascontiguousarray(states))
        with torch.inference_mode():
            parts = [
                _array(self.masked_part(rows[begin : begin + _AT_ONCE].to(self.device, self.base.dtype)))
                for begin in range(0, len(rows), _AT_ONCE)
            ]
        return np.concatenate(parts) if parts else np.zeros((0, int(self.config.vocab_size)), np.float32)

    def pair_logits(self, row: list[int], segments: list[int]) -> NDArray[np.float64]:
        """Logits of "follows" and "does not" for a pair of sentences in one row."""
        model = self.head("pair")
        heads: Any = getattr(model, "cls", None)
        if hasattr(heads, "predictions") and hasattr(
            heads, "seq_relationship"
        ):  # without the masked head's logits of all tokens
            found = self._run([row], [segments])
            with require_torch().inference_mode():
                logits = heads.seq_relationship(found.pooler_output)
        else:
            logits = self._run([row], [segments], model).logits
        result: NDArray[np.float64] = logits[0].double().cpu().numpy()
        return result

    def next_logits(self, row: Sequence[int], cache: Any) -> tuple[NDArray[np.float64], Any]:
        """Logits of the token after a row, and what the model remembers of it; with such a memory only the last token is run."""
        torch = require_torch()
        given = torch.tensor([list(row[-1:] if cache is not None else row)], device=self.device)
        with torch.inference_mode():
            made = self.head("causal")(input_ids=given, past_key_values=cache, use_cache=True)
        return made.logits[0, -1].double().cpu().numpy(), getattr(made, "past_key_values", None)

    @property
    def table(self) -> Floats:
        """The input embeddings: entries × d."""
        return _array(self.base.get_input_embeddings().weight.detach())

    # Inside

    @cached_property
    def _twin(self) -> Any:
        """The backbone once more, over the same weights, with the attention that keeps what it computes (fast ones do not)."""
        shared = [*self.base.parameters(), *self.base.buffers()]
        shared += [part for part in self.base.modules() if "quantized" in type(part).__module__]
        twin = deepcopy(self.base, {id(one): one for one in shared})
        twin.set_attn_implementation("eager")
        return twin

    def seen(self, row: list[int], segments: list[int] | None) -> Seen:
        """One row with everything kept."""
        with self._lock, _watching(self._twin) as (caught, rows):  # the hooks catch one pass
            found = self._run(
                [row], None if segments is None else [segments], self._twin, output_hidden_states=True, output_attentions=True
            )
        kept = getattr(found, "attentions", None)
        weights = np.stack([_array(one[0]) for one in kept]) if kept and all(one is not None for one in kept) else None
        arrays = {name: (given, _array(out)) for name, (given, out) in caught.items()}
        return Seen(np.stack([_array(state[0]) for state in found.hidden_states]), weights, arrays, rows)


def _array(tensor: Any) -> Floats:
    made: Floats = tensor.float().cpu().numpy()
    return made


def _batches(jobs: Sequence[Job]) -> Iterator[Sequence[Job]]:
    """Jobs, shortest first, in batches of about as many tokens."""
    start = 0
    while start < len(jobs):
        stop = start + 1
        while stop < len(jobs) and (stop + 1 - start) * len(jobs[stop].ids) <= _BATCH_TOKENS:
            stop += 1
        yield jobs[start:stop]
        start = stop


@contextmanager
def _watching(model: Any) -> Iterator[tuple[dict[str, tuple[Any, Any]], int]]:
    """Catch what the embedding tables and the first LayerNorm are given and give; with it how many segments there are."""
    table = model.get_input_embeddings()
    holder = next((part for part in model.modules() if any(child is table for child in part.children())), None)
    modules = {"token": table}
    for name, spellings in {**_TABLES, "norm": _NORMS}.items():
        found = next((part for spelling in spellings if (part := getattr(holder, spelling, None)) is not None), None)
        if found is not None:
            modules[name] = found
    caught: dict[str, tuple[Any, Any]] = {}

    def catch(name: str) -> Any:
        def hook(_: Any, given: tuple[Any, ...], out: Any) -> None:
            caught.setdefault(name, (given[0] if given else None, out))

        return hook

    hooks = [part.register_forward_hook(catch(name)) for name, part in modules.items()]
    try:
        yield caught, int(getattr(modules.get("segment"), "num_embeddings", 0))
    finally:
        for hook in hooks:
            hook.remove()


def pool_words(states: Any, places: Sequence[tuple[int, int, int]], how: str) -> Any:
    """One vector for each word.

    Args:
        states: texts × tokens × d tensor.
        places: for each word its text, its first token and one past its last token (at least one token).
        how: one of :data:`POOLINGS`.

    Returns:
        Words × d tensor on the same device.

    >>> import torch
    >>> states = torch.arange(8.0).reshape(1, 4, 2)
    >>> pool_words(states, [(0, 0, 1), (0, 1, 4)], "mean").tolist()
    [[0.0, 1.0], [4.0, 5.0]]
    """
    import torch

    _, width, dim = states.shape
    flat = states.reshape(-1, dim)
    text, first, last = np.array(places, np.int64).reshape(-1, 3).T
    start, counts = text * width + first, last - first

    def at(rows: Any) -> Any:
        return torch.from_numpy(np.ascontiguousarray(rows)).to(flat.device)

    if how == "first" or counts.max(initial=1) == 1:
        return flat[at(start)]
    if how == "last":
        return flat[at(start + counts - 1)]
    before = np.cumsum(counts) - counts
    tokens = flat[at(np.arange(counts.sum()) + np.repeat(start - before, counts))]
    words = at(np.repeat(np.arange(len(counts)), counts))
    if how == "max":
        lowest = torch.full((len(counts), dim), -torch.inf, device=flat.device, dtype=flat.dtype)
        return lowest.scatter_reduce_(0, words[:, None].expand_as(tokens), tokens, "amax")
    sums = torch.zeros((len(counts), dim), device=flat.device, dtype=flat.dtype).index_add_(0, words, tokens)
    return sums if how == "sum" else sums / at(counts)[:, None]
