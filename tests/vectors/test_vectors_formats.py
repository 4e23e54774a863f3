import gzip
import io
import os
import unicodedata
import zipfile
from pathlib import Path

import numpy as np
import pytest

from explorer.core.errors import BadInput, Cancelled
from explorer.vectors.files import parts
from explorer.vectors.files.formats import detect_format, read_vectors, write_vectors
from explorer.vectors.vectors import Vectors

ENDINGS = {
    "m.txt": "word2vec-text",
    "m.vec": "word2vec-text",
    "m.bin": "word2vec-binary",
    "m.glove": "glove",
    "m.npy": "npy",
    "m.tsv": "projector",
}


@pytest.fixture
def v():
    rng = np.random.default_rng(0)
    keys = ["왕/NNG", "여왕/NNG", "3.14", "42", "▁서울", "ㅋㅋㅋ", "😀", "\u00a0", *(f"낱말{i}" for i in range(3000))]
    matrix = (rng.standard_normal((len(keys), 7)) * 10.0 ** rng.integers(-12, 12, (len(keys), 1))).astype(np.float32)
    return Vectors(keys, matrix, np.arange(len(keys), 0, -1))


def same(a, b):
    assert a.keys == b.keys and np.array_equal(a.vectors, b.vectors)


@pytest.mark.parametrize("name", [*ENDINGS, "m.txt.gz", "m.bin.gz", "m.glove.gz"])
def test_every_format_gives_back_every_bit(v, tmp_path, name):
    path = tmp_path / name
    written = write_vectors(v, path)
    assert path in written and sorted(tmp_path.iterdir()) == sorted(written)
    assert detect_format(path) == ENDINGS[name.removesuffix(".gz")]
    seen = []
    again = read_vectors(path, progress=seen.append)
    same(again, v)
    assert seen and "warnings" not in again.info
    if name == "m.tsv":
        assert np.array_equal(again.counts, v.counts)
    few = read_vectors(path, limit=5)
    assert few.keys == v.keys[:5] and np.array_equal(few.vectors, v.vectors[:5])
    with pytest.raises(BadInput, match="exists already"):
        write_vectors(v, path)
    same(read_vectors(write_vectors(v, path, overwrite=True)[0]), v)


@pytest.mark.parametrize("binary", [False, True])
def test_gensim_reads_ours_and_we_read_gensims(v, tmp_path, binary):
    models = pytest.importorskip("gensim.models")
    keep = [row for row, key in enumerate(v.keys) if key.strip()]  # gensim's text reader drops the no-break space
    ours = Vectors([v.keys[row] for row in keep], v.vectors[keep])
    path = tmp_path / ("m.bin" if binary else "m.txt")
    write_vectors(ours, path)
    theirs = models.KeyedVectors.load_word2vec_format(str(path), binary=binary)
    assert tuple(theirs.index_to_key) == ours.keys and np.array_equal(theirs.vectors, ours.vectors)
    back = tmp_path / "back"
    theirs.save_word2vec_format(str(back), binary=binary, write_header=True)
    same(read_vectors(back), ours)


def test_real_fasttext_files_hold_broken_utf8_spaces_and_repeats(tmp_path):
    path = tmp_path / "cc.ko.300.vec"
    nfd = unicodedata.normalize("NFD", "한국")
    lines = [
        b"6 2",
        b"\xea\xb0\x80 1 0 ",
        b"\xed\x95 0 1 ",
        b"New York 1 1 ",
        f"{nfd} 2 0 ".encode(),
        b"\xea\xb0\x80 9 9 ",
        b"\xed\x96 0 2 ",
    ]
    path.write_bytes(b"\n".join(lines) + b"\n")
    v = read_vectors(path)
    assert v.keys == ("가", "\ufffd", "New York", "한국")
    assert v.vectors.tolist() == [[1, 0], [0, 1], [1, 1], [2, 0]]
    text = " ".join(v.info["warnings"])
    assert "not NFC" in text and "broken UTF-8" in text and "2 keys were empty or there already" in text


