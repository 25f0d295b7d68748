"""What an agent is at, in a glyph, a word and a colour; and who comes next."""

from __future__ import annotations

from collections import Counter
from typing import Literal, NamedTuple
from weakref import WeakKeyDictionary

from app.events import (
    CallFailed,
    CallFinished,
    CallSpeaking,
    CallStarted,
    CallWaiting,
    GateOpened,
    ToolFailed,
    ToolFinished,
    ToolStarted,
    ToolWaiting,
)
from app.playback.show import Show
from app.state import AgentState, RunState
from app.tui.entries import brief
from app.tui.intended import Planned
from app.tui.look.glyphs import Glyphs
from app.tui.script import book_of
from app.tui.text import cells, took

Word = Literal[
    "muted", "asks", "speaking", "thinking", "waiting", "using tool", "again", "failed", "next", "done", "idle"
]  # fmt: skip


class Standing(NamedTuple):
    """How somebody stands: one word, and what more there is to say."""

    word: Word
    more: str = ""  # the tool, the wait
    times: int = 1  # how many of it at once
    limit: str = ""  # how long the wait may be

    @property
    def is_active(self) -> bool:
        return self.word in ("speaking", "thinking", "waiting", "using tool", "again", "asks")

    @property
    def style(self) -> str:
        """How the word looks."""
        return _STYLES[self.word]

    def says(self, glyphs: Glyphs, room: int = 99) -> str:
        """The glyph with as many of the words as fit into so many cells; at least the glyph."""
        glyph = str(getattr(glyphs, _GLYPHS[self.word]))
        times = f" {'x' if glyphs.rail.isascii() else '×'}{self.times}" if self.times > 1 else ""
        shown, short = f"{_WORDS.get(self.word, self.word)}{times}", _SHORT.get(self.word, "")
        more = f"{shown} {self.more}".strip()
        limits = (f"{more}, first token within {self.limit}", f"{more} of {self.limit}") if self.limit else ()
        for said in (*limits, more, shown, f"{short}{times}" if short else "", short):
            if said and cells(said) + 2 <= room:
                return f"{glyph} {said}"
        return glyph


_STYLES: dict[Word, str] = {
    "muted": "muted",
    "asks": "gate bold",
    "speaking": "accent bold",
    "thinking": "accent",
    "waiting": "warning",
    "using tool": "info bold",
    "again": "warning",
    "failed": "error",
    "next": "text",
    "done": "good",
    "idle": "muted",
}
_GLYPHS: dict[Word, str] = {
    "muted": "muted",
    "asks": "gate",
    "speaking": "speaking",
    "thinking": "thinking",
    "waiting": "waiting",
    "using tool": "tool",
    "again": "retried",
    "failed": "failed",
    "next": "right",
    "done": "done",
    "idle": "idle",
}
_WORDS: dict[Word, str] = {"using tool": "uses", "asks": "asks you"}
_SHORT: dict[Word, str] = {
    "using tool": "tool",
    "asks": "asks",
    "speaking": "says",
    "thinking": "thinks",
    "waiting": "waits",
}


def standing(show: Show, agent: str) -> Standing:
    """How an agent stands."""
    state = show.state
    actor = state.agents.get(agent)
    if actor is None:
        return Standing("idle")
    if actor.muted:
        return Standing("muted")
    if any(gate.opened.step == actor.step for gate in state.open_gates) and actor.step:
        return Standing("asks")
    if actor.doing != "idle":
        return _at_work(show, actor)
    return _at_rest(show, actor)


def is_at_rest(show: Show) -> bool:
    """Does nobody act, and will nobody until a person does something? Then all there is can be read in peace."""
    state = show.state
    if state.over or state.status == "paused":
        return True
    return bool(state.open_gates) and all(actor.doing == "idle" for actor in state.agents.values())


def seats(show: Show, places: int) -> tuple[str, ...]:
    """Who has a panel where not everybody can: the one in the light and who acted last, in the order of the cast."""
    agents = show.state.agents
    if len(agents) <= places:
        return tuple(agents)
    latest = book_of(show).latest
    order = {name: place for place, name in enumerate(agents)}
    ranked = sorted(agents, key=lambda name: (name != show.lit, -latest(name), order[name]))
    return tuple(sorted(ranked[:places], key=order.__getitem__))


def coming(show: Show) -> frozenset[str]:
    """Who comes next: in a run that is known to its end those who do, in one that goes on whoever has to."""
    known = _COMING.get(show)
    if known is None or known[0] is not show.state or known[1] != len(show.events):
        found = frozenset() if show.state.over else _known_next(show) if show.whole else _certain_next(show)
        known = _COMING[show] = (show.state, len(show.events), found)
    return known[2]


