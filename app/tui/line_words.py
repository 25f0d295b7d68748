"""What waits, handovers and directions are called: the same words as in the headless narration."""

from __future__ import annotations

import json

_LONG = 60_000  # characters of data that hold more than a chart

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


def chart_in(text: str) -> str:
    """How data is told that is a chart, which no row can show; empty where it is none."""
    if text[:1] != "{" or len(text) > _LONG or '"kind"' not in text or '"width"' not in text:
        return ""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    drawn = found.get("text")
    return f"a chart, {drawn.count(chr(10)) + 1} lines" if isinstance(drawn, str) and "\n" in drawn else ""
