"""Classifiers: trained, saved, opened, resumed after a kill, stopped, and told when they overfit."""

from __future__ import annotations

import json
import shutil
import unicodedata

import numpy as np
import pytest

pytest.importorskip("torch")

import explorer as ex
from explorer.core.errors import BadInput, Cancelled, UnknownName
from explorer.core.store import list_artifacts, read_manifest, remove_artifact, sha256_file
from explorer.encoders.classifier import classifier, classifier_names, classifier_record
from explorer.encoders.cost import shape_of
from explorer.encoders.labelled import open_labelled, save_labelled
from explorer.encoders.library import encoder_record, remove_encoder
from explorer.encoders.morpheme.storing import MINI, encoder_folder, shipped_encoders
from explorer.encoders.texts import cut_units, text_jobs
from explorer.encoders.train.classify import ClassifierRecipe, train_classifier

GOOD = ["참 재미있다", "배우가 훌륭하다", "다시 보고 싶다", "음악이 아름답다", "웃다가 울었다"]
BAD = ["너무 지루하다", "돈이 아깝다", "이야기가 엉망이다", "졸려서 혼났다", "두 번은 못 본다"]


def reviews():
    return [
        (f"{number}번 영화 {text}", label)
        for number in range(8)
        for texts, label in ((GOOD, "좋음"), (BAD, "나쁨"))
        for text in texts
    ]


def noise(count=60):
    letters = np.random.default_rng(1).choice(list("가나다라마바사아자차카타파하"), (count, 6))
    return [("".join(row), "ab"[number % 2]) for number, row in enumerate(letters)]


@pytest.mark.parametrize("train", ["head", "all"])
def test_what_is_saved_answers_as_it_was_measured(home, small_bert, train):
    recipe = ClassifierRecipe(base=str(small_bert), train=train, steps=60, rate=2e-2 if train == "head" else 1e-3, heldout=0.25)
    made = train_classifier(reviews(), recipe, name="films", corpus="reviews")
    assert made.labels == ("나쁨", "좋음") and made.baseline == 0.5
    assert made.accuracy.value > 0.9 and made.counts == {"texts": 80, "held_out": 20, "empty": 0, "cut": 0}
    assert made.outcome.after < made.outcome.before and list(made.to_frame()["step"])[-1] == 60
    opened = classifier("films")
    said = opened.predict(["참 재미있다", "너무 지루하다"])
    assert [one.label for one in said] == ["좋음", "나쁨"]
    assert all(sum(one.probabilities.values()) == pytest.approx(1) for one in said)
    right = np.mean(
        [one.label == label for one, (_, label) in zip(opened.predict([text for text, _ in reviews()]), reviews(), strict=True)]
    )
    assert right > 0.9
    manifest = list_artifacts("encoder")["films"]
    assert manifest.provenance["corpus"] == "reviews" and manifest.provenance["recipe"]["seed"] == 42
    assert "classifier.safetensors" in manifest.files and classifier_names() == ["films", "reviews"]
    # The encoder in it answers too, and the one it came from is as it was.
    before = ex.encoder(small_bert).vector("배", "배를 탔다")
    assert np.allclose(ex.encoder("films").vector("배", "배를 탔다"), before, atol=1e-5) == (train == "head")


def test_the_shipped_encoder_as_a_classifier(home):
    made = train_classifier(reviews(), ClassifierRecipe(train="all", steps=12), name="films")
    assert made.accuracy.value > made.baseline
    opened = classifier("films")
    assert opened.encoder.fill("비가 [MASK].", 1)  # all of the encoder is there
    assert [one.label for one in opened.predict(["참 재미있다"])] == ["좋음"]


def test_memorised_noise_is_called_overfitting(small_bert):
    recipe = ClassifierRecipe(base=str(small_bert), steps=200, rate=0.05, heldout=0.4)
    made = train_classifier(noise(), recipe)
    assert made.folder is None and made.outcome.overfits
    assert [one.code for one in made.outcome.warnings] == ["encoders.training_overfits"]
    assert "과적합" in made.outcome.warnings[0].said("ko")
    assert made.outcome.curve[-1]["train"] < 0.2 < made.outcome.after
    learnt = train_classifier(reviews(), ClassifierRecipe(base=str(small_bert), steps=60, rate=2e-2))
    assert not learnt.outcome.overfits and not learnt.outcome.warnings


class Killed(BaseException):
    """What no code of ours catches."""


