"""The questions of a run, put before a person so that nothing in them can be forged."""

from __future__ import annotations

from collections.abc import Sequence
from shlex import quote

from app.cli.figures import MICROSECONDS, clock_time
from app.cli.ink import Ink
from app.journal.questions import Question, short_name
from app.safety import clean, one_line
from app.state.words import short_id, spaced, took

MOST_LINES = 60  # of a question; the rest is what `show` is for


def full_name(run: str, gate: str) -> str:
    """A gate as people name it among those of all runs."""
    return f"{short_id(run)}:{short_name(gate)}"


def how_to_answer(run: str, gate: str, options: Sequence[str]) -> str:
    """The command that answers a question, the same wherever it is shown."""
    choice = quote(options[0]) if options else "'...'"
    return f"footlights answer {quote(full_name(run, gate))} {choice}"


def drawn_text(question: Question, ink: Ink) -> list[str]:
    """What is asked, behind a line of our own on each line, so that nothing a model wrote can pass for the prompt."""
    text = clean(question.text).splitlines() or ["(no words)"]
    more = len(text) - MOST_LINES
    bar = ink.paint("│", "warning")
    lines = [f"{bar} {line}" for line in text[:MOST_LINES]]
    return [*lines, f"{bar} (+{more} more lines)"] if more > 0 else lines


def drawn(question: Question, ink: Ink, now: float) -> list[str]:
    """The whole question as a prompt shows it: who is asked, what, the options, and what happens without an answer."""
    asks = one_line(question.title or question.step or question.gate)
    head = f"{ink.paint('?', 'warning')} {ink.paint(asks, 'bold')}"
    lines = ["", head + (f"  for {spaced(one_line(question.role))}" if question.role else "")]
    lines += drawn_text(question, ink)
    lines += [
        f"  {ink.paint(str(number), 'accent')}  {one_line(name)}" for number, name in enumerate(question.options, 1)
    ]
    if question.expires:
        left = max(0, int(question.expires / MICROSECONDS - now))
        then = f"then it is {one_line(question.default)}" if question.default is not None else "then it closes"
        lines.append(f"  {took(left * 1000)} left, until {clock_time(question.expires)}; {then}")
    return [*lines, ink.paint(reminder(question), "dim")]


def reminder(question: Question) -> str:
    """How to answer."""
    if not question.options:
        return "  answer in a line; Ctrl+D leaves it open"
    return "  a number or a word, and a note after it if you like; Ctrl+D leaves it open"
