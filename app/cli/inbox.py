"""`footlights inbox`: every question that waits for a person, in all runs, with the command that answers it."""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

from app.cli.figures import MICROSECONDS, ago
from app.cli.gates import drawn_text, full_name, how_to_answer
from app.cli.ink import Ink
from app.cli.said import as_json, narrate
from app.cli.workspaces import add_workspace, with_archive
from app.journal.questions import Waiting, what_waits
from app.safety import one_line
from app.state.words import plural, short_id, spaced, took

EXAMPLES = """
footlights inbox
footlights inbox --json
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--json", action="store_true", help="print them as JSON")
    add_workspace(parser)


def perform(args: argparse.Namespace) -> int:
    """List what waits, the oldest first."""
    waiting: list[Waiting] = with_archive(args, what_waits, before_the_first=[])
    if args.json:
        sys.stdout.write(as_json([_as_data(each) for each in waiting], indent=2))
        return 0
    ink, now = Ink.for_stream(sys.stdout), time.time_ns() // 1000
    for each in waiting:
        sys.stdout.write(ink.glyphs("\n".join(_lines(each, ink, now)) + "\n\n"))
    count = sum(not each.is_answered for each in waiting)
    narrate(f"{plural(count, 'question')} {'waits' if count == 1 else 'wait'} for an answer")
    return 0


def answering(each: Waiting) -> str:
    """The command that answers a question."""
    return how_to_answer(each.row.run, each.question.gate, each.question.options)


def name_of(each: Waiting) -> str:
    """What a question is called among those of all runs."""
    return full_name(each.row.run, each.question.gate)


def _lines(each: Waiting, ink: Ink, now: int) -> list[str]:
    question = each.question
    facts = [one_line(each.row.scenario), short_id(each.row.run), ago(question.opened, now)]
    if question.role:
        facts.append(f"for {spaced(one_line(question.role))}")
    if question.expires and not each.is_answered:
        left = max(0, question.expires - now)
        facts.append(f"{took(left / 1000)} left, then {one_line(question.default or 'it closes')}")
    if each.row.status != "running":
        facts.append(each.row.status)
    sign = ink.paint("✓", "good") if each.is_answered else ink.paint("?", "warning")
    head = f"{sign} {ink.paint(one_line(question.step or question.gate), 'bold')}"
    lines = [f"{head}  {ink.paint(' · '.join(facts), 'dim')}", *drawn_text(question, ink)]
    if each.letter is not None:
        said = f"{one_line(each.answer)}, said {one_line(each.letter.by) or 'somebody'}"
        taken = "it is on its way" if each.row.holder else f"footlights resume {short_id(each.row.run)} takes it"
        return [*lines, f"  answered: {said}; {taken}"]
    if len(question.options) > 1:
        lines.append(f"  {' / '.join(one_line(option) for option in question.options)}")
    return [*lines, f"  {ink.paint(one_line(answering(each)), 'accent')}"]


def _as_data(each: Waiting) -> dict[str, Any]:
    question = each.question
    return {
        "gate": question.gate,
        "run": each.row.run,
        "scenario": each.row.scenario,
        "status": each.row.status,
        "step": question.step,
        "asks": question.asks,
        "question": question.text,
        "options": list(question.options),
        "default": question.default,
        "opened": question.opened / MICROSECONDS,
        "expires": question.expires / MICROSECONDS if question.expires else None,
        "role": question.role,
        "answer": each.answer if each.is_answered else None,
        "answer_with": answering(each),
    }
