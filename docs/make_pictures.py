"""Makes the pictures of the documentation from what the commands print, so that none of them can be out of date.

`python docs/make_pictures.py` writes docs/pictures/*.svg; `--check` only says whether they would change.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

from docs.make_reference import A_RUN, RUN

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
MISTAKEN = """\
schema: footlights/v1
name: first-night
agents:
  cto: {card: engineering/cto, mode: planing}
  qa: {card: engineering/qa}
steps:
  plan:
    agent: cto
    prompt: Split the work, name the risks.
    output: {backend: string, risk: integer}
  build:
    agent: backend
    prompt: "Build ${{ steps.plan.output.bakend }}"
    timeout: 15
  review:
    if: steps.plan.output.risk >= 'high'
    agent: qa
    prompt: Would you ship it?
"""

# What is shown of a performance: from the first line that holds one text to the next that holds the other.
SPRINT = (
    ("Ship a feature", "Argue about the design"),
    ("Until QA is content", "Back to you, with love"),
    ("The machines wait", "answers: ship"),
    ("calls  tokens", "tells it again"),
)
MUSEUM = (("Before or after the weekend", "tells it again"),)

# Light from below: a warm ground, and the colours of a terminal readable on it.
GROUND, BAR, TEXT, DIM = "#181512", "#231f1b", "#e2d9cb", "#8d8274"
COLOURS = {
    "31": "#e86a58", "32": "#96ba6a", "33": "#e8b054", "35": "#ce88be", "36": "#6ebeba", "90": "#80766a",
    "94": "#96bae8",
}  # fmt: skip
WIDTH, HEIGHT, SIZE = 8.4, 18.0, 14
MARGIN, TITLE = 14.0, 34.0

# Box drawing as lines from the middle of a cell to its edges, so that they meet in every font: up, right, down, left.
LINES = {
    "─": " R L", "│": "U D ", "╭": " RD ", "╮": "  DL", "╰": "UR  ", "╯": "U  L", "├": "URD ", "┤": "U DL", "┬": " RDL",
    "┴": "UR L", "┼": "URDL", "┄": " R L", "┆": "U D ", "═": " R L", "║": "U D ", "╔": " RD ", "╗": "  DL", "╚": "UR  ",
    "╝": "U  L", "╤": " RDL",
}  # fmt: skip
DOUBLE, DASHED, ROUND = "═║╔╗╚╝╤", "┄┆", "╭╮╰╯"

Scenes = tuple[tuple[str, str], ...]
LEFT_OUT = "\x1b[2m  ⋮\x1b[0m"


class Cell(NamedTuple):
    """One character with the numbers of its style."""

    text: str
    style: tuple[str, ...]


def main() -> int:
    """Make each picture, or compare it."""
    made = pictures()
    if "--check" not in sys.argv[1:]:
        PICTURES.mkdir(parents=True, exist_ok=True)
        for name, picture in made.items():
            (PICTURES / name).write_text(picture, encoding="utf-8")
        return 0
    changed = [name for name, picture in made.items() if not _same(PICTURES / name, picture)]
    for name in changed:
        sys.stderr.write(f"docs/pictures/{name} is out of date; make pictures makes it again\n")
    return 1 if changed else 0


def pictures() -> dict[str, str]:
    """Every picture by its file name."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "first-night.yaml").write_text(MISTAKEN, encoding="utf-8")
        (folder / "night-museum.yaml").write_text(_tutorial(), encoding="utf-8")
        return {
            "explain.svg": _of("explain feature-sprint", folder),
            "mistake.svg": _of("check first-night.yaml", folder),
            "run.svg": _of("run feature-sprint --rehearse", folder, SPRINT),
            "night-museum.svg": _of("run night-museum.yaml --rehearse", folder, MUSEUM),
        }


def _of(command: str, folder: Path, scenes: Scenes = ()) -> str:
    printed = _run(command, folder)
    return picture(f"footlights {command}", _cut(printed, scenes) if scenes else printed)


def picture(title: str, printed: str) -> str:
    """What a terminal would show, as an SVG that loads nothing."""
    rows = [list(_cells(line)) for line in printed.rstrip().split("\n")]
    width = max(len(row) for row in rows) * WIDTH + 2 * MARGIN
    height = len(rows) * HEIGHT + TITLE + MARGIN
    drawn = [part for number, row in enumerate(rows) for part in (*_texts(row, number), *_lines(row, number))]
    lamps = "".join(f'<circle cx="{18 + 16 * n}" cy="17" r="4.5" fill="{DIM}"/>' for n in range(3))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img"'
        f' font-family="ui-monospace, \'DejaVu Sans Mono\', Menlo, Consolas, monospace" font-size="{SIZE}">'
        f'<rect width="100%" height="100%" rx="8" fill="{GROUND}"/><path d="M0 34V8a8 8 0 0 1 8-8H{width - 8:.0f}'
        f'a8 8 0 0 1 8 8V34z" fill="{BAR}"/>{lamps}<text x="{width / 2:.0f}" y="22" fill="{TEXT}" text-anchor="middle">'
        f"$ {escape(title)}</text>\n" + "\n".join(drawn) + "\n</svg>\n"
    )


def _tutorial() -> str:
    """The play that docs/first-scenario.md makes."""
    page = (ROOT / "docs" / "first-scenario.md").read_text(encoding="utf-8")
    return next(re.finditer(r"^```yaml\n(schema:.*?)^```$", page, re.DOTALL | re.MULTILINE))[1]


