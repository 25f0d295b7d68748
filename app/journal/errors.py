"""What can go wrong with the journal."""

from __future__ import annotations

from app.errors import FootlightsError, NotFound


class JournalError(FootlightsError):
    """The archive cannot be opened or used."""


class NoArchive(JournalError):
    """Nothing has been performed in this workspace yet."""


class JournalClosed(JournalError):
    """The journal was closed, or belongs to the process that this one was forked from."""


class JournalFailure(JournalError):
    """Events could not be written. What was acknowledged before is safe, and the run can be resumed."""


class DiskFull(JournalFailure):
    """There is no room for more events."""


class LeaseLost(JournalFailure):
    """Somebody else took the run over, so this process may not add to it any more."""


class RunNotFound(NotFound):
    """No run has this name."""


class RunBusy(JournalError):
    """Somebody else is performing the run."""


class RunOver(JournalError):
    """The run has ended; nothing comes after."""


class AnswerRefused(JournalError):
    """An answer came too late: there is one already."""


def failure_of(error: Exception, workspace: str) -> JournalFailure:
    """Say in plain words why nothing could be written. SQLite has rolled back already."""
    name = getattr(error, "sqlite_errorname", "")
    if name in NO_ROOM:
        return DiskFull(
            f"there is no room to write in {workspace}",
            "make room, then start it again or resume it: all until here is kept",
        )
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return JournalFailure(f"{workspace} is damaged: {error}", "`footlights salvage` reads what can still be read")
    return JournalFailure(f"cannot write to {workspace}: {error} ({name or type(error).__name__})", _KEPT)


CLOSED = "the journal is closed"
FORKED = "this process was forked from one that writes a journal; open another after the fork"
_KEPT = "all until here is kept; see what is wrong there, then resume"
# A limit on the size of files is no room either: SQLite calls what it did not expect from write() an error of writing.
NO_ROOM = frozenset({"SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE"})
