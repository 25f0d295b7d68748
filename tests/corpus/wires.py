"""Correct answers in each of the five protocols, one piece an event, so that a test can be told of all of them at once.

`wire.answer("Hello", usage=Usage(3, 0, 0, 2))` are the pieces; `wire.reply(...)` is the whole Answer for a Stub.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from app.events import Usage
from corpus.stub import Answer
from providers.base import Finish, ToolCall

SERVED = "parrot-2026-11-21"
ENOUGH = Usage(input=11, output=7)
CHAT = {"stop": "stop", "length": "length", "tool_calls": "tool_calls", "refused": "content_filter"}
ANTHROPIC = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use", "refused": "refusal"}
GEMINI = {"stop": "STOP", "length": "MAX_TOKENS", "tool_calls": "STOP", "refused": "SAFETY"}
OLLAMA = {"stop": "stop", "length": "length", "tool_calls": "stop", "refused": "stop"}
RESPONSES = {"length": "max_output_tokens", "refused": "content_filter"}

KINDS = {  # how each service names what goes wrong, by status
    400: ("invalid_request_error", "INVALID_ARGUMENT"),
    401: ("authentication_error", "UNAUTHENTICATED"),
    403: ("permission_error", "PERMISSION_DENIED"),
    404: ("not_found_error", "NOT_FOUND"),
    408: ("timeout_error", "DEADLINE_EXCEEDED"),
    413: ("request_too_large", "INVALID_ARGUMENT"),
    422: ("invalid_request_error", "INVALID_ARGUMENT"),
    429: ("rate_limit_error", "RESOURCE_EXHAUSTED"),
    500: ("api_error", "INTERNAL"),
    502: ("api_error", "UNAVAILABLE"),
    503: ("overloaded_error", "UNAVAILABLE"),
    504: ("timeout_error", "DEADLINE_EXCEEDED"),
    529: ("overloaded_error", "UNAVAILABLE"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """What an answer holds."""

    text: Sequence[str]
    thought: Sequence[str]
    tool_calls: Sequence[ToolCall]
    usage: Usage | None
    finish: Finish


@dataclass(frozen=True, slots=True)
class Wire:
    """One protocol: how an answer looks, where it is asked for, and how a scenario names it."""

    name: str
    use: str
    suffix: str  # of base_url
    key: str  # the variable that its key is in
    path: str  # that is asked for
    kind: str  # its content type
    framed: Callable[[Any], bytes]  # an event
    events: Callable[[Said], list[bytes]]
    error: Callable[[int, str, str], Any]  # the body of status, code, message
    in_band: Callable[[Any], Any]  # that body as an event of a stream

    def answer(
        self,
        text: str | Sequence[str] = "",
        *,
        thought: str | Sequence[str] = "",
        tool_calls: Sequence[ToolCall] = (),
        usage: Usage | None = ENOUGH,
        finish: Finish | None = None,
    ) -> list[bytes]:
        """The pieces of an answer."""
        if finish is None:
            finish = "tool_calls" if tool_calls else "stop"
        return self.events(Said(_pieces(text), _pieces(thought), tool_calls, usage, finish))

    def reply(self, text: str | Sequence[str] = "", **said: Any) -> Answer:
        """An answer as it should be."""
        return self.stream(self.answer(text, **said))

    def stream(self, pieces: Any, **how: Any) -> Answer:
        """Any pieces, sent as this protocol's streams are."""
        return Answer(headers={"content-type": self.kind}, pieces=pieces, **how)

    def refusal(self, status: int, message: str = "", *, code: str = "", **headers: str) -> Answer:
        """An answer that says no, with its body."""
        body = json.dumps(self.error(status, code, message or f"status {status}")).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Answer(status, {"content-type": "application/json", **named}, (body,), "length")

    def failure(self, status: int, message: str = "", *, code: str = "") -> bytes:
        """An event in a stream that tells of an error."""
        return self.framed(self.in_band(self.error(status, code, message or f"status {status}")))

    def model(self, base: str, more: str = "") -> str:
        """The line of a scenario's `models:` that leads to a stub."""
        key = ", key: '${{ secrets.OLLAMA_KEY }}'" if self.name == "ollama" else ""
        params = ", params: {api: responses}" if self.name == "responses" else ""
        return f"{{use: {self.use}, base_url: '{base}{self.suffix}'{key}{params}{more}}}"


