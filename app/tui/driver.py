"""The terminal as this app drives it: it is never waited for, its end is noticed, and all of it is given back."""

from __future__ import annotations

import os
import re
import selectors
import signal
import sys
import threading
import time
from codecs import getincrementaldecoder
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

from app.tui.outflow import Outflow

if TYPE_CHECKING:
    from textual.app import App

    from app.tui.app import Theatre

_GLANCE = 0.1  # seconds between looks whether the app leaves, and whether an escape was only the key
_AT_ONCE = 4096
_UNHEARD = 64  # keys that may wait in the app; what is typed faster waits in the terminal
_DEAF = 5.0  # seconds after which one does not wait for an app that hears nothing
_ALT_DIGIT = re.compile(r"\x1b([0-9])")
_SYNC_END, _NO_PIXELS = "\x1b[?2026l", "\x1b[?1016l"


class Driver(LinuxDriver):
    """Textual's own, but for what would harm or puzzle whoever sits there.

    - A terminal that does not read (a stalled connection) let the whole app wait, and with it every run.
    - One that hung up was read from for ever, at the whole of a core; or the app was left with an error.
    - Bytes that are no UTF-8 ended the app.
    - Alt and a digit, as most terminals send them, were what a Mac writes with option and that digit.
    - LINES and COLUMNS, which some programs export, stood above the size that the terminal has.
    - Going on after a stop that nobody can catch began a second time, and what was changed once was given back never.
    - Keys that came faster than the app heeds them filled the memory, and a signal to end came behind all of them.
    - A stop in the middle of a picture could leave the terminal as the stage had it.
    """

    _writer_thread: Outflow | None  # type: ignore[assignment]

    def __init__(self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None):
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        # By the loop, between two of its steps: what breaks in while something is written would wait for itself.
        self._loop.add_signal_handler(signal.SIGTSTP, self._sigtstp_application)
        self._loop.add_signal_handler(signal.SIGCONT, self._sigcont_application)
        self._size = size or self._get_terminal_size()
        self._unheard = 0

    @property
    def is_behind(self) -> bool:
        """Does the terminal not read what is written?"""
        return self._writer_thread is not None and self._writer_thread.is_behind

    def when_drained(self, call: Callable[[], object]) -> None:
        """Call from the app's own loop when the terminal has read everything."""
        if self._writer_thread is not None:
            self._writer_thread.when_drained(self._loop, call)

    def start_application_mode(self) -> None:
        """Take the terminal."""
        super().start_application_mode()  # type: ignore[no-untyped-call]
        textual_writer = self._writer_thread
        if textual_writer is None:  # in the background: it has not begun, and will be stopped again
            return
        ours = self._writer_thread = Outflow(sys.__stderr__.fileno())  # type: ignore[union-attr]  # it is a terminal
        textual_writer.stop()  # it has written the little that opens the stage
        ours.start()

    def stop_application_mode(self) -> None:
        """Give the terminal back."""
        if self._writer_thread is not None:
            self._writer_thread.forget()
            if self._app._sync_available:
                self.write(_SYNC_END)  # the one that closes the last picture may be among what was forgotten
            if self._mouse_pixels:
                self.write(_NO_PIXELS)
        super().stop_application_mode()

    def close(self) -> None:
        """Wait until it was given back, or for as long as one waits."""
        super().close()
        self._writer_thread = None

    def write(self, data: str) -> None:
        """Have something written; what comes when the terminal was given back goes nowhere."""
        if self._writer_thread is not None:
            self._writer_thread.write(data)

    def _get_terminal_size(self) -> tuple[int, int]:
        with suppress(OSError, ValueError):
            width, height = os.get_terminal_size(self.fileno)
            if width and height:
                return width, height
        return super()._get_terminal_size()

    def _sigcont_application(self, *_: object) -> None:
        if self._auto_restart and not self._must_signal_resume:  # it was stopped without being asked (SIGSTOP)
            self.suspend_application_mode()
            self._must_signal_resume = True
        super()._sigcont_application()

    # What comes in

    def _run_input_thread(self) -> None:
        with suppress(OSError):  # how some terminals say that they are gone; others say that nothing more will come
            self.run_input_thread()
        if not self.exit_event.is_set():
            theatre: Theatre = self._app  # type: ignore[assignment]
            with suppress(RuntimeError):  # the loop is gone too
                self._loop.call_soon_threadsafe(theatre.leave_at_once, signal.SIGHUP)

    def run_input_thread(self) -> None:
        """Read what is typed, until the app leaves or the terminal is gone."""
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")(errors="replace").decode
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(_GLANCE):
                    read = os.read(self.fileno, _AT_ONCE)
                    if not read:
                        return
                    for message in parser.feed(as_textual_reads(decode(read))):
                        self.process_message(message)
                        self._wait_for_who_listens()
                for message in parser.tick():
                    self.process_message(message)

    def _wait_for_who_listens(self) -> None:
        """Of many keys in a row so few are under way that the next thing to happen, a signal too, is heeded soon."""
        self._unheard += 1
        if self._unheard < _UNHEARD:
            return
        self._unheard = 0
        heard = threading.Event()
        theatre: Theatre = self._app  # type: ignore[assignment]
        with suppress(RuntimeError):  # the loop is gone
            self._loop.call_soon_threadsafe(theatre.when_heard, heard.set)
        until = time.monotonic() + _DEAF
        while not self.exit_event.is_set() and not heard.wait(_GLANCE) and time.monotonic() < until:
            pass


def as_textual_reads(typed: str) -> str:
    """What was typed, with alt and a digit as Textual knows it."""
    return _ALT_DIGIT.sub(_as_alt_digit, typed)


def _as_alt_digit(found: re.Match[str]) -> str:
    return f"\x1b[{ord(found[1])};3u"
