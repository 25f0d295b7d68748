"""`footlights export` makes every format of a run or of a file, writes it whole or not at all, and says what it did."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from app.journal.recording import write_recording
from corpus.commands import ROOT, Outcome
from corpus.films import sprinted

Perform = Callable[..., Outcome]
SHORT = ("--size", "60x20", "--to", "Q2", "--fps", "4")
FILMS = {"cast": b"{", "svg": b"<svg", "html": b"<!doctype html>", "gif": b"GIF89a", "webp": b"RIFF"}
MOMENTS = {"still": b"<svg", "png": b"\x89PNG"}
RUNS = {"md": b"# ", "report": b"<!doctype html>", "csv": b"run,step,", "json": b'{"footlights":'}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run in a file."""
    path = tmp_path_factory.mktemp("kept") / "sprint.run.jsonl"
    write_recording(asyncio.run(sprinted()), path)
    return path


@pytest.fixture
def recording(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The same, in an empty folder in which somebody is."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    (folder / kept.name).write_bytes(kept.read_bytes())
    return kept.name


def others(recording: str) -> list[str]:
    return sorted(path.name for path in Path.cwd().iterdir() if path.name != recording)


@pytest.mark.parametrize("name", FILMS)
def test_a_film_of_every_format_is_written_and_told_of(name: str, recording: str, perform: Perform) -> None:
    done = perform("export", recording, name, "-o", f"film.{name}", *SHORT)
    assert (done.code, done.err) == (0, "")
    assert Path(f"film.{name}").read_bytes().lower().startswith(FILMS[name].lower())
    assert re.fullmatch(rf"✓ film\.{name}: \d+ kB, 8\.\d s, \d+ pictures, 2 cues\n", done.out)


@pytest.mark.parametrize("name", MOMENTS)
def test_one_moment_is_a_picture(name: str, recording: str, perform: Perform) -> None:
    done = perform("export", recording, name, "-o", "moment", "--size", "60x20", "--at", "Q3")
    assert (done.code, done.err) == (0, "")
    assert Path("moment").read_bytes().startswith(MOMENTS[name])
    assert re.fullmatch(r"✓ moment: \d+ kB\n", done.out)


@pytest.mark.parametrize("name", RUNS)
def test_reports_and_tables_need_no_film(name: str, recording: str, perform: Perform) -> None:
    done = perform("export", recording, name, "-o", "told")
    assert (done.code, done.err) == (0, "")
    assert Path("told").read_bytes().lower().startswith(RUNS[name].lower())


def test_a_run_of_the_archive_is_named_after_its_play(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, perform: Perform
) -> None:
    monkeypatch.chdir(tmp_path)
    assert perform("run", "hello", "--rehearse").code == 0
    done = perform("export", "last", "json")
    assert done.code == 0
    (written,) = tmp_path.glob("hello-????????.run.jsonl")
    assert json.loads(written.read_text().splitlines()[0])["run"].endswith(written.name[6:14])
    again = perform("export", written.name, "md", "-o", "-")
    assert again.code == 0
    assert again.out.startswith("# ")


def test_what_is_there_is_not_written_over(recording: str, perform: Perform) -> None:
    Path("sprint.cast").write_text("mine")
    done = perform("export", recording, "cast", *SHORT)
    assert (done.code, done.out) == (2, "")
    assert "sprint.cast is there already" in done.err
    assert "--force" in done.err
    assert Path("sprint.cast").read_text() == "mine"
    assert perform("export", recording, "cast", "--force", *SHORT).code == 0
    assert Path("sprint.cast").read_text() != "mine"
    assert others(recording) == ["sprint.cast"]


def test_what_is_no_plain_file_stays_whatever_is_forced(recording: str, perform: Perform) -> None:
    os.mkfifo("pipe.md")
    Path("folder.md").mkdir()
    Path("link.md").symlink_to("nowhere")
    for name in ("pipe.md", "folder.md", "link.md", "/dev/null"):
        done = perform("export", recording, "md", "-o", name, "--force")
        assert (done.code, done.out) == (2, "")
        assert f"{name} is there, and is no plain file" in done.err
    assert perform("export", recording, "md", "-o", "link.md").code == 2
    assert Path("link.md").is_symlink()


def test_the_recording_that_is_read_is_not_written_over(recording: str, perform: Perform) -> None:
    before = Path(recording).read_bytes()
    done = perform("export", recording, "json", "-o", f"./{recording}", "--force")
    assert done.code == 2 and "is what is read here" in done.err
    assert Path(recording).read_bytes() == before


def test_a_name_may_be_as_long_as_the_disk_allows(recording: str, perform: Perform) -> None:
    name = "n" * 250
    assert perform("export", recording, "md", "-o", name).code == 0
    assert others(recording) == [name]


def test_both_are_for_night_and_day_with_the_lines_that_pick_one(recording: str, perform: Perform) -> None:
    done = perform("export", recording, "svg", "--both", *SHORT)
    assert done.code == 0
    files = ["sprint-dark.svg", "sprint-light.svg", "sprint-still-dark.svg", "sprint-still-light.svg"]
    assert others(recording) == files
    snippet = done.out[done.out.index("<picture>") :]
    assert sorted(re.findall(r'(?:src|srcset)="([^"]+)"', snippet)) == files
    ElementTree.fromstring(re.sub(r"(<(?:source|img)[^>]*)>", r"\1/>", snippet))
    assert 'alt="Ship a feature in one sprint.' in snippet
    assert "#13100d" in Path("sprint-dark.svg").read_text()
    assert "#13100d" not in Path("sprint-light.svg").read_text()


def test_it_can_be_handed_to_the_next_program(recording: str, perform: Perform) -> None:
    done = perform("export", recording, "cast", "-o", "-", "--v3", *SHORT)
    assert (done.code, done.err) == (0, "")
    assert json.loads(done.out.splitlines()[0])["version"] == 3
    assert others(recording) == []


def test_a_long_picture_says_how_to_make_it_shorter(recording: str, perform: Perform) -> None:
    done = perform("export", recording, "svg", "--size", "60x20", "--fps", "1", "--pace", "brisk", "--hold-last", "30")
    assert done.code == 0
    assert "that is much for a page" in done.err
    assert "--from Q2 --to Q4" in done.err


@pytest.mark.parametrize("option", ["--hide", "--redact"])
def test_a_word_can_be_hidden_and_what_was_covered_is_told(option: str, recording: str, perform: Perform) -> None:
    done = perform("export", recording, "md", option, "dark mode")
    assert done.code == 0
    assert "dark mode" not in Path("sprint.md").read_text()
    assert re.search(r"covered: dark mode \w+ times", done.err)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("md", "--size", "80x24"), "md has no --size"),
        (("cast", "--at", "Q2"), "cast has no --at"),
        (("cast", "--both"), "cast has no --both"),
        (("gif", "--v3"), "gif has no --v3"),
        (("cast", "--size", "9x9"), '"9x9" is no size'),
        (("cast", "--fps", "500"), '"500" are no pictures a second'),
        (("cast", "--hold-last", "soon"), '"soon" are no seconds'),
        (("cast", "--theme", "nosuch"), 'there is no theme "nosuch"'),
        (("cast", "--from", "Q77"), "there is no Q77"),
        (("cast", "--fit", "0:02"), "this show takes"),
        (("png", "--at", "Q2", "--to", "Q3"), "--at names one moment"),
        (("svg", "--both", "-o", "-"), "--both writes several files"),
        (("cast", "-o", "nowhere/film.cast"), "there is no folder nowhere"),
        (("cast", "--cues", "nosuch.yaml"), 'there is no file "nosuch.yaml"'),
        (("video",), "invalid choice"),
    ],
)
def test_what_cannot_be_is_said_in_words(words: tuple[str, ...], said: str, recording: str, perform: Perform) -> None:
    done = perform("export", recording, *words)
    assert done.code in (1, 2)
    assert said in done.err
    assert "Traceback" not in done.err
    assert others(recording) == []


