"""What is to be trained: checked before it begins, done in the worker process, found again as files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from typing import Any

from dashboards.app.state import corpus_names, state, tokenizer_names, version
from dashboards.kit.jobs import Job
from dashboards.kit.person import person
from dashboards.kit.public import check_writable
from dashboards.pages.train import runs
from explorer.core.errors import BadInput, Cancelled, ExplorerError, UnknownName
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
    "forget",
    "go_on",
    "goes",
    "is_own",
    "job_of",
    "known",
    "make",
    "own",
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
        made, promised = self, _promised()
        if self.is_new and not self.tokenizer_name:
            made = replace(made, tokenizer_name=_free(f"{self.corpus}-{self.subword}", promised | set(tokenizer_names())))
        if self.what == "vectors" and not self.name:
            made = replace(made, name=_free(f"{self.corpus}-{self.model}", promised | set(list_artifacts("vectors"))))
        return made


def _free(name: str, taken: set[str]) -> str:
    return next(one for number in range(1, 10_000) if (one := name if number == 1 else f"{name}-{number}") not in taken)


def _promised(but: str = "") -> set[str]:
    """Names of what runs will make that have begun, also of those that wait for their turn or were stopped.

    Args:
        but: a run that is not meant.
    """
    begun = [Choice(**run.asked) for run in runs.listed() if run.state == "begun" and run.name != but]
    return {name for choice in begun for name in (choice.run, choice.tokenizer_name if choice.is_new else "") if name}


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


def known(name: str) -> runs.Run | None:
    """What this person may know of a run: of their own everything; of somebody else's that it goes on, or what it has made."""
    run = runs.read(name)
    if run is None or is_own(run):
        return run if run is None or run.state != "begun" else _broken_off(run)
    if goes(run):
        return runs.Run(name, owner=run.owner, job=run.job)
    made = list_artifacts("tokenizer" if run.asked.get("what") == "tokenizer" else "vectors")
    return run if run.state == "done" and name in made else runs.of_model(name)


def _broken_off(run: runs.Run) -> runs.Run:
    """With the reason, where the worker could not write it down: its process has ended."""
    row = state().jobs.table.row(run.job) if run.job else None
    broken = row is not None and row.state in ("failed", "lost") and row.failure
    return replace(run, state="failed", failure=row.failure) if row is not None and broken else run


def own() -> list[runs.Run]:
    """The runs of this person, the latest first, without their epochs."""
    return [_broken_off(run) if run.state == "begun" else run for run in runs.listed() if is_own(run)]


def is_own(run: runs.Run) -> bool:
    """Whether this person began it, or nobody in particular."""
    return run.owner in ("", person())


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
    before = runs.read(name)
    if before is not None and goes(before):
        raise BadInput("dashboards.run_going", name=name)
    if before is not None and before.state == "begun" and not is_own(before):  # it may go on
        raise BadInput("dashboards.name_taken", name=name)
    _check(choice, again)
    check_writable()
    runs.begin(name, choice.to_dict(), person(), again)
    try:
        job = state().task("train", choice.to_dict(), LABEL, reuse=False, name=name)
    except ExplorerError:  # the queue is full
        if not again:
            runs.forget(name)
        raise
    runs.link(name, job.id)
    return name


def go_on(name: str) -> str:
    """Begin a run again that was stopped; the library goes on from what it has kept of it.

    Raises:
        ExplorerError: as :func:`start`, and where nothing is known of such a run.
    """
    return start(Choice(**_own_run(name).asked), again=True)


def forget(name: str) -> None:
    """Take a run that does not go on off the list; what it has made stays.

    Raises:
        ExplorerError: it goes on, or there is none of that name that is this person's; or people shall only look.
    """
    check_writable()
    if goes(_own_run(name)):
        raise BadInput("dashboards.run_going", name=name)
    runs.forget(name)


def _own_run(name: str) -> runs.Run:
    run = runs.read(name)
    if run is None or not run.asked or not is_own(run):
        raise BadInput("dashboards.no_such_run", name=name)
    return run


