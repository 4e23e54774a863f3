"""What the points of a map are coloured by: a code for every point, a palette for each scheme, and what the codes mean.

Codes are bytes, 255 for a point that has none; the browser knows the rest and asks nothing when it turns dark.
"""

from __future__ import annotations

import colorsys
import csv
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dashboards.kit.theme import TAG_GROUPS, colors, tag_group
from dashboards.pages.map.maps import Map, pair_of
from explorer.core.errors import BadInput, ExplorerError
from explorer.text.normalise import nfc
from explorer.text.scripts import SCRIPTS, in_script
from explorer.vectors.senses import base_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from explorer.vectors.vectors import Vectors

__all__ = [
    "COLOURS",
    "NONE",
    "Colouring",
    "Spot",
    "axis_scores",
    "by_axis",
    "by_label",
    "by_sense",
    "labelled",
    "labels_of",
    "plainly",
    "simply",
]

COLOURS = ("tag", "region", "frequency", "trust", "sense", "script", "own", "axis", "moved")
NONE = 255
STEPS = 96
"""Shades of a scale."""
_HUES = 12
LABELLED = 24
"""Labels of a person's own that get a colour; the rarest share none."""

_HEADS = frozenset(["word", "words", "단어", "낱말", "key", "표제어"])
"""Names of a column of words, by which a line of names is known."""

_RAMP = {"light": ["#d3d9e8", "#7b93e8", "#2f3fa0"], "dark": ["#41465a", "#5c7cfa", "#dbe4ff"]}
_TWO_WAYS = {"light": ["#c2410c", "#d9d4cf", "#1d4ed8"], "dark": ["#ff9f55", "#55524f", "#74a3ff"]}


@dataclass(frozen=True, slots=True)
class Spot:
    """A point that is no word of the map.

    Attributes:
        name: what is written beside it; under it, in smaller letters, ``about``.
        of: spots of one name are joined by a line.
        place: in the units of the map.
        code: its colour.
    """

    name: str
    about: str
    of: str
    place: tuple[float, ...]
    code: int


@dataclass(frozen=True, slots=True)
class Colouring:
    """Colours of a map's points.

    Attributes:
        codes: n bytes.
        palette: hexadecimal colours of the codes, by scheme.
        legend: pairs of a code and what it means; of a scale none.
        ends: what a scale's first and last colour mean; of no scale ``None``.
        spots: points beside those of the words.
        said: a line above the legend.
    """

    codes: NDArray[np.uint8]
    palette: dict[str, list[str]]
    legend: tuple[tuple[int, str], ...] = ()
    ends: tuple[str, str] | None = None
    spots: tuple[Spot, ...] = ()
    said: str = ""


def plainly(shown: Map) -> Colouring:
    """One colour, which means nothing."""
    return Colouring(np.zeros(len(shown.keys), np.uint8), {s: colors(s)["palette"][:1] for s in ("light", "dark")})


def simply(shown: Map, vectors: Vectors | None, kind: str, name: Callable[[str], str]) -> Colouring:
    """Colours that need nothing but the map: by part of speech, region, frequency, trust, script or how a second model sees it.

    Raises:
        BadInput: by region where none are known, by the last without a second model.

    Args:
        vectors: the model; without it words are as frequent as their places say, the first most.
        name: the sentence of a key, ``"group_noun"``, ``"script_hangul"``, ``"often"`` …
    """
    if kind == "moved":
        return _scale(1 - pair_of(shown).overlap, (name("stayed"), name("moved")), _RAMP, (0.0, 1.0))
    if kind == "region":
        if not len(shown.region_of):
            raise BadInput("dashboards.map_without_regions")
        return _by_region(shown)
    if kind == "frequency":
        if vectors is None or vectors.counts is None:
            values = -np.log1p(np.arange(len(shown.keys)))
        else:
            values = np.log1p(vectors.counts[[vectors.index(key) for key in shown.keys]].astype(float))
        return _scale(values, (name("rare"), name("often")), _RAMP)
    if kind == "trust":
        return _scale(shown.trust, (name("trust_low"), name("trust_high")), _RAMP, (0.5, 1.0))
    if kind == "script":
        scripts = SCRIPTS[1:]
        found = [[one for one in scripts if in_script(word, one)] for word in shown.words]
        return _named(
            ["other" if not some else some[0] if len(some) == 1 else "mixed" for some in found],
            (*scripts, "mixed", "other"),
            lambda one: name(f"script_{one}"),
        )
    if not any(shown.tags):  # a model without tags has one colour and no legend
        return plainly(shown)
    return _named([tag_group(tag) for tag in shown.tags], tuple(TAG_GROUPS), lambda one: name(f"group_{one}"))