def test_tabs_and_windows_line_ends(tmp_path):
    (tmp_path / "a.txt").write_bytes("2 2\r\n왕\t1\t0\r\n여왕\t0\t1\r\n".encode())
    (tmp_path / "b.txt").write_bytes("\ufeff왕 1 0\r\n\r\n여왕 0 1".encode())
    for name in ("a.txt", "b.txt"):
        v = read_vectors(tmp_path / name)
        assert v.keys == ("왕", "여왕") and v.vectors.tolist() == [[1, 0], [0, 1]]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"3 2\na 1 0\nb 0 1\n", "promises 3 vectors, and there are only 2"),
        (b"1 2\na 1 0\nb 0 1\n", "promises 1 vectors, and there are more"),
        (b"2 3\na 1 0\nb 0 1\n", "line 2 .* 3 numbers"),
        (b"2 2\na 1 0\nb 0 x\n", "line 3"),
        (b"2 2\na 1 0\nb 0 nan\n", "NaN"),
        (b"900000000000 300\na 1 0\n", "do not fit into its"),
        (b"0 5\n", "1 or more"),
        (b"a 1 0\nb 0\n", "line 2"),
        (b"a 1 0\nb 0 1 2\n", None),
        (b"", "is empty"),
        (b"\x80\x04\x95abc", "pickle"),
        (b"PK\x03\x04abc", "ZIP"),
        (b"\xba\x16\x4f\x2f\x0c\x00", "fastText"),
        ("그냥 글입니다.\n둘째 줄\n".encode(), "no format"),
    ],
)
def test_files_that_lie_are_refused(tmp_path, content, says):
    path = tmp_path / "m.txt"
    for packed in (False, True):
        path.write_bytes(gzip.compress(content) if packed else content)
        if says is None:  # a word with a space in it is possible: "b 0" and two numbers
            assert read_vectors(path).keys == ("a", "b 0")
            continue
        if packed and ("promises" in says or "fit" in says):
            says = "promises|does not hold"  # the size of what is packed is not known beforehand
        with pytest.raises(BadInput, match=says) as caught:
            read_vectors(path)
        assert "\n" not in str(caught.value)


def test_binary_files_that_lie_are_refused(tmp_path):
    path = tmp_path / "m.bin"
    write_vectors(Vectors(["a", "b"], np.eye(2) / 3), path)
    good = path.read_bytes()
    for bad, says in (
        (good[:-6], "ends after 1|do not fit"),
        (good.replace(b"2 2", b"1 2", 1), "there is more"),
        (good.replace(b"2 2", b"9 2", 1), "do not fit"),
        (good.replace(b"2 2", b"3 2", 1) + b"xxxxx", "ends after 2|do not fit"),
    ):
        path.write_bytes(bad)
        with pytest.raises(BadInput, match=says):
            read_vectors(path, format="word2vec-binary")


