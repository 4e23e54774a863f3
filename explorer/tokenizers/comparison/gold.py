"""Gold standards: morpheme boundaries from CoNLL-U, and parallel text."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import chain, islice
from pathlib import Path
from typing import TypeAlias

from explorer.core.errors import BadInput
from explorer.core.evaluation_sets import evaluation_sets, set_file
from explorer.core.paths import expanded
from explorer.text.conllu import conllu_sentences
from explorer.text.hangul import decompose
from explorer.text.normalise import nfc
from explorer.text.reading import decode_lines
from explorer.tokenizers.token import Token

__all__ = ["GoldSentence", "boundary_counts", "cuts", "morpheme_cuts", "read_gold", "read_sentences"]

Word: TypeAlias = tuple[str, list[str]]
"""An eojeol and its morphemes."""

_KLUE_COLUMNS = 6


@dataclass(frozen=True, slots=True)
class GoldSentence:
    """A sentence, its eojeol, and where the gold standard cuts them.

    Attributes:
        text: the sentence.
        eojeol: spans of its eojeol.
        cuts: for each eojeol the offsets (into ``text``) of morpheme boundaries at syllable edges.
        fused: for each eojeol how many boundaries lie inside a syllable (갔 = 가 + 았) and cannot be scored by spans.
    """

    text: str
    eojeol: tuple[tuple[int, int], ...]
    cuts: tuple[frozenset[int], ...]
    fused: tuple[int, ...]


def _open(path: Path) -> Iterator[str]:
    if not path.is_file():
        raise BadInput("tokenizers.gold_not_file", path=path)
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            yield from decode_lines(stream)
    except (gzip.BadGzipFile, EOFError) as error:
        raise BadInput("tokenizers.damaged_gzip", path=path, reason=error) from error


def read_sentences(source: str | Path | Iterable[str]) -> Iterator[str]:
    """Sentences of one side of parallel text: ``# text`` lines of a CoNLL-U file, otherwise every line; or texts as they are.

    Files may be gzipped and in any Korean encoding; they are read as they are asked for.
    """
    if not isinstance(source, str | Path):
        yield from source
        return
    conllu = False
    for number, line in enumerate(_open(Path(source))):
        if number == 0:
            # A treebank begins with a comment or a row of ten columns.
            conllu = line.startswith(("# text = ", "# sent_id", "# newdoc", "# global.columns")) or line.count("\t") == 9
        if not conllu:
            if line.strip():
                yield line
        elif line.startswith("# text = "):
            yield line.removeprefix("# text = ")


def read_gold(source: str | Path) -> Iterator[GoldSentence]:
    """Sentences of a Korean UD treebank, whose LEMMA column holds morphemes joined by ``+`` (Kaist, GSD), or of KLUE-DP.

    Args:
        source: the file, or the name of a fetched test set (``"klue-dp"``).

    Raises:
        BadInput: the file is neither, or has no such morphemes.
        Unavailable: a known set that is not on this machine.
    """
    path = expanded(source)
    known = evaluation_sets().get(source) if isinstance(source, str) and not path.is_file() else None
    if known is not None and known.kind == "morphemes":
        path = set_file(known.name)
    rest = enumerate(_open(path), 1)
    head = list(islice(rest, 1))
    read = _klue_words if head and head[0][1].startswith("##") else _conllu_words
    morphemes = 0
    for text, words in read(path, chain(head, rest)):
        morphemes += sum(len(parts) > 1 for _, parts in words)
        if words:
            yield _sentence(nfc(text), words)
    if not morphemes:
        raise BadInput("tokenizers.no_gold_morphemes", path=path)


def _conllu_words(path: Path, lines: Iterable[tuple[int, str]]) -> Iterator[tuple[str, list[Word]]]:
    def odd(line: int, columns: int) -> None:
        raise BadInput("tokenizers.conllu_column_count", path=path, line=line, columns=columns)

    for one in conllu_sentences(lines, odd):
        words = [(nfc(row[1]), _parts(row[1], row[2], row[4])) for row in one.rows if row[0].isdigit()]
        yield one.comments.get("text", ""), words


def _klue_words(path: Path, lines: Iterable[tuple[int, str]]) -> Iterator[tuple[str, list[Word]]]:
    """KLUE-DP (Park et al. 2021): ``## id, tab, sentence``, then INDEX FORM LEMMA POS HEAD DEPREL, morphemes with spaces between."""
    text, words = "", list[Word]()
    for number, line in lines:
        if line.startswith("##"):
            if words:
                yield text, words
            text, words = line.partition("\t")[2].strip(), []
        elif line.strip():
            row = line.split("\t")
            if len(row) != _KLUE_COLUMNS:
                raise BadInput("tokenizers.klue_column_count", path=path, line=number, columns=len(row))
            words.append((nfc(row[1]), nfc(row[2]).split() or [nfc(row[1])]))
    if words:
        yield text, words


