"""Writes the golden logs anew: a rehearsal of every scenario in the library, and the run in which everything happens.

    python tests/golden/make.py

A change of what the fold or the narrator makes of a run is then seen in the difference. Logs of a release are kept:
copy them under a name of their own before the vocabulary changes.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from app.engine import perform  # noqa: E402
from app.events import Origin, Ref, RunStarted  # noqa: E402
from app.journal import Journal  # noqa: E402
from app.journal.refs import refs_of  # noqa: E402
from corpus.histories import BEGAN  # noqa: E402
from footlights import __version__  # noqa: E402
from golden.logs import record  # noqa: E402
from golden.stories import every_kind  # noqa: E402


async def rehearse(file: Path, workspace: Path) -> None:
    """Rehearse a scenario, and record it without what differs from run to run."""
    journal = Journal.open(workspace, fast=True)
    try:
        run = perform(file.relative_to(ROOT), mode="rehearsal", seed=0, journal=journal)
        events = [event async for event in run]
        values = {digest: run.value(Ref(digest)) for event in events for digest in refs_of(event)}
    finally:
        journal.close()
    for event in events:
        event.run = "01K7GOLDEN0000000000000000"
        event.at = BEGAN + event.mono * 1000
        if isinstance(event, RunStarted):  # nothing of the machine on which it was recorded
            event.settings.pop("root", None)
            event.origin, event.machine, event.versions = Origin(who="ana"), {}, {"footlights": __version__}
    record(file.stem, events, values)


def main() -> None:
    """Record them all."""
    os.chdir(ROOT)  # so that files are named as they stand in the clone
    history = every_kind()
    record("every-kind", history.events, history.values)
    for file in sorted((ROOT / "scenarios").glob("*/*.yaml")):
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(rehearse(file, Path(folder)))


if __name__ == "__main__":
    main()
