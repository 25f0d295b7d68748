"""Measures answers that stream in over real sockets: what fifty of them at once take of a core.

    python tests/bench/wires.py ours     fifty steps of a live run: the adapter, the watchdog, the bus and the journal
    python tests/bench/wires.py typed    the same fifty streams through the SDK's typed path, and nothing else
    python tests/bench/wires.py bytes    the same as bytes, by the HTTP client that both stand on, and nothing else

Each prints the share of a core that it took while the streams came. The server is a process of its own.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
if __name__ == "__main__":
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

STREAMS = 50
RATE = 100  # tokens a second, in each
SECONDS = 6.0  # of each stream
TOKENS = int(SECONDS * RATE)
TAKEN = 0.5  # seconds at both ends of a stream that are not measured
WORDS = ("the", "figure", "is", "from", "an", "annual", "report", "and", "another", "one", "from", "a", "slide", "so")


def share_of_a_core(way: str) -> float:
    """What one way takes, measured in a process of its own."""
    done = subprocess.run([sys.executable, __file__, way], capture_output=True, text=True, check=True)
    return float(done.stdout)


def beyond_the_bytes(way: str) -> float:
    """What a way takes besides what it costs to have the bytes at all."""
    return share_of_a_core(way) - share_of_a_core("bytes")


async def serve() -> None:
    """Answer every request with a stream of chat completion chunks."""
    server = await asyncio.start_server(_answer, "127.0.0.1", 0, backlog=200)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).lower().split(b"\r\n")
    length = next(line.partition(b":")[2] for line in head if line.startswith(b"content-length"))
    await reader.readexactly(int(length))
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n")
    begun = time.monotonic()
    for number in range(TOKENS):
        writer.write(_chunk({"content": WORDS[number % len(WORDS)] + " "}, None))
        await asyncio.sleep(_due(begun, number + 1))
    writer.write(_chunk({}, "stop", {"prompt_tokens": 20, "completion_tokens": TOKENS}))
    writer.write(b"data: [DONE]\n\n")
    with suppress(ConnectionError):
        await writer.drain()
    writer.close()


def _due(begun: float, number: int) -> float:
    return max(0.0, begun + number / RATE - time.monotonic())


def _chunk(delta: dict[str, str], finish: str | None, usage: dict[str, int] | None = None) -> bytes:
    said = {
        "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1795000000, "model": "m",
        "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}], "usage": usage,
    }  # fmt: skip
    return b"data: " + json.dumps(said, separators=(",", ":")).encode() + b"\n\n"


async def ours(url: str) -> float:
    """Fifty steps that speak at the same time, as any live run performs them."""
    from app.engine import perform
    from app.scenario import load

    each = f"for_each: {list(range(STREAMS))}, max_parallel: {STREAMS}"
    with tempfile.TemporaryDirectory(dir=sys.prefix) as name:  # a disk; /tmp may be memory
        play = Path(name) / "play.yaml"
        play.write_text(
            "schema: footlights/v1\nname: wires\n"
            f"models: {{m: {{use: openai-compatible/m, base_url: '{url}', rate: {{at_a_time: {STREAMS}}}}}}}\n"
            "agents: {a: {persona: You speak., model: m}}\n"
            f"steps: {{each: {{{each}, agent: a, prompt: Speak.}}}}\n"
        )
        run = perform(load(play), mode="live", workspace=Path(name) / "archive.db")
        watching = asyncio.create_task(_share())
        result = await run.result()
        assert result.outcome == "succeeded", result
        return await watching


async def typed(url: str) -> float:
    """The same streams as the SDK gives them to everybody."""
    import openai

    async with openai.AsyncOpenAI(api_key="none", base_url=url, max_retries=0) as client:
        _ = client.chat.completions

        async def one() -> None:
            stream = await client.chat.completions.create(
                model="m", messages=[{"role": "user", "content": "Speak."}], stream=True
            )
            said = [chunk.choices[0].delta.content async for chunk in stream]
            assert len(said) > TOKENS

        watching = asyncio.create_task(_share())
        await asyncio.gather(*(one() for _ in range(STREAMS)))
        return await watching


async def bytes_alone(url: str) -> float:
    """The same streams, looked at by nobody."""
    from providers.base import Endpoint
    from providers.wires.http import client_of

    async with client_of(Endpoint("openai-compatible", url)) as client:

        async def one() -> None:
            async with client.stream("POST", f"{url}/chat/completions", json={}) as answer:
                assert sum([len(piece) async for piece in answer.aiter_bytes()]) > TOKENS

        watching = asyncio.create_task(_share())
        await asyncio.gather(*(one() for _ in range(STREAMS)))
        return await watching


async def _share() -> float:
    """What this process takes of a core while the streams are at work."""
    await asyncio.sleep(2 * TAKEN)  # an SDK may have to be imported first
    before, since = _cpu(), time.monotonic()
    await asyncio.sleep(SECONDS - 4 * TAKEN)
    return (_cpu() - before) / (time.monotonic() - since)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Serve, or measure one way against a server of its own."""
    way = sys.argv[1]
    if way == "serve":
        asyncio.run(serve())
        return
    server = subprocess.Popen([sys.executable, __file__, "serve"], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    try:
        url = f"http://127.0.0.1:{int(server.stdout.readline())}/v1"
        os.environ["FOOTLIGHTS_HOME"] = tempfile.gettempdir()
        print(asyncio.run({"ours": ours, "typed": typed, "bytes": bytes_alone}[way](url)))
    finally:
        server.kill()
        server.wait()


if __name__ == "__main__":
    main()
