"""How a run ended, or where it stands still: the one judgement that the head, the bar, the log and the last card tell.

It is a function of what the audience has seen. A run that did all it was told but not what was expected of it has not
ended well: `footlights run` leaves with 5 then, and the stage says so too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from app.state import RunState
from app.state.words import plural
from app.tui.look.glyphs import Glyphs

Tone = Literal["good", "warning", "error"]

_PAUSES = {
    "person": "a person stopped it",
    "signal": "it was told to stop",
    "gate": "it waits for a person",
    "budget": "a limit is reached",
    "batch": "its batch has used up its budget",
    "disk": "there is no room to write",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """In a word for the head, in a few for the bar."""

    badge: str
    says: str
    tone: Tone
    is_stopped: bool = False  # it could go on

    def glyph(self, glyphs: Glyphs) -> str:
        """The same without colour."""
        if self.is_stopped:
            return glyphs.paused
        return glyphs.done if self.tone == "good" else glyphs.failed

    @property
    def told(self) -> str:
        """The word alone, where there is more room than in a bar: Succeeded."""
        return self.badge.capitalize()


def verdict_of(state: RunState, status: str = "") -> Verdict | None:
    """What is to be said of a run of which everything was seen; nothing, while it goes on.

    `status` is how the archive has it: only there can it be read that whoever performed it is gone.
    """
    finish = state.finish
    if finish is None:
        return _stopped(state, status)
    missed = expectations_told(state) if not finish.expected else ""
    if finish.outcome == "succeeded":
        return Verdict("NOT AS EXPECTED", missed, "error") if missed else Verdict("SUCCEEDED", "succeeded", "good")
    badge = finish.outcome.upper()
    if finish.excused:
        return Verdict(badge, f"{finish.outcome}, as expected", "good")
    says = f"{finish.outcome}, {missed}" if missed else finish.outcome
    return Verdict(badge, says, "warning" if finish.outcome == "cancelled" and not missed else "error")


def expectations_told(state: RunState) -> str:
    """How many of them were met; nothing where there are none."""
    checks = state.expectations.values()
    if not checks:
        return "" if state.finish is None or state.finish.expected else "not as expected"
    met = sum(check.met for check in checks)
    return f"{met} of {plural(len(checks), 'expectation')} met"


def _stopped(state: RunState, status: str) -> Verdict | None:
    if status == "interrupted":
        return Verdict("INTERRUPTED", "interrupted: whoever performed it is gone", "error", is_stopped=True)
    if state.status != "paused":
        return None
    why = _PAUSES.get(state.pause.reason, "") if state.pause is not None else ""
    return Verdict("PAUSED", f"the run is paused{f': {why}' if why else ''}", "warning", is_stopped=True)
