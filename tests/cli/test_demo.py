"""`footlights demo` where there is no terminal, and what can be asked of it. The launcher is tested in tests/tui."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.playback.cue_file import read_cues
from app.tui.launcher import BY_NAME
from corpus.commands import ROOT, Outcome

Run = Callable[..., Outcome]
CAPTION = read_cues(ROOT / "shows" / "tour.cues.yaml").cues[0].caption


def test_the_tour_is_told_in_lines_with_its_captions_and_what_to_type_next(footlights: Run) -> None:
    done = footlights("demo")
    assert done.code == 0
    assert "there is no terminal for the stage here, so it is told in lines" in done.err
    for words in (
        "The whistle in the drawer",
        f"  Q1  {CAPTION}",
        "Ada Brandt kept the light.",
        "footlights new my-first-play",
        "footlights demo opens the launcher",
    ):
        assert words in done.out
    assert done.out.index("Q1") < done.out.index("◆ Keeper  What the label must do") < done.out.index("Q15")


@pytest.mark.parametrize("mode", ["tour", "console", "replay", "kiosk"])
def test_whatever_shows_a_recording_tells_it(mode: str, footlights: Run) -> None:
    done = footlights("demo", mode, "--no-captions")
    assert done.code == 0
    assert "Ada Brandt kept the light." in done.out
    assert CAPTION not in done.out


def test_it_says_the_same_each_time(footlights: Run) -> None:
    assert footlights("demo", "tour").out == footlights("demo", "tour").out


def test_for_ears_it_is_told_in_sentences(footlights: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTLIGHTS_SCREEN_READER", "1")
    done = footlights("demo")
    assert done.code == 0
    assert CAPTION in done.out
    assert "│" not in done.out


@pytest.mark.parametrize("mode", ["rehearse", "step"])
def test_a_rehearsal_is_performed_in_lines(mode: str, footlights: Run) -> None:
    done = footlights("demo", mode, "hello")
    assert done.code == 0
    assert "rehearsed, nothing to pay" in done.err


def test_play_says_which_key_is_missing(footlights: Run) -> None:
    done = footlights("demo", "play", "tour")
    assert done.code != 0
    assert "ANTHROPIC_API_KEY" in done.err


def test_a_recording_in_a_file_and_a_run_of_the_archive_can_be_told(footlights: Run, tmp_path: Path) -> None:
    assert footlights("run", "hello", "--rehearse").code == 0
    assert "done in" in footlights("demo", "console", "last").out
    assert "error:" in footlights("demo", "console", str(tmp_path / "none.run.jsonl")).err


def test_without_a_run_there_is_nothing_to_attach_to(footlights: Run) -> None:
    done = footlights("demo", "dashboard")
    assert done.code != 0
    assert "error:" in done.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("tor",), 'there is no mode "tor"\n  hint: did you mean "tour"?'),
        (("tour", "--fit", "soon"), '"soon" is no length of time'),
        (("export",), "there is no terminal to ask for the format in\n  hint: footlights export RUN FORMAT"),
    ],
    ids=["mode", "time", "export"],
)
def test_what_cannot_be_is_said_with_what_can(words: tuple[str, ...], said: str, footlights: Run) -> None:
    done = footlights("demo", *words)
    assert done.code == 2
    assert said in done.err
    assert done.out == ""


def test_the_help_names_every_mode(footlights: Run) -> None:
    told = " ".join(footlights("demo", "-h").out.split())
    assert all(name in told for name in BY_NAME)
