"""Keys: one table, and everything that is made of it."""

from __future__ import annotations

from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest

from app.cli.doctor import examine
from app.journal.recording import read_recording
from app.tui import keymap
from app.tui.app import Opening, Theatre
from app.tui.filed import Filed, tour
from app.tui.keys import BY_ID, KEYS, bindings, keys_of, shown
from app.tui.remembered import Remembered
from app.tui.screens.launcher import Launcher
from app.tui.screens.stage import Stage
from app.tui.widgets.foot import Foot, painted
from tui.bare import BareHouse, opened, text_of
from tui.staging import until

SPOTS = sorted({key.spot for key in KEYS})
PLACES = ("home", "stage", "timeline", "inspector", "runs", "cast", "models", "inbox")


def test_every_key_has_an_id_of_its_own_and_says_what_it_does() -> None:
    assert len(BY_ID) == len(KEYS)
    assert [key.id for key in KEYS if not (key.says and key.more.endswith(".") and key.action)] == []


@pytest.mark.parametrize("spot", SPOTS)
def test_at_one_spot_a_key_means_one_thing(spot: str) -> None:
    pressed = Counter(key for entry in keys_of(spot) for key in entry.keys.split(","))
    assert [key for key, times in pressed.items() if times > 1] == []


@pytest.mark.parametrize("spot", PLACES)
def test_every_place_does_something_for_each_of_its_keys(spot: str) -> None:
    screen = getattr(import_module(f"app.tui.screens.{spot}"), spot.capitalize())
    for key in keys_of(*screen.SPOTS):
        assert hasattr(screen, f"action_{key.action.partition('(')[0]}"), key.id


@pytest.mark.parametrize("width", [1, 20, 40, 80, 200])
def test_the_footer_shows_what_there_is_room_for_the_most_important_first(width: int) -> None:
    row = painted(keys_of("stage", "everywhere"), width, lambda key: False)
    text = "".join(span.text for span in row)
    assert len(text) <= max(1, width)
    assert ("pause" in text) == (width >= 40)
    assert ("q quit  ? help" in text) == (width >= 20)


@pytest.mark.parametrize("spot", SPOTS)
def test_at_80_columns_every_footer_says_how_to_leave_and_where_the_other_keys_stand(spot: str) -> None:
    text = "".join(span.text for span in painted(keys_of(spot, "everywhere"), 80, lambda key: False))
    assert text.endswith("q quit  ? help ")


def test_the_footer_of_the_stage_names_its_own_keys_first_in_80_columns() -> None:
    text = "".join(span.text for span in painted(keys_of("stage", "everywhere"), 80, lambda key: False))
    assert text.startswith(" space pause  : direct  v view  enter inspect")


async def test_the_footer_of_a_recording_has_what_leads_through_it_and_nothing_that_directs() -> None:
    house = Theatre(Opening(remembered=Remembered()))
    async with house.run_test(size=(160, 40)) as pilot:
        stage = Stage(Filed(read_recording(tour())), "theatrical")
        await house.push_screen(stage)
        await until(lambda: stage.playhead.length is not None)
        await until(lambda: "space pause" in last_row(house))
        assert last_row(house).split("   ")[0] == (
            " space pause  ← 5 s  → 5 s  . event  n cue  g go to  > faster  v view  F fork  e export  enter inspect"
            "  end end"
        )
        await pilot.press("end")
        await until(lambda: "space again" in last_row(house), "at its end the key shows it once more")


def last_row(house: Theatre) -> str:
    return text_of(house).splitlines()[-1]


async def test_d_at_home_leads_to_the_launcher_and_its_footer_says_so() -> None:
    house = Theatre(Opening(remembered=Remembered()))
    async with house.run_test(size=(80, 24)) as pilot:
        await until(lambda: "D demo" in last_row(house))
        await pilot.press("D")
        await until(lambda: isinstance(house.screen, Launcher))


async def test_a_click_on_a_key_of_the_footer_presses_it() -> None:
    foot = Foot("stage")
    house = BareHouse(foot)
    async with opened(house) as pilot:
        at = text_of(house).splitlines()[-1].index("? help")
        await pilot.click(foot, offset=(at, 0))
        assert "Find anything by its name." in text_of(house)
        await pilot.press("escape")
        await pilot.click(foot, offset=(at - 1, 0))
        assert "Find anything by its name." not in text_of(house)


def test_bindings_have_the_ids_of_the_table() -> None:
    named = [binding.id for binding in bindings("stage")]  # type: ignore[union-attr]
    assert list(dict.fromkeys(named)) == [key.id for key in keys_of("stage")]


