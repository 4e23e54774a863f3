"""``train bert`` end to end, tiny; reading words through what it made; senses on planted structure."""

from __future__ import annotations

import json
from collections import Counter

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import explorer as ex  # noqa: E402
from explorer.core.errors import BadInput, Cancelled  # noqa: E402
from explorer.encoders.clusters import centred, cluster, silhouette  # noqa: E402
from explorer.encoders.contexts import default_rows  # noqa: E402
from explorer.encoders.morpheme.guessing import Trigrams, answers, encoder_guesses, find_gaps, kiwi_guesses, score_guesses  # noqa: E402
from explorer.encoders.morpheme.reading import MorphemeReader  # noqa: E402
from explorer.encoders.morpheme.storing import open_network  # noqa: E402
from explorer.encoders.train.morphemes import analyse  # noqa: E402
from explorer.encoders.train.recipe import Recipe, train_bert  # noqa: E402
from explorer.tokenizers.token import key_of  # noqa: E402
from explorer.vectors.vectors import Vectors  # noqa: E402

SEA = ["배를 타고 바다로 나갔다.", "배가 항구에 닿았다.", "선장은 배를 몰고 섬으로 갔다."]
FRUIT = ["배를 깎아 접시에 담았다.", "달고 시원한 배를 먹었다.", "과일 가게에서 배를 샀다."]
TEXTS = [*SEA, *FRUIT, "어제 친구와 영화를 보았다.", "학교에서 한국어를 배운다."] * 12

TINY = Recipe(steps=6, vocab_size=420, layers=1, heads=2, length=32, batch=128, heldout=0.1, sample=30, device="cpu")


def start_vectors() -> Vectors:
    """Stand-ins for Kiwi's vectors: random, small, and for some of the words only."""
    rng = np.random.default_rng(0)
    keys = ["배/NNG", "바다/NNG", "먹다/VV", "과일/NNG", "를/JKO", "섬/NNG", "다/EF"]
    return Vectors(keys, rng.standard_normal((len(keys), 16)).astype(np.float32))


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    patch = pytest.MonkeyPatch()
    patch.setenv("EXPLORER_HOME", str(folder))
    yield train_bert(TEXTS, TINY, name="small", corpus="a few sentences", workers=1, vectors=start_vectors())
    patch.undo()


@pytest.fixture(scope="module")
def ctx(trained):
    return ex.encoder("small")


