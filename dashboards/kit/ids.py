"""Every component id that more than one file knows. A view's own ids start with the view's name."""

from __future__ import annotations

from typing import Any

__all__ = [
    "BURGER",
    "CONTENT",
    "JOBS",
    "LANGUAGE",
    "LOCATION",
    "MODEL",
    "MODEL_BAR",
    "MODEL_FACTS",
    "READY",
    "SCHEME",
    "SHELL",
    "TICK",
    "TITLE",
]

LOCATION = "_pages_location"
"""The only Location; a second one would break going back and forward."""
CONTENT = "page"
"""Where the page stands."""
TITLE = "title"
"""A store with what the page is called."""

SHELL = "shell"
BURGER = "burger"
LANGUAGE = "language"
SCHEME = "scheme"
"""The light/dark switch. Figures take ``Input(SCHEME, "computedColorScheme")``: ``"light"``, ``"dark"`` or ``None`` before the browser knows."""

MODEL = "model"
"""The model select of the shell; ``value`` is a model's name, shown on views with ``USES_MODEL``."""
MODEL_BAR = "model-bar"
MODEL_FACTS = "model-facts"

TICK = "tick"
"""The interval that runs only while background work does."""
READY = "ready"
"""A store whose ``data`` changes when work somebody waits for has ended; views list it as an Input to try again."""
JOBS = "jobs"


def address(view: Any) -> dict[str, Any]:
    """The store a view writes its query string to; the shell puts it into the address bar."""
    return {"type": "address", "view": view}


def job(number: Any) -> dict[str, Any]:
    """A place on a page that shows one job as long as it runs."""
    return {"type": "job", "id": number}


def cancel(number: Any) -> dict[str, Any]:
    """The button that stops one job."""
    return {"type": "cancel", "id": number}
