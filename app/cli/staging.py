"""What play, attach and replay share: they open the stage where there is one, and say how a run stands afterwards."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from app.cli.displays import Narrated
from app.cli.endings import SIGNALLED, exit_code, how_to_go_on, what_comes_before
from app.cli.heeding import heeding_signals
from app.cli.ink import Ink
from app.cli.performing import Performance, someone_is_there
from app.cli.said import narrate
from app.settings import who
from app.state.words import short_id

if TYPE_CHECKING:
    from pathlib import Path

    from app.engine import Run
    from app.state import RunState
    from app.tui.app import Left
    from app.tui.filed import Filed
    from app.tui.opening import Opens
    from app.tui.sources import Recorded


def add_pace(parser: argparse.ArgumentParser) -> None:
    """Add the option that says how fast it is shown."""
    from app.playback.pace import PACES

    parser.add_argument(
        "--pace", choices=list(PACES), default="theatrical", help="how fast it is shown; left out, theatrical"
    )


def add_fit(parser: argparse.ArgumentParser) -> None:
    """Add the option that says how long the whole show takes."""
    parser.add_argument("--fit", metavar="TIME", help="how long the whole show shall take, as 1:30 or 90s")


def has_stage() -> bool:
    """Is there a terminal that the stage can stand in? If not, it is said."""
    if someone_is_there() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
        return True
    narrate("there is no terminal for the stage here, so it is told in lines")
    return False


async def play_on_stage(begin: Callable[[], Run], args: argparse.Namespace, then: Opens | None = None) -> int:
    """Perform a run on the stage, and go on with it as whoever leaves wants it; the exit code is that of the run.

    What `then` opens stands over the stage.
    """
    import app.tui.app  # noqa: F401 - takes a while to load: before the run begins, not while it waits
    from app.cli.workspaces import workspace_of
    from app.tui import open_stage
    from app.tui.sources import Here

    run = begin()
    here = Here(run)
    if args.step:
        here.hold()

    async def start() -> Here:
        return here

    try:
        left = await open_stage(start, pace=args.pace, stepping=args.step, then=then, workspace=workspace_of(args))
    except BaseException:
        await run.stop(0.0)
        raise
    return await after_the_stage(left, run)


async def after_the_stage(left: Left, run: Run | None = None) -> int:
    """Do with what is still performed here as was decided, and say how each run stands; `run` gives the exit code."""
    if left.batches:
        from app.cli.batching.staging import end_batches

        left = await end_batches(left)
    others = [here.going for here in left.runs if here.going is not run]
    goes_on_too = [asyncio.create_task(_end_unseen(other, left)) for other in others]
    code = code_of(left)
    if run is not None:
        code = await (_end_seen(run, left) if run.is_performed else _concluded(run, left))
    for telling in goes_on_too:
        narrate(await telling)
    if left.error is not None:
        raise left.error
    return code


def code_of(left: Left) -> int:
    """The exit code of whoever only looked on: it was left in order, or a signal ended it."""
    return 0 if left.signal is None else SIGNALLED + left.signal


async def _end_seen(run: Run, left: Left) -> int:
    """A run that is not over: without the stage it is told in lines."""
    run.led_by(None)
    performance = Performance(run, Narrated(run, asks_here=False))
    with heeding_signals(performance.heed):  # before anything is said: the answer to it may be ctrl+c
        if left.signal is not None:
            performance.heed(left.signal)
        elif left.how == "stop":
            performance.stop("person")
        elif left.how == "cancel":
            run.cancel(who())
        else:
            performance.display.say(f"it goes on here; footlights attach {short_id(run.id)} shows it from any terminal")
        return await performance.seen_through()


async def _end_unseen(run: Run, left: Left) -> str:
    """One that was performed beside it; what is to be said of it."""
    run.led_by(None)
    if left.how == "cancel":
        run.cancel(who())
    result = await (run.stop(by=who()) if left.how == "stop" else run.result())
    return how_to_go_on(result, run.id, run.events) or f"{short_id(run.id)}: {result.outcome}"


async def _concluded(run: Run, left: Left) -> int:
    """A run that was over, or had paused, before the stage was left."""
    result = await run.result()
    _conclude(run.state)
    if words := what_comes_before(result, run.id, run.events):
        narrate(f"  {words}")
    return exit_code(result) if left.signal is None else SIGNALLED + left.signal


async def look_on_stage(source: Recorded | Filed, args: argparse.Namespace) -> int:
    """Show a run that another process performs, or that is over, and say how it stands when the stage is left."""
    from app.cli.workspaces import workspace_of
    from app.tui import open_stage
    from app.tui.filed import Filed

    async def start() -> Recorded | Filed:
        return source

    left = await open_stage(start, pace=args.pace, workspace=workspace_of(args))
    code = await after_the_stage(left)
    if isinstance(source, Filed):
        return code
    going_on, state = await _standing(source, workspace_of(args))
    if going_on:
        narrate(f"it goes on where it is performed; footlights attach {short_id(source.run)} shows it again")
    else:
        _conclude(state)
    return code


async def _standing(source: Recorded, workspace: Path | None) -> tuple[bool, RunState]:
    """Is it still performed, and how far has it come? It may have stopped as the stage was left."""
    from app.journal import Archive
    from app.state import fold

    async with Archive.open(workspace) as archive:
        row = await archive.find(source.run)
        return row.status == "running", fold(await archive.events(source.run))


def _conclude(state: RunState) -> None:
    from app.cli.narrating.page import page_for
    from app.cli.narrating.summary import conclude

    again = f"footlights replay {short_id(state.run)} shows it again" if state.over else ""
    conclude(page_for(Ink.for_stream(sys.stderr), sys.stderr.write), state, again)
