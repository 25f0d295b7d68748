"""Makes the recording of the tour again: its play, rehearsed in a house where time stands still.

Run it after a change to `scenarios/tour/tour.yaml`; it writes `shows/tour.run.jsonl`, the same to the byte each time.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # so that it runs as a script, too

from app.journal.recording import Recording, lines_of  # noqa: E402
from docs.rehearsed import Rehearsal, still_house  # noqa: E402

FILE = ROOT / "shows" / "tour.run.jsonl"
RUN = "01KJVD9RB0FT3N6Y8ATHET0VR1"


def recorded() -> Recording:
    """The play of the tour, rehearsed."""
    with tempfile.TemporaryDirectory() as folder, still_house(Path(folder)):
        return asyncio.run(Rehearsal("tour").record(RUN, Path(folder)))


def tour() -> str:
    """The file, whole."""
    return "".join(lines_of(recorded()))


if __name__ == "__main__":
    FILE.write_text(tour(), encoding="utf-8", newline="\n")
