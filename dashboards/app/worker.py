"""The child process of :mod:`dashboards.app.workers`: reads tasks from standard input, writes lines of JSON.

A task is a function ``(params, progress) -> answer``, both JSON, in :data:`TASKS`. It is begun again where the server was killed
meanwhile, so it writes whole files or none, and goes on from what it finds. An answer that names a ``"folder"`` (or a file) is good
as long as that is there. Where ``EXPLORER_CLUSTER`` names a cluster, tasks that read a whole corpus have its pieces made there; its progress comes the same
way, and its pieces end with the task, or soon after this process is gone.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, TextIO

from dashboards.app.logs import set_up
from dashboards.kit.errors import on_page
from dashboards.kit.spaces import SPACE
from explorer.core.errors import ExplorerError
from explorer.core.progress import Progress, ProgressCallback
from explorer.core.settings import cluster
from explorer.core.workspace import in_workspace

__all__ = ["TASKS", "main"]

log = logging.getLogger("dashboards.app.worker")

Task = Callable[[dict[str, Any], ProgressCallback], dict[str, Any]]


def kiwi(_: dict[str, Any], progress: ProgressCallback) -> dict[str, Any]:
    """Recover Kiwi's vectors into the cache of the home folder, unless they are there."""
    from explorer.static.kiwi import kiwi_vectors

    return {"words": len(kiwi_vectors(progress=progress))}


def warm(_: dict[str, Any], progress: ProgressCallback) -> dict[str, Any]:
    """Let UMAP compile itself, so that a person's first map does not wait for it."""
    from explorer.analysis.projection import warm_up

    progress(Progress("compiling"))
    warm_up()
    return {}


def project_words(params: dict[str, Any], progress: ProgressCallback) -> dict[str, Any]:
    """Draw a map of a model's words and keep it in the cache; answers with its folder."""
    from dashboards.pages.map.pairs import draw

    return {"folder": str(draw(params, progress))}


def compare_tokenizers(params: dict[str, Any], progress: ProgressCallback) -> dict[str, Any]:
    """Compare tokenizers on a corpus and keep the result in the cache; answers with its folder."""
    from dashboards.pages.bench.asked import make

    return {"folder": str(make(params, progress))}


def find_contexts(params: dict[str, Any], progress: ProgressCallback) -> dict[str, Any]:
    """Sentences of a corpus with a word, through an index that is made on first use."""
    from dashboards.pages.senses.asked import contexts

    return contexts(params, progress)


def compare_models(params: dict[str, Any], progress: ProgressCallback) -> dict[str, Any]:
    """Compare two static models over their shared words."""
    from dashboards.pages.versus.asked import compare

    return compare(params, progress)


def index_corpus(params: dict[str, Any], progress: ProgressCallback) -> dict[str, Any]:
    """Make the index of a corpus, unless it is there."""
    from corpora import open_corpus
    from corpora.concordance import ConcordanceIndex

    index = ConcordanceIndex.of(open_corpus(params["corpus"]), progress=progress, cluster=cluster())
    index.close()
    return {"folder": str(index.path)}


def count_corpus(params: dict[str, Any], progress: ProgressCallback) -> dict[str, Any]:
    """Count what a corpus says of words, unless that is kept."""
    from dashboards.pages.why.asked import count

    return count(params, progress)


def train(params: dict[str, Any], progress: ProgressCallback) -> dict[str, Any]:
    """Train what the training page asks for, written down epoch by epoch."""
    from dashboards.pages.train.making import make

    return make(params, progress)


def import_files(params: dict[str, Any], progress: ProgressCallback) -> dict[str, Any]:
    """Make vectors or a tokenizer of files that were uploaded."""
    from dashboards.pages.saved.importing import make

    return make(params, progress)


def map_documents(params: dict[str, Any], progress: ProgressCallback) -> dict[str, Any]:
    """Draw a map of documents and keep it in the cache; answers with its folder."""
    from dashboards.pages.documents.asked import make

    return {"folder": str(make(params, progress))}


def classify_corpus(params: dict[str, Any], progress: ProgressCallback) -> dict[str, Any]:
    """Label the texts of a corpus and keep that in the cache; answers with its folder."""
    from dashboards.pages.classify.asked import make

    return {"folder": str(make(params, progress))}


def add_corpus(params: dict[str, Any], progress: ProgressCallback) -> dict[str, Any]:
    """Read what a person gave into a corpus of the home folder."""
    from dashboards.pages.corpora.adding import add

    return add(params, progress)


def count_statistics(params: dict[str, Any], progress: ProgressCallback) -> dict[str, Any]:
    """Count what a corpus is made of, unless that is kept."""
    from dashboards.pages.corpora.asked import count

    return count(params, progress)


def find_collocates(params: dict[str, Any], progress: ProgressCallback) -> dict[str, Any]:
    """What stands near a word of a corpus more often than by chance."""
    from dashboards.pages.corpora.asked import found_near

    return found_near(params, progress)


TASKS: dict[str, Task] = {
    "kiwi": kiwi,
    "warm": warm,
    "project": project_words,
    "compare": compare_tokenizers,
    "contexts": find_contexts,
    "compare models": compare_models,
    "index": index_corpus,
    "count": count_corpus,
    "train": train,
    "import": import_files,
    "documents": map_documents,
    "classify": classify_corpus,
    "add corpus": add_corpus,
    "statistics": count_statistics,
    "collocates": find_collocates,
}


def main() -> None:
    """Answer tasks until standard input ends."""
    channel = _private_channel()
    set_up()
    if hasattr(os, "nice"):
        os.nice(5)  # pages first
    todo: list[str] = []
    arrived = threading.Condition()

    def listen() -> None:
        for line in sys.stdin:
            with arrived:
                todo.append(line)
                arrived.notify()
        os._exit(0)  # the server is gone; nothing half-written is left behind by the store

    threading.Thread(target=listen, daemon=True).start()
    while True:
        with arrived:
            while not todo:
                arrived.wait()
            line = todo.pop(0)
        _say(channel, _answer(json.loads(line), channel))


def _answer(message: dict[str, Any], channel: TextIO) -> dict[str, Any]:
    last, stage = 0.0, ""

    def progress(step: Progress) -> None:
        nonlocal last, stage
        now = time.monotonic()
        if now - last > 0.1 or step.fraction == 1 or step.data or step.stage != stage:
            last, stage = now, step.stage
            _say(channel, {"progress": asdict(step)})

    params = dict(message["params"])
    try:
        with in_workspace(params.pop(SPACE, "")):
            return {"answer": TASKS[message["task"]](params, progress)}
    except ExplorerError as error:
        return {"error": on_page(error).to_dict()}
    except Exception as error:
        log.exception("a task failed that should not")
        return {"error": ExplorerError("dashboards.unexpected", kind=type(error).__name__, reason=error).to_dict()}


def _say(channel: TextIO, message: dict[str, Any]) -> None:
    channel.write(json.dumps(message, default=float) + "\n")
    channel.flush()


def _private_channel() -> TextIO:
    """Standard output for us alone: whatever libraries print goes to standard error."""
    channel = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return channel


if __name__ == "__main__":
    main()
