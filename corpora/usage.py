"""How a corpus uses one word: how often, in which forms, in which lines.

The forms of a word are what is written of it together with the particles and endings that hang on it: 사람 has 사람이, 사람들을;
먹다 has 먹었다, 먹는. A word that is written onto another (한국사람이) counts from where it begins, and a form ends where the next
word of its own begins (먹고 in 먹고싶다).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from corpora.concordance import Concordance, ConcordanceIndex, query_of, spread
from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback, report
from explorer.display.record import Record
from explorer.display.sheet import Sheet
from explorer.text.frequency import Frequency
from explorer.text.hanja import has_hanja, readings
from explorer.tokenizers.token import key_of

if TYPE_CHECKING:
    import pandas as pd

    from corpora.concordance import IndexedLine, Phrases, Searchable
    from explorer.tokenizers.token import Tokenizer

__all__ = ["Form", "Usage", "usage"]

LINES = 1_000
"""Lines of text that are read for the forms; of a more frequent word so many, evenly over the corpus."""

_BOUND = ("J", "E", "XS", "VCP")
"""Beginnings of the tags of what hangs on a word: particles, endings, suffixes, the copula."""
_HANJA = re.compile(r"[(（]([^()（）\s]{1,12})[)）]")


@dataclass(frozen=True, slots=True)
class Form:
    """One written form of a word.

    Attributes:
        form: as it is written, NFC.
        count: how often, in the lines that were read.
        parts: its morphemes in the analysis it has most often (``사람/NNG``, ``이/JKS``).
    """

    form: str
    count: int
    parts: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"parts": list(self.parts)}


@dataclass(frozen=True, slots=True, repr=False)
class Usage(Record):
    """How a corpus uses a word.

    Attributes:
        corpus: its name.
        concordance: the first lines, what was looked for, and how often it occurs.
        frequency: of what was looked for among all morphemes of the corpus; ``None`` for phrases and what does not occur.
        forms: the most frequent first.
        occurrences, lines_read, lines: the forms were counted over so many occurrences in so many lines of text, of all
            lines that have the word.
        hanja: how the word is written in hanja beside it, as in 사과(沙果), and how often.
    """

    corpus: str
    concordance: Concordance
    frequency: Frequency | None
    forms: tuple[Form, ...]
    occurrences: int
    lines_read: int
    lines: int
    hanja: tuple[tuple[str, int], ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "corpus": self.corpus,
            "concordance": self.concordance.to_dict(),
            "frequency": self.frequency.to_dict() if self.frequency else None,
            "forms": [one.to_dict() for one in self.forms],
            "occurrences": self.occurrences,
            "lines_read": self.lines_read,
            "lines": self.lines,
            "hanja": [list(one) for one in self.hanja],
        }

    def to_frame(self) -> pd.DataFrame:
        """The forms as a table: form, count, parts."""
        import pandas as pd

        return pd.DataFrame(self._rows(), columns=["form", "count", "parts"])

    def sheet(self) -> Sheet:
        return Sheet(self.concordance.said(), columns=("form", "count", "parts"), rows=self._rows())

    def _rows(self) -> tuple[tuple[str, int, str], ...]:
        return tuple((one.form, one.count, " + ".join(one.parts)) for one in self.forms)


def usage(
    corpus: Searchable,
    word: str | Sequence[str],
    n: int = 20,
    *,
    width: int = 40,
    lines: int = LINES,
    tokenizer: str | Tokenizer = "kiwi",
    progress: ProgressCallback | None = None,
) -> Usage:
    """How a corpus uses a word. Its index is built on first use.

    Args:
        corpus: as for :func:`~corpora.concordance.concordance`.
        word: a word in any form, a key (``배/NNG``: this reading alone), or several of which the first that occurs counts.
        n: how many lines of the concordance.
        width: characters of context on each side.
        lines: at most so many lines of text are read for the forms, spread evenly over the corpus.
        tokenizer: what cuts the text; it has to be one with tags of parts of speech.
        progress: told how far the index is, then the reading.

    Raises:
        BadInput: an empty word, a number that cannot be, or a corpus without text.

    >>> from corpora import open_corpus
    >>> found = usage(open_corpus("sample"), "사람", n=1)
    >>> found.forms[0].form.startswith("사람"), found.concordance.lines[0].match
    (True, '사람')
    """
    asked = [query_of(one) for one in ([word] if isinstance(word, str) else word)] or [query_of("")]
    if n < 0 or width < 0 or lines < 1:
        raise BadInput("corpora.usage_window", n=n, width=width, lines=lines)
    with closing(ConcordanceIndex.of(corpus, tokenizer, progress)) as index:
        query = next((one for one in asked if index.resolve(one)), asked[0])
        phrases = index.resolve(query)
        rows = list(index.rows(phrases)) if phrases else []
        forms: Counter[tuple[str, tuple[str, ...]]] = Counter()
        hanja: Counter[str] = Counter()
        some = spread(rows, lines)
        for done, row in enumerate(some):
            for form, parts, spelt in _forms(index.line(row), phrases):
                forms[form, parts] += 1
                hanja.update([spelt] if spelt else [])
            report(progress, "looking for the word", done + 1, len(some), "lines")
        found = index.find(query, n, width=width)
        return Usage(
            corpus.name,
            found,
            _frequency(index, phrases),
            _merged(forms),
            forms.total(),
            len(some),
            len(rows),
            tuple(hanja.most_common()),
        )


def _forms(line: IndexedLine, phrases: Phrases) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Each form in a line: as it is written, its morphemes, and the hanja that stand beside it, if they do."""
    text = line.text[line.start : line.end]
    for match in line.matches(phrases):
        start, stem = min(token.start for token in match), max(token.end for token in match)
        beside = _HANJA.match(text, stem)
        word = unicodedata.normalize("NFC", text[start:stem])
        spelt = beside[1] if beside and has_hanja(beside[1]) and word in readings(beside[1]) else ""
        tail = end = beside.end() if beside and spelt else stem
        parts = list(match)
        last = next(place for place, token in enumerate(line.tokens) if token is match[-1])
        for token in line.tokens[last + 1 :]:
            if spelt and stem <= token.start < tail:
                continue  # the hanja and their brackets
            if token.start > end or not (token.tag or "").startswith(_BOUND):
                break
            parts.append(token)
            end = max(end, token.end)
        yield word + unicodedata.normalize("NFC", text[tail:end]), tuple(map(key_of, parts)), spelt


def _merged(counted: Counter[tuple[str, tuple[str, ...]]]) -> tuple[Form, ...]:
    """One entry for each form, the most frequent first."""
    totals: Counter[str] = Counter()
    analyses: dict[str, tuple[str, ...]] = {}
    for (form, parts), count in counted.most_common():
        totals[form] += count
        analyses.setdefault(form, parts)
    return tuple(Form(form, count, analyses[form]) for form, count in totals.most_common())


def _frequency(index: ConcordanceIndex, phrases: Phrases) -> Frequency | None:
    if not phrases or any(len(phrase) > 1 for phrase in phrases):
        return None
    count = sum(occurrences for ((_, _, occurrences),) in phrases)
    ((of, total, before),) = index.ask("SELECT count(*), sum(occurrences), sum(occurrences > ?) FROM keys", (count,))
    return Frequency(count, before + 1, of, 1e6 * count / total)
