"""What is to be trained: checked before it begins, done in the worker process, found again as files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from typing import Any

from dashboards.app.state import corpus_names, state, tokenizer_names, version
from dashboards.kit.jobs import Job
from dashboards.kit.public import check_writable
from dashboards.pages.train import runs
from explorer.core.errors import BadInput, ExplorerError, UnknownName
from explorer.core.progress import Progress, ProgressCallback
from explorer.core.store import check_name, list_artifacts
from explorer.static.presets import PRESETS, Estimate, estimate, preset, tokens_of

__all__ = [
    "KEYS",
    "METRICS",
    "MODELS",
    "NEW",
    "PARAMS",
    "SUBWORDS",
    "Choice",
    "characters_of",
    "expected",
    "go_on",
    "goes",
    "job_of",
    "make",
    "preset_of",
    "start",
]

NEW = "+"
"""The tokenizer that is trained in the same press; none that is saved can be called so."""
MODELS = tuple(PRESETS)
SUBWORDS = ("unigram", "bpe", "wordpiece", "byte-bpe", "kiwi-unigram", "kiwi-bpe")
KEYS = ("auto", "content", "all", "eojeol")
PARAMS = ("dim", "window", "min_count", "epochs")
WATCHED = 5
"""Words whose neighbours are told after every epoch."""
LABEL = "job.train"
"""What the job of a training is called."""
BESIDE = ("kiwi", "ko-unigram-32k", "ko-wordpiece-32k")
"""What a new tokenizer is compared with."""
COMPARED = 50_000
"""Characters of the corpus that a new tokenizer is compared on."""
METRICS = ("tokens_per_eojeol", "single_token_words", "unknown_characters")
"""What a new tokenizer is compared by."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which training is wanted.

    Attributes:
        what: ``"vectors"`` or ``"tokenizer"``.
        corpus: a corpus's name.
        model: one of :data:`MODELS`.
        tokenizer: a tokenizer's name, or :data:`NEW`.
        name: what the vectors will be called; empty for the tokenizer alone.
        subword, vocab_size, tokenizer_name: the new tokenizer.
        keys: which tokens become keys, ``"auto"`` for what suits the tokenizer.
        seed: of everything random.
        params: those that the person has set.
    """

    what: str = "vectors"
    corpus: str = "sample"
    model: str = "word2vec"
    tokenizer: str = "kiwi"
    name: str = ""
    subword: str = "unigram"
    vocab_size: int = 8000
    tokenizer_name: str = ""
    keys: str = "auto"
    seed: int = 42
    params: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_new(self) -> bool:
        """Whether a tokenizer is trained."""
        return self.what == "tokenizer" or self.tokenizer == NEW

    @property
    def run(self) -> str:
        """What the run is called: as what it makes last."""
        return self.tokenizer_name if self.what == "tokenizer" else self.name

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    def named(self) -> Choice:
        """With names that are free, where the person gave none."""
        made = self
        if self.is_new and not self.tokenizer_name:
            made = replace(made, tokenizer_name=_free(f"{self.corpus}-{self.subword}", set(tokenizer_names())))
        if self.what == "vectors" and not self.name:
            made = replace(made, name=_free(f"{self.corpus}-{self.model}", set(list_artifacts("vectors"))))
        return made


def _free(name: str, taken: set[str]) -> str:
    return next(one for number in range(1, 10_000) if (one := name if number == 1 else f"{name}-{number}") not in taken)


@lru_cache(16)
def _characters(corpus: str, _: int) -> int:
    from corpora import open_corpus

    found = open_corpus(corpus)
    known = found.info().get("characters")
    return int(known) if isinstance(known, int | float) else sum(map(len, found.texts()))


def characters_of(corpus: str) -> int:
    """How long a corpus is.

    Raises:
        UnknownName: there is none of that name.
    """
    if corpus not in corpus_names():
        raise UnknownName("corpus", corpus, corpus_names())
    return _characters(corpus, version(corpus, "corpus"))


def preset_of(choice: Choice) -> dict[str, int]:
    """The parameters that fit the corpus."""
    return preset(choice.model, tokens_of(characters_of(choice.corpus), choice.tokenizer))


def expected(choice: Choice) -> Estimate:
    """What it may take."""
    return estimate(choice.model, characters_of(choice.corpus), choice.tokenizer, choice.params)


def job_of(run: runs.Run | None) -> Job | None:
    """The job of a run, while it is under way, for the person who began it."""
    job = state().jobs.get(run.job) if run is not None and run.job else None
    return job if job is not None and job.running else None


def goes(run: runs.Run) -> bool:
    """Whether a run is under way, whoever began it."""
    return run.state == "begun" and state().jobs.goes(run.job)


def start(choice: Choice, again: bool = False) -> str:
    """Begin a training in the background; gives its name.

    Args:
        again: it was begun before, and goes on from what is there of it.

    Raises:
        ExplorerError: it cannot be: a name that is taken or none, no such corpus or tokenizer, an impossible parameter.
    """
    choice = choice.named()
    name = choice.run
    known = runs.read(name)
    if known is not None and goes(known):
        raise BadInput("dashboards.run_going", name=name)
    _check(choice, again)
    check_writable()
    runs.begin(name, choice.to_dict())
    try:
        job = state().task("train", choice.to_dict(), LABEL, reuse=False, name=name)
    except ExplorerError:  # the queue is full
        if not again:
            runs.forget(name)
        raise
    runs.begin(name, choice.to_dict(), job.id)
    return name


def go_on(name: str) -> str:
    """Begin a run again that was stopped; the library goes on from what it has kept of it.

    Raises:
        ExplorerError: as :func:`start`, and where nothing is known of such a run.
    """
    run = runs.read(name)
    if run is None or not run.asked:
        raise BadInput("dashboards.no_such_run", name=name)
    return start(Choice(**run.asked), again=True)


def _check(choice: Choice, again: bool) -> None:
    from explorer.static.train import check_free, check_parameters
    from explorer.tokenizers.library import tokenizer_place

    characters_of(choice.corpus)
    if choice.is_new and not (again and choice.tokenizer_name in list_artifacts("tokenizer")):
        tokenizer_place(choice.tokenizer_name, overwrite=False)
    if not choice.is_new and choice.tokenizer not in tokenizer_names():
        raise UnknownName("tokenizer", choice.tokenizer, tokenizer_names())
    if choice.what == "vectors":
        check_free(check_name(choice.name), overwrite=False)
        common = {name: choice.params[name] for name in ("dim", "window", "epochs") if name in choice.params}
        check_parameters(choice.model, common, {})


# ---- in the worker process: names were free when the run began, so what is there under them was made by a run that was killed


def make(params: dict[str, Any], progress: ProgressCallback) -> dict[str, Any]:
    """Train what was asked for, and write down what happens."""
    from corpora import open_corpus

    choice = Choice(**params)
    recorder = runs.Recorder(choice.run, progress)
    try:
        corpus = open_corpus(choice.corpus)
        made: dict[str, Any] = {"tokenizer": _tokenizer(choice, corpus, recorder)} if choice.is_new else {}
        if choice.what == "vectors":
            made |= _vectors(choice, corpus, recorder)
        recorder.done(made)
    except ExplorerError as error:
        recorder.failed(error)
        raise
    return made


def _vectors(choice: Choice, corpus: Any, progress: ProgressCallback) -> dict[str, Any]:
    from explorer.static.load import load
    from explorer.static.train import train

    settings: dict[str, Any] = {**preset_of(choice), **choice.params}
    v = (
        load(choice.name)
        if choice.name in list_artifacts("vectors")
        else train(
            choice.model,
            corpus,
            tokenizer=choice.tokenizer_name if choice.tokenizer == NEW else choice.tokenizer,
            name=choice.name,
            corpus=choice.corpus,
            seed=choice.seed,
            keys=None if choice.keys == "auto" else choice.keys,
            watch=WATCHED,
            progress=progress,
            **settings,
        )
    )
    stats = v.info["corpus_stats"]
    return {"keys": len(v), "dim": v.dim, "model": choice.model, "tokens": stats["tokens"], "sentences": stats["sentences"]}


def _tokenizer(choice: Choice, corpus: Any, progress: ProgressCallback) -> dict[str, Any]:
    """Train the new tokenizer, and compare it with others."""
    from itertools import takewhile

    from explorer.tokenizers.comparison.compare import compare
    from explorer.tokenizers.training.train import train_tokenizer

    name = choice.tokenizer_name
    if name not in list_artifacts("tokenizer"):
        train_tokenizer(
            choice.subword,
            corpus.texts(),
            vocab_size=choice.vocab_size,
            name=name,
            seed=choice.seed,
            corpus=choice.corpus,
            progress=progress,
        )
    size = 0

    def within(text: str) -> bool:
        nonlocal size
        size += len(text)
        return size <= COMPARED

    texts = list(takewhile(within, corpus.texts()))
    found = compare(
        [name, *BESIDE], texts, progress=lambda step: progress(Progress(step.stage, step.done, step.total, step.unit))
    )
    rows = [row.to_dict() for row in found.rows]
    return {
        "name": name,
        "rows": [{metric: row.get(metric) for metric in ("tokenizer", "vocab_size", *METRICS)} for row in rows],
    }
