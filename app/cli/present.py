"""`footlights present`: shows a run to a room, cue by cue; a second terminal has the notes."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.said import narrate
from app.cli.workspaces import add_workspace, telling_damage, workspace_of
from app.errors import UsageError

if TYPE_CHECKING:
    from app.journal.recording import Recording
    from app.playback.cues import CueSheet
    from app.tui.app import Theatre
    from app.tui.left_off import LeftOff
    from app.tui.opening import Opens
    from app.tui.sources import Source
    from app.web.mirror import Mirror

EXAMPLES = """
footlights present last --cues talk.cues.yaml
footlights present last --speaker
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    from app.playback.pace import PACES

    parser.add_argument("run", metavar="RUN", nargs="?", default="", help="an id, the end of one, last, or a recording")
    parser.add_argument("--cues", metavar="FILE", help="the cues; left out, those of the scenario itself")
    parser.add_argument(
        "--pace",
        choices=list(PACES),
        default="keynote",
        help="how fast it is shown; left out, keynote: every cue holds",
    )
    parser.add_argument("--fit", metavar="TIME", help="how long the whole show shall take: 1:30")
    parser.add_argument(
        "--from",
        dest="start",
        default="",
        metavar="MOMENT",
        help="begin at Q3, at 1:47 or at #410; left out, where it was interrupted within the last hour",
    )
    parser.add_argument("--audience", action="store_true", help="let browsers on this machine look on")
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--speaker", action="store_true", help="notes, the next cues and a talk clock, for a second terminal"
    )
    what.add_argument("--check", action="store_true", help="say which cues have no place in the run, and show nothing")
    what.add_argument("--write-cues", metavar="FILE", help="write a first draft of a cue file out of the run")
    add_workspace(parser)


def perform(args: argparse.Namespace) -> int:
    """Present it, or do what is done before."""
    if args.speaker:
        return asyncio.run(_speak(args))
    if not args.run:
        raise UsageError("which run shall be presented?", "footlights present last, or footlights runs lists them")
    with telling_damage(args):
        if args.check:
            return asyncio.run(_check(args))
        if args.write_cues:
            return asyncio.run(_draft(args))
        return asyncio.run(_present(args))


def over_the_stage(args: argparse.Namespace) -> Opens | None:
    """What `play` opens over its stage: the view for a room, or just the cues of a file."""
    sheet = _sheet(args)
    if args.present:
        from app.tui.opening import presented

        return presented(sheet)
    if sheet is None:
        return None
    from app.tui.opening import cued

    return cued(sheet)


async def _present(args: argparse.Namespace) -> int:
    from app.cli.staging import has_stage
    from app.playback.moments import seconds_in

    sheet = _sheet(args)
    fit = seconds_in(args.fit) if args.fit else None
    left = None if args.start else await _left_off(args)
    source = await _source(args, fit, sheet, _start(args, left))
    if source.performed != "nowhere":
        left = None  # it is shown as it goes on
    if not has_stage():
        raise UsageError("there is no terminal to present in", "open one, or replay the run in lines")
    if not args.audience:
        return await _shown(source, sheet, args, left)
    from app.cli.mirroring import mirrored

    async with mirrored() as mirror:
        return await _shown(source, sheet, args, left, mirror)


def _start(args: argparse.Namespace, left: LeftOff | None) -> str:
    """Where it begins; nothing, before everything."""
    from app.playback.moments import moment_in

    said = f"#{left.seq}" if left is not None else args.start or "0:00"
    moment = moment_in(said)
    return said if moment.value or moment.cue else ""


async def _left_off(args: argparse.Namespace) -> LeftOff | None:
    """Where it was presented last, if that was interrupted and nobody presents it now."""
    from app.tui.left_off import left_off
    from app.tui.podium import is_taken, podium_of

    podium = podium_of(await _name_of(args), workspace_of(args))
    return None if await is_taken(podium) else left_off(podium)


async def _shown(
    source: Source,
    sheet: CueSheet | None,
    args: argparse.Namespace,
    interrupted: LeftOff | None,
    mirror: Mirror | None = None,
) -> int:
    """The view for the room, and whoever looks on from a browser."""
    import app.tui.app  # noqa: F401 - takes a while to load
    from app.cli.staging import code_of
    from app.tui import open_stage
    from app.tui.opening import presented

    async def start() -> Source:
        return source

    async def then(house: Theatre) -> None:
        if mirror is None:
            await presented(sheet, left=interrupted)(house)
            return
        mirror.follow(house)
        await presented(sheet, viewers=lambda: mirror.viewers, left=interrupted)(house)

    left = await open_stage(start, pace=args.pace, then=then, workspace=workspace_of(args))
    if left.error is not None:
        raise left.error
    return code_of(left)


