"""Clean text that remembers where every character came from.

Everything downstream works on NFC text without invisible characters, and reports spans of the text as it was given. The
map between the two is exact: NFD syllables, stripped zero-width characters and converted jamo included.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache, partial

from explorer.core.errors import BadInput
from explorer.text.hangul import to_compatible

__all__ = ["Normalised", "check_text", "graphemes", "is_zero_width", "nfc", "normalise"]

ZERO_WIDTH = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
_ZERO_WIDTH = re.compile(f"[{ZERO_WIDTH}]")
_INITIALS = "\u1100-\u115f\ua960-\ua97c"
_MEDIALS = "\u1160-\u11a7\ud7b0-\ud7c6"
_FINALS = "\u11a8-\u11ff\ud7cb-\ud7fb"
_CONJOINING = re.compile(f"[{_INITIALS}{_MEDIALS}{_FINALS}]")
# A block of conjoining jamo that survives NFC is old Hangul (ᄒᆞᆫ): it is one syllable, not stray letters.
_BLOCK = re.compile(f"(?:[{_INITIALS}]+[{_MEDIALS}]+[{_FINALS}]*|[가-힣][{_MEDIALS}{_FINALS}]*)[\u302e\u302f]?")
_WIDE = re.compile("[\u3000\uff01-\uff5e\uffa1-\uffdc\uffe0-\uffee]")


@dataclass(frozen=True, slots=True)
class Normalised:
    """Normalised text and its way back.

    Attributes:
        text: the normalised text.
        original: the text as given.
        starts, ends: for every character of ``text`` the span of ``original`` it stands for; ``None`` when
            nothing changed and both texts are the same.
        changes: how many characters of ``original`` each step touched: ``"nfc"``, ``"zero_width"``, ``"jamo"``, ``"width"``.
    """

    text: str
    original: str
    starts: tuple[int, ...] | None = None
    ends: tuple[int, ...] | None = None
    changes: dict[str, int] = field(default_factory=dict)

    @property
    def changed(self) -> bool:
        """Whether ``text`` differs from ``original``."""
        return self.starts is not None

    def to_original(self, start: int, end: int) -> tuple[int, int]:
        r"""The span of ``original`` under ``text[start:end]``; an empty span stays empty.

        >>> normalise("\u1100\u1161나").to_original(0, 1)
        (0, 2)
        """
        if self.starts is None or self.ends is None:
            return start, end
        if start >= end:
            here = self.starts[start] if start < len(self.starts) else len(self.original)
            return here, here
        return self.starts[start], self.ends[end - 1]


def check_text(text: str) -> str:
    """Return ``text`` if it can be written in UTF-8 at all.

    Raises:
        BadInput: it is no text, or holds a lone surrogate, half of a character that was cut in two; names the first.
    """
    if not isinstance(text, str):
        raise BadInput("text.not_text", kind=type(text).__name__)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise BadInput("text.lone_surrogate", point=ord(text[error.start]), position=error.start) from None
    return text


def normalise(
    text: str, *, nfc: bool = True, strip_zero_width: bool = False, jamo: bool = False, fold_width: bool = False
) -> Normalised:
    r"""Normalise ``text``, keeping the map to the original. Linear; text that needs nothing costs a few scans.

    Args:
        text: any text without lone surrogates.
        nfc: compose (macOS writes NFD). NFC, never NFKC: that one would turn ㅋㅋㅋ into conjoining jamo.
            It also unifies compatibility hanja (U+F914 becomes 樂).
        strip_zero_width: drop zero-width spaces and joiners, soft hyphens, direction marks and BOMs. A ZWJ between emoji stays.
        jamo: write lone conjoining jamo as compatibility jamo (U+110F becomes ㅋ). Old Hangul syllables stay.
        fold_width: make full-width letters and half-width jamo ordinary. Off by default: a person chose them.

    Raises:
        BadInput: ``text`` holds a lone surrogate.

    >>> made = normalise("왕\u200b비", strip_zero_width=True)
    >>> made.text, made.to_original(0, 2), made.changes
    ('왕비', (0, 3), {'zero_width': 1})
    """
    check_text(text)
    if text.isascii():
        return Normalised(text, text)
    steps = _Steps(text)
    if nfc and not unicodedata.is_normalized("NFC", text):
        steps.compose()
    if fold_width and _WIDE.search(steps.text):
        steps.replace("width", _folded(steps.text))
        if nfc and not unicodedata.is_normalized("NFC", steps.text):
            steps.compose()  # folded half-width jamo may join
    if jamo and _CONJOINING.search(steps.text):
        steps.replace("jamo", _lone_jamo(steps.text))
    if strip_zero_width and _ZERO_WIDTH.search(steps.text):
        steps.replace("zero_width", _invisible(steps.text))
    return steps.result()


class _Steps:
    """Text under change, with the original span of each of its characters."""

    def __init__(self, text: str) -> None:
        self.original = self.text = text
        self.starts: list[int] | None = None
        self.ends: list[int] | None = None
        self.changes: dict[str, int] = {}

    def _apply(self, name: str, edits: Iterable[tuple[int, int, str]]) -> None:
        """Replace ``text[start:end]`` by a string, for sorted disjoint spans."""
        starts = self.starts if self.starts is not None else range(len(self.text))
        ends = self.ends if self.ends is not None else range(1, len(self.text) + 1)
        parts: list[str] = []
        new_starts: list[int] = []
        new_ends: list[int] = []
        position = touched = 0
        for start, end, new in edits:
            if position < start:
                parts.append(self.text[position:start])
                new_starts += starts[position:start]
                new_ends += ends[position:start]
            parts.append(new)
            if len(new) == 1:
                new_starts.append(starts[start])
                new_ends.append(ends[end - 1])
            elif len(new) == end - start:
                new_starts += starts[start:end]
                new_ends += ends[start:end]
            else:
                new_starts += [starts[start]] * len(new)
                new_ends += [ends[end - 1]] * len(new)
            touched += end - start
            position = end
        if not touched:
            return
        parts.append(self.text[position:])
        self.text = "".join(parts)
        self.starts = [*new_starts, *starts[position:]]
        self.ends = [*new_ends, *ends[position:]]
        self.changes[name] = self.changes.get(name, 0) + touched

    def compose(self) -> None:
        self._apply("nfc", _composed(self.text))

    def replace(self, name: str, edits: Iterable[tuple[int, int, str]]) -> None:
        self._apply(name, edits)

    def result(self) -> Normalised:
        if self.starts is None or self.ends is None:
            return Normalised(self.text, self.original)
        return Normalised(self.text, self.original, tuple(self.starts), tuple(self.ends), self.changes)


# What canonical composition may attach to the character before it, and single characters it replaces. Coarser than the
# Unicode tables on purpose (whole blocks): a cluster that is too long costs a little precision of the map, never the text.
_JOINING = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u10ff\u1160-\u11ff\u1300-\u1dff\u20d0-\u20ff\u2cef-\u2dff\u302a-\u302f\u3099\u309a"
    "\ua640-\uabff\ufb1e\ufe20-\ufe2f\U00010100-\U0001efff"
)
_SINGLE = "\u0340-\u0387\u0958-\u0fff\u1f71-\u2001\u2126-\u212b\u2329\u232a\u2adc\uf900-\ufb4e\U0001d15e-\U0001d1c0\U0002f800-\U0002fa1d"
_CLUSTER = re.compile(f"[\\s\\S][{_JOINING}]+|[{_SINGLE}]")


def _composed(text: str) -> Iterable[tuple[int, int, str]]:
    """Edits that make ``text`` NFC, one per combining cluster, so that the map stays as fine as the text allows."""
    compose = lru_cache(maxsize=16384)(partial(unicodedata.normalize, "NFC"))
    for match in _CLUSTER.finditer(text):
        cluster = match.group()
        new = compose(cluster)
        if new != cluster:
            yield match.start(), match.end(), new


def _lone_jamo(text: str) -> Iterable[tuple[int, int, str]]:
    position = 0
    for block in [*_BLOCK.finditer(text), None]:
        stop = block.start() if block else len(text)
        for match in _CONJOINING.finditer(text, position, stop):
            new = to_compatible(match.group())
            if new != match.group():
                yield match.start(), match.end(), new
        if block:
            # A final that could not join 각 + ᆫ is a stray letter after a whole syllable.
            tail = block.start() + 1
            if "가" <= text[block.start()] <= "힣":
                for index in range(tail, block.end()):
                    new = to_compatible(text[index])
                    if new != text[index]:
                        yield index, index + 1, new
            position = block.end()


def _folded(text: str) -> Iterable[tuple[int, int, str]]:
    for match in _WIDE.finditer(text):
        new = to_compatible(unicodedata.normalize("NFKC", match.group()))
        if new != match.group():
            yield match.start(), match.end(), new


def nfc(text: str) -> str:
    r"""``text`` in NFC, where no way back to the original is needed.

    Raises:
        BadInput: ``text`` holds a lone surrogate.

    >>> nfc("\u1112\u1161\u11ab") == "한"
    True
    """
    check_text(text)
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def is_zero_width(char: str) -> bool:
    r"""Whether ``char`` is invisible and takes no room: what ``strip_zero_width`` removes.

    >>> is_zero_width("\u200b"), is_zero_width(" ")
    (True, False)
    """
    return _ZERO_WIDTH.fullmatch(char) is not None


def _pictograph(char: str) -> bool:
    return char in "\ufe0f\u20e3" or "\U0001f3fb" <= char <= "\U0001f3ff" or unicodedata.category(char) == "So"


def _invisible(text: str) -> Iterable[tuple[int, int, str]]:
    size = len(text)
    for match in _ZERO_WIDTH.finditer(text):
        at = match.start()
        if text[at] == "\u200d" and 0 < at < size - 1 and _pictograph(text[at - 1]) and _pictograph(text[at + 1]):
            continue
        yield at, at + 1, ""


# Characters that always stand alone, so that plain Korean and Latin text needs no look at each of them.
_SIMPLE = re.compile("[\u0000-\u000c\u000e-\u00ac\u00ae-\u02ff\u2010-\u2027\u2030-\u205f\u20a0-\u20c0\u2190-\u2319\u3000-\u3029"
                     "\u3030-\u3098\u309b-\u33ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff01-\uff9d]*")  # fmt: skip
_ONLY_SIMPLE = _SIMPLE.fullmatch
_SIMPLE_OR_JAMO = re.compile(_SIMPLE.pattern.replace("]*", f"\r{_INITIALS}{_MEDIALS}{_FINALS}]*"))
_FINAL_AND_MEDIAL = re.compile(f"[가-힣][{_MEDIALS}]")  # joins after 가, not after 각


@lru_cache(maxsize=8192)
def _extends(char: str) -> bool:
    return (
        unicodedata.category(char)[0] == "M"
        or char in "\u200c\u200d\uff9e\uff9f"
        or "\U0001f3fb" <= char <= "\U0001f3ff"
        or "\U000e0020" <= char <= "\U000e007f"
    )


def _hangul_class(char: str) -> str:
    if "가" <= char <= "힣":
        return "T" if (ord(char) - 0xAC00) % 28 else "V"
    if "\u1100" <= char <= "\u115f" or "\ua960" <= char <= "\ua97c":
        return "L"
    if "\u1160" <= char <= "\u11a7" or "\ud7b0" <= char <= "\ud7c6":
        return "v"
    if "\u11a8" <= char <= "\u11ff" or "\ud7cb" <= char <= "\ud7fb":
        return "t"
    return ""


_HANGUL_JOINS = {
    ("L", "L"),
    ("L", "v"),
    ("L", "V"),
    ("L", "T"),
    ("v", "v"),
    ("v", "t"),
    ("V", "v"),
    ("V", "t"),
    ("T", "t"),
    ("t", "t"),
}


def graphemes(text: str) -> list[tuple[int, int]]:
    r"""Spans of what a reader sees as one character, in order, covering all of ``text``.

    Hangul syllables in any spelling, base and combining marks, emoji with joiners, skin tones and flags stay whole: the rules of
    UAX #29 that matter for Korean text and emoji (no Indic conjuncts, no prepend class).

    >>> graphemes("\u1100\u1161나"), graphemes("e\u0301")
    ([(0, 2), (2, 3)], [(0, 2)])
    """
    size = len(text)
    if _ONLY_SIMPLE(text):
        return [(index, index + 1) for index in range(size)]
    if _SIMPLE_OR_JAMO.fullmatch(text) and not _FINAL_AND_MEDIAL.search(text):
        return [match.span() for match in _BLOCKS.finditer(text)]
    spans: list[tuple[int, int]] = []
    start = 0
    flags = int("\U0001f1e6" <= text[0] <= "\U0001f1ff")  # regional indicators in the current cluster: two make a flag
    for index in range(1, size + 1):
        if index < size and _continues(text, start, index, flags):
            flags += text[index] >= "\U0001f1e6" and text[index] <= "\U0001f1ff"
            continue
        spans.append((start, index))
        start = index
        flags = int(index < size and "\U0001f1e6" <= text[index] <= "\U0001f1ff")
    return spans


_BLOCKS = re.compile(
    f"\r\n|[{_INITIALS}]*(?:[가-힣][{_MEDIALS}]*|[{_MEDIALS}]+)[{_FINALS}]*|[{_INITIALS}]+|[{_FINALS}]+|[\\s\\S]"
)


def _continues(text: str, start: int, index: int, flags: int) -> bool:
    """Whether ``text[index]`` belongs to the cluster that began at ``start``."""
    previous, char = text[index - 1], text[index]
    if previous < "\u0300" and char < "\u0300":
        return previous == "\r" and char == "\n"
    if previous in "\r\n" or unicodedata.category(previous) == "Cc":
        return False
    if _extends(char):
        return True
    if previous == "\u200d":
        return index - 1 > start and _pictograph(text[start]) and _pictograph(char)
    if "\U0001f1e6" <= char <= "\U0001f1ff":
        return flags == 1 and "\U0001f1e6" <= previous <= "\U0001f1ff"
    kind = _hangul_class(char)
    return bool(kind) and (_hangul_class(previous), kind) in _HANGUL_JOINS
