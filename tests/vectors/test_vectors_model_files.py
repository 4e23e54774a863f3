"""Whole models of other programs: fastText's .bin, gensim's native files, safetensors, Parquet."""

import gzip
import io
import json
import struct

import numpy as np
import pytest

from explorer.core.errors import BadInput, Cancelled
from explorer.vectors.buckets import Buckets, ngram_hashes
from explorer.vectors.files import lines as file_lines
from explorer.vectors.files import parts as file_parts
from explorer.vectors.files.formats import detect_format, read_vectors, write_vectors
from explorer.vectors.files.gensim import Named, read_opcodes
from explorer.vectors.subwords import Subwords
from explorer.vectors.transform import centre, remove_components
from explorer.vectors.vectors import Vectors

SENTENCES = [["먹었다", "먹는다", "한국어", "서울", "왕", "😀"], ["왕", "여왕", "궁전"], ["가", "나", "abc"]] * 10


@pytest.fixture(scope="module")
def fasttext():
    models = pytest.importorskip("gensim.models")
    return models.FastText(SENTENCES, vector_size=12, min_count=1, epochs=1, bucket=300, min_n=1, max_n=4, workers=1, seed=1)


@pytest.fixture
def fasttext_bin(fasttext, tmp_path):
    from gensim.models.fasttext import save_facebook_model

    path = tmp_path / "ko.bin"
    save_facebook_model(fasttext, str(path))
    return path


@pytest.fixture
def v():
    rng = np.random.default_rng(0)
    keys = ["왕/NNG", "여왕/NNG", "▁서울", "New York", "ㅋㅋㅋ", *(f"낱말{i}" for i in range(9000))]
    matrix = rng.standard_normal((len(keys), 3)).astype(np.float32)
    return Vectors(keys, matrix, np.arange(len(keys), 0, -1), {"model": "word2vec", "history": [{"step": "centre"}]})


@pytest.mark.parametrize("word", ["", "가", "a", "먹었다", "한국어😀ab", "ㅋㅋㅋ", "\u1112\u1161\u11ab"])
@pytest.mark.parametrize("sizes", [(1, 3), (3, 6), (2, 2)])
def test_ngrams_hash_as_in_gensim(word, sizes):
    inner = pytest.importorskip("gensim.models.fasttext_inner")
    hashes, counts = ngram_hashes([b"\xff", word.encode(), b"xyz"], *sizes)
    ours = hashes[counts[0] : counts[0] + counts[1]] % 2_000_000
    assert sorted(ours.tolist()) == sorted(
        inner.compute_ngrams_bytes(word, *sizes)
        and [inner.ft_hash_bytes(gram) % 2_000_000 for gram in inner.compute_ngrams_bytes(word, *sizes)]
    )


def test_fasttext_models_give_the_same_vectors(fasttext, fasttext_bin):
    seen = []
    assert detect_format(fasttext_bin) == "fasttext-binary"
    v = read_vectors(fasttext_bin, progress=seen.append)
    assert v.keys == tuple(fasttext.wv.index_to_key) and seen
    assert np.allclose(v.vectors, fasttext.wv.vectors, atol=1e-7)
    assert v.counts.tolist() == [fasttext.wv.get_vecattr(key, "count") for key in v.keys]
    assert v.info["params"]["max_n"] == 4 and "warnings" not in v.info
    for word in ("먹었댜", "한국말", "ㅋㅋ"):
        assert np.allclose(v.composer(word), fasttext.wv.get_vector(word), atol=1e-7)
    assert v.composer("\u1112\u1161\u11ab\u1100\u116e\u11a8") == pytest.approx(v.composer("한국"))
    few = read_vectors(fasttext_bin, limit=3)
    assert few.keys == v.keys[:3] and np.array_equal(few.vectors, v.vectors[:3])


def fasttext_bytes(
    names=(b"a", b"b"), *, matrix=None, dim=2, least=0, most=0, bucket=0, version=12, quantised=False, pruned=-1, n=None
):
    rows = np.eye(len(names), dim, dtype="<f4") if matrix is None else np.asarray(matrix, "<f4")
    head = b"\xba\x16\x4f\x2f" + struct.pack("<i12id", version, dim, 5, 5, 1, 5, 1, 2, 2, bucket, least, most, 100, 1e-4)
    n = len(names) if n is None else n
    head += struct.pack("<3i2q", n, n, 0, 9, pruned)
    head += b"".join(name + b"\0" + struct.pack("<qb", 5, 0) for name in names)
    return head + struct.pack("<?2q", quantised, *rows.shape) + rows.tobytes()


