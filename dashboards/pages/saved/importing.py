"""Files that were given become vectors or a tokenizer under a name; in the worker process, whole or not at all."""

from __future__ import annotations

import re
import shutil
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dashboards.app.state import state
from dashboards.kit.upload import Upload, discard, named_after, waiting
from explorer.core.errors import BadInput, disk_errors, packed
from explorer.core.leftovers import passing_folder
from explorer.core.progress import ProgressCallback, report
from explorer.core.store import artifact_path, cache_path, check_name, list_artifacts

__all__ = ["MOST", "WHAT", "make", "name_of", "start"]

WHAT = ("vectors", "tokenizer")
MOST = 12
"""Files of one model: gensim writes several."""
LABEL = "job.import"
_UPLOADS = "uploads"
"""In the provenance: which files it was made of."""


def name_of(file: str) -> str:
    """A name for what a file holds, from what the file is called; empty where nothing of it can be one.

    >>> name_of("cc.ko.300.vec.gz"), name_of("한국어 위키.model"), name_of("…")
    ('cc.ko.300', '한국어-위키', '')
    """
    stem = re.sub(
        r"(\.(gz|vec|bin|txt|npy|tsv|glove|model|json|kv|vectors|safetensors|parquet))+$", "", file, flags=re.IGNORECASE
    )
    return named_after(stem)


def start(what: str, given: Sequence[str], name: str) -> str:
    """Begin to import files that were given; gives the id of the job.

    Raises:
        ExplorerError: no file, a name that is taken or none.
    """
    from explorer.static.train import check_free
    from explorer.tokenizers.library import tokenizer_place

    if not given:
        raise BadInput("dashboards.nothing_uploaded")
    if len(given) > MOST:
        raise BadInput("dashboards.too_many_files", most=MOST)
    files = [waiting(one) for one in given]
    name = check_name(name or name_of(_main(files).name))
    if name in list_artifacts(what):
        raise BadInput("dashboards.name_taken", name=name)
    if what == "vectors":
        check_free(name, overwrite=False)
    else:
        tokenizer_place(name, overwrite=False)
    params = {"what": what, "given": [one.id for one in files], "name": name}
    return state().task("import", params, LABEL, reuse=False, name=name).id


def _main(files: Sequence[Upload]) -> Upload:
    """The file the others lie beside: the largest; they hold keys or labels."""
    return max(files, key=lambda one: one.bytes)


# ---- in the worker process


def make(params: Mapping[str, Any], progress: ProgressCallback) -> dict[str, Any]:
    """Import what was asked for; the files go when it is done."""
    what, name, given = params["what"], params["name"], params["given"]
    made = _made_before(what, name, given)
    if made is None:
        files = [waiting(one) for one in given]
        with _laid_out(files) as folder:
            made = (_vectors if what == "vectors" else _tokenizer)(folder, name, {_UPLOADS: given}, progress)
    for one in given:
        discard(one)
    return {"what": what, "name": name, **made}


def _made_before(what: str, name: str, given: Sequence[str]) -> dict[str, Any] | None:
    """What a server that was killed had made of these files just before it could say so."""
    found = list_artifacts(what).get(name)
    if found is None or found.provenance.get(_UPLOADS) != given:
        return None
    keys = found.sizes.get("keys", found.sizes.get("vocabulary"))
    return {"keys": keys, "format": found.provenance.get("format", found.engine), "warnings": []}


@contextmanager
def _laid_out(files: Sequence[Upload]) -> Iterator[Path]:
    """A folder with the files under the names they came with, as far as these can be names: readers look at endings."""
    with passing_folder(cache_path("imports", "x").parent) as folder:
        for one in files:
            place = _free(folder, one.name)
            with disk_errors("core.writing", path=folder):
                try:
                    place.hardlink_to(one.path)
                except OSError:  # no hard links here
                    shutil.copyfile(one.path, place)
        yield folder


def _free(folder: Path, name: str) -> Path:
    """A place for a file that is called so; a second one of that name gets another."""
    safe = re.sub(r"[^\w가-힣.+-]+", "_", unicodedata.normalize("NFC", name), flags=re.ASCII).lstrip(".")[-100:] or "file"
    place = folder / safe
    while place.exists():
        place = place.with_name(f"_{place.name}")
    return place


def _vectors(folder: Path, name: str, note: Mapping[str, Any], progress: ProgressCallback) -> dict[str, Any]:
    from explorer.vectors.files.folder import save_vectors
    from explorer.vectors.files.formats import detect_format, read_vectors

    paths = sorted(folder.iterdir(), key=lambda path: -path.stat().st_size)
    kinds = {path: _kind(detect_format, path) for path in paths}
    # Gensim's own file is small, the matrices beside it are large; of the others the largest holds the numbers.
    whole = next((path for path, kind in kinds.items() if kind == "gensim"), None)
    main = whole or next((path for path, kind in kinds.items() if kind), paths[0])
    vectors = read_vectors(main, progress=progress)
    report(progress, "saving the model")
    save_vectors(vectors, artifact_path("vectors", name), note=note)
    return {"keys": len(vectors), "format": vectors.info["format"], "warnings": packed(vectors.info.get("warnings", ()))}


def _kind(detect: Any, path: Path) -> str | None:
    try:
        found: str = detect(path)
    except BadInput:
        return None
    return found


def _tokenizer(folder: Path, name: str, note: Mapping[str, Any], progress: ProgressCallback) -> dict[str, Any]:
    from explorer.tokenizers.library import import_tokenizer, tokenizer_record

    report(progress, "opening tokenizers")
    path = max(folder.iterdir(), key=lambda one: one.stat().st_size)
    import_tokenizer(path, name, origin=path.name, note=note)
    record = tokenizer_record(name)
    return {"keys": record.vocab_size, "format": record.kind, "warnings": []}
