"""The app's terminal when it is played in a browser: what is drawn goes to the server, what is typed comes from it.

Textual's own waits for a server that does not read, is left running by one that died, and ends at the first byte that
is no UTF-8. It also marks where each picture begins; on our wire there is nothing but pictures.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
import time
from codecs import getincrementaldecoder
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from textual import events
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers._byte_stream import ByteStream
from textual.drivers.web_driver import WebDriver
from textual.geometry import Size

from app.tui.driver import as_textual_reads
from app.tui.outflow import Outflow

GRACE = 10.0  # seconds that a run has to stop when the server is gone
_GLANCE = 0.1  # seconds after which an escape was only the key
_AT_ONCE = 65_536
_MANY = 256  # packets that are kept for an app that has yet to open


class Line(threading.Thread):
    """What comes from the server, for as long as this process lives: when it ends, so do we."""

    def __init__(self) -> None:
        super().__init__(name="line", daemon=True)
        stdout, stderr = sys.__stdout__, sys.__stderr__
        assert stdout is not None and stderr is not None  # the server has opened them
        self.wire = os.dup(stdout.fileno())
        os.dup2(stderr.fileno(), stdout.fileno())  # what is told to people goes another way than pictures
        os.set_blocking(self.wire, False)
        signal.signal(signal.SIGHUP, signal.SIG_DFL)  # a server that was told to ignore it is no reason to stay
        self.heard: Callable[[tuple[str, bytes] | None], None] | None = None
        self._early: deque[tuple[str, bytes]] = deque(maxlen=_MANY)

    def run(self) -> None:
        """Read until nobody is at the other end; then end in order, if that is possible, and end in any case."""
        with suppress(OSError):
            self._read()
        os.kill(os.getpid(), signal.SIGHUP)
        time.sleep(GRACE)
        if os.getpgrp() == os.getpid():
            os.killpg(0, signal.SIGKILL)
        os._exit(1)

    def _read(self) -> None:
        packets = ByteStream()
        while True:
            if select.select([0], [], [], _GLANCE)[0]:
                read = os.read(0, _AT_ONCE)
                if not read:
                    return
                self._early.extend(packets.feed(read))
            self._hand_on()

    def _hand_on(self) -> None:
        while self.heard is not None:
            self.heard(self._early.popleft() if self._early else None)
            if not self._early:
                return


_lines: list[Line] = []  # the one of this process


def take_the_line() -> None:
    """Before anything is said or drawn: stdin and stdout lead to the server."""
    _lines.append(Line())
    _lines[0].start()


class Driver(WebDriver):
    """One browser, as the app drives it."""

    def __init__(self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None):
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._line = _lines[0]
        self._out = Outflow(self._line.wire)
        self._parser = XTermParser(debug)
        self._decode = getincrementaldecoder("utf-8")(errors="replace").decode

    @property
    def is_behind(self) -> bool:
        """Does the browser not read what is drawn?"""
        return self._out.is_behind

    def when_drained(self, call: Callable[[], object]) -> None:
        """Call from the app's own loop when it has read everything."""
        self._out.when_drained(self._loop, call)

    def start_application_mode(self) -> None:
        """Take the browser's terminal."""
        self._out.start()
        self.write("\x1b[?1049h\x1b[?25l")
        if self._mouse:
            self._enable_mouse_support()
        self._enable_bracketed_paste()
        size = Size(*(self._size or (80, 24)))
        self._app.call_later(self._app.post_message, events.Resize(size, size))
        self._line.heard = self._hear

    def write(self, data: str) -> None:
        """Have something drawn, and wait for nothing."""
        self._out.write(data)

    def write_meta(self, data: dict[str, object]) -> None:
        """Say nothing: no page of ours opens or saves what an app asks it to."""

    def write_binary_encoded(self, data: tuple[str | bytes, ...]) -> None:
        """Say nothing."""

    def stop_application_mode(self) -> None:
        """Let the browser's terminal go; its page lowers the curtain."""
        self._line.heard = None
        self._out.forget()

    def close(self) -> None:
        """Write what is left. Then the server reads that nothing more will come."""
        self._out.stop()
        with suppress(OSError):
            os.close(self._line.wire)

    def _hear(self, packet: tuple[str, bytes] | None) -> None:
        """From the thread of the line: what was typed, or nothing for a while."""
        match packet:
            case "D", typed:
                for message in self._parser.feed(as_textual_reads(self._decode(typed))):
                    self.process_message(message)
            case kind, told:
                self._on_meta(kind, told)
        for message in self._parser.tick():
            self.process_message(message)
