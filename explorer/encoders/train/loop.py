"""One loop for every training of a network: masked modelling from scratch or from a checkpoint, and classifiers of texts.

The loop is seeded and restartable: a checkpoint holds weights, optimiser, position in the data and the curve so far, is
written whole or not at all, and a run that goes on from it makes the steps that the uninterrupted one would have made.
Logits are computed only where something was hidden, which for a large vocabulary is most of the time saved.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.messages import Message
from explorer.core.progress import ProgressCallback, report
from explorer.core.store import Manifest, atomic_folder, check_target, write_manifest
from explorer.encoders.forward import pick_device, require_torch
from explorer.encoders.train.batches import Batch, Batches
from explorer.encoders.train.heads import Sampling, masked_logits, sampled_loss

__all__ = ["Masked", "Objective", "Outcome", "Plan", "Stream", "fit", "heldout_loss", "moved"]

CHECKPOINT = "training.safetensors"
STATE = "training.json"


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how fast.

    Attributes:
        steps: batches in all.
        rate: highest learning rate.
        warmup: steps until it is reached.
        decay: share of the steps, at the end, over which it falls to zero in a straight line; it is constant in between,
            so that a longer run only differs from a shorter one where the shorter one fell (Hu et al. 2024, arXiv
            2404.06395).
        weight_decay: of matrices only.
        clip: longest gradient.
        evaluate: measure the held-out loss every so many steps.
        checkpoint: seconds between checkpoints.
        seed: of whatever the network draws while training (dropout).
    """

    steps: int
    rate: float = 1e-3
    warmup: int = 300
    decay: float = 0.25
    weight_decay: float = 0.01
    clip: float = 1.0
    evaluate: int = 500
    checkpoint: float = 300.0
    seed: int = 42

    def __post_init__(self) -> None:
        if self.steps < 1 or self.rate <= 0 or self.warmup < 0 or not 0 <= self.decay <= 1 or self.evaluate < 1:
            raise BadInput("encoders.schedule_out_of_range", settings=self)

    def factor(self, step: int) -> float:
        """Share of the highest rate at a step (from 0)."""
        falling = max(1, round(self.steps * self.decay))
        return min(1.0, (step + 1) / (self.warmup + 1), max(0.0, (self.steps - step) / falling))


@dataclass
class Outcome:
    """What a training was.

    Attributes:
        curve: one entry per evaluation: step, training loss since the last one, held-out loss, top-1, seconds, pieces.
        before, after: held-out loss (nats per hidden piece) at the first and the last evaluation.
        best: the lowest.
        overfits: the held-out loss ended clearly above its lowest while the training loss kept falling.
        warnings: what a person should read.
    """

    curve: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[Message] = field(default_factory=list)

    @property
    def before(self) -> float:
        return float(self.curve[0]["heldout"])

    @property
    def after(self) -> float:
        return float(self.curve[-1]["heldout"])

    @property
    def best(self) -> float:
        return min(float(point["heldout"]) for point in self.curve)

    @property
    def overfits(self) -> bool:
        lowest = min(range(len(self.curve)), key=lambda index: self.curve[index]["heldout"])
        if lowest == len(self.curve) - 1 or self.after <= self.best * 1.01:
            return False
        return bool(self.curve[-1]["train"] < self.curve[max(lowest, 1)]["train"])

    def judge(self) -> None:
        """Add what a person should read about the curve."""
        if self.overfits:
            lowest = min(self.curve, key=lambda point: point["heldout"])
            self.warnings.append(
                Message(
                    "encoders.training_overfits", {"step": lowest["step"], "lowest": lowest["heldout"], "after": self.after}
                )
            )
        elif self.after >= self.before:
            self.warnings.append(Message("encoders.training_gained_nothing", {"before": self.before, "after": self.after}))

    def to_dict(self) -> dict[str, Any]:
        warnings = [str(warning) for warning in self.warnings]
        ends = {"before": self.before, "after": self.after, "best": self.best, "overfits": self.overfits}
        return {"curve": [dict(point) for point in self.curve], "warnings": warnings, **ends}


