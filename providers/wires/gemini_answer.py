"""Reads an answer of the Gemini API: parts, each whole in itself, and counts of everything so far."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.events import Usage
from providers.base import Chunk, Endpoint, Finish, ProviderError
from providers.wires import faults, usage
from providers.wires.assembling import Halves, ToolCalls
from providers.wires.conversation import as_list, as_map, as_name, as_text, first_of, unknown_end

PROTOCOL = "gemini"
MADE = "gemini_call_"  # how the ids begin that we give to calls without one
_REFUSED = frozenset({
    "SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY",
    "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION", "MODEL_ARMOR",
})  # fmt: skip
_SPOILT = frozenset({
    "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "MALFORMED_RESPONSE",
})  # fmt: skip
_FINISHED = frozenset({"STOP", "MAX_TOKENS", "FUNCTION_CALL"})
_NO_REASON = frozenset({"", "FINISH_REASON_UNSPECIFIED"})


class GeminiAnswer:
    """The messages of one answer become chunks."""

    def __init__(self, endpoint: Endpoint, calls_before: int = 0) -> None:
        self._endpoint = endpoint
        self._made = calls_before  # so that no id comes twice in a conversation
        self._text, self._thought = Halves(), Halves()
        self._calls = ToolCalls()
        self._parts: list[dict[str, Any] | list[str]] = []  # as they are sent back; of plain text, its pieces
        self._is_signed = False
        self._has_called = False
        self._has_said = False
        self._served = ""
        self.request = ""

    @property
    def is_done(self) -> bool:
        """Older models say STOP with every piece, so only the end of the stream is the end."""
        return False

    def read(self, message: Any) -> Iterator[Chunk]:
        """What a message holds. Servers that do not stream send a list of them."""
        for one in as_list(message) or [message]:
            yield from self._read(as_map(one))

    def end(self, was_said: bool) -> Iterator[Chunk]:
        """Nothing: counts come with every piece, so an answer that gives no reason for its end has none."""
        return iter(())

    def _read(self, told: dict[str, Any]) -> Iterator[Chunk]:
        if told.get("error"):
            raise faults.in_band(told["error"], self._endpoint)
        served = as_name(told.get("modelVersion"))
        if served and served != self._served:
            self._served = served
            yield Chunk(served=served, request=self.request or as_name(told.get("responseId")))
        candidate = first_of(told.get("candidates"))
        for part in as_list(as_map(candidate.get("content")).get("parts")):
            yield from self._part(as_map(part))
        blocked = "" if candidate else as_text(as_map(told.get("promptFeedback")).get("blockReason"))
        reason = as_text(candidate.get("finishReason"))
        used = _usage(as_map(told.get("usageMetadata")), is_last=bool(blocked) or reason not in _NO_REASON)
        if used is not None:
            yield Chunk(usage=used)
        if blocked:
            yield Chunk(text=f"the prompt was blocked: {blocked}", finish="refused")
        elif reason not in _NO_REASON:
            yield from self._finish(reason, as_text(candidate.get("finishMessage")))

    def _part(self, part: dict[str, Any]) -> Iterator[Chunk]:
        text = as_text(part.get("text"))
        called = as_map(part.get("functionCall"))
        if called:
            self._has_called = True
            self._made += 1
            self._calls.feed(as_text(called.get("id")) or f"{MADE}{self._made}", called.get("name"), called.get("args"))
            yield Chunk()  # there is something, though not to be shown yet
        elif part.get("thought") is True:
            if text := self._thought.join(text):
                yield Chunk(thought=text)
        elif text := self._text.join(text):
            self._has_said = True
            yield Chunk(text=text)
        self._keep(part, text)

    def _keep(self, part: dict[str, Any], text: str) -> None:
        """For the echo: what is signed stays as it is, pieces of plain text become one, thoughts alone are no use."""
        is_signed = "thoughtSignature" in part
        self._is_signed = self._is_signed or is_signed
        if is_signed or "functionCall" in part:
            self._parts.append(part)
        elif text and not part.get("thought"):
            if self._parts and isinstance(run := self._parts[-1], list):
                run.append(text)
            else:
                self._parts.append([text])

    def _finish(self, reason: str, message: str = "") -> Iterator[Chunk]:
        """The answer is complete, if it is one."""
        if reason in _SPOILT:
            raise ProviderError("malformed", f"the model's call of a tool was spoilt: {message or reason}")
        if reason == "MISSING_THOUGHT_SIGNATURE":
            raise ProviderError("bad_request", f"the model misses a signature on an earlier part: {message or reason}")
        if reason in _REFUSED:
            text = "" if self._has_said else f"the answer was withheld: {message or reason}"
            yield Chunk(text=text, finish="refused")
            return
        if reason not in _FINISHED:
            raise unknown_end(f"{reason} ({message})" if message else reason)
        calls, self._calls = self._calls.done(), ToolCalls()
        finish: Finish = "length" if reason == "MAX_TOKENS" else "tool_calls" if self._has_called else "stop"
        yield Chunk(tool_calls=calls, finish=finish, echo=self._echo())

    def _echo(self) -> dict[str, Any] | None:
        if not self._is_signed:
            return None
        parts = [{"text": "".join(part)} if isinstance(part, list) else part for part in self._parts]
        return {"protocol": PROTOCOL, "parts": parts}


def _usage(told: dict[str, Any], *, is_last: bool) -> Usage | None:
    """None while it is not told what was written: the counts of the prompt alone are not all so far."""
    written = [usage.count(told.get(name)) for name in ("candidatesTokenCount", "thoughtsTokenCount")]
    if written == [None, None] and not is_last:
        return None
    prompt = usage.count(told.get("promptTokenCount"))
    if prompt is None:
        return None
    return usage.of_totals(
        prompt + (usage.count(told.get("toolUsePromptTokenCount")) or 0),
        sum(one or 0 for one in written),
        cached=told.get("cachedContentTokenCount"),
        reasoning=written[1],
    )
