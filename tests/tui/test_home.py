"""Home: the first thing anybody sees, and every key of it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.pilot import Pilot

from app.engine import perform
from app.tui.app import Opening, Theatre
from app.tui.keys import keys_of
from app.tui.remembered import Remembered
from app.tui.screens.choosing import Choosing
from app.tui.screens.home import Home
from app.tui.screens.inputs import Inputs
from app.tui.screens.stage import Stage
from app.tui.widgets.table import Search
from corpus.batch_plays import GREET
from corpus.commands import ROOT
from corpus.plays import WELL, play
from tui.bare import text_of
from tui.staging import until
from tui.test_random_keys import strike

HELLO = "engineering/hello"
SPRINT = "engineering/feature-sprint"
PADDING = 1  # rows above the list in a high window


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project, in which the app is opened."""
    folder = tmp_path / "project"
    (folder / "scenarios").mkdir(parents=True)
    monkeypatch.chdir(folder)
    return folder


def add(project: Path, name: str, text: str) -> None:
    path = project / "scenarios" / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@asynccontextmanager
async def at_home(
    chosen: str = HELLO, size: tuple[int, int] = (120, 36), theme: str = "footlights"
) -> AsyncIterator[Pilot[Any]]:
    """The app at Home, with all known of the chosen play."""
    house = Theatre(Opening(remembered=Remembered(scenario=chosen, theme=theme)))
    async with house.run_test(size=size, notifications=True) as pilot:
        await until(lambda: home_of(pilot).library.catalogue is not None)
        await known(pilot)
        yield pilot


def home_of(pilot: Pilot[Any]) -> Home:
    return next(screen for screen in pilot.app.screen_stack if isinstance(screen, Home))


async def known(pilot: Pilot[Any]) -> None:
    """Wait until all is known of the chosen play, and it is on the screen."""
    home = home_of(pilot)
    await until(lambda: home.bill is not None and home.bill.name in home._histories and not home._is_looking)
    await pilot.pause()


def chosen(pilot: Pilot[Any]) -> str:
    play = home_of(pilot).play
    return play.name if play is not None else ""


def order(pilot: Pilot[Any]) -> list[str]:
    """The plays as they stand in the list."""
    return [play.name for play in home_of(pilot).library._order]


def seen(pilot: Pilot[Any]) -> str:
    return text_of(pilot.app)


async def rehearsed(name: str, times: int = 1) -> list[str]:
    """Perform a play to its end so often; the runs."""
    runs = []
    for seed in range(times):
        run = perform(ROOT / "scenarios" / f"{name}.yaml", mode="rehearsal", seed=seed)
        await run.result()
        runs.append(run.id)
    return runs


# Which play is chosen


async def test_on_the_first_visit_the_play_to_look_at_first_is_chosen_wherever_it_stands(project: Path) -> None:
    async with at_home(Remembered().scenario) as pilot:
        assert chosen(pilot) == SPRINT
        assert home_of(pilot).library._order[0].name != SPRINT


# What is seen first


async def test_the_frame_is_painted_before_the_library_is_read() -> None:
    house = Theatre(Opening(remembered=Remembered()))
    async with house.run_test(size=(120, 36)) as pilot:
        first = home_of(pilot).library
        assert first.catalogue is None or first.chosen is not None
        assert "plays" in text_of(house)
        assert "enter" in text_of(house)


