"""Makes the pictures of the documentation from what the commands print, so that none of them can be out of date.

`python docs/make_pictures.py` writes docs/pictures/*.svg; `--check` only says whether they would change.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

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

# Light from below: a warm ground and the sixteen colours of a terminal, readable on it.
THEME = TerminalTheme(
    (24, 21, 18),
    (226, 217, 203),
    [
        (52, 47, 42), (232, 106, 88), (150, 186, 106), (232, 176, 84),
        (122, 162, 214), (206, 136, 190), (110, 190, 186), (206, 197, 183),
    ],
    [
        (128, 118, 106), (244, 130, 110), (172, 206, 128), (246, 200, 116),
        (150, 186, 232), (224, 160, 210), (140, 212, 208), (245, 238, 226),
    ],
)  # fmt: skip

# As Rich draws it, without the web font: a picture in a page must not call anywhere.
FRAME = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace;
font-size: {char_height}px; line-height: {line_height}px; font-variant-east-asian: full-width; }}
.{unique_id}-title {{ font-size: 18px; font-family: ui-sans-serif, system-ui, sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/></clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">{matrix}</g>
</g>
</svg>
"""


def main() -> int:
    """Make each picture, or compare it."""
    changed = [name for name, picture in pictures().items() if not _same(PICTURES / name, picture)]
    if "--check" not in sys.argv[1:]:
        PICTURES.mkdir(parents=True, exist_ok=True)
        for name, picture in pictures().items():
            (PICTURES / name).write_text(picture, encoding="utf-8")
        return 0
    for name in changed:
        sys.stderr.write(f"docs/pictures/{name} is out of date; make pictures makes it again\n")
    return 1 if changed else 0


def pictures() -> dict[str, str]:
    """Every picture by its file name."""
    with tempfile.TemporaryDirectory() as folder:
        play = Path(folder) / "first-night.yaml"
        play.write_text(MISTAKEN, encoding="utf-8")
        return {
            "explain.svg": _picture(
                "footlights explain feature-sprint", _run("explain", "feature-sprint", folder=ROOT), 96
            ),
            "mistake.svg": _picture(
                "footlights check first-night.yaml", _run("check", play.name, folder=Path(folder)), 80
            ),
        }


def _run(*words: str, folder: Path) -> str:
    """What a command prints on a colour terminal, on a machine with no keys."""
    kept = {name: value for name, value in os.environ.items() if not re.search(r"_API_KEY|NO_COLOR|FOOTLIGHTS_", name)}
    environment = kept | {"FORCE_COLOR": "1", "COLUMNS": "96", "PYTHONPATH": str(ROOT), "TERM": "xterm-256color"}
    command = [sys.executable, "-m", "footlights", *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False).stdout


def _picture(title: str, printed: str, width: int) -> str:
    console = Console(
        record=True,
        width=width,
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        legacy_windows=False,
    )
    console.print(Text.from_ansi(printed.rstrip()), soft_wrap=False)
    name = re.sub(r"[^a-z]+", "-", title)
    return console.export_svg(title=f"$ {title}", theme=THEME, code_format=FRAME, unique_id=name)


def _same(path: Path, picture: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == picture


if __name__ == "__main__":
    sys.exit(main())
