"""What a worker process does: it performs runs for whoever is at the other end of its stdin, and ends with them."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
from pathlib import Path

from app.batch.workers.frames import framed, messages
from app.batch.workers.worker import Worker

_BUFFER = 2**20


def main(outbox: str) -> None:
    """Perform until the driver is gone, however it went."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(200_000, 20, 20)  # as the command does
    asyncio.run(_serve(Path(outbox)))


async def _serve(outbox: Path) -> None:
    reader, writer = await asyncio.open_unix_connection(sock=_socket_on_stdin(), limit=_BUFFER)
    worker = Worker(lambda message: writer.write(framed(message)), outbox)
    async for message in messages(reader):
        worker.hear(message)
    os._exit(0)  # what is under way can be made safe no more, so it is not waited for


def _socket_on_stdin() -> socket.socket:
    """The way to the driver, out of the reach of whatever may read stdin."""
    found = socket.socket(fileno=os.dup(0))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return found
