"""What changes while a run goes on, asked for at any of its moments; and each event read once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.events import Event, Remark
from app.tui.tracks import Bookmark, Track
from corpus.logs import Notebook


def log(events: int) -> list[Event]:
    book = Notebook()
    return [book.add(Remark(text=str(number))) for number in range(events)]


@given(st.lists(st.integers(1, 50), unique=True), st.integers(0, 60))
def test_at_any_event_a_track_is_what_was_put_last_by_then(seqs: list[int], asked: int) -> None:
    track: Track[int] = Track()
    for seq in sorted(seqs):
        track.put(seq, -seq)
    by_then = [seq for seq in sorted(seqs) if seq <= asked]
    assert track.count(asked) == len(by_then)
    assert track.at(asked, 0) == (-by_then[-1] if by_then else 0)
    assert track.since(asked) == (by_then[-1] if by_then else 0)
    assert track.last(asked, 3) == [-seq for seq in by_then[-3:]]


@given(st.lists(st.integers(0, 30)))
def test_however_an_audience_goes_each_event_is_read_once_and_in_order(lengths: list[int]) -> None:
    whole, bookmark = log(30), Bookmark()
    read: list[Event] = []
    for length in lengths:
        assert bookmark.fits(whole[:length])
        read += bookmark.unread(whole[:length])
    assert read == whole[: max(lengths, default=0)]
    assert bookmark.count == len(read)


def test_another_log_does_not_fit() -> None:
    bookmark = Bookmark()
    bookmark.unread(log(5))
    assert not bookmark.fits(log(3))
    assert bookmark.fits([])
