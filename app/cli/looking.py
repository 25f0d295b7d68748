"""What attach and replay share: a run of the archive is found, and shown on the stage, aloud, or in lines."""

from __future__ import annotations

import argparse
import asyncio
from typing import TYPE_CHECKING

from app.cli.spoken import is_spoken
from app.cli.staging import has_stage, look_on_stage
from app.cli.workspaces import telling_damage, workspace_of

if TYPE_CHECKING:
    from app.tui.sources import Entrance


def look(args: argparse.Namespace, entrance: Entrance) -> int:
    """Show a run, from its start or from where it is now."""
    with telling_damage(args):
        if is_spoken() or has_stage():
            return asyncio.run(_look(args, entrance))

    from app.cli import tail

    tailed = argparse.Namespace(**vars(args), follow=entrance == "now", after=0, json=False)
    return tail.perform(tailed)


def look_at_recording(args: argparse.Namespace) -> int:
    """Show a run that is known to its end, with cues, as long as somebody wants, from any of its moments."""
    from app.playback.moments import moment_in, seconds_in

    fit = seconds_in(args.fit) if args.fit else None
    if args.start:
        moment_in(args.start)
    with telling_damage(args):
        return asyncio.run(_look_at_recording(args, fit))


async def _look_at_recording(args: argparse.Namespace, fit: float | None) -> int:
    from app.tui.filed import Filed, found

    known = await found(args.run, workspace_of(args), cues=args.cues)
    source = Filed(known.recording, known.sheet, fit=fit, start=args.start)
    if fit is not None or args.start:
        from app.cli.fitting import insist_on_its_times

        await insist_on_its_times(source, args.pace)
    if not is_spoken() and has_stage():
        return await look_on_stage(source, args)

    from app.cli.retelling import retell

    await retell(known, args.pace if is_spoken() else "instant", fit if is_spoken() else None, captions=True)
    return 0


async def _look(args: argparse.Namespace, entrance: Entrance) -> int:
    from app.tui.sources import source_of

    source = await source_of(args.run, workspace_of(args), entrance=entrance)
    if is_spoken():
        from app.cli.aloud import look_aloud

        return await look_aloud(source, args.pace)
    return await look_on_stage(source, args)
