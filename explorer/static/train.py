"""``train``: texts and a model's name in, vectors out, with everything that made them written down."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback, report
from explorer.core.registry import Registry
from explorer.core.store import MANIFEST, artifact_path, check_target
from explorer.static.arguments import at_least_one, threads
from explorer.static.epochs import EpochLog, check_watch, checkpoint_place, choose_words
from explorer.static.merged import corpus_vocabulary
from explorer.static.phrases import find_phrases
from explorer.static.pipeline import Fitted, Vocabulary, tokenize_corpus
from explorer.static.prepare import prepare

if TYPE_CHECKING:
    from explorer.tokenizers.token import Tokenizer
    from explorer.vectors.vectors import Vectors

__all__ = [
    "MODELS",
    "check_free",
    "check_makes_vectors",
    "check_parameters",
    "model_parameters",
    "texts_of",
    "train",
    "trainable_names",
]

MODELS = Registry(
    "model to train",
    {
        "bert": "explorer.encoders.train.recipe:fit_bert",
        "contextual": "explorer.encoders.fitting:fit_contextual",
        "fasttext": "explorer.static.fasttext:fit_fasttext",
        "glove": "explorer.static.glove:train_glove",
        "ppmi": "explorer.static.ppmi:fit_ppmi",
        "senses": "explorer.encoders.sense_vectors:fit_senses",
        "word2vec": "explorer.static.word2vec:fit_word2vec",
    },
    group="korean_explorer.models",
)
"""Models by name. An entry is a function ``fit(shards, vocabulary, *, dim, window, epochs, seed, workers, progress, …) ->
Fitted`` whose keyword defaults are the model's defaults; other packages add theirs to the entry-point group. One with an
attribute ``reads_texts`` needs the sentences themselves: ``fit(texts, *, …) -> Vectors`` takes those of ``tokenizer``,
``min_count``, ``keys``, ``corpus``, ``seed``, ``workers`` and ``progress`` that it names; with ``name`` and ``overwrite`` it saves
what it makes itself, and may return any record. Its other parameters are those of its attribute ``recipe``, where it has one."""

_PLUMBING = {"seed", "workers", "progress", "log", "tokenizer", "min_count", "keys", "corpus", "name", "overwrite"}
_MAKERS = ("korean-explorer", "gensim", "kiwipiepy", "numba", "numpy")
"""Libraries that what is trained depends on."""


def trainable_names() -> list[str]:
    """Names :func:`train` accepts, sorted."""
    return MODELS.names()


def train(
    model: str,
    texts: Iterable[str] | Any,
    *,
    tokenizer: str | Tokenizer = "kiwi",
    dim: int | None = None,
    window: int | None = None,
    min_count: int | None = None,
    epochs: int | None = None,
    seed: int = 42,
    workers: int | None = None,
    keys: str | None = None,
    max_vocab: int | None = None,
    components: int | None = None,
    phrases: float | None = None,
    name: str | None = None,
    overwrite: bool = False,
    corpus: str | None = None,
    watch: Sequence[str] | int = 0,
    cluster: str | None = None,
    progress: ProgressCallback | None = None,
    **params: Any,
) -> Vectors | Any:
    """Train word vectors, or an encoder, on texts.

    Tokens are cached in the home folder, so a second model on the same texts starts at once, and a run that was killed
    tokenizes only what is missing. Word2Vec, FastText and GloVe under a ``name`` are kept after epochs, every half minute at most,
    and the same call goes on from there; with ``workers=1`` to the same vectors.

    Args:
        model: ``"word2vec"``, ``"fasttext"``, ``"glove"`` or ``"ppmi"``; ``"contextual"``, means of an encoder's vectors over
            contexts (:mod:`explorer.encoders.averaging`); ``"senses"``, an existing model (``base``) with vectors for the senses of
            words (:mod:`explorer.encoders.sense_vectors`); ``"bert"``, an encoder that learns to guess hidden words
            (:mod:`explorer.encoders.train.recipe`); or another registered name (:func:`trainable_names`).
        texts: strings (documents or lines), or an object whose ``texts()`` gives them, such as a corpus.
        tokenizer: a name, path or hub id for :func:`explorer.tokenizer`, or a tokenizer.
        dim, window, epochs: dimensions, words to each side, passes; ``None`` takes the model's default.
        min_count: words that occur less often get no vector; 5 by default.
        seed: equal seeds with ``workers=1`` give equal bits.
        workers: threads; all cores by default.
        keys: which tokens count: ``"content"`` (default for Kiwi, MeCab and eojeol) or ``"all"``
            (:mod:`explorer.static.keys`); or ``"eojeol"``: whole words between spaces, whatever the tokenizer.
        max_vocab: at most so many words, the most frequent ones.
        components: after training, subtract the mean and remove this many of the strongest directions
            (:func:`explorer.vectors.transform.remove_components`); 0 leaves the vectors as trained. By default what
            suits the model: one for every 40 dimensions of Word2Vec, as many by half of GloVe, where all of it would lift
            rare words above better neighbours, one for every 100 of FastText. Recorded in ``info["history"]``.
        phrases: join neighbours that belong together into one key, from this normalised pointwise mutual information on
            (0 to 1; 0.6 joins firm names): :func:`explorer.static.phrases.find_phrases`. By default nothing is joined.
        name: save the vectors under this name.
        overwrite: replace a model of that name.
        corpus: what to call the texts in the provenance.
        watch: words, or how many to choose, whose nearest ones are told after every epoch (:mod:`explorer.static.epochs`) and
            kept in ``info["epochs"]``, by models that train in epochs.
        cluster: where texts are tokenized and words and pairs counted, as in :func:`explorer.prepare`: ``"local:N"`` or a
            scheduler's address. The rest is done here.
        progress: told about every stage; what it raises ends the work and nothing half-made stays.
        **params: further parameters of the model.

    Returns:
        Vectors, vocabulary × dim, most frequent word first, with counts; for ``"bert"``, which needs a ``name``, a
        :class:`~explorer.encoders.train.recipe.TrainedBert`: where the encoder lies and how its loss fell.

    Raises:
        UnknownName: no such model or tokenizer.
        BadInput: an unknown parameter, no text, no word that occurs ``min_count`` times, or the name is taken.
        Unavailable: the disk is full.

    >>> v = train("glove", ["왕 왕비 궁전", "개 고양이 집"] * 20, tokenizer="eojeol", dim=8, epochs=2, workers=1)
    >>> v.keys[:3], v.dim
    (('개', '고양이', '궁전'), 8)
    """
    from explorer.tokenizers.loading import tokenizer as make_tokenizer

    fit, chosen = check_parameters(model, {"dim": dim, "window": window, "epochs": epochs}, params, components)
    at_least_one(workers=workers)
    check_watch(watch)
    if keys == "eojeol" and not _saves_itself(fit):
        tokenizer, keys = "eojeol", None
    if getattr(fit, "reads_texts", False):
        _refuse_untaken(model, phrases is not None or max_vocab is not None, cluster is not None)
        plumbing = {"tokenizer": tokenizer, "corpus": corpus, "seed": seed, "workers": workers, "progress": progress}
        given = {"min_count": min_count, "keys": keys} | ({"components": components} if _saves_itself(fit) else {})
        given = {key: value for key, value in given.items() if value is not None}
        _refuse_unknown(model, fit, set(given) - set(inspect.signature(fit).parameters))
        if _saves_itself(fit):
            return fit(texts_of(texts), name=name, overwrite=overwrite, **plumbing, **given, **chosen)
        if name is not None:
            check_free(name, overwrite)
        return _saved(_without(fit(texts_of(texts), **plumbing, **given, **chosen), components), name, overwrite, progress)
    if name is not None:
        check_free(name, overwrite)
    engine = make_tokenizer(tokenizer) if isinstance(tokenizer, str) else tokenizer
    min_count = 5 if min_count is None else min_count
    if cluster is not None:
        prepare(texts, tokenizer=engine, cluster=cluster, progress=progress)
    shards = tokenize_corpus(texts_of(texts), engine, choice=keys, workers=workers, progress=progress)
    shards = replace(shards, cluster=cluster)
    if phrases is not None:
        shards = replace(shards, phrases=find_phrases(shards, phrases, progress=progress))
    vocabulary = corpus_vocabulary(shards, min_count, max_vocab, progress)
    log = EpochLog(vocabulary.keys, choose_words(vocabulary, watch) if watch else ())
    if name is not None:
        # With one thread the vectors repeat to the bit; with several they never do, and their number may be another next time.
        made = {
            "model": model,
            "chosen": chosen,
            "seed": seed,
            "alone": threads(workers) == 1,
            "watch": watch,
            "phrases": phrases,
        }
        log.place = checkpoint_place(
            **made, shards=shards.sha256, vocabulary=[min_count, max_vocab], versions=_versions(*_MAKERS)
        )
    logged = {"log": log} if "log" in inspect.signature(fit).parameters else {}
    fitted = fit(shards, vocabulary, **chosen, seed=seed, workers=workers, progress=progress, **logged)
    if not np.isfinite(fitted.vectors).all():
        raise BadInput("static.training_diverged", model=model)
    settings = {**chosen, "min_count": min_count, "max_vocab": max_vocab, "keys": shards.choice, "workers": workers}
    if phrases is not None:
        settings["phrases"] = phrases
    info = {
        "model": model,
        "tokenizer": shards.tokenizer,
        "corpus": corpus or f"{shards.documents:,} texts",
        "corpus_stats": shards.to_dict(),
        "params": settings,
        "seed": seed,
        "versions": _versions(*_MAKERS),
        "history": [],
        **fitted.details,
    }
    if log.watched and log.entries:
        info["epochs"] = log.entries
    trained = _saved(_finish(vocabulary, fitted, info, components), name, overwrite, progress)
    log.drop()
    return trained


def _refuse_untaken(model: str, phrases: bool, cluster: bool) -> None:
    """Refuse what a model that reads texts by itself has no use for."""
    if phrases:
        raise BadInput("static.phrases_not_taken", model=model)
    if cluster:
        raise BadInput("static.cluster_not_taken", model=model)


def _saved(vectors: Vectors, name: str | None, overwrite: bool, progress: ProgressCallback | None) -> Vectors:
    if name is not None:
        report(progress, "saving the model")
        vectors.save(name, overwrite=overwrite)
    return vectors


def _without(vectors: Vectors, components: int | None) -> Vectors:
    """The vectors without so many of their strongest directions."""
    from explorer.vectors.transform import remove_components

    return remove_components(vectors, components) if components and len(vectors) > components else vectors


def _finish(vocabulary: Vocabulary, fitted: Fitted, info: dict[str, Any], components: int | None) -> Vectors:
    """Vectors of what was fitted, its strongest directions taken out where that suits the model or was asked for."""
    from explorer.vectors.transform import remove_components
    from explorer.vectors.vectors import Vectors

    vectors = Vectors(vocabulary.keys, fitted.vectors, vocabulary.counts, info, composer=fitted.composer)
    removed = fitted.components if components is None else components
    return remove_components(vectors, removed, fitted.strength) if removed and len(vectors) > removed else vectors


def check_parameters(
    model: str, common: dict[str, Any], params: dict[str, Any], components: int | None = None
) -> tuple[Callable[..., Any], dict[str, Any]]:
    """The function that fits a model, and all its parameters with defaults filled in.

    Raises:
        UnknownName: no such model.
        BadInput: a parameter it does not have, or a value that cannot be.
    """
    fit: Callable[..., Any] = MODELS.get(model)
    chosen = _parameters(model, fit, {key: value for key, value in common.items() if value is not None} | params)
    if getattr(fit, "reads_texts", False):
        return fit, chosen
    if components is not None and not 0 <= components < chosen["dim"]:
        raise BadInput("static.components_out_of_range", components=components, limit=chosen["dim"] - 1, dim=chosen["dim"])
    return fit, chosen


def check_makes_vectors(model: str) -> None:
    """Refuse a model that is trained but is no table of vectors.

    Raises:
        UnknownName: no such model.
        BadInput: an encoder, which saves itself.
    """
    if _saves_itself(MODELS.get(model)):
        raise BadInput("static.makes_no_vectors", model=model)


def _saves_itself(fit: Callable[..., Any]) -> bool:
    return "name" in inspect.signature(fit).parameters


def model_parameters(model: str) -> dict[str, Any]:
    """A model's own parameters and their defaults; ``None`` where the default depends on the data.

    Raises:
        UnknownName: there is no such model.

    >>> model_parameters("word2vec")["window"]
    5
    """
    return _parameters_of(MODELS.get(model))


def _parameters_of(fit: Callable[..., Any]) -> dict[str, Any]:
    """A model's own parameters and their defaults."""
    return {
        item.name: item.default
        for item in inspect.signature(getattr(fit, "recipe", fit)).parameters.values()
        if item.kind is inspect.Parameter.KEYWORD_ONLY and item.name not in _PLUMBING
    }


