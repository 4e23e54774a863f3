"""Corpora: list, show, fetch, add, rename, remove, path, head, stats, concordance, collocates."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from explorer.cli.common import (
    COUNT,
    cluster_option,
    emit_json,
    force_option,
    json_option,
    part_option,
    print_divided,
    print_table,
)
from explorer.cli.why import evidence
from explorer.core.progress import terminal_progress


@click.group()
def corpus() -> None:
    """List, fetch, add, read and search corpora.

    Wherever a corpus is asked for, a name from `corpus list` or a path will do: plain text, CSV and TSV, JSON, Parquet,
    CoNLL-U, WikiExtractor text, MediaWiki dumps; compressed or zipped; a folder or a pattern of these.
    """


@corpus.command("list")
@json_option
def list_corpora(as_json: bool) -> None:
    """Every corpus that is here, and every one that can be fetched."""
    from corpora.library import known_corpora

    rows = [one.to_dict() for one in known_corpora()]
    if as_json:
        emit_json(rows)
        return
    print_table(
        ("name", "where", "documents", "what"), [(r["name"], r["where"], _thousands(r["documents"]), r["what"]) for r in rows]
    )


def _thousands(number: int | None) -> str | None:
    return None if number is None else f"{number:,}"


@corpus.command()
@click.argument("name")
@json_option
def show(name: str, as_json: bool) -> None:
    """What a corpus is, whose and under which licence; for a stored one also what was read, repaired and skipped."""
    from corpora.library import corpus_facts

    data = corpus_facts(name).to_dict()
    if as_json:
        emit_json(data)
        return
    for key, value in data.get("card", {}).items():
        if key == "parts":
            value = "\n".join(f"\n  {part['url']}" for part in value).replace("\n\n", "\n")
        if value:
            click.echo(f"{key}: {value}")
    if "stored" in data:
        _echo_stored(data["stored"])


def _echo_stored(info: dict[str, Any]) -> None:
    from corpora.readers.report import Report

    report = info.get("report")
    for key, value in info.items():
        if key in ("report", "sources", "name"):
            continue
        click.echo(f"{key}: {value:,}" if isinstance(value, int) else f"{key}: {value}")
    if "sources" in info:
        click.echo(f"files read: {len(info['sources'])}")
    if report:
        _echo_report(Report.from_dict(report), err=False)


def _echo_report(report: Any, err: bool = True) -> None:
    for words, table in (("formats", report.formats), ("encodings", report.encodings), ("text from", report.fields)):
        if table:
            click.echo(
                f"{words}: {', '.join(f'{key} ({count} files)' if count > 1 else key for key, count in table.items())}", err=err
            )
    for line in report.lines():
        click.echo(f"note: {line}", err=err)


@corpus.command()
@click.argument("name")
@click.option("--name", "save_as", help="What to call it; the catalogue's name by default.")
@click.option("--config", help="Hugging Face datasets: which configuration.")
@click.option("--split", help="Hugging Face datasets: which split; all by default.")
@click.option("--field", help="Hugging Face datasets: which column holds the text.")
@click.option("--drop", type=click.Choice(["exact", "near"]), help="Leave out documents that were there before, or nearly.")
@click.option("--keep", is_flag=True, help="Keep the downloaded files in the cache.")
@force_option("corpus")
@json_option
def fetch(
    name: str,
    save_as: str | None,
    config: str | None,
    split: str | None,
    field: str | None,
    drop: str | None,
    keep: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Download a corpus of the catalogue, or a Hugging Face dataset (OWNER/DATASET), and store it.

    Goes on where it broke off. EXPLORER_MIRROR names a server with copies; proxies are taken from the environment.
    """
    from corpora.catalogue import cards
    from corpora.fetch import fetch as fetch_card
    from corpora.fetch import fetch_dataset

    with _resumable(), terminal_progress() as progress:
        if name not in cards() and name.count("/") == 1:
            stored = fetch_dataset(
                name,
                save_as or name.partition("/")[2],
                config=config,
                split=split,
                field=field,
                force=force,
                drop=drop,
                progress=progress,
            )
        else:
            stored = fetch_card(name, save_as=save_as, force=force, keep=keep, drop=drop, progress=progress)
    _said(stored, as_json)


