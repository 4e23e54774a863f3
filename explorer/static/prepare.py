"""``prepare``: the token shards that training reads, made by any number of processes, on one machine or many.

One shard is the unit of work. It is called by the hash of its texts and the tokenizer's parameters, as in training; it is written to a
temporary file and renamed. **The file that is there is the work that is done**: nothing else is kept or sent about, so a process may
be killed at any time, two may be at the same shard, and whoever comes next goes on with what is missing.

Where shards begin is found by one pass over the texts, which takes less than a hundredth of what Kiwi does, and is kept: of a stored
corpus each process then reads its own shards only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.core.cluster import on_cluster
from explorer.core.errors import BadInput
from explorer.core.objects import Objects, kept_objects
from explorer.core.pieces import Piece, check_division, is_whole, part_of
from explorer.core.progress import ProgressCallback, report
from explorer.display.record import Record
from explorer.static.pipeline import SHARD_CHARACTERS, kept_shard, shard_digest, shard_prefix
from explorer.static.plan import Source, Unit, documents_of, plan, source_of

if TYPE_CHECKING:
    import pandas as pd

    from explorer.tokenizers.token import Tokenizer

__all__ = ["Prepared", "ShardMaker", "make_shard", "prepare"]


@dataclass(frozen=True, repr=False)
class Prepared(Record):
    """What a run of :func:`prepare` left behind.

    Attributes:
        tokenizer: its name.
        part: which part of the work this was, ``"1/1"`` for all of it.
        shards: how many the texts have in all.
        made, found: how many of this part's were made now, and were there already.
        left: how many of all shards nobody has made yet.
        documents, characters: of the texts.
        bytes: of the shards that are in this home folder.
        paths: where this part's shards lie, in the order of the texts.
    """

    tokenizer: str
    part: str
    shards: int
    made: int
    found: int
    left: int
    documents: int
    characters: int
    bytes: int
    paths: list[Path] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"paths": [str(path) for path in self.paths]}

    def to_frame(self) -> pd.DataFrame:
        """One row of counts."""
        import pandas as pd

        return pd.DataFrame([{name: value for name, value in asdict(self).items() if name != "paths"}])


def prepare(
    texts: Iterable[str] | Any,
    *,
    tokenizer: str | Tokenizer = "kiwi",
    part: str | None = None,
    cluster: str | None = None,
    workers: int | None = None,
    shard_characters: int = SHARD_CHARACTERS,
    progress: ProgressCallback | None = None,
) -> Prepared:
    """Tokenize texts for training, or one part of them, and leave the tokens in the home folder's cache.

    :func:`explorer.train` on the same texts with the same tokenizer reads them there and tokenizes nothing. What is there already is
    passed over. Several processes that share the home folder may do a part each, at the same time or one after another, and
    the number of parts may change from run to run.

    Args:
        texts: a corpus, or strings that can be read more than once. ``train`` on several corpora needs them prepared together, in
            the same order: shards run from one into the next.
        tokenizer: a name, path or hub id for :func:`explorer.tokenizer`, or a tokenizer.
        part: ``"i/N"``: every Nth shard from the ith on, from ``"1/N"`` to ``"N/N"``; by default all of them.
        cluster: ``"local:N"`` for so many worker processes here, or the address of a Dask scheduler whose workers see the same home
            folder (:mod:`explorer.core.cluster`; extra ``scale``).
        workers: threads or processes for the tokenizer; all cores by default, one in each worker of a cluster.
        shard_characters: where shards end; training looks for those of the default.
        progress: told the characters done, of this part; what it raises ends the work, and what was finished stays.

    Raises:
        UnknownName: no such tokenizer.
        BadInput: no text, texts that can be read only once, or a part or cluster that cannot be.
        MissingExtra: ``distributed`` is not installed.
        Unavailable: the disk is full, or the cluster is gone.

    >>> prepare(["왕이 왔다.", "왕비도 왔다."], tokenizer="eojeol").shards
    1
    """
    from explorer.tokenizers.loading import tokenizer as make_tokenizer

    check_division(part, cluster)
    first, parts = part_of(part)
    engine = make_tokenizer(tokenizer) if isinstance(tokenizer, str) else tokenizer
    source = source_of(texts)
    prefix = shard_prefix(engine)
    units = plan(source, prefix, shard_characters, progress)
    mine = range(first - 1, len(units), parts)
    objects = kept_objects()
    kept = objects.names() if objects is not None else None
    missing = [number for number in mine if not _is_there(units[number].path, kept)]
    total = sum(units[number].characters for number in mine)
    done = total - sum(units[number].characters for number in missing)
    made = 0
    report(progress, "tokenizing", done, total, "characters")
    # Asked again before each: somebody else may have made it meanwhile.
    waiting = (number for number in missing if not _is_there(units[number].path, objects))
    if cluster is not None:
        sizes = {unit.path: unit.characters for unit in units}

        def told(piece: Piece | None) -> None:
            nonlocal done, made
            if piece is not None:
                made += 1
                done += sizes[piece.target]
            report(progress, "tokenizing", done, total, "characters")

        if missing:
            on_cluster(cluster, ShardMaker(engine, source, workers or 1), _pieces(source, units, waiting), told)
    else:
        for unit, documents in documents_of(source, units, waiting):
            make_shard(unit, unit.path, documents, engine, prefix, workers)
            made += 1
            done += unit.characters
            report(progress, "tokenizing", done, total, "characters")
    kept = objects.names() if objects is not None else None
    there = [unit.path for unit in units if _is_there(unit.path, kept)]
    return Prepared(
        tokenizer=engine.name,
        part=f"{first}/{parts}",
        shards=len(units),
        made=made,
        found=len(mine) - made,
        left=len(units) - len(there),
        documents=sum(unit.documents for unit in units),
        characters=sum(unit.characters for unit in units),
        bytes=sum(path.stat().st_size for path in there if path.exists()),
        paths=[units[number].path for number in mine],
    )


class ShardMaker:
    """Makes shards in a worker of a cluster: of texts that it reads by itself where it can, with a tokenizer of its own."""

    def __init__(self, tokenizer: Tokenizer, source: Source, workers: int) -> None:
        self._name = tokenizer.name
        self._params = tokenizer.params()
        self._prefix = shard_prefix(tokenizer)
        self._source = source if source.seekable else None
        self._workers = workers

    def open(self) -> None:
        from explorer.tokenizers.loading import on_worker

        self._tokenizer = on_worker(self._params, self._name)

    def make(self, given: tuple[Unit, Path, list[str] | None]) -> None:
        unit, path, documents = given
        if documents is None:
            assert self._source is not None
            documents = [text for text, _ in islice(self._source.marked(unit.mark), unit.documents)]
        make_shard(unit, path, documents, self._tokenizer, self._prefix, self._workers)


def _pieces(source: Source, units: Sequence[Unit], wanted: Iterable[int]) -> Iterator[Piece]:
    """The wanted units for a cluster, with their texts where workers cannot read them."""
    if source.seekable:
        for number in wanted:
            yield Piece(units[number].path, (units[number], units[number].path, None))
    else:
        for unit, documents in documents_of(source, units, wanted):
            yield Piece(unit.path, (unit, unit.path, documents))


def make_shard(unit: Unit, path: Path, documents: list[str], tokenizer: Tokenizer, prefix: bytes, workers: int | None) -> None:
    """Make one shard, unless it is there.

    Raises:
        BadInput: the texts are others than when the shards were planned.
    """
    if shard_digest(prefix, documents) != unit.digest:
        raise BadInput("static.texts_changed")
    kept_shard(path, documents, tokenizer, workers)
    objects = kept_objects()
    if objects is not None and not objects.has(path.name):  # it was made before there was a store
        objects.put(path.name, path.read_bytes())


def _is_there(path: Path, objects: Objects | set[str] | None) -> bool:
    """Whether a shard is in the store, or without one in the cache."""
    if objects is None:
        return is_whole(path)
    return path.name in objects if isinstance(objects, set) else objects.has(path.name)
