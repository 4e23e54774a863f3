import errno
import json
from pathlib import Path

import numpy as np
import pytest

from explorer.core import store
from explorer.core.errors import BadInput, Unavailable
from explorer.vectors.files import folder as storage
from explorer.vectors.files.folder import save_vectors
from explorer.vectors.files.formats import load_vectors
from explorer.vectors.vectors import Vectors


@pytest.fixture
def v():
    info = {"model": "planted", "params": {"dim": 4}, "seed": 7, "tokenizer": {"name": "kiwi"}, "history": [{"step": "centre"}]}
    return Vectors(["왕/NNG", "여왕/NNG", "a\rb", " \u2028 "], np.arange(16).reshape(4, 4), [4, 3, 2, 1], info)


def test_round_trip(v, tmp_path):
    folder = v.save(tmp_path / "models" / "m")
    again = load_vectors(folder, verify=True)
    assert again.keys == v.keys and np.array_equal(again.vectors, v.vectors) and np.array_equal(again.counts, v.counts)
    assert dict(again.info) == {**v.info, "name": "m"} and again.name == "m"
    assert isinstance(again.vectors.base, np.memmap)
    assert again.similar("왕", 1)[0].key == v.similar("왕", 1)[0].key
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["kind"] == "vectors" and manifest["engine"] == "planted" and manifest["sizes"] == {"keys": 4, "dim": 4}
    assert set(manifest["files"]) == {"keys.txt", "vectors.npy", "counts.npy"}


def test_names_go_to_the_home_folder_and_are_listed(v, home):
    assert v.save("나의-모델") == home / "models" / "나의-모델"
    assert store.list_artifacts("vectors")["나의-모델"].sizes == {"keys": 4, "dim": 4}
    with pytest.raises(BadInput, match="exists already"):
        v.save("나의-모델")
    load_vectors(v.save("나의-모델", overwrite=True))
    with pytest.raises(BadInput, match="cannot be a name"):
        v.save("..")
    without = Vectors(["a"], [[1.0]])
    assert load_vectors(without.save("small")).counts is None


def test_a_model_may_replace_the_one_it_is_read_from(v, home):
    v.save("m")
    load_vectors(home / "models" / "m").save("m", overwrite=True)
    assert np.array_equal(load_vectors(home / "models" / "m", verify=True).vectors, v.vectors)


@pytest.mark.parametrize("failing", ["save", "write_manifest"])
@pytest.mark.parametrize("present", [False, True])
def test_a_full_disk_leaves_nothing_or_the_old(v, tmp_path, monkeypatch, failing, present):
    target = tmp_path / "m"
    if present:
        save_vectors(v, target)

    def fail(path, *args, **kwargs):
        Path(path if failing == "save" else path / "half").write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np if failing == "save" else storage, failing, fail)
    with pytest.raises(Unavailable, match="disk is full"):
        save_vectors(Vectors(["new"], [[1.0]]), target, overwrite=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == (["m"] if present else [])
    if present:
        assert load_vectors(target, verify=True).keys == v.keys


def test_keys_with_line_breaks_are_refused_before_anything_is_written(tmp_path):
    for key, says in (("a\nb", "line break"), ("\ud800", "broken character")):
        with pytest.raises(BadInput, match=says):
            save_vectors(Vectors([key], [[1.0]]), tmp_path / "m")
    with pytest.raises(BadInput, match="plain JSON"):
        save_vectors(Vectors(["a"], [[1.0]], info={"params": {"x": object()}}), tmp_path / "m")
    assert not list(tmp_path.iterdir())


def _cut(path):
    path.write_bytes(path.read_bytes()[:-3])


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("vectors.npy", _cut),
        ("vectors.npy", Path.unlink),
        ("vectors.npy", lambda path: np.save(path, np.zeros((3, 4), np.float32))),
        ("vectors.npy", lambda path: np.save(path, np.zeros((4, 4), np.float64))),
        ("vectors.npy", lambda path: np.save(path, np.array([{}], dtype=object), allow_pickle=True)),
        ("keys.txt", lambda path: path.write_text("one\n")),
        ("keys.txt", lambda path: path.write_bytes(b"\xff\xfe\n")),
        ("counts.npy", lambda path: np.save(path, np.zeros(2, np.int64))),
        ("manifest.json", lambda path: path.write_text("{")),
        ("manifest.json", Path.unlink),
    ],
)
def test_damage_is_told_apart(v, tmp_path, name, spoil):
    folder = save_vectors(v, tmp_path / "m")
    spoil(folder / name)
    with pytest.raises(BadInput) as caught:
        load_vectors(folder)
    assert "\n" not in str(caught.value)


def test_silent_changes_are_found_on_demand(v, tmp_path):
    folder = save_vectors(v, tmp_path / "m")
    content = bytearray((folder / "vectors.npy").read_bytes())
    content[-2] ^= 1
    (folder / "vectors.npy").write_bytes(bytes(content))
    load_vectors(folder)
    with pytest.raises(BadInput, match=r"vectors\.npy is not what was saved"):
        load_vectors(folder, verify=True)


def test_nan_in_a_file_is_found_on_first_use(v, tmp_path):
    folder = save_vectors(v, tmp_path / "m")
    matrix = np.array(v.vectors)
    matrix[2, 1] = np.nan
    np.save(folder / "vectors.npy", matrix)
    with pytest.raises(BadInput, match="NaN"):
        load_vectors(folder).similar("왕")