async def _speak(args: argparse.Namespace) -> int:
    from app.cli.staging import code_of, has_stage

    if not has_stage():
        raise UsageError("there is no terminal for the speaker view", "open one")
    from app.tui import open_over_nothing
    from app.tui.opening import followed
    from app.tui.podium import only_podium, podium_of

    workspace = workspace_of(args)
    path = podium_of(await _name_of(args), workspace) if args.run else only_podium(workspace)
    left = await open_over_nothing(followed(path), workspace)
    if left.error is not None:
        raise left.error
    return code_of(left)


async def _check(args: argparse.Namespace) -> int:
    """Which cues find their place, and what those that do not may have meant."""
    from app.cli.ink import Ink
    from app.playback.anchors import missing_hint
    from app.playback.cue_file import placing_of
    from app.playback.cues import placed_in

    sheet = _sheet(args)
    if sheet is None:
        raise UsageError("there is no cue file to check", "name one: --cues talk.cues.yaml")
    recording = await _recording(args)
    placing = placing_of(sheet)
    placed = placed_in(recording.events, placing)
    ink = Ink.for_stream(sys.stdout)
    moments = {event.seq: event.mono for event in recording.events}
    lines = [f"{'cue':<7}{'run at':>8}  {'event':>6}  where"]
    for each in placed:
        seconds = moments[each.seq] // 1000
        lines.append(
            f"{each.cue.name:<7}{seconds // 60:>5}:{seconds % 60:02}  {f'#{each.seq}':>6}  {each.cue.at}"
            + (f"  {ink.paint(each.cue.label, 'muted')}" if each.cue.label else "")
        )
    for cue in placing.missing:
        lines.append(
            f"{cue.name:<7}{ink.paint('no place', 'error')}  {cue.at}  {missing_hint(cue.at, recording.events)}"
        )
    sys.stdout.write("\n".join(lines) + "\n")
    missing = len(placing.missing)
    if missing:
        narrate(f"{missing} of {len(sheet.cues)} cues {'has' if missing == 1 else 'have'} no place in this run")
        return 1
    narrate(f"all {len(sheet.cues)} cues have their place")
    return 0


async def _draft(args: argparse.Namespace) -> int:
    from app.playback.cue_draft import draft_of

    path = Path(args.write_cues)
    if path.exists():
        raise UsageError(f"{path} exists already", "name another file; nothing is overwritten")
    recording = await _recording(args)
    try:
        path.write_text(draft_of(recording.events, recording.value, recording.title), encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}", "name another file") from error
    narrate(f"written: {path}; edit it, then  footlights present {args.run} --cues {path}")
    return 0


def _sheet(args: argparse.Namespace) -> CueSheet | None:
    if not args.cues:
        return None
    from app.playback.cue_file import read_cues

    return read_cues(Path(args.cues))


async def _source(args: argparse.Namespace, fit: float | None, sheet: CueSheet | None, start: str) -> Source:
    """What is known to its end is put into memory whole; what another process performs is followed."""
    from app.tui.filed import Filed
    from app.tui.sources import source_of

    if not _is_file(args):
        source = await source_of(args.run, workspace_of(args), entrance="start")
        if source.performed != "nowhere":
            if args.start:
                raise UsageError("a run that goes on is shown from its beginning", "leave --from out")
            return source
    filed = Filed(await _recording(args), sheet, fit=fit, start=start)
    if fit is not None or start:
        from app.cli.fitting import insist_on_its_times

        await insist_on_its_times(filed, args.pace)
    return filed


async def _recording(args: argparse.Namespace) -> Recording:
    from app.journal import Archive
    from app.journal.recording import read_recording, recording_of

    if _is_file(args):
        return read_recording(Path(args.run))
    async with Archive.open(workspace_of(args)) as archive:
        return await recording_of(archive, args.run)


async def _name_of(args: argparse.Namespace) -> str:
    """The run that is meant, by its whole name."""
    from app.journal import Archive

    if _is_file(args):
        return (await _recording(args)).run
    async with Archive.open(workspace_of(args)) as archive:
        return (await archive.find(args.run)).run


def _is_file(args: argparse.Namespace) -> bool:
    return args.run.endswith(".jsonl") or Path(args.run).is_file()
