"""Vectors for senses, with senses planted in a corpus: 배 as a ship and as a pear."""

import random

import numpy as np
import pytest
from click.testing import CliRunner

import explorer as ex
from explorer.cli import main
from explorer.core.errors import BadInput
from explorer.core.progress import Progress
from explorer.encoders.homographs import Homograph
from explorer.encoders.sense_vectors import sense_vectors, shipped_words
from explorer.static.windows import place_in, read_windows
from explorer.text.tags import split_key
from explorer.tokenizers.engines.rules import EojeolTokenizer

SEA = ["바다", "항구", "선장", "파도", "어부", "등대", "부두", "돛", "뱃길", "갑판"]
FRUIT = ["과수원", "사과", "포도", "껍질", "수확", "농부", "과즙", "씨앗", "단맛", "가지"]
TOWN = ["학교", "교실", "학생", "시험", "숙제", "칠판", "방학", "선생", "교과서", "운동장"]


def _texts(n: int = 900) -> list[str]:
    draw = random.Random(3)
    texts = []
    for number in range(n):
        topic = (SEA, FRUIT, TOWN)[number % 3]
        words = draw.sample(topic, 5)
        if topic is not TOWN:
            words[2:2] = ["배"]
        texts.append(" ".join(words))
    return texts


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return _texts()


@pytest.fixture(scope="module")
def trained(texts):
    return ex.train("ppmi", texts, tokenizer="eojeol", dim=12, components=0, workers=1)


@pytest.fixture(scope="module")
def found(trained, texts):
    return sense_vectors(trained, ["배", "학교", "없는말"], texts, contexts=120, workers=1, name="planted")


def test_planted_senses_are_found_and_named(found):
    senses = found.senses("배")
    assert len(senses) == 2 and sum(one.examples for one in senses) == 120
    assert sum(one.share for one in senses) == pytest.approx(1)
    topics = [{*SEA}, {*FRUIT}]
    for one in senses:
        [topic] = [topic for topic in topics if set(one.telling) <= topic]
        topics.remove(topic)


def test_a_sense_lies_among_the_words_of_its_topic(found):
    for one in found.senses("배"):
        topic = SEA if set(one.telling) <= set(SEA) else FRUIT
        near = found.similar(one.key, n=5).words
        assert sum(word in topic for word in near) >= 4, (one, near)


def test_the_vocabulary_stays_and_where_they_came_from_is_told(found, trained):
    assert found.keys == trained.keys and np.array_equal(found.vectors, trained.vectors)
    told = found.info["senses"]
    assert (told["corpus"], told["encoder"], told["contexts"], told["asked"]) == ("planted", "mini", 120, 2)
    assert told["words"] == len(found.sense_table.words) and 0 < told["fit"] <= 1


def test_the_same_seed_gives_the_same_senses_in_any_order(found, trained, texts):
    again = sense_vectors(trained, ["배"], texts[::-1], contexts=120, workers=1)
    assert sorted(one.examples for one in again.senses("배")) == sorted(one.examples for one in found.senses("배"))


def test_places_are_sampled_over_different_texts(texts):
    index = {"배": 0, "바다": 1}

    def weigh(rows, distances):
        return np.zeros((len(rows), 2)), np.ones(len(rows))

    options = {"dim": 2, "window": 2, "choice": "all", "seed": 1, "workers": 1}
    read = read_windows([*texts, *texts], EojeolTokenizer(), index, {0: 50}, np.array([1]), weigh, **options)
    sampled = [place.text for place in read.places[0]]
    assert len(sampled) == len(set(sampled)) == 50 and all("배" in one for one in sampled)
    assert read.distances.tolist() == [2, 1, 1, 2] and read.documents == 2 * len(texts)
    assert all(place.rows.shape == (4,) for place in read.places[0])


def _shown(topic: list[str], sense: str, n: int) -> list[Homograph]:
    draw = random.Random(sense)
    shown = []
    for _ in range(n):
        before, after = (" ".join(draw.sample(topic, 2)) for _ in range(2))
        shown.append(Homograph("배", sense, len(before) + 1, len(before) + 2, f"{before} 배 {after}"))
    return shown


