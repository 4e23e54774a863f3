"""Corpora kept in the home folder: added once, read many times.

A stored corpus is an artifact of kind ``"corpus"``: shards of JSON lines (id, text, title, meta; about 32 MB each, plain,
because nothing reads faster) and a manifest with the sources and their hashes, what was counted and what was repaired. While it
is being added it lives in a hidden folder under its name; every finished shard is recorded there, so that a killed run goes
on where it stopped, and nothing half-made is ever listed.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from corpora.adding import FromPieces, Line, Reading, ReadMaker, direct, pieces_folder, pieces_of
from corpora.catalogue import Card, cards
from corpora.corpus import StoredCorpus, open_corpus, read_shards
from corpora.readers.inputs import Input, find_inputs
from corpora.readers.remote import is_address
from corpora.readers.report import Report, no_text_found
from explorer.core.cluster import make_part, make_pieces
from explorer.core.errors import BadInput, Unavailable, UnknownName, disk_errors
from explorer.core.messages import Message
from explorer.core.paths import expanded
from explorer.core.pieces import Divided, Piece, part_of, teller
from explorer.core.places import home, make_folder
from explorer.core.progress import ProgressCallback, report
from explorer.core.store import (
    MANIFEST,
    Manifest,
    artifact_path,
    atomic_write,
    check_mine,
    check_name,
    check_target,
    derived_path,
    discard_folder,
    list_artifacts,
    name_lock,
    put_folder,
    remove_artifact,
    rename_artifact,
)
from explorer.core.workspace import own_folder, roots
from explorer.static.pipeline import forget_shards

__all__ = [
    "SHARD_BYTES",
    "CorpusFacts",
    "KnownCorpus",
    "add",
    "add_part",
    "check_free",
    "corpus_facts",
    "known_corpora",
    "remove",
    "remove_unfinished",
    "rename",
    "unfinished",
]

SHARD_BYTES = 32 << 20
"""A shard is closed when it has grown to this size."""

_STATE = "state.json"
_LAYOUT = 2
"""Part of what a run has to agree with to be gone on with; raised when shards are written or counted otherwise."""
_RESERVED = ("sample",)
_DERIVED = ("concordance", "evidence", "statistics")
"""Parts of the cache that hold something of a corpus under its fingerprint."""


@dataclass
class _State:
    """What a run has finished: written after every shard, read by the next run."""

    settings: dict[str, Any]
    finished: list[dict[str, Any]] = field(default_factory=list)  # inputs read to their end, with their reports
    current: dict[str, Any] | None = None  # the input being read: its source, and how many of its documents are stored
    shards: list[dict[str, Any]] = field(default_factory=list)
    dropped: dict[str, Any] = field(default_factory=lambda: Report().to_dict())

    def save(self, folder: Path) -> None:
        atomic_write(folder / _STATE, json.dumps(asdict(self), ensure_ascii=False))

    @classmethod
    def load(cls, folder: Path) -> _State | None:
        try:
            return cls(**json.loads((folder / _STATE).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None


def add(
    where: str | Path | Iterable[str | Path],
    name: str,
    *,
    force: bool = False,
    field: str | None = None,
    drop: str | None = None,
    near: float = 0.8,
    clean_markup: bool | None = None,
    cluster: str | None = None,
    progress: ProgressCallback | None = None,
    source: Mapping[str, Any] | None = None,
    called: str = "",
) -> StoredCorpus:
    """Read files, folders or patterns once and keep their documents under a name.

    A run that is killed leaves what it finished; the same call goes on from there. Memory stays at one document and one
    block, plus 8 bytes a document (and 200 MB for near duplicates) where duplicates are dropped. Files that were read in parts
    beforehand (:func:`add_part`) are taken from there.

    Args:
        where: one or several paths or patterns.
        name: what to call the corpus.
        force: replace a corpus of that name.
        field: which column or field holds the text.
        drop: ``"exact"`` drops documents whose text was there before, ``"near"`` also those very like an earlier one.
        near: for ``drop="near"``: the least Jaccard similarity of character trigrams that counts.
        clean_markup: whether wiki and HTML markup is taken out of every text; if ``None``, of WikiExtractor text and MediaWiki
            dumps only (:func:`corpora.readers.markup.clean`).
        cluster: where the files are read (:func:`~explorer.core.cluster.on_cluster`); here if ``None``. The corpus is the same.
        progress: told about the bytes read.
        source: what to say about the origin in the manifest (licence, citation).
        called: what a single file is called in messages and in the ids of documents, where its own name says nothing.

    Raises:
        BadInput: the name is taken or no name, or a file cannot be read; what was stored before stays as it was.
        Unavailable: another process is adding the same corpus, or the disk is full.
    """
    target = artifact_path("corpus", name)
    asked = _asked(where, name, field, drop, near, clean_markup, called, force)
    inputs, settings, found = asked.inputs, asked.settings, asked.found
    folder = _partial(name)
    with disk_errors("core.writing", path=folder):
        make_folder(folder.parent)
        with _locked(folder, name):
            check_free(name, force)  # again: the process that held it may have finished just now
            folder.mkdir(exist_ok=True)
            try:
                work = _Adding(folder, inputs, settings, found, progress)
                work.run(_reading(asked, name, len(work.state.finished), cluster, progress))
                work.finish(name, dict(source or {}))
            except BaseException:
                state = _State.load(folder)
                if state is None or not state.shards:  # nothing that another run could go on from
                    discard_folder(folder, locked=True)
                raise
            with suppress(BadInput, UnknownName):  # there is none that is replaced, or it is damaged
                _forget(StoredCorpus(name))
            put_folder(folder, target, overwrite=force)
            discard_folder(pieces_folder(name))
    return StoredCorpus(name)


def add_part(
    where: str | Path | Iterable[str | Path],
    name: str,
    *,
    part: str,
    force: bool = False,
    field: str | None = None,
    drop: str | None = None,
    near: float = 0.8,
    clean_markup: bool | None = None,
    progress: ProgressCallback | None = None,
) -> Divided:
    """Read one part of the files, for :func:`add` to put together: processes that share the home folder do a part each.

    Args:
        where, name, force, field, drop, near, clean_markup: as there, and the same in every part.
        part: ``"i/N"``: every Nth piece from the ith on; a piece is some files of together 4 MB, or one larger file.
        progress: told about the bytes of this part that are read.

    Raises:
        BadInput: as :func:`add`, or there is no such part.
    """
    asked = _asked(where, name, field, drop, near, clean_markup, "", force)
    pieces = pieces_of(name, asked.inputs, asked.settings)
    first, parts = part_of(part)
    told = _teller(asked, pieces[first - 1 :: parts], progress)
    return make_part(ReadMaker(asked.settings, len(asked.inputs) == 1), [piece for piece, _ in pieces], part, told)


@dataclass(frozen=True)
class _Asked:
    """What is to be added: files, how they are read, and what was left out when they were looked for."""

    inputs: list[Input]
    settings: dict[str, Any]
    found: Report


def _asked(
    where: str | Path | Iterable[str | Path],
    name: str,
    field: str | None,
    drop: str | None,
    near: float,
    clean_markup: bool | None,
    called: str,
    force: bool,
) -> _Asked:
    if check_name(name) in _RESERVED:
        raise BadInput("corpora.name_reserved", name=name)
    if drop not in (None, "exact", "near"):
        raise BadInput("corpora.unknown_drop", drop=drop)
    check_free(name, force)
    places = [where] if isinstance(where, str | Path) else list(where)
    found = Report()
    inputs = [one for place in places for one in find_inputs(place, found, called)]
    settings = {
        "layout": _LAYOUT,
        "paths": [str(place) if is_address(place) else str(expanded(place).resolve()) for place in places],
        "field": field,
        "drop": drop,
        "near": near if drop == "near" else None,
        "clean_markup": clean_markup,
        **({"called": called} if called else {}),
    }
    return _Asked(inputs, settings, found)


def _reading(asked: _Asked, name: str, finished: int, cluster: str | None, progress: ProgressCallback | None) -> Reading:
    """How the files are read that no run has finished: from pieces where there are any, or a cluster makes them."""
    single = len(asked.inputs) == 1
    if cluster is None and not pieces_folder(name).is_dir():
        return direct(asked.settings, single)
    pieces = [(piece, numbers) for piece, numbers in pieces_of(name, asked.inputs, asked.settings) if numbers.stop > finished]
    told = _teller(asked, pieces, progress)
    make_pieces(ReadMaker(asked.settings, single), [piece for piece, _ in pieces], told, cluster)
    return FromPieces(pieces, asked.settings["drop"] == "near")


def _teller(
    asked: _Asked, pieces: Iterable[tuple[Piece, range]], progress: ProgressCallback | None
) -> Callable[[Piece | None], None]:
    sizes = {piece.target: sum(asked.inputs[number].size for number in numbers) for piece, numbers in pieces}
    return teller(progress, "reading", sizes, sum(sizes.values()), "bytes")


def check_free(name: str, force: bool, *, fetching: bool = False) -> None:
    """Refuse a name that a corpus has already, unless told to replace it."""
    target = artifact_path("corpus", name)
    if target.exists() and not force:
        if fetching:
            raise BadInput("corpora.already_fetched", name=name)
        raise BadInput("corpora.corpus_exists", name=name)
    check_target(target, force, "corpus")


class _Adding:
    """One run of :func:`add`."""

    def __init__(
        self, folder: Path, inputs: list[Input], settings: dict[str, Any], found: Report, progress: ProgressCallback | None
    ) -> None:
        self.folder = folder
        self.inputs = inputs
        self.progress = progress
        self.found = found
        state = _State.load(folder)
        if state is None or state.settings != settings or not self._still_valid(state):
            for part in folder.glob("*.jsonl*"):
                part.unlink()
            state = _State(settings)
            state.save(folder)
        self.state = state
        for part in folder.glob("*.jsonl"):
            if part.name not in {shard["file"] for shard in state.shards}:
                part.unlink()  # the shard that was being written when the last run ended
        self.dropped = Report.from_dict(state.dropped)
        self._shard: IO[bytes] | None = None
        self._digest = hashlib.sha256()
        self._written = self._count = self._characters = self._sentences = 0
        self._filter = self._duplicates()
        self._total = sum(one.size for one in inputs)
        self._told = 0.0

    def _still_valid(self, state: _State) -> bool:
        """Whether what was read last time is still what is there now."""
        now = [one.identity() for one in self.inputs]
        read = [*state.finished, *([state.current] if state.current else [])]
        for before, here in zip(read, now, strict=False):
            if any(before[key] != here[key] for key in here):
                return False
        return len(read) <= len(now) and all((self.folder / shard["file"]).is_file() for shard in state.shards)

    def _duplicates(self) -> Any:
        drop = self.state.settings["drop"]
        if drop is None:
            return None
        from corpora.duplicates import Duplicates

        made = Duplicates(self.state.settings["near"])
        for document in read_shards(self.folder / shard["file"] for shard in self.state.shards):
            made.check(document.text)
        return made

    def run(self, read: Reading) -> None:
        try:
            self._read_all(read)
            self._close_shard()
        finally:
            if self._shard is not None:
                self._shard.close()
        report(self.progress, "reading", self._total, self._total, "bytes")

    def _read_all(self, read: Reading) -> None:
        state = self.state
        before = sum(one.size for one in self.inputs[: len(state.finished)])
        for place, one in enumerate(self.inputs[len(state.finished) :], len(state.finished)):
            taken = int(state.current["documents"]) if state.current else 0
            state.current = {**one.identity(), "documents": taken}
            notes, number = Report(), 0
            for number, line in enumerate(read(place, one, notes, self._reading(before, one)), 1):
                if number > taken:
                    self._keep(line, number)
            state.finished.append({**one.identity(), "documents": number, "report": notes.to_dict()})
            state.current = None
            before += one.size

    def _reading(self, before: int, one: Input) -> Any:
        def tell(position: int) -> None:
            now = time.monotonic()
            if now - self._told >= 0.1:
                self._told = now
                report(self.progress, "reading", before + min(position, one.size), self._total, "bytes", one.name)

        return tell if self.progress is not None else None

    def _keep(self, line: Line, number: int) -> None:
        if self._filter is not None:
            found = self._filter.check_known(line.key, line.shape)
            if found is not None:
                self.dropped.note(found, line.id)
                return
        if self._shard is None:
            self._shard = (self.folder / f"{len(self.state.shards):05d}.jsonl").open("wb")
            self._digest = hashlib.sha256()
            self._written = self._count = self._characters = self._sentences = 0
        self._shard.write(line.data)
        self._digest.update(line.data)
        self._written += len(line.data)
        self._count += 1
        self._characters += line.characters
        self._sentences += line.sentences
        if self._written >= SHARD_BYTES:
            assert self.state.current is not None
            self.state.current["documents"] = number
            self._close_shard()

    def _close_shard(self) -> None:
        if self._shard is not None:
            self._shard.flush()
            os.fsync(self._shard.fileno())
            self._shard.close()
            self.state.shards.append(
                {
                    "file": f"{len(self.state.shards):05d}.jsonl",
                    "sha256": self._digest.hexdigest(),
                    "documents": self._count,
                    "characters": self._characters,
                    "sentences": self._sentences,
                    "bytes": self._written,
                }
            )
            self._shard = None
        self.state.dropped = self.dropped.to_dict()
        self.state.save(self.folder)

    def finish(self, name: str, source: dict[str, Any]) -> None:
        shards = self.state.shards
        whole = Report.total([self.found, *(Report.from_dict(one["report"]) for one in self.state.finished), self.dropped])
        if not shards:
            settings = self.state.settings
            raise no_text_found(settings.get("called") or ", ".join(settings["paths"]), len(self.inputs), whole)
        sources = [{key: value for key, value in one.items() if key != "report"} for one in self.state.finished]
        manifest = Manifest(
            kind="corpus",
            name=name,
            engine="jsonl",
            params={key: value for key, value in self.state.settings.items() if value is not None},
            sizes={
                **{count: sum(shard[count] for shard in shards) for count in ("documents", "sentences", "characters", "bytes")},
                "shards": len(shards),
            },
            files={shard["file"]: shard["sha256"] for shard in shards},
            provenance={**source, "sources": sources, "report": whole.to_dict()},
        )
        atomic_write(
            self.folder / MANIFEST, json.dumps(manifest.to_dict(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"
        )
        (self.folder / _STATE).unlink()  # last: without it, with a manifest, the folder is whole


def _locked(folder: Path, name: str) -> AbstractContextManager[None]:
    """Hold the folder for this process. Another one is not waited for: adding the same corpus may take it hours."""
    return name_lock(folder, wait=0, busy=Message("corpora.being_added", {"name": name}))


def _partial(name: str) -> Path:
    # A dot first: neither listed nor a name anybody may give.
    return roots("corpus")[0] / f".adding-{name}"


def unfinished() -> list[str]:
    """Names of corpora whose adding was interrupted; the same ``corpus add`` finishes them, ``corpus remove`` drops them."""
    root = roots("corpus")[0]
    names = [path.name.removeprefix(".adding-") for path in root.glob(".adding-*") if path.is_dir()]
    read = [path.name for path in ((own_folder() or home()) / "cache" / "adding").glob("[!.]*") if path.is_dir()]
    return sorted({name for name in names if not _settled(name)} | set(read))


def _settled(name: str) -> bool:
    """Whether what was being added is whole: its writer was killed while it changed places with what was there before."""
    folder, target = _partial(name), artifact_path("corpus", name)
    if not (folder / MANIFEST).is_file() or (folder / _STATE).is_file():
        return False
    with suppress(Unavailable), _locked(folder, name):
        if target.exists():
            discard_folder(folder, locked=True)
        elif folder.is_dir():
            put_folder(folder, target)
    return True


@dataclass(frozen=True, slots=True)
class KnownCorpus:
    """A corpus by name: ``where`` is ``"here"``, ``"unfinished"``, ``"to fetch"`` or ``"to add"``; ``documents`` if counted."""

    name: str
    where: str
    documents: int | None
    what: str

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def known_corpora() -> list[KnownCorpus]:
    """Every corpus that is stored, every one that was being added, then the catalogue's others."""
    stored = list_artifacts("corpus")
    known = cards()
    found = []
    for name, manifest in stored.items():
        fetched = name in known and "fetched" in manifest.provenance
        given = manifest.provenance.get("uploaded") or ", ".join(map(str, manifest.params.get("paths", [])))
        what = known[name].what if fetched else str(given)
        found.append(KnownCorpus(name, "here", manifest.sizes.get("documents"), what))
    found += [KnownCorpus(name, "unfinished", None, "run the same command again") for name in unfinished()]
    where = {"shipped": "here", "download": "to fetch", "huggingface": "to fetch", "add": "to add"}
    found += [KnownCorpus(name, where[card.fetch], None, card.what) for name, card in known.items() if name not in stored]
    return found


