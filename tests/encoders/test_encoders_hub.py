"""Checkpoints from a server that speaks the hub's protocol: whole or not at all, resumed, and refused in one line."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from support_bert import save_small_bert
from support_hub import COMMIT, LoopbackHub, serving

from explorer.core import download as transfers
from explorer.core.errors import BadInput, Cancelled, ExplorerError, Unavailable
from explorer.core.progress import Progress

pytest.importorskip("torch")
pytest.importorskip("transformers")

from explorer.encoders.hub_models import fetch_model, plan_fetch
from explorer.encoders.open import encoder

NAME = "owner/tiny"
SENTENCE = "배를 타고 바다에 갔다."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_small_bert(tmp_path_factory.mktemp("bert") / "tiny")


@pytest.fixture
def hub(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackHub]:
    from huggingface_hub import constants

    for variable in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(variable)
    with serving() as server:
        server.repositories[NAME] = {part.name: part.read_bytes() for part in folder.iterdir()}
        monkeypatch.setenv("HF_ENDPOINT", server.endpoint)
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(constants, "ENDPOINT", server.endpoint)
        template = server.endpoint + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
        monkeypatch.setattr(transfers, "PAUSE", 0.01)
        monkeypatch.setattr(transfers, "ENOUGH", 1024)
        yield server


def cache(tmp_path: Path) -> Path:
    return tmp_path / "hub" / "models--owner--tiny"


def weights(hub: LoopbackHub) -> bytes:
    return hub.repositories[NAME]["model.safetensors"]


def one_line(error: pytest.ExceptionInfo[ExplorerError]) -> str:
    assert "\n" not in str(error.value)
    return str(error.value)


def test_a_checkpoint_is_fetched_once_and_gives_the_folders_vectors(hub: LoopbackHub, folder: Path, tmp_path: Path) -> None:
    hub.repositories[NAME] |= {"pytorch_model.bin": b"\x80\x02.", "README.md": b"x", "onnx/model.onnx": b"x"}
    steps: list[Progress] = []
    model = encoder(NAME, device="cpu", progress=steps.append)
    expected = encoder(folder, device="cpu").vector("배", SENTENCE)
    np.testing.assert_array_equal(model.vector("배", SENTENCE), expected)
    assert hub.fetched() == {"config.json", "tokenizer.json", "tokenizer_config.json", "vocab.txt", "model.safetensors"} & set(
        hub.repositories[NAME]
    )
    said = [step for step in steps if step.unit == "bytes"]
    total = sum(len(hub.repositories[NAME][path]) for path in hub.fetched())
    assert (said[0].done, said[0].total, said[-1].done) == (0, total, total)
    assert (
        "kB" in said[0].note
        and {step.stage for step in said} == {"fetching the model"}
        and [step.done for step in said] == sorted(step.done for step in said)
    )
    assert (cache(tmp_path) / "refs" / "main").read_text() == COMMIT
    assert not list(cache(tmp_path).rglob("*.incomplete"))
    hub.asked.clear()
    encoder(NAME, device="cpu")
    assert not hub.asked


def test_a_broken_transfer_goes_on_from_where_it_was(hub: LoopbackHub, tmp_path: Path) -> None:
    size = len(weights(hub))
    hub.cut = [size // 2, 10_000]
    encoder(NAME, device="cpu")
    assert hub.transfers() == ["", f"bytes={size // 2}-", f"bytes={size // 2 + 10_000}-"]


def test_what_broke_off_for_good_is_gone_on_with_by_the_next_call(hub: LoopbackHub, tmp_path: Path) -> None:
    size = len(weights(hub))
    hub.cut = [size // 2, *[0] * 20]
    with pytest.raises(Unavailable, match="goes on from there") as caught:
        encoder(NAME, device="cpu")
    one_line(caught)
    assert len(hub.transfers()) == transfers.ATTEMPTS
    assert not (cache(tmp_path) / "refs" / "main").exists()
    assert not list((cache(tmp_path)).rglob("model.safetensors"))
    hub.cut, hub.asked = [], []
    assert plan_fetch(NAME).missing == size - size // 2
    hub.asked = []
    encoder(NAME, device="cpu")
    assert hub.transfers() == [f"bytes={size // 2}-"]
    assert hub.fetched() == {"model.safetensors"}


def test_a_server_that_knows_no_ranges_sends_all_of_it_again(hub: LoopbackHub) -> None:
    hub.ranges = False
    hub.cut = [5_000]
    encoder(NAME, device="cpu")
    assert hub.transfers() == ["", "bytes=5000-"]


def test_what_came_damaged_is_thrown_away(hub: LoopbackHub, tmp_path: Path) -> None:
    hub.damaged = True
    with pytest.raises(Unavailable, match="damaged"):
        encoder(NAME, device="cpu")
    assert not list(cache(tmp_path).rglob("*.incomplete"))
    hub.damaged = False
    encoder(NAME, device="cpu")


def test_passing_errors_are_tried_again_and_lasting_ones_said(hub: LoopbackHub) -> None:
    hub.failing = [503, 429]
    encoder(NAME, device="cpu")
    assert hub.transfers() == ["", "", ""]


def test_a_server_in_trouble_is_said(hub: LoopbackHub) -> None:
    hub.down = True
    with pytest.raises(Unavailable, match="HTTP 503") as caught:
        encoder(NAME, device="cpu")
    one_line(caught)
    hub.down, hub.failing = False, [503] * 20
    with pytest.raises(Unavailable, match="HTTP 503"):
        encoder(NAME, device="cpu")
    hub.failing = [403] * 20
    with pytest.raises(Unavailable, match="HTTP 403"):
        encoder(NAME, device="cpu")


def test_cancelling_stops_at_once_and_keeps_what_came(hub: LoopbackHub, tmp_path: Path) -> None:
    size = len(weights(hub))
    hub.cut = [size // 2, *[0] * 20]

    def stop(step: Progress) -> None:
        if step.unit == "bytes" and step.done >= size // 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        encoder(NAME, device="cpu", progress=stop)
    assert not (cache(tmp_path) / "refs" / "main").exists()
    (part,) = cache(tmp_path).rglob("*.incomplete")
    kept = part.stat().st_size
    assert 0 < kept <= size // 2
    hub.cut, hub.asked = [], []
    encoder(NAME, device="cpu")
    assert hub.transfers() == [f"bytes={kept}-"]


def test_pickled_weights_are_refused_before_anything_is_fetched(hub: LoopbackHub, tmp_path: Path) -> None:
    files = hub.repositories[NAME]
    files["pytorch_model.bin"] = files.pop("model.safetensors")
    with pytest.raises(BadInput, match=r"pytorch_model\.bin") as caught:
        encoder(NAME, device="cpu")
    one_line(caught)
    assert hub.fetched() == set() and not cache(tmp_path).exists()


def test_what_cannot_be_opened_is_refused_before_its_weights(hub: LoopbackHub) -> None:
    files = dict(hub.repositories[NAME])
    settings = json.loads(files["config.json"]) | {"model_type": "homemade", "auto_map": {"AutoModel": "code.M"}}
    cases = {
        "own code": {**files, "config.json": json.dumps(settings).encode(), "code.py": b"raise SystemExit"},
        "no tokenizer": {path: files[path] for path in ("config.json", "model.safetensors")},
        "no config.json": {path: content for path, content in files.items() if path != "config.json"},
        "no weights": {path: content for path, content in files.items() if path != "model.safetensors"},
    }
    for reason, content in cases.items():
        hub.repositories[NAME] = content
        with pytest.raises(BadInput, match=reason) as caught:
            encoder(NAME, device="cpu")
        one_line(caught)
    hub.settings = {"model_type": "homemade"}
    hub.repositories[NAME] = files
    with pytest.raises(BadInput, match="unknown to the installed transformers"):
        encoder(NAME, device="cpu")
    assert not hub.transfers()


def test_weights_in_several_files(hub: LoopbackHub, folder: Path, tmp_path: Path) -> None:
    from transformers import AutoModel

    parts = tmp_path / "parts"
    AutoModel.from_pretrained(folder).save_pretrained(parts, max_shard_size="40KB")
    for part in folder.iterdir():
        if "model" not in part.name:
            shutil.copy(part, parts)
    files = {part.name: part.read_bytes() for part in parts.iterdir()}
    shards = [path for path in files if path.startswith("model-")]
    assert len(shards) > 1 and "model.safetensors.index.json" in files
    hub.repositories[NAME] = files
    model = encoder(NAME, device="cpu")
    assert set(shards) | {"model.safetensors.index.json"} <= hub.fetched()
    expected = encoder(folder, device="cpu").vector("배", SENTENCE)
    np.testing.assert_array_equal(model.vector("배", SENTENCE), expected)


def test_absent_gated_and_renamed(hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unavailable, match="no public model 'nobody/nothing'") as caught:
        encoder("nobody/nothing", device="cpu")
    one_line(caught)
    with pytest.raises(BadInput, match="no folder"):
        encoder("a/b/c", device="cpu")
    hub.gated.add(NAME)
    with pytest.raises(Unavailable, match="accept its terms") as caught:
        encoder(NAME, device="cpu")
    one_line(caught)
    assert not hub.transfers()
    hub.gated.clear()
    hub.renamed["tiny-bert"] = NAME
    steps: list[Progress] = []
    encoder("tiny-bert", device="cpu", progress=steps.append)
    assert any(step.note.endswith(f"now called {NAME}") for step in steps)


def test_a_token_goes_to_the_hub_alone(hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "good")
    hub.gated.add(NAME)
    encoder(NAME, device="cpu")
    tokens = {(path.startswith("/store/"), token) for _, path, _, token in hub.asked}
    assert tokens == {(False, "Bearer good"), (True, "")}


def test_a_mirror_that_says_no_sizes_is_asked_for_each(hub: LoopbackHub) -> None:
    hub.sizes = False
    plan = plan_fetch(NAME)
    assert plan.size == plan.missing == sum(len(hub.repositories[NAME][file.path]) for file in plan.files)
    encoder(NAME, device="cpu")


def test_too_little_room_is_said_with_the_size(hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    from collections import namedtuple

    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda place: usage(10**6, 10**6 - 5000, 5000))
    with pytest.raises(Unavailable, match=r"needs \d+ kB .* has 5 kB left"):
        fetch_model(NAME)
    assert not hub.fetched()


def test_tokenizer_files_alone_are_no_model(hub: LoopbackHub, tmp_path: Path) -> None:
    from huggingface_hub import hf_hub_download

    for path in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        hf_hub_download(NAME, path, endpoint=hub.endpoint)
    hub.asked = []
    encoder(NAME, device="cpu")
    assert hub.fetched() == {"model.safetensors"} | (
        {path for path in hub.repositories[NAME] if path in ("vocab.txt", "special_tokens_map.json")}
    )


ASK = """
import sys, explorer as ex
try:
    print(ex.encoder(sys.argv[1], device="cpu").dim)
