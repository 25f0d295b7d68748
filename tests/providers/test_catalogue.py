"""What is known of models, and what calls cost."""

from __future__ import annotations

import subprocess
import sys

import pytest

from app.events import Prices, Usage
from corpus.commands import ROOT
from providers.catalogue import known_models, lookup
from providers.pricing import basis_of, cost_of, tariff_of, worst_cost, written_prices


@pytest.mark.parametrize(
    ("use", "known_as"),
    [
        ("anthropic/claude-sonnet-5-5", "anthropic/claude-sonnet-5-5"),
        ("anthropic/claude-sonnet-5-5-20261021", "anthropic/claude-sonnet-5-5"),
        ("anthropic/claude-sonnet-5-5-latest", "anthropic/claude-sonnet-5-5"),
        ("openai/gpt-5.5-2026-04-02", "openai/gpt-5.5"),
        ("OpenAI/GPT-6.1-Sol", "openai/gpt-6.1-sol"),
        ("gemini/models/gemini-2.5-pro", "gemini/gemini-2.5-pro"),
        ("gemini/gemini-2.5-flash-lite-preview-09-2026", "gemini/gemini-2.5-flash-lite"),
        ("rehearsal/any", "rehearsal/understudy"),
    ],
)
def test_a_model_is_found_by_its_name_and_by_its_dated_ones(use: str, known_as: str) -> None:
    facts = lookup(use)
    assert facts is not None
    assert facts.use == known_as


@pytest.mark.parametrize(
    "use",
    ["openai/gpt-5.5-pro", "openai/gpt-5.5-cyber", "anthropic/claude-sonnet-5", "anthropic/gpt-5.5", "openai/", "x",
     "openai-compatible/gpt-5.5", ""],
)  # fmt: skip
def test_a_namesake_is_not_taken_for_it(use: str) -> None:
    assert lookup(use, "https://elsewhere.example.com/v1" if "compatible" in use else None) is None


@pytest.mark.parametrize(
    ("use", "base_url"),
    [
        ("ollama/qwen3:8b", None),
        ("ollama/of-our-own", None),
        ("openai-compatible/of-our-own", "http://127.0.0.1:8000/v1"),
        ("openai-compatible/of-our-own", "http://localhost/v1"),
        ("openai-compatible/of-our-own", "http://[::1]:80/v1"),
    ],
)
def test_what_runs_on_this_machine_costs_nothing(use: str, base_url: str | None) -> None:
    tariff = tariff_of(use, base_url)
    assert tariff is not None
    assert cost_of(Usage(input=10**6, cache_read=10**6, cache_write=10**6, output=10**6), tariff(10**6, 0.0)) == 0
    facts = lookup(use, base_url)
    assert facts is not None
    assert facts.use == use


def test_every_model_of_the_catalogue_is_sound() -> None:
    assert len(known_models()) >= 15
    for facts in known_models():
        assert facts.prices is not None
        assert facts.prices.source
        assert facts.prices.cache_read <= facts.prices.input <= facts.prices.output
        assert 0 < facts.max_output < facts.context
        assert 5 < facts.speed < 500


def test_each_bucket_has_its_own_price() -> None:
    prices = Prices(input=3.0, output=15.0, cache_read=0.3, cache_write=3.75)
    usage = Usage(input=1000, output=200, cache_read=50_000, cache_write=4000)
    assert cost_of(usage, prices) == pytest.approx(0.003 + 0.003 + 0.015 + 0.015)
    assert cost_of(Usage(), prices) == 0
    assert cost_of(usage, None) == 0


def test_the_worst_case_is_never_below_what_it_cost() -> None:
    for facts in known_models():
        for usage in (Usage(input=900, output=100), Usage(cache_write=900, output=100), Usage(cache_read=900)):
            assert cost_of(usage, facts.prices) <= worst_cost(900, 100, facts.prices)


def test_a_price_that_somebody_wrote_comes_first_and_its_cache_is_not_cheaper_than_they_said() -> None:
    written = written_prices(5.0, 20.0)
    tariff = tariff_of("anthropic/claude-sonnet-5-5", None, written)
    assert tariff is not None
    assert tariff(1000, 0.0) == written
    assert (written.cache_read, written.cache_write) == (5.0, 5.0)
    assert written_prices(5.0, 20.0, 0.5, 6.0).cache_read == 0.5
    assert tariff_of("openai/nobody-knows") is None


def test_a_cost_says_how_far_it_can_be_trusted() -> None:
    known = Prices(input=1.0)
    assert basis_of(known, told=True) == "exact"
    assert basis_of(known, told=False) == "estimated"
    assert basis_of(None, told=True) == "unpriced"
    assert basis_of(known, told=False, rehearsed=True) == "rehearsed"
    assert basis_of(None, told=False, rehearsed=True) == "unpriced"


def test_routing_and_prices_load_no_sdk_no_network_and_no_loop() -> None:
    program = (
        "import sys, providers.routing, providers.breaker, providers.limiter, providers.tokens, providers.understudy;"
        "print(sorted({'httpx', 'asyncio', 'openai', 'anthropic', 'ollama', 'genai_prices', 'pydantic', 'yaml'}"
        " & set(sys.modules)), sorted(name for name in sys.modules if name.startswith('app.')))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded, ours = done.stdout.strip().split("] [")
    assert loaded == "["
    assert all(name.strip("'] ").startswith(("app.events", "app.state")) for name in ours.split(", "))
