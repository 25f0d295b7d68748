"""What the tools of a run left in the outbox goes with what was said in it; what cannot go is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest

from app.events import RunFinished, RunStarted, StepStarted, ToolFinished, ToolStarted
from app.journal import Journal
from corpus.commands import Outcome

Perform = Callable[..., Outcome]
RUN = "01JOUTBOX00000000000000ONE"
SAID = "The launch moves to Friday."


def use_tools(mode: Any, *uses: tuple[str, dict[str, str], str]) -> None:
    """A run in which tools are used: each with what it is given, and its key."""
    with Journal.open() as journal:
        log = journal.begin(RUN)
        log.add(RunStarted(scenario="play", mode=mode))
        log.add(StepStarted(step="tell", of="tool"))
        for number, (tool, given, key) in enumerate(uses):
            kept = log.keep(given)
            log.add(ToolStarted(tool=tool, step="tell", call=f"tell#{number}", arguments=kept, key=key))
            log.add(ToolFinished(step="tell", call=f"tell#{number}"))
        log.add(RunFinished(outcome="succeeded"))


@pytest.fixture
def outbox(tmp_path: Path) -> Path:
    folder = tmp_path / "home" / "outbox"
    (folder / "files").mkdir(parents=True)
    return folder


def slip(outbox: Path, name: str, text: str, *, sent: bool) -> Path:
    place = outbox / f"{name}.json"
    place.write_text(json.dumps({"to": "#team", "subject": "", "text": text, "sent": sent}))
    return place


@pytest.mark.parametrize("words", [("runs", "erase", RUN), ("runs", "rm", RUN), ("runs", "prune", "--older", "0s")])
def test_what_a_rehearsal_left_in_the_outbox_goes_with_it(
    words: tuple[str, ...], outbox: Path, perform: Perform
) -> None:
    use_tools(
        "rehearsal", ("notify", {"to": "#team", "text": SAID}, ""), ("file.write", {"path": "a.md", "text": SAID}, "")
    )
    ours, other = slip(outbox, "1", SAID, sent=False), slip(outbox, "2", "Something else.", sent=False)
    (outbox / "files" / "a.md").write_text(SAID)
    shown = perform(*words)
    assert (shown.code, shown.err) == (0, "")
    assert not ours.exists()
    assert not (outbox / "files" / "a.md").exists()
    assert other.exists(), "what another run left stays"


def test_a_file_that_another_run_wrote_over_stays(outbox: Path, perform: Perform) -> None:
    use_tools("rehearsal", ("file.write", {"path": "a.md", "text": SAID}, ""))
    (outbox / "files" / "a.md").write_text("Written later.")
    assert perform("runs", "erase", RUN).code == 0
    assert (outbox / "files" / "a.md").read_text() == "Written later."


def test_nothing_outside_the_outbox_is_touched(outbox: Path, tmp_path: Path, perform: Perform) -> None:
    use_tools("rehearsal", ("file.write", {"path": "../../precious.md", "text": SAID}, ""))
    (tmp_path / "home" / "precious.md").write_text(SAID)
    (tmp_path / "precious.md").write_text(SAID)
    assert perform("runs", "rm", RUN).code == 0
    assert (tmp_path / "precious.md").exists()
    assert (tmp_path / "home" / "precious.md").exists()


def test_of_a_live_run_its_messages_go_by_their_key_and_its_files_are_named(outbox: Path, perform: Perform) -> None:
    use_tools(
        "live", ("notify", {"to": "#team", "text": SAID}, "key"), ("file.write", {"path": "a.md", "text": SAID}, "k")
    )
    name = blake2b(b"key", digest_size=16).hexdigest()
    ours, same = slip(outbox, name, SAID, sent=True), slip(outbox, "1", SAID, sent=True)
    shown = perform("runs", "erase", RUN)
    assert shown.err == "what its tools wrote elsewhere remains: a.md\n"
    assert not ours.exists()
    assert same.exists(), "another run said the same, and must not say it twice"
