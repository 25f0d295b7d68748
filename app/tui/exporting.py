"""Making a file of the run that is on the stage: another process makes it, and the show goes on meanwhile."""

from __future__ import annotations

import asyncio
import re
import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from app.journal.recording import SUFFIX, write_recording
from app.safety import safe_text
from app.tui.filed import Filed
from app.tui.paint.options import Option
from app.tui.screens.choosing import Choosing

if TYPE_CHECKING:
    from app.tui.app import Theatre
    from app.tui.sources import Source

FORMATS = (
    Option("html", "A page with a player", "needs no network, for those who were not there", "p"),
    Option("report", "A report as a page", "what happened, what it cost, who decided what", "r"),
    Option("md", "The same in Markdown", "for a pull request", "m"),
    Option("svg", "A picture that moves", "for a README", "s"),
    Option("gif", "A film for everywhere", "where SVG does not play", "g"),
    Option("cast", "A terminal recording", "for asciinema", "c"),
    Option("csv", "A table of its steps", "for a spreadsheet", "t"),
    Option("json", "The run itself", "to be replayed elsewhere", "j"),
)
_SIGNS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|\r")


async def export(house: Theatre, source: Source) -> None:
    """Ask what shall be made of it, and have it made in the folder where one is."""
    says = f"It is written to {Path.cwd()}. footlights export --help tells what else can be said."
    wanted = await house.push_screen_wait(Choosing("Export this run", FORMATS, says=says))
    if wanted is not None:
        house.say(f"{wanted} is being made; the show goes on")
        house.run_worker(partial(_make, house, source, wanted), group="export", exit_on_error=False)  # type: ignore[arg-type]


async def _make(house: Theatre, source: Source, wanted: str) -> None:
    with TemporaryDirectory() as folder:
        named = source.run
        if isinstance(source, Filed):  # it may be in no archive
            path = Path(folder) / f"{source.run}{SUFFIX}"
            await asyncio.to_thread(write_recording, source.recording, path)
            named = str(path)
        workspace = ("--workspace", str(house.workspace)) if house.workspace is not None else ()
        making = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "footlights", "export", named, wanted, *workspace,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        try:
            said, _ = await making.communicate()
        finally:
            if making.returncode is None:
                making.kill()
                await making.wait()
    lines = [line.strip() for line in _SIGNS.sub("", said.decode(errors="replace")).splitlines() if line.strip()]
    told = safe_text(" · ".join(lines[:2]), newlines=False) or f"{wanted} is made"
    house.say(told, severity="information" if making.returncode == 0 else "error", stays=True)
