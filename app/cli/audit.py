"""`footlights audit`: asks every invariant of the log, of one run or of all, and names each that does not hold."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict

from app.cli.examining import add_arguments, chosen, reader
from app.cli.ink import Ink
from app.cli.said import as_json, say_good
from app.cli.workspaces import database_of
from app.safety import one_line
from app.state.words import plural, spaced

EXAMPLES = """
footlights audit last
footlights audit --workspace runs.db --json
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_arguments(parser)


def perform(args: argparse.Namespace) -> int:
    """Audit one run or all; the exit code is 1 when any invariant is broken."""
    from app.journal.chain import read_seals
    from app.journal.survey import survey, survey_run

    run = chosen(args)
    seals = read_seals(database_of(args))
    with reader(args) as connection:
        found = [survey_run(connection, run, seals.get(run))] if run else list(survey(connection, seals))
    broken = [each for each in found if each.breaches]
    runs = sum(each.run != "" for each in found)
    if args.json:
        sys.stdout.write(as_json([asdict(each) for each in found if each.run or each.breaches], indent=2))
    elif not broken:
        say_good(f"{plural(runs, 'run')}, {plural(sum(each.events for each in found), 'event')}: every invariant holds")
    else:
        ink = Ink.for_stream(sys.stdout)
        for each in broken:
            sys.stdout.write(f"{ink.paint(one_line(each.run) or 'the archive', 'accent')}\n")
            for breach in each.breaches:
                place = f"event {breach.seq} " if breach.seq else ""
                rule = ink.paint(spaced(breach.rule), "dim")
                sys.stdout.write(ink.glyphs(f"  {ink.paint('✗', 'error')} {place}{one_line(breach.says)}  {rule}\n"))
        count = sum(len(each.breaches) for each in broken)
        sys.stdout.write(f"{plural(count, 'thing')} wrong in {len(broken)} of {plural(runs, 'run')}\n")
    return 1 if broken else 0
