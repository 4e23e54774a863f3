"""A comparison measured in pieces, by other processes, has the very numbers of one that is measured in one go."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from corpora import open_corpus
from explorer.cli import main
from explorer.core.errors import BadInput, Cancelled, Unavailable
from explorer.core.progress import Progress
from explorer.tokenizers.comparison import compare as module
from explorer.tokenizers.comparison import entries
from explorer.tokenizers.comparison.compare import compare, compare_part
from explorer.tokenizers.engines.rules import EojeolTokenizer
from explorer.tokenizers.token import Token

NAMES = ["eojeol", "ko-wordpiece-32k", "ko-bytebpe-32k", "no-such-tokenizer"]


@pytest.fixture(autouse=True)
def small(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entries, "_CHUNK_TEXTS", 37)
    monkeypatch.setattr(module, "_REFERENCE_CHARS", 6000)


def texts(count: int = 260) -> list[str]:
    odd = ["", "ㅋㅋㅋ 漢字 👩‍👩‍👧", "값\u0308 값\u200b", "𐍈 ꙮ 희귀한 글자", "가 " * 900]
    sample = list(open_corpus("sample").texts())
    return [odd[number % 5] if number % 17 == 0 else f"{sample[number]}\n{number}째" for number in range(count)]


def pieces(home: Path) -> list[Path]:
    return sorted((home / "cache/compared").glob("*.zip"))


@pytest.mark.parametrize("reference", [None, "none"])
def test_parts_give_the_same_numbers(home: Path, reference: str | None) -> None:
    whole = compare(NAMES, texts(), reference=reference)
    assert whole.rows[3].error is not None and whole.rows[1].lost_examples
    assert not (home / "cache/compared").exists()
    first = compare_part(NAMES, texts(), "2/3", reference=reference)
    assert 0 < first.made < first.pieces == first.made + first.left and len(pieces(home)) == first.made
    assert compare_part(NAMES, texts(), "2/3", reference=reference).made == 0
    compare_part(NAMES, texts(), "1/2", reference=reference)
    again = compare(NAMES, texts(), reference=reference)  # measures what is missing
    assert again.to_dict() == whole.to_dict() and again.to_html() == whole.to_html() and pieces(home) == []


def test_other_comparisons_are_not_touched_by_pieces(home: Path) -> None:
    compare_part(["eojeol"], texts(), "1/1", reference="none")
    kept = pieces(home)
    other = compare(["eojeol", "syllable"], texts(80), reference="none")
    assert pieces(home) == kept and [row.error for row in other.rows] == [None, None]


def test_a_cluster_gives_the_same_numbers_though_a_worker_dies(home: Path) -> None:
    pytest.importorskip("distributed")
    import psutil

    killed: list[int] = []

    def kill_one(step: Progress) -> None:
        if step.stage == "comparing" and step.done and not killed:
            for one in psutil.Process().children():
                with suppress(psutil.Error):  # a zombie of another test tells no command
                    if str(home) in " ".join(one.cmdline()) and not killed:
                        one.kill()
                        killed.append(one.pid)

    whole = compare(NAMES, texts(500))
    there = compare(NAMES, texts(500), cluster="local:3", progress=kill_one)
    assert killed and there.to_dict() == whole.to_dict() and pieces(home) == []


class Failing(EojeolTokenizer):
    def tokenize(self, text: str) -> list[Token]:
        if "100째" in text:
            raise RuntimeError("백")
        return super().tokenize(text)


def test_a_tokenizer_that_fails_in_a_piece_has_a_row_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    compare_part(["syllable"], texts(40), "1/1", reference="none")  # some pieces are there: all is measured in pieces

    def worker(params: dict[str, Any], name: str) -> EojeolTokenizer:
        return Failing()

    monkeypatch.setattr(sys.modules["explorer.tokenizers.loading"], "on_worker", worker)
    [row] = compare([Failing()], texts(), reference="none").rows
    assert row.error is not None and "백" in str(row.error) and not row.metrics


def test_damage_is_said_and_a_stop_keeps_what_was_made(home: Path) -> None:
    def stop(step: Progress) -> None:
        if step.done:
            raise Cancelled

    with pytest.raises(Cancelled):
        compare_part(NAMES, texts(), "1/1", progress=stop, reference="none")
    [made] = pieces(home)
    data = bytearray(made.read_bytes())
    data[60] ^= 255
    made.write_bytes(data)
    with pytest.raises(Unavailable, match="run it again"):
        compare(NAMES, texts(), reference="none")
    assert compare(NAMES, texts(), reference="none").to_dict() and pieces(home) == []


def test_the_command_line_does_it(home: Path) -> None:
    line = ["compare", "-t", "eojeol", "-t", "syllable", "--reference", "none", "--json"]

    def run(*more: str) -> Any:
        done = CliRunner().invoke(main, [*line, *more], catch_exceptions=False)
        return json.loads(done.stdout)

    whole = run()
    assert [run("--part", f"{number}/2")["left"] for number in (2, 1)][-1] == 0
    assert run() == whole
    refused = CliRunner().invoke(main, [*line, "--part", "3/2"])
    assert refused.exit_code == 1 and "2/8" in refused.stderr


@pytest.mark.parametrize("given", [[], [""]])
def test_no_text_is_said_in_parts_as_well(given: list[str]) -> None:
    if given:
        assert compare_part(["eojeol"], given, "1/1", reference="none").left == 0
    else:
        with pytest.raises(BadInput, match="no text"):
            compare_part(["eojeol"], given, "1/1", reference="none")
