"""A run on the stage, in a real terminal: it opens, it is left in every way, and the terminal is as it was."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyte
import pytest

from corpus.commands import ROOT, Outcome
from corpus.patience import _ends_some_time as _ends_some_time

Perform = Callable[..., Outcome]

PLAY = """
schema: footlights/v1
name: play
title: A small play
agents: {host: {persona: A host.}}
steps:
  welcome: {agent: host, prompt: Welcome everybody., rehearsal: {reply: "Welcome, everybody. Sit down."}}
  ship: {approve: {ask: Ship it?, options: [ship, hold]}}
outputs: {choice: "${{ steps.ship.output.choice }}"}
"""
PATIENCE = 40.0  # seconds on a busy machine
OPENED, CLOSED = b"\x1b[?1049h", b"\x1b[?1049l"
CARD, LEAVING = "A decision is yours", "Leave the theatre"


class Terminal:
    """A command in a terminal of its own."""

    def __init__(self, folder: Path, *words: str, **environment: str) -> None:
        self._keyboard, terminal = pty.openpty()
        termios.tcsetwinsize(terminal, (36, 120))
        self._was = termios.tcgetattr(terminal)
        self._terminal = terminal
        self._screen = pyte.Screen(120, 36)
        self._stream = pyte.ByteStream(self._screen)
        self.written = b""
        settings = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", **environment}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "footlights", *words],
            cwd=folder, env=settings, stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True,
            preexec_fn=_own_terminal,
        )  # fmt: skip

    @property
    def said(self) -> str:
        """What was written after the stage was left, or at all if there was none, without colours."""
        text = self.written.rpartition(CLOSED)[2].decode(errors="replace")
        return re.sub(r"\x1b\[[0-9;?<>=]*[A-Za-z]", "", text).replace("\r", "")

    def shows(self, text: str) -> None:
        """Wait until a text stands on the screen."""
        assert self._read(lambda: text in self._shown()), f"{text!r} is not to be seen:\n{self._shown()}"

    def shows_no_more(self, text: str) -> None:
        """Wait until it does not."""
        assert self._read(lambda: text not in self._shown()), f"{text!r} is to be seen:\n{self._shown()}"

    def type(self, keys: str) -> None:
        os.write(self._keyboard, keys.encode())

    def type_until(self, keys: str, text: str) -> None:
        """Type again and again, as people do who are not heard, until a text is gone from the screen."""
        for _ in range(200):
            if self.process.poll() is not None or text not in self._shown():
                return
            for key in keys:
                self.type(key)
                self._read(lambda: False, 0.1)
        raise AssertionError(f"{text!r} stays:\n{self._shown()}")

    def ends(self) -> int:
        """Wait for the end; its exit code."""
        assert self._read(lambda: self.process.poll() is not None), self._shown()
        self._read(lambda: False, 0.05)
        return self.process.returncode

    def is_as_it_was(self) -> bool:
        """Was everything given back?"""
        is_left = self.written.count(OPENED) == self.written.count(CLOSED) > 0
        return is_left and termios.tcgetattr(self._terminal) == self._was

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._keyboard)
        os.close(self._terminal)

    def _shown(self) -> str:
        return "\n".join(line.rstrip() for line in self._screen.display)

    def _read(self, holds: Callable[[], bool], patience: float = PATIENCE) -> bool:
        until = time.monotonic() + patience
        while not holds():
            left = until - time.monotonic()
            if left <= 0:
                return False
            if select.select([self._keyboard], [], [], min(left, 0.05))[0]:
                piece = os.read(self._keyboard, 65536)
                self.written += piece
                self._stream.feed(_KITTY.sub(b"", piece))
        return True


_KITTY = re.compile(rb"\x1b\[[<>=?][0-9;]*u")  # asks for better keys: unknown to pyte


def _own_terminal() -> None:
    """Make the terminal that of the session, so that its process group is in front."""
    import fcntl

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "play.yaml").write_text(PLAY)
    (tmp_path / "answers.yaml").write_text("ship: hold\n")
    return tmp_path


@pytest.fixture
def terminal(folder: Path) -> Iterator[Callable[..., Terminal]]:
    opened: list[Terminal] = []

    def open_one(*words: str, **environment: str) -> Terminal:
        opened.append(Terminal(folder, *words, **environment))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


@pytest.fixture
def waiting(terminal: Callable[..., Terminal]) -> Terminal:
    """A rehearsal on the stage that has come to its question."""
    opened = terminal("play", "play.yaml", "--rehearse", "--pace", "instant")
    opened.shows(CARD)
    return opened


def leave(waiting: Terminal) -> None:
    """Put the question away, and ask to leave."""
    waiting.type("\x1b")
    waiting.shows_no_more(CARD)
    waiting.type("q")
    waiting.shows(LEAVING)


# Before the stage opens


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("play", "nothing.yaml"), "nothing.yaml"),
        (("play", "play.yaml", "-i", "x=1"), 'there is no input "x"'),
        (("play", "play.yaml", "--pace", "slow"), "slow"),
        (("play", "play.yaml", "--rehearse", "--fit", "59:00"), "this show takes"),
        (("attach", "last"), "there are no runs"),
        (("replay", "last"), "there are no runs"),
    ],
)
def test_what_is_wrong_is_told_in_plain_text_before_a_stage_opens(
    words: tuple[str, ...], said: str, terminal: Callable[..., Terminal]
) -> None:
    asked = terminal(*words)
    assert asked.ends() in (1, 2)
    assert OPENED not in asked.written
    assert said in asked.said
    assert "Traceback" not in asked.said


def test_without_a_terminal_a_play_is_told_in_lines_as_run_does(footlights: Perform, folder: Path) -> None:
    told = footlights("play", "play.yaml", "--rehearse", folder=folder)
    assert (told.code, told.out) == (0, "ship\n")
    assert told.err.startswith("there is no terminal for the stage here, so it is told in lines\n")
    assert "Welcome, everybody." in told.err


def test_without_a_terminal_a_run_is_shown_again_in_lines(footlights: Perform, folder: Path) -> None:
    footlights("run", "play.yaml", "--rehearse", "--quiet", folder=folder)
    for command in ("replay", "attach"):
        told = footlights(command, "last", folder=folder)
        assert told.code == 0
        assert "Welcome, everybody." in told.out


# On the stage


def test_a_run_that_has_ended_is_left_with_how_it_went_and_how_to_see_it_again(
    terminal: Callable[..., Terminal],
) -> None:
    played = terminal("play", "play.yaml", "--rehearse", "--pace", "instant", "--answers", "answers.yaml")
    played.shows("succeeded")
    played.type("q")
    assert played.ends() == 0
    assert played.is_as_it_was()
    assert re.search(r"done in .* rehearsed, nothing to pay\n\s+footlights replay \w{8} shows it again\n", played.said)


def test_whoever_answers_the_question_on_the_stage_decides(waiting: Terminal, footlights: Perform) -> None:
    waiting.type_until("2\r", CARD)
    waiting.shows("succeeded")
    waiting.type("q")
    assert waiting.ends() == 0
    assert "footlights replay" in waiting.said
    assert '"hold"' in footlights("show", "last", "--json").out


def test_stopped_it_can_be_resumed(waiting: Terminal, footlights: Perform, folder: Path) -> None:
    leave(waiting)
    waiting.type("s")
    assert waiting.ends() == 3
    assert waiting.is_as_it_was()
    assert re.search(r"footlights resume \w{8} goes on where it was", waiting.said)
    assert footlights("resume", "last", "--answers", "answers.yaml", "--quiet", folder=folder).out == "hold\n"


def test_left_running_it_goes_on_in_lines_and_takes_answers_from_elsewhere(
    waiting: Terminal, footlights: Perform
) -> None:
    leave(waiting)
    waiting.type("\x1b[B\r")
    waiting.shows("it goes on here; footlights attach")
    assert waiting.is_as_it_was()
    assert footlights("answer", "ship", "hold").code == 0
    assert waiting.ends() == 0
    assert "done in" in waiting.said


def test_left_running_and_stopped_by_ctrl_c_it_can_be_resumed(waiting: Terminal) -> None:
    leave(waiting)
    waiting.type("\x1b[B\r")
    waiting.shows("it goes on here; footlights attach")
    waiting.type("\x03")
    assert waiting.ends() == 130
    assert "footlights resume" in waiting.said


def test_cancelled_it_is_over(waiting: Terminal, footlights: Perform) -> None:
    leave(waiting)
    waiting.type("c")
    assert waiting.ends() == 1
    assert "cancelled" in waiting.said
    assert '"cancelled"' in footlights("runs", "--json").out


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_any_signal_gives_the_terminal_back_and_says_how_to_go_on(
    number: signal.Signals, waiting: Terminal, footlights: Perform
) -> None:
    waiting.process.send_signal(number)
    assert waiting.ends() == 128 + number
    assert waiting.is_as_it_was()
    assert "Traceback" not in waiting.said
    assert "footlights resume" in waiting.said
    assert '"paused"' in footlights("runs", "--json").out


def test_step_by_step_nothing_begins_until_it_may(terminal: Callable[..., Terminal], footlights: Perform) -> None:
    stepping = terminal("play", "play.yaml", "--rehearse", "--pace", "instant", "--step")
    stepping.shows("host")
    events = footlights("tail", "last", "--json").out
    assert '"directed"' in events
    assert "call.started" not in events
    stepping.process.send_signal(signal.SIGTERM)
    assert stepping.ends() == 143


# Another's run, and one that is over


def test_two_people_see_one_run_from_two_terminals(waiting: Terminal, terminal: Callable[..., Terminal]) -> None:
    other = terminal("attach", "last")
    other.shows(CARD)
    waiting.type("\x1b")
    waiting.shows_no_more(CARD)
    other.type_until("1\r", CARD)
    for one in (waiting, other):
        one.shows("succeeded")
    other.type("q")
    assert other.ends() == 0
    assert other.is_as_it_was()
    waiting.type("q")
    assert waiting.ends() == 0


def test_who_leaves_a_run_that_another_performs_leaves_it_going_on(
    waiting: Terminal, terminal: Callable[..., Terminal]
) -> None:
    other = terminal("attach", "last")
    other.shows(CARD)
    other.process.send_signal(signal.SIGTERM)
    assert other.ends() == 143
    assert "it goes on where it is performed; footlights attach" in other.said
    assert waiting.process.poll() is None


def test_a_replay_shows_a_run_again_and_ends_as_it_ended(
    terminal: Callable[..., Terminal], footlights: Perform, folder: Path
) -> None:
    footlights("run", "play.yaml", "--rehearse", "--quiet", folder=folder)
    again = terminal("replay", "last", "--pace", "instant")
    again.shows("Welcome, everybody.")
    again.type("q")
    assert again.ends() == 0
    assert "done in" in again.said
    assert "footlights replay" in again.said


# For ears


def test_for_ears_a_play_is_told_in_sentences_and_its_question_is_asked(terminal: Callable[..., Terminal]) -> None:
    told = terminal("play", "play.yaml", "--rehearse", "--pace", "brisk", FOOTLIGHTS_SCREEN_READER="1")
    told.shows("Ship it?")
    assert "Welcome, everybody." in told.said, "nobody is asked about what they have yet to hear"
    told.type_until("2\n", "A small play")  # which stays to the end
    assert told.ends() == 0
    assert OPENED not in told.written


def test_for_ears_the_run_of_another_is_told_and_its_question_is_asked(
    waiting: Terminal, terminal: Callable[..., Terminal], footlights: Perform
) -> None:
    told = terminal("attach", "last", FOOTLIGHTS_SCREEN_READER="1")
    told.shows("Ship it?")
    told.type_until("2\n", "A small play")  # which stays to the end
    assert told.ends() == 0
    assert '"hold"' in footlights("show", "last", "--json").out
