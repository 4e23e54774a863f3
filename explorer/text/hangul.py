"""Hangul as arithmetic: syllables, jamo, initials. Pure functions, no state, no dependency.

Three alphabets are easily confused and never compare equal:

* precomposed syllables ``가``-``힣`` (U+AC00-D7A3), what NFC text holds;
* conjoining jamo (U+1100-11FF, and the old ones of U+A960-A97F and U+D7B0-D7FF), what NFD text holds: an initial, a
  medial and a final are three different sets of characters;
* compatibility jamo (U+3131-318E), what a keyboard types: ㅋㅋㅋ, ㅠㅠ. One set, initials and finals alike.

The arithmetic is that of the Unicode Standard, section 3.12 "Conjoining Jamo Behavior".
"""

from __future__ import annotations

import re
import unicodedata

__all__ = [
    "CHOSEONG",
    "FILLERS",
    "JONGSEONG",
    "JUNGSEONG",
    "choseong",
    "compose",
    "decompose",
    "from_keyboard",
    "has_coda",
    "has_hangul",
    "is_jamo",
    "is_syllable",
    "recompose_fillers",
    "strokes",
    "syllable_jamo",
    "to_compatible",
    "to_conjoining",
    "without_coda",
]

CHOSEONG = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
"""The 19 initials, in code order, as compatibility jamo."""

JUNGSEONG = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
"""The 21 medials."""

JONGSEONG = "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
"""The 27 finals (no final at all is not one of them)."""

FILLERS = frozenset("\u115f\u1160\u3164\uffa0")
"""Hangul fillers: invisible, yet letters (category Lo) to every splitter and regular expression."""

_FIRST, _LAST = 0xAC00, 0xD7A3
_MEDIALS, _FINALS = 21, 28
_INITIAL_INDEX = {jamo: index for index, jamo in enumerate(CHOSEONG)}
_MEDIAL_INDEX = {jamo: index for index, jamo in enumerate(JUNGSEONG)}
_FINAL_INDEX = {jamo: index + 1 for index, jamo in enumerate(JONGSEONG)}


def _compatibility_table() -> dict[int, str]:
    table: dict[int, str] = {}
    for code in range(0x3131, 0x318F):
        # Unicode decomposes every compatibility jamo to one conjoining jamo: to an initial where there is one.
        kind, _, target = unicodedata.decomposition(chr(code)).partition(" ")
        if kind == "<compat>":
            table[int(target, 16)] = chr(code)
    table.update({0x11A8 + index: jamo for index, jamo in enumerate(JONGSEONG)})
    # The old finals that share their letter with an initial.
    table.update({0x11EB: "ㅿ", 0x11F0: "ㆁ", 0x11F9: "ㆆ"})
    del table[0x1160]  # U+3164 and U+1160 are fillers, not letters
    return table


_TO_COMPATIBLE = _compatibility_table()
_TO_INITIAL = {jamo: chr(0x1100 + index) for jamo, index in _INITIAL_INDEX.items()}
_TO_MEDIAL = {jamo: chr(0x1161 + index) for jamo, index in _MEDIAL_INDEX.items()}
_TO_FINAL = {jamo: chr(0x11A7 + index) for jamo, index in _FINAL_INDEX.items()}


def is_syllable(char: str) -> bool:
    """Whether ``char`` is one precomposed Hangul syllable.

    >>> is_syllable("각"), is_syllable("ㄱ"), is_syllable("A")
    (True, False, False)
    """
    return len(char) == 1 and _FIRST <= ord(char) <= _LAST


def is_jamo(char: str) -> bool:
    r"""Whether ``char`` is one jamo of any kind: conjoining (old ones too), compatibility or half-width; no filler.

    >>> is_jamo("ㅋ"), is_jamo("\u1100"), is_jamo("가")
    (True, True, False)
    """
    if len(char) != 1 or char in FILLERS:
        return False
    code = ord(char)
    return (
        0x1100 <= code <= 0x11FF
        or 0x3131 <= code <= 0x318E
        or 0xA960 <= code <= 0xA97C
        or 0xD7B0 <= code <= 0xD7FB
        or 0xFFA1 <= code <= 0xFFDC
    )


_HANGUL = re.compile("[가-힣ㄱ-ㅣㅥ-ㆎ\u1100-\u115e\u1161-\u11ff\ua960-\ua97c\ud7b0-\ud7fb\uffa1-\uffdc]")


def has_hangul(text: str) -> bool:
    r"""Whether any syllable or jamo occurs in ``text``.

    >>> has_hangul("K팝"), has_hangul("pop"), has_hangul("\u3164")
    (True, False, False)
    """
    return _HANGUL.search(text) is not None


