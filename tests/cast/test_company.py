"""Everybody who was asked for is there, by the name they were asked for by, and so is what they should perform."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.cast import Registry
from app.settings import Folder
from corpus.bundled import ALL, loaded
from corpus.commands import ROOT

ASKED = {
    "a core for business": """
        market_research_001 data_analytics_001 strategic_planning_001 content_generation_001 creative_design_001
        campaign_orchestration_001 seo_optimization_001 trading_strategy_001 gaming_experience_001 code_generation
        devops_automation technical_documentation customer_engagement sales_intelligence financial_analytics
        community_management master_orchestrator competitive_intel ecommerce_sourcing ecommerce_operations
        inventory_logistics crisis_response performance_review""",
    "software together": "cto frontend_developer backend_developer qa_engineer devops_engineer",
    "the operations loop": "insight triage monitor fix learn",
    "delivery": """
        development_orchestrator code_generation_agent testing_agent documentation_agent deployment_manager
        documentation_deployment model_deployment review_agent forecasting_agent""",
    "sectors": """
        auto_vehicle_broker business_acquisition_manager customer_success executive_support freight_dispatcher
        healthcare_compliance hr marketing medical_coding operations purchaser sales customer_support
        care_coordinator appointment_scheduler documentation_writer imaging_analyst diagnostic_assistant
        treatment_planner inventory_monitor route_optimiser maintenance_predictor disruption_adjuster
        demand_forecaster resume_screener candidate_matcher interview_scheduler performance_analyst
        engagement_monitor market_analyst content_creator campaign_optimiser customer_behaviour_predictor
        framework_watcher document_analyst compliance_verifier risk_assessor support_router threat_watcher""",
}
IDS = tuple(name for names in ASKED.values() for name in names.split())
# The rows of what was asked for that have to be performed: templates, demonstrations, loops and sectors.
ROWS = {
    *(f"biz-{number:02}" for number in range(1, 13)),
    *(f"aios-{number:02}" for number in range(1, 11)),
    *(f"col-{number:02}" for number in range(1, 11)),
    *(f"3ai-{number:02}" for number in range(1, 19)),
}
REPERTOIRE = (ROOT / "docs" / "repertoire.md").read_text(encoding="utf-8")
REGISTRY = Registry((Folder("built in", ROOT / "agents"),))


def test_eighty_one_were_asked_for() -> None:
    assert len(IDS) == len(set(IDS)) == 81


@pytest.mark.parametrize("name", IDS)
def test_whoever_was_asked_for_is_found_by_that_name(name: str) -> None:
    entry = REGISTRY.find(name)
    assert entry is not None and entry.card is not None
    assert name in (entry.card.id, *entry.card.aka)


def test_the_repertoire_names_a_play_for_every_row_and_every_play_is_there() -> None:
    told = dict(re.findall(r"^\| ((?:biz|aios|col|auto|3ai)-\d\d) .*\| (.+?) \|$", REPERTOIRE, re.MULTILINE))
    assert set(told) >= ROWS
    there = {f"{path.parent.name}/{path.stem}" for path in ALL}
    named = {play for plays in told.values() for play in re.findall(r"`([a-z0-9-]+/[a-z0-9-]+)`", plays)}
    assert named <= there
    assert all(re.search(r"`[a-z0-9-]+/[a-z0-9-]+`", plays) for plays in told.values())


@pytest.mark.parametrize("play", ALL, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_those_who_appear_together_can_be_told_apart(play: Path) -> None:
    scenario = loaded(play).scenario
    assert scenario is not None
    signs = []
    for agent in scenario.agents.values():
        entry = REGISTRY.find(agent.card) if agent.card else None
        card = entry.card if entry else None
        signs.append((agent.glyph or (card.glyph if card else "●"), agent.color or (card.color if card else "white")))
    assert len(set(signs)) == len(signs)


def test_every_company_has_at_least_two_plays_and_a_page_of_its_own() -> None:
    companies = {entry.card.company for entry in REGISTRY.entries() if entry.card}
    for company in companies:
        assert sum(path.parent.name == company for path in ALL) >= 2, company
        assert f"<!-- table: plays of {company} -->" in (ROOT / "docs" / "company" / f"{company}.md").read_text()