def _refuse_unknown(model: str, fit: Callable[..., Any], unknown: set[str]) -> None:
    if unknown:
        allowed = ", ".join(sorted(_parameters_of(fit)))
        raise BadInput("static.unknown_parameter", model=model, parameter=", ".join(sorted(unknown)), allowed=allowed)


def _parameters(model: str, fit: Callable[..., Any], given: dict[str, Any]) -> dict[str, Any]:
    """All parameters of a model with its defaults filled in; refuses what it does not know."""
    allowed = _parameters_of(fit)
    _refuse_unknown(model, fit, set(given) - set(allowed))
    for key, value in given.items():
        default = allowed[key]
        number = isinstance(value, int | float) and (isinstance(default, bool) or not isinstance(value, bool))
        if isinstance(default, int) and not (number and isinstance(value, int)):
            raise BadInput("static.not_whole_number", key=key, value=value, default=default)
        if isinstance(default, float) and not number:
            raise BadInput("static.not_a_number", key=key, value=value, default=default)
    at_least_one(**{key: given.get(key) for key in ("dim", "window", "epochs") if isinstance(allowed.get(key), int)})
    return allowed | given


def texts_of(texts: Any) -> Iterable[str]:
    """The strings of a list or a corpus.

    Raises:
        BadInput: it is neither, or one string.
    """
    if isinstance(texts, str | bytes):
        raise BadInput("static.texts_one_string")
    source = texts.texts() if callable(getattr(texts, "texts", None)) else texts
    if not isinstance(source, Iterable):
        raise BadInput("static.texts_not_iterable", type_name=type(texts).__name__)
    return source


def check_free(name: str, overwrite: bool) -> None:
    """Refuse a name before the work, not after it."""
    from explorer.static.load import BUILT_IN

    folder = artifact_path("vectors", name)
    if name in BUILT_IN:
        raise BadInput("static.builtin_model_name", name=name)
    if (folder / MANIFEST).exists() and not overwrite:
        raise BadInput("static.name_taken", name=name)
    check_target(folder, overwrite, "vectors")


def _versions(*distributions: str) -> dict[str, str]:
    found = {}
    for distribution in distributions:
        try:
            found[distribution] = version(distribution)
        except PackageNotFoundError:  # run from a source tree that is not installed
            continue
    return found
