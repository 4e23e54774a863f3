"""What is taken along from the page of a word."""

from __future__ import annotations

from typing import Any

from dashboards.kit.taking import Take, lines
from dashboards.pages.word.asked import around, beside, cut_by_all, models_of, queries, used

__all__ = ["CARDS"]


def _word(q: Any, n: int) -> Any:
    found, opening, wrong = beside(q["word"], q["model"], n)
    if opening:
        raise opening[0]
    if wrong or found is None:
        raise next(iter(wrong.values()))
    return found


def _tokens(q: Any) -> Any:
    import pandas as pd

    done, opening = cut_by_all(q["word"])
    for wait in opening.values():
        raise wait  # half an answer is none; and what has opened since was not asked
    return pd.DataFrame([{"tokenizer": name, **one.to_dict()} for name, tokens in done.items() for one in tokens])


def _used(q: Any) -> Any:
    return used(q["word"], q["model"], q["corpus"], int(q["lines"]))


_WORD = "import explorer as ex\n\nfound = ex.word({word}, {models}, [], {n})\nanswer = found."
_MAP = (
    "import explorer as ex\nfrom explorer.analysis.word import surroundings\n\n"
    "answer = surroundings(ex.load({model}), {word}).to_frame()"
)
_TOKENS = (
    "import pandas as pd\n\nimport explorer as ex\n\nfound = ex.word({word}, [{model}], {names})\n"
    'rows = [{{"tokenizer": name, **one.to_dict()}} for name, tokens in found.tokens.items() for one in tokens]\n'
    "answer = pd.DataFrame(rows)"
)
_USED = "from corpora import open_corpus\nfrom corpora.usage import usage\n\nfound = usage(open_corpus({corpus}), {asked}, {n})\nanswer = found."


def _token_lines(q: Any) -> str:
    done, opening = cut_by_all(q["word"])
    return lines(_TOKENS, word=q["word"], model=q["model"], names=[*done, *opening])


def _usage_lines(q: Any, last: str) -> str:
    asked = queries(q["word"], q["model"])
    return lines(_USED + last, corpus=q["corpus"], asked=asked, n=int(q["lines"]))


CARDS = {
    "neighbours": Take(
        lambda q: _word(q, int(q["n"])).to_frame(),
        lambda q: lines(_WORD + "to_frame()", word=q["word"], models=models_of(q["model"]), n=int(q["n"])),
    ),
    "frequency": Take(
        lambda q: _word(q, 1).frequencies(),
        lambda q: lines(_WORD + "frequencies()", word=q["word"], models=models_of(q["model"]), n=1),
    ),
    "map": Take(lambda q: around(q["word"], q["model"]).to_frame(), lambda q: lines(_MAP, **q)),
    "tokens": Take(_tokens, _token_lines),
    "forms": Take(lambda q: _used(q).to_frame(), lambda q: _usage_lines(q, "to_frame()")),
    "lines": Take(lambda q: _used(q).concordance.to_frame(), lambda q: _usage_lines(q, "concordance.to_frame()")),
}