def test_contexts_go_to_the_senses_that_sentences_show(trained, texts):
    labelled = [*_shown(FRUIT, "pear", 6), *_shown(SEA, "ship", 6), *_shown(TOWN, "too few", 2)]
    made = sense_vectors(trained, ["배", "학교"], texts, contexts=40, labelled=labelled, workers=1)
    assert made.info["senses"]["labelled"] == 1
    senses = made.senses("배")
    assert len(senses) == 2 and 40 < sum(one.examples for one in senses) <= 120 + len(labelled)
    topics = [{*SEA}, {*FRUIT}]
    for one in senses:
        [topic] = [topic for topic in topics if set(one.telling) <= topic]
        topics.remove(topic)
        assert sum(word in topic for word in made.similar(one.key, n=5).words) >= 4


def test_a_word_that_sentences_show_in_one_sense_is_divided_by_itself(trained, texts):
    made = sense_vectors(trained, ["배"], texts, contexts=40, labelled=_shown(SEA, "ship", 6), workers=1)
    assert made.info["senses"]["labelled"] == 0 and sum(one.examples for one in made.senses("배")) == 40


def test_a_place_is_the_one_that_reading_finds(texts):
    tokenizer, index = EojeolTokenizer(), {word: row for row, word in enumerate(["배", *SEA, *FRUIT, *TOWN])}
    text = texts[0]

    def weigh(rows, distances):
        return np.zeros((len(rows), 2)), np.ones(len(rows))

    options = {"dim": 2, "window": 3, "choice": "all", "seed": 1, "workers": 1}
    [found] = read_windows([text], tokenizer, index, {0: 5}, np.array([1]), weigh, **options).places[0]
    place = place_in(text, tokenizer.tokenize(text), text.index("배"), 0, index, 3, "all")
    assert place is not None and place.rows.tolist() == found.rows.tolist()
    assert place_in(text, tokenizer.tokenize(text), 0, 0, index, 3, "all") is None


def test_what_cannot_be_is_refused(trained, texts):
    with pytest.raises(BadInput, match="none of the words"):
        sense_vectors(trained, ["없는말"], texts)
    with pytest.raises(BadInput, match="2 or more"):
        sense_vectors(trained, ["배"], texts, contexts=1)
    with pytest.raises(BadInput):
        sense_vectors(trained, "배", texts)
    with pytest.raises(BadInput):
        sense_vectors(trained, ["배"], [])
    with pytest.raises(BadInput, match="tokenizer"):
        sense_vectors(ex.Vectors(["배"], [[1.0]]), ["배"], texts)


def test_it_can_be_stopped(trained, texts):
    def stop(progress: Progress) -> None:
        if progress.stage == "sorting senses":
            raise ex.Cancelled

    with pytest.raises(ex.Cancelled):
        sense_vectors(trained, ["배"], texts, contexts=40, workers=1, progress=stop)


def test_the_command_adds_senses_and_similar_tells_of_them(trained, texts, tmp_path, monkeypatch):
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path))
    trained.save("planted")
    (tmp_path / "corpus.txt").write_text("\n".join(texts), encoding="utf-8")
    run = CliRunner().invoke
    words = ",".join(["배", "학교", *(f"없는말{number}" for number in range(40))])  # longer than a file's name may be
    command = ["train", "senses", "--model", "planted", "--corpus", str(tmp_path / "corpus.txt"), "--words", words]
    refused = run(main, [*command, "--name", "x"])
    assert refused.exit_code == 1 and "--tokenizer eojeol" in refused.stderr
    made = run(main, [*command, "--name", "with-senses", "--tokenizer", "eojeol", "-p", "contexts=100"])
    assert made.exit_code == 0, made.output
    said = run(main, ["similar", "배", "-m", "with-senses"])
    assert "배#1" in said.stderr and "배#2" in said.stderr
    side = run(main, ["similar", "배", "-m", "with-senses", "--senses", "-n", "3"])
    assert side.exit_code == 0 and side.stdout.splitlines()[0].split("\t")[1:] == ["배", "배#1", "배#2"]
    one = run(main, ["similar", "배#1", "-m", "with-senses", "--json"])
    assert '"how": "sense"' in one.stdout
    none = run(main, ["similar", "학교", "-m", "with-senses", "--senses"])
    assert none.exit_code == 0


def test_the_shipped_words_are_keys_each_once():
    words = shipped_words()
    assert len(words) == len(set(words)) >= 200
    assert all(split_key(word)[1] in ("NNG", "VV", "VA") for word in words)
