"""A real Ray cluster of two nodes on this machine, whose every process is ours to end."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

TOKEN = "0123456789abcdef" * 4
KEY = "canary-of-the-cluster-0123456789"  # that only the workers have
SETTINGS = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": TOKEN, "RAY_USAGE_STATS_ENABLED": "0"}
PATIENCE = 120.0  # seconds for a node to be there, however busy the machine is
STORE = 80_000_000  # bytes, the least there is


@dataclass
class RayNode:
    """One node: all processes of the session that `ray start` began."""

    session: int

    def processes(self) -> list[psutil.Process]:
        """Those that are alive."""
        found = []
        for process in psutil.process_iter():
            with suppress(ProcessLookupError, psutil.Error):
                if os.getsid(process.pid) == self.session:
                    found.append(process)
        return found

    def kill(self) -> None:
        """As if its machine lost power."""
        processes = self.processes()
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)
        psutil.wait_procs(processes, timeout=PATIENCE)

    def freeze(self) -> None:
        """As if its workers hung: they are there, and say nothing any more."""
        for process in self.processes():
            if any("WorkerActor" in word for word in process.cmdline()):
                process.suspend()


@dataclass
class TwoNodes:
    """The cluster. The first node is its head."""

    port: int = 0
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="fl-")))  # sockets want a short path
    head: RayNode | None = None
    second: RayNode | None = None

    @property
    def on(self) -> str:
        """As `--on` names it."""
        return f"ray://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start both."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.head = self._start(
            "--head", f"--port={self.port}", "--include-dashboard=false", f"--temp-dir={self.folder}"
        )
        self.start_second()

    def start_second(self) -> None:
        """Start the second, if it is not there."""
        if self.second is None or not self.second.processes():
            self.second = self._start(f"--address=127.0.0.1:{self.port}")

    def stop(self) -> None:
        """End both, and leave nothing."""
        for node in (self.second, self.head):
            if node is not None:
                node.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self, *words: str) -> RayNode:
        command = [
            str(Path(sys.executable).with_name("ray")), "start", *words, "--num-cpus=1", "--disable-usage-stats",
            f"--object-store-memory={STORE}", "--min-worker-port=0", "--max-worker-port=0",
        ]  # fmt: skip
        environment = {**os.environ, **SETTINGS, "OPENAI_API_KEY": KEY}
        with tempfile.TemporaryFile() as said:  # what it starts keeps its outputs open
            process = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True
            )
            if process.wait(PATIENCE) != 0:
                said.seek(0)
                raise AssertionError(said.read().decode("utf-8", "replace"))
        return RayNode(process.pid)
