"""`footlights serve`: the house in a browser, for you alone unless you say otherwise; or one run, for an audience."""

from __future__ import annotations

import argparse
import asyncio
import ipaddress
import os
import re
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.heeding import heeding_signals
from app.cli.ink import Ink
from app.cli.said import narrate
from app.cli.workspaces import add_workspace, telling_damage, workspace_of
from app.errors import UsageError

if TYPE_CHECKING:
    from app.playback.cues import CueSheet
    from app.tui.filed import Filed
    from app.tui.sources import Recorded
    from app.web.house import House

EXAMPLES = """
footlights serve --grant
footlights serve --audience last --size 100x30
"""
SEATS = 8  # each with a process of its own
VIEWER, PLAYER = "watch", "play"
_SIZE = re.compile(r"(\d{2,3})x(\d{1,3})")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    from app.cli.staging import add_pace

    parser.add_argument(
        "what",
        nargs="?",
        default="",
        metavar="PLACE|RUN",
        help="home, runs, cast, models, inbox, a run, or a *.run.jsonl file",
    )
    parser.add_argument("--grant", action="store_true", help="give one browser the keys; without it, all only look on")
    parser.add_argument("--audience", action="store_true", help="show one run to many, all of whom see the same")
    parser.add_argument("--size", default="120x36", metavar="WxH", help="of the stage that an audience sees, in cells")
    parser.add_argument("--port", type=int, default=0, help="left out or 0, one that is free")
    parser.add_argument(
        "--bind", default="127.0.0.1", metavar="ADDRESS", help="listen elsewhere than on this machine alone"
    )
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)  # how a seat's own process begins
    add_pace(parser)
    add_workspace(parser)


def perform(args: argparse.Namespace) -> int:
    """Serve until somebody ends it."""
    from app.web import insist_on_the_extra

    insist_on_the_extra()
    with telling_damage(args):
        if args.inside:
            return asyncio.run(_inside(args))
        return asyncio.run(_serve_audience(args) if args.audience else _serve(args))


# Each with an app of its own


async def _serve(args: argparse.Namespace) -> int:
    from app.tui.app import PLACES
    from app.web.house import House, Room
    from app.web.player import Player

    command = _command(args)
    if args.what and args.what not in PLACES:
        args.what = await _found(args)  # a run that is not there is told here, not in the browser
    rooms = [Room(VIEWER, Player(_words(args), types=False).sits, SEATS, command=command)]
    if args.grant:
        rooms.append(Room(PLAYER, Player(_words(args), types=True).sits, 1, types=True, command=command))

    def entered(room: str) -> None:
        narrate("the player has come in" if room == PLAYER else "a viewer has come in")
        if room == VIEWER:
            _say(house, VIEWER, "viewer", "for the next one")

    house = House(*rooms, bind=args.bind, port=args.port, entered=entered, trouble=narrate)
    with _until_ended() as ended:
        async with house:
            _greet(args)
            _say(house, VIEWER, "viewer", "looks on; keys do nothing")
            if args.grant:
                _say(house, PLAYER, "player", "has the keys, and can do all that you can here")
            narrate("each link lets one browser in; ctrl+c ends the show")
            await ended.wait()
            narrate("the house is closing; what is performed there stops, and can be resumed")
    return 0


async def _inside(args: argparse.Namespace) -> int:
    """In the process of one seat: the app, with the server at the other end of stdin and stdout."""
    from app.web.driver import take_the_line

    take_the_line()
    from app.tui.app import PLACES

    if args.what and args.what not in PLACES:
        from app.cli.staging import look_on_stage

        return await look_on_stage(await _source(args), args)
    from app.cli.home import open_house_at

    return await open_house_at(args.what or "home", workspace_of(args))


def _words(args: argparse.Namespace) -> list[str]:
    words = ["serve", "--inside", "--pace", args.pace]
    for option, given in (("--workspace", args.workspace), ("--home", args.home)):
        words += [option, given] if given else []
    return [*words, "--", args.what] if args.what else words


