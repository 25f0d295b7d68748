"""Makes the pictures of the app: its screens as a terminal would show them, over runs that are rehearsed for them."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.app import App

from app.events import CallSpeaking, GateOpened, StepStarted
from app.export.picture.drawing import Window, drawn
from app.export.studio import screen_cells
from app.journal.recording import Recording
from docs.batched import BATCH, perform_clerks
from docs.rehearsed import ASKING, NOON, OTHER, SPRINT, Clock, perform_some, still_house
from docs.told import Told, caught_up, opened, stage_on, still

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from app.tui.app import Theatre

THEMES = {"dark": "footlights", "light": "matinee"}
SMALL, NORMAL, LARGE = (80, 24), (120, 36), (200, 50)
PLAY = "footlights play feature-sprint --rehearse"
REPLAY = "footlights replay last"


@dataclass(frozen=True, slots=True)
class House:
    """What is performed in it, and its clock."""

    runs: Mapping[str, Recording]
    clock: Clock


Scene = Callable[["Pilot[Any]", House], Awaitable[None]]


async def at_home(pilot: Pilot[Any], house: House) -> None:
    """The playbill of a play that was performed before."""
    from app.tui.screens.home import Home

    home = pilot.app.screen
    assert isinstance(home, Home)
    await still(pilot, lambda: bool(home.history.runs))


async def launching(pilot: Pilot[Any], house: House) -> None:
    """Before a show: what will be seen, and whether everything is in order."""
    from app.tui.screens.launcher import Launcher

    await pilot.app.run_action("go('launcher')")
    launcher = pilot.app.screen
    assert isinstance(launcher, Launcher)
    await still(pilot, lambda: launcher.billing is not None)


async def speaking(pilot: Pilot[Any], house: House) -> None:
    """In the middle of an act somebody speaks."""
    run = house.runs[SPRINT]
    stage = await stage_on(pilot, Told(run, house.clock, run.when(CallSpeaking, "polish/1/fix"), "here"), 0.8)
    house.clock.stage += 1.0  # a second later one knows how fast it speaks
    await caught_up(pilot, stage)


async def attached(pilot: Pilot[Any], house: House) -> None:
    """Two work side by side, in another process."""
    run = house.runs[SPRINT]
    told = Told(run, house.clock, run.when(CallSpeaking, "api"), "elsewhere")
    await stage_on(pilot, told, 2.0, "real")


async def handing_over(pilot: Pilot[Any], house: House) -> None:
    """Two handoffs on their way to the same agent."""
    run = house.runs[SPRINT]
    await stage_on(pilot, Told(run, house.clock, run.when(StepStarted, "polish/1/verdict"), "here"), 0.75)


async def asking(pilot: Pilot[Any], house: House) -> None:
    """A question to the person in front of the screen."""
    run = house.runs[ASKING]
    run = run.up_to(run.when(GateOpened, "sign_off"))
    house.clock.wall = run.events[-1].at
    await stage_on(pilot, Told(run, house.clock, run.last, "here"))


async def timeline(pilot: Pilot[Any], house: House) -> None:
    """Where the time went."""
    run = house.runs[SPRINT]
    stage = await stage_on(pilot, Told(run, house.clock, run.last))
    stage.action_next_view()


async def presenting(pilot: Pilot[Any], house: House) -> None:
    """The same run for a room."""
    from app.tui.opening import presented

    run = house.runs[SPRINT]
    app: Theatre = pilot.app  # type: ignore[assignment]
    stage = await stage_on(pilot, Told(run, house.clock, run.when(CallSpeaking, "polish/1/verdict")), 1.4)
    await presented(None)(app)
    stage.playhead.paused = True
    await still(pilot)


async def comparing(pilot: Pilot[Any], house: House) -> None:
    """Two runs of one play, side by side."""
    from app.tui.screens.compare import Compare

    app: Theatre = pilot.app  # type: ignore[assignment]
    app.compare(house.runs[OTHER].run, house.runs[SPRINT].run)
    compare = app.screen
    assert isinstance(compare, Compare)
    await still(pilot, lambda: compare.comparison is not None)


async def inspector(pilot: Pilot[Any], house: House) -> None:
    """A call, whole."""
    app: Theatre = pilot.app  # type: ignore[assignment]
    run = house.runs[SPRINT]
    told = Told(run, house.clock, run.last)
    stage = await stage_on(pilot, told)
    app.inspect(stage.show, told, "call:polish/1/verdict#1")


async def batch(pilot: Pilot[Any], house: House) -> None:
    """A batch that is over, with the first run of it that did not pass."""
    from app.tui.screens.batch import Batch

    await perform_clerks()
    app: Theatre = pilot.app  # type: ignore[assignment]
    app.open_batch(BATCH)
    screen = app.screen
    assert isinstance(screen, Batch)
    await still(pilot, lambda: screen.reading.is_concluded)
    await pilot.press("n")
    await still(pilot)


def place(name: str) -> Scene:
    """One of the places with a list."""

    async def go(pilot: Pilot[Any], house: House) -> None:
        from app.tui.listed import ListPlace

        await pilot.app.run_action(f"go('{name}')")
        screen = pilot.app.screen
        assert isinstance(screen, ListPlace)
        await still(pilot, lambda: bool(screen.table.listing.items))

    return go


# By file name: what was typed, what is seen, and at which sizes.
SCENES: dict[str, tuple[str, Scene, tuple[tuple[int, int], ...]]] = {
    "home": ("footlights", at_home, (NORMAL, SMALL, LARGE)),
    "demo": ("footlights demo", launching, (NORMAL, SMALL, LARGE)),
    "stage": (PLAY, speaking, (NORMAL, SMALL, LARGE)),
    "attach": ("footlights attach last", attached, (NORMAL, SMALL, LARGE)),
    "handoff": (PLAY, handing_over, (NORMAL,)),
    "gate": (PLAY, asking, (NORMAL,)),
    "timeline": (REPLAY, timeline, (NORMAL,)),
    "inspector": (REPLAY, inspector, (NORMAL,)),
    "presenter": ("footlights present last", presenting, (NORMAL,)),
    "compare": ("footlights", comparing, (NORMAL,)),
    **{name: ("footlights", place(name), (NORMAL,)) for name in ("runs", "cast", "models", "inbox")},
    "grid": ("footlights batches last --stage", batch, (NORMAL,)),  # last: runs are added
}


def pictures(names: Sequence[str] = ()) -> dict[str, str]:
    """Every picture by its file name; of some scenes, where some are named."""
    wanted = [name for name in SCENES if not names or name in names]
    return asyncio.run(_pictures(wanted)) if wanted else {}


async def _pictures(names: Sequence[str]) -> dict[str, str]:
    made: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder, still_house(Path(folder)) as clock:
        house = House(await perform_some(Path(folder), clock), clock)
        for name in names:
            title, scene, sizes = SCENES[name]
            for width, height in sizes:
                end = "" if (width, height) == sizes[0] else f"-{width}x{height}"
                for shade, picture in (await _both(title, scene, (width, height), house)).items():
                    made[f"{name}{end}-{shade}.svg"] = picture
    return made


async def _both(title: str, scene: Scene, size: tuple[int, int], house: House) -> dict[str, str]:
    """One scene, by night and by day."""
    made: dict[str, str] = {}
    house.clock.wall, house.clock.stage = NOON, 0.0
    async with opened(house.clock, size, scenario="engineering/feature-sprint") as pilot:
        await scene(pilot, house)
        for shade, theme in THEMES.items():
            app: Theatre = pilot.app  # type: ignore[assignment]
            app.wear(theme)
            await still(pilot)
            made[shade] = picture(app, title)
    return made


def picture(app: App[Any], title: str) -> str:
    """What is on the screen now."""
    theme = app.theme_variables
    window = Window(title, theme["ground"], bar=theme["panel"], text=theme["muted"], faint=theme["edge"])
    return drawn(screen_cells(app), window)
