"""What gensim saves with ``KeyedVectors.save`` and ``Word2Vec.save``: a pickle, with large arrays in ``.npy`` files beside it.

A pickle is a program. It is never run here: its instructions are read one by one, and lists, dictionaries, texts and
numbers are built from them, while every class or function it names stays a mere name. What would have been called is
written down as an inert :class:`Named`, so the worst a hostile file can do is to hold no vectors.
"""

from __future__ import annotations

import pickletools
import zipfile
from collections.abc import Mapping
from pathlib import Path
from tokenize import TokenError
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from explorer.core.errors import BadInput
from explorer.core.guarded import require_opening
from explorer.core.messages import Message
from explorer.core.progress import ProgressCallback, report
from explorer.vectors.buckets import Buckets
from explorer.vectors.files.parts import Format, Raw, allocate, check_unpacked, open_bytes

__all__ = ["FORMAT", "Named", "read_opcodes"]

_ADVICE = Message("vectors.write_with_gensim")
_MARK = object()
_CONSTANTS: dict[str, Any] = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_NUMBERS = ("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT")
_TEXTS = ("UNICODE", "SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8")
_PLAIN = frozenset([*_NUMBERS, *_TEXTS])
_OLD_TEXT = frozenset({"STRING", "BINSTRING", "SHORT_BINSTRING"})
_SKIPPED = frozenset({"PROTO", "FRAME"})
_EMPTY: dict[str, type] = {"EMPTY_LIST": list, "EMPTY_DICT": dict, "EMPTY_TUPLE": tuple, "EMPTY_SET": list}
_UNREADABLE = (
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    OSError,
    EOFError,
    zipfile.BadZipFile,
    TokenError,
    SyntaxError,
)
_ARRAY_MAKERS = ("_reconstruct", "_frombuffer")


class Named:
    """Something a pickle would look up, call or build; here only its name and what it was to be given."""

    __slots__ = ("args", "name", "state")

    def __init__(self, name: str, args: Any = ()) -> None:
        self.name = name
        self.args = args
        self.state: Any = None


