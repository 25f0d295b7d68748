"""`footlights replay`: shows a run again from its beginning, at any pace; nothing is performed and nothing is paid."""

from __future__ import annotations

import argparse

from app.cli.looking import look
from app.cli.workspaces import add_workspace

EXAMPLES = """
footlights replay last
footlights replay 4KXZ9Q2M --pace brisk
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    from app.cli.staging import add_pace

    parser.add_argument("run", metavar="RUN", help="an id, the end of one, or last")
    add_pace(parser)
    add_workspace(parser)


def perform(args: argparse.Namespace) -> int:
    """Show it from its start."""
    return look(args, "start")
