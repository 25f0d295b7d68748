"""How a run stands, in a glyph, a word and a colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.journal.batches import BatchRow
    from app.state import RunState, StepState

STATUSES = {
    "running": ("▶", "accent"),
    "paused": ("◌", "warning"),
    "interrupted": ("⚠", "warning"),
    "succeeded": ("✓", "good"),
    "unmet": ("✗", "error"),
    "failed": ("✗", "error"),
    "exhausted": ("✗", "error"),
    "refused": ("✗", "error"),
    "truncated": ("✗", "error"),
    "expired": ("✗", "error"),
    "cancelled": ("✗", "warning"),
    "skipped": ("○", "dim"),
}
CUT_OFF = "cut off"
_LIKE = {"running": "running", "stopped": "paused", "passed": "succeeded", "not passed": "unmet"}  # marks for batches


def marked(status: str) -> tuple[str, str]:
    """The status with its glyph, and the style to paint it in."""
    glyph, style = STATUSES.get("cancelled" if status == CUT_OFF else status, ("·", ""))
    return f"{glyph} {status}", style


def batch_marked(row: BatchRow) -> tuple[str, str]:
    """The same of a batch; of one that is done, whether all of it passed."""
    how = row.state if row.state != "done" else "passed" if row.passed == row.ended else "not passed"
    glyph, style = STATUSES[_LIKE[how]]
    return f"{glyph} {how}", style


def standing(step: StepState, state: RunState) -> str:
    """How a step stands: one that never ended in a run that is over was cut off with it."""
    if step.status in ("running", "retrying"):
        return CUT_OFF if state.over else "running"
    return step.status
