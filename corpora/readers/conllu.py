"""CoNLL-U: texts as documents, and the annotators' morphemes as records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from corpora.document import Document
from corpora.readers.inputs import find_inputs
from corpora.readers.lines import Lines
from corpora.readers.report import Report
from explorer.text.conllu import ConlluSentence, conllu_sentences

__all__ = ["GoldSentence", "GoldWord", "gold_sentences", "read_conllu"]


@dataclass(frozen=True, slots=True)
class GoldWord:
    """One syntactic word (an eojeol, or punctuation cut off it) and its morphemes.

    Attributes:
        form: the word as written.
        start, end: its span in the sentence's text; ``text[start:end] == form``.
        morphemes: ``(form, tag)`` of each, from LEMMA and XPOS joined by ``+`` (tags are the treebank's own), or from
            ``MSeg`` in MISC. Empty where the treebank gives none, or unequal numbers of forms and tags.
        upos: its universal part of speech (UPOS); empty where the treebank gives none.
    """

    form: str
    start: int
    end: int
    morphemes: tuple[tuple[str, str], ...]
    upos: str = ""


@dataclass(frozen=True, slots=True)
class GoldSentence:
    """A sentence of a treebank with its words."""

    id: str
    text: str
    words: tuple[GoldWord, ...]

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def _sentences(lines: Lines, report: Report) -> Iterator[ConlluSentence]:
    return conllu_sentences(((lines.line, line) for line in lines), lambda *_: report.note("unparsed", lines.place))


def _tokens(rows: list[list[str]]) -> list[tuple[list[str], bool]]:
    """Surface tokens with whether white space follows: ranges stand for the words inside them, empty nodes are left out."""
    tokens: list[tuple[list[str], bool]] = []
    inside = 0
    for row in rows:
        if "." in row[0]:
            continue
        if "-" in row[0]:
            inside = int(row[0].partition("-")[2])
        elif int(row[0]) <= inside:
            continue
        tokens.append((row, "SpaceAfter=No" not in row[9].split("|")))
    return tokens


def _text(block: ConlluSentence) -> str:
    if block.comments.get("text"):
        return block.comments["text"]
    return "".join(row[1] + (" " if space else "") for row, space in _tokens(block.rows)).strip()


def read_conllu(lines: Lines, report: Report) -> Iterator[Document]:
    """One document a ``# newdoc`` where the file marks them, else one a sentence; sentences on lines of their own."""
    held: list[str] = []
    name = ""
    marked = False
    for block in _sentences(lines, report):
        identity = block.comments.get("sent_id") or f"{lines.name}:{block.line}"
        begun = next((block.comments[key] for key in block.comments if key.split(" ")[0] == "newdoc"), None)
        if begun is not None:
            if held:
                yield Document(name, "\n".join(held))
            held, name, marked = [], begun or identity, True
        if marked:
            held.append(_text(block))
        else:
            extra = {"text_en": block.comments["text_en"]} if "text_en" in block.comments else {}
            yield Document(identity, _text(block), meta=extra)
    if held:
        yield Document(name, "\n".join(held))


def gold_sentences(where: str | Path) -> Iterator[GoldSentence]:
    """Sentences of a treebank with the spans and morphemes of their words.

    Args:
        where: a CoNLL-U file, compressed or not, or a folder or pattern of them.

    Raises:
        BadInput: nothing is there, or it cannot be read.
    """
    report = Report()
    for one in find_inputs(where, report):
        with one.open() as source:
            lines = Lines(source, one.name, report)
            for block in _sentences(lines, report):
                text = _text(block)
                words = []
                position = 0
                for row, _ in _tokens(block.rows):
                    start = text.find(row[1], position)
                    if start < 0:  # the text comment disagrees with the words: the place is unknown
                        report.note("unparsed", f"{one.name}:{block.line}")
                        continue
                    position = start + len(row[1])
                    words.append(GoldWord(row[1], start, position, _morphemes(row), row[3].strip("_")))
                yield GoldSentence(block.comments.get("sent_id") or f"{one.name}:{block.line}", text, tuple(words))


def _morphemes(row: list[str]) -> tuple[tuple[str, str], ...]:
    form, lemma, xpos, misc = row[1], row[2], row[4], row[9]
    segmented = next((part[5:] for part in misc.split("|") if part.startswith("MSeg=")), "")
    if segmented:
        forms = segmented.split("-")
    elif "+" not in xpos:
        # One tag: a plus sign in the lemma is a plus sign.
        return ((lemma if lemma != "_" else form, xpos),) if xpos != "_" else ()
    else:
        forms = lemma.split("+")
    tags = xpos.split("+")
    return tuple(zip(forms, tags, strict=True)) if len(forms) == len(tags) and all(forms) else ()
