"""An answer that makes no progress ends when its time is over, by a loop whose clock the tests move."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from collections.abc import AsyncIterator, Callable

import pytest

from app.events import Usage
from providers.base import Chunk, ToolCall
from providers.wires.watchdog import AFTER_THE_END, Patience, Stalled, in_time

PATIENCE = Patience(first=10.0, between=4.0, total=30.0)
STEP = 0.5  # seconds, by which the clock moves


class Hands:
    """The hands of the loop's clock."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._now = loop.time()
        loop.time = lambda: self._now  # type: ignore[method-assign]

    async def move(self, seconds: float) -> None:
        """Let so many seconds pass, little by little."""
        for _ in range(round(seconds / STEP)):
            self._now += STEP
            for _ in range(4):
                await asyncio.sleep(0)

    async def jump(self, seconds: float, meanwhile: Callable[[], object] = lambda: None) -> None:
        """The process slept; what happened meanwhile is found when it wakes."""
        self._now += seconds
        meanwhile()
        for _ in range(8):
            await asyncio.sleep(0)


@pytest.fixture
async def hands() -> Hands:
    return Hands(asyncio.get_running_loop())


class Source:
    """An answer whose chunks come when the test says."""

    def __init__(self) -> None:
        self._coming: asyncio.Queue[Chunk | None] = asyncio.Queue()
        self.is_closed = False

    def give(self, *chunks: Chunk) -> None:
        for chunk in chunks:
            self._coming.put_nowait(chunk)

    def end(self) -> None:
        self._coming.put_nowait(None)

    async def chunks(self) -> AsyncIterator[Chunk]:
        try:
            while (chunk := await self._coming.get()) is not None:
                yield chunk
        finally:
            self.is_closed = True


class Heard:
    """What a listener heard of a source, and how it ended."""

    def __init__(self, source: Source, patience: Patience = PATIENCE) -> None:
        self.chunks: list[Chunk] = []
        self.task = asyncio.ensure_future(self._listen(source, patience))

    async def _listen(self, source: Source, patience: Patience) -> None:
        async for chunk in in_time(source.chunks(), patience):
            self.chunks.append(chunk)

    @property
    def text(self) -> str:
        return "".join(chunk.text for chunk in self.chunks)

    async def stalled(self) -> str:
        with pytest.raises(Stalled) as raised:
            await self.task
        return str(raised.value)


async def test_an_answer_in_time_comes_as_it_is(hands: Hands) -> None:
    source = Source()
    heard = Heard(source)
    for piece in ("a", "b", "c"):
        await hands.move(3.5)
        source.give(Chunk(piece))
    source.give(Chunk(finish="stop"), Chunk(usage=Usage(1, output=3)))
    source.end()
    await heard.task
    assert heard.text == "abc"
    assert source.is_closed


async def test_a_first_token_that_does_not_come_is_not_waited_for(hands: Hands) -> None:
    source = Source()
    heard = Heard(source)
    await hands.move(9.5)
    assert not heard.task.done()
    await hands.move(1)
    assert await heard.stalled() == "the first token did not come within 10 seconds"
    assert source.is_closed


async def test_a_next_token_has_less_time(hands: Hands) -> None:
    source = Source()
    heard = Heard(source)
    await hands.move(9)
    source.give(Chunk("a"))
    await hands.move(3.5)
    assert not heard.task.done()
    await hands.move(1)
    assert await heard.stalled() == "the next token did not come within 4 seconds"
    assert heard.text == "a"


async def test_an_answer_that_never_ends_is_over_after_all_its_time(hands: Hands) -> None:
    source = Source()
    heard = Heard(source)
    for _ in range(29):
        source.give(Chunk("a"))
        await hands.move(1)
    assert not heard.task.done()
    source.give(Chunk("a"))
    await hands.move(1.5)
    assert await heard.stalled() == "the whole answer did not come within 30 seconds"


@pytest.mark.parametrize(
    "number", [Chunk(served="model"), Chunk(request="req_1"), Chunk(usage=Usage(5)), Chunk(echo={"a": 1})]
)
async def test_numbers_are_no_token(number: Chunk, hands: Hands) -> None:
    source = Source()
    heard = Heard(source)
    source.give(number)
    await hands.move(9)
    source.give(number)
    assert not heard.task.done()
    await hands.move(1.5)
    assert await heard.stalled() == "the first token did not come within 10 seconds"


@pytest.mark.parametrize(
    "piece", [Chunk("a"), Chunk(thought="a"), Chunk(), Chunk(tool_calls=(ToolCall("1", "look", "{}"),))]
)
async def test_what_grows_is_progress_even_if_it_cannot_be_shown_yet(piece: Chunk, hands: Hands) -> None:
    source = Source()
    heard = Heard(source)
    for _ in range(7):
        source.give(piece)
        await hands.move(3.5)
    assert not heard.task.done()
    await hands.move(1)
    assert await heard.stalled() == "the next token did not come within 4 seconds"


