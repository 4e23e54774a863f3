"""Fixtures every test may use: a home folder of its own, and the real texts where they are present."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Machines are of any speed and often busy: how long an example takes to draw says nothing about the code.
settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home folder that lives as long as one test."""
    folder = tmp_path / "home"
    monkeypatch.setenv("EXPLORER_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def small_bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small BERT, to be read only."""
    pytest.importorskip("torch")
    from support_bert import save_small_bert

    return save_small_bert(tmp_path_factory.mktemp("checkpoint") / "small-bert")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real Korean texts beside the checkout."""
    if not SHARED.is_dir():
        pytest.skip(f"real texts are not at {SHARED}")
    return SHARED
