"""The transport bar on the stage: where the audience is in the show, and a way to go elsewhere with the mouse."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from heapq import heappush, heappushpop
from typing import TYPE_CHECKING

from textual.events import MouseDown, MouseMove, MouseUp
from textual.message import Message

from app.events import (
    CallFailed,
    Event,
    GateOpened,
    Handoff,
    Performer,
    RunStarted,
    StepFailed,
    ToolFailed,
)
from app.playback.pace import PACES
from app.playback.play import LAG
from app.safety import one_line
from app.tui.canvas import Canvas
from app.tui.look.glyphs import Glyphs
from app.tui.naming import role_of, sign
from app.tui.paint.bar import Condition, Cue, Lamp, Transport, called, edge_in, paint_bar, room_for, share_at
from app.tui.paint.rows import Row
from app.tui.tracks import Bookmark
from app.tui.verdict import Verdict, verdict_of
from app.tui.widgets.table import glyphs_of

if TYPE_CHECKING:
    from app.playback.cues import Placed
    from app.playback.show import Show
    from app.tui.intake import Intake
    from app.tui.sources import Source

_CELLS = 512  # no edge is longer
_LONG, _TIMES, _MOST = 3_000, 2.0, 64  # waits that are marked: milliseconds, how much longer than shown, how many
_CUE, _HANDOFF, _GATE, _ERROR = range(4)  # which lamp is seen where several would stand


class Bar(Canvas):
    """The edge of the stage."""

    DEFAULT_CSS = "Bar { height: 1; }"

    class Sought(Message):
        """Somebody wants to be elsewhere in the run."""

        def __init__(self, seq: int, seconds: float | None) -> None:
            super().__init__()
            self.seq = seq
            self.seconds = seconds  # of the show, where its length is known

    def __init__(self, show: Show, playhead: Intake, source: Source) -> None:
        super().__init__()
        self._show = show
        self._playhead = playhead
        self._source = source
        self._bookmark = Bookmark()
        self._cast: dict[str, Performer] = {}
        self._lamps: dict[int, tuple[int, str, str, int]] = {}  # by seq, of everything there is
        self._waits: list[tuple[int, int]] = []  # milliseconds of the longest waits, and the events that ended them
        self._placed: tuple[object, tuple[tuple[Lamp, ...], tuple[Cue, ...]]] = (None, ((), ()))
        self._is_dragged = False

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """One row, or two."""
        glyphs = glyphs_of(self)
        return paint_bar(self.transport(glyphs), width, height, glyphs)

    # The mouse

    def on_mouse_down(self, event: MouseDown) -> None:
        """Go where somebody points, no farther than the run has come; whoever keeps the button down goes on."""
        if event.y == 0 and self._seek(event.x):
            self._is_dragged = True
            self.capture_mouse()

    def on_mouse_move(self, event: MouseMove) -> None:
        """Follow the mouse while its button is down."""
        if self._is_dragged:
            start, length = self._edge
            self._seek(min(max(event.x, start), start + length - 1))

    def on_mouse_up(self, event: MouseUp) -> None:
        """There it is."""
        if self._is_dragged:
            self._is_dragged = False
            self.release_mouse()

    def _seek(self, x: int) -> bool:
        start, length = self._edge
        if not start <= x < start + length:
            return False
        share, playhead = share_at(x - start, length), self._playhead
        seconds = None if playhead.length is None else share * playhead.length
        self.post_message(self.Sought(min(round(share * self._room()), playhead.head), seconds))
        return True

    @property
    def _edge(self) -> tuple[int, int]:
        glyphs = glyphs_of(self)
        return edge_in(self.transport(glyphs), self.size.width, glyphs)

    # What it shows

    def transport(self, glyphs: Glyphs) -> Transport:
        """All that it shows."""
        show, playhead = self._show, self._playhead
        self._look(glyphs)
        start, now, length = show.start, playhead.now, playhead.length
        standing, (lamps, cues) = playhead.standing, self._on_it(glyphs)
        return Transport(
            played=self._at(playhead.seen) if not length else min(1.0, now / length),
            head=1.0 if length is not None else playhead.head / self._room(),
            lamps=lamps,
            squeezed=self._squeezed,
            cues=cues,
            count=bisect_right(playhead.cues, playhead.seen, key=_seq),
            standby=self._standby,
            standing=_name(standing) if standing is not None else "",
            condition=self._condition(),
            pace=playhead.pace,
            speed=playhead.speed,
            seconds=show.now / 1000,
            now=now,
            length=length,
            seq=playhead.seen,
            last=playhead.head,
            lag=playhead.lag,
            ahead=playhead.behind,
            is_live=self._source.performed != "nowhere",
            mode=start.mode if start is not None else "live",
            is_led=self._is_led,
            asks=bool(playhead.asking),
            verdict=self._verdict,
        )

    def _on_it(self, glyphs: Glyphs) -> tuple[tuple[Lamp, ...], tuple[Cue, ...]]:
        """The lamps and the cues; of lamps in one place the one that matters most."""
        playhead = self._playhead
        cues = playhead.cues[: bisect_right(playhead.cues, self._told, key=_seq)]
        known = (playhead.length, playhead.pace, self._room(), len(self._lamps), len(cues), cues[:1], cues[-1:])
        if self._placed[0] != known:
            named = tuple(map(self._cue, cues))
            kept = {int(cue.at * _CELLS): Lamp(cue.at, glyphs.lamp, "accent", _CUE) for cue in named}
            for seq, (place, glyph, style, rank) in self._lamps.items():
                at = self._at(seq, place)
                cell = int(at * _CELLS)
                if cell not in kept or kept[cell].rank <= rank:
                    kept[cell] = Lamp(at, glyph, style, rank)
            self._placed = (known, (tuple(kept.values()), named))
        return self._placed[1]

    @property
    def _told(self) -> int:
        """The last event of which anything may be told: of a run that goes on, none that was yet to be seen."""
        return self._playhead.head if self._source.performed == "nowhere" else self._playhead.farthest

    def _cue(self, placed: Placed) -> Cue:
        return Cue(self._at(placed.seq), one_line(placed.cue.label), placed.cue.name)

    @property
    def _standby(self) -> Cue | None:
        placed, playhead = self._playhead.standby, self._playhead
        if placed is None or placed.seq > self._told:
            return None
        left = None if playhead.length is None else max(0.0, playhead.time_of(placed.seq) - playhead.now)
        return replace(self._cue(placed), seconds=left)

    def _at(self, seq: int, place: int | None = None) -> float:
        """Where an event is on the edge: by the time of the show, or where nobody knows that by its number."""
        playhead = self._playhead
        if not playhead.length:
            return seq / self._room()
        time = playhead.time_of(seq) if place is None else playhead.times[place]
        return min(1.0, time / playhead.length)

    @property
    def _squeezed(self) -> tuple[float, ...]:
        """Where a wait was so long that it is shown shorter."""
        playhead = self._playhead
        if not playhead.length:
            return ()
        shown = ((waited, seq, playhead.time_of(seq), playhead.time_of(seq - 1)) for waited, seq in self._waits)
        return tuple(end / playhead.length for waited, _, end, begin in shown if waited / 1000 > _TIMES * (end - begin))

    def _room(self) -> int:
        """How many events the edge has room for."""
        head = self._playhead.head
        return max(1, head if self._source.performed == "nowhere" else room_for(head))

    def _condition(self) -> Condition:
        state, playhead = self._show.state, self._playhead
        is_live = self._source.performed != "nowhere"
        if self._verdict is not None and not playhead.behind:
            return "over"
        if playhead.standing is not None:
            return "standing"
        if playhead.paused:
            return "paused"
        if is_live and state.held:
            return "held"
        if is_live and playhead.asking:
            return "asking"
        if playhead.live and playhead.lag > LAG and PACES[playhead.pace].stretch is not None:
            return "catching up"
        return "at the edge" if is_live and not playhead.behind else "playing"

    @property
    def _verdict(self) -> Verdict | None:
        return verdict_of(self._show.state, self._source.status if self._source.performed == "nowhere" else "")

    @property
    def _is_led(self) -> bool:
        """A run on virtual time, in this process, waits for its audience."""
        start = self._show.start
        return self._source.performed == "here" and start is not None and not start.asks_models

    def _look(self, glyphs: Glyphs) -> None:
        """Put lamps for what came since the last look."""
        events, first = self._playhead.known, self._bookmark.count
        before = events[first - 1].mono if first else 0
        for place, event in enumerate(self._bookmark.unread(events), first):
            if isinstance(event, RunStarted):
                self._cast = {who.id: who for who in event.cast}
            if (lamp := self._lamp(event, glyphs)) is not None:
                self._lamps[event.seq] = (place, *lamp)
            if event.mono - before >= _LONG:
                (heappush if len(self._waits) < _MOST else heappushpop)(self._waits, (event.mono - before, event.seq))
            before = event.mono

    def _lamp(self, event: Event, glyphs: Glyphs) -> tuple[str, str, int] | None:
        if isinstance(event, Handoff):
            giver = self._cast.get(event.giver)
            return None if giver is None else (sign(giver, glyphs), role_of(giver), _HANDOFF)
        if isinstance(event, GateOpened):
            return (glyphs.gate, "gate", _GATE)
        if isinstance(event, StepFailed | ToolFailed) or (isinstance(event, CallFailed) and event.retry_ms is None):
            return (glyphs.failed, "error", _ERROR)
        return None


def _seq(placed: Placed) -> int:
    return placed.seq


def _name(placed: Placed) -> str:
    return called(placed.cue.name, one_line(placed.cue.label))