class Stream(Protocol):
    """Batches without end, decided by a seed and a position; each has ``attention`` (1 where there is text)."""

    def run(self, epoch: int = 0, number: int = 0) -> Iterator[tuple[int, int, Any]]: ...


class Objective(Protocol):
    """What a training makes small, and how it is measured."""

    def loss(self, model: Any, batch: Any, device: Any, position: list[int]) -> Any:
        """The loss of one batch, a tensor; ``position`` (the step, the process) decides what is drawn."""

    def heldout(self, model: Any, batches: Any) -> tuple[float, float]:
        """Mean loss (nats) and accuracy on what is held out, always the same."""


@dataclass(frozen=True)
class Masked:
    """Guessing hidden words, among all entries or a sample of them.

    Attributes:
        sampling: entries that compete in a training step; all of them when ``None``, and always in measuring.
        seed: of what is drawn.
    """

    sampling: Sampling | None
    seed: int

    def loss(self, model: Any, batch: Batch, device: Any, position: list[int]) -> Any:
        torch = require_torch()
        ids, attention, places, labels = moved(device, batch.ids, batch.attention, batch.places, batch.labels)
        if self.sampling is None:
            return torch.nn.functional.cross_entropy(masked_logits(model, ids, attention, places).float(), labels)
        entries = self.sampling.draw(np.random.default_rng([self.seed, 5, *position]))
        drawn, chance = moved(device, entries, self.sampling.chance[entries].astype(np.float32))
        return sampled_loss(model, ids, attention, places, labels, drawn, chance)

    def heldout(self, model: Any, batches: Batches) -> tuple[float, float]:
        return heldout_loss(model, batches)


def moved(device: Any, *arrays: Any) -> list[Any]:
    """Arrays as tensors on a device."""
    torch = require_torch()
    return [torch.from_numpy(array).to(device, non_blocking=True) for array in arrays]


def heldout_loss(model: Any, batches: Batches, *, limit: int = 20) -> tuple[float, float]:
    """Mean loss (nats) and top-1 accuracy over the first batches of epoch 0: always the same words hidden the same way."""
    torch = require_torch()
    device = next(model.parameters()).device
    training = model.training
    model.eval()
    total = right = count = 0.0
    with torch.inference_mode():
        plan = batches.plan(0)
        for number, rows in enumerate(plan[:limit]):
            batch = batches.batch(rows, 0, number)
            if len(batch.places):
                ids, attention, places, labels = moved(device, batch.ids, batch.attention, batch.places, batch.labels)
                logits = masked_logits(model, ids, attention, places).float()
                total += float(torch.nn.functional.cross_entropy(logits, labels)) * len(labels)
                right += float((logits.argmax(-1) == labels).sum())
                count += len(labels)
    model.train(training)
    return (total / count, right / count) if count else (math.nan, math.nan)


def fit(
    model: Any,
    train: Stream,
    heldout: Any,
    plan: Plan,
    *,
    folder: Path | None = None,
    signature: Mapping[str, Any] | None = None,
    device: str | None = None,
    precision: str | None = None,
    frozen: tuple[str, ...] = (),
    sampling: Sampling | None = None,
    objective: Objective | None = None,
    progress: ProgressCallback | None = None,
) -> Outcome:
    """Train a network; goes on from the checkpoint in ``folder`` if there is one.

    Args:
        model: a masked-language model of transformers, or what the objective takes; changed in place.
        train, heldout: batches to learn from and to measure on.
        folder: where checkpoints are kept (``training.safetensors``, ``training.json``); none without it.
        signature: what a checkpoint must have been made with; another one is refused, not continued.
        device: ``"cpu"``, ``"cuda"``, ``"mps"``; the best there is when ``None``.
        precision: ``"float32"``, ``"bfloat16"`` or ``"float16"``; when ``None``, bfloat16 on a GPU that has it, float16
            on one that has not, float32 on a CPU.
        frozen: parameters whose names end so stay as they are.
        sampling: entries that compete in a training step (a BERT only); all of them when ``None``, and always in measuring.
        objective: what is made small; masked modelling when ``None``.
        progress: told the loss, and every point of the curve as ``data``; raising Cancelled in it stops after a checkpoint is written.

    Returns:
        The curve, with warnings. The weights in ``model`` are those of the last step.
    """
    objective = objective or Masked(sampling, plan.seed)
    run = _Run(model, train, heldout, plan, folder, dict(signature or {}), frozen, objective, device, precision)
    try:
        for point in run.outcome.curve:
            run.tell(progress, int(point["step"]), point)
        while run.step < plan.steps:
            run.advance()
            if run.team.first:
                measured = run.step % plan.evaluate == 0 or run.step == plan.steps
                if measured:
                    run.measure()
                if measured or run.step % 10 == 0:
                    run.tell(progress, run.step, run.outcome.curve[-1] if measured else None)
                if time.monotonic() - run.saved > plan.checkpoint:
                    run.save()
    finally:
        run.save()
    model.eval()
    if run.team.first:
        run.outcome.judge()
    return run.outcome


