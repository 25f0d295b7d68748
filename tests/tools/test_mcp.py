"""Tools of servers: one that others wrote, and one that does what servers should not. Real processes, real pipes."""

from __future__ import annotations

import asyncio
import gzip
import json
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from app.cli.tool_servers import offered
from app.tools.base import Surroundings, Tool, ToolError
from app.tools.mcp.offered import parameters_of
from app.tools.mcp.own_servers import ServersRefused, read_servers
from app.tools.mcp.troupe import Servers
from app.tools.offers import compiled, use
from corpus import lying_server
from corpus.commands import ROOT
from corpus.processes import below

TIME = Path(sys.executable).with_name("mcp-server-time")
NOTES = ROOT / "tests" / "corpus" / "tool_server.py"
LIAR = ROOT / "tests" / "corpus" / "lying_server.py"


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
  liar: {{command: [{sys.executable}, {LIAR}]}}
  endless: {{command: [{sys.executable}, {LIAR}, pages]}}
  mute: {{command: [{sys.executable}, {LIAR}, mute]}}
"""
    )
    servers = Servers(file, tmp_path, {"NOTES_TOKEN": "ink-4711", "NOT_FOR_YOU": "x"})
    yield Troupe(tmp_path, servers)
    await servers.close()
    assert not [one for program in (TIME, NOTES, LIAR) for one in below(program.name)], "one is left running"


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
    for process in below(TIME.name):
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


async def test_what_a_liar_says_is_an_error_and_nothing_of_it_reaches_the_terminal(
    troupe: Troupe, capfd: pytest.CaptureFixture[str]
) -> None:
    tools = {tool.name.removeprefix("mcp:liar/"): tool for tool in await troupe.servers.tools("mcp:liar")}
    assert set(tools) == {*lying_server.SCHEMAS, *lying_server.ANSWERS}
    assert troupe.servers.left_out("mcp:liar") == len(lying_server.UNNAMEABLE)
    assert {(tool.says[:11], len(tool.says)) for tool in tools.values()} == {("␛[31mredzzz", 4_000)}
    for name in lying_server.SCHEMAS:
        assert await troupe.use(f"liar/{name}", a="xylophone") == "fine"
    assert (await troupe.failing("liar/wrong")).message.startswith("liar does not speak the protocol")
    for name in ("nan", "huge"):
        assert (await troupe.failing(f"liar/{name}")).message == f"a number that mcp:liar/{name} gives is not finite"
    assert (await troupe.failing("liar/escapes")).message == "liar/escapes: ␛[2J<U+202E> no"
    assert (await troupe.use("liar/patient"))["a"].endswith("!")
    died = await troupe.failing("liar/look_ahead")
    assert died.error == "connection"
    assert died.hint.startswith("it wrote: EEE")
    assert died.hint.endswith(" these are the last words")
    assert capfd.readouterr() == ("", "")


def test_what_a_server_offers_is_shown_clean_and_what_is_left_out_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mcp.yaml").write_text(
        f"schema: footlights-mcp/v1\nservers: {{liar: {{command: [{sys.executable}, {LIAR}]}}}}\n"
    )
    monkeypatch.setenv("FOOTLIGHTS_CONFIG", str(tmp_path))
    tools = offered("mcp:liar")
    assert capsys.readouterr().err == "5 left out: names that cannot be used\n"
    assert len(tools) == len({*lying_server.SCHEMAS, *lying_server.ANSWERS})
    assert not any(sign in f"{tool.name}{tool.says}{tool.parameters}" for tool in tools for sign in ("\x1b", "\\x1b"))


async def test_a_list_without_end_is_ended_and_a_server_that_says_nothing_is_cut_off(troupe: Troupe) -> None:
    assert await troupe.servers.tools("mcp:endless") == ()
    asking = asyncio.create_task(troupe.servers.tools("mcp:mute"))
    while not (below(f"{LIAR.name} mute") or asking.done()):
        await asyncio.sleep(0.01)
    asking.cancel()
    await troupe.servers.close()  # and the fixture sees that none is left


class Door(BaseHTTPRequestHandler):
    """Speaks the protocol over HTTP until a tool is used; how it fails then, its address says."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if asked["method"] == "tools/call":
            self._fail(self.path[1:])
            return
        said: dict[str, Any] = {"jsonrpc": "2.0", "id": asked.get("id")}
        if asked["method"] == "server/discover":
            said["error"] = {"code": -32601, "message": "no"}
        else:
            said["result"] = json.loads(lying_server.answer(asked["method"], asked.get("params", {}), 0))
        self._begin(200 if "id" in asked else 202)
        self.wfile.write(json.dumps(said).encode())

    def _fail(self, way: str) -> None:
        self._begin(403 if way == "locked" else 200, **({"content-encoding": "gzip"} if way == "packed" else {}))
        if way == "packed":
            self.wfile.write(gzip.compress(b" " * 9_000_000))
        with suppress(BrokenPipeError, ConnectionResetError):  # whoever asked has heard enough
            while way == "endless":
                self.wfile.write(b" " * 1_000_000)

    def _begin(self, status: int, **headers: str) -> None:
        self.close_connection = True
        self.send_response(status)
        for name, value in {"content-type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""


@pytest.fixture
def door() -> Iterator[str]:
    """Its address."""
    running = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{running.server_address[1]}"
    running.shutdown()
    thread.join()
    running.server_close()


async def test_an_answer_over_http_is_counted_and_a_locked_door_is_told(door: str, tmp_path: Path) -> None:
    file = tmp_path / "mcp.yaml"
    ways = "\n".join(f"  {way}: {{url: '{door}/{way}', bearer: DOOR_KEY}}" for way in ("endless", "packed", "locked"))
    file.write_text(f"schema: footlights-mcp/v1\nservers:\n{ways}\n")
    troupe = Troupe(tmp_path, Servers(file, tmp_path, {"DOOR_KEY": "open-4711"}))
    try:
        assert "it has more than 8,000,000 bytes" in (await troupe.failing("endless/nan")).message
        assert "it is packed, which nobody asked for" in (await troupe.failing("packed/nan")).message
        locked = await troupe.failing("locked/nan")
        assert (locked.error, locked.hint) == ("auth", "is the token in DOOR_KEY still good?")
    finally:
        await troupe.servers.close()


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": 5},
        {"required": "a"},
        {"$schema": "http://nowhere.example/schema"},
        {"properties": {"a": {"patternProperties": {"(?=x)": {}}, "pattern": ["x"]}}},
        {"properties": {"a": {"enum": ["x"] * 100_000}}},
        {"properties": {"\ud800": {"const": "\ud800"}}},
        {"allOf": [5], "properties": {"a": {}}},
        json.loads('{"not":' * 200 + "{}" + "}" * 200),
    ],
)
def test_any_schema_of_a_stranger_becomes_one_that_arguments_can_be_checked_by(schema: dict[str, Any]) -> None:
    parameters = parameters_of(schema)
    compiled(parameters)
    assert parameters["type"] == "object"
    assert isinstance(parameters["properties"], dict)
    assert isinstance(parameters["required"], list)
    assert len(json.dumps(parameters)) < 110_000


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: {}", "a server has a command or a url"),
        ("a: {command: [x], url: http://127.0.0.1/mcp}", "a server has a command or a url"),
        ("a: {url: ftp://127.0.0.1}", '"ftp://127.0.0.1" is not a web address'),
        ("a: {command: [x], writes: maybe}", '"maybe" is not one of ask, allow or refuse'),
        ("a: {command: [x], env: {API_KEY: sk-ant-REDACTED}}", "API_KEY looks like a secret"),
        ("a: {command: [x, --password=correct-horse-1]}", "a word of the command looks like a secret"),
        ("a: {command: [x, --api-key, correct-horse-1]}", "a word of the command looks like a secret"),
        ("a: {url: http://tools.example, bearer: TOKEN}", "a token would go over plain http"),
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
