"""The model commands, as a person types them: what is on the disk already is safe from them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from explorer.cli import main


def run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(main, ["models", *arguments])
    assert result.exit_code == code, result.output + repr(result.exception)
    return result


@pytest.fixture
def small(home: Path, tmp_path: Path) -> Path:
    path = tmp_path / "small.vec"
    path.write_text("2 2\n왕 1 0\n여왕 0 1\n", encoding="utf-8")
    return path


def test_what_had_to_be_mended_is_said_in_either_language(home: Path, tmp_path: Path, monkeypatch):
    path = tmp_path / "twice.vec"
    path.write_text("3 2\n왕 1 0\n왕 1 0\n빈말 0 0\n", encoding="utf-8")
    assert "note: 1 keys were empty or there already" in run("import", str(path), "--name", "twice").output
    monkeypatch.setenv("EXPLORER_LANG", "ko")
    said = run("import", str(path), "--name", "again").output
    assert "겹치는 키 1개" in said and "벡터 1개는 모든 값이 0이라" in said


def test_force_keeps_a_folder_that_was_not_saved_here(small: Path, tmp_path: Path):
    run("import", str(small), "--name", "small")
    thesis = tmp_path / "thesis"
    thesis.mkdir()
    (thesis / "chapter.txt").write_text("years of work")
    said = run("compact", "small", str(thesis), "--force", code=1).output
    assert "was not written by korean-explorer" in said and "give another folder" in said and said.count("\n") == 1
    for ending in (".vec", ".npy", ".safetensors"):
        folder = tmp_path / f"folder{ending}"
        folder.mkdir()
        assert "is a folder" in run("export", "small", str(folder), "--force", code=1).output
        assert list(folder.iterdir()) == []
    assert [path.name for path in thesis.iterdir()] == ["chapter.txt"]
    assert (thesis / "chapter.txt").read_text() == "years of work"
    made = tmp_path / "made"
    run("compact", "small", str(made))
    assert "exists already" in run("compact", "small", str(made), code=1).output
    run("compact", "small", str(made), "--keys", "1", "--force")
    assert json.loads((made / "manifest.json").read_text(encoding="utf-8"))["sizes"]["keys"] == 1


# Each process waits until both have looked whether the name is free, and only then do they finish.
RACING = """
import sys, time
from pathlib import Path
import explorer.vectors.files.folder as storage
from explorer.cli import main

write, meeting = storage.write_manifest, Path(sys.argv[1])

def met(folder, manifest):
    done = write(folder, manifest)
    (meeting / sys.argv[2]).touch()
    while len(list(meeting.iterdir())) < 2:
        time.sleep(0.01)
    return done

storage.write_manifest = met
main(["models", "import", sys.argv[3], "--name", "same"])
"""


def test_two_imports_of_one_name_at_once_keep_one_and_refuse_the_other(small: Path, home: Path, tmp_path: Path):
    meeting = tmp_path / "meeting"
    meeting.mkdir()
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", RACING, str(meeting), number, str(small)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONUTF8": "1"},
        )
        for number in "12"
    ]
    said = [process.communicate(timeout=120) for process in runs]
    assert sorted(process.returncode for process in runs) == [0, 1], said
    lost = next(index for index, process in enumerate(runs) if process.returncode == 1)
    assert "exists already; choose another name" in said[lost][1] and "Traceback" not in said[lost][1]
    assert [path.name for path in (home / "models").iterdir()] == ["same"]
    rows = {row["name"]: row["where"] for row in json.loads(run("list", "--json").stdout)}
    assert rows["same"] == "saved"
