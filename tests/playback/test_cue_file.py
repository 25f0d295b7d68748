"""Cue files: what may stand in one, every mistake at its place, a draft out of a run, and one more cue."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.playback.cue_draft import CannotAdd, add_cue, draft_of
from app.playback.cue_file import CuesRefused, placing_of, read_cues
from app.playback.cues import Cue, CueSheet, placed_in
from corpus.rehearsals import PLAYS, rehearsed

WHOLE = """\
schema: footlights-cues/v1
title: Who is sure enough
talk: 12:00
cues:
  - at: start
    label: five people
    caption: >-
      One feature,
      by Friday.
    notes: |
      Say hello.
      Then be quiet.
  - at: handoff from cto to backend   # where it is cut
    hold: true
  - at: 1st handoff to qa
    number: 2.5
    hold: engine
    pace: brisk
    focus: qa
  - at: "#57"
    blank: true
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "talk.cues.yaml"
    path.write_text(WHOLE, encoding="utf-8")
    return path


def cues(path: Path, *lines: str) -> CueSheet:
    path.write_text("\n".join(("schema: footlights-cues/v1", *lines)), encoding="utf-8")
    return read_cues(path)


def test_all_that_can_be_said_of_a_cue_is_read(file: Path) -> None:
    assert read_cues(file) == CueSheet(
        (
            Cue("1", "start", "five people", "One feature, by Friday.", "Say hello.\nThen be quiet."),
            Cue("2", "handoff from cto to backend", hold="audience"),
            Cue("2.5", "1st handoff to qa", hold="engine", pace="brisk", focus="qa"),
            Cue("3", "#57", blank=True),
        ),
        "Who is sure enough",
        720.0,
    )


def test_every_cue_finds_its_place_in_a_run(file: Path) -> None:
    placing = placing_of(read_cues(file))
    placed = placed_in(rehearsed("feature-sprint").events, placing)
    assert [(each.cue.name, each.seq) for each in placed] == [("Q1", 1), ("Q2", 12), ("Q2.5", 29), ("Q3", 57)]
    assert placing.missing == []


def test_a_cue_that_finds_none_is_known(file: Path) -> None:
    placing = placing_of(cues(file, "cues:", "  - at: 9th handoff to qa", "  - at: end"))
    assert [each.cue.name for each in placed_in(rehearsed("feature-sprint").events, placing)] == ["Q2"]
    assert [cue.at for cue in placing.missing] == ["9th handoff to qa"]


def test_numbers_that_are_left_out_go_on_from_the_last_whole_one(file: Path) -> None:
    written = ("- at: start", "- {at: start, number: Q4.5}", "- at: start", "- {at: start, number: 9}", "- at: end")
    assert [cue.number for cue in cues(file, "cues:", *written).cues] == ["1", "4.5", "5", "9", "10"]


def test_every_mistake_is_told_at_once_and_at_its_place(file: Path) -> None:
    with pytest.raises(CuesRefused) as refused:
        cues(
            file,
            "talk: soon",
            "cuez: 3",
            "cues:",
            "  - at: #410",
            "  - at: 2nd handof to critic",
            "  - at: 410",
            "    labell: x",
            "    hold: maybe",
            "    pace: briisk",
            "  - at: start",
            "    number: 2",
            "  - number: four",
            "    at: end",
            "    blank: yes",
            "  - label: nowhere",
        )
    assert refused.value.message == "the cue file has 12 errors"
    told = sorted((problem.line, problem.column, problem.message, problem.hint) for problem in refused.value.problems)
    assert told == [
        (2, 7, "this needs the length of the talk", "such as 12:00, minutes and seconds"),
        (3, 1, '"cuez" is not a key here', 'did you mean "cues"?'),
        (5, 5, "there is no moment here", "put it in quotes: to YAML a bare # begins a comment"),
        (6, 9, '"2nd handof to critic" names no moment of a run', 'did you mean "2nd handoff to critic"?'),
        (7, 9, "a number alone names no moment", 'write "#410" for the event of that number'),
        (8, 5, '"labell" is not a key here', 'did you mean "label"?'),
        (9, 11, "this is neither true nor engine", "true holds the audience until GO; engine the run as well"),
        (10, 11, "there is no such pace", 'did you mean "brisk"?'),
        (12, 13, "there is a Q2 already, in line 6", "give this one a number of its own"),
        (13, 13, "this is no number of a cue", "such as 3, or 3.5 for one between 3 and 4"),
        (15, 12, 'this needs true or false, not the text "yes"', "in YAML 1.2 yes is a text: write true"),
        (16, 5, '"at" is missing', "such as  at: 2nd handoff to critic"),
    ]
    assert {problem.file for problem in refused.value.problems} == {str(file)}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file is empty"),
        ("- at: start", "the file is not a map of keys and values"),
        ("cues: []", '"schema" is missing'),
        ("schema: footlights-cues/v2\ncues: []", 'this needs footlights-cues/v1, not the text "footlights-cues/v2"'),
        ("schema: footlights-cues/v1\ncues: 3", "this needs a list, not the number 3"),
        ("schema: footlights-cues/v1\ncues: [3]", "this needs a map, not the number 3"),
        ("schema: footlights-cues/v1\ncues: [{at: start, at: end}]", '"at" stands twice in this map, first in line 2'),
    ],
)
def test_what_is_no_cue_file_says_so(file: Path, text: str, said: str) -> None:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CuesRefused) as refused:
        read_cues(file)
    assert refused.value.problems[0].message == said


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(CuesRefused) as refused:
        read_cues(tmp_path / "talk.yaml")
    assert refused.value.problems[0].message.startswith("there is no file")


