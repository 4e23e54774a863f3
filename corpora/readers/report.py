"""What a reader met besides documents: counted, each with the first place it was met at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from explorer.core.errors import BadInput

__all__ = ["WORDS", "Finding", "Report", "no_text_found"]

WORDS = {
    "empty": "documents without text, skipped",
    "composed": "decomposed lines (NFD) composed to NFC",
    "repaired": "invalid bytes replaced by U+FFFD",
    "mixed": "lines in another encoding than the rest of their file",
    "nul": "NUL characters removed",
    "cut": "overlong lines or documents cut into pieces",
    "oversized": "records too long to hold, skipped",
    "ragged": "rows without the text column, skipped",
    "unparsed": "records that could not be parsed, skipped",
    "files": "files skipped",
    "redirects": "redirects and pages outside the article namespace, skipped",
    "duplicates": "exact duplicates dropped",
    "near": "near duplicates dropped",
    "entities": "character entities decoded",
    "comments": "comments removed",
    "tags": "tags removed",
    "contents": "notes, TeX, code and other tag contents removed",
    "templates": "templates removed",
    "tables": "table rows and attributes removed",
    "links": "links replaced by their words",
    "pictures": "pictures, file names and categories removed",
    "addresses": "web addresses removed",
    "switches": "magic words, redirects and language variants removed",
    "marks": "marks of lists, headings and emphasis removed",
    "formulas": "placeholders of formulas and code removed",
    "brackets": "brackets left empty, or their left-over commas, removed",
}
"""What each finding is called in front of people."""


@dataclass(slots=True)
class Finding:
    """How often something was met, and where first (``file:line``, with a reason where there is one)."""

    count: int
    first: str


@dataclass(slots=True)
class Report:
    """Findings by kind (the keys of :data:`WORDS`), and the encoding and format of every file.

    >>> report = Report()
    >>> report.note("empty", "a.txt:3")
    >>> report.lines()
    ['1 documents without text, skipped (first: a.txt:3)']
    """

    findings: dict[str, Finding] = field(default_factory=dict)
    encodings: dict[str, int] = field(default_factory=dict)
    formats: dict[str, int] = field(default_factory=dict)
    fields: dict[str, int] = field(default_factory=dict)

    def note(self, kind: str, place: str, count: int = 1) -> None:
        """Count something of a kind met at a place."""
        found = self.findings.get(kind)
        if found is None:
            self.findings[kind] = Finding(count, place)
        else:
            found.count += count

    def file(self, encoding: str, form: str, text_field: str = "") -> None:
        """Count one file: how its bytes were read, what it was, and which field held the text."""
        for table, key in ((self.encodings, encoding), (self.formats, form), (self.fields, text_field)):
            if key:
                table[key] = table.get(key, 0) + 1

    def count(self, kind: str) -> int:
        """How often something of a kind was met."""
        found = self.findings.get(kind)
        return found.count if found else 0

    def add(self, other: Report) -> None:
        """Add another report's counts to this one."""
        for kind, found in other.findings.items():
            self.note(kind, found.first, found.count)
        for mine, theirs in ((self.encodings, other.encodings), (self.formats, other.formats), (self.fields, other.fields)):
            for key, count in theirs.items():
                mine[key] = mine.get(key, 0) + count

    def lines(self) -> list[str]:
        """One line a finding, for people."""
        return [f"{found.count:,} {WORDS[kind]} (first: {found.first})" for kind, found in self.findings.items()]

    def to_dict(self) -> dict[str, Any]:
        return {
            "findings": {kind: {"count": found.count, "first": found.first} for kind, found in self.findings.items()},
            "encodings": dict(self.encodings),
            "formats": dict(self.formats),
            "fields": dict(self.fields),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Report:
        """The report :meth:`to_dict` wrote."""
        findings = {kind: Finding(found["count"], found["first"]) for kind, found in data["findings"].items()}
        return cls(findings, dict(data["encodings"]), dict(data["formats"]), dict(data["fields"]))

    @classmethod
    def total(cls, reports: Iterable[Report]) -> Report:
        """The sum of several reports."""
        whole = cls()
        for one in reports:
            whole.add(one)
        return whole


def no_text_found(source: str, count: int, report: Report) -> BadInput:
    """What to raise where ``count`` files gave no document."""
    notes = "; ".join(report.lines())
    return BadInput("corpora.no_text_found", source=source, count=count, notes=f" ({notes})" if notes else "")
