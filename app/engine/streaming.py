"""Listens to an answer while it comes: what was said, when, and whether it ended as it should."""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from app.document.nesting import is_too_deep
from app.engine.aloud import Aloud
from app.events import CallSpeaking, CallStarted, Usage
from providers.base import Chunk, ErrorClass, Finish, Provider, ProviderError, Request, ToolCall
from providers.wires.assembling import whole_characters
from providers.wires.watchdog import Patience, Stalled, in_time

if TYPE_CHECKING:
    from app.engine.performance import Performance

MOST_CHARACTERS = 4_000_000
MOST_FOR_A_TOKEN = 16  # characters: an answer longer than this many for each token it may have ignores its limit
SPARE = 4_000
_PATIENCE = Patience()
_NOTHING = Usage()
ENDED = frozenset({"connection", "timeout", "malformed", "incomplete"})  # what cannot take a complete answer back


class Heard(msgspec.Struct):
    """An answer, as far as it came."""

    text: str = ""
    tool_calls: list[ToolCall] = []
    finish: Finish = "stop"
    usage: Usage | None = None
    pieces: list[tuple[int, int]] = []
    first_ms: int | None = None
    took_ms: int = 0
    thought: str = ""
    echo: dict[str, Any] | None = None
    served: str = ""
    request: str = ""
    remote: str = ""  # the machine that the server handed the request on to
    is_read: bool = False  # the model has taken the request in: something came of it, or we waited for it in vain
    is_complete: bool = False


@dataclass(slots=True)
class Broken:
    """An answer that went wrong, with what had come of it."""

    heard: Heard
    error: ErrorClass
    message: str
    hint: str = ""
    retry_after: float | None = None


async def listen(
    performance: Performance,
    provider: Provider,
    request: Request,
    heard: Heard,
    started: CallStarted,
    patience: Patience = _PATIENCE,
) -> Heard | Broken:
    """Hear a provider out; what was heard so far stands in `heard` also when this is cancelled."""
    listening = _Listening(performance, heard, started, request.most_output)
    chunks = provider.stream(request)
    if not performance.clock_is_virtual:
        chunks = in_time(chunks, patience)
    try:
        return await _hear(listening, chunks, request)
    except asyncio.CancelledError:
        listening.cut_off()
        raise


async def _hear(listening: _Listening, chunks: AsyncIterator[Chunk], request: Request) -> Heard | Broken:
    heard = listening.heard
    try:
        await listening.hear_out(chunks)
    except ProviderError as error:
        heard.is_read = heard.is_read or error.was_read
        if not (heard.is_complete and error.error in ENDED):
            await listening.rest(error.after)
            return Broken(heard, error.error, error.message, error.hint, error.retry_after)
    except Stalled as stalled:
        heard.is_read = True
        if not heard.is_complete:
            return Broken(heard, "timeout", f"{request.model}: {stalled}")
    finally:
        listening.fall_silent()
        if (close := getattr(chunks, "aclose", None)) is not None:
            await close()
    await listening.rest(0.0)
    return listening.verdict()


