"""Measures agents that speak: what the panels of a full stage take of a core, and how soon a key is answered meanwhile.

Run as a program of its own, so that nothing else is measured: `python tests/bench/streaming.py`. The widgets, the frame
clock and what goes to the terminal are those of the app; only the terminal itself is missing.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from functools import cache
from itertools import cycle, islice
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[2]
if __name__ == "__main__":
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from textual import events  # noqa: E402
from textual.app import App  # noqa: E402
from textual.drivers.headless_driver import HeadlessDriver  # noqa: E402

from app.events import CallSpeaking, CallStarted, Event, Performer, RunStarted  # noqa: E402
from app.playback.show import Show  # noqa: E402
from app.tui.arrangement import arrange  # noqa: E402
from app.tui.canvas import Canvas  # noqa: E402
from app.tui.frames import SPEECH, Frames  # noqa: E402
from app.tui.look.glyphs import UNICODE  # noqa: E402
from app.tui.look.styles import Palette  # noqa: E402
from app.tui.look.themes import load  # noqa: E402
from app.tui.paint.rows import Row, Span  # noqa: E402
from app.tui.standing import seats  # noqa: E402
from app.tui.widgets.caption import Caption  # noqa: E402
from app.tui.widgets.panel import AgentPanel  # noqa: E402
from app.tui.widgets.strip import RoleStrip  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.widget import Widget

SIZE = (160, 48)
SECONDS = 8.0
WARMED_UP = 1.5  # seconds after which a stage has been drawn whole
PROBE = 0.005  # seconds between looks at the clock
TICK = 0.01  # seconds between pieces of text, however many come at once
KEYS = 0.11  # seconds between keys: never in step with the frames
COLOURS = ("yellow", "blue", "cyan", "magenta", "green", "red", "white")
WORDS = (
    "The first figure is from the annual report, the second from a slide; "
    "they differ by four per cent, and **only one** of them has a `source`.\n\n- so I ask for the table\n- and wait\n\n"
)


def share(part: float) -> str:
    """A part of one core."""
    return f"{part * 100:.1f} %"


@dataclass(frozen=True, slots=True)
class Spoken:
    """What was seen: shares of one core, and seconds."""

    busy: float
    late_p99: float
    key_p95: float
    drawn: int  # bytes for the terminal


@cache
def eight_at_sixty() -> Spoken:
    """Eight agents, sixty pieces of text a second each."""
    return _apart(8, 60)


@cache
def twenty_at_two_hundred() -> Spoken:
    """Twenty agents, two hundred pieces a second each."""
    return _apart(20, 200)


def _apart(agents: int, rate: int) -> Spoken:
    """Measure in a process of its own."""
    command = [sys.executable, __file__, str(agents), str(rate)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: exit code {done.returncode}\n{done.stderr}")
    return Spoken(**json.loads(done.stdout))


class Counter(Canvas):
    """Shows which key was the last one."""

    count = 0

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """One row."""
        return [(Span(answer_to(self.count)),)]


def answer_to(key: int) -> str:
    """What is on screen once so many keys were answered, and never else."""
    return f"<key {key} was answered>"


class Terminal(HeadlessDriver):
    """Takes everything that is drawn, and says when the answer to a key is among it."""

    drawn = 0
    awaited = ""
    answered: asyncio.Event

    @property
    def is_headless(self) -> bool:
        return False

    def write(self, data: str) -> None:
        self.drawn += len(data)
        if self.awaited and self.awaited in data:
            self.awaited = ""
            self.answered.set()


class Hall(App[object]):
    """A stage of panels, and nothing that speaks but a loop."""

    CSS = "Screen > * { position: absolute; }"
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, show: Show) -> None:
        super().__init__(driver_class=Terminal)
        self.glyphs = UNICODE
        self.palette = Palette.of(load("footlights", ROOT))
        self.moves = True
        self.show = show
        self.counter = Counter()
        self.panels: list[AgentPanel] = []
        self.rest: list[Canvas] = []

    def on_mount(self) -> None:
        """Everything at its place."""
        arrangement = arrange(*SIZE, len(self.show.state.agents))
        agents = seats(self.show, len(arrangement.panels))
        self.panels = [AgentPanel(agent) for agent in agents]
        self.rest = [RoleStrip(self.show), Caption(self.show), self.counter]
        parts = arrangement.parts
        strip = parts.get("strip", parts["keys"])
        boxes = [*arrangement.panels, strip, parts["caption"], parts["head"]]
        widgets: list[Widget] = [*self.panels, *self.rest]
        for widget, box in zip(widgets, boxes, strict=True):
            widget.styles.offset = (box.x, box.y)
            widget.styles.width, widget.styles.height = box.width, box.height
        self.screen.mount(*widgets)
        self.frames = Frames(self, self.draw)
        self.frames.start()

    def draw(self) -> float:
        """One frame."""
        for panel in self.panels:
            panel.look(self.show)
        self.show.touched.clear()
        for part in self.rest:
            part.redraw()
        return SPEECH

    def key_x(self) -> None:
        """What a key does: something that can be seen."""
        self.counter.count += 1
        self.counter.redraw()


def a_stage(agents: int) -> Show:
    """Everybody has begun to speak."""
    texts: dict[str, Any] = {}
    show = Show(lambda ref: texts.get(ref.ref))
    names = [f"agent{number}" for number in range(agents)]
    cast = tuple(
        Performer(id=name, title=f"Agent {number}", color=colour)
        for number, (name, colour) in enumerate(zip(names, cycle(COLOURS), strict=False))
    )
    told: list[Event] = [RunStarted(scenario="a crowd", cast=cast)]
    for name in names:
        told.append(CallStarted(model="smart", step=name, agent=name, call=f"{name}#1"))
        told.append(CallSpeaking(step=name, agent=name, call=f"{name}#1"))
    for seq, event in enumerate(told, 1):
        event.seq = seq
        show.apply(event)
    return show


async def speak(show: Show, rate: int) -> None:
    """Let every agent say so many pieces a second, for good."""
    loop = asyncio.get_running_loop()
    pieces = {call: cycle(WORDS.split(" ")) for call in show.state.calls}
    began, said = loop.time(), 0
    while True:
        due = int((loop.time() - began) * rate)
        for call, words in pieces.items():
            text = show.heard.get(call, "")
            for word in islice(words, due - said):
                text += word + " "
                show.hear(call, text)
        said = due
        await asyncio.sleep(TICK)


async def watch_the_clock(late: list[float]) -> None:
    """Note how late the loop is."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + PROBE
        await asyncio.sleep(PROBE)
        late.append(max(0.0, loop.time() - due))


