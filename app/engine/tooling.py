"""Uses a tool, in sight: what it is asked, with which key, what came of it. It is logged before it is done.

A write that a crash cut off may or may not have happened: a person says what to do, unless the tool promises that
doing it again with the same key does no harm.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from app.document.nesting import is_too_deep
from app.document.suggest import did_you_mean
from app.engine.gates import Question
from app.engine.outcomes import Mishap
from app.events import Failure, ToolFailed, ToolFinished, ToolStarted
from app.safety import safe_text
from app.state.cut_off import CUT_OFF
from app.tools.base import Use
from providers.base import ErrorClass, ToolOffer

if TYPE_CHECKING:
    from app.engine.act import Act
    from app.engine.performance import Performance
    from app.tools.base import Tool

AGAIN, DONE, FAIL = "do it again", "it was done", "let it fail"
ALLOW, REFUSE = "allow", "refuse"
SERVED = "mcp:"  # how the tools of servers begin
_SHOWN = 2_000  # characters of what is about to be done
_NAMED = 200  # characters of a name that a model may have made up


@dataclass(slots=True)
class ToolUse:
    """One use of a tool."""

    name: str
    arguments: dict[str, Any]
    path: str
    agent: str = ""
    shown: dict[str, Any] | None = None  # the arguments without secrets
    scripted: tuple[Any, ...] = ()  # what it gives when it is only rehearsed: one answer, or none
    fault: ErrorClass | None = None
    takes: float = 0.0  # seconds of the rehearsal


async def offers_of(performance: Performance, names: Sequence[str]) -> tuple[ToolOffer, ...]:
    """The tools a model may ask for, as it is told about them."""
    from app.tools.offers import offer
    from app.tools.registry import members

    found: dict[str, ToolOffer] = {}
    for name in names:
        is_served = name.startswith(SERVED) and performance.mode != "rehearsal"
        tools = await _of_a_server(performance, name) if is_served else members(name)
        for tool in tools:
            found[tool.name] = offer(tool)
        if not tools:  # known to a card only: a rehearsal plays it
            found[name] = ToolOffer(name, name.replace(".", " "), {"type": "object"})
    return tuple(found.values())


async def use_tool(act: Act, use: ToolUse) -> Any:
    """What a tool gives; what it gave before a resume holds."""
    performance = act.scene.play.performance
    log = performance.log
    id = performance.next_call(f"{use.path}!{safe_text(use.name[:_NAMED], newlines=False)}")
    about: dict[str, Any] = {"step": use.path, "agent": use.agent, "call": id}
    # A rehearsal is the same every time, and nothing it does leaves the machine.
    key = "" if performance.mode == "rehearsal" else _key_of(act, use)
    if (finished := log.recall(ToolFinished(**about))) is not None:
        return log.value(finished.result)
    if (failed := log.recall(ToolFailed(Failure(error=""), **about))) is not None:
        raise Mishap(failed.failure.error, failed.failure.message, failed.failure.hint)
    tool = await _find(use, performance)
    what = Use("read", True) if tool is None else tool.use_of(use.arguments)
    begun = ToolStarted(use.name, effect=what.effect, key=key, **about)
    known = log.recall(begun)
    if known is not None and not what.idempotent:
        settled = await _ask_what_happened(act, use, about, known.seq)
        if settled is not None:
            return settled
    if known is None:
        if tool is not None and tool.asks_first and what.effect == "write":
            await _ask_leave(act, use)
        await performance.before_effect()
        begun.arguments = log.keep(performance.mask_all(use.arguments if use.shown is None else use.shown))
        begun.cause = act.cause
        known = log.add(begun)
        performance.loose_ends.leave(id, ToolFailed(CUT_OFF, cause=known.seq, **about))
        await performance.clock.settle()
    return await _perform(act, use, tool, known, key, about)


def _key_of(act: Act, use: ToolUse) -> str:
    """What makes a use the same, also in another try of the step: where it is, what is asked, and for which time."""
    from app.journal.values import packed

    digest, _ = packed(use.arguments)
    asked = f"{act.scene.play.performance.log.run} {use.path}!{use.name} {digest}"
    number = act.uses[asked] = act.uses.get(asked, 0) + 1
    return hashlib.blake2b(f"{asked} {number}".encode(), digest_size=16).hexdigest()


async def _perform(
    act: Act, use: ToolUse, tool: Tool | None, begun: ToolStarted, key: str, about: dict[str, Any]
) -> Any:
    from app.tools.base import ToolError

    performance = act.scene.play.performance
    log = performance.log
    from_ms = performance.clock.now()
    try:
        if use.takes:
            await performance.clock.sleep(use.takes)
        if use.fault is not None:
            raise Mishap(use.fault, f"{use.fault.replace('_', ' ')}, as rehearsed")
        if use.scripted:
            result = use.scripted[0]
        elif tool is None:
            result = {"rehearsed": use.name, "asked": use.shown or use.arguments}
        else:
            result = await _outside(act, tool, use, key)
            if is_too_deep(result):
                raise Mishap("malformed", f"what {use.name} gives is nested too deep to be used")
    except (ToolError, Mishap) as error:
        performance.loose_ends.take_up(about["call"])
        took = int((performance.clock.now() - from_ms) * 1000)
        failure = Failure(error=error.error, message=performance.mask(error.message), hint=error.hint)
        log.add(ToolFailed(failure, took, cause=begun.seq, **about))
        asked = getattr(error, "retry_after", None)
        raise Mishap(failure.error, failure.message, failure.hint, retry_after=asked) from error
    performance.loose_ends.take_up(about["call"])
    result = performance.mask_all(result)
    took = int((performance.clock.now() - from_ms) * 1000)
    log.add(ToolFinished(log.keep(result), took, cause=begun.seq, **about))
    return result


async def _outside(act: Act, tool: Tool, use: ToolUse, key: str) -> Any:
    """The real thing: it takes the time it takes."""
    from app.engine.memory import remember
    from app.tools.base import ToolError
    from app.tools.offers import check_arguments
    from app.tools.offers import use as use_once

    performance = act.scene.play.performance
    if tool.name.startswith("memory."):
        if problems := check_arguments(tool, use.arguments):
            raise ToolError("bad_arguments", f"{tool.name}: {'; '.join(problems)}")
        return await remember(act, use)
    with performance.effect():
        async with performance.clock.outside():
            return await use_once(tool, use.arguments, performance.surroundings(key))


async def _find(use: ToolUse, performance: Performance) -> Tool | None:
    from app.tools.registry import find, names

    rehearsing = performance.mode == "rehearsal"
    if use.name.startswith(SERVED) and not rehearsing:
        return (await _of_a_server(performance, use.name))[0]
    tool = find(use.name)
    if tool is None and not (rehearsing or use.scripted):
        raise Mishap(
            "bad_request",
            f'there is no tool "{use.name}"',
            did_you_mean(use.name, names(), otherwise="footlights tools lists them"),
        )
    return tool


async def _of_a_server(performance: Performance, word: str) -> tuple[Tool, ...]:
    """The tools of a server of one's own: it is started, or found, when it is first named."""
    from app.tools.base import ToolError

    try:
        async with performance.clock.outside():
            return await performance.servers.tools(word)
    except ToolError as error:
        raise Mishap(error.error, performance.mask(error.message), performance.mask(error.hint)) from error


