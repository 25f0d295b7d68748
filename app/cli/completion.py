"""`footlights completion`: the script that lets your shell complete commands, options and file names."""

from __future__ import annotations

import argparse

EXAMPLES = """
footlights completion bash > ~/.local/share/bash-completion/completions/footlights
footlights completion fish > ~/.config/fish/completions/footlights.fish
"""

SHELLS = ("bash", "zsh", "fish")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("shell", choices=SHELLS, metavar="SHELL", help=", ".join(SHELLS))


def perform(args: argparse.Namespace) -> int:
    """Write the script for one shell."""
    import shtab

    from app.cli.parser import whole_parser

    parser = whole_parser()
    _complete_files(parser)
    print(shtab.complete(parser, shell=args.shell))
    return 0


def _complete_files(parser: argparse.ArgumentParser) -> None:
    """Complete file names wherever an argument calls itself FILE; completion then asks nothing of the commands."""
    import shtab

    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                _complete_files(inner)
        elif action.metavar == "FILE":
            action.complete = shtab.FILE  # type: ignore[attr-defined]
