"""How models and their services are drawn: the cells of the table, and one model whole."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from app.engine.endpoints import Standing
from app.safety import clean, one_line
from app.state.spending import OWN_MACHINE
from app.state.words import in_full, notes, plural, short_id, spaced
from app.tui.company import Record
from app.tui.endpoints import REHEARSAL, Model
from app.tui.history import Ledger
from app.tui.look.glyphs import Glyphs
from app.tui.paint.leaf import ago, facts, heading, lasting, over, prose
from app.tui.paint.rows import Row, Span
from app.tui.sounding import Sounding
from app.tui.table import Column, Heading
from app.tui.text import paid, tokens, took

GOOD = 0.9  # of its calls answered: as it should be

_TIERS = {"low": 1, "medium": 2, "high": 3}
_PRIVACY = {"public": "text", "private": "info", "local": "good"}
_SEES = {
    "public": "what is public: it leaves this machine",
    "private": "what is public or private",
    "local": "everything: nothing leaves this machine",
}


def columns_of(standing: Callable[[Model], Standing], glyphs: Glyphs) -> tuple[Column[Model], ...]:
    """What the table of models shows."""
    return (
        Column("model", lambda model: _name(model, standing(model), glyphs), 20, grows=3, by=lambda model: model.name),
        Column("able", lambda model: able(model, glyphs), 5, leaves=3, by=lambda model: _tier(model), falls=True),
        Column("in /M", lambda model: _price(model, "input"), 7, right=True, leaves=1,
               by=lambda model: _of(model, "input")),
        Column("out /M", lambda model: _price(model, "output"), 7, right=True, leaves=1,
               by=lambda model: _of(model, "output")),
        Column("cached", lambda model: _price(model, "cache_read"), 7, right=True, leaves=11,
               by=lambda model: _of(model, "cache_read")),
        Column("context", lambda model: _context(model), 7, right=True, leaves=4,
               by=lambda model: model.facts.context if model.facts else 0, falls=True),
        Column("sees", lambda model: (Span(model.service.privacy, _PRIVACY[model.service.privacy]),), 8, leaves=5,
               by=lambda model: model.service.privacy),
        Column("today", lambda model: _spent(model.today), 11, right=True, leaves=7,
               by=lambda model: model.today.spent.cost_usd, falls=True),
        Column("in all", lambda model: _spent(model.in_all), 11, right=True, leaves=6,
               by=lambda model: model.in_all.spent.cost_usd, falls=True),
        Column("answered", lambda model: answered(model.in_all), 8, right=True, leaves=9,
               by=lambda model: model.in_all.success, falls=True),
        Column("half in", lambda model: _half(model.in_all), 8, right=True, leaves=10,
               by=lambda model: model.in_all.p50_ms),
        Column("state", lambda model: state(model, standing(model), glyphs), 11, leaves=8),
    )  # fmt: skip


def group_of(model: Model) -> Heading:
    """The service it runs at, and whether that can be asked."""
    return Heading(one_line(model.service.name), one_line(model.service.why))


def words_of(model: Model) -> str:
    """The words by which a model is found."""
    tier = model.facts.tier if model.facts is not None else ""
    return f"{model.use} {model.service.why} {model.service.privacy} {tier}"


def state(model: Model, standing: Standing, glyphs: Glyphs) -> Row:
    """Whether it can be called now."""
    if not model.service.is_ready:
        return (Span(f"{glyphs.off} not ready", "muted"),)
    if standing.breaker == "open":
        return (Span(f"{glyphs.failed} open", "error"), Span(f" {lasting(standing.wait)}", "muted"))
    if standing.breaker == "half-open":
        return (Span(f"{glyphs.retried} trying", "warning"),)
    if standing.pause:
        return (Span(f"{glyphs.paused} {lasting(standing.pause)}", "warning"),)
    return (Span(f"{glyphs.on} ready", "good"),)


def able(model: Model, glyphs: Glyphs) -> Row:
    """How hard its work may be, as one to three dots."""
    tier = _tier(model)
    if not tier:
        return (Span("?", "muted"),) if model.is_named else ()
    return (Span(glyphs.on * tier, "accent"), Span(glyphs.off * (3 - tier), "faint"))


def whole(
    model: Model, standing: Standing, ledger: Ledger | None, width: int, now: int, glyphs: Glyphs,
    tested: Sounding | None = None,
) -> list[Row]:  # fmt: skip
    """All that is known of a model."""
    service = model.service
    rows: list[Row] = [state(model, standing, glyphs)]
    if not service.is_ready or service.name == REHEARSAL:
        rows += prose(one_line(service.why), width, "muted")
    if service.standing.hint:
        rows += prose(one_line(service.standing.hint), width, "accent")
    if tested is not None:
        rows += sounded(tested, width, glyphs)
    return [
        *rows,
        *health(model, standing, width),
        *_abilities(model, width, glyphs),
        *(_prices(model, width) if model.is_named else ()),
        *heading("who may be shown what"),
        *facts(
            (
                ("sees", _SEES[service.privacy]),
                ("key", one_line(service.key) or "none yet"),
                ("address", one_line(host_of(service.standing.address))),
            ),
            width,
        ),
        *(_history(model, ledger, width, now) if model.is_named else ()),
    ]


def health(model: Model, standing: Standing, width: int) -> list[Row]:
    """How it stands with its service just now; nothing, where nothing was asked of it lately."""
    service = model.service
    told: list[tuple[str, Row | str]] = []
    if standing.breaker == "open":
        told.append(("left alone", (Span(f"{lasting(standing.wait)} more: it failed too often", "error"),)))
    elif standing.breaker == "half-open":
        told.append(("tried again", (Span("the next call shows whether it works again", "warning"),)))
    if standing.pause:
        told.append(("pause", (Span(f"{lasting(standing.pause)} more: it was asked too much", "warning"),)))
    if standing.busy or standing.in_line:
        line = f", {standing.in_line} in line" if standing.in_line else ""
        told.append(("under way", f"{plural(standing.busy, 'call')}{line}"))
    if standing.requests:
        used = f"{_of_rate(standing.requests, service.requests)} {'request' if standing.requests == 1 else 'requests'}"
        told.append(("this minute", f"{used}, {_of_rate(standing.tokens, service.tokens)} tokens"))
    return [*heading("its service now"), *facts(told, width)] if told else []


def sounded(tested: Sounding, width: int, glyphs: Glyphs) -> list[Row]:
    """A test as it goes, and what came of it."""
    rows = heading("test", f"run {short_id(tested.run)}" if tested.run else "")
    if tested.is_performing:
        rows.append(
            (Span(f"{glyphs.thinking} {one_line(tested.stands)}", "accent"), Span(f"  {tested.seconds:.0f} s", "muted"))
        )
        return [*rows, *prose(clean(tested.said), width, most=4, indent=2)] if tested.said else rows
    spent = f"{', '.join(in_full(tested.spent))}, {tokens(tested.tokens)} tokens" if tested.tokens else "nothing spent"
    if tested.fault:
        rows += prose(f"{glyphs.failed} {one_line(tested.fault)}", width, "error")
        rows += prose(one_line(tested.hint), width, "accent") if tested.hint else []
        return [*rows, *prose(spent, width, "muted")]
    rows.append((Span(f"{glyphs.done} it answers", "good"), Span(f"  in {took(tested.took_ms)}", "muted")))
    rows += prose(clean(tested.said), width, most=4, indent=2)
    if tested.served:
        rows += prose(f"answered by {one_line(tested.served)}", width, "muted")
    if tested.attempts > 1:
        rows += prose(f"at the {tested.attempts}. attempt", width, "warning")
    return [*rows, *prose(spent, width, "muted")]


def _abilities(model: Model, width: int, glyphs: Glyphs) -> list[Row]:
    rows, known = heading("what it can"), model.facts
    if not model.is_named:
        return [*rows, *prose("Whatever the service serves: a scenario names the model.", width, "muted")]
    if known is None:
        rows += prose("The catalogue does not know this model, so nobody can say what it costs.", width, "muted")
    else:
        rows += facts(
            (
                ("able", (*able(model, glyphs), Span(f"  {known.tier}", "muted"))),
                ("context", f"{tokens(known.context)} tokens" if known.context else "unknown"),
                ("answers", f"up to {tokens(known.max_output)} tokens" if known.max_output else "unknown"),
                ("speed", f"about {known.speed:.0f} tokens a second" if known.speed else "unknown"),
                ("thinks", "before it answers, in tokens that count" if known.thinks else ""),
                ("tools", "yes" if known.tools else "no"),
                ("schema", "yes" if known.data else "no"),
            ),
            width,
        )
    if model.refuses:
        told = ", ".join(map(spaced, model.refuses))
        rows += prose(f"It has refused {told}, and is asked without for a month.", width, "warning")
    return rows


def _prices(model: Model, width: int) -> list[Row]:
    prices = model.facts.prices if model.facts is not None else None
    if prices is not None and prices.source == OWN_MACHINE:
        return [*heading("cost"), *prose("none: it runs on your own machine, and what counts is time", width, "good")]
    rows = heading("a million tokens", one_line(prices.source) if prices is not None else "")
    if prices is None:
        return [*rows, *prose("nobody here knows; calls are counted, and marked as unpriced", width, "warning")]
    return [
        *rows,
        *facts(
            (
                ("read", price(prices.input)),
                ("written", price(prices.output)),
                ("from a cache", price(prices.cache_read)),
                ("into a cache", price(prices.cache_write)),
            ),
            width,
        ),
    ]


def price(dollars: float) -> str:
    """A price for a million tokens: $0.10, $12.50."""
    return "free" if not dollars else f"${dollars:.3f}".rstrip("0") if dollars < 0.1 else f"${dollars:.2f}"


def _history(model: Model, ledger: Ledger | None, width: int, now: int) -> list[Row]:
    if ledger is None:
        return [*heading("spent"), (Span("reading the last runs", "muted"),)]
    rows = heading("spent", over(ledger))
    told: list[tuple[str, Row | str]] = []
    for name, record in (("today", model.today), ("in all", model.in_all), ("rehearsed", model.rehearsed)):
        if record.calls:
            told.append((name, (Span(paid(record.spent)), Span(f"  {_used(record)}", "muted"))))
    rows += facts(told, width) or [(Span("nothing: it was never called", "muted"),)]
    if not model.in_all.calls:
        return rows
    record = model.in_all
    slow = f", 95 % in {took(record.p95_ms)}" if record.answered > 1 else ""
    how: tuple[tuple[str, Row | str], ...] = (
        ("answered", (*answered(record), Span(f"  of {plural(record.calls, 'call')}", "muted"))),
        ("half in", f"{took(record.p50_ms)}{slow}" if record.answered else ""),
        ("speed", f"{record.speed:.0f} tokens a second" if record.speed >= 1 else ""),
        ("last", ago(record.last, now)),
    )
    notes_told = [line for note in notes(record.spent) for line in prose(note, width, "warning")]
    return [*rows, *notes_told, *heading("how it did", over(ledger)), *facts(how, width)]


def _used(record: Record) -> str:
    return f"{plural(record.calls, 'call')}, {tokens(record.tokens)} tokens"


def called(model: Model) -> str:
    """What it is called."""
    return one_line(model.name) if model.is_named else "any of its models"


def _name(model: Model, standing: Standing, glyphs: Glyphs) -> Row:
    """With the sign of its state, which has no column of its own in a narrow window."""
    sign = state(model, standing, glyphs)[0]
    style = "text" if model.service.is_ready and model.is_named else "muted"
    return (Span(f"{sign.text[:1]} ", sign.style), Span(called(model), style))


def _price(model: Model, bucket: str) -> Row:
    prices = model.facts.prices if model.facts is not None else None
    if prices is None:
        return (Span("?", "warning"),) if model.is_named else ()
    return (Span(price(getattr(prices, bucket)), "muted"),)


def _of(model: Model, bucket: str) -> float:
    prices = model.facts.prices if model.facts is not None else None
    return float(getattr(prices, bucket)) if prices is not None else -1.0


def _context(model: Model) -> Row:
    count = model.facts.context if model.facts is not None else 0
    if not count:
        return (Span("?", "muted"),) if model.is_named else ()
    return (Span(f"{count / 1_000_000:.3g}M" if count >= 999_500 else f"{count / 1000:.0f}k", "muted"),)


def _spent(record: Record) -> Row:
    if not record.calls:
        return ()
    is_sure = not record.spent.unpriced and record.spent.estimated_usd <= 0
    return (Span(paid(record.spent), "text" if is_sure else "warning"),)


def answered(record: Record) -> Row:
    """How many of its calls it has answered."""
    if not record.calls:
        return ()
    return (Span(f"{record.success:.0%}", "text" if record.success >= GOOD else "warning"),)


def _half(record: Record) -> Row:
    return (Span(took(record.p50_ms), "muted"),) if record.answered else ()


def _of_rate(count: int, rate: float | None) -> str:
    return f"{tokens(count)} of {tokens(rate)}" if rate else tokens(count)


def host_of(address: str) -> str:
    """An address as people may see it: what may be a secret is left out."""
    return urlsplit(address).netloc.rpartition("@")[2]


def _tier(model: Model) -> int:
    return _TIERS[model.facts.tier] if model.facts is not None else 0
