"""Which answers are the same whenever the same is asked, so that they need not be computed again (:mod:`dashboards.app.remembered`).

A callback says so of itself with :func:`steady`: what it gives follows from its inputs, the language and what is stored. What it then comes
across may take that back for this once: a job, something that is being opened, an error, the person who asks (:func:`passing`). And what
else it looked at is told with :func:`rests_on`, to be looked at again.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import g, has_request_context

__all__ = ["Ground", "grounds", "passing", "rests_on", "steady"]

Ground = tuple[Callable[[], object], object]
"""What an answer rests on: how to look at it, and what was seen."""

T = TypeVar("T")

_STEADY, _PASSING, _GROUNDS = "steady_answer", "passing_answer", "grounds_of_answer"


def steady(answer: Callable[..., T]) -> Callable[..., T]:
    """Say that a callback gives the same whenever the same is asked, as long as nothing stored has changed.

    It must not change anything, and look at nothing that changes (the time, files, chance) without telling.
    """

    @wraps(answer)
    def told(*given: Any) -> T:
        if has_request_context():
            setattr(g, _STEADY, True)
        return answer(*given)

    return told


def passing() -> None:
    """What is being answered is good for this once only."""
    if has_request_context():
        setattr(g, _PASSING, True)


def rests_on(look: Callable[[], object], seen: object) -> None:
    """What is being answered is good as long as ``look()`` gives what was ``seen``."""
    if has_request_context():
        g.setdefault(_GROUNDS, {}).setdefault(look, seen)


def grounds() -> tuple[Ground, ...] | None:
    """What the answer to this request rests on; ``None`` if it is not to be remembered."""
    if not g.get(_STEADY) or g.get(_PASSING):
        return None
    return tuple(g.get(_GROUNDS, {}).items())
