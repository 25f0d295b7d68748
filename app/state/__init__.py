"""The fold: what a run looks like after its events. Pure: no clock, no files, nothing but what the events say.

Every view is made of this: the stage, the lines of a headless run, a replay, a report. A view that is opened late looks
like one that was there from the start, because both hold the same `RunState`.
"""

from app.state.attempts import attempts_of, is_at_work, takeover, went_wrong
from app.state.figures import Meter, Stretch, critical_path, meters, tally_of
from app.state.rules import apply, fold
from app.state.shapes import (
    AgentState,
    CallState,
    DebateState,
    GateState,
    RunState,
    Status,
    StepState,
    Tally,
    ToolState,
)
from app.state.spending import NOTHING, Spent, spent_by

__all__ = [
    "NOTHING", "AgentState", "CallState", "DebateState", "GateState", "Meter", "RunState", "Spent", "Status",
    "StepState", "Stretch", "Tally", "ToolState", "apply", "attempts_of", "critical_path", "fold", "is_at_work",
    "meters",
    "spent_by", "takeover", "tally_of", "went_wrong",
]  # fmt: skip
