"""What is looked at before the curtain rises, and what to do where it is not in order."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from app.safety import one_line
from app.state.words import plural

if TYPE_CHECKING:
    from app.tui.playbill import History, Playbill

Verdict = Literal["good", "warning", "error"]

ELSEWHERE = "set FOOTLIGHTS_HOME to a folder of your own"

_LEAST_DISK = 1024**3
_ROOMY = (120, 36)
_SMALLEST = (80, 24)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at before the curtain rises."""

    verdict: Verdict
    what: str
    says: str
    remedy: str = ""


NOBODY_SPEAKS = Check("warning", "models", "none can be reached here", "a rehearsal needs none")


@dataclass(frozen=True, slots=True)
class Terminal:
    """What the app is shown on."""

    width: int
    height: int
    colour: bool = True
    unicode: bool = True
    depth: str = ""  # how many colours it has, as a terminal says it


def checks(bill: Playbill, history: History, terminal: Terminal) -> tuple[Check, ...]:
    """What is looked at before the curtain rises, and what to do where it is not in order."""
    return (
        _scenario_check(bill),
        *((NOBODY_SPEAKS,) if bill.cannot_play else ()),
        *_terminal_checks(terminal),
        *_disk_check(),
        history.archive,
    )


def stage_checks(terminal: Terminal, theme: str, needs: Sequence[Check]) -> tuple[Check, ...]:
    """The same before a show for others: what they will see it on, and what it needs besides."""
    return (
        _colour_check(terminal),
        _size_check(terminal),
        Check("good", "theme", theme, "t: the next; light for projectors"),
        *needs,
        *_disk_check(),
    )


def _colour_check(terminal: Terminal) -> Check:
    signs = "boxes, blocks" if terminal.unicode else "plain signs (ASCII)"
    if not terminal.colour:
        return Check("good", "letters", f"without colour, {signs}")
    depth = {"truecolor": "24-bit colour", "256": "256 colours", "standard": "16 colours"}.get(terminal.depth, "colour")
    if terminal.depth in ("", "truecolor"):
        return Check("good", "letters", f"{depth}, {signs}")
    return Check("warning", "letters", f"{depth}, {signs}", "export COLORTERM=truecolor, if it has more")


def _scenario_check(bill: Playbill) -> Check:
    if bill.checked is None:
        errors = sum(problem.severity == "error" for problem in bill.problems)
        return Check("error", "scenario", plural(errors, "error"), "mend the file")
    said = [problem for problem in bill.problems if problem.severity != "error"]
    if not said:
        return Check("good", "scenario", f"checked, {plural(bill.steps, 'step')}")
    return Check("warning", "scenario", said[0].message, said[0].hint)


def _size_check(terminal: Terminal) -> Check:
    size = f"{terminal.width}x{terminal.height}"
    if terminal.width < _SMALLEST[0] or terminal.height < _SMALLEST[1]:
        return Check("warning", "screen", size, "80x24 shows the whole stage")
    if terminal.width < _ROOMY[0] or terminal.height < _ROOMY[1]:
        return Check("good", "screen", f"{size}; 120x36 shows more")
    return Check("good", "screen", size)


def _terminal_checks(terminal: Terminal) -> Sequence[Check]:
    glyphs = "UTF-8" if terminal.unicode else "ASCII"
    return _size_check(terminal), Check(
        "good", "letters", f"{glyphs}, {'colour' if terminal.colour else 'without colour'}"
    )


def unusable(workspace: Path | None) -> str:
    """Why nothing could be kept in the folder of the archive; nothing where all is well. It leaves no trace there."""
    from tempfile import TemporaryFile

    from app.journal.connection import locate

    folder = locate(workspace).parent
    nearest = next(place for place in (folder, *folder.parents) if os.path.exists(place))  # noqa: PTH110 - may be forbidden
    try:
        with TemporaryFile(dir=nearest):
            return ""
    except OSError as error:
        return f"{folder} cannot be {'written to' if nearest == folder else 'made'}: {error.strerror}"


def archive_check(workspace: Path | None) -> Check | None:
    """What is wrong with the folder of the archive, if anything is."""
    wrong = unusable(workspace)
    return Check("error", "archive", one_line(wrong), ELSEWHERE) if wrong else None


def _disk_check() -> Sequence[Check]:
    from shutil import disk_usage

    from app.settings import data_home

    home = data_home()
    try:
        disk = disk_usage(next(folder for folder in (home, *home.parents) if folder.exists()))
    except OSError:
        return ()
    if not disk.total:  # no disk at all, as /proc: what is wrong is told of the archive
        return ()
    says = f"{disk.free / 1024**3:.1f} GB free"
    if disk.free >= _LEAST_DISK:
        return (Check("good", "disk", says),)
    return (Check("warning", "disk", says, "make room, or set FOOTLIGHTS_HOME to a larger disk"),)
