"""Waits until an app has done all that it can do now: as quickly as it can, and on a busy machine as long as it takes.

Textual's own pilot waits until its process seems idle by the clock. That is too early where others keep the machine
busy, and takes forty milliseconds and more for each key where nobody does. And Textual draws at every step on the way,
which is a third of what an app costs; here each state that a test can see is drawn once.
"""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import Any

from textual._context import active_app
from textual.app import App
from textual.message_pump import MessagePump
from textual.pilot import Pilot
from textual.screen import Screen

from tui.staging import LONGEST

ROUNDS = 50  # pictures one after the other, each of which asked for the next: more are an animation
TURNS = 20_000  # of the loop, after which something calls itself again and again

draw = Screen._compositor_refresh  # Textual's own


async def settled(app: App[Any]) -> None:
    """Let all messages be handled and the screen be drawn; threads, processes and timers are not waited for."""
    for _ in range(ROUNDS):
        await _nothing_is_ready()
        screen = app.screen_stack[-1] if app.screen_stack else None
        if screen is None or not app.is_running:
            return
        if _has_changed(screen):
            screen._on_timer_update()
        elif screen._compositor._dirty_regions:
            draw(screen)
        else:
            return


async def handled(app: App[Any]) -> None:
    """Wait also for whoever is busy with a message, and with a thread because of it."""
    screen = app.screen_stack[-1] if app.screen_stack else None
    pumps: list[MessagePump] = [app, *(screen.walk_children(with_self=True) if screen is not None else ())]
    busy = {pump for pump in pumps if not pump._closing}

    def done(pump: MessagePump) -> None:
        busy.discard(pump)

    for pump in list(busy):
        pump.call_later(done, pump)
    begun = monotonic()
    while any(not pump._closing for pump in busy) and app.is_running and not app._exit and app._exception is None:
        await _nothing_is_ready()
        if monotonic() - begun > LONGEST:
            raise AssertionError(f"after {LONGEST:.0f} seconds these are still busy with a message: {busy}")
        await asyncio.sleep(0.001 if busy else 0)


async def _nothing_is_ready() -> None:
    ready = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]  # nothing public tells it
    await asyncio.sleep(0)  # whoever waits for a file or a thread that is done has its turn
    for _ in range(TURNS):
        await asyncio.sleep(0)
        if not ready:
            return


def _has_changed(screen: Screen[Any]) -> bool:
    return bool(
        screen._callbacks
        or (
            (screen.is_current and not screen.app._batch_count)
            and (
                screen._layout_required
                or screen._scroll_required
                or screen._repaint_required
                or screen._recompose_required
                or screen._dirty_widgets
            )
        )
    )


def draw_when_settled(screen: Screen[Any]) -> None:
    """In the place of a screen's drawing: the compositor remembers what changed until all is done."""
    if screen is not screen.app.screen:  # one behind another hands on what changed in it
        draw(screen)
        return
    screen._dirty_widgets.clear()
    screen.app._update_mouse_over(screen)


async def wait_for_idle(min_sleep: float = 0.0, max_sleep: float = 0.0) -> None:
    """In the place of Textual's."""
    app = active_app.get(None)
    if app is not None:
        await settled(app)


async def wait_for_screen(pilot: Pilot[Any], timeout: float = 0.0) -> bool:
    """In the place of the pilot's."""
    for _ in range(2):  # a screen that was opened meanwhile has messages of its own
        await handled(pilot.app)
        await settled(pilot.app)
    return pilot.app._exception is None
