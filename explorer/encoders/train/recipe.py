"""``train("bert", …)``: a masked-language model from texts, from scratch or from a checkpoint, over morphemes or word pieces."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.messages import Message
from explorer.core.progress import ProgressCallback, report
from explorer.core.store import MANIFEST, Manifest, artifact_path, atomic_folder, check_name, check_target, write_manifest
from explorer.core.workspace import named_cache
from explorer.encoders.forward import require_torch
from explorer.encoders.morpheme.model import build_bert, initial_bias, initial_embeddings
from explorer.encoders.morpheme.storing import encoder_folder, is_encoder, open_network, shipped_encoders, write_encoder
from explorer.encoders.packaged import PACKAGED
from explorer.encoders.train.batches import Batches, Encoded, Masking, encode_arrays
from explorer.encoders.train.heads import Sampling
from explorer.encoders.train.loop import Outcome, Plan, fit
from explorer.encoders.train.morphemes import analyse
from explorer.encoders.train.vocabulary import MorphemeVocabulary, blended_shares, build_vocabulary
from explorer.encoders.train.wordpieces import encode_texts, open_masked_model, train_wordpiece

if TYPE_CHECKING:
    from explorer.vectors.vectors import Vectors

__all__ = ["Recipe", "TrainedBert", "fit_bert", "free_target", "train_bert"]

FROZEN = ("word_embeddings.weight", "token_type_embeddings.weight")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What to train and how; the defaults make a small encoder in hours of a processor.

    Attributes:
        base: ``"morphemes"`` (Kiwi's morphemes, starting from Kiwi's vectors), ``"wordpiece"`` (an ordinary BERT from
            scratch), or what to go on from: ``"mini"``, an encoder trained here, a checkpoint's folder, or a Hugging
            Face id.
        steps: batches; when ``None``, as many as ``epochs`` passes take.
        epochs: passes over the text, where ``steps`` is not given.
        prior: what the order of Kiwi's vocabulary counts beside the corpus in choosing morphemes, from 0 to 1.
        vocab_size, dim, layers, heads: of a network from scratch.
        length: pieces in a sequence, special ones included.
        batch: pieces in a batch.
        rate: highest learning rate; when ``None``, 1.5e-3 from scratch and 1e-4 going on.
        embeddings: ``"frozen"`` or ``"trained"``; when ``None``, frozen over morphemes and trained over word pieces.
        sample: entries that compete in a training step over morphemes; 0 for all of them.
        heldout: share of the documents that is only measured on.
        mask: share of words hidden; ``whole``: of those, the share hidden whole.
        precision, device: see :func:`~explorer.encoders.train.loop.fit`.
        evaluate: steps between measurements; checkpoint: seconds between checkpoints.
        seed: decides everything random.
    """

    base: str = "morphemes"
    steps: int | None = None
    epochs: float = 1.0
    vocab_size: int = 23_000
    prior: float = 0.5
    dim: int = 256
    layers: int = 2
    heads: int = 4
    length: int = 64
    batch: int = 2048
    rate: float | None = None
    embeddings: str | None = None
    sample: int = 4_000
    heldout: float = 0.02
    mask: float = 0.35
    whole: float = 0.5
    precision: str | None = None
    device: str | None = None
    evaluate: int = 500
    checkpoint: float = 300.0
    seed: int = 42

    def __post_init__(self) -> None:
        if self.length < 8 or self.batch < self.length or not 0 < self.heldout < 1 or self.epochs <= 0:
            raise BadInput(
                "encoders.recipe_out_of_range", length=self.length, batch=self.batch, heldout=self.heldout, epochs=self.epochs
            )
        if self.embeddings not in (None, "frozen", "trained"):
            raise BadInput("encoders.unknown_embeddings", embeddings=self.embeddings)


