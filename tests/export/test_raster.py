from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from io import BytesIO
from pathlib import Path
from struct import pack
from subprocess import run

import pytest
from PIL import Image, ImageChops, ImageSequence

from app.export.film import Film, Frame
from app.export.inks import CLEAR, Inks
from app.export.picture.cells import Cell, Look
from app.export.pixels import Size, shapes
from app.export.raster import gif, png, webp
from corpus.commands import ROOT
from corpus.films import NIGHT, PLAIN, by_hand, row_of, sprint

MARGIN, WIDTH, HEIGHT = 8, 8, 16
GROUND, LETTER = (0x13, 0x10, 0x0D), (0xED, 0xE5, 0xD9)
FRAME = ("╭──────╮", "│ word │", "├──────┤", "│ ████ │", "╰──────╯")


def opened(made: bytes) -> Image.Image:
    return Image.open(BytesIO(made))


def seen(*screen: str) -> Image.Image:
    """The first frame of a film of one screen, without its margin."""
    image = opened(gif(by_hand(screen))).convert("RGB")
    return image.crop((MARGIN, MARGIN, image.width - MARGIN, image.height - MARGIN))


def cell(image: Image.Image, column: int, row: int = 0) -> Image.Image:
    left, top = column * WIDTH, row * HEIGHT
    return image.crop((left, top, left + WIDTH, top + HEIGHT))


def inked(image: Image.Image) -> set[tuple[int, int]]:
    """Where anything is drawn."""
    at = image.convert("RGB").load()
    assert at is not None
    return {(x, y) for x in range(image.width) for y in range(image.height) if at[x, y] != GROUND}


def each_frame(made: bytes) -> list[tuple[Image.Image, int]]:
    return [(image.convert("RGB"), image.info["duration"]) for image in ImageSequence.Iterator(opened(made))]


# GIF


def test_a_gif_has_a_frame_for_each_of_the_film_and_lasts_exactly_as_long() -> None:
    film = by_hand(["one"], ["two"], ["six"], seconds=5.55)
    frames = each_frame(gif(film))
    assert [lasts for _, lasts in frames] == [1000, 1000, 3550]
    assert opened(gif(film)).info["loop"] == 0


def test_frames_that_follow_too_quickly_become_one_and_no_time_is_lost() -> None:
    rows = {text: (row_of(text),) for text in "abcdef"}
    times = [0.0, 0.004, 0.012, 0.104, 0.333, 0.338]
    frames = tuple(Frame(at, rows[text]) for at, text in zip(times, rows, strict=True))
    film = Film("", "", (1, 1), NIGHT, frames, 1.0)
    shown = each_frame(gif(film))
    assert [lasts for _, lasts in shown] == [100, 230, 670]
    assert [image.tobytes() for image, _ in shown] == [
        each_frame(gif(by_hand([text])))[0][0].tobytes() for text in "cdf"
    ]


def test_only_what_has_changed_is_written_again_and_nothing_else_changes() -> None:
    film = by_hand(FRAME, [*FRAME[:1], "│ wort │", *FRAME[2:]])
    first, second = (image for image, _ in each_frame(gif(film)))
    box = (MARGIN + 5 * WIDTH, MARGIN + HEIGHT, WIDTH, HEIGHT)  # of the last letter, which is another
    assert b"\x2c" + pack("<4H", *box) in gif(film)
    left, top, right, bottom = ImageChops.difference(first, second).getbbox() or (0, 0, 0, 0)
    assert box[0] <= left < right <= box[0] + WIDTH
    assert box[1] <= top < bottom <= box[1] + HEIGHT
    whole = each_frame(gif(by_hand([*FRAME[:1], "│ wort │", *FRAME[2:]])))[0][0]
    assert second.tobytes() == whole.tobytes()


@pytest.mark.parametrize("make", [gif, webp, partial(png, at=0.5)])
def test_the_same_film_gives_the_same_bytes(make: Callable[[Film], bytes]) -> None:
    assert make(by_hand(FRAME, FRAME[::-1])) == make(by_hand(FRAME, FRAME[::-1]))


