"""What docs/coming-from.md shows runs, and gensim's script prints the same before and after its three changes."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

import explorer as ex
from explorer.text.tags import split_key
from explorer.vectors.files.formats import write_vectors
from explorer.vectors.vectors import Vectors

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "coming-from.md").read_text(encoding="utf-8")

PAGE_KO = (Path(__file__).resolve().parents[1] / "docs" / "coming-from.ko.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def printed(script: str) -> list[str]:
    with contextlib.redirect_stdout(io.StringIO()) as stream:
        exec(compile(script, "coming-from.md", "exec"), {})
    return stream.getvalue().splitlines()


@pytest.mark.parametrize("block", blocks("python"), ids=range(len(blocks("python"))))
def test_every_block_runs(block: str, home):
    printed(block)


def test_a_gensim_script_prints_the_same_after_three_changes(tmp_path: Path, home, monkeypatch: pytest.MonkeyPatch):
    shipped = ex.load("word2vec")
    rows = [row for row, key in enumerate(shipped.keys) if split_key(key)[1] == "NNG"][:6000]
    words = [split_key(shipped.keys[row])[0] for row in rows]
    write_vectors(Vectors(words, shipped.vectors[rows]), tmp_path / "vectors.bin")
    monkeypatch.chdir(tmp_path)
    change, _ = blocks("diff")
    lines = change.splitlines()
    before, after = ("\n".join(line[1:] for line in lines if line[:1] != sign) for sign in "+-")
    assert sum(line.startswith("-") for line in lines) == sum(line.startswith("+") for line in lines) == 3
    theirs, ours = printed(before), printed(after)
    assert len(theirs) == 6

    def shortened(said: list[str]) -> list[str]:  # scores to four places: the two sum in another order
        return [re.sub(r"(\d\.\d{4})\d+", r"\1", line) for line in said]

    assert shortened(ours) == shortened(theirs)


def test_a_script_for_okt_runs_after_three_changes():
    _, change = blocks("diff")
    lines = change.splitlines()
    assert sum(line.startswith("-") for line in lines) == sum(line.startswith("+") for line in lines) == 3
    counted, cut, nouns = printed("\n".join(line[1:] for line in lines if line[:1] != "-"))
    assert "('밥', 3)" in counted and "('먹다', 2)" in counted
    assert cut == "['왕비', '는', '밥', '을', '먹다', '었', '다']" and nouns == "['왕비', '서울', '밥']"


def test_both_languages_show_the_same_scripts():
    def code(scripts: list[str]) -> list[str]:
        """Without comments, which are in the language of the page."""
        return [re.sub(r" *# .*", "", script) for script in scripts]

    for kind in ("python", "diff"):
        korean = re.findall(rf"^```{kind}\n(.*?)^```", PAGE_KO, re.DOTALL | re.MULTILINE)
        assert code(blocks(kind)) == code(korean) != []
    tables = [[line.split("|")[1] for line in page.splitlines() if line.startswith("|")] for page in (PAGE, PAGE_KO)]
    assert len(tables[0]) == len(tables[1]) and len(tables[0]) > 40


def test_every_name_in_the_tables_exists():
    v, t, e = Vectors(["왕"], [[1.0]]), ex.tokenizer("eojeol"), ex.encoder("mini")
    for owner, letter in ((v, "v"), (t, "t"), (ex, "ex"), (e, "e")):
        cells = [line.split("|")[2] for line in PAGE.splitlines() if line.startswith("| `")]
        names = {name for cell in cells for name in re.findall(rf"\b{letter}\.([a-z_]+)", cell)}
        assert names and [name for name in sorted(names) if not hasattr(owner, name)] == []
