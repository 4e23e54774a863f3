"""What the senses page asks: sentences from the sample, a stored corpus or a person; their senses, the curve over layers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dashboards.app.state import corpus_names, state, version
from dashboards.kit.checkpoints import place as place_called
from dashboards.kit.forms import MAX_SENTENCE, lines_of
from dashboards.kit.url import MAX_WORD, clean
from dashboards.pages.context.asked import homographs
from explorer.core.errors import BadInput, UnknownName
from explorer.core.progress import ProgressCallback

if TYPE_CHECKING:
    from dashboards.app.state import State
    from explorer.encoders.encoder import Encoder
    from explorer.encoders.readings import Representation
    from explorer.encoders.sense_curve import SenseCurve, SenseLevel
    from explorer.encoders.senses import Agreement, Assignment, Senses

__all__ = [
    "MAX_SENTENCE",
    "MAX_SENTENCES",
    "NUMBERS",
    "OWN",
    "VIEWS",
    "Found",
    "assign",
    "background",
    "compute",
    "contexts",
    "numbers_of",
    "sources",
    "split",
    "steps_of",
]

OWN = "own"
"""The source that is the text box; a stored corpus of that name is not offered."""
MAX_SENTENCES = 60
MAX_TEXT = 12_000
FROM_CORPUS = 120
"""Sentences read from a stored corpus, spread evenly over it."""
NUMBERS = ("auto", "2", "3", "4", "5", "6")
VIEWS = ("blend", "own")
"""What is sorted: the model's best representation, or its own states."""


_STEP = re.compile(r"s\d{1,3}|j\d{1,3}(\.\d{1,3})+")
MAX_STEPS = 20


Given = tuple[list[str], list[tuple[int, int]] | None]
"""Sentences, and where the word stands in them where that is known."""


@dataclass(frozen=True)
class Found:
    """Everything the page shows.

    Attributes:
        senses, curve: of the sentences that hold the word.
        gold: the known sense of each of these sentences, or ``None``.
        agreement: with these, ``None`` where none is known.
        missing: sentences without the word.
        place: what the model was opened as.
        chosen: what the model's blend is made of, and how good it is.
    """

    senses: Senses
    curve: SenseCurve
    gold: list[str | None]
    agreement: Agreement | None
    missing: list[str]
    place: str
    chosen: Representation

    @property
    def level(self) -> SenseLevel:
        """The curve's entry for what was sorted."""
        return self.curve.at(self.senses.representation, self.senses.layer)


def steps_of(value: str) -> list[str]:
    """Changes by hand as an address holds them, in order: ``s2`` splits sense 2, ``j1.3`` joins 1 and 3.

    >>> steps_of("s2_j1.3_x")
    ['s2', 'j1.3']
    """
    return [step for step in value.split("_")[: 2 * MAX_STEPS] if _STEP.fullmatch(step)][:MAX_STEPS]


def numbers_of(step: str) -> list[int]:
    """The senses of a change, counted from 0.

    >>> numbers_of("j1.3")
    [0, 2]
    """
    return [int(number) - 1 for number in step[1:].split(".")]


def _changed(found: Found, steps: Sequence[str]) -> Found:
    senses = found.senses
    for step in steps:
        numbers = numbers_of(step)
        senses = senses.join(*numbers) if step[0] == "j" else senses.split(numbers[0])
    return replace(found, senses=senses, agreement=senses.agreement(found.gold) if found.agreement else None)


def sources() -> list[str]:
    """The sample, stored corpora, and the text box."""
    return [*[name for name in corpus_names() if name != OWN], OWN]


def split(value: str | None) -> list[str]:
    """The sentences of the text box."""
    return lines_of(value, MAX_SENTENCES, MAX_TEXT)


def background() -> list[str]:
    """Other sentences, for random pairs of words."""
    from corpora.sample import sentences

    return [one.text for one in list(sentences())[::19]]


def contexts(params: dict[str, Any], progress: ProgressCallback) -> dict[str, Any]:
    """Sentences of a stored corpus with a word, for the worker process: its index is made on first use."""
    from corpora import open_corpus
    from corpora.word_contexts import word_contexts

    found = word_contexts(open_corpus(params["corpus"]), params["word"], params["n"], longest=MAX_SENTENCE, progress=progress)
    return {"sentences": [[one.text, one.start, one.end] for one in found]}


