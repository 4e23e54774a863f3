"""A map as one HTML file that needs nothing else: no network, no library, no font. It opens from the disk.

What is shown travels as JSON in which no ``<`` is left, so that no text can end its element; the page writes texts as text, never as
HTML, and its content policy lets nothing run but the one script it was written with.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from explorer.display.colours import FONT, colors

__all__ = ["PageLayer", "Stems", "map_page"]

_STEPS = 2**16 - 1


@dataclass(frozen=True, slots=True)
class PageLayer:
    """Regions on a map: their names, and the region of every point; one past the last name is none."""

    names: Sequence[str]
    of: npt.NDArray[np.integer]


@dataclass(frozen=True, slots=True)
class Stems:
    """Which points have which word: words, where the points of each begin (words + 1), and the points."""

    words: Sequence[str]
    starts: npt.NDArray[np.integer]
    points: npt.NDArray[np.integer]


def map_page(
    title: str,
    about: str,
    names: Sequence[str],
    coords: npt.NDArray[np.floating],
    *,
    labels: Sequence[str] = (),
    layers: Sequence[PageLayer] = (),
    stems: Stems | None = None,
    language: str = "ko",
) -> str:
    """The page of a map: drag, zoom, point at, press, search by word, part and 초성.

    Args:
        title: of the page.
        about: one line under the map: how it was made.
        names: what each of n points is: a word, or a whole text.
        coords: n × 2 or more; the first two axes are shown.
        labels: one a point, ``""`` for none; or none at all.
        layers: regions, from the coarsest to the finest.
        stems: of texts, which have which word; without them ``names`` are words themselves.
        language: of the page's own words, ``"ko"`` or ``"en"``.

    >>> page = map_page("<지도>", "umap", ["</script>", "나"], np.eye(2))
    >>> "<지도>" in page, page.count("</script>")
    (False, 2)
    """
    flat = np.asarray(coords, np.float64)[:, :2]
    low = flat.min(axis=0)
    extent = max(float((flat.max(axis=0) - low).max()), 1e-12)
    known = sorted(set(labels) - {""})
    number = {label: at + 1 for at, label in enumerate(known)}
    data: dict[str, Any] = {
        "title": title,
        "about": about,
        "text": json.loads(_part(f"map.{'en' if language == 'en' else 'ko'}.json")),
        "names": list(names),
        "coords": _packed(np.round((flat - low) / extent * _STEPS), np.uint16),
        "labels": known,
        "label": _packed(np.array([number.get(label, 0) for label in labels]), np.uint32) if known else "",
        "layers": [{"names": list(layer.names), "of": _packed(layer.of, np.uint32)} for layer in layers],
        "stems": None
        if stems is None
        else {
            "words": list(stems.words),
            "starts": _packed(stems.starts, np.uint32),
            "points": _packed(stems.points, np.uint32),
        },
    }
    script = _part("map.js")
    digest = b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    return (
        f'<!doctype html><html lang="{"en" if language == "en" else "ko"}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">'
        f"<title>{escape(title)}</title><style>{_inks()}\n{_part('map.css')}</style></head><body>"
        f'<script type="application/json" id="data">{_quoted(data)}</script><main id="map"></main>'
        f"<script>{script}</script></body></html>\n"
    )


def _part(name: str) -> str:
    return files("explorer.display").joinpath("data", name).read_text(encoding="utf-8")


def _packed(values: npt.NDArray[Any], kind: Any) -> str:
    return b64encode(np.ascontiguousarray(values).astype(np.dtype(kind).newbyteorder("<")).tobytes()).decode("ascii")


def _quoted(data: dict[str, Any]) -> str:
    """JSON for inside an element: what could end it, begin another, or end a line of a script is written as an escape."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text.encode("utf-8", "replace").decode("utf-8")


def _inks() -> str:
    def of(scheme: str) -> str:
        ink = colors(scheme)
        named = {name: ink[name] for name in ("text", "dim", "grid", "line", "paper", "muted", "accent")}
        named |= {f"p{number}": color for number, color in enumerate(ink["palette"])}
        return "".join(f"--{name}:{value};" for name, value in named.items())

    return f":root{{--font:{FONT};{of('light')}}}@media (prefers-color-scheme:dark){{:root{{{of('dark')}}}}}"
