"""Maps to work with in a notebook. What draws them lies in the dashboard, whose map they are."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from explorer.core import settings
from explorer.core.errors import MissingExtra
from explorer.core.later import later

if TYPE_CHECKING:
    from explorer.analysis.document_records import DocumentMap
    from explorer.analysis.projection import Projection
    from explorer.analysis.region_records import Regions
    from explorer.core.progress import ProgressCallback
    from explorer.vectors.vectors import Vectors

__all__ = ["map_widget"]


def map_widget(
    what: str | Vectors | Projection | DocumentMap,
    *,
    words: Sequence[str] | None = None,
    vectors: Vectors | None = None,
    regions: Regions | None = None,
    color: str | None = None,
    scheme: str = "auto",
    height: int = 520,
    language: str | None = None,
    progress: ProgressCallback | None = None,
    **options: Any,
) -> Any:
    """The dashboard's map in a notebook (Jupyter, Colab, VS Code): lasso, search, regions, colours; no WebGL and no network.

    What is picked on it is a list here: ``widget.selected`` holds keys, ``widget.to_frame()`` the table of them, and
    ``widget.observe(f, names="selected")`` calls a function when it changes. Set from Python, ``selected``, ``chosen`` (the pressed
    point), ``query`` (the search), ``color``, ``tool``, ``scheme`` and ``height`` change what is seen.

    Args:
        what: vectors or the name of a model (the map of its 20,000 most frequent words, at once where it ships), a
            :class:`~explorer.analysis.projection.Projection`, or a map of documents
            (:func:`~explorer.analysis.documents.map_documents`), whose keys are numbers from 1.
        words: of vectors, the words to show instead.
        vectors: of a projection, the model it was made of: with it the map knows neighbours, frequencies and inflected forms.
        regions: regions of its words (:func:`~explorer.analysis.regions.regions`); by default those that ship.
        color: ``"tag"``, ``"region"``, ``"frequency"``, ``"trust"``, ``"script"``, ``"label"`` or ``"plain"``; by default the first of
            ``widget.colors``.
        scheme: ``"light"`` or ``"dark"``; by default that of the notebook.
        height: of the map in pixels.
        language: ``"ko"`` or ``"en"``; by default that of messages.
        progress: told of every stage where a map has to be drawn.
        **options: of the map of vectors, as :func:`~explorer.analysis.projection.project` takes them.

    Returns:
        A widget of anywidget (Manz, Abdennur & Gehlenborg 2024, JOSS).

    Raises:
        MissingExtra: anywidget is not installed.
        BadInput: nothing of which there is a map, an unknown colour, or a word that is not on the map.

    >>> import explorer as ex
    >>> widget = ex.map_widget("korean")
    >>> widget.query = "학교에서"
    >>> widget.found[0]
    '학교/NNG'
    >>> widget.selected = ["바다", "학교/NNG"]
    >>> widget.to_frame()["word"].tolist()
    ['바다', '학교']
    """
    if importlib.util.find_spec("anywidget") is None:
        raise MissingExtra("analysis.the_map_widget", "notebook")
    return later(
        "map_widget", what, words, vectors, regions, color, scheme, height, language or settings.language(), progress, options
    )
