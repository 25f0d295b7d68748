"""`footlights fork`: a new run that branches off an old one at a moment, with something changed."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from app.cli.displays import add_ways_to_perform
from app.cli.env_files import add_env_file, heed_env_files
from app.cli.givens import add_answers, read_answers, read_limits
from app.cli.workspaces import add_workspace, open_journal, with_archive
from app.document.suggest import shortened
from app.document.written import read_notation
from app.errors import UsageError
from app.settings import who

EXAMPLES = """
footlights fork last --at 12 --set "plan.prompt=Split it into three."
footlights fork 4KXZ9Q2M --at 12 --set inputs.strict=true --set agents.cto.model=smart
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("run", metavar="RUN", help="an id, the end of one, or last")
    parser.add_argument("--at", type=int, required=True, metavar="NUMBER", help="the last event that both runs share")
    parser.add_argument(
        "--set", dest="edits", action="append", default=[], metavar="WHAT=VALUE",
        help="STEP.prompt, inputs.NAME or agents.NAME.model, and what it is from there on",
    )  # fmt: skip
    parser.add_argument(
        "--answer", dest="answered", action="append", default=[], metavar="GATE=OPTION", help="answer a question anew"
    )
    add_answers(parser)
    add_ways_to_perform(parser)
    add_env_file(parser)
    add_workspace(parser)


def perform(args: argparse.Namespace) -> int:
    """Branch off, and perform the rest."""
    heed_env_files(args)
    edits = read_edits(args.edits)
    answers = read_answers(args.answers) | dict(_pair(word, "GATE=OPTION") for word in args.answered)
    limits = read_limits(args.limits)
    row = with_archive(args, lambda archive: archive.find(args.run))

    from app import engine
    from app.cli.performing import perform_and_show

    with open_journal(args) as journal:
        return perform_and_show(args, lambda desk: engine.fork(
            row.run, at=args.at, edits=edits, journal=journal, answers=answers, limits=limits,
            people=desk, patient=args.wait, by=who(),
        ))  # fmt: skip


def read_edits(words: Sequence[str]) -> dict[str, Any]:
    """What is to be otherwise, by its address; prompts and models are texts, inputs are in the notation of the file."""
    edits: dict[str, Any] = {}
    for word in words:
        address, text = _pair(word, "WHAT=VALUE")
        first, _, last = address.partition(".")
        if not last or not (first == "inputs" or address.endswith((".prompt", ".model", ".card"))):
            hint = "there is STEP.prompt, inputs.NAME, agents.NAME.model and agents.NAME.card"
            raise UsageError(f'--set: "{shortened(address)}" is nothing that can be changed', hint)
        edits[address] = read_notation(f"--set {address}", text) if first == "inputs" else text
    return edits


def _pair(word: str, form: str) -> tuple[str, str]:
    name, equals, text = word.partition("=")
    if not equals or not name:
        raise UsageError(f'"{shortened(word)}" is not {form}', f"write  {shortened(name) or 'NAME'}=...")
    return name, text
