"""What a corpus is made of, in one streaming pass and bounded memory.

Definitions. **Eojeol**: what white space separates. **Types**: different eojeol as written; **hapax**: those that occur once.
**Syllables**: Hangul syllable blocks (가–힣). **Sentences**: stretches of a line up to . ! ? … 。 (not after a digit) before
white space or the line's end; what remains of a line is one more. **Length** of a sentence: its eojeol. **Duplicates**: documents whose text occurred before.
**Particle share**: morphemes tagged J… by Kiwi among all morphemes, of the whole corpus or of a sample of its lines.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from corpora.corpus import Corpus
from corpora.counting import counted_here, counted_part, counted_pieces, pieces_folder, stretches
from corpora.counts import LONGEST, Sample, Totals, count_documents
from explorer.core.errors import BadInput
from explorer.core.pieces import Divided
from explorer.core.progress import ProgressCallback, report
from explorer.core.store import atomic_write, derived_path, discard_folder
from explorer.display.record import Record
from explorer.display.sheet import Sheet, label
from explorer.text.tags import tag_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "CLASSES",
    "LONGEST",
    "PARTS",
    "Morphemes",
    "Statistics",
    "character_class",
    "count_part",
    "kept_statistics",
    "statistics",
    "statistics_path",
]

SAMPLE_CHARACTERS = 800_000
"""How much text Kiwi is given at most; of a larger corpus about half of it or more, spread evenly over its lines."""

# Emoji include the dingbats that people use as such (♥ ★).
CLASSES = ("hangul", "jamo", "hanja", "latin", "digits", "emoji", "space", "punctuation", "other")

_FORMAT = 2
"""Part of the name that kept counts are found by; raised when this file would count otherwise."""
PARTS = ("counts", "zipf", "heaps", "classes", "lengths", "morphemes", "top")
"""The tables that :meth:`Statistics.to_frame` gives."""

_COUNTS = (
    "documents", "duplicates", "sentences", "eojeol", "characters", "syllables", "types", "hapax", "syllable_types",
    "document_eojeol", "sentence_eojeol", "zipf_exponent", "heaps_k", "heaps_beta",
)  # fmt: skip
_SHARES = {"particles": "J", "endings": "E", "nouns": "N", "predicates": "V"}


@dataclass(frozen=True, slots=True)
class Morphemes:
    """What Kiwi finds: shares of all morphemes.

    Attributes:
        particles, endings, nouns, predicates: shares of tags J…, E…, N… (and XR), V….
        morphemes: how many were looked at.
        characters: of how much text.
        sampled: whether that is a sample of the corpus.
    """

    particles: float
    endings: float
    nouns: float
    predicates: float
    morphemes: int
    characters: int
    sampled: bool


@dataclass(frozen=True, slots=True, repr=False)
class Statistics(Record):
    """Counts of one corpus; see the module for definitions.

    Attributes:
        syllable_types: different Hangul syllables.
        classes: characters by :data:`CLASSES`.
        document_eojeol: mean eojeol a document.
        zipf: ``(rank, frequency)`` of eojeol types, ranks spaced evenly on a logarithmic scale.
        zipf_exponent: slope of those points, least squares over log–log, the sign turned.
        heaps: ``(eojeol read, types seen)``.
        heaps_k, heaps_beta: types ≈ k · eojeol^beta, least squares over log–log.
        top: the most frequent eojeol.
        sentence_lengths: ``(eojeol, sentences)``, shortest first; the last is :data:`LONGEST` and more.
        morphemes: Kiwi's view, unless it was left out.
        findings: what the readers repaired or skipped, each with count and first place.
    """

    corpus: str
    documents: int
    sentences: int
    eojeol: int
    characters: int
    syllables: int
    types: int
    hapax: int
    syllable_types: int
    duplicates: int
    document_eojeol: float
    classes: dict[str, int]
    zipf: list[tuple[int, int]]
    zipf_exponent: float
    heaps: list[tuple[int, int]]
    heaps_k: float
    heaps_beta: float
    top: list[tuple[str, int]]
    sentence_lengths: list[tuple[int, int]]
    morphemes: Morphemes | None = None
    findings: dict[str, dict[str, Any]] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Statistics:
        """What :meth:`to_dict` wrote, also where it went through JSON meanwhile."""
        pairs = {name: [tuple(pair) for pair in data[name]] for name in ("zipf", "heaps", "top", "sentence_lengths")}
        shares = Morphemes(**data["morphemes"]) if data["morphemes"] else None
        return cls(**{**data, **pairs, "morphemes": shares})

    def to_frame(self, part: str = "counts") -> pd.DataFrame:
        """One part as a table, one of :data:`PARTS`; by default the numbers of the corpus as a whole: measure, value.

        Raises:
            BadInput: there is no such part.
        """
        import pandas as pd

        if part not in PARTS:
            raise BadInput("corpora.no_such_part", part=part, known=PARTS)
        shares = self.morphemes
        heads: dict[str, tuple[list[str], Iterable[tuple[Any, ...]]]] = {
            "counts": (["measure", "value"], [(name, getattr(self, name)) for name in _COUNTS]),
            "zipf": (["rank", "frequency"], self.zipf),
            "heaps": (["eojeol", "types"], self.heaps),
            "classes": (["class", "characters"], self.classes.items()),
            "lengths": (["eojeol", "sentences"], self.sentence_lengths),
            "morphemes": (["morphemes", "share"], [(name, getattr(shares, name)) for name in _SHARES] if shares else []),
            "top": (["eojeol", "frequency"], self.top),
        }
        columns, rows = heads[part]
        return pd.DataFrame(list(rows), columns=columns)

    def sheet(self) -> Sheet:
        counts = tuple((label(name), getattr(self, name)) for name in _COUNTS)
        top = (label("top"), " ".join(f"{word} {count:,}" for word, count in self.top[:10]))
        return Sheet(self.corpus, columns=("measure", "value"), rows=(*counts, top))

    @property
    def sentence_eojeol(self) -> float:
        """Mean eojeol a sentence."""
        return self.eojeol / max(1, self.sentences)

    def shorter(self, share: float) -> int:
        """The length, in eojeol, that so large a share of the sentences does not exceed: the median for 0.5."""
        seen = 0
        for length, count in self.sentence_lengths:
            seen += count
            if seen >= share * self.sentences:
                return length
        return 0


@lru_cache(maxsize=1 << 16)
def character_class(code: int) -> str:
    r"""One of :data:`CLASSES` for a code point.

    >>> [character_class(ord(c)) for c in "왕ㅋ王wW7😀 .\u200b"]
    ['hangul', 'jamo', 'hanja', 'latin', 'latin', 'digits', 'emoji', 'space', 'punctuation', 'other']
    """
    import unicodedata

    character = chr(code)
    if 0xAC00 <= code <= 0xD7A3:
        return "hangul"
    if 0x1100 <= code <= 0x11FF or 0x3131 <= code <= 0x318E or 0xA960 <= code <= 0xA97F or 0xD7B0 <= code <= 0xD7FF:
        return "jamo"
    if 0x4E00 <= code <= 0x9FFF or 0x3400 <= code <= 0x4DBF or 0xF900 <= code <= 0xFAFF or 0x20000 <= code <= 0x3FFFF:
        return "hanja"
    if character.isspace():
        return "space"
    category = unicodedata.category(character)
    if category == "Nd":
        return "digits"
    if category[0] == "L" and "LATIN" in unicodedata.name(character, ""):
        return "latin"
    if (
        0x1F000 <= code <= 0x1FAFF
        or (0x2600 <= code <= 0x27BF and category == "So")
        or code in (0x2B50, 0x2B55, 0x2764, 0xFE0F)
    ):
        return "emoji"
    return "punctuation" if category[0] in "PS" else "other"


def statistics(
    corpus: Corpus,
    *,
    morphemes: bool = True,
    sample: int = SAMPLE_CHARACTERS,
    cluster: str | None = None,
    progress: ProgressCallback | None = None,
) -> Statistics:
    """Count a corpus. What parts of it were counted beforehand (:func:`count_part`) is taken from there.

    Args:
        corpus: any corpus.
        morphemes: also ask Kiwi for the share of particles, endings, nouns and predicates.
        sample: characters Kiwi is given at most; of a larger corpus at least half as much, sampled line by line, and the result says so.
        cluster: where stretches of the corpus are counted (:func:`~explorer.core.cluster.on_cluster`); here if ``None``. The numbers
            are the same.
        progress: told about documents, then about Kiwi's lines.

    Raises:
        BadInput: the corpus has no text, or the cluster cannot be.
        MissingExtra: ``distributed`` is not installed.
        Unavailable: the cluster is gone.
    """
    kept = sample if morphemes else 0
    totals = Totals(kept)
    divided = cluster is not None or counted_here(corpus)
    if not divided:
        expected = corpus.info().get("documents")
        for texts in stretches(corpus):
            totals.add(count_documents(texts, totals.documents + 1, kept))
            report(progress, "counting", totals.documents, expected, "documents", f"{totals.eojeol:,} eojeol")
    else:
        for counts in counted_pieces(corpus, kept, cluster, progress):
            totals.add(counts)
    if not totals.eojeol:
        raise BadInput("corpora.corpus_without_text", name=corpus.name)
    report(progress, "counting", totals.documents, totals.documents, "documents")
    made = _whole(corpus, totals, morphemes, progress)
    if divided:
        discard_folder(pieces_folder(corpus))
    return made


def count_part(
    corpus: Corpus,
    part: str,
    *,
    morphemes: bool = True,
    sample: int = SAMPLE_CHARACTERS,
    progress: ProgressCallback | None = None,
) -> Divided:
    """Count one part of a corpus, for :func:`statistics` to put together: processes that share the home folder do a part each.

    Args:
        corpus, morphemes, sample: as there, and the same in every part.
        part: ``"i/N"``: every Nth stretch of about two million characters from the ith on.
        progress: told the documents of this part that are counted.

    Raises:
        BadInput: no such part, or no text.

    >>> from corpora import open_corpus
    >>> done = count_part(open_corpus("sample"), "1/2")
    >>> done.left, statistics(open_corpus("sample"), morphemes=False).documents > 100
    (0, True)
    """
    return counted_part(corpus, sample if morphemes else 0, part, progress)


def _whole(corpus: Corpus, totals: Totals, morphemes: bool, progress: ProgressCallback | None) -> Statistics:
    counts, growth = totals.type_counts(), totals.growth()
    classes, syllables, syllable_types = _classes(totals.codes)
    zipf = _zipf(counts)
    k, beta = _power(growth)
    return Statistics(
        corpus=corpus.name,
        documents=totals.documents,
        characters=totals.characters,
        duplicates=totals.duplicates,
        sentences=int(totals.lengths.sum()),
        eojeol=totals.eojeol,
        syllables=syllables,
        syllable_types=syllable_types,
        types=len(counts),
        hapax=int((counts == 1).sum()),
        document_eojeol=totals.eojeol / totals.documents,
        classes=classes,
        zipf=zipf,
        zipf_exponent=-_power(zipf)[1],
        heaps=growth,
        heaps_k=k,
        heaps_beta=beta,
        top=totals.top(),
        sentence_lengths=[(length, count) for length, count in enumerate(totals.lengths.tolist()) if count],
        morphemes=_morphemes(totals.lines, progress) if morphemes else None,
        findings=dict(corpus.info().get("report", {}).get("findings", {})),
    )


def kept_statistics(corpus: Corpus, *, cluster: str | None = None, progress: ProgressCallback | None = None) -> Statistics:
    """The counts of a corpus, from the home folder's cache where they are there.

    Raises:
        BadInput: the corpus has no text.
    """
    path = statistics_path(corpus)
    with suppress(OSError, ValueError, KeyError, TypeError):  # not there yet, or damaged from outside; it is only a cache
        return Statistics.from_dict(json.loads(path.read_text(encoding="utf-8")) | {"corpus": corpus.name})
    made = statistics(corpus, cluster=cluster, progress=progress)
    atomic_write(path, json.dumps(made.to_dict(), ensure_ascii=False))
    return made


def statistics_path(corpus: Corpus) -> Path:
    """Where the counts of a corpus are kept."""
    return derived_path("statistics", corpus.fingerprint(), f"{_FORMAT}.json")


def _classes(codes: npt.NDArray[np.int64]) -> tuple[dict[str, int], int, int]:
    classes = dict.fromkeys(CLASSES, 0)
    for code in np.flatnonzero(codes).tolist():
        classes[character_class(code)] += int(codes[code])
    hangul = codes[0xAC00:0xD7A4]
    return classes, int(hangul.sum()), int(np.count_nonzero(hangul))


def _zipf(counts: npt.NDArray[np.int64], points: int = 40) -> list[tuple[int, int]]:
    ordered = np.sort(counts)[::-1]
    ranks = np.unique(np.round(np.geomspace(1, len(ordered), points)).astype(np.int64))
    return [(int(rank), int(ordered[rank - 1])) for rank in ranks]


def _power(points: Iterable[tuple[int, int]]) -> tuple[float, float]:
    """``(k, b)`` of y = k·x^b through the points; a single point gives b = 0."""
    x, y = np.log(np.array(list(points), np.float64)).T
    if len(x) < 2:
        return float(np.exp(y[0])), 0.0
    slope, start = np.polyfit(x, y, 1)
    return float(np.exp(start)), float(slope)


def _morphemes(sample: Sample, progress: ProgressCallback | None) -> Morphemes | None:
    from explorer.tokenizers.batch import keys_all
    from explorer.tokenizers.loading import tokenizer

    shares: Counter[str] = Counter()
    for keys in keys_all(tokenizer("kiwi"), _pieces(sample.lines), progress=progress, total=len(sample.lines)):
        shares.update("N" if (tag := tag_of(key)) == "XR" else tag[:1] for key in keys if key.strip())
    total = sum(shares.values())
    if not total:
        return None
    return Morphemes(
        **{name: shares[letter] / total for name, letter in _SHARES.items()},
        morphemes=total,
        characters=sample.size,
        sampled=sample.sampled,
    )


def _pieces(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        for start in range(0, len(line), 5000):
            yield line[start : start + 5000]
