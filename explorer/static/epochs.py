"""The epochs of one training: what is told after each, and what is kept so that a run that was killed goes on after the last.

What is told travels as the ``data`` of a :class:`~explorer.core.progress.Progress`: the number of the epoch, its losses, and the
nearest words of a few that are watched, as they stand at that moment. What is kept is a folder of plain arrays in the cache of
the home folder, under a name that stands for everything that made them; it goes when the training has ended.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.caches import intact
from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback, report
from explorer.core.store import Manifest, atomic_folder, cache_path, read_manifest, write_manifest
from explorer.text.hangul import is_syllable
from explorer.text.tags import base_tag, split_key

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pandas import DataFrame

    from explorer.static.pipeline import Vocabulary

__all__ = ["EpochLog", "check_watch", "checkpoint_place", "choose_words", "losses_frame", "neighbours_frame"]

NEIGHBOURS = 5
"""How many nearest words are told of each watched one."""

EVERY = 30.0
"""Seconds of work that a kill may cost: so much lies between two keepings."""

_BEGINS = "\u2581"
"""What SentencePiece writes before a piece that begins a word."""

_KEPT = 4
"""Trainings that wait to be gone on with; of more the oldest goes."""


class EpochLog:
    """What one training tells after every epoch, and what it keeps on disk.

    Args:
        keys: the vocabulary.
        watched: rows of the words whose nearest ones are told after every epoch.
        place: a folder that stands for this training alone; ``None`` keeps nothing.

    Attributes:
        entries: one an epoch: ``epoch``, its losses by name, and ``neighbours`` (key to nearest keys) where words are watched.
    """

    def __init__(self, keys: Sequence[str], watched: Sequence[int] = (), place: Path | None = None) -> None:
        self.keys = keys
        self.watched = list(watched)
        self.place = place
        self.entries: list[dict[str, Any]] = []
        self._kept = time.monotonic()

    def resume(self) -> tuple[dict[str, NDArray[Any]], dict[str, Any]] | None:
        """What a run that was killed has kept: arrays, and plain data; :attr:`entries` are those of its epochs."""
        if self.place is None or not intact(self.place):
            return None
        try:
            manifest = read_manifest(self.place, "checkpoint")
            state = json.loads((self.place / "state.json").read_text(encoding="utf-8"))
            names = [name for name in manifest.files if name.endswith(".npy")]
            arrays = {name.removesuffix(".npy"): np.load(self.place / name, allow_pickle=False) for name in names}
            self.entries = list(state["entries"])
            return arrays, dict(state["facts"])
        except (BadInput, OSError, ValueError, KeyError, TypeError):
            return None  # damaged from outside; it is only a cache

    def losses(self, name: str) -> list[float]:
        """One kind of loss of every epoch so far."""
        return [entry[name] for entry in self.entries if name in entry]

    def ended(
        self,
        progress: ProgressCallback | None,
        stage: str,
        epochs: int,
        losses: Mapping[str, float | None],
        vectors: Callable[[], NDArray[np.float32]],
        state: Callable[[], tuple[Mapping[str, NDArray[Any]], Mapping[str, Any]]],
    ) -> None:
        """One more epoch has ended.

        Args:
            progress: who is told; what it raises ends the training.
            stage: what is being done.
            epochs: how many there will be.
            losses: by name, ``"losses"`` on what is trained on and ``"heldout_losses"`` on what is not.
            vectors: gives the vectors as they stand, words × dim.
            state: gives arrays and plain data that the next epoch begins with.
        """
        entry: dict[str, Any] = {"epoch": len(self.entries) + 1}
        entry |= {name: loss for name, loss in losses.items() if loss is not None}
        if self.watched:
            entry["neighbours"] = self._neighbours(vectors())
        self.entries.append(entry)
        if self.place is not None and entry["epoch"] < epochs and time.monotonic() - self._kept >= EVERY:
            self._keep(self.place, *state())
            self._kept = time.monotonic()
        report(progress, stage, entry["epoch"], epochs, "epochs", self.note(), entry)

    def note(self) -> str:
        """The last loss in a few words, on held-out sentences where there are any."""
        for name, said in (("heldout_losses", "held-out loss"), ("losses", "loss")):
            if found := self.losses(name):
                return f"{said} {found[-1]:.4f}"
        return ""

    def drop(self) -> None:
        """The training has ended: nothing is kept of it here."""
        if self.place is not None:
            shutil.rmtree(self.place, ignore_errors=True)

    def _neighbours(self, vectors: NDArray[np.float32]) -> dict[str, list[str]]:
        lengths = np.linalg.norm(vectors, axis=1)
        lengths[lengths == 0] = 1
        found = {}
        for row in self.watched:
            scores = (vectors @ vectors[row]) / lengths
            scores[row] = -np.inf
            nearest = np.argsort(-scores, kind="stable")[: min(NEIGHBOURS, len(scores) - 1)]
            found[self.keys[row]] = [self.keys[one] for one in nearest.tolist()]
        return found

    def _keep(self, place: Path, arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any]) -> None:
        with atomic_folder(place, overwrite=True) as made:
            for name, array in arrays.items():
                np.save(made / f"{name}.npy", array, allow_pickle=False)
            state = {"entries": self.entries, "facts": dict(facts)}
            (made / "state.json").write_text(json.dumps(state, ensure_ascii=False), encoding="utf-8")
            write_manifest(made, Manifest("checkpoint", place.name, "static"))
        kept: list[tuple[float, str]] = []
        for one in place.parent.glob("[!.]*"):
            with suppress(OSError):  # a training beside this one has ended just now
                kept.append((one.stat().st_mtime, one.name))
        for _, old in sorted(kept)[:-_KEPT]:
            shutil.rmtree(place.parent / old, ignore_errors=True)


def checkpoint_place(**facts: Any) -> Path:
    """Where a training is kept that these facts tell from any other."""
    text = json.dumps(facts, ensure_ascii=False, sort_keys=True, default=str)
    return cache_path("trainings", hashlib.sha256(text.encode()).hexdigest()[:32])


def check_watch(watch: Any) -> None:
    """Refuse what is neither a number of words nor a list of them; one text would be watched letter by letter.

    Raises:
        BadInput: says what may be given.
    """
    if isinstance(watch, int) and not isinstance(watch, bool):
        if watch >= 0:
            return
    elif isinstance(watch, Sequence) and not isinstance(watch, str | bytes) and all(isinstance(word, str) for word in watch):
        return
    raise BadInput("static.watch_refused", watch=watch)


def choose_words(vocabulary: Vocabulary, wanted: Sequence[str] | int) -> list[int]:
    """Rows of the words to watch: those that are wanted and known, or so many nouns from frequent to rarer ones.

    A word is a key, or what a key is without its tag. Without tags any keys of two syllables or more count as nouns; of sub-words
    those that begin a word, which are less often endings.
    """
    if not isinstance(wanted, int):
        by_word: dict[str, int] = {}
        for row, key in enumerate(vocabulary.keys):
            by_word.setdefault(split_key(key)[0], row)
        rows = [vocabulary.index.get(word, by_word.get(word)) for word in wanted]
        return list(dict.fromkeys(row for row in rows if row is not None))
    nouns = []
    begins = _BEGINS if any(key.startswith(_BEGINS) for key in vocabulary.keys) else ""
    for row, key in enumerate(vocabulary.keys[:5000]):
        word, tag = split_key(key)
        if not word.startswith(begins):
            continue
        word = word.removeprefix(begins)
        if len(word) > 1 and all(map(is_syllable, word)) and base_tag(tag or "NNG") == "NNG":
            nouns.append(row)
    if not nouns:
        return list(range(min(wanted, len(vocabulary))))
    last = min(len(nouns), 40 * wanted) - 1
    places = np.unique(np.geomspace(1, last + 1, wanted).round().astype(int)) - 1
    return [nouns[place] for place in places.tolist()]


def losses_frame(entries: Sequence[Mapping[str, Any]]) -> DataFrame:
    """What was told of every epoch, as a table: the epoch and its losses.

    >>> losses_frame([{"epoch": 1, "losses": 2.5}, {"epoch": 2, "losses": 2.25}])["losses"].tolist()
    [2.5, 2.25]
    """
    import pandas as pd

    return pd.DataFrame([{name: value for name, value in entry.items() if name != "neighbours"} for entry in entries])


def neighbours_frame(entries: Sequence[Mapping[str, Any]]) -> DataFrame:
    """The nearest words of the watched ones, as a table: a row for each word and epoch.

    >>> neighbours_frame([{"epoch": 1, "neighbours": {"왕/NNG": ["여왕/NNG", "왕자/NNG"]}}])["neighbours"].tolist()
    ['여왕/NNG, 왕자/NNG']
    """
    import pandas as pd

    rows = [
        {"epoch": entry["epoch"], "key": key, "neighbours": ", ".join(nearest)}
        for entry in entries
        for key, nearest in entry.get("neighbours", {}).items()
    ]
    return pd.DataFrame(rows, columns=["epoch", "key", "neighbours"])
