"""`footlights answer`: gives a person's answer to a question that a run waits for, from any terminal."""

from __future__ import annotations

import argparse
import sys

from app.cli.asking import understood
from app.cli.inbox import answering, name_of
from app.cli.said import as_json, narrate, say_good
from app.cli.workspaces import add_workspace, open_journal, with_archive
from app.document.suggest import did_you_mean, listed, shortened
from app.errors import NotFound, UsageError
from app.events import definition
from app.journal.questions import Waiting, what_waits
from app.safety import one_line
from app.settings import who
from app.state.words import short_id

EXAMPLES = """
footlights answer sign_off ship
footlights answer sign_off hold --note "after the freeze"
"""

_MOST_NAMED = 8


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("gate", metavar="GATE", help="its step or its id, as footlights inbox shows it")
    parser.add_argument("choice", metavar="OPTION", help="one of its options, by word or number; or words")
    parser.add_argument("--note", default="", metavar="TEXT", help="why; kept with the answer")
    parser.add_argument("--json", action="store_true", help="print what was done as JSON")
    add_workspace(parser)


def perform(args: argparse.Namespace) -> int:
    """Find the question, check the choice, and hand it to whoever performs the run."""
    waiting = find(args.gate, with_archive(args, what_waits, before_the_first=[]))
    question = waiting.question
    answer = understood(args.choice, question.options)
    if answer is None or (answer.note and question.options):
        hint = f"there is {listed(question.options)}" if question.options else "say something"
        raise UsageError(f'"{shortened(args.choice)}" is not an answer to {question.gate}', hint)
    with open_journal(args) as journal:
        body = {"choice": answer.choice, "note": args.note}
        journal.post(waiting.row.run, "answer", question.gate, body, who())
    if args.json:
        sys.stdout.write(as_json({"run": waiting.row.run, "gate": question.gate, **body}))
        return 0
    say_good(f"{question.gate}: {answer.choice}")
    if waiting.row.status != "running":
        narrate(f"nobody performs the run now; footlights resume {short_id(waiting.row.run)} goes on with it")
    return 0


def find(word: str, waiting: list[Waiting]) -> Waiting:
    """The one question that a word means: its step or its id, with the end of its run's before it where needed.

    The step of the file, or the end of its path, will do too when nothing else in it asks.
    """
    run, colon, gate = word.rpartition(":")
    names = [name_of(each) for each in waiting]
    found = [each for each in waiting if gate in (each.question.gate, each.question.short_name, each.question.step)]
    found = found or [each for each in waiting if f"/{definition(each.question.step)}".endswith(f"/{gate}")]
    if run == "last":
        latest = max((each.row.started for each in waiting), default=0)
        found = [each for each in found if each.row.started == latest]
    elif colon:
        found = [each for each in found if each.row.run.endswith(run.upper())]
    if not found:
        hint = did_you_mean(word, names, otherwise="footlights inbox lists what waits") if names else "nothing waits"
        raise NotFound(f'no question "{shortened(word)}" waits for an answer', hint)
    if len(found) > 1:
        raise NotFound(f'"{shortened(word)}" is more than one question', _which(found))
    return found[0]


def _which(found: list[Waiting]) -> str:
    commands = [one_line(answering(each)) for each in found[:_MOST_NAMED]]
    more = [f"and {len(found) - _MOST_NAMED} more: footlights inbox"] if len(found) > _MOST_NAMED else []
    return "\n".join(["say which:", *commands, *more])
