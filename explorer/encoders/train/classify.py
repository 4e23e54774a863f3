"""Classifiers from labelled texts: a linear head over an encoder's states, or the whole encoder with it.

It runs through the loop of masked modelling (:mod:`~explorer.encoders.train.loop`), not transformers' Trainer: that needs one more
package, and this loop already goes on after a kill with exactly the steps it would have made, stops when a person says so and
measures what is held out along the way. The head starts at zero over standardised vectors, so that the first steps of training
the whole encoder do not tear at it (Kumar et al. 2022, arXiv 2202.10054).
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.intervals import Interval, mean_interval
from explorer.core.progress import ProgressCallback, report
from explorer.core.store import Manifest, atomic_folder, read_manifest, write_manifest
from explorer.core.workspace import named_cache
from explorer.encoders.classifier import Head, write_head
from explorer.encoders.encoder import Encoder
from explorer.encoders.forward import Job, require_torch
from explorer.encoders.morpheme.pieces import MorphemePieces
from explorer.encoders.morpheme.storing import encoder_folder, stands_on, write_encoder
from explorer.encoders.open import encoder
from explorer.encoders.texts import checked_labels, held_out, text_jobs
from explorer.encoders.train.loop import Outcome, Plan, fit, moved
from explorer.encoders.train.recipe import free_target

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["TRAINED", "ClassifierRecipe", "TrainedClassifier", "train_classifier"]

TRAINED = ("head", "all")
_EPOCHS = {"head": 10.0, "all": 3.0}
_RATES = {"head": 1e-3, "all": 5e-5}
_POINTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassifierRecipe:
    """What to train and how.

    Attributes:
        base: the encoder: ``"mini"``, one trained here, a checkpoint's folder, or a Hugging Face id.
        train: ``"head"``, the encoder stays as it is; or ``"all"``.
        layer: of the states that the head reads; the last by default.
        epochs: passes over the texts; when ``None``, 10 of a head and 3 of everything.
        steps: batches instead of passes.
        rate: highest learning rate; when ``None``, 1e-3 of a head and 5e-5 of everything.
        batch: texts in a batch.
        length: tokens of a text that are read, at most; fewer where the encoder takes fewer.
        heldout: share of each label's texts that is only measured on.
        precision, device: see :func:`~explorer.encoders.train.loop.fit`.
        checkpoint: seconds between checkpoints.
        seed: decides everything random.
    """

    base: str = "mini"
    train: str = "head"
    layer: int = -1
    epochs: float | None = None
    steps: int | None = None
    rate: float | None = None
    batch: int = 32
    length: int = 128
    heldout: float = 0.2
    precision: str | None = None
    device: str | None = None
    checkpoint: float = 300.0
    seed: int = 42

    def __post_init__(self) -> None:
        if self.train not in TRAINED:
            raise BadInput("encoders.unknown_trained", train=self.train, choices=", ".join(TRAINED))
        numbers = (self.epochs, self.steps, self.rate, self.batch, self.length)
        if any(number is not None and number <= 0 for number in numbers) or not 0 < self.heldout < 1:
            raise BadInput(
                "encoders.classifier_recipe_out_of_range", batch=self.batch, length=self.length, heldout=self.heldout
            )


@dataclass
class TrainedClassifier:
    """A finished training.

    Attributes:
        folder: where it lies; ``explorer.classifier(name)`` opens it. ``None`` where it was not saved.
        labels: what it can say.
        outcome: loss (nats a text) on training and held-out texts along the way, with warnings.
        accuracy: on what was held out, with its interval over texts.
        baseline: accuracy there of always saying the most frequent label.
        counts: texts, held-out ones, empty ones left out, ones cut to fit.
        info: what was trained on what.
    """

    folder: Path | None
    labels: tuple[str, ...]
    outcome: Outcome
    accuracy: Interval
    baseline: float
    counts: dict[str, int]
    info: dict[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        return {
            "folder": str(self.folder) if self.folder else None,
            "labels": list(self.labels),
            "accuracy": self.accuracy.to_dict(),
            "baseline": self.baseline,
            "counts": dict(self.counts),
            **self.outcome.to_dict(),
            "info": self.info,
        }

    def to_frame(self) -> pd.DataFrame:
        """The curve: a row for each time it was measured."""
        import pandas as pd

        return pd.DataFrame(self.outcome.curve)


def train_classifier(
    labelled: Sequence[tuple[str, str]],
    recipe: ClassifierRecipe = ClassifierRecipe(),
    *,
    name: str | None = None,
    corpus: str = "",
    alone: bool = False,
    overwrite: bool = False,
    progress: ProgressCallback | None = None,
) -> TrainedClassifier:
    """Train a classifier of texts, and save it with its encoder under a name that ``classifier`` and ``encoder`` open.

    An interrupted training leaves a checkpoint in the cache; the same call goes on from it.

    Args:
        labelled: ``(text, label)``; texts without tokens are left out and counted.
        recipe: what to train and how.
        name: the name to save under; nothing is kept without one.
        corpus: what the texts are, for the manifest.
        alone: save the head without its encoder, which must be one that ships (``mini``) and stay the same: kilobytes, not megabytes.
        overwrite: replace an encoder of that name.
        progress: told about every stage; raising Cancelled in it stops the work, and the checkpoint stays.

    Raises:
        BadInput: one label only, a label of a single text, an impossible recipe, a name that is taken, a checkpoint of another
            recipe or other texts, an encoder that cannot be trained, a head to be saved alone whose encoder does not ship or is trained too.
        MissingExtra: torch is not installed.

    >>> texts = [(f"{n}번 영화는 재미있다", "good") for n in range(10)] + [(f"{n}번 영화는 지루하다", "bad") for n in range(10)]
    >>> train_classifier(texts, ClassifierRecipe(steps=40)).accuracy.value
    1.0
    """
    require_torch()
    target = free_target(name, overwrite) if name is not None else None
    base = _base_of(recipe) if alone else None
    made = _Made(list(labelled), recipe, encoder(recipe.base, device=recipe.device, progress=progress), progress)
    steps = recipe.steps or max(1, round((recipe.epochs or _EPOCHS[recipe.train]) * len(made.train.plan(0))))
    plan = Plan(
        steps=steps,
        rate=recipe.rate or _RATES[recipe.train],
        warmup=min(100, steps // 10),
        decay=0.5,
        evaluate=max(1, steps // _POINTS),
        checkpoint=recipe.checkpoint,
        seed=recipe.seed,
    )
    state = named_cache("training", name) if name is not None else None
    outcome = fit(
        made.module,
        made.train,
        made.measured,
        plan,
        folder=state,
        signature={"recipe": str(recipe), "texts": made.digest, "model": made.encoder.name},
        device=made.encoder.network.device,
        precision=recipe.precision,
        objective=_Labels(),
        progress=progress,
    )
    right = np.concatenate([_answers(made.module, batch) == batch.labels for batch in made.measured.all()])
    accuracy = Interval(*mean_interval(right, recipe.seed))
    info = {
        "corpus": corpus,
        "base": recipe.base,
        "recipe": asdict(recipe),
        "steps": steps,
        "labels": list(made.names),
        "texts": made.counts,
        "accuracy": accuracy.to_dict(),
        "baseline": made.baseline,
        "curve": outcome.curve,
        "warnings": [str(warning) for warning in outcome.warnings],
        "versions": {package: version(package) for package in ("torch", "transformers", "kiwipiepy", "numpy")},
    }
    if target is not None and name is not None:
        report(progress, "saving the model")
        with atomic_folder(target, overwrite=overwrite) as folder:
            if base is None:
                made.write(folder, name, info)
            else:
                made.write_head(folder, name, info, base)
    if state is not None:
        shutil.rmtree(state, ignore_errors=True)
    return TrainedClassifier(target, made.names, outcome, accuracy, made.baseline, made.counts, info)


def _base_of(recipe: ClassifierRecipe) -> Path:
    """Where the encoder lies that a head saved alone is opened with."""
    folder = encoder_folder(recipe.base)
    if recipe.train != "head" or folder is None or stands_on(folder) is None:
        raise BadInput("encoders.head_needs_shipped", base=recipe.base, train=recipe.train)
    return folder


@dataclass(frozen=True)
class _Batch:
    """Texts of a batch: vectors where the encoder stays as it is, else tokens, which of them are text, and labels."""

    attention: NDArray[np.int64]
    labels: NDArray[np.int64]
    ids: NDArray[np.int64] | None = None
    text: NDArray[np.float32] | None = None
    vectors: NDArray[np.float32] | None = None


@dataclass(frozen=True, eq=False)
class _Batches:
    """A seeded, restartable run of batches, shuffled every epoch.

    Attributes:
        jobs: the passes of the texts.
        labels: one a text.
        vectors: of the texts, in place of passes.
        size: texts in a batch.
        pad, seed: see there.
    """

    jobs: Sequence[Job]
    labels: NDArray[np.int64]
    vectors: NDArray[np.float32] | None
    size: int
    pad: int
    seed: int

    def plan(self, epoch: int) -> list[NDArray[np.int64]]:
        order = np.random.default_rng([self.seed, 31, epoch]).permutation(len(self.labels))
        return [order[begin : begin + self.size] for begin in range(0, len(order), self.size)]

    def run(self, epoch: int = 0, number: int = 0) -> Iterator[tuple[int, int, _Batch]]:
        while True:
            plan = self.plan(epoch)
            for index in range(number, len(plan)):
                following = (epoch, index + 1) if index + 1 < len(plan) else (epoch + 1, 0)
                yield (*following, self._batch(plan[index]))
            epoch, number = epoch + 1, 0

    def all(self) -> Iterator[_Batch]:
        """Every text once, in order."""
        for begin in range(0, len(self.labels), self.size):
            yield self._batch(np.arange(begin, min(begin + self.size, len(self.labels))))

    def _batch(self, rows: NDArray[np.int64]) -> _Batch:
        if self.vectors is not None:
            return _Batch(np.ones((len(rows), 1), np.int64), self.labels[rows], vectors=self.vectors[rows])
        jobs = [self.jobs[row] for row in rows]
        width = max(len(job.ids) for job in jobs)
        ids = np.full((len(jobs), width), self.pad, np.int64)
        attention, text = np.zeros((len(jobs), width), np.int64), np.zeros((len(jobs), width), np.float32)
        for row, job in enumerate(jobs):
            [(_, first, last)] = job.words
            ids[row, : len(job.ids)] = job.ids
            attention[row, : len(job.ids)] = 1
            text[row, first:last] = 1 / (last - first)
        return _Batch(attention, self.labels[rows], ids, text)


class _Labels:
    """The objective: cross-entropy of the labels."""

    def loss(self, model: Any, batch: _Batch, device: Any, position: list[int]) -> Any:
        [labels] = moved(device, batch.labels)
        return require_torch().nn.functional.cross_entropy(_logits(model, batch).float(), labels)

    def heldout(self, model: Any, batches: _Batches) -> tuple[float, float]:
        torch = require_torch()
        training, total, right = model.training, 0.0, 0.0
        model.eval()
        with torch.inference_mode():
            for batch in batches.all():
                logits = _logits(model, batch).float().cpu()
                labels = torch.from_numpy(batch.labels)
                total += float(torch.nn.functional.cross_entropy(logits, labels, reduction="sum"))
                right += float((logits.argmax(-1) == labels).sum())
        model.train(training)
        return total / len(batches.labels), right / len(batches.labels)


def _logits(model: Any, batch: _Batch) -> Any:
    device = model.head.weight.device
    if batch.vectors is not None:
        [pooled] = moved(device, batch.vectors)
    else:
        ids, attention, text = moved(device, batch.ids, batch.attention, batch.text)
        states = model.base(input_ids=ids, attention_mask=attention, output_hidden_states=True).hidden_states[model.layer]
        pooled = (text[:, :, None] * states).sum(1)
    return model.head((pooled - model.mean) / model.scale)


def _answers(model: Any, batch: _Batch) -> NDArray[np.int64]:
    with require_torch().inference_mode():
        found: NDArray[np.int64] = _logits(model, batch).argmax(-1).cpu().numpy()
    return found


@dataclass(eq=False)
class _Made:
    """All that a training needs, from texts and an encoder."""

    given: list[tuple[str, str]]
    recipe: ClassifierRecipe
    encoder: Encoder
    progress: ProgressCallback | None

    def __post_init__(self) -> None:
        network, recipe = self.encoder.network, self.recipe
        if getattr(network.config, "is_encoder_decoder", False):
            raise BadInput("encoders.classifier_needs_encoder", model=self.encoder.name)
        [self.layer], _ = network.layers(recipe.layer)
        texts = [(text, label) for text, label in self.given if text.strip()]
        report(self.progress, "cutting texts", note=self.encoder.name)
        jobs, kept, cut = text_jobs(self.encoder.cutter, [text for text, _ in texts], recipe.length)
        self.names, labels = checked_labels([texts[row][1] for row in kept])
        held = held_out(labels, recipe.heldout, recipe.seed)
        if held.all() or not held.any() or len(np.unique(labels[~held])) < len(self.names):
            raise BadInput(
                "encoders.classifier_recipe_out_of_range", batch=recipe.batch, length=recipe.length, heldout=recipe.heldout
            )
        [vectors] = network.pooled(jobs, [[self.layer]], progress=self.progress)
        self.mean = vectors[~held].mean(axis=0)
        self.scale = np.maximum(vectors[~held].std(axis=0), 1e-6)
        whole = recipe.train == "all"

        def part(which: NDArray[np.bool_]) -> _Batches:
            rows = np.flatnonzero(which)
            chosen = None if whole else vectors[rows]
            return _Batches(
                [jobs[row] for row in rows], labels[rows], chosen, recipe.batch, self.encoder.cutter.pad, recipe.seed
            )

        self.train, self.measured = part(~held), part(held)
        self.baseline = float((labels[held] == np.bincount(labels[~held]).argmax()).mean())
        self.counts = {"texts": len(labels), "held_out": int(held.sum()), "empty": len(self.given) - len(labels), "cut": cut}
        self.digest = hashlib.sha256("\0".join(f"{label}\t{text}" for text, label in self.given).encode()).hexdigest()

    @cached_property
    def whole(self) -> Any:
        """The network as it is saved; a copy, since the opened one belongs to everybody."""
        network = self.encoder.network
        return deepcopy(network.head("masked") if isinstance(self.encoder.cutter, MorphemePieces) else network.base)

    @cached_property
    def module(self) -> Any:
        """What is trained: the head, and the encoder where it is to change."""
        torch = require_torch()
        module = torch.nn.Module()
        module.head = torch.nn.Linear(len(self.mean), len(self.names))
        torch.nn.init.zeros_(module.head.weight)
        torch.nn.init.zeros_(module.head.bias)
        device = self.encoder.network.device
        module.mean, module.scale = moved(device, self.mean, self.scale)
        module.layer = self.layer
        if self.recipe.train == "all":
            module.base = self.whole.base_model
        return module

    @property
    def head(self) -> Head:
        """What was trained, as numbers."""
        weight, bias = (getattr(self.module.head, part).detach().cpu().numpy() for part in ("weight", "bias"))
        length = min(self.recipe.length, self.encoder.cutter.capacity)
        return Head(self.names, self.mean, self.scale, weight, bias, self.layer, length)

    def write_head(self, folder: Path, name: str, info: dict[str, Any], base: Path) -> None:
        """Write the head alone, with what its encoder is known by."""
        write_head(folder, self.head)
        known = read_manifest(base, "encoder")
        sizes = {part: known.sizes[part] for part in ("entries", "layers", "dim", "parameters") if part in known.sizes}
        said = info | {"stands_on": stands_on(base)}
        write_manifest(folder, Manifest("encoder", name, known.engine, sizes=sizes, provenance=said))

    def write(self, folder: Path, name: str, info: dict[str, Any]) -> None:
        """Write the encoder with its head."""
        write_head(folder, self.head)
        cutter: Any = self.encoder.cutter
        if isinstance(cutter, MorphemePieces):
            # What was not trained was in half precision already; what was keeps all its digits.
            write_encoder(folder, self.whole, cutter.vocabulary, name, info, half=self.recipe.train == "head")
            return
        self.whole.save_pretrained(folder, safe_serialization=True)
        cutter.tokenizer.save_pretrained(folder)
        write_manifest(folder, Manifest("encoder", name, str(self.whole.config.model_type), provenance=info))