async def _ask_leave(act: Act, use: ToolUse) -> None:
    """Before it writes, a person says whether it may: what strangers offer is not used on their word alone."""
    performance = act.scene.play.performance
    shown = performance.mask_all(use.arguments if use.shown is None else use.shown)
    text = (
        f"{use.agent or use.path} wants to use {use.name}, which may change something outside:\n"
        f"{msgspec.json.encode(shown).decode()[:_SHOWN]}"
    )
    question = Question(use.path, "tool", text, (ALLOW, REFUSE), cause=act.cause, rehearsed=ALLOW)
    answer = await performance.gates.ask(question)
    if answer.choice != ALLOW:
        raise Mishap("refused", f"{answer.by or 'a person'} did not allow {use.name}", "do without it, or ask again")


async def _ask_what_happened(act: Act, use: ToolUse, about: dict[str, Any], cause: int) -> Any:
    """Nobody knows whether a write was done; None means that it is to be done again."""
    performance = act.scene.play.performance
    text = (
        f"The process ended while {use.name} was at work in {use.path}, and nobody knows whether it was done. "
        "What should be assumed?"
    )
    question = Question(use.path, "tool", text, (AGAIN, DONE, FAIL), cause=cause, rehearsed=AGAIN)
    answer = await performance.gates.ask(question)
    performance.loose_ends.take_up(about["call"])
    if answer.choice == DONE:
        result = {"assumed": True, "by": answer.by}
        performance.log.add(ToolFinished(performance.log.keep(result), 0, cause=cause, **about))
        return result
    if answer.choice == FAIL:
        failure = Failure(error="interrupted", message=f"{use.name} was cut off, and a person let it fail")
        performance.log.add(ToolFailed(failure, 0, cause=cause, **about))
        raise Mishap(failure.error, failure.message)
    return None
