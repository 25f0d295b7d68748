"""`footlights doctor`: what is set up, what is missing and how to get it. It looks, and changes nothing."""

from __future__ import annotations

import argparse
import os
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from app.cli.env_files import add_env_file, heed_env_files
from app.cli.finding import Finding, mode_of
from app.cli.ink import Ink
from app.cli.said import as_json
from app.safety import clean

EXAMPLES = """
footlights doctor
footlights doctor --network
"""

_GIGABYTE = 1024**3
_LEAST_DISK = 1 * _GIGABYTE
_LEAST_MEMORY = _GIGABYTE // 2
_SMALLEST_SCREEN = (80, 24)
_DETAIL, _HINT, _BELOW = 32, 13, 4  # the columns in which details and hints begin; and where there is little room
_NARROW = 60  # cells in a line below which there is little room
_LEAST_WIDTH = 20


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--json", action="store_true", help="write the findings as JSON")
    parser.add_argument("--network", action="store_true", help="ask the services that are ready whether they answer")
    add_env_file(parser)


def perform(args: argparse.Namespace) -> int:
    """Look at everything; the exit code is 1 only when something makes Footlights unusable."""
    heed_env_files(args)
    findings = list(examine(network=args.network))
    unusable = any(finding.verdict == "problem" for finding in findings)
    if args.json:
        shown = {"usable": not unusable, "findings": [asdict(finding) for finding in findings]}
        sys.stdout.write(as_json(shown, indent=2))
    else:
        _show(findings)
    return 1 if unusable else 0


def examine(*, network: bool) -> Iterator[Finding]:
    """Look at the program, the terminal, SQLite, the machine, the folders, the keyboard, and at the models."""
    yield from _program()
    yield from _terminal()
    yield from _libraries()
    yield from _machine()
    yield from _folders()
    yield from _keymap()
    from app.cli.doctor_models import look_at_models

    yield from look_at_models(network=network)


def _show(findings: list[Finding]) -> None:
    ink = Ink.for_stream(sys.stdout)
    looks = {"ok": ("✓", "good"), "note": ("·", "dim"), "warning": ("⚠", "warning"), "problem": ("✗", "error")}
    area = ""
    for finding in findings:
        if finding.area != area:
            area = finding.area
            print(("" if finding is findings[0] else "\n") + ink.paint(area, "bold"))
        glyph, style = looks[finding.verdict]
        mark = ink.paint(f"{glyph} {finding.verdict:<8}", style)
        first, *more = _lines(finding.detail, ink, _DETAIL)
        narrow = sys.stdout.isatty() and ink.width < _NARROW
        if narrow:
            print(ink.glyphs(f"  {mark} {finding.name}"))
            more = _lines(finding.detail, ink, _BELOW)
        else:
            print(ink.glyphs(f"  {mark} {finding.name:<18} {first}"))
        for line in more:
            print(ink.glyphs(" " * (_BELOW if narrow else _DETAIL) + line))
        if finding.remedy:
            indent = _BELOW if narrow else _HINT
            first, *more = _lines(finding.remedy, ink, indent + len("hint: "))
            print(f"{'':<{indent}}{ink.paint('hint:', 'good')} {first}")
            for line in more:
                print(" " * (indent + len("hint: ")) + line)
    counts = {verdict: sum(finding.verdict == verdict for finding in findings) for verdict in ("problem", "warning")}
    said = [f"{count} {name}{'' if count == 1 else 's'}" for name, count in counts.items() if count]
    print(f"\n{', '.join(said) or 'nothing to mend'}")


def _lines(detail: str, ink: Ink, indent: int) -> list[str]:
    """Keep to a terminal's width; a file or a pipe gets whole lines, which are easier to search."""
    text = _safe(detail)
    return textwrap.wrap(text, max(_LEAST_WIDTH, ink.width - indent)) if sys.stdout.isatty() else [text]


def _safe(text: str) -> str:
    return clean(text, newlines=False)


def _program() -> Iterator[Finding]:
    import platform

    from footlights import __version__

    here = Path(__file__).resolve().parents[2]
    yield Finding("program", "Footlights", "ok", f"{__version__} in {here}")
    yield Finding(
        "program",
        "Python",
        "ok",
        f"{platform.python_version()} ({platform.python_implementation()}) at {sys.executable}",
    )
    yield _platform(sys.platform, platform.release(), platform.machine())


def _platform(system: str, release: str, machine: str) -> Finding:
    if system == "win32":
        remedy = "run Footlights inside WSL: wsl --install, then install it there"
        return Finding("program", "platform", "problem", f"Windows {release} without WSL", remedy)
    names = {"linux": "Linux", "darwin": "macOS"}
    if system not in names:
        detail = f"{system} {release}, where Footlights is not tested"
        supported = "Linux and macOS are supported, Windows through WSL"
        return Finding("program", "platform", "warning", detail, supported)
    through = " through WSL" if "microsoft" in release.lower() else ""
    return Finding("program", "platform", "ok", f"{names[system]}{through} {release} ({machine})")


