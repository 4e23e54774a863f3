"""The documentation site: every block of its pages runs, every command on them exists, the languages are twins, no other host is asked."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
KOREAN = sorted(DOCS.rglob("*.ko.md"))
TEXTS = [
    "나는 배를 타고 바다를 건너 섬에 갔다.",
    "사과와 배를 먹었다.",
    "서울에서 부산까지 기차를 탔다.",
    "바다에 눈이 온다.",
] * 30


def twin(path: Path) -> Path:
    return path.with_name(path.name.replace(".ko.md", ".md"))


def parts(path: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", path.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def links(path: Path) -> list[str]:
    return re.findall(r"\]\(([^)]+)\)", path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def hooks() -> ModuleType:
    spec = importlib.util.spec_from_file_location("site_hooks", DOCS / "hooks.py")
    assert spec is not None and spec.loader is not None
    module = sys.modules["site_hooks"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("path", KOREAN, ids=lambda path: path.relative_to(DOCS).as_posix())
def test_both_languages_show_the_same(path: Path):
    english = twin(path)
    for language in ("python", "sh", "diff"):
        ours, theirs = ("\n".join(parts(one, language)) for one in (path, english))
        assert re.sub(r"#.*|단어|이름", "", ours).split() == re.sub(r"#.*|WORD|NAME", "", theirs).split(), language
    pages = [[link.partition("#")[0] for link in links(one) if ".md" in link] for one in (path, english)]
    assert sorted(set(pages[0])) == sorted(set(pages[1]))
    heads = [
        len(re.findall(r"^#+ ", re.sub(r"^```.*?^```", "", one.read_text(encoding="utf-8"), flags=re.S | re.M), re.M))
        for one in (path, english)
    ]
    assert heads[0] == heads[1]


def test_pages_that_run_show_what_came(hooks: ModuleType, home: Path):
    page = "text\n\n```python\nimport explorer as ex\n\nprint('<b>')\nex.tokenizer('syllable')('왕이')\n```\n\n```python\nx = 1\n```\n"
    shown = hooks.run(page, "ko", "page.md")
    assert shown.count("<div class='shown'") == 1 and "&lt;b&gt;" in shown and "syllable: 토큰 2개" in shown
    assert "\n\n" not in shown[shown.index("<div") : shown.index("</div>\n")]
    with pytest.raises(RuntimeError, match=r"page\.md: this block fails \(ZeroDivisionError"):
        hooks.run("```python\n1 / 0\n```\n", "en", "page.md")


def test_what_is_made_names_everything(hooks: ModuleType, home: Path):
    import explorer
    from explorer.cli.group import COMMANDS
    from explorer.core.evaluation_sets import evaluation_sets

    english, korean = hooks.commands("en"), hooks.commands("ko")
    assert (
        all(f"## `korean-explorer {name}`" in english for name in COMMANDS) and "사용법: korean-explorer sets fetch" in korean
    )
    assert [name for name in explorer.__all__ if f"heading: ex.{name}\n" not in hooks.public_names("en")] == []
    assert all(f"`{name}`" in hooks.data_cards("ko") for name in evaluation_sets())
    assert "`korean`" in hooks.model_cards("ko")
    assert hooks.notebook_page("1-tokens", "ko").startswith("# 1.")


# The blocks of pages of depth are shortened to what matters, so what they speak of is given to them: before each block of a page.
GIVEN = {
    "embeddings.md": (
        "import explorer as ex\ntexts = TEXTS * 30",
        "from corpora.sample import homographs\nv, corpus = ex.load('word2vec'), [one.text for one in homographs() if one.word in ('배', '눈')]",
    ),
    "contextual.md": ("", "", "", "sentences = ['배를 탔다.', '배가 떠났다.', '배를 먹었다.']", "", "texts = TEXTS[:40]"),
    "why.md": (
        "",
        "from pathlib import Path\nfrom explorer.vectors.evidence import shipped_evidence\nshipped_evidence().save(Path('counts'))",
    ),
}


@pytest.mark.parametrize("name", GIVEN)
def test_blocks_of_the_pages_of_depth_run(name: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("torch")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"TEXTS": TEXTS}
    for given, block in zip(GIVEN[name], parts(DOCS / name, "python"), strict=True):
        with contextlib.redirect_stdout(io.StringIO()):
            exec(f"{given}\n{block}", names)


def test_no_page_has_blocks_that_nobody_runs():
    for path in DOCS.rglob("*.md"):
        if parts(path, "python") and twin(path).name not in GIVEN and not path.name.startswith("coming-from"):
            assert path.read_text(encoding="utf-8").startswith("---\nrun: true\n---\n"), path
