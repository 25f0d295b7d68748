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


async def _look(args: argparse.Namespace, entrance: Entrance) -> int:
    from app.tui.sources import source_of

    source = await source_of(args.run, workspace_of(args), entrance=entrance)
    if is_spoken():
        from app.cli.aloud import look_aloud

        return await look_aloud(source, args.pace)
    return await look_on_stage(source, args)