def _check(choice: Choice, again: bool) -> None:
    from explorer.static.train import check_free, check_parameters
    from explorer.tokenizers.library import tokenizer_place

    characters_of(choice.corpus)
    promised = _promised(but=choice.run)
    for wanted in (choice.run, choice.tokenizer_name if choice.is_new else ""):
        if wanted in promised:
            raise BadInput("dashboards.name_promised", name=wanted)
    if choice.is_new and not (again and choice.tokenizer_name in list_artifacts("tokenizer")):
        _check_free("tokenizer", choice.tokenizer_name)
        tokenizer_place(choice.tokenizer_name, overwrite=False)
    if not choice.is_new and choice.tokenizer not in tokenizer_names():
        raise UnknownName("tokenizer", choice.tokenizer, tokenizer_names())
    if choice.what == "vectors":
        if not (again and choice.name in list_artifacts("vectors")):
            _check_free("vectors", choice.name)
            check_free(choice.name, overwrite=False)
        common = {name: choice.params[name] for name in ("dim", "window", "epochs") if name in choice.params}
        check_parameters(choice.model, common, {})


def _check_free(kind: str, name: str) -> None:
    """Refuse what is saved already; the library would advise an option of the command line."""
    if check_name(name) in list_artifacts(kind):
        raise BadInput("dashboards.name_taken", name=name)


# ---- in the worker process: what is there under a name was made by a run of before that was killed, or by somebody else meanwhile


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
    except Cancelled:
        raise
    except Exception as error:
        recorder.failed(error)
        raise
    return made


def _made_before(kind: str, name: str, engine: str, corpus: str, seed: int, params: Mapping[str, int]) -> bool:
    """Whether this was made before as it is wanted now.

    Raises:
        BadInput: something else has this name.
    """
    found = list_artifacts(kind).get(name)
    if found is None:
        return False
    facts = {**found.provenance, **found.params}
    same = found.engine == engine and facts.get("corpus") == corpus and facts.get("seed") == seed
    if not same or any(found.params.get(one) != value for one, value in params.items()):
        raise BadInput("dashboards.name_taken", name=name)
    return True


def _vectors(choice: Choice, corpus: Any, progress: ProgressCallback) -> dict[str, Any]:
    from explorer.static.load import load
    from explorer.static.train import train

    settings: dict[str, Any] = {**preset_of(choice), **choice.params}
    v = (
        load(choice.name)
        if _made_before("vectors", choice.name, choice.model, choice.corpus, choice.seed, choice.params)
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


def _beginning(texts: Iterable[str], most: int = COMPARED) -> Iterator[str]:
    """The first characters of a corpus; a text that is cut ends with a whole word, unless it is one."""
    for text in texts:
        if len(text) >= most:
            words, _, _ = text[:most].rpartition(" ")
            yield words or text[:most]
            return
        most -= len(text)
        yield text


def _tokenizer(choice: Choice, corpus: Any, progress: ProgressCallback) -> dict[str, Any]:
    """Train the new tokenizer, and compare it with others."""
    from explorer.tokenizers.comparison.compare import compare
    from explorer.tokenizers.training.train import train_tokenizer

    name = choice.tokenizer_name
    if not _made_before("tokenizer", name, choice.subword, choice.corpus, choice.seed, {"vocab_size": choice.vocab_size}):
        train_tokenizer(
            choice.subword,
            corpus.texts(),
            vocab_size=choice.vocab_size,
            name=name,
            seed=choice.seed,
            corpus=choice.corpus,
            progress=progress,
        )
    found = compare(
        [name, *BESIDE],
        list(_beginning(corpus.texts())),
        progress=lambda step: progress(Progress(step.stage, step.done, step.total, step.unit)),
    )
    rows = [row.to_dict() for row in found.rows]
    return {
        "name": name,
        "rows": [{metric: row.get(metric) for metric in ("tokenizer", "vocab_size", *METRICS)} for row in rows],
    }
