"""Caches of answers: within their budget, the oldest gone first, what persons typed gone after a day."""

from __future__ import annotations

import os
import time

import pytest

from explorer.core import settings
from explorer.core.caches import PRIVATE, PRIVATE_SECONDS, intact, keep_within, mark_used
from explorer.core.errors import BadInput
from explorer.core.store import Manifest, atomic_folder, cache_path, write_manifest


def kept(home, kind, name, size, age):
    folder = home / "cache" / kind / name
    folder.mkdir(parents=True)
    (folder / "answer.json").write_bytes(b"x" * size)
    os.utime(folder, (time.time() - age,) * 2)
    return folder


def test_what_was_used_longest_ago_goes_first(home):
    old, middle, new = (kept(home, kind, kind, 1000, age) for kind, age in (("maps", 300), ("bench", 200), ("more", 100)))
    assert keep_within(3000, ("maps", "bench", "more")) == [] and old.exists()
    mark_used(old)
    assert keep_within(2500, ("maps", "bench", "more")) == [middle]
    assert keep_within(1000, ("maps", "bench", "more")) == [new] and old.exists()
    assert not list(new.parent.iterdir())  # nothing half-deleted stays beside it
    assert keep_within(0, ("maps",)) == [old] and keep_within(0, ("nothing",)) == []


def test_what_a_person_typed_goes_after_a_day_whatever_the_budget(home):
    typed = kept(home, "bench", f"{PRIVATE}abc", 10, PRIVATE_SECONDS + 60)
    fresh = kept(home, "bench", f"{PRIVATE}def", 10, PRIVATE_SECONDS - 60)
    other = kept(home, "bench", "abc", 10, 30 * PRIVATE_SECONDS)
    assert keep_within(10**9, ("bench",)) == [typed] and fresh.exists() and other.exists()


def test_only_the_kinds_that_are_named_are_touched(home):
    vectors = kept(home, "kiwi", "vectors", 5000, 9e6)
    keep_within(0, ("maps", "bench"))
    mark_used(home / "cache" / "gone")
    assert vectors.exists()


def test_the_budget_is_a_setting(monkeypatch):
    assert settings.answers_limit() == 1000 << 20
    monkeypatch.setenv("EXPLORER_CACHE_MB", "12")
    assert settings.answers_limit() == 12 << 20
    for wrong in ("0", "-1", "much", "1.5"):
        monkeypatch.setenv("EXPLORER_CACHE_MB", wrong)
        with pytest.raises(BadInput, match="EXPLORER_CACHE_MB"):
            settings.answers_limit()


@pytest.mark.parametrize("damage", ["zeroed", "longer", "gone", "manifest", "no manifest"])
def test_an_answer_is_whole_or_gone(home, damage):
    folder = cache_path("maps", "a")
    assert not intact(folder)
    for _ in range(2):
        with atomic_folder(folder) as made:
            (made / "answer").write_bytes(b"12345678")
            write_manifest(made, Manifest("map", "a", "pca"))
        assert intact(folder)
        file = folder / ("manifest.json" if "manifest" in damage else "answer")
        if damage in ("gone", "no manifest"):
            file.unlink()
        else:
            file.write_bytes({"zeroed": b"1234\0\0\0\0", "longer": b"123456789", "manifest": b"{"}[damage])
        assert not intact(folder) and not folder.exists()