async def test_a_minute_of_the_stage_is_less_than_a_megabyte_and_shows_every_moment_as_the_film_does() -> None:
    film = await sprint(captions="layer")
    made = gif(film)
    assert len(made) / film.seconds * 60 < 1_000_000
    lasts = 0
    for number, shown in enumerate(ImageSequence.Iterator(opened(made))):
        lasts += shown.info["duration"]
        if number % 40 == 0:
            alone = Film(film.title, film.run, film.size, film.colours, (film.frames[number],), 1.0)
            drawn = each_frame(gif(alone))[0][0]
            apart = max(ImageChops.difference(drawn, shown.convert("RGB")).tobytes())
            assert apart < 64  # one palette for all has fewer steps at the edges of letters
    assert lasts == round(film.seconds * 100) * 10


# WebP and PNG


def test_a_webp_moves_as_well_and_loses_nothing() -> None:
    film = by_hand(FRAME, FRAME[::-1], seconds=3.0)
    assert [image.tobytes() for image, _ in each_frame(webp(film))] == [
        image.tobytes() for image, _ in each_frame(gif(film))
    ]


def test_a_png_shows_the_moment_that_is_asked_for_twice_as_fine() -> None:
    film = by_hand(["one"], ["two"])
    assert opened(png(film, 0.9)).size == (2 * (3 * WIDTH + 2 * MARGIN), 2 * (HEIGHT + 2 * MARGIN))
    assert png(film, 0.9) == png(by_hand(["one"]), 0.0)
    assert png(film, 1.0) == png(film, 99.0) == png(by_hand(["two"]), 0.0)


# What is drawn


def test_lines_meet_from_cell_to_cell_and_a_frame_is_closed() -> None:
    lines = inked(seen("┌──┐", "│  │", "└──┘"))
    columns, rows = {x for x, _ in lines}, {y for _, y in lines}
    left, right, top, bottom = min(columns), max(columns), min(rows), max(rows)
    assert all((x, y) in lines for x in range(left, right + 1) for y in (top, bottom))
    assert all((x, y) in lines for y in range(top, bottom + 1) for x in (left, right))
    assert len(lines) == 2 * (right - left + 1) + 2 * (bottom - top - 1)


@pytest.mark.parametrize("box", ["┏━┓┃ ┃┗━┛", "╔═╗║ ║╚═╝", "╭─╮│ │╰─╯", "╒═╕│ │╘═╛", "╓─╖║ ║╙─╜", "┍━┑│ │┕━┙"])
def test_every_kind_of_frame_is_in_one_piece(box: str) -> None:
    left = inked(seen(box[:3], box[3:6], box[6:]))
    pieces = 0
    while left:
        pieces += 1
        edge = [left.pop()]
        while edge:
            x, y = edge.pop()
            near = {(x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)} & left
            left -= near
            edge += near
    assert pieces == (2 if box[0] == "╔" else 1)  # one around the other