def axis_scores(vectors: Vectors, keys: Sequence[str], low: Sequence[str], high: Sequence[str]) -> NDArray[np.float32]:
    """Cosines of words with a semantic axis; raises as :func:`explorer.analysis.projection.axis_direction`."""
    from explorer.analysis.projection import axis_direction

    unit = vectors.unit_vectors(list(keys))
    scores: NDArray[np.float32] = unit @ axis_direction(vectors, low, high, unit)
    return scores


def by_axis(shown: Map, vectors: Vectors, low: Sequence[str], high: Sequence[str], middle: str) -> Colouring:
    """From one pole of a semantic axis to the other. Without a low pole ``middle`` is what it is called."""
    scores = axis_scores(vectors, shown.keys, low, high)
    most = float(np.quantile(np.abs(scores), 0.99)) or 1.0
    return _scale(scores, (", ".join(low) or middle, ", ".join(high)), _TWO_WAYS, (-most, most))


def labels_of(typed: str) -> list[tuple[str, str]]:
    r'''Lines of ``word,label`` (or with a tab, or a semicolon) as pairs in NFC; what has no label, and a line of names, is left out.

    >>> labels_of('단어,분류\n강아지,동물\n사과\t과일\n\n배\n"섬";"곳, ""땅"""\n')
    [('강아지', '동물'), ('사과', '과일'), ('섬', '곳, "땅"')]
    '''
    lines = nfc(typed.lstrip("\ufeff")).splitlines()
    rows = [[cell.strip() for cell in next(csv.reader([line], delimiter=_sign(line)), [])] for line in lines]
    pairs = [(row[0], row[1]) for row in rows if len(row) > 1 and row[0] and row[1]]
    return pairs[1:] if pairs and pairs[0][0].casefold() in _HEADS else pairs


def _sign(line: str) -> str:
    """What stands between the cells of a line: the first sign outside quotes that can."""
    plain = re.sub(r'"(?:[^"]|"")*"', "", line)
    return min((plain.find(sign), sign) for sign in "\t,;" if sign in plain)[1] if any(map(plain.count, "\t,;")) else ","


def by_label(shown: Map, vectors: Vectors, typed: str) -> Colouring:
    """A person's own labels of words; words are found as everywhere, 학교에서 is 학교.

    Raises:
        BadInput: no line has a word and a label.
    """
    pairs = labels_of(typed)
    if not pairs:
        raise BadInput("dashboards.no_labels")
    label_of: dict[int, str] = {}
    for word, label in pairs:
        try:
            key = vectors.resolve(word).key
        except ExplorerError:
            continue  # what has no vector is on no map
        if key in shown.rows:
            label_of[shown.rows[key]] = label
    return labelled([label_of.get(row, "") for row in range(len(shown.keys))])


def labelled(labels: Sequence[str]) -> Colouring:
    """A colour for each of the most frequent labels; points without one (``""``) and those of rarer labels have none."""
    names = [label for label, _ in Counter(filter(None, labels)).most_common(LABELLED)]
    place = {label: code for code, label in enumerate(names)}
    codes = np.array([place.get(label, NONE) for label in labels], np.uint8)
    return Colouring(codes, {scheme: _many(scheme, len(names)) for scheme in ("light", "dark")}, tuple(enumerate(names)))


