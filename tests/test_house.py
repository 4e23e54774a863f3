"""The house rules that no single test file owns: import directions, a light start, honest words."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# A stage may import itself and the stages before it.
STAGES = ["core", "text", "tokenizers", "vectors", "static", "encoders", "analysis", "cli"]
HEAVY = [
    "dash",
    "plotly",
    "torch",
    "transformers",
    "gensim",
    "umap",
    "numba",
    "kiwipiepy",
    "numpy",
    "scipy",
    "sklearn",
    "pandas",
]


def imports(path: Path) -> list[tuple[str, int, bool]]:
    """(module, line, inside a function or a TYPE_CHECKING block) of every absolute import."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    late = {
        id(node)
        for holder in ast.walk(tree)
        if isinstance(holder, ast.FunctionDef | ast.AsyncFunctionDef)
        or (isinstance(holder, ast.If) and "TYPE_CHECKING" in ast.unparse(holder.test))
        for node in ast.walk(holder)
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno, id(node) in late) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.append((node.module, node.lineno, id(node) in late))
    return found


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


@pytest.mark.parametrize("path", modules("explorer"), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_data_walks_one_way(path: Path):
    parts = path.relative_to(ROOT / "explorer").parts
    for module, line, late in imports(path):
        where = f"{path.relative_to(ROOT)}:{line} imports {module}"
        top, *rest = module.split(".")
        if top in {"corpora", "dashboards"}:
            assert parts[0] == "cli" and late, f"{where}; the library knows neither (the command line does, inside commands)"
        if top == "explorer" and rest and parts[0] in STAGES and rest[0] in STAGES:
            assert STAGES.index(rest[0]) <= STAGES.index(parts[0]), f"{where}, a later stage"


@pytest.mark.parametrize("path", modules("corpora"), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_corpora_do_not_know_models_or_dashboards(path: Path):
    for module, line, _ in imports(path):
        assert not module.startswith(
            ("dashboards", "explorer.static", "explorer.encoders", "explorer.vectors", "explorer.analysis", "explorer.cli")
        ) or module in {"explorer.static.pipeline", "explorer.static.keys"}, f"{path}:{line} imports {module}"


@pytest.mark.parametrize("path", [p for d in ("explorer", "corpora", "dashboards") for p in modules(d)], ids=lambda p: p.name)
def test_no_module_can_run_what_a_file_says(path: Path):
    for module, line, _ in imports(path):
        assert module not in {"pickle", "dill", "joblib", "shelve", "marshal"}, f"{path}:{line} imports {module}"
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in {"eval", "exec"}, f"{path}:{node.lineno} calls {node.func.id}"


def loaded_after(code: str) -> set[str]:
    script = f"{code}\nimport sys; print(' '.join(sorted({{m.split('.')[0] for m in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_import_loads_nothing_heavy():
    assert loaded_after("import explorer").isdisjoint(HEAVY)


def test_help_loads_nothing_heavy():
    code = "from explorer.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass"
    assert loaded_after(code).isdisjoint(HEAVY)


def test_public_names_are_sorted_and_exist():
    import explorer

    assert explorer.__all__ == sorted(explorer.__all__)
    for name in explorer.__all__:
        assert getattr(explorer, name) is not None, name
    assert "tokenizer" in dir(explorer)
    with pytest.raises(AttributeError, match="no_such_thing"):
        explorer.no_such_thing  # noqa: B018


def test_the_tokenizers_package_can_be_called_whatever_was_imported_before():
    import explorer.tokenizers.token

    assert "kiwi" in explorer.tokenizers()
