from __future__ import annotations

from dataclasses import replace

import pytest

from app.export.film import Caption, Film, Frame, Line, Mark
from app.export.lint import lint, unfit_in
from app.export.picture.cells import Cell, Look
from corpus.films import PLAIN, by_hand, row_of, sprint
from corpus.probes import PROBES

KEY = "sk-proj-abcdefghijklmnopqrstuv-wxyz0123456789"
HALVES = (KEY[:15], KEY[15:])


def in_two_colours(*halves: str) -> Film:
    first, second = halves
    row = row_of(first) + row_of(second, look=Look("#ff0000", bold=True))
    return replace(by_hand(["x"]), frames=(Frame(0.0, (row,)),), size=(len(row), 1))


async def test_nothing_is_wrong_with_a_film_of_a_run() -> None:
    assert lint(await sprint(captions="layer")) == []


def test_a_key_is_found_on_the_screen_also_where_its_colour_changes() -> None:
    (wrong,) = lint(in_two_colours(*HALVES))
    assert wrong == "row 1 at 0.0 s holds what looks like a key"
    assert "abcdef" not in wrong, "what is found is not repeated"


@pytest.mark.parametrize(
    ("where", "film"),
    [
        ("the title", by_hand(["x"], title=KEY)),
        ("the summary", by_hand(["x"], told=f"It said {KEY}.")),
        ("mark 1", by_hand(["x"], marks=(Mark(0.0, KEY, "cue"),))),
        ("caption 2", by_hand(["x"], captions=(Caption(0, 1, "fine"), Caption(1, 2, KEY)))),
        ("line 1", by_hand(["x"], transcript=(Line(0.0, "◆", "Ada", "#fff", f"take {KEY}"),))),
    ],
)
def test_a_key_is_found_beside_the_screen(where: str, film: Film) -> None:
    assert lint(film) == [f"{where} holds what looks like a key"]


@pytest.mark.parametrize("probe", PROBES.values(), ids=PROBES)
def test_what_drives_a_terminal_is_found(probe: str) -> None:
    row = tuple(Cell(letter, PLAIN) for letter in f"safe {probe}")
    film = replace(by_hand(["x"]), frames=(Frame(0.0, (row,)),))
    assert lint(film) == ["row 1 at 0.0 s holds a character that drives a terminal"]
    assert lint(by_hand(["x"], told=probe)) == ["the summary holds a character that drives a terminal"]


def test_the_home_of_whoever_exports_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/data/people/ada")
    assert lint(by_hand(["see /data/people/ada/notes"])) == ["row 1 at 0.0 s holds the path of a home folder"]
    assert lint(by_hand(["see /data/people/adam/notes"])) == []
    monkeypatch.setenv("HOME", "/")
    assert lint(by_hand(["a/b /c"])) == []


def test_what_comes_again_is_told_once() -> None:
    film = in_two_colours(*HALVES)
    frame = film.frames[0]
    film = replace(film, frames=(frame, replace(frame, at=1.0), replace(frame, at=2.0)))
    assert len(lint(film)) == 1


@pytest.mark.parametrize(
    "text",
    [
        f"a key {KEY} in words",
        f"\x1b[1m{HALVES[0]}\x1b[0;31m{HALVES[1]}\x1b[0m",
        rf"[0.1,\"o\",\"\u001b[1m{HALVES[0]}\u001b[31m{HALVES[1]}\"]",
        f'<text x="1">{HALVES[0]}</text><text class="b" x="99">{HALVES[1]}</text>',
        f"<b>{HALVES[0]}</b><i>{HALVES[1]}</i>",
    ],
)
def test_a_key_is_found_in_any_text_also_in_pieces(text: str) -> None:
    assert unfit_in(f"first\n{text}\nlast")[-1:] == ["line 2 holds what looks like a key"]


def test_a_key_that_markup_breaks_over_lines_is_found() -> None:
    assert unfit_in(f"<b>{HALVES[0]}</b\n><i>{HALVES[1]}</i>") == ["the text holds what looks like a key"]


def test_nothing_is_found_where_nothing_is() -> None:
    assert unfit_in("a task-list of sk-ills, a < b and a > b, sk-p•••, ://x and https://me:•••@host\n") == []


@pytest.mark.parametrize("sign", ["\x1b]0;hi\x07", "\r", "\x9b31m", "\u202e", "\u2066"])
def test_what_drives_a_terminal_is_found_in_any_text(sign: str) -> None:
    assert unfit_in(f"first\r\nsecond{sign} line\r\n") == ["line 2 holds a character that drives a terminal"]
    assert unfit_in("a,b\r\nc,d\r\n") == []
