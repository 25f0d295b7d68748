"""Processes that others have begun, found by what they were begun with."""

from __future__ import annotations

from contextlib import suppress

import psutil


def below(word: str, pid: int | None = None) -> list[psutil.Process]:
    """Those below this process, or another one, whose command has the word; whoever ends while we look is gone."""
    found = []
    for process in psutil.Process(pid).children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # also when nobody has asked yet how it ended
            if word in " ".join(process.cmdline()):
                found.append(process)
    return found


def is_left(process: psutil.Process) -> bool:
    """Does it still do anything?"""
    with suppress(psutil.NoSuchProcess):
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    return False
