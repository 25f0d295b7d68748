"""`footlights play`: performs a scenario on the stage, in front of you."""

from __future__ import annotations

import argparse
import asyncio

from app.cli.run import add_performance, prepared
from app.cli.workspaces import add_workspace, open_journal
from app.errors import UsageError

EXAMPLES = """
footlights play feature-sprint --rehearse
footlights play market-scan --rehearse -i market=Portugal --pace brisk
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    from app.cli.staging import add_fit, add_pace

    add_performance(parser)
    add_pace(parser)
    add_fit(parser)
    parser.add_argument("--step", action="store_true", help="hold before each effect until you let it begin")
    parser.add_argument("--present", action="store_true", help="open it in the view for a room, as present does")
    parser.add_argument("--cues", metavar="FILE", help="the cues of the show; left out, those of the scenario itself")
    parser.set_defaults(json=False, quiet=False, wait=False)  # where it is told in lines, it is told as run does
    add_workspace(parser)


def perform(args: argparse.Namespace) -> int:
    """Check, then open the stage."""
    from app.cli.present import over_the_stage
    from app.playback.moments import seconds_in

    fit = seconds_in(args.fit) if args.fit else None
    if fit is not None and not args.rehearse:
        raise UsageError("a live run takes as long as its models do", "replay it with --fit when it is over")
    then = over_the_stage(args)
    begin = prepared(args)

    from app.cli.performing import perform_and_show
    from app.cli.spoken import is_spoken
    from app.cli.staging import has_stage, play_on_stage

    answers_itself = args.rehearse and args.answers is not None
    with open_journal(args) as journal:
        if fit is not None:
            from app.cli.fitting import at_length

            then = asyncio.run(at_length(begin, fit, then))
        if is_spoken():
            from app.cli.aloud import play_aloud

            return asyncio.run(play_aloud(lambda people: begin(journal, people=people, patient=False), args))
        if not has_stage():
            return perform_and_show(args, lambda desk: begin(journal, people=desk, patient=False))
        return asyncio.run(play_on_stage(lambda: begin(journal, people=None, patient=not answers_itself), args, then))
