"""What goes out to the terminal, written by a thread of its own: nobody waits for a terminal that does not read."""

from __future__ import annotations

import os
import select
import termios
import threading
import time
from asyncio import AbstractEventLoop
from collections import deque
from collections.abc import Callable
from contextlib import suppress

ENOUGH = 1 << 16  # bytes that may wait: more than a full screen; beyond them pictures are left out
PATIENCE = 1.0  # seconds that a terminal has at the end to read what is left
_GLANCE = 0.05  # seconds between looks at a terminal that does not read
_CANCEL = b"\x18"  # ends a sequence that was cut off


class Outflow(threading.Thread):
    """Takes the place of Textual's writer, which lets the whole app wait while the terminal does not read."""

    def __init__(self, terminal: int) -> None:
        super().__init__(name="outflow", daemon=True)
        self._terminal = _opened_again(terminal)
        self._pieces: deque[bytes] = deque()
        self._bytes = 0
        self._changed = threading.Condition()
        self._drained: Callable[[], object] | None = None
        self._deadline: float | None = None  # set when no more will come
        self._is_lost = False

    @property
    def is_behind(self) -> bool:
        """Does more wait than a terminal that reads would leave?"""
        return self._bytes > ENOUGH

    def write(self, text: str) -> None:
        """Have a piece written, and wait for nothing."""
        piece = text.encode("utf-8", errors="replace")
        with self._changed:
            if not self._is_lost:
                self._pieces.append(piece)
                self._bytes += len(piece)
                self._changed.notify()

    def when_drained(self, loop: AbstractEventLoop, call: Callable[[], object]) -> None:
        """Call once, in the loop, when everything was read; at most one such call waits."""

        def drained() -> None:
            with suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(call)

        with self._changed:
            self._drained = drained
            self._changed.notify()

    def forget(self) -> None:
        """Leave out what waits: it would be cleared at once."""
        with self._changed:
            self._pieces.clear()

    def stop(self) -> None:
        """Write what is left. What a terminal does not read in time is thrown away, but for how it is given back."""
        with self._changed:
            self._deadline = time.monotonic() + PATIENCE
            self._changed.notify()
        self.join(2 * PATIENCE)

    def run(self) -> None:
        """Write piece by piece, until the end or until there is no terminal any more."""
        try:
            while (piece := self._next()) is not None:
                self._put(piece)
        except OSError:
            with self._changed:
                self._is_lost = True
                self._pieces.clear()
        finally:
            os.close(self._terminal)

    def _next(self) -> bytes | None:
        with self._changed:
            while not self._pieces:
                self._bytes = 0
                if self._deadline is not None:
                    return None
                if self._drained is not None:
                    call, self._drained = self._drained, None
                    call()
                self._changed.wait()
            return self._pieces.popleft()

    def _put(self, piece: bytes) -> None:
        rest = memoryview(piece)
        while rest:
            try:
                rest = rest[os.write(self._terminal, rest) :]
            except BlockingIOError:
                if self._deadline is not None and time.monotonic() > self._deadline:
                    rest = self._cut(rest)
                select.select([], [self._terminal], [], _GLANCE)

    def _cut(self, rest: memoryview) -> memoryview:
        """Throw away what the terminal has not read; what comes last, the giving back, then has room."""
        with suppress(termios.error):
            termios.tcflush(self._terminal, termios.TCOFLUSH)
        self._deadline = time.monotonic() + PATIENCE
        with self._changed:
            left, self._pieces = b"".join(self._pieces), deque()
        return memoryview(_CANCEL + left) if left else rest


def _opened_again(terminal: int) -> int:
    """The same terminal, opened so that writing waits for nothing; whoever else has it open is not to notice."""
    with suppress(OSError):
        return os.open(os.ttyname(terminal), os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
    return os.dup(terminal)  # another user's: then only the end may have to wait