def has_coda(char: str) -> bool:
    """Whether a syllable ends in a consonant (받침). False for anything that is no syllable.

    >>> has_coda("각"), has_coda("가"), has_coda("ㄱ")
    (True, False, False)
    """
    return is_syllable(char) and (ord(char) - _FIRST) % _FINALS != 0


def without_coda(char: str) -> str:
    """A syllable without its final consonant.

    >>> without_coda("갈"), without_coda("가")
    ('가', '가')
    """
    return chr(ord(char) - (ord(char) - _FIRST) % _FINALS) if is_syllable(char) else char


def syllable_jamo(char: str) -> tuple[str, str, str]:
    """Initial, medial and final of one syllable as compatibility jamo; the final is ``""`` where there is none.

    Raises:
        ValueError: ``char`` is no precomposed syllable.

    >>> syllable_jamo("뷁")
    ('ㅂ', 'ㅞ', 'ㄺ')
    """
    if not is_syllable(char):
        raise ValueError(f"{char!r} is no precomposed Hangul syllable (가-힣)")
    index = ord(char) - _FIRST
    initial, rest = divmod(index, _MEDIALS * _FINALS)
    medial, final = divmod(rest, _FINALS)
    return CHOSEONG[initial], JUNGSEONG[medial], JONGSEONG[final - 1] if final else ""


def decompose(text: str, *, conjoining: bool = False) -> str:
    r"""Syllables taken apart, everything else unchanged.

    Args:
        text: any text, NFC or NFD.
        conjoining: give conjoining jamo (initial, medial and final keep apart; exactly what NFD does to Hangul)
            instead of compatibility jamo.

    >>> decompose("각 A")
    'ㄱㅏㄱ A'
    >>> decompose("각", conjoining=True) == "\u1100\u1161\u11a8"
    True
    """
    parts: list[str] = []
    for char in text:
        if is_syllable(char):
            initial, medial, final = syllable_jamo(char)
            if conjoining:
                parts += _TO_INITIAL[initial], _TO_MEDIAL[medial], _TO_FINAL[final] if final else ""
            else:
                parts += initial, medial, final
        else:
            parts.append(char if conjoining else _TO_COMPATIBLE.get(ord(char), char))
    return "".join(parts)


def compose(jamo: str) -> str:
    r"""Jamo of either kind put together into syllables, as typing them would; what cannot join stays.

    A consonant joins the syllable before it as a final unless a medial follows, when it begins the next syllable.

    >>> compose("ㅎㅏㄴㄱㅡㄹ"), compose("ㅋㅋㅋ"), compose("ㄱㅏㅇㅏㅈㅣ"), compose("ㅇㅏㄹㄱㅗ")
    ('한글', 'ㅋㅋㅋ', '가아지', '알고')
    >>> compose("\u1112\u1161\u11ab")
    '한'
    """
    text = to_compatible(unicodedata.normalize("NFC", jamo))
    parts: list[str] = []
    position, size = 0, len(text)
    while position < size:
        initial = _INITIAL_INDEX.get(text[position])
        medial = _MEDIAL_INDEX.get(text[position + 1]) if position + 1 < size else None
        if initial is None or medial is None:
            parts.append(text[position])
            position += 1
            continue
        final = _FINAL_INDEX.get(text[position + 2], 0) if position + 2 < size else 0
        if final and position + 3 < size and text[position + 3] in _MEDIAL_INDEX and text[position + 2] in _INITIAL_INDEX:
            final = 0
        parts.append(chr(_FIRST + (initial * _MEDIALS + medial) * _FINALS + final))
        position += 3 if final else 2
    return "".join(parts)


def choseong(text: str) -> str:
    """The 초성 string: every syllable replaced by its initial, everything else kept.

    >>> choseong("한국어 A1")
    'ㅎㄱㅇ A1'
    """
    return "".join(syllable_jamo(char)[0] if is_syllable(char) else _TO_COMPATIBLE.get(ord(char), char) for char in text)


def to_compatible(text: str) -> str:
    r"""Conjoining jamo written as the compatibility jamo of the same letter; syllables and old jamo without one stay.

    >>> to_compatible("\u11ab다"), to_compatible("\u110f") == "ㅋ"
    ('ㄴ다', True)
    """
    return text.translate(_TO_COMPATIBLE)


