"""Words as people type them, against every morpheme Kiwi knows: what they are taken for, and what they are not."""

import time
import unicodedata
from pathlib import Path

import numpy as np
import pytest

from explorer.core.errors import BadInput, OutOfVocabulary
from explorer.static.kiwi import morphemes, unique_keys
from explorer.text.morphology import shared_kiwi
from explorer.text.spelling import is_insult
from explorer.vectors.vectors import Vectors

TYPED = [line.split("\t") for line in (Path(__file__).parent / "typed.tsv").read_text(encoding="utf-8").splitlines()]


def of(keys, **options):
    return Vectors(keys, np.ones((len(keys), 1)), info={"tokenizer": {"name": "kiwi", "engine": "kiwi"}}, **options)


@pytest.fixture(scope="module")
def v():
    keys, *_ = unique_keys(morphemes(shared_kiwi()))
    return of(keys)


def taken(v, word):
    found = v.find(word)
    return "-" if found is None else "+".join(found.parts)


def test_everyday_forms(v):
    wrong = [f"{form} → {got}" for form, expected in TYPED if (got := taken(v, form)) not in expected.split()]
    assert len(TYPED) >= 300 and len(wrong) <= 0.05 * len(TYPED), "; ".join(wrong)
