"""Follows the text of one call at the audience's pace: how much is shown at a moment, and when it is all there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from app.offsets import unpack
from app.playback.pace import Pace, headline_of


class Cursor(Protocol):
    """Where the audience is in a text. Moments are those of the audience's clock, and only ever go on."""

    shown: int  # characters

    def move(self, moment: float, text: str, *, whole: bool) -> None:
        """Let time pass; `text` is what is there of it by now, `whole` when nothing more comes."""
        ...

    def arrives(self, text: str) -> float:
        """When all of a text that is whole will be shown, if nothing changes."""
        ...

    def next(self, text: str) -> float | None:
        """When more of the text that is there will be shown; none, when it all is."""
        ...


class Written:
    """Shows the first sentence as fast as people read, and lets the rest fill in."""

    def __init__(self, pace: Pace, moment: float, shown: int = 0) -> None:
        self.shown = shown
        self._pace = pace
        self._moment = moment
        self._place = float(shown)
        self._headline = 0  # its end; known for good once the cursor has passed it
        self._filling = 0.0  # characters a second, once the end is known

    @property
    def is_reading(self) -> bool:
        """Is it still in the first sentence?"""
        return not self._headline or self._place < self._headline

    def move(self, moment: float, text: str, *, whole: bool) -> None:
        left = max(0.0, moment - self._moment)
        self._moment = max(moment, self._moment)
        headline = self._headline or headline_of(text)
        if self._place < headline:
            rate = self._reading(headline, whole)
            spent = min(left, (headline - self._place) / rate)
            self._place = min(headline, self._place + spent * rate)
            left -= spent
        if self._place >= headline and (whole or len(text) > headline):
            self._headline = headline
            self._fill(left, text, whole)
        self.shown = min(len(text), int(self._place + 1e-6))

    def arrives(self, text: str) -> float:
        headline = self._headline or headline_of(text)
        moment, rest = self._moment, len(text) - max(self._place, headline)
        if self._place < headline:
            moment += (headline - self._place) / self._reading(headline, True)
        if rest > 0:
            moment += rest / (self._filling or rest / self._pace.fill(int(rest)))
        return moment

    def next(self, text: str) -> float | None:
        if self.shown >= len(text):
            return None
        headline = self._headline or headline_of(text)
        rate = self._reading(headline, False) if self._place < headline else max(self._filling, self._pace.rate)
        return self._moment + (self.shown + 1 - self._place) / rate

    def _reading(self, headline: int, whole: bool) -> float:
        """Characters of the first sentence in a second; a short one that is whole is given its time."""
        return headline / self._pace.headline(headline) if whole and headline else self._pace.rate

    def _fill(self, seconds: float, text: str, whole: bool) -> None:
        rest = len(text) - self._place
        if rest <= 0:
            return
        if whole:
            self._filling = self._filling or rest / self._pace.fill(int(rest) or 1)
            rate = self._filling
        else:
            rate = max(self._pace.rate, rest / self._pace.fill(int(rest) or 1))
        self._place = min(len(text), self._place + seconds * rate)


class AsItCame:
    """Shows each piece when it came; long silences are cut short."""

    def __init__(self, offsets: str, longest_gap: float, moment: float, shown: int = 0) -> None:
        self.shown = shown
        self._moment = moment
        self._due = list(_due(unpack(offsets), longest_gap, moment, shown))  # when so many characters are shown
        self._position = 0

    def move(self, moment: float, text: str, *, whole: bool) -> None:
        self._moment = max(moment, self._moment)
        while self._position < len(self._due) and self._due[self._position][0] <= self._moment + 1e-9:
            self.shown = max(self.shown, min(len(text), self._due[self._position][1]))
            self._position += 1
        if self._position == len(self._due):
            self.shown = len(text)

    def arrives(self, text: str) -> float:
        return max(self._moment, self._due[-1][0]) if self._due else self._moment

    def next(self, text: str) -> float | None:
        if self._position < len(self._due):
            return self._due[self._position][0]
        return self._moment if self.shown < len(text) else None


class AtOnce:
    """Shows whatever is there."""

    def __init__(self, moment: float, shown: int = 0) -> None:
        self.shown = shown
        self._moment = moment

    def move(self, moment: float, text: str, *, whole: bool) -> None:
        self._moment = max(moment, self._moment)
        self.shown = max(self.shown, len(text))

    def arrives(self, text: str) -> float:
        return self._moment

    def next(self, text: str) -> float | None:
        return self._moment if self.shown < len(text) else None


def said_by(offsets: str, milliseconds: int) -> int:
    """How many characters had come so long after the first."""
    passed = characters = 0
    for number, (wait, length) in enumerate(unpack(offsets)):
        passed += wait if number else 0
        if passed > milliseconds:
            break
        characters += length
    return characters


def _due(
    pieces: Iterable[tuple[int, int]], longest_gap: float, moment: float, shown: int
) -> Iterable[tuple[float, int]]:
    characters = 0
    for number, (wait, length) in enumerate(pieces):
        characters += length
        if characters <= shown:
            continue
        moment += min(longest_gap, wait / 1000) if number else 0.0
        yield moment, characters
