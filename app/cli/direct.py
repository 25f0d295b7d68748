"""`footlights direct`: acts on a run that is going on, from any terminal."""

from __future__ import annotations

import argparse
import sys

from app.cli.givens import read_limits
from app.cli.said import as_json, narrate, say_good
from app.cli.workspaces import add_workspace, open_journal, with_archive
from app.errors import UsageError
from app.settings import who
from app.state.words import short_id

EXAMPLES = """
footlights direct last whisper qa "look at the empty state"
footlights direct last raise cost_usd 3
"""

# Each direction, whom it is for, what is said, and what it does.
DIRECTIONS: dict[str, tuple[str, str, str]] = {
    "whisper": ("AGENT", "TEXT", "tell an agent something that only it hears"),
    "mute": ("AGENT", "", "let an agent say nothing more"),
    "unmute": ("AGENT", "", "let it speak again"),
    "swap": ("AGENT", "MODEL", "let another model play an agent from its next call on"),
    "raise": ("LIMIT", "VALUE", "allow more: cost_usd 3, tokens 200k, wall 30m, turns 50; agent:cto.tokens 50k"),
    "skip": ("STEP", "", "leave a step out"),
    "pause": ("", "", "start nothing new, and let go of the run when what runs has ended"),
    "resume": ("", "", "take a pause back"),
    "cancel": ("", "", "end the run for good"),
    "hold": ("", "", "stand still before the next step"),
    "step": ("", "", "while it stands still: start one thing"),
    "go": ("", "", "go on after a hold"),
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("run", metavar="RUN", help="an id, the end of one, or last")
    add_workspace(parser)
    directions = parser.add_subparsers(dest="direction", metavar="DIRECTION", required=True)
    for name, (to, detail, does) in DIRECTIONS.items():
        direction = directions.add_parser(name, help=does)
        if to:
            direction.add_argument("to", metavar=to)
        if detail:
            direction.add_argument("detail", metavar=detail)
        direction.add_argument("--json", action="store_true", help="print what was done as JSON")
        add_workspace(direction, default=argparse.SUPPRESS)


def perform(args: argparse.Namespace) -> int:
    """Hand the direction to whoever performs the run."""
    to, detail = getattr(args, "to", ""), getattr(args, "detail", None)
    if args.direction == "raise":
        measure = to.rpartition(".")[2]  # agent:cto.cost_usd is that agent's own limit
        detail = read_limits([f"{measure}={detail}"], "raise")[measure]
    row = with_archive(args, lambda archive: archive.find(args.run))
    run = short_id(row.run)
    if row.over:
        raise UsageError(f"the run {run} has ended: {row.status}", f"footlights fork {run} --at NUMBER branches off it")
    with open_journal(args) as journal:
        body = {"direction": args.direction, "to": to, "detail": detail}
        journal.post(row.run, "direction", args.direction, body, who())
    if args.json:
        sys.stdout.write(as_json({"run": row.run, **body}))
        return 0
    say_good(f"{args.direction}{f' {to}' if to else ''}: handed to the run {run}")
    if row.status != "running":
        narrate(f"nobody performs it now; footlights resume {run} goes on with it")
    return 0