def test_broken_and_repeated_words_of_fasttext_are_kept_apart_and_counted(tmp_path):
    names = ["한국".encode(), b"\xed\x95", b"\xed\x96", "서울".encode(), b"</s>"]
    rng = np.random.default_rng(0)
    rows = rng.standard_normal((5 + 50, 2))
    path = tmp_path / "m.bin"
    path.write_bytes(fasttext_bytes(names, matrix=rows, least=2, most=3, bucket=50))
    v = read_vectors(path)
    assert v.keys == ("한국", "\ufffd", "서울", "</s>")
    assert any("1 keys were empty or there already" in note for note in v.info["warnings"])
    assert any("broken UTF-8" in note for note in v.info["warnings"])
    assert np.allclose(v.vector("</s>"), rows[4])  # the line end has no n-grams
    hashes, _ = ngram_hashes([b"\xed\x95"], 2, 3)  # the broken word keeps the bytes it was trained with
    assert np.allclose(v.vector("\ufffd"), np.vstack([rows[1:2], rows[5 + hashes % 50]]).mean(axis=0), atol=1e-6)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (fasttext_bytes(quantised=True), "quantised"),
        (fasttext_bytes(version=13), "version 13"),
        (fasttext_bytes()[:-3], "do not fit"),
        (fasttext_bytes()[:40], "header"),
        (fasttext_bytes(n=2**30), "cannot be"),
        (fasttext_bytes(n=4), "breaks off|do not fit|cannot be|header"),
        (fasttext_bytes(dim=3, matrix=np.eye(2)), "damaged"),
        (fasttext_bytes(matrix=np.ones((1, 2))), "damaged"),
        (fasttext_bytes(least=1, most=3, bucket=900, matrix=np.ones((5, 2))), "900 n-gram rows and has 3"),
        (gzip.compress(fasttext_bytes(), mtime=0), "unpack"),
        (fasttext_bytes(matrix=np.full((2, 2), np.nan)), "NaN"),
    ],
)
def test_fasttext_files_that_lie_are_refused(tmp_path, content, says):
    path = tmp_path / "m.bin"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=says) as caught:
        read_vectors(path)
    assert "\n" not in str(caught.value)


def test_gensim_opens_our_fasttext_files(tmp_path, v):
    module = pytest.importorskip("gensim.models.fasttext")
    keep = [row for row, key in enumerate(v.keys) if " " not in key][:50]
    ours = Vectors([v.keys[row] for row in keep], v.vectors[keep], v.counts[keep])
    path = write_vectors(ours, tmp_path / "m.bin", format="fasttext-binary")[0]
    theirs = module.load_facebook_vectors(str(path))
    assert tuple(theirs.index_to_key) == ours.keys and np.array_equal(theirs.vectors, ours.vectors)
    again = read_vectors(path)
    assert again.keys == ours.keys and np.array_equal(again.vectors, ours.vectors)
    assert np.array_equal(again.counts, ours.counts) and again.composer is None
    with pytest.raises(BadInput, match="New York"):
        write_vectors(v, tmp_path / "n.bin", format="fasttext-binary")


OTHERS = ["왕비마마", "뷁", "왕이왕", "여왕", "漢字", "ㅋㅋㅋ", "👍🏽", "</s>", "a"]


@pytest.mark.parametrize(
    "change", [lambda v: v, lambda v: centre(v), lambda v: remove_components(v, 1)], ids=["as it is", "centred", "less one"]
)
def test_the_subwords_of_a_fasttext_file_survive_being_written(tmp_path, change):
    fasttext = pytest.importorskip("gensim.models.fasttext")
    texts = [["왕이", "여왕을", "</s>", "배가", "왕비", "왕이", "Seoul/SL", "먹다/VV"]] * 20
    sizes = {"vector_size": 8, "min_count": 1, "bucket": 90, "min_n": 1, "max_n": 4, "epochs": 2, "seed": 3}
    fasttext.save_facebook_model(fasttext.FastText(sentences=texts, workers=1, **sizes), str(tmp_path / "theirs.bin"))
    ours = change(read_vectors(tmp_path / "theirs.bin"))
    write_vectors(ours, tmp_path / "ours.bin", format="fasttext-binary")
    again, gensims = read_vectors(tmp_path / "ours.bin"), fasttext.load_facebook_vectors(str(tmp_path / "ours.bin"))
    assert again.keys == ours.keys and np.allclose(again.vectors, ours.vectors, atol=1e-6)
    for word in OTHERS:
        assert np.allclose(again.composer(word), ours.composer(word), atol=1e-6)
        if word not in ours:
            assert np.allclose(gensims[word], ours.composer(word), atol=1e-6), word
    inside = [key for key in ours.keys if key != "</s>"]  # gensim cuts the line end, too, which fastText never does
    assert np.allclose(gensims[inside], ours[inside], atol=1e-6)


