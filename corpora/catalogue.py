"""One card per corpus: what it is, whose, under which licence, and how to get it. Facts only; the texts stay where they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from explorer.core.errors import UnknownName

__all__ = ["Card", "Part", "card", "cards"]

_RAW = "https://raw.githubusercontent.com"


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a corpus.

    Attributes:
        url: where it is fetched from.
        sha256: of the file as served, where the source is known never to change; else ``None``, and the hash of the first
            fetch is kept in the corpus's manifest and compared with later ones.
    """

    url: str
    sha256: str | None = None

    @property
    def file(self) -> str:
        """The name it is kept under."""
        return self.url.rpartition("/")[2] or "download"


@dataclass(frozen=True, slots=True)
class Card:
    """What there is to know about a corpus before fetching it.

    Attributes:
        name: what to call it on the command line.
        what: one sentence.
        language: ISO 639-1 codes.
        licence: of the texts, as their publisher states it.
        source: where people read about it.
        citation: whom to cite.
        size: of the download, roughly.
        documents: how many, roughly, and of what.
        encoding, reader: how the files are written, and what reads them.
        field: which column or field holds the text, for tables and JSON.
        fetch: how to get it: ``"shipped"``, ``"download"``, ``"huggingface"`` or ``"add"``.
        parts: the files, for ``"download"``.
        extra: optional packages its reader needs.
        note: what to know before using it.
    """

    name: str
    what: str
    language: str
    licence: str
    source: str
    citation: str
    size: str
    documents: str
    encoding: str
    reader: str
    fetch: str
    field: str | None = None
    parts: tuple[Part, ...] = ()
    extra: str = ""
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def provenance(self) -> dict[str, str]:
        """What a manifest says about the origin."""
        return {"licence": self.licence, "source": self.source, "citation": self.citation}


def _github(repository: str, revision: str, *paths: str) -> tuple[Part, ...]:
    return tuple(Part(f"{_RAW}/{repository}/{revision}/{path}") for path in paths)


def _treebank(
    name: str, code: str, splits: tuple[str, ...], what: str, licence: str, size: str, documents: str, citation: str
) -> Card:
    repository = f"UniversalDependencies/UD_Korean-{name}"
    return Card(
        name=f"ud-{name.lower()}",
        what=what,
        language="ko",
        licence=licence,
        source=f"https://github.com/{repository}",
        citation=citation,
        size=size,
        documents=documents,
        encoding="UTF-8",
        reader="CoNLL-U",
        fetch="download",
        parts=_github(repository, "master", *(f"{code}-ud-{split}.conllu" for split in splits)),
        note="Morphemes with tags come with it: corpora.readers.conllu.gold_sentences reads them.",
    )


_CHUN = "Chun, Han, Hwang and Choi (2018): Building Universal Dependency Treebanks in Korean. LREC."
_KLUE = "Park et al. (2021): KLUE: Korean Language Understanding Evaluation. NeurIPS Datasets and Benchmarks. arXiv:2105.09680"
# A commit instead of a branch: what it names cannot change.
_KLUE_COMMIT = "3efd98708a40ff49251fddde35453f8fbb11f536"
_HAM = "Ham, Choe, Park, Choi and Soh (2020): KorNLI and KorSTS. Findings of EMNLP. arXiv:2004.03289"


def _klue(
    subset: str, folder: str, what: str, size: str, documents: str, fields: str | None = None, ending: str = "json"
) -> Card:
    return Card(
        name=f"klue-{subset}",
        what=what,
        language="ko",
        licence="CC BY-SA 4.0",
        source="https://github.com/KLUE-benchmark/KLUE",
        citation=_KLUE,
        size=size,
        documents=documents,
        encoding="UTF-8",
        reader="JSON array" if ending == "json" else "table (tab)",
        fetch="download",
        field=fields,
        parts=_github(
            "KLUE-benchmark/KLUE",
            _KLUE_COMMIT,
            *(f"klue_benchmark/{folder}/{folder}_{split}.{ending}" for split in ("train", "dev")),
        ),
    )


