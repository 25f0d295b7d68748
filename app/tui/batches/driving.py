"""A batch that is performed while the app is open, as a task of the app's own loop; its rehearsals in processes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from app.batch.driving import Drive
from app.errors import FootlightsError, Mistake

if TYPE_CHECKING:
    from app.batch.conducting import Conducted
    from app.batch.executor import Ending
    from app.batch.plan import Item, Plan, Source
    from app.batch.results import Results
    from app.journal import Journal
    from app.tui.batches.raising import Lacking, Raised

GRACE = 5.0  # seconds that runs which are under way have to end, when somebody stops the batch
BY_PERSON = "a person stopped it"


class Driven:
    """One of them. Begin it in the loop of the app; it goes on when the app is left, until it is stopped."""

    def __init__(
        self,
        journal: Journal,
        drive: Drive,
        *,
        on: str = "",
        workers: int | None = None,
        whose_journal: bool = True,
    ) -> None:
        """`whose_journal` tells whether the journal is its own, to be closed at the end."""
        self.batch = drive.plan.batch
        self.title = drive.plan.title
        self.problem: FootlightsError | None = None  # what ended it before its time
        self.is_stopping = False
        self._journal = journal
        self._drive = drive
        self._on, self._workers = on, workers
        self._owns = whose_journal
        self._task: asyncio.Task[Conducted | None] | None = None

    def begin(self, ended: Callable[[Driven], None]) -> None:
        """Perform what is missing; `ended` is told when no more is performed."""
        self._task = asyncio.create_task(self._conduct(), name=f"batch {self.batch}")
        self._task.add_done_callback(lambda _: ended(self))

    @property
    def path(self) -> Path:
        """The archive that it is kept in."""
        return self._journal.path

    @property
    def budget(self) -> Mapping[str, float]:
        """What all runs together may use, now."""
        return self._drive.plan.budget

    @property
    def trouble(self) -> str:
        """The last there was with a process that performs its runs."""
        return self._drive.health().trouble

    @property
    def goes_on(self) -> bool:
        """Is it still performed?"""
        return self._task is not None and not self._task.done()

    async def conducted(self) -> Conducted | None:
        """How far it came; nothing, when a problem ended it."""
        assert self._task is not None
        return await self._task

    async def stop(self, grace: float = GRACE, why: str = BY_PERSON) -> None:
        """Begin nothing new; it can be gone on with later."""
        self.is_stopping = True
        await self._drive.stop(grace, why)

    def begins(self, item: Item) -> None:
        """A run is handed out; the archive tells whoever looks."""

    def ended(self, item: Item, ending: Ending) -> None:
        """It has come back; the archive tells whoever looks."""

    async def _conduct(self) -> Conducted | None:
        try:
            return await self._drive.conduct(self, on=self._on, workers=self._workers)
        except FootlightsError as error:
            self.problem = error
            return None
        except Exception as error:  # the outermost edge of a batch in the app: whoever looks at it is told
            self.problem = Mistake.of(error)
            return None
        finally:
            if self._owns:
                self._journal.close()


async def left_before(batch: str, workspace: Path | None) -> tuple[Results, Lacking]:
    """How a batch stands that shall be gone on with, and what it lacks."""
    from app.batch.results import results_of
    from app.journal import Archive
    from app.tui.batches.raising import lacking_in

    async with Archive.open(workspace) as archive:
        before = await results_of(archive, batch)
        return before, await lacking_in(archive, before)


async def gone_on_with(
    before: Results, workspace: Path | None, budget: Mapping[str, float], raised: Iterable[Raised] = ()
) -> Driven:
    """A batch that nobody performs any more, with more to use; raises FootlightsError with what is in the way."""
    from app.journal import Journal
    from app.settings import who

    if before.plan.mode == "live":
        missing = sorted({item.item.source for item in before.items if not item.over})
        await asyncio.to_thread(insist_on_models_of, [before.plan.sources[number] for number in missing])
    journal = Journal.open(workspace)
    try:
        for run, limit, to in raised:  # each run reads it when it goes on, wherever it is performed
            journal.post(run, "direction", "raise", {"direction": "raise", "to": limit, "detail": to}, who())
        return Driven(journal, Drive.go_on(journal, before.row.batch, budget))
    except BaseException:
        journal.close()
        raise


def insist_on_models_of(sources: Iterable[Source]) -> None:
    """Raise FootlightsError where a live batch would have nobody to speak through. It may take a second."""
    from app.engine.bundle import checked_again
    from app.tui.beginning import insist_on_models, insist_on_servers

    for source in sources:
        checked = checked_again(source.bundle)
        insist_on_models(checked)
        insist_on_servers(checked)


def begun(plan: Plan, workspace: Path | None) -> Driven:
    """A batch that was just planned; raises FootlightsError with what is in the way."""
    from app.journal import Journal

    journal = Journal.open(workspace)
    try:
        return Driven(journal, Drive.begin(journal, plan))
    except BaseException:
        journal.close()
        raise