def test_blocks_fill_their_cells_and_a_bar_has_no_stripes() -> None:
    assert len(inked(seen("████"))) == 4 * WIDTH * HEIGHT
    assert [len(inked(seen(part))) // HEIGHT for part in "▏▎▍▌▋▊▉"] == [1, 2, 3, 4, 5, 6, 7]
    assert [len(inked(seen(part))) // WIDTH for part in "▁▂▃▄▅▆▇"] == [2, 4, 6, 8, 10, 12, 14]
    assert inked(seen("▛")) == inked(seen("█")) - {(x, y) for x in range(4, 8) for y in range(8, 16)}


def test_a_shade_is_between_the_colour_and_the_ground() -> None:
    levels = [cell(seen("░▒▓█"), column).getpixel((4, 8)) for column in range(4)]
    assert levels == sorted(levels)  # type: ignore[type-var]
    assert levels[-1] == LETTER


def test_braille_has_a_dot_for_each_bit_evenly_spaced_from_cell_to_cell() -> None:
    dots = inked(seen("⣿⣿"))
    assert {x for x, _ in dots} == {x for x in range(16) if x % 4 in (1, 2)}
    assert {y for _, y in dots} == {y for y in range(16) if y % 4 in (1, 2)}
    assert [len(inked(seen(chr(0x2800 + bits)))) for bits in range(256)] == [
        4 * bits.bit_count() for bits in range(256)
    ]


@pytest.mark.parametrize("sign", "●○■□◆◇▲△▼▽▶◀▸◂▴▾")
def test_the_signs_of_the_stage_are_shapes_in_the_middle_of_their_cell(sign: str) -> None:
    where = inked(seen(sign))
    columns, rows = [x for x, _ in where], [y for _, y in where]
    assert abs(min(columns) + max(columns) - (WIDTH - 1)) <= 2
    assert abs(min(rows) + max(rows) - (HEIGHT - 1)) <= 4


def test_letters_are_letters_and_what_the_font_lacks_is_a_frame_as_wide_as_the_character() -> None:
    assert inked(seen("a")) != inked(seen("b"))
    lacking, wide = inked(seen("\U00013000")), inked(seen("漢"))
    assert max(x for x, _ in lacking) < WIDTH
    assert max(x for x, _ in wide) == 2 * WIDTH - 2
    assert inked(seen("漢")) == inked(seen("字"))
    assert inked(seen("é")) >= inked(seen("e"))


@pytest.mark.parametrize(
    "styled", [replace(PLAIN, bold=True), replace(PLAIN, italic=True), replace(PLAIN, underline=True)]
)
def test_each_style_of_letters_is_seen(styled: Look) -> None:
    film = Film("", "", (4, 1), NIGHT, (Frame(0.0, (row_of("word", look=styled),)),), 1.0)
    assert each_frame(gif(film))[0][0].tobytes() != each_frame(gif(by_hand(["word"])))[0][0].tobytes()


def test_colours_are_those_of_the_cells_to_the_last_bit() -> None:
    looks = [Look(f"#{number:02x}40{255 - number:02x}", f"#10{number:02x}20") for number in range(0, 250, 10)]
    rows = (tuple(Cell("▄", look) for look in looks),)
    image = each_frame(gif(Film("", "", (len(looks), 1), NIGHT, (Frame(0.0, rows),), 1.0)))[0][0]
    for column, look in enumerate(looks):
        upper = image.getpixel((MARGIN + column * WIDTH, MARGIN))
        lower = image.getpixel((MARGIN + column * WIDTH, MARGIN + HEIGHT - 1))
        assert [f"#{bytes(pixel).hex()}" for pixel in (upper, lower)] == [look.ground, look.colour]  # type: ignore[arg-type]


def test_more_colours_than_a_palette_holds_become_the_nearest() -> None:
    looks = [Look(f"#{red:02x}{green:02x}80") for red in range(0, 256, 15) for green in range(0, 256, 17)]
    rows = (tuple(Cell("█", look) for look in looks),)
    image = each_frame(gif(Film("", "", (len(looks), 1), NIGHT, (Frame(0.0, rows),), 1.0)))[0][0]
    for column, look in enumerate(looks):
        pixel = image.getpixel((MARGIN + column * WIDTH + 4, MARGIN + 8))
        assert max(abs(a - b) for a, b in zip(pixel, bytes.fromhex(look.colour[1:]), strict=True)) <= 48  # type: ignore[arg-type]


def test_the_clear_colour_is_never_one_of_a_cell() -> None:
    many = Counter({((red, 0, 0), (0, green, 0)): 1 for red in range(100) for green in range(3)})
    inks = Inks(Counter({(0, 0, 0): 1}), many)
    assert len(inks.colours) <= CLEAR
    assert all(CLEAR not in inks.table(pair) for pair in many)


def test_every_line_of_unicode_is_drawn_in_every_size() -> None:
    for code in range(0x2500, 0x25A0):
        for size in (Size(8, 16, 1), Size(16, 32, 2)):
            found = shapes(chr(code), size)
            assert found
            if all(shape.is_sharp for shape in found):
                corners = [corner for shape in found for corner in shape.corners]
                assert all(0 <= x <= size.width and 0 <= y <= size.height for x, y in corners)


def test_without_pillow_it_is_said_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "PIL.py").write_text("raise ImportError\n")
    tried = (
        "from app.errors import FootlightsError\ntry:\n import app.export.raster\nexcept FootlightsError as error:\n"
    )
    done = run(
        [sys.executable, "-c", f"{tried} print(error.message, error.hint, sep='|')"],
        env={"PYTHONPATH": f"{tmp_path}:{ROOT}"}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.stdout == "GIF, WebP and PNG need Pillow|pip install 'footlights[gif]'\n", done.stderr


def test_the_fonts_travel_with_their_licence_and_are_small() -> None:
    fonts = ROOT / "app" / "export" / "fonts"
    assert sum(path.stat().st_size for path in fonts.glob("*.ttf")) < 300_000
    assert "Bitstream Vera Fonts Copyright" in (fonts / "LICENSE").read_text()
