"""Layers are probed: planted knowledge is found where it lies, the control task tells learning from learning by heart."""

from __future__ import annotations

import unicodedata
import zlib
from itertools import product
from types import SimpleNamespace

import numpy as np
import pytest

from corpora.readers.conllu import gold_sentences
from corpora.sample import homographs
from explorer.analysis.probing.data import (
    ContextPairs,
    TaggedWords,
    file_pairs,
    gold_words,
    scored_pairs,
    sense_pairs,
    spread,
    tagged_words,
)
from explorer.analysis.probing.layers import MEASURES, probe_layers
from explorer.analysis.probing.linear_probe import LinearProbe, auc_interval, control_labels, rank_correlation, selectivity
from explorer.core.errors import BadInput, Cancelled
from explorer.encoders.texts import held_out
from explorer.tokenizers.loading import tokenizer

DIM, DEPTH, KNOWS = 12, 4, 2


def noise(*key) -> np.ndarray:
    return np.random.default_rng(zlib.crc32(repr(key).encode())).standard_normal(DIM)


class Planted:
    """An encoder of four layers, of which the third alone knows what a text or a word is: ``knows`` says."""

    name = "planted"
    depth, dim = DEPTH, DIM

    def __init__(self, knows):
        self.knows = knows
        self.cutter = SimpleNamespace(
            capacity=50, prefix=[1], suffix=[2], encode=lambda text: [(ord(c), n, n + 1) for n, c in enumerate(text)]
        )
        self.network = SimpleNamespace(depth=DEPTH, pooled=self.pooled)

    def state(self, layer, what, *key):
        found = noise(layer, *key)
        if layer == KNOWS:
            found[0] = 4 * self.knows(what)
        return found

    def pooled(self, jobs, groups, progress=None):
        texts = ["".join(map(chr, job.ids[1:-1])) for job in jobs]
        return np.array([[self.state(layer, text, text) for text in texts] for [layer] in groups], np.float32)

    def span_layers(self, requests, progress=None):
        places = [(text, span, text[span[0] : span[1]]) for text, spans in requests for span in spans]
        return np.array(
            [[self.state(layer, word, text, span) for text, span, word in places] for layer in range(DEPTH)], np.float32
        )


def reviews(count=120):
    return [(f"영화 {number} {'좋다' if number % 2 else '싫다'}", "good" if number % 2 else "bad") for number in range(count)]


def test_labels_are_found_at_the_layer_that_knows_them():
    found = probe_layers(Planted(lambda text: 1 if "좋다" in text else -1), labelled=reviews())
    accuracies = [level.labels.accuracy.value for level in found.levels]
    assert accuracies[KNOWS] == 1.0 and found.best("labels").layer == KNOWS
    assert all(accuracy < 0.8 for layer, accuracy in enumerate(accuracies) if layer != KNOWS)
    assert found.baselines["labels"] == 0.5 and found.names == ("bad", "good")
    assert found.counts["texts_held_out"] == 36
    assert found.to_dict()["best"] == {"labels": KNOWS}
    frame = found.to_frame()
    assert list(frame["layer"]) == list(range(DEPTH)) and "wic" not in frame and frame["labels"].max() == 1.0


def test_the_same_seed_gives_the_same_numbers():
    model = Planted(lambda text: 0)
    assert probe_layers(model, labelled=reviews()) == probe_layers(model, labelled=reviews())
    assert probe_layers(model, labelled=reviews()) != probe_layers(model, labelled=reviews(), seed=7)


def test_parts_of_speech_beside_their_control():
    nouns, verbs = [f"명{n}" for n in range(60)], [f"동{n}" for n in range(60)]
    texts = [f"{noun} {verb}" for noun, verb in product(nouns[:15], verbs[:15])]
    spans = [[(0, text.index(" ")), (text.index(" ") + 1, len(text))] for text in texts]
    words = TaggedWords(
        list(zip(texts, spans, strict=True)),
        ["NNG", "VV"] * len(texts),
        [part for text in texts for part in text.split()],
        "gold",
        offered=450,
    )
    found = probe_layers(Planted(lambda word: 1 if word.startswith("명") else -1), words=words)
    knowing = found.levels[KNOWS].pos
    assert knowing.task.accuracy.value == 1.0
    assert knowing.control.accuracy.value < 0.75  # nothing of a word itself is in these vectors
    assert knowing.gain.value > 0.25 and knowing.gain.low > 0
    assert abs(found.levels[0].pos.gain.value) < 0.15
    assert found.levels[-1].neighbours.value == 1.0 and found.levels[0].neighbours.value < 0.6
    assert all(abs(level.random.mean) < 0.3 for level in found.levels)


