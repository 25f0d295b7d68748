"""server-everything, by which clients of MCP are tried: listed, used, too slow, killed, asked for leave; both ways."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
import pytest_asyncio

from app.tools.base import Surroundings, ToolError
from app.tools.mcp.troupe import Servers
from app.tools.offers import use
from peers.install import EVERYTHING

pytestmark = pytest.mark.soak


@pytest_asyncio.fixture(params=["a command", "an address"])
async def servers(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Servers]:
    way, served = f"command: [{EVERYTHING}]", None
    if request.param == "an address":
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        environment = {**os.environ, "PORT": str(port)}
        served = subprocess.Popen(
            [EVERYTHING, "streamableHttp"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        await _listening(port)
        way = f'url: "http://127.0.0.1:{port}/mcp"'
    file = tmp_path / "mcp.yaml"
    file.write_text(f"schema: footlights-mcp/v1\nservers: {{every: {{{way}, timeout: 2s}}}}\n")
    troupe = Servers(file, tmp_path)
    yield troupe
    await troupe.close()
    if served is not None:
        served.kill()
        served.wait()


async def _listening(port: int) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return


async def test_it_is_listed_used_too_slow_killed_and_asked_for_leave(servers: Servers, tmp_path: Path) -> None:
    tools = {tool.name.rpartition("/")[2]: tool for tool in await servers.tools("mcp:every")}
    surroundings = Surroundings(tmp_path, tmp_path)
    assert await use(tools["echo"], {"message": "who is there"}, surroundings) == "Echo: who is there"
    assert await use(tools["get-sum"], {"a": 2, "b": 3}, surroundings) == "The sum of 2 and 3 is 5."
    weather = await use(tools["get-structured-content"], {"location": "Chicago"}, surroundings)
    assert weather["conditions"] == "Light rain / drizzle"
    assert tools["toggle-simulated-logging"].asks_first
    assert not tools["echo"].asks_first
    with pytest.raises(ToolError) as slow:
        await use(tools["trigger-long-running-operation"], {"duration": 30, "steps": 3}, surroundings)
    assert slow.value.error == "timeout"
    assert await use(tools["echo"], {"message": "still there"}, surroundings) == "Echo: still there"
    for process in psutil.Process().children(recursive=True):
        process.kill()
    with pytest.raises(ToolError) as dead:
        await use(tools["toggle-simulated-logging"], {}, surroundings)
    assert dead.value.error == "connection"
