"""What the README says about a machine that dies is so: a run is killed here, and its commands are typed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

from corpus.commands import ROOT, Outcome
from corpus.nursery import Begun

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_a_run_that_was_killed_goes_on_and_is_branched_off_shown_and_verified(
    tmp_path: Path, typed: Callable[[str], Outcome], begun: Callable[[str], Begun]
) -> None:
    play = README.partition("```yaml\n")[2].partition("```")[0]
    (tmp_path / "night-train.yaml").write_text(play, encoding="utf-8")
    performance = begun("run night-train.yaml --rehearse --wait")
    while not json.loads(typed("inbox --json").out):
        assert performance.poll() is None
    performance.kill()
    performance.wait()

    section = README.partition("## When the machine dies")[2].partition("\n## ")[0]
    lines = re.findall(r"^    footlights (.+)$", section, re.MULTILINE)
    done = {line.split()[0]: typed(line) for line in lines}
    assert {verb: one.code for verb, one in done.items()} == dict.fromkeys(("resume", "fork", "show", "verify"), 0)
    assert "writer  draft" not in done["resume"].err + done["fork"].err, "once is enough"
    assert ["editor  cut" in done[verb].err for verb in ("resume", "fork")] == [False, True]
    assert "answers: drop" in done["fork"].err
