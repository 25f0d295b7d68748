"""When a call does not fit under a limit, it waits, ends its step, pauses the run, asks a person, or goes cheaper."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.engine.budgets import Account, worst_case
from app.engine.gates import Question
from app.engine.outcomes import Halt, Mishap
from app.events import BudgetExceeded, CallWaiting, Hold, LimitsChanged, Measure
from app.state.words import money, plural, took

if TYPE_CHECKING:
    from app.engine.act import Act
    from app.engine.calls import Asked
    from app.engine.performance import Performance

RAISE, STOP = "raise it by half", "stop"
_SAID: dict[Measure, Callable[[float], str]] = {
    "cost_usd": money,
    "tokens": lambda limit: plural(round(limit), "token"),
    "turns": lambda limit: plural(round(limit), "call"),
    "wall": lambda limit: took(limit * 1000),
}


async def hold_budget(
    performance: Performance, act: Act, accounts: tuple[Account, ...], hold: Hold, asked: Asked, call: str
) -> bool:
    """Hold a call's worst case in all accounts. False: a cheaper model has to be found."""
    if hold.unpriced and performance.mode != "rehearsal":
        _insist_on_a_price(accounts)
    told = looked = False
    while (short := performance.budgets.hold(accounts, hold)) is not None:
        account, measure, may_wait = short
        about = {"step": asked.path, "agent": asked.speaker.id, "call": call, "cause": act.cause}
        if may_wait:
            if not told:
                performance.log.once(CallWaiting("budget", detail=account.scope, **about))  # type: ignore[arg-type]
                told = True
            await performance.budgets.room()
            continue
        if not looked:  # somebody may have raised the limit while nobody performed the run
            performance.read_inbox()
            looked = True
            continue
        if account.action == "downgrade" and not account.downgraded:
            account.downgraded = True
            performance.log.add(_exceeded(account, measure, about, hold))
            return False
        if account.action == "ask":
            await _ask(performance, account, measure, hold, about)
            continue
        performance.log.add(_exceeded(account, measure, about, hold))
        if account.action == "pause":
            await performance.stop_here(Halt("budget", limit_words(account, measure, hold)))
        raise Mishap(
            "limit", limit_words(account, measure, hold), "raise limits:, or use cheaper models", outcome="exhausted"
        )
    if why := await performance.budgets.share(accounts, hold):
        await performance.stop_here(Halt("batch", why))
    return True


def _insist_on_a_price(accounts: tuple[Account, ...]) -> None:
    """A limit of money cannot be kept by a call of which nobody knows what it costs."""
    for account in accounts:
        if "cost_usd" in account.limits:
            said = f"{_whose(account)} may use {_SAID['cost_usd'](account.limits['cost_usd'])}, and nobody knows"
            raise Mishap(
                "limit",
                f"{said} what the next call would cost",
                "write the model's price into models:, or into your models.yaml",
                outcome="exhausted",
            )


async def end_of_time(performance: Performance, account: Account, step: str = "", cause: int = 0) -> Mishap:
    """The time that a scope may take is over: what to end it with, unless the run is paused for it."""
    performance.log.add(_exceeded(account, "wall", {"step": step, "cause": cause}))
    said = f"{_whose(account)} may take {_SAID['wall'](account.limits['wall'])}, and they are over"
    if account.action in ("pause", "ask"):
        await performance.stop_here(Halt("budget", said))
    return Mishap("limit", said, "raise limits: wall", outcome="exhausted")


def limit_words(account: Account, measure: Measure, hold: Hold) -> str:
    """Whose limit is reached, and which."""
    said, limit = _SAID[measure], account.limits[measure]
    told = f"{_whose(account)} may use {said(limit)}, and the next call could go beyond"
    if measure == "turns":
        return told
    told += f": it may take up to {said(worst_case(hold)[measure])}"
    left = max(0.0, limit - account.spent[measure])
    return f"{told}, and {said(left)} is left" if account.spent[measure] else told


def _whose(account: Account) -> str:
    scope, _, name = account.scope.partition(":")
    return {"run": "the run", "agent": f"the agent {name}", "step": f"the step {name}"}[scope]


async def _ask(
    performance: Performance, account: Account, measure: Measure, hold: Hold, about: dict[str, object]
) -> None:
    gates = performance.gates
    performance.log.add(_exceeded(account, measure, about, hold))
    question = Question(
        str(about["step"]), "budget", f"{limit_words(account, measure, hold)}. Go on?", (RAISE, STOP), rehearsed=STOP
    )
    if gates.people is None and not gates.patient and not gates.foresee(question):
        await performance.stop_here(Halt("budget", limit_words(account, measure, hold)))
    answer = await gates.ask(question)
    if answer.choice != RAISE:
        raise Mishap("limit", limit_words(account, measure, hold), f"{answer.by} said stop", outcome="exhausted")
    needed = account.spent[measure] + worst_case(hold).get(measure, 0.0)
    account.limits[measure] = max(account.limits[measure] * 1.5, needed)
    performance.log.add(LimitsChanged(account.scope, measure, account.limits[measure], answer.by))


def _exceeded(account: Account, measure: Measure, about: dict[str, object], hold: Hold | None = None) -> BudgetExceeded:
    return BudgetExceeded(
        account.scope,
        measure,
        account.limits["wall"] if measure == "wall" else account.spent[measure],
        account.held[measure],
        account.limits[measure],
        account.action,
        0.0 if hold is None else worst_case(hold).get(measure, 0.0),
        **about,  # type: ignore[arg-type]
    )
