"""Makes the pictures of the documentation from what the commands print and the app shows: none can be out of date.

`python docs/make_pictures.py` writes docs/pictures/*.svg; `--check` only says whether they would change. With names,
such as `run` and `stage`, it is about these alone.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from app.export.picture.cells import Cell, Look
from app.export.picture.drawing import Window, drawn
from docs import film_pictures, stage_pictures
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
CLERKS = (("passed   rate", "careful"), ("is worse", "compares scripts"))
MUSEUM = (("Before or after the weekend", "tells it again"),)

BEFORE = {  # what has to be performed for a picture
    "batch": "batch two-clerks --rehearse --repeat 20 --matrix agents.clerk.model=careful,quick "
    "--compare agents.clerk.model"
}

Scenes = tuple[tuple[str, str], ...]
SHOWN: dict[str, tuple[str, Scenes]] = {
    "explain": ("explain feature-sprint", ()),
    "mistake": ("check first-night.yaml", ()),
    "run": ("run feature-sprint --rehearse", SPRINT),
    "batch": ("batches last", CLERKS),
    "night-museum": ("run night-museum.yaml --rehearse", MUSEUM),
}
LEFT_OUT = "\x1b[2m  ⋮\x1b[0m"

# Light from below: a warm ground, and the colours of a terminal readable on it.
TEXT, DIM = "#e2d9cb", "#8d8274"
COLOURS = {
    "31": "#e86a58", "32": "#96ba6a", "33": "#e8b054", "35": "#ce88be", "36": "#6ebeba", "90": "#80766a",
    "94": "#96bae8",
}  # fmt: skip


def main() -> int:
    """Make the pictures, or compare them."""
    names = [word for word in sys.argv[1:] if not word.startswith("-")]
    made = pictures(names) | stage_pictures.pictures(names) | film_pictures.films(names)
    if "--check" not in sys.argv[1:]:
        PICTURES.mkdir(parents=True, exist_ok=True)
        for name, picture in made.items():
            (PICTURES / name).write_text(picture, encoding="utf-8")
        return 0
    changed = [name for name, picture in made.items() if not _same(PICTURES / name, picture)]
    for name in changed:
        sys.stderr.write(f"docs/pictures/{name} is out of date; make pictures makes it again\n")
    return 1 if changed else 0


def pictures(names: Sequence[str] = ()) -> dict[str, str]:
    """Those of commands, by file name."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "first-night.yaml").write_text(MISTAKEN, encoding="utf-8")
        (folder / "night-museum.yaml").write_text(_tutorial(), encoding="utf-8")
        return {
            f"{name}.svg": _of(command, folder, scenes, BEFORE.get(name, ""))
            for name, (command, scenes) in SHOWN.items()
            if not names or name in names
        }


def _of(command: str, folder: Path, scenes: Scenes, before: str = "") -> str:
    if before:
        _run(before, folder)
    printed = _run(command, folder)
    return picture(f"footlights {command}", _cut(printed, scenes) if scenes else printed)


def picture(title: str, printed: str) -> str:
    """What a terminal would show."""
    window = Window(f"$ {title}", ground="#181512", bar="#231f1b", text=TEXT, faint=DIM)
    return drawn([list(_cells(line)) for line in printed.rstrip().split("\n")], window)


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
    look = Look(TEXT)
    for numbers, text in re.findall(r"\x1b\[([0-9;]*)m|([^\x1b])", line):
        if text:
            yield Cell(text, look)
        else:
            look = _look(numbers.split(";"))


def _look(numbers: list[str]) -> Look:
    colour = next((COLOURS[number] for number in numbers if number in COLOURS), DIM if "2" in numbers else TEXT)
    return Look(colour, bold="1" in numbers)


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
