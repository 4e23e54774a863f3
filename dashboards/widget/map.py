"""The dashboard's map in a notebook, by anywidget: drawn by the same script, searched by the same search, in the same colours."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from dashboards.kit.i18n import Text
from dashboards.widget.shown import Shown, shown_of
from explorer.core.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MapWidget", "map_widget"]

ASSETS, HERE = Path(__file__).parents[1] / "assets", Path(__file__).parent


def _part(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _icons() -> str:
    """The one rule that makes masks of icons."""
    return next(line for line in _part(ASSETS / "icons.css").splitlines() if line.startswith(".glyph{"))


class MapWidget(anywidget.AnyWidget):  # type: ignore[misc]  # anywidget is optional, so types know nothing of it
    """A map that a notebook shows and asks.

    Attributes:
        selected: keys of the picked points, by lasso, by box, or set here; words are keys too where they are clear.
        chosen: key of the pressed point, ``""`` for none.
        query: what is searched for.
        color: what the points are coloured by, one of :attr:`colors`.
        tool: ``"pan"``, ``"lasso"`` or ``"box"``.
        scheme: ``"auto"``, ``"light"`` or ``"dark"``.
        height: of the map, in pixels.
    """

    _esm = _part(ASSETS / "points.js") + _part(HERE / "map.js")
    _css = _part(ASSETS / "points.css") + _icons() + _part(HERE / "map.css")

    selected = traitlets.List(traitlets.Unicode())
    chosen = traitlets.Unicode()
    query = traitlets.Unicode().tag(sync=True)
    color = traitlets.Unicode().tag(sync=True)
    tool = traitlets.Enum(["pan", "lasso", "box"], "pan").tag(sync=True)
    scheme = traitlets.Enum(["auto", "light", "dark"], "auto").tag(sync=True)
    height = traitlets.Int(520, min=120, max=4_000).tag(sync=True)
    _text = traitlets.Dict().tag(sync=True)
    _drawing = traitlets.Dict().tag(sync=True)
    _hue = traitlets.Dict().tag(sync=True)
    _rows = traitlets.List(traitlets.Int()).tag(sync=True)
    _row = traitlets.Int(-1).tag(sync=True)
    _found = traitlets.List(traitlets.Int()).tag(sync=True)
    _near = traitlets.List(traitlets.Int()).tag(sync=True)
    _panel = traitlets.Dict().tag(sync=True)

    def __init__(self, shown: Shown, color: str | None, scheme: str, height: int, language: str) -> None:
        self._shown = shown
        self._t = Text(language)
        color = color or shown.colors[0]
        super().__init__(color=color, scheme=scheme, height=height, _text=self._said(), _drawing=shown.drawing(self._t))

    def _said(self) -> dict[str, str]:
        t = self._t
        kind = "documents" if self._shown.documents is not None else "words"
        own = ("search", "example", "picked", "label")
        return {
            "language": t.language,
            **{name: t(f"widget.{name}_{kind}") for name in own},
            **{name: t(f"map.{name}") for name in ("color", "tools", "wheel", "let_go")},
            **{name: t(f"map.tool_{name}") for name in ("in", "out", "whole", "pan", "lasso", "box")},
            "found": t("widget.found"),
            "between": " / " if kind == "documents" else ", ",
        }

    def __repr__(self) -> str:
        return f"MapWidget({self._shown.stamp!r}, selected={len(self.selected)})"

    @property
    def colors(self) -> tuple[str, ...]:
        """What the points can be coloured by."""
        return self._shown.colors

    @property
    def found(self) -> list[str]:
        """Keys of what :attr:`query` finds, best first."""
        return [self._shown.map.keys[row] for row in self._found]

    @property
    def rows(self) -> list[int]:
        """Numbers of the picked points on the map, as :attr:`selected` names them."""
        return list(self._rows)

    def to_frame(self) -> pd.DataFrame:
        """The picked points as a table: word, key, places and trust; of documents number, text, label, places, trust, regions."""
        return self._shown.to_frame(self._rows)

    @traitlets.validate("color")
    def _check_color(self, proposal: Any) -> str:
        if proposal["value"] not in self._shown.colors:
            raise BadInput("dashboards.no_such_color", color=proposal["value"], known=", ".join(self._shown.colors))
        return str(proposal["value"])

    @traitlets.validate("selected")
    def _check_selected(self, proposal: Any) -> list[str]:
        return [self._shown.map.keys[row] for row in self._shown.rows_of(proposal["value"])]

    @traitlets.validate("chosen")
    def _check_chosen(self, proposal: Any) -> str:
        name = proposal["value"]
        return self._shown.map.keys[self._shown.rows_of([name])[0]] if name else ""

    @traitlets.validate("_rows")
    def _check_rows(self, proposal: Any) -> list[int]:
        there = len(self._shown.map.keys)
        return [row for row in dict.fromkeys(proposal["value"]) if 0 <= row < there]

    @traitlets.validate("_row")
    def _check_row(self, proposal: Any) -> int:
        return proposal["value"] if 0 <= proposal["value"] < len(self._shown.map.keys) else -1

    @traitlets.observe("color")
    def _paint(self, change: Any) -> None:
        self._hue = self._shown.coloured(change["new"], self._t)

    @traitlets.observe("query")
    def _search(self, change: Any) -> None:
        self._found = self._shown.find(change["new"])

    @traitlets.observe("_rows")
    def _was_picked(self, change: Any) -> None:
        self.selected = [self._shown.map.keys[row] for row in change["new"]]

    @traitlets.observe("selected")
    def _pick(self, change: Any) -> None:
        self._rows = [self._shown.map.rows[key] for key in change["new"]]

    @traitlets.observe("_row")
    def _was_chosen(self, change: Any) -> None:
        self.chosen = self._shown.map.keys[change["new"]] if change["new"] >= 0 else ""

    @traitlets.observe("chosen")
    def _choose(self, change: Any) -> None:
        row = self._shown.map.rows[change["new"]] if change["new"] else -1
        near = self._shown.near(row) if row >= 0 else []
        with self.hold_sync():
            self._row = row
            self._near = [self._shown.map.rows[key] for key in near if key in self._shown.map.rows]
            self._panel = self._shown.panel(row, near, self._t) if row >= 0 else {}


def map_widget(
    what: Any, words: Any, vectors: Any, regions: Any, color: str | None, scheme: str, height: int, language: str,
    progress: Any, options: dict[str, Any],
) -> MapWidget:  # fmt: skip
    """What :func:`explorer.analysis.map_widget.map_widget` asks for."""
    return MapWidget(shown_of(what, words, vectors, regions, progress, options), color, scheme, height, language)
