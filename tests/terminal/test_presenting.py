"""A talk in two real terminals: what one does the other shows, whatever becomes of either."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app.journal.recording import write_recording
from app.tui.left_off import left_off
from app.tui.podium import podium_of
from corpus.rehearsals import rehearsed
from terminal.ptys import Terminal

Opens = Callable[..., Terminal]
CUES = """\
schema: footlights-cues/v1
title: Five people ship dark mode
talk: 12:00
cues:
  - at: step opening begins
    label: the seam
    caption: One feature, two tasks.
    notes: Nobody here is a hero.
  - at: step api begins
    label: the cut
    caption: They will not talk until QA.
    notes: Ask which of the two will be late.
  - at: qa speaks
    label: QA finds something
    notes: Count to three.
  - at: end
    label: the bow
    hold: true
"""
FILE = "sprint.run.jsonl"
RUN = "01K7SPR1NT0000000000008F2C"
PRESENT = ("present", FILE, "--cues", "talk.cues.yaml")
SPEAK = ("present", FILE, "--speaker")


@pytest.fixture
def talk(folder: Path, opens: Opens) -> Opens:
    """A folder with a recording and a cue file; opens a terminal in it."""
    write_recording(replace(rehearsed("feature-sprint"), run=RUN), folder / FILE)
    (folder / "talk.cues.yaml").write_text(CUES)
    return opens


@pytest.fixture
def presenter(talk: Opens) -> Terminal:
    terminal = talk(*PRESENT)
    terminal.shows("Five people ship dark mode", "0:00 /")
    return terminal


@pytest.fixture
def speaker(talk: Opens, presenter: Terminal) -> Terminal:
    terminal = talk(*SPEAK, size=(80, 24))
    terminal.shows("SPEAKER", "ready", "STANDBY  Q1  the seam")
    return terminal


def go_to(terminal: Terminal, moment: str) -> None:
    """Ask for a moment, as people type who look at what they do."""
    terminal.press("g")
    terminal.shows("Go to")
    terminal.press(moment)
    terminal.shows(moment)
    terminal.press("enter")


def test_go_in_one_moves_the_other(presenter: Terminal, speaker: Terminal) -> None:
    presenter.press("space")
    speaker.shows("NOW  Q1  the seam", "Nobody here is a hero.", "holds until GO")
    presenter.shows("Q1/4", "One feature, two tasks.")
    go_to(speaker, "Q2")
    presenter.shows("Q2/4", "They will not talk until QA.")
    speaker.shows("NOW  Q2  the cut", "Ask which of the two will be late.")
    speaker.press("p")
    presenter.shows("Q1/4")
    assert "Nobody here is a hero." not in presenter.shown, "notes are for the speaker alone"


def test_a_blank_shows_nothing_whoever_wanted_it(presenter: Terminal, speaker: Terminal) -> None:
    go_to(presenter, "Q2")
    presenter.shows("Q2/4")
    speaker.press("b")
    assert presenter.wait(lambda: presenter.shown.split() == ["·"]), presenter.shown
    speaker.shows("the room sees nothing")
    presenter.press("space")
    presenter.shows("They will not talk until QA.")
    speaker.shows_no_more("the room sees nothing")


def test_a_killed_presenter_is_missed_and_the_next_one_is_followed(talk: Opens) -> None:
    killed = talk(*PRESENT, fresh=True)
    killed.shows("0:00 /")
    speaker = talk(*SPEAK, size=(80, 24))
    speaker.shows("ready")
    killed.send(signal.SIGKILL)
    speaker.shows("the presenter has gone; this view waits for it to come back", "the seam")
    again = talk(*PRESENT)
    again.shows("0:00 /")
    speaker.shows("ready")
    speaker.press("space")
    again.shows("Q1/4")


def test_a_presentation_that_was_killed_is_gone_on_with_and_one_that_was_left_is_not(
    talk: Opens,
) -> None:
    podium = podium_of(RUN, None)
    killed = talk(*PRESENT, fresh=True)
    killed.shows("0:00 /")
    killed.press("space")
    killed.shows("Q1/4")
    go_to(killed, "Q2")
    killed.shows("Q2/4", "They will not talk until QA.")
    assert killed.wait(lambda: (left := left_off(podium)) is not None and left.seq > 8), "it is noted down"
    killed.send(signal.SIGKILL)
    killed.wait(lambda: killed.code is not None)
    again = talk(*PRESENT)
    again.shows("Q2/4", "They will not talk until QA.", "it goes on where it was")
    speaker = talk(*SPEAK, size=(80, 24))
    speaker.shows("NOW  Q2  the cut")
    assert "ready" not in speaker.shown, "the talk has begun long ago"
    again.press("q")
    assert again.ends() == 0
    assert left_off(podium) is None
    anew = talk(*PRESENT)
    anew.shows("Five people ship dark mode", "0:00 /")


def test_it_begins_where_somebody_says(talk: Opens) -> None:
    talk(*PRESENT, "--from", "Q2").shows("Q2/4", "They will not talk until QA.")
    wrong = talk(*PRESENT, "--from", "Q9")
    assert wrong.ends() == 2
    assert "there is no Q9" in wrong.said


def test_several_speakers_follow_and_one_that_leaves_disturbs_nobody(
    talk: Opens, presenter: Terminal, speaker: Terminal
) -> None:
    another = talk("present", "--speaker", size=(60, 16))
    another.shows("ready")
    another.press("space")
    for terminal in (speaker, another):
        terminal.shows("NOW  Q1  the seam")
    another.press("q")
    assert another.ends() == 0
    go_to(speaker, "Q2")
    presenter.shows("Q2/4")


def test_no_key_but_those_of_the_clicker_passes_while_it_is_locked(presenter: Terminal, speaker: Terminal) -> None:
    presenter.press("L")
    speaker.shows("locked there")
    presenter.press("v", "g", "t", "q", "?", "s", "H", "k", "7", "enter", "ctrl+p", "ctrl+c", "tab")
    presenter.press("n")
    speaker.shows("NOW  Q1  the seam")
    presenter.shows("Q1/4")
    speaker.press("L")
    speaker.shows_no_more("locked there")
    presenter.press("q")
    assert presenter.ends() == 0
    assert presenter.left_changed == []
    speaker.shows("the presenter has gone")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_whatever_ends_either_of_them_by_a_signal_says_so_by_its_exit_code(
    number: signal.Signals, presenter: Terminal, speaker: Terminal
) -> None:
    for terminal in (speaker, presenter):
        terminal.send(number)
        assert terminal.ends() == 128 + number
        assert terminal.left_changed == []


def test_two_presenters_of_one_run_are_told_of_each_other(talk: Opens, presenter: Terminal, speaker: Terminal) -> None:
    second = talk(*PRESENT)
    second.shows("this run is being presented already")
    speaker.press("space")
    presenter.shows("Q1/4")


def test_a_cue_file_with_mistakes_opens_no_stage(talk: Opens, folder: Path) -> None:
    (folder / "talk.cues.yaml").write_text(CUES.replace("qa speaks", "qa speak"))
    terminal = talk(*PRESENT)
    assert terminal.ends() == 2
    assert not terminal.has_opened
    assert "talk.cues.yaml:13:9" in terminal.said
    assert 'did you mean "qa speaks"?' in terminal.said


def test_an_audience_in_browsers_is_let_in_before_it_begins_and_is_counted(talk: Opens) -> None:
    presenter = talk(*PRESENT, "--audience")
    presenter.shows("audience  http://127.0.0.1:", "press enter to begin")
    assert not presenter.has_opened
    presenter.press("enter")
    presenter.shows("Five people ship dark mode", "0:00 /")
    speaker = talk(*SPEAK, size=(80, 24))
    speaker.shows("viewers  0")
