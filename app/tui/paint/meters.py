"""What a run takes: tokens, speed, money against its limits, context, tools, errors, and what is still to come.

Where room is short, the first to go is how long first tokens take, then the speed, the tools, the context. A limit that
is nearly used says so in colour, with a mark and in figures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.state.words import PAID, Kind, plural
from app.tui.look.glyphs import Glyphs
from app.tui.paint.rows import Row, Span, width_of
from app.tui.paint.spark import gauge, sparkline
from app.tui.text import clock, money, tokens, took

NEARLY = 0.8  # of a limit: from here on it warns
_GAP = 3
_NARROW = 0.6  # of its upper end: where a range begins there or above, its middle says enough


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit, as shares of it that are spent and held."""

    name: str  # whose it is, in a word: cost, tokens, wall, CTO
    spent: str  # as people read it
    of: str
    share: float
    held: float = 0.0

    @property
    def style(self) -> str:
        """How its figures look."""
        return "error bold" if self.share >= 1 else "warning bold" if self.share >= NEARLY else "text"


@dataclass(frozen=True, slots=True)
class Share:
    """How full one agent's context is."""

    glyph: str
    style: str
    share: float | None  # None: nobody knows the model
    tokens: int


@dataclass(frozen=True, slots=True)
class Left:
    """What is still to come."""

    cost_usd: tuple[float, float]
    ms: tuple[float, float]
    gates: int = 0

    @property
    def in_the_middle(self) -> Left:
        """The same without how far it may be off, where there is no room to say so."""
        cost, ms = sum(self.cost_usd) / 2, sum(self.ms) / 2
        return Left((cost, cost), (ms, ms), self.gates)


@dataclass(frozen=True, slots=True)
class Reading:
    """All the figures at one moment."""

    tokens: int = 0
    said: Sequence[float] = ()  # tokens a second over the whole run
    rate: float | None = 0.0  # None: somebody speaks, and nobody knows yet how fast
    lately: Sequence[float] = ()  # tokens a second over the last seconds
    cost: str = "$0"
    unpaid: Kind = PAID  # what to call money that nobody pays
    limits: tuple[Limit, ...] = ()  # of the run first, cost before tokens before wall
    contexts: tuple[Share, ...] = ()
    tools: tuple[int, int, int] = (0, 0, 0)  # done, failed, under way
    errors: int = 0
    retries: int = 0
    first_token: tuple[int, int] | None = None  # median and 95 %, in milliseconds
    left: Left | None = None
    is_over: bool = False
    ahead: float = 0.0  # seconds that the engine is ahead of the audience

    def limit(self, name: str) -> Limit | None:
        """One of the limits of the run."""
        return next((limit for limit in self.limits if limit.name == name), None)


def left_of(left: Left | None, glyphs: Glyphs, *, is_over: bool = False) -> str:
    """What is still to come, in as few characters as are honest: one figure where the range is narrow."""
    if is_over:
        return "nothing, it is over"
    if left is None:
        return "not yet known"
    about, dash = ("~", "-") if glyphs.rail.isascii() else ("≈", "–")
    low, high = left.ms
    time = clock((low + high) / 2000) if low >= high * _NARROW else f"{clock(low / 1000)}{dash}{clock(high / 1000)}"
    least, most = left.cost_usd
    if most <= 0:
        return f"{about} {time}"
    cost = roughly((least + most) / 2) if least >= most * _NARROW else f"{roughly(least)}{dash}{roughly(most)[1:]}"
    return f"{about} {cost} {glyphs.dot} {time}"


def roughly(usd: float) -> str:
    """An amount that nobody knows better than to two figures."""
    return money(usd) if usd < 0.0001 or usd >= 1 else f"${float(f'{usd:.2g}'):.6f}".rstrip("0")


def rate_of(reading: Reading, glyphs: Glyphs) -> str:
    """Tokens a second, in whole ones."""
    return f"{glyphs.ellipsis}/s" if reading.rate is None else f"{reading.rate:.0f}/s"


def meter_line(reading: Reading, width: int, glyphs: Glyphs) -> Row:
    """All that fits on one row, the most important figures if not all do."""
    parts = {name: part(reading, glyphs) for name, part in _PARTS.items()}
    shown = [name for name in _PARTS if parts[name]]
    for name in ("first", "left", "rate", "tools", "context", "alarms"):
        if _length(shown, parts) <= width - 2:
            break
        if name in shown:
            shown.remove(name)
    spans: list[Span] = [Span(" ")]
    for name in shown:
        spans += [*(_gap(name) if len(spans) > 1 else ()), *parts[name]]
    return tuple(spans)