async def press(hall: Hall, took: list[float]) -> None:
    """Press keys, and note how long each takes until its answer is on its way to the terminal."""
    terminal = hall._driver
    assert isinstance(terminal, Terminal)
    while True:
        await asyncio.sleep(KEYS)
        terminal.answered = asyncio.Event()
        terminal.awaited = answer_to(hall.counter.count + 1)
        pressed = time.perf_counter()
        terminal.send_message(events.Key("x", "x"))
        await terminal.answered.wait()
        took.append(time.perf_counter() - pressed)


async def measured(agents: int, rate: int) -> Spoken:
    """Fill the stage, let everybody speak, and watch."""
    show = a_stage(agents)
    hall = Hall(show)
    performing = asyncio.create_task(hall.run_async(size=SIZE))
    late: list[float] = []
    took: list[float] = []
    await asyncio.sleep(WARMED_UP)
    tasks = [asyncio.create_task(speak(show, rate)), asyncio.create_task(press(hall, took))]
    await asyncio.sleep(WARMED_UP)
    tasks.append(asyncio.create_task(watch_the_clock(late)))
    took.clear()
    terminal = hall._driver
    assert isinstance(terminal, Terminal)
    drawn, used, began = terminal.drawn, time.process_time(), time.perf_counter()
    await asyncio.sleep(SECONDS)
    busy = (time.process_time() - used) / (time.perf_counter() - began)
    drawn = terminal.drawn - drawn
    for task in tasks:
        task.cancel()
    hall.exit()
    await performing
    return Spoken(busy, quantiles(late, n=100)[98], quantiles(took, n=20)[18], drawn)


if __name__ == "__main__":
    print(json.dumps(asdict(asyncio.run(measured(int(sys.argv[1]), int(sys.argv[2]))))))
