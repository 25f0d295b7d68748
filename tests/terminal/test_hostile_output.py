"""Whatever strangers wrote into a play or a run: the terminal obeys nobody but us, and nothing they wrote acts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from terminal.hostile import HARMLESS, POISON, PRINTABLE, write_run, write_scenarios
from terminal.performing import CANARIES
from terminal.ptys import Terminal
from terminal.sequences import foreign, kinds
from terminal.situations import CARD

Opens = Callable[..., Terminal]
PLAY = ("play", "hostile.yaml", "--rehearse", "--pace", "instant")
REPLAY = ("replay", "last", "--pace", "instant")
AN_INSPECTOR = ("enter", "right", "right", "right", "right", "right", "tab", "enter", "esc", "esc")
WALK = (
    *("tab", *AN_INSPECTOR, "tab", *AN_INSPECTOR, "tab", "tab", *AN_INSPECTOR),
    *("v", "a", "z", "c", *AN_INSPECTOR, "right", "v", "v"),
    *(":", "esc", "/", "evil", "enter", "esc", "'", "esc"),
    *("{", "{", ",", ",", "x", "end", "y"),
    *("alt+2", "j", "J", "f", "esc", "alt+5", "enter", "esc", "alt+3", "alt+4", "alt+1"),
    *("j", "v", "v", "/", "title", "esc", "ctrl+p", "x", "esc", "?", "esc", "t", "+"),
)
SMALL_WALK = ("tab", "enter", "right", "esc", "v", "enter", "esc", "v", "v", "alt+2", "alt+5")


def walk(terminal: Terminal, keys: tuple[str, ...] = WALK) -> None:
    """Go everywhere, and be everywhere long enough that something is drawn."""
    for key in keys:
        before = len(terminal.written)
        terminal.press(key)
        terminal.wait(lambda before=before: len(terminal.written) > before, 0.3)  # type: ignore[misc]
        terminal.look(0.15 if key == "esc" else 0.0)  # what follows it at once would be read together with it


def click_everywhere(terminal: Terminal, text: str) -> None:
    """Click on whatever a stranger would like to be clicked on."""
    places = [(row, line.index(text)) for row, line in enumerate(terminal.shown.splitlines()) if text in line]
    assert places, terminal.shown
    for row, column in places[:4]:
        for at in (column, column + len(text) + 10, column + len(text) + 11):
            terminal.press(f"\x1b[<0;{at + 1};{row + 1}M", f"\x1b[<0;{at + 1};{row + 1}m", "esc", "esc")


def close(terminal: Terminal) -> int:
    """Leave from wherever one is, as an impatient person does."""
    terminal.press_until("ctrl+c", lambda: terminal.code is not None)
    return terminal.ends()


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The kinds of sequences that a harmless walk writes, and what copying writes."""
    folder = tmp_path_factory.mktemp("harmless")
    (folder / "footlights.toml").touch()
    write_scenarios(folder, HARMLESS)
    with Terminal(*PLAY, folder=folder, FOOTLIGHTS_HOME=str(folder / "home")) as terminal:
        terminal.shows(CARD)
        terminal.put_away(CARD)
        walk(terminal, ("y", *SMALL_WALK))
        terminal.send(15)
        terminal.ends()
        return kinds(terminal.written)


def test_the_harmless_run_shows_what_is_ours(ours: set[str]) -> None:
    assert {"csi m", "csi H", "csi ?1049h", "csi ?1049l", "osc 52"} <= ours
    assert ours <= {
        "csi m", "csi H", "csi ?1049h", "csi ?1049l", "csi ?25l", "csi ?25h", "csi ?1000h", "csi ?1000l", "csi ?1003h",
        "csi ?1003l", "csi ?1015h", "csi ?1015l", "csi ?1006h", "csi ?1006l", "csi ?1004h", "csi ?1004l", "csi >25u",
        "csi <u", "csi ?2026$p", "csi ?2048$p", "csi ?2004h", "csi ?2004l", "csi ?7l", "csi ?7h", "osc 22", "osc 52",
        "control 0d", "control 0a", "csi J", "csi K",
    }  # fmt: skip


def test_a_hostile_play_drives_nothing_and_does_nothing(opens: Opens, folder: Path, ours: set[str]) -> None:
    write_scenarios(folder, PRINTABLE)
    terminal = opens(*PLAY)
    terminal.shows(CARD)
    terminal.put_away(CARD)
    click_everywhere(terminal, "[@click=app.")
    walk(terminal, SMALL_WALK)
    assert terminal.code is None, "something of theirs has acted"
    close(terminal)
    assert foreign(terminal.written, ours) == set()
    assert b"could not be drawn" not in terminal.written


@pytest.mark.parametrize("keys", [pytest.param(WALK, marks=pytest.mark.soak), SMALL_WALK], ids=["all", "some"])
@pytest.mark.parametrize("program", ["", "terminal.performing:without_the_first_defence"], ids=["as it is", "unsafe"])
def test_a_hostile_run_drives_nothing_not_even_past_the_first_defence(
    program: str, keys: tuple[str, ...], opens: Opens, ours: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_run(POISON)
    terminal = opens(*REPLAY, program=program)
    terminal.shows("Failed after")
    walk(terminal, ("esc", *keys))
    assert terminal.code is None, terminal.said
    assert close(terminal) in (0, 1, 130, -2), "the last ctrl+c may come when nobody heeds it any more"
    assert foreign(terminal.written, ours) == set()
    assert b"could not be drawn" not in terminal.written
    assert "bug" not in terminal.said


@pytest.mark.parametrize("program", ["live", pytest.param("live_unsafe", marks=pytest.mark.soak)])
def test_hostile_text_that_streams_drives_nothing(program: str, opens: Opens, folder: Path, ours: set[str]) -> None:
    write_scenarios(folder, HARMLESS)
    terminal = opens("live.yaml", "poison", program=f"terminal.performing:{program}")
    terminal.shows(CARD)
    terminal.put_away(CARD)
    walk(terminal, SMALL_WALK)
    close(terminal)
    assert foreign(terminal.written, ours) == set()
    assert b"could not be drawn" not in terminal.written


@pytest.mark.parametrize(
    "says", ["towers", pytest.param("lines", marks=pytest.mark.soak), pytest.param("long", marks=pytest.mark.soak)]
)
def test_huge_text_costs_no_frame_more_than_a_tenth_of_a_second(
    says: str, opens: Opens, folder: Path, ours: set[str]
) -> None:
    write_scenarios(folder, HARMLESS)
    terminal = opens("live.yaml", says, program="terminal.performing:live")
    assert terminal.wait(lambda: CARD in terminal.shown or "after " in terminal.shown)
    terminal.press("esc", "esc") if CARD in terminal.shown else None
    walk(terminal, SMALL_WALK)
    close(terminal)
    assert foreign(terminal.written, ours) == set()
    assert b"could not be drawn" not in terminal.written
    assert float((folder / "longest-frame").read_text()) < 0.1


def test_no_key_reaches_the_screen(opens: Opens, folder: Path) -> None:
    write_scenarios(folder, HARMLESS)
    terminal = opens("live.yaml", "canaries", program="terminal.performing:live")
    terminal.shows(CARD)
    walk(terminal, ("esc", *SMALL_WALK))
    close(terminal)
    assert "sk-p•••" in terminal.written.decode()
    for canary in CANARIES:
        assert canary[4:20].encode() not in terminal.written
