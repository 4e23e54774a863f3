"""Texts as a classifier has labelled them: probabilities, counts, agreement with labels they had, and which morphemes decide."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.intervals import Interval, share_interval
from explorer.core.store import Manifest, atomic_folder, read_artifact, write_manifest
from explorer.display.record import Record
from explorer.display.sheet import Sheet, say
from explorer.vectors.sentences import KeptTexts, write_texts

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["SHOWN", "Agreement", "LabelScores", "LabelledTexts", "Pull", "Reasons", "open_labelled", "save_labelled"]

SHOWN = ("all", "wrong", "unsure")
"""Which texts :meth:`LabelledTexts.rows` gives."""
_KIND = "labelled-texts"
_ARRAYS, _DATA = "arrays.npz", "labels.json"


@dataclass(frozen=True, slots=True)
class LabelScores:
    """How one label fares.

    Attributes:
        label: its name.
        texts: how many have it.
        found: how many were given it.
        precision, recall, f1: of these; ``None`` where there is nothing to divide by.
    """

    label: str
    texts: int
    found: int
    precision: float | None
    recall: float | None
    f1: float | None


@dataclass(frozen=True, repr=False)
class Agreement(Record):
    """How far a classifier says what texts were labelled with.

    Attributes:
        accuracy: share of the texts with a label that were given it, with Wilson's 95 % interval.
        baseline: accuracy of always saying the label that is most frequent among them.
        scores: a row for each label.
        matrix: for each label of ``scores`` that texts have, how many of these were given each.
        unknown: labels of texts that the classifier cannot say: it is never right about them.
    """

    accuracy: Interval
    baseline: float
    scores: tuple[LabelScores, ...]
    matrix: NDArray[np.int64]
    unknown: tuple[str, ...] = ()

    @property
    def comparable(self) -> bool:
        """Whether the classifier can say any of the labels that texts have; else nothing can be right, and only the matrix tells something."""
        return any(one.texts and one.label not in self.unknown for one in self.scores)

    @property
    def f1(self) -> float:
        """Mean over the labels that texts have."""
        return float(np.mean([one.f1 or 0.0 for one in self.scores if one.texts]))

    def to_dict(self) -> dict[str, Any]:
        return {
            "accuracy": self.accuracy.to_dict(),
            "baseline": self.baseline,
            "f1": self.f1,
            "labels": [asdict(one) for one in self.scores],
            "matrix": self.matrix.tolist(),
            "unknown": list(self.unknown),
        }

    def to_frame(self) -> pd.DataFrame:
        """A row for each label, with its scores, then how many of its texts were given each label."""
        import pandas as pd

        names = [one.label for one in self.scores]
        given = pd.DataFrame(self.matrix, columns=[f"as {name}" for name in names])
        return pd.concat([pd.DataFrame([asdict(one) for one in self.scores]), given], axis=1)

    def sheet(self) -> Sheet:
        low, high = self.accuracy.low or 0.0, self.accuracy.high or 0.0
        if self.comparable:
            note = say("display.agreement", value=self.accuracy.value, low=low, high=high, baseline=self.baseline, f1=self.f1)
        else:
            note = say("display.agreement_none", had=self.unknown, said=[one.label for one in self.scores if not one.texts])
        table = super().sheet()
        return Sheet(table.title, (note,), table.columns, table.rows)


@dataclass(frozen=True, eq=False, repr=False)
class LabelledTexts(Record):
    """Texts with what a classifier says of each; those that it cannot read are left out and counted.

    Attributes:
        model: the classifier.
        labels: what it can say.
        texts: n texts.
        probabilities: n × labels.
        numbers: n places, from 1, in what was given.
        gold: n labels that the texts had, ``""`` where one had none; empty where nothing is known.
        given: how many texts there were.
        cut: of how many only the beginning was read.
    """

    model: str
    labels: tuple[str, ...]
    texts: Sequence[str]
    probabilities: NDArray[np.float64]
    numbers: NDArray[np.int64]
    gold: tuple[str, ...]
    given: int
    cut: int = 0

    def __len__(self) -> int:
        return len(self.numbers)

    @cached_property
    def found(self) -> NDArray[np.int64]:
        """The place of each text's label among :attr:`labels`."""
        rows: NDArray[np.int64] = self.probabilities.argmax(axis=1)
        return rows

    def label(self, row: int) -> str:
        """What the classifier says of a text."""
        return self.labels[int(self.found[row])]

    def right(self, row: int) -> bool | None:
        """Whether that is the label it had; ``None`` where it had none, or none of the texts' labels is one of the classifier's."""
        return self.label(row) == self.gold[row] if self._comparable and self.gold[row] else None

    @cached_property
    def _comparable(self) -> bool:
        return not set(self.labels).isdisjoint(self.gold)

    @property
    def missing(self) -> list[int]:
        """Numbers, from 1, of the texts that the classifier cannot read."""
        return sorted(set(range(1, self.given + 1)) - set(self.numbers.tolist()))

    def counts(self) -> dict[str, int]:
        """How many texts have each label by the classifier's account, the most frequent first."""
        counted = np.bincount(self.found, minlength=len(self.labels)).tolist()
        return dict(sorted(zip(self.labels, counted, strict=True), key=lambda one: -one[1]))

    def counts_frame(self) -> pd.DataFrame:
        """The same as a table: label, texts, share of all texts, mean probability of the label over all texts."""
        import pandas as pd

        means = dict(
            zip(self.labels, self.probabilities.mean(axis=0).tolist() if len(self) else [0.0] * len(self.labels), strict=True)
        )
        rows = [(label, count, count / max(1, len(self)), means[label]) for label, count in self.counts().items()]
        return pd.DataFrame(rows, columns=["label", "texts", "share", "mean"])

    def rows(self, which: str = "all", label: str = "") -> list[int]:
        """Some of the texts.

        Args:
            which: ``"all"`` as they came; ``"wrong"`` those that had another label, what the classifier was surest of first;
                ``"unsure"`` all, what it was least sure of first.
            label: only those that it gives this label.

        Raises:
            BadInput: there is no such choice.
        """
        if which not in SHOWN:
            raise BadInput("encoders.unknown_rows", which=which, choices=", ".join(SHOWN))
        sure = self.probabilities.max(axis=1) if len(self) else np.zeros(0)
        chosen = [row for row in range(len(self)) if not label or self.label(row) == label]
        if which == "wrong":
            return sorted((row for row in chosen if self.right(row) is False), key=lambda row: -sure[row])
        return sorted(chosen, key=lambda row: sure[row]) if which == "unsure" else chosen

    def agreement(self) -> Agreement | None:
        """How far the labels agree with those that the texts had; ``None`` where none had any."""
        rows = [row for row, label in enumerate(self.gold) if label]
        if not rows:
            return None
        gold = [self.gold[row] for row in rows]
        unknown = tuple(sorted(set(gold) - set(self.labels)))
        names = (*self.labels, *unknown)
        place = {name: number for number, name in enumerate(names)}
        matrix = np.zeros((len(names), len(names)), np.int64)
        for name, said in zip(gold, self.found[rows].tolist(), strict=True):
            matrix[place[name], said] += 1
        hits, texts, found = matrix.diagonal(), matrix.sum(axis=1), matrix.sum(axis=0)

        def share(part: int, whole: int) -> float | None:
            return part / whole if whole else None

        scores = tuple(
            LabelScores(name, had, said, share(hit, said), share(hit, had), share(2 * hit, had + said))
            for name, hit, had, said in zip(names, hits.tolist(), texts.tolist(), found.tolist(), strict=True)
        )
        return Agreement(share_interval(int(hits.sum()), len(rows)), int(texts.max()) / len(rows), scores, matrix, unknown)

    def to_dict(self) -> dict[str, Any]:
        agreement = self.agreement()
        return {
            "model": self.model,
            "labels": list(self.labels),
            "counts": self.counts(),
            "agreement": agreement.to_dict() if agreement else None,
            "given": self.given,
            "cut": self.cut,
            "missing": self.missing,
            "texts": self.to_frame().to_dict("records"),
        }

    def to_frame(self, rows: Sequence[int] | None = None) -> pd.DataFrame:
        """A row for each text: its number, the text, its label, the label's probability, the label it had, all probabilities.

        Args:
            rows: only these, in this order.
        """
        import pandas as pd

        chosen = list(range(len(self)) if rows is None else rows)
        table: dict[str, Any] = {
            "number": self.numbers[chosen],
            "text": [self.texts[row] for row in chosen],
            "label": [self.label(row) for row in chosen],
            "probability": self.probabilities.max(axis=1)[chosen] if len(self) else [],
        }
        if any(self.gold):
            table["gold"] = [self.gold[row] for row in chosen]
        table |= {f"p {name}": self.probabilities[chosen, place] for place, name in enumerate(self.labels)}
        return pd.DataFrame(table)


