"""Encoders that another package carries: unpacked once, whole or not at all, made anew where a copy is damaged."""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from support_heads import save_metaspace
from support_packaged import PACKAGE, install

pytest.importorskip("torch")

from explorer.cli import main
from explorer.core.errors import BadInput, Cancelled, Unavailable
from explorer.core.store import Manifest, artifact_path, atomic_folder, write_manifest
from explorer.encoders import packaged
from explorer.encoders.four_bits import FourBitBert
from explorer.encoders.library import encoder_record, encoder_records, remove_encoder
from explorer.encoders.open import encoder
from explorer.encoders.packaged import Packaged, Source, is_here, packaged_folder

NAME = "tiny-e5"
SENTENCE = "나는 배를 타고 섬에 갔다."


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_metaspace(tmp_path_factory.mktemp("metaspace"))


@pytest.fixture
def made(home: Path, tmp_path: Path, settings: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A package that is installed, and known as one that carries an encoder."""
    made = install(tmp_path / "site", settings)
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    weights = Source(PACKAGE, "1.0", "tiny_four_bits/weights.bin", made["weights"])
    tokenizer = Source(PACKAGE, "1.0", "tiny_four_bits/tokenizer.json", made["tokenizer"])
    monkeypatch.setitem(packaged.PACKAGED, NAME, Packaged(weights, tokenizer, "some/original", "MIT"))
    return made


def stages(folder_of: Any = packaged_folder) -> list[str]:
    told: list[str] = []
    folder_of(NAME, progress=lambda step: told.append(step.stage))
    return told


def test_the_weights_are_those_of_the_file(made, tmp_path):
    packed = FourBitBert(tmp_path / "site" / "tiny_four_bits" / "weights.bin")
    found = {one.name: one for one in packed.tensors()}
    expected = made["tensors"]
    assert len(found) == len(packed) == len(expected)
    names = {
        "embeddings.word_embeddings.weight": "emb.word",
        "embeddings.LayerNorm.bias": "emb.ln.b",
        "encoder.layer.0.attention.self.key.weight": "l0.k.w",
        "encoder.layer.0.attention.output.LayerNorm.weight": "l0.aln.w",
        "encoder.layer.0.intermediate.dense.weight": "l0.fi.w",
        "encoder.layer.0.output.dense.weight": "l0.fo.w",
        "encoder.layer.0.output.dense.bias": "l0.fo.b",
    }
    for theirs, ours in names.items():
        assert found[theirs].values.dtype == np.float16
        np.testing.assert_allclose(found[theirs].values, expected[ours], rtol=1e-3)
    assert found["embeddings.LayerNorm.bias"].error == 0
    # Blocks of uniform whole numbers −8 … 7: the step's share of their spread is √(1 / 12) / √((16² − 1) / 12 + 1 / 4).
    assert found["embeddings.word_embeddings.weight"].error == pytest.approx((1 / 12 / (255 / 12 + 0.25)) ** 0.5, rel=0.05)


def test_a_name_opens_it_and_nothing_is_imported(made, tmp_path):
    opened = encoder(NAME, device="cpu")
    assert "tiny_four_bits" not in sys.modules
    assert opened.vector("배", SENTENCE).shape == (32,)
    folder = artifact_path("encoder", NAME)
    assert encoder(folder, device="cpu").network is opened.network  # one copy in memory, by whatever name
    card = (folder / "README.md").read_text(encoding="utf-8")
    for said in ("some/original", "MIT", made["weights"], made["tokenizer"], "four bits", "embeddings", "%"):
        assert said in card
    from transformers import AutoModel

    plain = AutoModel.from_pretrained(folder)
    assert plain.config.hidden_size == 32


def test_it_is_unpacked_once(made):
    assert "unpacking the model" in stages()
    before = (artifact_path("encoder", NAME) / "manifest.json").stat().st_mtime_ns
    assert stages() == []
    packaged._whole.clear()  # as another process sees it
    assert stages() == []
    assert (artifact_path("encoder", NAME) / "manifest.json").stat().st_mtime_ns == before


@pytest.mark.parametrize("part", ["model.safetensors", "tokenizer.json", "config.json", "manifest.json"])
def test_a_damaged_copy_is_made_anew(made, part):
    folder = packaged_folder(NAME)
    whole = {one.name: one.read_bytes() for one in folder.iterdir()}
    broken = bytearray(whole[part])
    broken[len(broken) // 2] ^= 1
    (folder / part).write_bytes(bytes(broken) if part != "manifest.json" else b'{"kind": "enc')
    assert "unpacking the model" in stages()
    assert {one.name: one.read_bytes() for one in folder.iterdir()} == whole
    (folder / part).unlink()
    assert "unpacking the model" in stages() and {one.name for one in folder.iterdir()} == set(whole)


def test_what_a_person_put_there_is_never_deleted(made):
    folder = packaged_folder(NAME)
    (folder / "notes.txt").write_text("mine")
    (folder / "manifest.json").write_text("broken")
    with pytest.raises(BadInput):
        packaged_folder(NAME)
    assert (folder / "notes.txt").read_text() == "mine"


def test_an_encoder_saved_under_the_name_before_stays_it(made):
    with atomic_folder(artifact_path("encoder", NAME)) as folder:
        (folder / "config.json").write_text("{}")
        write_manifest(folder, Manifest("encoder", NAME, "bert", provenance={"corpus": "mine"}))
    assert stages() == [] and encoder_record(NAME).corpus == "mine"


def test_nothing_is_left_when_it_is_stopped(made):
    def stop(step):
        if step.done > 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        packaged_folder(NAME, stop)
    folder = artifact_path("encoder", NAME)
    assert not folder.exists() and not list(folder.parent.iterdir())


def test_several_at_once_unpack_once(made, monkeypatch):
    times = []
    write = packaged._write_weights
    monkeypatch.setattr(packaged, "_write_weights", lambda *given: times.append(1) or write(*given))
    threads = [threading.Thread(target=packaged_folder, args=(NAME,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert times == [1]


def test_files_of_another_version_are_refused(made, tmp_path):
    file = tmp_path / "site" / "tiny_four_bits" / "weights.bin"
    content = file.read_bytes()
    file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(Unavailable) as caught:
        packaged_folder(NAME)
    assert caught.value.code == "encoders.package_differs"
    for language in ("en", "ko"):
        assert f"{PACKAGE}==1.0" in caught.value.said(language) and "some/original" in caught.value.said(language)
    assert not artifact_path("encoder", NAME).exists()


def test_without_the_package_one_line_says_both_ways(home, monkeypatch):
    monkeypatch.setattr(packaged, "_located", {})
    monkeypatch.setattr(packaged, "distribution", lambda name: (_ for _ in ()).throw(packaged.PackageNotFoundError(name)))
    assert not is_here("e5-small") and encoder_record("e5-small").where == "extra"
    for language in ("en", "ko"):
        monkeypatch.setenv("EXPLORER_LANG", language)
        asked = CliRunner().invoke(main, ["context", "배", SENTENCE, "배를 먹었다.", "-m", "e5-small"])
        assert asked.exit_code == 1 and asked.output.count("\n") == 1
        assert "korean-explorer[multilingual]" in asked.output and "intfloat/multilingual-e5-small" in asked.output


def test_lists_know_it(made):
    from dashboards.kit.checkpoints import available

    assert encoder_record(NAME).where == "package" and available()[NAME] == NAME
    packaged_folder(NAME)
    kept = encoder_record(NAME)
    assert (kept.where, kept.layers, kept.dim, kept.extra) == ("saved", 1, 32, "multilingual")
    assert kept.provenance["licence"] == "MIT" and 0 < kept.provenance["rounding_error"]["embeddings"] < 0.2
    assert list(available()).count(NAME) == 1
    rows = json.loads(CliRunner().invoke(main, ["models", "list", "--json"]).stdout)
    assert {row["name"] for row in rows if row["kind"] == "encoder"} == {one.name for one in encoder_records()}
    shown = json.loads(CliRunner().invoke(main, ["models", "show", NAME, "--json"]).stdout)
    assert shown == kept.to_dict()
    assert "mini" in CliRunner().invoke(main, ["models", "show", "mini"]).stdout
    assert CliRunner().invoke(main, ["models", "remove", "mini"]).exit_code == 1
    assert CliRunner().invoke(main, ["models", "remove", NAME]).exit_code == 0
    assert encoder_record(NAME).where == "package"
    with pytest.raises(BadInput):
        remove_encoder("mini")


def test_a_missing_head_is_said_by_name(made):
    opened = encoder(NAME, device="cpu")
    for head, question in (
        ("masked", lambda: opened.fill("[MASK] 배를")),
        ("pair", lambda: opened.pair(SENTENCE, SENTENCE)),
        ("causal", lambda: opened.next(SENTENCE)),
    ):
        assert not opened.can(head)
        with pytest.raises(BadInput) as caught:
            question()
        assert str(caught.value).startswith(NAME)
    with pytest.raises(BadInput, match=r"^other"):  # whoever asks reads the name he used
        opened.named("other").fill("[MASK] 배를")
