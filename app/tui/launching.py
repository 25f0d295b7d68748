"""Starts what was chosen in the launcher: on a stage, in a kiosk, in lines, or into files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.tui.paint.options import Option
from app.tui.screens.choosing import Choosing
from app.tui.text import clock

if TYPE_CHECKING:
    from app.tui.app import Left
    from app.tui.screens.launcher import Launcher


async def start(place: Launcher) -> None:
    """Start the chosen mode; raises FootlightsError."""
    house, settings = place.house, place.settings
    house.remembered.captions = settings.captions or place.mode.name == "tour"
    house.moves = settings.motion
    match place.mode.name:
        case "play" | "rehearse" | "step":
            await _perform(place)
        case "tour" | "replay" | "kiosk":
            await _show(place)
        case "dashboard":
            await house.open_run(place.subject, settings.pace)
        case "console":
            _leave_for_lines(place)
        case "export":
            await _export(place)


async def _perform(place: Launcher) -> None:
    from app.tui.beginning import raise_the_curtain

    name = place.mode.name
    assert place.bill is not None
    await raise_the_curtain(
        place.house, place.bill, {}, rehearse=name != "play", stepping=name == "step", pace=place.settings.pace
    )


async def _show(place: Launcher) -> None:
    """On a stage; with a speaker's terminal beside it, in the view for a room; for a mirror, in a browser."""
    from app.tui.lock import Lock
    from app.tui.opening import presented
    from app.tui.screens.kiosk import Kiosk
    from app.tui.screens.stage import Stage

    house, settings, launch = place.house, place.settings, place.launch
    is_kiosk = place.mode.name == "kiosk"
    if settings.mirror and not is_kiosk:
        house.exit(_then("serve", "--audience", place.subject, "--pace", settings.pace))
    elif is_kiosk or settings.loop:
        lock = Lock(Kiosk.keys_that_count(), pin=launch.pin, clock=house.clock) if is_kiosk else None
        await house.push_screen(Kiosk(place.source(), settings.pace, clock=house.clock, lock=lock))
    else:
        await house.push_screen(Stage(place.source(), settings.pace, clock=house.clock))
        if settings.speaker and place.recording is not None:
            await presented(place.recording.sheet)(house)
            house.say("in a second terminal: footlights present --speaker", stays=True)


def _leave_for_lines(place: Launcher) -> None:
    """The terminal is given back, and the run is told in it."""
    words = ["console", *([place.subject] if place.subject else []), "--pace", place.settings.pace]
    place.house.exit(_then("demo", *words, *([] if place.fit is None else ["--fit", clock(place.fit)])))


def _then(*words: str) -> Left:
    from app.tui.app import Left

    return Left(then=words)


async def _export(place: Launcher) -> None:
    """Into which format is asked here; the terminal is given back to whoever makes the files."""
    from app.tui.filed import tour

    options = [Option(name, name, says) for name, says in place.launch.formats]
    chosen = await place.house.push_screen_wait(Choosing("Export as", options))
    if chosen is not None:
        place.house.exit(_then("export", place.subject or str(tour()), chosen))