def test_matrix_and_keys_must_fit(tmp_path):
    np.save(tmp_path / "m.npy", np.eye(3))
    with pytest.raises(BadInput, match=r"m\.keys\.txt"):
        read_vectors(tmp_path / "m.npy")
    (tmp_path / "keys.txt").write_text("a\nb\n")
    with pytest.raises(BadInput, match="2 lines"):
        read_vectors(tmp_path / "m.npy")
    (tmp_path / "keys.txt").write_text("a\nb\nc\n")
    assert read_vectors(tmp_path / "m.npy").keys == ("a", "b", "c")
    np.save(tmp_path / "m.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(BadInput, match="cannot be read"):
        read_vectors(tmp_path / "m.npy")


def test_projector_files_by_their_usual_names(tmp_path):
    (tmp_path / "vectors.tsv").write_text("1.0\t0.5\n0.25\t1\n")
    (tmp_path / "metadata.tsv").write_text("왕\n여왕\n", encoding="utf-8")
    v = read_vectors(tmp_path / "vectors.tsv")
    assert v.keys == ("왕", "여왕") and v.vectors.tolist() == [[1, 0.5], [0.25, 1]]
    (tmp_path / "metadata.tsv").write_text("왕\n", encoding="utf-8")
    with pytest.raises(BadInput, match="1 labels"):
        read_vectors(tmp_path / "vectors.tsv")


def test_what_cannot_be_written_is_refused(tmp_path):
    spaced = Vectors(["New York"], [[1.0]])
    for name in ("m.txt", "m.bin", "m.glove"):
        with pytest.raises(BadInput, match="New York"):
            write_vectors(spaced, tmp_path / name)
    same(read_vectors(write_vectors(spaced, tmp_path / "m.npy")[0]), spaced)
    with pytest.raises(BadInput, match="which format"):
        write_vectors(spaced, tmp_path / "m.xyz")
    with pytest.raises(BadInput, match="unknown format"):
        write_vectors(spaced, tmp_path / "m.txt", format="word2vec")
    with pytest.raises(BadInput, match="no file"):
        read_vectors(tmp_path / "none.txt")


def test_stopping_leaves_no_file(v, tmp_path):
    def stop(step):
        raise Cancelled

    for name in ENDINGS:
        folder = tmp_path / name
        folder.mkdir()
        with pytest.raises(Cancelled):
            write_vectors(v, folder / name, progress=stop)
        left = {path.name for path in folder.iterdir()}
        assert name not in left or name == "m.npy"
        assert not any(part.startswith(".partial") for part in left)


def test_folders_are_artifacts(v, tmp_path):
    same(read_vectors(v.save(tmp_path / "m")), v)


@pytest.mark.parametrize("head", ["3 2\n", "-1 2\n"])
def test_a_first_line_that_announces_too_few_numbers_is_refused(tmp_path: Path, head: str):
    path = tmp_path / "a.vec"
    path.write_text(head + "왕 1 2 3\n여왕 2 3 4\n새해 1 3 5\n", encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        read_vectors(path)
    assert caught.value.code == "vectors.numbers_left_over"


def test_phrases_that_end_in_a_number_are_words(tmp_path: Path):
    path = tmp_path / "a.vec"
    path.write_text("3 2\n제 1 2 3\n여왕 2 3\n새해 1 3\n", encoding="utf-8")
    assert read_vectors(path).keys == ("제 1", "여왕", "새해")


def test_compressed_vectors_that_unpack_without_end_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(parts, "UNPACKED_BYTES", 1 << 20)
    path = tmp_path / "a.vec.gz"
    path.write_bytes(gzip.compress(b"20000 100\n" + b"a" + b" 0" * 100 + b"\n" + b"b" * 4_000_000))
    with pytest.raises(BadInput) as caught:
        read_vectors(path)
    assert caught.value.code == "vectors.unpacks_too_far"
    np.savez_compressed(tmp_path / "a.npz", val=np.zeros((1_000, 1_000), np.float32))
    with pytest.raises(BadInput):
        parts.check_unpacked(tmp_path / "a.npz", 4_000_000)


def test_a_pipe_of_vectors_is_not_waited_for(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(BadInput) as caught:
        read_vectors(tmp_path / "pipe")
    assert caught.value.code == "core.no_ordinary_file"


def test_damaged_compressed_vectors_are_one_line(tmp_path: Path):
    whole = gzip.compress(b"2 2\na 1 0\nb 0 1\n", mtime=0)
    path = tmp_path / "a.vec.gz"
    for content in (whole[:-12], whole[:12] + b"\xff" * 9 + whole[21:]):
        path.write_bytes(content)
        with pytest.raises(BadInput) as caught:
            read_vectors(path)
        assert caught.value.code == "vectors.packed_damaged"


def test_a_packed_array_whose_header_lies_takes_no_memory_here(tmp_path):
    gensim = pytest.importorskip("gensim.models")
    v = gensim.KeyedVectors(vector_size=4)
    v.add_vectors(["왕", "여왕"], np.ones((2, 4), np.float32))
    v.save(str(tmp_path / "a.kv"), separately=["vectors"])
    (tmp_path / "a.kv.vectors.npy").unlink()
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f4", "fortran_order": False, "shape": (2, 1 << 38)})
    with zipfile.ZipFile(tmp_path / "a.kv.vectors.npz", "w") as packed:
        packed.writestr("val.npy", header.getvalue() + bytes(64))
    with pytest.raises(BadInput) as caught:
        read_vectors(tmp_path / "a.kv")
    assert "\n" not in str(caught.value) and "a.kv" in str(caught.value)


def test_a_parquet_of_vectors_that_unpacks_without_end_is_refused(tmp_path):
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    rows = 2_000
    keys = pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), pa.array(["왕" * 100_000]))
    table = pa.table({"key": keys.cast(pa.string()), "vector": pa.array([[1.0, 2.0]] * rows, pa.list_(pa.float32()))})
    pq.write_table(table, tmp_path / "a.parquet", use_dictionary=True, compression="zstd")
    assert (tmp_path / "a.parquet").stat().st_size < 1 << 20
    with pytest.raises(BadInput) as caught:
        read_vectors(tmp_path / "a.parquet")
    assert caught.value.code == "vectors.unpacks_too_far"


def test_a_header_that_is_no_python_is_one_line(tmp_path):
    np.save(tmp_path / "a.npy", np.ones((2, 2), np.float32))
    (tmp_path / "a.keys.txt").write_text("왕\n여왕\n", encoding="utf-8")
    content = (tmp_path / "a.npy").read_bytes()
    for other in (content.replace(b")", b"("), content.replace(b"}", b"'''"), content.replace(b"<f4", b"<f\0")):
        (tmp_path / "a.npy").write_bytes(other)
        with pytest.raises(BadInput) as caught:
            read_vectors(tmp_path / "a.npy")
        assert caught.value.code == "vectors.npy_unreadable"