_CARDS = (
    Card(
        name="sample",
        what="Sentences over many topics and registers, homographs in context and Korean–English pairs, written for this project.",
        language="ko, en",
        licence="CC0-1.0",
        source="shipped with korean-explorer",
        citation="korean-explorer",
        size="under 2 MB, already here",
        documents="passages of a few sentences",
        encoding="UTF-8",
        reader="its own",
        fetch="shipped",
    ),
    Card(
        name="kowiki",
        what="All articles of the Korean Wikipedia, from the newest dump.",
        language="ko",
        licence="CC BY-SA 4.0",
        source="https://dumps.wikimedia.org/kowiki/latest/",
        citation="Wikipedia contributors: the Korean Wikipedia. Wikimedia Foundation.",
        size="about 1 GB (bzip2)",
        documents="about 700,000 articles",
        encoding="UTF-8",
        reader="MediaWiki dump",
        fetch="download",
        parts=(Part("https://dumps.wikimedia.org/kowiki/latest/kowiki-latest-pages-articles-multistream.xml.bz2"),),
        extra="corpora",
        note="The dump is replaced every month. Turning its wikitext into plain text takes about an hour.",
    ),
    Card(
        name="nsmc",
        what="Naver film reviews of at most 140 characters with their sentiment (0 negative, 1 positive).",
        language="ko",
        licence="CC0-1.0",
        source="https://github.com/e9t/nsmc",
        citation="Park, Lucy: Naver sentiment movie corpus v1.0.",
        size="20 MB",
        documents="200,000 reviews",
        encoding="UTF-8",
        reader="table (tab, quotation marks are ordinary characters)",
        fetch="download",
        field="document",
        parts=_github("e9t/nsmc", "master", "ratings.txt"),
    ),
    Card(
        name="petitions",
        what="Closed petitions to the Blue House, August 2017 to August 2019, with category and number of signatures.",
        language="ko",
        licence="not stated by the archive",
        source="https://github.com/lovit/petitions_archive",
        citation="Kim, Hyunjoong: petitions_archive.",
        size="about 500 MB",
        documents="about 430,000 petitions",
        encoding="UTF-8",
        reader="JSON lines",
        fetch="download",
        field="content",
        parts=_github(
            "lovit/petitions_archive",
            "master",
            *(
                f"petitions_{year}-{month:02}"
                for year in (2017, 2018, 2019)
                for month in range(1, 13)
                if (2017, 8) <= (year, month) <= (2019, 8)
            ),
        ),
    ),
    _treebank(
        "Kaist",
        "ko_kaist",
        ("train", "dev", "test"),
        "A treebank of news, fiction and academic Korean, with KAIST morphemes and tags.",
        "CC BY-SA 4.0",
        "about 60 MB",
        "27,000 sentences",
        _CHUN,
    ),
    _treebank(
        "GSD",
        "ko_gsd",
        ("train", "dev", "test"),
        "A treebank of news and blogs, with Sejong morphemes and tags found automatically.",
        "CC BY-SA 4.0",
        "about 16 MB",
        "6,300 sentences",
        _CHUN,
    ),
    _treebank(
        "PUD",
        "ko_pud",
        ("test",),
        "The Korean side of a treebank of the same 1,000 news and Wikipedia sentences in many languages.",
        "CC BY-SA 3.0",
        "3 MB",
        "1,000 sentences",
        "Zeman et al. (2017): CoNLL 2017 Shared Task: Multilingual Parsing from Raw Text to Universal Dependencies.",
    ),
    _klue("ynat", "ynat-v1.1", "Headlines of Yonhap news with their section.", "11 MB", "55,000 headlines", "title"),
    _klue("sts", "klue-sts-v1.1", "Pairs of sentences with how alike they are.", "6 MB", "12,000 pairs", "sentence1,sentence2"),
    _klue(
        "nli",
        "klue-nli-v1.1",
        "Premises and hypotheses: entailment, contradiction or neither.",
        "11 MB",
        "28,000 pairs",
        "premise,hypothesis",
    ),
    _klue("re", "klue-re-v1.1", "Sentences with two entities and their relation.", "14 MB", "40,000 sentences", "sentence"),
    _klue(
        "mrc", "klue-mrc-v1.1", "Wikipedia and news passages with questions about them.", "50 MB", "20,000 passages", "context"
    ),
    Card(
        name="kornli",
        what="SNLI, MultiNLI and XNLI in Korean: premise and hypothesis, the training part translated by machine.",
        language="ko",
        licence="CC BY-SA 4.0",
        source="https://github.com/kakaobrain/kor-nlu-datasets",
        citation=_HAM,
        size="about 130 MB",
        documents="950,000 pairs",
        encoding="UTF-8",
        reader="table (tab)",
        fetch="download",
        field="sentence1,sentence2",
        parts=_github(
            "kakaobrain/kor-nlu-datasets",
            "master",
            *(f"KorNLI/{part}.ko.tsv" for part in ("multinli.train", "snli_1.0_train", "xnli.dev", "xnli.test")),
        ),
        note="A premise occurs with up to three hypotheses; --drop exact takes whole pairs only.",
    ),
    Card(
        name="korsts",
        what="STS-B in Korean: pairs of sentences with how alike they are, the training part translated by machine.",
        language="ko",
        licence="CC BY-SA 4.0",
        source="https://github.com/kakaobrain/kor-nlu-datasets",
        citation=_HAM,
        size="2 MB",
        documents="8,600 pairs",
        encoding="UTF-8",
        reader="table (tab)",
        fetch="download",
        field="sentence1,sentence2",
        parts=_github(
            "kakaobrain/kor-nlu-datasets", "master", *(f"KorSTS/sts-{part}.tsv" for part in ("train", "dev", "test"))
        ),
    ),
    Card(
        name="OWNER/DATASET",
        what="Any dataset of the Hugging Face hub, by its id.",
        language="any",
        licence="see the dataset's card",
        source="https://huggingface.co/datasets",
        citation="see the dataset's card",
        size="any",
        documents="one a row",
        encoding="UTF-8",
        reader="datasets",
        fetch="huggingface",
        extra="datasets",
        note="korean-explorer corpus fetch OWNER/DATASET --name NAME [--config C] [--split S] [--field F]; no code of the dataset is ever run.",
    ),
    Card(
        name="PATH",
        what="Your own files: text, CSV and TSV, JSON lines and arrays, Parquet, CoNLL-U, WikiExtractor text, MediaWiki dumps.",
        language="any",
        licence="yours to know",
        source="this computer",
        citation="",
        size="any",
        documents="a line, a row, a record or an article",
        encoding="UTF-8, CP949, UTF-16; NFD is composed",
        reader="found by content; gzip, bzip2, xz, zstd and zip are opened",
        fetch="add",
        note="korean-explorer corpus add PATH… --name NAME, or name the path wherever a corpus is asked for.",
    ),
)


def cards() -> Mapping[str, Card]:
    """Every card by name.

    >>> cards()["nsmc"].licence
    'CC0-1.0'
    """
    return {one.name: one for one in _CARDS}


def card(name: str) -> Card:
    """One card.

    Raises:
        UnknownName: there is none of that name; lists those there are.
    """
    known = cards()
    if name not in known:
        raise UnknownName("corpus", name, known, "corpora.own_files")
    return known[name]