@dataclass
class TrainedBert:
    """A finished training.

    Attributes:
        folder: where the model lies; ``explorer.contextual(folder)`` opens it.
        outcome: the held-out loss before, along and after, with warnings.
        info: what was trained on what.
    """

    folder: Path
    outcome: Outcome
    info: dict[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        return {"folder": str(self.folder), **self.outcome.to_dict(), "info": self.info}


@dataclass
class _Start:
    """A network, its text, and what is needed to train and to save it; ``low`` is the first entry that may stand in."""

    model: Any
    text: Encoded
    special: dict[str, int]
    low: int
    size: int
    frozen: tuple[str, ...]
    write: Callable[[Path, str, dict[str, Any]], None]
    scratch: bool
    sampling: Sampling | None = None
    warnings: list[Message] = field(default_factory=list)


def train_bert(
    texts: Iterable[str],
    recipe: Recipe = Recipe(),
    *,
    name: str,
    corpus: str = "",
    overwrite: bool = False,
    workers: int | None = None,
    vectors: Vectors | None = None,
    progress: ProgressCallback | None = None,
) -> TrainedBert:
    """Train by masked modelling and save the model under a name that :func:`explorer.contextual` opens.

    An interrupted training leaves a checkpoint in the cache; the same call goes on from it.

    Args:
        texts: documents, read once.
        recipe: what to train and how.
        name: the name to save under.
        corpus: what the texts are, for the manifest.
        overwrite: replace an encoder of that name.
        workers: threads of the analysis.
        vectors: what morphemes start as; Kiwi's when ``None``.
        progress: told about every stage; raising Cancelled in it stops the work, and the checkpoint stays.

    Raises:
        BadInput: no text, an impossible recipe, a name that is taken, a checkpoint of another recipe.
        MissingExtra: torch is not installed.
    """
    require_torch()
    target = free_target(name, overwrite)
    start = _prepare(texts, recipe, workers, vectors, progress)
    train, heldout = start.text.split(recipe.heldout, recipe.seed)
    batches, measured = (_batches(part, start, recipe) for part in (train, heldout))
    steps = recipe.steps or max(1, round(recipe.epochs * len(batches.plan(0))))
    plan = Plan(
        steps=steps,
        rate=recipe.rate or (1.5e-3 if start.scratch else 1e-4),
        warmup=min(300, max(1, steps // 10)),
        evaluate=min(recipe.evaluate, max(1, steps // 4)),
        checkpoint=recipe.checkpoint,
        seed=recipe.seed,
    )
    state = named_cache("training", name)
    signature = {"recipe": str(recipe), "pieces": len(train), "entries": start.size}
    outcome = fit(
        start.model,
        batches,
        measured,
        plan,
        folder=state,
        signature=signature,
        device=recipe.device,
        precision=recipe.precision,
        frozen=start.frozen,
        sampling=start.sampling,
        progress=progress,
    )
    outcome.warnings[:0] = start.warnings
    info = {
        "corpus": corpus,
        "base": recipe.base,
        "recipe": asdict(recipe),
        "steps": steps,
        "pieces": {"train": len(train), "heldout": len(heldout)},
        "heldout_loss": {"before": outcome.before, "after": outcome.after, "best": outcome.best},
        "curve": outcome.curve,
        "warnings": [str(warning) for warning in outcome.warnings],
        "versions": {package: version(package) for package in ("torch", "transformers", "kiwipiepy", "numpy")},
    }
    report(progress, "saving the model")
    with atomic_folder(target, overwrite=overwrite) as folder:
        start.write(folder, name, info)
    shutil.rmtree(state, ignore_errors=True)
    return TrainedBert(target, outcome, info)


def free_target(name: str, overwrite: bool) -> Path:
    """Where an encoder of that name will lie.

    Raises:
        BadInput: the name is taken, or cannot be one.
    """
    target = artifact_path("encoder", check_name(name))
    if name in (*shipped_encoders(), "morphemes", "wordpiece", *PACKAGED) or ((target / MANIFEST).is_file() and not overwrite):
        raise BadInput("encoders.name_taken", name=name)
    check_target(target, overwrite, "encoder")
    return target


def fit_bert(
    texts: Iterable[str],
    *,
    tokenizer: Any,
    name: str | None,
    overwrite: bool,
    corpus: str | None,
    seed: int,
    workers: int | None,
    progress: ProgressCallback | None,
    **settings: Any,
) -> TrainedBert:
    """``train("bert", …)``: :func:`train_bert` by a :class:`Recipe` of these settings.

    Raises:
        BadInput: a tokenizer other than ``"kiwi"`` and ``"wordpiece"`` (for ``base="wordpiece"``), or no name.
    """
    if tokenizer not in ("kiwi", "wordpiece"):
        raise BadInput("encoders.bert_tokenizer_unfit", tokenizer=getattr(tokenizer, "name", tokenizer))
    if name is None:
        raise BadInput("encoders.bert_name_missing")
    if tokenizer == "wordpiece" and settings["base"] == "morphemes":
        settings["base"] = "wordpiece"
    recipe = Recipe(seed=seed, **settings)
    return train_bert(texts, recipe, name=name, corpus=corpus or "", overwrite=overwrite, workers=workers, progress=progress)


fit_bert.reads_texts = True  # type: ignore[attr-defined]
fit_bert.recipe = Recipe  # type: ignore[attr-defined]


def _batches(text: Encoded, start: _Start, recipe: Recipe) -> Batches:
    spans = text.cut(recipe.length - 2, recipe.seed)
    if not len(spans):
        raise BadInput("encoders.corpus_too_small")
    masking = Masking(rate=recipe.mask, whole=recipe.whole)
    return Batches(
        text, spans, **start.special, low=start.low, high=start.size, size=recipe.batch, masking=masking, seed=recipe.seed
    )


def _prepare(
    texts: Iterable[str], recipe: Recipe, workers: int | None, vectors: Vectors | None, progress: ProgressCallback | None
) -> _Start:
    if recipe.base == "morphemes":
        return _over_morphemes(texts, recipe, None, workers, vectors, progress)
    if recipe.base == "wordpiece":
        documents = list(texts)
        tokenizer = train_wordpiece(documents, recipe.vocab_size, recipe.length, progress)
        model = _built(len(tokenizer), recipe.dim, tokenizer.pad_token_id, recipe)
        low = 1 + max(tokenizer.all_special_ids)
        return _over_wordpieces(encode_texts(documents, tokenizer, progress), model, tokenizer, recipe, low)
    folder = encoder_folder(recipe.base, progress)
    if folder is not None and is_encoder(folder):
        return _over_morphemes(texts, recipe, folder, workers, vectors, progress)
    model, tokenizer, warnings = open_masked_model(folder or recipe.base, progress)
    start = _over_wordpieces(encode_texts(texts, tokenizer, progress), model, tokenizer, recipe)
    start.warnings = warnings
    return start


def _built(size: int, dim: int, pad: int, recipe: Recipe) -> Any:
    positions = max(128, recipe.length)
    return build_bert(size, dim=dim, layers=recipe.layers, heads=recipe.heads, positions=positions, pad=pad, seed=recipe.seed)


def _over_morphemes(
    texts: Iterable[str],
    recipe: Recipe,
    folder: Path | None,
    workers: int | None,
    vectors: Vectors | None,
    progress: ProgressCallback | None,
) -> _Start:
    arrays = analyse(texts, workers=workers, progress=progress)
    if folder is not None:
        model, vocabulary, _ = open_network(folder)
    else:
        if vectors is None:
            from explorer.static.kiwi import kiwi_vectors

            vectors = kiwi_vectors(progress)
        counts = dict(zip(arrays.keys, arrays.counts.tolist(), strict=True))
        shares = blended_shares(counts, vectors.keys, recipe.prior)
        vocabulary = build_vocabulary(shares, recipe.vocab_size)
        model = _fresh(vocabulary, shares, recipe, vectors)
    bias = model.cls.predictions.bias.detach().numpy().astype(np.float64)
    share = np.exp(bias - bias.max())
    share[: vocabulary.first_word] = 0
    sampled = 0 < recipe.sample < len(vocabulary) - vocabulary.first_word

    def write(target: Path, name: str, info: dict[str, Any]) -> None:
        write_encoder(target, model, vocabulary, name, info)

    return _Start(
        model,
        encode_arrays(arrays, vocabulary),
        {"cls": vocabulary.cls, "sep": vocabulary.sep, "pad": vocabulary.pad, "mask": vocabulary.mask},
        low=vocabulary.first_word,
        size=len(vocabulary),
        frozen=() if recipe.embeddings == "trained" else FROZEN,
        write=write,
        scratch=folder is None,
        sampling=Sampling.of(share, recipe.sample) if sampled else None,
    )


def _fresh(vocabulary: MorphemeVocabulary, shares: dict[str, float], recipe: Recipe, vectors: Vectors) -> Any:
    torch = require_torch()
    model = _built(len(vocabulary), vectors.dim, vocabulary.pad, recipe)
    table, _ = initial_embeddings(vocabulary, vectors, recipe.seed)
    with torch.no_grad():
        model.bert.embeddings.word_embeddings.weight.copy_(torch.from_numpy(table))
        model.cls.predictions.bias.copy_(torch.from_numpy(initial_bias(vocabulary, shares)))
    return model


def _over_wordpieces(text: Encoded, model: Any, tokenizer: Any, recipe: Recipe, low: int = 0) -> _Start:
    def write(target: Path, name: str, info: dict[str, Any]) -> None:
        model.save_pretrained(target, safe_serialization=True)
        tokenizer.save_pretrained(target)
        write_manifest(target, Manifest("encoder", name, str(model.config.model_type), provenance=info))

    return _Start(
        model,
        text,
        {part: getattr(tokenizer, f"{part}_token_id") for part in ("cls", "sep", "pad", "mask")},
        low=low,
        size=len(tokenizer),
        frozen=FROZEN if recipe.embeddings == "frozen" else (),
        write=write,
        scratch=low > 0,
    )
