"""Paths as people write them: what no file can be called is refused in one line, what is no ordinary file is not read."""

from __future__ import annotations

from pathlib import Path

import pytest

import explorer as ex
from explorer.core.errors import BadInput, ExplorerError
from explorer.core.paths import bytes_of, expanded


@pytest.mark.parametrize("name", ["." * 64_000, "왕" * 20_000, "a/" * 5_000])
def test_a_name_too_long_for_a_file_is_one_short_line(name):
    for ask in (expanded, ex.load, ex.tokenizer):
        with pytest.raises(BadInput) as caught:
            ask(name)
        assert caught.value.code == "core.path_too_long" and len(str(caught.value)) < 300


def test_a_nul_names_nothing():
    assert not expanded("a\0b").is_file()
    with pytest.raises(ExplorerError):
        ex.load("a\0b")


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs a device")
def test_a_device_is_no_text():
    with pytest.raises(BadInput) as caught:
        bytes_of(Path("/dev/zero"))
    assert caught.value.code == "core.no_ordinary_file"


def test_a_text_is_read_whole_or_refused(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"abc")
    assert bytes_of(tmp_path / "a.txt", 3) == b"abc"
    with pytest.raises(BadInput) as caught:
        bytes_of(tmp_path / "a.txt", 2)
    assert caught.value.code == "core.text_too_long"
