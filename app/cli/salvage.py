"""`footlights salvage`: takes out of a damaged archive what can still be read, and names what cannot."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.ink import Ink
from app.cli.said import as_json, narrate
from app.cli.workspaces import add_workspace, database_of
from app.safety import clean, one_line
from app.state.words import plural

if TYPE_CHECKING:
    from app.journal.salvage import Salvaged

EXAMPLES = """
footlights salvage rescued
footlights salvage rescued --into rescued.db
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("folder", metavar="FOLDER", help="a new folder: each run becomes a file of JSON lines there")
    parser.add_argument("--into", metavar="FILE", help="build a new database of what is whole, too")
    parser.add_argument("--json", action="store_true", help="print what was saved and lost as JSON")
    add_workspace(parser)


def perform(args: argparse.Namespace) -> int:
    """Save what can be saved; the exit code is 1 when anything could not be."""
    from app.journal.chain import read_seals
    from app.journal.rebuild import rebuild
    from app.journal.salvage import salvage

    path, target = database_of(args), Path(args.into).absolute() if args.into else None
    saved, remains = salvage(path, Path(args.folder))
    kept = rebuild(remains, read_seals(path), target) if target else {}
    whole = not remains.problems and all(run.whole for run in saved)
    if args.json:
        told = [asdict(run) | {"whole": run.whole} for run in saved]
        sys.stdout.write(as_json({"whole": whole, "damage": remains.problems, "runs": told, "rebuilt": kept}, indent=2))
        return 0 if whole else 1
    ink = Ink.for_stream(sys.stdout)
    for problem in remains.problems:
        sys.stdout.write(f"{ink.paint('damage:', 'warning')} {one_line(problem)}\n")
    for run in saved:
        sys.stdout.write(ink.glyphs(_line(run, ink)) + "\n")
    narrate(f"{plural(sum(run.events for run in saved), 'event')} of {plural(len(saved), 'run')} are in {args.folder}")
    if target:
        narrate(f"{clean(str(target))} holds what is whole: {plural(sum(kept.values()), 'event')}")
    return 0 if whole else 1


def _line(run: Salvaged, ink: Ink) -> str:
    name = ink.paint(one_line(run.run), "accent")
    if run.whole:
        return f"{ink.paint('✓', 'good')} {name}  {plural(run.events, 'event')}, whole"
    told = [plural(run.events, "event")]
    if run.lost:
        told.append("lost: " + _listed([str(a) if a == b else f"{a} to {b}" for a, b in run.lost]))
    if run.altered:
        told.append("altered: " + _listed([str(seq) for seq in run.altered]))
    if run.values_lost:
        told.append(f"{plural(run.values_lost, 'value')} lost")
    return f"{ink.paint('✗', 'error')} {name}  {'; '.join(told)}"


def _listed(numbers: list[str]) -> str:
    return ", ".join(numbers[:8]) + (f" and {len(numbers) - 8} more" if len(numbers) > 8 else "")
