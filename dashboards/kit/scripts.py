"""Which scripts answers may be written in: a select for pages, and a line where it left words out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import dash_mantine_components as dmc

from dashboards.kit import url
from dashboards.kit.i18n import Text
from explorer.text.scripts import SCRIPTS, in_script

__all__ = ["FIELD", "left_out", "script_select"]

FIELD = url.choice(SCRIPTS, "hangul")
"""The script in a page's address."""

_NAMED = 5


def script_select(t: Text, name: str, value: str, size: str = "sm") -> dmc.Select:
    """A select with the id ``name``."""
    return dmc.Select(
        id=name,
        value=value,
        data=[{"value": script, "label": t(f"scripts.{script}")} for script in SCRIPTS],
        label=t("scripts.label"),
        allowDeselect=False,
        size=size,
        className="field-small",
    )


def left_out(t: Text, words: Iterable[str], script: str) -> list[Any]:
    """A line that names the words of an unfiltered answer that are in other scripts; nothing where there are none."""
    gone = list(dict.fromkeys(word for word in words if not in_script(word, script)))
    if not gone:
        return []
    shown = ", ".join(gone[:_NAMED]) + (" …" if len(gone) > _NAMED else "")
    said = t("scripts.left_out", count=len(gone), script=t(f"scripts.{script}"), words=shown)
    return [dmc.Text(said, size="xs", c="dimmed", className="left-out")]