def _pieces(text: str | Sequence[str]) -> Sequence[str]:
    return ((text,) if text else ()) if isinstance(text, str) else text


def sse(event: Any) -> bytes:
    """An event without a name."""
    return b"data: %b\n\n" % json.dumps(event).encode()


def named(event: Any) -> bytes:
    """An event whose name is its type."""
    return b"event: %b\n%b" % (event["type"].encode(), sse(event))


def line(event: Any) -> bytes:
    """A line of NDJSON."""
    return json.dumps(event).encode() + b"\n"


def _chat(said: Said) -> list[bytes]:
    def chunk(delta: dict[str, Any] | None, finish: str | None = None, **more: Any) -> bytes:
        choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
        head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": SERVED}
        return sse({**head, "choices": choices, **more})

    found = [chunk({"role": "assistant", "content": ""})]
    found += [chunk({"reasoning_content": piece}) for piece in said.thought]
    found += [chunk({"content": piece}) for piece in said.text]
    for index, call in enumerate(said.tool_calls):
        half = len(call.arguments) // 2
        begun = {"index": index, "id": call.id, "type": "function", "function": {"name": call.name, "arguments": ""}}
        found.append(chunk({"tool_calls": [begun]}))
        for part in (call.arguments[:half], call.arguments[half:]):
            found.append(chunk({"tool_calls": [{"index": index, "function": {"arguments": part}}]}))
    found.append(chunk({}, CHAT[said.finish]))
    if (usage := said.usage) is not None:
        read = {"cached_tokens": usage.cache_read, "cache_write_tokens": usage.cache_write}
        told = {
            "prompt_tokens": usage.input + usage.cache_read + usage.cache_write,
            "completion_tokens": usage.output,
            "total_tokens": usage.total,
            "prompt_tokens_details": read,
            "completion_tokens_details": {"reasoning_tokens": usage.reasoning},
        }
        found.append(chunk(None, usage=told))
    return [*found, b"data: [DONE]\n\n"]


def _responses(said: Said) -> list[bytes]:
    number = iter(range(1_000_000))
    found: list[bytes] = []
    output: list[dict[str, Any]] = []

    def tell(kind: str, **more: Any) -> None:
        found.append(named({"type": kind, "sequence_number": next(number), **more}))

    def item(
        kind: str, done: dict[str, Any], begun: dict[str, Any], parts: Sequence[tuple[str, dict[str, Any]]]
    ) -> None:
        about = {"output_index": len(output), "item_id": f"{kind}_{len(output)}"}
        whole = {"id": about["item_id"], "type": kind, "status": "completed", **done}
        index = {"output_index": len(output)}
        tell("response.output_item.added", item={**whole, "status": "in_progress", **begun}, **index)
        for name, more in parts:
            tell(name, **about, **more)
        tell("response.output_item.done", item=whole, **index)
        output.append(whole)

    head = {"id": "resp_1", "object": "response", "created_at": 1, "model": SERVED, "error": None}
    tell("response.created", response={**head, "status": "in_progress", "output": [], "usage": None})
    if said.thought:
        summary = [{"type": "summary_text", "text": "".join(said.thought)}]
        deltas = [("response.reasoning_summary_text.delta", {"summary_index": 0, "delta": one}) for one in said.thought]
        item("reasoning", {"summary": summary, "encrypted_content": "sealed"}, {"summary": []}, deltas)
    if said.text:
        kind, name = ("refusal", "refusal") if said.finish == "refused" else ("output_text", "text")
        content = [{"type": kind, name: "".join(said.text), "annotations": []}]
        deltas = [(f"response.{kind}.delta", {"content_index": 0, "delta": one}) for one in said.text]
        item("message", {"role": "assistant", "content": content}, {"content": []}, deltas)
    for call in said.tool_calls:
        half = len(call.arguments) // 2
        halves = (call.arguments[:half], call.arguments[half:])
        deltas = [("response.function_call_arguments.delta", {"delta": part}) for part in halves]
        deltas.append(("response.function_call_arguments.done", {"name": call.name, "arguments": call.arguments}))
        about = {"call_id": call.id, "name": call.name}
        item("function_call", {**about, "arguments": call.arguments}, {**about, "arguments": ""}, deltas)
    told = None
    if (usage := said.usage) is not None:
        read = {"cached_tokens": usage.cache_read, "cache_write_tokens": usage.cache_write}
        told = {
            "input_tokens": usage.input + usage.cache_read + usage.cache_write,
            "input_tokens_details": read,
            "output_tokens": usage.output,
            "output_tokens_details": {"reasoning_tokens": usage.reasoning},
            "total_tokens": usage.total,
        }
    why = RESPONSES.get(said.finish)
    status = "completed" if why is None else "incomplete"
    details = None if why is None else {"reason": why}
    whole = {**head, "status": status, "incomplete_details": details, "output": output, "usage": told}
    tell(f"response.{status}", response=whole)
    return found


