"""Whatever is performed in front of somebody has an end, also when nothing can be shown of it any more."""

from __future__ import annotations

import asyncio

import pytest

from app.cli.heeding import Attended


class Unseen(Attended[None]):
    """A performance without end, in front of a terminal that is gone."""

    def __init__(self) -> None:
        super().__init__()
        self.is_left = False

    async def whole(self) -> int:
        await self.until_it_ends(self._perform())
        return 0

    async def _perform(self) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            self.is_left = True

    def tick(self) -> None:
        raise BrokenPipeError

    def stop(self) -> None: ...

    async def stop_at_once(self) -> None: ...


async def test_what_cannot_be_shown_any_more_is_not_performed_in_the_dark() -> None:
    unseen = Unseen()
    with pytest.raises(BrokenPipeError):
        await unseen.whole()
    assert unseen.is_left
