"""Programs that perform live on the stage, with a provider of their own: `footlights` itself has none yet.

Their words: the scenario, then what the provider says.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app import safety
from app.cli.staging import play_on_stage
from app.engine import perform
from app.journal import Journal
from app.tui.screens.stage import Stage
from corpus.playing import Says, Scripted
from terminal.dictation import Dictation
from terminal.hostile import HARMLESS, POISON

CANARIES = (
    "sk-proj-abcDEF123456ghiJKL7890mno", "AKIAABCDEFGHIJKLMNOP", "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abcdefghijk", "AIzaSyA1234567890abcdefghijklmnopqrstuvwx",
)  # fmt: skip
SPOKEN = {
    "poison": POISON,
    "harmless": HARMLESS,
    "canaries": " and ".join(CANARIES),
    "long": "x" * 10_000_000,
    "towers": ("e" + "\u0301" * 5000 + " ") * 20,
    "lines": "a line of no great length\n" * 100_000,
}


def live(scenario: str, says: str, *_: str) -> int:
    """Perform, and let everybody say this, in as many pieces as there are letters where that is bearable."""
    text = SPOKEN[says]
    pieces = min(len(text), 400)
    with longest_frame():
        return asyncio.run(_play(scenario, Scripted.all(Says(text, pieces=pieces)), {"told": text[:2000]}))


@contextmanager
def longest_frame() -> Iterator[None]:
    """Leave in a file how much of the processor the longest frame took, in seconds."""
    longest = 0.0
    frame = Stage.frame

    def timed(stage: Stage) -> float | None:
        nonlocal longest
        begun = time.thread_time()
        due = frame(stage)
        longest = max(longest, time.thread_time() - begun)
        return due

    Stage.frame = timed  # type: ignore[assignment,method-assign]
    try:
        yield
    finally:
        Path("longest-frame").write_text(str(longest))


def dictated(scenario: str, pipe: str, *_: str) -> int:
    """Perform, and let everybody say what is written into a pipe."""
    return asyncio.run(_dictated(scenario, Path(pipe)))


async def _dictated(scenario: str, pipe: Path) -> int:
    return await _play(scenario, Dictation(pipe), {})


async def _play(scenario: str, providers: Any, inputs: dict[str, Any]) -> int:
    journal = Journal.open()
    arguments = Namespace(pace=os.environ.get("PACE", "instant"), step=False, workspace=None, home=None)
    try:
        return await play_on_stage(
            lambda: perform(scenario, inputs, mode="live", providers=providers, journal=journal, patient=True),
            arguments,
        )
    finally:
        journal.close()


def without_the_first_defence(*_: str) -> int:
    """A command of Footlights, in which nothing makes text safe before it is painted."""
    _take_the_first_defence_away()
    from footlights.__main__ import run

    return run()


def live_unsafe(*words: str) -> int:
    """The same, performed live."""
    _take_the_first_defence_away()
    return live(*words)


def _take_the_first_defence_away() -> None:
    removed = 0
    for name, module in list(sys.modules.items()):
        if name.startswith(("app.tui", "app.playback")) and getattr(module, "safe_text", None) is safety.safe_text:
            module.safe_text = lambda text, **_: text  # type: ignore[attr-defined]
            removed += 1
    assert removed > 5, "it was not there"
