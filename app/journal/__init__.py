"""Keeps every run as a log of events in SQLite: one writer, many readers, nothing acknowledged before it is durable.

Names are loaded when they are asked for: what only reads the archive need not pay for the writer, nor the writer for
aiosqlite.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.journal.archive import Archive
    from app.journal.inbox import Letter
    from app.journal.journal import Journal
    from app.journal.log import RunLog
    from app.journal.rows import RunRow
    from app.journal.search import Hit

__all__ = ["Archive", "Hit", "Journal", "Letter", "RunLog", "RunRow"]

_HOMES = {
    "Archive": "archive",
    "Hit": "search",
    "Journal": "journal",
    "Letter": "inbox",
    "RunLog": "log",
    "RunRow": "rows",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
