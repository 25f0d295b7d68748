"""A recording as the stage needs it: a run that came as a file, or was put into memory whole. Nobody performs it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from app.errors import FootlightsError
from app.events import Ref
from app.journal.recording import SUFFIX, Recording, read_recording, recording_of
from app.playback.cue_file import placing_of, read_cues
from app.playback.moments import moment_in
from app.settings import content_root
from app.state.words import short_id
from app.tui.sources import CannotAct, Refused, Where

if TYPE_CHECKING:
    from app.playback.cues import CueSheet
    from app.playback.playhead import Playhead

TOUR_TAKES = 115.0  # seconds: at its own pace its captions could be read, but not its panels


class Found(NamedTuple):
    """A recording, the cues that lie beside it, and where it comes from in a word."""

    recording: Recording
    sheet: CueSheet | None
    source: str


class Filed:
    """A source of what is known to its end; with the cues that are shown with it, its length, and where it begins."""

    came_from: Where = "nowhere"
    performed: Where = "nowhere"

    def __init__(
        self, recording: Recording, sheet: CueSheet | None = None, *, fit: float | None = None, start: str = ""
    ) -> None:
        self.run = recording.run
        self.recording = recording
        self.refused: Refused = _say_nothing
        self._sheet = sheet
        self._fit = fit
        self._start = start

    @property
    def title(self) -> str:
        return self.recording.title

    @property
    def status(self) -> str:
        return self.recording.status

    def value(self, ref: Ref) -> Any:
        return self.recording.value(ref)

    async def feed(self, playhead: Playhead) -> None:
        """Hand over all of it; what it cannot be fitted to is raised, once it can be seen."""
        if self._sheet is not None:
            playhead.set_cues(placing_of(self._sheet))
        await playhead.load(self.recording.events)
        if self._fit is not None:
            playhead.fit(self._fit)
        if self._start:
            target = playhead.target_of(moment_in(self._start))
            if target.seq is None:
                playhead.seek_time(target.seconds)
            else:
                playhead.seek(target.seq)

    def answer(self, gate: str, choice: str, note: str = "") -> None:
        raise _is_recorded()

    def direct(self, direction: str, to: str = "", detail: Any = None) -> None:
        raise _is_recorded()

    def hold(self) -> None:
        raise _is_recorded()

    go = step = hold


def tour() -> Path:
    """The recording that ships with the house."""
    return content_root() / "shows" / f"tour{SUFFIX}"


def is_file(wanted: str) -> bool:
    """Is a recording meant that lies in a file, and no run of the archive?"""
    return wanted.endswith(SUFFIX)


async def found(wanted: str, workspace: Path | None = None, *, cues: str | None = None) -> Found:
    """The recording that somebody means: a file, a run of the archive, or nothing for the one that ships."""
    sheet = read_cues(Path(cues)) if cues else None
    if not wanted or is_file(wanted):
        known = await asyncio.to_thread(_read, Path(wanted) if wanted else tour(), wanted or "bundled")
        return known if sheet is None else known._replace(sheet=sheet)
    from app.journal import Archive

    async with Archive.open(workspace) as archive:
        recording = await recording_of(archive, wanted)
    return Found(recording, sheet, f"run {short_id(recording.run)}")


def _read(path: Path, source: str) -> Found:
    cues = path.with_name(f"{path.name.removesuffix(SUFFIX)}.cues.yaml")
    return Found(read_recording(path), read_cues(cues) if cues.is_file() else None, source)


def _is_recorded() -> CannotAct:
    return CannotAct("this is a recording; nobody performs it", "footlights play performs a scenario anew")


def _say_nothing(refused: FootlightsError) -> None:
    pass
