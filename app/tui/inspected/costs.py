"""What a call took and why: the receipt of its choice, tokens at their prices, waits, and every attempt. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from app.events import CallFailed, CallFinished, CallWaiting
from app.playback.show import Show
from app.state import NOTHING, CallState, attempts_of, takeover
from app.state.receipts import buckets, cost_told, doubt, is_taken, why_not
from app.state.terms import WAITS
from app.state.words import a_million, in_full, paid, spaced
from app.tui.inspected.parts import Item, as_text, fact, facts, gap, title, to_agent, to_step, whole
from app.tui.naming import plural
from app.tui.text import clock, money, took
from app.tui.text import tokens as counted

EXCERPT = 2_000  # characters of what a failed attempt had said; the attempt itself shows all of it


# Why this model


def receipt(show: Show, call: CallState) -> Iterator[Item]:
    """Which model was chosen, among which, by what rule; and what it was asked for."""
    routed, started, ended = call.routed, call.started, call.ended
    answered = ended if isinstance(ended, CallFinished) else None
    instead = takeover(show.state, call)
    yield from facts(
        fact("agent", call.agent, thing=to_agent(show, call.agent)),
        fact("model", call.model, "text bold"),
        fact("use", call.use),
        fact("because", instead, "warning"),
        fact("answered by", answered.served if answered is not None else ""),
        fact("request", answered.request if answered is not None else "", "muted"),
        fact("policy", routed.policy if routed else ""),
        fact("turn", str(started.turn) if started and started.turn > 1 else ""),
        fact("attempt", str(started.attempt) if started else ""),
        fact("step", call.step, thing=to_step(show, call.step)),
        *_waits(show, call),
    )
    if routed is not None and routed.candidates:
        yield gap()
        yield title("considered")
        for candidate in routed.candidates:
            taken = is_taken(candidate, routed)
            use = f"  {candidate.use}" if candidate.use and candidate.use != candidate.model else ""
            style = "good" if taken else "muted" if candidate.out else "text"
            yield fact(f"{'✓' if taken else ' '} {candidate.model}", f"{why_not(candidate, routed)}{use}", style)
    if started is None:
        return
    if started.params:
        yield gap()
        yield title("parameters")
        yield from (fact(name, as_text(value)) for name, value in started.params.items())
    if started.tools:
        yield gap()
        yield title("tools it was offered")
        yield from (Item(name) for name in started.tools)
    if started.shape is not None:
        yield gap()
        yield title("the shape that was asked for")
        yield whole(show.value(started.shape))


# What it took


def usage(show: Show, call: CallState) -> Iterator[Item]:
    """Tokens in their buckets, each at its price; what they cost, and when."""
    ended, started = call.ended, call.started
    if ended is None:
        yield Item("what it takes is known when it is over", "muted")
    else:
        yield from _priced(ended)
    if started is not None and (started.hold.cost_usd or started.hold.tokens):
        hold = started.hold
        yield gap()
        worst = "at a price nobody knows" if hold.unpriced else money(hold.cost_usd)
        yield fact("held for it", f"{worst}, {counted(hold.tokens)} tokens at worst")
    yield gap()
    yield from _times(show, call)


def _priced(ended: CallFinished | CallFailed) -> Iterator[Item]:
    for bucket in buckets(ended.usage, ended.prices):
        told = f"{counted(bucket.tokens):>8} tokens"
        if bucket.price is not None:
            told += f"   at {a_million(bucket.price):>6} a million   {money(bucket.cost_usd):>9}"
        yield fact(bucket.name, told, "text" if bucket.tokens else "muted")
    if ended.usage.reasoning:
        yield fact("of it thought", f"{counted(ended.usage.reasoning):>8} tokens", "muted")
    yield fact("together", f"{counted(ended.usage.total):>8} tokens", "text bold")
    yield gap()
    yield fact("cost", cost_told(ended), "warning" if ended.basis in ("estimated", "unpriced") else "text bold")
    if ended.prices is not None and ended.prices.source:
        yield fact("prices", ended.prices.source, "muted")
    if isinstance(ended, CallFinished) and (doubted := doubt(ended)):
        yield gap()
        yield fact("hard to believe", doubted, "warning")


def _times(show: Show, call: CallState) -> Iterator[Item]:
    yield from _waits(show, call)
    if call.started is not None:
        yield fact("went out", clock(call.began / 1000))
        if call.started.patience_ms:
            yield fact("may take", f"{took(call.started.patience_ms)} until its first token", "muted")
    if call.first_ms is not None:
        yield fact("first token", f"after {took(call.first_ms)}")
    if call.took_ms is not None:
        spoke = max(0, call.took_ms - (call.first_ms or 0))
        rate = f", {call.usage.output / spoke * 1000:.0f} tokens a second" if spoke and call.usage.output else ""
        yield fact("spoke", f"{took(spoke)}{rate}")
        yield fact("took", took(call.took_ms))


def _waits(show: Show, call: CallState) -> Iterator[Item]:
    for event in (event for event in show.events if isinstance(event, CallWaiting) and event.call == call.id):
        wait = f"{took(event.wait_ms)} " if event.wait_ms else ""
        detail = f": {event.detail}" if event.detail else ""
        yield fact("waited", f"{wait}{WAITS[event.waits_for]}{detail}", "warning")


# Every attempt


def attempts(show: Show, call: CallState) -> Iterator[Item]:
    """All that was tried for the same answer: how each went, what it cost, and how far it had come."""
    made = attempts_of(show.state, call)
    together = sum((each.spent for each in made), NOTHING)
    yield fact("together", f"{plural(len(made), 'attempt')}: {', '.join(in_full(together))}", "text bold")
    for each in made:
        yield gap()
        yield from _attempt(show, each, is_this=each is call)


def _attempt(show: Show, call: CallState, *, is_this: bool) -> Iterator[Item]:
    ended = call.ended
    failed = ended if isinstance(ended, CallFailed) else None
    went = spaced(failed.failure.error) if failed is not None else call.status
    style = "error" if failed is not None else "good" if call.status == "finished" else "text"
    yield fact(f"{'✓ ' if is_this else ''}{call.id}", f"{call.use}: {went}", style, f"call:{call.id}")
    if ended is not None:
        yield fact("", f"{paid(call.spent)}, {plural(ended.usage.total, 'token')}, {took(ended.took_ms)}")
    yield from _waits(show, call)
    if failed is None:
        return
    if failed.failure.message:
        yield fact("said", failed.failure.message, "muted")
    if failed.retry_ms is not None:
        yield fact("then", f"tried again after {took(failed.retry_ms)}")
    if failed.partial is not None and (come := as_text(show.value(failed.partial))):
        more = f" … {len(come) - EXCERPT:,} characters more" if len(come) > EXCERPT else ""
        yield fact("had said", f"{come[:EXCERPT]}{more}", "muted")
