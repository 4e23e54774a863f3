"""Which scripts a word is written in."""

from __future__ import annotations

import re
from functools import cache

__all__ = ["SCRIPTS", "in_script"]

_LETTERS = {
    "latin": "[A-Za-zªºÀ-ÖØ-öø-ʯḀ-ỿＡ-Ｚａ-ｚ]",
    "hanja": "[々〇㐀-䶿一-鿿\uf900-\ufaff\U00020000-\U000323af]",
    "kana": "[ぁ-ゖゝ-ゟァ-ヺー-ヿㇰ-ㇿｦ-ﾝ]",
    "cyrillic": "[Ѐ-ԯ]",
    "greek": "[Ͱ-ͽΆΈ-Ͽἀ-ῼ]",
}

SCRIPTS = ("any", "hangul", *_LETTERS)
"""Names of scripts, and ``"any"`` for all words, whatever they are written in."""


@cache
def _letters(script: str) -> re.Pattern[str]:
    return re.compile(_LETTERS[script])


def in_script(word: str, script: str) -> bool:
    """Whether a word has a letter of a script (one of :data:`SCRIPTS`), so that K팝 is written in two.

    >>> in_script("K팝", "hangul"), in_script("K팝", "latin"), in_script("東京", "hangul"), in_script("2002", "any")
    (True, True, False, True)
    """
    if script == "any":
        return True
    if script == "hangul":
        from explorer.text.hangul import has_hangul  # late: commands read only the names above

        return has_hangul(word)
    return _letters(script).search(word) is not None
