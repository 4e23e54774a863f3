"""Classifiers of texts, shipped or trained here: an encoder, and a linear layer over the mean of its tokens' states."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import BadInput, UnknownName
from explorer.core.progress import ProgressCallback, report
from explorer.core.store import list_artifacts
from explorer.encoders.encoder import Encoder
from explorer.encoders.forward import Job
from explorer.encoders.labelled import LabelledTexts, Pull, Reasons
from explorer.encoders.library import EncoderRecord, encoder_record
from explorer.encoders.locate import nfc
from explorer.encoders.morpheme.storing import HEAD, LABELS, named_folder, shipped_encoders
from explorer.encoders.open import encoder
from explorer.encoders.texts import cut_units, text_jobs, whole_job

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Classifier", "Head", "Prediction", "classifier", "classifier_names", "classifier_record", "write_head"]

_AT_ONCE = 1000
"""Texts that are cut and read before it is told how far it is."""


@dataclass(frozen=True)
class Head:
    """What lies on top of an encoder: standardised vectors, one weight for each number and label.

    Attributes:
        labels: their names.
        mean, scale: of the vectors it was trained on, d.
        weight, bias: labels × d, and one a label.
        layer: of the states that it reads.
        length: tokens of a text that it reads, at most.
    """

    labels: tuple[str, ...]
    mean: NDArray[np.float32]
    scale: NDArray[np.float32]
    weight: NDArray[np.float32]
    bias: NDArray[np.float32]
    layer: int
    length: int

    def probabilities(self, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        """N × labels, of n × d vectors."""
        logits = (((vectors - self.mean) / self.scale) @ self.weight.T + self.bias).astype(np.float64)
        raised = np.exp(logits - logits.max(axis=1, keepdims=True))
        found: NDArray[np.float64] = raised / raised.sum(axis=1, keepdims=True)
        return found


@dataclass(frozen=True)
class Prediction:
    """What a classifier says of a text.

    Attributes:
        text, label: see there.
        probability: of that label, as far as the classifier can know.
        probabilities: of every label.
    """

    text: str
    label: str
    probability: float
    probabilities: Mapping[str, float]

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, eq=False)
class Classifier:
    """An encoder with its head, as :func:`classifier` opens it.

    Attributes:
        name: what it was opened as.
        encoder: what reads the texts; it answers every question of its kind too.
        head: what decides.
    """

    name: str
    encoder: Encoder
    head: Head

    @property
    def labels(self) -> tuple[str, ...]:
        """What it can say."""
        return self.head.labels

    def predict(self, texts: Sequence[str], *, progress: ProgressCallback | None = None) -> list[Prediction]:
        """The label of each text; of a long one its beginning is read.

        Raises:
            BadInput: a text is empty, or nothing of it reaches the model.
        """
        found = self.label(texts, progress=progress)
        if found.missing:
            raise BadInput("encoders.nothing_to_classify", number=found.missing[0])
        made = []
        for row, text in enumerate(texts):
            shares = dict(zip(self.labels, found.probabilities[row].tolist(), strict=True))
            made.append(Prediction(text, found.label(row), shares[found.label(row)], shares))
        return made

    def label(
        self, texts: Sequence[str], gold: Sequence[str] = (), *, progress: ProgressCallback | None = None
    ) -> LabelledTexts:
        """Every text with the probability of each label; those of which nothing reaches the model are left out and counted.

        Args:
            texts: of a long one its beginning is read.
            gold: the labels that they have, to be compared with; ``""`` where one has none.
            progress: told how many texts are labelled.

        Raises:
            BadInput: there are not as many labels as texts.
        """
        if isinstance(texts, str):
            raise BadInput("encoders.texts_as_text")
        if gold and len(gold) != len(texts):
            raise BadInput("encoders.labels_not_texts", texts=len(texts), labels=len(gold))
        kept: list[int] = []
        parts = [np.zeros((0, len(self.labels)))]
        cut = 0
        for start in range(0, len(texts), _AT_ONCE):
            jobs, rows, longer = text_jobs(self.encoder.cutter, texts[start : start + _AT_ONCE], self.head.length)
            kept += [start + row for row in rows]
            cut += longer
            parts.append(self._probabilities(jobs))
            report(progress, "labelling texts", min(start + _AT_ONCE, len(texts)), len(texts), "texts")
        return LabelledTexts(
            self.name,
            self.labels,
            [texts[row] for row in kept],
            np.concatenate(parts),
            np.array(kept, np.int64) + 1,
            tuple(nfc(gold[row]).strip() for row in kept) if gold else (),
            len(texts),
            cut,
        )

    def why(self, text: str, label: str | None = None, *, progress: ProgressCallback | None = None) -> Reasons:
        """What each morpheme of a text does for its label: the text is read again without it.

        Args:
            text: any; of a long one the beginning that :meth:`label` reads.
            label: which label is asked about; the one that the text gets, if left out.
            progress: told how many morphemes were left out.

        Raises:
            BadInput: nothing of the text reaches the model, or there is no such label.
        """
        if label is not None and label not in self.labels:
            raise UnknownName("label", label, self.labels)
        cutter = self.encoder.cutter
        room = min(cutter.capacity, self.head.length)
        ids, units, longer = cut_units(cutter, text, room)
        if not ids:
            raise BadInput("encoders.nothing_to_classify", number=1)
        left = [[one for place, one in enumerate(ids) if place not in unit.places] for unit in units]
        jobs = [whole_job(cutter, kept, row) for row, kept in enumerate([ids, *filter(None, left)])]
        found = self._probabilities(jobs, progress)
        asked = int(found[0].argmax()) if label is None else self.labels.index(label)
        chances = iter(found[1:, asked].tolist())
        pulls = []
        for unit, kept in zip(units, left, strict=True):
            without = next(chances) if kept else None
            pull = None if without is None else _log_odds(found[0, asked]) - _log_odds(without)
            pulls.append(Pull(text[unit.start : unit.end], unit.start, unit.end, unit.morphemes, without, pull))
        return Reasons(text, self.labels[asked], float(found[0, asked]), tuple(pulls), longer)

    def _probabilities(self, jobs: list[Job], progress: ProgressCallback | None = None) -> NDArray[np.float64]:
        if not jobs:
            return np.zeros((0, len(self.labels)))
        [vectors] = self.encoder.network.pooled(jobs, [[self.head.layer]], progress=progress)
        return self.head.probabilities(vectors)


def _log_odds(share: float) -> float:
    share = min(max(share, 1e-12), 1 - 1e-12)
    return float(np.log(share / (1 - share)))


def classifier_names() -> list[str]:
    """Names of the classifiers that are here: those trained here, then those that ship.

    >>> classifier_names()[-1]
    'reviews'
    """
    saved = list_artifacts("encoder")
    own = [name for name, manifest in saved.items() if LABELS in manifest.files]
    return own + [name for name, folder in shipped_encoders().items() if (folder / LABELS).is_file() and name not in saved]


def classifier_record(name: str) -> EncoderRecord:
    """What is known of a classifier without opening it: whether it ships, and in ``provenance`` what it was trained on and how well.

    Raises:
        UnknownName: there is none of that name.
    """
    if name not in classifier_names():
        raise UnknownName("classifier", name, classifier_names())
    return encoder_record(name)


def classifier(name_or_path: str | Path, *, device: str | None = None, progress: ProgressCallback | None = None) -> Classifier:
    """Open a classifier: ``"reviews"``, which ships; by the name it was trained under; or its folder.

    Raises:
        UnknownName: there is none of that name.
        BadInput: it is damaged, or a head alone that belongs to another encoder.
        MissingExtra: torch is not installed.

    >>> [one.label for one in classifier("reviews").predict(["배우들의 연기가 훌륭했다", "돈이 아깝다"])]
    ['긍정', '부정']

    >>> from explorer.encoders.train.classify import ClassifierRecipe, train_classifier
    >>> texts = [(f"{n}번 영화는 재미있다", "good") for n in range(10)] + [(f"{n}번 영화는 지루하다", "bad") for n in range(10)]
    >>> made = train_classifier(texts, ClassifierRecipe(steps=40), name="mine")
    >>> classifier("mine").predict(["이 영화는 재미있다"])[0].label
    'good'
    """
    folder = named_folder(name_or_path)
    if folder is None or not (folder / LABELS).is_file():
        raise UnknownName("classifier", str(name_or_path), classifier_names())
    opened = encoder(name_or_path, device=device, progress=progress)
    head = _read_head(folder)
    if head.weight.shape[1] != opened.dim or not 0 <= head.layer < opened.depth:
        raise BadInput("encoders.classifier_damaged", folder=folder, reason=f"{head.weight.shape[1]} ≠ {opened.dim}")
    return Classifier(str(name_or_path), opened, head)


def write_head(folder: Path, head: Head) -> None:
    """Write a head into a folder: beside the encoder that it belongs to, or alone."""
    from safetensors.numpy import save_file

    arrays = {name: np.ascontiguousarray(getattr(head, name)) for name in ("mean", "scale", "weight", "bias")}
    save_file(arrays, folder / HEAD)
    data = {"labels": list(head.labels), "layer": head.layer, "length": head.length}
    (folder / LABELS).write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _read_head(folder: Path) -> Head:
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        data = json.loads((folder / LABELS).read_text(encoding="utf-8"))
        arrays = load_file(folder / HEAD)
        head = Head(tuple(map(str, data["labels"])), **arrays, layer=int(data["layer"]), length=int(data["length"]))
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise BadInput("encoders.classifier_damaged", folder=folder, reason=error) from error
    if head.weight.shape != (len(head.labels), len(head.mean)) or head.bias.shape != (len(head.labels),):
        raise BadInput("encoders.classifier_damaged", folder=folder, reason=head.weight.shape)
    return head