@corpus.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--name", required=True, help="What to call it.")
@click.option("--field", help="Which column or JSON field holds the text; several with commas between.")
@click.option("--drop", type=click.Choice(["exact", "near"]), help="Leave out documents that were there before, or nearly.")
@click.option(
    "--near", default=0.8, show_default=True, type=click.FloatRange(0.5, 1), help="How alike is near: share of common trigrams."
)
@click.option(
    "--clean-markup/--keep-markup",
    default=None,
    help="Take wiki and HTML markup out of the text; of WikiExtractor text and MediaWiki dumps only, if not said.",
)
@part_option
@cluster_option
@force_option("corpus")
@json_option
def add(paths: tuple[str, ...], name: str, part: str | None, cluster: str | None, as_json: bool, **how: Any) -> None:
    """Read files, folders or patterns once and keep their text under a name.

    \b
    Example:  korean-explorer corpus add kowiki/ --name kowiki
              korean-explorer corpus add dump/ --name kowiki --cluster local:4
              korean-explorer train word2vec --corpus kowiki --name wiki-w2v
    """
    from corpora.library import add as add_corpus
    from corpora.library import add_part
    from explorer.core.pieces import check_division

    check_division(part, cluster)
    with _resumable(), terminal_progress() as progress:
        if part is not None:
            print_divided(add_part(list(paths), name, part=part, progress=progress, **how), as_json)
            return
        stored = add_corpus(list(paths), name, cluster=cluster, progress=progress, **how)
    _said(stored, as_json)


@contextmanager
def _resumable() -> Iterator[None]:
    """Ctrl-C loses nothing here, and says so."""
    from explorer.core.errors import Cancelled

    try:
        yield
    except KeyboardInterrupt:
        raise Cancelled("cli.stopped_finished_kept") from None


def _said(stored: Any, as_json: bool) -> None:
    info = stored.info()
    if as_json:
        emit_json(info)
        return
    from corpora.readers.report import Report

    click.echo(f"stored {stored.name}: {info['documents']:,} documents, {info['characters']:,} characters")
    _echo_report(Report.from_dict(info["report"]))
    if info.get("changed_since_last_fetch"):
        click.echo(f"note: changed at the source since the last fetch: {', '.join(info['changed_since_last_fetch'])}", err=True)


@corpus.command()
@click.argument("name")
def remove(name: str) -> None:
    """Delete a stored corpus, or what an interrupted run left of one."""
    from corpora.library import remove as remove_corpus

    remove_corpus(name)
    click.echo(f"removed {name}")


@corpus.command()
@click.argument("name")
@click.argument("new")
def rename(name: str, new: str) -> None:
    """Give a stored corpus another name."""
    from corpora.library import rename as rename_corpus

    rename_corpus(name, new)
    click.echo(f"renamed {name} to {new}")


@corpus.command()
@click.argument("name")
def path(name: str) -> None:
    """The folder a stored corpus lies in."""
    from corpora.corpus import StoredCorpus

    click.echo(str(StoredCorpus(name).folder))


@corpus.command()
@click.argument("name")
@click.option("-n", "--number", default=5, show_default=True, type=COUNT, help="How many documents.")
@click.option(
    "--width", default=200, show_default=True, type=click.IntRange(10, 1_000_000), help="Characters of each, in the table."
)
@click.option("--field", help="Which column or JSON field holds the text.")
@json_option
def head(name: str, number: int, width: int, field: str | None, as_json: bool) -> None:
    """The first documents of a corpus, by name or path."""
    from itertools import islice

    from corpora import open_corpus

    documents = list(islice(open_corpus(name, field=field).documents(), number))
    if as_json:
        emit_json([document.to_dict() for document in documents])
        return
    rows = []
    for document in documents:
        text = " ".join(document.text.split())
        rows.append((document.id, document.title, text if len(text) <= width else f"{text[: width - 1]}…"))
    print_table(("id", "title", "text"), rows)


@corpus.command()
@click.argument("name")
@click.option("--field", help="Which column or JSON field holds the text.")
@click.option("--no-morphemes", is_flag=True, help="Leave out Kiwi's share of particles, endings, nouns and predicates.")
@part_option
@cluster_option
@json_option
def stats(name: str, field: str | None, no_morphemes: bool, part: str | None, cluster: str | None, as_json: bool) -> None:
    """Documents, sentences, eojeol, syllables, types, characters, duplicates and repairs of a corpus, by name or path."""
    from corpora import open_corpus
    from corpora.statistics import count_part, statistics
    from explorer.core.pieces import check_division

    check_division(part, cluster)
    corpus_read = open_corpus(name, field=field)
    with terminal_progress() as progress:
        if part is not None:
            print_divided(count_part(corpus_read, part, morphemes=not no_morphemes, progress=progress), as_json)
            return
        found = statistics(corpus_read, morphemes=not no_morphemes, cluster=cluster, progress=progress)
    if as_json:
        emit_json(found.to_dict())
        return
    data = found.to_dict()
    plain = ("documents", "sentences", "eojeol", "characters", "syllables", "types", "hapax", "syllable_types", "duplicates")
    rows: list[tuple[str, Any]] = [(key.replace("_", " "), f"{data[key]:,}") for key in plain]
    rows.append(("eojeol a document", f"{found.document_eojeol:,.1f}"))
    rows.append(("eojeol a sentence", f"{found.sentence_eojeol:,.1f}; half of them at most {found.shorter(0.5)}"))
    rows += [
        (f"characters: {key}", f"{count:,} ({count / max(1, found.characters):.1%})")
        for key, count in found.classes.items()
        if count
    ]
    rows.append(("Zipf exponent", f"{found.zipf_exponent:.3f}"))
    rows.append(("Heaps' law", f"types ≈ {found.heaps_k:.2f} · eojeol^{found.heaps_beta:.3f}"))
    if found.morphemes is not None:
        of = "a sample of" if found.morphemes.sampled else "all"
        for key in ("particles", "endings", "nouns", "predicates"):
            rows.append(
                (f"{key} (Kiwi)", f"{getattr(found.morphemes, key):.1%} of {of} {found.morphemes.morphemes:,} morphemes")
            )
    rows.append(("most frequent", " ".join(f"{word} {count:,}" for word, count in found.top[:10])))
    print_table(("", name), rows)
    _echo_findings(found.findings)