# The line


def _tokens(reading: Reading, glyphs: Glyphs) -> Row:
    said: Row = (Span("tok ", "muted"), Span(tokens(reading.tokens), "text"))
    if not any(reading.lately):
        return said
    return (*said, Span(f" {sparkline(reading.lately, 8, glyphs)}", "info dim"))


def _rate(reading: Reading, glyphs: Glyphs) -> Row:
    return (Span(rate_of(reading, glyphs), "text" if reading.rate else "muted"),)


def _cost(reading: Reading, glyphs: Glyphs) -> Row:
    label = Span(f"{reading.unpaid.word or 'cost'} ", "muted")
    limit = reading.limit("cost")
    if limit is None:
        return (label, Span(reading.cost, "text"))
    bar = gauge(spent(limit), 8, glyphs, limit.held)
    return (
        label,
        Span(reading.cost, limit.style),
        Span(" "),
        *bar,
        *alarm(limit, glyphs),
        Span(f" of {limit.of}", "muted"),
    )


def _context(reading: Reading, glyphs: Glyphs) -> Row:
    full = fullest(reading.contexts)
    if full is None or full.share is None:
        return ()
    return (Span("ctx ", "muted"), Span(f"{full.glyph} ", full.style), *percent(full.share, glyphs))


def _tools(reading: Reading, glyphs: Glyphs) -> Row:
    done, failed, running = reading.tools
    if not done + failed + running:
        return ()
    spans = [Span("tools ", "muted"), Span(f"{done} {glyphs.done}", "text")]
    if failed:
        spans.append(Span(f" {failed} {glyphs.failed}", "error"))
    if running:
        spans.append(Span(f" {running} {glyphs.running}", "text"))
    return tuple(spans)


def _alarms(reading: Reading, glyphs: Glyphs) -> Row:
    """Errors and retries, and any other limit that is nearly used: nothing where there is nothing to see to."""
    found: list[Span] = []
    if reading.errors:
        found.append(Span(f"{glyphs.failed} {plural(reading.errors, 'error')} ", "error bold"))
    if reading.retries:
        found.append(Span(f"{glyphs.retried} {reading.retries} again ", "warning"))
    for limit in reading.limits:
        if limit.share >= NEARLY and limit.name != "cost":
            found.append(Span(f"{glyphs.warned} {limit.name} {limit.share:.0%} ", limit.style))
    return tuple(found[:3])


def _first(reading: Reading, glyphs: Glyphs) -> Row:
    if reading.first_token is None:
        return ()
    return (Span("first ", "muted"), Span(took(reading.first_token[0]), "text"))


def _left(reading: Reading, glyphs: Glyphs) -> Row:
    if reading.left is None or reading.is_over:
        return ()
    return (Span(f"{left_of(reading.left, glyphs)} left", "muted"),)


_PARTS: dict[str, Callable[[Reading, Glyphs], Row]] = {
    "tokens": _tokens, "rate": _rate, "cost": _cost, "context": _context, "tools": _tools, "alarms": _alarms,
    "left": _left, "first": _first,
}  # fmt: skip


def _gap(name: str) -> Row:
    return (Span(" " if name == "rate" else " " * _GAP),)


def _length(shown: Sequence[str], parts: dict[str, Row]) -> int:
    return sum(width_of(parts[name]) + width_of(_gap(name)) for name in shown)


# Small parts


def spent(limit: Limit) -> tuple[float, str]:
    """The first part of its bar: how long it is, and how it looks."""
    style = "error" if limit.share >= 1 else "warning" if limit.share >= NEARLY else "good"
    return min(1.0, limit.share), style


def alarm(limit: Limit, glyphs: Glyphs) -> Row:
    """That it is nearly used, or used up; nothing otherwise."""
    if limit.share < NEARLY:
        return ()
    mark = glyphs.failed if limit.share >= 1 else glyphs.warned
    return (Span(f" {mark} {limit.share:.0%}", limit.style),)


def percent(share: float, glyphs: Glyphs) -> Row:
    """A share as people read it, with a mark where it is nearly all."""
    style = "warning bold" if share >= NEARLY else "text"
    mark = f" {glyphs.warned}" if share >= NEARLY else ""
    said = "<1" if 0 < share < 0.005 else f"{share * 100:.0f}"
    return (Span(f"{said} %{mark}", style),)


def fullest(contexts: Sequence[Share]) -> Share | None:
    """The one that is nearest to its end."""
    return max(contexts, key=lambda share: (share.share or 0.0, share.tokens), default=None)
