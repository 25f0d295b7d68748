"""What the README says about a machine that dies is so: a run is killed here, and its commands are typed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from corpus.commands import ROOT, Outcome
from corpus.nursery import Begun

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_a_run_that_was_killed_goes_on_and_is_branched_off_shown_and_verified(
    typed: Callable[[str], Outcome], begun: Callable[[str], Begun]
) -> None:
    performance = begun("run feature-sprint --rehearse --wait")
    while not json.loads(typed("inbox --json").out):
        assert performance.poll() is None
    performance.kill()
    performance.wait()

    section = README.partition("## When the machine dies")[2].partition("\n## ")[0]
    lines = re.findall(r"^    footlights (.+)$", section, re.MULTILINE)
    done = {line.split()[0]: typed(line) for line in lines}
    assert {verb: one.code for verb, one in done.items()} == dict.fromkeys(("resume", "fork", "show", "verify"), 0)
    assert json.loads(done["resume"].out)["shipped"] is True
    assert "Argue about the design" not in done["resume"].err
    assert "Argue about the design" in done["fork"].err