def test_learning_by_heart_has_no_selectivity():
    # Every word type is a direction of its own: a probe can learn any labels of them.
    rng = np.random.default_rng(0)
    types = rng.integers(0, 20, 1500)
    vectors = np.eye(20)[types] + 0.01 * rng.standard_normal((1500, 20))
    labels = types % 3
    control = control_labels(types, labels)
    assert all(len(set(control[types == one])) == 1 for one in range(20))
    groups = np.arange(1500)
    found = selectivity(vectors, labels, control, held_out(labels), groups)
    assert found.task.accuracy.value == found.control.accuracy.value == 1.0
    assert found.gain.value == 0
    # Types that were never seen have nothing to be learnt by heart, while what they have in common is known.
    fresh = np.arange(1500)
    vectors = np.eye(3)[fresh % 3] + 0.1 * rng.standard_normal((1500, 3))
    found = selectivity(vectors, fresh % 3, control_labels(fresh, fresh % 3), held_out(fresh % 3), groups)
    assert found.task.accuracy.value > 0.95 and found.control.accuracy.value < 0.45


def test_senses_are_told_apart_where_they_are_known():
    def half(word, sense):
        return [SimpleNamespace(word=word, sense=sense, start=0, end=1, text=f"{word} {sense} {number}") for number in range(8)]

    model = Planted(lambda _: 0)
    model.state = lambda layer, what, text, span: (
        noise(layer, text) + ((6 if "하나" in text else -6) * np.ones(DIM) if layer == KNOWS else 0)
    )
    pairs = sense_pairs([*half("배", "하나"), *half("배", "둘"), *half("눈", "하나"), *half("눈", "둘")], per_word=40)
    assert len(pairs.same) == 80 and pairs.same.sum() == 40
    found = probe_layers(model, contexts=pairs)
    assert found.levels[KNOWS].wic.value > 0.99
    assert all(abs(level.wic.value - 0.5) < 0.25 for level in found.levels if level.layer != KNOWS)
    assert found.counts == {"pairs": 80, "words_in_pairs": 2}


def test_similarity_follows_what_people_say():
    model = Planted(lambda _: 0)

    def state(layer, what, text):
        angle = float(text.split()[1]) if layer == KNOWS else float(noise(layer, text)[0])
        return np.array([np.cos(angle), np.sin(angle), *[0.0] * (DIM - 2)])

    model.state = state
    pairs = [("각 0", f"각 {number / 20}", 5 - number / 10) for number in range(1, 30)]
    found = probe_layers(model, similarity=pairs)
    assert found.levels[KNOWS].similarity.value == pytest.approx(1)
    assert abs(found.levels[0].similarity.value) < 0.6


def test_auc_equals_counting_pairs():
    rng = np.random.default_rng(3)
    scores, positive = rng.integers(0, 6, 60).astype(float), rng.random(60) < 0.4
    pairs = [(a > b) + 0.5 * (a == b) for a in scores[positive] for b in scores[~positive]]
    found = auc_interval(scores, positive, np.arange(60))
    assert found.value == pytest.approx(np.mean(pairs)) and found.low < found.value < found.high
    assert rank_correlation(np.ones(3), np.arange(3.0)).value is None


def test_a_probe_of_two_labels_and_of_labels_that_are_missing():
    vectors = np.array([[0.0, 1], [0.2, 1], [3, 1], [3.2, 1]])
    assert LinearProbe.fit(vectors, np.array([0, 0, 1, 1])).answers(vectors).tolist() == [0, 0, 1, 1]
    assert LinearProbe.fit(vectors, np.array([1, 1, 4, 4])).answers(vectors).tolist() == [1, 1, 4, 4]
    with pytest.raises(BadInput, match="one label"):
        LinearProbe.fit(vectors, np.zeros(4, int))


def test_words_get_the_part_of_speech_of_their_stem():
    kiwi = tokenizer("kiwi")
    found = tagged_words(kiwi, ["學校에서 조용한 아이들이 공부했다 ㅋㅋㅋ 😀", "", "  ", "!!!"])
    [(text, spans)] = found.requests
    assert [text[start:end] for start, end in spans][:2] == ["學校에서", "조용한"]
    assert found.tags[:4] == ["SH", "VA", "NNG", "VV"] and found.types[2] == "아이"
    decomposed = unicodedata.normalize("NFD", "배를 먹었다")
    [(text, spans)] = tagged_words(kiwi, [decomposed]).requests
    assert [unicodedata.normalize("NFC", text[start:end]) for start, end in spans] == ["배를", "먹었다"]


def test_pairs_and_scores_come_from_files(tmp_path):
    path = tmp_path / "wic.tsv"
    rows = [
        "배	[배]를 탔다	[배]가 떠났다	True",
        "배	[배]를 탔다	[배]를 깎았다	False",
        "배	눈이 온다	[배]를 깎았다	False",
    ]
    path.write_text("\n".join(["Target	SENTENCE1	SENTENCE2	ANSWER", *rows]), encoding="utf-8")
    found = file_pairs(path, tokenizer("kiwi"))
    assert found.same.tolist() == [True, False] and found.words == ["배", "배"]
    assert [text[slice(*spans[0])] for text, spans in found.requests] == ["배"] * 3
    path.write_text(
        "sentence1	sentence2	score\n배를 탔다	배가 떠났다	4.5\n배를 탔다	밥을 먹었다	0\n", encoding="utf-8"
    )
    assert scored_pairs(path) == [("배를 탔다", "배가 떠났다", 4.5), ("배를 탔다", "밥을 먹었다", 0.0)]
    with pytest.raises(BadInput, match="word"):
        file_pairs(path, tokenizer("kiwi"))


