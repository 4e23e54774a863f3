"""Trainings in the worker process, written down while they happen.

What is there under a name was made by a run of before that was killed, or by somebody else meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from dashboards.kit.checkpoints import place
from dashboards.pages.train import runs
from dashboards.pages.train.choice import CONTEXTUAL, NEW, Choice
from dashboards.pages.train.sizes import characters_of, label_of, preset_of
from explorer.core.errors import BadInput, Cancelled
from explorer.core.progress import Progress, ProgressCallback
from explorer.core.settings import cluster
from explorer.core.store import list_artifacts

__all__ = ["METRICS", "make"]

WATCHED = 5
"""Words whose neighbours are told after every epoch."""
BESIDE = ("kiwi", "ko-unigram-32k", "ko-wordpiece-32k")
"""What a new tokenizer is compared with."""
COMPARED = 50_000
"""Characters of the corpus that a new tokenizer is compared on."""
METRICS = ("tokens_per_eojeol", "single_token_words", "unknown_characters")
"""What a new tokenizer is compared by."""
CHECKPOINT = 60.0
"""Seconds of a classifier's training that are lost where its process is killed."""


def make(params: dict[str, Any], progress: ProgressCallback) -> dict[str, Any]:
    """Train what was asked for, and write down what happens."""
    from corpora import open_corpus

    choice = Choice(**params)
    recorder = runs.Recorder(choice.run, progress)
    try:
        corpus = open_corpus(choice.corpus)
        made: dict[str, Any] = {"tokenizer": _tokenizer(choice, corpus, recorder)} if choice.is_new else {}
        if choice.what in _MAKERS:
            made |= _MAKERS[choice.what](choice, corpus, recorder)
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

    settings = _settings(choice)
    if choice.model == CONTEXTUAL:
        settings["encoder"] = place(choice.encoder)
    else:
        settings |= {"watch": WATCHED, "cluster": cluster()}
    asked = {} if choice.model == CONTEXTUAL else choice.params
    v = (
        load(choice.name)
        if _made_before("vectors", choice.name, choice.model, choice.corpus, choice.seed, asked)
        else train(
            choice.model,
            corpus,
            tokenizer=choice.tokenizer_name if choice.tokenizer == NEW else choice.tokenizer,
            name=choice.name,
            corpus=choice.corpus,
            seed=choice.seed,
            keys=None if choice.keys == "auto" else choice.keys,
            progress=progress,
            **settings,
        )
    )
    stats = v.info["corpus_stats"]
    return {
        "keys": len(v),
        "dim": v.dim,
        "model": choice.model,
        "tokens": stats["tokens"],
        "sentences": stats.get("sentences", stats.get("read")),
    }


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


def _settings(choice: Choice) -> dict[str, Any]:
    """What a person has set, and what fits where they have not."""
    preset = preset_of(choice)
    return preset | _set(choice, preset)


def _set(choice: Choice, known: Iterable[str]) -> dict[str, int]:
    return {name: choice.params[name] for name in known if name in choice.params}


def _labelled(choice: Choice, corpus: Any) -> list[tuple[str, str]]:
    from corpora.labelled import labelled_texts

    return labelled_texts(corpus, label_column=label_of(choice.corpus, choice.label)[0])


def _classifier(choice: Choice, corpus: Any, progress: ProgressCallback) -> dict[str, Any]:
    from corpora.labelled import drawn
    from explorer.encoders.train.classify import ClassifierRecipe, train_classifier

    found = list_artifacts("encoder").get(choice.name)
    if found is None:
        settings = _settings(choice)
        recipe = ClassifierRecipe(
            base=place(choice.encoder),
            train=choice.part,
            epochs=float(settings["epochs"]),
            checkpoint=CHECKPOINT,
            seed=choice.seed,
        )
        texts = drawn(_labelled(choice, corpus), settings["most"], choice.seed)
        train_classifier(texts, recipe, name=choice.name, corpus=choice.corpus, progress=progress)
        found = list_artifacts("encoder")[choice.name]
    elif found.provenance.get("corpus") != choice.corpus or "curve" not in found.provenance:
        raise BadInput("dashboards.name_taken", name=choice.name)
    return runs.of_classifier(found)


def _layers(choice: Choice, corpus: Any, progress: ProgressCallback) -> dict[str, Any]:
    from explorer.analysis.probing.layers import probe_layers
    from explorer.encoders.open import encoder

    opened = encoder(place(choice.encoder), progress=progress)
    labelled = _labelled(choice, corpus)
    found = probe_layers(opened, labelled=labelled, most_texts=_settings(choice)["most"], seed=choice.seed, progress=progress)
    return {"probes": found.to_dict()}


def _lab(choice: Choice, corpus: Any, progress: ProgressCallback) -> dict[str, Any]:
    from explorer.analysis.lab import lab
    from explorer.analysis.lab_results import load_lab, save_lab
    from explorer.static.presets import preset, tokens_of

    if choice.name in list_artifacts("lab"):
        found = load_lab(choice.name)
        if found.corpus != choice.corpus:
            raise BadInput("dashboards.name_taken", name=choice.name)
    else:
        tokens = tokens_of(characters_of(choice.corpus), "kiwi")
        models = [{"model": model, **preset(model, tokens), **_set(choice, preset(model, tokens))} for model in choice.models]
        found = lab(
            corpus,
            list(choice.tokenizers),
            models,
            test_sets=choice.tests,
            seed=choice.seed,
            name=choice.corpus,
            progress=progress,
            **_settings(choice),
        )
        save_lab(found, choice.name)
    return {"cells": len(found), "corpus": found.corpus}


_MAKERS: dict[str, Callable[[Choice, Any, ProgressCallback], dict[str, Any]]] = {
    "vectors": _vectors,
    "classifier": _classifier,
    "layers": _layers,
    "lab": _lab,
}
"""What is made of a corpus; a tokenizer is made before."""
