"""Reads an answer of Anthropic's Messages API: blocks that begin, grow and stop, and counts that are told anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from app.events import Usage
from providers.base import Chunk, Endpoint, Finish, ProviderError, ToolCall
from providers.wires import faults, usage
from providers.wires.assembling import Halves, ToolCalls
from providers.wires.conversation import arguments_of, as_list, as_map, as_name, as_text, safe_id, unknown_end

PROTOCOL = "anthropic"
_FINISHES: dict[str, Finish] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "tool_use": "tool_calls",
    "max_tokens": "length",
    "refusal": "refused",
}
_READ = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")


@dataclass(slots=True)
class _Block:
    number: int
    begun: dict[str, Any]  # as it began
    parts: list[str] = field(default_factory=list)  # of its text, thought or input
    signature: str = ""

    @property
    def kind(self) -> str:
        return as_text(self.begun.get("type"))


class AnthropicAnswer:
    """The events of one answer become chunks."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._blocks: list[_Block] = []
        self._by_index: dict[Any, _Block] = {}
        self._text, self._thought = Halves(), Halves()
        self._calls = ToolCalls()
        self._read: dict[str, Any] = {}  # tokens, by their names on the wire
        self._written: dict[str, Any] = {}
        self._is_finished = False
        self.request = ""
        self.is_done = False

    def read(self, message: Any) -> Iterator[Chunk]:
        """What an event holds; unknown ones hold nothing."""
        event = as_map(message)
        if event.get("type") == "error" or event.get("error"):
            raise faults.in_band(event.get("error") or event, self._endpoint)
        match event.get("type"):
            case "content_block_delta":
                yield from self._grow(as_map(event.get("delta")), event.get("index"))
            case "content_block_start":
                yield from self._begin(as_map(event.get("content_block")), event.get("index"))
            case "message_start":
                begun = as_map(event.get("message"))
                self._count(as_map(begun.get("usage")))
                yield from self._named(begun)
                if any(self._read.values()) and (read := self._usage(0)) is not None:
                    yield Chunk(usage=read)  # also where the answer breaks off, it is known what came from a cache
            case "message_delta":
                told = as_map(event.get("usage"))
                self._count(told)
                self._written |= told
                delta = as_map(event.get("delta"))
                if self._is_finished and (used := self._usage()) is not None:
                    yield Chunk(usage=used)
                elif delta.get("stop_reason"):
                    yield from self._finish(delta)
            case "message_stop":
                self.is_done = True
                yield from self._finish({})
            case "message":  # whole: the server does not stream
                yield from self._whole(event)

    def end(self, was_said: bool) -> Iterator[Chunk]:
        """Nothing: an answer that gives no reason for its end is none."""
        return iter(())

    def _whole(self, event: dict[str, Any]) -> Iterator[Chunk]:
        yield from self._named(event)
        for index, block in enumerate(as_list(event.get("content"))):
            yield from self._begin(as_map(block), index)
        told = as_map(event.get("usage"))
        self._count(told)
        self._written |= told
        self.is_done = True
        yield from self._finish(event)

    def _named(self, begun: dict[str, Any]) -> Iterator[Chunk]:
        served, request = as_name(begun.get("model")), self.request or as_name(begun.get("id"))
        if served or request:
            yield Chunk(served=served, request=request)

    def _begin(self, begun: dict[str, Any], index: Any) -> Iterator[Chunk]:
        block = _Block(len(self._blocks), begun, signature=as_text(begun.get("signature")))
        self._blocks.append(block)
        self._by_index[index if isinstance(index, int) else None] = block
        if block.kind == "tool_use":
            self._calls.feed(begun.get("id"), begun.get("name"), None, block.number)
        elif block.kind == "text":
            yield from self._grow({"type": "text_delta", "text": begun.get("text")}, index)
        elif block.kind == "thinking":
            yield from self._grow({"type": "thinking_delta", "thinking": begun.get("thinking")}, index)

    def _grow(self, delta: dict[str, Any], index: Any) -> Iterator[Chunk]:
        block = self._by_index.get(index if isinstance(index, int) else None)
        part = ""
        match delta.get("type"):
            case "text_delta":
                if part := self._text.join(as_text(delta.get("text"))):
                    yield Chunk(text=part)
            case "thinking_delta":
                if part := self._thought.join(as_text(delta.get("thinking"))):
                    yield Chunk(thought=part)
            case "input_json_delta":
                if part := as_text(delta.get("partial_json")):
                    yield Chunk()  # it grows
                if block is not None and block.kind == "tool_use":
                    self._calls.feed(None, None, part, block.number)
            case "signature_delta" if block is not None:
                block.signature += as_text(delta.get("signature"))
        if block is not None and part:
            block.parts.append(part)

    def _finish(self, told: dict[str, Any]) -> Iterator[Chunk]:
        """The answer is complete, if it is one."""
        if self._is_finished:
            return
        self._is_finished = True
        used = self._usage()
        reason = as_text(told.get("stop_reason"))
        finish = _FINISHES.get(reason)
        if finish is None:
            if used is not None:
                yield Chunk(usage=used)
            raise _unfinished(reason)
        calls = self._called()
        if finish in ("stop", "tool_calls"):
            finish = "tool_calls" if calls else "stop"
        text = _why_refused(as_map(told.get("stop_details"))) if finish == "refused" else ""
        yield Chunk(text=text, tool_calls=calls, finish=finish, usage=used, echo=self._echo())

    def _called(self) -> tuple[ToolCall, ...]:
        for block in self._blocks:
            if block.kind == "tool_use" and not block.parts:  # its input came with its beginning
                self._calls.feed(None, None, block.begun.get("input"), block.number)
        return self._calls.done()

    def _echo(self) -> dict[str, Any] | None:
        """All blocks in their order, when there are thoughts that have to be sent back."""
        if not any(block.signature or block.kind == "redacted_thinking" for block in self._blocks):
            return None
        return {"protocol": PROTOCOL, "content": [again for block in self._blocks if (again := _sent_back(block))]}

    def _count(self, told: dict[str, Any]) -> None:
        """Later counts take the place of earlier ones; but some servers tell them first, and then zeros."""
        read = {name: told[name] for name in _READ if told.get(name) is not None}
        if any(read.values()):
            self._read |= read

    def _usage(self, written: Any = None) -> Usage | None:
        read = [usage.count(self._read.get(name, 0)) for name in _READ]
        fresh, stored, cached = read
        if fresh is None or stored is None or cached is None:
            return None
        thought = as_map(self._written.get("output_tokens_details")).get("thinking_tokens")
        return usage.of_totals(
            fresh + stored + cached,
            self._written.get("output_tokens") if written is None else written,
            cached=cached,
            cache_write=stored,
            reasoning=thought,
        )


def _sent_back(block: _Block) -> dict[str, Any] | None:
    begun, said = block.begun, "".join(block.parts)
    match block.kind:
        case "text":
            return {"type": "text", "text": said} if said.strip() else None
        case "thinking":
            return {"type": "thinking", "thinking": said, "signature": block.signature} if block.signature else None
        case "tool_use":  # its result is sent under the same id
            begun = {**begun, "id": safe_id(as_text(begun.get("id")))}
    return {**begun, "input": arguments_of(said)} if said else begun


def _why_refused(details: dict[str, Any]) -> str:
    """The provider's words for it, which stand where the answer would."""
    category = as_text(details.get("category"))
    return as_text(details.get("explanation")) or (f"the model declined to answer ({category})" if category else "")


def _unfinished(reason: str) -> ProviderError:
    if reason == "pause_turn":
        return ProviderError(
            "bad_request",
            "the model paused for a tool that runs at its provider",
            hint="leave the provider's own tools out of params",
        )
    if reason == "model_context_window_exceeded":
        return ProviderError("context_too_long", "the answer reached the end of the model's context window")
    return unknown_end(reason)