def _echo_findings(findings: dict[str, Any]) -> None:
    from corpora.readers.report import Finding, Report

    for line in Report({kind: Finding(**found) for kind, found in findings.items()}).lines():
        click.echo(f"note: {line}", err=True)


@corpus.command()
@click.argument("name")
@click.argument("word")
@click.option("-n", "--number", default=20, show_default=True, type=click.IntRange(0, 1_000_000), help="How many lines.")
@click.option(
    "--width", default=40, show_default=True, type=click.IntRange(0, 1_000_000), help="Characters of context on each side."
)
@click.option(
    "--start", default=0, show_default=True, type=click.IntRange(0, 2**31 - 1), help="Skip so many matching lines first."
)
@click.option("--substring", is_flag=True, help="Look for the letters as they are, not for the word.")
@click.option(
    "--sort",
    "order",
    default="corpus",
    show_default=True,
    type=click.Choice(["corpus", "left", "right"]),
    help="As in the corpus, or by the words beside the match; of a frequent word 1,000 lines, evenly over the corpus.",
)
@click.option("--field", help="Which column or JSON field holds the text.")
@cluster_option
@json_option
def concordance(
    name: str,
    word: str,
    number: int,
    width: int,
    start: int,
    substring: bool,
    order: str,
    field: str | None,
    cluster: str | None,
    as_json: bool,
) -> None:
    """A word or phrase in its contexts: 먹다 finds 먹었다 and 먹는; 왕 does not find 왕복.

    The first search of a corpus builds its index: one pass of Kiwi, unless training or `prepare` has made it already.
    """
    from corpora import open_corpus
    from corpora.concordance import concordance as search

    with terminal_progress() as progress:
        mode = "substring" if substring else "word"
        found = search(
            open_corpus(name, field=field),
            word,
            number,
            mode=mode,
            width=width,
            start=start,
            order=order,
            cluster=cluster,
            progress=progress,
        )
    if as_json:
        emit_json(found.to_dict())
        return
    click.echo(found.said(), err=True)
    print_table(
        ("left", "match", "right", "document", "offset"),
        [(line.left, line.match, line.right, line.title or line.document, line.start) for line in found.lines],
    )


@corpus.command()
@click.argument("name")
@click.argument("word")
@click.option("-n", "--number", default=30, show_default=True, type=click.IntRange(0, 1_000_000), help="How many collocates.")
@click.option("--window", default=5, show_default=True, type=click.IntRange(1, 100), help="Words to each side that are near.")
@click.option(
    "--least", default=3, show_default=True, type=click.IntRange(1, 2**31 - 1), help="Near at so many places or more."
)
@click.option(
    "--by", default="g2", show_default=True, type=click.Choice(["g2", "pmi", "log_dice", "count"]), help="What orders them."
)
@click.option(
    "--keys",
    default="content",
    show_default=True,
    type=click.Choice(["content", "all"]),
    help="Particles and endings too: all.",
)
@click.option("--field", help="Which column or JSON field holds the text.")
@cluster_option
@json_option
def collocates(name: str, word: str, number: int, field: str | None, as_json: bool, **how: Any) -> None:
    """Words that stand near a word more often than by chance: G² (log-likelihood), PMI, logDice, over the whole corpus."""
    from corpora import open_corpus
    from corpora.collocations import collocates as search

    with terminal_progress() as progress:
        corpus_read = open_corpus(name, field=field)
        found = search(corpus_read, word, number, progress=progress, **how)
    if as_json:
        emit_json(found.to_dict())
        return
    said = ", ".join(found.resolved) or "not in this corpus"
    click.echo(f"{word} -> {said}: {found.occurrences:,} occurrences, {found.found:,} collocates", err=True)
    print_table(
        ("key", "near", "left", "right", "in all", "expected", "G2", "PMI", "logDice"), [row.cells() for row in found.rows]
    )


corpus.add_command(evidence)
