"""Tools of servers: one that others wrote, and one that does what servers should not. Real processes, real pipes."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import pytest_asyncio

from app.tools.base import Surroundings, Tool, ToolError
from app.tools.mcp import Servers
from app.tools.offers import use
from app.tools.servers import ServersRefused, read_servers
from corpus.commands import ROOT

TIME = Path(sys.executable).with_name("mcp-server-time")
NOTES = ROOT / "tests" / "corpus" / "tool_server.py"


class Troupe:
    """Servers as a run has them, and what they give."""

    def __init__(self, folder: Path, servers: Servers) -> None:
        self.folder = folder
        self.servers = servers

    async def tool(self, name: str) -> Tool:
        (found,) = await self.servers.tools(f"mcp:{name}")
        return found

    async def use(self, name: str, **arguments: Any) -> Any:
        surroundings = Surroundings(self.folder, self.folder / "outbox")
        return await use(await self.tool(name), arguments, surroundings)

    async def failing(self, name: str, **arguments: Any) -> ToolError:
        with pytest.raises(ToolError) as raised:
            await self.use(name, **arguments)
        return raised.value


@pytest_asyncio.fixture
async def troupe(tmp_path: Path) -> AsyncIterator[Troupe]:
    notes = f"[{sys.executable}, {NOTES}, {tmp_path / 'notes.txt'}]"
    file = tmp_path / "mcp.yaml"
    file.write_text(
        f"""schema: footlights-mcp/v1
servers:
  time: {{command: [{TIME}]}}
  notes: {{command: {notes}, env: {{NOTES_TOKEN: null}}}}
  quick: {{command: {notes}, timeout: 500ms, tools: [look, hang, note], writes: refuse}}
  free: {{command: {notes}, writes: allow}}
  gone: {{command: [no-such-program]}}
  deaf: {{url: "http://127.0.0.1:9/mcp"}}
"""
    )
    before = set(psutil.Process().children(recursive=True))
    servers = Servers(file, tmp_path, {"NOTES_TOKEN": "ink-4711", "NOT_FOR_YOU": "x"})
    yield Troupe(tmp_path, servers)
    await servers.close()
    assert set(psutil.Process().children(recursive=True)) <= before, "a server was left running"


async def test_a_server_that_others_wrote_is_listed_used_and_refuses_what_does_not_fit(troupe: Troupe) -> None:
    tools = {tool.name: tool for tool in await troupe.servers.tools("mcp:time")}
    assert tools.keys() == {"mcp:time/get_current_time", "mcp:time/convert_time"}
    assert {(tool.effect, tool.asks_first) for tool in tools.values()} == {("read", False)}
    noon = await troupe.use(
        "time/convert_time", source_timezone="Asia/Tokyo", time="12:00", target_timezone="Asia/Kolkata"
    )
    assert noon["time_difference"] == "-3.5h"
    assert (await troupe.failing("time/convert_time", time="12:00")).error == "bad_arguments"
    assert "Nowhere" in (await troupe.failing("time/get_current_time", timezone="Nowhere")).message
    assert (await troupe.failing("time/now")).hint == "it has get_current_time and convert_time"


async def test_a_server_that_was_killed_is_started_again_for_what_only_reads(troupe: Troupe) -> None:
    await troupe.use("time/get_current_time", timezone="Asia/Tokyo")
    for process in psutil.Process().children(recursive=True):
        process.kill()
        process.wait()
    assert (await troupe.use("time/get_current_time", timezone="Asia/Tokyo"))["timezone"] == "Asia/Tokyo"


async def test_what_may_write_asks_first_or_is_allowed_or_is_not_there(troupe: Troupe) -> None:
    note = await troupe.tool("notes/note")
    assert (note.effect, note.asks_first) == ("write", True)
    assert not (await troupe.tool("free/note")).asks_first
    assert [tool.name for tool in await troupe.servers.tools("mcp:quick")] == ["mcp:quick/look", "mcp:quick/hang"]
    assert (await troupe.failing("quick/note")).message == "quick/note may write, and its writes are refused"
    assert (await troupe.failing("quick/flood")).message == "quick/flood is not in its list of tools"


async def test_what_hangs_floods_or_dies_is_an_error_and_the_rest_goes_on(troupe: Troupe) -> None:
    assert (await troupe.failing("quick/hang")).error == "timeout"
    assert await troupe.use("notes/look") == {"result": "nothing"}
    assert "more than 1,000,000 bytes" in (await troupe.failing("notes/flood")).message
    died = await troupe.failing("notes/die")
    assert (died.error, died.hint) == ("connection", "it wrote: the ink is out")
    assert await troupe.use("notes/token") == {"result": "ink-4711 and no more"}  # given what was named, and no more


async def test_a_server_that_is_not_there_is_told_in_one_line(troupe: Troupe) -> None:
    gone = await troupe.failing("gone")
    assert gone.message == 'gone cannot be started: "no-such-program" is no program here'
    assert (await troupe.failing("deaf")).error == "connection"
    assert (await troupe.failing("notse/look")).hint == 'did you mean "notes"?'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: {}", "a server has a command or a url"),
        ("a: {command: [x], url: http://127.0.0.1/mcp}", "a server has a command or a url"),
        ("a: {url: ftp://127.0.0.1}", '"ftp://127.0.0.1" is not a web address'),
        ("a: {command: [x], writes: maybe}", '"maybe" is not one of ask, allow or refuse'),
        ("a: {command: [x], env: {API_KEY: sk-ant-REDACTED}}", "API_KEY looks like a secret"),
        ("a: {command: [x], bearer: TOKEN}", "a command is given its token by env"),
    ],
)
def test_what_is_wrong_with_the_file_is_said_with_its_place(text: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "mcp.yaml"
    file.write_text(f"schema: footlights-mcp/v1\nservers:\n  {text}\n")
    with pytest.raises(ServersRefused) as refused:
        read_servers(file)
    assert said in refused.value.problems[0].message
    assert refused.value.problems[0].line == 3


def test_no_file_is_no_server(tmp_path: Path) -> None:
    assert read_servers(tmp_path / "mcp.yaml") == {}
