"""What other processes say to the runs of this one: looked for together, as a thousand runs need only one look."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from app.errors import FootlightsError

if TYPE_CHECKING:
    from app.journal import Journal

EVERY = 0.25  # seconds, of real time also in a rehearsal: people live in it


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
