"""Films a run: lets the stage go through it on the film's own clock, and keeps a frame wherever the cells changed.

The film's moments lie on a grid of its frames a second, so that every format can show them as they are.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path

from app.errors import FootlightsError
from app.events import CallFinished, CallSpeaking, Event, Handoff
from app.export.film import Caption, Colours, Cut, Film, Frame, Line, Mark
from app.export.studio import Studio, opened
from app.export.transcript import cue_mark, mark_of, spoken, told_of
from app.journal.recording import Recording
from app.playback.moments import moment_in
from app.playback.playhead import Playhead
from app.safety import one_line
from app.state import fold
from app.tui.look.glyphs import UNICODE
from app.tui.look.themes import Theme, load

HOLD = 2.0  # seconds that a film stands still where an audience would, until GO
GLIMPSES = 12  # moments from which a poster is chosen
_ALMOST = 1e-6

Progress = Callable[[float], None]
"""Is told how much of a film there is, from 0 to 1."""


class CannotFilm(FootlightsError):
    """A run cannot be filmed as somebody wants."""


async def shoot(recording: Recording, cut: Cut, progress: Progress) -> Film:
    """Film it."""
    async with _set_up(recording, cut) as camera:
        seconds = await camera.run(cut.fps, HOLD if cut.fit is None else 0.0, progress)
        return camera.film(recording, cut, seconds + cut.hold_last)


async def glimpse(recording: Recording, cut: Cut, progress: Progress) -> Film:
    """Film only the moments from which a poster is chosen, a second each, however long the run is."""
    async with _set_up(recording, cut) as camera:
        moments = camera.worth_seeing(recording.events)
        await camera.look_in(moments, progress)
        return camera.film(recording, cut, float(len(moments)))


@asynccontextmanager
async def _set_up(recording: Recording, cut: Cut) -> AsyncIterator[Camera]:
    theme = load(cut.theme, Path.cwd())
    if theme.is_terminals_own:
        raise CannotFilm(
            f"the theme {theme.name} has the colours of each terminal, and a film has none of its own",
            '"footlights themes" shows the others',
        )
    has_captions = cut.captions == "burn"
    async with opened(recording, cut.cues, cut.size, cut.theme, cut.pace, has_captions=has_captions) as studio:
        playhead = studio.stage.playhead
        if cut.fit is not None:
            playhead.fit(cut.fit)
        yield Camera(studio, theme, *part_of(playhead, cut))


def part_of(playhead: Playhead, cut: Cut) -> tuple[float, float]:
    """From which second of the show to which."""
    whole = playhead.length or 0.0
    start = playhead.seconds_of(moment_in(cut.start)) if cut.start else 0.0
    end = playhead.seconds_of(moment_in(cut.end)) if cut.end else whole
    if start > end:
        raise CannotFilm(
            f"nothing is between {cut.start or 'the beginning'} and {cut.end or 'the end'}",
            f"the show takes {clock(whole)}; the end has to come after the beginning",
        )
    return start, end


def clock(seconds: float) -> str:
    """A moment as it is named: 1:47."""
    minutes, rest = divmod(math.ceil(seconds), 60)
    return f"{minutes}:{rest:02}"


class Camera:
    """Goes through a show frame by frame, and remembers what is to be known of it."""

    def __init__(self, studio: Studio, theme: Theme, start: float, end: float) -> None:
        self._studio = studio
        self._playhead = studio.stage.playhead
        self._show = studio.stage.show
        self._theme = theme
        self._start, self._end = start, end
        before = self._playhead.at_time(start - _ALMOST) if start else 0
        self._playhead.seek_time(start)
        self._seen = bisect_right(self._show.events, before, key=lambda event: event.seq)
        self._frames: list[Frame] = []
        self._marks: list[Mark] = []
        self._lines: list[Line] = []
        self._captions: list[tuple[float, str]] = []
        self._spoke: dict[str, float] = {}  # when each call began to speak

    async def run(self, fps: float, hold: float, progress: Progress) -> float:
        """From the first moment to the last; how many seconds that took."""
        number = 0
        while True:
            at = number / fps
            due = await self._studio.show(at)
            self._look(at)
            left = self._end - self._playhead.now
            progress(1 - left / (self._end - self._start or 1.0))
            if left <= _ALMOST:
                return at
            if due is None:
                if (standing := self._playhead.standing) is None:
                    return at
                number += 0 if standing.cue.blank else round(hold * fps)  # no film stands in the dark
                await self._studio.show(number / fps)
                self._playhead.go()
                due = 0.0
            number += max(1, math.ceil(min(due, left) * fps - _ALMOST))

    def worth_seeing(self, events: Sequence[Event]) -> list[float]:
        """Where a cue came, something is handed on, or somebody has just said it all; evenly, and the last of all."""
        cues = {placed.seq for placed in self._playhead.cues}
        found = {self._end}
        for event, after in pairwise(events):
            if event.seq in cues or isinstance(event, Handoff | CallFinished):
                begun, until = self._playhead.time_of(event.seq), self._playhead.time_of(after.seq)
                moment = (begun + until) / 2 if isinstance(event, Handoff) else begun
                if self._start <= moment <= self._end:
                    found.add(moment)
        moments = sorted(found)
        return moments[:: -max(1, -(-len(moments) // GLIMPSES))][::-1]

    async def look_in(self, moments: Sequence[float], progress: Progress) -> None:
        """See some moments, one after the other, while the clock stands still."""
        for number, moment in enumerate(moments):
            self._playhead.seek_time(moment)
            await self._studio.show(0.0)
            self._frames.append(Frame(float(number), self._studio.cells()))
            progress((number + 1) / len(moments))

    def _look(self, at: float) -> None:
        rows = self._studio.cells()
        if not self._frames or any(row is not was for row, was in zip(rows, self._frames[-1].rows, strict=True)):
            self._frames.append(Frame(at, rows))
        caption = " ".join(self._show.caption.split())
        if caption != (self._captions[-1][1] if self._captions else ""):
            self._captions.append((at, caption))
        for event in self._show.events[self._seen :]:
            self._note(event, at)
        self._seen = len(self._show.events)

    def _note(self, event: Event, at: float) -> None:
        """What is to be remembered of an event that was seen just now."""
        for placed in self._playhead.cues:
            if placed.seq == event.seq:
                self._marks.append(cue_mark(placed, self._show, at))
                self._tell(Line(at, UNICODE.dot, "", self._colour("muted"), one_line(placed.cue.caption), event.seq))
        if (mark := mark_of(event, self._show, at)) is not None:
            self._marks.append(mark)
        if isinstance(event, CallSpeaking):
            self._spoke[event.call] = at
        if (line := spoken(event, self._show, self._spoke.get(event.call, at), self._colour)) is not None:
            self._tell(line)

    def _tell(self, line: Line) -> None:
        """A line of the transcript; what a loop says to its audience each time is written once."""
        before = [each.text for each in self._lines if not each.who][-1:]
        if line.text and (line.who or [line.text] != before):
            self._lines.append(line)

    def film(self, recording: Recording, cut: Cut, seconds: float) -> Film:
        """All that was kept."""
        return Film(
            title=one_line(recording.title),
            run=recording.run,
            size=cut.size,
            colours=colours_of(self._theme),
            frames=tuple(self._frames),
            seconds=seconds,
            marks=tuple(self._marks),
            captions=tuple(self._timed(seconds)) if cut.captions != "off" else (),
            burnt=cut.captions == "burn",
            transcript=tuple(sorted(self._lines, key=lambda line: line.at)),
            told=told_of(fold(recording.events), recording.title),
        )

    def _timed(self, seconds: float) -> Iterator[Caption]:
        """Each until the next one comes."""
        ends = [*(at for at, _ in self._captions[1:]), seconds]
        for (at, text), end in zip(self._captions, ends, strict=False):
            if text:
                yield Caption(at, end, text)

    def _colour(self, style: str) -> str:
        return self._theme.colours[style]


def colours_of(theme: Theme) -> Colours:
    """What stands around the cells."""
    ground, panel, text, muted, edge, accent = (
        theme.colours[name] for name in ("ground", "panel", "text", "muted", "edge", "accent")
    )
    return Colours(ground, panel, text, muted, edge, accent, theme.dark)
