"""Argument parsers in our own voice: examples come first in the help, and mistakes are named like any other problem."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Sequence
from typing import Any, NoReturn, Protocol, cast

from app.cli import COMMANDS
from app.errors import UsageError


class Command(Protocol):
    """What a module of this folder offers to be a command."""

    EXAMPLES: str

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Add the command's arguments."""

    def perform(self, args: argparse.Namespace) -> int:
        """Do it, and return the exit code."""


class CommandParser(argparse.ArgumentParser):
    """A parser that shows examples first and raises UsageError where argparse would print and leave."""

    def __init__(self, *, examples: str = "", **settings: Any) -> None:
        super().__init__(allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter, **settings)
        self._examples = "".join(f"  {line.strip()}\n" for line in examples.strip().splitlines())

    def format_help(self) -> str:
        """Return the help, with the examples before everything else."""
        return (f"{self._examples}\n" if self._examples else "") + super().format_help()

    def parse_args(self, args: Sequence[str] | None = None, namespace: Any = None) -> Any:  # type: ignore[override]
        """Parse, and name the nearest option when one is not known."""
        for word in args or ():
            _insist_on_text(word)
        parsed, unknown = self.parse_known_args(args, namespace)
        if unknown:
            self._refuse(unknown[0])
        return parsed

    def error(self, message: str) -> NoReturn:
        """Raise what argparse found wrong."""
        raise UsageError(f"{self.prog}: {message}", f"{self.prog} -h shows two examples")

    def _refuse(self, word: str) -> NoReturn:
        if not word.startswith("-"):
            raise UsageError(f'{self.prog}: there is nothing to do with "{word}"', f"{self.prog} -h shows two examples")
        name = word.partition("=")[0]
        from difflib import get_close_matches  # only a mistake needs it

        near = get_close_matches(name, _options_of(self), n=1)
        hint = f'did you mean "{near[0]}"?' if near else f"{self.prog} -h lists the options"
        raise UsageError(f'{self.prog}: there is no option "{name}"', hint)


def _insist_on_text(word: str) -> None:
    """Refuse bytes that are not UTF-8, which Python hands on as halves of characters: no archive can keep them."""
    try:
        word.encode()
    except UnicodeEncodeError:
        raise UsageError(f'the argument "{word}" is not UTF-8', "write it in UTF-8, or rename the file") from None


def command_module(name: str) -> Command:
    """Import a command."""
    return cast("Command", importlib.import_module(f"app.cli.{name}"))


def command_parser(name: str) -> CommandParser:
    """Return the parser of one command."""
    module = command_module(name)
    parser = CommandParser(prog=f"footlights {name}", description=COMMANDS[name], examples=module.EXAMPLES)
    module.configure(parser)
    return parser


def whole_parser() -> CommandParser:
    """Return one parser of all commands, for those who need to know every word: completion and the documentation."""
    parser = CommandParser(prog="footlights")
    parser.add_argument("-V", "--version", action="store_true", help="show the version")
    commands = parser.add_subparsers(metavar="COMMAND")
    for name, summary in COMMANDS.items():
        module = command_module(name)
        module.configure(commands.add_parser(name, help=summary, description=summary, examples=module.EXAMPLES))
    return parser


def _options_of(parser: argparse.ArgumentParser) -> list[str]:
    options = [option for action in parser._actions for option in action.option_strings]
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            options += [option for inner in action.choices.values() for option in _options_of(inner)]
    return options
