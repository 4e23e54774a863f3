"""What is taken along from the tokens page."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from dashboards.kit.taking import Take, lines
from dashboards.pages.tokens.asked import cut
from dashboards.pages.tokens.figures import counts
from explorer.tokenizers.token import Token

__all__ = ["CARDS"]


def _cut(q: Any) -> dict[str, list[Token]]:
    done, wrong, opening = cut(_text(q), q["t"])
    for wait in opening.values():
        raise wait  # half an answer is none; and what has opened since was not asked
    if wrong and not done:
        raise next(iter(wrong.values()))
    return done


def _text(q: Any) -> str:
    return q["z"] or q["text"] or ""


def _grid(q: Any) -> Any:
    import pandas as pd

    return pd.DataFrame([{"tokenizer": name, **one.to_dict()} for name, tokens in _cut(q).items() for one in tokens])


def _counts(q: Any) -> Any:
    import pandas as pd

    return pd.DataFrame([{"tokenizer": name, **asdict(counts(_text(q), tokens))} for name, tokens in _cut(q).items()])


_OPEN = "import pandas as pd\n\nimport explorer as ex\n\ntext = {text}\ncut = {{name: ex.tokenizer(name).tokenize(text) for name in {t}}}\n"
_GRID = (
    _OPEN + 'answer = pd.DataFrame([{{"tokenizer": name, **one.to_dict()}} for name, tokens in cut.items() for one in tokens])'
)
_COUNTS = (
    "from dataclasses import asdict\n\n"
    + _OPEN.replace("import explorer", "from dashboards.pages.tokens.figures import counts\nimport explorer")
    + 'answer = pd.DataFrame([{{"tokenizer": name, **asdict(counts(text, tokens))}} for name, tokens in cut.items()])'
)

CARDS = {
    "grid": Take(_grid, lambda q: lines(_GRID, text=_text(q), t=q["t"])),
    "counts": Take(_counts, lambda q: lines(_COUNTS, text=_text(q), t=q["t"])),
}
