"""`footlights replay`: shows a run again from its beginning, at any pace; nothing is performed and nothing is paid."""

from __future__ import annotations

import argparse

from app.cli.looking import look, look_at_recording
from app.cli.workspaces import add_workspace

EXAMPLES = """
footlights replay last
footlights replay sprint.run.jsonl --fit 1:30 --cues talk.cues.yaml
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    from app.cli.staging import add_fit, add_pace

    parser.add_argument(
        "run", metavar="RUN", help="an id, the end of one, last, or a file that footlights export RUN json has written"
    )
    add_pace(parser)
    add_fit(parser)
    parser.add_argument("--from", dest="start", default="", metavar="MOMENT", help="begin at Q3, at 1:47 or at #410")
    parser.add_argument("--cues", metavar="FILE", help="the cues of the show; left out, those of the scenario itself")
    add_workspace(parser)


def perform(args: argparse.Namespace) -> int:
    """Show it from its start; what is over, or came as a file, as a film that can be fitted and cut."""
    return look_at_recording(args) if _is_film(args) else look(args, "start")


def _is_film(args: argparse.Namespace) -> bool:
    from app.journal.recording import SUFFIX

    return bool(args.run.endswith(SUFFIX) or args.fit or args.start or args.cues)