def _cut(printed: str, scenes: Scenes) -> str:
    """Some scenes of a performance, with a sign where something is left out."""
    lines = printed.splitlines()
    plain = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in lines]
    shown: list[str] = []
    end = 0
    for first, last in scenes:
        start = _find(first, plain, end)
        shown += [*[""] * bool(shown), LEFT_OUT, ""] if start > end else []
        end = _find(last, plain, start) + 1
        shown += lines[start:end]
    return "\n".join(shown)


def _find(text: str, lines: list[str], start: int) -> int:
    """The next line that holds a text, which has to be there: a picture of a performance that failed is none."""
    for at in range(start, len(lines)):
        if text in lines[at]:
            return at
    raise ValueError(f'"{text}" is not printed any more:\n' + "\n".join(lines[start:]))


def _cells(line: str) -> Iterator[Cell]:
    style: tuple[str, ...] = ()
    for numbers, text in re.findall(r"\x1b\[([0-9;]*)m|([^\x1b])", line):
        if text:
            yield Cell(text, style)
        else:
            style = tuple(number for number in numbers.split(";") if number not in ("", "0"))


def _texts(row: list[Cell], number: int) -> Iterator[str]:
    """The words of a row, each placed for itself: no viewer then decides how wide a space is."""
    line = "".join(" " if cell.text in LINES else cell.text for cell in row)
    for found in re.finditer(r"\S+(?: \S+)*", line):
        start = found.start()
        while start < found.end():
            end = start + 1
            while end < found.end() and row[end].style == row[start].style:
                end += 1
            word = line[start:end].strip()
            column = start + len(line[start:end]) - len(line[start:end].lstrip())
            if word:
                weight = ' font-weight="bold"' if "1" in row[start].style else ""
                yield (
                    f'<text x="{MARGIN + column * WIDTH:.1f}" y="{TITLE + number * HEIGHT + 18:.1f}"'
                    f' textLength="{len(word) * WIDTH:.1f}" fill="{_colour(row[start])}"{weight}>{escape(word)}</text>'
                )
            start = end


def _lines(row: list[Cell], number: int) -> Iterator[str]:
    for column, cell in enumerate(row):
        if cell.text in LINES:
            x, y = MARGIN + column * WIDTH, TITLE + number * HEIGHT + 4
            dashed = ' stroke-dasharray="2.6 1.6"' if cell.text in DASHED else ""
            yield f'<path d="{_strokes(cell.text, x, y)}" stroke="{_colour(cell)}" fill="none"{dashed}/>'


def _strokes(character: str, x: float, y: float) -> str:
    """The lines of one box-drawing character, from the edges of its cell to the middle."""
    middle, centre = y + HEIGHT / 2, x + WIDTH / 2
    ends = {"U": (centre, y), "R": (x + WIDTH, middle), "D": (centre, y + HEIGHT), "L": (x, middle)}
    used = [ends[side] for side in LINES[character].replace(" ", "")]
    if character in ROUND:
        (x1, y1), (x2, y2) = used
        return f"M{x1:.1f} {y1:.1f}Q{centre:.1f} {middle:.1f} {x2:.1f} {y2:.1f}"
    if character not in DOUBLE:
        return "".join(f"M{end[0]:.1f} {end[1]:.1f}L{centre:.1f} {middle:.1f}" for end in used)
    if character == "╤":
        rails = "".join(f"M{x:.1f} {middle + gap:.1f}H{x + WIDTH:.1f}" for gap in (-1.5, 1.5))
        return f"{rails}M{centre:.1f} {middle + 1.5:.1f}V{y + HEIGHT:.1f}"
    strokes = ""
    for gap in (-1.5, 1.5):
        if len({end[0] for end in used}) == 1:
            strokes += f"M{centre + gap:.1f} {y:.1f}V{y + HEIGHT:.1f}"
        elif len({end[1] for end in used}) == 1:
            strokes += f"M{x:.1f} {middle + gap:.1f}H{x + WIDTH:.1f}"
        else:
            (vertical,) = (end for end in used if end[0] == centre)
            (side,) = (end for end in used if end[1] == middle)
            down, right = vertical[1] > middle, side[0] > centre
            over = gap if down else -gap
            across = gap if right else -gap
            strokes += f"M{centre + across:.1f} {vertical[1]:.1f}V{middle + over:.1f}H{side[0]:.1f}"
    return strokes


def _colour(cell: Cell) -> str:
    for number in cell.style:
        if number in COLOURS:
            return COLOURS[number]
    return DIM if "2" in cell.style else TEXT


def _run(command: str, folder: Path) -> str:
    """What a command prints on a colour terminal, on a machine with no keys."""
    kept = {name: value for name, value in os.environ.items() if not re.search(r"_API_KEY|NO_COLOR|FOOTLIGHTS_", name)}
    environment = kept | {"FORCE_COLOR": "1", "COLUMNS": "100", "PYTHONPATH": str(ROOT), "TERM": "xterm-256color"}
    environment["FOOTLIGHTS_HOME"] = str(folder / "home")
    words = [sys.executable, "-m", "footlights", *command.split()]
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return RUN.sub(A_RUN, done.stderr) if words[3] == "run" else done.stdout


def _same(path: Path, picture: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == picture


if __name__ == "__main__":
    sys.exit(main())
