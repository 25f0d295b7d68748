"""How data in the log is told that is a chart."""

from __future__ import annotations

import json

_LONG = 60_000  # characters of data that hold more than a chart


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
