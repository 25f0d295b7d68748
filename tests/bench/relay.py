"""The relay that is performed to measure the engine: each step passes on what the one before it said."""

from __future__ import annotations

from pathlib import Path

from app.scenario import Checked, load

REPLY = "Taken, and passed on to the next."
_HEAD = """\
schema: footlights/v1
name: relay
title: A relay
synopsis: Each step passes on what the one before it said.
agents:
  runner: {title: Runner, persona: You run and pass on.}
steps:
"""
_STEP = """\
  step-{number}:
    agent: runner
    prompt: "{prompt}"
    rehearsal: {{reply: "{reply}", takes: {takes}}}
"""


def relay(folder: Path, steps: int, takes: str = "1ms") -> Checked:
    """Return a checked scenario of agents who speak in turn; every call takes so long, of the rehearsal's time."""
    path = folder / f"relay-{steps}-{takes}.yaml"
    path.write_text(_HEAD + "".join(_step(number, takes) for number in range(1, steps + 1)), encoding="utf-8")
    return load(path, path.name)


def _step(number: int, takes: str) -> str:
    prompt = f"Go on from: ${{{{ steps.step-{number - 1}.output }}}}" if number > 1 else "Begin."
    return _STEP.format(number=number, prompt=prompt, reply=REPLY, takes=takes)