def _terminal() -> Iterator[Finding]:
    ask = os.environ.get
    if not sys.stdout.isatty():
        yield Finding("terminal", "screen", "note", "the output goes to a file or a pipe, so it is plain")
    else:
        columns, lines = os.get_terminal_size(sys.stdout.fileno())
        fits = columns >= _SMALLEST_SCREEN[0] and lines >= _SMALLEST_SCREEN[1]
        remedy = "" if fits else "make the window at least 80 columns by 24 lines"
        yield Finding("terminal", "screen", "ok" if fits else "warning", f"{columns} by {lines}", remedy)
    names = ("TERM", "COLORTERM", "NO_COLOR", "FORCE_COLOR", "FOOTLIGHTS_ASCII")
    kind = ", ".join(f"{name}={value}" for name in names if (value := ask(name)))
    kind += "".join(f", inside {name}" for name, sign in (("tmux", "TMUX"), ("ssh", "SSH_CONNECTION")) if ask(sign))
    yield Finding("terminal", "kind", "ok", kind.removeprefix(", ") or "TERM is not set")
    encoding = sys.stdout.encoding or "unknown"
    if encoding.lower().replace("-", "") == "utf8":
        yield Finding("terminal", "characters", "ok", "UTF-8")
    else:
        remedy = "set LANG to a UTF-8 locale such as C.UTF-8; until then lines and marks are drawn in ASCII"
        yield Finding("terminal", "characters", "warning", encoding, remedy)


def _libraries() -> Iterator[Finding]:
    import sqlite3

    import yaml

    yield _sqlite(sqlite3.sqlite_version_info)
    if yaml.__with_libyaml__:
        yield Finding("libraries", "libyaml", "ok", f"present, PyYAML {yaml.__version__}")
    else:
        remedy = "pip install --force-reinstall pyyaml gets a build that has it; files are read more slowly without"
        yield Finding("libraries", "libyaml", "warning", f"missing from PyYAML {yaml.__version__}", remedy)


def _sqlite(version: tuple[int, int, int]) -> Finding:
    """Judge the linked SQLite: 3.7.0 to 3.51.2 can lose a commit when two connections write at the same instant."""
    shown = ".".join(map(str, version))
    mended_later = (3, 44, 6) <= version < (3, 45, 0) or (3, 50, 7) <= version < (3, 51, 0)
    if version >= (3, 51, 3) or mended_later or version < (3, 7, 0):
        return Finding("libraries", "SQLite", "ok", f"{shown}, free of the WAL-reset fault")
    detail = f"{shown}, affected by the WAL-reset fault (until 3.51.3); runs will be written under a lock for it"
    return Finding("libraries", "SQLite", "note", detail)


def _machine() -> Iterator[Finding]:
    import psutil

    from app.settings import data_home

    disk = psutil.disk_usage(str(_nearest_existing(data_home()))).free
    memory = psutil.virtual_memory()
    yield Finding(
        "machine",
        "disk",
        "ok" if disk >= _LEAST_DISK else "warning",
        f"{disk / _GIGABYTE:.1f} GB free for the data folder",
        "" if disk >= _LEAST_DISK else "free some space, or set FOOTLIGHTS_HOME to a larger disk",
    )
    yield Finding(
        "machine",
        "memory",
        "ok" if memory.available >= _LEAST_MEMORY else "warning",
        f"{memory.available / _GIGABYTE:.1f} of {memory.total / _GIGABYTE:.1f} GB available",
        "" if memory.available >= _LEAST_MEMORY else "close something; large batches may be slow",
    )


def _folders() -> Iterator[Finding]:
    from app.settings import config_folder, content_root, data_home

    yield _data_folder(data_home())
    yield _config_folder(config_folder())
    content = content_root()
    missing = [kind for kind in ("agents", "scenarios") if not (content / kind).is_dir()]
    if missing:
        detail = f"{content} has no {' and no '.join(missing)}"
        yield Finding("folders", "built-in content", "problem", detail, "install Footlights again")
    else:
        yield Finding("folders", "built-in content", "ok", str(content))


def _data_folder(folder: Path) -> Finding:
    place = _nearest_existing(folder)
    if not place.is_dir() or not os.access(place, os.W_OK | os.X_OK):
        remedy = f"make {place} writable, or set FOOTLIGHTS_HOME to a folder that is"
        return Finding("folders", "data", "problem", f"{folder} cannot be written", remedy)
    if place != folder:
        return Finding("folders", "data", "ok", f"{folder}, made when it is first needed")
    if mode_of(folder) & 0o077:
        detail = f"{folder} is open to other users (mode {mode_of(folder):04o})"
        return Finding("folders", "data", "warning", detail, f"chmod 700 '{folder}'")
    return Finding("folders", "data", "ok", f"{folder} (mode {mode_of(folder):04o})")


def _config_folder(folder: Path) -> Finding:
    if not folder.is_dir():
        detail = f"{folder}, not there; only what is your own needs it: cards, themes, models.yaml"
        return Finding("folders", "configuration", "note", detail)
    if mode_of(folder) & 0o022:
        detail = f"other users may change {folder} (mode {mode_of(folder):04o})"
        return Finding("folders", "configuration", "warning", detail, f"chmod go-w '{folder}'")
    return Finding("folders", "configuration", "ok", f"{folder} (mode {mode_of(folder):04o})")


def _keymap() -> Iterator[Finding]:
    """A person's own keys; whoever has none hears nothing of it."""
    from app.tui.keymap import keymap_file, read_keymap

    file = keymap_file()
    if not file.is_file():
        return
    own, problems = read_keymap()
    for each in problems:
        yield Finding("keyboard", f"{file.name}:{each.line}:{each.column}", "warning", each.message, each.hint)
    yield Finding("keyboard", file.name, "ok", f"{len(own)} of your own in {file}")


def _nearest_existing(folder: Path) -> Path:
    return next(place for place in (folder, *folder.parents) if place.exists())