def test_a_killed_training_goes_on_where_it_was(home, small_bert):
    recipe = ClassifierRecipe(base=str(small_bert), train="all", steps=30, rate=1e-3, batch=8)
    whole = train_classifier(reviews(), recipe, name="whole")

    def kill(step):
        if step.stage == "training" and step.done >= 10:
            raise Killed

    with pytest.raises(Killed):
        train_classifier(reviews(), recipe, name="parts", progress=kill)
    assert "parts" not in list_artifacts("encoder") and (home / "cache/training/parts/training.json").is_file()
    kept = json.loads((home / "cache/training/parts/training.json").read_text(encoding="utf-8"))["curve"]
    assert kept[-1]["step"] >= 10
    steps = []
    parts = train_classifier(
        reviews(), recipe, name="parts", progress=lambda step: steps.append(step) if step.stage == "training" else None
    )
    assert [step.data for step in steps[: len(kept)]] == kept, "what was measured before is told again, to the second"
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    assert [point["step"] for point in parts.outcome.curve] == [point["step"] for point in whole.outcome.curve]
    # This BERT has dropout, drawn anew where the run went on; what does not depend on it is equal.
    assert parts.counts == whole.counts and parts.baseline == whole.baseline
    assert not (home / "cache/training/parts").exists()


def test_a_head_goes_on_to_the_same_bits(home, small_bert):
    recipe = ClassifierRecipe(base=str(small_bert), steps=30, rate=1e-2, batch=8)
    whole = train_classifier(reviews(), recipe, name="whole")

    def stop(step):
        if step.stage == "training" and step.done >= 10:
            raise Cancelled

    with pytest.raises(Cancelled):
        train_classifier(reviews(), recipe, name="parts", progress=stop)
    parts = train_classifier(reviews(), recipe, name="parts")
    assert [point["heldout"] for point in parts.outcome.curve] == [point["heldout"] for point in whole.outcome.curve]
    heads = [(home / "encoders" / name / "classifier.safetensors").read_bytes() for name in ("whole", "parts")]
    assert heads[0] == heads[1]


def test_a_checkpoint_of_other_texts_is_refused(home, small_bert):
    recipe = ClassifierRecipe(base=str(small_bert), steps=30)

    def stop(step):
        if step.stage == "training":
            raise Cancelled

    with pytest.raises(Cancelled):
        train_classifier(reviews(), recipe, name="films", progress=stop)
    with pytest.raises(BadInput, match="other settings or another text"):
        train_classifier(reviews()[:-2], recipe, name="films")


@pytest.mark.parametrize(
    "labelled, settings, message",
    [
        ([("하나", "a"), ("둘", "a")], {}, "one label"),
        ([], {}, "one label"),
        ([("하나", "a"), ("둘", "a"), ("셋", "b")], {}, "one text only"),
        ([("", "a"), (" ", "b")], {}, "one label"),
        (reviews(), {"train": "half"}, "head, all"),
        (reviews(), {"heldout": 1.5}, "between 0 and 1"),
        (reviews(), {"epochs": -1}, "above 0"),
        (reviews(), {"layer": 9}, "layer"),
    ],
)
def test_what_cannot_be_trained_is_said_in_one_line(small_bert, labelled, settings, message):
    with pytest.raises(BadInput, match=message) as error:
        train_classifier(labelled, ClassifierRecipe(base=str(small_bert), **settings))
    assert len(str(error.value).splitlines()) == 1


def test_names_and_damage(home, small_bert):
    recipe = ClassifierRecipe(base=str(small_bert), steps=2)
    with pytest.raises(BadInput, match="taken"):
        train_classifier(reviews(), recipe, name="mini")
    train_classifier(reviews(), recipe, name="films")
    with pytest.raises(BadInput, match="taken"):
        train_classifier(reviews(), recipe, name="films")
    train_classifier(reviews(), recipe, name="films", overwrite=True)
    with pytest.raises(UnknownName, match="films"):
        classifier("mini")
    opened = classifier("films")
    for texts, message in ((["좋다", " "], "text 2"), ("좋다", "list of texts")):
        with pytest.raises(BadInput, match=message):
            opened.predict(texts)
    assert opened.predict([]) == [] and opened.predict(["좋다" * 5000])[0].label in opened.labels
    path = home / "encoders/films/classifier.json"
    path.write_text(json.dumps({"labels": ["a"], "layer": 1, "length": 9}), encoding="utf-8")
    with pytest.raises(BadInput, match="damaged"):
        classifier("films")


