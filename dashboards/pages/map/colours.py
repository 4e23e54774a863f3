"""What the words of a map are coloured by."""

from __future__ import annotations

import csv
import re
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from dashboards.kit.hues import NONE, RAMP, Colouring, Spot, many, named, plain, scale, turned
from dashboards.kit.theme import TAG_GROUPS, tag_group
from dashboards.pages.map.maps import Map, pair_of
from explorer.core.errors import BadInput, ExplorerError
from explorer.text.normalise import nfc
from explorer.text.scripts import SCRIPTS, in_script
from explorer.vectors.senses import base_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from explorer.vectors.vectors import Vectors

__all__ = ["COLOURS", "axis_scores", "by_axis", "by_label", "by_sense", "labelled", "labels_of", "simply"]

COLOURS = ("tag", "region", "frequency", "trust", "sense", "script", "own", "axis", "moved")
LABELLED = 24
"""Labels of a person's own that get a colour; the rarest share none."""

_HEADS = frozenset(["word", "words", "단어", "낱말", "key", "표제어"])
"""Names of a column of words, by which a line of names is known."""

_TWO_WAYS = {"light": ["#c2410c", "#d9d4cf", "#1d4ed8"], "dark": ["#ff9f55", "#55524f", "#74a3ff"]}


def simply(shown: Map, vectors: Vectors | None, kind: str, name: Callable[[str], str]) -> Colouring:
    """Colours that need nothing but the map: by part of speech, region, frequency, trust, script or how a second model sees it.

    Raises:
        BadInput: by region where none are known, by the last without a second model.

    Args:
        vectors: the model; without it words are as frequent as their places say, the first most.
        name: the sentence of a key, ``"group_noun"``, ``"script_hangul"``, ``"often"`` …
    """
    if kind == "moved":
        return scale(1 - pair_of(shown).overlap, (name("stayed"), name("moved")), RAMP, (0.0, 1.0))
    if kind == "region":
        if not len(shown.region_of):
            raise BadInput("dashboards.map_without_regions")
        return turned(shown.region_of)
    if kind == "frequency":
        if vectors is None or vectors.counts is None:
            values = -np.log1p(np.arange(len(shown.keys)))
        else:
            values = np.log1p(vectors.counts[[vectors.index(key) for key in shown.keys]].astype(float))
        return scale(values, (name("rare"), name("often")), RAMP)
    if kind == "trust":
        return scale(shown.trust, (name("trust_low"), name("trust_high")), RAMP, (0.5, 1.0))
    if kind == "script":
        scripts = SCRIPTS[1:]
        found = [[one for one in scripts if in_script(word, one)] for word in shown.words]
        return named(
            ["other" if not some else some[0] if len(some) == 1 else "mixed" for some in found],
            (*scripts, "mixed", "other"),
            lambda one: name(f"script_{one}"),
        )
    if not any(shown.tags):  # a model without tags has one colour and no legend
        return plain(len(shown.keys))
    return named([tag_group(tag) for tag in shown.tags], tuple(TAG_GROUPS), lambda one: name(f"group_{one}"))


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
    return scale(scores, (", ".join(low) or middle, ", ".join(high)), _TWO_WAYS, (-most, most))


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
    return Colouring(codes, {scheme: many(scheme, len(names)) for scheme in ("light", "dark")}, tuple(enumerate(names)))


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
    wheel = turned(np.arange(len(placed), dtype=np.int32))  # so that the senses of one word differ most
    codes = np.full(len(shown.keys), NONE, np.uint8)
    for step in reversed(range(max(len(one.near) for one in placed))):  # the nearest comes last and stays
        for hue, one in zip(wheel.codes, placed, strict=True):
            codes[list(one.near[step : step + 1])] = hue
    spots = [
        Spot(one.word, one.name, base_of(one.key), one.place, int(hue)) for hue, one in zip(wheel.codes, placed, strict=True)
    ]
    return Colouring(codes, wheel.palette, spots=tuple(spots), said=said)