def _parts(form: str, lemma: str, tags: str) -> list[str]:
    """Morphemes of one word; the sign + itself is one, too."""
    if "+" not in lemma or lemma.strip("+") == "":
        return [nfc(form)]
    parts = lemma.split("+")
    if len(parts) != len(tags.split("+")) or not all(parts):
        parts = [part for part in parts if part]
    return [nfc(part) for part in parts]


def _sentence(text: str, words: Sequence[tuple[str, list[str]]]) -> GoldSentence:
    if not text:
        text = " ".join(form for form, _ in words)
    eojeol: list[tuple[int, int]] = []
    cuts: list[set[int]] = []
    fused: list[int] = []
    position = 0
    for form, parts in words:
        at = text.find(form, position)
        if at < 0:
            continue  # a word that the text does not hold as it is cannot be placed
        inside, lost = morpheme_cuts(form, parts)
        if eojeol and eojeol[-1][1] == at:
            # No space between: one eojeol, and a boundary between its words.
            eojeol[-1] = (eojeol[-1][0], at + len(form))
            cuts[-1].add(at)
        else:
            eojeol.append((at, at + len(form)))
            cuts.append(set())
            fused.append(0)
        cuts[-1] |= {at + cut for cut in inside}
        fused[-1] += lost
        position = at + len(form)
    return GoldSentence(text, tuple(eojeol), tuple(frozenset(found) for found in cuts), tuple(fused))


def morpheme_cuts(form: str, morphemes: Sequence[str]) -> tuple[set[int], int]:
    """Offsets in ``form`` where its morphemes meet at a syllable edge, and how many boundaries fall inside a syllable.

    Morphemes are given in their dictionary shape, so the two are aligned by jamo.

    >>> morpheme_cuts("왕이", ["왕", "이"]), morpheme_cuts("갔다", ["가", "았", "다"])
    (({1}, 0), ({1}, 1))
    """
    if len(morphemes) < 2:
        return set(), 0
    written: list[str] = []
    edge = {0: 0}  # number of jamo before a syllable edge -> offset of that edge
    for offset, char in enumerate(form):
        written += decompose(char)
        edge[len(written)] = offset + 1
    spelled = [list(decompose(morpheme)) for morpheme in morphemes]
    flat = [jamo for part in spelled for jamo in part]
    # For every jamo of the morphemes the position of the same jamo in the form, where there is one.
    place: dict[int, int] = {}
    if flat == written:
        place = {position: position for position in range(len(flat))}
    else:
        for block in SequenceMatcher(None, flat, written, autojunk=False).get_matching_blocks():
            place.update({block.a + step: block.b + step for step in range(block.size)})
    found: set[int] = set()
    fused = 0
    boundary = 0
    for part in spelled[:-1]:
        boundary += len(part)
        left = next((place[index] + 1 for index in range(boundary - 1, -1, -1) if index in place), 0)
        right = next((place[index] for index in range(boundary, len(flat)) if index in place), len(written))
        edges = [edge[at] for at in range(left, right + 1) if at in edge and 0 < edge[at] < len(form)]
        if len(edges) == 1:
            found.add(edges[0])
        else:
            fused += 1
    return found, fused


def cuts(tokens: Sequence[Token], start: int, end: int) -> set[int]:
    """Where tokens cut the span ``(start, end)``: edges of tokens that lie inside no other token.

    >>> cuts([Token("예뻐", 0, 2, "예쁘다"), Token("뻐", 1, 2, "어"), Token("요", 2, 3, "요")], 0, 3)
    {2}
    """
    edges = {edge for token in tokens if token.start < token.end for edge in (token.start, token.end) if start < edge < end}
    # Tokens longer than a character may hide an edge; those of one character cannot.
    long = [(token.start, token.end) for token in tokens if token.end - token.start > 1]
    return {edge for edge in edges if not any(left < edge < right for left, right in long)}


def boundary_counts(sentence: GoldSentence, tokens: Sequence[Token]) -> list[tuple[int, int, int, bool, int]]:
    """For every eojeol of a sentence: hits, predicted cuts, gold cuts, whether both are the same, fused boundaries.

    Args:
        tokens: tokens of ``sentence.text``, in order of their start.
    """
    counts = []
    at = 0
    for (start, end), right, fused in zip(sentence.eojeol, sentence.cuts, sentence.fused, strict=True):
        while at < len(tokens) and tokens[at].end <= start:
            at += 1
        after = at
        while after < len(tokens) and tokens[after].start < end:
            after += 1
        made = cuts(tokens[at:after], start, end)
        counts.append((len(made & right), len(made), len(right), made == right, fused))
    return counts
