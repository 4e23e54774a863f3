"""Fixtures every test may use: a home folder of its own, and the real texts where they are present."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Machines are of any speed and often busy: how long an example takes to draw says nothing about the code.
settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")


@pytest.fixture(autouse=True)
def _language(monkeypatch: pytest.MonkeyPatch) -> None:
    """What ``--lang`` sets for the process ends with the test that gave it."""
    monkeypatch.setenv("EXPLORER_LANG", os.environ.get("EXPLORER_LANG", ""))


SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home folder that lives as long as one test."""
    folder = tmp_path / "home"
    monkeypatch.setenv("EXPLORER_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def kiwi_kept(pytestconfig: pytest.Config) -> Path:
    """A home folder that has Kiwi's vectors and nothing else; they are recovered once and then kept with pytest's own cache."""
    from filelock import FileLock

    kept = pytestconfig.cache.mkdir("kiwi-vectors")
    command = [sys.executable, "-c", "from explorer.static.kiwi import kiwi_vectors; kiwi_vectors()"]
    with FileLock(kept / "lock"):
        subprocess.run(command, env=os.environ | {"EXPLORER_HOME": str(kept)}, check=True)
    return kept


@pytest.fixture
def kiwi_recovered(home: Path, kiwi_kept: Path) -> Path:
    """A home folder that has Kiwi's vectors, for tests that would recover them each and are about something else."""
    home.mkdir(0o700, exist_ok=True)  # an app may be there already
    shutil.copytree(kiwi_kept / "cache", home / "cache", copy_function=os.link, dirs_exist_ok=True)
    return home


@pytest.fixture(scope="session")
def small_bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small BERT, to be read only."""
    pytest.importorskip("torch")
    from support_bert import save_small_bert

    return save_small_bert(tmp_path_factory.mktemp("checkpoint") / "small-bert")


@pytest.fixture(scope="session")
def multilingual(pytestconfig: pytest.Config) -> Path:
    """The folder of e5-small, to be read only; unpacked once and then kept with pytest's own cache.

    Without its packages these tests are skipped, or fail where EXPLORER_REQUIRE_MULTILINGUAL is 1.
    """
    pytest.importorskip("torch")
    from explorer.core.errors import Unavailable
    from explorer.encoders.packaged import packaged_folder

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EXPLORER_HOME", str(pytestconfig.cache.mkdir("multilingual")))
        try:
            return packaged_folder("e5-small")
        except Unavailable as error:
            if os.environ.get("EXPLORER_REQUIRE_MULTILINGUAL") == "1" or error.code != "encoders.package_absent":
                pytest.fail(f"the multilingual encoder is required here: {error}")
            pytest.skip(str(error))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real Korean texts beside the checkout."""
    if not SHARED.is_dir():
        pytest.skip(f"real texts are not at {SHARED}")
    return SHARED