@dataclass(frozen=True, slots=True)
class Pull:
    """What a morpheme does for a label: what becomes of the label where the model reads the text without it.

    Attributes:
        surface: the characters of the text.
        start, end: where they stand in the text as it was given.
        morphemes: what lies there, as ``재미있다/VA``; several where the model has one piece for them together.
        without: probability of the label without it; ``None`` where nothing else is left to read.
        pull: how much higher the label's log-odds are with it, in nats; negative where it speaks against the label.
    """

    surface: str
    start: int
    end: int
    morphemes: str
    without: float | None
    pull: float | None


@dataclass(frozen=True, repr=False)
class Reasons(Record):
    """Why a text has its label, as far as leaving out one morpheme at a time can tell.

    Two morphemes that say the same may each be left out without harm: small numbers are no proof that something does not count.

    Attributes:
        text: as it was given.
        label: the one that is asked about.
        probability: of it, in [0, 1].
        pulls: of the morphemes that are read, in the order of the text.
        cut: whether the text goes on beyond what is read.
    """

    text: str
    label: str
    probability: float
    pulls: tuple[Pull, ...] = field(default=())
    cut: bool = False

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    def to_frame(self) -> pd.DataFrame:
        """A row for each morpheme."""
        import pandas as pd

        return pd.DataFrame([asdict(one) for one in self.pulls], columns=list(Pull.__slots__))

    def sheet(self) -> Sheet:
        table = super().sheet()
        most = max((abs(one.pull or 0.0) for one in self.pulls), default=0.0) or 1.0
        note = say("display.reasons", label=self.label, value=self.probability)
        return Sheet(table.title, (note,), table.columns, table.rows, ("pull", -most, most))


