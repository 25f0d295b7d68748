"""`footlights models test`: asks a model for real, with little money, and says what works. It is kept like any run."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec

from app.cli.catalogue.names import one_model
from app.cli.displays import ResultAlone
from app.cli.endings import DONE, FAILED
from app.cli.ink import Ink
from app.cli.performing import Performance
from app.cli.said import as_json, narrate
from app.cli.workspaces import open_journal
from app.errors import FootlightsError, UsageError
from app.events import CallFinished, CallStarted, Event, Origin, StepFailed, StepFinished, Usage
from app.safety import clean
from app.settings import who
from app.state.words import BASES, in_full, money, short_id, took
from providers.catalogue import services
from providers.naming import probably_meant
from providers.readiness import Readiness, readiness_of

if TYPE_CHECKING:
    from app.engine import Result, Run
    from app.journal import Journal
    from app.scenario import Checked
    from app.state.shapes import CallState

_PARTS = {"says": "answers", "fills_in": "fills in data", "asks": "asks for a tool"}
_TOO_LITTLE = ("limit", "truncated")  # money: a test of what nobody can price has room for a long answer
_WIDEST = 18
_SHOWN = 60  # characters of an answer
_TELLING = 100  # milliseconds of speech from which a speed can be told


def test(args: argparse.Namespace, name: str) -> int:
    """Perform the test; 0 when all of it worked."""
    use = one_model(name)
    if (near := probably_meant(use, args.base_url)) is not None:
        narrate(f"nobody here has heard of {use}; did you mean {near}?")
    standing = _standing(use, args.base_url)
    with open_journal(args) as journal:
        return asyncio.run(_perform(args, use, standing, journal))


def _standing(use: str, base_url: str | None) -> Readiness:
    """How it stands with what is to be asked; raises when it cannot be."""
    service = services()[use.partition("/")[0]]
    standing = readiness_of(service, base_url)
    if not standing.address and service.name != "rehearsal":
        example = f"footlights models test {use} --base-url http://127.0.0.1:8000/v1"
        raise UsageError(f"{use} may be anywhere: say where with --base-url URL", f"such as  {example}")
    if not standing.is_ready:
        raise CannotAsk(f"{use} cannot be asked: {standing.why}", standing.hint)
    return standing


async def _perform(args: argparse.Namespace, use: str, standing: Readiness, journal: Journal) -> int:
    from app.engine import perform
    from app.engine.trials import full_check

    with full_check(use, base_url=args.base_url, limit=args.limit) as checked:
        run = perform(checked, journal=journal, origin=Origin(kind="person", who=who()), retries=0)
        key = f", with {standing.key}" if standing.is_certain and standing.key else ""
        narrate(f"asking {use} at {standing.address or 'home'}{key}, for at most {_bound(checked)}")
        progress = Progress(run, is_silent=args.json)
        run.watch(progress.hear)
        code = await Performance(run, progress).seen_through()
    found = _found(run, use, progress.pieces)
    if args.json:
        sys.stdout.write(as_json(found, indent=2))
    else:
        _write(run, found)
    return code if code >= 128 else DONE if found["ok"] else FAILED


def _bound(checked: Checked) -> str:
    assert checked.scenario is not None and checked.scenario.limits is not None
    limits = checked.scenario.limits
    return money(limits.cost_usd) if limits.cost_usd else f"{limits.tokens:,} tokens: nobody knows what it costs"


class CannotAsk(FootlightsError):
    """Something is missing before anything could be asked."""

    exit_code = 2


class Progress(ResultAlone):
    """Tells of each part of the test as soon as it is over."""

    def __init__(self, run: Run, *, is_silent: bool) -> None:
        super().__init__(run)
        self.pieces: Counter[str] = Counter()  # of text, by call
        self._ink = Ink.for_stream(sys.stdout)
        self._is_silent = is_silent

    def hear(self, started: CallStarted, text: str) -> None:
        """A piece of an answer."""
        self.pieces[started.call] += 1

    def tell(self, event: Event) -> None:
        if self._is_silent:
            return
        if isinstance(event, StepFinished | StepFailed) and event.step in _PARTS:
            worked, detail = _outcome(self._run, event.step)
            mark = self._ink.paint("✓", "good") if worked else self._ink.paint("✗", "error")
            sys.stdout.write(self._ink.glyphs(f"{mark} {_PARTS[event.step]:<{_WIDEST - 2}}{clean(detail)}\n"))
            sys.stdout.flush()

    def finish(self, result: Result) -> None:
        """What it came to is told when the run is closed."""


def _outcome(run: Run, path: str) -> tuple[bool, str]:
    """Did a part of the test work, and how?"""
    step = run.state.steps.get(path)
    if step is None or step.failure is not None or step.status != "succeeded":
        failure = step.failure if step is not None else None
        if failure is None:
            return False, "was not tried"
        hint = "a larger --limit allows more" if failure.error in _TOO_LITTLE else failure.hint
        return False, f"{failure.error}: {failure.message}" + (f" ({hint})" if hint else "")
    if path == "asks":
        used = sum(tool.step == path and tool.status == "finished" for tool in run.state.tools.values())
        return (True, "and uses what it gives") if used else (False, "it answered without the tool it was to ask for")
    said = run.value(step.output)
    text = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)
    return True, text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _found(run: Run, use: str, pieces: Counter[str]) -> dict[str, Any]:
    """Everything the test has shown, as data."""
    outcomes = {part: _outcome(run, part) for part in _PARTS if part in run.state.steps}
    answered = [call for call in run.state.calls.values() if isinstance(call.ended, CallFinished)]
    waits = [call.spoke - call.began for call in answered if call.spoke is not None]
    totals = run.state.totals
    return {
        "use": use,
        "ok": all(worked for worked, _ in outcomes.values()),
        "parts": {part: {"ok": worked, "detail": detail} for part, (worked, detail) in outcomes.items()},
        "streams": any(pieces[call.id] > 1 for call in answered),
        "first_token_ms": min(waits, default=None),  # the first call of all also loads what speaks the protocol
        "tokens_per_s": _speed(answered),
        "served": next((call.ended.served for call in answered if isinstance(call.ended, CallFinished)), ""),
        "usage": msgspec.to_builtins(_usage(run)),
        "cost_usd": totals.cost_usd,
        "basis": [call.ended.basis for call in run.state.calls.values() if call.ended is not None],
        "run": run.id,
    }


def _usage(run: Run) -> Usage:
    return sum((call.usage for call in run.state.calls.values()), Usage())


def _speed(answered: list[CallState]) -> float | None:
    """Tokens a second once it had begun to speak, of the longest answer; None when that was too short to tell."""
    longest = max(answered, key=lambda call: call.usage.output, default=None)
    if longest is None or longest.spoke is None or longest.done is None or longest.done - longest.spoke < _TELLING:
        return None
    return round(longest.usage.output * 1000 / (longest.done - longest.spoke), 1)


def _write(run: Run, found: dict[str, Any]) -> None:
    usage, first, speed = _usage(run), found["first_token_ms"], found["tokens_per_s"]
    cached = usage.cache_read + usage.cache_write
    told = {
        "streams": "yes" if found["streams"] else "no: the answer came in one piece",
        "first token": took(first) if first is not None else "",
        "speed": f"{speed:g} tokens a second" if speed is not None else "",
        "served by": found["served"],
        "read": f"{usage.input + cached:,} tokens" + (f", {cached:,} of them cached" if cached else ""),
        "wrote": f"{usage.output:,} tokens" + (f", {usage.reasoning:,} of them thought" if usage.reasoning else ""),
        "cost": "; ".join(dict.fromkeys([*in_full(run.state.totals), *(BASES[basis] for basis in found["basis"])])),
        "kept as": f"run {short_id(run.id)}",
    }
    for name, text in told.items():
        if text and (first is not None or name in ("cost", "kept as")):
            sys.stdout.write(f"  {name:<{_WIDEST - 2}}{clean(text)}\n")
