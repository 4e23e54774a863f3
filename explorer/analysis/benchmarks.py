"""One door to every test set: of words, of words in sentences, of sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from explorer.analysis import evaluation
from explorer.analysis.in_context.assigning import score_assigning
from explorer.analysis.in_context.masking import score_masking
from explorer.analysis.in_context.models import as_context_model, every_level
from explorer.analysis.in_context.scoring import score_senses, score_sentence_pairs, score_word_pairs
from explorer.analysis.in_context.sets import SenseSet, SentencePairSet, TextSet, WordPairSet, joined_senses, read_context_set
from explorer.analysis.test_sets import AnalogySet, SimilaritySet
from explorer.core.errors import BadInput
from explorer.core.evaluation_sets import EvaluationSet, evaluation_sets, set_file
from explorer.core.paths import expanded
from explorer.encoders.encoder import Encoder
from explorer.text.reading import decode
from explorer.vectors.vectors import Vectors

if TYPE_CHECKING:
    from explorer.analysis.in_context.models import ContextModel
    from explorer.analysis.in_context.records import ContextScore
    from explorer.analysis.in_context.sets import ContextSet
    from explorer.analysis.scores import Score
    from explorer.core.progress import ProgressCallback

__all__ = ["TESTS", "evaluate", "evaluate_levels", "read_sets"]

_IN_CONTEXT = WordPairSet | SenseSet | SentencePairSet | TextSet

TESTS = ("wic", "senses", "sentences", "assigning", "masking")
"""What can be asked of words in sentences and of sentences: the same sense or not, groups of senses, how alike sentences are, the sense
of held-out sentences, missing words."""


@overload
def evaluate(model: Vectors, tests: SimilaritySet | AnalogySet, **options: Any) -> Score: ...
@overload
def evaluate(model: Vectors | Encoder | ContextModel, tests: ContextSet, **options: Any) -> ContextScore: ...
@overload
def evaluate(
    model: Vectors | Encoder | ContextModel, tests: str | Path | Sequence[str | Path], **options: Any
) -> Score | ContextScore: ...


def evaluate(
    model: Vectors | Encoder | ContextModel,
    tests: Any,
    *,
    test: str | None = None,
    train: str | Path | WordPairSet | TextSet | None = None,
    representation: str | None = None,
    layer: int | None = None,
    samples: int = 1000,
    seed: int = 42,
    progress: ProgressCallback | None = None,
    **words: Any,
) -> Score | ContextScore:
    """Score a model on a test set.

    Args:
        model: vectors, for any test set; or an encoder, for words in sentences and for sentences. Vectors are averaged there:
            the mean of a sentence's other content words stands for a word, of all of them for the sentence.
        tests: a set that was read already, or a file, or several files of senses that are joined. Files and names of word pairs and
            analogies: see :func:`explorer.analysis.evaluation.evaluate`; every name is in
            :func:`~explorer.core.evaluation_sets.evaluation_sets`. Tables (CSV, TSV, JSON; columns are known by their names)
            of a word in two sentences with the label whether it has the same sense (KoBEST-WiC); of a word, a sentence and its
            sense; of two sentences and a score (KorSTS, KLUE-STS).
        test: one of :data:`TESTS`, instead of what the columns say: KoBEST's file has word pairs and senses. ``"assigning"`` holds
            sentences with senses out (:func:`~explorer.analysis.in_context.assigning.score_assigning`), ``"masking"`` takes a text
            (:func:`~explorer.analysis.in_context.masking.score_masking`).
        train: word in context: the file on which the threshold is chosen (see
            :func:`~explorer.analysis.in_context.scoring.score_word_pairs`), which a set with a name brings along; masking: what trigrams are counted on.
        representation, layer: of an encoder, instead of its own choice.
        samples, seed: of the bootstrap.
        progress: told what is read.
        **words: for word pairs and analogies ``method`` and ``resolve``.

    Returns:
        A Score, or for words in sentences and sentences a ContextScore; each with intervals and coverage.

    Raises:
        BadInput: no such file, a column is missing, a value is none of its kind, too little is covered, an option does not fit.
        Unavailable: a known set whose file is not on this machine.

    >>> from explorer.static.load import load
    >>> found = evaluate(load("word2vec"), "relations", samples=100)
    >>> found.metric, 0 < found.value < 1, found.covered <= found.total
    ('accuracy', True, True)
    """
    found = read_sets(tests, test)
    train = _thresholds(tests, test) if train is None else train
    asked: dict[str, Any] = {"samples": samples, "seed": seed, "progress": progress}
    if isinstance(found, _IN_CONTEXT):
        if words:
            raise BadInput("analysis.words_options_only", options=", ".join(words), name=found.name)
        if isinstance(found, TextSet):
            if not isinstance(model, Encoder):
                raise BadInput("encoders.not_over_morphemes", model=model.name)
            counted = None if train is None else read_sets(train, "masking")
            assert counted is None or isinstance(counted, TextSet)
            return score_masking(model, found, counted, seed=seed, progress=progress)
        reader = as_context_model(model, representation, layer)
        if isinstance(found, WordPairSet):
            chosen = None if train is None else read_sets(train, "wic")
            assert chosen is None or isinstance(chosen, WordPairSet)
            return score_word_pairs(reader, found, chosen, **asked)
        if train is not None:
            raise BadInput("analysis.train_for_wic_only", name=found.name)
        if isinstance(found, SentencePairSet):
            return score_sentence_pairs(reader, found, **asked)
        return (score_assigning if test == "assigning" else score_senses)(reader, found, **asked)
    if not isinstance(model, Vectors):
        raise BadInput("analysis.words_need_vectors", model=model.name)
    if train is not None or representation is not None or layer is not None:
        raise BadInput("analysis.sentence_options_only", name=str(tests))
    return evaluation.evaluate(model, found, **asked, **words)


def evaluate_levels(
    encoder: Encoder, tests: Any, *, test: str | None = None, progress: ProgressCallback | None = None
) -> list[ContextScore]:
    """:func:`evaluate` of an encoder in every representation and at every layer, all read in one pass.

    Raises:
        BadInput: as :func:`evaluate`; the test set is no senses.
    """
    found = read_sets(tests, test or "senses")
    if not isinstance(found, SenseSet):
        raise BadInput("analysis.levels_of_senses_only")
    score = score_assigning if test == "assigning" else score_senses
    return [score(model, found, progress=progress) for model in every_level(encoder)]


def read_sets(tests: Any, test: str | None = None) -> ContextSet | SimilaritySet | AnalogySet | str | Path:
    """A set of words in sentences or of sentences, read; anything else as it came, for :func:`explorer.analysis.test_sets.read_test_set`.

    Raises:
        BadInput: there is no such kind, several files are no senses, or a file is not as it should be.
    """
    if test is not None and test not in TESTS:
        raise BadInput("analysis.unknown_test_kind", test=test, allowed=", ".join(TESTS))
    if isinstance(tests, SimilaritySet | AnalogySet | _IN_CONTEXT):
        return tests
    if isinstance(tests, str | Path):
        if test == "masking":
            return _text(expanded(tests))
        known = evaluation_sets().get(str(tests))
        if known is not None and not expanded(tests).is_file():
            return _known(known, test)
        if test is None and not expanded(tests).is_file():
            return tests
        found = read_context_set(tests, "senses" if test == "assigning" else test)
        return tests if found is None else found
    if not isinstance(tests, Iterable):
        raise BadInput("analysis.no_such_test_set", name=str(tests), allowed=", ".join(evaluation_sets()))
    sets = [read_sets(one, test) for one in tests]
    senses = [one for one in sets if isinstance(one, SenseSet)]
    if not senses or len(senses) != len(sets):
        raise BadInput("analysis.only_senses_join", files=", ".join(map(str, tests)))
    return joined_senses(senses) if len(senses) > 1 else senses[0]


def _known(known: EvaluationSet, test: str | None) -> ContextSet | str:
    """A test set that has a name: sentences are read here, words where they are scored."""
    if known.kind == "morphemes":
        raise BadInput("analysis.set_for_tokenizers", name=known.name, set_name=known.name)
    if known.kind not in ("wic", "sentences"):
        return known.name
    found = read_context_set(set_file(known.name), "senses" if test == "assigning" else test or known.kind)
    assert found is not None
    return replace(found, name=known.name)


def _thresholds(tests: Any, test: str | None) -> Path | None:
    """The file of a test set with a name on which its threshold is chosen."""
    known = evaluation_sets().get(tests) if isinstance(tests, str) else None
    if known is None or known.kind != "wic" or test not in (None, "wic") or expanded(tests).is_file():
        return None
    return set_file(known.name, 1)


def _text(path: Path) -> TextSet:
    try:
        return TextSet(path.stem, (decode(path.read_bytes()).text,))
    except FileNotFoundError:
        raise BadInput("analysis.no_such_file", path=path) from None
