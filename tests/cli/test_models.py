"""`footlights models` tells who serves models and what they cost, and tries one for real, with little money."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.commands import Outcome
from corpus.stub import Answer, Asked, Stub
from corpus.wires import NAMED
from providers import keys
from providers.base import ToolCall
from providers.catalogue import built_in

Perform = Callable[..., Outcome]
CHAT = NAMED["chat"]


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (name for service in built_in().services.values() for name in (*service.keys, service.address)):
        if name:
            monkeypatch.delenv(name, raising=False)
            monkeypatch.delenv(f"{name}_FILE", raising=False)
    monkeypatch.setattr(keys, "_GIVEN", {})


def write_own(tmp_path: Path, text: str) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "models.yaml").write_text(text)


def test_all_services_and_models_are_listed(perform: Perform) -> None:
    shown = perform("models")
    assert (shown.code, shown.err) == (0, "")
    for word in (*built_in().services, "openai/gpt-6-luna", "needs OPENAI_API_KEY", "api.openai.com", "50.00"):
        assert word in shown.out
    assert re.search(r"^ollama +not asked ", shown.out, re.MULTILINE)
    assert shown.out.endswith("1 of 11 services ready, 1 not asked\n")


def test_json_holds_the_same(perform: Perform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "canary-of-the-key")
    shown = perform("models", "--json")
    told = json.loads(shown.out)
    assert "canary" not in shown.out
    services = {service["name"]: service for service in told["services"]}
    assert (services["openai"]["ready"], services["openai"]["key"]) == (True, "OPENAI_API_KEY in the environment")
    assert (services["groq"]["ready"], services["groq"]["why"]) == (False, "GROQ_API_KEY is not set")
    models = {model["use"]: model for model in told["models"]}
    assert models["openai/gpt-6-luna"]["ready"]
    assert not models["anthropic/claude-haiku-4-5"]["ready"]
    assert models["anthropic/claude-haiku-4-5"]["prices"]["output"] == 5


def test_a_model_and_a_service_are_told_whole(perform: Perform) -> None:
    model = perform("models", "openai/gpt-6.1-sol").out
    for word in (
        "1,050,000 tokens",
        "$2.00 for a million",
        "$0.10",
        "not ready",
        "export OPENAI_API_KEY",
        "smart: {use:",
    ):
        assert word in model
    service = perform("models", "gemini").out
    assert "GEMINI_API_KEY or GOOGLE_API_KEY" in service
    assert "gemini/gemini-2.5-flash-lite" in service
    assert "of late" not in model
    assert "nothing is known of it" in perform("models", "openai/gpt-of-tomorrow").out


def test_a_name_that_is_not_there_is_answered_with_the_nearest(perform: Perform) -> None:
    shown = perform("models", "opnai/gpt-5.5")
    assert shown.code == 2
    assert 'there is no service "opnai"' in shown.err
    assert 'did you mean "openai/gpt-5.5"?' in shown.err


def test_a_file_of_my_own_adds_to_it(perform: Perform, tmp_path: Path) -> None:
    write_own(
        tmp_path,
        'services: {house: {title: Ours, adapter: compatible, base_url: "http://127.0.0.1:9/v1"}}\n'
        "models: {house/qwen: {tier: high}, openai/gpt-6-luna: {prices: {input: 0.07, output: 0.3}}}\n",
    )
    told = json.loads(perform("models", "--json").out)
    services = {service["name"]: service for service in told["services"]}
    assert (services["house"]["privacy"], services["house"]["ready"]) == ("local", True)
    models = {model["use"]: model for model in told["models"]}
    assert models["house/qwen"]["tier"] == "high"
    assert models["openai/gpt-6-luna"]["prices"]["source"] == "your models.yaml"
    assert models["openai/gpt-6-luna"]["context"] == 1_050_000


def test_a_damaged_file_of_my_own_is_shown_at_its_place(perform: Perform, tmp_path: Path) -> None:
    write_own(tmp_path, "services:\n  house: {adaptor: compatible}\n")
    shown = perform("models")
    assert shown.code == 2
    assert "models.yaml:2:11" in shown.err
    assert 'did you mean "adapter"?' in shown.err
    assert "Traceback" not in shown.err


def test_with_a_damaged_file_of_my_own_no_live_run_begins_and_a_rehearsal_does(
    perform: Perform, tmp_path: Path
) -> None:
    write_own(tmp_path, "models: {openai/gpt-6-luna: {tier: hihg}}\n")
    live = perform("run", "hello")
    assert live.code == 2
    assert "models.yaml:1:36" in live.err
    assert 'did you mean "high"?' in live.err
    assert perform("run", "hello", "--rehearse", "--quiet").code == 0
    assert perform("check", "hello").code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("test",), "which model is there to test?"),
        (("openai", "more"), "takes one NAME"),
        (("test", "openai-compatible"), "name one: openai-compatible/MODEL"),
        (("test", "nobody/x"), 'there is no service "nobody"'),
        (("pull", "openai/gpt-5.5"), "only Ollama fetches models"),
        (("test", "x", "--limit", "free"), "is no limit"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_can(words: tuple[str, ...], said: str, perform: Perform) -> None:
    shown = perform("models", *words)
    assert shown.code == 2
    assert said in shown.err


def test_without_a_key_nothing_is_asked(perform: Perform) -> None:
    shown = perform("models", "test", "openai")
    assert shown.code == 2
    assert "OPENAI_API_KEY is not set" in shown.err


def test_a_key_may_come_from_a_file_that_is_named(perform: Perform, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("OPENAI_API_KEY='canary-of-the-key'\n")
    file.chmod(0o644)
    shown = perform("models", "--json", "--env-file", str(file))
    [openai] = [service for service in json.loads(shown.out)["services"] if service["name"] == "openai"]
    assert openai["key"] == f"OPENAI_API_KEY in {file}"
    assert f"chmod 600 '{file}'" in shown.err
    assert "canary" not in shown.out + shown.err
    file.write_text("OPENAI_API_KEY = canary\n")
    refused = perform("models", "--env-file", str(file))
    assert refused.code == 2
    assert f"{file}:1:1: error: this is not KEY=VALUE" in refused.err
    assert "canary" not in refused.err


def an_able_server(asked: Asked) -> Answer:
    """Does all three parts of a test."""
    body = asked.json
    if body.get("tools") and body["messages"][-1]["role"] != "tool":
        name = body["tools"][0]["function"]["name"]
        return CHAT.reply(tool_calls=[ToolCall("call_1", name, '{"text": "overture"}')])
    if body.get("response_format") or "integer" in json.dumps(body["messages"]):
        return CHAT.reply('{"word": "overture", "letters": 8}')
    return CHAT.reply(["one ", "two ", "three"])


async def test_a_test_asks_for_words_for_data_and_for_a_tool_and_is_kept_as_a_run(
    footlights: Callable[..., Outcome],
) -> None:
    async with Stub(an_able_server) as stub:
        words = ("models", "test", "openai-compatible/able", "--base-url", f"{stub.url}/v1")
        shown = await asyncio.to_thread(footlights, *words)
        told = json.loads((await asyncio.to_thread(footlights, *words, "--json")).out)
    assert shown.code == 0, shown
    for line in ("✓ answers", "✓ fills in data", "✓ asks for a tool", "streams", "first token", "cost", "kept as"):
        assert line in shown.out
    assert f"asking openai-compatible/able at {stub.url}/v1, for at most $0.0100" in shown.err
    assert told["ok"] and told["streams"] and told["served"]
    assert told["usage"]["input"] == 4 * 11
    assert told["run"] in footlights("runs", "--tag", "test", "--json").out
    assert footlights("runs", "--json").out == "[]\n"


async def test_a_test_costs_no_more_than_its_limit(footlights: Callable[..., Outcome], tmp_path: Path) -> None:
    async with Stub(an_able_server) as stub:
        write_own(
            tmp_path,
            f'services: {{dear: {{adapter: compatible, base_url: "{stub.url}/v1"}}}}\n'
            "models: {dear/x: {prices: {input: 100, output: 9000}}}\n",
        )
        shown = await asyncio.to_thread(footlights, "models", "test", "dear")
        assert (shown.code, stub.asked) == (1, [])
        assert "a larger --limit allows more" in shown.out
        more = await asyncio.to_thread(footlights, "models", "test", "dear/x", "--limit", "$5", "--json")
    told = json.loads(more.out)
    assert (more.code, told["ok"], set(told["basis"])) == (0, True, {"exact"})
    assert told["cost_usd"] == pytest.approx(4 * (11 * 100 + 7 * 9000) / 1_000_000)


async def test_what_a_model_cannot_do_is_told_and_the_exit_code_is_1(footlights: Callable[..., Outcome]) -> None:
    async with Stub(CHAT.reply("I only talk.")) as stub:
        words = ("models", "test", "openai-compatible/unable", "--base-url", f"{stub.url}/v1")
        shown = await asyncio.to_thread(footlights, *words)
    assert shown.code == 1
    assert "✓ answers         I only talk." in shown.out
    assert "✗ fills in data" in shown.out
    assert "✗ asks for a tool it answered without" in shown.out


async def test_a_service_that_does_not_accept_the_key_is_asked_once(
    footlights: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with Stub(CHAT.refusal(401)) as stub:
        write_own(tmp_path, f'services: {{openai: {{base_url: "{stub.url}/v1"}}}}\n')
        monkeypatch.setenv("OPENAI_API_KEY", "canary-of-the-key")
        shown = await asyncio.to_thread(footlights, "models", "test", "openai")
    assert (shown.code, len(stub.asked)) == (1, 1)
    assert "✗ answers         auth:" in shown.out
    assert "OPENAI_API_KEY in the environment" in shown.out + shown.err
    assert "canary" not in shown.out + shown.err


TAGS = {"models": [{
    "name": "qwen3:8b", "model": "qwen3:8b", "modified_at": "2026-11-02T10:00:00Z", "size": 5_200_000_000,
    "digest": "d", "details": {"parameter_size": "8.2B", "quantization_level": "Q4_K_M"},
}]}  # fmt: skip


async def test_what_ollama_has_is_asked_only_when_that_is_wanted(
    footlights: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Stub(Answer(headers={"content-type": "application/json"}, pieces=[json.dumps(TAGS).encode()])) as stub:
        monkeypatch.setenv("OLLAMA_HOST", stub.host)
        await asyncio.to_thread(footlights, "models")
        assert not stub.asked
        shown = await asyncio.to_thread(footlights, "models", "--installed")
    assert shown.code == 0, shown.err
    assert re.match(r"installed .*\nollama/qwen3:8b +5\.2 GB", shown.out)
    assert "2 of 11 services ready\n" in shown.out


async def test_a_model_is_fetched_with_its_progress_in_sight(
    footlights: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = [{"status": "pulling manifest"}, {"status": "pulling 3a", "total": 100_000_000, "completed": 50_000_000},
             {"status": "success"}]  # fmt: skip
    pieces = [json.dumps(step).encode() + b"\n" for step in steps]
    async with Stub(Answer(headers={"content-type": "application/x-ndjson"}, pieces=pieces)) as stub:
        monkeypatch.setenv("OLLAMA_HOST", stub.host)
        shown = await asyncio.to_thread(footlights, "models", "pull", "ollama/qwen3")
    assert shown.code == 0, shown.err
    assert "50% of 100.0 MB  pulling 3a" in shown.err
    assert "ollama/qwen3 is there" in shown.out
    assert stub.asked[0].json["model"] == "qwen3"


def test_a_server_that_is_not_there_is_an_error_of_one_line(perform: Perform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_HOST", "127.0.0.1:9")
    shown = perform("models", "--installed")
    assert shown.code == 1
    assert "127.0.0.1:9 cannot be reached" in shown.err


def test_a_name_may_be_left_unfinished_when_only_one_model_can_be_meant(perform: Perform) -> None:
    assert perform("models", "gpt-6-luna").out.startswith("openai/gpt-6-luna\n")
    several = perform("models", "gpt").out
    assert "openai/gpt-6-luna" in several and "openai/gpt-5.5" in several and "claude" not in several
    assert 'there is no service or model "gpt-6-lunna"' in perform("models", "gpt-6-lunna").err
    assert "openai/gpt-6-luna cannot be asked" in perform("models", "test", "gpt-6-luna").err
    many = perform("models", "test", "gpt")
    assert (many.code, '"gpt" may be any of 6 models' in many.err) == (2, True)


def test_what_cannot_be_asked_is_said_once_with_what_to_do(perform: Perform, monkeypatch: pytest.MonkeyPatch) -> None:
    keyless = perform("models", "test", "openai/gpt-6-luna")
    assert (keyless.code, keyless.out, keyless.err.count("OPENAI_API_KEY is not set")) == (2, "", 1)
    assert "asking" not in keyless.err
    assert "OPENAI_API_KEY_FILE=FILE; or --env-file FILE" in keyless.err
    nowhere = perform("models", "test", "openai-compatible/any")
    assert (nowhere.code, nowhere.err.count("\n")) == (2, 2)
    assert "--base-url http://127.0.0.1:8000/v1" in nowhere.err
    monkeypatch.setenv("OPENAI_API_KEY_FILE", "/nobody/has/this")
    for name in ("openai", "openai/gpt-6-luna"):
        assert "not ready: OPENAI_API_KEY_FILE names a file that is not there" in perform("models", name).out


def test_a_name_that_nobody_has_heard_of_is_noticed_everywhere(perform: Perform, tmp_path: Path) -> None:
    near = "did you mean openai/gpt-6-luna?"
    assert near in perform("models", "openai/gpt-6-lunna").out
    assert near in perform("models", "test", "openai/gpt-6-lunna").err
    play = tmp_path / "play.yaml"
    play.write_text(
        "schema: footlights/v1\nname: play\nagents: {a: {persona: Calm., model: openai/gpt-6-lunna}}\n"
        "steps: {a: {agent: a, prompt: Hi.}}\n"
    )
    shown = perform("check", str(play))
    assert shown.code == 0
    assert 'note: nobody here has heard of "openai/gpt-6-lunna"' in shown.out + shown.err
    play.write_text(play.read_text().replace("gpt-6-lunna", "gpt-4o"))
    assert "heard of" not in (shown := perform("check", str(play))).out + shown.err


async def test_a_model_whose_price_nobody_knows_can_be_tested(footlights: Callable[..., Outcome]) -> None:
    passed_on = (
        "openai-compatible/gpt-oss:120b-cloud"  # an Ollama on this machine hands it on to one that has its price
    )
    async with Stub(an_able_server) as stub:
        shown = await asyncio.to_thread(footlights, "models", "test", passed_on, "--base-url", f"{stub.url}/v1")
    assert shown.code == 0, shown
    assert "for at most 20,000 tokens: nobody knows what it costs" in shown.err


async def test_a_test_tries_each_thing_once(footlights: Callable[..., Outcome]) -> None:
    async with Stub(CHAT.refusal(503)) as stub:
        words = ("models", "test", "openai-compatible/busy", "--base-url", f"{stub.url}/v1")
        shown = await asyncio.to_thread(footlights, *words)
    assert (shown.code, len(stub.asked)) == (1, 1)
    assert "✗ answers         overloaded:" in shown.out


def test_the_page_of_a_model_tells_the_price_of_a_live_run(perform: Perform) -> None:
    page = perform("models", "openai/gpt-6-luna").out
    assert re.search(r"prices by +genai-prices", page)
    assert re.search(r"prices by the catalogue of \d{4}-\d\d-\d\d; footlights models NAME tells", perform("models").out)


def test_a_variable_that_moves_only_others_is_said_not_to_be_heeded(
    perform: Perform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    assert re.search(r"not heeded +OPENAI_BASE_URL, which is set", perform("models", "openai").out)
    assert "not heeded: OPENAI_BASE_URL" in perform("doctor").out
    assert "OPENAI_BASE_URL" not in perform("models", "anthropic").out


def test_doctor_takes_keys_from_a_file_and_calls_no_server_ready_that_nobody_asked(
    perform: Perform, tmp_path: Path
) -> None:
    file = tmp_path / ".env"
    file.write_text("OPENAI_API_KEY=canary-of-the-key\n")
    file.chmod(0o600)
    shown = perform("doctor", "--env-file", str(file)).out
    assert re.search(r"ok +openai +ready", shown)
    assert re.search(r"note +ollama +configured, not asked", shown)
    assert "canary" not in shown


def test_a_file_of_my_own_that_cannot_be_read_is_named_where_its_service_is_missed(
    perform: Perform, tmp_path: Path
) -> None:
    write_own(tmp_path, "services:\n  telegraph: {adaptor: compatible}\n")
    (tmp_path / "play.yaml").write_text(
        "schema: footlights/v1\nname: play\nmodels: {a: {use: telegraph/morse}}\n"
        "agents: {a: {persona: Calm., model: a}, b: {persona: Calm., model: telegraph/morse}}\n"
        "steps: {a: {agent: a, prompt: Hi.}, b: {agent: b, prompt: Hi.}}\n"
    )
    for command in ("check", "run"):
        told = perform(command, str(tmp_path / "play.yaml"))
        assert told.code == 2
        assert (told.out + told.err).count("your models.yaml could not be read") == 2
        assert 'models.yaml:2:15: "adaptor" is not a key here' in told.out + told.err
