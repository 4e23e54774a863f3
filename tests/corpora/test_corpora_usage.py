"""How a corpus uses a word: its forms are what hangs on it, its frequency is of all morphemes."""

from __future__ import annotations

import unicodedata

import pytest
from test_corpora_concordance import Texts

from corpora.concordance import concordance
from corpora.usage import usage
from explorer.core.errors import BadInput, Cancelled

CORPUS = Texts(
    "사람이 왔다. 사람들은 말했다. 한국사람이 사람을 만났다.\n그 사람!",
    unicodedata.normalize("NFD", "사람이 갔다."),
    "밥을 먹고싶다. 먹었다. 그가 먹었다.",
    "학교(學校)에서 공부했다.\n그는 학교(學校)로 갔다.\n그는 학교(學敎)에서 공부했다.\n우리는 학교(學生)에서 만났다.",
    "배를 타고 배를 먹었다. 삼백 배가 넘는다.",
)


@pytest.fixture(scope="module")
def used(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EXPLORER_HOME", str(tmp_path_factory.mktemp("home")))
        yield lambda *asked, **options: usage(CORPUS, *asked, **options)


def counted(found):
    return {one.form: one.count for one in found.forms}


def test_forms_are_the_word_with_its_particles_and_endings(used):
    found = used("사람")
    assert counted(found) == {"사람이": 3, "사람들은": 1, "사람을": 1, "사람": 1}
    assert found.forms[0].parts == ("사람/NNG", "이/JKS")
    assert found.occurrences == 6 == found.concordance.count and (found.lines_read, found.lines) == (3, 3)
    verbs = counted(used("먹는다"))
    assert verbs["먹었다"] == 3 and verbs["먹고"] == 1  # not 먹고싶다


def test_frequency_is_of_all_morphemes(used):
    found = used("사람").frequency
    assert found.count == 6 and 1 <= found.rank <= found.of and found.per_million > 10_000
    assert used("먹고 싶다").frequency is None and used("뷁뷁").frequency is None


def test_hanja_beside_the_word_are_told_only_where_they_read_as_it_does(used):
    found = used("학교")
    assert found.hanja == (("學校", 2), ("學敎", 1)) and counted(found) == {"학교에서": 2, "학교로": 1, "학교": 1}
    assert used("사람").hanja == ()


def test_a_key_asks_for_one_reading_and_the_next_word_stands_in(used):
    assert used("배/NNG").concordance.resolved == ("배/NNG",)
    assert used(["배/NNP", "먹었다"]).concordance.resolved == ("먹다/VV",)


def test_the_lines_are_those_of_the_concordance(used):
    assert used("사람", 2, width=5).concordance == concordance(CORPUS, "사람", 2, width=5)


def test_of_a_frequent_word_so_many_lines_are_read_evenly(used):
    found = used("사람", lines=2)
    assert found.lines_read == 2 and found.lines == 3 and found.occurrences < 6 == found.concordance.count


def test_an_unknown_word_is_no_error_and_plain_data_leave(used):
    data = used("뷁뷁").to_dict()
    assert data["forms"] == [] and data["concordance"]["count"] == 0 and data["lines"] == 0
    assert used("사람").to_frame().columns.tolist() == ["form", "count", "parts"]


def test_what_cannot_be_asked_is_said_and_reading_can_be_stopped(used):
    for asked, options in ((("",), {}), (([],), {}), (("왕", -1), {}), (("왕",), {"lines": 0})):
        with pytest.raises(BadInput):
            used(*asked, **options)

    def stop(step):
        if step.stage == "looking for the word":
            raise Cancelled

    with pytest.raises(Cancelled):
        used("사람", progress=stop)
