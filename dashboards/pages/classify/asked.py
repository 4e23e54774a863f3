"""What the page of classifiers asks: pasted texts here, a corpus in the worker; and why one text has its label."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dashboards.app.state import corpus_names, state, version
from dashboards.kit import url
from explorer.core.caches import intact, mark_used
from explorer.core.errors import BadInput, UnknownName
from explorer.core.progress import ProgressCallback
from explorer.core.store import MANIFEST, cache_path
from explorer.encoders.classifier import classifier, classifier_names, classifier_record
from explorer.encoders.library import is_shipped
from explorer.encoders.morpheme.storing import shipped_encoders

if TYPE_CHECKING:
    from explorer.encoders.labelled import LabelledTexts, Reasons

__all__ = [
    "BY", "MAX_PASTED", "MOST", "PASTED", "Choice", "choice_of", "compute", "learnt_from", "make", "place_of", "reasons", "why",
]  # fmt: skip

PASTED = "-"
"""The corpus that is the pasted text; no stored corpus can be called so."""
MAX_PASTED = 20_000
"""Characters of pasted text: what a multilingual encoder reads in a quarter of a minute. More is a corpus, for the worker."""
BY = ("document", "line", "sentence")
MOST = ("500", "2000", "10000", "50000")
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Choice:
    """What is to be labelled.

    Attributes:
        model: the classifier.
        corpus: a corpus's name, or :data:`PASTED`.
        by: what of it is one text.
        most: how many, from its beginning.
        label: the column of the labels that they have; ``""`` looks for one.
        text: what was pasted.
    """

    model: str
    corpus: str = PASTED
    by: str = BY[0]
    most: int = 2000
    label: str = ""
    text: str = ""


def choice_of(asked: Mapping[str, Any]) -> Choice:
    """What a page asks for, from the values of its address."""
    pasted = asked["c"] == PASTED
    text = url.tidy(asked.get("z") or asked.get("text") or "", MAX_PASTED) if pasted else ""
    return Choice(asked["model"], asked["c"], asked["by"], int(asked["n"]), "" if pasted else asked["label"], text)


def compute(asked: Mapping[str, Any]) -> LabelledTexts:
    """The texts with their labels, in the background the first time.

    Raises:
        NotReady: they are being labelled.
        UnknownName: there is no such classifier or corpus.
        BadInput: nothing was pasted.
    """
    choice = choice_of(asked)
    if choice.model not in classifier_names():
        raise UnknownName("classifier", choice.model, classifier_names())
    if choice.corpus not in (PASTED, *corpus_names()):
        raise UnknownName("corpus", choice.corpus, corpus_names())
    if choice.corpus == PASTED:
        return _pasted(choice)
    key = hashlib.sha256(json.dumps(_facts(choice), sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:32]
    here, folder = state(), cache_path("labelled", key)
    shelf = (str(folder), choice.corpus, choice.model)
    if not intact(folder):  # made room for others
        here.forget("labelled", shelf)

    def opener(_: ProgressCallback) -> LabelledTexts:
        from explorer.encoders.labelled import open_labelled

        if not intact(folder):
            params = {"choice": asdict(choice), "folder": str(folder)}
            here.made("classify", params, "job.classify", of=_facts(choice), model=choice.model)
        mark_used(folder)
        return open_labelled(folder)

    made: LabelledTexts = here.opened("labelled", shelf, opener, "job.classify", model=choice.model)
    return made


def _facts(choice: Choice) -> dict[str, Any]:
    """Everything that changes the answer."""
    corpus = 0 if choice.corpus == PASTED else version(choice.corpus, "corpus")
    return {**asdict(choice), "format": _FORMAT, "versions": [_version(choice.model), corpus]}


def _version(name: str) -> str:
    """Changes with a classifier: when a saved one is replaced, and where one that ships is another in a later version."""
    if is_shipped(name):
        return hashlib.sha256((shipped_encoders()[name] / MANIFEST).read_bytes()).hexdigest()
    return str(version(name, "encoder"))


def _pasted(choice: Choice) -> LabelledTexts:
    if not choice.text.strip():
        raise BadInput("dashboards.no_text_classified")

    def opener(progress: ProgressCallback) -> LabelledTexts:
        from corpora.labelled import pasted_documents

        texts, gold = pasted_documents(choice.text, by=choice.by, most=choice.most)
        return _labelled(choice, texts, gold, progress)

    shelf = (choice.model, json.dumps(_facts(choice), ensure_ascii=False))
    made: LabelledTexts = state().opened("labelled", shelf, opener, "job.classify", model=choice.model)
    return made


def _labelled(choice: Choice, texts: list[str], gold: list[str], progress: ProgressCallback) -> LabelledTexts:
    made = classifier(choice.model, progress=progress).label(texts, gold, progress=progress)
    if not len(made):
        raise BadInput("dashboards.nothing_classified")
    return made


def make(params: Mapping[str, Any], progress: ProgressCallback) -> Path:
    """In the worker process: read the corpus, label its texts, keep them."""
    from corpora.labelled import documents_of
    from explorer.encoders.labelled import save_labelled

    choice = Choice(**params["choice"])
    texts, gold = documents_of(choice.corpus, choice.label or None, choice.by, choice.most)
    return save_labelled(_labelled(choice, list(texts), gold, progress), Path(params["folder"]))


def place_of(made: LabelledTexts, number: Any) -> int | None:
    """The row of a text by its number from 1; ``None`` for one that is not there."""
    numbers = made.numbers.tolist()
    return numbers.index(number) if number in numbers else None


def reasons(name: str, text: str) -> Reasons:
    """What each morpheme does for a text's label.

    Raises:
        NotReady: it is read without each.
        ExplorerError: it cannot be.
    """

    def opener(progress: ProgressCallback) -> Reasons:
        return classifier(name, progress=progress).why(text, progress=progress)

    found: Reasons = state().opened("reasons", (name, _version(name), text), opener, "job.reasons")
    return found


def why(asked: Mapping[str, Any], number: Any) -> Reasons | None:
    """Why the text of that number has its label; ``None`` where there is none of that number. Raises as :func:`reasons`."""
    made = compute(asked)
    row = place_of(made, number)
    return None if row is None else reasons(made.model, made.texts[row])


def learnt_from(asked: Mapping[str, Any]) -> bool:
    """Whether a classifier was trained on the corpus that it is to label."""
    return asked["model"] in classifier_names() and classifier_record(asked["model"]).corpus == asked["c"]
