"""`footlights compare`: two runs, or a run and its fork: what was changed, what came of it, what it cost."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.ink import Ink
from app.cli.said import as_json
from app.cli.spoken import is_spoken
from app.cli.workspaces import add_workspace, with_archive
from app.document.suggest import did_you_mean, shortened
from app.errors import NotFound, UsageError

if TYPE_CHECKING:
    from app.compare import Comparison, Pair
    from app.journal import Archive
    from app.journal.recording import Recording

EXAMPLES = """
footlights compare 4KXZ9Q2M last
footlights compare 4KXZ9Q2M last --step polish/1/verdict
"""
ALIKE, OTHERWISE = 0, 1


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("first", metavar="A", help="an id, the end of one, last, or a file that ends with .run.jsonl")
    parser.add_argument("second", metavar="B", nargs="?", help="another; left out, the run that A was forked from")
    parser.add_argument("--step", metavar="PATH", help="one step whole: its answers and its prompts, word by word")
    parser.add_argument("--width", type=int, metavar="CELLS", help="how wide; as wide as the terminal, if left out")
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument("--json", action="store_true", help="print it as JSON")
    ways.add_argument("--md", action="store_true", help="print it as Markdown, for a pull request")
    add_workspace(parser)


def perform(args: argparse.Namespace) -> int:
    """Show both; the exit code is 1 where they did not end alike."""
    from app.compare import compare

    ink = _ink(args.width)
    found = compare(*_read(args))
    sys.stdout.write(_shown(found, args, ink))
    return ALIKE if found.is_alike_in_the_end else OTHERWISE


def _shown(found: Comparison, args: argparse.Namespace, ink: Ink) -> str:
    pair = pair_of(found, args.step) if args.step is not None else None
    if args.json:
        from app.cli.comparing import data

        return as_json(data.of_step(found, pair) if pair is not None else data.of_runs(found), indent=2)
    if args.md:
        from app.cli.comparing import markdown

        return markdown.of_step(found, pair) if pair is not None else markdown.of_runs(found)
    from app.cli.comparing import page

    if pair is not None:
        lines = page.step_lines(found, pair, ink)
    elif is_spoken():
        lines = list(page.sentences(found))
    else:
        lines = page.lines(found, ink)
    return ink.glyphs("\n".join(lines) + "\n")


def pair_of(found: Comparison, path: str) -> Pair:
    """The step somebody means."""
    pair = next((pair for pair in found.pairs if pair.path == path), None)
    if pair is None:
        known = [pair.path for pair in found.pairs]
        hint = did_you_mean(path, known, otherwise=f"there are {len(known)} steps; leave out --step to see them")
        raise NotFound(f'there is no step "{shortened(path)}" in either run', hint)
    return pair


def _ink(width: int | None) -> Ink:
    ink = Ink.for_stream(sys.stdout)
    if width is None:
        return ink
    if width < 1:
        raise UsageError(f"--width: {width} is no width", "write a number of cells, such as 80")
    return Ink(colour=ink.colour, ascii=ink.ascii, width=width)


def _read(args: argparse.Namespace) -> tuple[Recording, Recording]:
    """The two; the fork comes second, where only one was named."""
    first, second = args.first, args.second
    if _is_file(first) and second is not None and _is_file(second):
        from app.journal.recording import read_recording

        return read_recording(Path(first)), read_recording(Path(second))
    return with_archive(args, lambda archive: _both(archive, first, second))


async def _both(archive: Archive, first: str, second: str | None) -> tuple[Recording, Recording]:
    found = await _one(archive, first)
    if second is not None:
        return found, await _one(archive, second)
    begun = found.events[0]
    parent = getattr(begun, "parent", None)
    if parent is None:
        raise UsageError("name a second run: this one is no fork of another", "footlights runs lists them")
    return await _one(archive, parent.run), found


async def _one(archive: Archive, wanted: str) -> Recording:
    from app.journal.recording import read_recording, recording_of

    return read_recording(Path(wanted)) if _is_file(wanted) else await recording_of(archive, wanted)


def _is_file(wanted: str) -> bool:
    """A name with an ending is a file, also one that is not there: no id has one."""
    return wanted.endswith(".jsonl")
