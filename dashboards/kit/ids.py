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
    "MODEL_FACTS",
    "NOTICE",
    "PYTHON",
    "PYTHON_LINES",
    "READY",
    "SAVE",
    "SCHEME",
    "SEARCH",
    "SEARCH_SLOT",
    "SHELL",
    "STOP",
    "TAKEN",
    "TICK",
    "TICKED",
    "TITLE",
    "WATCHED",
]

LOCATION = "_pages_location"
"""The only Location; a second one would break going back and forward."""
CONTENT = "page"
"""Where the page stands."""
TITLE = "title"
"""A store with what the page is called."""

SEARCH = "search"
"""The field of the search: in the header, or in the middle of the first page, never in both."""
SEARCH_SLOT = "search-slot"
"""Its place in the header, empty on the first page."""

SHELL = "shell"
BURGER = "burger"
LANGUAGE = "language"
SCHEME = "scheme"
"""The light/dark switch. Figures take ``Input(SCHEME, "computedColorScheme")``: ``"light"``, ``"dark"`` or ``None`` before the browser knows."""

MODEL = "model"
"""The model select under the title of views with ``USES_MODEL``; ``value`` is a model's name, also one that is not here."""
MODEL_FACTS = "model-facts"

TICK = "tick"
"""The interval that runs only while background work does."""
TICKED = "ticked"
"""A store: when the server last looked what runs, and whether nothing did."""
WATCHED = "watched"
"""A store: when the server last said that something is to be waited for."""
READY = "ready"
"""A store whose ``data`` changes when work somebody waits for has ended; views list it as an Input to try again."""
JOBS = "jobs"
STOP = "stop"
"""A store: the job whose button was pressed, which the browser says, and when."""

NOTICE = "notice"
"""A line that goes away by itself: copied, saved, why not."""
TAKEN = "taken"
"""A store: the answer whose button was pressed, which the browser says: of which page, which card, as what (``"csv"``, ``"python"``)."""
PYTHON, PYTHON_LINES = "python", "python-lines"
"""The window with lines of Python, and the lines."""
SAVE = "save"
"""What an answer is saved through."""


def address(view: Any) -> dict[str, Any]:
    """The store a view writes its query string to; the shell puts it into the address bar."""
    return {"type": "address", "view": view}


def job(number: Any) -> dict[str, Any]:
    """A place on a page that shows one job as long as it runs."""
    return {"type": "job", "id": number}


def coded(name: str) -> str:
    """A name as a part of an id: Dash does not find its own ids with Hangul in them.

    >>> named(coded("한국어-위키"))
    '한국어-위키'
    """
    return name.encode("utf-8", "surrogatepass").hex()


def named(code: str) -> str:
    """The name again; ``""`` for what is none."""
    try:
        return bytes.fromhex(code).decode("utf-8", "surrogatepass")
    except (ValueError, TypeError):
        return ""