ODD = [
    "참 재미있었는데 ㅋㅋㅋ 돈이 아깝다😀",
    "",
    "\u200b",
    "漢字 영화",
    "가 나 " * 1500,
    unicodedata.normalize("NFD", "참 재미있다. 갔다"),
    "재\u200b미있다 참",
    "뷁뷁",
]


@pytest.fixture
def films(home, small_bert):
    train_classifier(reviews(), ClassifierRecipe(base=str(small_bert), steps=60, rate=2e-2), name="films")
    return classifier("films")


def test_texts_are_labelled_counted_and_compared(films, home):
    gold = ["좋음", "", "", "몰라", "나쁨", "좋음", "", "나쁨"]
    found = films.label(ODD, gold)
    assert found.given == 8 and found.missing == [2, 3] and found.numbers.tolist() == [1, 4, 5, 6, 7, 8] and found.cut == 1
    assert sum(found.counts().values()) == len(found) == 6
    agreement = found.agreement()
    assert agreement.unknown == ("몰라",) and agreement.matrix.sum() == 5
    right = [found.label(row) == label for row, label in enumerate(found.gold) if label]
    assert agreement.accuracy.value == pytest.approx(np.mean(right)) and agreement.baseline == 0.4
    for row, one in enumerate(films.predict([ODD[0], *ODD[3:]])):
        assert one.label == found.label(row) and one.probability == pytest.approx(found.probabilities[row].max(), abs=1e-5)
    wrong = found.rows("wrong")
    assert [found.right(row) for row in wrong] == [False] * right.count(False)
    unsure = found.probabilities.max(axis=1)[found.rows("unsure")]
    assert list(unsure) == sorted(unsure)
    assert all(found.label(row) == "좋음" for row in found.rows(label="좋음"))
    again = open_labelled(save_labelled(found, home / "kept"))
    assert again.to_dict() == found.to_dict() and list(again.to_frame()) == list(found.to_frame())
    (home / "kept" / "labels.json").write_text("{}", encoding="utf-8")
    with pytest.raises(BadInput):
        open_labelled(home / "kept")
    assert films.label(ODD).agreement() is None and "gold" not in films.label(ODD).to_frame()
    assert len(films.label([])) == 0 and films.label(["", " "]).counts_frame()["texts"].sum() == 0
    with pytest.raises(BadInput, match="2 labels for 1"):
        films.label(["좋다"], ["좋음", "나쁨"])
    with pytest.raises(BadInput, match="chooses no texts"):
        found.rows("best")


@pytest.mark.parametrize("base", ["bert", "mini"])
def test_what_is_left_out_is_what_the_model_reads(home, small_bert, base):
    recipe = ClassifierRecipe(base="mini" if base == "mini" else str(small_bert), steps=60, rate=2e-2)
    train_classifier(reviews(), recipe, name="films")
    films = classifier("films")
    cutter = films.encoder.cutter
    room = min(cutter.capacity, films.head.length)
    for text in ODD:
        jobs, _, cut = text_jobs(cutter, [text], films.head.length)
        ids, units, longer = cut_units(cutter, text, room)
        assert ids == (jobs[0].ids[len(cutter.prefix) : len(jobs[0].ids) - len(cutter.suffix)] if jobs else []), text
        assert sorted(place for unit in units for place in unit.places) == list(range(len(ids))), text
        assert longer == bool(cut) and [one.start for one in units] == sorted(one.start for one in units)
    text = unicodedata.normalize("NFD", "참 재미있다.")
    told = films.why(text)
    assert told.label == "좋음" and told.probability == pytest.approx(films.predict([text])[0].probability, abs=1e-5)
    most = max(told.pulls, key=lambda one: one.pull)
    assert most.surface == text[most.start : most.end] and unicodedata.normalize("NFC", most.surface).startswith("재미있")
    assert "재미있다/VA" in most.morphemes and most.without < told.probability
    against = films.why(text, "나쁨")
    assert [one.pull for one in against.pulls] == pytest.approx([-one.pull for one in told.pulls], abs=1e-3)
    alone = films.why("뷁")
    assert [(one.pull, one.without) for one in alone.pulls] == [(None, None)], "nothing else is left to read"
    with pytest.raises(UnknownName, match="몰라"):
        films.why("좋다", "몰라")
    with pytest.raises(BadInput, match="nothing of text 1"):
        films.why("\u200b")


