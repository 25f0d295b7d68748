"""Recordings on the stage: found where they are, shown with their cues, and never acted upon."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.errors import FootlightsError
from app.events import CallStarted
from app.journal.recording import NoRecording, write_recording
from app.playback.playhead import Playhead
from app.playback.score import CannotFit
from app.playback.show import Show
from app.tui.billing import billed
from app.tui.filed import Filed, found
from app.tui.sources import CannotAct, Source
from tui.staging import performed


async def test_without_a_name_it_is_the_one_that_ships() -> None:
    known = await found("")
    assert known.source == "bundled"
    assert known.sheet is not None
    assert known.recording.title == "The whistle in the drawer"


async def test_a_file_brings_the_cues_that_lie_beside_it(tmp_path: Path) -> None:
    recording = (await found("")).recording
    write_recording(recording, tmp_path / "talk.run.jsonl")
    assert (await found(str(tmp_path / "talk.run.jsonl"))).sheet is None
    (tmp_path / "talk.cues.yaml").write_text("schema: footlights-cues/v1\ncues: [{at: start, label: hello}]\n")
    known = await found(str(tmp_path / "talk.run.jsonl"))
    assert known.recording == recording
    assert known.sheet is not None
    assert [cue.label for cue in known.sheet.cues] == ["hello"]


async def test_a_run_of_the_archive_is_found_by_its_end(tmp_path: Path) -> None:
    run = performed("hello", tmp_path / "w.db")
    await run.result()
    known = await found(run.id[-8:], tmp_path / "w.db")
    assert known.recording.run == run.id
    assert known.source == f"run {run.id[-8:]}"


@pytest.mark.parametrize("wanted", ["none.run.jsonl", "NOSUCHRUN"])
async def test_what_is_not_there_is_said(wanted: str, tmp_path: Path) -> None:
    await performed("hello", tmp_path / "w.db").result()
    with pytest.raises(FootlightsError):
        await found(wanted, tmp_path / "w.db")


async def test_what_is_no_recording_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.run.jsonl"
    path.write_text("{}\n")
    with pytest.raises(NoRecording, match=r"bad\.run\.jsonl:1:1"):
        await found(str(path))


async def test_nothing_can_be_done_to_it() -> None:
    source: Source = Filed((await found("")).recording)
    assert (source.performed, source.came_from, source.status) == ("nowhere", "nowhere", "succeeded")
    for act in (source.hold, source.go, source.step, lambda: source.answer("g", "yes"), lambda: source.direct("skip")):
        with pytest.raises(CannotAct, match="nobody performs it"):
            act()


async def test_it_is_as_long_as_it_is_fitted_to_and_what_cannot_be_is_said() -> None:
    known = await found("")
    playhead = Playhead(Show(known.recording.value), "theatrical")
    await Filed(known.recording, known.sheet, fit=100.0).feed(playhead)
    assert playhead.length == pytest.approx(100.0, abs=0.1)
    assert playhead.cue is None or playhead.cue.cue.number == "1"
    with pytest.raises(CannotFit):
        await Filed(known.recording, fit=5.0).feed(Playhead(Show(known.recording.value), "theatrical"))


async def test_a_billing_knows_who_speaks_when() -> None:
    known = await found("")
    bill = await billed(known.recording, known.source, known.sheet, "theatrical", 5.0)
    assert bill.length == bill.lengths["theatrical"], "a length that cannot be is as if none was asked for"
    assert bill.calls == len(bill.turns) == sum(isinstance(event, CallStarted) for event in known.recording.events)
    assert {turn.agent for turn in bill.turns} == {performer.id for performer in bill.cast}
    assert all(0 <= turn.begins < turn.ends <= 1 for turn in bill.turns)
    assert [moment.label for moment in bill.moments][:2] == ["what this is", "the light"]


async def test_a_run_that_was_cut_off_can_be_billed_too() -> None:
    whole = (await found("")).recording
    recording = whole.up_to(next(event.seq for event in whole.events if isinstance(event, CallStarted)) + 1)
    bill = await billed(recording, "", None, "theatrical")
    assert (bill.calls, bill.turns) == (0, ())
    assert bill.length > 0
