"""What other processes say to the runs of this one: looked for together, as a thousand runs need only one look."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from app.errors import FootlightsError
from app.events import GateAnswered

if TYPE_CHECKING:
    from app.journal import Journal, RunLog
    from app.journal.inbox import Letter

EVERY = 0.25  # seconds, of real time also in a rehearsal: people live in it


class Receipts:
    """Says what became of the letters to one run: a refusal at once, but "taken" only once what came of it is safe."""

    def __init__(self, journal: Journal, log: RunLog) -> None:
        self._journal = journal
        self._log = log
        self._accepted: set[int] = set()
        self._answers: dict[str, int] = {}  # letters, by the gate that each answers, until the log says so

    def is_new(self, letter: Letter) -> bool:
        """Has nothing been done about it yet?"""
        return letter.id not in self._accepted

    def refuse(self, letter: Letter, why: str) -> None:
        """It cannot be done."""
        self._journal.take_letter(letter.id, why)

    def accept(self, letter: Letter, gate: str = "") -> None:
        """It was done; an answer to a gate comes into the log a moment later."""
        self._accepted.add(letter.id)
        if gate:
            self._answers[gate] = letter.id
        else:
            self._take_when_safe(letter.id)

    def note(self, event: GateAnswered) -> None:
        """A gate was answered, perhaps by a letter."""
        if (letter := self._answers.pop(event.gate, None)) is not None:
            self._take_when_safe(letter)

    def _take_when_safe(self, letter: int) -> None:
        def take(error: Exception | None) -> None:
            if error is None:
                with suppress(FootlightsError):  # whoever resumes the run finds it once more
                    self._journal.take_letter(letter)

        self._log.when_durable(take)


class Letterbox:
    """Calls those runs for which something has come."""

    def __init__(self, journal: Journal, loop: asyncio.AbstractEventLoop) -> None:
        self._journal = journal
        self._loop = loop
        self._readers: dict[str, Callable[[], None]] = {}
        self._timer = loop.call_later(EVERY, self._look)

    def join(self, run: str, read: Callable[[], None]) -> None:
        """Have `read` called when there are letters for a run."""
        self._readers[run] = read

    def leave(self, run: str) -> None:
        """Look no more for this run; and not at all when it was the last."""
        self._readers.pop(run, None)
        if not self._readers:
            self._timer.cancel()
            _BOXES.pop((self._journal, self._loop), None)

    def _look(self) -> None:
        self._timer = self._loop.call_later(EVERY, self._look)
        with suppress(FootlightsError):  # what cannot be read here, the log of a run cannot write
            for run in self._journal.addressed():
                if (read := self._readers.get(run)) is not None:
                    read()


def letterbox(journal: Journal) -> Letterbox:
    """The one of a journal and of the event loop that runs, as long as there are runs."""
    loop = asyncio.get_running_loop()
    if (journal, loop) not in _BOXES:
        _BOXES[journal, loop] = Letterbox(journal, loop)
    return _BOXES[journal, loop]


_BOXES: dict[tuple[Journal, asyncio.AbstractEventLoop], Letterbox] = {}