def test_a_file_that_is_no_recording_is_refused(tmp_path: Path, perform: Perform) -> None:
    wrong = tmp_path / "wrong.run.jsonl"
    wrong.write_text("{}\n")
    done = perform("export", str(wrong), "md")
    assert (done.code, done.out) == (1, "")
    assert f"{wrong}:1:1 this is no recording of a run" in done.err


def test_the_help_begins_with_two_examples(perform: Perform) -> None:
    lines = perform("export", "-h").out.splitlines()
    assert [line.split()[:2] for line in lines[:2]] == [["footlights", "export"]] * 2


def test_the_same_bytes_come_from_another_process_in_another_place_and_language(recording: str, tmp_path: Path) -> None:
    made = []
    for number, (zone, language) in enumerate((("UTC", "C.UTF-8"), ("Asia/Tokyo", "de_DE.UTF-8"))):
        home = tmp_path / f"home-{number}"
        home.mkdir()
        told = {
            "HOME": str(home), "FOOTLIGHTS_HOME": str(home), "FOOTLIGHTS_CONFIG": str(home), "TZ": zone,
            "LANG": language, "PYTHONHASHSEED": str(number + 1), "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        words = [sys.executable, "-m", "footlights", "export", recording, "svg", "-o", "-", *SHORT]
        done = subprocess.run(words, env=os.environ | told, capture_output=True, check=True, timeout=60)
        made.append(done.stdout)
    assert made[0] == made[1]
    assert made[0].startswith(b"<svg")
