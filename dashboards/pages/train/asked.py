"""Trainings as a person asks for them: checked before they begin, gone on with, known again, taken off the list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from dashboards.app.state import state, tokenizer_names
from dashboards.kit.checkpoints import place, torch_installed
from dashboards.kit.jobs import Job
from dashboards.kit.local import short_name
from dashboards.kit.person import person
from dashboards.kit.public import check_writable
from dashboards.kit.upload import named_after
from dashboards.pages.train import runs
from dashboards.pages.train.choice import ARTIFACTS, CONTEXTUAL, ENCODING, Choice
from dashboards.pages.train.sizes import characters_of, label_of
from explorer.core.errors import BadInput, ExplorerError, MissingExtra, UnknownName
from explorer.core.store import check_name, list_artifacts

__all__ = ["forget", "go_on", "goes", "is_own", "job_of", "known", "own", "start", "tests_here"]

LABEL = "job.train"
"""What the job of a training is called."""


def _named(choice: Choice) -> Choice:
    """With names that are free, where the person gave none."""
    promised = _promised()
    if choice.is_new and not choice.tokenizer_name:
        name = _free(f"{choice.corpus}-{choice.subword}", promised | set(tokenizer_names()))
        choice = replace(choice, tokenizer_name=name)
    if choice.what != "tokenizer" and not choice.name:
        tail = {"vectors": choice.model, "classifier": named_after(short_name(choice.encoder))}.get(choice.what, choice.what)
        kind = ARTIFACTS[choice.what]
        taken = set(list_artifacts(kind)) if kind else {run.name for run in runs.listed()}
        choice = replace(choice, name=_free(f"{choice.corpus}-{tail}", promised | taken))
    return choice


def _free(name: str, taken: set[str]) -> str:
    return next(one for number in range(1, 10_000) if (one := name if number == 1 else f"{name}-{number}") not in taken)


def _promised(but: str = "") -> set[str]:
    """Names of what runs will make that have begun, also of those that wait for their turn or were stopped.

    Args:
        but: a run that is not meant.
    """
    begun = [Choice(**run.asked) for run in runs.listed() if run.state == "begun" and run.name != but]
    return {name for choice in begun for name in (choice.run, choice.tokenizer_name if choice.is_new else "") if name}


def known(name: str) -> runs.Run | None:
    """What this person may know of a run: of their own everything; of somebody else's that it goes on, or what it has made."""
    run = runs.read(name)
    if run is None or is_own(run):
        return run if run is None or run.state != "begun" else _broken_off(run)
    if goes(run):
        return runs.Run(name, owner=run.owner, job=run.job)
    kind = ARTIFACTS[run.what]
    return run if run.state == "done" and (kind is None or name in list_artifacts(kind)) else runs.of_model(name)


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
    choice = _named(choice)
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
    if choice.encodes and not torch_installed():
        raise MissingExtra("encoders.an_encoder", "bert")
    promised = _promised(but=choice.run)
    for wanted in (choice.run, choice.tokenizer_name if choice.is_new else ""):
        if wanted in promised:
            raise BadInput("dashboards.name_promised", name=wanted)
    if choice.is_new and not (again and choice.tokenizer_name in list_artifacts("tokenizer")):
        _check_free("tokenizer", choice.tokenizer_name)
        tokenizer_place(choice.tokenizer_name, overwrite=False)
    if choice.what == "vectors":
        if not choice.is_new:
            _check_tokenizers([choice.tokenizer])
        if not (again and choice.name in list_artifacts("vectors")):
            _check_free("vectors", choice.name)
            check_free(choice.name, overwrite=False)
        common = {name: choice.params[name] for name in ("dim", "window", "epochs") if name in choice.params}
        check_parameters(choice.model, {} if choice.model == CONTEXTUAL else common, {})
        if choice.model == CONTEXTUAL:
            place(choice.encoder)
    elif choice.what in ENCODING:
        _check_labels(choice, again)
    elif choice.what == "lab":
        _check_lab(choice, again)


def _check_tokenizers(names: Iterable[str]) -> None:
    for name in names:
        if name not in tokenizer_names():
            raise UnknownName("tokenizer", name, tokenizer_names())


def _check_labels(choice: Choice, again: bool) -> None:
    place(choice.encoder)
    label_of(choice.corpus, choice.label)
    if choice.what == "classifier":
        from explorer.encoders.train.recipe import free_target

        if not (again and choice.name in list_artifacts("encoder")):
            _check_free("encoder", choice.name)
            free_target(choice.name, overwrite=False)
        return
    check_name(choice.name)
    before = runs.read(choice.name)
    if before is not None and before.state == "done" and not again:
        raise BadInput("dashboards.name_taken", name=choice.name)


def _check_lab(choice: Choice, again: bool) -> None:
    from explorer.analysis.lab_results import check_lab_free
    from explorer.static.presets import PRESETS

    if not choice.tokenizers or not choice.models or not choice.tests:
        raise BadInput("dashboards.lab_incomplete")
    _check_tokenizers(choice.tokenizers)
    for model in choice.models:
        if model not in PRESETS:
            raise UnknownName("model to train", model, PRESETS)
    for test in choice.tests:
        if test not in tests_here():
            raise UnknownName("test set", test, tests_here())
    if not (again and choice.name in list_artifacts("lab")):
        _check_free("lab", choice.name)
        check_lab_free(choice.name)


def _check_free(kind: str, name: str) -> None:
    """Refuse what is saved already; the library would advise an option of the command line."""
    if check_name(name) in list_artifacts(kind):
        raise BadInput("dashboards.name_taken", name=name)


def tests_here() -> list[str]:
    """Test sets of words that have a name and are on this machine."""
    from explorer.core.evaluation_sets import evaluation_sets

    return [one.name for one in evaluation_sets().values() if one.kind in ("similarity", "analogy") and one.where != "not here"]
