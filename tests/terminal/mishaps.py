"""Programs in which something of ours fails: each breaks one thing, then performs the command it was given."""

from __future__ import annotations

import atexit
import os
import resource
import signal
from typing import Any

from app.settings import data_home
from footlights.__main__ import run


def in_a_handler(*_: str) -> int:
    """A key that fails."""
    from app.tui.app import Theatre

    def fail(self: Theatre) -> None:
        raise RuntimeError("the trapdoor is stuck")

    Theatre.action_next_density = fail  # type: ignore[assignment,method-assign]
    return run()


def in_a_picture(*_: str) -> int:
    """A panel that cannot be drawn."""
    from app.tui.widgets.panel import AgentPanel

    def fail(*_: Any) -> Any:
        raise ValueError("no such colour")

    AgentPanel.paint = fail  # type: ignore[assignment,method-assign]
    return run()


def in_a_task(*_: str) -> int:
    """The worker that feeds the stage."""
    from app.playback.playhead import Playhead

    def fail(*_: Any) -> Any:
        raise ValueError("an event from nowhere")

    Playhead.feed = fail  # type: ignore[assignment,method-assign]
    return run()


def in_a_frame(*_: str) -> int:
    """The frame clock's own call."""
    from app.tui.screens.stage import Stage

    def fail(*_: Any) -> Any:
        raise ValueError("the light went out")

    Stage.frame = fail  # type: ignore[assignment,method-assign]
    return run()


def at_the_start(*_: str) -> int:
    """The first thing the app does on the terminal."""
    from app.tui.app import Theatre

    async def fail(self: Theatre) -> None:
        raise RuntimeError("the curtain is stuck")

    Theatre.on_mount = fail  # type: ignore[method-assign]
    return run()


def in_a_stylesheet(*_: str) -> int:
    """An error that Textual draws itself."""
    from app.tui.app import Theatre

    Theatre.CSS = "Screen { colour: red; "
    return run()


def interrupted_while_it_leaves(*_: str) -> int:
    """Ctrl+C when all is done and the interpreter ends."""
    atexit.register(os.kill, os.getpid(), signal.SIGINT)
    return run()


def deaf_to_hang_ups(*_: str) -> int:
    """Started by `nohup`, or by a shell that was told to let it be."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    return run()


def without_room(*_: str) -> int:
    """No file can grow any more."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    return run()


def filling_up(*_: str) -> int:
    """The archive can be made, and cannot grow once the run has begun."""
    from app.cli import staging

    begun = staging.play_on_stage

    async def begin(start: Any, args: Any, *over: Any) -> int:
        def then_no_room() -> Any:
            going = start()
            largest = max(path.stat().st_size for path in data_home().iterdir() if path.is_file())
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest + 100_000, resource.RLIM_INFINITY))
            return going

        return await begun(then_no_room, args, *over)

    staging.play_on_stage = begin  # type: ignore[assignment]
    return run()