@dataclass
class _Run:
    """One training in progress: the network, where it is in the data, the optimiser and the curve."""

    model: Any
    train: Stream
    heldout: Any
    plan: Plan
    folder: Path | None
    signature: dict[str, Any]
    frozen: tuple[str, ...]
    objective: Objective
    device: Any
    precision: str | None
    outcome: Outcome = field(default_factory=Outcome)
    losses: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.torch = torch = require_torch()
        self.device = torch.device(pick_device(self.device))
        self.kind = _precision(torch, self.device, self.precision)
        self.model.to(self.device).train()
        for name, parameter in self.model.named_parameters():
            parameter.requires_grad_(not (self.frozen and name.endswith(self.frozen)))
        self.optimiser = _optimiser(torch, self.model, self.plan)
        self.scaler = torch.amp.GradScaler(self.device.type, enabled=self.kind == torch.float16)
        self.team = _Team(torch)
        self.position: dict[str, Any] = {"step": 0, "epoch": 0, "number": 0, "pieces": 0, "seconds": 0.0}
        if self.folder is not None:
            check_target(self.folder, overwrite=True)  # before the first hours of work, not at the first checkpoint
            if (self.folder / STATE).is_file():
                self.resume(self.folder)
        torch.manual_seed(self.plan.seed + self.step * self.team.size + self.team.rank)
        self.stream = self.train.run(int(self.position["epoch"]), int(self.position["number"]))
        self.begun = time.monotonic() - self.position["seconds"]
        self.saved = time.monotonic()
        if not self.outcome.curve and self.team.first:
            self.measure()

    @property
    def step(self) -> int:
        return int(self.position["step"])

    def advance(self) -> None:
        """One step: a batch for every process, one change of the weights."""
        torch, plan, step = self.torch, self.plan, self.step
        shares = list(islice(self.stream, self.team.size))
        for group in self.optimiser.param_groups:
            group["lr"] = plan.rate * plan.factor(step)
        with torch.autocast(self.device.type, self.kind, enabled=self.kind != torch.float32):
            loss = self.objective.loss(self.model, shares[self.team.rank][2], self.device, [step, self.team.rank])
        self.scaler.scale(loss).backward()
        self.scaler.unscale_(self.optimiser)
        self.team.average(self.model)
        torch.nn.utils.clip_grad_norm_([p for p in self.model.parameters() if p.requires_grad], plan.clip)
        self.scaler.step(self.optimiser)
        self.scaler.update()
        self.optimiser.zero_grad(set_to_none=True)
        if self.team.first:
            self.losses.append(loss.detach())
        epoch, number, _ = shares[-1]
        pieces = self.position["pieces"] + sum(int(share.attention.sum()) for _, _, share in shares)
        self.position.update(step=step + 1, epoch=epoch, number=number, pieces=pieces)

    def measure(self) -> None:
        """Add a point to the curve."""
        held, accuracy = self.objective.heldout(self.model, self.heldout)
        train = float(self.torch.stack(self.losses).mean()) if self.losses else None
        self.losses.clear()
        seconds = round(time.monotonic() - self.begun, 1)
        point = {"step": self.step, "train": train, "heldout": held, "top1": accuracy, "seconds": seconds}
        self.outcome.curve.append(point | {"pieces": self.position["pieces"]})

    def tell(self, progress: ProgressCallback | None, step: int, point: Mapping[str, Any] | None) -> None:
        """How far it is, and what was measured there."""
        note = f"held-out loss {self.outcome.curve[-1]['heldout']:.3f}"
        report(progress, "training", step, self.plan.steps, "steps", note, point)

    def save(self) -> None:
        """Write a checkpoint."""
        if self.folder is not None and self.team.first:
            from safetensors.torch import save_file

            self.position["seconds"] = time.monotonic() - self.begun
            state = {"position": self.position, "curve": self.outcome.curve, "signature": self.signature}
            tensors: dict[str, Any] = {}
            for name, parameter in self.model.named_parameters():
                kept = {"model": parameter, **self.optimiser.state.get(parameter, {})}
                tensors |= {f"{part}.{name}": value.detach().contiguous().cpu() for part, value in kept.items()}
            with atomic_folder(self.folder, overwrite=True) as target:
                save_file(tensors, target / CHECKPOINT)
                (target / STATE).write_text(json.dumps(state, indent=1), encoding="utf-8")
                write_manifest(target, Manifest("checkpoint", self.folder.name, "bert"))
        self.saved = time.monotonic()

    def resume(self, folder: Path) -> None:
        """Put a checkpoint back."""
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        try:
            state = json.loads((folder / STATE).read_text(encoding="utf-8"))
            if state.get("signature", {}) != self.signature:
                raise BadInput("encoders.checkpoint_of_other_run", folder=folder)
            tensors = load_file(folder / CHECKPOINT)
            with self.torch.no_grad():
                for name, parameter in self.model.named_parameters():
                    parameter.copy_(tensors[f"model.{name}"])
                    parts = {part: tensors.get(f"{part}.{name}") for part in ("step", "exp_avg", "exp_avg_sq")}
                    if parts["step"] is not None:
                        self.optimiser.state[parameter] = {
                            part: value if part == "step" else value.to(parameter.device) for part, value in parts.items()
                        }
            self.outcome.curve.extend(state["curve"])
            self.position = state["position"]
        except BadInput:
            raise
        except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
            raise BadInput("encoders.checkpoint_damaged", folder=folder, reason=error) from error


