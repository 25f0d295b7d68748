"""The view for the room over a show: what is to be seen of this moment, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from app.events import Performer
from app.playback.cues import Cue
from app.playback.pace import headline_of
from app.playback.playhead import Playhead
from app.playback.show import Show
from app.safety import one_line
from app.state import AgentState
from app.tui.canvas import Canvas
from app.tui.look.glyphs import Glyphs
from app.tui.naming import role_of, sign
from app.tui.paint.bar import Lamp, Transport, room_for
from app.tui.paint.lane import Traffic
from app.tui.paint.presenter import Doing, Role, Slide, paint_blank, paint_presenter
from app.tui.paint.question import Posed
from app.tui.paint.rows import Row
from app.tui.paint.said import facts
from app.tui.presenting import Presenting
from app.tui.rates import Waits
from app.tui.standing import coming, standing
from app.tui.widgets.lane import traffic_of
from app.tui.widgets.question import posed_at
from app.tui.widgets.table import glyphs_of

_LIT, _HELD = 1.0, 0.6  # how strong the light is
_ENDS = tuple('.!?…"\u2019\u201d)')
_LOOKED_AT = 2_000  # characters of a text in which its first sentence is looked for
_MARKUP = re.compile(r"[*`_]{1,3}(?=\S)|(?<=\S)[*`_]{1,3}|^#{1,6} +|^[-•] +", re.MULTILINE)


class PresenterView(Canvas):
    """The whole screen."""

    def __init__(self, presenting: Presenting) -> None:
        super().__init__()
        self._presenting = presenting

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """The slide, or nothing."""
        glyphs = glyphs_of(self)
        if self._presenting.is_blank:
            return paint_blank(width, height, glyphs)
        slide = slide_of(self._presenting, glyphs, moves=bool(getattr(self.app, "moves", True)))
        return paint_presenter(slide, width, height, glyphs)


def slide_of(presenting: Presenting, glyphs: Glyphs, *, moves: bool = True) -> Slide:
    """What the room sees of this moment."""
    show, playhead, manner = presenting.show, presenting.playhead, presenting.manner
    state = show.state
    cue = playhead.cue.cue if playhead.cue is not None else None
    lit = state.agents.get((cue.focus if cue is not None else "") or show.lit) or state.agents.get(show.lit)
    lane = traffic_of(show, playhead.beats(), Waits(), glyphs, moves=moves)
    follows = _who_follows(show, lane, lit.who.id if lit is not None else "")
    begun = bool(state.agents) and playhead.seen > 1
    slide = Slide(
        title=one_line(presenting.sheet.title or presenting.source.title),
        acting=_role(lit.who, glyphs) if lit is not None and begun else None,
        cast=() if lit is not None and begun else [_role(agent.who, glyphs) for agent in state.agents.values()],
        coming=_role(state.agents[follows].who, glyphs) if follows and not state.over else None,
        cue=_numbered(presenting, cue),
        caption=one_line(show.caption),
        quote=quote_of(said_by(show, lit)) if lit is not None else "",
        speaker=_role(lit.who, glyphs) if lit is not None else None,
        is_speaking=lit is not None and bool(show.heard.get(lit.call)),
        lane=lane,
        doing=[_doing(show, agent, follows) for agent in state.agents],
        edge=edge_of(playhead, glyphs),
        seconds=playhead.now,
        length=playhead.length,
        light=0.0 if state.over or not begun else _HELD if playhead.standing is not None else _LIT,
        holds=playhead.standing is not None,
        standby=named(playhead) if manner.standby else "",
        note=_note(presenting),
    )
    posed = posed_at(show, playhead)
    return slide if posed is None else _asking(slide, posed, glyphs)


def _asking(slide: Slide, posed: Posed, glyphs: Glyphs) -> Slide:
    """It is a person's turn: their question is what is to be read, then their answer."""
    person = Role(glyphs.gate, "a person", "gate")
    return replace(
        slide,
        acting=person,
        caption=one_line(posed.question),
        quote=posed.chosen,
        speaker=person,
        is_speaking=False,
        aside=posed.said or " · ".join(posed.options),
        cast=(),
        lane=replace(slide.lane, lit=""),  # the light is on nobody of the cast
    )


def _who_follows(show: Show, lane: Traffic, lit: str) -> str:
    """Who is being handed something, else the first of those who come next."""
    flying = [flight.taker for flight in lane.flights if flight.giver == lit and flight.taker != lit]
    return next(
        (agent for agent in (*flying, *show.state.agents) if agent in flying or agent in coming(show) - {lit}), ""
    )


def _doing(show: Show, agent: str, follows: str) -> Doing:
    """One word; of several who may come next, only the first is called so."""
    found = standing(show, agent)
    if found.word == "next" and agent != follows:
        known = show.state.agents[agent]
        return Doing(agent, "done", "good") if known.tally.calls or known.tools else Doing(agent, "idle", "muted")
    return Doing(agent, "uses a tool" if found.word == "using tool" else found.word, found.style)


def _note(presenting: Presenting) -> str:
    """What whoever presents has to do something about."""
    state = presenting.show.state
    if presenting.source.performed == "nowhere":
        return ""
    return "a question waits: enter" if state.open_gates else "engine held" if state.held else ""


def _numbered(presenting: Presenting, cue: Cue | None) -> str:
    """Which cue it is, and of how many, as far as that is known."""
    if cue is None:
        return ""
    known = len(presenting.sheet.cues) or (len(presenting.playhead.cues) if presenting.playhead.length else 0)
    return f"{cue.name}/{known}" if known else cue.name


def named(playhead: Playhead) -> str:
    """The cue that comes next, by its name and label."""
    following = playhead.standby
    return "" if following is None else f"{following.cue.name} {one_line(following.cue.label or following.cue.at)}"


def edge_of(playhead: Playhead, glyphs: Glyphs) -> Transport:
    """The edge of the stage, with a lamp for each cue."""
    length = playhead.length
    if length:
        lamps = tuple(Lamp(playhead.time_of(each.seq) / length, glyphs.lamp, "accent") for each in playhead.cues)
        return Transport(played=min(1.0, playhead.now / length), lamps=lamps)
    room = room_for(playhead.head)
    lamps = tuple(Lamp(each.seq / room, glyphs.lamp, "accent") for each in playhead.cues)
    return Transport(played=playhead.seen / room, head=playhead.head / room, lamps=lamps, is_live=True)


def said_by(show: Show, agent: AgentState) -> str:
    """What somebody says, or said last, fit for a terminal."""
    return show.heard.get(agent.call, "") or show.words(agent.said)


def quote_of(text: str) -> str:
    """The first sentence of what was said; of data, that of its first text."""
    text = text[:_LOOKED_AT].strip()
    if text[:1] in ("{", "["):
        told = (fact.text for fact in facts(text) or ())
        text = next((each for each in told if " " in each.strip()), "")
    text = " ".join(_MARKUP.sub("", text).split())
    headline = text[: headline_of(text)].strip() if text else ""
    return headline if len(headline) == len(text) or headline[-1:] in _ENDS else f"{headline.rstrip(',;: ')}…"


def _role(who: Performer, glyphs: Glyphs) -> Role:
    return Role(sign(who, glyphs), one_line(who.title or who.id), role_of(who))
