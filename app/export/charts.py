"""The pictures of a report as small SVG in the page: who handed what to whom, what took how long, who took how much.

Colours are classes, so that one picture serves paper by day and a screen by night.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from app.export.account import Account, Actor, Passed, clock
from app.safety import one_line
from app.state import critical_path
from app.state.words import all_usd, in_a_cell, plural, took
from app.tui.look.glyphs import UNICODE
from app.tui.look.themes import ROLES
from app.tui.naming import name_of, role_of, sign, step_name
from app.tui.text import cut, wrap
from app.tui.timeline.gantt import Bar
from app.tui.timeline.lanes import Lane, lanes

WIDTH = 1080
_LETTER = 6.7  # about as wide as a letter of the smaller size
_MOST = 400  # rows of a diagram


# Who handed what to whom

_ROW, _LINE, _HEAD = 26, 15, 62
_LINES = 3  # of what was handed on


def handed(account: Account) -> str:
    """A line for each who took part, an arrow for each handoff, and what was handed on beside it."""
    if not account.passed:
        return ""
    pitch = max(56.0, min(104.0, 600 / len(account.actors)))
    lines = {actor.id: 30 + pitch * (number + 0.5) for number, actor in enumerate(account.actors)}
    shown = account.passed[:_MOST]
    words = 30 + pitch * len(account.actors) + 24
    parts: list[str] = []
    known = {actor.id: actor for actor in account.actors}
    y = float(_HEAD)
    for each in shown:
        told = wrap(each.text, int((WIDTH - words - 66) / _LETTER))
        told = told if len(told) <= _LINES else [*told[: _LINES - 1], f"{told[_LINES - 1]} …"]
        parts += [_arrow(each, y + _ROW / 2, lines, known), *_told(each, told, y + _ROW / 2 + 4, words)]
        y += _ROW + _LINE * (len(told) - 1)
    return _svg(y + 16, "Who handed what to whom, in order", [*_actors(account.actors, lines, pitch, y + 16), *parts])


def _actors(actors: tuple[Actor, ...], lines: dict[str, float], pitch: float, height: float) -> Iterator[str]:
    for actor in actors:
        x = lines[actor.id]
        yield f'<path class="life" d="M{x:.1f} {_HEAD - 8}V{height - 8:.1f}"/>'
        yield _text(x, 14, actor.glyph, f"{_role(actor.style)} sign", "middle")
        for number, row in enumerate(wrap(actor.name, int(pitch / 6))[:2]):
            yield _text(x, 30 + 14 * number, row, f"{_role(actor.style)}", "middle")


def _arrow(each: Passed, y: float, lines: dict[str, float], known: dict[str, Actor]) -> str:
    start, end = lines[each.giver], lines[each.taker]
    if each.kind == "gate":
        return f'<rect class="gate" x="{start - 6:.1f}" y="{y - 6:.1f}" width="12" height="12" rx="2"/>'
    tip = end - 7 if end > start else end + 7
    role = _role(known[each.giver].style)
    return (
        f"<g><title>{escape(f'{known[each.giver].name} → {known[each.taker].name}')}</title>"
        f'<path class="{role} arrow" d="M{start:.1f} {y:.1f}H{tip:.1f}"/>'
        f'<circle class="{role} full" cx="{start:.1f}" cy="{y:.1f}" r="3.5"/>'
        f'<path class="{role} full" d="M{end:.1f} {y:.1f}L{tip:.1f} {y - 4.5:.1f}V{y + 4.5:.1f}z"/></g>'
    )


def _told(each: Passed, told: Sequence[str], y: float, words: float) -> Iterator[str]:
    yield _text(words, y, clock(each.at), "faint figures", "start")
    for number, row in enumerate(told):
        yield _text(words + 62, y + _LINE * number, row, "", "start")


# What took how long

_LANE, _TRACK, _LEFT = 10, 18, 190
_SAYS = {
    "waiting": "waits", "retrying": "waits to ask again", "thinking": "waits for the first word", "speaking": "speaks",
    "tool": "uses a tool", "gate": "a person is asked",
}  # fmt: skip


def timeline(account: Account) -> str:
    """A lane for each who acted, a bar for whatever took time, and what the run waited for at the top."""
    show = account.show
    whole = show.state.mono
    rows = [lane for lane in lanes(show) if any(lane.bars)]
    if not rows or not whole:
        return ""
    scale = (WIDTH - _LEFT - 20) / whole
    parts, y = list(_longest(account, scale)), 34.0
    for lane in rows:
        parts.append(f'<path class="grid" d="M0 {y:.1f}H{WIDTH}"/>')
        parts += _lane(lane, y + _LANE / 2, scale, whole)
        y += _LANE + _TRACK * max(1, len(lane.tracks))
    return _svg(y + 26, "What took how long", [*_axis(whole, scale, y), *parts])


def _lane(lane: Lane, y: float, scale: float, whole: int) -> Iterator[str]:
    role = f"role-{lane.color}" if lane.color in ROLES else "role-white"
    name = cut(one_line(f"{lane.glyph} {lane.title}"), int((_LEFT - 20) / _LETTER))
    yield _text(4, y + 13, name, f"{role}", "start")
    for row, track in enumerate(lane.tracks):
        for bar in track:
            yield _bar(bar, y + row * _TRACK, scale, whole, role)


def _bar(bar: Bar, y: float, scale: float, whole: int, role: str) -> str:
    lasts = max(0, bar.until(whole) - bar.began)
    broken = " broken" if bar.broken else ""
    why = f", {one_line(bar.why)}" if bar.why else ""
    title = escape(f"{one_line(bar.step)}: {_SAYS[bar.kind]}{why}, {took(lasts)} from {clock(bar.began)}")
    return (
        f'<rect class="{role} bar {bar.kind}{broken}" x="{_LEFT + bar.began * scale:.1f}" y="{y + 2:.1f}"'
        f' width="{max(1.5, lasts * scale):.1f}" height="{_TRACK - 4}" rx="2"><title>{title}</title></rect>'
    )


def _longest(account: Account, scale: float) -> Iterator[str]:
    """The chain of steps that ended last: whatever makes it shorter makes the run shorter."""
    state = account.show.state
    yield _text(4, 21, "the run waited for", "faint", "start")
    for stretch in critical_path(state):
        wide = (stretch.ended - stretch.began) * scale
        name = step_name(stretch.step, state)
        known = state.steps.get(stretch.step)
        agent = state.agents.get(known.agent) if known else None
        role = _role(role_of(agent.who)) if agent else "role-white"
        if wide < 1:
            continue
        x = _LEFT + stretch.began * scale
        told = f"{name}, {took(stretch.ended - stretch.began)}"
        yield (
            f'<g><title>{escape(told)}</title><rect class="{role} path" x="{x:.1f}" y="10" width="{wide - 1:.1f}"'
            ' height="16" rx="2"/>'
        )
        yield f"{_text(x + 5, 22, cut(name, int((wide - 10) / _LETTER)), 'small', 'start')}</g>"


def _axis(whole: int, scale: float, bottom: float) -> Iterator[str]:
    step = next((step for step in _STEPS if whole / step <= 9), _STEPS[-1])
    for at in range(0, whole + 1, step):
        x = _LEFT + at * scale
        yield f'<path class="grid" d="M{x:.1f} 6V{bottom:.1f}"/>'
        yield _text(x, bottom + 16, clock(at).removesuffix(".0"), "faint figures", "middle")


_STEPS = (
    100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_200_000,
    3_600_000, 7_200_000, 21_600_000, 86_400_000, 604_800_000,
)  # fmt: skip


# Who took how much


def shares(account: Account) -> str:
    """A bar for what each agent cost; where nothing cost anything, for the tokens."""
    state = account.show.state
    acted = [agent for agent in state.agents.values() if agent.tally.calls]
    if not acted:
        return ""
    has_cost = any(all_usd(agent.tally) for agent in acted)
    amounts = [all_usd(agent.tally) if has_cost else agent.tally.tokens for agent in acted]
    scale = (WIDTH - _LEFT - 250) / (max(amounts) or 1)
    parts = []
    for number, (agent, amount) in enumerate(zip(acted, amounts, strict=True)):
        y, role = 26 * number, _role(role_of(agent.who))
        name = f"{sign(agent.who, UNICODE)} {name_of(agent.who.id, state)}"
        parts.append(_text(4, y + 17, cut(name, int((_LEFT - 20) / _LETTER)), f"{role}", "start"))
        wide = max(1.5, amount * scale)
        parts.append(
            f'<rect class="{role} bar speaking" x="{_LEFT}" y="{y + 4}" width="{wide:.1f}" height="18" rx="2"/>'
        )
        told = f"{in_a_cell(agent.tally)} · {plural(agent.tally.tokens, 'token')}"
        parts.append(_text(_LEFT + wide + 8, y + 17, told, "figures", "start"))
    return _svg(26 * len(acted) + 4, "What each agent cost" if has_cost else "What each agent read and wrote", parts)


# In SVG


def _svg(height: float, label: str, parts: list[str]) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{escape(label)}">\n'
        + "\n".join(parts)
        + "\n</svg>"
    )


def _text(x: float, y: float, text: str, look: str, anchor: str) -> str:
    named = f' class="{look}"' if look else ""
    placed = f' text-anchor="{anchor}"' if anchor != "start" else ""
    return f'<text{named} x="{x:.1f}" y="{y:.1f}"{placed}>{escape(text)}</text>'


def _role(style: str) -> str:
    return style.replace(":", "-")
