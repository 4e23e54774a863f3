"""Jobs over two workers of gunicorn: there again after a reload, on their page, and of no concern to another browser."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="gunicorn runs on POSIX")

ADDRESS = "/map?words={}&seed=11&model=korean"
JOB = "자주 쓰는 단어 {:,}개"


@pytest.fixture(scope="module")
def two_workers(chromium, prepared_home: Path, tmp_path_factory):
    """The documented server with two workers, in a home of its own; its address."""
    home = tmp_path_factory.mktemp("shared")
    shutil.copytree(prepared_home / "cache", home / "cache")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "dashboards.app.wsgi:server", "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", "2", "--threads", "8", "--timeout", "120"]
    with subprocess.Popen(command, env=os.environ | {"EXPLORER_HOME": str(home)}) as process:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2)
                break
            except OSError:
                time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
        process.terminate()
        process.wait(30)


@pytest.fixture
def person(chromium, two_workers):
    """``person()`` is somebody with a browser of their own; it gives ``visit(path)``."""
    contexts = []

    def arrive():
        context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="ko-KR")
        contexts.append(context)

        def visit(path):
            page = context.new_page()
            page.set_default_timeout(240_000)
            page.goto(two_workers + path)
            page.wait_for_selector("h1")
            return page

        return visit

    yield arrive
    for context in contexts:
        context.close()


def test_a_map_survives_a_reload_and_is_found_by_its_person_alone(person):
    mine, other, job = person(), person(), JOB.format(10_000)
    page = mine(ADDRESS.format(10_000))  # as many as are still at work when the next page is open
    page.wait_for_selector(f"#map-status >> text={job}")
    page.reload()
    page.wait_for_selector(f"#map-status >> text={job}")

    listed = mine("/jobs")
    listed.wait_for_selector(f"#jobs-open >> text={job}")
    stranger = other("/jobs")
    stranger.wait_for_selector("#jobs-open .empty")
    assert job not in stranger.inner_text("body")

    page.close()  # what was begun goes on without its page
    link = "#jobs-ended tr:has-text('완료') a >> text=지도: " + job
    listed.wait_for_selector(link, timeout=240_000)
    assert "seed=11" in listed.get_attribute(link, "href")
    listed.click(link)
    listed.wait_for_function("() => document.querySelector('#map-host')?.drawing?.given?.stamp?.includes('UMAP')")
    assert stranger.locator(f"text={job}").count() == 0


def test_one_stops_and_asks_again_from_the_page_of_jobs(person):
    mine, job = person(), JOB.format(20_000)
    page = mine(ADDRESS.format(20_000))
    page.wait_for_selector(f"#map-status >> text={job}")
    listed = mine("/jobs")
    listed.click(f"#jobs-open .jobs-row:has-text('{job}') button >> text=그만두기")
    listed.wait_for_selector(f"#jobs-ended tr:has-text('{job}') >> text=그만둠")
    page.wait_for_selector("#map-status .stopped")
    listed.click(f"#jobs-ended tr:has-text('{job}') button >> text=다시 하기")
    listed.wait_for_selector(f"#jobs-open .jobs-row:has-text('{job}')")
    listed.click("#jobs-stop-all")
    listed.wait_for_selector("#jobs-open .empty")
    listed.click("#jobs-clear")
    listed.wait_for_selector("#jobs-ended >> text=아직 끝난 작업이 없습니다")
