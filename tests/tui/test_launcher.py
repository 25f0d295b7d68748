"""The launcher: what it offers, what it knows of a show beforehand, and that every mode starts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from app.tui.app import Left
from app.tui.billing import Billing, billed
from app.tui.filed import TOUR_TAKES, found, tour
from app.tui.launcher import BY_NAME, MODES, Launch, Settings
from app.tui.look.glyphs import ASCII, UNICODE
from app.tui.paint.launcher import Look, launcher, mode_at
from app.tui.paint.rows import width_of
from app.tui.preflight import Check
from app.tui.screens.choosing import Choosing
from app.tui.screens.kiosk import Kiosk
from app.tui.screens.launcher import Launcher
from app.tui.screens.presenter import Presenter
from app.tui.screens.stage import Stage
from tui.places import SIZES, Hall, shown
from tui.staging import performed, until

CHECKS = (
    Check("good", "letters", "24-bit colour, boxes, blocks"),
    Check("good", "screen", "80x24; 120x36 shows more"),
    Check("good", "theme", "Footlights, dark", "t: the next; light for projectors"),
    Check("good", "needs", "no key, no network, nobody"),
    Check("good", "disk", "12.0 GB free"),
)
TAKES = ("1:55", "live", "", "your GO", "", "1:55", "live", "loop", "files")
PICTURE = """\
╭─ MODE ─────────────────────────────────────╮╭─ THE SHOW ─────────── bundled ─╮
│ ▸ 1 Tour       explains itself        1:55 ││ The whistle in the drawer      │
│   2 Play       live models            live ││ ◆ Keeper  ● Archivist          │
│   3 Rehearse   written lines               ││ ■ Writer  ▲ Visitor, 9         │
│   4 Step       it waits for you    your GO ││ ─██─██████─██████─███────██─── │
│   5 Replay     any run once more           ││ 12 calls · 11 handoffs         │
│   6 Console    in lines, no stage     1:55 ││ took 0:13 → shown in 1:55      │
│   7 Dashboard  a run that goes on     live │╰────────────────────────────────╯
│   8 Kiosk      keys locked            loop │╭─ PRE-FLIGHT ───────────────────╮
│   9 Export     a file for others     files ││ ✓ 24-bit colour, boxes, blocks │
│ ────────────────────────────────────────── ││ ✓ 80x24; 120x36 shows more     │
│ Four people need a label by ten. Captions  ││ ✓ Footlights, dark             │
│ say what you see. Take over at any time:   ││ ✓ no key, no network, nobody   │
│ space stops it, arrows scrub.              ││ ✓ 12.0 GB free                 │
│                                            ││ Can the back row read this?    │
│ $ footlights demo tour                     ││   0O 1lI  ◆●▲■  ▁▄█  ╭─╮       │
╰────────────────────────────────────────────╯╰────────────────────────────────╯
╭─ OPTIONS ────────────────────────────────────────────────────────────────────╮
│ pace  ○ instant   ○ brisk   ○ real   ● theatrical   ○ keynote                │
│ fit   in 1:55   0:44 to 3:11 is possible                                     │
│ ✓ captions   ✓ motion   · loop   · speaker view   · audience mirror          │
╰──────────────────────────────────────────────────────────────────────────────╯"""


class Hotel(Hall):
    """The app at the launcher, with something chosen or started already."""

    def __init__(self, launch: Launch) -> None:
        super().__init__("launcher")
        self.launch = launch

    @property
    def launcher(self) -> Launcher:
        return next(screen for screen in self.screen_stack if isinstance(screen, Launcher))


@asynccontextmanager
async def opened(
    launch: Launch | None = None, size: tuple[int, int] = (120, 36)
) -> AsyncIterator[tuple[Hotel, Pilot[Any]]]:
    """The launcher, once it knows what is chosen."""
    house = Hotel(launch or Launch())
    async with house.run_test(size=size, notifications=True) as pilot:
        await until(lambda: any(isinstance(screen, Launcher) for screen in house.screen_stack))
        await known(house)
        await pilot.pause()
        yield house, pilot


async def known(house: Hotel) -> None:
    """Wait until nothing more is looked for."""
    await until(lambda: all(worker.is_finished for worker in house.launcher.workers), "it has looked")


@cache
def tour_billed() -> Billing:
    """The tour, as it is announced."""

    async def bill() -> Billing:
        show = await found("")
        return await billed(show.recording, "bundled", show.sheet, "theatrical", TOUR_TAKES)

    return asyncio.run(bill())


def look(**more: Any) -> Look:
    """The tour, chosen."""
    told: dict[str, Any] = {"billing": tour_billed(), "fit": TOUR_TAKES, "takes": TAKES, "checks": CHECKS}
    return Look(**(told | {"command": "footlights demo tour"} | more))


def text(drawn: Look, width: int, height: int) -> str:
    rows = launcher(drawn, width, height)
    return "\n".join("".join(span.text for span in row).rstrip() for row in rows)


# What is drawn


def test_on_a_small_terminal_it_looks_like_this() -> None:
    assert text(look(), 80, 22) == PICTURE


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["signs", "ascii"])
@pytest.mark.parametrize("size", [*SIZES, (60, 16), (79, 21), (149, 30), (150, 20), (300, 80), (8, 3)], ids=str)
def test_it_fills_every_size_exactly(size: tuple[int, int], glyphs: Any) -> None:
    for more in ({}, {"times": True}, {"billing": None, "why_not": "no run goes on now"}, {"setting": "fit"}):
        rows = launcher(look(glyphs=glyphs, **more), *size)
        assert len(rows) == size[1]
        assert all(width_of(row) <= size[0] for row in rows)


def test_where_there_is_room_everybody_has_a_lane_and_each_cue_its_time() -> None:
    told = text(look(), 200, 48)
    assert "▲ Visitor, 9 ─" in told
    assert "0:08 the light" in told
    assert "▸ fitted        1:55 ━" in told, "what is marked is what will be seen"
    assert "notes in a second terminal" in told


def test_the_dry_run_says_how_long_it_takes_at_every_pace() -> None:
    told = text(look(times=True), 120, 34)
    assert "DRY RUN" in told
    for pace in ("brisk", "real", "theatrical", "keynote"):
        assert pace in told
    assert "your turn" in told, "and when each cue comes"


async def test_the_dry_run_marks_the_pace_at_which_it_is_shown() -> None:
    show = await found("")
    bill = await billed(show.recording, "bundled", show.sheet, "theatrical")
    assert "▸ theatrical    1:29 ━" in text(look(billing=bill, fit=None, times=True), 120, 34)


@pytest.mark.parametrize("size", [(80, 22), (120, 34), (200, 48), (60, 14), (60, 8)], ids=str)
def test_whoever_points_at_a_mode_means_the_one_that_is_drawn_there(size: tuple[int, int]) -> None:
    drawn = look(cursor=4)
    meant = [mode_at(drawn, *size, 6, y) for y in range(size[1])]
    for line, at in zip(text(drawn, *size).splitlines(), meant, strict=False):
        named = [number for number, mode in enumerate(MODES) if f"{number + 1} {mode.title} " in line]
        assert named in ([], [at])
    assert 4 in meant
    assert mode_at(drawn, *size, 6, size[1] - 1) is None


# What is chosen and set


async def test_it_opens_with_the_tour_and_says_that_nothing_is_needed() -> None:
    async with opened() as (house, _):
        assert "The whistle in the drawer" in house.seen
        assert "no key, no network, nobody" in house.seen
        assert "0O 1lI" in house.seen
        assert "took 0:13 → shown in 1:55" in house.seen


async def test_a_digit_chooses_a_mode_and_the_command_for_it_is_told() -> None:
    async with opened() as (house, pilot):
        for number, mode in enumerate(MODES, 1):
            await pilot.press(str(number))
            assert house.launcher.mode is mode
            assert f"$ footlights demo {mode.name}" in house.seen
        await pilot.press("down")
        assert house.launcher.cursor == 0, "after the last comes the first"
        await pilot.press("up", "k")
        assert house.launcher.cursor == 7


async def test_tab_leads_through_what_can_be_set_for_this_mode() -> None:
    async with opened() as (house, pilot):
        stops = []
        for _ in range(8):
            await pilot.press("tab")
            stops.append(house.launcher.setting)
        assert stops == ["pace", "fit", "captions", "motion", "loop", "speaker", "mirror", None]
        await pilot.press("3", "shift+tab")
        assert house.launcher.setting == "motion", "a rehearsal cannot be fitted"


async def test_a_pace_and_a_length_change_what_is_announced() -> None:
    async with opened() as (house, pilot):
        await pilot.press("tab", "left", "left")
        await known(house)
        assert house.launcher.settings.pace == "brisk"
        assert house.launcher.billing is not None and house.launcher.billing.length < 60
        await pilot.press("tab", *["right"] * 3)
        await known(house)
        assert house.launcher.settings.fit is not None
        assert house.launcher.billing is not None
        assert house.launcher.billing.length == pytest.approx(house.launcher.settings.fit, abs=0.1)
        assert f"--pace brisk --fit 0:{house.launcher.settings.fit:.0f}" in house.seen


def test_a_length_that_cannot_be_is_not_offered() -> None:
    settings = Settings()
    for _ in range(100):
        settings.turn("fit", 1, (40.0, 60.0), 50.0)
        assert settings.fit is None or 40 <= settings.fit <= 60
    settings.fit = 40.0
    settings.turn("fit", -1, (40.0, 60.0), 50.0)
    assert settings.fit is None


async def test_the_dry_run_of_a_play_rehearses_it_unseen() -> None:
    async with opened(Launch("rehearse", "hello")) as (house, pilot):
        assert house.launcher.billing is None
        await pilot.press("d")
        await until(lambda: house.launcher.billing is not None, "it was rehearsed")
        await known(house)
        assert "as rehearsed" in house.seen
        assert not house.performed


async def test_another_show_can_be_chosen() -> None:
    async with opened(Launch("rehearse")) as (house, pilot):
        await pilot.press("o")
        await until(lambda: isinstance(house.screen, Choosing))
        await shown(house, "Enter, partner or wait?")
        await pilot.press("1")
        await until(lambda: house.screen is house.launcher)
        await known(house)
        assert house.launcher.subject == "acquisitions/first-hundred-days"


async def test_a_play_with_errors_is_not_started(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("schema: footlights/v1\nname: broken\nsteps: {one: {agent: nobody}}\n")
    async with opened(Launch("rehearse", str(broken))) as (house, pilot):
        await pilot.press("enter")
        assert "it has errors: footlights check shows them" in house.told
        assert house.screen is house.launcher


async def test_a_show_that_is_not_there_is_told_where_it_was_chosen() -> None:
    async with opened(Launch("replay", "NOSUCHRUN")) as (house, _):
        assert "in this workspace" in house.seen or "NOSUCHRUN" in house.seen


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_every_key_counts_at_every_size(size: tuple[int, int]) -> None:
    async with opened(size=size) as (house, pilot):
        await pilot.press(
            "5", "d", "tab", "right", "tab", "left", "space", "3", "d", "j", "j", "t", "plus", "?", "escape"
        )
        assert not house.mishaps


# Every mode starts


async def started(house: Hotel, pilot: Pilot[Any]) -> Any:
    await pilot.press("enter")
    await until(lambda: house.screen is not house.launcher or house.return_value is not None, "it has started")
    return house.screen


async def test_the_tour_plays_with_its_captions_even_for_who_has_none_otherwise() -> None:
    async with opened() as (house, pilot):
        house.remembered.captions = house.launcher.settings.captions = False
        stage = await started(house, pilot)
        assert type(stage) is Stage
        await until(lambda: stage.playhead.length is not None)
        stage.frame()
        await pilot.pause()
        assert stage.playhead.length == pytest.approx(TOUR_TAKES, abs=0.1)
        assert "Footlights performs plays" in house.seen
        await pilot.press("escape")
        assert house.screen is house.launcher


async def test_started_at_once_it_leads_back_to_the_launcher() -> None:
    async with opened(Launch("tour", at_once=True)) as (house, pilot):
        await until(lambda: isinstance(house.screen, Stage))
        await pilot.press("escape")
        assert house.screen is house.launcher
        assert "MODE" in house.seen


@pytest.mark.parametrize("number", ["3", "4"])
async def test_a_rehearsal_begins_and_step_holds_it(number: str) -> None:
    async with opened(Launch("rehearse", "hello")) as (house, pilot):
        await pilot.press(number)
        stage = await started(house, pilot)
        assert isinstance(stage, Stage)
        assert stage.source.came_from == "here"
        assert stage.stepping == (number == "4")


async def test_without_a_key_play_says_what_is_missing_and_offers_a_rehearsal() -> None:
    async with opened(Launch("play", "hello")) as (house, pilot):
        card = await started(house, pilot)
        assert isinstance(card, Choosing)
        assert "Rehearse it instead" in house.seen


async def test_replay_begins_with_the_last_run_that_is_over(tmp_path: Path) -> None:
    run = performed("hello", tmp_path / "w.db")
    await run.result()
    house = Hotel(Launch("replay"))
    house.workspace = tmp_path / "w.db"
    async with house.run_test(size=(120, 36)) as pilot:
        await until(lambda: any(isinstance(screen, Launcher) for screen in house.screen_stack))
        await known(house)
        assert house.launcher.subject == run.id[-8:]
        stage = await started(house, pilot)
        assert stage.source.run == run.id


async def test_a_kiosk_is_locked_and_a_loop_is_not() -> None:
    async with opened(Launch("kiosk")) as (house, pilot):
        stage = await started(house, pilot)
        assert isinstance(stage, Kiosk)
        await until(lambda: house.lock is not None)
    async with opened(Launch("tour", settings=Settings(loop=True))) as (house, pilot):
        stage = await started(house, pilot)
        assert isinstance(stage, Kiosk)
        assert house.lock is None


async def test_with_a_speaker_view_the_room_sees_the_presenter() -> None:
    async with opened(Launch("tour", settings=Settings(speaker=True))) as (house, pilot):
        await pilot.press("enter")
        await until(lambda: isinstance(house.screen, Presenter))
        assert "in a second terminal: footlights present --speaker" in house.told


async def test_without_a_run_that_goes_on_there_is_nothing_to_attach_to() -> None:
    async with opened(Launch("dashboard")) as (house, pilot):
        assert "no run goes on now" in house.seen
        await pilot.press("1")
        await shown(house, "The whistle in the drawer")
        await pilot.press("7")
        await shown(house, "no run goes on now")
        assert "The whistle in the drawer" not in house.seen, "and what the tour shows is not what goes on"
        await pilot.press("enter")
        assert house.screen is house.launcher


async def test_to_choose_another_run_that_goes_on_when_none_does_opens_no_empty_list() -> None:
    async with opened(Launch("dashboard")) as (house, pilot):
        await pilot.press("o")
        await until(lambda: bool(house.told))
        assert house.screen is house.launcher
        assert "footlights play NAME --rehearse" in house.told[-1], "and how to begin one"


def test_the_tour_promises_only_what_a_recording_can_do() -> None:
    assert "step" not in BY_NAME["tour"].more


@pytest.mark.parametrize(
    ("launch", "keys", "command"),
    [
        (Launch("console"), ("enter",), ("demo", "console", "--pace", "theatrical", "--fit", "1:55")),
        (
            Launch("export", formats=(("html", "a page"), ("gif", "a picture"))),
            ("enter", "2"),
            ("export", str(tour()), "gif"),
        ),
        (
            Launch("replay", str(tour()), Settings(mirror=True)),
            ("enter",),
            ("serve", "--audience", str(tour()), "--pace", "theatrical"),
        ),
    ],
    ids=["console", "export", "mirror"],
)
async def test_what_needs_the_terminal_is_a_command_that_follows(
    launch: Launch, keys: tuple[str, ...], command: tuple[str, ...]
) -> None:
    async with opened(launch) as (house, pilot):
        for key in keys:
            await pilot.press(key)
            await until(lambda: isinstance(house.screen, Choosing) or house.return_value is not None)
        await until(lambda: house.return_value is not None)
        assert house.return_value == Left(then=command)
