"""Small scenarios that are in order, for others to spoil: `play(steps)` writes one, `SEEDS` shows every step kind."""

from __future__ import annotations

import json

HEAD = """\
schema: footlights/v1
name: play
inputs: {topic: {default: a museum}}
agents: {writer: {persona: A writer.}, critic: {persona: A critic.}}
"""
WELL = (
    HEAD
    + 'steps: {draft: {agent: writer, prompt: "About ${{ inputs.topic }}"}, '
    + "review: {agent: critic, prompt: Read it.}}\n"
)


def play(steps: str, more: str = "") -> str:
    """A scenario with these steps, indented by two, and whatever else stands at the top level."""
    return f"{HEAD}steps:\n{steps}{more}"


def asks(prompt: str) -> str:
    """A scenario of one step with this prompt."""
    return play(f"  draft:\n    agent: writer\n    prompt: {quoted(prompt)}\n")


def quoted(text: str) -> str:
    """A text in double quotes, as YAML and JSON both read it."""
    return json.dumps(text, ensure_ascii=False)


SEEDS = (
    WELL,
    HEAD
    + """\
title: Every kind of step
synopsis: One of each, so that a mutation meets every part of the model.
tags: [test]
privacy: private
env: {REGION: eu-west-1, OWNER: null}
vars: {who: "${{ upper(inputs.topic) }}", both: {a: "${{ vars.who }}", b: [1, 2.5, true]}}
limits: {cost_usd: 2.00, tokens: 200k, wall: 15m, warn_at: [75%, 90%], on_exceed: ask}
models:
  here: {use: ollama/qwen3, context: 32k}
  there: {use: openai-compatible/own, base_url: "http://127.0.0.1:8000/v1", key: "${{ secrets.KEY }}", privacy: private}
steps:
  plan:
    agent: writer
    prompt: |
      Plan ${{ inputs.topic }}
      for ${{ vars.who }}, in ${{ env.REGION }}.
    output: {tasks: [string], risk: integer, note: string?}
    rehearsal: {reply: {tasks: [one, two], risk: 3}}
    retry: {attempts: 3, backoff: exponential, delay: 2s, on: [timeout, overloaded]}
  each:
    for_each: "${{ steps.plan.output.tasks }}"
    as: task
    max_parallel: 2
    agent: writer
    prompt: "Do ${{ task }} (${{ loop.index }})."
  polish:
    needs: [plan, each]
    loop: {max: 3, until: steps.verdict.output.pass, on_max: continue}
    steps:
      verdict:
        agent: critic
        prompt: "${{ default(loop.previous.fix.output, join(steps.each.output, '; ')) }}"
        output: {pass: boolean, findings: [string]}
        rehearsal: {turns: [{pass: false, findings: [dull]}, {pass: true, findings: []}]}
      fix:
        if: not steps.verdict.output.pass and length(steps.verdict.output.findings) > 0
        agent: writer
        prompt: "Fix: ${{ join(steps.verdict.output.findings, '; ') }}"
  side_by_side:
    parallel:
      left: {narrate: "Left, ${{ inputs.topic }}."}
      right: {set: {risky: "${{ steps.plan.output.risk >= 4 ? 'yes' : 'no' }}"}}
  call:
    debate: {members: [writer, critic], question: Now or later?, rounds: 2, decide: vote, options: [now, later]}
  sign_off:
    approve: {ask: "Print ${{ inputs.topic }}?", options: [print, hold], timeout: 30m, default: hold, role: editor}
    rehearsal: {reply: print}
  words:
    ask: {question: What else?, timeout: 1h, default: nothing}
  pair:
    escalate: {agents: [writer, critic], below: 0.7}
    prompt: Who is right?
    rehearsal: {by: {writer: {reply: me, confidence: 0.4}, critic: {reply: me, confidence: 0.9}}}
  crew:
    if: steps.sign_off.output.choice == 'print'
    team: {manager: writer, members: [critic], turns: 4}
    prompt: Print it.
    cue: Q1
    caption: The presses roll.
  look:
    tool: http
    with: {url: "https://example.com/${{ inputs.topic }}"}
    timeout: 30s
    continue_on_error: true
outputs: {text: "${{ steps.crew.output }}", choice: "${{ steps.sign_off.output.choice }}"}
expect:
  - {step: crew, outcome: succeeded}
  - {step: polish/verdict, json_schema: true}
  - {step: pair, matches: "^m.$"}
  - {cost_under: 2.00}
  - {latency_under: 10m}
strategy: {matrix: {market: [DE, FR]}, exclude: [{market: FR}], repeat: 2, seed: 7}
on: {schedule: [{cron: "0 9 * * 1", timezone: Europe/Berlin}]}
""",
)
