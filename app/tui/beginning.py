"""Begins a run in the app's own loop, and says clearly why one cannot begin."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from app.tui.refused import in_words

if TYPE_CHECKING:
    from app.errors import FootlightsError
    from app.scenario import Checked
    from app.tui.app import Theatre
    from app.tui.playbill import Playbill
    from app.tui.screens.inputs import Given
    from app.tui.sources import Here


async def begin(
    app: Theatre,
    checked: Checked,
    inputs: Mapping[str, Any],
    *,
    rehearse: bool,
    seed: int = 0,
    limits: Mapping[str, float] | None = None,
) -> Here:
    """Begin a run; raises FootlightsError with what is in its way."""
    await asyncio.to_thread(_load)
    from app.engine import perform
    from app.events import Origin
    from app.settings import who
    from app.tui.sources import Here

    going = perform(
        checked,
        inputs,
        mode="rehearsal" if rehearse else "live",
        seed=seed,
        workspace=app.workspace,
        limits=limits,
        origin=Origin(kind="person", who=who()),
        patient=True,
    )
    return Here(going)


async def raise_the_curtain(
    app: Theatre,
    bill: Playbill,
    last: dict[str, Any],
    *,
    rehearse: bool,
    stepping: bool = False,
    pace: str = "theatrical",
) -> Given | None:
    """Ask for what it is given, begin, and go to the stage; what is in its way is told. Returns what it was given."""
    from app.errors import FootlightsError

    assert bill.checked is not None
    given = None
    try:
        if not rehearse:
            insist_on_models(bill.checked)  # before anybody fills in a form
            await asyncio.to_thread(insist_on_servers, bill.checked)
        given = await _ask(app, bill, last, live=not rehearse)
        if given is None:
            return None
        here = await begin(app, bill.checked, given.inputs, rehearse=rehearse, limits=given.limits)
    except FootlightsError as error:
        if not await refuse(app, error, rehearsable=not rehearse):
            return given
        last = last if given is None else given.inputs
        return await raise_the_curtain(app, bill, last, rehearse=True, stepping=stepping, pace=pace)
    if stepping:
        here.hold()
    app.remembered.write()
    app.open_stage(here, pace, stepping=stepping)
    return given


async def _ask(app: Theatre, bill: Playbill, last: dict[str, Any], *, live: bool) -> Given | None:
    """What it is given: nothing is asked where there is nothing to say."""
    from app.tui.screens.inputs import Given, Inputs

    if not live and not bill.asks:
        return Given()
    return await app.push_screen_wait(Inputs(bill, last, live=live))


async def fork_from(app: Theatre, run: str, at: int) -> Here:
    """Begin a run of its own from a moment of another; raises FootlightsError with what is in its way."""
    await asyncio.to_thread(_load)
    from app.engine import fork
    from app.settings import who
    from app.tui.sources import Here

    return Here(fork(run, at=at, workspace=app.workspace, patient=True, by=who()))


async def ask_and_fork(app: Theatre, run: str, at: int) -> None:
    """The same, once a person has said so; what is in its way is told."""
    from app.errors import FootlightsError
    from app.tui.paint.options import Option
    from app.tui.screens.choosing import Choosing

    sure = await app.push_screen_wait(
        Choosing(
            f"Fork at event {at}",
            (Option("yes", "Begin the fork", "what was before is taken over", "f"), Option("no", "Back", "", "b")),
            says="What comes after this moment is performed anew, by the models of the run if it was live.",
        )
    )
    if sure != "yes":
        return
    try:
        app.open_stage(await fork_from(app, run, at))
    except FootlightsError as refused:
        app.say(in_words(refused), severity="warning")


def insist_on_models(checked: Checked) -> None:
    """Raise FootlightsError where a live run would have nobody to speak through."""
    from app.engine.reaching import NoModel
    from app.engine.reaching import insist_on_models as insist

    try:
        insist(checked)
    except NoModel as missing:  # its hint names an option of the command line
        raise NoModel(missing.message, "rehearse it, which needs none") from None


def insist_on_servers(checked: Checked) -> None:
    """Raise FootlightsError where a step needs a server on this machine and nobody listens. It may take a second."""
    from app.engine.reaching import NoModel
    from app.engine.servers import insist_on_servers as insist

    try:
        insist(checked)
    except NoModel as missing:
        raise NoModel(missing.message, "start it, or rehearse, which needs none") from None


async def refuse(app: Theatre, error: FootlightsError, *, rehearsable: bool) -> bool:
    """Say why it cannot begin, and what to do; true when it shall be rehearsed instead."""
    from app.tui.paint.options import Option
    from app.tui.screens.choosing import Choosing

    options = [Option("back", "Back to the playbill", key="b")]
    if rehearsable:
        options.insert(0, Option("rehearse", "Rehearse it instead", "no key, no cost, no network", "r"))
    return await app.push_screen_wait(Choosing("It cannot begin", options, says=in_words(error))) == "rehearse"


def _load() -> None:
    """What performs takes a moment to load: not while somebody waits for a key."""
    import app.engine.starting
    import app.journal.journal
    import app.tui.sources  # noqa: F401
