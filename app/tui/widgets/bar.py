"""The transport bar on the stage: where the audience is in the run, and a way to go elsewhere with the mouse."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.events import Click
from textual.message import Message

from app.events import CallFailed, Event, GateOpened, Handoff, StepFailed, StepStarted, ToolFailed
from app.playback.pace import PACES
from app.playback.playhead import LAG
from app.tui.canvas import Canvas
from app.tui.glyphs import Glyphs
from app.tui.lines import one_line, role_of, sign
from app.tui.paint.bar import Condition, Cue, Lamp, Transport, edge_in, paint_bar, room_for, share_at
from app.tui.paint.rows import Row
from app.tui.verdict import Verdict, verdict_of
from app.tui.widgets.table import glyphs_of

if TYPE_CHECKING:
    from app.playback.playhead import Playhead
    from app.playback.show import Show
    from app.tui.sources import Source

_CELLS = 512  # no edge is longer
_CUE, _HANDOFF, _GATE, _ERROR = range(4)  # which lamp is seen where several would stand


class Bar(Canvas):
    """The edge of the stage."""

    DEFAULT_CSS = "Bar { height: 1; }"

    class Sought(Message):
        """Somebody wants to be elsewhere in the run."""

        def __init__(self, seq: int) -> None:
            super().__init__()
            self.seq = seq

    def __init__(self, show: Show, playhead: Playhead, source: Source) -> None:
        super().__init__()
        self._show = show
        self._playhead = playhead
        self._source = source
        self._lamps: dict[int, tuple[str, str, int]] = {}  # by seq, of everything that was ever seen here
        self._cues: dict[int, str] = {}  # their names, by seq
        self._looked = 0
        self._thinned: tuple[tuple[int, int], tuple[Lamp, ...]] = ((0, 0), ())

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """One row, or two."""
        glyphs = glyphs_of(self)
        return paint_bar(self.transport(glyphs), width, height, glyphs)

    def on_click(self, event: Click) -> None:
        """Go where somebody points, no farther than the run has come."""
        width, glyphs = self.size.width, glyphs_of(self)
        transport = self.transport(glyphs)
        start, length = edge_in(transport, width, glyphs)
        if start <= event.x < start + length and event.y == 0:
            seq = round(share_at(event.x - start, length) * self._room())
            self.post_message(self.Sought(min(seq, self._playhead.head)))

    def transport(self, glyphs: Glyphs) -> Transport:
        """All that it shows."""
        show, playhead, room = self._show, self._playhead, self._room()
        self._look(glyphs)
        start = show.state.start
        return Transport(
            played=playhead.seen / room,
            head=playhead.head / room,
            lamps=self._lamps_in(room),
            cues=tuple(Cue(seq / room, label) for seq, label in self._cues.items()),
            condition=self._condition(),
            pace=playhead.pace,
            speed=playhead.speed,
            seconds=show.now / 1000,
            seq=playhead.seen,
            last=playhead.head,
            lag=playhead.lag,
            ahead=playhead.behind,
            is_live=self._source.performed != "nowhere",
            mode=start.mode if start is not None else "live",
            is_led=self._is_led,
            asks=bool(show.state.open_gates),
            verdict=self._verdict,
        )

    def _lamps_in(self, room: int) -> tuple[Lamp, ...]:
        """The lamps on an edge with room for so many events; of those in one place the one that matters most."""
        known = (room, len(self._lamps))
        if self._thinned[0] != known:
            kept: dict[int, Lamp] = {}
            for seq, (glyph, style, rank) in self._lamps.items():
                cell = seq * _CELLS // room
                if cell not in kept or kept[cell].rank <= rank:
                    kept[cell] = Lamp(seq / room, glyph, style, rank)
            self._thinned = (known, tuple(kept.values()))
        return self._thinned[1]

    def _room(self) -> int:
        """How many events the edge has room for."""
        head = self._playhead.head
        return max(1, head if self._source.performed == "nowhere" else room_for(head))

    def _condition(self) -> Condition:
        state, playhead = self._show.state, self._playhead
        is_live = self._source.performed != "nowhere"
        if self._verdict is not None and not playhead.behind:
            return "over"
        if playhead.paused:
            return "paused"
        if is_live and state.held:
            return "held"
        if is_live and state.open_gates:
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
        start = self._show.state.start
        return self._source.performed == "here" and start is not None and not start.asks_models

    def _look(self, glyphs: Glyphs) -> None:
        """Put lamps for what was seen since the last look; one that was put stays when the audience goes back."""
        events = self._show.events
        self._looked = min(self._looked, len(events))
        for event in events[self._looked :]:
            lamp = self._lamp(event, glyphs)
            if lamp is not None:
                self._lamps[event.seq] = lamp
            if isinstance(event, StepStarted) and event.cue:
                self._cues[event.seq] = one_line(event.cue)
        self._looked = len(events)

    def _lamp(self, event: Event, glyphs: Glyphs) -> tuple[str, str, int] | None:
        if isinstance(event, Handoff):
            giver = self._show.state.agents.get(event.giver)
            return None if giver is None else (sign(giver.who, glyphs), role_of(giver.who), _HANDOFF)
        if isinstance(event, StepStarted):
            return (glyphs.lamp, "accent", _CUE) if event.cue else None
        if isinstance(event, GateOpened):
            return (glyphs.gate, "gate", _GATE)
        if isinstance(event, StepFailed | ToolFailed) or (isinstance(event, CallFailed) and event.retry_ms is None):
            return (glyphs.failed, "error", _ERROR)
        return None
