"""What a corpus is made of, in one streaming pass and bounded memory.

Definitions. **Eojeol**: what white space separates. **Types**: different eojeol as written; **hapax**: those that occur once.
**Syllables**: Hangul syllable blocks (가–힣). **Sentences**: stretches of a line up to . ! ? … 。 (not after a digit) before
white space or the line's end; what remains of a line is one more. **Length** of a sentence: its eojeol. **Duplicates**: documents whose text occurred before.
**Particle share**: morphemes tagged J… by Kiwi among all morphemes, of the whole corpus or of a sample of its lines.
"""

from __future__ import annotations

import json
import re
import zlib
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
from corpora.duplicates import SeenTexts
from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback, report
from explorer.core.store import atomic_write, derived_path
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
    "count_sentences",
    "kept_statistics",
    "statistics",
    "statistics_path",
]

LONGEST = 100
"""Sentences of so many eojeol or more are counted as one length."""

SAMPLE_CHARACTERS = 400_000
"""How much text Kiwi is given; a corpus with more of it is sampled."""

# Emoji include the dingbats that people use as such (♥ ★).
CLASSES = ("hangul", "jamo", "hanja", "latin", "digits", "emoji", "space", "punctuation", "other")

# Begins only where a run of marks begins (or after a digit's dot), so that a megabyte of dots is looked at once.
_END = re.compile(r"(?:(?<![\d.!?…。])|(?<=\d[.!?…。]))[.!?…。]+[\"'”’」』)\]]*(?=\s|$)")
_FORMAT = 1
"""Part of the name that kept counts are found by; raised when this file would count otherwise."""
PARTS = ("counts", "zipf", "heaps", "classes", "lengths", "morphemes", "top")
"""The tables that :meth:`Statistics.to_frame` gives."""

_COUNTS = (
    "documents", "duplicates", "sentences", "eojeol", "characters", "syllables", "types", "hapax", "syllable_types",
    "document_eojeol", "sentence_eojeol", "zipf_exponent", "heaps_k", "heaps_beta",
)  # fmt: skip
_TOP = 30
_SHARES = {"particles": "J", "endings": "E", "nouns": "N", "predicates": "V"}
_BATCH_EOJEOL = 1_000_000


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


def count_sentences(text: str) -> int:
    r"""Sentences by rule, cheap enough for gigabytes.

    >>> count_sentences("봄이 왔다. 3.5도다! 그래서…\n제목")
    4
    """
    return sum(1 for _ in _sentences(text))


