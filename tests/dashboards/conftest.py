"""A small model with planted structure, and a browser of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support_dashboard import Page, small_vectors


@pytest.fixture
def small() -> Any:
    """Sixteen words in known places."""
    return small_vectors()


@pytest.fixture
def app(home: Path) -> Iterator[Any]:
    """An app in a home of its own, and its context, so that what a page calls can be called directly."""
    from dashboards.app import create_app

    made = create_app()
    with made.server.app_context():
        yield made
    made.server.extensions["explorer"].close()  # its workers would go on in the home of this test


@pytest.fixture
def served(home: Path) -> str:
    """The small model saved in a home of its own; its name."""
    small_vectors().save("small")
    return "small"


@pytest.fixture
def page(served: str, app: Any) -> Page:
    """The pages in Korean, with the small model."""
    return Page(app)