# One app for all


async def _serve_audience(args: argparse.Namespace) -> int:
    size = _size(args.size)
    if not args.what:
        raise UsageError("footlights serve: an audience is shown a run", "footlights serve --audience last")
    source = await _source(args)

    os.environ["TEXTUAL_COLOR_SYSTEM"] = "truecolor"  # of browsers, whatever this terminal has; Textual reads it once
    from app.web.audience import show_to_all
    from app.web.house import House
    from app.web.mirror import AUDIENCE, Mirror

    async def start() -> Recorded | Filed:
        return source

    mirror = Mirror(lambda: size)
    house = House(mirror.room(command=_command(args)), bind=args.bind, port=args.port, trouble=narrate)
    with _until_ended() as ended:
        async with house:
            _greet(args)
            _say(house, AUDIENCE, "audience", "for everybody; all see the same, and nobody has keys", once=False)
            narrate("it begins when the first viewer comes in; ctrl+c ends the show")
            showing = asyncio.create_task(
                show_to_all(mirror, start, size, pace=args.pace, workspace=workspace_of(args))
            )
            showing.add_done_callback(lambda _: ended.set())
            await ended.wait()
            showing.cancel()
            (left,) = await asyncio.gather(showing, return_exceptions=True)
    error = left if isinstance(left, Exception) else getattr(left, "error", None)
    if error is not None:
        raise error
    return 0


# What is said


def _greet(args: argparse.Namespace) -> None:
    if _is_loopback(args.bind):
        narrate("the house is open in a browser, on this machine alone")
        return
    narrate(
        f"the house is open on {args.bind}, and it is not encrypted: whoever is on that network can read along, and "
        "could come in with what they read; ssh -L is safer"
    )


def _say(house: House, room: str, who: str, what: str, *, once: bool = True) -> None:
    """One line on stdout, for a person or a script."""
    ink = Ink.for_stream(sys.stdout)
    sys.stdout.write(f"  {ink.paint(f'{who:<9}', 'bold')}{house.link(room, once=once)}  {ink.paint(what, 'muted')}\n")
    sys.stdout.flush()


@contextmanager
def _until_ended() -> Iterator[asyncio.Event]:
    """Set once somebody ends it."""
    ended = asyncio.Event()
    with heeding_signals(lambda number: ended.set()):
        yield ended


# What was asked for


async def _source(args: argparse.Namespace) -> Recorded | Filed:
    from app.tui.filed import Filed, found, is_file
    from app.tui.sources import source_of

    if is_file(args.what):
        known = await found(args.what)
        return Filed(known.recording, _without_holds(known.sheet) if args.audience else known.sheet)
    return await source_of(args.what, workspace_of(args))


def _without_holds(sheet: CueSheet | None) -> CueSheet | None:
    """The same cues, none of which waits: an audience has no key that goes on."""
    if sheet is None:
        return None
    return replace(sheet, cues=tuple(replace(cue, hold="", blank=False) for cue in sheet.cues))


async def _found(args: argparse.Namespace) -> str:
    """What another process finds it by."""
    from app.tui.filed import is_file

    source = await _source(args)
    return str(Path(args.what).absolute()) if is_file(args.what) else source.run


def _size(told: str) -> tuple[int, int]:
    found = _SIZE.fullmatch(told)
    if found is None or not (20 <= int(found[1]) <= 500 and 5 <= int(found[2]) <= 200):
        raise UsageError(f'footlights serve: "{told}" is no size', "--size 120x36: 20 to 500 columns, 5 to 200 rows")
    return int(found[1]), int(found[2])


def _is_loopback(bind: str) -> bool:
    with suppress(ValueError):
        return ipaddress.ip_address(bind).is_loopback
    return bind == "localhost"


def _command(args: argparse.Namespace) -> str:
    words = ["footlights", "serve", *(["--grant"] if args.grant else []), *(["--audience"] if args.audience else [])]
    return shlex.join([*words, args.what] if args.what else words)
