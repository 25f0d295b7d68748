"""Scenarios of any size, for tests and benches of what must not grow faster than the file."""

from __future__ import annotations

_HEAD = """\
schema: footlights/v1
name: large
title: A long relay
synopsis: Each step passes on what the one before it said.
agents:
  runner: {card: engineering/backend}
steps:
  step-1:
    agent: runner
    prompt: Begin.
"""
_STEP = """\
  step-{number}:
    agent: runner
    prompt: "Go on from: ${{{{ steps.step-{before}.output }}}}"
"""


def relay(steps: int) -> str:
    """Return the text of a valid scenario in which every step but the first refers to the one before it."""
    return _HEAD + "".join(_STEP.format(number=number, before=number - 1) for number in range(2, steps + 1))
