"""A server on this machine that counts what it is asked, outside the product, and can end the process that asks."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Server:
    """Takes orders and stores things; of a request that bears a key it has seen, it gives the first answer again."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()  # requests, by method and path
        self.keys: Counter[tuple[str, str]] = Counter()  # requests that write, by path and idempotency key
        self.done: Counter[str] = Counter()  # what was really done, by path
        self.performer = 0  # the process that asks
        self.kill: tuple[str, str] | None = None  # at which path, and when: asked, done, answered
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def host(self) -> str:
        """Where it listens, as a list of hosts names it."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()

    def answer(self, method: str, path: str, key: str) -> tuple[int, dict[str, Any]]:
        """Do what is asked, once a key."""
        with self._lock:
            self.asked[f"{method} {path}"] += 1
            self._reap(path, "asked")
            if method == "GET":
                return (503, {}) if self.asked[f"GET {path}"] == 1 else (200, {"lit": True})
            self.keys[path, key] += 1
            if self.keys[path, key] == 1 or not key:
                self.done[path] += 1
            self._reap(path, "done")
            if path == "/shaky" and self.asked[f"{method} {path}"] == 1:
                return 503, {}  # it was done all the same
            return 201, {"number": 1}

    def _reap(self, path: str, when: str) -> None:
        if self.kill == (path, when):
            self.kill = None
            os.kill(self.performer, signal.SIGKILL)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._serve()

            def do_POST(self) -> None:
                self._serve()

            def do_PUT(self) -> None:
                self._serve()

            def _serve(self) -> None:
                self.rfile.read(int(self.headers.get("content-length") or 0))
                status, data = server.answer(self.command, self.path, self.headers.get("idempotency-key") or "")
                body = json.dumps(data).encode()
                try:
                    self.send_response_only(status)  # without a date, which no two runs share
                    self.send_header("content-type", "application/json")
                    self.send_header("content-length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:  # whoever asked is dead
                    return
                server._reap(self.path, "answered")

            def log_message(self, format: str, *words: object) -> None:
                pass

        return Handler
