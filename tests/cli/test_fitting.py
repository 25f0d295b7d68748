"""A length that a show cannot take is refused before anything opens, with what is possible."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from app.journal.recording import write_recording
from corpus.commands import ROOT, Outcome
from corpus.films import sprinted

Perform = Callable[..., Outcome]
HINT = "hint: ask for a length between these\n"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A run in a file."""
    path = tmp_path_factory.mktemp("kept") / "sprint.run.jsonl"
    write_recording(asyncio.run(sprinted()), path)
    return str(path)


@pytest.mark.parametrize("length", ["0:02", "59:00"])
@pytest.mark.parametrize(
    "words",
    [
        ("replay", "RUN"),
        ("present", "RUN"),
        ("demo", "tour"),
        ("demo", "console", "RUN"),
        ("demo", "replay", "RUN"),
        ("play", "hello", "--rehearse"),
        ("export", "RUN", "cast", "-o", "-"),
    ],
    ids=" ".join,
)
def test_a_length_that_cannot_be_is_refused(words: tuple[str, ...], length: str, kept: str, perform: Perform) -> None:
    done = perform(*(kept if word == "RUN" else word for word in words), "--fit", length)
    assert done.code == 2
    assert done.out == ""
    assert done.err.count("this show takes ") == 1
    assert done.err.endswith(HINT)


@pytest.mark.parametrize("words", [("--fit", "1:30"), ("--fit", "90s", "--from", "Q1")])
def test_a_length_of_the_examples_is_one_that_can_be(words: tuple[str, ...], kept: str, perform: Perform) -> None:
    assert perform("replay", kept, *words).code == 0


def test_a_beginning_that_is_not_there_is_refused_too(kept: str, perform: Perform) -> None:
    done = perform("replay", kept, "--from", "Q99")
    assert (done.code, done.out) == (2, "")
    assert "there is no Q99" in done.err


def test_the_lengths_that_the_help_and_the_pages_show_are_possible(kept: str, perform: Perform) -> None:
    pages = [(ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "docs/exports.md", "docs/demo.md")]
    helps = [perform(command, "-h").out for command in ("replay", "export", "demo", "present", "play")]
    assert not any("3:00" in told for told in (*pages, *helps))


def test_a_mode_that_cannot_be_fitted_says_so(perform: Perform) -> None:
    done = perform("demo", "rehearse", "--fit", "1:30")
    assert done.code == 2
    assert "rehearse has no --fit" in done.err
