"""`footlights models`: who serves models, what each costs and can do; and a test that asks one for real."""

from __future__ import annotations

import argparse

from app.cli.env_files import add_env_file, heed_env_files
from app.cli.workspaces import add_workspace
from app.errors import UsageError
from providers.catalogue import insist_on_sound_file

EXAMPLES = """
footlights models
footlights models test openai/gpt-6-luna
"""

CENT = 0.01
_DEAREST = 100.0


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "words",
        nargs="*",
        metavar="NAME",
        help="a service or provider/model to show; test NAME asks it for real, pull NAME fetches it for Ollama",
    )
    parser.add_argument("--installed", action="store_true", help="ask Ollama what it has; it has to run")
    parser.add_argument(
        "--limit", type=_dollars, default=CENT, metavar="USD", help="what a test may cost; left out, a cent"
    )
    parser.add_argument(
        "--base-url", type=_address, metavar="URL", help="where the server to test listens, for openai-compatible/..."
    )
    parser.add_argument("--json", action="store_true", help="print it as JSON")
    add_env_file(parser)
    add_workspace(parser)


def perform(args: argparse.Namespace) -> int:
    """List, show, test or pull."""
    heed_env_files(args)
    insist_on_sound_file()
    match args.words:
        case []:
            from app.cli.catalogue.listing import write_list

            return write_list(args)
        case ["test", name]:
            from app.cli.catalogue.testing import test

            return test(args, name)
        case ["pull", name]:
            from app.cli.catalogue.pulling import pull

            return pull(args, name)
        case [name] if name not in ("test", "pull"):
            from app.cli.catalogue.page import write_one

            return write_one(args, name)
        case ["test" | "pull" as action]:
            raise UsageError(f"which model is there to {action}?", f"such as  footlights models {action} ollama/qwen3")
    raise UsageError("footlights models takes one NAME", "footlights models -h shows examples")


def _address(text: str) -> str:
    from app.document.addresses import wrong_with

    if (wrong := wrong_with(text)) is not None:
        raise argparse.ArgumentTypeError(f"{wrong.message}; {wrong.hint}")
    return text.rstrip("/")


def _dollars(text: str) -> float:
    try:
        usd = float(text.removeprefix("$"))
    except ValueError:
        usd = 0.0
    if not 0 < usd <= _DEAREST:
        raise argparse.ArgumentTypeError(f'"{text}" is no limit: write dollars, such as 0.05')
    return usd
