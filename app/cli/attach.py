"""`footlights attach`: opens the stage on a run that another process performs; you may answer and direct it."""

from __future__ import annotations

import argparse

from app.cli.looking import look
from app.cli.workspaces import add_workspace

EXAMPLES = """
footlights attach last
footlights attach 4KXZ9Q2M --pace real
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    from app.cli.staging import add_pace

    parser.add_argument("run", metavar="RUN", help="an id, the end of one, or last")
    add_pace(parser)
    add_workspace(parser)


def perform(args: argparse.Namespace) -> int:
    """Show it from where it is now."""
    return look(args, "now")
