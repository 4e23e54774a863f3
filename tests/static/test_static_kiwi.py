"""Kiwi's vectors: recovery on small problems that can be checked whole, then the real thing."""

from __future__ import annotations

import csv
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import spearmanr

from explorer.core.errors import Cancelled, Unavailable
from explorer.static.kiwi import kiwi_vectors, recover_unit_vectors, unique_keys
from explorer.static.load import load
from explorer.vectors.vectors import Vectors


def points(n: int, d: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    # Uneven directions and a common mean, as embeddings have.
    cloud = rng.normal(size=(n, d)) * np.geomspace(1, 0.05, d) + rng.normal(size=d) * 0.3
    return (cloud / np.linalg.norm(cloud, axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize(("n", "d"), [(500, 3), (800, 64), (700, 130), (90, 40), (20, 40), (1, 5)])
def test_cosines_come_back(n: int, d: int) -> None:
    real = points(n, d)
    asked = []

    def row(number: int) -> np.ndarray:
        asked.append(number)
        return real @ real[number]

    found = recover_unit_vectors(row, n)
    assert found.dtype == np.float32
    assert found.shape[1] <= min(n, d)
    np.testing.assert_allclose(found @ found.T, real @ real.T, atol=5e-4)
    assert len(set(asked)) <= min(n, d) + 8  # as many rows as the rank, and eight to check


def test_recovery_is_the_same_each_time_and_has_fixed_signs() -> None:
    real = points(300, 20)
    first, second = (recover_unit_vectors(lambda i: real @ real[i], 300) for _ in range(2))
    assert first.tobytes() == second.tobytes()
    assert (first[np.abs(first).argmax(axis=0), np.arange(first.shape[1])] > 0).all()
    power = (first**2).sum(axis=0)
    assert (np.diff(power) <= 1e-3).all()


def test_rows_that_are_no_cosines_are_refused() -> None:
    rng = np.random.default_rng(0)
    noise = rng.uniform(-1, 1, (400, 400)).astype(np.float32)
    real = points(400, 10)
    with pytest.raises(Unavailable):
        recover_unit_vectors(lambda i: noise[i], 400)
    asked = []

    def changing(number: int) -> np.ndarray:
        asked.append(number)
        return real @ real[number] + np.float32(0.01 if len(asked) > 10 else 0)

    with pytest.raises(Unavailable, match="miss its own cosines"):
        recover_unit_vectors(changing, 400)


def test_a_cancel_stops_the_recovery() -> None:
    real = points(300, 40)

    def stop(step) -> None:
        if step.done == 5:
            raise Cancelled

    with pytest.raises(Cancelled):
        recover_unit_vectors(lambda i: real @ real[i], 300, progress=stop)


def test_keys_are_those_of_the_tokenizer() -> None:
    pairs = [("", "UN"), ("ᆫ", "Z_CODA"), ("ᆫ", "ETM"), ("걷", "VV"), ("왕", "NNG"), ("걷", "VV-I"), ("빠르", "VA-I")]
    keys, ids, merged = unique_keys(pairs)
    assert keys == ["ㄴ/ETM", "걷다/VV", "왕/NNG", "빠르다/VA", "ㄴ/Z_CODA"]
    assert ids == [2, 3, 4, 6, 1]
    assert merged == [("걷다/VV", "걷/VV-I")]


@pytest.fixture(scope="session")
def kiwi(tmp_path_factory: pytest.TempPathFactory) -> Vectors:
    """The real recovery, once a session."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EXPLORER_HOME", str(tmp_path_factory.mktemp("kiwi-home")))
        stages = []
        kiwi_vectors(lambda step: stages.append(step.stage))
        assert "recovering Kiwi's vectors" in stages
        stages.clear()
        v = load("kiwi", progress=lambda step: stages.append(step.stage))
        assert "recovering Kiwi's vectors" not in stages  # the second time it is read from the cache
        return v


def test_kiwi_vectors_reproduce_kiwis_order(kiwi: Vectors) -> None:
    from kiwipiepy import Kiwi

    assert kiwi.dim == 256
    assert len(kiwi) > 70_000
    assert len(set(kiwi.keys)) == len(kiwi)
    assert all(unicodedata.is_normalized("NFC", key) and " " not in key for key in kiwi.keys)
    assert not any("\u1100" <= character <= "\u11ff" for key in kiwi.keys for character in key)
    similar = Kiwi(num_workers=1).most_similar_morphemes(("강아지", "NNG"), top_n=100)
    theirs = {f"{item.form}/{item.tag}" for item in similar if item.tag == "NNG"}
    ours = {item.key for item in kiwi.similar("강아지", n=100)}
    assert len(theirs & ours) > 0.4 * len(theirs)  # processed vectors order words anew, but not wholly


def test_kiwi_answers(kiwi: Vectors) -> None:
    assert {"왕비", "여왕"} & {item.word for item in kiwi.analogy("왕 − 남자 + 여자", n=3)}
    assert kiwi.analogy("할아버지 − 아버지 + 어머니", n=1)[0].key == "할머니/NNG"
    assert {"개/NNG", "고양이/NNG"} <= {item.key for item in kiwi.similar("강아지", n=5)}
    assert kiwi.resolve("먹었다").key == "먹다/VV"
    step = kiwi.info["history"][-1]
    assert step["step"] == "remove_components"
    assert step["components"] == 3


@pytest.mark.shared_data
def test_kiwi_agrees_with_people(kiwi: Vectors, shared_data: Path) -> None:
    with (shared_data / "eval" / "WS353_korean.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))[1:]
    found = [(row[0], row[1], float(row[2])) for row in rows if row[0] in kiwi and row[1] in kiwi]
    ours = [kiwi.similarity(one, other) for one, other, _ in found]
    assert len(found) > 310
    assert spearmanr(ours, [score for *_, score in found]).statistic > 0.7


def test_kept_vectors_zeroed_in_part_are_recovered_again(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = np.random.default_rng(0).normal(size=(50, 8)).astype(np.float32)
    recovered = []

    def recover(_: object) -> Vectors:
        recovered.append(1)
        return Vectors([f"말{number}/NNG" for number in range(50)], rows)

    monkeypatch.setattr("explorer.static.kiwi._recover", recover)
    first = np.array(kiwi_vectors().vectors)
    (file,) = home.glob("cache/kiwi/*/processed/vectors.npy")
    content = file.read_bytes()
    file.write_bytes(content[:900] + bytes(len(content) - 900))
    assert np.array_equal(kiwi_vectors().vectors, first) and len(recovered) == 2
    assert np.array_equal(kiwi_vectors().vectors, first) and len(recovered) == 2
