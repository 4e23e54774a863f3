"""Errors, registry and progress."""

from __future__ import annotations

import math
import pickle

import pytest

from explorer.core.errors import BadInput, Cancelled, ExplorerError, MissingExtra, OutOfVocabulary, UnknownName, listing
from explorer.core.progress import Progress, terminal_progress, track
from explorer.core.registry import Registry


def test_unknown_names_list_what_exists_and_what_was_meant():
    error = UnknownName("tokenizer", "kiwy", ["kiwi", "mecab"])
    assert "kiwy" in str(error) and "did you mean kiwi?" in str(error) and "mecab" in str(error)
    assert "No model exists yet" in str(UnknownName("model", "x", []))


def test_every_error_is_one_line_and_an_explorer_error():
    errors = [
        BadInput("core.in_the_way", old="나쁨"),
        UnknownName("model", "x", ["y"]),
        OutOfVocabulary("뷁", ["북"]),
        MissingExtra("encoders.an_encoder", "bert"),
        Cancelled(),
    ]
    for error in errors:
        assert isinstance(error, ExplorerError)
        assert "\n" not in str(error)
    assert "북" in str(errors[2])
    assert "korean-explorer[bert]" in str(errors[3])


def test_listing_cuts_long_lists_and_says_so():
    assert listing(map(str, range(50)), limit=3) == "0, 1, 2, … and 47 more"


def test_a_registry_resolves_late_and_names_the_choices():
    registry = Registry("thing", {"pi": "math:pi", "broken": "math:no_such_attribute", "gone": "no_such_module_x:y"})
    assert registry.names() == ["broken", "gone", "pi"]
    assert "pi" in registry and "tau" not in registry
    assert registry.get("pi") > 3
    with pytest.raises(UnknownName, match="unknown thing 'pie'; did you mean pi"):
        registry.get("pie")
    with pytest.raises(ExplorerError, match="no_such_attribute"):
        registry.get("broken")
    with pytest.raises(ModuleNotFoundError):  # a broken installation is not disguised as an unknown name
        registry.get("gone")


def test_track_reports_start_and_end_and_can_be_cancelled():
    steps: list[Progress] = []
    assert list(track([1, 2, 3], steps.append, "counting")) == [1, 2, 3]
    assert (steps[0].done, steps[0].total) == (0, 3)
    assert steps[-1].fraction == 1.0

    def stop(step: Progress) -> None:
        if step.done:
            raise Cancelled

    seen = []
    with pytest.raises(Cancelled):
        for item in track(range(100), stop, "counting", every=0):
            seen.append(item)
    assert len(seen) == 1


def test_fraction_is_unknown_without_a_total_and_never_leaves_its_range():
    assert Progress("x", 5).fraction is None
    assert Progress("x", 5, 4).fraction == 1.0
    assert Progress("x", 1, 4).to_dict()["fraction"] == 0.25


def test_bars_are_drawn_only_when_asked(capsys):
    with terminal_progress(enabled=False) as draw:
        assert draw is None
    with terminal_progress(enabled=True) as draw:
        assert draw is not None
        draw(Progress("세는 중", 1, 2))
    assert capsys.readouterr().out == ""


def test_progress_crosses_processes():
    step = Progress("a", 1, 2, "words", "note")
    assert pickle.loads(pickle.dumps(step)) == step


def test_other_packages_add_names_but_never_change_ours(tmp_path, monkeypatch):
    folder = tmp_path / "plugin-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: plugin\nVersion: 1.0\n")
    (folder / "entry_points.txt").write_text(
        "[explorer.things]\ntau = math:tau\npi = math:e\n[explorer.others]\ninf = math:inf\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    registry = Registry("thing", {"pi": "math:pi"}, "explorer.things")
    assert registry.names() == ["pi", "tau"]
    assert registry.get("tau") == math.tau and registry.get("pi") == math.pi
    assert Registry("thing", {"pi": "math:pi"}).names() == ["pi"]
