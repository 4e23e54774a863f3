"""What a room asks of a later one. Imports walk one way, so the room knows it by a name here, looked up when a person calls it.

The table is short. It holds the methods that people expect on an object of an early room though the work belongs to a late one: scores in
gensim's form on vectors, and the dashboard's figures of answers (``answer.plot()``) and map in notebooks.
"""

from __future__ import annotations

from typing import Any

from explorer.core.registry import Registry

__all__ = ["later"]

_LATER = Registry(
    "task",
    {
        "evaluate_word_analogies": "explorer.analysis.named:evaluate_word_analogies",
        "evaluate_word_pairs": "explorer.analysis.named:evaluate_word_pairs",
        "map_widget": "dashboards.widget.map:map_widget",
        "plot": "dashboards.plots:plot",
    },
)


def later(task: str, *values: Any, **options: Any) -> Any:
    """Call the function of a later room that does ``task``."""
    return _LATER.get(task)(*values, **options)
