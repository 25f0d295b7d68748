"""A scenario rehearsed at once and unseen, to know how long it takes and who speaks when. Nothing of it is kept."""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from app.events import Ref
from app.journal.recording import Recording
from app.journal.refs import refs_of

if TYPE_CHECKING:
    from app.scenario import Checked


def dry_run(checked: Checked) -> Recording:
    """The rehearsal, whole; raises FootlightsError where it needs something that nobody gave."""
    return asyncio.run(_rehearsed(checked))


async def _rehearsed(checked: Checked) -> Recording:
    from app.engine import perform
    from app.journal import Journal

    with TemporaryDirectory() as folder, Journal.open(Path(folder) / "dry-run.db", fast=True) as journal:
        going = perform(checked, {}, mode="rehearsal", journal=journal)
        events = tuple([event async for event in going])
        values = {digest: going.value(Ref(digest)) for event in events for digest in refs_of(event)}
    return Recording(going.id, events, values)