def _anthropic(said: Said) -> list[bytes]:
    def tell(kind: str, **more: Any) -> None:
        found.append(named({"type": kind, **more}))

    def block(begun: dict[str, Any], deltas: Sequence[dict[str, Any]]) -> None:
        tell("content_block_start", index=(index := next(indices)), content_block=begun)
        for delta in deltas:
            tell("content_block_delta", index=index, delta=delta)
        tell("content_block_stop", index=index)

    found: list[bytes] = []
    indices = iter(range(1_000))
    usage = said.usage or Usage()
    read = {
        "input_tokens": usage.input,
        "cache_creation_input_tokens": usage.cache_write,
        "cache_read_input_tokens": usage.cache_read,
    }
    first = {**read, "output_tokens": 1} if said.usage is not None else None
    head: dict[str, Any] = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": SERVED,
        "content": [],
        "usage": first,
    }
    tell("message_start", message=head)
    tell("ping")
    if said.thought:
        deltas = [{"type": "thinking_delta", "thinking": piece} for piece in said.thought]
        signed = {"type": "signature_delta", "signature": "c2lnbmVk"}
        block({"type": "thinking", "thinking": "", "signature": ""}, [*deltas, signed])
    if said.text:
        block({"type": "text", "text": ""}, [{"type": "text_delta", "text": piece} for piece in said.text])
    for call in said.tool_calls:
        half = len(call.arguments) // 2
        parts = (call.arguments[:half], call.arguments[half:])
        begun = {"type": "tool_use", "id": call.id, "name": call.name, "input": {}}
        block(begun, [{"type": "input_json_delta", "partial_json": part} for part in parts])
    last = {**read, "output_tokens": usage.output, "output_tokens_details": {"thinking_tokens": usage.reasoning}}
    stop = {"stop_reason": ANTHROPIC[said.finish], "stop_sequence": None}
    tell("message_delta", delta=stop, usage=last if said.usage is not None else None)
    tell("message_stop")
    return found


def _gemini(said: Said) -> list[bytes]:
    parts: list[dict[str, Any]] = [{"text": piece, "thought": True} for piece in said.thought]
    parts += [{"text": piece} for piece in said.text]
    for call in said.tool_calls:
        asked = {"id": call.id, "name": call.name, "args": json.loads(call.arguments)}
        parts.append({"functionCall": asked, "thoughtSignature": "c2lnbmVk"})
    head = {"modelVersion": SERVED, "responseId": "gem_1"}
    found = [{"candidates": [{"content": {"role": "model", "parts": [one]}, "index": 0}], **head} for one in parts]
    ended = {"content": {"role": "model", "parts": [{"text": ""}]}, "finishReason": GEMINI[said.finish], "index": 0}
    last: dict[str, Any] = {"candidates": [ended], **head}
    if (usage := said.usage) is not None:
        last["usageMetadata"] = {
            "promptTokenCount": usage.input + usage.cache_read,
            "cachedContentTokenCount": usage.cache_read,
            "candidatesTokenCount": usage.output - usage.reasoning,
            "thoughtsTokenCount": usage.reasoning,
            "totalTokenCount": usage.total,
        }
    return [sse(event) for event in (*found, last)]