def _sentences(word: str, source: str, lines: list[str], here: State) -> Given:
    """The sentences, and where the word stands in them where that is known."""
    if source == OWN:
        if not lines:
            raise BadInput("dashboards.no_sentences")
        return lines, None
    if source == "sample":
        from corpora.sample import homographs as sample

        group = [one for one in sample() if one.word == word]
        if group:
            return [one.text for one in group], [(one.start, one.end) for one in group]
    wanted = {"corpus": source, "word": word, "n": FROM_CORPUS}
    answer = here.made("contexts", wanted, "senses.job", of=version(source, "corpus"), word=word)
    found = answer["sentences"]
    if not found:
        raise BadInput("dashboards.word_not_in_source", source=source, word=word)
    return [text for text, _, _ in found], [(start, end) for _, start, end in found]


def compute(asked: dict[str, Any]) -> Found:
    """The senses that were asked for, in the background the first time.

    Raises:
        NotReady: the model is being opened, or sentences are found and read.
        ExplorerError: it cannot be done, or a change by hand names a sense that is not there.
    """
    word, lines = clean(str(asked.get("word") or ""), MAX_WORD), split("\n".join(map(str, asked.get("sentences") or [])))
    source = str(asked.get("source") or "sample")
    if source not in sources():
        raise UnknownName("corpus", source[:100], sources()[:-1])
    number = int(asked["k"]) if asked.get("k") in NUMBERS[1:] else None
    view = asked["view"] if asked.get("view") in VIEWS else VIEWS[0]
    place, model = _model(asked)
    if not word:
        raise BadInput("encoders.sense_word_empty")

    here = state()

    def opener(progress: ProgressCallback) -> Found:
        from explorer.static.kiwi import is_recovered

        if not is_recovered():  # they tell which words are telling; seconds of pure computing, which is the worker's
            here.made("kiwi", {}, "job.model", model="kiwi")
        return _find(model, place, word, _sentences(word, source, lines, here), number, view, progress)

    name = (place, word, source, number, view, *(lines if source == OWN else [version(source, "corpus")]))
    found: Found = here.opened("senses", name, opener, "senses.job", word=word)
    steps = steps_of(str(asked.get("by") or ""))
    return _changed(found, steps) if steps else found


def _model(asked: dict[str, Any]) -> tuple[str, Encoder]:
    place = place_called(asked.get("model"))
    return place, state().encoder(place)


def _find(
    model: Encoder, place: str, word: str, given: Given, number: int | None, view: str, progress: ProgressCallback
) -> Found:
    from explorer.encoders.locate import holding

    texts, spans = given
    missing: list[str] = []
    if spans is None:
        kept, spans, absent = holding(word, texts, model.analyser)
        missing = [texts[row] for row in absent]
        if not kept:
            raise BadInput("encoders.word_in_no_sentence", word=word)
        texts = [texts[row] for row in kept]
    known = homographs().get(word, {})
    gold: list[str | None] = [known.get(text) for text in texts]
    senses = model.senses(word, texts, number, representation=view, spans=spans, progress=progress)
    labelled = gold if any(gold) else None
    # As many senses at every layer as are shown, or as are known: only then can layers be compared.
    k = number or (None if labelled else senses.k)
    curve = model.sense_curve(word, texts, k, gold=labelled, background=background(), spans=spans, progress=progress)
    return Found(senses, curve, gold, senses.agreement(gold) if labelled else None, missing, place, model.representation())


def assign(asked: dict[str, Any], sentence: str) -> Assignment:
    """Where a new sentence belongs among the senses on the page.

    Raises:
        NotReady, ExplorerError: as for :func:`compute`, and when the sentence does not hold the word.
    """
    found = compute(asked)
    _, model = _model(asked)
    return model.assign(found.senses, clean(sentence, MAX_SENTENCE))


def majority(found: Found, sense: int) -> tuple[str, int, int] | None:
    """The known sense that most sentences of a group have: its name, how many, of how many known ones."""
    known = [found.gold[row] for row in found.senses.members(sense)]
    names: Sequence[str] = [name for name in known if name is not None]
    if not names:
        return None
    best = max(dict.fromkeys(names), key=names.count)
    return best, names.count(best), len(names)
