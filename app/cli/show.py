"""`footlights show`: one run, whole; or one step, one call, one event of it in full."""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.cli.displays import values_of
from app.cli.ink import Ink
from app.cli.said import as_json
from app.cli.spoken import is_spoken
from app.cli.workspaces import add_workspace, with_archive
from app.document.suggest import did_you_mean, shortened
from app.errors import NotFound
from app.events import Event, definition

if TYPE_CHECKING:
    from app.journal import Archive, RunRow
    from app.state import RunState

EXAMPLES = """
footlights show last
footlights show 4KXZ9Q2M polish/2/verdict
"""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A run as it was kept."""

    row: RunRow
    events: list[Event]
    state: RunState
    texts: dict[str, Any]


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("run", metavar="RUN", help="an id, the end of one, or last")
    parser.add_argument("part", nargs="?", metavar="STEP", help="a step, a call, or the number of an event")
    parser.add_argument("--verbose", action="store_true", help="with how each model was chosen")
    parser.add_argument("--json", action="store_true", help="print it as JSON")
    add_workspace(parser)


def perform(args: argparse.Namespace) -> int:
    """Show the whole, or the part that was named."""
    recorded = with_archive(args, lambda archive: read(archive, args.run))
    ink = Ink.for_stream(sys.stdout)
    if args.part is None:
        from app.cli.run_page import run_data, run_lines

        now = time.time_ns() // 1000
        if args.json:
            return _write_data(run_data(recorded))
        if is_spoken():
            from app.cli.run_spoken import run_sentences

            return _write(list(run_sentences(recorded, now)), ink)
        return _write(run_lines(recorded, ink, now, routing=args.verbose), ink)
    return _show_part(args, recorded, ink)


async def read(archive: Archive, name: str) -> Recorded:
    """All that is kept of a run."""
    from app.state import fold

    row = await archive.find(name)
    events = await archive.events(row.run)
    return Recorded(row, events, fold(await archive.history(row)), await archive.texts(row.run))


def _show_part(args: argparse.Namespace, recorded: Recorded, ink: Ink) -> int:
    from app.cli.part_page import call_data, call_lines, step_data, step_lines
    from app.cli.telling import told

    state, value_of = recorded.state, values_of(recorded.texts)
    part: str = args.part
    number = part.removeprefix("#")
    if number.isdecimal() and 1 <= int(number) <= len(recorded.events):
        data = told(recorded.events[int(number) - 1], value_of)
        if args.json:
            return _write_data(data)
        from app.cli.part_page import event_lines

        return _write(event_lines(data, ink), ink)
    if call := state.calls.get(part):
        if args.json:
            return _write_data(call_data(call, value_of))
        return _write(call_lines(call, state, value_of, ink), ink)
    steps = [step for path, step in state.steps.items() if path == part]
    steps = steps or [step for path, step in state.steps.items() if definition(path) == part]
    if not steps:
        names = [*state.steps, *state.calls]
        hint = did_you_mean(part, names, otherwise=f"it has {len(recorded.events)} events and {len(state.steps)} steps")
        raise NotFound(f'there is no step "{shortened(part)}" in this run', hint)
    if args.json:
        return _write_data(step_data(steps[-1], state, value_of))
    return _write(step_lines(steps[-1], state, value_of, ink, others=[step.path for step in steps[:-1]]), ink)


def _write(lines: list[str], ink: Ink) -> int:
    sys.stdout.write(ink.glyphs("\n".join(lines) + "\n"))
    return 0


def _write_data(data: dict[str, Any]) -> int:
    sys.stdout.write(as_json(data, indent=2))
    return 0