def test_home_is_loaded_without_the_checker_and_the_engine() -> None:
    program = (
        "import sys, app.tui.screens.home\n"
        "print(*(name for name in ('pydantic', 'yaml', 'sqlite3', 'app.engine.run', 'app.scenario.checking')"
        " if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


async def test_the_play_that_was_chosen_last_is_chosen_again_and_told_of() -> None:
    async with at_home(SPRINT) as pilot:
        assert chosen(pilot) == SPRINT
        shown = seen(pilot)
        assert "S H I P" in shown
        assert "◆ CTO" in shown
        assert "ready to rehearse" in shown


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (120, 36), (200, 50)])
@pytest.mark.parametrize("theme", ["footlights", "matinee"])
async def test_home_as_it_is_seen(
    size: tuple[int, int], theme: str, pictured: Callable[[App[Any], str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    for key in ("ANTHROPIC_API_KEY", "OPENAI_API_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY"):
        monkeypatch.delenv(key, raising=False)
    async with at_home(SPRINT, size, theme) as pilot:
        pictured(pilot.app, f"home-{size[0]}x{size[1]}-{theme}")


async def test_a_project_without_plays_of_its_own_shows_ours(project: Path) -> None:
    async with at_home() as pilot:
        assert "engineering/hello" in order(pilot)


async def test_a_file_with_errors_shows_them_in_the_place_of_a_playbill(project: Path) -> None:
    add(project, "mine/broken", WELL.replace("agent: writer", "agent: writr"))
    async with at_home("mine/broken") as pilot:
        shown = seen(pilot)
        assert "scenarios/mine/broken.yaml:" in shown
        assert 'did you mean "writer"?' in shown
        await pilot.press("enter")
        await pilot.pause()
        assert "mend the file first" in seen(pilot)
        assert isinstance(pilot.app.screen, Home)


async def test_a_file_that_is_mended_is_looked_at_again(project: Path) -> None:
    add(project, "mine/broken", WELL.replace("agent: writer", "agent: writr"))
    async with at_home("mine/broken") as pilot:
        add(project, "mine/broken", WELL)
        home_of(pilot).seen_again()
        await known(pilot)
        assert "ready to rehearse" in seen(pilot)


# Among three hundred


async def test_who_runs_through_three_hundred_plays_has_only_those_checked_where_they_rest(project: Path) -> None:
    for number in range(300):
        add(project, f"many/play-{number:03}", WELL.replace("name: play", f"name: play-{number:03}"))
    async with at_home("many/play-000") as pilot:
        await pilot.press(*["down"] * 20)
        await known(pilot)
        assert chosen(pilot) == "many/play-020"
        assert len(home_of(pilot)._bills) < 10
        await pilot.press("end")
        assert chosen(pilot) == order(pilot)[-1]


# The list


async def test_the_cursor_goes_where_the_key_says(project: Path) -> None:
    async with at_home() as pilot:
        plays, page = order(pilot), home_of(pilot).library.page
        here, last = plays.index(HELLO), len(plays) - 1
        for keys, at in (
            (["down"], here + 1), (["up"], here), (["k"], here - 1), (["j"], here), (["home"], 0), (["end"], last),
            (["g"], 0), (["G"], last), (["pageup"], last - page), (["pagedown"], last), (["down"], last),
        ):  # fmt: skip
            await pilot.press(*keys)
            assert chosen(pilot) == plays[at], keys


async def test_a_search_filters_while_one_types_and_escape_shows_all_again(project: Path) -> None:
    async with at_home() as pilot:
        await pilot.press("slash", *"devops")
        await pilot.pause()
        catalogue = home_of(pilot).library.catalogue
        assert catalogue is not None
        counted = f"{len(catalogue.found('devops'))} of {len(catalogue.plays)}"
        assert counted in seen(pilot)
        await pilot.press("enter")
        assert chosen(pilot) in [play.name for play in catalogue.found("devops")]
        assert counted in seen(pilot)
        await pilot.press("escape")
        await pilot.pause()
        assert counted not in seen(pilot)
        assert isinstance(pilot.app.screen, Home)


async def test_brackets_go_from_company_to_company(project: Path) -> None:
    for name in ("aa/one", "aa/two", "zz/three", "zz/four"):
        add(project, name, "schema: footlights/v1\nname: x\nsteps: {a: {narrate: Hi.}}\n")
    async with at_home("aa/two") as pilot:
        companies = list(dict.fromkeys(play.company for play in home_of(pilot).library._order))
        await pilot.press("right_square_bracket")
        assert chosen(pilot).partition("/")[0] == companies[1]
        await pilot.press("left_square_bracket", "left_square_bracket")
        assert chosen(pilot) == "aa/one"
        await pilot.press("end", "left_square_bracket")
        assert chosen(pilot) == "zz/four"


async def test_capital_t_shows_only_one_company_and_escape_all_again(project: Path) -> None:
    add(project, "aa/one", "schema: footlights/v1\nname: x\nsteps: {a: {narrate: Hi.}}\n")
    async with at_home() as pilot:
        await pilot.press("T")
        await until(lambda: "Show only" in seen(pilot))
        await pilot.press("enter")
        await until(lambda: chosen(pilot) == "aa/one")
        assert "plays  aa/" in seen(pilot)
        await pilot.press("escape")
        await until(lambda: "plays  aa/" not in seen(pilot))


async def test_one_types_behind_a_slash_on_the_ground_of_the_list(project: Path) -> None:
    async with at_home() as pilot:
        assert " /  " not in seen(pilot).splitlines()[1]
        await pilot.press("slash", *"spr")
        assert seen(pilot).splitlines()[1 + PADDING].startswith(" / spr")
        search = pilot.app.screen.query_one(Search)
        assert search.background_colors == home_of(pilot).library.background_colors


async def test_a_search_without_a_find_says_so(project: Path) -> None:
    async with at_home() as pilot:
        await pilot.press("slash", *"zzz")
        await pilot.pause()
        assert "no play has these words" in seen(pilot)
        assert "reading" not in seen(pilot)
        await pilot.press("escape")
        assert chosen(pilot) == order(pilot)[0]


async def test_a_click_chooses_and_another_begins(project: Path) -> None:
    async with at_home("business/market-scan") as pilot:
        library = home_of(pilot).library
        row = next(y for y, line in enumerate(seen(pilot).split("\n")) if "Is that so?" in line) - library.region.y
        await pilot.click(library, offset=(4, row))
        assert chosen(pilot) == "business/fact-check"
        await known(pilot)
        await pilot.click(library, offset=(4, row))
        await until(lambda: isinstance(pilot.app.screen, Inputs))


# The playbill


async def test_v_shows_the_graph_alone_and_back(project: Path) -> None:
    async with at_home(SPRINT) as pilot:
        await pilot.press("v")
        await pilot.pause()
        assert "╭┄ design_call" in seen(pilot)
        assert "it takes" not in seen(pilot)
        await pilot.press("v")
        await pilot.pause()
        assert "it takes" in seen(pilot)


async def test_j_and_k_read_on_and_back(project: Path) -> None:
    async with at_home("engineering/incident-triage", (80, 24)) as pilot:
        before = seen(pilot)
        await pilot.press("J", "shift+down")
        await pilot.pause()
        assert seen(pilot) != before
        await pilot.press("K", "shift+up")
        await pilot.pause()
        assert seen(pilot) == before


async def test_a_graph_that_is_wider_than_the_screen_is_panned(project: Path) -> None:
    step = "{agent: writer, prompt: Write.}"
    for depth in range(6):
        step = f"{{steps: {{in{depth}: {step}}}}}"
    add(project, "deep", play(f"  all: {step}\n"))
    async with at_home("deep", (70, 24)) as pilot:
        await pilot.press("v")
        await pilot.pause()
        before = seen(pilot)
        assert "╭─ all ──" in before
        await pilot.press("right", "l")
        await pilot.pause()
        assert "╭─ all ──" not in seen(pilot)
        await pilot.press("left", "h")
        await pilot.pause()
        assert seen(pilot) == before


async def test_where_there_is_room_for_one_thing_only_v_turns_from_the_list_to_the_playbill(project: Path) -> None:
    async with at_home(SPRINT, (40, 12)) as pilot:
        assert "Ship a feature in one sprint" in seen(pilot)
        await pilot.press("v")
        await pilot.pause()
        assert "◆ CTO" in seen(pilot)
        await pilot.press("v", "v")
        await pilot.pause()
        assert "Ship a feature in one sprint" in seen(pilot)


async def test_the_density_makes_the_list_shorter(project: Path) -> None:
    async with at_home() as pilot:
        assert "feature-sprint" in seen(pilot)
        await pilot.press("plus")
        await pilot.pause()
        assert "feature-sprint" not in seen(pilot)


# Begin


async def test_enter_rehearses_at_once_what_asks_for_nothing(project: Path) -> None:
    add(
        project,
        "plain",
        WELL.replace("inputs: {topic: {default: a museum}}\n", "").replace("${{ inputs.topic }}", "tea"),
    )
    async with at_home("plain") as pilot:
        await pilot.press("enter")
        await until(lambda: isinstance(pilot.app.screen, Stage))
        assert len(pilot.app.performed) == 1  # type: ignore[attr-defined]


async def test_what_was_written_in_the_form_is_offered_again_and_escape_begins_nothing(project: Path) -> None:
    async with at_home("business/market-scan") as pilot:
        await pilot.press("enter")
        await until(lambda: isinstance(pilot.app.screen, Inputs))
        await pilot.pause()
        assert "Austria" in seen(pilot)
        await pilot.press(*"Portugal", "enter")
        await until(lambda: isinstance(pilot.app.screen, Stage))
        pilot.app.pop_screen()
        await pilot.pause()
        await pilot.press("r")
        await until(lambda: isinstance(pilot.app.screen, Inputs))
        await pilot.pause()
        assert "Portugal" in seen(pilot)
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(pilot.app.screen, Home)
        assert len(pilot.app.performed) == 1  # type: ignore[attr-defined]


async def test_s_rehearses_one_effect_at_a_time(project: Path) -> None:
    async with at_home() as pilot:
        await pilot.press("s")
        await until(lambda: isinstance(pilot.app.screen, Stage | Inputs))
        if isinstance(pilot.app.screen, Inputs):
            await pilot.press("enter")
        await until(lambda: isinstance(pilot.app.screen, Stage))
        here = pilot.app.performed[0]  # type: ignore[attr-defined]
        await until(lambda: any(type(event).__name__ == "Directed" for event in here.going.events))


async def test_p_without_a_model_says_why_and_offers_a_rehearsal(project: Path) -> None:
    async with at_home() as pilot:
        assert home_of(pilot).why_not("play")
        await pilot.press("p")
        await until(lambda: isinstance(pilot.app.screen, Choosing))
        await pilot.pause()
        assert "cannot reach a model" in seen(pilot)
        await pilot.press("r")
        await until(lambda: isinstance(pilot.app.screen, Stage | Inputs))


@pytest.mark.parametrize("key", ["enter", "s"])
async def test_what_is_asked_for_while_a_play_is_still_being_read_begins_once_it_is(key: str, project: Path) -> None:
    async with at_home() as pilot:
        home_of(pilot)._bills.clear()
        await pilot.press(key)
        await until(lambda: isinstance(pilot.app.screen, Stage | Inputs), "it begins")


async def test_of_two_plays_that_are_begun_in_one_burst_only_the_first_one_asks(project: Path) -> None:
    for name in ("one", "two"):
        add(project, name, GREET.replace("tone: {type: string, default: plain}", "tone: {type: string}"))
    async with at_home("one") as pilot:
        await pilot.press("down")
        await known(pilot)
        await pilot.press("up")
        await known(pilot)
        for key in ("enter", "down", "enter"):
            strike(pilot, key)
        await until(lambda: isinstance(pilot.app.screen, Inputs), "it asks")
        await pilot.pause()
        assert sum(isinstance(screen, Inputs) for screen in pilot.app.screen_stack) == 1


# Earlier runs


async def test_o_opens_the_last_run_and_says_why_when_there_is_none(project: Path) -> None:
    async with at_home() as pilot:
        await pilot.press("o", "O")
        await pilot.pause()
        assert "never performed here" in seen(pilot)
        runs = await rehearsed(HELLO, 2)
        home_of(pilot).seen_again()
        await until(lambda: bool(home_of(pilot).history.runs))
        await pilot.press("o")
        await until(lambda: isinstance(pilot.app.screen, Stage))
        assert pilot.app.screen.source.run == runs[-1]  # type: ignore[attr-defined]


async def test_capital_o_lets_one_choose_among_the_earlier_runs(project: Path) -> None:
    runs = await rehearsed(HELLO, 3)
    async with at_home() as pilot:
        await until(lambda: len(home_of(pilot).history.runs) == 3)
        await pilot.pause()
        assert "✓ just now" in seen(pilot)
        await pilot.press("O")
        await until(lambda: isinstance(pilot.app.screen, Choosing))
        await pilot.press("3")
        await until(lambda: isinstance(pilot.app.screen, Stage))
        assert pilot.app.screen.source.run == runs[0]  # type: ignore[attr-defined]


def test_every_key_of_home_has_an_action() -> None:
    for key in keys_of("home", "lists"):
        assert hasattr(Home, f"action_{key.action.partition('(')[0]}"), key.id


async def test_what_is_copied_is_the_command_that_plays_it(project: Path) -> None:
    async with at_home() as pilot:
        assert home_of(pilot).copied() == f"footlights play {HELLO} --rehearse"


# From a shell


def test_footlights_alone_without_a_terminal_prints_its_help() -> None:
    done = subprocess.run([sys.executable, "-m", "footlights"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "footlights COMMAND -h" in done.stdout
