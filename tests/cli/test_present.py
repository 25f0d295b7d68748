"""`footlights present` without a stage: a draft of cues, where each cue stands, and what is in the way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.journal.recording import write_recording
from app.playback.cue_file import CueFile, CueSection, read_cues
from corpus.commands import ROOT, Outcome
from corpus.rehearsals import rehearsed

Perform = Callable[..., Outcome]
HEAD = "schema: footlights-cues/v1\ncues:\n"


@pytest.fixture
def run(tmp_path: Path) -> str:
    path = tmp_path / "sprint.run.jsonl"
    write_recording(rehearsed("feature-sprint"), path)
    return str(path)


def test_a_draft_is_written_and_is_well(perform: Perform, run: str, tmp_path: Path) -> None:
    path = tmp_path / "talk.cues.yaml"
    written = perform("present", run, "--write-cues", str(path))
    assert written.code == 0
    assert f"written: {path}; edit it, then  footlights present {run} --cues {path}" in written.err
    checked = perform("present", run, "--cues", str(path), "--check")
    assert checked.code == 0
    assert f"all {len(read_cues(path).cues)} cues have their place" in checked.err


def test_nothing_is_overwritten(perform: Perform, run: str, tmp_path: Path) -> None:
    (path := tmp_path / "talk.cues.yaml").write_text("mine")
    refused = perform("present", run, "--write-cues", str(path))
    assert (refused.code, path.read_text()) == (2, "mine")
    assert "exists already" in refused.err


def test_each_cue_is_told_with_its_place_and_what_has_none_with_what_was_meant(
    perform: Perform, run: str, tmp_path: Path
) -> None:
    path = tmp_path / "talk.cues.yaml"
    path.write_text(f"{HEAD}  - {{at: handoff to qa, label: it goes to QA}}\n  - at: step polsh ends\n  - at: end\n")
    checked = perform("present", run, "--cues", str(path), "--check")
    assert checked.code == 1
    assert checked.out.splitlines() == [
        "cue      run at   event  where",
        "Q1         0:07     #29  handoff to qa  it goes to QA",
        "Q3         0:20     #74  end",
        'Q2     no place  step polsh ends  there is no "polsh" in this run: did you mean "polish"?',
    ]
    assert "1 of 3 cues has no place in this run" in checked.err


def test_mistakes_in_the_file_are_told_with_their_places(perform: Perform, run: str, tmp_path: Path) -> None:
    path = tmp_path / "talk.cues.yaml"
    path.write_text(f"{HEAD}  - at: now\n  - at: end\n    hold: yes\n")
    refused = perform("present", run, "--cues", str(path), "--check")
    assert refused.code == 2
    for words in (f"{path}:3:9", '"now" names no moment of a run', f"{path}:5:11", "2 errors"):
        assert words in refused.err
    assert "Traceback" not in refused.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "which run shall be presented?"),
        (("RUN", "--check"), "there is no cue file to check"),
        (("RUN",), "there is no terminal to present in"),
        (("RUN", "--speaker"), "there is no terminal for the speaker view"),
        (("RUN", "--cues", "gone.yaml", "--check"), 'there is no file "gone.yaml"'),
        (("RUN", "--fit", "soon"), '"soon" is no length of time'),
        (("gone.run.jsonl", "--check", "--cues", "CUES"), "gone.run.jsonl cannot be read"),
        (("RUN", "--write-cues", "no/such/folder.yaml"), "cannot be written"),
    ],
)
def test_what_is_in_the_way_is_said(
    perform: Perform, run: str, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    (cues := tmp_path / "c.yaml").write_text(f"{HEAD}  - at: end\n")
    refused = perform("present", *(run if word == "RUN" else str(cues) if word == "CUES" else word for word in words))
    assert refused.code in (1, 2)
    assert said in refused.err
    assert "Traceback" not in refused.err


def test_every_key_of_a_cue_file_stands_on_its_page() -> None:
    page = (ROOT / "docs" / "presenting.md").read_text(encoding="utf-8")
    keys = [field.alias or name for section in (CueFile, CueSection) for name, field in section.model_fields.items()]
    assert [key for key in keys if f"| `{key}` |" not in page] == []


def test_the_example_on_the_page_is_a_good_cue_file(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "presenting.md").read_text(encoding="utf-8")
    example = page.partition("```yaml fragment\n")[2].partition("```")[0]
    (path := tmp_path / "example.yaml").write_text(example, encoding="utf-8")
    assert [cue.name for cue in read_cues(path).cues] == ["Q1", "Q2", "Q3"]


def test_the_moments_on_the_page_can_all_be_read(tmp_path: Path) -> None:
    from app.playback.anchors import anchor

    page = (ROOT / "docs" / "presenting.md").read_text(encoding="utf-8")
    table = page.partition("| words | the moment |")[2].partition("\n\n")[0]
    words = [each for line in table.splitlines()[2:] for each in line.split("|")[1].split("`")[1::2]]
    assert len(words) > 15
    for each in words:
        anchor(each.strip('"') if each.startswith('"') else each)
