"""What an agent is saying right now, fit to be shown before it is complete.

A secret may come in pieces. So nothing is shown before the word it belongs to is over, and as much is held back as the
longest secret of this run could reach.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from app.events import CallStarted

if TYPE_CHECKING:
    from app.engine.performance import Performance

LONGEST_WORD = 400
BETWEEN = 0.08  # seconds between two texts for other processes
_KEY_BEGINS, _KEY_ENDS = "-----BEGIN", "-----END"


class Aloud:
    """Passes pieces of an answer on to those who watch, here and in other processes."""

    def __init__(self, performance: Performance, started: CallStarted) -> None:
        self._performance = performance
        self._started = started
        self._waiting = ""
        self._said: list[str] = []
        self._sharing: asyncio.TimerHandle | None = None
        self._shared = not performance.clock_is_virtual
        self._heard = self._shared or performance.is_watched

    def hear(self, text: str) -> None:
        """A piece has come."""
        if not self._heard:
            return
        self._waiting += text
        performance = self._performance
        cut = _end_of_what_is_safe(self._waiting, performance.secrets.longest, performance.mask)
        if cut:
            ready, self._waiting = self._waiting[:cut], self._waiting[cut:]
            self._pass_on(performance.mask(ready))

    def end(self) -> None:
        """Nothing more comes."""
        if not self._heard:
            return
        if self._waiting:
            self._pass_on(self._performance.mask(self._waiting))
            self._waiting = ""
        if self._sharing is not None:
            self._sharing.cancel()
        if self._said:
            self._performance.log.drop_partial(self._started.call)

    def _pass_on(self, text: str) -> None:
        self._performance.publish(self._started, text)
        if self._shared:
            self._said.append(text)
            if self._sharing is None:
                self._sharing = asyncio.get_running_loop().call_later(BETWEEN, self._share)

    def _share(self) -> None:
        """Show other processes what has come since they were shown something."""
        self._sharing = None
        self._said = ["".join(self._said)]
        self._performance.log.publish_partial(self._started.call, self._said[0])


def _end_of_what_is_safe(text: str, longest: int, mask: Callable[[str], str]) -> int:
    """Up to where a text can be shown, whatever comes next: where no secret is cut in two, nor could be."""
    most = len(text) - max(0, longest - 1)
    begins = text.rfind(_KEY_BEGINS)
    if begins >= 0 and _KEY_ENDS not in text[begins:]:
        most = min(most, begins)
    whole = mask(text)
    while most > 0:
        cut = max(text.rfind(" ", 0, most), text.rfind("\n", 0, most)) + 1
        if not cut:
            break
        bearer = text[:cut].rstrip()[-6:].lower() == "bearer"  # what follows the word is the secret
        if not bearer and mask(text[:cut]) + mask(text[cut:]) == whole:
            return cut
        most = cut - 1
    if len(text) <= LONGEST_WORD:
        return 0
    cut = len(text) - LONGEST_WORD
    return cut if mask(text[:cut]) + mask(text[cut:]) == whole else 0