def by_sense(shown: Map, vectors: Vectors, said: str) -> Colouring:
    """Senses as points of their own, and each sense's nearest words in its colour; a word near several has that of the nearest.

    Args:
        said: a line that tells where senses lie.

    Raises:
        BadInput: the model knows no senses, or none of them is near words of this map.
    """
    from explorer.analysis.map_senses import place_senses

    placed = place_senses(vectors, shown.keys, shown.coords)
    if not placed:
        raise BadInput("dashboards.map_without_senses", model=vectors.name, count=len(vectors.sense_table.words))
    codes = np.full(len(shown.keys), NONE, np.uint8)
    # Five steps on the wheel from one sense to the next, so that those of one word differ most.
    hues = [number * 5 % _HUES for number in range(len(placed))]
    for step in reversed(range(max(len(one.near) for one in placed))):  # the nearest comes last and stays
        for hue, one in zip(hues, placed, strict=True):
            codes[list(one.near[step : step + 1])] = hue
    spots = [Spot(one.word, one.name, base_of(one.key), one.place, hue) for hue, one in zip(hues, placed, strict=True)]
    palette = {scheme: _hues(scheme, _HUES) for scheme in ("light", "dark")}
    return Colouring(codes, palette, spots=tuple(spots), said=said)


def _named(of: Sequence[str], order: Sequence[str], name: Callable[[str], str]) -> Colouring:
    there = [one for one in order if one in set(of)]
    codes = np.array([order.index(one) for one in of], np.uint8)
    palette = {scheme: _many(scheme, len(order)) for scheme in ("light", "dark")}
    return Colouring(codes, palette, tuple((order.index(one), name(one)) for one in there))


def _by_region(shown: Map) -> Colouring:
    """Twelve hues in turn: regions that lie beside each other are told apart, and named on the map, not in a legend."""
    # Five steps on the wheel from one region to the next, so that those of like size differ most.
    codes = np.where(shown.region_of >= 0, shown.region_of * 5 % _HUES, NONE).astype(np.uint8)
    return Colouring(codes, {scheme: _hues(scheme, _HUES) for scheme in ("light", "dark")})


def _scale(
    values: NDArray[Any], ends: tuple[str, str], stops: dict[str, list[str]], between: tuple[float, float] | None = None
) -> Colouring:
    known = np.isfinite(values)
    low, high = between or (float(np.min(values[known], initial=0)), float(np.max(values[known], initial=0)))
    if between is None and known.any():
        low, high = float(values[known].min()), float(values[known].max())
    share = np.clip((np.where(known, values, low) - low) / ((high - low) or 1), 0, 1)
    codes = np.where(known, np.round(share * (STEPS - 1)), NONE).astype(np.uint8)
    return Colouring(codes, {scheme: _ramp(stops[scheme], STEPS) for scheme in stops}, ends=ends)


def _ramp(stops: Sequence[str], steps: int) -> list[str]:
    points = np.array([[int(stop[at : at + 2], 16) for at in (1, 3, 5)] for stop in stops], float)
    at = np.linspace(0, len(stops) - 1, steps)
    mixed = [np.interp(at, np.arange(len(stops)), points[:, channel]) for channel in range(3)]
    return ["#" + "".join(f"{round(value):02x}" for value in colour) for colour in zip(*mixed, strict=True)]


def _many(scheme: str, count: int) -> list[str]:
    """As many colours as there are names: the palette, then hues."""
    palette: list[str] = colors(scheme)["palette"]
    return palette[:count] if count <= len(palette) else _hues(scheme, count)


def _hues(scheme: str, count: int) -> list[str]:
    bright = 0.64 if scheme == "dark" else 0.44
    mixed = [colorsys.hls_to_rgb(place / count, bright, 0.55) for place in range(count)]
    return ["#" + "".join(f"{round(255 * value):02x}" for value in colour) for colour in mixed]