class _Reader:
    """The stack on which the instructions put their data."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}

    def since_mark(self) -> list[Any]:
        place = len(self.stack) - 1
        while self.stack[place] is not _MARK:
            place -= 1
            if place < 0:
                raise ValueError("a mark is missing")
        items = self.stack[place + 1 :]
        del self.stack[place:]
        return items

    def step(self, name: str, arg: Any) -> None:
        """Do what one instruction asks, as far as it is about data."""
        stack = self.stack
        if name in _PLAIN:
            stack.append(arg)
        elif name in _CONSTANTS:
            stack.append(_CONSTANTS[name])
        elif name in _OLD_TEXT:
            stack.append(arg.encode("latin-1") if isinstance(arg, str) else arg)
        elif name in _EMPTY:
            stack.append(_EMPTY[name]())
        elif name == "MARK":
            stack.append(_MARK)
        elif name == "MEMOIZE" or name.endswith("PUT"):
            self.memo[len(self.memo) if arg is None else arg] = stack[-1]
        elif name.endswith("GET"):
            stack.append(self.memo[arg])
        else:
            self._move(name, arg)

    def _move(self, name: str, arg: Any) -> None:
        stack = self.stack
        if name == "POP":
            stack.pop()
        elif name == "DUP":
            stack.append(stack[-1])
        elif name == "POP_MARK":
            self.since_mark()
        elif name.startswith("TUPLE") or name in ("LIST", "FROZENSET", "DICT"):
            self._collect(name)
        elif name in ("APPEND", "APPENDS", "ADDITEMS", "SETITEM", "SETITEMS"):
            self._fill(name)
        else:
            self._name(name, arg)

    def _collect(self, name: str) -> None:
        if name in ("TUPLE1", "TUPLE2", "TUPLE3"):
            count = int(name[-1])
            items = self.stack[-count:]
            if len(items) != count:
                raise ValueError("the stack is too short")
            del self.stack[-count:]
            self.stack.append(tuple(items))
            return
        items = self.since_mark()
        if name == "DICT":
            self.stack.append({})
            self._pairs(items)
        else:
            self.stack.append(tuple(items) if name == "TUPLE" else items)

    def _fill(self, name: str) -> None:
        count = {"APPEND": 1, "SETITEM": 2}.get(name)
        if count is None:
            items = self.since_mark()
        else:
            items = self.stack[-count:]
            del self.stack[-count:]
        if name.startswith("SETITEM"):
            self._pairs(items)
        elif isinstance(self.stack[-1], list):
            self.stack[-1].extend(items)

    def _pairs(self, items: list[Any]) -> None:
        target = self.stack[-1]
        if not isinstance(target, dict):  # a subclass of dict: its items are of no use here
            return
        for key, value in zip(items[::2], items[1::2], strict=True):
            # Only plain keys: hashing a tuple of tuples of tuples is how a small file keeps a reader busy for years.
            if isinstance(key, str | int | bytes):
                target[_text(key)] = value

    def _name(self, name: str, arg: Any) -> None:
        stack = self.stack
        if name == "GLOBAL":
            stack.append(Named(str(arg).replace(" ", ".")))
        elif name == "STACK_GLOBAL":
            attribute, module = stack.pop(), stack.pop()
            stack.append(Named(f"{module}.{attribute}"))
        elif name in ("REDUCE", "NEWOBJ"):
            args, what = stack.pop(), stack.pop()
            stack.append(Named(_name_of(what), args))
        elif name == "NEWOBJ_EX":
            _, args, what = stack.pop(), stack.pop(), stack.pop()
            stack.append(Named(_name_of(what), args))
        elif name in ("OBJ", "INST"):
            args = self.since_mark()
            what = str(arg).replace(" ", ".") if name == "INST" else _name_of(args.pop(0))
            stack.append(Named(what, tuple(args)))
        elif name == "BUILD":
            state = stack.pop()
            if isinstance(stack[-1], Named):
                stack[-1].state = state
        else:
            raise ValueError(f"it holds the instruction {name}, which vectors have no use for")


def _name_of(what: Any) -> str:
    return what.name if isinstance(what, Named) else ""


def _text(key: Any) -> Any:
    """Texts of Python 2 are bytes."""
    return key.decode("utf-8", "replace") if isinstance(key, bytes) else key


def read_opcodes(stream: IO[bytes]) -> Any:
    r"""The data of a pickle; classes and calls stay :class:`Named`.

    Raises:
        ValueError: the instructions are cut off, damaged or about more than data.

    >>> import io
    >>> found = read_opcodes(io.BytesIO(b"cos\nsystem\n(S'echo unsafe'\ntR."))
    >>> found.name, found.args
    ('os.system', (b'echo unsafe',))
    """
    reader = _Reader()
    try:
        for opcode, arg, _ in pickletools.genops(stream):
            if opcode.name == "STOP":
                return reader.stack[-1]
            if opcode.name not in _SKIPPED:
                reader.step(opcode.name, arg)
    except (IndexError, KeyError, TypeError, AttributeError, UnicodeError, OverflowError) as error:
        raise ValueError(f"its instructions do not fit together ({error})") from error
    raise ValueError("it is cut off")


def _dtype(what: Any) -> np.dtype[Any]:
    kind = _text(what.args[0])
    order = _text(what.state[1]) if isinstance(what.state, tuple) else "<"
    if not isinstance(kind, str) or len(kind) != 2 or kind[0] not in "fiu":
        raise ValueError(f"an array is of type {kind!r}")
    return np.dtype(kind).newbyteorder(">" if order == ">" else "<")


def _array(what: Named) -> npt.NDArray[Any]:
    """An array that lies in the pickle itself, in either of the two ways NumPy puts it there."""
    if what.name.endswith("._reconstruct"):
        _, shape, kind, fortran, data = what.state
    else:
        data, kind, shape, fortran = (*what.args, "C")[:4]
        fortran = fortran == "F"
    if isinstance(data, Named) and data.name == "_codecs.encode":  # how protocol 2 writes bytes
        data = data.args[0]
    if isinstance(data, str):
        data = data.encode("latin-1")
    flat = np.frombuffer(data, dtype=_dtype(kind))
    return flat.reshape(tuple(shape), order="F" if fortran else "C")


def _packed(path: Path) -> npt.NDArray[Any]:
    """The array of an ``.npz`` as gensim writes it."""
    with zipfile.ZipFile(path) as packed:
        check_unpacked(path, sum(entry.file_size for entry in packed.infolist()))
    with np.load(path, allow_pickle=False) as found:
        return np.asarray(found["val"])


def try_packed(path: str) -> None:
    """Open an ``.npz``; for a process that may end of it: its header says how much room is taken before anything is read."""
    _packed(Path(path))


class _Model:
    """The state of one saved object, and the files beside it."""

    def __init__(self, state: Mapping[str, Any], stem: str, path: Path) -> None:
        self.state = state
        self.stem = stem
        self.path = path

    def array(self, *names: str) -> npt.NDArray[Any] | None:
        """An array by the name it has in one gensim version or another; ``None`` if there is none of these."""
        for name in names:
            value = self.state.get(name)
            if isinstance(value, Named) and value.name.endswith(_ARRAY_MAKERS):
                return _array(value)
            if name in [_text(part) for part in self.state.get("__numpys", ())]:
                return self._part(name)
        return None

    def _part(self, name: str) -> npt.NDArray[Any]:
        for ending in (".npy", ".npz"):
            beside = self.path.with_name(f"{self.stem}.{name}{ending}")
            if beside.is_file():
                if ending == ".npz":
                    what = Message("vectors.kind.npz")
                    require_opening("explorer.vectors.files.gensim:try_packed", [beside], what, library="numpy")
                    return _packed(beside)
                found: npt.NDArray[Any] = np.load(beside, mmap_mode="r", allow_pickle=False)
                return found
        raise BadInput("vectors.gensim_part_missing", path=self.path, stem=self.stem, part=name)

    def keys(self) -> list[str]:
        for name in ("index_to_key", "index2word", "index2entity"):
            found = self.state.get(name)
            if isinstance(found, list) and found:
                return [str(_text(key)) for key in found]
        return []

    def counts(self, keys: list[str]) -> npt.NDArray[np.int64] | None:
        """Occurrences: an array of gensim 4, or in gensim 3 a number in each word's entry."""
        expandos = self.state.get("expandos")
        made = expandos.get("count") if isinstance(expandos, dict) else None
        if isinstance(made, Named):
            array = _array(made)
            return array.astype(np.int64) if array.shape == (len(keys),) and array.min(initial=0) >= 0 else None
        words = self.state.get("vocab")
        if isinstance(words, dict) and all(key in words for key in keys):
            states = [getattr(words[key], "state", None) for key in keys]
            found = [state.get("count") if isinstance(state, dict) else None for state in states]
            if all(isinstance(count, int) and count >= 0 for count in found):
                return np.array(found, dtype=np.int64)
        return None