class _Listening:
    """Puts the pieces together, and keeps the time of a rehearsal."""

    def __init__(self, performance: Performance, heard: Heard, started: CallStarted, most_output: int) -> None:
        self._performance = performance
        self.heard = heard
        self._started = started
        self._aloud = Aloud(performance, started)
        self._parts: list[str] = []
        self._thoughts: list[str] = []
        self._characters = 0
        self._most = MOST_CHARACTERS
        if most_output and not performance.clock_is_virtual:  # what is written for a rehearsal has an end
            self._most = min(MOST_CHARACTERS, most_output * MOST_FOR_A_TOKEN + SPARE)
        self._due: list[float] = []  # when each part comes, in a rehearsal
        self._total = self._passed = 0.0  # seconds that a rehearsed answer takes, and those that were let pass
        self._begun = self._last = performance.clock.now()

    async def hear_out(self, chunks: AsyncIterator[Chunk]) -> None:
        heard, performance = self.heard, self._performance
        virtual = performance.clock_is_virtual
        async for chunk in chunks:
            if virtual and chunk.after:
                self._total += chunk.after
                if heard.first_ms is None or performance.is_watched:
                    await self._pass()
            self._take(chunk)

    def _take(self, chunk: Chunk) -> None:
        heard = self.heard
        heard.is_read = True
        if heard.first_ms is None and (chunk.text or chunk.tool_calls or chunk.thought):
            self._first()
        if chunk.thought:
            self._thoughts.append(chunk.thought)
            self._count(chunk.thought)
        if chunk.text:
            self._parts.append(chunk.text)
            self._count(chunk.text)
            now = self._now()
            self._due.append(now)
            heard.pieces.append((max(0, int((now - self._last) * 1000)), len(chunk.text)))
            self._last = now
            self._aloud.hear(chunk.text)
        if chunk.tool_calls:
            heard.tool_calls.extend(map(_whole, chunk.tool_calls))
        if chunk.usage is not None and chunk.usage != _NOTHING:  # some servers report nothing for what they gave
            heard.usage = chunk.usage
        if chunk.finish is not None:
            heard.finish = chunk.finish
            heard.is_complete = True
        if chunk.echo is not None and _can_go_back(chunk.echo):
            heard.echo = chunk.echo
        if chunk.served:
            heard.served = whole_characters(chunk.served)
        if chunk.request:
            heard.request = whole_characters(chunk.request)
        heard.remote = chunk.remote or heard.remote

    def _count(self, text: str) -> None:
        """An answer has an end, also where a server knows none."""
        self._characters += len(text)
        if self._characters > self._most:
            self.heard.is_complete = False
            raise ProviderError("malformed", f"the answer went on after {self._most:,} characters, its limit long past")

    async def rest(self, after: float) -> None:
        """Let pass what is still owed."""
        if self._performance.clock_is_virtual:
            self._total += after
            if self._total > self._passed:
                await self._pass()
        self.end()

    def end(self) -> None:
        self.heard.text = "".join(self._parts)
        self.heard.thought = "".join(self._thoughts)
        self.heard.took_ms = int((self._performance.clock.now() - self._begun) * 1000)

    def fall_silent(self) -> None:
        """However it ended: nothing more comes."""
        self.end()
        self._aloud.end()

    def cut_off(self) -> None:
        """Nobody waits for the rest. A rehearsed answer is known before its time: of that, only the beginning came."""
        if self._total > self._passed:
            said = bisect_left(self._due, self._performance.clock.now())
            del self._parts[said:], self.heard.pieces[said:]
            self.heard.usage = None
            self.heard.tool_calls.clear()
        self.heard.is_complete = False
        self.end()

    def verdict(self) -> Heard | Broken:
        """Is it an answer? A stream that simply stops is none."""
        heard = self.heard
        if not heard.is_complete:
            return Broken(heard, "incomplete", "the answer broke off before it was complete")
        if heard.finish == "length":
            return Broken(
                heard, "truncated", "the answer was cut at the length limit", "raise max_tokens, or ask for less"
            )
        if heard.finish == "refused":
            told = self._performance.mask(heard.text.strip())[:200]  # masked before it is cut: half a key is one too
            return Broken(heard, "refused", told or "the model declined to answer")
        if not heard.text.strip() and not heard.tool_calls:
            return Broken(heard, "empty", "the answer has nothing in it")
        return heard

    def _first(self) -> None:
        heard, started = self.heard, self._started
        heard.first_ms = int((self._performance.clock.now() - self._begun) * 1000)
        self._performance.log.add(
            CallSpeaking(heard.first_ms, step=started.step, agent=started.agent, call=started.call, cause=started.seq)
        )

    def _now(self) -> float:
        """The time by which the last chunk has come; in a rehearsal the same whether or not it is let pass at once."""
        clock = self._performance.clock
        return self._begun + self._total if self._performance.clock_is_virtual else clock.now()

    async def _pass(self) -> None:
        await self._performance.clock.until(self._begun + self._total)
        self._passed = self._total


def _whole(call: ToolCall) -> ToolCall:
    return ToolCall(whole_characters(call.id), whole_characters(call.name), whole_characters(call.arguments))


def _can_go_back(echo: dict[str, Any]) -> bool:
    """Some of what servers write can neither be kept as it is nor sent: then they do without it."""
    if is_too_deep(echo):
        return False
    try:
        msgspec.json.encode(echo)
    except UnicodeEncodeError:
        return False
    return True