def test_a_classifier_of_film_reviews_ships(home):
    assert classifier_names() == ["reviews"] and encoder_record("reviews").where == "shipped"
    opened = classifier("reviews")
    assert opened.labels == ("긍정", "부정") and opened.encoder.network is ex.encoder("mini").network
    told = opened.predict(
        ["배우들의 연기가 훌륭하고 감동적이다.", "돈이 아깝다. 최악의 영화.", "정말 재밌게 봤어요", "너무 지루하다"]
    )
    assert [one.label for one in told] == ["긍정", "부정", "긍정", "부정"]
    most = max(opened.why("배우들의 연기가 최악이다.").pulls, key=lambda one: one.pull)
    assert most.surface == "최악"


def test_what_ships_is_whole_small_and_names_its_encoder():
    folder = shipped_encoders()["reviews"]
    manifest = read_manifest(folder, "encoder")
    assert {path.name for path in folder.iterdir()} == {*manifest.files, "manifest.json", "README.md"}
    assert set(manifest.files) == {"classifier.json", "classifier.safetensors"}, "no pickle, no weights of the encoder"
    assert all(sha256_file(folder / name) == digest for name, digest in manifest.files.items())
    assert sum(path.stat().st_size for path in folder.iterdir()) < 60_000
    assert encoder_folder("reviews") == MINI and manifest.sizes == read_manifest(MINI).sizes
    said = classifier_record("reviews").provenance
    low, value, high = (said["test"]["accuracy"][part] for part in ("low", "value", "high"))
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert low < value < high and f"{value:.3f} [{low:.3f}, {high:.3f}]" in card, "the card says what was measured"
    assert f"{said['test']['texts']:,}" in card and f"{said['texts']['texts']:,}" in card


def test_the_shipped_name_cannot_be_taken_nor_removed_and_ones_own_from_before_stays(home, small_bert):
    with pytest.raises(BadInput, match="taken"):
        train_classifier(reviews(), ClassifierRecipe(base=str(small_bert), steps=2), name="reviews", overwrite=True)
    with pytest.raises(BadInput, match="cannot be removed"):
        remove_encoder("reviews")
    train_classifier(reviews(), ClassifierRecipe(base=str(small_bert), steps=2), name="films")
    (home / "encoders/films").rename(home / "encoders/reviews")
    assert classifier("reviews").labels == ("나쁨", "좋음") and encoder_record("reviews").where == "saved"
    assert classifier_names() == ["reviews"]
    remove_encoder("reviews")
    assert classifier("reviews").labels == ("긍정", "부정")


def test_a_head_alone_is_opened_on_the_encoder_that_ships(home, small_bert):
    whole = train_classifier(reviews(), ClassifierRecipe(steps=40), name="whole")
    made = train_classifier(reviews(), ClassifierRecipe(steps=40), name="films", alone=True)
    assert {path.name for path in made.folder.iterdir()} == {"classifier.json", "classifier.safetensors", "manifest.json"}
    texts = [text for text, _ in reviews()[:10]]
    alone, both = (classifier(where).label(texts).probabilities for where in ("films", "whole"))
    assert np.allclose(alone, both, atol=1e-4) and classifier(made.folder).labels == whole.labels
    assert ex.encoder("films").network is ex.encoder("mini").network and shape_of("films") == shape_of("mini")
    assert encoder_record("films").parameters == encoder_record("mini").parameters
    again = train_classifier(reviews(), ClassifierRecipe(base="films", steps=5), name="more", alone=True)
    assert classifier("more").labels == again.labels, "what it stands on is mini, by whatever name"
    for recipe in (ClassifierRecipe(train="all", steps=2), ClassifierRecipe(base=str(small_bert), steps=2)):
        with pytest.raises(BadInput, match="alone only where the encoder ships"):
            train_classifier(reviews(), recipe, name="other", alone=True)
    manifest = made.folder / "manifest.json"
    data = json.loads(manifest.read_text(encoding="utf-8"))
    for wrong in ({"name": "mini", "weights": "0" * 64, "vocabulary": data["provenance"]["stands_on"]["vocabulary"]}, None):
        changed = data | {"provenance": data["provenance"] | {"base": str(small_bert), "stands_on": wrong}}
        manifest.write_text(json.dumps(changed), encoding="utf-8")
        with pytest.raises(BadInput, match="not the one that ships"):
            classifier("films")
    remove_artifact("encoder", "films")
    shutil.copytree(shipped_encoders()["reviews"], home / "encoders/copy")
    (home / "encoders/copy/classifier.safetensors").write_bytes(b"x")
    with pytest.raises(BadInput, match="damaged"):
        classifier("copy")
