"""Which model takes a call, and the receipt that says why."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from msgspec.structs import replace

from app.events import Candidate
from providers.catalogue import ModelFacts, lookup
from providers.pricing import worst_cost
from providers.routing import ENOUGH, Experience, Need, Option, Out, Preference, choose, why_out


def facts_of(use: str) -> ModelFacts:
    facts = lookup(use)
    assert facts is not None
    return facts


def option(model: str, use: str, **state: Any) -> Option:
    facts = facts_of(use)
    cost = worst_cost(1000, 500, facts.prices)
    known = Option(
        model, use, facts=facts, window=facts.context, most_output=500, usual_usd=cost, worst_usd=round(cost, 9)
    )
    return replace(known, **state)


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
    ("stands", "need", "out", "note"),
    [
        (replace(QUICK, why_not="x"), Need(privacy="private"), "privacy", "it is public, and this is private"),
        (SMART, Need(privacy="local"), "privacy", "it is private, and this is local"),
        (replace(QUICK, why_not="OPENAI_API_KEY is not set", tripped=9), Need(), "no key", "OPENAI_API_KEY is not set"),
        (replace(QUICK, tripped=24.2), Need(input_tokens=10**9), "breaker",
         "it has failed too often; the next try is in 25 s"),
        (SMART, Need(input_tokens=1_051_700), "context",
         "its window is 1,000,000 tokens, this needs about 1,100,000"),
        (replace(LOCAL, model="short", window=40_960), Need(window_above=40_960), "context",
         "its window is 40,960 tokens, and 40,960 were not enough"),
        (QUICK, Need(complexity="medium"), "capability", "it is for low complexity, this is medium"),
        (replace(QUICK, facts=ModelFacts(use="x", tools=False)), Need(tools=True), "capability",
         "it cannot ask for tools"),
        (replace(QUICK, facts=ModelFacts(use="x", data=False)), Need(data=True), "capability",
         "it cannot be held to a schema"),
        (SMART, Need(at_most=0.01), "price", "$0.0150 at most, over the $0.0100 that are left"),
        (UNKNOWN, Need(at_most=100.0), "price", "nobody knows its price, and $100.00 are left"),
        (replace(QUICK, failed=("overloaded", "openai said 529")), Need(), "overloaded", "openai said 529"),
    ],
)  # fmt: skip
def test_each_reason_to_be_out_is_told_by_its_name_and_in_words(
    stands: Option, need: Need, out: Out, note: str
) -> None:
    assert why_out(stands, need) == (out, note)
    routed = choose((stands, LOCAL), need)
    assert routed.candidates[0] == Candidate(stands.model, stands.use, 0.0, out, note=note)
    assert routed.chosen != stands.model


def test_every_reason_there_is_has_been_told() -> None:
    assert set(get_args(Out)) == {"privacy", "no key", "breaker", "context", "capability", "price"}


def test_a_model_that_nobody_knows_can_be_chosen_but_is_not_thought_cheap_or_quick() -> None:
    assert choose((UNKNOWN, SMART), Need(prefer=("cost",))).chosen == "smart"
    assert choose((UNKNOWN,), Need(complexity="high")).chosen == "vllm"
    assert why_out(UNKNOWN, Need(input_tokens=10**9, window_above=10**9, complexity="low")) is None


def test_a_fixed_model_is_taken_as_it_is_if_it_may_see_the_step() -> None:
    routed = choose((QUICK,), Need(complexity="high", prefer=("quality",)))
    assert (routed.chosen, routed.policy) == ("quick", "fixed")
    assert choose((QUICK,), Need(input_tokens=10**9, at_most=0.0)).chosen == "quick"
    assert choose((QUICK,), Need(privacy="private")).chosen is None


def test_the_receipt_names_every_candidate_in_file_order_with_its_score() -> None:
    routed = choose((SMART, replace(QUICK, tripped=5.0), LOCAL), Need(prefer=("quality", "cost"), complexity="medium"))
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


def test_a_model_kept_in_reserve_is_chosen_only_when_no_other_can() -> None:
    reserve = replace(SMART, reserve=True)
    assert choose((reserve, QUICK), Need(prefer=("quality",))).chosen == "quick"
    assert choose((reserve, replace(QUICK, tripped=5.0)), Need(prefer=("quality",))).chosen == "smart"


def test_when_all_are_out_nobody_is_chosen_and_the_receipt_says_why() -> None:
    routed = choose((QUICK, replace(SMART, why_not="ANTHROPIC_API_KEY is not set")), Need(privacy="private"))
    assert routed.chosen is None
    assert [one.out for one in routed.candidates] == ["privacy", "no key"]
    assert choose(()).chosen is None


def test_what_speaks_for_a_model_is_noted() -> None:
    learned = Experience(41, success=0.976, first_ms=300, speed=61.6)
    notes = [choose((one,)).candidates[0].note for one in (SMART, LOCAL, UNKNOWN, replace(SMART, learned=learned))]
    assert notes == [
        "$0.0150 at most, 50 tokens/s",
        "free, 12 tokens/s",
        "nobody knows its price",
        "$0.0150 at most, 62 tokens/s, 98 % of 41 calls",
    ]


def test_what_is_too_dear_or_too_weak_is_better_than_nothing_and_the_weak_one_comes_last() -> None:
    need = Need(prefer=("cost",), complexity="high", at_most=0.001)
    assert choose((SMART, QUICK), need).chosen == "smart"
    assert choose((replace(SMART, tripped=9.0), QUICK), need).chosen == "quick"
    assert choose((SMART, QUICK), replace(need, complexity=None)).chosen == "quick"
    assert choose((SMART, QUICK), need).policy == "prefer cost; complexity high"


def test_when_none_is_able_enough_the_ablest_is_taken_and_that_is_said() -> None:
    medium = replace(QUICK, model="medium", facts=ModelFacts(tier="medium"), usual_usd=1.0)
    need = Need(prefer=("cost",), complexity="high")
    routed = choose((QUICK, UNKNOWN, medium), need)
    assert routed.chosen == "medium"
    told = "prefer cost; complexity high: none of them is known for it, the ablest that can was taken"
    assert routed.policy == told
    assert routed.remark == "no model that can take it is known for high complexity; medium is the ablest"
    assert [one.note.rpartition(", ")[2] for one in routed.candidates] == [
        "for low complexity", "for nobody knows which complexity", "for medium complexity",
    ]  # fmt: skip
    assert choose((SMART, QUICK), need).remark == ""


def test_what_nobody_knows_is_thought_abler_than_the_low_and_less_able_than_the_medium() -> None:
    medium = replace(QUICK, model="medium", facts=ModelFacts(tier="medium"))
    assert choose((QUICK, UNKNOWN), Need(prefer=("cost",), complexity="medium")).chosen == "vllm"
    assert choose((UNKNOWN, medium), Need(prefer=("speed",), complexity="medium")).chosen == "medium"
    assert why_out(UNKNOWN, Need(complexity="medium")) == (
        "capability",
        "nobody knows how hard its work may be, and this is medium",
    )


def test_what_was_learned_takes_the_place_of_the_catalogue_when_there_is_enough_of_it() -> None:
    need = Need(prefer=("speed",))
    slow = replace(QUICK, learned=Experience(ENOUGH, speed=2.0))
    assert choose((QUICK, SMART), need).chosen == "quick"
    assert choose((slow, SMART), need).chosen == "smart"
    assert choose((replace(slow, learned=Experience(ENOUGH - 1, speed=2.0)), SMART), need).chosen == "quick"


def test_of_equals_the_one_whose_calls_fail_is_not_chosen() -> None:
    shaky = replace(SMART, learned=Experience(20, success=0.2))
    for prefer in get_args(Preference):
        assert choose((shaky, replace(SMART, model="twin")), Need(prefer=(prefer,))).chosen == "twin"


def test_whose_calls_fail_counts_as_dearer_and_slower_and_no_less_able() -> None:
    shaky = replace(SMART, usual_usd=0.01, learned=Experience(20, success=0.5, speed=60.0))
    sound = replace(SMART, usual_usd=0.02, learned=Experience(20, success=1.0, speed=30.0))
    for prefer in get_args(Preference):
        scores = [one.score for one in choose((shaky, sound), Need(prefer=(prefer,))).candidates]
        assert scores[0] == scores[1]


@pytest.mark.parametrize("usd", [0.0, 0.000002, 0.002, 0.2])
def test_failures_never_make_the_router_pick_what_is_many_times_dearer_than_the_cheapest(usd: float) -> None:
    cheap = replace(QUICK, model="cheap", usual_usd=usd, learned=Experience(20, success=0.0))
    dear = replace(SMART, model="dear", usual_usd=max(usd, 0.000002) * 5, learned=Experience(20, success=1.0))
    assert choose((cheap, dear), Need(prefer=("cost",))).chosen == "cheap"


def test_why_a_dearer_one_was_chosen_is_noted_where_cost_is_what_is_preferred() -> None:
    cheap = replace(QUICK, model="cheap", usual_usd=0.001, learned=Experience(20, success=0.3))
    dear = replace(QUICK, model="dear", usual_usd=0.002)
    routed = choose((cheap, dear), Need(prefer=("cost",)))
    assert routed.chosen == "dear"
    assert routed.candidates[1].note.endswith("; dearer than cheap, which has to be asked again more often")
    abler = replace(SMART, model="abler", usual_usd=0.0002)
    routed = choose((replace(cheap, usual_usd=0.0001, learned=None), abler), Need(prefer=("cost", "quality")))
    assert routed.chosen == "abler"
    assert routed.candidates[1].note.endswith("; dearer than cheap, and better by what is preferred next")
