"""The panel of one agent."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from math import exp

from textual.events import Click, Hide

from app.events import Performer
from app.playback.show import Show
from app.safety import one_line
from app.state.words import kind_of, paid_at_all
from app.tui.canvas import Canvas
from app.tui.entries import Speech
from app.tui.paint.light import strength_of
from app.tui.paint.panel import Figures, Look, panel
from app.tui.paint.rows import Row
from app.tui.script import first_task, script_of
from app.tui.standing import Standing, is_at_rest, standing
from app.tui.text import paid
from app.tui.widgets.messages import Inspect
from app.tui.widgets.table import glyphs_of

_RISES, _FALLS = 0.25, 0.6  # seconds in which the light comes most of the way
_NEAR = 0.02  # of its strength: no eye sees the difference
_STEPS = 24  # strengths that are told apart
_LISTENS = 1.0  # seconds over which the rate of speech is measured
_CHARACTERS_A_TOKEN = 4


class AgentPanel(Canvas, can_focus=True):
    """What one agent says and does, in the light or out of it."""

    def __init__(self, agent: str, clock: Callable[[], float] = time.monotonic, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.agent = agent
        self._clock = clock
        self._show: Show | None = None
        self._standing = Standing("idle")
        self._light = _Light()
        self._rate = _Rate()
        self._is_resting = False
        self._is_stale = True

    @property
    def is_moving(self) -> bool:
        """Is the light still rising or falling?"""
        return self._light.is_moving

    def look(self, show: Show) -> None:
        """Draw what changed since the last look; if nothing did, this costs next to nothing."""
        if show is not self._show:
            self._show, self._is_stale = show, True
            self._light.jump(strength_of(0) if self._is_lit(show) else 0.0)
        now = self._clock()
        is_touched = self.agent in show.touched
        speaks = self._rate.listen(*self._heard(show), now)
        self._light.aim(strength_of(self._rate.value) if self._is_lit(show) else 0.0)
        shines = self._light.move(now, is_smooth=bool(getattr(self.app, "moves", True)))
        stands, rests = standing(show, self.agent), is_at_rest(show)
        if self._is_stale or is_touched or speaks or shines or (stands, rests) != (self._standing, self._is_resting):
            self._standing, self._is_resting = stands, rests
            self._is_stale = False
            self.redraw()

    def leap(self) -> None:
        """The audience went elsewhere: how fast somebody spoke there says nothing of here."""
        self._rate = _Rate()
        self._is_stale = True

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """The panel as it is now."""
        if self._show is None:
            return ()
        return panel(self._look(self._show), width, height, glyphs_of(self))

    def _look(self, show: Show) -> Look:
        actor = show.state.agents.get(self.agent)
        script = script_of(show, self.agent)
        return Look(
            who=actor.who if actor is not None else Performer(id=self.agent),
            standing=standing(show, self.agent),
            script=script,
            figures=self._figures(show),
            model=next((each.model for each in reversed(script) if isinstance(each, Speech) and each.model), ""),
            is_lit=self._is_lit(show),
            has_focus=self.has_focus,
            is_resting=is_at_rest(show),
            light=self._light.shown,
            task=first_task(show, self.agent),
            others=tuple(one_line(each.who.title or each.who.id) for each in show.state.agents.values()),
        )

    def _figures(self, show: Show) -> Figures:
        actor = show.state.agents.get(self.agent)
        if actor is None:
            return Figures()
        tally = actor.tally
        return Figures(
            tokens=tally.tokens,
            paid=paid(tally) if tally.tokens or paid_at_all(tally) else "",
            unpaid=kind_of(tally, show.state.start),
            rate=self._rate.value,
        )

    def _is_lit(self, show: Show) -> bool:
        """At rest the stage is dark."""
        return show.lit == self.agent and not show.state.over

    def _heard(self, show: Show) -> tuple[str, int]:
        """What is being said now, and how much of it there is so far."""
        actor = show.state.agents.get(self.agent)
        call = actor.call if actor is not None and actor.doing == "speaking" else ""
        return call, len(show.heard.get(call, ""))

    def on_hide(self, event: Hide) -> None:
        """What happens while nobody looks is drawn when somebody does."""
        self._is_stale = True

    def watch_has_focus(self, has_focus: bool) -> None:
        """The border says so."""
        super().watch_has_focus(has_focus)
        self.redraw()

    def on_click(self, event: Click) -> None:
        """A second click opens what the first one chose."""
        if event.chain > 1:
            self.post_message(Inspect(f"agent:{self.agent}"))


class _Light:
    """The strength of the light, which follows what it should be slowly."""

    def __init__(self) -> None:
        self._aim = self._now = 0.0
        self._at: float | None = None  # of the last move, while there is one

    @property
    def shown(self) -> float:
        """The strength in steps that can be seen."""
        return round(self._now * _STEPS) / _STEPS

    @property
    def is_moving(self) -> bool:
        return self._now != self._aim

    def jump(self, strength: float) -> None:
        """Be that strong at once."""
        self._aim = self._now = strength

    def aim(self, strength: float) -> None:
        """Become that strong."""
        self._aim = strength

    def move(self, now: float, *, is_smooth: bool) -> bool:
        """Follow until now; tell whether anybody can see that."""
        before, away = self.shown, self._aim - self._now
        if not is_smooth or abs(away) <= _NEAR:
            self._now, self._at = self._aim, None
        else:
            passed = 0.0 if self._at is None else now - self._at
            self._now += away * (1 - exp(-passed / (_RISES if away > 0 else _FALLS)))
            self._at = now
        return self.shown != before


class _Rate:
    """Tokens a second of what is being said, measured over a second at a time."""

    def __init__(self) -> None:
        self.value = 0.0
        self._call, self._length, self._since = "", 0, 0.0

    def listen(self, call: str, length: int, now: float) -> bool:
        """Hear how much was said until now; tell whether the rate is another one."""
        before = self.value
        if call != self._call or length < self._length:
            self._call, self._length, self._since = call, length, now
            self.value = 0.0
        elif call and now - self._since >= _LISTENS:
            self.value = (length - self._length) / _CHARACTERS_A_TOKEN / (now - self._since)
            self._length, self._since = length, now
        return round(self.value) != round(before)
