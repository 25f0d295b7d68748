"""`footlights new`: a commented scenario to start from, which passes `check` as it is."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from app.cli.said import narrate, say_good
from app.document.values import ID_PATTERN
from app.errors import UsageError

EXAMPLES = """
footlights new my-first-play
footlights new night-museum --output plays/night-museum.yaml
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("name", metavar="NAME", help="the scenario's name")
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="where to write it; left out, NAME.yaml here or in scenarios/"
    )
    parser.add_argument("--force", action="store_true", help="replace a file that is there")


def perform(args: argparse.Namespace) -> int:
    """Write the file, unless one is there."""
    if not re.fullmatch(ID_PATTERN, args.name):
        raise UsageError(
            f'"{args.name}" cannot be a name', "a name begins with a letter and has letters, digits, _ and -"
        )
    target = Path(args.output) if args.output else _place(args.name)
    text = Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8").replace("NAME", args.name)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("w" if args.force else "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise UsageError(
            f'there is a file "{target}" already', "choose another name, or --force to replace it"
        ) from error
    except OSError as error:
        raise UsageError(
            f'"{target}" cannot be written: {error.strerror}', "choose another place with --output"
        ) from error
    say_good(f"{target} is written")
    narrate(f"next: footlights explain {target}")
    return 0


def _place(name: str) -> Path:
    """Where it goes; one that ends in .yml has the same name, so that file is the one in the way."""
    folder = Path("scenarios") if Path("scenarios").is_dir() else Path()
    other = folder / f"{name}.yml"
    return other if other.exists() else folder / f"{name}.yaml"
