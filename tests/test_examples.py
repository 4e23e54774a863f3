"""Every example in a docstring runs and gives what it says."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
OPTIONS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for package in ("explorer", "corpora", "dashboards")
    for path in (ROOT / package).rglob("*.py")
    if ">>> " in path.read_text(encoding="utf-8")
}


@pytest.fixture(scope="module", autouse=True)
def _one_home(tmp_path_factory: pytest.TempPathFactory):
    """What one example makes the next finds; nobody's own home is touched."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EXPLORER_HOME", str(tmp_path_factory.mktemp("home")))
        patch.setenv("EXPLORER_LANG", "en")
        yield


@pytest.mark.parametrize("name", sorted(MODULES))
def test_examples_give_what_they_say(name: str):
    module = importlib.import_module(name)
    found = [one for one in doctest.DocTestFinder(exclude_empty=True).find(module) if one.examples]
    assert found
    told: list[str] = []
    for one in found:
        runner = doctest.DocTestRunner(verbose=False, optionflags=OPTIONS)  # whatever pytest is asked to tell
        runner.run(one, out=told.append)
    assert told == [], "".join(told)


def test_no_example_is_left_out():
    left = [
        (name, example.lineno)
        for name in sorted(MODULES)
        for one in doctest.DocTestFinder(exclude_empty=True).find(importlib.import_module(name))
        for example in one.examples
        if example.options.get(doctest.SKIP)
    ]
    assert left == []


@pytest.mark.parametrize("package", ["explorer", "corpora"])
def test_every_public_name_has_an_example(package: str):
    module = importlib.import_module(package)
    parser = doctest.DocTestParser()
    assert [name for name in module.__all__ if not parser.get_examples(getattr(module, name).__doc__ or "")] == []
