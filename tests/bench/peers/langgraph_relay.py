"""The relay as a LangGraph: run by run.py in an environment of its own, prints its steps a second as JSON.

Each step passes on what the one before it said; no model is called. Every run is kept by the SQLite saver, in the mode
in which a step is written down before the next begins, as Footlights promises too.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any, TypedDict

from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import END, START, StateGraph


class Baton(TypedDict):
    """What is passed on."""

    said: str


def relay(steps: int, reply: str) -> StateGraph[Baton]:
    """Return a graph of steps in a row."""

    async def run(state: Baton) -> Baton:
        _prompt = f"Go on from: {state['said']}"
        return {"said": reply}

    graph = StateGraph(Baton)
    names = [f"step-{number}" for number in range(1, steps + 1)]
    for name in names:
        graph.add_node(name, run)
    for before, after in zip([START, *names], [*names, END], strict=True):
        graph.add_edge(before, after)
    return graph


async def steps_a_second(folder: Path, runs: int, steps: int, reply: str) -> float:
    """Perform as many runs side by side, and count."""
    async with AsyncSqliteSaver.from_conn_string(str(folder / f"{runs}x{steps}.db")) as saver:
        graph = relay(steps, reply).compile(checkpointer=saver)

        async def perform(name: str) -> None:
            settings: Any = {"configurable": {"thread_id": name}, "recursion_limit": steps + 10}
            done = await graph.ainvoke({"said": "nothing yet"}, settings, durability="sync")
            if done["said"] != reply:
                raise SystemExit(f"the relay ended with {done}")

        await perform("warm-up")
        started = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for number in range(runs):
                group.create_task(perform(f"run-{number}"))
        return runs * steps / (time.perf_counter() - started)


if __name__ == "__main__":
    folder, runs, steps, reply = sys.argv[1:]
    print(json.dumps(asyncio.run(steps_a_second(Path(folder), int(runs), int(steps), reply))))