def _ollama(said: Said) -> list[bytes]:
    def tell(message: dict[str, Any], **more: Any) -> bytes:
        head = {"model": SERVED, "created_at": "2026-11-21T12:00:00Z"}
        return line({**head, "message": {"role": "assistant", "content": "", **message}, "done": False, **more})

    found = [tell({"thinking": piece}) for piece in said.thought]
    found += [tell({"content": piece}) for piece in said.text]
    for call in said.tool_calls:
        asked = {"name": call.name, "arguments": json.loads(call.arguments)}
        found.append(tell({"tool_calls": [{"id": call.id, "function": asked}]}))
    counts: dict[str, Any] = {}
    if (usage := said.usage) is not None:
        counts = {"prompt_eval_count": usage.input + usage.cache_read, "eval_count": usage.output}
        if usage.cache_read:
            counts["prompt_eval_cached_count"] = usage.cache_read
    return [*found, tell({}, done=True, done_reason=OLLAMA[said.finish], total_duration=1_000_000, **counts)]


def _openai_error(status: int, code: str, message: str) -> Any:
    kind = KINDS.get(status, ("api_error", ""))[0]
    return {"error": {"message": message, "type": kind, "param": None, "code": code or None}}


def _anthropic_error(status: int, code: str, message: str) -> Any:
    kind = KINDS.get(status, ("api_error", ""))[0]
    details = {"error_code": code} if code else None
    error = {"type": kind, "message": message, "details": details}
    return {"type": "error", "error": error, "request_id": "req_in_the_body"}


def _gemini_error(status: int, code: str, message: str) -> Any:
    kind = KINDS.get(status, ("", "UNKNOWN"))[1]
    info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": code, "domain": "googleapis.com"}
    return {"error": {"code": status, "message": message, "status": kind, "details": [info] if code else []}}


def _ollama_error(status: int, code: str, message: str) -> Any:
    return {"error": f"{message} ({code})" if code else message}


def _as_it_is(error: Any) -> Any:
    return error


def _as_a_response(error: Any) -> Any:
    inside = error["error"]
    why = {"code": inside["code"] or inside["type"], "message": inside["message"]}
    return {"type": "response.failed", "response": {"id": "resp_1", "status": "failed", "error": why, "usage": None}}


_SSE = "text/event-stream"
_GEMINI = "/v1beta/models/parrot:streamGenerateContent?alt=sse"
WIRES = (
    Wire("chat", "openai/parrot", "/v1", "OPENAI_API_KEY", "/v1/chat/completions", _SSE,
         sse, _chat, _openai_error, _as_it_is),
    Wire("responses", "openai/parrot", "/v1", "OPENAI_API_KEY", "/v1/responses", _SSE,
         named, _responses, _openai_error, _as_a_response),
    Wire("anthropic", "anthropic/parrot", "", "ANTHROPIC_API_KEY", "/v1/messages", _SSE,
         named, _anthropic, _anthropic_error, _as_it_is),
    Wire("gemini", "gemini/parrot", "", "GEMINI_API_KEY", _GEMINI, _SSE,
         sse, _gemini, _gemini_error, _as_it_is),
    Wire("ollama", "ollama/parrot", "", "OLLAMA_KEY", "/api/chat", "application/x-ndjson",
         line, _ollama, _ollama_error, _as_it_is),
)  # fmt: skip
"""Every protocol that is spoken here."""
NAMED = {wire.name: wire for wire in WIRES}


def answer(protocol: str, text: str | Sequence[str] = "", **said: Any) -> list[bytes]:
    """The pieces of an answer in a protocol, by its name."""
    return NAMED[protocol].answer(text, **said)
