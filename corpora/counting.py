"""A corpus counted in pieces, which other processes and machines make: stretches of about two million characters, a file each.

The pieces lie with what is kept of the corpus, and go when its counts are put together, or with the corpus.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, islice
from pathlib import Path

from corpora.corpus import Corpus
from corpora.counts import ARRAYS, Counts, count_documents
from explorer.core.cluster import make_part, make_pieces
from explorer.core.errors import BadInput
from explorer.core.pieces import Divided, Piece, is_whole, part_of, read_arrays, teller, write_arrays
from explorer.core.progress import ProgressCallback
from explorer.core.store import derived_path, home
from explorer.static.pipeline import SHARD_CHARACTERS, shard_digest, shard_documents
from explorer.static.plan import Unit, documents_of, plan

__all__ = ["CountMaker", "counted_here", "counted_part", "counted_pieces", "pieces_folder", "stretches"]

_FORMAT = 1
"""Part of every piece's name; raised when stretches would be counted otherwise."""

STRETCH = SHARD_CHARACTERS
"""A stretch ends with the document that fills so many characters."""

_PREFIX = b"counts"
_Given = tuple[Path, Unit, int, list[str] | None]
"""Where a piece goes, its stretch, the place of its first document, and its texts where whoever makes it cannot read them."""


def pieces_folder(corpus: Corpus) -> Path:
    """Where the pieces of a corpus lie."""
    return derived_path("statistics", corpus.fingerprint(), "pieces")


class CountMaker:
    """Counts stretches of a corpus: of texts that it reads by itself where it can.

    Args:
        corpus: what they are stretches of.
        sample: characters of the sample of lines; 0 for none.
    """

    def __init__(self, corpus: Corpus, sample: int) -> None:
        self._corpus = corpus if corpus.seekable else None
        self._sample = sample

    def open(self) -> None:
        """Nothing has to be made ready."""

    def make(self, given: _Given) -> None:
        path, unit, first, texts = given
        if texts is None:
            assert self._corpus is not None
            texts = [text for text, _ in islice(self._corpus.marked(unit.mark), unit.documents)]
        if shard_digest(_PREFIX, texts) != unit.digest:
            raise BadInput("static.texts_changed")
        write_arrays(path, count_documents(texts, first, self._sample).to_arrays())


def stretches(corpus: Corpus) -> Iterator[list[str]]:
    """The texts of a corpus, stretch by stretch."""
    return shard_documents(corpus.texts(), STRETCH)


def counted_here(corpus: Corpus) -> bool:
    """Whether some pieces of a corpus are there; asking leaves nothing behind where nothing was ever counted."""
    return (home() / "cache" / "statistics").is_dir() and pieces_folder(corpus).is_dir()


def counted_pieces(
    corpus: Corpus, sample: int, cluster: str | None, progress: ProgressCallback | None = None
) -> Iterator[Counts]:
    """The counts of every stretch in the order of the corpus: those that are there, the others made here or on a cluster.

    Raises:
        BadInput: the corpus has no text, or the cluster cannot be.
        Unavailable: the cluster is gone, or a piece is damaged.
    """
    units = plan(corpus, _PREFIX, STRETCH, progress)
    targets = _targets(corpus, units, sample)
    told = _teller(units, targets, range(len(units)), progress)
    make_pieces(CountMaker(corpus, sample), _pieces(corpus, units, targets, range(len(units))), told, cluster)
    for target in targets:
        yield Counts.from_arrays(read_arrays(target, ARRAYS))


def counted_part(corpus: Corpus, sample: int, part: str, progress: ProgressCallback | None = None) -> Divided:
    """Count every Nth stretch from the ith on.

    Raises:
        BadInput: no such part, or no text.
    """
    first, parts = part_of(part)
    units = plan(corpus, _PREFIX, STRETCH, progress)
    targets = _targets(corpus, units, sample)
    mine = range(first - 1, len(units), parts)
    told = _teller(units, targets, mine, progress)
    return make_part(CountMaker(corpus, sample), _pieces(corpus, units, targets, mine), part, told)


def _targets(corpus: Corpus, units: Sequence[Unit], sample: int) -> list[Path]:
    folder = pieces_folder(corpus)
    return [folder / f"{_FORMAT}-{sample}-{number}-{unit.digest.hex()[:24]}.npz" for number, unit in enumerate(units)]


def _pieces(corpus: Corpus, units: Sequence[Unit], targets: Sequence[Path], mine: range) -> Iterator[Piece]:
    """All pieces; with texts those that are missing of mine, where whoever makes them cannot read them."""
    sent = [] if corpus.seekable else [number for number in mine if not is_whole(targets[number])]
    texts, wanted = documents_of(corpus, units, sent), set(sent)
    firsts = accumulate((unit.documents for unit in units), initial=1)
    for number, (unit, target, first) in enumerate(zip(units, targets, firsts, strict=False)):
        yield Piece(target, (target, unit, first, next(texts)[1] if number in wanted else None))


def _teller(
    units: Sequence[Unit], targets: Sequence[Path], mine: range, progress: ProgressCallback | None
) -> Callable[[Piece | None], None]:
    sizes = {targets[number]: units[number].documents for number in mine}
    return teller(progress, "counting", sizes, sum(sizes.values()), "documents")