def test_rare_parts_of_speech_are_left_out_and_counted():
    requests = [(f"가{n} 나{n}", [(0, 2), (3, 5)]) for n in range(40)]
    words = TaggedWords(requests, ["NNG", "VV"] * 39 + ["NNG", "IC"], ["가", "나"] * 40, "kiwi", offered=80)
    assert words.drawn(1000, 1).dropped == 1 and "IC" not in words.drawn(1000, 1).tags
    few = words.drawn(20, 1, fewest=1)
    assert len(few.tags) == len(few.types) == len(few.sentences) == 20 and few.dropped == 0 and few.offered == 80


def test_a_treebank_says_its_own_parts_of_speech(tmp_path):
    row = "{}\t{}\t{}\t{}\t{}\t_\t0\troot\t_\t{}"
    path = tmp_path / "gold.conllu"
    lines = ["# text = 배를 먹었다.", row.format(1, "배를", "배+를", "NOUN", "ncn+jco", "_")]
    lines += [
        row.format(2, "먹었다", "먹+었+다", "VERB", "pvg+ep+ef", "SpaceAfter=No"),
        row.format(3, ".", ".", "PUNCT", "sf", "_"),
        "",
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = gold_words(gold_sentences(path))
    assert found.tags == ["NOUN", "VERB", "PUNCT"] and found.types == ["배", "먹", "."] and found.source == "gold"
    path.write_text("\n".join(lines).replace("NOUN", "_").replace("VERB", "_").replace("PUNCT", "_") + "\n", encoding="utf-8")
    with pytest.raises(BadInput, match="UPOS"):
        gold_words(gold_sentences(path))


@pytest.mark.parametrize(
    "asked, message",
    [
        ({}, "nothing to ask"),
        ({"labelled": [("하나", "a"), ("둘", "a")]}, "one label"),
        ({"labelled": []}, "one label"),
        ({"labelled": [("하나", "a"), ("둘", "a"), ("셋", "b")]}, "one text only"),
        ({"similarity": [("하나", "둘", 1.0)]}, "at least 3"),
        ({"words": TaggedWords([("가", [(0, 1)])], ["NNG"], ["가"], "kiwi", offered=1)}, "at least 20"),
    ],
)
def test_what_cannot_be_probed_is_said_in_one_line(asked, message):
    with pytest.raises(BadInput, match=message) as error:
        probe_layers(Planted(lambda _: 0), **asked)
    assert len(str(error.value).splitlines()) == 1


def test_pairs_of_one_kind_and_unknown_measures():
    with pytest.raises(BadInput, match="both kinds"):
        ContextPairs.of([("배", ("배", (0, 1)), ("배 둘", (0, 1)), True)])
    with pytest.raises(BadInput, match=", ".join(MEASURES)):
        probe_layers(Planted(lambda _: 0), labelled=reviews()).best("syntax")


def test_texts_that_are_cut_or_empty_are_counted():
    texts = [*reviews(40), ("  ", "bad"), ("좋다" * 100, "good"), ("좋다" * 10_000, "good")]
    found = probe_layers(Planted(lambda _: 0), labelled=texts)
    assert found.counts["texts"] == 42 and found.counts["texts_empty"] == 1 and found.counts["texts_cut"] == 2
    assert probe_layers(Planted(lambda _: 0), labelled=texts, most_texts=30).counts["texts"] <= 30


def test_probing_can_be_stopped():
    def stop(step):
        if step.stage == "probing layers" and step.done == 1:
            raise Cancelled

    with pytest.raises(Cancelled):
        probe_layers(Planted(lambda _: 0), labelled=reviews(), progress=stop)


def test_items_are_spread_evenly():
    assert spread(range(1000), 4) == [0, 256, 512, 768] and spread([1, 2], 4) == [1, 2] and spread([], 3) == []


def test_the_shipped_encoder_tells_the_senses_of_the_sample_best_at_its_last_layer():
    pytest.importorskip("torch")
    import explorer as ex

    model = ex.encoder("mini")
    words = tagged_words(model.analyser, [one.text for one in homographs()][::5])
    found = probe_layers(model, words=words, contexts=sense_pairs(homographs(), per_word=40))
    assert found.best("wic").layer == model.depth - 1 and found.best("wic").wic.low > 0.5
    assert found.levels[0].pos.task.accuracy.value > found.baselines["pos"] + 0.2
    assert [note.code for note in found.notes] == ["encoders.tags_in_input"]
