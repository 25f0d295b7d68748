"""What tests of tools share: a project, surroundings to use a tool in, and a web server on this machine."""

from __future__ import annotations

import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from app.tools.base import Surroundings, ToolError
from app.tools.offers import use
from app.tools.registry import find

Using = Callable[..., Coroutine[Any, Any, Any]]
Failing = Callable[..., Coroutine[Any, Any, ToolError]]


@dataclass(frozen=True)
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Loopback:
    """A web server whose answers a test writes down beforehand."""

    port: int
    requests: list[Seen] = field(default_factory=list)
    answers: dict[str, Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=dict)
    over: threading.Event = field(default_factory=threading.Event)  # lets answers that hang come to their end

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def answer(self, path: str, body: bytes = b"", status: int = 200, **headers: str) -> None:
        """Write down what is answered; header names have _ for -."""

        def write(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            for name, value in {"content_length": str(len(body)), **headers}.items():
                handler.send_header(name.replace("_", "-"), value)
            handler.end_headers()
            if handler.command != "HEAD":
                handler.wfile.write(body)

        self.answers[path] = write

    def hang(self, path: str, first: bytes = b"") -> None:
        """Say this much, then nothing more."""

        def write(handler: BaseHTTPRequestHandler) -> None:
            handler.wfile.write(first)
            self.over.wait(30)

        self.answers[path] = write

    def break_off(self, path: str, first: bytes = b"") -> None:
        """Say this much, then close the connection."""
        self.answers[path] = lambda handler: void(handler.wfile.write(first))


def void(_value: object) -> None:
    """Give nothing."""


@pytest.fixture
def server() -> Iterator[Loopback]:
    """Run a web server on this machine."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            loopback.requests.append(Seen(self.command, self.path, headers, body))
            self.close_connection = True
            with suppress(BrokenPipeError, ConnectionResetError):  # whoever asked has heard enough
                loopback.answers[self.path.partition("?")[0]](self)

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    loopback = Loopback(running.server_address[1])
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield loopback
    loopback.over.set()
    running.shutdown()
    thread.join()
    running.server_close()


@pytest.fixture
def surroundings(tmp_path: Path) -> Surroundings:
    """An empty project where no host is allowed and nothing is set."""
    project = tmp_path / "project"
    project.mkdir()
    return Surroundings(root=project, outbox=tmp_path / "outbox", environment={})


@pytest.fixture
def using(surroundings: Surroundings) -> Using:
    """Use a tool: `await using("table.filter", {...}, hosts=...)`."""

    async def using(name: str, arguments: dict[str, Any], **changes: Any) -> Any:
        tool = find(name)
        assert tool is not None
        return await use(tool, arguments, replace(surroundings, **changes))

    return using


@pytest.fixture
def failing(using: Using) -> Failing:
    """Use a tool that cannot do it, and return why."""

    async def failing(name: str, arguments: dict[str, Any], **changes: Any) -> ToolError:
        with pytest.raises(ToolError) as raised:
            await using(name, arguments, **changes)
        return raised.value

    return failing
