"""`escalate:` the first agent answers; unsure or failed, the next one is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.document.types import Described, MapOf, Number, Text, Type
from app.engine.expressions import render_text
from app.engine.outcomes import Giver, Gives, Mishap
from app.engine.speaking import Turn, is_text, speak
from app.events import Handoff
from app.scenario.model import EscalateStep

if TYPE_CHECKING:
    from app.engine.act import Act
    from app.engine.play import Play

ROLE = "Say how sure you are, from 0 to 1, as confidence. If you are not sure, somebody else will be asked."


async def perform(act: Act) -> Gives:
    """Ask one after the other until one is sure enough; the last one's answer is taken as it is."""
    step, play = act.place.step, act.scene.play
    assert isinstance(step, EscalateStep)
    wanted = play.type_of(act.place)
    below, passed_on = step.escalate.below, 0
    mishap: Mishap | None = None
    incoming = act.incoming
    left = _who_may_speak(play, step.escalate.agents)
    while left:
        speaker = play.speakers[left[0]]
        name, mode = speaker.id, speaker.mode()
        turn = Turn(
            speaker,
            render_text(play.text(step.prompt), {**act.values, "agent": speaker.as_value(mode)}),
            mode=mode,
            type=_with_confidence(wanted),
            tools=tuple(speaker.tools(step.tools)),
            lines=play.lines(act.place, name),
            role=ROLE,
            incoming=incoming,
            confident=True,
        )
        try:
            answer = await speak(act, turn)
        except Mishap as raised:
            if raised.outcome == "exhausted":
                raise
            mishap, why = raised, f"{speaker.title} could not answer: {raised.message}"
        else:
            confidence, output = answer["confidence"], _without_confidence(answer, wanted)
            if confidence >= below or not _who_may_speak(play, left[1:]):
                return Gives(output, givers=(Giver(name, act.path, None, output),))
            mishap, why = None, f"{speaker.title} is {confidence:.0%} sure, and {below:.0%} is asked for"
        incoming = ()
        left = _who_may_speak(play, left[1:])
        if left:
            _hand_up(act, name, left[0], why, passed_on)
            passed_on += 1
    raise mishap or Mishap("no_model", "nobody was left to ask", "a person muted them all")


def _who_may_speak(play: Play, names: list[str]) -> list[str]:
    return [name for name in names if name not in play.performance.directions.muted]


def _hand_up(act: Act, giver: str, taker: str, why: str, number: int) -> None:
    log = act.scene.play.performance.log
    event = Handoff(giver, taker, act.path, "escalation", number=number, step=act.path, agent=taker, cause=log.seq)
    if log.recall(event) is None:
        event.summary = log.keep(why)
        log.add(event)


def _with_confidence(wanted: Type | None) -> Type:
    shape: Any = wanted.shape if isinstance(wanted, Described) else wanted
    if isinstance(shape, MapOf):
        return MapOf({"confidence": Number(), **shape.fields}, rest=shape.rest)
    return MapOf({"answer": Text() if is_text(wanted) else shape, "confidence": Number()})


def _without_confidence(answer: dict[str, Any], wanted: Type | None) -> Any:
    """What was asked for: out of its envelope, or without the field that we added."""
    shape = wanted.shape if isinstance(wanted, Described) else wanted
    if not isinstance(shape, MapOf):
        return answer["answer"]
    if "confidence" in shape.fields:
        return answer
    return {name: value for name, value in answer.items() if name != "confidence"}
