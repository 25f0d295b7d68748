"""The option --env-file: keys from a file of KEY=VALUE lines, for this command alone."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_env_file(parser: argparse.ArgumentParser) -> None:
    """Add the option. No .env is ever read unless it is named."""
    parser.add_argument(
        "--env-file",
        dest="env_files",
        action="append",
        default=[],
        metavar="FILE",
        help="keys of providers and secrets, one KEY=VALUE a line; the environment counts first",
    )


def heed_env_files(args: argparse.Namespace) -> None:
    """Read the files that were named; raises with everything that is wrong in the first that is."""
    for word in args.env_files:
        from app.cli.said import narrate
        from providers import keys
        from providers.env_file import others_may_read, read_env_file

        path = Path(word)
        keys.give(read_env_file(path), word)
        if others_may_read(path):
            narrate(f"warning: other users of this machine may read {word}; chmod 600 '{word}'")
