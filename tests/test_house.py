"""The house rules that no single test file owns: import directions, no circles, nothing private shared, a light start."""

from __future__ import annotations

import ast
import graphlib
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# A stage may import itself and the stages before it.
STAGES = ["core", "text", "display", "tokenizers", "vectors", "static", "encoders", "analysis", "cli"]
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


def dotted(path: Path) -> str:
    """The name a file is imported by."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


SOURCES = {dotted(path): path for package in ("explorer", "corpora", "dashboards") for path in (ROOT / package).rglob("*.py")}
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in sorted(SOURCES.items())}


def imports(tree: ast.Module) -> list[tuple[str, int, bool]]:
    """(module, line, inside a function or a TYPE_CHECKING block) of every absolute import."""
    late = {
        id(node)
        for holder in ast.walk(tree)
        if isinstance(holder, ast.FunctionDef | ast.AsyncFunctionDef) or is_for_types(holder)
        for node in ast.walk(holder)
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno, id(node) in late) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.append((node.module, node.lineno, id(node) in late))
    return found


def is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def test_data_walks_one_way():
    wrong = []
    for name, tree in TREES.items():
        home, stage, *_ = [*name.split("."), ""]
        if home != "explorer":
            continue
        for module, line, late in imports(tree):
            top, *rest = module.split(".")
            # The library knows neither; the command line does, inside commands.
            outside = top in {"corpora", "dashboards"} and not (stage == "cli" and late)
            if outside or (top == home and rest and stage in STAGES and STAGES.index(rest[0]) > STAGES.index(stage)):
                wrong.append((name, line, module))
    assert wrong == []


# Inside a room: a file or folder may import those of its own line and of the lines before it. What is not named is free.
FLOORS = {
    "explorer.tokenizers": ["token", "engines loading batch hub cards", "training comparison"],
    "explorer.vectors": [
        "records search suggest checks expression",
        "resolve analogy axes hubs subwords buckets senses",
        "vectors",
        "averaged transform",
    ],
    "explorer.static": [
        "keys cooccurrence fasttext_kernels glove_kernels",
        "pipeline",
        "phrases word2vec fasttext glove ppmi kiwi compact joined windows",
        "train load",
    ],
    "explorer.encoders": [
        "clusters forward locate pieces telling signs",
        "readings baseline fill generate activations averaging senses sense_curve pair_score sentences",
        "encoder",
        "open",
        "deprecated sense_vectors",
    ],
    "explorer.analysis": [
        "scores test_sets answer_kernels",
        "answers",
        "evaluation",
        "score_comparison model_comparison lab",
        "lab_results",
    ],
    "dashboards": ["kit", "app pages"],
}


def upward(floors: dict[str, list[str]], graph: dict[str, set[str]]) -> list[tuple[str, str]]:
    """(module, what it imports though it lies on a later floor of the same room)."""
    found = []
    for room, lines in floors.items():
        level = {f"{room}.{part}": number for number, line in enumerate(lines) for part in line.split()}

        def floor(name: str, room: str = room, level: dict[str, int] = level) -> int | None:
            return level.get(".".join(name.split(".")[: room.count(".") + 2]))

        for name, others in graph.items():
            here = floor(name)
            if here is not None:
                found += [(name, other) for other in sorted(others) if (there := floor(other)) is not None and there > here]
    return found


def test_inside_a_room_too_data_walks_one_way():
    assert upward(FLOORS, needed(TREES)) == []


def test_corpora_do_not_know_models_or_dashboards():
    known = (
        "explorer.core",
        "explorer.text",
        "explorer.display",
        "explorer.tokenizers",
        "explorer.static.pipeline",
        "explorer.static.plan",
        "explorer.static.prepare",
        "explorer.static.keys",
        "explorer.static.shards",
        "explorer.static.evidence",
        "explorer.vectors.evidence",
        "explorer.encoders.homographs",
    )
    assert [
        (name, line, module)
        for name, tree in TREES.items()
        if name.split(".")[0] == "corpora"
        for module, line, _ in imports(tree)
        if module.split(".")[0] in {"explorer", "dashboards"} and not f"{module}.".startswith(tuple(f"{one}." for one in known))
    ] == []


def needed(trees: dict[str, ast.Module]) -> dict[str, set[str]]:
    """The modules each module imports anywhere in it, inside functions too. A package is needed only for names of its own."""
    found: dict[str, set[str]] = {name: set() for name in trees}
    for name, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found[name] |= {alias.name for alias in node.names} & trees.keys()
            elif isinstance(node, ast.ImportFrom) and node.module in trees:
                whole = [f"{node.module}.{alias.name}" for alias in node.names]
                found[name] |= {one if one in trees else node.module for one in whole}
        found[name].discard(name)
    return found


def circle(graph: dict[str, set[str]]) -> list[str]:
    """Modules that import each other in a ring, the first one again at the end; empty where there is none."""
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return list(error.args[1])
    return []


def test_no_imports_in_a_circle_even_late():
    assert circle(needed(TREES)) == []


def borrowed(tree: ast.Module) -> list[tuple[int, str]]:
    """Private names of another module: imported, or asked of anything but ``self`` and not made in this file."""
    own = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}
    own |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    own |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            found += [(node.lineno, alias.name) for alias in node.names if is_private(alias.name)]
        elif isinstance(node, ast.Attribute) and is_private(node.attr) and node.attr not in own:
            of = ast.unparse(node.value)
            if of not in {"self", "cls", "super()"} and f"{of}.{node.attr}" not in DOCUMENTED:
                found.append((node.lineno, f"{of}.{node.attr}"))
    return found


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.endswith("__")


DOCUMENTED = {"app._setup_server", "os._exit", "atexit._run_exitfuncs", "figure._layout"}
"""What is offered in spite of its name: by Python, also what it calls itself where a process ends that was forked; what Dash calls itself
before its first answer; and the dictionary that a Plotly figure is written from, the one place where nothing is checked again."""


def test_private_names_stay_in_their_module():
    assert {name: found for name, tree in TREES.items() if (found := borrowed(tree))} == {}


def environment(tree: ast.Module) -> list[int]:
    """Lines that read or write the environment of the process."""
    names = {"environ", "environb", "getenv", "putenv", "unsetenv"}
    return [
        node.lineno
        for node in ast.walk(tree)
        if (isinstance(node, ast.Attribute) and ast.unparse(node.value) == "os" and node.attr in names)
        or (isinstance(node, ast.ImportFrom) and node.module == "os" and names & {alias.name for alias in node.names})
    ]


def test_the_environment_is_read_in_one_place():
    assert [name for name, tree in TREES.items() if environment(tree)] == ["explorer.core.settings"]


def halves(tree: ast.Module) -> list[int]:
    """Lines of what is only half an object: mixins, and attributes declared for the type checker alone."""
    found = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.name.endswith("Mixin")]
    for block in filter(is_for_types, ast.walk(tree)):
        allowed = (ast.Import, ast.ImportFrom, ast.Assign) if block in tree.body else ()
        found += [statement.lineno for statement in block.body if not isinstance(statement, allowed)]
    return found


def test_every_class_is_whole():
    assert {name: found for name, tree in TREES.items() if (found := halves(tree))} == {}


def test_no_module_is_too_long_to_read():
    lines = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in SOURCES.items()}
    assert {name: count for name, count in lines.items() if count > 620} == {}


def test_what_has_moved_is_gone():
    assert not (ROOT / "explorer" / "models").exists()


def test_the_rules_see_what_they_forbid():
    ring = {"a": "import b", "b": "from c import d", "c": "", "c.d": "def f():\n    import a"}
    assert set(circle(needed({name: ast.parse(text) for name, text in ring.items()}))) == {"a", "b", "c.d"}
    floors = {"explorer.a": ["low folder", "high"]}
    assert upward(floors, {"explorer.a.folder.x": {"explorer.a.high"}}) == [("explorer.a.folder.x", "explorer.a.high")]
    assert upward(floors, {"explorer.a.high": {"explorer.a.low", "explorer.b.high"}}) == []
    for text in ("from m import _x", "import m\nm._x()", "def f(other):\n    return other._y"):
        assert len(borrowed(ast.parse(text))) == 1
    assert borrowed(ast.parse("class A:\n    def f(self, other):\n        self._x = other._x")) == []
    for text in ("import os\nos.environ['A']", "from os import getenv", "import os\nx = os.getenv('A')"):
        assert len(environment(ast.parse(text))) == 1
    for text in ("class AMixin: pass", "class A:\n    if TYPE_CHECKING:\n        x: int", "if TYPE_CHECKING:\n    x: int"):
        assert len(halves(ast.parse(text))) == 1
    for text in ("import pickle", "def f():\n    from joblib import load", "eval('1')"):
        assert len(runs_files(ast.parse(text))) == 1


def runs_files(tree: ast.Module) -> list[int]:
    """Lines that could run what a file says."""
    forbidden = {"pickle", "dill", "joblib", "shelve", "marshal"}
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    return [line for module, line, _ in imports(tree) if module in forbidden] + [
        call.lineno for call in calls if call.func.id in {"eval", "exec"}
    ]


def test_no_module_can_run_what_a_file_says():
    assert {name: found for name, tree in TREES.items() if (found := runs_files(tree))} == {}


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


@pytest.mark.parametrize(
    "before",
    ["", "import explorer.tokenizers.token; ", "from explorer.tokenizers import loading; ", "import explorer.tokenizers; "],
)
def test_tokenizers_are_listed_whatever_was_imported_before(before):
    code = f"{before}import explorer as ex; print(*ex.tokenizers()); from explorer.tokenizers import token; print(*ex.tokenizers())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    first, second = done.stdout.splitlines()
    assert first == second and {"eojeol", "kiwi"} <= set(first.split())


def test_transformers_is_imported_in_one_place():
    """A thread that imports it while another does is left with half of it; the one place lets only one do so at a time."""
    places = [
        (name, line)
        for name, tree in TREES.items()
        for module, line, _ in imports(tree)
        if module == "transformers" and name != "explorer.encoders.forward"
    ]
    assert places == []


def test_threads_that_need_transformers_at_once_all_get_it_whole():
    pytest.importorskip("torch")
    code = """
import threading, time
from explorer.encoders.forward import require_transformers
start, found = threading.Barrier(6), []
def need(number):
    start.wait()
    time.sleep(0.02 * number)
    found.append(require_transformers().BertConfig)
threads = [threading.Thread(target=need, args=(number,)) for number in range(6)]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert len(found) == 6
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
