"""How models and their services are drawn: the cells of the table, and one model whole."""

from __future__ import annotations

from collections.abc import Callable

from app.engine.endpoints import Standing
from app.tui.company import Record
from app.tui.endpoints import Model
from app.tui.glyphs import Glyphs
from app.tui.history import Ledger
from app.tui.paint.leaf import ago, facts, heading, lasting, over, plain, plural, prose
from app.tui.paint.rows import Row, Span
from app.tui.table import Column, Heading
from app.tui.text import money, tokens, took

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
        Column("model", lambda model: _name(model, glyphs), 20, grows=3, by=lambda model: model.name),
        Column("able", lambda model: able(model, glyphs), 5, leaves=3, by=lambda model: _tier(model), falls=True),
        Column("in /M", lambda model: _price(model, "input"), 7, right=True, leaves=1,
               by=lambda model: _of(model, "input")),
        Column("out /M", lambda model: _price(model, "output"), 7, right=True, leaves=1,
               by=lambda model: _of(model, "output")),
        Column("cached", lambda model: _price(model, "cache_read"), 7, right=True, leaves=9,
               by=lambda model: _of(model, "cache_read")),
        Column("context", lambda model: _context(model), 7, right=True, leaves=4,
               by=lambda model: model.facts.context if model.facts else 0, falls=True),
        Column("sees", lambda model: (Span(model.service.privacy, _PRIVACY[model.service.privacy]),), 8, leaves=5,
               by=lambda model: model.service.privacy),
        Column("today", lambda model: _spent(model.today), 8, right=True, leaves=7,
               by=lambda model: model.today.cost_usd, falls=True),
        Column("in all", lambda model: _spent(model.in_all), 8, right=True, leaves=6,
               by=lambda model: model.in_all.cost_usd, falls=True),
        Column("state", lambda model: state(model, standing(model), glyphs), 11, leaves=8),
    )  # fmt: skip


def group_of(model: Model) -> Heading:
    """The service it runs at, and whether that can be asked."""
    return Heading(plain(model.service.name), plain(model.service.why))


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
    return (Span(glyphs.on * tier, "accent"), Span(glyphs.off * (3 - tier), "faint")) if tier else (Span("?", "muted"),)


def whole(model: Model, standing: Standing, ledger: Ledger | None, width: int, now: int, glyphs: Glyphs) -> list[Row]:
    """All that is known of a model."""
    service, known = model.service, model.facts
    prices = known.prices if known is not None else None
    rows: list[Row] = [state(model, standing, glyphs), *prose(plain(service.why), width, "muted")]
    rows += heading("what it can")
    if known is None:
        rows += prose("The catalogue does not know this model, so nobody can say what it costs.", width, "muted")
    else:
        rows += facts(
            (
                ("able", (*able(model, glyphs), Span(f"  {known.tier}", "muted"))),
                ("context", f"{tokens(known.context)} tokens" if known.context else "unknown"),
                ("answers", f"up to {tokens(known.max_output)} tokens" if known.max_output else "unknown"),
                ("speed", f"about {known.speed:.0f} tokens a second" if known.speed else "unknown"),
                ("tools", "yes" if known.tools else "no"),
                ("schema", "yes" if known.data else "no"),
            ),
            width,
        )
    rows += heading("a million tokens", plain(prices.source) if prices is not None else "")
    if prices is None:
        rows += prose("nobody here knows; calls are counted, and marked as unpriced", width, "warning")
    else:
        rows += facts(
            (
                ("read", price(prices.input)),
                ("written", price(prices.output)),
                ("from a cache", price(prices.cache_read)),
                ("into a cache", price(prices.cache_write)),
            ),
            width,
        )
    rows += heading("who may be shown what")
    rows += facts((("sees", _SEES[service.privacy]), ("key", plain(service.key))), width)
    rows += _history(model, ledger, width, now)
    return rows


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
            mark = "+" if record.unpriced else ""
            told.append((name, (Span(f"{money(record.cost_usd)}{mark}"), Span(f"  {_used(record)}", "muted"))))
            told.append(("", (Span(f"half in {took(record.p50_ms)}, last {ago(record.last, now)}", "muted"),)))
    return [*rows, *(facts(told, width) or [(Span("nothing: it was never called", "muted"),)])]


def _used(record: Record) -> str:
    return f"{plural(record.calls, 'call')}, {tokens(record.tokens)} tokens"


def _name(model: Model, glyphs: Glyphs) -> Row:
    sign = (glyphs.on, "good") if model.service.is_ready else (glyphs.off, "faint")
    return (Span(f"{sign[0]} ", sign[1]), Span(plain(model.name), "text" if model.service.is_ready else "muted"))


def _price(model: Model, bucket: str) -> Row:
    prices = model.facts.prices if model.facts is not None else None
    if prices is None:
        return (Span("?", "warning"),)
    return (Span(price(getattr(prices, bucket)), "muted"),)


def _of(model: Model, bucket: str) -> float:
    prices = model.facts.prices if model.facts is not None else None
    return float(getattr(prices, bucket)) if prices is not None else -1.0


def _context(model: Model) -> Row:
    count = model.facts.context if model.facts is not None else 0
    if not count:
        return (Span("?", "muted"),)
    return (Span(f"{count / 1_000_000:.3g}M" if count >= 999_500 else f"{count / 1000:.0f}k", "muted"),)


def _spent(record: Record) -> Row:
    return (Span(money(record.cost_usd) + ("+" if record.unpriced else "")),) if record.calls else ()


def _tier(model: Model) -> int:
    return _TIERS[model.facts.tier] if model.facts is not None else 0
