"""The checks of a scenario, in the order in which they build on one another."""

from __future__ import annotations

from collections.abc import Callable

from app.scenario.checks.contents import (
    check_captions,
    check_empty_keys,
    check_expectations,
    check_inputs,
    check_limits_of_agents,
    check_names_of_values,
    check_rehearsals,
    check_secrets,
    check_types,
)
from app.scenario.checks.expressions import check_expressions
from app.scenario.checks.files import check_files, check_used_scenarios
from app.scenario.checks.inspection import Inspection
from app.scenario.checks.keys import check_keys
from app.scenario.checks.models import check_complexity, check_limits_without_price
from app.scenario.checks.names import check_agents, check_cards, check_expected_steps, check_models, check_needs
from app.scenario.checks.order import check_added_needs, check_cycles, check_loops, check_reachable
from app.scenario.checks.references import check_references
from app.scenario.checks.strategy import check_strategy
from app.scenario.checks.tools import check_tools
from app.scenario.checks.unused import check_unused
from app.scenario.checks.wall import check_model_classes, check_privacy

CHECKS: tuple[Callable[[Inspection], None], ...] = (
    check_empty_keys,
    check_secrets,
    check_files,
    check_cards,
    check_models,
    check_agents,
    check_tools,
    check_needs,
    check_names_of_values,
    check_types,
    check_inputs,
    check_strategy,
    check_references,
    check_used_scenarios,
    check_expressions,
    check_cycles,
    check_added_needs,
    check_reachable,
    check_loops,
    check_rehearsals,
    check_limits_of_agents,
    check_expectations,
    check_expected_steps,
    check_captions,
    check_model_classes,
    check_privacy,
    check_keys,
    check_complexity,
    check_limits_without_price,
    check_unused,
)

__all__ = ["CHECKS", "Inspection"]
