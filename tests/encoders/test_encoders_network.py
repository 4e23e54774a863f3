"""The network, its losses and its training loop, on tiny random data."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from explorer.core.errors import BadInput, Cancelled  # noqa: E402
from explorer.encoders.morpheme.model import build_bert  # noqa: E402
from explorer.encoders.train.batches import CONTENT, DOC, MASKABLE, SENTENCE, WORD, Batches, Encoded, Masking  # noqa: E402
from explorer.encoders.train.heads import Sampling, masked_logits, sampled_loss  # noqa: E402
from explorer.encoders.train.loop import Outcome, Plan, fit, heldout_loss  # noqa: E402

SIZE = 60


def corpus(sentences: int = 300, seed: int = 0) -> Encoded:
    """Sentences of a language in which every even word is followed by the next odd one."""
    rng = np.random.default_rng(seed)
    ids, marks = [], []
    for number in range(sentences):
        words = rng.integers(5, 30, rng.integers(3, 8))
        for place, word in enumerate(words):
            ids += [2 * word, 2 * word + 1 if 2 * word + 1 < SIZE else 11]
            mark = MASKABLE | CONTENT | WORD
            if place == 0:
                mark |= SENTENCE | (DOC if number % 5 == 0 else 0)
            marks += [mark, MASKABLE | WORD]
    return Encoded(np.array(ids, np.int32), np.array(marks, np.uint8))


def batches(text: Encoded, seed: int = 1, size: int = 256) -> Batches:
    return Batches(text, text.cut(14, 0), cls=1, sep=2, pad=0, mask=3, low=10, high=SIZE, size=size, seed=seed)


def tiny(layers: int = 2, seed: int = 0) -> object:
    return build_bert(SIZE, dim=16, layers=layers, heads=2, positions=32, seed=seed)


def tensors(batch):
    return [torch.from_numpy(part) for part in (batch.ids, batch.attention, batch.places, batch.labels)]


def test_states_only_where_needed_equal_the_whole_network():
    model = tiny(3).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.3)
    plan = batches(corpus())
    rows = plan.plan(0)[0]
    mixed = np.concatenate([rows[:3], plan.plan(0)[-1][:3]])  # different lengths, so there is padding
    ids, attention, places, _ = tensors(plan.batch(mixed, 0, 0))
    assert attention.min() == 0
    with torch.no_grad():
        expected = model(input_ids=ids, attention_mask=attention).logits.reshape(-1, SIZE)[places]
        found = masked_logits(model, ids, attention, places)
    assert expected.std() > 0.1
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-4)


def test_other_architectures_give_the_same_logits_as_their_own_forward():
    from transformers import RobertaConfig, RobertaForMaskedLM

    torch.manual_seed(0)
    model = RobertaForMaskedLM(
        RobertaConfig(
            vocab_size=SIZE, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
            max_position_embeddings=40, pad_token_id=0,
        )
    ).eval()  # fmt: skip
    plan = batches(corpus())
    ids, attention, places, _ = tensors(plan.batch(plan.plan(0)[0], 0, 0))
    with torch.no_grad():
        expected = model(input_ids=ids, attention_mask=attention).logits.reshape(-1, SIZE)[places]
        torch.testing.assert_close(masked_logits(model, ids, attention, places), expected)


def test_the_sampled_loss_is_the_whole_one_when_all_take_part_and_near_it_on_average():
    model = tiny().eval()
    plan = batches(corpus())
    ids, attention, places, labels = tensors(plan.batch(plan.plan(0)[0], 0, 0))
    with torch.no_grad():
        full = torch.nn.functional.cross_entropy(masked_logits(model, ids, attention, places), labels)
        everything = torch.arange(SIZE)
        same = sampled_loss(model, ids, attention, places, labels, everything, torch.ones(SIZE))
        torch.testing.assert_close(same, full)
        sampling = Sampling.of(np.r_[np.zeros(5), np.ones(SIZE - 5)], 30)
        rng = np.random.default_rng(0)
        losses = []
        for _ in range(200):
            drawn = sampling.draw(rng)
            chance = torch.from_numpy(sampling.chance[drawn].astype(np.float32))
            losses.append(float(sampled_loss(model, ids, attention, places, labels, torch.from_numpy(drawn), chance)))
    seen = torch.log_softmax(masked_logits(model, ids, attention, places)[:, 5:], dim=1).detach()
    expected = -float(seen[torch.arange(len(labels)), labels - 5].mean())
    assert np.mean(losses) == pytest.approx(expected, abs=0.05)


def test_sampling_reaches_its_size_and_never_takes_what_has_no_share():
    sampling = Sampling.of(np.array([0.9, 0.05, 0.03, 0.02, 0.0]), 3)
    assert sampling.chance.sum() == pytest.approx(3)
    assert sampling.chance[0] == 1
    assert sampling.chance[4] == 0
    with pytest.raises(BadInput, match="between 1 and 4"):
        Sampling.of(np.array([0.9, 0.05, 0.03, 0.02, 0.0]), 5)


def test_masks_hide_the_share_asked_for_and_never_what_must_stay():
    text = corpus(2000)
    text.marks[::7] &= ~MASKABLE
    plan = batches(text, size=4096)
    hidden = total = 0
    for number, rows in enumerate(plan.plan(0)[:20]):
        batch = plan.batch(rows, 0, number)
        clean = batches(text, size=4096).batch(rows, 0, number)
        assert (batch.ids == clean.ids).all()
        labels = batch.labels
        assert set(labels.tolist()) <= set(text.ids.tolist())
        assert (np.diff(batch.places) > 0).all()
        shown = batch.ids.reshape(-1)[batch.places]
        hidden += (shown == 3).sum()
        total += len(shown)
    assert 0.7 < hidden / total < 0.9


def test_whole_words_are_hidden_whole():
    marks = np.tile(np.array([WORD | MASKABLE, MASKABLE, MASKABLE], np.uint8), 500)
    hidden, word = Masking(rate=0.3, whole=1.0).choose(marks, np.random.default_rng(0))
    per_word = np.bincount(word, hidden)[1:]
    assert set(per_word.tolist()) == {0.0, 3.0}
    assert 0.2 < (per_word == 3).mean() < 0.4
    hidden, word = Masking(rate=0.3, whole=0.0).choose(marks, np.random.default_rng(0))
    assert set(np.bincount(word, hidden)[1:].tolist()) == {0.0, 1.0}


def test_every_piece_is_in_exactly_one_sequence_and_documents_never_mix():
    text = corpus(200)
    spans = text.cut(14, 3)
    assert spans[0, 0] == 0
    assert spans[-1, 1] == len(text)
    assert (spans[1:, 0] == spans[:-1, 1]).all()
    assert ((spans[:, 1] - spans[:, 0]) <= 14).all()
    documents = np.flatnonzero(text.marks & DOC)
    for start in documents[1:]:
        assert not ((spans[:, 0] < start) & (spans[:, 1] > start)).any()


def test_batches_of_an_epoch_hold_every_sequence_once():
    plan = batches(corpus())
    seen = np.sort(np.concatenate(plan.plan(0)))
    assert (seen == np.arange(len(plan.spans))).all()
    assert any(len(a) != len(b) or (a != b).any() for a, b in zip(plan.plan(0), plan.plan(1), strict=False))


def test_the_language_is_learned_and_the_curve_says_so():
    text = corpus(600)
    train, heldout = text.split(0.2, 0)
    assert len(train) + len(heldout) == len(text)
    model = tiny(1)
    outcome = fit(model, batches(train), batches(heldout), Plan(steps=120, rate=1e-2, warmup=10, evaluate=40), device="cpu")
    assert [point["step"] for point in outcome.curve] == [0, 40, 80, 120]
    assert outcome.after < outcome.before - 0.5
    assert outcome.after == pytest.approx(heldout_loss(model, batches(heldout))[0])
    assert outcome.warnings == []


def run(folder: Path | None, stop: int | None = None, steps: int = 24):
    text = corpus()
    model = build_bert(SIZE, dim=16, layers=2, heads=2, positions=32, dropout=0.0, seed=3)

    def watch(progress):
        if stop is not None and progress.done >= stop:
            raise Cancelled

    plan = Plan(steps=steps, rate=1e-2, warmup=4, evaluate=10, checkpoint=1e9)
    sampling = Sampling.of(np.r_[np.zeros(5), np.ones(SIZE - 5)], 30)
    heldout = batches(corpus(20, seed=9))
    outcome = fit(
        model, batches(text), heldout, plan, folder=folder, device="cpu", sampling=sampling, progress=watch,
        signature={"recipe": "one"},
    )  # fmt: skip
    return model, outcome


def test_an_interrupted_training_goes_on_to_the_same_weights(tmp_path):
    whole, curve = run(None)
    with pytest.raises(Cancelled):
        run(tmp_path / "state", stop=10)
    assert json.loads((tmp_path / "state/training.json").read_text())["position"]["step"] == 10
    resumed, later = run(tmp_path / "state")
    for (name, expected), (_, found) in zip(whole.named_parameters(), resumed.named_parameters(), strict=True):
        torch.testing.assert_close(found, expected, msg=name, atol=1e-6, rtol=1e-5)
    assert [p["heldout"] for p in later.curve] == pytest.approx([p["heldout"] for p in curve.curve], abs=1e-5)


def test_a_checkpoint_of_another_recipe_or_a_broken_one_is_refused(tmp_path):
    folder = tmp_path / "state"
    run(folder, steps=2)
    text = corpus()
    arguments = (tiny(), batches(text), batches(text), Plan(steps=3))
    with pytest.raises(BadInput, match="other settings"):
        fit(*arguments, folder=folder, device="cpu", signature={"recipe": "two"})
    (folder / "training.safetensors").write_bytes(b"x" * 100)
    with pytest.raises(BadInput, match="damaged"):
        fit(*arguments, folder=folder, device="cpu", signature={"recipe": "one"})


def test_frozen_parameters_stay():
    text = corpus()
    model = tiny(1)
    before = model.bert.embeddings.word_embeddings.weight.detach().clone()
    moved = model.bert.encoder.layer[0].output.dense.weight.detach().clone()
    plan = Plan(steps=3, rate=1e-2, warmup=0)
    fit(model, batches(text), batches(text), plan, device="cpu", frozen=("word_embeddings.weight",))
    assert torch.equal(model.bert.embeddings.word_embeddings.weight, before)
    assert not torch.equal(model.bert.encoder.layer[0].output.dense.weight, moved)


def test_overfitting_is_told_from_learning_and_from_standing_still():
    def curve(*points):
        return Outcome([{"step": i, "train": t, "heldout": h} for i, (t, h) in enumerate(points)])

    assert curve((None, 5), (4, 4), (3, 3.5), (2, 3.9)).overfits
    assert not curve((None, 5), (4, 4), (3, 3.5)).overfits
    assert not curve((None, 5), (4, 4), (4.5, 4.5)).overfits


def test_overfitting_on_one_document_is_warned_about():
    small, other = corpus(6, seed=1), corpus(40, seed=2)
    rng = np.random.default_rng(0)
    other = Encoded(rng.permutation(other.ids), other.marks)  # nothing that can be learned from the other text holds here
    plan = Plan(steps=150, rate=2e-2, warmup=2, evaluate=15, decay=0.0)
    outcome = fit(tiny(1), batches(small), batches(other), plan, device="cpu")
    assert any("overfitting" in str(warning) and "과적합" in warning.said("ko") for warning in outcome.warnings)


@pytest.mark.parametrize("bad", [{"steps": 0}, {"steps": 1, "rate": 0.0}, {"steps": 1, "decay": 2.0}])
def test_impossible_plans_are_refused(bad):
    with pytest.raises(BadInput):
        Plan(**bad)


def test_the_rate_rises_stays_and_falls():
    plan = Plan(steps=100, warmup=9, decay=0.25)
    assert plan.factor(0) == pytest.approx(0.1)
    assert plan.factor(50) == 1
    assert plan.factor(99) == pytest.approx(1 / 25)
