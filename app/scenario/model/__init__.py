"""What a scenario file may say: pydantic models, one class a section and one a step kind."""

from app.scenario.model.modifiers import Loop, Retry, Step
from app.scenario.model.parts import (
    Agent,
    Expectation,
    Input,
    ModelChoice,
    Route,
    Routed,
    Schedule,
)
from app.scenario.model.rehearsal import Lines, Rehearsal
from app.scenario.model.scenario import SCHEMA, Scenario
from app.scenario.model.steps import (
    KINDS,
    AgentStep,
    AnyStep,
    ApproveStep,
    AskStep,
    BlockStep,
    Debate,
    DebateStep,
    EscalateStep,
    NarrateStep,
    ParallelStep,
    SetStep,
    Speaks,
    TeamStep,
    ToolStep,
    UsesStep,
)
from app.scenario.model.strategy import Strategy

__all__ = [
    "KINDS", "SCHEMA", "Agent", "AgentStep", "AnyStep", "ApproveStep", "AskStep", "BlockStep", "Debate", "DebateStep",
    "EscalateStep", "Expectation", "Input", "Lines", "Loop", "ModelChoice", "NarrateStep", "ParallelStep", "Rehearsal",
    "Retry", "Route", "Routed", "Scenario", "Schedule", "SetStep", "Speaks", "Step", "Strategy", "TeamStep", "ToolStep",
    "UsesStep",
]  # fmt: skip
