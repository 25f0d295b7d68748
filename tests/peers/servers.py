"""The servers of this folder as processes, each for as long as a test module needs it."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from peers.install import AIMOCK, LLAMA, LLMOCK, MODEL

PATIENCE = 60.0


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def llmock() -> Iterator[str]:
    """The address of an llmock server."""
    with _served(
        LLMOCK, "serve", "--port", "{port}", "--log-level", "warning", "--stream-chunk-delay-ms", "10"
    ) as url:  # so that it sees a client stop reading
        yield url


@contextmanager
def aimock(fixtures: Path) -> Iterator[str]:
    """The address of an aimock server with a script."""
    with _served(AIMOCK, "--port", "{port}", "--fixtures", str(fixtures), "--log-level", "silent") as url:
        yield url


@contextmanager
def llama() -> Iterator[str]:
    """The address of llama.cpp's server with a tiny model."""
    with _served(LLAMA, str(Path(__file__).with_name("llama.py")), str(MODEL), "{port}") as url:
        yield url


def ask(url: str, body: dict[str, Any] | None = None) -> Any:
    """What a server's control interface answers; with a body, to a POST."""
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(url, data, {"content-type": "application/json"}), timeout=PATIENCE) as answer:
        return json.loads(answer.read())


@contextmanager
def _served(program: Path, *words: str) -> Iterator[str]:
    assert program.exists(), "make peers and make engine install what these tests talk to"
    port = free_port()
    command = [str(program), *(word.format(port=port) for word in words)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(PATIENCE)
        assert process.stdin is not None
        process.stdin.close()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        assert process.poll() is None, "the server ended at once"
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the server does not listen")
