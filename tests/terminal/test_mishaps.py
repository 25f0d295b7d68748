"""Something of ours fails: the terminal is given back, the run is safe, and one clear message says what happened."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.commands import Outcome
from terminal.ptys import Terminal
from terminal.situations import CARD, LEAVING, answer

Perform = Callable[..., Outcome]
Opens = Callable[..., Terminal]
PLAY = ("play", "play.yaml", "--rehearse", "--pace", "instant")


def mishap(name: str) -> str:
    return f"terminal.mishaps:{name}"


@pytest.mark.parametrize("words", [(), PLAY])
def test_a_key_that_fails_ends_the_app_in_order(words: tuple[str, ...], opens: Opens, perform: Perform) -> None:
    terminal = opens(*words, program=mishap("in_a_handler"))
    terminal.shows("q quit" if not words else CARD)
    terminal.put_away(CARD) if words else None
    terminal.press("+")
    assert (terminal.ends(), terminal.left_changed) == (1, [])
    assert "this is a bug in Footlights: RuntimeError: the trapdoor is stuck" in terminal.said
    assert "Traceback" not in terminal.said
    if words:
        assert "footlights resume" in terminal.said
        assert json.loads(perform("runs", "--json").out)[0]["status"] == "paused"


@pytest.mark.parametrize("part", ["in_a_task", "in_a_frame", "at_the_start", "in_a_stylesheet"])
def test_an_error_anywhere_else_ends_it_in_order_too(part: str, opens: Opens, perform: Perform, folder: Path) -> None:
    terminal = opens(*PLAY, program=mishap(part))
    assert (terminal.ends(), terminal.left_changed) == (1, [])
    assert terminal.said.count("this is a bug in Footlights") == 1
    assert "Traceback" not in terminal.said
    assert "footlights resume" in terminal.said
    assert perform("resume", "last", "--answers", str(folder / "answers.yaml"), "--quiet").code == 0


def test_a_panel_that_cannot_be_drawn_says_so_and_the_run_goes_on(opens: Opens) -> None:
    terminal = opens(*PLAY, program=mishap("in_a_picture"))
    terminal.shows(CARD)
    terminal.put_away(CARD)
    terminal.shows("This part could not be drawn. The run goes on.", "no such colour")
    terminal.press_until("enter", lambda: CARD in terminal.shown)
    answer(terminal, "1")
    terminal.shows("succeeded")
    terminal.press("q")
    assert (terminal.ends(), terminal.left_changed) == (0, [])


# What is wrong before it starts


def test_a_scenario_with_a_mistake_is_told_in_plain_text(opens: Opens, folder: Path) -> None:
    (folder / "wrong.yaml").write_text("schema: footlights/v1\nname: wrong\nsteps: {a: {prompt: x, agnt: y}}\n")
    terminal = opens("play", "wrong.yaml", "--rehearse")
    assert terminal.ends() == 2
    assert not terminal.has_opened
    assert "wrong.yaml" in terminal.said
    assert terminal.left_changed == []


def test_at_home_a_scenario_with_a_mistake_harms_no_other(opens: Opens, folder: Path) -> None:
    (folder / "scenarios").mkdir()
    (folder / "scenarios" / "wrong.yaml").write_text("steps: [\x00")
    terminal = opens()
    terminal.shows("feature-sprint")
    terminal.press_until("G", lambda: "wrong" in terminal.shown)
    terminal.press("q")
    assert (terminal.ends(), terminal.left_changed) == (0, [])


@pytest.mark.parametrize("words", [(), PLAY])
def test_a_theme_that_is_broken_keeps_nobody_out(words: tuple[str, ...], opens: Opens, folder: Path) -> None:
    (folder / "themes").mkdir()
    (folder / "themes" / "mine.yaml").write_text(
        "schema: footlights/theme/v1\nname: mine\ncolours: {text: no-colour}\n"
    )
    remember(theme="mine")
    terminal = opens(*words)
    terminal.shows("q quit" if not words else CARD)
    terminal.shows("mine")
    if words:
        terminal.put_away(CARD)
        terminal.press("q")
        terminal.shows(LEAVING)
        terminal.press("s")
    terminal.press("q") if not words else None
    assert terminal.ends() == (3 if words else 0)
    assert terminal.left_changed == []


def test_habits_and_keys_that_cannot_be_read_keep_nobody_out(opens: Opens) -> None:
    remember(theme=7, place=[], scenario={"a": 1}, mouse="maybe")
    config = Path(os.environ["FOOTLIGHTS_CONFIG"])
    config.mkdir(parents=True)
    (config / "keys.yaml").write_text("everywhere.quit: [\n")
    terminal = opens()
    terminal.shows("keys.yaml")
    terminal.press("q")
    assert (terminal.ends(), terminal.left_changed) == (0, [])


@pytest.mark.parametrize("words", [(), PLAY])
def test_a_home_nobody_may_write_to_is_told_and_harms_nothing(words: tuple[str, ...], opens: Opens) -> None:
    home = Path(os.environ["FOOTLIGHTS_HOME"])
    home.write_text("a file, where a folder belongs")  # read-only would stop nobody who is root
    terminal = opens(*words)
    if words:
        assert terminal.ends() == 1
        assert not terminal.has_opened
        assert terminal.said.startswith("error: ")
        return
    terminal.shows("feature-sprint")
    for place in ("alt+2", "alt+3", "alt+5", "alt+1"):
        terminal.press(place)
        terminal.rests(0.2)
    terminal.press("q")
    assert (terminal.ends(), terminal.left_changed) == (0, [])


@pytest.mark.parametrize("words", [(), PLAY])
def test_a_disk_without_room_is_told_and_harms_nothing(words: tuple[str, ...], opens: Opens) -> None:
    terminal = opens(*words, program=mishap("without_room"))
    if words:
        assert terminal.ends() == 1
        assert not terminal.has_opened
        assert terminal.said.startswith("error: ")
        return
    terminal.shows("feature-sprint")
    terminal.press("t")
    terminal.press_until("q", lambda: terminal.code is not None)
    assert (terminal.ends(), terminal.left_changed) == (0, [])


def test_a_disk_that_fills_up_while_somebody_speaks_pauses_the_run(
    opens: Opens, perform: Perform, folder: Path
) -> None:
    terminal = opens("play", "speech.yaml", "--rehearse", "--pace", "brisk", program=mishap("filling_up"))
    terminal.shows("make room; then")
    terminal.press_until("q", lambda: terminal.code is not None)
    assert (terminal.ends(), terminal.left_changed) == (1, [])
    assert "there is no room to write" in terminal.said
    assert perform("resume", "last", "--answers", str(folder / "answers.yaml"), "--quiet").code == 0


def remember(**habits: object) -> None:
    """What the app kept from the last time."""
    home = Path(os.environ["FOOTLIGHTS_HOME"])
    home.mkdir(parents=True)
    (home / "stage.json").write_text(json.dumps(habits))
