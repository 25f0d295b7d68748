"""What kinds of steps, waits, handovers and directions are called: the same on the stage and in lines."""

from __future__ import annotations

# Kinds of steps that hold others, or in which several speak: they get a heading, with a word on what to expect.
SECTIONS = {
    "parallel": "side by side",
    "steps": "",
    "debate": "a debate",
    "team": "a team",
    "escalate": "until one is sure",
    "uses": "another scenario",
}
WAITS = {
    "limiter": "for the rate limit",
    "breaker": "until the service has recovered",
    "budget": "until others have said what they cost",
}
HANDOVERS = {"delegation": "delegates", "result": "reports", "escalation": "escalates"}
DIRECTIONS = {
    "whisper": "whispers to {to}",
    "mute": "mutes {to}",
    "unmute": "lets {to} speak again",
    "swap": "gives {to} another model",
    "raise": "raises the limit of {to}",
    "skip": "skips {to}",
    "pause": "pauses {to}",
    "resume": "lets {to} go on",
    "cancel": "cancels {to}",
    "hold": "holds {to}",
    "go": "lets {to} go",
}
ACTIONS = {
    "stop": "the run stops",
    "pause": "the run pauses",
    "ask": "it takes a person to go on",
    "downgrade": "a cheaper model is looked for",
}
RESUMES = {
    "crash": "the process had ended; the run goes on where it was",
    "fork": "up to here it was taken over; what follows is new",
}