@dataclass(frozen=True, slots=True)
class CorpusFacts:
    """What there is to know of a corpus: its card in the catalogue, and what is stored of it."""

    card: Card | None
    stored: Mapping[str, Any] | None

    def to_dict(self) -> dict[str, Any]:
        card = {"card": self.card.to_dict()} if self.card else {}
        return card | ({"stored": dict(self.stored)} if self.stored is not None else {})


def corpus_facts(name: str) -> CorpusFacts:
    """The facts about one corpus.

    Raises:
        UnknownName: it is neither stored nor in the catalogue.
    """
    known, stored = cards(), list_artifacts("corpus")
    is_here = name in stored or name == "sample"
    if not is_here and name not in known:
        raise UnknownName("corpus", name, [*known, *stored])
    namesake = name in stored and "fetched" not in stored[name].provenance  # only the name is the catalogue's
    return CorpusFacts(None if namesake else known.get(name), open_corpus(name).info() if is_here else None)


def remove(name: str) -> None:
    """Delete a stored corpus, its index, counts and tokens, and what an interrupted run of adding it left.

    Raises:
        UnknownName: there is neither.
        BadInput: it is everybody's, and work is done in a workspace (:mod:`explorer.core.workspace`).
    """
    check_mine("corpus", name)
    had_partial = any(place.is_dir() for place in (_partial(check_name(name)), pieces_folder(name)))
    remove_unfinished(name)
    if not had_partial or artifact_path("corpus", name).is_dir():
        with suppress(BadInput, UnknownName):  # what is damaged goes all the same
            _forget(StoredCorpus(name))
        remove_artifact("corpus", name)


def _forget(corpus: StoredCorpus) -> None:
    """Delete what was made of a corpus: nobody would find it without the corpus, and it can be made again."""
    for kind in _DERIVED:
        discard_folder(derived_path(kind, corpus.fingerprint()))
    forget_shards(corpus.texts())


def remove_unfinished(name: str) -> None:
    """Delete what an interrupted run of adding a corpus left, if it left anything."""
    partial = _partial(check_name(name))
    if partial.is_dir():
        with disk_errors("core.removing", path=partial), _locked(partial, name):
            discard_folder(partial, locked=True)
    if pieces_folder(name).is_dir():
        discard_folder(pieces_folder(name))


def rename(name: str, new: str) -> StoredCorpus:
    """Give a stored corpus another name; what was counted and indexed of it stays.

    Raises:
        UnknownName: there is none of that name.
        BadInput: the new name is no name, or taken.
    """
    if check_name(new) in _RESERVED:
        raise BadInput("corpora.name_reserved", name=new)
    check_free(new, False)
    rename_artifact("corpus", name, new)
    return StoredCorpus(new)
