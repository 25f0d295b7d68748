"""A run as a film: what the stage would show, frame by frame, on a clock that only the film moves.

Every export that moves is made of a `Film`, so all of them show the same. Nothing is captured from a screen: the app
itself draws into memory, and the same recording and the same cut give the same frames on every machine.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from app.export.picture.cells import Row
from app.playback.cues import CueSheet

if TYPE_CHECKING:
    from app.journal.recording import Recording

Captions = Literal["burn", "layer", "off"]
Kind = Literal["cue", "handoff", "gate", "error"]


@dataclass(frozen=True, slots=True)
class Cut:
    """Which part of a run is filmed, and how."""

    size: tuple[int, int] = (120, 36)
    theme: str = "footlights"
    pace: str = "theatrical"
    fit: float | None = None  # seconds that the whole show takes, instead of what its pace gives
    start: str = ""  # Q2, 1:47, #410; left out, the beginning
    end: str = ""
    captions: Captions = "burn"
    hold_last: float = 3.0  # seconds
    fps: float = 10.0  # frames a second at most, while something moves
    cues: CueSheet | None = None  # left out, those of the scenario


@dataclass(frozen=True, slots=True)
class Frame:
    """What is on the screen from a moment on."""

    at: float  # seconds since the film began
    rows: tuple[Row, ...] = field(repr=False)  # of exactly the size of the film


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment that is worth a stop."""

    at: float
    label: str
    kind: Kind
    name: str = ""  # Q3, of a cue
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Caption:
    """Words for the audience."""

    at: float
    until: float
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the transcript: who said or did what."""

    at: float
    glyph: str
    who: str  # empty, where it is the run itself
    style: str  # the colour of the role, as #rrggbb
    text: str  # fit for a terminal, keys covered
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Colours:
    """Those of the theme that whatever stands around the cells needs."""

    ground: str
    panel: str
    text: str
    muted: str
    edge: str
    accent: str
    is_dark: bool


@dataclass(frozen=True, slots=True)
class Film:
    """All of it."""

    title: str
    run: str
    size: tuple[int, int]
    colours: Colours
    frames: tuple[Frame, ...] = field(repr=False)  # long: asyncio writes down what a task has given
    seconds: float
    marks: tuple[Mark, ...] = ()
    captions: tuple[Caption, ...] = ()
    burnt: bool = False  # the captions stand in the pictures
    transcript: tuple[Line, ...] = ()
    told: str = ""  # in a few words, for those who see nothing: what happened, how it ended, what it cost


def _nobody(share: float) -> None:
    pass


async def glimpsed(recording: Recording, cut: Cut, progress: Callable[[float], None] = _nobody) -> Film:
    """A few moments of a run that are worth a picture: all that a poster is chosen from."""
    from app.export.filming import glimpse

    return await glimpse(recording, cut, progress)


async def filmed(recording: Recording, cut: Cut, progress: Callable[[float], None] = _nobody) -> Film:
    """Film a run. `progress` is told how much there is, from 0 to 1."""
    from app.export.filming import shoot

    return await shoot(recording, cut, progress)
