"""Responses, OpenAI's own protocol: an answer is a list of items, and numbered events tell how they grow.

Nothing is kept at the server. What a model thought comes back sealed, and is sent along when its tools have answered.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from providers.base import Chunk, Endpoint, Finish, Message, ProviderError, Request, ToolCall
from providers.wires import faults, usage
from providers.wires.assembling import Halves, ToolCalls
from providers.wires.capabilities import Ability, Capabilities
from providers.wires.conversation import as_list, as_map, as_text, echo_of, place_of
from providers.wires.params import limit_of, others
from providers.wires.strict_shapes import held_to

PATH = "/responses"
PROTOCOL = "responses"

SEALED = "reasoning.encrypted_content"
_CUT: dict[str, Finish] = {"max_output_tokens": "length", "max_tokens": "length", "content_filter": "refused"}
MOST_OF_A_NAME = 200  # characters
_PROGRESS = Chunk()  # a tool call grows: nothing to show yet, and still not a standstill


def body(request: Request, capabilities: Capabilities, endpoint: Endpoint) -> dict[str, Any]:
    """The request."""
    asked: dict[str, Any] = others(request.params)
    effort = asked.pop("reasoning_effort", None)
    if effort is not None and capabilities.can("effort"):
        asked["reasoning"] = {"effort": effort, **asked.get("reasoning", {})}
    if not capabilities.can("temperature"):
        asked.pop("temperature", None)
    place = place_of(endpoint, request.model)
    asked |= {
        "model": request.model,
        "input": [item for message in request.messages for item in _items(message, place)],
        "stream": True,
        "store": False,
    }
    if capabilities.can("encrypted_reasoning"):
        asked["include"] = [SEALED]
    if most := limit_of(request):
        asked["max_output_tokens"] = most
    if request.tools:
        asked["tools"] = [
            {
                "type": "function",
                "name": offer.name,
                "description": offer.description,
                "parameters": offer.parameters,
                "strict": False,
            }
            for offer in request.tools
        ]
    if (shape := held_to(request.shape, capabilities)) is not None:
        asked["text"] = {**asked.get("text", {}), "format": {"type": "json_schema", **shape}}
    return asked


def asks(body: dict[str, Any]) -> list[Ability]:
    """What a request asks for that a server may refuse, and that can be left out."""
    found: list[Ability] = []
    if "include" in body:
        found.append("encrypted_reasoning")
    if (shape := body.get("text", {}).get("format")) is not None:
        if shape.get("strict"):
            found.append("strict")
        found.append("json_schema")
    if "temperature" in body:
        found.append("temperature")
    if "reasoning" in body:
        found.append("effort")
    return found


def _items(message: Message, place: str) -> list[dict[str, Any]]:
    """A message as items; one that a model thought about comes back as the model gave it."""
    if message.role == "tool":
        return [{"type": "function_call_output", "call_id": message.tool_call, "output": message.content}]
    echo = echo_of(message, PROTOCOL)
    if echo.get("place") == place:
        output: list[dict[str, Any]] = echo["output"]
        return output
    said = [{"role": message.role, "content": message.content}] if message.content or not message.tool_calls else []
    return [
        *said,
        *(
            {"type": "function_call", "call_id": call.id, "name": call.name, "arguments": call.arguments}
            for call in message.tool_calls
        ),
    ]


class Reader:
    """Reads one answer."""

    def __init__(self, endpoint: Endpoint, model: str) -> None:
        self.number = ""  # the server's own number for the request
        self._endpoint = endpoint
        self._place = place_of(endpoint, model)
        self._order = _Order()
        self._said, self._thought = Halves(), Halves()
        self._calls = ToolCalls()
        self._output: list[dict[str, Any]] = []  # the items that are complete
        self._streamed: list[str] = []
        self._empty: set[Any] = set()  # where calls have begun of whose arguments nothing has come
        self._has_begun = self._has_thought = self._refuses = self._is_over = False

    @property
    def is_done(self) -> bool:
        return self._is_over

    def read(self, message: Any) -> Iterator[Chunk]:
        if not isinstance(message, dict):
            raise ProviderError("malformed", "the stream holds JSON that is no event")
        if not self._order.is_next(message):
            return
        kind = as_text(message.get("type"))
        if kind == "response.output_text.delta":
            if text := as_text(message.get("delta")):
                yield from self._says(text)
        elif kind in _STEPS:
            yield from _STEPS[kind](self, message)
        elif kind == "error" or message.get("error"):
            raise faults.in_band(message.get("error") or message, self._endpoint)
        elif not kind and message.get("object") == "response":  # a server that does not stream
            yield from self._ended({"response": message})

    def end(self, was_said: bool) -> Iterator[Chunk]:
        return iter(())  # it says itself when it is complete

    def _begins(self, message: dict[str, Any]) -> Iterator[Chunk]:
        response = as_map(message.get("response"))
        served, number = as_text(response.get("model")), self.number or as_text(response.get("id"))
        if (served or number) and not self._has_begun:
            self._has_begun = True
            yield Chunk(served=served[:MOST_OF_A_NAME], request=number[:MOST_OF_A_NAME])

    def _says(self, text: str) -> Iterator[Chunk]:
        self._streamed.append(text)
        yield Chunk(text=self._said.join(text))

    def _refused(self, message: dict[str, Any]) -> Iterator[Chunk]:
        self._refuses = True
        yield from self._says(as_text(message.get("delta")))

    def _thinks(self, message: dict[str, Any]) -> Iterator[Chunk]:
        self._has_thought = True
        yield Chunk(thought=self._thought.join(as_text(message.get("delta"))))

    def _thinks_on(self, message: dict[str, Any]) -> Iterator[Chunk]:
        if self._has_thought:
            yield Chunk(thought="\n\n")

    def _item_begins(self, message: dict[str, Any]) -> Iterator[Chunk]:
        item = as_map(message.get("item"))
        if item.get("type") == "function_call":
            self._empty.add(message.get("output_index"))
            self._calls.feed(item.get("call_id"), item.get("name"), None, message.get("output_index"))
            yield _PROGRESS

    def _call_grows(self, message: dict[str, Any]) -> Iterator[Chunk]:
        self._empty.discard(message.get("output_index"))
        self._calls.feed(None, None, message.get("delta"), message.get("output_index"))
        yield _PROGRESS

    def _item_ends(self, message: dict[str, Any]) -> Iterator[Chunk]:
        if item := as_map(message.get("item")):
            self._output.append(item)
        return iter(())

    def _ended(self, message: dict[str, Any]) -> Iterator[Chunk]:
        """The last event holds the whole answer once more."""
        response = as_map(message.get("response"))
        self._is_over = True
        yield from self._begins(message)
        if (used := usage.of_responses(response.get("usage"))) is not None:
            yield Chunk(usage=used)
        output = [one for one in as_list(response.get("output")) if isinstance(one, dict)] or self._output
        whole = self._whole_text(output)
        calls = _calls_in(output) or self._calls.done()
        finish = self._finish(response, bool(calls))
        if finish == "tool_calls":
            self._insist_on_arguments(output)
        yield Chunk(text=self._rest(whole), tool_calls=calls, finish=finish, echo=self._echo(output) if calls else None)

    def _finish(self, response: dict[str, Any], has_calls: bool) -> Finish:
        status = response.get("status")
        if status == "failed" or response.get("error"):
            raise faults.in_band(response.get("error") or response, self._endpoint)
        if status == "incomplete":
            reason = as_text(as_map(response.get("incomplete_details")).get("reason"))
            if reason not in _CUT:
                raise ProviderError("incomplete", f"the answer was left incomplete: {reason or 'no reason given'}")
            return _CUT[reason]
        if status == "cancelled":
            raise ProviderError("incomplete", "the server broke the answer off")
        if self._refuses:
            return "refused"
        return "tool_calls" if has_calls else "stop"

    def _rest(self, whole: str) -> str:
        """What the whole text has beyond what was streamed; some do not write it again."""
        streamed = "".join(self._streamed)
        if not whole or whole.strip() == streamed.strip():
            return ""
        if not whole.startswith(streamed):
            raise ProviderError("malformed", "the answer as a whole is another one than what was streamed")
        return self._said.join(whole[len(streamed) :])

    def _insist_on_arguments(self, output: list[dict[str, Any]]) -> None:
        """What is not known to be asked is not done."""
        told = [item for item in output if item.get("type") == "function_call"]
        if any(item.get("status") == "incomplete" for item in told) or (self._empty and not told):
            raise ProviderError("malformed", "the arguments of a call of a tool are missing")

    def _whole_text(self, output: list[dict[str, Any]]) -> str:
        parts = [part for item in output if item.get("type") == "message" for part in as_list(item.get("content"))]
        self._refuses = self._refuses or any(part.get("type") == "refusal" for part in parts if isinstance(part, dict))
        return "".join(
            as_text(part.get("text")) or as_text(part.get("refusal")) for part in parts if isinstance(part, dict)
        )

    def _echo(self, output: list[dict[str, Any]]) -> dict[str, Any] | None:
        """The whole answer, where sealed thoughts are a part of it: they must come back in their place."""
        if not any(item.get("type") == "reasoning" and item.get("encrypted_content") for item in output):
            return None
        return {"protocol": PROTOCOL, "place": self._place, "output": output}


_STEPS = {
    "response.created": Reader._begins,
    "response.in_progress": Reader._begins,
    "response.refusal.delta": Reader._refused,
    "response.reasoning_summary_text.delta": Reader._thinks,
    "response.reasoning_text.delta": Reader._thinks,
    "response.reasoning_summary_part.added": Reader._thinks_on,
    "response.output_item.added": Reader._item_begins,
    "response.output_item.done": Reader._item_ends,
    "response.function_call_arguments.delta": Reader._call_grows,
    "response.completed": Reader._ended,
    "response.incomplete": Reader._ended,
    "response.failed": Reader._ended,
    "response.cancelled": Reader._ended,
}


class _Order:
    """The numbers of events: what came twice counts once, and a gap is an answer with a hole.

    A server that gives every event the same number, or none, is not held to it.
    """

    def __init__(self) -> None:
        self._last: int | None = None
        self._message: dict[str, Any] = {}
        self._counts = False  # one followed another

    def is_next(self, message: dict[str, Any]) -> bool:
        """Is it due? A ProviderError when something before it is missing."""
        number = message.get("sequence_number")
        if not isinstance(number, int):
            return True
        last = self._last
        if last is not None:
            if number > last + 1:
                said = f"the stream goes from event {last} to {number}: some of the answer is lost"
                raise ProviderError("malformed", said)
            if number < last or (number == last and (self._counts or message == self._message)):
                return False
            self._counts = number > last
        self._last, self._message = number, message
        return True


def _calls_in(output: list[dict[str, Any]]) -> tuple[ToolCall, ...]:
    calls = ToolCalls()
    for item in output:
        if item.get("type") == "function_call":
            calls.feed(item.get("call_id") or item.get("id"), item.get("name"), item.get("arguments"))
    return calls.done()
