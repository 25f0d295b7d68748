"""`footlights restore`: puts a backup in the place of the archive, once it is verified; the old one is kept aside."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from app.cli.said import as_json, narrate, say_good
from app.cli.workspaces import add_workspace, database_of

EXAMPLES = """
footlights restore runs-before-the-move.db
footlights restore backup.db --workspace elsewhere.db
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("file", metavar="FILE", help="what footlights backup wrote")
    parser.add_argument("--json", action="store_true", help="print where things are now as JSON")
    add_workspace(parser)


def perform(args: argparse.Namespace) -> int:
    """Verify the backup and put it in place, unless somebody works there."""
    from app.journal.backup import restore

    path = database_of(args)
    aside = restore(Path(args.file).expanduser().absolute(), path)
    if args.json:
        sys.stdout.write(as_json({"workspace": str(path), "aside": str(aside) if aside else None}, indent=2))
        return 0
    say_good(f"{path} is what {args.file} was")
    if aside:
        narrate(f"what was there before is kept in {aside}")
    return 0
