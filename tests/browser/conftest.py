"""The real server in a process of its own, and a headless Chromium that must not complain.

The pages' policy forbids to make code of text, for tests as well: ``wait_for_function`` takes a function, ``"() => …"``.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-gpu-compositing",
]
"""WebGL in software, for machines without a graphics card; pages themselves are put together without it, which costs less."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A browser; without one these tests are skipped, or fail where EXPLORER_REQUIRE_BROWSER is 1."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    try:
        if path is None:
            raise FileNotFoundError("no chromium, chromium-browser or google-chrome on the path")
        from playwright.sync_api import sync_playwright
    except (FileNotFoundError, ImportError) as error:
        if os.environ.get("EXPLORER_REQUIRE_BROWSER") == "1":
            pytest.fail(f"browser tests are required here: {error}")
        pytest.skip(str(error))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def prepared_home(tmp_path_factory: pytest.TempPathFactory, kiwi_kept: Path) -> Path:
    """A new home with a small BERT and Kiwi's vectors."""
    home = tmp_path_factory.mktemp("home")
    shutil.copytree(kiwi_kept / "cache", home / "cache")
    if importlib.util.find_spec("torch"):
        from support_bert import save_small_bert

        save_small_bert(home / "models" / "small-bert")
    return home


@pytest.fixture(scope="session")
def server(chromium: Any, prepared_home: Path) -> Iterator[str]:
    """The dashboard as a person starts it; its address."""
    environment = os.environ | {
        "EXPLORER_HOME": str(prepared_home),
        "HF_HUB_CACHE": str(prepared_home / "hub"),
        "EXPLORER_BERT": "",
    }
    command = [sys.executable, "-m", "explorer", "serve", "--port", "0", "--no-open"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert "http://" in line, line
        yield line.split()[1].rstrip("/")
        process.terminate()
        process.wait(60)


@pytest.fixture(scope="session")
def a_classifier(prepared_home: Path) -> str:
    """A classifier of reviews in the server's home; its name."""
    pytest.importorskip("torch")
    command = (
        "from corpora.labelled import labelled_lines\n"
        "from dashboards.pages.layers.example import EXAMPLE\n"
        "from explorer.encoders.train.classify import ClassifierRecipe, train_classifier\n"
        "train_classifier(labelled_lines(EXAMPLE.splitlines()), ClassifierRecipe(steps=40), name='mine')\n"
    )
    subprocess.run([sys.executable, "-c", command], env=os.environ | {"EXPLORER_HOME": str(prepared_home)}, check=True)
    return "mine"


Open = Callable[..., Any]

BREACHES = """addEventListener("securitypolicyviolation", (breach) =>
  console.error(`against the policy: ${breach.effectiveDirective}, ${breach.blockedURI} (Content Security Policy)`));"""
"""Also what a script catches, and what the browser does not write into its console, is told there."""

ASKING = """(() => {
  const fetched = window.fetch;
  window.asking = 0;
  window.fetch = (...asked) => { window.asking += 1; return fetched(...asked).finally(() => { window.asking -= 1; }); };
})()"""
"""``window.asking``: how many answers of the server the page waits for."""


@pytest.fixture
def visit(chromium: Any, server: str) -> Iterator[Open]:
    """``visit("/map", language="en", scheme="dark", width=420)`` opens a page; afterwards no page may have complained."""
    opened: list[Any] = []
    complaints: list[str] = []

    def open_page(path: str, language: str = "ko", scheme: str = "light", width: int = 1280) -> Any:
        # What moves only to show that a page waits would take the processor that the page waits for.
        context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce")
        context.add_cookies([{"name": "explorer-language", "value": language, "url": server}])
        opened.append(context)
        context.add_init_script(BREACHES)
        context.add_init_script(ASKING)
        page = context.new_page()
        page.set_default_timeout(240_000)  # a slow machine may open and compile a minute long for the first page of its kind
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "requestfailed",
            lambda request: (
                complaints.append(f"{request.url}: {request.failure}") if "ERR_ABORTED" not in str(request.failure) else None
            ),
        )
        page.goto(server + path)
        page.wait_for_selector("h1")
        return page

    def forgive(part: str) -> list[str]:
        """What was said with this part in it, which is no complaint any more."""
        forgiven = [one for one in complaints if part in one]
        complaints[:] = [one for one in complaints if part not in one]
        return forgiven

    open_page.forgive = forgive  # type: ignore[attr-defined]
    yield open_page
    for context in opened:
        context.close()
    assert complaints == []
