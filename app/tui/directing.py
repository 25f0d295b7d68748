"""Acting on a run from the stage: which direction, for whom, and with which words; then it is handed to the run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from app.errors import FootlightsError
from app.playback.show import Show
from app.safety import one_line
from app.state import RunState, meters
from app.tui.limits import EXAMPLES, limit_in
from app.tui.naming import name_of, step_name
from app.tui.paint.options import Option
from app.tui.refused import in_words
from app.tui.screens.choosing import Choosing
from app.tui.screens.writing import Writing
from app.tui.text import cut

if TYPE_CHECKING:
    from app.tui.app import Theatre
    from app.tui.sources import Source


Ask = Callable[..., Awaitable[Any]]  # takes what was said before, gives what is said now; None: one back


async def direct(house: Theatre, show: Show, source: Source, agent: str = "") -> None:
    """Ask for a direction and hand it over; `agent` is the one in front of the person."""
    if why := why_not_act(show, source):
        await house.push_screen_wait(Choosing("Direct the run", (), says=f"There is nothing to direct: {why}."))
        return
    cursor = 0
    while True:
        listed = directions(show, source)
        chosen = await house.push_screen_wait(Choosing("Direct the run", listed, cursor=cursor))
        if chosen is None:
            return
        said = await _in_turn(_asked(house, show, chosen, agent))
        if said is not None:
            _hand_over_what_was_said(house, show, source, chosen, said)
            return
        cursor = next(number for number, option in enumerate(listed) if option.value == chosen)


def why_not_act(show: Show, source: Source) -> str:
    """Why nobody can act on the run; empty, when they can."""
    return "the run is over" if show.state.over else "nobody performs it now" if source.performed == "nowhere" else ""


async def _in_turn(asks: Sequence[Ask]) -> list[Any] | None:
    """Ask one after the other; escape leads to the one before, and from the first out of it."""
    said: list[Any] = []
    while len(said) < len(asks):
        answer = await asks[len(said)](*said)
        if answer is not None:
            said.append(answer)
        elif not said:
            return None
        else:
            said.pop()
    return said


def _asked(house: Theatre, show: Show, direction: str, agent: str) -> tuple[Ask, ...]:
    """All that a direction needs to know."""
    whom = partial(_agent, house, show, direction, agent)
    asked: dict[str, tuple[Ask, ...]] = {
        "whisper": (whom, partial(_words, house, show)),
        "mute": (whom,),
        "swap": (whom, partial(_model, house, show)),
        "raise": (partial(_limit, house, show), partial(_to_how_much, house)),
        "skip": (partial(_step, house, show),),
        "cancel": (partial(_is_sure, house),),
    }
    return asked.get(direction, ())


def _hand_over_what_was_said(house: Theatre, show: Show, source: Source, direction: str, said: list[Any]) -> None:
    to, detail = [*said, "", None][:2] if said else ("", None)
    if direction == "cancel":
        if to == "yes":
            hand_over(house, source, direction)
        return
    if direction == "mute" and show.state.agents[to].muted:
        direction = "unmute"
    hand_over(house, source, direction, to, detail or None, called=_called(direction, to, show.state))


def _called(direction: str, to: str, state: RunState) -> str:
    """What a direction is for, as people call it."""
    if direction == "raise":
        return to
    return step_name(to, state) if direction == "skip" else name_of(to, state) if to else ""


def hand_over(
    house: Theatre, source: Source, direction: str, to: str = "", detail: Any = None, *, called: str = ""
) -> bool:
    """Hand a direction to the run, and say what came of it."""
    try:
        if direction == "hold":
            source.hold()
        elif direction == "go":
            source.go()
        else:
            source.direct(direction, to, detail)
    except (FootlightsError, ValueError) as refused:
        house.say(in_words(refused) if isinstance(refused, FootlightsError) else str(refused), severity="warning")
        return False
    house.say(_DONE.get(direction, direction).format(to=called or to))
    return True


_DONE = {
    "whisper": "{to} will hear it with its next call",
    "mute": "{to} says nothing more",
    "unmute": "{to} may speak again",
    "swap": "{to} is played by another model from its next call on",
    "raise": "{to} is raised",
    "skip": "{to} is left out",
    "pause": "the run stops when what is under way has ended",
    "cancel": "the run is cancelled",
    "hold": "the engine is held: nothing new begins",
    "go": "the engine goes on",
}


def directions(show: Show, source: Source) -> tuple[Option, ...]:
    """What can be done now; what cannot says why."""
    state = show.state
    over = why_not_act(show, source)
    no_limit = over or ("" if state.limits else "it has no limits")
    return (
        Option("whisper", "Whisper", "tell one agent something", "w", over),
        Option("mute", "Mute", "let an agent say nothing more, or speak again", "m", over),
        Option("swap", "Swap model", "let another model play an agent", "s", over),
        Option("raise", "Raise a limit", "allow more money, tokens, time or turns", "r", no_limit),
        Option("skip", "Skip a step", "leave it out", "k", over),
        Option("go", "Go on", "release the engine", "h", over)
        if state.held
        else Option("hold", "Hold", "let nothing new begin", "h", over),
        Option("pause", "Pause the run", "stop, so that it can be resumed", "p", over),
        Option("cancel", "Cancel", "end the run for good", "c", over),
    )


async def _agent(house: Theatre, show: Show, direction: str, first: str) -> str | None:
    agents = show.state.agents
    listed = [
        Option(name, name_of(name, show.state), "muted; this lets it speak" if agent.muted else agent.status)
        for name, agent in agents.items()
    ]
    at = list(agents).index(first) if first in agents else 0
    return await house.push_screen_wait(Choosing(f"{direction.capitalize()}: whom?", listed, cursor=at))


async def _words(house: Theatre, show: Show, to: str) -> str | None:
    title = f"Whisper to {name_of(to, show.state)}"
    says = "Only this agent hears it, with its next call."
    return await house.push_screen_wait(Writing(title, says=says, hint="what to tell it"))


async def _step(house: Theatre, show: Show) -> str | None:
    plan = show.value(show.state.start.plan) if show.state.start is not None else None
    steps = show.state.steps
    listed: list[Option] = []
    for planned in plan if isinstance(plan, list) else []:
        path = str(planned.get("step", ""))
        known = steps.get(path)
        over = known is not None and known.over
        says = known.status if known is not None else "yet to come"
        listed.append(
            Option(path, cut(one_line(str(planned.get("title") or path)), 40), says, why_not="over" if over else "")
        )
    if not listed:
        house.say("there is no step to skip", severity="warning")
        return None
    at = next((number for number, option in enumerate(listed) if not option.why_not), 0)
    return await house.push_screen_wait(Choosing("Skip: which step?", listed, cursor=at))


async def _limit(house: Theatre, show: Show) -> str | None:
    known = meters(show.state)
    listed = [Option(f"{meter.scope}.{meter.measure}", f"{meter.scope} {meter.measure}", f"now {meter.limit:g}")
              for meter in known]  # fmt: skip
    return await house.push_screen_wait(Choosing("Raise: which limit?", listed))


async def _to_how_much(house: Theatre, chosen: str) -> float | None:
    measure = chosen.rpartition(".")[2]
    hint, wrong = EXAMPLES[measure], lambda text: limit_in(measure, text)[1]
    text = await house.push_screen_wait(Writing(f"Raise {chosen}", says="To how much?", hint=hint, wrong=wrong))
    return None if text is None else limit_in(measure, text)[0]


async def _model(house: Theatre, show: Show, agent: str) -> str | None:
    start = show.state.start
    models = dict(start.models) if start is not None else {}
    listed = [Option(name, name, use) for name, use in models.items()]
    listed.append(Option("", "Another", "provider/model, written by hand", "o"))
    title, cursor = f"Swap the model of {name_of(agent, show.state)}", 0
    while (chosen := await house.push_screen_wait(Choosing(title, listed, cursor=cursor))) == "":
        written = await house.push_screen_wait(Writing(title, hint="provider/model"))
        if written is not None:
            return written
        cursor = len(listed) - 1
    return chosen


async def _is_sure(house: Theatre) -> str | None:
    return await house.push_screen_wait(
        Choosing(
            "Cancel the run?",
            (Option("no", "No, go on", "", "n"), Option("yes", "Yes, end it for good", "it cannot be resumed", "y")),
        )
    )
