"""Plays for batches that are typed: they pass, disappoint, slip now and then, fail, or ask a person."""

from __future__ import annotations

from pathlib import Path

GREET = """\
schema: footlights/v1
name: greet
title: A greeting
agents: {host: {persona: You greet.}}
inputs: {tone: {type: string, default: plain}, guests: {type: integer, default: 1}}
steps:
  hello: {agent: host, prompt: "Greet ${{ inputs.guests }}, ${{ inputs.tone }}.", rehearsal: {reply: Good evening.}}
outputs: {said: "${{ inputs.tone }}"}
expect: [{step: hello, contains: evening}]
"""
SULK = """\
schema: footlights/v1
name: sulk
agents: {host: {persona: You sulk.}}
steps:
  hello: {agent: host, prompt: Greet., rehearsal: {reply: No.}}
expect: [{step: hello, contains: evening}]
"""
CLERK = """\
schema: footlights/v1
name: clerk
models: {careful: {use: openai/gpt-5.5}, quick: {use: openai/gpt-5.4-mini}}
agents: {clerk: {persona: You answer., model: careful}}
strategy: {matrix: {letter: [return, threat]}, repeat: 8}
steps:
  answer:
    agent: clerk
    prompt: "Answer the ${{ matrix.letter }}."
    rehearsal: {reply: By rule 2., slips: {share: {quick: SHARE}, reply: A free locomotive.}}
expect: [{step: answer, contains: rule}]
"""
FALL = """\
schema: footlights/v1
name: fall
agents: {host: {persona: You fall.}}
steps:
  hello: {agent: host, prompt: Greet., rehearsal: {fault: bad_request}}
"""
ASK = """\
schema: footlights/v1
name: ask
steps:
  ship: {approve: {ask: "Ship?", options: [ship, hold]}}
outputs: {choice: "${{ steps.ship.output.choice }}"}
"""
DEAR = """\
schema: footlights/v1
name: dear
models: {dear: {use: openai/gpt-5.5, price: {input: 10000, output: 10000}, params: {max_tokens: 100}}}
agents: {host: {persona: You greet., model: dear}}
steps:
  hello: {agent: host, prompt: Greet., rehearsal: {reply: Good evening.}}
"""
MARKETS = """\
schema: footlights/v1
name: markets
agents: {host: {persona: You greet.}}
strategy: {matrix: {market: [DE, FR]}}
steps:
  hello: {agent: host, prompt: "Greet ${{ matrix.market }}.", rehearsal: {reply: Good evening.}}
outputs: {market: "${{ matrix.market }}"}
"""
WRONG = """\
schema: footlights/v1
name: wrong
steps:
  hello: {agent: nobody, prompt: Greet.}
"""


def laid_out(folder: Path, **plays: str) -> Path:
    """A folder with these plays in it, each in a file of its name."""
    folder.mkdir(exist_ok=True)
    for name, text in plays.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder
