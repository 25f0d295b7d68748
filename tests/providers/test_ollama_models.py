"""The models of an Ollama server: those it has, what it tells of one, and those it fetches."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from corpus.stub import Answer, Stub
from corpus.wires import NAMED, line
from providers.base import ProviderError
from providers.ollama_models import Details, Progress, installed, pulled, shown

JSON = {"content-type": "application/json"}
ABOUT = {"family": "llama", "parameter_size": "3.2B", "quantization_level": "Q4_K_M"}
REFUSAL = NAMED["ollama"].refusal


def tells(value: Any) -> Answer:
    return Answer(200, JSON, (json.dumps(value).encode(),), "length")


async def test_installed_models_come_by_name() -> None:
    one = {"name": "zebra:1b", "model": "zebra:1b", "size": 12}
    other = {"model": "llama3.2", "size": 2_019_393_189, "modified_at": "2026-11-01T10:00:00Z", "details": ABOUT}
    async with Stub(tells({"models": [one, other]})) as stub:
        found = await installed(stub.url)
        assert stub.asked[0].path == "/api/tags"
    assert [model.name for model in found] == ["llama3.2", "zebra:1b"]
    assert (found[0].size, found[0].parameters, found[0].quantization) == (2_019_393_189, "3.2B", "Q4_K_M")
    assert found[0].modified is not None
    assert (found[1].parameters, found[1].modified) == ("", None)


async def test_a_model_is_shown_with_its_context() -> None:
    about = {"general.architecture": "llama", "llama.context_length": 131072, "llama.embedding_length": 3072}
    told = {"details": ABOUT, "model_info": about, "capabilities": ["completion", "tools"]}
    async with Stub(tells(told)) as stub:
        found = await shown(stub.url, "llama3.2")
        assert stub.asked[0].json["model"] == "llama3.2"
    assert found == Details("llama3.2", 131072, ("completion", "tools"), "llama", "3.2B", "Q4_K_M")


async def test_a_server_that_tells_little_is_shown_with_little() -> None:
    async with Stub(tells({"model_info": {}})) as stub:
        assert await shown(stub.url, "parrot") == Details("parrot", 0, (), "", "", "")


async def test_a_model_that_is_not_there_can_be_fetched() -> None:
    async with Stub(REFUSAL(404, "model 'parrot' not found")) as stub:
        with pytest.raises(ProviderError, match="not found") as raised:
            await shown(stub.url, "parrot")
    assert (raised.value.error, raised.value.hint) == ("bad_request", "footlights models pull ollama/parrot")


async def test_a_model_that_comes_tells_how_far_it_is() -> None:
    steps = [
        {"status": "pulling manifest"},
        {"status": "pulling dde5aa3fc5ff", "digest": "sha256:dde5", "total": 200},
        {"status": "pulling dde5aa3fc5ff", "digest": "sha256:dde5", "total": 200, "completed": 150},
        {"status": "success"},
    ]
    async with Stub(Answer(200, {"content-type": "application/x-ndjson"}, [line(one) for one in steps])) as stub:
        found = [step async for step in pulled(stub.url, "llama3.2")]
    assert found == [
        Progress("pulling manifest", 0, 0),
        Progress("pulling dde5aa3fc5ff", 0, 200),
        Progress("pulling dde5aa3fc5ff", 150, 200),
        Progress("success", 0, 0),
    ]


async def test_a_model_that_nobody_has_cannot_be_fetched() -> None:
    lines = [line({"status": "pulling manifest"}), line({"error": "pull model manifest: file does not exist"})]
    async with Stub(Answer(200, {"content-type": "application/x-ndjson"}, lines)) as stub:
        with pytest.raises(ProviderError, match="file does not exist") as raised:
            [step async for step in pulled(stub.url, "nonsense")]
    assert "ollama.com/library" in raised.value.hint


async def test_fetching_that_is_called_off_lets_go_of_the_server() -> None:
    pieces = (line({"status": "pulling manifest"}), asyncio.Event())
    async with Stub(Answer(200, {"content-type": "application/x-ndjson"}, pieces)) as stub:
        steps = pulled(stub.url, "llama3.2")
        assert (await anext(steps)).status == "pulling manifest"
        waiting = asyncio.ensure_future(anext(steps))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await stub.asked[0].gone.wait()


async def test_a_server_that_does_not_run_can_be_started() -> None:
    async with Stub(tells({})) as stub:
        url = stub.url
    for asking in (installed(url), shown(url, "parrot"), anext(pulled(url, "parrot"))):
        with pytest.raises(ProviderError) as raised:
            await asking
        assert raised.value.error == "connection"
        assert "ollama serve" in raised.value.hint


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"models": 5}', b'{"models": [{"size": "big"}]}'])
async def test_another_kind_of_server_is_found_out(body: bytes) -> None:
    async with Stub(Answer(200, JSON, (body,), "length")) as stub:
        with pytest.raises(ProviderError, match="does not answer as Ollama does"):
            await installed(stub.url)


async def test_the_key_of_the_service_in_the_cloud_goes_to_no_other_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_API_KEY", "canary-of-ollama-com")
    async with Stub(tells({"models": []})) as stub:
        assert await installed(stub.url) == []
        assert "authorization" not in stub.asked[0].headers
