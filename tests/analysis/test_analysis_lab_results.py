import json

import pytest

from explorer.analysis.lab import Cell, Lab
from explorer.analysis.lab_results import lab_names, load_lab, save_lab
from explorer.analysis.scores import Score, Section
from explorer.core.errors import BadInput, UnknownName


@pytest.fixture
def result():
    section = Section("가족", "accuracy", 0.5, 0.4, 0.6, 10, 12, by_method={"3cosadd": 0.5})
    score = Score("시험", "analogy", "accuracy", 0.5, 0.4, 0.6, 10, 12, (section,), details={"by_method": {"3cosadd": 0.5}})
    cells = [
        Cell("kiwi", "word2vec", 10, 3, 99, {"시험": score}, {"시험": None}, "/x"),
        Cell("eojeol", "glove", 5, 3, 80, {"시험": None}, {"시험": None}, "/y"),
    ]
    return Lab("말뭉치", tuple(cells), {"시험": 4})


def test_a_result_is_kept_and_opened_again(home, result):
    assert Lab.from_dict(json.loads(json.dumps(result.to_dict()))) == result
    save_lab(result, "나의실험")
    assert load_lab("나의실험") == result and lab_names()[0] == "나의실험"
    with pytest.raises(BadInput) as taken:
        save_lab(result, "나의실험")
    assert taken.value.code == "analysis.lab_name_taken"
    save_lab(Lab("다른 말뭉치", result.cells, result.common), "나의실험", overwrite=True)
    assert load_lab("나의실험").corpus == "다른 말뭉치"


def test_what_is_not_there_or_damaged_is_said(home, result):
    with pytest.raises(UnknownName) as unknown:
        load_lab("../vectors")
    assert "wiki-6mb" in unknown.value.known
    (save_lab(result, "깨진") / "lab.json").write_text("{", encoding="utf-8")
    with pytest.raises(BadInput):
        load_lab("깨진")
    with pytest.raises(BadInput):
        save_lab(result, "a/b")


def test_the_one_that_ships_can_be_read_with_its_intervals(home):
    shipped = load_lab("wiki-6mb")
    assert len(shipped) == 9 and {cell.tokenizer for cell in shipped} == {"kiwi", "eojeol", "ko-unigram-32k"}
    for cell in shipped:
        assert cell.folder == ""  # its vectors are not here
        for name, total in shipped.common.items():
            own, both = cell.scores[name], cell.common[name]
            assert own is None or (own.low <= own.value <= own.high and own.covered <= own.total)
            assert both is None or both.covered == total
    assert len(shipped.to_frame()) == 9 and "WS353_korean low" in shipped.to_frame().columns