def test_subwords_that_a_fasttext_file_cannot_hold_are_not_dropped(tmp_path):
    ours = Vectors(["왕"], [[1.0, 0]], composer=Subwords(["왕"], np.eye(1, 2, dtype=np.float32)))
    with pytest.raises(BadInput, match="word2vec-binary"):
        write_vectors(ours, tmp_path / "m.bin", format="fasttext-binary")
    assert write_vectors(ours, tmp_path / "m.bin") and not list(tmp_path.glob("*.tmp"))


def test_gensims_pickles_are_not_written(tmp_path):
    with pytest.raises(BadInput, match="load_word2vec_format"):
        write_vectors(Vectors(["왕"], [[1.0, 0]]), tmp_path / "m.kv")
    with pytest.raises(BadInput) as caught:
        write_vectors(Vectors(["왕"], [[1.0, 0]]), tmp_path / "m.xyz")
    assert ".kv" not in str(caught.value)


@pytest.mark.parametrize("separately", [None, ["vectors"]])
@pytest.mark.parametrize("protocol", [2, 4, 5])
def test_gensims_own_files_are_read_without_running_them(tmp_path, separately, protocol):
    models = pytest.importorskip("gensim.models")
    theirs = models.KeyedVectors(4)
    keys = ["왕", "여왕", "😀", "New York"]
    theirs.add_vectors(keys, np.random.default_rng(0).standard_normal((4, 4)).astype(np.float32))
    for place, key in enumerate(keys):
        theirs.set_vecattr(key, "count", 9 - place)
    path = tmp_path / "m.kv"
    theirs.save(str(path), separately=separately, pickle_protocol=protocol)
    assert detect_format(path) == "gensim"
    v = read_vectors(path)
    assert v.keys == tuple(keys) and np.array_equal(v.vectors, theirs.vectors) and v.counts.tolist() == [9, 8, 7, 6]
    assert read_vectors(path, limit=2).keys == ("왕", "여왕")
    if separately:
        (tmp_path / "m.kv.vectors.npy").unlink()
        with pytest.raises(BadInput, match=r"m\.kv\.vectors\.npy is not beside it"):
            read_vectors(path)


def test_whole_gensim_models_are_read_too(tmp_path, fasttext):
    models = pytest.importorskip("gensim.models")
    word2vec = models.Word2Vec(SENTENCES, vector_size=6, min_count=1, epochs=1, workers=1)
    word2vec.save(str(tmp_path / "w.model"))
    v = read_vectors(tmp_path / "w.model")
    assert v.keys == tuple(word2vec.wv.index_to_key) and np.array_equal(v.vectors, word2vec.wv.vectors)
    fasttext.save(str(tmp_path / "f.model"), separately=[])
    fasttext.wv.save(str(tmp_path / "f.kv"), separately=["vectors_ngrams", "vectors_vocab"])
    for name in ("f.model", "f.kv"):
        v = read_vectors(tmp_path / name)
        assert np.allclose(v.vectors, fasttext.wv.vectors, atol=1e-7)
        assert np.allclose(v.composer("먹었댜"), fasttext.wv.get_vector("먹었댜"), atol=1e-7)


class _Trap:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


def test_a_hostile_pickle_runs_nothing(tmp_path):
    import pickle

    path = tmp_path / "m.kv"
    path.write_bytes(pickle.dumps({"index_to_key": ["a"], "vectors": _Trap(tmp_path / "trapped")}))
    with pytest.raises(BadInput, match="never run here"):
        read_vectors(path)
    assert not (tmp_path / "trapped").exists()
    found = read_opcodes(io.BytesIO(b"cos\nsystem\n(S'echo unsafe'\ntR."))
    assert isinstance(found, Named) and found.name == "os.system"
    # A tuple of tuples of tuples as a key: hashing it would take 2 ** 60 steps.
    nested = b"\x80\x02}(K\x01" + b"2\x86" * 60 + b"K\x02u."
    assert read_opcodes(io.BytesIO(nested)) == {}


