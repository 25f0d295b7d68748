"""`footlights backup`: copies the archive into one file while others write to it, and verifies the copy."""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import asdict
from pathlib import Path

from app.cli.said import as_json, narrate, say_good
from app.cli.workspaces import add_workspace, database_of
from app.state.words import plural

EXAMPLES = """
footlights backup runs-before-the-move.db
footlights backup /mnt/backups/
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("file", metavar="FILE", help="a new file, or a folder in which one is named after the time")
    parser.add_argument("--json", action="store_true", help="print what was copied as JSON")
    add_workspace(parser)


def perform(args: argparse.Namespace) -> int:
    """Copy and verify; the exit code is 1 when runs in it are damaged, as they are in the original."""
    from app.journal.backup import back_up

    path, target = database_of(args), Path(args.file).expanduser().absolute()
    if target.is_dir():
        target /= f"{path.stem}-{time.strftime('%Y-%m-%d-%H%M%S')}.db"
    copied = back_up(path, target)
    if args.json:
        told = asdict(copied) | {"path": str(copied.path)}
        sys.stdout.write(as_json(told, indent=2))
    else:
        say_good(f"{copied.path}: {plural(copied.runs, 'run')}, {plural(copied.events, 'event')}, verified")
        for run in copied.damaged:
            narrate(f"{run.run} is damaged, here as there: event {run.seq} {run.damage}")
    return 1 if copied.damaged else 0
