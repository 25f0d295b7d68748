"""`footlights batch --stage`: performs a batch with the app open on it, and tells what came of it afterwards."""

from __future__ import annotations

import argparse
import asyncio
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from app.batch.standing import count_words, pace_words, roughly
from app.cli.batching.endings import how_to_go_on
from app.cli.said import narrate
from app.cli.workspaces import with_archive, workspace_of
from app.state.words import short_id

if TYPE_CHECKING:
    from app.batch.driving import Drive
    from app.journal import Archive, Journal
    from app.tui.app import Left, Theatre
    from app.tui.batches.driving import Driven
    from app.tui.batches.watch import Watch

BETWEEN = 10.0  # seconds between two lines of a batch that goes on


def conduct_on_stage(args: argparse.Namespace, journal: Journal, drive: Drive) -> int:
    """Perform what is missing, and tell; the exit code says how it went."""
    return asyncio.run(_conduct(args, journal, drive))


def show_on_stage(args: argparse.Namespace) -> int:
    """Open the app on a batch, whoever performs it, or on the list of them."""
    from app.cli.home import after_the_house, open_house_at

    if args.batch is None:
        return asyncio.run(open_house_at("batches", workspace_of(args)))
    batch = with_archive(args, lambda archive: archive.batch(args.batch)).batch

    async def show() -> int:
        from app.tui import open_over_nothing

        async def then(house: Theatre) -> None:
            house.open_batch(batch)

        return await after_the_house(await open_over_nothing(then, workspace_of(args)))

    return asyncio.run(show())


async def _conduct(args: argparse.Namespace, journal: Journal, drive: Drive) -> int:
    from app.cli.batching.driving import tell_all
    from app.cli.staging import after_the_stage
    from app.tui import open_over_nothing
    from app.tui.batches.driving import Driven

    driven = Driven(journal, drive, on=args.on, workers=args.workers, whose_journal=False)

    houses: list[Theatre] = []

    async def then(house: Theatre) -> None:
        houses.append(house)
        house.perform_batch(driven)
        house.open_batch(driven.batch)

    try:
        left = await open_over_nothing(then, workspace_of(args))
    except BaseException:
        await driven.stop(0.0)
        raise
    left = await end_batches(left)
    await after_the_stage(left)
    last = next((again for house in houses if (again := house.driven(driven.batch))), driven)  # gone on with in the app
    conducted = await last.conducted()
    if last.problem is None or last is not driven or drive.has_begun:  # what was performed is told, whatever ended it
        code = await tell_all(args, journal, driven.batch, conducted, left.signal)
    if last.problem is not None:
        raise last.problem
    return code


async def end_batches(left: Left) -> Left:
    """Do with the batches that are still performed what was decided, and say how each stands.

    Returns what is left to be done: a signal that came meanwhile stands above what was decided.
    """
    if not left.batches:
        return left
    from app.cli.heeding import GRACE, heeding_signals
    from app.tui.batches.driving import BY_PERSON

    signals: list[int] = []
    told: list[asyncio.Task[None]] = []
    telling: list[asyncio.Task[None]] = []

    def heed(number: int) -> None:
        signals.append(number)
        stop(number)

    def stop(number: int = 0) -> None:
        at_once = bool(told) or number not in (0, signal.SIGINT)
        why = f"{signal.Signals(number).name} stopped it" if number else BY_PERSON
        narrate("stopping" if at_once else f"stopping: nothing new begins, what is under way has {GRACE:.0f} s")
        told.extend(asyncio.create_task(each.stop(0.0 if at_once else GRACE, why)) for each in left.batches)

    with heeding_signals(heed):
        if left.how != "keep" or left.signal is not None:
            stop(left.signal or 0)
        else:
            for each in left.batches:
                narrate(f"it goes on here; footlights batches {short_id(each.batch)} --stage shows it in any terminal")
                telling.append(asyncio.create_task(tell_how_it_goes(each)))
        for each in left.batches:
            narrate(await _how_it_stands(each))
        for task in telling:
            task.cancel()
    await asyncio.gather(*told)
    await asyncio.gather(*telling, return_exceptions=True)
    left = replace(left, batches=())
    return replace(left, how="stop", signal=signals[-1]) if signals else left


async def tell_how_it_goes(
    driven: Driven, rest: Callable[[], Awaitable[object]] = lambda: asyncio.sleep(BETWEEN)
) -> None:
    """A line from time to time, as long as it is performed."""
    from app.journal import Archive
    from app.tui.batches.watch import Watch

    watch = Watch(driven.batch)
    async with Archive(driven.path) as archive:
        while True:
            await rest()
            if not driven.goes_on:
                return
            await _read_all(watch, archive)
            narrate(f"{short_id(driven.batch)}: {_standing_line(watch, time.time_ns() // 1000)}")


async def _read_all(watch: Watch, archive: Archive) -> None:
    is_all = False
    while not is_all:
        news = await watch.read(archive)
        watch.take(news)
        is_all = news.is_all


def _standing_line(watch: Watch, now: int) -> str:
    counts = ", ".join(said for _, said in count_words(watch.counts))
    told = [f"{watch.over:,} of {watch.total:,}: {counts}"]
    if pace := watch.pace(now):
        told.append(pace_words(pace))
    if (left := watch.left(now)) is not None:
        told.append(f"{roughly(left)} left")
    return "; ".join(told)


async def _how_it_stands(driven: Driven) -> str:
    conducted = await driven.conducted()
    if driven.problem is not None:
        return f"{short_id(driven.batch)}: {driven.problem.message}"
    return (
        how_to_go_on(driven.batch, conducted.left if conducted else 0) or f"{short_id(driven.batch)}: all is performed"
    )
