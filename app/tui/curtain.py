"""Raises and lowers the curtain: signals end the app in order, and the terminal is given back as it was."""

from __future__ import annotations

import asyncio
import errno
import gc
import os
import signal
import sys
import termios
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.tui.app import Theatre

_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
_OF_TEXTUAL = (signal.SIGTSTP, signal.SIGCONT, signal.SIGWINCH)  # it goes on heeding them: ctrl+z would open it again


class Curtain:
    """Around the app: `with Curtain(theatre): await theatre.run_async()`."""

    def __init__(self, theatre: Theatre) -> None:
        self._theatre = theatre
        self._was: list[Any] | None = None
        self._heeded: list[int] = []
        self._handlers: dict[int, Any] = {}

    def __enter__(self) -> None:
        with suppress(termios.error, ValueError, OSError):
            self._was = termios.tcgetattr(sys.__stdin__.fileno()) if sys.__stdin__ else None
        self._handlers = {number: signal.getsignal(number) for number in _OF_TEXTUAL}
        loop = asyncio.get_running_loop()
        # What whoever started us chose to ignore stays ignored (nohup).
        self._heeded = [number for number in _STOPPING if signal.getsignal(number) is not signal.SIG_IGN]
        for number in self._heeded:
            loop.add_signal_handler(number, self._stop, number)
        gc.freeze()  # what start-up made lives to the end, and need not be looked through at every frame

    def __exit__(self, *_: object) -> None:
        loop = asyncio.get_running_loop()
        for number in self._heeded:
            loop.remove_signal_handler(number)
        for number, handler in self._handlers.items():
            loop.remove_signal_handler(number)
            signal.signal(number, handler or signal.SIG_DFL)
        if self._was is not None and sys.__stdin__:
            with suppress(termios.error, ValueError, OSError):
                termios.tcsetattr(sys.__stdin__.fileno(), termios.TCSANOW, self._was)
        _let_go_of_what_hung_up()

    def _stop(self, number: int) -> None:
        self._theatre.signal = number
        self._theatre.leave_at_once(number)


def _let_go_of_what_hung_up() -> None:
    """Point what led to a terminal that is gone at nothing, so that the last words fail nobody."""
    for stream in (sys.__stdin__, sys.__stdout__, sys.__stderr__):
        if stream is None:
            continue
        try:
            termios.tcgetattr(stream.fileno())
        except termios.error as error:
            if error.args[0] == errno.EIO:
                nothing = os.open(os.devnull, os.O_RDWR)
                os.dup2(nothing, stream.fileno())
                os.close(nothing)
        except (ValueError, OSError):  # it is closed, or no file
            continue
