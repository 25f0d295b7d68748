"""The porch: connections of whoever has not come through the door. There is room for some; the oldest makes way."""

from __future__ import annotations

import asyncio

from aiohttp import web


class Porch:
    """`porch.receive(server)` for every new connection; `porch.let_in(connection)` once somebody is no stranger."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._inside: set[asyncio.BaseProtocol] = set()

    def receive(self, server: web.Server) -> asyncio.BaseProtocol:
        """Take one more, and cut the oldest stranger where that is one too many: nobody can keep others out."""
        here = [each for each in server.connections if each.transport is not None and not each.transport.is_closing()]
        self._inside.intersection_update(here)
        strangers = [each for each in here if each not in self._inside]
        for oldest in strangers[: max(0, len(strangers) + 1 - self._room)]:
            if oldest.transport is not None:
                oldest.transport.abort()
        return server()

    def let_in(self, connection: asyncio.BaseProtocol) -> None:
        """It is no stranger's."""
        self._inside.add(connection)
