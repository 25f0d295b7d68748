"""Tells every open writer of a process when it finds itself in a forked child."""

from __future__ import annotations

import os
import weakref
from typing import Protocol


class Forked(Protocol):
    """Whoever must know that the process was forked."""

    def after_fork(self) -> None: ...


_open: weakref.WeakSet[Forked] = weakref.WeakSet()


def tell(writer: Forked) -> None:
    """Have this one told."""
    _open.add(writer)


def _tell_all() -> None:
    for writer in list(_open):
        writer.after_fork()


os.register_at_fork(after_in_child=_tell_all)