def _models(root: Any, path: Path) -> list[_Model]:
    """The objects that may hold vectors: the saved one, and the vectors of a whole training model."""
    state = root.state if isinstance(root, Named) else None
    if not isinstance(state, dict):
        return []
    found = [_Model(state, path.name, path)]
    inner = state.get("wv")
    if isinstance(inner, Named) and isinstance(inner.state, dict):
        found.append(_Model(inner.state, f"{path.name}.wv", path))
    return found


def _read(path: Path, limit: int | None, progress: ProgressCallback | None) -> Raw:
    """Keys, vectors and counts of a file gensim saved, without running any of it."""
    report(progress, "reading gensim's file")
    try:
        with open_bytes(path) as stream:
            root = read_opcodes(stream)
        for model in _models(root, path):
            raw = _read_model(model, limit, progress)
            if raw is not None:
                return raw
    except BadInput:
        raise
    except _UNREADABLE as error:
        words = " ".join(str(error).split())[:200]
        raise BadInput("vectors.pickle_unreadable", path=path, reason=words, advice=_ADVICE) from error
    raise BadInput("vectors.pickle_without_vectors", path=path, advice=_ADVICE)


def _read_model(model: _Model, limit: int | None, progress: ProgressCallback | None) -> Raw | None:
    keys = model.keys()
    if not keys:
        return None
    n = len(keys) if limit is None else min(limit, len(keys))
    own = model.array("vectors_vocab")
    grams = model.array("vectors_ngrams")
    matrix = own if own is not None and grams is not None else model.array("vectors", "syn0")
    if matrix is None:
        return None
    if matrix.ndim != 2 or len(matrix) < len(keys) or matrix.dtype.kind != "f":
        raise BadInput(
            "vectors.gensim_matrix_mismatch", path=model.path, count=len(keys), shape=matrix.shape, dtype=matrix.dtype
        )
    counts = model.counts(keys)
    raw = Raw(keys[:n], matrix[:n], None if counts is None else counts[:n])
    if grams is not None and grams.ndim == 2 and grams.shape[1] == matrix.shape[1] and model.state.get("compatible_hash"):
        composer = Buckets(grams, int(model.state["min_n"]), int(model.state["max_n"]))
        raw.vectors = allocate(model.path, n, matrix.shape[1])
        names = [key.encode("utf-8", "replace") for key in raw.keys]
        composer.add_to(matrix, names, raw.vectors, lambda done: report(progress, "composing vectors", done, n, "vectors"))
        raw.composer = composer
    elif grams is not None:
        raise BadInput("vectors.gensim_too_old", path=model.path, advice=_ADVICE)
    report(progress, "reading vectors", n, n, "vectors")
    return raw


def _detect(sample: bytes) -> bool:
    return len(sample) > 2 and sample[0] == 0x80 and sample[1] <= 5  # a pickle


FORMAT = Format(_detect, _read, endings=(".kv",))
