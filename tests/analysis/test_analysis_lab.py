"""The lab: one corpus, several tokenizers and models, the same items; cells are kept and a stopped lab goes on."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import explorer as ex
from explorer.analysis import lab as module
from explorer.analysis.evaluation import evaluate
from explorer.analysis.lab import lab
from explorer.cli import main
from explorer.core.errors import BadInput, Cancelled, UnknownName

ANIMALS, TOOLS = ["개", "고양이", "토끼", "여우"], ["망치", "톱", "가위", "붓"]


def texts(n: int = 400) -> list[str]:
    rng = np.random.default_rng(0)
    made = []
    for number in range(n):
        words, around = ((ANIMALS, ["먹이", "꼬리"]), (TOOLS, ["손잡이", "작업"]))[number % 2]
        made.append(" ".join([*rng.choice(words, 3), *rng.choice(around, 2)]))
    return made


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    path = tmp_path / "pairs.csv"
    rows = [
        ("개", "고양이", 9),
        ("토끼", "여우", 8),
        ("망치", "톱", 9),
        ("개", "톱", 1),
        ("여우", "붓", 2),
        ("개", "없는말", 3),
    ]
    path.write_text("word 1,word 2,score\n" + "\n".join(f"{a},{b},{s}" for a, b, s in rows), encoding="utf-8")
    return path


@pytest.fixture
def analogies(tmp_path: Path) -> Path:
    path = tmp_path / "analogies.txt"
    path.write_text(": kinds\n개 고양이 망치 톱\n토끼 여우 가위 붓\n개 왕궁 망치 톱\n", encoding="utf-8")
    return path


SMALL = {"dim": 8, "epochs": 3, "workers": 1}


def test_a_grid_is_scored_on_all_and_on_common_items(home: Path, pairs: Path, analogies: Path) -> None:
    result = lab(
        texts(),
        ["eojeol", "syllable"],
        ["word2vec", {"model": "ppmi", "shift": 2.0}],
        test_sets=[pairs, analogies],
        resolve="form",
        **SMALL,
    )
    assert [(cell.tokenizer, cell.model) for cell in result] == [
        ("eojeol", "word2vec"),
        ("eojeol", "ppmi (shift=2.0)"),
        ("syllable", "word2vec"),
        ("syllable", "ppmi (shift=2.0)"),
    ]
    eojeol, _, syllable, _ = result
    assert eojeol.scores["pairs"].covered == 5 and eojeol.scores["pairs"].total == 6
    assert syllable.scores["pairs"] is None  # 개, 톱 and 붓 are syllables, 고양이 is none: one pair is too few
    assert result.common == {"pairs": 1, "analogies": 0}
    assert eojeol.common["pairs"] is None
    v = result.vectors("eojeol", "word2vec")
    assert evaluate(v, pairs).value == eojeol.scores["pairs"].value
    assert eojeol.scores["analogies"].covered == 2
    assert "not covered" in result.to_markdown()
    json.dumps(result.to_dict(), allow_nan=False)
    assert list(result.to_frame()["tokenizer"]) == [cell.tokenizer for cell in result]
    with pytest.raises(BadInput, match="no cell"):
        result.vectors("kiwi", "word2vec")


def test_common_items_are_those_every_cell_covers(home: Path, pairs: Path) -> None:
    with_hole = [text for text in texts() if "여우" not in text]
    one = lab(texts(), ["eojeol"], ["ppmi"], test_sets=[pairs], resolve="form", dim=4)
    both = lab(texts(), ["eojeol"], ["ppmi", {"model": "ppmi", "max_vocab": 30}], test_sets=[pairs], resolve="form", dim=4)
    assert one.common == both.common == {"pairs": 5}
    assert both.cells[0].common["pairs"].value == pytest.approx(both.cells[0].scores["pairs"].value)
    fewer = lab(with_hole, ["eojeol"], ["ppmi"], test_sets=[pairs], resolve="form", dim=4)
    assert fewer.common == {"pairs": 3}


def test_cells_are_kept_and_a_stopped_lab_goes_on(home: Path, pairs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trained = []

    def stop(step) -> None:
        if step.stage == "lab" and step.done == 1:
            raise Cancelled

    with pytest.raises(Cancelled):
        lab(texts(), ["eojeol"], ["ppmi", "word2vec"], progress=stop, **SMALL)
    from explorer.static import train as training

    train = training.train
    monkeypatch.setattr(training, "train", lambda model, *a, **k: trained.append(model) or train(model, *a, **k))
    first = lab(texts(), ["eojeol"], ["ppmi", "word2vec"], **SMALL)
    assert trained == ["word2vec"]
    again = lab(texts(), ["eojeol"], ["ppmi", "word2vec"], **SMALL)
    assert trained == ["word2vec"]
    assert [cell.folder for cell in again] == [cell.folder for cell in first]
    lab(texts(), ["eojeol"], ["word2vec"], **SMALL | {"dim": 9})
    lab(texts(401), ["eojeol"], ["word2vec"], **SMALL)
    assert trained == ["word2vec"] * 3


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"tokenizers": []}, "at least one"),
        ({"models": []}, "at least one"),
        ({"tokenizers": "kiwi"}, "lists"),
        ({"models": "word2vec"}, "lists"),
        ({"corpus": (text for text in ["가"])}, "generator"),
        ({"corpus": "가 나"}, "generator or a string"),
        ({"models": [{"dim": 8}]}, "names no model"),
        ({"models": ["word2vec", {"model": "glove", "negative": 3}]}, "no parameter"),
        ({"dim": 0}, "at least 1"),
        ({"test_sets": ["nowhere.csv"]}, "no test set"),
    ],
)
def test_what_cannot_be_is_refused_before_training(home: Path, arguments: dict, reason: str, monkeypatch) -> None:
    monkeypatch.setattr(module, "_train", lambda *_: pytest.fail("it trained"))
    with pytest.raises(BadInput, match=reason) as caught:
        ex.lab(**{"corpus": texts(), "tokenizers": ["eojeol"], "models": ["word2vec"]} | arguments)
    assert "\n" not in str(caught.value)
    with pytest.raises(UnknownName):
        lab(texts(), ["eojeol"], ["word2wec"])


def test_from_the_shell(home: Path, pairs: Path, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.txt"
    corpus.write_text("\n".join(texts()), encoding="utf-8")
    base = ["lab", "--corpus", str(corpus), "-t", "eojeol", "-m", "ppmi", "-m", "word2vec", "--test", str(pairs), "--dim", "8"]
    done = CliRunner().invoke(main, [*base, "--epochs", "2", "--json"])
    assert done.exit_code == 0, done.output
    data = json.loads(done.stdout)
    assert data["common"] == {"pairs": 5} and len(data["cells"]) == 2
    table = CliRunner().invoke(main, [*base, "--epochs", "2", "--markdown", "-"]).stdout
    assert re.search(r"\| eojeol \| ppmi \| 12 \| [\d,]+ \| -?[\d.]+ \[", table)
    plain = CliRunner().invoke(main, [*base, "--epochs", "2"]).stdout.splitlines()
    assert plain[0].split("\t")[:3] == ["tokenizer", "model", "keys"] and len(plain) == 3


def test_a_contextual_model_takes_part_and_says_what_it_does_not_take(home, pairs):
    pytest.importorskip("torch")
    models = [{"model": "contextual", "contexts": 3}, {"model": "ppmi", "dim": 5}]
    made = lab(texts(40), ["kiwi"], models, test_sets=[pairs], min_count=1)
    averaged, counted = made.cells
    assert averaged.tokens >= 40 * 5 and averaged.dim == 256 and averaged.scores["pairs"].covered > 0
    assert made.vectors("kiwi", averaged.model).info["params"]["layer"] == 1 and counted.tokens > 0
    with pytest.raises(BadInput, match="contextual has no parameter dim; it has") as caught:
        lab(texts(40), ["kiwi"], ["contextual"], dim=5)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("reach", "known"), [("form", 3), ("analysed", 4), ("composed", 5)])
def test_items_in_common_are_those_that_every_model_reaches(home: Path, tmp_path: Path, reach: str, known: int) -> None:
    path = tmp_path / "pairs.csv"
    rows = [
        ("고양이", "토끼", 9),
        ("고양이", "망치", 2),
        ("망치", "가위", 8),
        ("고양이가", "여우를", 7),
        ("고양이토끼", "망치", 1),
    ]
    path.write_text("a,b,score\n" + "\n".join(f"{a},{b},{s}" for a, b, s in rows), encoding="utf-8")
    result = lab(texts(), ["kiwi"], ["word2vec"], test_sets=[path], resolve=reach, **SMALL)
    assert [result.common, next(iter(result)).scores["pairs"].covered] == [{"pairs": known}, known]
