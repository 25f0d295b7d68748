"""The tutorial can be followed: its commands are typed here in the order of the page, and do what is said."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

from corpus.commands import ROOT, Outcome
from corpus.nursery import Begun

PAGE = (ROOT / "docs" / "first-scenario.md").read_text(encoding="utf-8")
BEFORE, _, AFTER = PAGE.partition("## The whole play")
COMMAND = re.compile(r"^    footlights (.+)$", re.MULTILINE)


def test_what_new_writes_is_explained_and_performed_and_checked(typed: Callable[[str], Outcome]) -> None:
    for line in COMMAND.findall(BEFORE):
        assert typed(line).code == 0, line


def test_the_whole_play_is_performed_answered_looked_at_and_branched_off(
    tmp_path: Path, typed: Callable[[str], Outcome], begun: Callable[[str], Begun]
) -> None:
    play = re.findall(r"^```yaml\n(schema:.*?)^```$", AFTER, re.DOTALL | re.MULTILINE)[0]
    (tmp_path / "night-museum.yaml").write_text(play, encoding="utf-8")
    lines = COMMAND.findall(AFTER)
    wait = next(at for at, line in enumerate(lines) if "--wait" in line)
    for line in lines[:wait]:
        assert typed(line).code == 0, line

    performance = begun(lines[wait])
    while not json.loads(typed("inbox --json").out):
        assert performance.poll() is None
    sent = {}
    for line in lines[wait + 1 :]:
        done = typed(line)
        assert done.code == 0, (line, done.err)
        if line.startswith("answer"):
            sent["dropped"] = json.loads(performance.communicate()[0])["sent"]
        if line.startswith("fork"):
            sent["branched off"] = json.loads(done.out)["sent"]
    assert sent == {"dropped": False, "branched off": True}
