"""Asks the person at this terminal what a gate asks: a prompt that only we draw, and an answer that nobody typed ahead.

The terminal stays as it is, a line at a time with its own editing, so there is nothing to restore whatever happens.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TextIO

from app.cli.gates import drawn, reminder
from app.cli.ink import Ink
from app.cli.narrating.text import shortened
from app.journal.questions import Question
from app.safety import one_line

SETTLING = 0.5  # seconds in which nobody can have read the question: what is entered then was meant for something else


@dataclass(frozen=True, slots=True)
class Answer:
    """What the person said."""

    choice: str
    note: str = ""


class Prompter:
    """Asks one question after the other on a terminal."""

    def __init__(self, source: TextIO, sink: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._descriptor = source.fileno()
        self._sink = sink
        self._ink = Ink.for_stream(sink)

    async def ask(self, question: Question) -> Answer | None:
        """The answer; none when the person closes the input, which leaves the question open."""
        self._forget_what_was_typed_ahead()
        self._say("\n".join(drawn(question, self._ink, time.time())))
        asked = self._clock()
        while True:
            line = await self._answered("> ")
            if not line:
                self._end_line()
                return None
            text = line.decode("utf-8", "replace").strip()
            if self._clock() - asked < SETTLING:
                self._say("that came before the question could be read; once more, please")
            elif found := understood(text, question.options):
                return found
            else:
                self._say(not_understood(text, question))

    async def _answered(self, mark: str) -> bytes:
        self._sink.write(mark)
        self._sink.flush()
        try:
            return await self._read_line()
        except asyncio.CancelledError:
            self._end_line()  # settled elsewhere, or the run stops: what comes next starts its own line
            raise

    async def _read_line(self) -> bytes:
        loop = asyncio.get_running_loop()
        line: asyncio.Future[bytes] = loop.create_future()

        def readable() -> None:
            loop.remove_reader(self._descriptor)
            if not line.done():
                line.set_result(os.read(self._descriptor, 65536))

        loop.add_reader(self._descriptor, readable)
        try:
            return await line
        finally:
            loop.remove_reader(self._descriptor)

    def _forget_what_was_typed_ahead(self) -> None:
        import termios

        termios.tcflush(self._descriptor, termios.TCIFLUSH)

    def _end_line(self) -> None:
        with contextlib.suppress(OSError):  # the terminal may be what is gone
            self._say("")

    def _say(self, text: str) -> None:
        self._sink.write(f"{text}\n")
        self._sink.flush()


def not_understood(text: str, question: Question) -> str:
    """What was entered, so that a slip of the finger is seen, and how to answer."""
    if not text:
        return reminder(question)
    return f'  "{shortened(one_line(text), 40)}" is not one of them\n{reminder(question)}'


def understood(text: str, options: tuple[str, ...]) -> Answer | None:
    """What a line means: a number or the word of an option, with a note after it; words, where there are no options."""
    if not options:
        return Answer(text) if text else None
    head, _, rest = text.partition(" ")
    number = head.rstrip(".:,)")
    if number.isdecimal() and 1 <= int(number) <= len(options):
        return Answer(options[int(number) - 1], rest.strip())
    for option in sorted(options, key=len, reverse=True):  # "ship later" before "ship"
        after = text[len(option) :]
        if text[: len(option)].casefold() == option.casefold() and not after[:1].isalnum():
            return Answer(option, after.lstrip(" :,;-–—").strip())
    return None
