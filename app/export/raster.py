"""A film as GIF, as WebP, or one moment of it as PNG: drawn cell by cell, with the letters of a font of our own.

It asks for nothing of the machine that draws: no terminal, no browser, no font that is installed. Needs Pillow.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from importlib.resources import files
from io import BytesIO
from typing import NamedTuple

from app.errors import FootlightsError
from app.export.film import Film, Frame
from app.export.inks import CLEAR, Colour, Inks, Pair
from app.export.picture.cells import Cell, Look
from app.export.pixels import Shape, Size, rectangle, shapes
from app.tui.look.colour import parts


class NoPillow(FootlightsError):
    """The extra that draws is not installed."""


try:
    from PIL import GifImagePlugin, Image, ImageDraw, ImageFont
except ImportError as error:
    raise NoPillow("GIF, WebP and PNG need Pillow", "pip install 'footlights[gif]'") from error

_CELL = Size(8, 16, 1)
_FINE = Size(16, 32, 2)  # for what is looked at longer than a frame
_SHORTEST = 2  # hundredths of a second: browsers show for longer what is shorter
_LONGEST = 65_535  # the same: longer no GIF shows one frame
_ALL = 1 << 20  # frames: more than any film has
_SMOOTH = 8  # times finer than a pixel, where a shape is not straight


def gif(film: Film) -> bytes:
    """All of it, again and again, in one palette; of each frame only the cells that have changed."""
    timed = _timed(film)
    images = _drawn(film, [frame for frame, _ in timed], _CELL)
    made: list[bytes] = []
    for (image, changes), (_, lasts) in zip(images, timed, strict=True):
        duration = 10 * min(lasts, _LONGEST)
        if not made:
            head, _ = GifImagePlugin.getheader(image, info={"loop": 0})
            made += [*head, *GifImagePlugin.getdata(image, duration=duration)]
        else:
            patch, corner = _patch(image, changes)
            made += GifImagePlugin.getdata(patch, corner, duration=duration, transparency=CLEAR, disposal=1)
    return b"".join([*made, b";"])


def webp(film: Film) -> bytes:
    """The same, and smaller; not every page shows it."""
    timed = _timed(film)
    images = (image.convert("RGB") for image, _ in _drawn(film, [frame for frame, _ in timed], _CELL))
    made = BytesIO()
    next(images).save(
        made, "WEBP", save_all=True, append_images=images, duration=[10 * lasts for _, lasts in timed], loop=0,
        lossless=True, quality=20, method=1, kmin=_ALL, kmax=_ALL + 1,
    )  # fmt: skip
    return made.getvalue()


def png(film: Film, at: float) -> bytes:
    """What is seen at a moment, twice as fine."""
    shown = next((frame for frame in reversed(film.frames) if frame.at <= at), film.frames[0])
    image, _ = next(_drawn(film, [shown], _FINE))
    made = BytesIO()
    image.save(made, "PNG", optimize=True)
    return made.getvalue()


def _timed(film: Film) -> list[tuple[Frame, int]]:
    """The frames that are shown, and for how many hundredths of a second; together exactly as long as the film."""
    shown: list[tuple[Frame, int]] = []  # with their beginnings
    for frame in film.frames:
        begins = round(frame.at * 100)
        if shown and begins - shown[-1][1] < _SHORTEST:
            begins = shown.pop()[1]
        shown.append((frame, begins))
    ends = [begins for _, begins in shown[1:]] + [max(round(film.seconds * 100), shown[-1][1] + _SHORTEST)]
    return [(frame, end - begins) for (frame, begins), end in zip(shown, ends, strict=True)]


# Frames


Box = tuple[int, int, int, int]


class _Place(NamedTuple):
    """A cell where it has to be drawn, over one column or two."""

    column: int
    row: int
    cell: Cell
    columns: int


def _drawn(film: Film, frames: Sequence[Frame], size: Size) -> Iterator[tuple[Image.Image, list[Box]]]:
    """A picture for each frame, with one palette for all of them; and what in it is not as it was before."""
    ground = parts(film.colours.ground)
    changes = list(_changes(frames))
    tiles = _Tiles(size, ground, Counter((place.cell, place.columns) for each in changes for place in each))
    across, down = film.size
    margin = size.height // 2
    canvas = Image.new("L", (across * size.width + 2 * margin, down * size.height + 2 * margin), tiles.ground)
    for each in changes:
        boxes = []
        for column, row, cell, columns in each:
            left, top = margin + column * size.width, margin + row * size.height
            boxes.append((left, top, left + columns * size.width, top + size.height))
            canvas.paste(tiles.of(cell, columns), boxes[-1])
        image = canvas.copy()
        image.putpalette(tiles.palette)
        yield image, boxes


def _patch(image: Image.Image, changes: Sequence[Box]) -> tuple[Image.Image, tuple[int, int]]:
    """The part of a picture in which something has changed, clear where nothing has; and where it belongs."""
    lefts, tops, rights, bottoms = zip(*changes or [(0, 0, 1, 1)], strict=True)
    left, top = min(lefts), min(tops)
    patch = Image.new("P", (max(rights) - left, max(bottoms) - top), CLEAR)
    for box in changes:
        patch.paste(image.crop(box), (box[0] - left, box[1] - top))
    return patch, (left, top)


def _changes(frames: Iterable[Frame]) -> Iterator[list[_Place]]:
    """What has to be drawn for each frame over the one before."""
    before: Sequence[Sequence[Cell]] = ()
    for frame in frames:
        yield [
            place
            for number, row in enumerate(frame.rows)
            if not before or (row is not before[number] and row != before[number])
            for place in _changed(number, row, before[number] if before else ())
        ]
        before = frame.rows


def _changed(number: int, row: Sequence[Cell], before: Sequence[Cell]) -> Iterator[_Place]:
    for column, cell in enumerate(row):
        if before and cell == before[column]:
            continue
        if cell.text:
            wide = column + 1 < len(row) and not row[column + 1].text
            yield _Place(column, number, cell, 1 + wide)
        elif not column or not row[column - 1].text:
            yield _Place(column, number, cell._replace(text=" "), 1)


class _Tiles:
    """The pictures of cells, each drawn once, in the colours of one palette."""

    def __init__(self, size: Size, ground: Colour, used: Counter[tuple[Cell, int]]) -> None:
        self._size = size
        self._ground = ground
        self._letters = _Letters(size)
        self._tiles: dict[tuple[Cell, int], Image.Image] = {}
        self._masks: dict[tuple[str, Look, int], Image.Image] = {}
        grounds: Counter[Colour] = Counter({ground: 1})
        pairs: Counter[Pair] = Counter()
        for (cell, columns), count in used.items():
            grounds[self._pair(cell.look)[1]] += count
            if self._mask(cell, columns).getbbox() is not None:
                pairs[self._pair(cell.look)] += count
        self._inks = Inks(grounds, pairs)
        self.ground = self._inks.at(ground)

    @property
    def palette(self) -> bytes:
        """As Pillow wants it, and always of one length: a number that is in no palette is clear."""
        return bytes(part for colour in self._inks.colours for part in colour).ljust(3 * 256, b"\0")

    def of(self, cell: Cell, columns: int) -> Image.Image:
        """A cell, each pixel a number of the palette."""
        tile = self._tiles.get((cell, columns))
        if tile is None:
            table = self._inks.table(self._pair(cell.look))
            tile = self._tiles[cell, columns] = self._mask(cell, columns).point(list(table))
        return tile

    def _pair(self, look: Look) -> Pair:
        ground = parts(look.ground) if look.ground else self._ground
        return parts(look.colour), ground

    def _mask(self, cell: Cell, columns: int) -> Image.Image:
        """Where how much of its colour is seen."""
        form = replace(cell.look, colour="", ground="")
        mask = self._masks.get((cell.text, form, columns))
        if mask is None:
            found = shapes(cell.text, self._size)
            mask = (
                self._letters.mask(cell.text, form, columns) if found is None else _filled(found, self._size, columns)
            )
            for at in [0.86] * form.underline + [0.5] * form.strike:
                top = round(at * self._size.height)
                line = (0, top, columns * self._size.width - 1, top + self._size.line - 1)
                ImageDraw.Draw(mask).rectangle(line, fill=255)
            self._masks[cell.text, form, columns] = mask
        return mask


def _filled(found: Sequence[Shape], size: Size, columns: int) -> Image.Image:
    """Shapes one over the other: sharp where they lie on pixels, smooth where they do not."""
    fine = 1 if all(shape.is_sharp for shape in found) else _SMOOTH
    mask = Image.new("L", (columns * size.width * fine, size.height * fine))
    pen = ImageDraw.Draw(mask)
    for shape in found:
        strength = round(255 * shape.strength)
        if shape.is_sharp:
            (left, top), _, (right, bottom), _ = shape.corners
            if right > left and bottom > top:
                pen.rectangle((left * fine, top * fine, right * fine - 1, bottom * fine - 1), fill=strength)
        else:
            pen.polygon([(x * fine, y * fine) for x, y in shape.corners], fill=strength)
    return mask if fine == 1 else mask.resize((columns * size.width, size.height), Image.Resampling.BOX)


# Letters


class _Letters:
    """Letters of the font in `fonts/`; what it lacks is a frame as wide as the character."""

    _LEAN = 0.2  # of what is italic
    _BASELINE = 0.77  # of the height of a cell

    def __init__(self, size: Size) -> None:
        self._size = size

    def mask(self, text: str, look: Look, columns: int) -> Image.Image:
        size = self._size
        mask = Image.new("L", (columns * size.width, size.height))
        if text.isspace():
            return mask
        font = next((each for each in self._fonts(look) if _has(each, text[0])), None)
        if font is None:
            return _filled(_frame(columns, size), size, columns)
        known = "".join(character for character in text if _has(font, character))
        baseline = round(self._BASELINE * size.height)
        ImageDraw.Draw(mask).text((0, baseline), known, fill=255, font=font, anchor="ls")
        if look.italic:
            lean = (1, self._LEAN, -self._LEAN * baseline, 0, 1, 0)
            mask = mask.transform(mask.size, Image.Transform.AFFINE, lean, Image.Resampling.BILINEAR)
        return mask

    def _fonts(self, look: Look) -> Iterator[ImageFont.FreeTypeFont]:
        if look.bold:
            yield self._bold
        yield self._regular

    @cached_property
    def _regular(self) -> ImageFont.FreeTypeFont:
        return self._font("DejaVuSansMono.ttf")

    @cached_property
    def _bold(self) -> ImageFont.FreeTypeFont:
        return self._font("DejaVuSansMono-Bold.ttf")

    def _font(self, name: str) -> ImageFont.FreeTypeFont:
        body = BytesIO((files("app.export") / "fonts" / name).read_bytes())
        return ImageFont.truetype(body, self._size.height * 5 / 6, layout_engine=ImageFont.Layout.BASIC)


def _has(font: ImageFont.FreeTypeFont, character: str) -> bool:
    """Is it in the font? What is not is drawn as what can be in none."""
    return bytes(font.getmask(character)) != bytes(font.getmask("\uffff"))


def _frame(columns: int, size: Size) -> list[Shape]:
    line, right, bottom = size.line, columns * size.width - size.line, round(0.8 * size.height)
    top = round(0.2 * size.height)
    return [rectangle(line, top, right, bottom, 0.6), rectangle(2 * line, top + line, right - line, bottom - line, 0.0)]
