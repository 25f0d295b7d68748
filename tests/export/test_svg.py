"""A film as an SVG shows the cells of every frame, loads nothing, and stands at its poster where nothing may move."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

from app.export.film import Film
from app.export.picture.cells import HEIGHT, MARGIN, TOP, WIDTH, Row
from app.export.picture.drawing import BASELINE, Looks, pieces
from app.export.strips import strips_of
from app.export.svg import animated, animations, frame_at, poster_of, still
from corpus.films import by_hand, sprint

SMALL = {"size": (80, 24), "end": "Q2"}
SVG = "{http://www.w3.org/2000/svg}"
Words = set[tuple[int, int, str]]  # row, column, text


class Seen:
    """What of a picture is seen at a moment: its words, by the rules of its style sheet."""

    def __init__(self, svg: str) -> None:
        self._root = ElementTree.fromstring(svg)
        self._named = {element.get("id"): element for element in self._root.iter() if element.get("id")}
        sheet = self._root.findtext(f"{SVG}style") or ""
        self.seconds = float(re.findall(r"animation:([\d.]+)s step-end infinite", sheet)[0])
        self._moves = {
            name: sorted(
                (float(share), float(down))
                for shares, down in re.findall(r"([\d.%,]+)\{transform:translateY\((-?[\d.]+)px\)\}", moves)
                for share in shares.replace("%", "").split(",")
            )
            for name, moves in re.findall(r"@keyframes (\w+)\{((?:[\d.%,]+\{[^}]*\})*)\}", sheet)
        }

    def at(self, moment: float | None) -> Words:
        """Its words at a moment; at none, where nothing moves."""
        words: Words = set()
        for element in self._root:
            if element.tag == f"{SVG}text" and element.get("class"):
                words.add(_word(element, 0.0, 0.0))
            elif element.get("clip-path"):
                words |= self._in_strip(element, moment)
        return words

    def _in_strip(self, strip: ElementTree.Element, moment: float | None) -> Words:
        x, y = _moved(strip)
        height = int((strip.get("clip-path") or "")[6:-1])
        (film,) = strip
        name = (film.get("style") or "").removeprefix("animation-name:")
        share = 0.0 if moment is None else 100 * moment / self.seconds + 0.001
        down = 0.0 if moment is None else [down for at, down in self._moves[name] if at <= share][-1]
        words: Words = set()
        for state in film:
            below = float(state.get("y") or 0) if state.tag == f"{SVG}use" else _moved(state)[1]
            if abs(below + down) > height * HEIGHT:
                continue
            assert below + down == 0, "half a state is seen"
            body = self._named[(state.get("href") or "")[1:]] if state.tag == f"{SVG}use" else state
            for part in body:
                piece = self._named[(part.get("href") or "")[1:]] if part.tag == f"{SVG}use" else part
                if piece.tag == f"{SVG}text":
                    words.add(_word(piece, x, y))
        return words


def _moved(element: ElementTree.Element) -> tuple[float, float]:
    x, y = re.findall(r"translate\((-?[\d.]+) (-?[\d.]+)\)", element.get("transform") or "")[0]
    return float(x), float(y)


def _word(element: ElementTree.Element, x: float, y: float) -> tuple[int, int, str]:
    column = (float(element.get("x") or 0) + x - MARGIN) / WIDTH
    row = (float(element.get("y") or 0) + y - TOP - BASELINE) / HEIGHT
    return round(row), round(column), element.text or ""


def letters(words: Words) -> set[tuple[int, int, str]]:
    """Each letter with its place: where a word is cut into two, nobody sees it."""
    return {
        (row, column + at, letter) for row, column, text in words for at, letter in enumerate(text) if letter != " "
    }


def drawn(rows: tuple[Row, ...]) -> set[tuple[int, int, str]]:
    """The letters of a picture that stands still."""
    found = (ElementTree.fromstring(piece) for piece in pieces(rows, Looks()) if piece.startswith("<text"))
    return letters({_word(element, 0.0, 0.0) for element in found})


def assert_plays(film: Film) -> None:
    """Each frame is seen from its moment on."""
    seen = Seen(animated(film))
    assert seen.seconds == film.seconds
    for frame in film.frames:
        assert letters(seen.at(frame.at)) == drawn(frame.rows), frame.at


async def test_every_frame_is_seen_when_it_is_due() -> None:
    assert_plays(await sprint(**SMALL))


def test_frames_come_and_go_and_rows_move_together() -> None:
    box = ("┌───┐", "│   │", "│ab │", "└───┘"), ("╭───╮", "┃   ┃", "┃ab ┃", "╰───╯")
    film = by_hand(box[0], box[1], ("┌───┐", "│cd │", "│ab │", "└───┘"), box[0], ("     ",) * 4)
    assert_plays(film)
    borders = [(strip.row, strip.height) for strip in strips_of(film) if (strip.start, strip.end) == (0, 1)]
    assert (1, 2) in borders  # both rows of a border are one strip


async def test_where_nothing_moves_the_poster_stands() -> None:
    film = await sprint(**SMALL)
    svg = animated(film)
    assert letters(Seen(svg).at(None)) == drawn(frame_at(film, poster_of(film)).rows)
    assert "@media (prefers-reduced-motion:reduce){.st{animation:none}}" in svg


async def test_nothing_is_loaded_and_every_reference_is_answered() -> None:
    film = await sprint(**SMALL)
    for svg in (animated(film), still(film, 0.0)):
        assert svg.count("://") == 1  # the name of the language itself
        assert set(re.findall(r'href="(.)', svg)) <= {"#"}
        assert set(re.findall(r"url\((.)", svg)) <= {"#"}
        named = re.findall(r' id="(\w+)"', svg)
        assert len(named) == len(set(named))
        assert set(re.findall(r'(?:href="|url\()#(\w+)', svg)) == set(named)
        assert not re.search(r"<(script|image|foreignObject|a)\b| on\w+=", svg)


async def test_who_sees_nothing_reads_what_happened() -> None:
    film = await sprint(**SMALL)
    for svg in (animated(film), still(film, 0.0)):
        root = ElementTree.fromstring(svg)
        assert root.get("role") == "img"
        assert (root.findtext(f"{SVG}title"), root.findtext(f"{SVG}desc")) == (film.title, film.told)


async def test_it_is_small_and_moves_in_few_places() -> None:
    svg = animated(await sprint(end="0:15"))
    assert len(svg) < 150_000
    assert animations(svg) < 200


def test_what_never_changes_does_not_move() -> None:
    film = by_hand(("still", "one"), ("still", "two"))
    svg = animated(film)
    assert animations(svg) == 1
    assert svg.count("still") == 1


def test_a_film_of_one_picture_stands_still() -> None:
    assert animations(animated(by_hand(("one",)))) == 0


def test_signs_blocks_and_braille_are_shapes_and_only_words_are_letters() -> None:
    svg = still(by_hand(("│─┼ █▄░ ▖▙ ⣿⠁⠀ ◆● ok",), title=""), 0.0)
    assert re.findall(r'<text class="[^>]*>([^<]*)<', svg) == ["ok"]
    assert svg.count("a1.3 1.3") == 2 * 9  # the two halves of each of nine dots


def test_a_still_shows_the_moment_that_is_asked_for() -> None:
    film = by_hand(("one",), ("two",), ("three",))
    assert [re.findall(r">(one|two|three)<", still(film, at)) for at in (0.0, 1.9, 9.0)] == [
        ["one"],
        ["two"],
        ["three"],
    ]


def test_what_stands_in_markup_is_text() -> None:
    film = replace(by_hand(("<b>&amp;",), ("</svg>\"'",)), title="a < b & c", told="<i>")
    for svg in (animated(film), still(film, 1.0)):
        root = ElementTree.fromstring(svg)
        assert (root.findtext(f"{SVG}title"), root.findtext(f"{SVG}desc")) == ("a < b & c", "<i>")