@pytest.mark.parametrize(
    "content", [b"\x80\x04\x95abc", b"\x80\x02}q\x00.", b"\x80\x02]R.", b"\x80\x02K\x01b.", b"\x80\x02h\x05.", b"\x80\x04Q."]
)
def test_pickles_of_other_things_say_how_to_convert(tmp_path, content):
    path = tmp_path / "m.kv"
    path.write_bytes(content)
    with pytest.raises(BadInput, match="save_word2vec_format") as caught:
        read_vectors(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("ending", ["safetensors", "parquet"])
def test_tables_give_back_every_bit(tmp_path, v, ending):
    path = write_vectors(v, tmp_path / f"m.{ending}")[0]
    assert detect_format(path) == ending
    again = read_vectors(path)
    assert again.keys == v.keys and np.array_equal(again.vectors, v.vectors) and np.array_equal(again.counts, v.counts)
    assert again.info["model"] == "word2vec" and again.info["history"] == [{"step": "centre"}]
    few = read_vectors(path, limit=5)
    assert few.keys == v.keys[:5] and np.array_equal(few.vectors, v.vectors[:5]) and len(few.counts) == 5
    with pytest.raises(BadInput, match="exists already"):
        write_vectors(v, path)

    def stop(step):
        raise Cancelled

    with pytest.raises(Cancelled):
        write_vectors(v, tmp_path / f"n.{ending}", progress=stop)
    assert [part.name for part in tmp_path.iterdir()] == [path.name]
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BadInput, match="cut off or damaged") as caught:
        read_vectors(path)
    assert "\n" not in str(caught.value)
    without = write_vectors(Vectors(["a"], [[1.0]]), tmp_path / f"o.{ending}")[0]
    assert read_vectors(without).counts is None


def test_safetensors_of_other_programs(tmp_path):
    numpy = pytest.importorskip("safetensors.numpy")
    path = tmp_path / "m.safetensors"
    matrix = np.arange(6, dtype=np.float16).reshape(3, 2)
    numpy.save_file({"embedding.weight": matrix, "other": np.zeros((4, 4), np.float32)}, path)
    with pytest.raises(BadInput, match=r"m\.keys\.txt"):
        read_vectors(path)
    (tmp_path / "m.keys.txt").write_text("왕\n여왕\n말\n", encoding="utf-8")
    v = read_vectors(path)
    assert v.keys == ("왕", "여왕", "말") and np.array_equal(v.vectors, matrix)
    numpy.save_file({"x": matrix}, path, metadata={"keys": json.dumps(["가", "나"])})
    with pytest.raises(BadInput, match="2 keys and 3 vectors"):
        read_vectors(path)
    numpy.save_file({"x": matrix, "y": matrix}, path)
    with pytest.raises(BadInput, match="2 matrices"):
        read_vectors(path)
    header = json.dumps(
        {"v": {"dtype": "BF16", "shape": [1, 2], "data_offsets": [0, 4]}, "__metadata__": {"keys": "왕"}}
    ).encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header + np.array([1.5, -2], np.float32).view("<u2")[1::2].tobytes())
    assert read_vectors(path).vectors.tolist() == [[1.5, -2.0]]


def test_our_safetensors_open_in_its_library(tmp_path, v):
    numpy = pytest.importorskip("safetensors.numpy")
    tensors = numpy.load_file(write_vectors(v, tmp_path / "m.safetensors")[0])
    assert np.array_equal(tensors["vectors"], v.vectors) and np.array_equal(tensors["counts"], v.counts)
    assert tensors["keys"].tobytes().decode().split("\n") == list(v.keys)


def test_parquet_of_other_programs(tmp_path):
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    path = tmp_path / "m.parquet"
    pandas.DataFrame({"word": ["왕", "말"], "d0": [1.0, 2.0], "d1": [3.0, 4.0], "count": [5, 6]}).to_parquet(path)
    v = read_vectors(path)
    assert v.keys == ("왕", "말") and v.vectors.tolist() == [[1, 3], [2, 4]] and v.counts.tolist() == [5, 6]
    for rows, says in (([[1.0, 2.0], [3.0]], "length"), ([[1.0, 2.0], None], "length"), ([[], []], "length|n × d|vector")):
        pandas.DataFrame({"word": ["왕", "말"], "vector": rows}).to_parquet(path)
        with pytest.raises(BadInput, match=says):
            read_vectors(path)
    pandas.DataFrame({"a": [1, 2]}).to_parquet(path)
    with pytest.raises(BadInput, match="a column of words"):
        read_vectors(path)


