"""What the launcher offers: nine ways to see a show, and what can be set for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from app.playback.pace import PACES

Name = Literal["tour", "play", "rehearse", "step", "replay", "console", "dashboard", "kiosk", "export"]
Subject = Literal["tour", "play", "run", "show", "going"]
Setting = Literal["pace", "fit", "captions", "motion", "loop", "speaker", "mirror"]

FIT_STEP = 5.0  # seconds


@dataclass(frozen=True, slots=True)
class Mode:
    """One way to see a show."""

    name: Name
    says: str  # a few words, for the list
    more: str  # a sentence or two, once it is chosen
    of: Subject  # the tour alone; a scenario; the last run or another; the tour or a run; a run that goes on
    settings: tuple[Setting, ...]  # those that count for it

    @property
    def title(self) -> str:
        """Its name, as a list begins it."""
        return self.name.capitalize()


_SEEN: tuple[Setting, ...] = ("pace", "captions", "motion")
_TIMED: tuple[Setting, ...] = ("pace", "fit", "captions", "motion", "loop", "speaker", "mirror")

MODES = (
    Mode("tour", "explains itself", "Four people need a label by ten. Captions say what you see. "
         "Take over at any time: space stops it, arrows scrub.", "tour", _TIMED),
    Mode("play", "live models", "Performed now, by the models that the scenario names. It costs what they cost.",
         "play", _SEEN),
    Mode("rehearse", "written lines", "Performed now, with the lines that its author wrote. Nothing is paid, "
         "nothing leaves this machine.", "play", _SEEN),
    Mode("step", "it waits for you", "A rehearsal in which nothing begins before you press s.", "play", _SEEN),
    Mode("replay", "any run once more", "Nothing is performed. Scrub, change the pace, stop at every event.",
         "run", _TIMED),
    Mode("console", "in lines, no stage", "The story told in lines. The terminal is yours again afterwards.",
         "show", ("pace", "fit")),
    Mode("dashboard", "a run that goes on", "Watch what another process performs; answer it, direct it.",
         "going", _SEEN),
    Mode("kiosk", "keys locked", "It plays again and again. Pause and scrub count; to unlock, hold q for two "
         "seconds.", "show", ("pace", "fit", "captions", "motion")),
    Mode("export", "a file for others", "A page, a film, a picture or a report that needs nothing to be seen.",
         "run", ("pace", "fit", "captions")),
)  # fmt: skip
BY_NAME: dict[str, Mode] = {mode.name: mode for mode in MODES}


@dataclass(slots=True)
class Settings:
    """How a show is to be seen."""

    pace: str = "theatrical"
    fit: float | None = None  # seconds that it shall take; None: as long as its pace makes it
    captions: bool = True
    motion: bool = True
    loop: bool = False
    speaker: bool = False
    mirror: bool = False

    def turn(self, setting: Setting, by: int, possible: tuple[float, float] | None, length: float) -> None:
        """One on or back: the next pace, a little longer or shorter, on or off."""
        if setting == "pace":
            names = list(PACES)
            self.pace = names[(names.index(self.pace) + by) % len(names)]
            self.fit = None
        elif setting == "fit":
            self._fit_by(by, possible, length)
        else:
            setattr(self, setting, not getattr(self, setting))

    def _fit_by(self, by: int, possible: tuple[float, float] | None, length: float) -> None:
        """To the next multiple of five seconds; beyond what is possible it takes as long as it takes."""
        if possible is None:
            return
        now = length if self.fit is None else self.fit
        steps = now // FIT_STEP + (by if by > 0 or now % FIT_STEP == 0 else 0)
        wanted = steps * FIT_STEP
        self.fit = wanted if possible[0] <= wanted <= possible[1] else None


@dataclass(slots=True)
class Launch:
    """What the launcher begins with."""

    mode: Name = "tour"
    subject: str = ""  # a scenario or a run by name, or a recording's file; empty: the usual one
    settings: Settings = field(default_factory=Settings)
    at_once: bool = False  # the mode is started without asking
    pin: str = ""  # that unlocks a kiosk
    formats: Sequence[tuple[str, str]] = ()  # that a run can be exported to, each with a word about it
