"""`footlights resume`: goes on with a run that was interrupted or paused; nothing that was finished is done again."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.cli.displays import add_ways_to_perform
from app.cli.env_files import add_env_file, heed_env_files
from app.cli.givens import add_answers, read_answers, read_limits
from app.cli.workspaces import add_workspace, open_journal, with_archive
from app.settings import who

EXAMPLES = """
footlights resume last
footlights resume 4KXZ9Q2M --answers answers.yaml
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("run", metavar="RUN", help="an id, the end of one, or last")
    add_answers(parser)
    add_ways_to_perform(parser)
    parser.add_argument("--cassette", type=Path, metavar="CASSETTE", help="where the cassette that it plays is now")
    add_env_file(parser)
    add_workspace(parser)


def perform(args: argparse.Namespace) -> int:
    """Take the run over and perform the rest of it."""
    heed_env_files(args)
    answers, limits = read_answers(args.answers), read_limits(args.limits)
    row = with_archive(args, lambda archive: archive.find(args.run))

    from app import engine
    from app.cli.performing import perform_and_show

    with open_journal(args) as journal:
        return perform_and_show(args, lambda desk: engine.resume(
            row.run, journal=journal, answers=answers, limits=limits, people=desk, patient=args.wait,
            cassette=args.cassette, by=who(),
        ))  # fmt: skip
