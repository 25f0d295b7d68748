"""The end of a narration: what came of it, who took what, whether it was as expected, and how to see it again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.cli.narrating.page import Cell, Page, Tone, Who
from app.events import Ref
from app.state import RunState, Tally
from app.state.words import as_said, because, in_full, money, paid, plural, short_id, took

_BAR = 16
_TONES: dict[str, Tone] = {"succeeded": "good", "paused": "warning", "running": "warning", "cancelled": "warning"}


def summarise(page: Page, state: RunState, values: Callable[[Ref], Any], more: str = "") -> None:
    """Tell how a run ended, or how it stands."""
    if state.finish is not None and state.finish.outputs is not None:
        outputs = values(state.finish.outputs)
        if outputs:
            page.outputs(outputs, f"footlights show {short_id(state.run)}")
    rows = _by_agent(page, state)
    if rows:
        page.table("", rows)
    for missed in (check for check in state.expectations.values() if not check.met):
        found = as_said(missed.found, values)
        page.note("error", "expected", missed.about, *([f"found: {found}"] if found else []))
    conclude(page, state, more)


def conclude(page: Page, state: RunState, more: str = "") -> None:
    """Tell in two lines how a run ended, what it cost and what to type next."""
    told = [part for part in (_ending(state), _cost(state), _expected(state)) if part]
    page.closing(_tone(state), told, more or _next(state))


def _tone(state: RunState) -> Tone:
    if state.finish is not None and not state.finish.expected:
        return "error"
    if state.finish is not None and state.finish.excused:
        return "good"
    return _TONES.get(state.status, "error")


def _ending(state: RunState) -> str:
    lasted = took(state.mono)
    finish = state.finish
    if finish is None:
        reason = f" ({state.pause.reason})" if state.status == "paused" and state.pause else ""
        status = "left off" if state.status == "running" else state.status  # no room even to say that it paused
        return f"{status}{reason} after {lasted}"
    if finish.outcome == "succeeded":
        return f"done in {lasted}"
    told = f"{finish.outcome} after {lasted}"
    told += ", as expected" if finish.excused else ""
    return f"{told}: {because(finish.failure)}" if finish.failure else told


def _cost(state: RunState) -> str:
    totals = state.totals
    if not totals.calls:
        return ""
    told = ", ".join(in_full(totals))
    if state.inherited.calls:
        told += f", {money(state.new_usd)} of it new"
    return told


def _expected(state: RunState) -> str:
    checks = state.expectations.values()
    met = sum(check.met for check in checks)
    return f"{met} of {plural(len(checks), 'expectation')} met" if checks else ""


def _by_agent(page: Page, state: RunState) -> list[list[Cell]]:
    acted = [agent for agent in state.agents.values() if agent.tally.calls]
    if not acted:
        return []
    head: list[Cell] = [(text, "dim") for text in ("", "calls", "tokens", "cost", "time", "")]
    rows = [head]
    whole = state.totals.cost_usd or state.totals.tokens or 1
    for agent in acted:
        who = Who.of(agent.who, *(other.who for other in acted))
        share = (agent.tally.cost_usd if state.totals.cost_usd else agent.tally.tokens) / whole
        rows.append([(page.named(who), who.style), *_figures(agent.tally, ""), (_bar(share), who.style)])
    if len(acted) > 1:
        rows.append([("all", "bold"), *_figures(state.totals, "bold"), ("", "")])
    return rows


def _figures(tally: Tally, style: str) -> list[Cell]:
    texts = (f"{tally.calls:,}", f"{tally.tokens:,}", paid(tally), took(tally.took_ms))
    return [(text, style) for text in texts]


def _bar(share: float) -> str:
    return "▆" * max(round(share * _BAR), 1 if share else 0)


def _next(state: RunState) -> str:
    run = short_id(state.run)
    if state.finish is None:
        return f"footlights resume {run} goes on where it was"
    return f"footlights show {run} tells it again"
