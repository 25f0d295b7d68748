"""Which model takes a call, and the receipt that says why."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

import pytest

from app.events import Candidate
from providers.catalogue import ModelFacts, lookup
from providers.routing import Need, Option, Out, Preference, choose, why_out


def facts_of(use: str) -> ModelFacts:
    facts = lookup(use)
    assert facts is not None
    return facts


def option(model: str, use: str, **state: Any) -> Option:
    facts = facts_of(use)
    return replace(Option(model, use, facts=facts, prices=facts.prices), **state)


SMART = option("smart", "anthropic/claude-opus-5-5", privacy="private")
QUICK = option("quick", "openai/gpt-6-luna")
LOCAL = option("local", "ollama/llama3.3", privacy="local")
UNKNOWN = Option("vllm", "openai-compatible/of-our-own")
ALL = (SMART, QUICK, LOCAL)


@pytest.mark.parametrize(
    ("prefer", "chosen"),
    [
        (("quality",), "smart"), (("speed",), "quick"), (("cost",), "local"), (("privacy",), "local"),
        (("quality", "cost"), "smart"), (("speed", "quality"), "quick"), (("cost", "speed"), "quick"), ((), "smart"),
    ],
)  # fmt: skip
def test_what_is_preferred_decides(prefer: tuple[Preference, ...], chosen: str) -> None:
    assert choose(ALL, Need(prefer=prefer)).chosen == chosen


def test_of_equals_the_first_in_the_file_is_chosen() -> None:
    twins = tuple(replace(SMART, model=name) for name in ("one", "two", "three"))
    assert choose(twins, Need(prefer=("cost", "quality"))).chosen == "one"
    assert choose(twins).chosen == "one"


@pytest.mark.parametrize(
    ("stands", "need", "out"),
    [
        (replace(SMART, allowed=False, has_key=False), Need(), "privacy"),
        (replace(SMART, has_key=False, tripped=True), Need(), "no key"),
        (replace(SMART, tripped=True), Need(input_tokens=10**9), "breaker"),
        (SMART, Need(input_tokens=1_000_001), "context"),
        (QUICK, Need(complexity="medium"), "capability"),
        (replace(SMART, facts=ModelFacts(use="x", tools=False)), Need(tools=True), "capability"),
        (replace(SMART, facts=ModelFacts(use="x", data=False)), Need(data=True), "capability"),
        (SMART, Need(input_tokens=1000, output_tokens=1000, at_most=0.01), "price"),
        (UNKNOWN, Need(at_most=100.0), "price"),
    ],
)
def test_each_reason_to_be_out_is_told_by_its_name(stands: Option, need: Need, out: Out) -> None:
    assert why_out(stands, need) == out
    routed = choose((stands, LOCAL), need)
    assert routed.candidates[0] == Candidate(stands.model, stands.use, 0.0, out)
    assert routed.chosen != stands.model


def test_every_reason_there_is_has_been_told() -> None:
    assert set(get_args(Out)) == {"privacy", "no key", "breaker", "context", "capability", "price"}


def test_a_model_that_nobody_knows_can_be_chosen_but_is_not_thought_cheap_or_quick() -> None:
    assert choose((UNKNOWN, SMART), Need(prefer=("cost",))).chosen == "smart"
    assert choose((UNKNOWN,), Need(complexity="high")).chosen == "vllm"
    assert why_out(UNKNOWN, Need(input_tokens=10**9, complexity="high")) is None


def test_a_fixed_model_is_taken_as_it_is_if_it_may_see_the_step() -> None:
    routed = choose((QUICK,), Need(complexity="high", prefer=("quality",)))
    assert (routed.chosen, routed.policy) == ("quick", "fixed")
    assert choose((replace(QUICK, allowed=False),)).chosen is None


def test_the_receipt_names_every_candidate_in_file_order_with_its_score() -> None:
    routed = choose((SMART, replace(QUICK, tripped=True), LOCAL), Need(prefer=("quality", "cost"), complexity="medium"))
    assert [(one.model, one.use, bool(one.score), one.out) for one in routed.candidates] == [
        ("smart", "anthropic/claude-opus-5-5", True, ""),
        ("quick", "openai/gpt-6-luna", False, "breaker"),
        ("local", "ollama/llama3.3", True, ""),
    ]
    assert all(0 <= one.score <= 1 for one in routed.candidates)
    assert routed.policy == "prefer quality, cost; complexity medium"


def test_what_else_is_on_offer_does_not_change_a_score() -> None:
    need = Need(prefer=("cost", "speed", "quality", "privacy"))
    alone = {one.model: choose((one,), need).candidates[0].score for one in ALL}
    assert alone == {one.model: one.score for one in choose(ALL, need).candidates}


def test_fallbacks_come_in_the_order_written_without_the_chosen_and_those_that_are_out() -> None:
    options = (SMART, QUICK, replace(LOCAL, allowed=False))
    routed = choose(options, Need(prefer=("quality",)), fallback=("local", "quick", "smart"))
    assert (routed.chosen, routed.fallbacks) == ("smart", ("quick",))


def test_a_model_kept_in_reserve_is_chosen_only_when_no_other_can() -> None:
    reserve = replace(SMART, reserve=True)
    assert choose((reserve, QUICK), Need(prefer=("quality",))).chosen == "quick"
    assert choose((reserve, replace(QUICK, tripped=True)), Need(prefer=("quality",))).chosen == "smart"


def test_when_all_are_out_nobody_is_chosen_and_the_receipt_says_why() -> None:
    routed = choose((replace(SMART, allowed=False), replace(QUICK, has_key=False)))
    assert routed.chosen is None
    assert [one.out for one in routed.candidates] == ["privacy", "no key"]
    assert choose(()).chosen is None
