"""Hostile calls of the library and hostile files, many in one process: ``python -m tests.fuzz.calls --cases 5000 --seed 1``.

Public functions and methods get what their annotations allow at its worst, now and then a value of another type; files are those of
:mod:`tests.fuzz.cases`, opened as Python opens them. Allowed are answers, the library's own errors, and ``TypeError`` or ``AttributeError`` for another type.
A process that is forked works through a stretch of cases and tells its parent of each; where it dies, that case is named and another goes
on. Ends with 1 if any case raised something else, ended its process, took over 10 s of processor time or 2 GB of memory.
"""

from __future__ import annotations

import argparse
import inspect
import io
import os
import random
import resource
import signal
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import redirect_stderr, redirect_stdout, suppress
from itertools import islice
from pathlib import Path
from typing import Any

from tests.fuzz.cases import TEXT_FILES, TEXTS, file_case
from tests.fuzz.running import MEMORY, SECONDS

_WHOLE = (0, 1, 2, 3, -1, 10, 2**31, 2**63, -(2**63), 10**30)
_REAL = (0.0, 0.5, 1.0, -1.0, float("nan"), float("inf"), 1e308)
_OTHER: tuple[Any, ...] = (None, 1.5, b"\xff", [], {}, [None], [["왕"]], {"왕": 1}, object(), True, ("왕", 1))
_STRETCH = 400
_METHODS = [
    "analogy",
    "axis",
    "closer_than",
    "distance",
    "distances",
    "doesnt_match",
    "find",
    "get_index",
    "get_mean_vector",
    "get_vecattr",
    "get_vector",
    "index",
    "lookup",
    "matrix",
    "most_frequent",
    "most_similar",
    "most_similar_cosmul",
    "most_similar_to_given",
    "n_similarity",
    "odd_one_out",
    "parallelogram",
    "rank",
    "relation",
    "resolve",
    "row",
    "sense_points",
    "senses",
    "sentences",
    "similar",
    "similar_by_word",
    "similar_many",
    "similarities",
    "similarity",
    "suggest",
    "unit_vectors",
    "vector",
    "why",
]
_ENGINES = ("eojeol", "syllable", "jamo", "kiwi", "ko-unigram-32k", "ko-bytebpe-32k", "ko-wordpiece-32k", "ko-kiwi-unigram-32k")
_WORDS = ("왕", "여왕", "남자", "여자", "배", "먹다")


def _value(draw: random.Random, annotation: str) -> Any:
    if draw.random() < 0.12:
        return draw.choice(_OTHER)
    if annotation.startswith(("Evidence", "Source")):
        return None
    if annotation == "bytes":
        return _text(draw).encode("utf-8", "surrogatepass")
    if "Sequence[Sequence" in annotation or "Iterable[Sequence" in annotation:
        return [[_text(draw), _text(draw)] for _ in range(draw.randint(0, 3))]
    if "Sequence" in annotation or "Iterable" in annotation:
        return [_text(draw) for _ in range(draw.choice((0, 1, 2, 3, 12)))]
    if "bool" in annotation:
        return draw.random() < 0.5
    if "int" in annotation:
        return draw.choice(_WHOLE)
    if "float" in annotation:
        return draw.choice(_REAL)
    return _text(draw)


def _text(draw: random.Random) -> str:
    return draw.choice(_WORDS) if draw.random() < 0.5 else draw.choice(TEXTS)


def _call(draw: random.Random, function: Callable[..., Any]) -> tuple[Callable[[], Any], str, bool]:
    """The call, what to say of it, and whether a value is of a type that is not allowed."""
    positional, named = [], {}
    for name, parameter in inspect.signature(function).parameters.items():
        if name == "progress" or (parameter.default is not parameter.empty and draw.random() < 0.6):
            if parameter.kind is not parameter.KEYWORD_ONLY:
                break
            continue
        if parameter.kind is parameter.KEYWORD_ONLY:
            named[name] = _value(draw, str(parameter.annotation))
        elif parameter.kind is not parameter.VAR_KEYWORD:
            positional.append(_value(draw, str(parameter.annotation)))
    said = ", ".join([*map(repr, positional), *(f"{name}={value!r}" for name, value in named.items())])
    odd = any(value is one for value in (*positional, *named.values()) for one in _OTHER)
    return lambda: function(*positional, **named), f"{getattr(function, '__qualname__', function)}({said[:300]})", odd


def _targets() -> list[Callable[..., Any]]:
    import explorer as ex
    from explorer.text import forms, hangul, normalise, reading, sentences

    v = ex.Vectors(list(_WORDS), [[1, 0.2], [0.8, 0.6], [1, 0.1], [0.7, 0.7], [0, 1], [0.3, 0.3]], [9, 5, 4, 3, 2, 1])
    found = [getattr(v, name) for name in _METHODS] * 2
    for engine in map(ex.tokenizer, _ENGINES):
        found += [engine, engine.encode, engine.decode, engine.morphs, engine.pos, engine.nouns]
        found += [engine.batch_decode, engine.convert_ids_to_tokens, engine.convert_tokens_to_ids]
    found += [ex.tokenizer, ex.load, ex.Vectors, ex.list_models]
    found += [
        forms.change_between,
        hangul.compose,
        hangul.choseong,
        hangul.strokes,
        hangul.from_keyboard,
        hangul.decompose,
        hangul.to_compatible,
        normalise.normalise,
        normalise.nfc,
        reading.decode,
        sentences.split_sentences,
    ]
    return found