def save_labelled(made: LabelledTexts, folder: Path, private: bool = False) -> Path:
    """Write labelled texts into a folder, whole or not at all; what stood there is replaced.

    Args:
        made: at least one text.
        folder: where.
        private: nobody but its owner can open the folder.
    """
    data = {"model": made.model, "labels": made.labels, "gold": made.gold, "given": made.given, "cut": made.cut}
    with atomic_folder(folder, overwrite=True, private=private) as partial:
        write_texts(made.texts, partial)
        np.savez(partial / _ARRAYS, probabilities=made.probabilities, numbers=made.numbers)
        (partial / _DATA).write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        write_manifest(partial, Manifest(_KIND, folder.name, made.model, {}, {"texts": len(made)}))
    return folder


def open_labelled(folder: Path) -> LabelledTexts:
    """What :func:`save_labelled` wrote; its texts are mapped from the disk.

    Raises:
        BadInput: it is none, or its files are damaged; delete the folder.
    """

    def opened(_: Manifest) -> LabelledTexts:
        try:
            data: Mapping[str, Any] = json.loads((folder / _DATA).read_text(encoding="utf-8"))
            with np.load(folder / _ARRAYS, allow_pickle=False) as parts:
                probabilities, numbers = parts["probabilities"], parts["numbers"]
            texts = KeptTexts(folder)
            labels, gold = tuple(data["labels"]), tuple(data["gold"])
            if probabilities.shape != (len(texts), len(labels)) or len(numbers) != len(texts):
                raise ValueError(probabilities.shape)
        except (KeyError, OSError, TypeError, ValueError) as error:
            raise BadInput("encoders.kept_labels_damaged", folder=folder, reason=error) from error
        return LabelledTexts(data["model"], labels, texts, probabilities, numbers, gold, data["given"], data["cut"])

    return read_artifact(folder, _KIND, opened)