class _Team:
    """The processes that train together, where ``torch.distributed`` was started; else this one alone.

    Each step takes as many batches as there are processes, one each, and averages the gradients.
    """

    def __init__(self, torch: Any) -> None:
        self._torch = torch
        started = torch.distributed.is_available() and torch.distributed.is_initialized()
        self.size = torch.distributed.get_world_size() if started else 1
        self.rank = torch.distributed.get_rank() if started else 0
        self.first = self.rank == 0

    def average(self, model: Any) -> None:
        if self.size == 1:
            return
        gradients = [parameter.grad for parameter in model.parameters() if parameter.grad is not None]
        flat = self._torch.cat([gradient.reshape(-1) for gradient in gradients])
        self._torch.distributed.all_reduce(flat)
        flat /= self.size
        at = 0
        for gradient in gradients:
            gradient.copy_(flat[at : at + gradient.numel()].view_as(gradient))
            at += gradient.numel()


def _precision(torch: Any, device: Any, wanted: str | None) -> Any:
    kinds = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
    if wanted is None:
        if device.type != "cuda":
            return torch.float32
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    if wanted not in kinds or (wanted == "float16" and device.type == "cpu"):
        raise BadInput("encoders.precision_unusable", precision=wanted, device=device.type)
    return kinds[wanted]


def _optimiser(torch: Any, model: Any, plan: Plan) -> Any:
    trained = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    groups = [
        {"params": [p for _, p in trained if p.ndim > 1], "weight_decay": plan.weight_decay},
        {"params": [p for _, p in trained if p.ndim <= 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=plan.rate, betas=(0.9, 0.98), eps=1e-6)
