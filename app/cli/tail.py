"""`footlights tail`: the events of a run as lines, those there are and those that come."""

from __future__ import annotations

import argparse
import sys
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

from app.cli.displays import values_of
from app.cli.ink import Ink
from app.cli.telling import told_line
from app.cli.workspaces import add_workspace, with_archive
from app.events import Event

if TYPE_CHECKING:
    from app.journal import Archive

EXAMPLES = """
footlights tail last -f
footlights tail 4KXZ9Q2M --json > events.jsonl
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("run", metavar="RUN", help="an id, the end of one, or last")
    parser.add_argument("-f", "--follow", action="store_true", help="go on as long as the run does")
    parser.add_argument("--after", type=int, default=0, metavar="NUMBER", help="only the events after this one")
    parser.add_argument("--json", action="store_true", help="one event a line, as JSON")
    add_workspace(parser)


def perform(args: argparse.Namespace) -> int:
    """Write each event as it comes."""
    texts: dict[str, object] = {}
    if args.json:
        tell: Callable[[Event], None] = _tell_data(texts)
    else:
        from app.cli.narrating.narrator import Narrator

        tell = Narrator(Ink.for_stream(sys.stdout), sys.stdout.write, values_of(texts)).tell

    async def read(archive: Archive) -> None:
        from app.journal.refs import refs_of

        row = await archive.find(args.run)
        async for event in _events(archive, row.run, args):
            if any(digest not in texts for digest in refs_of(event)):
                texts.update(await archive.texts(row.run))
            tell(event)
            sys.stdout.flush()

    try:
        with_archive(args, read)
    except KeyboardInterrupt:
        if not args.follow:
            raise
    return 0


def _tell_data(texts: dict[str, object]) -> Callable[[Event], None]:
    value_of = values_of(texts)

    def tell(event: Event) -> None:
        sys.stdout.write(f"{told_line(event, value_of)}\n")

    return tell


async def _events(archive: Archive, run: str, args: argparse.Namespace) -> AsyncIterator[Event]:
    if args.follow:
        async for event in archive.follow(run, after=args.after):
            yield event
    else:
        for event in await archive.events(run, after=args.after):
            yield event
