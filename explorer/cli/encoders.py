"""Words in their sentences, and what language models guess: context, senses, mask, next, next-sentence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from explorer.cli.common import (
    SHOWN,
    dtype_option,
    emit_json,
    encoder_option,
    json_option,
    layer_option,
    print_table,
    read_text,
    representation_option,
    seed_option,
    shown,
)
from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback, terminal_progress
from explorer.core.settings import language

if TYPE_CHECKING:
    from explorer.encoders.baseline import RandomPairs
    from explorer.encoders.choose import Decision
    from explorer.encoders.fill import Filler
    from explorer.encoders.guesses import Gap, Guess
    from explorer.encoders.occurrences import Occurrences
    from explorer.encoders.readings import Representation
    from explorer.encoders.sense_curve import SenseCurve, SenseLevel
    from explorer.encoders.senses import Agreement, Assignment, Senses

_MANY = click.IntRange(max=1_000_000)
"""What is too few, the library says."""


@dataclass(frozen=True)
class _Contexts:
    """Sentences for one word.

    Attributes:
        sentences: as they are.
        spans: where the word stands in each, where that is known already.
        gold: its sense in each, for homographs of the sample.
        source: what they were taken from.
    """

    sentences: list[str]
    spans: list[tuple[int, int]] | None
    gold: list[str] | None
    source: str


def _contexts(
    word: str, given: tuple[str, ...], corpus: str | None, limit: int, progress: ProgressCallback | None = None
) -> _Contexts:
    """The sentences a person asked for.

    Raises:
        BadInput: there are none, or arguments and a corpus were given both.
    """
    if corpus is not None:
        if given:
            raise BadInput("cli.sentences_and_corpus")
        return _from_corpus(word, corpus, limit, progress)
    texts: list[str] = []
    for sentence in given or (None,):
        texts += read_text(sentence).splitlines() if sentence in (None, "-") else [str(sentence)]
    texts = [text for text in texts if text.strip()]
    if not texts:
        raise BadInput("cli.no_sentences")
    return _Contexts(texts, None, None, "arguments")


def _marked(text: str, start: int, end: int) -> str:
    """A sentence with ``text[start:end]`` in brackets; of a very long one what stands around it.

    >>> _marked("배를 탔다", 0, 1)
    '[배]를 탔다'
    """
    half = SHOWN // 2
    first, last = (0, len(text)) if len(text) <= SHOWN else (max(0, start - half), min(len(text), end + half))
    before, after = "…" if first else "", "…" if last < len(text) else ""
    return f"{before}{text[first:start]}[{text[start:end]}]{text[end:last]}{after}"


def _from_corpus(word: str, corpus: str, limit: int, progress: ProgressCallback | None) -> _Contexts:
    from corpora import open_corpus
    from corpora.sample import evenly
    from corpora.word_contexts import word_contexts

    known = evenly(word.strip(), limit) if corpus == "sample" else []
    found = known or word_contexts(open_corpus(corpus), word, limit, progress=progress)
    if not found:
        raise BadInput("cli.word_not_in_corpus", corpus=corpus, word=word)
    gold = [one.sense for one in known] or None
    return _Contexts([one.text for one in found], [(one.start, one.end) for one in found], gold, corpus)


@click.command()
@click.argument("word")
@click.argument("sentences", nargs=-1)
@encoder_option
@representation_option
@layer_option
@click.option(
    "--pooling",
    default="mean",
    show_default=True,
    type=click.Choice(["mean", "first", "last", "sum", "max"]),
    help="How a word's sub-words become one vector.",
)
@click.option("--corpus", help="Take the sentences from a corpus: sample, a stored one, a file or a folder.")
@click.option("--limit", default=12, show_default=True, type=click.IntRange(1, 200), help="At most so many of a corpus.")
@click.option("--centred", is_flag=True, help="Subtract the mean vector of other words first, as is always done in the blend.")
@dtype_option
@json_option
def context(
    word: str,
    sentences: tuple[str, ...],
    model: str,
    representation: str | None,
    layer: int | None,
    pooling: str,
    corpus: str | None,
    limit: int,
    centred: bool,
    dtype: str,
    as_json: bool,
) -> None:
    """Compare WORD's vectors in several SENTENCES ("-" reads them from standard input, one a line).

    WORD may be inflected in the sentences: 배 is found in 배를, 먹다 in 먹었다. Compared is the representation that separates
    senses best for the model; a checkpoint that does not ship is measured the first time. --representation own compares the
    word's own states as they are. The cosine of random pairs of words is printed beside.

    \b
    Example:  korean-explorer context 배 "배를 타고 섬에 갔다." "부두에 배가 닿았다." "달고 시원한 배를 먹었다."
              korean-explorer context 배 --corpus sample
    """
    from explorer.encoders.occurrences import occurrences
    from explorer.encoders.open import encoder
    from explorer.encoders.readings import reading_named

    with terminal_progress() as progress:
        texts = _contexts(word, sentences, corpus, limit, progress).sentences
        opened = encoder(model, dtype=dtype, progress=progress).using(layer=layer)
        reading_named(representation, opened.representations, model)  # refused before the work
        found = occurrences(opened, word, texts, pooling=pooling, progress=progress)
        chosen = opened.representation(progress)
    asked: dict[str, Any] = {"layer": layer, "centred": centred or None, "representation": representation}
    if as_json:
        emit_json(found.to_dict(**asked) | {"chosen": chosen.to_dict()})
        return
    _print_context(found, asked)
    _print_representation(found.to_dict(**asked), chosen)


def _print_representation(shown: dict[str, Any], chosen: Representation) -> None:
    """Which representation is shown and why, in a line."""
    if shown["representation"] != "blend":
        say = f"{shown['representation']}{', mean of other words subtracted' if shown.get('centred') else ', as it is'}"
        click.echo(f"compared: {say}; the default is the blend, which separates senses better", err=True)
        return
    weights = chosen.weights
    names = " + ".join(f"{weight:g} {name}" for name, weight in weights.items())
    click.echo(
        f"compared: blend of {names} (states of layer {shown['layer']}, means subtracted). On labelled sentences it orders "
        f"{chosen.auc:.0%} of the pairs by sense, own states {chosen.own_auc:.0%} (--representation own)",
        err=True,
    )


def _print_context(found: Occurrences, asked: dict[str, Any]) -> None:
    for number, one in enumerate(found.found, 1):
        where = _marked(found.sentences[one.sentence], one.start, one.end)
        click.echo(f"{number}\t{where}\t{' '.join(one.pieces)}", err=True)
    for sentence in found.missing:
        click.echo(f"–\t{shown(found.sentences[sentence])}\t({found.word} is not in it)", err=True)
    numbers = [str(number) for number in range(1, len(found.found) + 1)]
    rows: list[tuple[Any, ...]] = [
        (number, *map(float, row)) for number, row in zip(numbers, found.cosines(**asked), strict=True)
    ]
    print_table(("", *numbers), rows)
    here = asked["layer"], asked["representation"]
    before, after = (found.chance(here[0], centred, here[1]) for centred in (False, True))
    chance = found.chance(**asked)
    if before and after and chance:
        click.echo(
            f"random pairs at layer {found.layer(*here)}: {chance.mean:.4f} (5–95 %: {chance.low:.4f} to {chance.high:.4f}); "
            f"before centring {before.mean:.4f}, after {after.mean:.4f}",
            err=True,
        )


def _numbers(context: click.Context, option: click.Parameter, values: tuple[str, ...]) -> list[list[int]]:
    """Lists of senses as they are printed, counted from 0: ``1,3`` is [0, 2]."""
    found = []
    for value in values:
        parts = [part.strip() for part in value.split(",")]
        if not all(part.isascii() and part.isdigit() and len(part) < 6 and int(part) for part in parts):
            raise BadInput("cli.sense_numbers", value=value)
        found.append([int(part) - 1 for part in parts])
    return found


@click.command()
@click.argument("word")
@click.argument("sentences", nargs=-1)
@click.option("--corpus", help="Take the sentences from a corpus: sample, a stored one, a file or a folder.")
@click.option("--limit", default=200, show_default=True, type=click.IntRange(1, 2000), help="At most so many of a corpus.")
@encoder_option
@click.option("-k", "number", type=click.IntRange(1), help="How many senses; by default it is decided, and one is an answer.")
@click.option(
    "--join", "joins", multiple=True, callback=_numbers, metavar="A,B", help="Make these senses one (may be repeated)."
)
@click.option(
    "--split", "splits", multiple=True, type=click.IntRange(1), metavar="A", help="Make this sense two (may be repeated)."
)
@representation_option
@layer_option
@click.option("--layers", "curve", is_flag=True, help="Also: how clearly the senses part at every layer.")
@click.option("--new", multiple=True, help="Say which of the senses the word has in this new sentence (may be repeated).")
@dtype_option
@json_option
def senses(
    word: str,
    sentences: tuple[str, ...],
    corpus: str | None,
    limit: int,
    model: str,
    number: int | None,
    joins: list[list[int]],
    splits: tuple[int, ...],
    representation: str | None,
    layer: int | None,
    curve: bool,
    new: tuple[str, ...],
    dtype: str,
    as_json: bool,
) -> None:
    """Sort SENTENCES by the sense WORD has in them ("-" reads them from standard input, one a line).

    Each sense is shown with the words that tell it from the others. With --corpus sample the homographs of the sample come
    with their known senses, and the agreement is printed. The cosine of random pairs of words is printed beside, before and
    after subtracting the mean.

    Without -k it is decided whether there is one sense or several; the evidence is printed for every number tried. --join and
    --split change the senses by hand; both take the numbers that are printed without them.

    \b
    Example:  korean-explorer senses 배 --corpus sample -k 3 --new "배를 타고 섬에 갔다."
              korean-explorer senses 배 --corpus sample -k 4 --join 1,4 --split 2
    """
    from corpora.sample import sentences as sample
    from explorer.encoders.locate import holding
    from explorer.encoders.open import encoder
    from explorer.encoders.readings import reading_named
    from explorer.encoders.regroup import rearrange

    background = [one.text for one in sample()][::17]
    with terminal_progress() as progress:
        found = _contexts(word, sentences, corpus, limit, progress)
        opened = encoder(model, dtype=dtype, progress=progress)
        reading_named(representation, opened.representations, model)  # refused before the work
        texts, spans, gold, missing = found.sentences, found.spans, found.gold, []
        if spans is None:
            kept, spans, absent = holding(word, texts, opened.analyser)
            missing = [texts[place] for place in absent]
            if not kept:
                raise BadInput("dashboards.word_in_no_sentence", word=word)
            if number is not None and number > len(kept) and missing:
                raise BadInput("cli.too_few_for_senses", word=word, found=len(kept), total=len(texts), senses=number)
            texts = [texts[place] for place in kept]
        for sentence in new:
            opened.locate(word, sentence)  # a sentence without the word is refused before the work
        asked: dict[str, Any] = {"representation": representation, "layer": layer}
        result = opened.senses(word, texts, number, spans=spans, limit=max(limit, len(sentences)), progress=progress, **asked)
        result = rearrange(result, joins, [sense - 1 for sense in splits])
        agreement = result.agreement(gold) if gold else None
        random = opened.random_pairs(background, progress=progress, **asked)
        levels = (
            opened.sense_curve(word, texts, number, gold=gold, spans=spans, background=background, progress=progress)
            if curve
            else None
        )
        placed = [opened.assign(result, sentence) for sentence in new]
    if as_json:
        emit_json(_senses_data(result, found.source, gold, missing, agreement, random, levels, placed))
        return
    _print_senses(result, missing, gold, agreement, random)
    _print_representation(result.to_dict() | {"centred": True}, opened.representation())
    if levels:
        _print_levels(levels)
    for one in placed:
        _print_new(one)


def _senses_data(
    result: Senses,
    source: str,
    gold: list[str] | None,
    missing: list[str],
    agreement: Agreement | None,
    random: RandomPairs | None,
    levels: SenseCurve | None,
    placed: list[Assignment],
) -> dict[str, Any]:
    return {
        **result.to_dict(),
        "source": source,
        "gold": gold,
        "missing": missing,
        "agreement": agreement.to_dict() if agreement else None,
        "random_pairs": random.to_dict() if random else None,
        "layers": levels.to_dict() if levels else None,
        "new": [one.to_dict() for one in placed],
    }


def _print_senses(
    result: Senses, missing: list[str], gold: list[str] | None, agreement: Agreement | None, random: RandomPairs | None
) -> None:
    from explorer.encoders.senses import names_of

    for sentence in missing:
        click.echo(f"–\t{shown(sentence)}\t({result.word} is not in it)", err=True)
    rows: list[tuple[Any, ...]] = []
    for place, (text, label) in enumerate(zip(result.sentences, result.labels, strict=True)):
        rows.append((label + 1, _marked(text, *result.spans[place]), *([gold[place]] if gold else [])))
    print_table(("sense", "sentence", *(["gold"] if gold else [])), sorted(rows, key=lambda row: int(row[0])))
    for sense in range(result.k):
        words, fitting = (", ".join(names_of(keys[sense])) for keys in (result.telling, result.substitutes))
        size = len(result.members(sense))
        click.echo(
            f"sense {sense + 1}: {size} {'sentence' if size == 1 else 'sentences'}; telling words around it: {words or '–'}",
            err=True,
        )
        if fitting:
            click.echo(f"  would fit: {fitting}", err=True)
        click.echo(f"  typical: {shown(result.sentences[result.typical[sense]])}", err=True)
    if result.given > len(result.sentences):
        click.echo(f"read: {len(result.sentences):,} of {result.given:,} sentences, drawn at random", err=True)
    if result.decision:
        _print_decision(result.decision, len(result.sentences))
    if result.by_hand:
        steps = (f"{step[0]} {', '.join(str(int(sense) + 1) for sense in step[1:])}" for step in result.by_hand)
        click.echo(f"changed by hand: {'; '.join(steps)}", err=True)
    clear = "not defined" if result.silhouette is None else f"{result.silhouette:.3f}"
    click.echo(f"silhouette: {clear}", err=True)
    if agreement:
        (low, high), (v_low, v_high) = agreement.ari_interval, agreement.v_interval
        click.echo(
            f"against the known senses: ARI {agreement.ari:.3f} [{low:.3f}, {high:.3f}], "
            f"V-measure {agreement.v:.3f} [{v_low:.3f}, {v_high:.3f}] (95 %, over sentences)",
            err=True,
        )
    if random:
        click.echo(f"random pairs of words: {random.before:.3f}, after centring {random.after:.3f}", err=True)


def _print_decision(decision: Decision, count: int) -> None:
    """One sense or several, in a sentence, and the evidence in a line for each number."""
    if decision.p is None:
        click.echo(f"one sense: {count} {'sentence' if count == 1 else 'sentences'} cannot show more", err=True)
        return
    said = f"the contexts of one-sense words part so far in {decision.p:.0%} of {decision.draws} draws"
    verdict = f"{decision.k} senses" if decision.k > 1 else "one sense"
    sign = "at most" if decision.k > 1 else "more than"
    click.echo(f"{verdict}: {said} ({sign} {decision.level:.0%})", err=True)
    for one in decision.trials:
        click.echo(
            f"  {one.k} groups: cosine between them {one.observed:.3f}; one-sense words {one.mean:.3f} "
            f"[{one.low:.3f}, {one.high:.3f}], p {one.p:.3f}; silhouette {one.silhouette:.3f}",
            err=True,
        )


def _print_levels(levels: SenseCurve) -> None:
    click.echo("", err=True)

    def row(level: SenseLevel) -> tuple[Any, ...]:
        random = (level.random.before, level.random.after) if level.random else (None, None)
        name = "kiwi context" if level.representation == "kiwi" else level.representation
        return (name, level.layer, level.k, level.silhouette, level.ari, level.v, level.same_word, *random)

    head = ("compared", "layer", "k", "silhouette", "ARI", "V", "same word", "random", "random, centred")
    print_table(head, [row(level) for level in (*levels.levels, *([levels.kiwi] if levels.kiwi else []))])
    if levels.kiwi_note:
        click.echo(f"kiwi context: {levels.kiwi_note}", err=True)


def _print_new(one: Assignment) -> None:
    cosines = ", ".join(f"{sense}: {value:.3f}" for sense, value in enumerate(one.cosines, 1))
    verdict = f"sense {one.sense + 1}" + (" (unclear)" if one.unclear else "")
    margin = "" if one.margin is None else f"; margin {one.margin:.3f}, spread {one.spread:.3f}"
    click.echo(f"{verdict}\t{_marked(one.sentence, one.start, one.end)}\tcosines {cosines}{margin}")


@click.command()
@click.argument("text", required=False)
@encoder_option
@click.option("-n", "--number", default=10, show_default=True, type=_MANY, help="Guesses for each mask.")
@click.option(
    "--unit",
    default="word",
    show_default=True,
    type=click.Choice(["word", "piece"]),
    help="Whole words of one or several pieces, or single pieces of the model's vocabulary (morphemes for mini).",
)
@click.option("--pieces", default=3, show_default=True, type=_MANY, help="The longest word, in pieces.")
@click.option("--candidate", "candidates", multiple=True, help="Score this word instead of guessing; may be given many times.")
@json_option
def mask(text: str | None, model: str, number: int, unit: str, pieces: int, candidates: tuple[str, ...], as_json: bool) -> None:
    """Guess what stands where TEXT has [MASK] ("-" reads standard input).

    A word of several pieces is scored with as many masks, each piece given the ones before it; the score is the sum of their
    logarithms. With several masks each one is guessed while the others stay open.

    \b
    Example:  korean-explorer mask "밥을 [MASK]." --unit word
              korean-explorer mask "배를 [MASK] 섬에 갔다." --candidate 타고 --candidate 먹고
    """
    sentence = read_text(text)
    from explorer.encoders.open import encoder

    with terminal_progress() as progress:
        filler = encoder(model, progress=progress).filler
        if candidates:
            scored = filler.score(sentence, candidates)
        else:
            gaps = filler.fill(sentence, number, unit=unit, pieces=pieces, progress=progress)
    if candidates:
        _scored(filler, sentence, scored, as_json)
    elif as_json:
        emit_json({"text": sentence, "unit": unit} | filler.to_dict(gaps))
    else:
        _filled(sentence, gaps)


def _scored(filler: Filler, text: str, guesses: Sequence[Guess], as_json: bool) -> None:
    if as_json:
        emit_json({"model": filler.name, "text": text, "candidates": [guess.to_dict() for guess in guesses]})
        return
    print_table(
        ("candidate", "score", "probability", "pieces"),
        [(one.text, one.score, one.probability if one.score is not None else None, " ".join(one.pieces)) for one in guesses],
    )
    unknown = [one.text for one in guesses if one.score is None]
    if unknown:
        click.echo(f"{filler.name} has no entry for {', '.join(unknown)}, so it cannot guess it", err=True)


def _filled(text: str, gaps: Sequence[Gap]) -> None:
    rows: list[tuple[Any, ...]] = []
    for number, gap in enumerate(gaps, 1):
        gap_number = (number,) if len(gaps) > 1 else ()
        rows += [(*gap_number, *row) for row in _guess_rows(gap.guesses)]
        low, high = gap.read
        if (low, high) != (0, len(text)):
            click.echo(f"mask {number}: characters {low:,} to {high:,} of {len(text):,} were read", err=True)
    print_table((("mask",) if len(gaps) > 1 else ()) + ("guess", "probability", "pieces", "continues"), rows)
    if len(gaps) > 1:
        click.echo("each mask is guessed while the others stay open: first guesses need not fit each other", err=True)


def _named(guess: Guess) -> str:
    """A guess for people: a sign with what it says."""
    means = guess.means
    return guess.text if means is None else f"{guess.text} ({means.said(language())})"


def _guess_rows(guesses: Iterable[Guess]) -> list[tuple[Any, ...]]:
    return [(_named(one), one.probability, " ".join(one.pieces), "yes" if one.continues else "") for one in guesses]


@click.command("next")
@click.argument("text", required=False)
@click.option(
    "-m",
    "--model",
    default="kiwi",
    show_default=True,
    help="kiwi, whose own language model knows the next morpheme; a causal checkpoint's folder; or a Hugging Face id.",
)
@click.option("-n", "--number", default=10, show_default=True, type=_MANY, help="Guesses to print.")
@click.option("--temperature", default=1.0, show_default=True, help="Below 1 sharpens, above 1 flattens, 0 is always the best.")
@click.option("--top-k", default=0, show_default=True, type=_MANY, help="Keep only so many pieces; 0 keeps all.")
@click.option("--top-p", default=1.0, show_default=True, help="Keep the best pieces that together reach this share.")
@click.option("--steps", type=_MANY, help="Continue the text by so many pieces, drawn one by one.")
@seed_option("Decides the draws: the same seed gives the same text.")
@json_option
def next_piece(text: str | None, model: str, number: int, steps: int | None, seed: int, as_json: bool, **shape: Any) -> None:
    """Guess how TEXT goes on ("-" reads standard input).

    A text that ends with a space is followed by a new word; one that does not, by its last word's rest or a new word.

    \b
    Example:  korean-explorer next "오늘 날씨가"
              korean-explorer next "오늘 날씨가" -m FOLDER --steps 20 --seed 7 --temperature 0.8 --top-p 0.9
    """
    start = read_text(text)
    if model == "kiwi":
        if steps is not None or shape != {"temperature": 1.0, "top_k": 0, "top_p": 1.0}:
            raise BadInput("cli.kiwi_next_only")
        _print_kiwi(start, number, as_json)
        return
    from explorer.encoders.open import encoder

    with terminal_progress() as progress:
        decoder = encoder(model, progress=progress).decoder
    asked = {"model": decoder.name, "text": start, **shape}
    if steps is None:
        guesses = decoder.next(start, number, **shape)
        if as_json:
            emit_json(asked | {"guesses": [guess.to_dict() for guess in guesses]})
            return
        print_table(("guess", "probability", "pieces", "continues"), _guess_rows(guesses))
    else:
        made = list(decoder.sample(start, steps, seed=seed, **shape))
        if as_json:
            emit_json(asked | {"seed": seed, "added": made[-1].text, "steps": [step.to_dict() for step in made]})
            return
        rows = [(one.number, _named(one.guess), one.guess.probability, "  ".join(map(_named, one.choices))) for one in made]
        print_table(("step", "drawn", "probability", "best"), rows)
        click.echo(f"{start.rstrip(' ') if made[-1].text.startswith(' ') else start}{made[-1].text}", err=True)
    used, whole = decoder.read(start)
    if used < whole:
        click.echo(f"{decoder.name} takes {used:,} pieces: only the last part of the text was used", err=True)


def _print_kiwi(text: str, number: int, as_json: bool) -> None:
    from explorer.encoders.kiwi_next import kiwi_next

    guesses = kiwi_next(text, number)
    if as_json:
        emit_json({"model": "kiwi", "text": text, "guesses": [guess.to_dict() for guess in guesses]})
        return
    rows = [(_named(one), one.tag, one.probability, "yes" if one.continues else "") for one in guesses]
    print_table(("guess", "tag", "probability", "continues"), rows)


@click.command("next-sentence")
@click.argument("first")
@click.argument("second")
@click.option(
    "-m",
    "--model",
    default="bert-base-multilingual-cased",
    show_default=True,
    help="A BERT with its next-sentence head: a folder, or a Hugging Face id.",
)
@json_option
def next_sentence(first: str, second: str, model: str, as_json: bool) -> None:
    """Say how likely SECOND follows FIRST, and the other way round.

    \b
    Example:  korean-explorer next-sentence "배를 타고 섬에 갔다." "바다가 잔잔했다." -m FOLDER
    """
    from explorer.encoders.open import encoder

    with terminal_progress() as progress:
        found = encoder(model, progress=progress).pair(first, second)
    if as_json:
        emit_json(found.to_dict())
        return
    print_table(("order", "probability"), [("first, second", found.probability), ("second, first", found.reverse)])
    if found.cut:
        click.echo(f"{found.model} read {found.pieces[0]} and {found.pieces[1]} pieces: the rest did not fit", err=True)
