"""What a server writes beside the protocol: all of it is read, so that nothing fills, and the last words are kept."""

from __future__ import annotations

import asyncio
import os

from app.safety import safe_text

_KEPT = 8_000  # bytes
_PIECE = 65_536  # what a pipe holds on most systems
_TOLD = 400  # characters


class LastWords:
    """A pipe for one server: `writer` is given to it, and then it is ours no longer."""

    def __init__(self) -> None:
        self._end, its_end = os.pipe()
        os.set_blocking(self._end, False)
        self.writer = os.fdopen(its_end, "w")
        self._kept = b""
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._end, self._hear)
        self._is_closed = False

    def told(self) -> str:
        """What it wrote last."""
        for _ in range(16):  # what is still on its way; who writes without end is not heard out
            if self._is_closed or not self._hear():
                break
        return safe_text(self._kept.decode("utf-8", "replace")).strip()[-_TOLD:]

    def close(self) -> None:
        """Hear no more."""
        self.writer.close()
        if not self._is_closed:
            self._is_closed = True
            self._loop.remove_reader(self._end)
            os.close(self._end)

    def _hear(self) -> bool:
        """Take what there is; False: nothing now."""
        try:
            piece = os.read(self._end, _PIECE)
        except BlockingIOError:
            return False
        self._kept = (self._kept + piece)[-_KEPT:]
        if not piece:  # it was closed: a reader would be called for ever
            self._loop.remove_reader(self._end)
        return bool(piece)