def test_what_is_written_can_drive_no_terminal_and_shows_no_key(file: Path) -> None:
    key = "sk-proj-abcdefghijklmnop1234"
    cue = cues(
        file, "cues:", "  - at: start", '    label: "a \\u200b b"', f"    caption: use {key}", "    notes: a"
    ).cues[0]
    assert cue.label == "a <U+200B> b"
    assert cue.caption == "use sk-p•••"


# The draft


@pytest.mark.parametrize("play", PLAYS)
def test_a_draft_of_a_run_reads_back_and_all_its_cues_find_their_place(play: str, tmp_path: Path) -> None:
    run = rehearsed(play)
    path = tmp_path / "draft.yaml"
    path.write_text(draft_of(run.events, run.value, run.title), encoding="utf-8")
    sheet = read_cues(path)
    placing = placing_of(sheet)
    placed = placed_in(run.events, placing)
    assert placing.missing == []
    assert [each.cue for each in placed] == list(sheet.cues), "in the order of the run"
    assert sheet.title == run.title
    assert len(sheet.cues) >= 10


def test_a_draft_takes_over_what_the_scenario_says_to_the_audience_and_to_the_speaker(tmp_path: Path) -> None:
    run = rehearsed("feature-sprint")
    (path := tmp_path / "draft.yaml").write_text(draft_of(run.events, run.value, run.title), encoding="utf-8")
    cue = next(cue for cue in read_cues(path).cues if cue.at == "step api begins")
    assert cue.label == "Build the API"
    assert cue.caption == "Backend and frontend start at the same moment and will not speak until QA."
    assert cue.notes == "Two panels are lit now. Ask the room which of the two will be late."


@pytest.mark.parametrize(
    "title", ["", "true", "3:00", "a: b # c", 'he said "no"', "\\", "- x", "Ein Stück", "\x1b[31m"]
)
def test_a_draft_of_any_title_reads_back(title: str, tmp_path: Path) -> None:
    run = rehearsed("feature-sprint")
    (path := tmp_path / "draft.yaml").write_text(draft_of(run.events, run.value, title), encoding="utf-8")
    assert read_cues(path).title == title.replace("\x1b", "␛")


# One more


def test_a_cue_is_added_at_the_end_and_what_was_there_stays(file: Path) -> None:
    assert add_cue(file, "step polish ends", "no more findings") == "4"
    assert file.read_text(encoding="utf-8") == (
        WHOLE + "  - at: step polish ends\n    number: 4\n    label: no more findings\n"
    )


def test_a_cue_is_added_behind_the_one_that_came_last_with_a_number_between(file: Path) -> None:
    assert add_cue(file, "2nd turn of polish", after="2") == "2.25"
    assert [cue.number for cue in read_cues(file).cues] == ["1", "2", "2.25", "2.5", "3"]
    assert "handoff from cto to backend   # where it is cut\n    hold: true\n  - at: 2nd turn" in file.read_text(
        "utf-8"
    )


def test_a_cue_behind_a_block_of_notes_does_not_become_part_of_them(file: Path) -> None:
    add_cue(file, "step plan begins", "x: y # z", after="1")
    first, added, *_ = read_cues(file).cues
    assert first.notes == "Say hello.\nThen be quiet."
    assert (added.number, added.label) == ("1.5", "x: y # z")


def test_the_first_cue_makes_the_file(tmp_path: Path) -> None:
    path = tmp_path / "new.yaml"
    assert [add_cue(path, "start"), add_cue(path, "1:47", "late"), add_cue(path, "#410")] == ["1", "2", "3"]
    assert path.read_text("utf-8") == (
        "schema: footlights-cues/v1\ncues:\n  - at: start\n    number: 1\n"
        '  - at: "1:47"\n    number: 2\n    label: late\n  - at: "#410"\n    number: 3\n'
    )


@pytest.mark.parametrize("empty", ["cues: []", "cues:   # to come", "cues: []\ntitle: x", "title: x"])
def test_a_file_without_cues_takes_its_first(empty: str, file: Path) -> None:
    file.write_text(f"schema: footlights-cues/v1\n{empty}\n", encoding="utf-8")
    add_cue(file, "start", "first")
    assert [cue.label for cue in read_cues(file).cues] == ["first"]


def test_ever_more_cues_at_one_place_find_their_numbers_until_there_are_none(file: Path) -> None:
    with pytest.raises(CannotAdd, match="no number left between"):
        for _ in range(40):
            add_cue(file, "start", after="1")
    assert len(read_cues(file).cues) > 12, "and the file is as good as before"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("schema: footlights-cues/v1\ncues: [{at: start}]\n", "do not stand one below the other"),
        ("schema: footlights-cues/v1\ncues:\n  - at: now\n", r":3:9 .now. names no moment of a run"),
    ],
)
def test_a_file_that_cannot_take_a_cue_is_left_as_it_is(text: str, said: str, file: Path) -> None:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CannotAdd, match=said):
        add_cue(file, "end")
    assert file.read_text("utf-8") == text


def test_a_file_keeps_who_may_read_it(file: Path) -> None:
    file.chmod(0o640)
    add_cue(file, "end")
    assert file.stat().st_mode & 0o777 == 0o640
    assert not list(file.parent.glob(".*")), "and nothing is left beside it"