_COMING: WeakKeyDictionary[Show, tuple[RunState, int, frozenset[str]]] = WeakKeyDictionary()


def _at_work(show: Show, actor: AgentState) -> Standing:
    state = show.state
    if len(actor.under_way) > 1:
        return _at_several(actor)
    call = state.calls.get(actor.call)
    if actor.doing == "using tool":
        tool = state.tools.get(actor.call) or state.tools.get(actor.step)
        return Standing("using tool", brief(tool.tool) if tool is not None else "")
    if actor.doing == "waiting":
        wait_ms = call.waiting.wait_ms if call is not None and call.waiting is not None else 0
        return Standing("waiting", took(wait_ms) if wait_ms else "")
    if actor.doing == "thinking" or not show.heard.get(actor.call):  # it thinks, as long as there is nothing to read
        waited = show.now - call.began if call is not None and show.passed else 0
        if call is None or waited < 1000:
            return Standing("thinking")
        most = call.started.patience_ms if call.started is not None and call.spoke is None else 0
        return Standing("thinking", took(waited // 1000 * 1000).replace(".0 s", " s"), limit=took(most) if most else "")
    return Standing("speaking")


def _at_several(actor: AgentState) -> Standing:
    """Several things at once: what can be seen most of, and how many of that."""
    counts = Counter(actor.under_way.values())
    return next(Standing(word, times=counts[word]) for word in _FOREMOST if counts[word])


_FOREMOST: tuple[Literal["speaking", "using tool", "thinking", "waiting"], ...] = (
    "speaking", "using tool", "thinking", "waiting",
)  # fmt: skip


def _at_rest(show: Show, actor: AgentState) -> Standing:
    call = show.state.calls.get(actor.call)
    failed = call.ended if call is not None and isinstance(call.ended, CallFailed) else None
    if failed is not None and failed.retry_ms is not None and not show.state.over:
        return Standing("again", f"in {took(failed.retry_ms)}" if failed.retry_ms else "")
    if actor.who.id in coming(show):
        return Standing("next")
    if failed is not None:
        return Standing("failed")
    return Standing("done" if actor.tally.calls or actor.tools else "idle")


def _known_next(show: Show) -> frozenset[str]:
    """Who begins next, of those who rest; several, where they begin together. Nobody, when it is a person's turn."""
    found: set[str] = set()
    agents = show.state.agents
    here = len(show.events)
    for event in show.whole[here : here + _FORESEEN]:
        if isinstance(event, _TURNS) and found:
            break
        if isinstance(event, GateOpened):
            break
        if isinstance(event, _BEGIN) and (known := agents.get(event.agent)) is not None and known.doing == "idle":
            found.add(event.agent)
    return frozenset(found)


_FORESEEN = 1_000  # events; whoever comes later is not next
_BEGIN = (CallStarted, CallWaiting, ToolStarted, ToolWaiting)
_TURNS = (CallSpeaking, CallFinished, CallFailed, ToolFinished, ToolFailed)  # what begins after it begins later


def _certain_next(show: Show) -> frozenset[str]:
    """Who comes next by what was handed over, or else by the plan; nobody, as long as it may be one or another."""
    resting = _handed(show) or _planned_next(show)
    return resting if len(resting) == 1 else frozenset()


def _handed(show: Show) -> frozenset[str]:
    """Whoever was handed work after they last did something, but for the one who still stands in the light."""
    latest = book_of(show).latest
    return frozenset(
        name
        for name, actor in show.state.agents.items()
        if actor.handed is not None
        and actor.doing == "idle"
        and actor.handed.seq > latest(name)
        and (name != show.lit or not latest(name))
    )


def _planned_next(show: Show) -> frozenset[str]:
    """Whose step has not begun, and needs only what is over and what goes on now."""
    book, steps = book_of(show), show.state.steps
    plan = book.plan
    begun = {name: path for name in plan if (path := book.performed(name))}
    stands = {name: steps[path].over for name, path in begun.items()}
    found: set[str] = set()
    for name, planned in plan.items():
        waits_for = [] if name in stands else _waits_for(name, plan)
        if waits_for and all(need in stands for need in waits_for) and not all(map(stands.get, waits_for)):
            found.update(planned.agents)
    agents = show.state.agents
    return frozenset(name for name in found if name in agents and agents[name].doing == "idle")


def _waits_for(step: str, plan: dict[str, Planned]) -> list[str]:
    """What a step waits for, by its whole name; the first ones of a block wait for what the block needs."""
    while step:
        block, slash, _ = step.rpartition("/")
        planned = plan.get(step)
        if planned is not None and planned.needs:
            return [f"{block}{slash}{name}" for name in planned.needs]
        step = block
    return []
