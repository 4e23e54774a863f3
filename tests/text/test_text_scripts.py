import unicodedata

import pytest

from explorer.text.scripts import SCRIPTS, in_script


@pytest.mark.parametrize(
    ("word", "scripts"),
    [
        ("왕", {"hangul"}),
        (unicodedata.normalize("NFD", "왕"), {"hangul"}),
        ("ㅋㅋㅋ", {"hangul"}),
        ("K팝", {"hangul", "latin"}),
        ("조선(朝鮮)", {"hangul", "hanja"}),
        ("東京", {"hanja"}),
        ("\uf914", {"hanja"}),
        ("𠀀", {"hanja"}),
        ("ｋｇ", {"latin"}),
        ("Čapek", {"latin"}),
        ("東京タワー", {"hanja", "kana"}),
        ("Москва", {"cyrillic"}),
        ("ὕβρις", {"greek"}),
        ("2002", set()),
        ("😀", set()),
        ("×", set()),
        ("\u200b", set()),
        ("", set()),
    ],
)
def test_scripts_of_a_word(word, scripts):
    assert {script for script in SCRIPTS if in_script(word, script)} == scripts | {"any"}