async def test_usage_may_follow_the_end_for_a_moment(hands: Hands) -> None:
    source = Source()
    heard = Heard(source, Patience(first=60.0, between=60.0))
    source.give(Chunk("a"), Chunk(finish="stop"))
    await hands.move(AFTER_THE_END - STEP)
    source.give(Chunk(usage=Usage(5)))
    assert not heard.task.done()
    await hands.move(2 * STEP)
    assert await heard.stalled() == "the end of the stream did not come within 5 seconds"


async def test_a_limit_as_long_as_that_moment_is_still_one_for_tokens(hands: Hands) -> None:
    source = Source()
    heard = Heard(source, Patience(first=AFTER_THE_END, between=2.0))
    source.give(Chunk("a"))
    await hands.move(2.5)
    assert await heard.stalled() == "the next token did not come within 2 seconds"


async def test_what_its_listener_takes_long_for_is_not_the_answers_fault(hands: Hands) -> None:
    source = Source()
    chunks = in_time(source.chunks(), PATIENCE)
    source.give(Chunk("a"), Chunk("b"))
    assert (await anext(chunks)).text == "a"
    await hands.move(20)
    assert (await anext(chunks)).text == "b"
    await chunks.aclose()
    assert source.is_closed


async def test_what_came_while_the_process_slept_is_heard_when_it_wakes(hands: Hands) -> None:
    source = Source()
    heard = Heard(source, Patience(first=10.0, between=4.0, total=10_000.0))
    source.give(Chunk("a"))
    await hands.move(1)
    await hands.jump(3600, lambda: source.give(Chunk("b")))
    source.give(Chunk("c"))
    await hands.move(3)
    assert heard.text == "abc"
    assert not heard.task.done()
    await hands.jump(3600)
    assert await heard.stalled() == "the next token did not come within 4 seconds"


async def test_a_cancellation_from_outside_stays_one(hands: Hands) -> None:
    source = Source()
    heard = Heard(source)
    await hands.move(1)
    heard.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await heard.task
    assert source.is_closed


@pytest.mark.parametrize("first", ["alarm", "outside"])
async def test_a_cancellation_from_outside_is_not_lost_in_a_stall_of_the_same_moment(first: str, hands: Hands) -> None:
    source = Source()
    heard = Heard(source)
    await hands.move(9.5)
    loop = asyncio.get_running_loop()
    if first == "outside":
        heard.task.cancel()
        await hands.jump(1)
    else:
        loop.call_at(loop.time() + 1, lambda: loop.call_soon(heard.task.cancel))
        await hands.jump(1)
    with pytest.raises(asyncio.CancelledError):
        await heard.task


async def test_after_a_stall_the_task_is_as_it_was(hands: Hands) -> None:
    source = Source()

    async def listen() -> tuple[str, int]:
        task = asyncio.current_task()
        assert task is not None
        try:
            async for _ in in_time(source.chunks(), PATIENCE):
                pass
        except Stalled as stalled:
            async with asyncio.timeout(5):
                await asyncio.sleep(0)
            return str(stalled), task.cancelling()
        raise AssertionError("it was in time")

    listening = asyncio.ensure_future(listen())
    await hands.move(11)
    assert await listening == ("the first token did not come within 10 seconds", 0)


async def test_an_error_of_the_answer_passes_through(hands: Hands) -> None:
    async def breaks() -> AsyncIterator[Chunk]:
        yield Chunk("a")
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        async for _ in in_time(breaks(), PATIENCE):
            pass
    await hands.move(60)  # and nothing rings any more


async def test_a_stall_that_the_answer_turns_into_something_else_leaves_no_cancellation_behind(hands: Hands) -> None:
    async def turns() -> AsyncIterator[Chunk]:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise ValueError("turned") from None
        yield Chunk()

    async def listen() -> int:
        with pytest.raises(ValueError, match="turned"):
            async for _ in in_time(turns(), PATIENCE):
                pass
        task = asyncio.current_task()
        return task.cancelling() if task is not None else -1

    listening = asyncio.ensure_future(listen())
    await hands.move(11)
    assert await listening == 0


async def test_a_long_answer_takes_one_timer_and_no_memory(hands: Hands) -> None:
    async def endless(count: int) -> AsyncIterator[Chunk]:
        chunk = Chunk("a")
        for _ in range(count):
            yield chunk

    made = 0
    loop = asyncio.get_running_loop()
    call_at = loop.call_at

    def counted(*given: object, **named: object) -> asyncio.TimerHandle:
        nonlocal made
        made += 1
        return call_at(*given, **named)  # type: ignore[arg-type]

    loop.call_at = counted  # type: ignore[method-assign]
    gc.collect()
    tracemalloc.start()
    async for _ in in_time(endless(20_000), PATIENCE):
        pass
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert made <= 2
    assert most < 100_000