def test_keys_are_called_as_they_are_printed_on_the_board() -> None:
    assert [shown(key) for key in ("question_mark,f1", "ctrl+p", "less_than_sign")] == ["?", "ctrl+p", "<"]


async def test_a_person_may_have_keys_of_their_own() -> None:
    path = keymap.keymap_file()
    path.parent.mkdir(parents=True)
    path.write_text("everywhere.theme: f6\n")
    house = BareHouse()
    async with opened(house) as pilot:
        await pilot.press("t")
        assert house.remembered.theme == "footlights"
        await pilot.press("f6")
        assert house.remembered.theme != "footlights"


async def test_help_tells_a_persons_own_keys() -> None:
    path = keymap.keymap_file()
    path.parent.mkdir(parents=True)
    path.write_text("everywhere.theme: [f6, f7]\n")
    house = BareHouse()
    async with opened(house, (100, 60)) as pilot:
        await pilot.press("question_mark")
        assert "f6 f7" in text_of(house)


def test_what_is_wrong_in_a_keymap_is_told_with_its_place_and_the_rest_counts(tmp_path: Path) -> None:
    path = keymap.keymap_file()
    path.parent.mkdir(parents=True)
    path.write_text("stage.pause: f5\nstage.paus: f6\nstage.hold: [ctrl k]\n")
    keys, problems = keymap.read_keymap()
    assert keys == {"stage.pause": "f5"}
    assert [(problem.line, problem.code) for problem in problems] == [(2, "unknown-key"), (3, "keys")]
    assert "stage.pause" in problems[0].hint


async def test_the_footer_and_the_palette_tell_a_persons_own_keys_too() -> None:
    write_keymap("everywhere.quit: f10\nstage.pause: f5\n")
    house = BareHouse(Foot("stage"))
    async with opened(house) as pilot:
        assert "f10 quit" in text_of(house)
        assert "f5 pause" in text_of(house)
        await pilot.press("ctrl+p")
        assert "f10" in text_of(house).split("Quit")[1].splitlines()[0]


def test_of_two_keys_at_one_spot_that_are_the_same_the_later_one_loses() -> None:
    write_keymap("stage.pause: f5\nstage.hold: [f6, f5]\nstage.view: s\nrunning: 1\nruns.open: f5\nstage.log: '<'\n")
    keys, problems = keymap.read_keymap()
    assert keys == {"stage.pause": "f5", "runs.open": "f5"}
    clashes = [problem for problem in problems if problem.code == "keys"]
    assert [(problem.line, problem.column) for problem in clashes] == [(2, 13), (3, 13), (6, 12)]
    assert clashes[0].message == "f5 is stage.pause already; stage.hold stays H"
    assert "stage.step" in clashes[1].message
    assert "stage.slower" in clashes[2].message


def test_two_keys_may_change_places() -> None:
    write_keymap("stage.pause: s\nstage.step: space\n")
    assert keymap.read_keymap() == ({"stage.pause": "s", "stage.step": "space"}, ())


async def test_all_that_is_wrong_in_a_keymap_is_told_at_once_and_stays_until_a_key() -> None:
    write_keymap("stage.a: f5\nstage.b: f6\nstage.c: f7\nstage.d: f8\n")
    house = BareHouse()
    async with opened(house) as pilot:
        assert all(f"keys.yaml:{line}:1" in text_of(house) for line in (1, 2, 3, 4))
        assert str(keymap.keymap_file().parent) not in text_of(house)
        house.say("something else")
        await pilot.pause()
        assert "keys.yaml:4:1" in text_of(house)
        await pilot.press("z")
        assert "keys.yaml" not in text_of(house)
        assert "something else" in text_of(house)


def test_the_doctor_lists_what_is_wrong_in_a_keymap() -> None:
    write_keymap("stage.pause: f5\nstage.paus: f6\n")
    found = {finding.name: finding for finding in examine(network=False) if finding.area == "keyboard"}
    assert (found["keys.yaml:2:1"].verdict, found["keys.yaml"].verdict) == ("warning", "ok")
    assert "stage.pause" in found["keys.yaml:2:1"].remedy


def write_keymap(text: str) -> None:
    """A person's own keys."""
    path = keymap.keymap_file()
    path.parent.mkdir(parents=True)
    path.write_text(text)


async def test_a_broken_keymap_is_told_and_stops_nothing() -> None:
    path = keymap.keymap_file()
    path.parent.mkdir(parents=True)
    path.write_text("stage.pause: [f5\n")
    house = BareHouse()
    async with opened(house) as pilot:
        await pilot.pause()
        assert "keys.yaml:" in text_of(house)