except ex.ExplorerError as error:
    print(type(error).__name__, error)
"""


def test_the_hubs_own_settings_are_honoured(hub: LoopbackHub, tmp_path: Path) -> None:
    # The hub's package reads them when it is imported: a process of its own.
    def ask(**more: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", ASK, NAME], env=dict(os.environ) | more, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    home = {"HF_ENDPOINT": hub.endpoint, "HF_HOME": str(tmp_path / "home")}
    offline = ask(**home, HF_HUB_OFFLINE="1")
    assert offline.startswith("Unavailable") and "HF_HUB_OFFLINE" in offline and not hub.asked
    assert ask(**home) == "24"
    assert (tmp_path / "home" / "hub" / "models--owner--tiny" / "refs" / "main").is_file()
    assert ask(**home, HF_HUB_OFFLINE="1") == "24"
    other = {"HF_ENDPOINT": "http://127.0.0.1:9", "HF_HUB_CACHE": str(tmp_path / "other")}
    assert "cannot be reached" in ask(**other)


def test_two_that_fetch_at_once_fetch_once(hub: LoopbackHub) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as pool:
        plans = list(pool.map(fetch_model, [NAME] * 4))
    assert hub.transfers() == [""] and len({plan.commit for plan in plans}) == 1
    encoder(NAME, device="cpu")