def test_a_trained_encoder_is_opened_by_name_and_by_folder(trained, ctx):
    assert isinstance(ctx.reader, MorphemeReader)
    assert ctx.dim == 16
    assert ctx.depth == 2
    assert ex.encoder(trained.folder).vector("배", SEA[0]) == pytest.approx(ctx.vector("배", SEA[0]))
    manifest = json.loads((trained.folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["kind"] == "encoder"
    assert manifest["provenance"]["corpus"] == "a few sentences"
    assert manifest["provenance"]["heldout_loss"]["before"] > 0
    assert set(manifest["files"]) == {"config.json", "model.safetensors", "morphemes.txt"}


def test_transformers_opens_the_same_network(trained):
    from transformers import BertForMaskedLM

    ours, vocabulary, _ = open_network(trained.folder)
    theirs = BertForMaskedLM.from_pretrained(trained.folder, dtype=torch.float32).eval()
    ids = torch.tensor([[vocabulary.cls, vocabulary.numbers["배/NNG"], vocabulary.mask, vocabulary.sep]])
    with torch.no_grad():
        torch.testing.assert_close(ours(input_ids=ids).logits, theirs(input_ids=ids).logits)


def test_entries_start_as_the_vectors_given_and_stay(trained):
    network, vocabulary, _ = open_network(trained.folder)
    table = network.get_input_embeddings().weight.detach().numpy()
    given = start_vectors()
    for key in given.keys:
        assert table[vocabulary.numbers[key]] == pytest.approx(given.unit[given.row(key)], abs=1e-3)
    spelled = vocabulary.numbers["[NNG]"]
    assert np.linalg.norm(table[spelled]) == pytest.approx(1, abs=1e-2)


def test_own_states_equal_a_hand_computation(ctx):
    sentence = SEA[0]
    pieces = ctx.cutter
    cut = pieces.encode(sentence)
    ids = [*pieces.prefix, *(number for number, _, _ in cut), *pieces.suffix]
    at = 1 + [(start, end) for _, start, end in cut].index((0, 1))
    with torch.no_grad():
        states = ctx.network.base(input_ids=torch.tensor([ids]), output_hidden_states=True).hidden_states
    readings = ctx.reader.readings("배", [sentence, "아주 긴 문장을 하나 더 넣어서 채움이 생기게 하는데 배를 탔다."])
    for layer in (0, 1):
        assert readings.own[0, layer] == pytest.approx(states[layer][0, at].numpy(), abs=1e-5)
        assert ctx.vector("배", sentence, layer=layer) == pytest.approx(readings.own[0, layer], abs=1e-5)


def test_masked_states_and_expectations_equal_a_hand_computation(ctx):
    sentence = "그는 배를 먹었다."
    pieces = ctx.cutter
    ids = [*pieces.prefix, *(number for number, _, _ in pieces.encode(sentence)), *pieces.suffix]
    at = pieces.names(ids).index("배/NNG")
    ids[at] = pieces.vocabulary.mask
    with torch.no_grad():
        result = ctx.network.head("masked")(input_ids=torch.tensor([ids]), output_hidden_states=True)
    readings = ctx.reader.readings("배", [sentence])
    assert readings.masked[0, -1] == pytest.approx(result.hidden_states[-1][0, at].numpy(), abs=1e-5)
    assert readings.logits[0] == pytest.approx(result.logits[0, at].numpy(), abs=1e-3)
    unit = default_rows(pieces.vocabulary.entries)
    akin = (
        unit @ unit[pieces.vocabulary.entries.index("배/NNG")]
    )  # what is like the word counts more, what is merely frequent less
    ranks = np.maximum(np.arange(len(unit)) - pieces.vocabulary.first_word, 0)
    weights = np.exp((result.logits[0, at].numpy() + 0.6 * np.log(ranks + 2.7)) / 2 + 4 * akin)
    for number, entry in enumerate(pieces.vocabulary.entries):
        if not entry.endswith(("/NNG", "/NNP", "/XR", "/VV", "/VA", "/MAG", "/MM")):
            weights[number] = 0
    assert readings.substitutes[0] == pytest.approx(weights / weights.sum() @ unit, abs=1e-4)


def test_the_masked_reading_does_not_see_the_word(ctx):
    with_word = ctx.reader.readings(["배", "차"], ["그는 배를 먹었다.", "그는 차를 먹었다."])
    assert with_word.masked[0] == pytest.approx(with_word.masked[1], abs=1e-5)
    assert np.abs(with_word.own[0, 0] - with_word.own[1, 0]).max() > 0.01
    assert with_word.context[0] == pytest.approx(with_word.context[1])


def test_a_fused_verb_is_read_without_its_tense(ctx):
    readings = ctx.reader.readings("타다", ["배를 탔다."])
    table = ctx.network.base.embeddings
    pieces = ctx.cutter
    ids = [*pieces.prefix, *(number for number, _, _ in pieces.encode("배를 탔다.")), *pieces.suffix]
    at = pieces.names(ids).index("타다/VV")
    with torch.no_grad():
        alone = table(input_ids=torch.tensor([ids]))[0, at].numpy()
    assert readings.own[0, 0] == pytest.approx(alone, abs=1e-5)


def test_spans_may_be_given_instead_of_being_found(ctx):
    sentence = "배에서 배를 먹었다."
    first, second = (ctx.reader.readings("배", [sentence], occurrence=n).own for n in (0, 1))
    assert ctx.reader.readings("배", [sentence], spans=[(0, 1)]).own == pytest.approx(first)
    assert ctx.reader.readings("배", [sentence], spans=[(4, 5)]).own == pytest.approx(second)
    assert np.abs(first - second).max() > 1e-4


def test_long_sentences_are_read_around_the_word(ctx):
    filler = "친구와 영화를 보았다. " * 60
    readings = ctx.reader.readings("배", [filler + "배를 먹었다. " + filler])
    assert np.isfinite(readings.masked).all()
    nearby = ctx.reader.readings("배", [filler + "배를 먹었다. " + filler + filler])
    assert readings.masked[0] == pytest.approx(nearby.masked[0], abs=1e-5)


def test_substitutes_are_content_words_in_order(ctx):
    found = ctx.substitutes("배", SEA[0], n=5)
    assert len(found) == 5
    assert all(one.key.rpartition("/")[2] in ("NNG", "NNP", "XR", "VV", "VA", "MAG", "MM") for one in found)
    assert [one.probability for one in found] == sorted((one.probability for one in found), reverse=True)
    everything = ctx.substitutes("배", SEA[0], n=10_000, content=False)
    assert sum(one.probability for one in everything) == pytest.approx(1, abs=1e-3)
    assert found[0].to_dict()["word"] == found[0].key.rpartition("/")[0]


def test_senses_have_a_label_for_each_sentence_in_order(ctx):
    senses = ctx.senses("배", SEA + FRUIT, k=2)
    assert len(senses.labels) == 6
    assert set(senses.labels) == {0, 1}
    assert senses.k == len(senses) == 2
    assert len(senses.typical) == len(senses.substitutes) == 2
    for sense in (0, 1):
        assert senses.typical[sense] in senses.members(sense)
    assert senses.to_dict()["word"] == "배"
    chosen = ctx.senses("배", SEA + FRUIT)
    assert chosen.decision is not None and chosen.k == chosen.decision.k  # one sense is an answer, too
    assert chosen.k == 1 or chosen.silhouette == pytest.approx(chosen.tried[chosen.k])
    assert ctx.senses("배", SEA[:1]).labels == [0]
    for representation in ("own", "masked", "substitutes", "context"):
        assert len(ctx.senses("배", SEA, k=2, representation=representation).labels) == 3


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda ctx: ctx.senses("코끼리", SEA), "does not occur"),
        (lambda ctx: ctx.senses("배", SEA, k=9), "cannot be divided"),
        (lambda ctx: ctx.senses("배", []), "0 sentences"),
        (lambda ctx: ctx.senses("배", SEA, representation="dream"), "blend, own, masked"),
        (lambda ctx: ctx.senses("배", SEA, representation="masked", layer=7), "layers 0"),
        (lambda ctx: ctx.reader.readings("배", SEA, spans=[(0, 1)]), "spans"),
        (lambda ctx: ctx.reader.readings(["배"], SEA), "1 words"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_line(ctx, call, message):
    with pytest.raises(BadInput, match=message) as caught:
        call(ctx)
    assert "\n" not in str(caught.value)


def test_a_damaged_encoder_is_refused(trained, tmp_path):
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(trained.folder, copy)
    (copy / "model.safetensors").write_bytes(b"0" * 50)
    with pytest.raises(BadInput, match="damaged"):
        ex.encoder(copy)
    shutil.copy(trained.folder / "model.safetensors", copy)
    config = json.loads((copy / "config.json").read_text())
    (copy / "config.json").write_text(json.dumps(config | {"num_hidden_layers": 2}))
    with pytest.raises(BadInput, match="do not fit"):
        ex.encoder(copy)
    (copy / "config.json").write_text(json.dumps(config | {"vocab_size": 5}))
    with pytest.raises(BadInput, match="belong together"):
        ex.encoder(copy)


def test_training_goes_on_from_an_encoder(trained, monkeypatch):
    from dataclasses import replace

    more = train_bert(TEXTS, replace(TINY, base="small", steps=4), name="smaller", workers=1)
    assert more.info["base"] == "small"
    assert more.outcome.before == pytest.approx(trained.outcome.after, abs=0.6)
    with pytest.raises(BadInput, match="taken"):
        train_bert(TEXTS, TINY, name="smaller")
    with pytest.raises(BadInput, match="taken"):
        train_bert(TEXTS, TINY, name="mini", overwrite=True)


def test_cancelling_leaves_a_checkpoint_and_the_same_call_goes_on(home):
    done, stopped = [], []

    def watch(progress):
        if progress.stage == "training":
            done.append(progress.done)
            if progress.done and not stopped:
                stopped.append(progress.done)
                raise Cancelled

    from dataclasses import replace

    recipe = replace(TINY, steps=20)
    arguments = {"name": "stopped", "workers": 1, "vectors": start_vectors()}
    with pytest.raises(Cancelled):
        train_bert(TEXTS, recipe, progress=watch, **arguments)
    kept = json.loads((home / "cache/training/stopped/training.json").read_text(encoding="utf-8"))["curve"]
    assert kept[-1]["step"] == stopped[0]
    assert not (home / "encoders/stopped").exists()
    finished = train_bert(TEXTS, recipe, progress=watch, **arguments)
    assert finished.outcome.curve[: len(kept)] == kept and done[-1] == 20, "on from where it stopped, to the second"
    straight = train_bert(TEXTS, recipe, name="straight", workers=1, vectors=start_vectors())
    assert finished.outcome.after == pytest.approx(straight.outcome.after, abs=1e-4)
    assert not (home / "cache/training/stopped").exists()


def test_an_ordinary_bert_from_scratch_and_on_from_it(home):
    from dataclasses import replace

    recipe = replace(TINY, base="wordpiece", vocab_size=300, dim=16, rate=1e-2, steps=40)
    scratch = train_bert(TEXTS, recipe, name="pieces")
    assert scratch.outcome.after < scratch.outcome.before
    opened = ex.encoder("pieces")
    assert not isinstance(opened.reader, MorphemeReader)
    assert opened.vector("배", SEA[0]).shape == (16,)
    assert "[UNK]" not in opened.pieces("배", SEA[0])
    more = train_bert(TEXTS, replace(TINY, base=str(scratch.folder), steps=4), name="adapted")
    assert more.outcome.before == pytest.approx(scratch.outcome.after, abs=0.5)
    assert more.outcome.warnings == [] or "nothing was gained" in str(more.outcome.warnings[0])


def test_a_checkpoint_without_a_masked_head_says_so(home, tmp_path):
    from dataclasses import replace

    from transformers import AutoTokenizer, BertModel

    train_bert(TEXTS, replace(TINY, base="wordpiece", vocab_size=300, dim=16, steps=2), name="pieces")
    folder = home / "encoders/pieces"
    BertModel.from_pretrained(folder).save_pretrained(tmp_path / "bare")
    AutoTokenizer.from_pretrained(folder).save_pretrained(tmp_path / "bare")
    found = train_bert(TEXTS, replace(TINY, base=str(tmp_path / "bare"), steps=2), name="bare-on")
    assert "no head for masked words" in str(found.outcome.warnings[0])


def test_nothing_to_train_on_is_said(home):
    with pytest.raises(BadInput, match="no text"):
        train_bert([""], TINY, name="empty", vectors=start_vectors())
    with pytest.raises(BadInput, match="one sentence"):
        train_bert(["배를 탔다."], TINY, name="single", vectors=start_vectors())
    with pytest.raises(BadInput, match="batch at least length"):
        Recipe(batch=10)


def test_planted_senses_are_found_with_their_number():
    rng = np.random.default_rng(0)
    middle = rng.standard_normal(40) * 5
    centres = np.linalg.qr(rng.standard_normal((40, 3)))[0].T * 4
    gold = np.repeat([0, 1, 2], [7, 5, 9])
    vectors = middle + centres[gold] + rng.standard_normal((21, 40)) * 0.3
    labels, tried = cluster(vectors)
    assert max(labels) == 2
    assert [labels[index] for index in (0, 7, 12)] == [1, 2, 0]  # by size
    assert len({(label, sense) for label, sense in zip(cluster(vectors, 3)[0], gold, strict=True)}) == 3
    assert silhouette(vectors, labels) == pytest.approx(tried[3])
    for linkage in ("average", "complete", "ward"):
        assert cluster(vectors, 3, linkage=linkage)[0] == labels
    assert np.linalg.norm(centred(vectors), axis=1) == pytest.approx(np.ones(21))
    assert np.isfinite(centred(np.zeros((3, 4)))).all()


def test_gaps_are_guessed_by_everybody_from_the_same_words(ctx, tmp_path):
    vocabulary = ctx.cutter.vocabulary
    tokens = [ctx.analyser.tokenize(text) for text in TEXTS[:8]]
    gaps = find_gaps(tokens, vocabulary, each=2)
    assert len(gaps) == 16
    for gap in gaps:
        token = gap.tokens[gap.at]
        assert vocabulary.entries[gap.answer] == f"{token.form}/{token.tag}"
        assert not token.tag.startswith("S")
    trigrams = Trigrams([analyse(TEXTS, workers=1)], vocabulary)
    guesses = trigrams.guess(gaps, both_sides=True)
    between: dict[tuple[int, int], Counter[int]] = {}
    for text in TEXTS:
        line = [vocabulary.cls, *(vocabulary.numbers.get(key_of(t), 0) for t in ctx.analyser.tokenize(text)), vocabulary.cls]
        for left, word, right in zip(line, line[1:], line[2:], strict=False):
            if answers(vocabulary)[word]:
                between.setdefault((left, right), Counter())[word] += 1
    for gap, guess in zip(gaps, guesses, strict=True):
        line = [vocabulary.cls, *(vocabulary.numbers.get(key_of(t), 0) for t in gap.tokens), vocabulary.cls]
        counts = between[line[gap.at], line[gap.at + 2]]
        assert counts[guess] == max(counts.values())
    around = score_guesses("around", gaps, guesses, vocabulary)
    assert around.accuracy > 0.6
    left = score_guesses("left", gaps, trigrams.guess(gaps, both_sides=False), vocabulary)
    unigram = score_guesses("unigram", gaps, [trigrams.unigram] * len(gaps), vocabulary)
    assert around.accuracy >= left.accuracy > unigram.accuracy
    for guesses in (encoder_guesses(ctx.network, ctx.cutter, gaps), kiwi_guesses(gaps, vocabulary)):
        assert 0 <= score_guesses("x", gaps, guesses, vocabulary).accuracy <= 1
    assert score_guesses("all", gaps, [gap.answer for gap in gaps], vocabulary).low == 1
    with pytest.raises(BadInput, match="one for each"):
        score_guesses("x", gaps, [], vocabulary)
