"""What the cursor of a timeline stands on, in a few lines: what waited for what, what it took, what caused it. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.events import CallFailed
from app.playback.show import Show
from app.safety import one_line
from app.state import CallState
from app.state.terms import WAITS
from app.state.words import in_full, spaced
from app.tui.log.lines import line_of
from app.tui.look.glyphs import Glyphs
from app.tui.naming import name_of, plural, sign
from app.tui.paint.rows import Row, Span, width_of
from app.tui.text import paid, took
from app.tui.timeline.chart import Chart
from app.tui.timeline.gantt import Bar
from app.tui.timeline.view import View, spelled

Fact = tuple[str, str, str]  # label, what is said, style


@dataclass(frozen=True, slots=True)
class Moment:
    """What is told of a place in a timeline, and what the inspector would open there."""

    thing: str
    title: Row
    right: str
    facts: tuple[Fact, ...]


def moment_of(chart: Chart, show: Show, view: View, reach: float, glyphs: Glyphs, picked: int = 0) -> Moment:
    """What the cursor stands on: an event that was picked, else a bar of the lane, else the lane itself."""
    right = f"{spelled(view.cursor, 100)}  event {_event_at(show, view.cursor)}"
    if 0 < picked <= len(show.events):
        return _of_event(show, picked, right)
    bar = chart.at(view.lane, view.cursor, reach)
    if bar is not None:
        return Moment(bar.thing, _title(show, bar, glyphs), right, tuple(_of_bar(chart, show, bar)))
    return _of_lane(chart, show, view, right)


def rows_of(facts: Sequence[Fact], width: int, height: int) -> list[Row]:
    """The facts one after the other, as many on a row as there is room for."""
    rows: list[list[Span]] = [[]]
    for label, says, style in facts:
        spans = [Span(f"{label} " if label else "", "muted"), Span(says, style)]
        if rows[-1] and width_of(rows[-1]) + 3 + width_of(spans) > width:
            rows.append([])
        if rows[-1]:
            rows[-1].append(Span("   "))
        rows[-1] += spans
    return [tuple(row) for row in rows[:height]]


def _event_at(show: Show, moment: float) -> int:
    """The last event that had happened by then."""
    return bisect_right(show.events, moment, key=lambda event: event.mono)


def _title(show: Show, bar: Bar, glyphs: Glyphs) -> Row:
    agent = show.state.agents.get(bar.agent)
    who = (Span(f"{sign(agent.who, glyphs)} {name_of(bar.agent, show.state)}", "text bold"),) if agent else ()
    gap = (Span("  "),) if who else ()
    return (*who, *gap, Span(one_line(bar.step or "the run"), "muted"))


def _of_bar(chart: Chart, show: Show, bar: Bar) -> Iterator[Fact]:
    yield "", _doing(chart, bar), "text"
    state = show.state
    kind, _, name = bar.thing.partition(":")
    call = state.calls.get(name) if kind == "call" else None
    if call is not None:
        yield from _of_call(call)
    if (step := state.steps.get(bar.step)) is not None and step.attempt > 1:
        yield "attempt", f"{step.attempt}", "warning"
    if chart.path and chart.is_critical(bar):
        yield "", "the run waited for it", "accent"
    yield from _handed(chart, show, bar)
    yield from _cause(show, bar.seq)


def _doing(chart: Chart, bar: Bar) -> str:
    lasted = took(bar.until(chart.now) - bar.began)
    so_far = " so far" if bar.ended is None else ""
    says = {
        "speaking": f"speaks {lasted}",
        "thinking": f"waits {lasted} for the first token",
        "tool": f"uses {one_line(bar.why)} {lasted}",
        "waiting": f"waits {lasted} {WAITS.get(bar.why, one_line(bar.why))}".rstrip(),
        "retrying": f"waits {lasted} to try again after {one_line(bar.why).replace('_', ' ')}",
        "gate": f"waits {lasted} for a person",
    }[bar.kind]
    return f"{says}{so_far}{', and broke off' if bar.broken else ''}"


def _of_call(call: CallState) -> Iterator[Fact]:
    usage = call.usage
    if call.first_ms is not None and call.started is not None:
        yield "first token after", took(call.first_ms), "text"
    if call.ended is not None:
        spoke = call.spoke if call.spoke is not None else call.began
        seconds = ((call.done or spoke) - spoke) / 1000
        rate = f", {usage.output / seconds:.0f} a second" if seconds > 0 and usage.output else ""
        yield "said", f"{plural(usage.output, 'token')}{rate}", "text"
        yield "cost", _cost(call), "text"
    if call.waited_ms:
        yield "held back", took(call.waited_ms), "warning"
    if call.attempt > 1:
        yield "attempt", f"{call.attempt}", "warning"
    if (said := call.started or call.routed) is not None:
        yield "model", one_line(" ".join(dict.fromkeys((said.model, said.use))).strip()), "text"
    if isinstance(call.ended, CallFailed):
        yield "failed", one_line(spaced(call.ended.failure.error)), "error"


def _handed(chart: Chart, show: Show, bar: Bar) -> Iterator[Fact]:
    """From whom the work came, and to whom it went."""
    arrows = chart.gantt.arrows
    givers = [arrow.giver for arrow in arrows if arrow.step == bar.step and arrow.taker == bar.agent]
    takers = [arrow.taker for arrow in arrows if arrow.source == bar.step and arrow.giver == bar.agent]
    for label, found in (("work of", givers), ("handed on to", takers)):
        if names := [name_of(name, show.state) for name in dict.fromkeys(found) if name]:
            yield label, ", ".join(names), "text"


def _cost(call: CallState) -> str:
    return ", ".join(in_full(call.spent))


def _cause(show: Show, seq: int) -> Iterator[Fact]:
    cause = show.events[seq - 1].cause if 0 < seq <= len(show.events) else 0
    if 0 < cause < seq:
        line = line_of(show.events[cause - 1], show.state, show.words)
        yield "caused by", f"#{cause} {line.about} {line.word}", "muted"


def _of_event(show: Show, seq: int, right: str) -> Moment:
    event = show.events[seq - 1]
    line = line_of(event, show.state, show.words)
    taker = f" to {name_of(line.taker, show.state)}" if line.taker else ""
    facts = [("", line.told, "text"), ("", line.figures, "text"), ("step", one_line(event.step), "muted")]
    title = (Span(f"{line.about}{taker}", "text bold"), Span(f"  {line.word}", "muted"))
    return Moment(f"seq:{seq}", title, right, (*(fact for fact in facts if fact[1]), *_cause(show, seq)))


def _of_lane(chart: Chart, show: Show, view: View, right: str) -> Moment:
    """Nothing goes on in the lane: since when, and until when."""
    if not 0 <= view.lane < len(chart.lanes):
        return Moment("", (Span("nothing has happened yet", "muted"),), right, ())
    lane = chart.lanes[view.lane]
    before = max((bar.until(chart.now) for bar in lane.bars if bar.until(chart.now) <= view.cursor), default=None)
    after = min((bar.began for bar in lane.bars if bar.began > view.cursor), default=None)
    says: list[Fact] = []
    if lane.status == "skipped":
        says.append(("skipped", one_line(lane.says.removeprefix("if: ")), "muted"))
    elif before is None and after is None:
        says.append(("", "does nothing in this run" if chart.gantt.over else "has not begun", "muted"))
    elif before is None:
        says.append(("", f"begins in {took((after or 0) - view.cursor)}", "muted"))
    else:
        until = f", for {took(after - before)}" if after is not None else ""
        says.append(("", f"idle since {spelled(before, 100)}{until}", "muted"))
    busy, count, cost = lane.figures
    if busy:
        says.append(("in all", f"{took(busy)}, {plural(count, 'token')}, {paid(cost)}", "muted"))
    return Moment(lane.thing, (Span(one_line(lane.title), "text bold"),), right, tuple(says))
