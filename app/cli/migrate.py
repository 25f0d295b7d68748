"""`footlights migrate`: brings a scenario file up to the current format, and shows what it would change first."""

from __future__ import annotations

import argparse
import difflib
import sys
from pathlib import Path

from app.cli.ink import Ink
from app.cli.said import narrate, say_good
from app.document.source import MAX_BYTES, Source
from app.errors import NotFound, UsageError
from app.safety import clean
from app.scenario.migrate import mended_bytes, mended_text

EXAMPLES = """
footlights migrate old.yaml
footlights migrate old.yaml --write
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("file", metavar="FILE", help="a scenario file")
    parser.add_argument("--write", action="store_true", help="change the file; left out, only show what would change")


def perform(args: argparse.Namespace) -> int:
    """Show or write the mended file."""
    path = Path(args.file)
    content = _read(path)
    mended, changes = mended_bytes(content)
    try:
        before = mended.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f'"{path}" is not UTF-8', "save it as UTF-8 first") from error
    after, more = mended_text(Source(str(path), before, path))
    changes += more
    if not changes:
        say_good(f"{path} needs no change")
        return 0
    if args.write:
        path.write_bytes(after.encode("utf-8"))
    else:
        _show_difference(before, after)
    for change in changes:
        narrate(f"{path}:{change.line}: {change.what}")
    narrate("" if args.write else "nothing is written yet; add --write")
    return 0


def _read(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise NotFound(f'there is no file "{path}"')
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f'"{path}" cannot be read: {error.strerror}') from error
    if len(content) > MAX_BYTES:
        raise UsageError(f'"{path}" has more than {MAX_BYTES:,} bytes', "no scenario needs that many")
    return content


def _show_difference(before: str, after: str) -> None:
    ink = Ink.for_stream(sys.stdout)
    styles = {"+": "good", "-": "error", "@": "accent"}
    for line in difflib.unified_diff(before.splitlines(), after.splitlines(), "now", "mended", lineterm="", n=1):
        style = styles.get(line[:1])
        sys.stdout.write((ink.paint(clean(line), style) if style else clean(line)) + "\n")