def test_parquet_without_its_package_says_what_to_install(tmp_path, v, monkeypatch):
    import sys

    from explorer.core.errors import MissingExtra

    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(MissingExtra, match="korean-explorer"):
        write_vectors(v, tmp_path / "m.parquet")


def test_what_does_not_fit_into_memory_is_refused_with_its_size_or_mapped(tmp_path, v, monkeypatch):
    mapped = Vectors([key.replace(" ", "_") for key in v.keys], v.vectors)
    names = ("m.bin", "m.txt", "m.glove", "m.npy", "m.safetensors", "m.parquet")
    for name in names:
        write_vectors(mapped, tmp_path / name)
    for module in (file_lines, file_parts):
        monkeypatch.setattr(module, "free_memory", lambda: 1000)
    for name in names:
        if name in ("m.npy", "m.safetensors"):
            assert read_vectors(tmp_path / name).keys == mapped.keys
            continue
        with pytest.raises(BadInput, match="limit") as caught:
            read_vectors(tmp_path / name)
        assert "GB" in str(caught.value) and "\n" not in str(caught.value)
        assert len(read_vectors(tmp_path / name, limit=4)) == 4


def test_garbled_and_zero_rows_are_reported(tmp_path):
    path = tmp_path / "m.txt"
    garbled = "서울".encode().decode("latin-1")
    path.write_text(f"4 2\n{garbled} 1 0\nçava 1 1\ncafé 0 1\n왕 0 0\n", encoding="utf-8")
    notes = read_vectors(path).info["warnings"]
    assert any(note.startswith("1 keys look like UTF-8 read in a Western encoding") and "'서울'" in note for note in notes)
    assert any("all zero" in note for note in notes)


def test_imported_fasttext_models_keep_their_ngrams(fasttext, fasttext_bin, tmp_path):
    folder = read_vectors(fasttext_bin).save(tmp_path / "saved")
    v = read_vectors(folder)
    assert "warnings" not in v.info
    assert np.allclose(v.composer("먹었댜"), fasttext.wv.get_vector("먹었댜"), atol=1e-7)
    (folder / "buckets.npy").write_bytes(b"x")
    with pytest.raises(BadInput, match=r"n-grams of .* damaged"):
        read_vectors(folder)


def test_ngrams_follow_what_is_done_to_the_vectors(fasttext_bin, tmp_path):
    from explorer.vectors.transform import centre, normalise, remove_components

    v = read_vectors(fasttext_bin)
    mean = v.vectors.mean(axis=0)
    twice = remove_components(centre(v), 2)
    again = read_vectors(twice.save(tmp_path / "saved"))
    raw = v.composer("먹었댜") - mean
    expected = raw - sum(np.outer(axis, axis) @ raw for axis in np.linalg.svd(v.vectors - mean)[2][:2])
    for each in (twice, again):
        assert np.allclose(each.composer("먹었댜"), expected, atol=1e-5)
    assert "warnings" not in again.info
    unit = normalise(v)  # not affine: composed all the same, but it cannot be saved
    assert np.linalg.norm(unit.composer("먹었댜")) == pytest.approx(1, abs=1e-5)
    assert any("sub-words could not be saved" in note for note in read_vectors(unit.save(tmp_path / "unit")).info["warnings"])


def test_a_part_of_gensims_files_names_the_whole(tmp_path):
    models = pytest.importorskip("gensim.models")
    theirs = models.KeyedVectors(2)
    theirs.add_vectors(["왕"], np.ones((1, 2), np.float32))
    theirs.save(str(tmp_path / "m.kv"), separately=["vectors"])
    with pytest.raises(BadInput, match=r"open m\.kv"):
        read_vectors(tmp_path / "m.kv.vectors.npy")


def test_a_damaged_size_of_ngrams_does_not_stall(tmp_path):
    path = tmp_path / "m.bin"
    path.write_bytes(fasttext_bytes(least=-5, most=2**30, bucket=3, matrix=np.ones((5, 2))))
    assert read_vectors(path).vectors.tolist() == [[1, 1], [1, 1]]


def test_composers_answer_for_words_of_any_kind():
    rows = np.random.default_rng(0).standard_normal((20, 3)).astype(np.float32)
    compose = Buckets(rows, 3, 6)
    for word in ("왕에게", "ㅋㅋㅋ", "😀", "\u200b", "漢字", "A" * 1000):
        made = compose(word)
        assert made.shape == (3,) and made.dtype == np.float32 and np.isfinite(made).all()
    assert compose("") is None
