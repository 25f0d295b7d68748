"""`footlights verify`: proves that runs are as they were written, or names the first event that is not."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from app.cli.examining import add_arguments, chosen, reader
from app.cli.ink import Ink
from app.cli.said import as_json, narrate
from app.cli.workspaces import database_of
from app.safety import one_line
from app.state.words import plural

if TYPE_CHECKING:
    from app.journal.verify import Verified

EXAMPLES = """
footlights verify last
footlights verify --json
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_arguments(parser)


def perform(args: argparse.Namespace) -> int:
    """Verify one run or all; the exit code is 1 when any is damaged."""
    from app.journal.chain import read_seals
    from app.journal.verify import verify_run, verify_workspace

    run = chosen(args)
    seals = read_seals(database_of(args))
    with reader(args) as connection:
        found = [verify_run(connection, run, seals.get(run))] if run else list(verify_workspace(connection, seals))
    damaged = [each for each in found if each.damage]
    if args.json:
        sys.stdout.write(as_json([asdict(each) for each in found], indent=2))
        return 1 if damaged else 0
    ink = Ink.for_stream(sys.stdout)
    for each in found:
        sys.stdout.write(ink.glyphs(_line(each, ink)) + "\n")
    narrate(f"{plural(len(found), 'run')}, {len(damaged) or 'none'} of them damaged")
    if unsealed := sum(_lacks_its_seal(each) for each in found):
        narrate(
            f"warning: {plural(unsealed, 'run')} ended without a seal: nothing proves that the end is the first one"
        )
    return 1 if damaged else 0


def _line(found: Verified, ink: Ink) -> str:
    name = ink.paint(one_line(found.run), "accent")
    if found.damage:
        return f"{ink.paint('✗', 'error')} {name}  event {found.seq} {one_line(found.damage)}"
    told = [plural(found.events, "event"), "sealed" if found.sealed else "not sealed"]
    if found.erased:
        told.append(f"{plural(found.erased, 'value')} erased")
    mark = ink.paint("!", "warning") if _lacks_its_seal(found) else ink.paint("✓", "good")
    return f"{mark} {name}  {', '.join(told)}"


def _lacks_its_seal(found: Verified) -> bool:
    return found.over and not found.sealed and not found.damage
