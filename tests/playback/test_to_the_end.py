"""A run that becomes known to its end is seen to its end, also where one frame has no time for what is left."""

from __future__ import annotations

from itertools import count

from app.playback.play import LONGEST, MOST
from app.playback.playhead import Playhead
from app.playback.show import Show
from app.state import fold
from corpus.logs import told


async def test_what_is_left_when_a_run_is_over_is_due_until_all_of_it_was_seen() -> None:
    log = told(steps=100)
    looks = count()
    show = Show(lambda ref: log.values.get(ref.ref))
    playhead = Playhead(show, "instant", lambda: next(looks) * LONGEST)  # by each look the time of a frame is over
    for event in log.events:
        playhead.feed(event)
    playhead.advance()
    await playhead.load()
    assert playhead.behind, "one frame was not enough"
    while playhead.due() is not None:
        playhead.advance()
    assert show.state == fold(log.events)


async def test_whoever_is_on_the_way_to_the_present_when_a_run_ends_comes_there() -> None:
    log = told(steps=MOST // 4)
    playhead = Playhead(Show(lambda ref: log.values.get(ref.ref)), clock=lambda: 0.0)
    for event in log.events:
        playhead.feed(event)
    playhead.to_head()
    assert playhead.behind, "it is a long way"
    await playhead.load()
    assert playhead.seen == playhead.head