def _sentences(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        if not line.strip():
            continue
        end = 0
        for match in _END.finditer(line):
            yield line[end : match.end()]
            end = match.end()
        if line[end:].strip():
            yield line[end:]


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


class _Types:
    """How often every type occurs, by hash (16 bytes a type), and how their number grew: ``(eojeol read, types seen)``."""

    def __init__(self) -> None:
        self.keys: npt.NDArray[np.int64] = np.empty(0, np.int64)
        self.counts: npt.NDArray[np.int64] = np.empty(0, np.int64)
        self.names: dict[int, str] = {}
        self.read = 0
        self.growth: list[tuple[int, int]] = []

    def add(self, batch: Counter[str]) -> None:
        keys = np.fromiter(map(hash, batch), np.int64, len(batch))
        counts = np.fromiter(batch.values(), np.int64, len(batch))
        merged, inverse = np.unique(np.concatenate([self.keys, keys]), return_inverse=True)
        totals = np.zeros(len(merged), np.int64)
        np.add.at(totals, inverse, np.concatenate([self.counts, counts]))
        self.keys, self.counts = merged, totals
        self.read += batch.total()
        self.growth.append((self.read, len(merged)))
        # Only candidates for the list of the most frequent need their letters.
        for word, _ in batch.most_common(10 * _TOP):
            self.names[hash(word)] = word

    def top(self) -> list[tuple[str, int]]:
        best = np.argsort(-self.counts, kind="stable")[: 4 * _TOP]
        named = [
            (self.names[key], int(count))
            for key, count in zip(self.keys[best].tolist(), self.counts[best], strict=True)
            if key in self.names
        ]
        return sorted(named, key=lambda pair: (-pair[1], pair[0]))[:_TOP]


class _Sample:
    """Lines spread evenly over a corpus of unknown length: those whose hash falls under a bar that is lowered as it fills."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.bar = 1 << 32
        self.lines: list[tuple[int, str]] = []
        self.size = 0

    def add(self, text: str, place: int) -> None:
        for number, line in enumerate(text.split("\n")):
            if not line:
                continue
            # The place is part of it, so that repeated lines are not all in or all out.
            mark = zlib.crc32(line[:64].encode("utf-8", "ignore"), (place * 31 + number) & 0xFFFFFFFF)
            if mark < self.bar:
                self.lines.append((mark, line))
                self.size += len(line)
                if self.size > 2 * self.limit:
                    self._lower()

    def _lower(self) -> None:
        while self.size > self.limit and len(self.lines) > 1:
            self.bar //= 2
            self.lines = [(mark, line) for mark, line in self.lines if mark < self.bar]
            self.size = sum(len(line) for _, line in self.lines)

    @property
    def sampled(self) -> bool:
        return self.bar < 1 << 32


def statistics(
    corpus: Corpus, *, morphemes: bool = True, sample: int = SAMPLE_CHARACTERS, progress: ProgressCallback | None = None
) -> Statistics:
    """Count a corpus.

    Args:
        corpus: any corpus.
        morphemes: also ask Kiwi for the share of particles, endings, nouns and predicates.
        sample: characters Kiwi is given at most (roughly); a larger corpus is sampled line by line, and the result says so.
        progress: told about documents, then about Kiwi's lines.

    Raises:
        BadInput: the corpus has no text.
    """
    totals = dict.fromkeys(("documents", "characters", "duplicates"), 0)
    lengths: Counter[int] = Counter()
    codes = np.zeros(0x110000, np.int64)
    seen = SeenTexts()
    types = _Types()
    lines = _Sample(sample)
    batch: Counter[str] = Counter()
    held = 0
    expected = corpus.info().get("documents")
    for text in corpus.texts():
        totals["documents"] += 1
        totals["characters"] += len(text)
        lengths.update(min(LONGEST, len(sentence.split())) for sentence in _sentences(text))
        totals["duplicates"] += not seen.add(text)
        words = text.split()
        batch.update(words)
        held += len(words)
        points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        if len(points) > 100_000:
            codes += np.bincount(points, minlength=0x110000)
        else:
            np.add.at(codes, points, 1)
        if morphemes:
            lines.add(text, totals["documents"])
        # Batches grow with the corpus: points of Heaps' curve evenly spaced on a logarithmic scale, and few merges.
        if held >= min(_BATCH_EOJEOL, max(200, types.read // 3)):
            types.add(batch)
            batch, held = Counter(), 0
        if totals["documents"] % 500 == 0:
            report(progress, "counting", totals["documents"], expected, "documents", f"{types.read:,} eojeol")
    if held:
        types.add(batch)
    if not types.read:
        raise BadInput("corpora.corpus_without_text", name=corpus.name)
    report(progress, "counting", totals["documents"], totals["documents"], "documents")
    classes, syllables, syllable_types = _classes(codes)
    zipf = _zipf(types.counts)
    k, beta = _power(types.growth)
    return Statistics(
        corpus=corpus.name,
        **totals,
        sentences=lengths.total(),
        eojeol=types.read,
        syllables=syllables,
        syllable_types=syllable_types,
        types=len(types.keys),
        hapax=int((types.counts == 1).sum()),
        document_eojeol=types.read / totals["documents"],
        classes=classes,
        zipf=zipf,
        zipf_exponent=-_power(zipf)[1],
        heaps=types.growth,
        heaps_k=k,
        heaps_beta=beta,
        top=types.top(),
        sentence_lengths=sorted(lengths.items()),
        morphemes=_morphemes(lines, progress) if morphemes else None,
        findings=dict(corpus.info().get("report", {}).get("findings", {})),
    )


def kept_statistics(corpus: Corpus, *, progress: ProgressCallback | None = None) -> Statistics:
    """The counts of a corpus, from the home folder's cache where they are there.

    Raises:
        BadInput: the corpus has no text.
    """
    path = statistics_path(corpus)
    with suppress(OSError, ValueError, KeyError, TypeError):  # not there yet, or damaged from outside; it is only a cache
        return Statistics.from_dict(json.loads(path.read_text(encoding="utf-8")) | {"corpus": corpus.name})
    made = statistics(corpus, progress=progress)
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


def _morphemes(sample: _Sample, progress: ProgressCallback | None) -> Morphemes | None:
    from explorer.tokenizers.batch import keys_all
    from explorer.tokenizers.loading import tokenizer

    shares: Counter[str] = Counter()
    lines = [line for _, line in sample.lines]
    for keys in keys_all(tokenizer("kiwi"), _pieces(lines), progress=progress, total=len(lines)):
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