def to_conjoining(jamo: str, position: str) -> str:
    r"""One compatibility jamo as the conjoining jamo of a position in the syllable.

    Args:
        jamo: one compatibility jamo.
        position: ``"initial"``, ``"medial"`` or ``"final"``.

    Raises:
        ValueError: that letter cannot stand there (ㄸ is no final, ㅏ no initial), or there is no such position.

    >>> to_conjoining("ㄴ", "final") == "\u11ab"
    True
    """
    tables = {"initial": _TO_INITIAL, "medial": _TO_MEDIAL, "final": _TO_FINAL}
    if position not in tables:
        raise ValueError(f"{position!r} is no position; use initial, medial or final")
    try:
        return tables[position][jamo]
    except KeyError:
        raise ValueError(f"{jamo!r} cannot be a {position}; one of {''.join(tables[position])} can") from None


_KEYS = dict(
    zip("rRseEfaqQtTdwWczxvgkoiOjpuPhynbml", "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎㅏㅐㅑㅒㅓㅔㅕㅖㅗㅛㅜㅠㅡㅣ", strict=True)
)
_JOINED = {
    **dict(zip(["ㅗㅏ", "ㅗㅐ", "ㅗㅣ", "ㅜㅓ", "ㅜㅔ", "ㅜㅣ", "ㅡㅣ"], "ㅘㅙㅚㅝㅞㅟㅢ", strict=True)),
    **dict(
        zip(
            ["ㄱㅅ", "ㄴㅈ", "ㄴㅎ", "ㄹㄱ", "ㄹㅁ", "ㄹㅂ", "ㄹㅅ", "ㄹㅌ", "ㄹㅍ", "ㄹㅎ", "ㅂㅅ"],
            "ㄳㄵㄶㄺㄻㄼㄽㄾㄿㅀㅄ",
            strict=True,
        )
    ),
}
# Two consonants make one coda only where no vowel wants the second of them.
_TWO_STROKES = re.compile("ㅗ[ㅏㅐㅣ]|ㅜ[ㅓㅔㅣ]|ㅡㅣ|(?<=[ㅏ-ㅣ])(?:ㄱㅅ|ㄴ[ㅈㅎ]|ㄹ[ㄱㅁㅂㅅㅌㅍㅎ]|ㅂㅅ)(?![ㅏ-ㅣ])")


def from_keyboard(text: str) -> str:
    """What Latin letters spell on the two-set Korean keyboard, whose Hangul key was not pressed; other characters stay.

    >>> from_keyboard("rkddkwl"), from_keyboard("ekfr rhk"), from_keyboard("dkfrh"), from_keyboard("Tkd")
    ('강아지', '닭 과', '알고', '쌍')
    """
    strokes = "".join(_KEYS.get(char, _KEYS.get(char.lower(), char)) for char in text)
    return compose(_TWO_STROKES.sub(lambda match: _JOINED[match.group()], strokes))


_STROKES = str.maketrans({joined: pressed for pressed, joined in _JOINED.items()})


def strokes(text: str) -> str:
    """The jamo in the order in which the two-set keyboard types them: what is half written is a beginning of what will be.

    >>> strokes("닭과"), strokes("달기").startswith(strokes("닭")), strokes("강아지").startswith(strokes("강앚"))
    ('ㄷㅏㄹㄱㄱㅗㅏ', True, True)
    """
    return to_compatible(unicodedata.normalize("NFD", text)).translate(_STROKES)


_FILLED = re.compile("\u3164([ㄱ-ㅎ])([ㅏ-ㅣ])([ㄱ-ㅎ\u3164])")


def recompose_fillers(text: str) -> tuple[str, int]:
    r"""Undo KS X 1001's eight-byte spelling of the syllables it lacks.

    That standard has code points for 2,350 syllables only and writes the others as filler, initial, medial, final (a
    second filler where there is none). Python's ``euc-kr`` encoder does so, and every CP949 reader shows the four characters.

    Returns:
        The text, and how many syllables were put back together.

    >>> recompose_fillers("\u3164ㅂㅞㄺ!")
    ('뷁!', 1)
    >>> recompose_fillers("\u3164ㄱ")
    ('ㅤㄱ', 0)
    """
    count = 0

    def join(match: re.Match[str]) -> str:
        nonlocal count
        initial, medial, final = match.groups()
        if initial not in _INITIAL_INDEX or (final != "\u3164" and final not in _FINAL_INDEX):
            return match.group()
        count += 1
        final_index = _FINAL_INDEX.get(final, 0)
        return chr(_FIRST + (_INITIAL_INDEX[initial] * _MEDIALS + _MEDIAL_INDEX[medial]) * _FINALS + final_index)

    if "\u3164" not in text:
        return text, 0
    return _FILLED.sub(join, text), count
