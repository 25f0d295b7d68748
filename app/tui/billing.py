"""What is known of a show before it is seen: who appears, who speaks when, how long it takes at every pace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.events import CallFailed, CallFinished, CallStarted, GateOpened, Handoff, Performer, RunStarted, ToolStarted
from app.playback.cue_file import placing_of
from app.playback.pace import PACES
from app.playback.playhead import Playhead
from app.playback.show import Show

if TYPE_CHECKING:
    from app.journal.recording import Recording
    from app.playback.cues import CueSheet


@dataclass(frozen=True, slots=True)
class Turn:
    """Somebody is at it, from one share of the show to another."""

    agent: str
    begins: float
    ends: float


@dataclass(frozen=True, slots=True)
class Moment:
    """A cue: when it comes, in seconds, and what it is called."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Billing:
    """A show as the launcher announces it."""

    title: str
    source: str = ""  # where it comes from: bundled, the end of a run's name, a dry run
    cast: tuple[Performer, ...] = ()
    turns: tuple[Turn, ...] = ()
    calls: int = 0
    tools: int = 0
    handoffs: int = 0
    gates: int = 0
    events: int = 0
    wall: float = 0.0  # seconds that it took
    length: float = 0.0  # seconds that it takes to be seen
    possible: tuple[float, float] | None = None
    lengths: Mapping[str, float] = field(default_factory=dict)  # by pace
    moments: tuple[Moment, ...] = ()
    has_notes: bool = False
    recorded: int = 0  # microseconds


async def billed(
    recording: Recording, source: str, sheet: CueSheet | None, pace: str, fit: float | None = None
) -> Billing:
    """Work it out; a length that cannot be is as if none was asked for."""
    playhead = Playhead(Show(recording.value), pace)
    if sheet is not None:
        playhead.set_cues(placing_of(sheet))
    await playhead.load(recording.events)
    lengths = {}
    for name in PACES:
        playhead.pace = name
        lengths[name] = playhead.length or 0.0
    playhead.pace = pace
    possible = playhead.possible
    if fit is not None and possible is not None and possible[0] <= fit <= possible[1]:
        playhead.fit(fit)
    begun = recording.events[0]
    assert isinstance(begun, RunStarted)
    kinds = [type(event) for event in recording.events]
    return Billing(
        title=recording.title,
        source=source,
        cast=begun.cast,
        turns=_turns(recording, playhead),
        calls=kinds.count(CallFinished),
        tools=kinds.count(ToolStarted),
        handoffs=kinds.count(Handoff),
        gates=kinds.count(GateOpened),
        events=len(kinds),
        wall=recording.events[-1].mono / 1000,
        length=playhead.length or 0.0,
        possible=possible,
        lengths=lengths,
        moments=tuple(
            Moment(playhead.time_of(placed.seq), placed.cue.label or placed.cue.at) for placed in playhead.cues
        ),
        has_notes=any(placed.cue.notes for placed in playhead.cues),
        recorded=begun.at,
    )


def _turns(recording: Recording, playhead: Playhead) -> tuple[Turn, ...]:
    """Every call from its beginning to its end, as shares of the show."""
    length = playhead.length or 1.0
    begun: dict[str, CallStarted] = {}
    turns: list[Turn] = []
    for event in recording.events:
        if isinstance(event, CallStarted):
            begun[event.call] = event
        elif isinstance(event, CallFinished | CallFailed) and (start := begun.pop(event.call, None)) is not None:
            begins, ends = playhead.time_of(start.seq) / length, playhead.time_of(event.seq) / length
            turns.append(Turn(start.agent, begins, ends))
    return tuple(turns)
