"""Moments of a show as people name them: Q3, 1:47, #410, 50 %."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from app.errors import UsageError

_TIME = re.compile(r"(?:(?:(\d+):)?(\d{1,3}):)?(\d{1,5}(?:\.\d{1,3})?)")
_UNITS = re.compile(r"(?:(\d{1,3}) ?h(?:ours?)?)? ?(?:(\d{1,4}) ?m(?:in)?)? ?(?:(\d{1,5}(?:\.\d{1,3})?) ?s)?")
_FULL = 60  # seconds are a minute, minutes an hour: that many do not stand beside the larger unit


@dataclass(frozen=True, slots=True)
class Moment:
    """One of them: a cue by its name, a time in seconds, an event by its number, or a share of the whole in percent."""

    kind: Literal["cue", "time", "event", "share"]
    value: float = 0.0
    cue: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """Where that is in a run: at an event, or at a second."""

    seq: int | None = None
    seconds: float = 0.0


def moment_in(text: str) -> Moment:
    """What somebody means; UsageError says what can be meant."""
    said = text.strip()
    if re.fullmatch(r"[Qq]\d{1,4}(\.\d{1,4})?", said):
        return Moment("cue", cue=said.upper())
    if found := re.fullmatch(r"#([1-9]\d{0,8})", said):
        return Moment("event", int(found[1]))
    if found := re.fullmatch(r"(100(?:\.0+)?|\d{1,2}(?:\.\d+)?) ?%", said):
        return Moment("share", float(found[1]))
    seconds = _seconds(said)
    if seconds is None:
        raise UsageError(
            f'"{text}" is no moment of a show', "say a cue as Q3, a time as 1:47, an event as #410, or 50%"
        )
    return Moment("time", seconds)


def seconds_in(text: str) -> float:
    """A length of time: 3:00, 1:02:03, 90, 90s, 2m30s; UsageError says so where it is none."""
    seconds = _seconds(text.strip())
    if not seconds:
        raise UsageError(f'"{text}" is no length of time', "say it as 1:30, or as 90s")
    return seconds


def _seconds(said: str) -> float | None:
    found = _TIME.fullmatch(said) or _UNITS.fullmatch(said)
    if found is None or not any(found.groups()):
        return None
    hours, minutes, seconds = (None if part is None else float(part) for part in found.groups())
    if (minutes or 0) >= _FULL and hours is not None:
        return None
    if (seconds or 0) >= _FULL and (hours, minutes) != (None, None):
        return None
    return (hours or 0) * 3600 + (minutes or 0) * 60 + (seconds or 0)
