"""A terminal of its own with a command in it, and a person in front who looks, presses keys and pulls the plug.

with Terminal("play", "play.yaml", "--rehearse", folder=folder) as terminal:
    terminal.shows("A decision is yours")
    terminal.press("q")
    assert terminal.ends() == 0
    assert terminal.is_given_back
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pyte

from corpus.commands import ROOT
from corpus.nursery import Job, fork
from terminal.sequences import Modes

PATIENCE = 60.0  # seconds on a busy machine, until what is awaited is missed
LAST = b"(nobody has written anything after this)"
OPENED, CLOSED = b"\x1b[?1049h", b"\x1b[?1049l"
KEYS = {
    "enter": "\r", "esc": "\x1b", "tab": "\t", "space": " ", "up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C",
    "left": "\x1b[D", "home": "\x1b[H", "end": "\x1b[F", "pagedown": "\x1b[6~", "ctrl+c": "\x03", "ctrl+p": "\x10",
    "ctrl+z": "\x1a", "backspace": "\x7f", "alt+1": "\x1b1", "alt+2": "\x1b2", "alt+3": "\x1b3", "alt+4": "\x1b4",
    "alt+5": "\x1b5",
}  # fmt: skip
ANSWERS = {b"\x1b[?2026$p": b"\x1b[?2026;2$y", b"\x1b[?2048$p": b"\x1b[?2048;2$y"}  # of a terminal that can do more
_UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[[<>=?][0-9;]*[u$]p?|\x1b\][0-9]+;[^\x07\x1b]*(?:\x07|\x1b\\)")
_STYLES = re.compile(r"\x1b\[[0-9;?<>=]*[A-Za-z]")


class Process(Protocol):
    """What is in the terminal."""

    pid: int

    def poll(self) -> int | None:
        """Its exit code, if it has ended."""
        ...


class Terminal:
    """A command in a terminal; `fresh` starts an interpreter of its own, as whoever types the command does."""

    def __init__(
        self,
        *words: str,
        folder: Path,
        size: tuple[int, int] = (120, 36),
        fresh: bool = False,
        program: str = "",
        answers: bool = False,
        **environment: str,
    ) -> None:
        self._keyboard, self._terminal = pty.openpty()
        self._answers = ANSWERS if answers else {}
        self.folder = folder
        self.size = size
        self.written = b""
        self.last_written = 0.0
        termios.tcsetwinsize(self._terminal, (size[1], size[0]))
        self._was = termios.tcgetattr(self._terminal)
        self._drawn = 0  # bytes that are on the screen
        self.wipe()
        self._answered = 0
        settings = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}", "TERM": "xterm-256color"}
        settings |= environment
        self._child: Process = (
            _fresh(self._terminal, folder, settings, words)
            if fresh
            else fork(Job(words, str(folder), settings, program), [self._terminal] * 3)
        )
        self.pid = self._child.pid

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Leave nothing behind."""
        if self.code is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            self.wait(lambda: self.code is not None)
        self.hang_up()
        os.close(self._terminal)

    # What the person does

    def press(self, *keys: str) -> None:
        """Press keys by their names, or type text."""
        for key in keys:
            os.write(self._keyboard, KEYS.get(key, key).encode())

    def press_bytes(self, typed: bytes) -> None:
        """Type what is no key."""
        os.write(self._keyboard, typed)

    def floods(self, typed: bytes) -> int:
        """Type as fast as the command reads, as long as it does; how much of it was read."""
        done, since = 0, time.monotonic()
        os.set_blocking(self._keyboard, False)
        while done < len(typed) and time.monotonic() - since < 1.0:
            with contextlib.suppress(BlockingIOError):
                done += os.write(self._keyboard, typed[done : done + 4096])
                since = time.monotonic()
            self.look(0.001)
        os.set_blocking(self._keyboard, True)
        return done

    def press_until(self, key: str, holds: Callable[[], bool]) -> None:
        """Press a key as people do who are not heard at once, until something holds."""
        until = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < until, f"{key} does nothing:\n{self.shown}"
            self.press(key)
            self.wait(holds, 0.3)

    def put_away(self, text: str) -> None:
        """Press esc, once, since a second one leaves what is behind the card; wait until its text is gone."""
        self.press("esc")
        self.shows_no_more(text)

    def resize(self, width: int, height: int) -> None:
        """Take the corner of the window."""
        self.size = (width, height)
        termios.tcsetwinsize(self._terminal, (height, width))

    def send(self, number: int) -> None:
        """Send a signal to the command."""
        os.kill(self.pid, number)

    def hang_up(self) -> None:
        """Pull the plug."""
        if self._keyboard >= 0:
            os.close(self._keyboard)
            self._keyboard = -1

    # What the person sees

    @property
    def shown(self) -> str:
        """What stands on the screen now."""
        if self._screen.columns != self.size[0] or self._screen.lines != self.size[1]:
            self._screen.resize(self.size[1], self.size[0])
        if self._drawn < len(self.written):
            self._stream.feed(_UNKNOWN_TO_PYTE.sub(b"", self.written[self._drawn :]))
            self._drawn = len(self.written)
        return "\n".join(line.rstrip() for line in self._screen.display)

    @property
    def said(self) -> str:
        """What was written after the stage was left, or at all if there was none, without colours."""
        text = self.written.rpartition(CLOSED)[2].decode(errors="replace")
        return _STYLES.sub("", text).replace("\r", "")

    def wipe(self) -> None:
        """Forget what stands on the screen, and what was written and not yet looked at."""
        self._screen = pyte.Screen(*self.size)
        self._stream = pyte.ByteStream(self._screen)
        self._drawn = len(self.written)

    def shows(self, *texts: str) -> None:
        """Wait until texts stand on the screen."""
        for text in texts:
            assert self.wait(lambda text=text: text in self.shown), f"{text!r} is not to be seen:\n{self.shown}"  # type: ignore[misc]

    def shows_no_more(self, text: str) -> None:
        """Wait until it does not."""
        assert self.wait(lambda: text not in self.shown), f"{text!r} is to be seen:\n{self.shown}"

    def rests(self, seconds: float) -> None:
        """Wait until nothing has been written for so long."""
        begun = time.monotonic()
        assert self.wait(lambda: time.monotonic() - max(begun, self.last_written) >= seconds), "it never rests"

    def ends(self) -> int:
        """Wait for the end; its exit code."""
        assert self.wait(lambda: self.code is not None), f"it does not end:\n{self.shown}"
        self._read_the_rest()
        code = self.code
        assert code is not None
        return code

    def wait(self, holds: Callable[[], bool], patience: float = PATIENCE) -> bool:
        """Look until something holds."""
        until = time.monotonic() + patience
        while not holds():
            left = until - time.monotonic()
            if left <= 0:
                return False
            self.look(min(left, 0.05))
        return True

    def wait_blindly(self, holds: Callable[[], bool], patience: float = PATIENCE) -> bool:
        """Wait without reading what is written."""
        until = time.monotonic() + patience
        while not holds():
            if time.monotonic() > until:
                return False
            time.sleep(0.01)
        return True

    def look(self, seconds: float) -> None:
        """Read what is written next, if anything is within so many seconds."""
        if self._keyboard < 0:
            time.sleep(min(seconds, 0.01))  # nobody looks any more; whoever waits, waits for the end
            return
        if not select.select([self._keyboard], [], [], seconds)[0]:
            return
        piece = os.read(self._keyboard, 1 << 16)
        self.written += piece
        self.last_written = time.monotonic()
        for question, answer in self._answers.items():
            if question in self.written[max(0, self._answered - len(question)) :]:
                os.write(self._keyboard, answer)
        self._answered = len(self.written)

    def _read_the_rest(self) -> None:
        """What was written last may come when whoever wrote it has ended; what we write now comes behind it."""
        if self._keyboard < 0:
            return
        self.wait(lambda: bool(select.select([], [self._terminal], [], 0)[1]))
        os.write(self._terminal, LAST)
        assert self.wait(lambda: self.written.endswith(LAST))
        self.written = self.written.removesuffix(LAST)

    # How it is, and how it was left

    @property
    def processor(self) -> float:
        """Seconds of the processor that the command has used."""
        figures = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(figures[11]) + int(figures[12])) / os.sysconf("SC_CLK_TCK")

    def is_stopped(self) -> bool:
        """Does the command stand still, as after ctrl+z?"""
        return Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"

    @property
    def code(self) -> int | None:
        """The exit code, as a shell tells it but with signals below zero; None while it goes on."""
        return self._child.poll()

    @property
    def left_changed(self) -> list[str]:
        """What was not given back as it was."""
        changed = sorted(Modes.after(self.written).left_on)
        return changed if termios.tcgetattr(self._terminal) == self._was else [*changed, "termios"]

    @property
    def has_opened(self) -> bool:
        """Was there a stage at all?"""
        return OPENED in self.written


def _fresh(terminal: int, folder: Path, environment: dict[str, str], words: tuple[str, ...]) -> Process:
    return subprocess.Popen(
        [sys.executable, "-m", "footlights", *words],
        cwd=folder, env=environment, stdin=terminal, stdout=terminal, stderr=terminal,
        start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )  # fmt: skip
