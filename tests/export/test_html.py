from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.export.film import Caption, Film, Frame, Line, Mark
from app.export.html import player
from app.export.html_rows import outline, packed, relative
from app.export.picture.cells import Cell, Look
from corpus.films import by_hand, row_of, sprint

LARGEST = 200_000  # bytes, of a minute at 120x36


class Page(HTMLParser):
    """What a browser would make of a page, as far as the tests ask."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.metas: dict[str, str] = {}
        self.inside: dict[str, list[str]] = {"script": [], "style": [], "title": []}
        self._open: list[str] = []
        self.film: Any = None
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        self.links += [told[name] for name in ("href", "src", "action", "data", "srcset") if name in told]
        assert not any(name.startswith("on") or name == "style" for name in told)
        if tag == "meta":
            self.metas[told.get("http-equiv", told.get("name", ""))] = told.get("content", "")
        if tag in self.inside:
            self._open = ["json" if told.get("type") == "application/json" else tag]

    def handle_endtag(self, tag: str) -> None:
        self._open = []

    def handle_data(self, data: str) -> None:
        if self._open == ["json"]:
            self.film = json.loads(data)
        elif self._open:
            self.inside[self._open[0]].append(data)
        else:
            self.words.append(data)


def told() -> Film:
    return by_hand(
        ["one"], ["two"], ["end"],
        title="A <small> film & more",
        marks=(Mark(0.5, "The opening", "cue", "Q1"), Mark(1.0, "Ada → Bob", "handoff"), Mark(2.0, "Oh no", "error")),
        captions=(Caption(0.5, 1.5, "Watch <this>"),),
        transcript=(Line(0.2, "◆", "Ada", "#f3c351", "I <begin>."), Line(1.2, "●", "Bob", "#73abf7", "I end.")),
        told="A <small> film & more. It went well, and cost nothing.",
    )  # fmt: skip


def test_a_page_is_the_same_to_the_byte_whenever_it_is_made() -> None:
    assert player(told()) == player(told())


def test_a_page_tells_everything_to_those_who_were_not_there() -> None:
    page = player(told())
    words = " ".join(Page(page).words)
    for said in ("A <small> film & more", "It went well", "◆ Ada", "● Bob", "Q1", "The opening", "I <begin>.", "0:01"):
        assert said in words
    assert '<p class="told">It went well' in page, "the title is not said twice"
    assert "something went wrong" in words and "a question to a person" not in words


def test_nothing_on_a_page_leads_away_from_it() -> None:
    page = Page(player(told()))
    assert page.links and all(link.startswith("#") for link in page.links)
    sheet = "".join(page.inside["style"])
    assert "url(" not in sheet and "@import" not in sheet
    assert not re.search(r"fetch|XMLHttp|WebSocket|import\b|innerHTML|eval", "".join(page.inside["script"]))


def test_the_policy_of_a_page_lets_its_own_script_and_sheets_through_and_nothing_else() -> None:
    page = Page(player(told()))
    policy = dict(rule.split(" ", 1) for rule in page.metas["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'" and set(policy) == {
        "default-src", "script-src", "style-src", "base-uri", "form-action",
    }  # fmt: skip
    assert policy["script-src"].split() == [digest(script) for script in page.inside["script"]]
    assert policy["style-src"].split() == [digest(sheet) for sheet in page.inside["style"]]


def digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_what_a_film_has_none_of_is_not_announced() -> None:
    page = player(by_hand(["nothing"]))
    for head in ("cast-head", "chapters-head", "lamps-head"):
        assert re.search(rf'aria-labelledby="{head}" hidden', page)
    assert re.search(r'id="captions"[^>]* hidden', page)


def test_captions_that_stand_in_the_pictures_are_not_shown_twice() -> None:
    film = replace(told(), burnt=True)
    assert Page(player(told())).film["captions"]
    assert Page(player(film)).film["captions"] == []
    assert re.search(r'id="captions"[^>]* hidden', player(film))


async def test_a_minute_of_the_sprint_is_a_small_file() -> None:
    film = await sprint(captions="layer")
    assert film.size == (120, 36) and 55 < film.seconds < 95
    assert len(player(film).encode()) < LARGEST * film.seconds / 60


LOOKS = [Look("#fff"), Look("#f00", bold=True), Look("#0f0", "#001", underline=True), Look("#00f", italic=True)]
LETTERS = st.sampled_from(["a", "b", " ", " ", "─", "│", "█", "◆", "日", "<", "&", '"', "é", "👩‍💻"])


@st.composite
def frames(draw: st.DrawFn) -> list[Frame]:
    """Frames in which rows stay, change a little, and come back."""
    rows = draw(st.lists(st.lists(st.tuples(LETTERS, st.sampled_from(LOOKS)), min_size=8, max_size=24), min_size=3))
    known = [tuple(cell for letter, look in row for cell in _cells(letter, look)) for row in rows]
    some = st.lists(st.sampled_from(known), min_size=2, max_size=2)
    return [Frame(float(at), tuple(shown)) for at, shown in enumerate(draw(st.lists(some, min_size=1, max_size=6)))]


def _cells(letter: str, look: Look) -> list[Cell]:
    return [Cell(letter, look), Cell("", look)] if letter in "日👩‍💻" else [Cell(letter, look)]


@given(frames())
def test_what_is_packed_comes_out_as_it_went_in(filmed: list[Frame]) -> None:
    unpacked = _unpacked(json.loads(json.dumps(packed(filmed))))
    for frame in filmed:
        last = max(at for at in unpacked if at <= frame.at * 1000)
        assert unpacked[last] == [[_seen(cell) for cell in row] for row in frame.rows]


def _seen(cell: Cell) -> Cell:
    """What a cell in which nothing is looks like does not matter."""
    is_nothing = cell.text == " " and not (cell.look.ground or cell.look.underline)
    return Cell(" ", Look("")) if is_nothing else cell


def _unpacked(film: Any) -> dict[int, list[list[Cell]]]:
    """As the player does it."""
    rows: list[list[int]] = []
    for like, *own in film["rows"]:
        start = rows[like[0]] if isinstance(like, list) else [like]
        rows.append(
            [*start[: like[1]], *own, *start[len(start) - like[2] :]] if isinstance(like, list) else [like, *own]
        )
    shown: dict[int, int] = {}
    found = {}
    for at, *changes in film["frames"]:
        shown |= dict(zip(changes[::2], changes[1::2], strict=True))
        found[at] = [[cell for code in rows[row] for cell in _part(code, film)] for _, row in sorted(shown.items())]
    return found


def _part(code: int, film: Any) -> list[Cell]:
    if code < 0:
        return [Cell(" ", Look(""))] * -code
    look, text, *times = film["parts"][code]
    colour, ground, style = [*film["looks"][look], "", 0, 0][:3] if len(film["looks"][look]) > 1 else (
        film["looks"][look][0], "", 0
    )  # fmt: skip
    bits = [bool(style & 1 << bit) for bit in range(4)]
    return [_seen(Cell(letter, Look(colour, ground or "", *bits))) for letter in list(text) * (times or [1])[0]]


def test_each_row_is_kept_once_and_nothing_is_told_of_a_frame_that_changes_nothing() -> None:
    film = by_hand(["same", "one "], ["same", "two "], ["same", "two "], ["same", "one "])
    told = packed(film.frames)
    assert [len(told["rows"]), [frame[0] for frame in told["frames"]]] == [3, [0, 1000, 3000]]
    assert told["frames"][1][1:] == [1, 2]


@pytest.mark.parametrize("character", [*"─│╭╮╰╯├┤┼━┃┏┛═║╔╌▁▄█▌░▒◆●▲■◇△□○▶▸⣿⠁"])
def test_whatever_meets_its_neighbours_is_drawn(character: str) -> None:
    assert outline(character)
    assert all(path.startswith("m") and not re.search("[A-Z]", path) for path, *_ in outline(character))


@pytest.mark.parametrize("character", ["a", "Z", " ", "", "é", "日", "✓", "→", "\x1b", "👩‍💻"])
def test_letters_stay_letters(character: str) -> None:
    assert outline(character) == []


def test_a_path_can_start_anywhere() -> None:
    assert relative("M10 20H14V26Q14 30 18 30z", 8, 20) == "m2 0h4v6q0 4 4 4z"
    assert relative("M1 1L3 1zM5 5a2 2 0 1 0 4 0H1", 0, 0) == "m1 1l2 0zm4 4a2 2 0 1 0 4 0h-8"


def test_the_colour_of_a_role_is_a_colour_or_it_is_left_out() -> None:
    line = Line(0.0, "◆", "Ada", "red}</style><script>", "Hello.")
    page = player(by_hand(["x"], transcript=(line,)))
    assert "red}" not in page and ".role-0{color:#ede5d9}" in page


def test_a_wide_letter_takes_two_cells() -> None:
    film = by_hand(["日本 x"])
    assert film.frames[0].rows[0][1].text == ""
    assert packed(film.frames)["parts"][0][1] == ("日", "", "本", "", " ", "x")
    assert row_of("a")[0].text == "a"
