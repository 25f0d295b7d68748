"""A what-if in words: what is asked, what cannot be known, and what comes of it in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from app.document.suggest import listed
from app.safety import one_line
from app.state.words import is_rehearsed, money, paid, plural

if TYPE_CHECKING:
    from app.batch.whatif.answers import Policy, Question
    from app.batch.whatif.report import Report, Tally

_MANY = 9  # times more from which nobody reads it as a percentage any longer
_NAMED = 4  # models that are listed by name


def asked(question: Question) -> str:
    """What is to be otherwise."""
    return ", ".join(one_line(part) for part in _parts(question))


def _parts(question: Question) -> Iterator[str]:
    for swap in question.swaps:
        yield f"{swap.new} for {swap.agent}" if swap.agent else f"{swap.new} in the place of {swap.model}"
    if question.everyone:
        yield f"{'every other call' if question.swaps else 'every call'} with {question.everyone}"
    if question.policy is not None:
        yield from _routed(question.policy)
    if question.terms.listed.source:
        yield f"at the prices of {question.terms.listed.source}"
    if question.terms.on is not None:
        day = datetime.fromtimestamp(question.terms.on, UTC)
        yield f"at the prices of {day.day} {day:%B %Y}"


def _routed(policy: Policy) -> Iterator[str]:
    yield "routed again"
    if policy.prefer:
        yield " before ".join(policy.prefer) if len(policy.prefer) > 1 else f"{policy.prefer[0]} first"
    if policy.privacy is not None:
        yield f"all of it {policy.privacy}"
    if policy.complexity is not None:
        yield f"all work of {policy.complexity} complexity"
    if policy.without:
        yield f"without {listed(sorted(policy.without))}"


def unknowable(question: Question, report: Report) -> Iterator[str]:
    """What cannot be known, and what was done about it."""
    for why, calls in report.unknowns:
        yield f"{plural(calls, 'call')} as {_it(calls)} was: {one_line(why)}"
    if guesses := sum(answer.is_a_guess for answer in report.answers):
        yield f"{plural(guesses, 'call')} as {_it(guesses)} was: nobody knows the tokens"
    if kept := _unlisted(question, report):
        more = f" and {len(kept) - _NAMED} more" if len(kept) > _NAMED else ""
        names = ", ".join(map(one_line, kept[:_NAMED])) + more if more else listed(map(one_line, kept))
        yield f"as it was for {names}: no other price is known"
    if unpriced := report.total.would.unpriced:
        yield f"{plural(unpriced, 'call')} would have no known price, and are in no sum"
    moved = [answer for answer in report.answers if answer.standing == "moves"]
    if moved:
        yield "the tokens are those that were: another model counts, and answers, in its own way"
    if any(answer.would.local_ms for answer in moved):
        yield "time on this machine is reckoned by the speed that the catalogue tells"


def _it(calls: int) -> str:
    return "it" if calls == 1 else "each"


def _unlisted(question: Question, report: Report) -> list[str]:
    if not question.terms.are_other:
        return []
    stays = dict.fromkeys(answer.before for answer in report.answers if answer.standing == "stays")
    return [use for use in stays if question.terms.price(use) is None]


def in_a_sentence(question: Question, report: Report) -> str:
    """What comes of it."""
    total = report.total
    runs = "this run" if report.runs == 1 else f"these {plural(report.runs, 'run')}"
    what = asked(question)
    told = f"{what[:1].upper()}{what[1:]}: {runs} would have cost {_compared(total)}."
    if is_rehearsed(total.was):
        told += " They were rehearsed: nothing was paid." if report.runs > 1 else " It was rehearsed: nothing was paid."
    if report.alone:
        told += f" {_alone(report)} model to choose; --as and --swap name one."
    if left := _left(report):
        told += f" {left}: what that cost is left as it was."
    return told


def _alone(report: Report) -> str:
    if report.alone == report.total.calls:
        return "No call had another"
    return f"{report.alone:,} of {plural(report.total.calls, 'call')} had no other"


def _left(report: Report) -> str:
    refused, unknown = report.standing("refused"), report.standing("unknown")
    parts = [f"{plural(refused, 'call')} would have been refused"] if refused else []
    parts += [f"{plural(unknown, 'call')} could not be decided"] if unknown else []
    return " and ".join(parts)


def _compared(total: Tally) -> str:
    more, was, would = total.difference_usd, paid(total.was), paid(total.would)
    if more is None:
        return f"{would} instead of {was}, which cannot be compared"
    if abs(more) < 1e-9:
        return f"the same, {was}"
    told = f"{would} instead of {was}"
    if total.was.cost_usd <= 0:
        return f"{told}: {money(more)} more"
    share = abs(more) / total.was.cost_usd
    if more > 0 and share >= _MANY:
        return f"{told}: {share + 1:,.0f} times as much"
    return f"{told}: {share:.0%} {'more' if more > 0 else 'less'}".replace("%", " %")
