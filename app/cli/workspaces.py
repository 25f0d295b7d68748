"""Where runs are kept: the options every command has that looks at runs, or makes one."""

from __future__ import annotations

import argparse
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from app.journal import Archive, Journal

Found = TypeVar("Found")


def add_workspace(parser: argparse.ArgumentParser, default: str | None = None) -> None:
    """Add the options that say which runs are meant; an action below a command suppresses the default."""
    parser.add_argument("--workspace", metavar="FILE", default=default, help="the database of the runs, or its folder")
    parser.add_argument(
        "--home", metavar="FOLDER", default=default, help="where Footlights keeps its data, as FOOTLIGHTS_HOME says"
    )


def workspace_of(args: argparse.Namespace) -> Path | None:
    """The database that was named; none means the usual one."""
    if args.home:
        os.environ["FOOTLIGHTS_HOME"] = args.home  # this process is one command: every room shall see the same home
    return Path(args.workspace) if args.workspace else None


def open_journal(args: argparse.Namespace) -> Journal:
    """The journal to write to."""
    from app.journal import Journal

    return Journal.open(workspace_of(args), fast=getattr(args, "fast", False))


def database_of(args: argparse.Namespace) -> Path:
    """The database itself."""
    from app.journal.connection import locate

    return locate(workspace_of(args))


def with_archive(
    args: argparse.Namespace,
    read: Callable[[Archive], Awaitable[Found]],
    before_the_first: Found | None = None,
) -> Found:
    """Read from the archive in an event loop of its own; what to say before the first run, if that is no mistake.

    Where somebody names an archive that is not there it is one: they meant another.
    """
    import asyncio

    from app.journal import Archive
    from app.journal.errors import NoArchive

    async def reading() -> Found:
        async with Archive.open(workspace_of(args)) as archive:
            return await read(archive)

    try:
        with telling_damage(args):
            return asyncio.run(reading())
    except NoArchive:
        if before_the_first is None or args.workspace:
            raise
        return before_the_first


@contextmanager
def telling_damage(args: argparse.Namespace) -> Iterator[Path]:
    """The database; whatever shows that it is damaged, or none, is told in words."""
    from app.journal.damage import told_as_damage

    with told_as_damage(database_of(args)) as path:
        yield path
