"""What waits, handovers and directions are called: the same words as in the headless narration."""

from __future__ import annotations

WAITS = {
    "limiter": "for the rate limit",
    "breaker": "until the service has recovered",
    "budget": "until others have said what they cost",
}
KINDS = {
    "parallel": "side by side",
    "debate": "a debate",
    "team": "a team",
    "escalate": "until one is sure",
    "uses": "another scenario",
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
