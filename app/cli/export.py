"""`footlights export`: makes a film, a picture, a page or a table of a run, for those who were not there."""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.exporting.both import files_of, kinds_of, snippet
from app.cli.exporting.formats import FILMS, FORMATS, RUNS, Format, Made, insist_on_the_extra, warnings
from app.cli.exporting.progress import Progress
from app.cli.exporting.writing import STDOUT, insist_on_no_secret, insist_on_room, print_out, size_of, write
from app.cli.said import narrate, say_good
from app.cli.workspaces import add_workspace, telling_damage, workspace_of
from app.errors import UsageError
from app.events import RunStarted
from app.state.words import plural, short_id, times

if TYPE_CHECKING:
    from app.export.film import Cut, Film
    from app.journal.recording import Recording
    from app.playback.cues import CueSheet

EXAMPLES = """
footlights export last svg --from Q2 --to Q4 --both
footlights export last html -o review.html --fit 1:30
"""

SUFFIX = ".run.jsonl"
DARK, LIGHT = "footlights", "matinee"
SMALLEST, LARGEST = (40, 12), (300, 100)
FASTEST, LONGEST_HOLD = 30.0, 60.0
# Options about pictures, by the name of the value that they set.
OF_FILMS = {
    "size": "--size", "theme": "--theme", "light": "--light", "dark": "--dark", "pace": "--pace", "fit": "--fit",
    "start": "--from", "end": "--to", "cues": "--cues", "captions": "--captions", "hold_last": "--hold-last",
    "fps": "--fps",
}  # fmt: skip
MOMENTS = ("still", "png")
OF_SOME = {"both": "--both", "v3": "--v3", "at": "--at", "table": "--table"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    from app.playback.pace import PACES

    add = parser.add_argument
    add("run", metavar="RUN", help="an id, the end of one, last, or a file that footlights export RUN json has written")
    add("format", metavar="FORMAT", choices=list(FORMATS), help="; ".join(f"{n}: {f.says}" for n, f in FORMATS.items()))
    add(
        "-o", "--output", metavar="FILE", help="where to; - is the standard output; left out, it is named after the run"
    )
    add("--force", action="store_true", help="write over what is there")
    add(
        "--hide", "--redact", dest="hide", metavar="WORD", action="append", default=[],
        help="cover a word wherever it stands; may be repeated",
    )  # fmt: skip
    add("--size", metavar="WxH", type=_size, help="of the stage, in cells; left out, 120x36")
    shades = parser.add_mutually_exclusive_group()
    shades.add_argument("--theme", metavar="NAME", help="how it looks; footlights themes lists them")
    shades.add_argument("--dark", action="store_true", default=None, help=f"the theme {DARK}, as if left out")
    shades.add_argument("--light", action="store_true", default=None, help=f"the theme {LIGHT}")
    shades.add_argument(
        "--both", action="store_true", default=None, help="svg, still: dark, light and a snippet that picks one"
    )
    add("--pace", choices=list(PACES), help="how fast it is shown; left out, theatrical")
    add("--fit", metavar="TIME", help="how long the whole show shall take: 1:30")
    add(
        "--from",
        dest="start",
        metavar="MOMENT",
        help="where the film begins: a cue (Q2), a time (1:47), an event (#410)",
    )
    add("--to", dest="end", metavar="MOMENT", help="where it ends")
    add("--at", metavar="MOMENT", help="still, png: which moment; left out, the one with most to see")
    add("--cues", metavar="FILE", help="a cue file; left out, the cues of the scenario")
    where = "in the picture, beside it, or nowhere; left out, burn, for html layer"
    add("--captions", choices=("burn", "layer", "off"), help=where)
    add("--hold-last", metavar="SECONDS", type=_seconds, help="how long the last picture stays; left out, 3")
    add("--fps", metavar="COUNT", type=_rate, help="pictures a second at most; left out, 10")
    add("--v3", action="store_true", default=None, help="cast: version 3, for asciinema from 3.0 on")
    add("--table", choices=("steps", "calls", "events"), help="csv: which table; left out, steps")
    add_workspace(parser)


def perform(args: argparse.Namespace) -> int:
    """Make it and write it."""
    wanted = FORMATS[args.format]
    _insist_on_what_it_takes(args, wanted)
    insist_on_the_extra(args.format)
    with telling_damage(args):
        return asyncio.run(_export(args, wanted))


async def _export(args: argparse.Namespace, wanted: Format) -> int:
    from app.export.redaction import fit_to_leave, hidden_in
    from app.tui.filed import found

    read = await found(args.run, workspace_of(args))
    recording = fit_to_leave(read.recording, args.hide)
    path = None if args.output == STDOUT else Path(args.output or _named(args, recording) + wanted.suffix)
    if args.both and path is None:
        raise UsageError("--both writes several files, and the standard output is one", "name the file with -o")
    if path is not None:
        files = files_of(path, args.format) if args.both else [path]
        insist_on_room(files, force=args.force, read=(args.run, args.cues))
    if args.format in RUNS:
        _deliver(args.format, RUNS[args.format].make(recording, args), path)
    elif args.both and path is not None:
        await _write_both(args, recording, read.sheet, path)
    else:
        film = await _film(args, recording, read.sheet, _theme(args))
        _deliver(args.format, FILMS[args.format].make(film, args), path, film)
    _tell_what_is_covered(hidden_in(read.recording, args.hide))
    return 0


async def _write_both(args: argparse.Namespace, recording: Recording, sheet: CueSheet | None, path: Path) -> None:
    """By night and by day, each with a picture that stands still; and what picks the right one on a page."""
    files = iter(files_of(path, args.format))
    for theme in (DARK, LIGHT):
        film = await _film(args, recording, sheet, theme)
        for name in kinds_of(args.format):
            _deliver(name, FILMS[name].make(film, args), next(files), film)
    sys.stdout.write(f"\n{snippet(path, args.format, film.told)}")


async def _film(args: argparse.Namespace, recording: Recording, sheet: CueSheet | None, theme: str) -> Film:
    from app.export.film import filmed, glimpsed
    from app.export.lint import lint

    is_poster = args.format in MOMENTS and not args.at
    with Progress("filming") as progress:
        film = await (glimpsed if is_poster else filmed)(recording, _cut(args, sheet, theme), progress)
    insist_on_no_secret(lint(film))
    return film


def _cut(args: argparse.Namespace, sheet: CueSheet | None, theme: str) -> Cut:
    """What was asked for; what was left out is as the film has it."""
    from app.export.film import Cut
    from app.export.redaction import sheet_fit_to_leave
    from app.playback.cue_file import read_cues
    from app.playback.moments import seconds_in

    cues = read_cues(Path(args.cues)) if args.cues else sheet
    said = {name: getattr(args, name) for name in ("size", "pace", "start", "end", "hold_last", "fps")}
    if args.at:
        said |= {"start": args.at, "end": args.at}
    said |= {
        "fit": seconds_in(args.fit) if args.fit else None,
        "cues": None if cues is None else sheet_fit_to_leave(cues, args.hide),
        "captions": args.captions or ("layer" if args.format == "html" else None),  # a page has a place for them
    }
    return Cut(theme=theme, **{name: value for name, value in said.items() if value is not None})


def _theme(args: argparse.Namespace) -> str:
    return args.theme or (LIGHT if args.light else DARK)


def _deliver(name: str, made: Made, path: Path | None, film: Film | None = None) -> None:
    """Look at it once more, write it, and say so."""
    from app.export.lint import unfit_in

    if isinstance(made, str):
        insist_on_no_secret(unfit_in(made))
    if path is None:
        print_out(made)
    else:
        write(made, path)
        say_good(", ".join([f"{path}: {size_of(made)}", *_figures(name, film)]))
    for warning in warnings(name, made, film):
        narrate(warning)


def _figures(name: str, film: Film | None) -> Iterator[str]:
    """What there is to say of a film."""
    if film is not None and name not in MOMENTS:
        yield f"{film.seconds:.1f} s"
        yield plural(len(film.frames), "picture")
        if cues := sum(mark.kind == "cue" for mark in film.marks):
            yield plural(cues, "cue")


def _tell_what_is_covered(covered: dict[str, int]) -> None:
    if covered:
        narrate("covered: " + ", ".join(f"{word}{times(count) or ' once'}" for word, count in covered.items()))


def _named(args: argparse.Namespace, recording: Recording) -> str:
    """What a file is called that nobody named: after the file that was read, or the play and the run."""
    if args.run.endswith(SUFFIX):
        return Path(args.run).name.removesuffix(SUFFIX)
    begun = recording.events[0]
    play = re.sub(r"[^A-Za-z0-9_-]+", "-", begun.scenario) if isinstance(begun, RunStarted) else ""
    return f"{play or 'run'}-{short_id(recording.run)}"


def _insist_on_what_it_takes(args: argparse.Namespace, wanted: Format) -> None:
    """An option that would not be heeded is refused."""
    refused = [option for name, option in OF_SOME.items() if getattr(args, name) and name not in wanted.takes]
    if args.format in RUNS:
        refused += [option for name, option in OF_FILMS.items() if getattr(args, name) is not None]
    if refused:
        raise UsageError(f"{args.format} has no {refused[0]}", "footlights export -h says which format takes what")
    if args.at and (args.start or args.end):
        raise UsageError("--at names one moment, --from and --to a part", "leave out one or the other")


def _size(said: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{2,3})x(\d{2,3})", said)
    size = (int(found[1]), int(found[2])) if found else (0, 0)
    if not all(least <= given <= most for least, given, most in zip(SMALLEST, size, LARGEST, strict=True)):
        raise argparse.ArgumentTypeError(f'"{said}" is no size; from 40x12 to 300x100, such as 120x36')
    return size


def _seconds(said: str) -> float:
    return _number(said, 0.0, LONGEST_HOLD, "seconds")


def _rate(said: str) -> float:
    return _number(said, 1.0, FASTEST, "pictures a second")


def _number(said: str, least: float, most: float, what: str) -> float:
    if not re.fullmatch(r"\d{1,3}(\.\d{1,3})?", said) or not least <= float(said) <= most:
        raise argparse.ArgumentTypeError(f'"{said}" are no {what}; from {least:g} to {most:g}')
    return float(said)