def _file(draw: random.Random, folder: Path) -> tuple[Callable[[], Any], str]:
    import explorer as ex
    from corpora import open_corpus
    from corpora.preview import preview

    case = file_case(draw, checkpoints=False)
    for name, content in case.files.items():
        (folder / name).write_bytes(content)
    name = next(iter(case.files))
    verb = case.arguments[0]
    engine = next((one for one in case.arguments if one.endswith(name) and ":" in one), name)
    where = str(folder / name)
    if verb in ("similar", "models"):
        return lambda: ex.load(where).similar("말1"), f"load({name})"
    if verb in ("tokenize", "tokenizers") and name not in TEXT_FILES:
        return lambda: ex.tokenizer(engine.replace(name, where)).tokenize("왕이 a" * 30), f"tokenizer({engine})"
    if verb == "evaluate":
        return lambda: ex.evaluate(ex.Vectors(["왕", "여왕"], [[1, 0], [0, 1]]), where), f"evaluate({name})"
    if draw.random() < 0.3:
        return lambda: preview(where), f"preview({name})"
    return lambda: list(islice(open_corpus(where).documents(), 100_000)), f"open_corpus({name})"


def _one(number: int, seed: int, targets: list[Callable[..., Any]], folder: Path) -> tuple[str, str]:
    """Its verdict, and what to say of it."""
    from explorer.core.errors import ExplorerError

    draw = random.Random(f"call/{seed}/{number}")
    work, said, odd = (*_file(draw, folder), False) if draw.random() < 0.4 else _call(draw, draw.choice(targets))
    start = resource.getrusage(resource.RUSAGE_SELF)
    try:
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            found = work()
            if isinstance(found, Iterator):
                list(islice(found, 100_000))
        verdict = "answered"
    except ExplorerError as error:
        verdict = "refused" if "\n" not in str(error) else "lines"
    except BaseException as error:
        verdict = "type" if odd and isinstance(error, TypeError | AttributeError) else "traceback"
        if verdict == "traceback":
            said = said + "\n    " + traceback.format_exc()[-1500:].replace("\n", "\n    ")
    end = resource.getrusage(resource.RUSAGE_SELF)
    if end.ru_utime + end.ru_stime - start.ru_utime - start.ru_stime > SECONDS:
        verdict = "hang"
    elif end.ru_maxrss * 1024 > MEMORY and end.ru_maxrss > start.ru_maxrss:
        verdict = "memory"
    return verdict, said


def _stretch(numbers: Iterable[int], seed: int, home: str, out: int) -> None:
    """The child: a line for each case that begins, and one for its end."""
    os.environ.update({"EXPLORER_HOME": home, "EXPLORER_LANG": "en", "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"})
    with os.fdopen(out, "w", encoding="utf-8", errors="backslashreplace") as told, tempfile.TemporaryDirectory() as place:
        targets = _targets()
        for number in numbers:
            folder = Path(place) / str(number)
            folder.mkdir()
            print(number, file=told, flush=True)
            signal.setitimer(signal.ITIMER_PROF, 3 * SECONDS)  # ends the process: no handler runs inside a library
            verdict, said = _one(number, seed, targets, folder)
            print(verdict, repr(said), file=told, flush=True)
    os._exit(0)


def counted(numbers: list[int], seed: int, home: str) -> Counter[str]:
    """The cases by what became of them; what should not have is printed."""
    verdicts: Counter[str] = Counter()
    while numbers:
        ours, theirs = os.pipe()
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            with suppress(BaseException):
                os.close(ours)
                _stretch(numbers[:_STRETCH], seed, home, theirs)
            traceback.print_exc()
            os._exit(70)
        os.close(theirs)
        with os.fdopen(ours, encoding="utf-8") as told:
            lines = told.read().splitlines()
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        begun, ended = lines[::2], lines[1::2]
        for number, line in zip(begun, ended, strict=False):
            verdict, said = line.split(" ", 1)
            verdicts[verdict] += 1
            if verdict not in ("answered", "refused", "type"):
                print(f"{number}: {verdict}: {_unquoted(said)}", flush=True)
        if len(begun) > len(ended):
            verdict = "hang" if code == -signal.SIGPROF else "abort"
            verdicts[verdict] += 1
            print(f"{begun[-1]}: {verdict} ({code})", flush=True)
        elif not begun:
            raise RuntimeError(f"no case was begun ({code})")
        numbers = numbers[len(begun) :]
    return verdicts


def _unquoted(said: str) -> str:
    """What ``repr`` wrote of a text, with its lines again."""
    return said[1:-1].replace("\\n", "\n")


def main() -> int:
    """Run what the arguments ask for."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.calls", description=__doc__)
    parser.add_argument("--cases", type=int, default=500)
    parser.add_argument("--from", type=int, default=0, dest="first")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fuzz-home-") as home:
        verdicts = counted(list(range(asked.first, asked.first + asked.cases)), asked.seed, home)
    print(", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items())))
    return int(any(verdict not in ("answered", "refused", "type") for verdict in verdicts))


if __name__ == "__main__":
    sys.exit(main())
