"""How a run stands, in a glyph, a word and a colour."""

from __future__ import annotations

STATUSES = {
    "running": ("▶", "accent"),
    "paused": ("◌", "warning"),
    "interrupted": ("⚠", "warning"),
    "succeeded": ("✓", "good"),
    "failed": ("✗", "error"),
    "exhausted": ("✗", "error"),
    "refused": ("✗", "error"),
    "truncated": ("✗", "error"),
    "expired": ("✗", "error"),
    "cancelled": ("✗", "warning"),
    "skipped": ("○", "dim"),
}


def marked(status: str) -> tuple[str, str]:
    """The status with its glyph, and the style to paint it in."""
    glyph, style = STATUSES.get(status, ("·", ""))
    return f"{glyph} {status}", style
