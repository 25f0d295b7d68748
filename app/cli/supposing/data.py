"""What would have been, for programs: as data, and every call as a row of a table for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from app.export.tables import safe_cell

if TYPE_CHECKING:
    from app.batch.whatif.answers import Answer, Question
    from app.batch.whatif.report import Report, Tally
    from app.state import Spent

_MICROSECONDS = 1_000_000
_HEADS = (
    "run", "scenario", "mode", "agent", "step", "call", "at", "before", "after", "standing", "why",
    "read_tokens", "written_tokens", "was_usd", "would_usd",
)  # fmt: skip


def as_data(question: Question, report: Report, ways: Iterable[str]) -> dict[str, Any]:
    """All of it; what nobody knows is null, never nothing."""
    return {
        "question": _asked(question),
        "runs": report.runs,
        **_tally(report.total),
        "moved": report.standing("moves"),
        "without_choice": report.alone,
        "refused": [
            {"model": one.use, "reason": one.why.out, "why": one.why.note, "calls": one.calls}
            for one in report.refusals
        ],
        "unknown": [{"why": why, "calls": calls} for why, calls in report.unknowns],
        "by": {way: _by(report, way) for way in ways},
    }


def _by(report: Report, way: str) -> list[dict[str, Any]]:
    if way == "model":
        return [{"before": flow.before, "after": flow.after, **_tally(flow.tally)} for flow in report.flows]
    if way == "call":
        return [_call(answer) for answer in report.savings()]
    return [{way: tally.name, **_tally(tally)} for tally in report.by(way)]


def _asked(question: Question) -> dict[str, Any]:
    policy, terms = question.policy, question.terms
    routed = None
    if policy is not None:
        routed = {
            "prefer": list(policy.prefer),
            "privacy": policy.privacy,
            "complexity": policy.complexity,
            "without": sorted(policy.without),
        }
    return {
        "as": question.everyone or None,
        "swaps": [{"old": swap.old, "new": swap.new} for swap in question.swaps],
        "policy": routed,
        "prices": terms.listed.source or None,
        "on": None if terms.on is None else datetime.fromtimestamp(terms.on, UTC).isoformat(),
    }


def _tally(tally: Tally) -> dict[str, Any]:
    usage, difference = tally.usage, tally.difference_usd
    return {
        "calls": tally.calls,
        "tokens": {"read": usage.total - usage.output, "written": usage.output},
        "was": _money(tally.was),
        "would": _money(tally.would),
        "difference_usd": None if difference is None else round(difference, 9),
    }


def _call(answer: Answer) -> dict[str, Any]:
    return {
        "run": answer.run,
        "scenario": answer.scenario,
        "agent": answer.agent,
        "call": answer.call,
        "before": answer.before,
        "after": answer.after,
        "was_usd": _known(answer.was),
        "would_usd": _known(answer.would),
        "saved_usd": round(answer.saved_usd, 9),
    }


def _money(spent: Spent) -> dict[str, Any]:
    return {
        "cost_usd": _known(spent),
        "estimated_usd": round(spent.estimated_usd, 9),
        "rehearsed_usd": round(spent.rehearsed_usd, 9),
        "played_usd": round(spent.played_usd, 9),
        "unpriced": spent.unpriced,
        "local_ms": spent.local_ms,
    }


def _known(spent: Spent) -> float | None:
    """What is paid: of what a cassette played, which was paid for before, nothing is saved and nothing is added."""
    return None if spent.unpriced and not spent.cost_usd else round(spent.cost_usd, 9)


def as_table(answers: Sequence[Answer]) -> str:
    """Every call as a row, as RFC 4180 writes it."""
    made = io.StringIO(newline="")
    table = csv.writer(made, lineterminator="\r\n")
    table.writerow(_HEADS)
    table.writerows([safe_cell(value) for value in _row(answer)] for answer in answers)
    return made.getvalue()


def _row(answer: Answer) -> Iterable[str | int | float | None]:
    at = datetime.fromtimestamp(answer.at / _MICROSECONDS, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    usage, why = answer.usage, answer.why.note if answer.why is not None else ""
    return (
        answer.run, answer.scenario, answer.mode, answer.agent, answer.step, answer.call, at, answer.before,
        answer.after, answer.standing, why, usage.total - usage.output, usage.output, _known(answer.was),
        _known(answer.would),
    )  # fmt: skip
