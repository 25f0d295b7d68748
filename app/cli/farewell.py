"""The last words of a command that failed: what the user can mend, or that it is our bug and where it stands."""

from __future__ import annotations

import os
import traceback
from pathlib import Path
from typing import TextIO

from app.cli.ink import Ink
from app.cli.problems import write_problems
from app.errors import FootlightsError, ScenarioRefused
from app.safety import clean

_ROOT = Path(__file__).resolve().parents[2]
_ROOMS = [(*_ROOT.parts, name) for name in ("app", "providers", "footlights")]


def tell(error: Exception, stream: TextIO) -> int:
    """Write what happened and what to do next, and return the exit code that goes with it."""
    if isinstance(error, ScenarioRefused):
        write_problems(error.problems, error.sources, stream)
        return error.exit_code
    if isinstance(error, FootlightsError):
        _say(error.message, error.hint, stream)
        return error.exit_code
    if isinstance(error, OSError) and error.strerror:
        place = f': "{error.filename}"' if error.filename else ""
        _say(f"{error.strerror.lower()}{place}", "is the working folder there, and the disk not full?", stream)
        return 1
    if os.environ.get("FOOTLIGHTS_DEBUG", "") not in ("", "0"):
        stream.write(clean("".join(traceback.format_exception(error))))
    _say(
        f"this is a bug in Footlights: {type(error).__name__}: {error} ({_our_place(error)})",
        "FOOTLIGHTS_DEBUG=1 shows the whole traceback; please report it with the command you gave",
        stream,
    )
    return 1


def _say(message: str, hint: str, stream: TextIO) -> None:
    ink = Ink.for_stream(stream)
    stream.write(f"{ink.paint('error:', 'error')} {clean(message)}\n")
    if hint:
        stream.write(f"  {ink.paint('hint:', 'good')} {clean(hint)}\n")


def _our_place(error: Exception) -> str:
    """Name the innermost line of our own code, where the search for the bug begins."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).parts[: len(_ROOT.parts) + 1] in _ROOMS]
    frame = (ours or frames)[-1]
    path = Path(frame.filename)
    return f"{path.relative_to(_ROOT) if ours else path.name}:{frame.lineno}"
