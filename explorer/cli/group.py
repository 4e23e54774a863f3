"""The top-level command: loads a subcommand's module only when that subcommand is used or helped."""

from __future__ import annotations

import importlib
import inspect
from typing import Any

import click

from explorer.cli.spoken import SpokenContext, dressed, said
from explorer.cli.usage import spoken_usage
from explorer.core import settings
from explorer.core.cells import visible
from explorer.core.errors import ExplorerError
from explorer.core.leftovers import sweep
from explorer.core.messages import Message

__all__ = ["LazyGroup", "main"]

# name -> ("module:attribute", one line for the list of commands). The line stands here so that `--help` imports nothing.
COMMANDS = {
    "analogy": ("explorer.cli.vectors:analogy", 'Solve an analogy: "소년 − 남자 + 여자".'),
    "axis": ("explorer.cli.axis:axis", "Place words between two poles."),
    "classify": (
        "explorer.cli.probing:classify",
        "Label texts with a classifier: reviews, which ships, or one that fine-tune made.",
    ),
    "compare": ("explorer.cli.tokenizers:compare", "Put tokenizers side by side on a corpus."),
    "context": ("explorer.cli.encoders:context", "Compare one word across sentences with a BERT model."),
    "corpus": ("explorer.cli.corpus:corpus", "List, fetch, add, read and search corpora."),
    "documents": ("explorer.cli.documents:documents", "Put documents on a map with named regions; search them."),
    "evaluate": ("explorer.cli.evaluate:evaluate", "Score models on test sets: words, words in sentences, sentences."),
    "find": ("explorer.cli.vectors:find", "Find words by their beginning, 초성, a typo; tell words from expressions."),
    "fine-tune": ("explorer.cli.probing:fine_tune", "Train a classifier of texts: a head on an encoder, or all of it."),
    "game": ("explorer.cli.game:game", "Guess a secret word by how near guesses are to it."),
    "lab": ("explorer.cli.analysis:lab", "Train tokenizer × model on one corpus and score all on the same tests."),
    "layers": ("explorer.cli.probing:layers", "Measure what each layer of an encoder knows."),
    "mask": ("explorer.cli.encoders:mask", "Guess masked words: by piece, by word, or among candidates."),
    "models": ("explorer.cli.models:models", "List, show, compare, import, export and remove models."),
    "next": ("explorer.cli.encoders:next_piece", "Guess the next morpheme or piece of a text, or continue it."),
    "next-sentence": ("explorer.cli.encoders:next_sentence", "Score whether one sentence follows another."),
    "people": ("explorer.cli.people:people", "See, give to everybody and remove what persons keep on a shared server."),
    "prepare": ("explorer.cli.prepare:prepare", "Tokenize a corpus for training, in as many parts as you like."),
    "project": ("explorer.cli.analysis:project", "Draw a model's words on a map: PCA, UMAP or t-SNE coordinates."),
    "regions": ("explorer.cli.analysis:regions", "Name the regions of a vocabulary, from a few large ones to many small ones."),
    "senses": ("explorer.cli.encoders:senses", "Sort a word's sentences by its sense."),
    "sentences": ("explorer.cli.sentences:sentences", "Find the sentences nearest to one, or the matrix of all."),
    "serve": ("explorer.cli.serve:serve", "Open the dashboard in the browser."),
    "sets": ("explorer.cli.sets:sets", "List, show and fetch test sets that have a name."),
    "similar": ("explorer.cli.vectors:similar", "Find the nearest neighbours of a word."),
    "similarity": ("explorer.cli.vectors:similarity", "Measure the cosine similarity of words."),
    "stability": ("explorer.cli.stability:stability", "Tell which neighbours several models agree on."),
    "tokenize": ("explorer.cli.tokenizers:tokenize", "Cut text with one or more tokenizers."),
    "tokenizers": ("explorer.cli.tokenizers:tokenizers", "List, show, import and remove tokenizers."),
    "train": ("explorer.cli.train:train", "Train word vectors on a corpus."),
    "train-tokenizer": ("explorer.cli.tokenizers:train_tokenizer", "Train a sub-word tokenizer on a corpus."),
    "weat": ("explorer.cli.axis:weat", "Test whether two groups of words lean to different attributes."),
    "why": ("explorer.cli.why:why", "Tell why two words are near, from the counts of a corpus."),
    "word": ("explorer.cli.word:word", "Show one word in all models, tokenizers and a corpus."),
}


def _line(error: BaseException) -> str:
    if isinstance(error, KeyboardInterrupt):
        return Message("core.interrupted").said(settings.language())
    return error.said(settings.language()) if isinstance(error, ExplorerError) else str(error)


class LazyGroup(click.Group):
    """A group that knows its commands by name and one line, and turns the library's errors into one line and exit 1."""

    context_class = SpokenContext

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        return dressed(getattr(importlib.import_module(module), attribute), cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, said(COMMANDS[name][1])) for name in self.list_commands(ctx)])

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        # This group is made before the person's language is known.
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(said(inspect.cleandoc(self.help or "")))

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        return dressed(click.Command(self.name, params=super().get_params(ctx)), "").params

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        for argument in args:
            # Bytes that are no text in the terminal's encoding arrive as lone surrogates, which no file and no JSON can hold.
            odd = next((char for char in argument if char == "\0" or "\ud800" <= char <= "\udfff"), None)
            if odd is not None:
                values = {"argument": argument.encode("ascii", "backslashreplace").decode(), "code": f"U+{ord(odd):04X}"}
                raise click.UsageError(Message("cli.argument_not_text", values).said(settings.language()), ctx)
        return super().parse_args(ctx, args)

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        with spoken_usage():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with spoken_usage():
                return super().invoke(ctx)
        except (ExplorerError, OSError, KeyboardInterrupt) as error:
            if isinstance(error, BrokenPipeError) or settings.debug():
                raise
            message = _line(error)
            click.echo(visible(f"korean-explorer: {' '.join(message.split())}"), err=True)
            ctx.exit(130 if isinstance(error, KeyboardInterrupt) else 1)


def _speak(ctx: click.Context, _: click.Parameter, language: str | None) -> None:
    if language and not ctx.resilient_parsing:
        settings.set_language(language)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--home", type=click.Path(file_okay=False), help="Home folder for models, tokenizers, corpora and caches.")
@click.option(
    "--lang",
    type=click.Choice(["ko", "en"]),
    is_eager=True,  # before --help
    expose_value=False,
    callback=_speak,
    help="Language of messages and help; else EXPLORER_LANG or the locale decides.",
)
@click.version_option(package_name="korean-explorer", prog_name="korean-explorer")
def main(home: str | None) -> None:
    """See and compute what tokenizers and embedding models make of Korean text.

    \b
    Try:  korean-explorer serve
          korean-explorer analogy "소년 − 남자 + 여자"
          korean-explorer similar 강아지
          korean-explorer tokenize --tokenizer kiwi --tokenizer syllable "아버지가 방에 들어가신다"

    Commands that print data take --json; "-" reads standard input.
    """
    if home:
        settings.set_home(home)
    found = sweep()
    if found.count:
        click.echo(Message("cli.leftovers_removed", found.to_dict()).said(settings.language()), err=True)
