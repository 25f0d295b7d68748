"""One agent answers: it is told who it is and what is asked, uses tools, and gives an answer of the right shape."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from app.document.nesting import NotJson, read_json
from app.document.types import Anything, Text, Type, describe, json_schema, mismatches
from app.engine.calls import Asked, Reply, call
from app.engine.outcomes import Giver, Mishap
from app.engine.play import Play, Speaker
from app.engine.scripts import script_for
from app.engine.tooling import ToolUse, offers_of, use_tool
from app.events import Handoff
from app.scenario.model import Lines
from providers.base import Message, ToolCall, ToolOffer

if TYPE_CHECKING:
    from app.engine.act import Act

REPAIRS = 2
TOOL_TURNS = 8
MOST_AT_ONCE = 32  # tools that one answer may ask for
_TOO_MANY = f"error: an answer may ask for {MOST_AT_ONCE} tools at most; nothing was done, ask again if it is needed"


@dataclass(frozen=True, slots=True)
class Engagement:
    """A tool that the engine itself performs, such as handing work to a colleague."""

    offer: ToolOffer
    perform: Callable[[dict[str, Any]], Awaitable[Any]]


class Turn(msgspec.Struct):
    """What an agent is asked, and what it may do to answer."""

    speaker: Speaker
    prompt: str
    mode: str = ""
    type: Type | None = None
    tools: tuple[str, ...] = ()
    turns: int | None = None
    lines: Lines | None = None
    path: str = ""  # where it speaks, if not in the step itself
    role: str = ""  # what it is besides, in this step
    history: tuple[Message, ...] = ()
    engagements: dict[str, Engagement] = {}
    incoming: tuple[Giver, ...] | None = None  # whose work it is given; None: what the step is given
    why: Literal["needs", "turn"] = "needs"  # it is given that work
    confident: bool = False  # it is asked how sure it is


async def speak(act: Act, turn: Turn) -> Any:
    """Ask an agent, and give its answer: text, or data of the type that is wanted."""
    take_over(act, turn)
    play = act.scene.play
    shape = None if is_text(turn.type) else json_schema(turn.type or Anything())
    offers = await offers_of(play.performance, turn.tools) if turn.tools else ()
    offers = (*offers, *(engagement.offer for engagement in turn.engagements.values()))
    messages = [Message("system", system_text(play, turn, shape)), *turn.history, Message("user", turn.prompt)]
    most = (turn.turns or TOOL_TURNS) if offers else 1
    spoken = repairs = 0
    while True:
        spoken += 1
        asked = Asked(
            turn.speaker,
            tuple(messages),
            turn.path or act.path,
            offers if spoken < most else (),
            shape,
            script_for(act, turn),
        )
        reply = await call(act, asked)
        if reply.tool_calls and spoken < most:
            messages.append(reply.said())
            known = {offer.name for offer in offers}
            messages += [await _answer_of_tool(act, turn, known, one) for one in reply.tool_calls[:MOST_AT_ONCE]]
            messages += [Message("tool", _TOO_MANY, tool_call=one.id) for one in reply.tool_calls[MOST_AT_ONCE:]]
            continue
        if reply.tool_calls and offers:
            said = f"{turn.speaker.title} still asks for tools after {spoken} calls, and {most} are the most"
            raise Mishap("malformed", said, "raise turns:, or say in the prompt when it is enough")
        value, wrong = _read(reply, turn.type)
        if not wrong:
            return value
        repairs += 1
        if repairs > REPAIRS:
            raise Mishap("malformed", f"the answer cannot be used: {wrong[0]}", "simplify output:, or the prompt")
        messages += _please_mend(reply, wrong)


def take_over(act: Act, turn: Turn) -> None:
    """Say whose work an agent is given, where it is not its own; once, however often the step is tried."""
    performance, agent, path = act.scene.play.performance, turn.speaker.id, turn.path or act.path
    log = performance.log
    for giver in act.incoming if turn.incoming is None else turn.incoming:
        edge = (giver.agent, agent, giver.step, path)
        if giver.agent != agent and edge not in performance.handed:
            performance.handed.add(edge)
            event = Handoff(giver.agent, agent, giver.step, turn.why, step=path, cause=act.cause, agent=agent)
            if log.recall(event) is None:
                event.summary = log.keep(giver.summary)
                log.add(event)


def is_text(type: Type | None) -> bool:
    """Is an answer wanted in plain words?"""
    return type is None or isinstance(type, Text)


def system_text(play: Play, turn: Turn, shape: dict[str, Any] | None) -> str:
    """What an agent is told about itself: who it is, how it works here, and in which form it answers."""
    speaker = turn.speaker
    card = speaker.card
    parts = [speaker.agent.persona or (card.persona if card else "")]
    if speaker.agent.instructions is not None:
        parts.append(play.text(speaker.agent.instructions))
    if card is not None and turn.mode in card.modes:
        parts.append(card.modes[turn.mode].prompt)
    if speaker.agent.tone:
        parts.append(f"Your tone is {speaker.agent.tone}.")
    parts.append(turn.role)
    if shape is not None:
        parts.append(f"Answer with JSON of this shape and nothing else: {describe(turn.type or Anything())}")
    return "\n\n".join([said for part in parts if (said := part.strip())])


async def _answer_of_tool(act: Act, turn: Turn, known: set[str], wanted: ToolCall) -> Message:
    """What a tool answers the model: its result, or what is wrong with the way it was asked."""
    try:
        arguments = read_json(wanted.arguments or "{}")
    except NotJson as error:
        return Message("tool", f"error: the arguments are not JSON ({error}); nothing was done", tool_call=wanted.id)
    if not isinstance(arguments, dict):
        return Message("tool", "error: the arguments must be a map; nothing was done", tool_call=wanted.id)
    path = turn.path or act.path
    try:
        if wanted.name in turn.engagements:
            result = await turn.engagements[wanted.name].perform(arguments)
        elif wanted.name in known:
            result = await use_tool(act, ToolUse(wanted.name, arguments, path, turn.speaker.id))
        else:
            listed = ", ".join(sorted(known))
            return Message("tool", f'error: there is no tool "{wanted.name}", only {listed}', tool_call=wanted.id)
    except Mishap as mishap:
        if mishap.outcome != "failed":
            raise
        return Message("tool", f"error: {mishap.message}. {mishap.hint}".strip(), tool_call=wanted.id)
    text = result if isinstance(result, str) else msgspec.json.encode(result).decode()
    return Message("tool", text, tool_call=wanted.id)


def _read(reply: Reply, type: Type | None) -> tuple[Any, list[str]]:
    """The text or the data of an answer, and what does not fit."""
    if reply.tool_calls:
        return None, ["it asks for a tool where none can be used"]
    if type is None or is_text(type):
        return reply.text, []
    text = reply.text.strip()
    if text.startswith("```"):
        text = text.strip("`").removeprefix("json").strip()
    try:
        value = read_json(text)
    except NotJson as error:
        start, end = text.find("{"), text.rfind("}")
        try:
            value = read_json(text[start : end + 1]) if 0 <= start < end else None
        except NotJson:
            value = None
        if value is None:
            return None, [f"it is not JSON ({error})"]
    wrong = [
        f"{'.'.join(map(str, found.path))}: {found.message}".removeprefix(": ") for found in mismatches(type, value)
    ]
    return value, wrong


def _please_mend(reply: Reply, wrong: list[str]) -> list[Message]:
    if reply.tool_calls:
        said = "error: no tool can be used now, and nothing was done; answer with what you know"
        refused = [Message("tool", said, tool_call=one.id) for one in reply.tool_calls]
        return [reply.said(), *refused]
    listed = "\n".join(f"- {one}" for one in wrong[:10])
    said = f"This does not have the shape that was asked for:\n{listed}\nAnswer again, with the JSON alone."
    return [reply.said(), Message("user", said)]
