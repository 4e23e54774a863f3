"""What the page of layers asks: every layer of a model measured on the sample, and a person's own labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dashboards.app.state import state
from dashboards.kit.checkpoints import place as place_called
from dashboards.kit.forms import MAX_SENTENCE
from dashboards.kit.url import clean, tidy
from explorer.core.progress import ProgressCallback

if TYPE_CHECKING:
    from explorer.analysis.probing.layers import LayerProbes
    from explorer.encoders.encoder import Encoder
    from explorer.encoders.train.classify import TrainedClassifier

__all__ = ["MAX_LINES", "MAX_TEXT", "Found", "compute", "labelled"]

MAX_LINES = 400
MAX_TEXT = 40_000
SENTENCES = 350
"""Of the sample, for parts of speech: what mini reads in two seconds."""
WORDS = 1_000
STEPS, RATE = 80, 3e-3
"""Of the head: few texts are learnt by then, and what is learnt by heart shows."""


@dataclass(frozen=True)
class Found:
    """Everything the page shows.

    Attributes:
        probes: every layer.
        trained: a classifier's head on the last layer, where there are labels; it is not kept.
    """

    probes: LayerProbes
    trained: TrainedClassifier | None


def labelled(value: str | None) -> list[tuple[str, str]]:
    """Texts and labels of the text box, one a line with a tab between them.

    Raises:
        BadInput: a line has no tab.
    """
    from corpora.labelled import labelled_lines

    found = labelled_lines(tidy(value, MAX_TEXT).split("\n")[:MAX_LINES])
    return [(clean(text, MAX_SENTENCE), clean(label, 40)) for text, label in found]


def compute(asked: dict[str, Any]) -> Found:
    """The answer to what was asked, in the background the first time.

    Raises:
        NotReady: the model is being opened, or its layers measured.
        ExplorerError: it cannot be done.
    """
    lines = labelled(str(asked.get("lines") or ""))
    place = place_called(asked.get("model"))
    model = state().encoder(place)

    def opener(progress: ProgressCallback) -> Found:
        return _measure(model, place, lines, progress)

    return state().opened("layers", (place, *lines), opener, "layers.job", model=asked.get("model"))


def _measure(model: Encoder, place: str, lines: list[tuple[str, str]], progress: ProgressCallback) -> Found:
    from corpora.sample import homographs, sentences
    from explorer.analysis.probing.data import sense_pairs, spread, tagged_words
    from explorer.analysis.probing.layers import probe_layers
    from explorer.encoders.train.classify import ClassifierRecipe, train_classifier

    words = tagged_words(model.analyser, spread((one.text for one in sentences()), SENTENCES), progress)
    contexts = sense_pairs(homographs())
    probes = probe_layers(
        model, words=words, contexts=contexts, labelled=lines or None, most_words=WORDS, most_texts=MAX_LINES, progress=progress
    )
    recipe = ClassifierRecipe(base=place, steps=STEPS, rate=RATE)
    trained = train_classifier(lines, recipe, progress=progress) if lines else None
    return Found(probes, trained)
