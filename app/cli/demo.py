"""`footlights demo`: the launcher, or one of its modes at once; without a terminal the show is told in lines."""

from __future__ import annotations

import argparse
import asyncio
import sys
from typing import TYPE_CHECKING

from app.cli.workspaces import add_workspace, telling_damage, workspace_of
from app.errors import UsageError

if TYPE_CHECKING:
    from app.tui.launcher import Launch

EXAMPLES = """
footlights demo
footlights demo tour
"""
_PERFORMED = ("play", "rehearse", "step")


_NEXT = "footlights demo opens the launcher;  footlights new my-first-play writes a play of your own"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    from app.cli.staging import add_pace
    from app.tui.launcher import BY_NAME

    parser.add_argument(
        "mode", nargs="?", default="", metavar="MODE", help=f"{', '.join(BY_NAME)}; left out, you choose"
    )
    parser.add_argument("show", nargs="?", default="", metavar="SHOW", help="a scenario, a run, or a *.run.jsonl file")
    add_pace(parser)
    parser.add_argument("--fit", metavar="TIME", help="how long it shall take: 1:30")
    parser.add_argument("--loop", action="store_true", help="again and again")
    parser.add_argument("--no-captions", action="store_true", help="without words for the audience")
    parser.add_argument("--no-motion", action="store_true", help="without moving arrows and running light")
    parser.add_argument("--pin", default="", metavar="PIN", help="unlocks a kiosk, in the place of holding q")
    add_workspace(parser)


def perform(args: argparse.Namespace) -> int:
    """Open the launcher, or start a mode."""
    from app.cli.spoken import is_spoken
    from app.cli.staging import has_stage

    launch = _launch(args)
    with telling_damage(args):
        if launch.settings.fit is not None:
            asyncio.run(_insist_on_its_length(args, launch))
        if args.mode == "console":
            return asyncio.run(_tell(args, launch))
        if not is_spoken() and has_stage():
            return _open(args, launch)
        return _without_a_stage(args, launch)


def _launch(args: argparse.Namespace) -> Launch:
    """What was asked for; a mode that is not there is named."""
    from app.cli.exporting.formats import FORMATS
    from app.document.suggest import did_you_mean
    from app.playback.moments import seconds_in
    from app.tui.launcher import BY_NAME, Launch, Settings

    if args.mode and args.mode not in BY_NAME:
        hint = did_you_mean(args.mode, BY_NAME, otherwise=f"there are {', '.join(BY_NAME)}")
        raise UsageError(f'footlights demo: there is no mode "{args.mode}"', hint)
    settings = Settings(
        pace=args.pace,
        fit=seconds_in(args.fit) if args.fit else None,
        captions=not args.no_captions,
        motion=not args.no_motion,
        loop=args.loop,
    )
    formats = [(name, format.says) for name, format in FORMATS.items()]
    return Launch(args.mode or "tour", args.show, settings, at_once=bool(args.mode), pin=args.pin, formats=formats)


async def _insist_on_its_length(args: argparse.Namespace, launch: Launch) -> None:
    """A show that cannot take so long is refused before anything opens."""
    from app.cli.fitting import insist_on_its_times
    from app.tui.filed import Filed, found
    from app.tui.launcher import BY_NAME
    from app.tui.shelf import latest

    mode = BY_NAME[launch.mode]
    if "fit" not in mode.settings:
        raise UsageError(f"footlights demo: {mode.name} has no --fit", "it takes as long as its pace makes it")
    subject = launch.subject or (await latest(workspace_of(args)) if mode.of == "run" else "")
    known = await found(subject, workspace_of(args))
    await insist_on_its_times(Filed(known.recording, known.sheet, fit=launch.settings.fit), launch.settings.pace)


def _open(args: argparse.Namespace, launch: Launch) -> int:
    """The launcher, and then what was chosen there that needs the terminal for itself."""

    async def opened() -> tuple[int, tuple[str, ...]]:
        from app.cli.home import after_the_house
        from app.tui import open_launcher

        left = await open_launcher(launch, workspace_of(args))
        return await after_the_house(left), left.then

    code, then = asyncio.run(opened())
    if not then:
        return code
    command, *words = then
    return _command(command, args, *words, *_as_exported(launch, command, *words))


def _as_exported(launch: Launch, command: str, *words: str) -> list[str]:
    """What was set counts for the film as well."""
    from app.cli.exporting.formats import FILMS

    if command != "export" or words[-1] not in FILMS:
        return []
    settings = launch.settings
    fit = [f"--fit={settings.fit}"] if settings.fit is not None else []
    return [f"--pace={settings.pace}", *fit, *([] if settings.captions else ["--captions=off"])]


def _without_a_stage(args: argparse.Namespace, launch: Launch) -> int:
    """What is nearest to it in lines."""
    if args.mode in _PERFORMED:
        how = {"play": [], "rehearse": ["--rehearse"], "step": ["--rehearse", "--step"]}[args.mode]
        return _command("play", args, args.show or "feature-sprint", f"--pace={args.pace}", *how)
    if args.mode == "dashboard":
        return _command("attach", args, args.show or "last", f"--pace={args.pace}")
    if args.mode == "export":
        raise UsageError("there is no terminal to ask for the format in", "footlights export RUN FORMAT")
    return asyncio.run(_tell(args, launch))


def _command(name: str, args: argparse.Namespace, *words: str) -> int:
    """Another command, over the same runs."""
    from app.cli.parser import command_module, command_parser

    options = [f"--{option}={said}" for option in ("workspace", "home") if (said := getattr(args, option))]
    return command_module(name).perform(command_parser(name).parse_args([*words, *options]))


async def _tell(args: argparse.Namespace, launch: Launch) -> int:
    """In lines, in time where somebody watches them come; with the words of its cues."""
    from app.cli.retelling import retell
    from app.tui.filed import found

    known = await found(launch.subject, workspace_of(args))
    settings = launch.settings
    if not sys.stdout.isatty():
        settings.pace, settings.fit = "instant", None
    await retell(known, settings.pace, settings.fit, captions=settings.captions, after=_NEXT)
    return 0
