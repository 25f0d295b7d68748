"""What was written and is used by nothing: hardly ever meant so."""

from __future__ import annotations

from app.scenario.checks.inspection import Inspection


def check_unused(case: Inspection) -> None:
    """Agents who never speak, models nobody may use, inputs and vars nobody reads."""
    scenario = case.scenario
    for name in scenario.agents:
        if ("agents", name) not in case.referred:
            case.report.warning(
                "unused", f'"{name}" never speaks', "leave it out, or give it a step", at=("agents", name, "@key")
            )
    if all(agent.model is not None for agent in scenario.agents.values()) and not _routed_to_all(case):
        for name in scenario.models:
            if ("models", name) not in case.referred:
                case.report.warning("unused", f'no agent may use "{name}"', "leave it out", at=("models", name, "@key"))
    for section in ("inputs", "vars"):
        for name in getattr(scenario, section):
            if (section, name) not in case.referred:
                case.report.warning(
                    "unused", f"nothing reads {section}.{name}", "leave it out", at=(section, name, "@key")
                )


def _routed_to_all(case: Inspection) -> bool:
    """Is there an agent whose route chooses among all models?"""
    from app.scenario.model import Routed

    return any(
        isinstance(agent.model, Routed) and agent.model.route.among is None for agent in case.scenario.agents.values()
    )
