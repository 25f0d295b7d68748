"""What commands share that look at the archive itself: which runs are meant, and a reader that names damage plainly."""

from __future__ import annotations

import argparse
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from app.cli.workspaces import add_workspace, telling_damage, with_archive

if TYPE_CHECKING:
    from app.journal import Archive


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say which runs are looked at."""
    parser.add_argument("run", nargs="?", metavar="RUN", help="an id, the end of one, or last; left out, all runs")
    parser.add_argument("--json", action="store_true", help="print what was found as JSON")
    add_workspace(parser)


@contextmanager
def reader(args: argparse.Namespace) -> Iterator[sqlite3.Connection]:
    """Give a connection to read with; damage that SQLite meets becomes an error that says what to do."""
    from app.journal.reader import open_locked

    with telling_damage(args) as path, closing(open_locked(path)) as connection:
        yield connection


def chosen(args: argparse.Namespace) -> str | None:
    """The run that was named, if one was."""

    async def find(archive: Archive) -> str:
        return (await archive.find(args.run)).run

    return with_archive(args, find) if args.run else None
