"""What calls cost: by whose prices, at which moment, for prompts of which length; and the same as genai-prices says."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import genai_prices
import pytest

from app.events import Prices, Usage
from app.state.spending import OWN_MACHINE
from corpus.commands import ROOT
from providers import price_list
from providers.base import Endpoint
from providers.catalogue import built_in, known_models, service_of
from providers.pricing import cost_of, is_in_doubt, tariff_of, worst_cost, written_prices
from providers.wires.anthropic_answer import AnthropicAnswer
from providers.wires.chat_completions import Reader as ChatReader
from providers.wires.gemini_answer import GeminiAnswer
from providers.wires.responses import Reader as ResponsesReader

NOVEMBER = datetime(2026, 11, 21, 12, tzinfo=UTC).timestamp()
LATER = datetime(2027, 6, 1, 12, tzinfo=UTC).timestamp()  # when all that is dated now has come
HERE = Endpoint("openai", "https://api.example.com/v1")


@pytest.fixture(autouse=True, scope="module")
def _todays_list() -> None:
    price_list.load_now()


def today(use: str, read: int = 1000, at: float = NOVEMBER) -> Prices:
    tariff = tariff_of(use, today=True)
    assert tariff is not None, use
    return tariff(read, at)


def hosted() -> list[str]:
    return [facts.use for facts in known_models() if price_list.may_know(facts.use)]


# Whose price counts


def test_the_catalogue_has_the_prices_of_genai_prices_as_they_will_stay() -> None:
    assert len(hosted()) >= 15
    for facts in known_models():
        if facts.use in hosted():
            listed = price_list.listed(facts.use)
            assert listed is not None, facts.use
            assert listed(0, LATER) == Prices(**_figures(facts.prices), source=listed(0, LATER).source), facts.use


def test_a_window_of_the_catalogue_is_the_one_that_genai_prices_tells() -> None:
    for facts in known_models():
        if facts.use in hosted():
            service = service_of(facts.use)
            assert service is not None
            told = genai_prices.calc_price(
                genai_prices.Usage(), facts.use.partition("/")[2], provider_id=service.prices
            ).model
            assert told.context_window in (None, facts.context), facts.use


def test_a_live_run_asks_todays_list_and_a_rehearsal_the_catalogue() -> None:
    assert today("gemini/gemini-4-argon").source == f"genai-prices {genai_prices.__version__}"
    assert today("gemini/gemini-4-argon").input == 2
    rehearsed = tariff_of("gemini/gemini-4-argon")
    assert rehearsed is not None
    assert rehearsed(1000, NOVEMBER).input == 4
    assert rehearsed(1000, NOVEMBER).source == built_in().source


def test_a_rehearsal_asks_todays_list_for_what_the_catalogue_lacks() -> None:
    rehearsed = tariff_of("deepseek/deepseek-chat")
    assert rehearsed is not None
    assert rehearsed(0, NOVEMBER).source.startswith("genai-prices ")


def test_what_the_scenario_says_comes_before_all_else() -> None:
    written = written_prices(5.0, 20.0)
    for use, base_url in (("openai/gpt-5.5", None), ("ollama/qwen3", None), ("openai-compatible/x", "http://[::1]/v1")):
        tariff = tariff_of(use, base_url, written, today=True)
        assert tariff is not None
        assert tariff(10**6, NOVEMBER) == written


def test_ones_own_models_yaml_comes_before_every_list_and_before_the_rule_for_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTLIGHTS_CONFIG", str(tmp_path))
    (tmp_path / "models.yaml").write_text(
        "models:\n"
        "  openai/gpt-5.5: {prices: {input: 1, output: 2}}\n"
        "  ollama/qwen3: {prices: {input: 0.01, output: 0.02}}\n"
        "  openai-compatible/ours: {prices: {input: 7, output: 8, cache_read: 1}}\n"
    )
    assert (today("openai/gpt-5.5").input, today("openai/gpt-5.5").source) == (1, "your models.yaml")
    assert today("ollama/qwen3").output == 0.02
    tariff = tariff_of("openai-compatible/ours", "https://models.example.com/v1", today=True)
    assert tariff is not None
    assert tariff(0, 0.0) == Prices(input=7, output=8, cache_read=1, cache_write=7, source="your models.yaml")


@pytest.mark.parametrize("use", ["ollama/deepseek-r1:8b", "ollama/command-r", "ollama/gpt-oss:20b"])
def test_a_local_namesake_of_a_hosted_model_costs_nothing(use: str) -> None:
    assert today(use) == Prices(source=OWN_MACHINE)


@pytest.mark.parametrize(
    ("use", "base_url"),
    [
        ("ollama/gpt-oss:120b-cloud", None),  # Ollama hands it on to its own service
        ("ollama/glm-4.6:cloud", None),
        ("ollama/gpt-oss:120b-CLOUD", None),
        ("openai/nobody-has-heard-of-it", "http://127.0.0.1:8000/v1"),  # whatever listens there, somebody else works
        ("ollama/qwen3", "http://192.168.1.7:11434"),
        ("openai-compatible/gpt-5.5", "https://elsewhere.example.com/v1"),
        ("openai/nobody-has-heard-of-it", None),
        ("openai/text-embedding-3-large", None),  # writes nothing
        ("nobody/x", None),
    ],
)
def test_where_nobody_knows_there_is_no_price(use: str, base_url: str | None) -> None:
    assert tariff_of(use, base_url, today=True) is None


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:8000/v1", "http://localhost", "http://[::1]:1/v1"])
def test_somebody_elses_service_costs_the_same_through_a_gateway_on_this_machine(base_url: str) -> None:
    direct, through = tariff_of("openai/gpt-5.5", today=True), tariff_of("openai/gpt-5.5", base_url, today=True)
    assert direct is not None
    assert through is not None
    assert through(100, 0.0) == direct(100, 0.0) != Prices(source=OWN_MACHINE)


def test_todays_list_is_wanted_only_where_it_has_a_say() -> None:
    assert is_in_doubt("openai/gpt-5.5", today=True)
    assert not is_in_doubt("openai/gpt-5.5")
    assert is_in_doubt("openai/gpt-nobody-knows")
    assert not is_in_doubt("ollama/qwen3", today=True)
    assert not is_in_doubt("openai-compatible/x", "https://elsewhere.example.com/v1", today=True)
    assert not is_in_doubt("rehearsal/understudy", today=True)


def test_it_is_loaded_when_it_is_asked_for_and_never_before() -> None:
    program = (
        "import asyncio, sys; from providers import price_list, pricing;"
        "before = pricing.tariff_of('openai/gpt-5.5', today=True)(0, 0.0).source;"
        "print('genai_prices' in sys.modules, before);"
        "asyncio.run(price_list.load());"
        "print(pricing.tariff_of('openai/gpt-5.5', today=True)(0, 0.0).source)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [f"False {built_in().source}", f"genai-prices {genai_prices.__version__}"]


# At which moment, for which prompt


def test_a_long_prompt_is_dearer_as_a_whole() -> None:
    assert today("openai/gpt-5.5", 272_000).input == 5
    assert today("openai/gpt-5.5", 272_001) == Prices(
        input=10, output=45, cache_read=1, cache_write=10, source=today("openai/gpt-5.5").source
    )


def test_a_price_is_that_of_the_day_and_the_hour() -> None:
    december = datetime(2026, 12, 1, tzinfo=UTC).timestamp()
    assert [today("gemini/gemini-4-argon", at=at).input for at in (december - 1, december)] == [2, 4]
    night, day = (datetime(2026, 11, 21, hour, tzinfo=UTC).timestamp() for hour in (20, 12))
    assert today("deepseek/deepseek-chat", at=night).output * 2 == today("deepseek/deepseek-chat", at=day).output


def test_a_cache_without_a_price_costs_as_much_as_what_is_read_fresh() -> None:
    assert today("openai/gpt-5.4-mini").cache_write == today("openai/gpt-5.4-mini").input


def test_the_worst_case_is_never_below_what_a_call_costs() -> None:
    chance = random.Random(5)
    for use in hosted():
        for _ in range(50):
            usage = _usage(chance)
            read = usage.total - usage.output
            prices = today(use, read)
            assert cost_of(usage, prices) <= worst_cost(read, usage.output, prices) + 1e-12


# The same as genai-prices says


def test_every_call_costs_what_genai_prices_reckons() -> None:
    chance = random.Random(7)
    more = ("deepseek/deepseek-chat", "mistral/mistral-large-latest", "openrouter/anthropic/claude-sonnet-4.5")
    for use in [*hosted(), *more]:
        service = service_of(use)
        assert service is not None
        for _ in range(40):
            usage, at = _usage(chance), NOVEMBER + chance.randrange(400 * 86400)
            theirs = genai_prices.calc_price(
                genai_prices.Usage(
                    input_tokens=usage.total - usage.output,
                    cache_read_tokens=usage.cache_read,
                    cache_write_tokens=usage.cache_write,
                    output_tokens=usage.output,
                ),
                use.partition("/")[2],
                provider_id=service.prices,
                genai_request_timestamp=datetime.fromtimestamp(at, UTC),
            )
            ours = cost_of(usage, today(use, usage.total - usage.output, at))
            assert ours == pytest.approx(float(theirs.total_price), rel=1e-12), (use, usage)


def _chat(usage: Usage) -> Any:
    read = usage.total - usage.output
    return {
        "prompt_tokens": read,
        "completion_tokens": usage.output,
        "total_tokens": usage.total,
        "prompt_tokens_details": {"cached_tokens": usage.cache_read, "cache_write_tokens": usage.cache_write},
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning},
    }


def _responses(usage: Usage) -> Any:
    read = usage.total - usage.output
    return {
        "input_tokens": read,
        "output_tokens": usage.output,
        "total_tokens": usage.total,
        "input_tokens_details": {"cached_tokens": usage.cache_read, "cache_write_tokens": usage.cache_write},
        "output_tokens_details": {"reasoning_tokens": usage.reasoning},
    }


def _anthropic(usage: Usage) -> Any:
    return {
        "input_tokens": usage.input,
        "cache_read_input_tokens": usage.cache_read,
        "cache_creation_input_tokens": usage.cache_write,
        "output_tokens": usage.output,
        "output_tokens_details": {"thinking_tokens": usage.reasoning},
    }


def _gemini(usage: Usage) -> Any:
    return {
        "promptTokenCount": usage.input + usage.cache_read,
        "cachedContentTokenCount": usage.cache_read,
        "candidatesTokenCount": usage.output - usage.reasoning,
        "thoughtsTokenCount": usage.reasoning,
        "totalTokenCount": usage.total,
    }


def _read_chat(told: Any) -> Iterator[Any]:
    yield from ChatReader(HERE, "m").read({"choices": [], "usage": told})


def _read_responses(told: Any) -> Iterator[Any]:
    response = {"id": "r", "status": "completed", "output": [], "usage": told}
    yield from ResponsesReader(HERE, "m").read({"type": "response.completed", "response": response})


def _read_anthropic(told: Any) -> Iterator[Any]:
    reader = AnthropicAnswer(HERE)
    begun = {**told, "output_tokens": 1}
    yield from reader.read({"type": "message_start", "message": {"id": "m", "model": "m", "usage": begun}})
    yield from reader.read({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": told})
    yield from reader.read({"type": "message_stop"})
    yield from reader.end(False)


def _read_gemini(told: Any) -> Iterator[Any]:
    reader = GeminiAnswer(HERE)
    content = {"parts": [{"text": "Hi."}], "role": "model"}
    message = {"candidates": [{"content": content, "finishReason": "STOP"}], "usageMetadata": told}
    yield from reader.read(message)
    yield from reader.end(False)


@pytest.mark.parametrize(
    ("provider", "flavour", "model", "tell", "read", "root"),
    [
        ("openai", "chat", "gpt-6.1-sol", _chat, _read_chat, "usage"),
        ("openai", "responses", "gpt-6.1-sol", _responses, _read_responses, "usage"),
        ("anthropic", "default", "claude-sonnet-5-5", _anthropic, _read_anthropic, "usage"),
        ("google", "default", "gemini-3.8-flash", _gemini, _read_gemini, "usageMetadata"),
    ],
)
def test_what_a_service_tells_is_read_and_priced_as_genai_prices_does(
    provider: str,
    flavour: str,
    model: str,
    tell: Callable[[Usage], Any],
    read: Callable[[Any], Iterator[Any]],
    root: str,
) -> None:
    chance = random.Random(11)
    for _ in range(60):
        meant = _usage(chance)
        if provider == "google":
            meant = Usage(**{**_buckets(meant), "cache_write": 0})
        told = tell(meant)
        ours = [chunk.usage for chunk in read(told) if chunk.usage is not None][-1]
        assert ours == meant
        body = {root: told, "model": model, "modelVersion": model}
        theirs = genai_prices.extract_usage(body, provider_id=provider, api_flavor=flavour).usage
        assert theirs.input_tokens == ours.total - ours.output
        assert theirs.output_tokens == ours.output
        use = f"{'gemini' if provider == 'google' else provider}/{model}"
        price = genai_prices.calc_price(
            theirs,
            model,
            provider_id=provider,
            genai_request_timestamp=datetime.fromtimestamp(NOVEMBER, UTC),
        ).total_price
        assert cost_of(ours, today(use, ours.total - ours.output)) == pytest.approx(float(price), rel=1e-12)


def _usage(chance: random.Random) -> Usage:
    """Any use, with prompts around the lengths at which prices change."""
    fresh = chance.choice((1, 900, 150_000, 199_999, 272_000, 600_000)) + chance.randrange(3)
    output = chance.randrange(1, 20_000)
    return Usage(
        input=fresh,
        cache_read=chance.choice((0, 0, 1, 50_000)),
        cache_write=chance.choice((0, 0, 1, 4_000)),
        output=output,
        reasoning=chance.choice((0, output // 3)),
    )


def _buckets(usage: Usage) -> dict[str, int]:
    return {name: getattr(usage, name) for name in ("input", "cache_read", "cache_write", "output", "reasoning")}


def _figures(prices: Prices | None) -> dict[str, float]:
    assert prices is not None
    return {name: getattr(prices, name) for name in ("input", "output", "cache_read", "cache_write")}


def test_what_a_live_call_is_charged_is_told_by_whoever_is_asked_first() -> None:
    from providers.pricing import live_prices

    prices = {use: live_prices(use) for use in ("openai/gpt-5-mini", "ollama/qwen3", "openai-compatible/nobody")}
    assert {use: found and found.source.partition(" ")[0] for use, found in prices.items()} == {
        "openai/gpt-5-mini": "genai-prices",
        "ollama/qwen3": "runs",
        "openai-compatible/nobody": None,
    }
