"""The provider that needs no key, no network and no money: it says what a scenario wrote for it, or makes something up.

What it answers depends on the request alone, so that a rehearsal can be repeated to the letter. In this order: a fault
that is due, the written turn that is due, else a text or data composed by the understudy.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any, get_args

import msgspec

from app.events import Usage
from providers import tokens
from providers.base import Chunk, Endpoint, ErrorClass, Finish, Request, Script, ToolCall
from providers.delivery import deliver, seed_of
from providers.mishaps import MISHAPS, REFUSAL

_FAULTS = frozenset(get_args(ErrorClass))
_TOOL_FORMS = (frozenset({"tool", "with"}), frozenset({"tool"}))
_COMPOSED = object()  # stands for a turn that nobody wrote
_SURE = 0.9  # the confidence of a written answer that states none


def open(endpoint: Endpoint) -> Rehearsal:
    """It needs nothing."""
    return Rehearsal()


class Rehearsal:
    """Answers from the script of a request; keeps nothing between two calls."""

    async def stream(self, request: Request) -> AsyncIterator[Chunk]:
        """Answer a request, piece by piece."""
        for chunk in _answer(request):
            yield chunk


def _answer(request: Request) -> Iterator[Chunk]:
    turn = _turn_due(request.script)
    fault = _fault_due(request.script, turn)
    if fault is not None:
        return _fail(request, turn, fault)
    if turn is _COMPOSED and request.tools:
        turn = _delegation(request)
    if _is_tool_call(turn):
        return _ask_for_tool(request, turn)
    return _speak(request, _text_of(request, turn))


def _turn_due(script: Script) -> Any:
    turns = script.turns
    if not turns:
        return _COMPOSED
    due = max(0, script.turn - 1)
    return turns[due % len(turns) if script.repeats else min(due, len(turns) - 1)]


def _fault_due(script: Script, turn: Any) -> ErrorClass | None:
    if script.fault is not None and (script.times is None or script.attempt <= script.times):
        return script.fault
    return _fault_of(turn)


def _fault_of(turn: Any) -> ErrorClass | None:
    if isinstance(turn, dict) and len(turn) == 1:
        fault = turn.get("fault")
        return fault if isinstance(fault, str) and fault in _FAULTS else None  # type: ignore[return-value]
    return None


def _delegation(request: Request) -> Any:
    from providers import understudy

    handed = understudy.delegation(request)
    return _COMPOSED if handed is None else {"tool": handed[0], "with": handed[1]}


def _is_tool_call(turn: Any) -> bool:
    return isinstance(turn, dict) and turn.keys() in _TOOL_FORMS


def _fail(request: Request, turn: Any, fault: ErrorClass) -> Iterator[Chunk]:
    """Answer as far as the fault lets it come; two of them are endings, the others errors."""
    script = request.script
    if fault == "refused":
        yield from _speak(request, REFUSAL, finish="refused")
        return
    if fault == "truncated":
        text = _text_of(request, turn)
        yield from _speak(request, text[: len(text) // 2], finish="length")
        return
    mishap = MISHAPS[fault]
    if mishap.share:
        pieces = deliver(_text_of(request, turn), seed_of(script))
        for text, after in pieces[: int(len(pieces) * mishap.share)]:
            yield Chunk(text, after=after)
    raise mishap.error(fault)


def _ask_for_tool(request: Request, turn: dict[str, Any]) -> Iterator[Chunk]:
    script = request.script
    seed = seed_of(script)
    name = str(turn["tool"])
    arguments = _json(turn.get("with") or {})
    waits = sum(after for _, after in deliver(arguments, seed, script.takes))
    yield Chunk(
        tool_calls=(ToolCall(f"call_{seed:08x}", name, arguments),),
        finish="tool_calls",
        usage=_usage(request, tokens.of_text(name) + tokens.of_text(arguments)),
        after=waits,
    )


def _speak(request: Request, text: str, finish: Finish = "stop") -> Iterator[Chunk]:
    script = request.script
    output = tokens.of_text(text)
    allowed = _allowed(request)
    if allowed is not None and output > allowed:  # as a real model does: a limit too small shows in rehearsal
        text, output, finish = text[: len(text) * allowed // output], allowed, "length"
    pieces = deliver(text, seed_of(script), script.takes)
    last, after_last = pieces.pop()
    for piece, after in pieces:
        yield Chunk(piece, (), None, None, after)
    yield Chunk(last, (), finish, _usage(request, output), after_last)


def _allowed(request: Request) -> int | None:
    allowed = request.params.get("max_tokens")
    return allowed if isinstance(allowed, int) and allowed > 0 else None


def _usage(request: Request, output: int) -> Usage:
    return Usage(input=tokens.of_request(request), output=output)


def _text_of(request: Request, turn: Any) -> str:
    """What is said in a turn; one that only asks for a tool, or fails, has nothing to say but what is made up."""
    if isinstance(turn, dict) and len(turn) == 1 and "reply" in turn:
        turn = turn["reply"]
    elif turn is _COMPOSED or _is_tool_call(turn) or _fault_of(turn) is not None:
        from providers import understudy

        return understudy.answer(request)
    shape = request.shape
    if shape is None:
        return turn if isinstance(turn, str) else _json(turn)
    properties = shape.get("properties")
    if isinstance(properties, dict) and "confidence" in properties:
        turn = _with_confidence(turn, properties, request.script)
    if isinstance(turn, str) and not _takes_text(shape):
        return turn  # as it stands: an answer that is not the data asked for can be rehearsed too
    return _json(turn)


def _with_confidence(reply: Any, properties: dict[str, Any], script: Script) -> Any:
    """A written answer, with the confidence that the shape asks for beside it.

    Where the shape is an envelope, one field for the answer and one for the confidence, the answer goes into it.
    """
    confidence = _SURE if script.confidence is None else script.confidence
    others = [name for name in properties if name != "confidence"]
    if len(others) == 1 and not (isinstance(reply, dict) and others[0] in reply):
        return {others[0]: reply, "confidence": confidence}
    return {"confidence": confidence, **reply} if isinstance(reply, dict) else reply


def _takes_text(shape: dict[str, Any]) -> bool:
    kind = shape.get("type")
    if kind is None:
        return not shape or "enum" in shape or any(map(_takes_text, shape.get("anyOf", ())))
    return kind == "string" or (isinstance(kind, list) and "string" in kind)


def _json(value: Any) -> str:
    try:
        return msgspec.json.encode(value).decode()
    except UnicodeEncodeError:  # half a surrogate pair, from a text that was cut or forged
        import json

        return json.dumps(value)
